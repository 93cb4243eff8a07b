/* SPDX-License-Identifier: BSD-2-Clause */
#include "write.h"

#include "base/log.h"
#include "base/mem.h"
#include "data/image_paths.h"
#include "data/manifest_index.h"
#include "data/provenance.h"
#include "data/sample_file.h"
#include "sys/named_files.h"
#include "sys/output.h"

#include <stdio.h>
#include <stdlib.h>

static int extend_provenance(char **provenance, const preprocess_conversion *c,
                             const preprocess_outputs *o, hl_err *e)
{
    char left_out[HL_DIGEST_SIZE];
    const size_t n = hl_manifest_left_out(c->manifest, &c->kept, left_out);
    const hl_input inputs[] = {
        {"manifest", c->manifest_digest}, {"images", c->digest}, {"left-out", left_out}};
    return hl_provenance_extend(provenance, c->manifest->provenance, o->record, inputs, n ? 3 : 2,
                                e);
}

/* ---- rejected images ---- */

static int begin_rejects(const preprocess_conversion *c, const preprocess_outputs *o, hl_out *out,
                         hl_err *e)
{
    char *provenance;
    if (extend_provenance(&provenance, c, o, e))
        return -1;
    hl_strbuf t = {0};
    hl_rejects_format(&c->rejects, provenance, &t);
    free(provenance);
    const int status = hl_out_open(out, o->rejects, false, e);
    if (status == 0)
        fwrite(t.data, 1, t.len, out->fp); /* the commit reports a failed write */
    hl_strbuf_free(&t);
    return status;
}

/* Whether a class or a subset is emptied is seen when all shards are together. */
static void warn_of_rejects(const preprocess_conversion *c)
{
    hl_rejects_warn(&c->rejects, &c->kept, c->first_reject.msg);
    if (!c->shard.n)
        hl_rejects_warn_emptied(&c->rejects, &c->kept);
}

/* ---- the file of images ---- */

static hl_feature_space feature_space_of(const preprocess_conversion *c)
{
    hl_feature_space fs = {.height = (int64_t)c->to.height, .width = (int64_t)c->to.width};
    hl_choice_word(HL_FILTER_WORDS, (int)c->to.filter, fs.filter, sizeof fs.filter);
    hl_choice_word(HL_FIT_WORDS, (int)c->to.fit, fs.fit, sizeof fs.fit);
    const hl_depth depth = hl_depth_settle(c->to.depth);
    if (c->shallow || hl_depth_bits(depth))
        hl_choice_word(HL_DEPTH_WORDS, (int)depth, fs.depth, sizeof fs.depth);
    return fs;
}

static int create_output(hl_tf_writer **out, const preprocess_conversion *c,
                         const preprocess_outputs *o, int channels, const char *data_digest,
                         hl_err *e)
{
    const hl_tensor_desc payload = {
        .name = "images",
        .dtype = HL_U8,
        .rank = 4,
        .shape = {(int64_t)c->kept.n, (int64_t)c->to.height, (int64_t)c->to.width, channels},
    };
    const hl_feature_space fs = feature_space_of(c);
    char *provenance;
    if (extend_provenance(&provenance, c, o, e))
        return -1;
    const int status =
        hl_samples_create(out, o->images, &c->kept, c->manifest->classes, c->manifest->nclasses,
                          &fs, provenance, &payload, &c->shard, data_digest, e);
    free(provenance);
    return status;
}

/* Copies all images from the spool into the digest, if there is one, else into the file. */
static int copy_images(preprocess_conversion *c, int channels, hl_sha256 *digest, hl_tf_writer *out,
                       hl_err *e)
{
    const size_t bytes = c->to.height * c->to.width * (size_t)channels;
    uint8_t *image = hl_malloc(bytes, 1);
    int status = preprocess_spool_rewind(&c->spool, e);
    for (size_t i = 0; i < c->kept.n && status == 0; i++) {
        status = preprocess_spool_next(&c->spool, image, channels, e);
        if (status == 0 && digest)
            hl_sha256_add(digest, image, bytes);
        else if (status == 0)
            status = hl_tf_write(out, image, bytes, e);
    }
    free(image);
    return status;
}

