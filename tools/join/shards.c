/* SPDX-License-Identifier: BSD-2-Clause */
#include "shards.h"

#include "base/mem.h"
#include "data/provenance.h"
#include "format/string_list.h"
#include "sys/input.h"

#include <stdlib.h>
#include <string.h>

bool join_set_is_images(const join_set *s)
{
    return strcmp(s->kind, "images") == 0;
}

/* ---- reading one shard ---- */

static int find_kind(join_set *s, const char *path, hl_err *e)
{
    static const char *const kinds[] = {"images", "features"};
    hl_tf_reader *r;
    if (hl_tf_open(&r, path, NULL, e))
        return -1;
    const char *kind = hl_tf_meta(hl_tf_get_header(r), "hilum.kind");
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            s->kind = kinds[i];
    if (!s->kind)
        hl_fail(e, "%s: expected a file of kind 'images' or 'features', found '%s'", path,
                kind ? kind : "none");
    hl_tf_close(r);
    return s->kind ? 0 : -1;
}

/* What must be the same in all shards, so that it can be compared. */
static int common_provenance(join_shard *to, const hl_samples *in, hl_err *e)
{
    const hl_shard_whole nothing = {.files = "", .images = ""};
    if (hl_shard_whole_provenance(&to->provenance, in->provenance, &in->shard, &nothing, e))
        return hl_fail_in(e, to->path);
    return 0;
}

/* Moves what is needed out of the open file. The first one also gives the set its metadata. */
static int take(join_set *s, join_shard *to, hl_samples *in, hl_err *e)
{
    if (!in->shard.n)
        return hl_fail(e, "%s: expected a shard, from preprocess --shard, found a whole file of %s",
                       to->path, s->kind);
    if (common_provenance(to, in, e))
        return -1;
    strcpy(to->id, hl_tf_id(in->file));
    memcpy(to->shape, in->payload.shape, sizeof to->shape);
    to->row_bytes = in->row_bytes;
    const hl_tf_header *h = hl_tf_get_header(in->file);
    for (size_t i = 0; i + 1 < h->ntensors; i++)
        to->before += h->tensors[i].bytes;
    to->shard = in->shard;
    to->manifest = in->manifest;
    in->shard = (hl_shard){0};
    in->manifest = (hl_manifest){0};
    if (s->classes)
        return 0;
    s->classes = hl_string_list_copy(in->classes, in->nclasses);
    s->nclasses = in->nclasses;
    s->payload = in->payload;
    s->payload.name = (char *)s->kind;
    s->feature_space = in->feature_space;
    s->provenance = hl_strdup(in->provenance);
    s->of = (hl_shard){.k = to->shard.k, .n = to->shard.n};
    hl_carried_copy(&s->manifest.carried, &to->manifest.carried);
    return 0;
}

/* ---- comparing it with the first one ---- */

static int expect_provenance(const join_shard *first, const join_shard *one, hl_err *e)
{
    hl_strbuf expected = {0}, found = {0};
    const bool differ =
        hl_provenance_differs(first->provenance, one->provenance, &expected, &found);
    if (differ)
        hl_fail(e, "%s: does not belong to %s: expected %s, found %s", one->path, first->path,
                expected.data, found.data);
    hl_strbuf_free(&expected);
    hl_strbuf_free(&found);
    return differ ? -1 : 0;
}

static int expect_same_cut(const join_shard *first, const join_shard *one, hl_err *e)
{
    const hl_shard *a = &first->shard, *b = &one->shard;
    if (a->n == b->n && a->rows == b->rows && a->images == b->images)
        return 0;
    return hl_fail(e,
                   "%s: does not belong to %s: expected one of %d shards of %lld rows, found one "
                   "of %d of %lld",
                   one->path, first->path, (int)a->n, (long long)a->rows, (int)b->n,
                   (long long)b->rows);
}

/* Only a shard with an image of the kind states how 16-bit images were read; and the images are RGB
 * if those of one shard are. */
static int merge_payload(join_set *s, const join_shard *one, const hl_samples *in, hl_err *e)
{
    hl_feature_space *all = &s->feature_space, fs = in->feature_space;
    if (!*all->depth)
        strcpy(all->depth, fs.depth);
    if (!*fs.depth)
        strcpy(fs.depth, all->depth);
    const hl_tensor_desc *p = &in->payload;
    int64_t shape[HL_MAX_RANK];
    memcpy(shape, p->shape, sizeof shape);
    if (join_set_is_images(s) && p->rank == HL_MAX_RANK) {
        int64_t *channels = &s->payload.shape[HL_MAX_RANK - 1];
        if (*channels == 1 && shape[HL_MAX_RANK - 1] == 3)
            *channels = 3;
        else if (shape[HL_MAX_RANK - 1] == 1)
            shape[HL_MAX_RANK - 1] = *channels;
    }
    if (p->dtype != s->payload.dtype || p->rank != s->payload.rank ||
        memcmp(shape + 1, s->payload.shape + 1, (size_t)(p->rank - 1) * sizeof *shape) != 0)
        return hl_fail(e, "%s: does not belong to %s: its %s have another type or shape", one->path,
                       s->shards[0].path, s->kind);
    return hl_feature_space_match(all, s->shards[0].path, &fs, one->path, e);
}

