/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache.h"

#include "base/array.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "format/checksum.h"
#include "format/tsv.h"
#include "sys/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char first_line[] = "#hilum-digests 1";

/* ---- in memory ---- */

static int compare_rows(const void *a, const void *b)
{
    return hl_file_stamp_compare(&((const digest_cached_file *)a)->stamp,
                                 &((const digest_cached_file *)b)->stamp);
}

void digest_cache_add(digest_cache *c, const hl_file_stamp *s, const char *digest)
{
    c->rows = hl_array_reserve(c->rows, c->n + 1, &c->cap, sizeof *c->rows);
    digest_cached_file *row = &c->rows[c->n++];
    row->stamp = *s;
    memcpy(row->digest, digest, sizeof row->digest);
}

void digest_cache_sort(digest_cache *c)
{
    if (c->n)
        qsort(c->rows, c->n, sizeof *c->rows, compare_rows);
}

const char *digest_cache_find(const digest_cache *c, const hl_file_stamp *s)
{
    const digest_cached_file key = {.stamp = *s};
    const digest_cached_file *row =
        c->n ? bsearch(&key, c->rows, c->n, sizeof *c->rows, compare_rows) : NULL;
    return row ? row->digest : NULL;
}

void digest_cache_free(digest_cache *c)
{
    free(c->rows);
    *c = (digest_cache){0};
}

/* ---- on disk ---- */

static bool is_digest(const char *text)
{
    return strlen(text) == HL_DIGEST_SIZE - 1 && strncmp(text, "sha256:", 7) == 0 &&
           strspn(text + 7, "0123456789abcdef") == 64;
}

static int read_rows(digest_cache *c, const hl_tsv *t, hl_err *e)
{
    static const char *const names[5] = {"inode", "bytes", "mtime", "ctime", "digest"};
    size_t at[5];
    for (size_t k = 0; k < 5; k++)
        if (hl_tsv_column(t, names[k], &at[k], e))
            return -1;
    for (size_t i = 0; i < t->nrows; i++) {
        hl_file_stamp s;
        const char *digest = hl_tsv_field(t, i, at[4]);
        if (!hl_parse_i64(hl_tsv_field(t, i, at[0]), &s.inode) ||
            !hl_parse_i64(hl_tsv_field(t, i, at[1]), &s.bytes) ||
            !hl_parse_i64(hl_tsv_field(t, i, at[2]), &s.mtime) ||
            !hl_parse_i64(hl_tsv_field(t, i, at[3]), &s.ctime) || !is_digest(digest))
            return hl_fail(e, "%s: row %zu: expected four whole numbers and a digest", t->name,
                           i + 1);
        digest_cache_add(c, &s, digest);
    }
    digest_cache_sort(c);
    return 0;
}

int digest_cache_read(digest_cache *c, const char *path, hl_err *e)
{
    *c = (digest_cache){0};
    if (access(path, F_OK) && errno == ENOENT)
        return 0;
    hl_tsv t;
    if (hl_tsv_read(&t, path, e))
        return -1;
    int status = 0;
    if (t.ncomments == 0 || strcmp(t.comments[0], first_line) != 0)
        status = hl_fail(e, "%s: expected '%s' as its first line", path, first_line);
    if (status == 0)
        status = read_rows(c, &t, e);
    hl_tsv_free(&t);
    if (status)
        digest_cache_free(c);
    return status;
}

int digest_cache_write(const digest_cache *c, const char *path, hl_err *e)
{
    hl_out o;
    if (hl_out_open(&o, path, false, e))
        return -1;
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "%s\ninode\tbytes\tmtime\tctime\tdigest\n", first_line);
    for (size_t i = 0; i < c->n; i++) {
        const digest_cached_file *row = &c->rows[i];
        hl_strbuf_printf(&t, "%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s\n",
                         row->stamp.inode, row->stamp.bytes, row->stamp.mtime, row->stamp.ctime,
                         row->digest);
    }
    hl_checksum_add_line(&t, 0);
    fwrite(t.data, 1, t.len, o.fp); /* a failure shows in ferror at commit */
    hl_strbuf_free(&t);
    return hl_out_commit(&o, e);
}
