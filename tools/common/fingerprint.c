/* SPDX-License-Identifier: BSD-2-Clause */
#include "fingerprint.h"

#include "image_file.h"
#include "log.h"
#include "mem.h"
#include "parallel.h"
#include "resize.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = HL_THUMB_SIDE, LOW = 16, COEFFICIENTS = LOW * LOW - 1 };

/* Mean square of the differences between neighbours, in grey levels, below which a thumb is plain:
 * rounding alone makes 1/6. */
static const double plain_energy = 0.5;

/* ---- the picture as a whole ---- */

static void digest_pixels(const hl_image *img, unsigned char raw[32])
{
    const uint64_t shape[3] = {img->height, img->width, (uint64_t)img->channels};
    unsigned char le[sizeof shape];
    for (size_t i = 0; i < sizeof le; i++)
        le[i] = (unsigned char)(shape[i / 8] >> (8 * (i % 8)));
    hl_sha256 *s = hl_sha256_new();
    hl_sha256_add(s, le, sizeof le);
    hl_sha256_add(s, img->pixels, img->height * img->width * (size_t)img->channels);
    hl_sha256_end(s, raw);
}

/* Whole numbers, so that the order of adding does not matter. At most 2^28 pixels. */
static void measure(hl_fingerprint *f, const hl_image *img)
{
    const size_t n = img->height * img->width;
    uint64_t sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t v = img->pixels[i];
        sum += v;
        squares += v * v;
    }
    f->mean = (double)sum / (double)n;
    f->contrast = sqrt(fmax(0, (double)squares / (double)n - f->mean * f->mean));
}

/* ---- the hash ---- */

static double cosines[LOW][SIDE];

static void fill_cosines(void)
{
    for (int k = 0; k < LOW; k++)
        for (int x = 0; x < SIDE; x++)
            cosines[k][x] = cos(acos(-1.0) * (2 * x + 1) * k / (2 * SIDE));
}

/* The lowest frequencies of the cosine transform (DCT-II). Each is off by a factor of its row and
 * of its column, 1 but for the first ones, which are set right here. */
static void low_frequencies(const uint8_t *thumb, double out[LOW * LOW])
{
    double rows[SIDE][LOW];
    for (int y = 0; y < SIDE; y++)
        for (int k = 0; k < LOW; k++) {
            double sum = 0;
            for (int x = 0; x < SIDE; x++)
                sum += cosines[k][x] * thumb[y * SIDE + x];
            rows[y][k] = k ? sum : sum * sqrt(0.5);
        }
    for (int j = 0; j < LOW; j++)
        for (int k = 0; k < LOW; k++) {
            double sum = 0;
            for (int y = 0; y < SIDE; y++)
                sum += cosines[j][y] * rows[y][k];
            out[j * LOW + k] = j ? sum : sum * sqrt(0.5);
        }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void make_hash(hl_fingerprint *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    double c[LOW * LOW], sorted[COEFFICIENTS];
    pthread_once(&once, fill_cosines);
    low_frequencies(f->thumb, c);
    memcpy(sorted, c + 1, sizeof sorted);
    qsort(sorted, COEFFICIENTS, sizeof *sorted, by_value);
    const double median = sorted[COEFFICIENTS / 2];
    memset(f->hash, 0, sizeof f->hash);
    for (size_t i = 1; i < LOW * LOW; i++)
        if (c[i] > median)
            f->hash[i / 64] |= (uint64_t)1 << (i % 64);
}

/* ---- the thumb ---- */

/* Sums over the differences between neighbours, across and down. Their mean is next to 0 and is not
 * taken off. */
static void edge_products(const uint8_t *a, const uint8_t *b, int64_t *aa, int64_t *ab, int64_t *bb)
{
    int64_t sums[3] = {0};
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int at = y * SIDE + x;
            for (int down = 0; down < 2; down++) {
                if ((down ? y : x) == SIDE - 1)
                    continue;
                const int next = at + (down ? SIDE : 1);
                const int da = a[next] - a[at], db = b[next] - b[at];
                sums[0] += da * da;
                sums[1] += da * db;
                sums[2] += db * db;
            }
        }
    *aa = sums[0];
    *ab = sums[1];
    *bb = sums[2];
}

double hl_thumb_correlation(const uint8_t *a, const uint8_t *b)
{
    int64_t aa, ab, bb;
    edge_products(a, b, &aa, &ab, &bb);
    return aa && bb ? (double)ab / sqrt((double)aa * (double)bb) : 0;
}

static bool is_plain(const uint8_t *thumb)
{
    int64_t aa, ab, bb;
    edge_products(thumb, thumb, &aa, &ab, &bb);
    return (double)aa < plain_energy * 2 * SIDE * (SIDE - 1);
}

void hl_fingerprint_make(hl_fingerprint *f, hl_image *img)
{
    f->file_bytes = img->file_bytes;
    f->file_channels = img->file_channels;
    f->height = img->height;
    f->width = img->width;
    digest_pixels(img, f->pixels);
    hl_image_make_grey(img);
    measure(f, img);
    hl_resize(img, HL_AREA, HL_STRETCH, SIDE, SIDE, f->thumb);
    f->plain = is_plain(f->thumb);
    make_hash(f);
}

/* ---- those of a manifest ---- */

typedef struct reading {
    hl_fingerprint *f;
    const hl_manifest *m;
    const char *root;
    hl_progress progress;
} reading;

/* The file's name as on this machine stands at the front of the reason; a record goes without. */
static char *reason_without_name(const hl_err *err, const char *file)
{
    const size_t len = strlen(file);
    const char *msg = err->msg;
    if (strncmp(msg, file, len) == 0 && strncmp(msg + len, ": ", 2) == 0)
        msg += len + 2;
    return hl_strdup(msg);
}

static int work(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    static const unsigned char nothing[32];
    reading *r = ctx;
    hl_fingerprint *f = &r->f[i];
    hl_image img;
    hl_err why;
    char *file = hl_path_below(r->root, r->m->samples[i].path);
    *f = (hl_fingerprint){0};
    const int status = hl_image_read(&img, file, f->file, &why);
    f->read = memcmp(f->file, nothing, sizeof nothing) != 0;
    if (status) {
        f->why = reason_without_name(&why, file);
    } else {
        hl_fingerprint_make(f, &img);
        hl_image_free(&img);
    }
    free(file);
    return 0;
}

static int emit(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)i;
    (void)slot;
    (void)e;
    hl_progress_add(&((reading *)ctx)->progress, 1);
    return 0;
}

int hl_fingerprints_read(hl_fingerprint *f, const hl_manifest *m, const char *root, int jobs,
                         hl_err *e)
{
    reading r = {.f = f, .m = m, .root = root};
    hl_progress_start(&r.progress, "images", m->n);
    if (hl_ordered_map(m->n, jobs, work, emit, &r, e))
        return -1;
    hl_progress_end(&r.progress);
    return 0;
}

void hl_fingerprints_free(hl_fingerprint *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(f[i].why);
}

void hl_fingerprints_digest(const hl_fingerprint *f, const hl_manifest *m,
                            char text[HL_DIGEST_SIZE])
{
    hl_sha256 *s = hl_sha256_new();
    for (size_t i = 0; i < m->n; i++) {
        if (!f[i].read)
            continue;
        const char *path = m->samples[i].path;
        hl_sha256_add(s, path, strlen(path) + 1);
        hl_sha256_add(s, f[i].file, sizeof f[i].file);
    }
    hl_sha256_end_text(s, text);
}