static int check_images_payload(const join_set *s, const join_shard *one, const hl_samples *in,
                                hl_err *e)
{
    const hl_tensor_desc *p = &in->payload;
    if (!join_set_is_images(s) ||
        (p->dtype == HL_U8 && p->rank == 4 && (p->shape[3] == 1 || p->shape[3] == 3)))
        return 0;
    return hl_fail(e, "%s: expected images U8 [N, H, W, 1 or 3]", one->path);
}

static int read_shard(join_set *s, join_shard *to, hl_err *e)
{
    hl_samples in;
    if (hl_in_check_regular(to->path, e) || hl_samples_open(&in, to->path, s->kind, e))
        return -1;
    const join_shard *first = &s->shards[0];
    const int status = take(s, to, &in, e) || expect_provenance(first, to, e) ||
                               expect_same_cut(first, to, e) ||
                               hl_string_list_match(s->classes, s->nclasses, first->path,
                                                    in.classes, in.nclasses, to->path, e) ||
                               check_images_payload(s, to, &in, e) || merge_payload(s, to, &in, e)
                           ? -1
                           : 0;
    hl_samples_close(&in);
    return status;
}

/* ---- all of them ---- */

static int by_number(const void *a, const void *b)
{
    const join_shard *x = a, *y = b;
    return (x->shard.k > y->shard.k) - (x->shard.k < y->shard.k);
}

/* Each of the N once. */
static int check_numbers(const join_set *s, hl_err *e)
{
    enum { SHOWN = 10 };
    hl_strbuf missing = {0};
    size_t nmissing = 0;
    int64_t next = 1;
    char word[HL_SHARD_WORD];
    for (size_t i = 0; i < s->n; next = s->shards[i++].shard.k + 1) {
        const join_shard *one = &s->shards[i];
        if (i && one->shard.k == s->shards[i - 1].shard.k)
            return hl_fail(e, "%s and %s: expected different shards, found %s twice",
                           s->shards[i - 1].path, one->path, hl_shard_word(&one->shard, word));
        for (; next < one->shard.k; next++)
            hl_strbuf_item(&missing, nmissing++, SHOWN, "%d", (int)next);
    }
    for (; next <= s->shards[0].shard.n; next++)
        hl_strbuf_item(&missing, nmissing++, SHOWN, "%d", (int)next);
    if (nmissing)
        hl_fail(e, "%s: expected all %d shards, found %zu: missing: %s", s->shards[0].path,
                (int)s->shards[0].shard.n, s->n, missing.data);
    hl_strbuf_free(&missing);
    return nmissing ? -1 : 0;
}

/* Appends the rows and the rejects of a shard to those of the set. */
static int add_rows(join_set *s, join_shard *one, hl_sha256 *files, hl_err *e)
{
    size_t from, to, nfiles = 0;
    const size_t rejected = s->rejects.images.n;
    hl_shard *shard = &one->shard;
    for (size_t i = 0; i < one->manifest.n; i++)
        if (one->manifest.samples[i].augmented == 0)
            hl_shard_add_file(files, one->manifest.samples[i].path, shard->files[nfiles++]);
    if (hl_rejects_add_rows(&s->rejects, one->path, shard->rejects, shard->rejects_len, e))
        return -1;
    hl_shard_range(shard, &from, &to);
    const size_t found = nfiles + s->rejects.images.n - rejected;
    if (found != to - from)
        return hl_fail(e, "%s: expected %zu rows of the manifest, used or left out, found %zu",
                       one->path, to - from, found);
    hl_manifest_append(&s->manifest, &one->manifest);
    hl_shard_release(shard);
    return 0;
}

static int add_all_rows(join_set *s, hl_err *e)
{
    hl_sha256 *files = hl_sha256_new();
    int status = 0;
    for (size_t i = 0; i < s->n && status == 0; i++)
        status = add_rows(s, &s->shards[i], files, e);
    hl_sha256_end_text(files, s->files);
    hl_manifest_finish(&s->manifest);
    hl_manifest_finish(&s->rejects.images);
    s->payload.shape[0] = (int64_t)s->manifest.n;
    return status;
}

int join_set_read(join_set *s, char *const *paths, size_t n, hl_err *e)
{
    *s = (join_set){.n = n};
    if (hl_in_check_regular(paths[0], e) || find_kind(s, paths[0], e))
        return -1;
    s->shards = hl_calloc(n, sizeof *s->shards);
    int status = 0;
    for (size_t i = 0; i < n; i++)
        s->shards[i].path = paths[i];
    for (size_t i = 0; i < n && status == 0; i++)
        status = read_shard(s, &s->shards[i], e);
    if (status == 0) {
        qsort(s->shards, n, sizeof *s->shards, by_number);
        status = check_numbers(s, e) || add_all_rows(s, e) ? -1 : 0;
    }
    if (status)
        join_set_free(s);
    return status;
}

void join_set_free(join_set *s)
{
    for (size_t i = 0; i < s->n; i++) {
        hl_shard_free(&s->shards[i].shard);
        hl_manifest_free(&s->shards[i].manifest);
        free(s->shards[i].provenance);
    }
    free(s->shards);
    hl_manifest_free(&s->manifest);
    hl_rejects_free(&s->rejects);
    hl_string_list_free(s->classes, s->nclasses);
    free(s->provenance);
    *s = (join_set){0};
}
