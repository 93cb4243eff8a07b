/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading tensor files. */
#include "base/mem.h"
#include "base/sha256.h"
#include "format/convert.h"
#include "format/tensorfile_header.h"
#include "sys/input.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { CHUNK = 1 << 17 };

static uint64_t load_u64(const unsigned char *from)
{
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--)
        v = v << 8 | from[i];
    return v;
}

struct hl_tf_reader {
    FILE *fp;
    const char *name;
    bool plain;      /* a safetensors file without a zstd frame */
    ZSTD_DCtx *zstd; /* unused if plain */
    ZSTD_inBuffer in;
    bool frame_ended;
    uint64_t left; /* bytes of data still to come */
    hl_tf_header header;
    char id[HL_DIGEST_SIZE];
    const char *stated; /* digest of the data as the header states it; NULL if it does not */
    hl_sha256 *digest;  /* of the data so far; NULL if none is stated, or once compared */
    char buf[CHUNK];
};

static int refill(hl_tf_reader *r, hl_err *e)
{
    const size_t n = fread(r->buf, 1, sizeof r->buf, r->fp);
    if (ferror(r->fp)) /* even after a partial read, while errno is still that of the failure */
        return hl_fail_errno(e, "%s: cannot be read", r->name);
    r->in = (ZSTD_inBuffer){r->buf, n, 0};
    return 0;
}

/* Decompresses `bytes`, or fewer (*got) if the frame ends. */
static int inflate(hl_tf_reader *r, void *data, size_t bytes, size_t *got, hl_err *e)
{
    ZSTD_outBuffer out = {data, bytes, 0};
    while (out.pos < out.size && !r->frame_ended) {
        if (r->in.pos == r->in.size && refill(r, e))
            return -1;
        const size_t before = out.pos;
        const bool starved = r->in.size == 0;
        const size_t hint = ZSTD_decompressStream(r->zstd, &out, &r->in);
        if (ZSTD_isError(hint))
            return hl_fail(e, "%s: damaged zstd data: %s", r->name, ZSTD_getErrorName(hint));
        r->frame_ended = hint == 0;
        if (starved && !r->frame_ended && out.pos == before)
            return hl_fail(e, "%s: truncated: the zstd frame does not end", r->name);
    }
    *got = out.pos;
    return 0;
}

/* Reads `bytes` of the safetensors file, or fewer (*got) at its end. */
static int pull(hl_tf_reader *r, void *data, size_t bytes, size_t *got, hl_err *e)
{
    if (!r->plain)
        return inflate(r, data, bytes, got, e);
    for (*got = 0; *got < bytes;) {
        if (r->in.pos == r->in.size && refill(r, e))
            return -1;
        if (r->in.size == 0)
            break;
        const size_t have = r->in.size - r->in.pos, want = bytes - *got;
        const size_t n = have < want ? have : want;
        memcpy((char *)data + *got, r->buf + r->in.pos, n);
        r->in.pos += n;
        *got += n;
    }
    return 0;
}

static bool starts_with_frame(const hl_tf_reader *r)
{
    static const unsigned char magic[4] = {0x28, 0xB5, 0x2F, 0xFD}; /* RFC 8878 3.1.1 */
    return r->in.size > sizeof magic && memcmp(r->buf, magic, sizeof magic) == 0;
}

/* The frame must state its content size, which goes to *size, and have a checksum. */
static int check_frame(const hl_tf_reader *r, uint64_t *size, hl_err *e)
{
    if (!starts_with_frame(r))
        return hl_fail(e, "%s: not a tensor file: expected a zstd frame", r->name);
    const unsigned long long n = ZSTD_getFrameContentSize(r->buf, r->in.size);
    if (n == ZSTD_CONTENTSIZE_ERROR)
        return hl_fail(e, "%s: truncated or damaged zstd frame header", r->name);
    if (n == ZSTD_CONTENTSIZE_UNKNOWN)
        return hl_fail(e, "%s: expected a zstd frame that states its size, found one without",
                       r->name);
    if (!(r->buf[4] & 4)) /* the frame header descriptor's checksum bit, RFC 8878 3.1.1.1.1 */
        return hl_fail(e, "%s: expected a zstd frame with a checksum, found one without", r->name);
    *size = n;
    return 0;
}

/* Prepares for the comparison with the stated digest after the last byte. */
static int expect_digest(hl_tf_reader *r, hl_err *e)
{
    const char *stated = hl_tf_meta(&r->header, HL_TF_DATA_KEY);
    if (!stated)
        return 0;
    if (!hl_digest_is_text(stated))
        return hl_fail(e, "%s: %s: expected 'sha256:' and 64 hexadecimal digits, found '%s'",
                       r->name, HL_TF_DATA_KEY, stated);
    r->stated = stated;
    r->digest = hl_sha256_new();
    return 0;
}

static int read_header(hl_tf_reader *r, bool or_plain, hl_err *e)
{
    uint64_t size = 0; /* unknown for a plain file */
    unsigned char prefix[8];
    size_t got;
    if (refill(r, e))
        return -1;
    if (r->in.size == 0)
        return hl_fail(e, "%s: expected a tensor file, found nothing", r->name);
    r->plain = or_plain && !starts_with_frame(r);
    if ((!r->plain && check_frame(r, &size, e)) || pull(r, prefix, sizeof prefix, &got, e))
        return -1;
    const uint64_t len = got == sizeof prefix ? load_u64(prefix) : 0;
    if (got != sizeof prefix || len < 2 || len > HL_TF_MAX_HEADER)
        return hl_fail(e,
                       "%s: not a tensor file: expected a header of 2 to %d bytes, found %" PRIu64,
                       r->name, HL_TF_MAX_HEADER, len);
    char *text = hl_malloc(len, 1);
    int status = pull(r, text, len, &got, e);
    if (status == 0 && got != len)
        status = hl_fail(e, "%s: truncated: the header ends early", r->name);
    if (status == 0)
        status = hl_tf_header_parse(&r->header, text, len, r->name, e);
    if (status == 0) {
        hl_digest_bytes(text, len, r->id);
        r->left = hl_tf_data_bytes(&r->header);
        if (!r->plain && size != sizeof prefix + len + r->left)
            status = hl_fail(e, "%s: expected %" PRIu64 " bytes by its header, found %" PRIu64,
                             r->name, sizeof prefix + len + r->left, size);
        if (status == 0)
            status = expect_digest(r, e);
    }
    free(text);
    return status;
}

