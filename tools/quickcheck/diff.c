/* SPDX-License-Identifier: BSD-2-Clause */
#include "diff.h"

#include "data/provenance.h"
#include "format/convert.h"
#include "format/tensorfile.h"
#include "sys/input.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16 };

typedef struct pair {
    hl_tf_reader *a, *b;
    char *manifest; /* of both files, once it has been read; else NULL */
} pair;

/* ---- header ---- */

static bool print_meta(const char *key, const char *a, const char *b, hl_strbuf *what)
{
    if (a && b && strcmp(a, b) == 0)
        return false;
    hl_strbuf in_a = {0}, in_b = {0};
    hl_strbuf_printf(what, "%s: ", key);
    if (a && b && strcmp(key, "hilum.provenance") == 0 && hl_provenance_differs(a, b, &in_a, &in_b))
        hl_strbuf_printf(what, "'%s' and '%s'", in_a.data, in_b.data);
    else
        quickcheck_diff_print_values(what, a ? a : "", b ? b : "");
    hl_strbuf_free(&in_a);
    hl_strbuf_free(&in_b);
    return true;
}

/* Where both files state a digest of their data, it is not compared: the first value that differs,
 * found later, is more informative. */
static bool is_digest_of_both(const char *key, const hl_tf_header *a, const hl_tf_header *b)
{
    return strcmp(key, "hilum.data") == 0 && hl_tf_meta(a, key) && hl_tf_meta(b, key);
}

/* Keys are sorted in both. */
static bool diff_meta(const hl_tf_header *a, const hl_tf_header *b, hl_strbuf *what)
{
    for (size_t i = 0; i < a->nmeta; i++)
        if (!is_digest_of_both(a->keys[i], a, b) &&
            print_meta(a->keys[i], a->values[i], hl_tf_meta(b, a->keys[i]), what))
            return true;
    for (size_t i = 0; i < b->nmeta; i++)
        if (!is_digest_of_both(b->keys[i], a, b) &&
            print_meta(b->keys[i], hl_tf_meta(a, b->keys[i]), b->values[i], what))
            return true;
    return false;
}

static void print_tensor(const hl_tf_header *h, size_t i, hl_strbuf *what)
{
    if (i >= h->ntensors) {
        hl_strbuf_puts(what, "none");
        return;
    }
    const hl_tensor_desc *d = &h->tensors[i];
    hl_strbuf_printf(what, "%s %s [", d->name, hl_dtype_names[d->dtype]);
    for (int k = 0; k < d->rank; k++)
        hl_strbuf_printf(what, "%s%" PRId64, k ? ", " : "", d->shape[k]);
    hl_strbuf_puts(what, "]");
}

static bool same_tensor(const hl_tensor_desc *a, const hl_tensor_desc *b)
{
    return strcmp(a->name, b->name) == 0 && a->dtype == b->dtype && a->rank == b->rank &&
           memcmp(a->shape, b->shape, (size_t)a->rank * sizeof *a->shape) == 0;
}

static bool diff_tensors(const hl_tf_header *a, const hl_tf_header *b, hl_strbuf *what)
{
    size_t i = 0;
    while (i < a->ntensors && i < b->ntensors && same_tensor(&a->tensors[i], &b->tensors[i]))
        i++;
    if (i == a->ntensors && i == b->ntensors)
        return false;
    hl_strbuf_printf(what, "tensor %zu: ", i + 1);
    print_tensor(a, i, what);
    hl_strbuf_puts(what, " and ");
    print_tensor(b, i, what);
    return true;
}

/* ---- the data ---- */

/* How the values of one tensor differ. */
typedef struct tally {
    uint64_t n, first; /* values that differ, and the number of the first */
    double a, b;       /* the first, in both files */
    double max;        /* largest absolute difference */
} tally;

static double value_at(hl_dtype t, const char *data, size_t i)
{
    float v;
    if (t == HL_U8)
        return (double)((const uint8_t *)data)[i];
    if (t == HL_I64)
        return (double)((const int64_t *)data)[i];
    hl_to_f32(t, data + i * hl_dtype_size(t), 1, &v);
    return (double)v;
}

static void compare_piece(hl_dtype t, const char *a, const char *b, size_t n, uint64_t from,
                          tally *sum)
{
    const size_t size = hl_dtype_size(t);
    if (memcmp(a, b, n * size) == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        if (memcmp(a + i * size, b + i * size, size) == 0)
            continue;
        const double x = value_at(t, a, i), y = value_at(t, b, i);
        if (sum->n++ == 0)
            *sum = (tally){.n = 1, .first = from + i, .a = x, .b = y};
        sum->max = fmax(sum->max, fabs(x - y));
    }
}

