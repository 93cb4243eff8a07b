/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/subset_override.h"

#include "base/mem.h"
#include "data/provenance.h"

#include <stdlib.h>
#include <string.h>

static int compare_paths(const void *a, const void *b)
{
    return strcmp((*(const hl_sample *const *)a)->path, (*(const hl_sample *const *)b)->path);
}

/* Pointers to all samples, sorted by path. */
static const hl_sample **sorted(const hl_manifest *m)
{
    const hl_sample **all = hl_malloc(m->n, sizeof *all);
    for (size_t i = 0; i < m->n; i++)
        all[i] = &m->samples[i];
    qsort(all, m->n, sizeof *all, compare_paths);
    return all;
}

static const hl_sample *find(const hl_sample *const *all, size_t n, const hl_sample *key)
{
    const hl_sample *const *found = bsearch(&key, all, n, sizeof *all, compare_paths);
    return found ? *found : NULL;
}

static int check_agreement(const hl_sample *have, const char *file, const hl_sample *given,
                           const char *manifest, hl_err *e)
{
    if (strcmp(have->label, given->label) != 0)
        return hl_fail(e, "sample '%s': its label is '%s' in %s, '%s' in %s", have->path,
                       have->label, file, given->label, manifest);
    if (strcmp(have->patient, given->patient) != 0)
        return hl_fail(e, "sample '%s': its patient is '%s' in %s, '%s' in %s", have->path,
                       have->patient, file, given->patient, manifest);
    return 0;
}

static int apply_subsets(hl_samples *s, const hl_manifest *m, const char *name, hl_err *e)
{
    const char *file = hl_tf_name(s->file);
    const hl_sample **given = sorted(m);
    int status = 0;
    for (size_t i = 0; i < s->n && status == 0; i++) {
        hl_sample *have = &s->manifest.samples[i];
        const hl_sample *other = find(given, m->n, have);
        status = other ? check_agreement(have, file, other, name, e)
                       : hl_fail(e, "sample '%s' of %s is not in %s", have->path, file, name);
        if (status == 0)
            have->subset = other->subset;
    }
    free(given);
    return status;
}

/* Fails if the manifest lists more images: a split of more images is a different split, unless
 * preprocess was told to leave out those that cannot be read. */
static int check_none_missing(const hl_samples *s, const hl_manifest *m, const char *name,
                              hl_err *e)
{
    if (hl_provenance_has_option(s->provenance, "preprocess", "--on-error", "skip"))
        return 0;
    const hl_sample **have = sorted(&s->manifest);
    int status = 0;
    for (size_t i = 0; i < m->n && status == 0; i++)
        if (!find(have, s->manifest.n, &m->samples[i]))
            status = hl_fail(e, "sample '%s' of %s is not in %s", m->samples[i].path, name,
                             hl_tf_name(s->file));
    free(have);
    return status;
}

static int override(hl_samples *s, const hl_manifest *m, const char *name, hl_err *e)
{
    if (hl_manifest_has_augmented(m))
        return hl_fail(e, "%s: expected original images only, found augmented copies", name);
    if (apply_subsets(s, m, name, e) || check_none_missing(s, m, name, e) ||
        hl_provenance_join(&s->joined, s->provenance, m->provenance, e))
        return -1;
    s->provenance = s->joined;
    hl_manifest_digest(m, s->override);
    return 0;
}

int hl_subset_override(hl_samples *s, const char *path, hl_err *e)
{
    if (!path)
        return 0;
    hl_manifest m;
    if (hl_manifest_read(&m, path, e))
        return -1;
    const int status = override(s, &m, path, e);
    hl_manifest_free(&m);
    return status;
}
