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

/* Whether the tensors have these names, in this order. */
static bool are_named(const hl_tf_header *h, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n && i < h->ntensors; i++)
        if (strcmp(h->tensors[i].name, names[i]) != 0)
            return false;
    return h->ntensors == n;
}

static int check_names(const hl_samples *s, const char *kind, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(s->file);
    const char *name = hl_tf_name(s->file);
    const char *const whole[] = {"manifest", kind}, *const shard[] = {"manifest", "files",
                                                                      "rejects", kind};
    if (s->shard.n)
        return are_named(h, shard, 4)
                   ? 0
                   : hl_fail(e, "%s: expected the tensors manifest, files, rejects and %s", name,
                             kind);
    return are_named(h, whole, 2)
               ? 0
               : hl_fail(e, "%s: expected the tensors manifest and %s", name, kind);
}

static int check_text(const hl_samples *s, const hl_tensor_desc *t, hl_err *e)
{
    return t->dtype == HL_U8 && t->rank == 1 && t->bytes <= INT32_MAX
               ? 0
               : hl_fail(e, "%s: %s: expected U8 of one dimension, found %s of %d",
                         hl_tf_name(s->file), t->name, hl_dtype_names[t->dtype], t->rank);
}

static int check_files(const hl_samples *s, const hl_tensor_desc *t, hl_err *e)
{
    return t->dtype == HL_U8 && t->rank == 2 && t->shape[1] == HL_FILE_DIGEST &&
                   t->bytes <= INT32_MAX
               ? 0
               : hl_fail(e, "%s: files: expected U8 [N, %d]", hl_tf_name(s->file), HL_FILE_DIGEST);
}

/* Bytes of a row; a shard may have none, so they follow from the other sides. */
static int find_row_bytes(hl_samples *s, hl_err *e)
{
    uint64_t bytes = hl_dtype_size(s->payload.dtype);
    for (int i = 1; i < s->payload.rank; i++)
        if (__builtin_mul_overflow(bytes, (uint64_t)s->payload.shape[i], &bytes) ||
            bytes > INT64_MAX)
            return hl_fail(e, "%s: %s: its rows are too large", hl_tf_name(s->file),
                           s->payload.name);
    s->row_bytes = (size_t)bytes;
    return 0;
}

/* The tensors in order and within bounds; called before anything is allocated. */
static int check_tensors(hl_samples *s, const char *kind, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(s->file);
    if (check_names(s, kind, e) || check_text(s, &h->tensors[0], e) ||
        (s->shard.n && (check_files(s, &h->tensors[1], e) || check_text(s, &h->tensors[2], e))))
        return -1;
    const hl_tensor_desc *p = &h->tensors[h->ntensors - 1];
    if (p->rank < 2 || (p->shape[0] < 1 && !s->shard.n))
        return hl_fail(e, "%s: %s: expected at least one row", hl_tf_name(s->file), kind);
    s->payload = *p;
    s->n = (size_t)p->shape[0];
    return find_row_bytes(s, e);
}

