/* SPDX-License-Identifier: BSD-2-Clause */
#include "dedup/fingerprint_cache.h"

#include "base/array.h"
#include "base/strbuf.h"
#include "base/version.h"
#include "format/tensorfile.h"
#include "image/remarks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char kind[] = "fingerprints", made_by[] = "hilum.made-by";

/* A row; each member is a row of one tensor. */
struct hl_known_fingerprint {
    hl_file_stamp state;
    struct {
        int64_t height, width, channels, plain, bits, auto_bits, remarks;
    } image;
    struct {
        int64_t sum, squares;
    } levels;
    uint64_t hash[HL_HASH_WORDS];
    unsigned char file[32], pixels[32];
    uint8_t thumb[HL_THUMB_SIDE * HL_THUMB_SIDE];
};

/* A tensor; its first dimension is the number of rows. */
typedef struct column {
    const char *name;
    size_t at, bytes; /* offset and size of the member of a row */
    hl_dtype dtype;
    int rank;
    int64_t shape[3];
} column;

#define MEMBER(m) #m, offsetof(hl_known_fingerprint, m), sizeof(((hl_known_fingerprint *)0)->m)
static const column columns[] = {
    {MEMBER(state), HL_I64, 2, {0, 4}},
    {MEMBER(image), HL_I64, 2, {0, 7}},
    {MEMBER(levels), HL_I64, 2, {0, 2}},
    {MEMBER(hash), HL_I64, 2, {0, HL_HASH_WORDS}},
    {MEMBER(file), HL_U8, 2, {0, 32}},
    {MEMBER(pixels), HL_U8, 2, {0, 32}},
    {MEMBER(thumb), HL_U8, 3, {0, HL_THUMB_SIDE, HL_THUMB_SIDE}},
};
enum { COLUMNS = sizeof columns / sizeof *columns, MOST_BYTES = HL_THUMB_SIDE * HL_THUMB_SIDE };

/* Rows that are read and written at a time. */
enum { ROWS = 64 };

static void describe(hl_tf_header *h, size_t n)
{
    for (size_t k = 0; k < COLUMNS; k++) {
        int64_t shape[3];
        memcpy(shape, columns[k].shape, sizeof shape);
        shape[0] = (int64_t)n;
        hl_tf_add_tensor(h, columns[k].name, columns[k].dtype, columns[k].rank, shape);
    }
}

char *hl_fingerprint_cache_makers(void)
{
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "fingerprints\t%d\nhilum\t%s\n", HL_FINGERPRINT_FORMAT, HL_VERSION);
    hl_image_versions(&t);
    for (char *c = t.data; (c = strpbrk(c, "\t\n")); c++)
        *c = *c == '\t' ? ' ' : ';';
    return t.data;
}

/* ---- in memory ---- */

void hl_fingerprint_cache_add(hl_fingerprint_cache *c, const hl_file_stamp *s,
                              const hl_fingerprint *f)
{
    c->rows = hl_array_reserve(c->rows, c->n + 1, &c->cap, sizeof *c->rows);
    hl_known_fingerprint *row = &c->rows[c->n++];
    *row = (hl_known_fingerprint){
        .state = *s,
        .image = {(int64_t)f->height, (int64_t)f->width, f->file_channels, f->plain, f->bits,
                  f->auto_bits, f->remarks},
        .levels = {(int64_t)f->sum, (int64_t)f->squares},
    };
    memcpy(row->hash, f->hash, sizeof row->hash);
    memcpy(row->file, f->file, sizeof row->file);
    memcpy(row->pixels, f->pixels, sizeof row->pixels);
    memcpy(row->thumb, f->thumb, sizeof row->thumb);
}

static int compare_rows(const void *a, const void *b)
{
    return hl_file_stamp_compare(&((const hl_known_fingerprint *)a)->state,
                                 &((const hl_known_fingerprint *)b)->state);
}

/* A file with two names (a hard link) was added twice. */
void hl_fingerprint_cache_sort(hl_fingerprint_cache *c)
{
    size_t kept = 0;
    if (c->n)
        qsort(c->rows, c->n, sizeof *c->rows, compare_rows);
    for (size_t i = 0; i < c->n; i++)
        if (kept == 0 || compare_rows(&c->rows[kept - 1], &c->rows[i]) != 0)
            c->rows[kept++] = c->rows[i];
    c->n = kept;
}