/* The path of sample `row`, counted from the line after the one that begins with "path". */
static void print_sample(const char *manifest, uint64_t row, hl_strbuf *what)
{
    const char *line = manifest;
    while (line && strncmp(line, "path\t", 5) != 0)
        line = (line = strchr(line, '\n')) ? line + 1 : NULL;
    for (uint64_t i = 0; line && i <= row; i++)
        line = (line = strchr(line, '\n')) ? line + 1 : NULL;
    if (line && *line)
        hl_strbuf_printf(what, " (%.*s)", (int)strcspn(line, "\t\n"), line);
}

static void print_values(const pair *p, const hl_tensor_desc *d, const tally *sum, hl_strbuf *what)
{
    const uint64_t all = d->bytes / hl_dtype_size(d->dtype);
    const uint64_t rows = d->rank ? (uint64_t)d->shape[0] : 1, width = all / rows;
    hl_strbuf_printf(what, "%s: row %" PRIu64, d->name, sum->first / width);
    if (p->manifest)
        print_sample(p->manifest, sum->first / width, what);
    hl_strbuf_printf(what,
                     ", value %" PRIu64 ": %.9g and %.9g; %" PRIu64 " of %" PRIu64
                     " values differ, by at most %.3g",
                     sum->first % width, sum->a, sum->b, sum->n, all, sum->max);
}

static int diff_data(pair *p, const hl_tensor_desc *d, hl_strbuf *what, hl_err *e)
{
    static char a[PIECE], b[PIECE];
    const size_t size = hl_dtype_size(d->dtype);
    tally sum = {0};
    hl_strbuf kept = {0};
    for (uint64_t at = 0; at < d->bytes;) {
        const size_t n = d->bytes - at < PIECE ? (size_t)(d->bytes - at) : PIECE;
        if (hl_tf_read(p->a, a, n, e) || hl_tf_read(p->b, b, n, e)) {
            hl_strbuf_free(&kept);
            return -1;
        }
        compare_piece(d->dtype, a, b, n / size, at / size, &sum);
        if (strcmp(d->name, "manifest") == 0)
            hl_strbuf_add(&kept, a, n);
        at += n;
    }
    if (sum.n)
        print_values(p, d, &sum, what);
    if (kept.data && !p->manifest)
        p->manifest = kept.data;
    else
        hl_strbuf_free(&kept);
    return 0;
}

static int diff_readers(pair *p, hl_strbuf *what, hl_err *e)
{
    const hl_tf_header *a = hl_tf_get_header(p->a), *b = hl_tf_get_header(p->b);
    if (diff_meta(a, b, what) || diff_tensors(a, b, what))
        return 0;
    for (size_t i = 0; i < a->ntensors && what->len == 0; i++)
        if (diff_data(p, &a->tensors[i], what, e))
            return -1;
    return what->len || (hl_tf_end(p->a, e) == 0 && hl_tf_end(p->b, e) == 0) ? 0 : -1;
}

int quickcheck_diff_tensor_files(const char *a, const char *b, hl_strbuf *what, hl_err *e)
{
    pair p = {0};
    int status = hl_tf_open(&p.a, a, NULL, e) || hl_tf_open(&p.b, b, NULL, e) ? -1 : 0;
    if (status == 0)
        status = diff_readers(&p, what, e);
    free(p.manifest);
    hl_tf_close(p.a);
    hl_tf_close(p.b);
    return status;
}

/* ---- any two files ---- */

static int is_tensor_file(const char *path, bool *result, hl_err *e)
{
    unsigned char magic[4] = {0};
    if (hl_in_check_regular(path, e)) /* it is opened twice */
        return -1;
    FILE *fp = hl_in_open_file(path, e);
    if (!fp)
        return -1;
    *result = fread(magic, 1, sizeof magic, fp) == sizeof magic &&
              memcmp(magic, "\x28\xb5\x2f\xfd", sizeof magic) == 0;
    fclose(fp);
    return 0;
}

int quickcheck_diff_files(const char *a, const char *b, const char *ignore, hl_strbuf *what,
                          hl_err *e)
{
    bool is_tensors[2];
    if (is_tensor_file(a, &is_tensors[0], e) || is_tensor_file(b, &is_tensors[1], e))
        return -1;
    if (ignore && (is_tensors[0] || is_tensors[1]))
        return hl_fail(e, "--ignore %s: expected tables, found a tensor file, %s", ignore,
                       is_tensors[0] ? a : b);
    if (is_tensors[0] != is_tensors[1])
        hl_strbuf_printf(what, "only the %s is a tensor file", is_tensors[0] ? "first" : "second");
    else if (is_tensors[0])
        return quickcheck_diff_tensor_files(a, b, what, e);
    else
        return quickcheck_diff_texts(a, b, ignore, what, e);
    return 0;
}
