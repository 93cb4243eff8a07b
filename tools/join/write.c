/* SPDX-License-Identifier: BSD-2-Clause */
#include "write.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/progress.h"
#include "data/manifest_index.h"
#include "data/provenance.h"
#include "image/grey.h"
#include "sys/output.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

/* Bytes read at once; grey pixels become three times as many. */
enum { PIECE = 1 << 17 };

typedef struct sink {
    hl_sha256 *digest; /* one of the two */
    hl_tf_writer *out;
    bool to_rgb;
    hl_progress progress; /* of bytes, in both passes */
    uint8_t bytes[3 * PIECE];
} sink;

static int copy_piece(sink *to, hl_tf_reader *r, size_t n, hl_err *e)
{
    if (hl_tf_read(r, to->bytes, n, e))
        return -1;
    if (to->to_rgb)
        hl_grey_to_rgb(to->bytes, n, to->bytes);
    const size_t bytes = to->to_rgb ? 3 * n : n;
    if (to->out)
        return hl_tf_write(to->out, to->bytes, bytes, e);
    hl_sha256_add(to->digest, to->bytes, bytes);
    return 0;
}

static int copy_rows(const join_shard *one, hl_tf_reader *r, sink *to, hl_err *e)
{
    if (strcmp(hl_tf_id(r), one->id) != 0)
        return hl_fail(e, "%s: has been replaced while it was read", one->path);
    if (hl_tf_skip(r, one->before, e))
        return -1;
    for (uint64_t left = (uint64_t)one->shape[0] * one->row_bytes; left;) {
        const size_t n = left < PIECE ? (size_t)left : PIECE;
        if (copy_piece(to, r, n, e))
            return -1;
        left -= n;
    }
    return hl_tf_end(r, e);
}

static int copy_all(const join_set *s, sink *to, hl_err *e)
{
    int status = 0;
    for (size_t i = 0; i < s->n && status == 0; i++) {
        const join_shard *one = &s->shards[i];
        hl_tf_reader *r;
        if (hl_tf_open(&r, one->path, s->kind, e))
            return -1;
        to->to_rgb = join_set_is_images(s) && one->shape[3] < s->payload.shape[3];
        status = copy_rows(one, r, to, e);
        hl_tf_close(r);
        hl_progress_add(&to->progress, 1);
    }
    return status;
}

static int write_rows(const join_set *s, const join_outputs *o, const char *provenance,
                      hl_tf_writer **out, hl_err *e)
{
    char digest[HL_DIGEST_SIZE];
    sink *to = hl_calloc(1, sizeof *to);
    to->digest = hl_samples_digest(&s->manifest, NULL);
    hl_progress_start(&to->progress, "shards, each read twice", 2 * s->n);
    int status = copy_all(s, to, e);
    hl_sha256_end_text(to->digest, digest);
    if (status == 0)
        status = hl_samples_create(out, o->output, &s->manifest, s->classes, s->nclasses,
                                   &s->feature_space, provenance, &s->payload, NULL, digest, e);
    if (status == 0) {
        to->out = *out;
        status = copy_all(s, to, e) || hl_tf_complete(*out, e) ? -1 : 0;
    }
    if (status == 0)
        hl_progress_end(&to->progress);
    free(to);
    return status;
}

/* ---- provenance ---- */

/* images: identity of the joined images, of features. */
static int whole_provenance(const join_set *s, const char *images, char **whole, hl_err *e)
{
    static const hl_manifest none;
    char left_out[HL_DIGEST_SIZE];
    const size_t n = hl_manifest_left_out(&s->rejects.images, &none, left_out);
    const hl_shard_whole w = {.files = s->files, .left_out = n ? left_out : NULL, .images = images};
    return hl_shard_whole_provenance(whole, s->provenance, &s->of, &w, e);
}

