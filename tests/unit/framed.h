/* SPDX-License-Identifier: BSD-2-Clause */
/* Shortcuts for tensor files, written by the library or by hand. */
#ifndef HILUM_TESTS_UNIT_FRAMED_H
#define HILUM_TESTS_UNIT_FRAMED_H

#include "base/strbuf.h"
#include "format/tensorfile.h"
#include "helpers.h"

#include <zstd.h>

/* ---- by the library ---- */

static inline hl_tf_writer *create(const char *path, const hl_tf_header *h)
{
    hl_err e;
    hl_tf_writer *w;
    if (hl_tf_create(&w, path, h, HL_TF_LEVEL, &e))
        fail_msg("%s", e.msg);
    return w;
}

static inline hl_tf_reader *open_file(const char *path, const char *kind)
{
    hl_err e;
    hl_tf_reader *r;
    if (hl_tf_open(&r, path, kind, &e))
        fail_msg("%s", e.msg);
    return r;
}

/* A complete file "f". */
static inline void write_file(const hl_tf_header *h, const void *data, size_t bytes)
{
    hl_err e;
    hl_tf_writer *w = create("f", h);
    assert_int_equal(hl_tf_write(w, data, bytes, &e), 0);
    assert_int_equal(hl_tf_finish(w, &e), 0);
}

/* ---- by hand ---- */

enum { WITHOUT_CHECKSUM = 1, WITHOUT_SIZE = 2 };

/* The bytes in one zstd frame. */
static inline hl_strbuf frame(const void *bytes, size_t len, int flags)
{
    hl_strbuf out = {0};
    ZSTD_CCtx *c = ZSTD_createCCtx();
    char *packed = malloc(ZSTD_compressBound(len));
    assert_true(c && packed);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, !(flags & WITHOUT_CHECKSUM));
    ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, !(flags & WITHOUT_SIZE));
    const size_t n = ZSTD_compress2(c, packed, ZSTD_compressBound(len), bytes, len);
    assert_false(ZSTD_isError(n));
    hl_strbuf_add(&out, packed, n);
    ZSTD_freeCCtx(c);
    free(packed);
    return out;
}

/* A safetensors file: the given header length, the header, `data` zero bytes. */
static inline hl_strbuf plain(uint64_t length, const char *header, size_t data)
{
    hl_strbuf t = {0};
    for (int i = 0; i < 8; i++)
        hl_strbuf_add(&t, &(char){(char)(length >> (8 * i))}, 1);
    hl_strbuf_puts(&t, header);
    while (data-- > 0)
        hl_strbuf_add(&t, "", 1);
    return t;
}

/* Writes it to the file "f" in a zstd frame, and frees it. */
static inline void put_framed(hl_strbuf inside, int flags)
{
    hl_strbuf file = frame(inside.data, inside.len, flags);
    put_file("f", file.data, file.len);
    hl_strbuf_free(&file);
    hl_strbuf_free(&inside);
}

/* Reads the file "f" to its end; appends its identity and data to seen, if not NULL. */
static inline int read_whole(hl_strbuf *seen, hl_err *e)
{
    hl_tf_reader *r;
    if (hl_tf_open(&r, "f", NULL, e))
        return -1;
    const hl_tf_header *h = hl_tf_get_header(r);
    uint64_t bytes = 0;
    for (size_t i = 0; i < h->ntensors; i++)
        bytes += h->tensors[i].bytes;
    int status = 0;
    if (seen)
        hl_strbuf_puts(seen, hl_tf_id(r));
    for (char piece[100]; bytes && status == 0;) {
        const size_t n = bytes < sizeof piece ? (size_t)bytes : sizeof piece;
        status = hl_tf_read(r, piece, n, e);
        if (seen && status == 0)
            hl_strbuf_add(seen, piece, n);
        bytes -= n;
    }
    if (status == 0)
        status = hl_tf_end(r, e);
    hl_tf_close(r);
    return status;
}

static inline void assert_refused(const char *why)
{
    hl_err e;
    if (read_whole(NULL, &e) == 0)
        fail_msg("accepted; expected '%s'", why);
    assert_contains(e.msg, "f: ");
    assert_contains(e.msg, why);
}

#define GOOD_HEADER "{\"x\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]}}"

#endif
