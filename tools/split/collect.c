/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect.h"

#include "base/mem.h"
#include "format/string_list.h"
#include "sys/find_files.h"

#include <stdlib.h>
#include <string.h>

/* The subset with this name of len bytes, or -1. */
static int subset_from_name(const char *name, size_t len)
{
    for (int i = 0; i < HL_SUBSETS; i++)
        if (strlen(hl_subset_names[i]) == len && memcmp(hl_subset_names[i], name, len) == 0)
            return i;
    return -1;
}

static int check_classes(const hl_manifest *m, const char *name, hl_err *e)
{
    if (m->nclasses < 2)
        return hl_fail(e, "%s: expected at least two classes, found one: '%s'", name,
                       m->classes[0]);
    return hl_string_list_check_count(m->nclasses, name, e);
}

int split_collection_finish(split_collection *c, const char *name, hl_err *e)
{
    hl_manifest_finish(&c->samples);
    if (check_classes(&c->samples, name, e))
        return -1;
    char *json = hl_string_list_format(c->samples.classes, c->samples.nclasses);
    if (!json)
        return hl_fail(e, "%s: the name of a class is not UTF-8", name);
    free(json);
    hl_sha256 *sha = hl_sha256_new();
    for (size_t i = 0; i < c->samples.n; i++)
        hl_sha256_add(sha, c->samples.samples[i].path, strlen(c->samples.samples[i].path) + 1);
    hl_sha256_end_text(sha, c->listing);
    return 0;
}

/* ---- folders ---- */

/* The folders that hold images tell the layout: all of them are named train, val or test, or none
 * is. */
static int find_layout(split_collection *c, const char *dir, const hl_found_files *s, hl_err *e)
{
    size_t subset = s->n, other = s->n; /* one image of each layout; s->n: none */
    for (size_t i = 0; i < s->n; i++) {
        const size_t len = strcspn(s->paths[i], "/");
        *(subset_from_name(s->paths[i], len) >= 0 ? &subset : &other) = i;
    }
    if (subset < s->n && other < s->n)
        return hl_fail(e,
                       "%s: expected either the folders train, val and test or one folder per "
                       "class, found both '%s' and '%s'",
                       dir, s->paths[subset], s->paths[other]);
    c->has_subsets = subset < s->n;
    return 0;
}

static int add_from_path(split_collection *c, const char *dir, const char *path,
                         split_patient_rule *rule, hl_err *e)
{
    const char *at = path;
    hl_subset subset = HL_TRAIN;
    if (c->has_subsets) {
        subset = (hl_subset)subset_from_name(at, strcspn(at, "/"));
        at += strlen(hl_subset_names[subset]) + 1;
    }
    const char *slash = strchr(at, '/');
    if (!slash)
        return hl_fail(e, "%s/%s: the image is not in a class folder: expected it in %s/%sCLASS/",
                       dir, path, dir, c->has_subsets ? "SUBSET/" : "");
    char *patient = split_patient_of(rule, path, e);
    if (!patient)
        return -1;
    char *label = hl_strndup(at, (size_t)(slash - at));
    hl_manifest_add(&c->samples, path, label, patient, subset);
    free(label);
    free(patient);
    return 0;
}

int split_collect_folders(split_collection *c, const char *dir, split_patient_rule *rule, hl_err *e)
{
    *c = (split_collection){0};
    hl_found_files s;
    if (hl_find_images(&s, dir, e))
        return -1;
    c->others = s.others;
    int status = 0;
    if (s.n == 0)
        status = hl_fail(e,
                         "%s: no image found: expected *.jpeg, *.jpg or *.png in a folder for "
                         "each class",
                         dir);
    if (status == 0)
        status = find_layout(c, dir, &s, e);
    for (size_t i = 0; i < s.n && status == 0; i++)
        status = add_from_path(c, dir, s.paths[i], rule, e);
    if (status == 0)
        status = split_collection_finish(c, dir, e);
    hl_found_files_free(&s);
    if (status)
        split_collection_free(c);
    return status;
}

void split_collection_free(split_collection *c)
{
    hl_manifest_free(&c->samples);
    *c = (split_collection){0};
}
