/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/sample_file.h"

#include "base/mem.h"
#include "data/provenance.h"
#include "format/string_list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static const char *need_meta(const hl_samples *s, const char *key, hl_err *e)
{
    const char *v = hl_tf_meta(hl_tf_get_header(s->file), key);
    if (!v)
        hl_fail(e, "%s: expected metadata %s, found none", hl_tf_name(s->file), key);
    return v;
}

/* Both tensors in order and within bounds; called before anything is allocated. */
static int check_tensors(hl_samples *s, const char *kind, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(s->file);
    const char *name = hl_tf_name(s->file);
    if (h->ntensors != 2 || strcmp(h->tensors[0].name, "manifest") != 0 ||
        strcmp(h->tensors[1].name, kind) != 0)
        return hl_fail(e, "%s: expected the tensors manifest and %s", name, kind);
    const hl_tensor_desc *m = &h->tensors[0], *p = &h->tensors[1];
    if (m->dtype != HL_U8 || m->rank != 1 || m->bytes > INT32_MAX)
        return hl_fail(e, "%s: manifest: expected U8 of one dimension, found %s of %d", name,
                       hl_dtype_names[m->dtype], m->rank);
    if (p->rank < 2 || p->shape[0] < 1)
        return hl_fail(e, "%s: %s: expected at least one row", name, kind);
    s->payload = *p;
    s->n = (size_t)p->shape[0];
    s->row_bytes = (size_t)(p->bytes / (uint64_t)p->shape[0]);
    return 0;
}

static int read_manifest(hl_samples *s, hl_err *e)
{
    const char *name = hl_tf_name(s->file);
    const size_t len = (size_t)hl_tf_get_header(s->file)->tensors[0].bytes;
    char *text = hl_malloc(len, 1);
    int status = hl_tf_read(s->file, text, len, e);
    if (status == 0)
        status = hl_manifest_parse(&s->manifest, name, text, len, e);
    free(text);
    if (status == 0 && s->manifest.n != s->n)
        status = hl_fail(e, "%s: %zu samples in the manifest, but %zu rows of %s", name,
                         s->manifest.n, s->n, s->payload.name);
    return status;
}

static int read_classes(hl_samples *s, hl_err *e)
{
    const char *text = need_meta(s, "hilum.classes", e);
    if (!text)
        return -1;
    if (hl_string_list_parse(&s->classes, &s->nclasses, text, e))
        return hl_fail_in(e, hl_tf_name(s->file));
    return 0;
}

/* Class numbers of the manifest become those of hilum.classes: a file with part of a data set may
 * have no sample of some class. */
static int renumber(hl_samples *s, hl_err *e)
{
    const hl_manifest *m = &s->manifest;
    size_t *number = hl_malloc(m->nclasses, sizeof *number);
    for (size_t k = 0; k < m->nclasses; k++) {
        number[k] = 0;
        while (number[k] < s->nclasses && strcmp(s->classes[number[k]], m->classes[k]) != 0)
            number[k]++;
    }
    int status = 0;
    for (size_t i = 0; i < s->n && status == 0; i++) {
        hl_sample *one = &m->samples[i];
        const size_t k = number[one->cls];
        if (k == s->nclasses)
            status = hl_fail(e, "%s: sample '%s': its label '%s' is not in hilum.classes",
                             hl_tf_name(s->file), one->path, one->label);
        one->cls = (uint32_t)k;
    }
    free(number);
    return status;
}

static int read_start(hl_samples *s, const char *kind, hl_err *e)
{
    const char *feature_space;
    if (check_tensors(s, kind, e) || !(s->provenance = need_meta(s, "hilum.provenance", e)) ||
        hl_provenance_check(s->provenance, hl_tf_name(s->file), e) ||
        !(feature_space = need_meta(s, "hilum.feature_space", e)) || read_classes(s, e))
        return -1;
    if (hl_feature_space_parse(&s->feature_space, feature_space, e))
        return hl_fail_in(e, hl_tf_name(s->file));
    return read_manifest(s, e) || renumber(s, e) ? -1 : 0;
}

int hl_samples_open(hl_samples *s, const char *path, const char *kind, hl_err *e)
{
    *s = (hl_samples){0};
    if (hl_tf_open(&s->file, path, kind, e))
        return -1;
    if (read_start(s, kind, e) == 0)
        return 0;
    hl_samples_close(s);
    return -1;
}

void hl_samples_close(hl_samples *s)
{
    hl_string_list_free(s->classes, s->nclasses);
    hl_manifest_free(&s->manifest);
    free(s->joined);
    hl_tf_close(s->file);
    *s = (hl_samples){0};
}

/* ---- writing ---- */

hl_sha256 *hl_samples_digest(const hl_manifest *m)
{
    hl_sha256 *s = hl_sha256_new();
    hl_strbuf rows = {0};
    hl_manifest_format(m, false, &rows);
    hl_sha256_add(s, rows.data, rows.len);
    hl_strbuf_free(&rows);
    return s;
}

int hl_samples_create(hl_tf_writer **w, const char *path, const hl_manifest *m,
                      char *const *classes, size_t nclasses, const hl_feature_space *feature_space,
                      const char *provenance, const hl_tensor_desc *payload, const char *digest,
                      hl_err *e)
{
    char *class_list = hl_string_list_format(classes, nclasses);
    if (!class_list)
        return hl_fail(e, "a class name is not UTF-8");
    char *space_text = hl_feature_space_format(feature_space);
    hl_strbuf rows = {0};
    hl_manifest_format(m, false, &rows);
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "manifest", HL_U8, 1, (const int64_t[]){(int64_t)rows.len});
    hl_tf_add_tensor(&h, payload->name, payload->dtype, payload->rank, payload->shape);
    hl_tf_set_meta(&h, "hilum.kind", payload->name);
    hl_tf_set_meta(&h, "hilum.classes", class_list);
    hl_tf_set_meta(&h, "hilum.feature_space", space_text);
    hl_tf_set_meta(&h, "hilum.provenance", provenance);
    const int level = payload->dtype == HL_U8 ? HL_TF_LEVEL_PIXELS : HL_TF_LEVEL;
    int status = digest ? hl_tf_create_stated(w, path, &h, level, digest, e)
                        : hl_tf_create(w, path, &h, level, e);
    if (status == 0 && (status = hl_tf_write(*w, rows.data, rows.len, e))) {
        hl_tf_discard(*w);
        *w = NULL;
    }
    hl_tf_header_free(&h);
    hl_strbuf_free(&rows);
    free(space_text);
    free(class_list);
    return status;
}