bool hl_fingerprint_cache_find(const hl_fingerprint_cache *c, const hl_file_stamp *s,
                               hl_fingerprint *f)
{
    const hl_known_fingerprint key = {.state = *s};
    const hl_known_fingerprint *row =
        c->n ? bsearch(&key, c->rows, c->n, sizeof *c->rows, compare_rows) : NULL;
    if (!row)
        return false;
    *f = (hl_fingerprint){
        .read = true,
        .plain = row->image.plain != 0,
        .file_bytes = (size_t)row->state.bytes,
        .height = (size_t)row->image.height,
        .width = (size_t)row->image.width,
        .file_channels = (int)row->image.channels,
        .bits = (int)row->image.bits,
        .auto_bits = (int)row->image.auto_bits,
        .remarks = (unsigned)row->image.remarks,
        .sum = (uint64_t)row->levels.sum,
        .squares = (uint64_t)row->levels.squares,
    };
    memcpy(f->hash, row->hash, sizeof f->hash);
    memcpy(f->file, row->file, sizeof f->file);
    memcpy(f->pixels, row->pixels, sizeof f->pixels);
    memcpy(f->thumb, row->thumb, sizeof f->thumb);
    return true;
}

void hl_fingerprint_cache_free(hl_fingerprint_cache *c)
{
    free(c->rows);
    *c = (hl_fingerprint_cache){0};
}

/* ---- to disk ---- */

static int write_column(const hl_fingerprint_cache *c, const column *k, hl_tf_writer *w, hl_err *e)
{
    uint8_t chunk[ROWS * MOST_BYTES];
    for (size_t from = 0; from < c->n; from += ROWS) {
        const size_t n = c->n - from < ROWS ? c->n - from : ROWS;
        for (size_t i = 0; i < n; i++)
            memcpy(chunk + i * k->bytes, (const char *)&c->rows[from + i] + k->at, k->bytes);
        if (hl_tf_write(w, chunk, n * k->bytes, e))
            return -1;
    }
    return 0;
}

int hl_fingerprint_cache_write(const hl_fingerprint_cache *c, const char *path, hl_err *e)
{
    hl_tf_header header = {0};
    hl_tf_writer *w;
    char *by = hl_fingerprint_cache_makers();
    describe(&header, c->n);
    hl_tf_set_meta(&header, "hilum.kind", kind);
    hl_tf_set_meta(&header, made_by, by);
    free(by);
    const int status = hl_tf_create(&w, path, &header, HL_TF_LEVEL_PIXELS, e);
    hl_tf_header_free(&header);
    if (status)
        return -1;
    for (size_t k = 0; k < COLUMNS; k++)
        if (write_column(c, &columns[k], w, e)) {
            hl_tf_discard(w);
            return -1;
        }
    return hl_tf_finish(w, e);
}

/* ---- from disk ---- */

static int check_tensors(const hl_tf_reader *r, size_t *n, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    if (h->ntensors != COLUMNS)
        return hl_fail(e, "%s: expected %d tensors, found %zu", hl_tf_name(r), COLUMNS,
                       h->ntensors);
    const int64_t rows = h->tensors[0].shape[0];
    for (size_t k = 0; k < COLUMNS; k++) {
        const column *x = &columns[k];
        const hl_tensor_desc *y = &h->tensors[k];
        if (strcmp(x->name, y->name) != 0 || x->dtype != y->dtype || x->rank != y->rank ||
            y->shape[0] != rows ||
            memcmp(x->shape + 1, y->shape + 1, (size_t)(x->rank - 1) * sizeof *x->shape) != 0)
            return hl_fail(e, "%s: tensor %zu: expected '%s' with a row for each file, found '%s'",
                           hl_tf_name(r), k + 1, x->name, y->name);
    }
    *n = (size_t)rows;
    return 0;
}

/* Rows are sorted by file stamp, and no stamp appears twice. This is checked while rows arrive, so
 * that a few bytes that decompress to many equal rows take no memory. */