static int read_manifest(hl_samples *s, hl_err *e)
{
    const char *name = hl_tf_name(s->file);
    const size_t len = (size_t)hl_tf_get_header(s->file)->tensors[0].bytes;
    char *text = hl_malloc(len, 1);
    int status = hl_tf_read(s->file, text, len, e);
    if (status == 0)
        status = hl_manifest_parse_in_place(&s->manifest, name, text, len, s->shard.n != 0, e);
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

static int read_shard_metadata(hl_samples *s, hl_err *e)
{
    const char *text = hl_tf_meta(hl_tf_get_header(s->file), "hilum.shard");
    return text && hl_shard_parse_metadata(&s->shard, text, e) ? hl_fail_in(e, hl_tf_name(s->file))
                                                               : 0;
}

static size_t count_originals(const hl_manifest *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += m->samples[i].augmented == 0;
    return n;
}

/* The tensors between manifest and payload. */
static int read_shard(hl_samples *s, hl_err *e)
{
    if (!s->shard.n)
        return 0;
    const hl_tensor_desc *t = hl_tf_get_header(s->file)->tensors;
    hl_shard *to = &s->shard;
    to->nfiles = (size_t)t[1].shape[0];
    if (to->nfiles != count_originals(&s->manifest))
        return hl_fail(e, "%s: %zu images in the manifest, but the digests of %zu files",
                       hl_tf_name(s->file), count_originals(&s->manifest), to->nfiles);
    to->rejects_len = (size_t)t[2].bytes;
    to->files = hl_malloc(to->nfiles, sizeof *to->files);
    to->rejects = hl_malloc(to->rejects_len, 1);
    return hl_tf_read(s->file, to->files, to->nfiles * sizeof *to->files, e) ||
                   hl_tf_read(s->file, to->rejects, to->rejects_len, e)
               ? -1
               : 0;
}

static int read_start(hl_samples *s, const char *kind, hl_err *e)
{
    const char *feature_space;
    if (read_shard_metadata(s, e) || check_tensors(s, kind, e) ||
        !(s->provenance = need_meta(s, "hilum.provenance", e)) ||
        hl_provenance_check(s->provenance, hl_tf_name(s->file), e) ||
        !(feature_space = need_meta(s, "hilum.feature_space", e)) || read_classes(s, e))
        return -1;
    if (hl_feature_space_parse(&s->feature_space, feature_space, e))
        return hl_fail_in(e, hl_tf_name(s->file));
    return read_manifest(s, e) || renumber(s, e) || read_shard(s, e) ? -1 : 0;
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
    hl_shard_free(&s->shard);
    free(s->joined);
    hl_tf_close(s->file);
    *s = (hl_samples){0};
}

/* ---- writing ---- */

/* What comes before the payload: the manifest and, of a shard, the tensors that it has besides. */
static void format_start(const hl_manifest *m, const hl_shard *shard, hl_tf_header *h,
                         hl_strbuf *data)
{
    hl_manifest_format(m, false, data);
    hl_tf_add_tensor(h, "manifest", HL_U8, 1, (const int64_t[]){(int64_t)data->len});
    if (!shard || !shard->n)
        return;
    char *text = hl_shard_format(shard);
    hl_tf_set_meta(h, "hilum.shard", text);
    free(text);
    hl_tf_add_tensor(h, "files", HL_U8, 2,
                     (const int64_t[]){(int64_t)shard->nfiles, HL_FILE_DIGEST});
    hl_tf_add_tensor(h, "rejects", HL_U8, 1, (const int64_t[]){(int64_t)shard->rejects_len});
    if (shard->nfiles)
        hl_strbuf_add(data, shard->files, shard->nfiles * sizeof *shard->files);
    if (shard->rejects_len)
        hl_strbuf_add(data, shard->rejects, shard->rejects_len);
}

hl_sha256 *hl_samples_digest(const hl_manifest *m, const hl_shard *shard)
{
    hl_sha256 *s = hl_sha256_new();
    hl_tf_header h = {0};
    hl_strbuf start = {0};
    format_start(m, shard, &h, &start);
    hl_sha256_add(s, start.data, start.len);
    hl_strbuf_free(&start);
    hl_tf_header_free(&h);
    return s;
}

int hl_samples_create(hl_tf_writer **w, const char *path, const hl_manifest *m,
                      char *const *classes, size_t nclasses, const hl_feature_space *feature_space,
                      const char *provenance, const hl_tensor_desc *payload, const hl_shard *shard,
                      const char *digest, hl_err *e)
{
    char *class_list = hl_string_list_format(classes, nclasses);
    if (!class_list)
        return hl_fail(e, "a class name is not UTF-8");
    char *space_text = hl_feature_space_format(feature_space);
    hl_strbuf start = {0};
    hl_tf_header h = {0};
    format_start(m, shard, &h, &start);
    hl_tf_add_tensor(&h, payload->name, payload->dtype, payload->rank, payload->shape);
    hl_tf_set_meta(&h, "hilum.kind", payload->name);
    hl_tf_set_meta(&h, "hilum.classes", class_list);
    hl_tf_set_meta(&h, "hilum.feature_space", space_text);
    hl_tf_set_meta(&h, "hilum.provenance", provenance);
    const int level = payload->dtype == HL_U8 ? HL_TF_LEVEL_PIXELS : HL_TF_LEVEL;
    int status = digest ? hl_tf_create_stated(w, path, &h, level, digest, e)
                        : hl_tf_create(w, path, &h, level, e);
    if (status == 0 && (status = hl_tf_write(*w, start.data, start.len, e))) {
        hl_tf_discard(*w);
        *w = NULL;
    }
    hl_tf_header_free(&h);
    hl_strbuf_free(&start);
    free(space_text);
    free(class_list);
    return status;
}
