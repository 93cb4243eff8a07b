/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing tensor files. The header states the digest of the data that follow it, so either the
 * caller knows that digest beforehand, or the data wait in scratch space until they are complete.
 */
#include "base/mem.h"
#include "base/sha256.h"
#include "format/tensorfile_header.h"
#include "sys/output.h"
#include "sys/scratch.h"

#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { CHUNK = 1 << 17, PUSHED_AT_ONCE = 1 << 24 };

static int compressing_threads = 1;

void hl_tf_set_threads(int n)
{
    enum { MOST = 8 }; /* each needs a few megabytes */
    compressing_threads = n < 1 ? 1 : n > MOST ? MOST : n;
}

struct hl_tf_writer {
    hl_out out;
    hl_tf_header header; /* a copy */
    int level;
    uint64_t bytes, left; /* of data: in total, and still to come */
    hl_sha256 *digest;    /* of the data so far, in scratch; NULL if the caller stated it */
    hl_scratch scratch;
    ZSTD_CCtx *zstd; /* NULL until the frame has begun */
    size_t held;     /* bytes written since the last hl_out_push */
    char buf[CHUNK];
};

/* ---- the frame ---- */

/* Compresses and writes; mode ZSTD_e_end ends the frame. */
static int deflate(hl_tf_writer *w, const void *data, size_t bytes, ZSTD_EndDirective mode,
                   hl_err *e)
{
    ZSTD_inBuffer in = {data, bytes, 0};
    for (;;) {
        ZSTD_outBuffer out = {w->buf, sizeof w->buf, 0};
        const size_t rest = ZSTD_compressStream2(w->zstd, &out, &in, mode);
        if (ZSTD_isError(rest))
            return hl_fail(e, "%s: zstd: %s", w->out.name, ZSTD_getErrorName(rest));
        if (fwrite(w->buf, 1, out.pos, w->out.fp) != out.pos)
            return hl_fail_errno(e, "%s: cannot be written", w->out.name);
        w->held += out.pos;
        if (w->held >= PUSHED_AT_ONCE) {
            w->held = 0;
            if (hl_out_push(&w->out, e))
                return -1;
        }
        if (mode == ZSTD_e_end ? rest == 0 : in.pos == in.size)
            return 0;
    }
}

/* At least one worker thread: zstd's output is the same for any number of them except none. A
 * libzstd built without threads ignores the parameter, and its output may differ in a few bytes. */
static int start_frame(hl_tf_writer *w, uint64_t size, hl_err *e)
{
    w->zstd = ZSTD_createCCtx();
    if (w->zstd)
        (void)ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_nbWorkers, compressing_threads);
    if (!w->zstd ||
        ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, w->level)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1)) ||
        ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(w->zstd, size)))
        return hl_fail(e, "%s: zstd cannot be started", w->out.name);
    return 0;
}

/* The header as JSON, with the digest of the data or a placeholder of the same length. */
static char *format_header(hl_tf_writer *w, const char *digest, size_t *len, hl_err *e)
{
    hl_tf_set_meta(&w->header, HL_TF_DATA_KEY, digest);
    char *text = hl_tf_header_format(&w->header, len, e);
    if (text && *len > HL_TF_MAX_HEADER) {
        hl_fail(e, "%s: its header would have %zu bytes: expected at most %d", w->out.name, *len,
                HL_TF_MAX_HEADER);
        free(text);
        return NULL;
    }
    return text;
}

static int write_header(hl_tf_writer *w, const char *digest, hl_err *e)
{
    size_t len;
    char *text = format_header(w, digest, &len, e);
    if (!text)
        return -1;
    unsigned char prefix[8];
    for (int i = 0; i < 8; i++)
        prefix[i] = (unsigned char)((uint64_t)len >> (8 * i));
    const int status = start_frame(w, sizeof prefix + len + w->bytes, e) ||
                               deflate(w, prefix, sizeof prefix, ZSTD_e_continue, e) ||
                               deflate(w, text, len, ZSTD_e_continue, e)
                           ? -1
                           : 0;
    free(text);
    return status;
}

/* ---- the writer ---- */

/* So that a header that cannot be written is noticed before the work, not after it. */
static int check_header(hl_tf_writer *w, hl_err *e)
{
    char placeholder[HL_DIGEST_SIZE];
    size_t len;
    hl_digest_bytes("", 0, placeholder);
    char *text = format_header(w, placeholder, &len, e);
    free(text);
    return text ? 0 : -1;
}