static int check_order(const hl_fingerprint_cache *c, size_t from, size_t to, const char *name,
                       hl_err *e)
{
    for (size_t i = from ? from : 1; i < to; i++)
        if (compare_rows(&c->rows[i - 1], &c->rows[i]) >= 0)
            return hl_fail(e, "%s: row %zu: expected rows sorted by file stamp", name, i + 1);
    return 0;
}

/* Memory grows with the rows that are read, not with the number that the header states. */
static int read_column(hl_fingerprint_cache *c, const column *k, size_t rows, hl_tf_reader *r,
                       hl_err *e)
{
    uint8_t chunk[ROWS * MOST_BYTES];
    for (size_t from = 0; from < rows; from += ROWS) {
        const size_t n = rows - from < ROWS ? rows - from : ROWS;
        if (hl_tf_read(r, chunk, n * k->bytes, e))
            return -1;
        c->rows = hl_array_reserve(c->rows, from + n, &c->cap, sizeof *c->rows);
        for (size_t i = 0; i < n; i++)
            memcpy((char *)&c->rows[from + i] + k->at, chunk + i * k->bytes, k->bytes);
        if (k == columns && check_order(c, from, from + n, hl_tf_name(r), e))
            return -1;
    }
    return 0;
}

static bool is_within(int64_t v, int64_t least, int64_t most)
{
    return v >= least && v <= most;
}

/* Of 16 bits, or 0 for a file without such pixels. */
static bool are_possible_bits(int64_t bits)
{
    return bits == 0 || is_within(bits, 8, 16);
}

/* Whether a decoded image can have these properties: users of a fingerprint rely on them. */
static bool is_possible(const hl_known_fingerprint *p)
{
    if (!is_within(p->image.height, 1, HL_IMAGE_MAX_SIDE) ||
        !is_within(p->image.width, 1, HL_IMAGE_MAX_SIDE))
        return false;
    const int64_t pixels = p->image.height * p->image.width, sum = p->levels.sum;
    return pixels <= (int64_t)HL_IMAGE_MAX_PIXELS && p->state.bytes > 0 &&
           (p->image.channels == 1 || p->image.channels == 3) && is_within(p->image.plain, 0, 1) &&
           are_possible_bits(p->image.bits) && are_possible_bits(p->image.auto_bits) &&
           (p->image.bits == 0) == (p->image.auto_bits == 0) &&
           is_within(p->image.remarks, 0, (1 << HL_REMARKS) - 1) &&
           is_within(sum, 0, 255 * pixels) && is_within(p->levels.squares, sum, 255 * sum) &&
           (p->hash[0] & 1) == 0;
}

static int read_rows(hl_fingerprint_cache *c, hl_tf_reader *r, hl_err *e)
{
    size_t n;
    if (check_tensors(r, &n, e))
        return -1;
    for (size_t k = 0; k < COLUMNS; k++)
        if (read_column(c, &columns[k], n, r, e))
            return -1;
    for (size_t i = 0; i < n; i++)
        if (!is_possible(&c->rows[i]))
            return hl_fail(e, "%s: row %zu: expected the properties of an image", hl_tf_name(r),
                           i + 1);
    c->n = n;
    return hl_tf_end(r, e);
}

/* Reads a cache of other versions to its end, so that damage is still reported. */
static int skip_rows(hl_tf_reader *r, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    for (size_t i = 0; i < h->ntensors; i++)
        if (hl_tf_skip(r, h->tensors[i].bytes, e))
            return -1;
    return hl_tf_end(r, e);
}

int hl_fingerprint_cache_read(hl_fingerprint_cache *c, const char *path, hl_err *e)
{
    hl_tf_reader *r;
    *c = (hl_fingerprint_cache){0};
    if (access(path, F_OK) && errno == ENOENT)
        return 0;
    if (hl_tf_open(&r, path, kind, e))
        return -1;
    char *here = hl_fingerprint_cache_makers();
    const char *there = hl_tf_meta(hl_tf_get_header(r), made_by);
    const bool ours = there && strcmp(there, here) == 0;
    const int status = ours ? read_rows(c, r, e) : skip_rows(r, e);
    free(here);
    hl_tf_close(r);
    if (status)
        hl_fingerprint_cache_free(c);
    return status;
}