/* Fails unless the features are those of these images. */
static int expect_images(const join_set *s, const hl_samples *images, const char *provenance,
                         hl_err *e)
{
    const char *name = hl_tf_name(images->file), *first = s->shards[0].path;
    char word[HL_SHARD_WORD];
    if (images->shard.n)
        return hl_fail(e, "%s: expected the joined images, found shard %s", name,
                       hl_shard_word(&images->shard, word));
    if (hl_provenance_descends_from(provenance, images->provenance) && images->n == s->manifest.n)
        return 0;
    hl_strbuf expected = {0}, found = {0};
    hl_provenance_differs(provenance, images->provenance, &expected, &found);
    hl_fail(e,
            "%s: %s and its other shards are not features of these images: expected %s, found "
            "%s",
            name, first, expected.data, found.data);
    hl_strbuf_free(&expected);
    hl_strbuf_free(&found);
    return -1;
}

static int features_provenance(const join_set *s, const char *path, char **whole, hl_err *e)
{
    hl_samples images;
    if (!path)
        return hl_fail(e,
                       "%s: shards of features: expected --images with the joined images, whose "
                       "identity the provenance states",
                       s->shards[0].path);
    if (hl_samples_open(&images, path, "images", e))
        return -1;
    int status = whole_provenance(s, hl_tf_id(images.file), whole, e);
    if (status == 0 && (status = expect_images(s, &images, *whole, e))) {
        free(*whole);
        *whole = NULL;
    }
    hl_samples_close(&images);
    return status;
}

static int find_provenance(const join_set *s, const join_outputs *o, char **whole, hl_err *e)
{
    const bool is_images = join_set_is_images(s);
    if (is_images && o->images)
        return hl_fail(e, "%s: --images: expected shards of features with it, found images",
                       s->shards[0].path);
    if (!is_images && o->rejects)
        return hl_fail(e, "%s: --rejects: expected shards of images with it, found features",
                       s->shards[0].path);
    return is_images ? whole_provenance(s, NULL, whole, e)
                     : features_provenance(s, o->images, whole, e);
}

/* ---- outputs ---- */

static void warn_of_rejects(const join_set *s)
{
    const hl_reject_list *r = &s->rejects;
    if (!r->images.n || !join_set_is_images(s))
        return;
    hl_strbuf first = {0};
    hl_strbuf_printf(&first, "%s: %s", r->images.samples[0].path, r->reasons[0]);
    hl_rejects_warn(r, &s->manifest, first.data);
    hl_rejects_warn_emptied(r, &s->manifest);
    hl_strbuf_free(&first);
}

static int write_rejects(const join_set *s, const char *path, const char *provenance, hl_out *out,
                         hl_err *e)
{
    hl_strbuf t = {0};
    hl_rejects_format(&s->rejects, provenance, &t);
    const int status = hl_out_open(out, path, false, e);
    if (status == 0)
        fwrite(t.data, 1, t.len, out->fp); /* the commit reports a failed write */
    hl_strbuf_free(&t);
    return status;
}

/* As preprocess does: where no image is left, only the list is written. */
static int write_outputs(const join_set *s, const join_outputs *o, const char *provenance,
                         hl_err *e)
{
    hl_out rejects = {0}, *outs[2];
    hl_tf_writer *rows = NULL;
    size_t n = 0;
    int status = o->rejects ? write_rejects(s, o->rejects, provenance, &rejects, e) : 0;
    if (o->rejects)
        outs[n++] = &rejects;
    if (status == 0 && s->manifest.n)
        status = write_rows(s, o, provenance, &rows, e);
    if (rows)
        outs[n++] = hl_tf_output(rows);
    if (status == 0)
        status = hl_out_commit_all(outs, n, e);
    if (status == 0 && s->manifest.n == 0)
        status = hl_fail(e, "none of %zu images is usable", s->rejects.images.n);
    hl_out_abort(&rejects);
    hl_tf_discard(rows);
    return status;
}

int join_write(join_set *s, const join_outputs *o, hl_err *e)
{
    char *provenance;
    if (find_provenance(s, o, &provenance, e))
        return -1;
    warn_of_rejects(s);
    const int status = write_outputs(s, o, provenance, e);
    free(provenance);
    return status;
}