/* Next to the output, where the space is needed anyway; a pipe or a device has no such folder. */
static int open_scratch(hl_tf_writer *w, hl_err *e)
{
    char *copy = w->out.temp ? hl_strdup(w->out.temp) : NULL;
    const int status = hl_scratch_open(&w->scratch, w->bytes, copy ? dirname(copy) : NULL, e);
    free(copy);
    return status;
}

static int create(hl_tf_writer **result, const char *path, const hl_tf_header *h, int level,
                  const char *digest, hl_err *e)
{
    hl_tf_writer *w = hl_calloc(1, sizeof *w);
    w->level = level;
    w->bytes = w->left = hl_tf_data_bytes(h);
    hl_tf_header_copy(&w->header, h);
    int status = hl_out_open(&w->out, path, true, e);
    if (status == 0 && digest) {
        status = write_header(w, digest, e);
    } else if (status == 0) {
        w->digest = hl_sha256_new();
        status = check_header(w, e) || open_scratch(w, e) ? -1 : 0;
    }
    if (status)
        hl_tf_discard(w);
    else
        *result = w;
    return status;
}

int hl_tf_create(hl_tf_writer **w, const char *path, const hl_tf_header *h, int level, hl_err *e)
{
    return create(w, path, h, level, NULL, e);
}

int hl_tf_create_stated(hl_tf_writer **w, const char *path, const hl_tf_header *h, int level,
                        const char *digest, hl_err *e)
{
    return create(w, path, h, level, digest, e);
}

void hl_tf_amend(hl_tf_writer *w, const char *key, const char *value)
{
    if (!w->digest)
        abort(); /* the header has been written already */
    hl_tf_set_meta(&w->header, key, value);
}

int hl_tf_write(hl_tf_writer *w, const void *data, size_t bytes, hl_err *e)
{
    if (bytes > w->left)
        return hl_fail(e, "%s: %zu bytes more than the header promised", w->out.name,
                       bytes - (size_t)w->left);
    w->left -= bytes;
    if (!w->digest)
        return deflate(w, data, bytes, ZSTD_e_continue, e);
    hl_sha256_add(w->digest, data, bytes);
    return hl_scratch_write(&w->scratch, data, bytes, e);
}

/* Writes the header and the data from scratch, now that the digest is known. */
static int write_from_scratch(hl_tf_writer *w, const char *digest, hl_err *e)
{
    static _Thread_local char piece[CHUNK];
    if (hl_scratch_rewind(&w->scratch, e) || write_header(w, digest, e))
        return -1;
    for (uint64_t left = w->bytes; left;) {
        const size_t n = left < sizeof piece ? (size_t)left : sizeof piece;
        if (hl_scratch_read(&w->scratch, piece, n, e) || deflate(w, piece, n, ZSTD_e_continue, e))
            return -1;
        left -= n;
    }
    return 0;
}

static int end_data(hl_tf_writer *w, hl_err *e)
{
    char digest[HL_DIGEST_SIZE];
    if (w->left)
        return hl_fail(e, "%s: %" PRIu64 " bytes fewer than the header promised", w->out.name,
                       w->left);
    if (!w->digest)
        return 0;
    hl_sha256_end_text(w->digest, digest);
    w->digest = NULL;
    return write_from_scratch(w, digest, e);
}

int hl_tf_complete(hl_tf_writer *w, hl_err *e)
{
    return end_data(w, e) || deflate(w, NULL, 0, ZSTD_e_end, e) ? -1 : 0;
}

hl_out *hl_tf_output(hl_tf_writer *w)
{
    return &w->out;
}

int hl_tf_finish(hl_tf_writer *w, hl_err *e)
{
    const int status = hl_tf_complete(w, e) || hl_out_commit(&w->out, e) ? -1 : 0;
    hl_tf_discard(w);
    return status;
}

void hl_tf_discard(hl_tf_writer *w)
{
    if (!w)
        return;
    hl_out_abort(&w->out);
    hl_scratch_close(&w->scratch);
    hl_sha256_free(w->digest);
    hl_tf_header_free(&w->header);
    ZSTD_freeCCtx(w->zstd);
    free(w);
}