/* Reads the spool twice, because the header of the file contains the digest of the data. */
static int write_images(preprocess_conversion *c, const preprocess_outputs *o, hl_tf_writer **out,
                        hl_err *e)
{
    const int channels = o->always_rgb || c->spool.colour ? 3 : 1;
    hl_sha256 *sum = hl_samples_digest(&c->kept, &c->shard);
    char digest[HL_DIGEST_SIZE];
    const int status = copy_images(c, channels, sum, NULL, e);
    hl_sha256_end_text(sum, digest);
    if (status || create_output(out, c, o, channels, digest, e) ||
        copy_images(c, channels, NULL, *out, e))
        return -1;
    return hl_tf_complete(*out, e);
}

/* Both files appear, or neither does. Where no image is left, only the list is written, which
 * tells why; a shard may have no images. */
static int write_outputs(preprocess_conversion *c, const preprocess_outputs *o, hl_err *e)
{
    hl_out rejects = {0}, *outs[2];
    hl_tf_writer *images = NULL;
    size_t n = 0;
    const bool has_images = c->kept.n || c->shard.n;
    int status = o->rejects ? begin_rejects(c, o, &rejects, e) : 0;
    if (o->rejects)
        outs[n++] = &rejects;
    if (status == 0 && has_images)
        status = write_images(c, o, &images, e);
    if (images)
        outs[n++] = hl_tf_output(images);
    if (status == 0)
        status = hl_out_commit_all(outs, n, e);
    if (status == 0 && !has_images)
        status = hl_fail(e, "none of %zu images is usable", c->manifest->n);
    hl_out_abort(&rejects);
    hl_tf_discard(images);
    return status;
}

/* ---- the steps ---- */

static int check_manifest(const preprocess_conversion *c, const char *name, hl_err *e)
{
    if (hl_images_expect_kept_by_name(c->manifest, c->root, e))
        return -1;
    return hl_manifest_has_augmented(c->manifest)
               ? hl_fail(e, "%s: expected original images only, found augmented copies", name)
               : 0;
}

/* Cuts the manifest to the rows of the shard. */
static void take_shard(preprocess_conversion *c, hl_manifest *m)
{
    hl_shard *s = &c->shard;
    size_t from, to;
    if (!s->n)
        return;
    s->rows = (int64_t)m->n;
    s->images = (int64_t)(m->n + c->copies * hl_manifest_count(m, HL_TRAIN));
    hl_shard_range(s, &from, &to);
    hl_manifest_keep_rows(m, from, to);
    hl_log_info("shard %d of %d: rows %zu to %zu of %d", (int)s->k, (int)s->n, from + 1, to,
                (int)s->rows);
}

/* The rejects become part of a shard. */
static int convert(preprocess_conversion *c, hl_err *e)
{
    if (preprocess_convert(c, e))
        return -1;
    warn_of_rejects(c);
    hl_strbuf rows = {0};
    hl_rejects_format_rows(&c->rejects, &rows);
    c->shard.rejects = rows.data;
    c->shard.rejects_len = rows.len;
    return 0;
}

int preprocess_manifest(const preprocess_conversion *settings, const char *manifest,
                        const char *root, const preprocess_outputs *o, hl_err *e)
{
    hl_manifest m;
    if (hl_manifest_read(&m, manifest, e))
        return -1;
    preprocess_conversion c = *settings;
    c.manifest = &m;
    c.root = root ? root : m.root;
    int status = check_manifest(&c, manifest ? manifest : "standard input", e);
    if (status == 0) {
        hl_manifest_digest(&m, c.manifest_digest);
        take_shard(&c, &m);
        status = hl_images_expect_kept(&m, c.root, e) || convert(&c, e) || write_outputs(&c, o, e)
                     ? -1
                     : 0;
    }
    preprocess_conversion_free(&c);
    hl_manifest_free(&m);
    return status;
}