static int check_kind(const hl_tf_reader *r, const char *kind, hl_err *e)
{
    const char *found = hl_tf_meta(&r->header, "hilum.kind");
    if (!kind || (found && strcmp(found, kind) == 0))
        return 0;
    return hl_fail(e, "%s: expected a file of kind '%s', found '%s'", r->name, kind,
                   found ? found : "none");
}

static int open_reader(hl_tf_reader **result, const char *path, bool or_plain, const char *kind,
                       hl_err *e)
{
    const char *name;
    FILE *fp = hl_in_open(path, &name, e);
    if (!fp)
        return -1;
    hl_tf_reader *r = hl_calloc(1, sizeof *r);
    r->fp = fp;
    r->name = name;
    r->zstd = ZSTD_createDCtx();
    int status =
        r->zstd ? read_header(r, or_plain, e) : hl_fail(e, "%s: zstd cannot be started", name);
    if (status == 0)
        status = check_kind(r, kind, e);
    if (status)
        hl_tf_close(r);
    else
        *result = r;
    return status;
}

int hl_tf_open(hl_tf_reader **r, const char *path, const char *kind, hl_err *e)
{
    return open_reader(r, path, false, kind, e);
}

int hl_tf_open_any(hl_tf_reader **r, const char *path, hl_err *e)
{
    return open_reader(r, path, true, NULL, e);
}

const hl_tf_header *hl_tf_get_header(const hl_tf_reader *r)
{
    return &r->header;
}

const char *hl_tf_name(const hl_tf_reader *r)
{
    return r->name;
}

const char *hl_tf_id(const hl_tf_reader *r)
{
    return r->id;
}

bool hl_tf_id_covers_data(const hl_tf_reader *r)
{
    return r->stated != NULL;
}

int hl_tf_read_unverified(hl_tf_reader *r, void *data, size_t bytes, hl_err *e)
{
    size_t got;
    if (bytes > r->left)
        return hl_fail(e, "%s: expected %zu more bytes, found %" PRIu64, r->name, bytes, r->left);
    if (pull(r, data, bytes, &got, e))
        return -1;
    if (got != bytes)
        return hl_fail(e, "%s: truncated: the data ends early", r->name);
    r->left -= bytes;
    return 0;
}

void hl_tf_add_to_digest(hl_tf_reader *r, const void *data, size_t bytes)
{
    if (r->digest)
        hl_sha256_add(r->digest, data, bytes);
}

int hl_tf_read(hl_tf_reader *r, void *data, size_t bytes, hl_err *e)
{
    if (hl_tf_read_unverified(r, data, bytes, e))
        return -1;
    hl_tf_add_to_digest(r, data, bytes);
    return 0;
}

int hl_tf_read_finite(hl_tf_reader *r, const char *tensor, float *values, size_t n, hl_err *e)
{
    if (hl_tf_read(r, values, n * sizeof *values, e))
        return -1;
    return hl_all_finite(values, n)
               ? 0
               : hl_fail(e, "%s: %s: a value is not finite", hl_tf_name(r), tensor);
}

int hl_tf_skip(hl_tf_reader *r, uint64_t bytes, hl_err *e)
{
    char sink[4096];
    while (bytes) {
        const size_t n = bytes < sizeof sink ? (size_t)bytes : sizeof sink;
        if (hl_tf_read(r, sink, n, e))
            return -1;
        bytes -= n;
    }
    return 0;
}

static int compare_digest(hl_tf_reader *r, hl_err *e)
{
    char found[HL_DIGEST_SIZE];
    if (!r->digest)
        return 0;
    hl_sha256_end_text(r->digest, found);
    r->digest = NULL;
    return strcmp(found, r->stated) == 0
               ? 0
               : hl_fail(e, "%s: is damaged: expected data with the digest %s, found %s", r->name,
                         r->stated, found);
}

int hl_tf_end(hl_tf_reader *r, hl_err *e)
{
    char extra = 0;
    size_t got = 0;
    if (r->left)
        return hl_fail(e, "%s: %" PRIu64 " bytes were not read", r->name, r->left);
    if (pull(r, &extra, 1, &got, e)) /* reaches the checksum */
        return -1;
    if (got == 0 && r->in.pos == r->in.size && refill(r, e))
        return -1;
    if (got || r->in.pos != r->in.size)
        return hl_fail(e, "%s: bytes follow the last tensor", r->name);
    return compare_digest(r, e);
}

void hl_tf_close(hl_tf_reader *r)
{
    if (!r)
        return;
    hl_tf_header_free(&r->header);
    hl_sha256_free(r->digest);
    ZSTD_freeDCtx(r->zstd);
    if (r->fp != stdin)
        fclose(r->fp);
    free(r);
}

void hl_tf_libraries(FILE *fp)
{
    fprintf(fp, "zstd\t%s\n", ZSTD_versionString());
}
