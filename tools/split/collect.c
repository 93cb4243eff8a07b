/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect.h"

#include "base/utf8.h"
#include "class_names.h"
#include "format/string_list.h"

#include <stdlib.h>
#include <string.h>

static int check_classes(const hl_manifest *m, const split_rules *r, const char *name, hl_err *e)
{
    if (m->nclasses < 2 && !r->one_class)
        return hl_fail(e, "%s: expected at least two classes, found one: '%s'", name,
                       m->classes[0]);
    if (hl_string_list_check_count(m->nclasses, name, e))
        return -1;
    return split_check_class_names(m->classes, m->nclasses, name, e);
}

/* hl_fail shows the bytes as question marks. */
static int refuse_bytes(const hl_manifest *m, const char *name, hl_err *e)
{
    size_t k = 0;
    while (k + 1 < m->nclasses && hl_is_utf8(m->classes[k]))
        k++;
    return hl_fail(
        e, "%s: the name of a class is not UTF-8: '%s', which may be Latin-1 or Windows-1252", name,
        m->classes[k]);
}

int split_collection_finish(split_collection *c, const split_rules *r, const char *name, hl_err *e)
{
    if (split_dicom_take(&c->dicom, &c->samples, &r->dicom, &c->tally, e))
        return -1;
    hl_manifest_finish(&c->samples);
    if (check_classes(&c->samples, r, name, e))
        return -1;
    char *json = hl_string_list_format(c->samples.classes, c->samples.nclasses);
    if (!json)
        return refuse_bytes(&c->samples, name, e);
    free(json);
    return 0;
}

void split_collection_hide(split_collection *c)
{
    split_dicom_hide(&c->dicom, &c->samples);
    hl_sha256 *sha = hl_sha256_new();
    for (size_t i = 0; i < c->samples.n; i++)
        hl_sha256_add(sha, c->samples.samples[i].path, strlen(c->samples.samples[i].path) + 1);
    hl_sha256_end_text(sha, c->listing);
}

void split_collection_free(split_collection *c)
{
    hl_manifest_free(&c->samples);
    split_tally_free(&c->tally);
    split_dicom_free(&c->dicom);
    hl_manifest_free(&c->left_out);
    *c = (split_collection){0};
}
