/* SPDX-License-Identifier: BSD-2-Clause */
#include "outlier.h"

#include "linalg.h"
#include "mem.h"
#include "rng.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 8, BLOCK = HL_OUTLIER_DIMS / BLOCKS, BITS = 6 };

size_t hl_outlier_dims(size_t inputs)
{
    return inputs < HL_OUTLIER_DIMS ? inputs : HL_OUTLIER_DIMS;
}

/* ---- into the space of the reference ---- */

static double norm_of(const float *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)v[i] * (double)v[i];
    return sqrt(sum);
}

/* The step numbers of the projection are made anew for each vector: that costs less than reading a
 * table that does not fit into the cache. */
static void spread(const float *features, size_t inputs, uint64_t seed, double scale, double *out)
{
    hl_rng r = hl_rng_make(seed, "outlier/projection");
    memset(out, 0, HL_OUTLIER_DIMS * sizeof *out);
    for (size_t j = 0; j < inputs; j++) {
        uint64_t bits = hl_rng_u64(&r);
        const double v = scale * (double)features[j];
        for (size_t b = 0; b < BLOCKS; b++, bits >>= BITS)
            out[b * BLOCK + (bits & 31u)] += bits & 32u ? -v : v;
    }
}

/* out: [hl_outlier_dims(inputs)] */
static void project(const float *features, size_t inputs, uint64_t seed, double *out)
{
    const double norm = norm_of(features, inputs), scale = norm > 0 ? 1 / norm : 0;
    if (inputs > HL_OUTLIER_DIMS) {
        spread(features, inputs, seed, scale / sqrt(BLOCKS), out);
        return;
    }
    for (size_t j = 0; j < inputs; j++)
        out[j] = scale * (double)features[j];
}

/* Distance of x [dims] to the nearest mean. */
static double nearest(const hl_outlier *o, const double *x)
{
    double best = INFINITY, from_mean[HL_OUTLIER_DIMS];
    for (size_t k = 0; k < o->nmeans; k++) {
        for (size_t i = 0; i < o->dims; i++)
            from_mean[i] = x[i] - (double)o->means[k * o->dims + i];
        double sum = 0;
        for (size_t i = 0; i < o->dims; i++) {
            const float *row = o->whitening + i * o->dims;
            double y = 0;
            for (size_t j = 0; j <= i; j++)
                y += (double)row[j] * from_mean[j];
            sum += y * y;
        }
        best = fmin(best, sum);
    }
    return sqrt(best);
}

double hl_outlier_distance(const hl_outlier *o, const float *features)
{
    double x[HL_OUTLIER_DIMS];
    project(features, o->inputs, o->seed, x);
    return nearest(o, x);
}

void hl_outlier_free(hl_outlier *o)
{
    free(o->means);
    free(o->whitening);
    *o = (hl_outlier){0};
}

/* ---- fitting ---- */

enum { HELD_OUT = HL_OUTLIER_FOLDS }; /* as a fold: a sample of no training fold */

typedef struct row {
    uint32_t cls;
    int fold;
} row;

struct hl_outlier_fit {
    size_t inputs, dims, nclasses, n, cap;
    uint64_t seed;
    row *rows;     /* [n] */
    float *values; /* [n, dims] */
};

/* Sums of some of the training samples, by class. */
typedef struct moments {
    uint64_t *count; /* [nclasses] */
    double *mean;    /* [nclasses, dims] */
} moments;

hl_outlier_fit *hl_outlier_fit_new(size_t inputs, size_t nclasses, uint64_t seed)
{
    hl_outlier_fit *f = hl_calloc(1, sizeof *f);
    f->inputs = inputs;
    f->dims = hl_outlier_dims(inputs);
    f->nclasses = nclasses;
    f->seed = seed;
    return f;
}

static int fold_of(uint64_t seed, const char *patient)
{
    hl_text purpose = {0};
    hl_text_printf(&purpose, "outlier/fold/%s", patient);
    hl_rng r = hl_rng_make_bytes(seed, purpose.data, purpose.len);
    hl_text_free(&purpose);
    return (int)hl_rng_below(&r, HL_OUTLIER_FOLDS);
}

void hl_outlier_fit_add(hl_outlier_fit *f, const float *features, uint32_t cls, const char *patient,
                        bool train)
{
    if (f->n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 256;
        f->rows = hl_realloc(f->rows, f->cap, sizeof *f->rows);
        f->values = hl_realloc(f->values, f->cap * f->dims, sizeof *f->values);
    }
    double x[HL_OUTLIER_DIMS];
    project(features, f->inputs, f->seed, x);
    for (size_t i = 0; i < f->dims; i++)
        f->values[f->n * f->dims + i] = (float)x[i];
    f->rows[f->n++] = (row){cls, train ? fold_of(f->seed, patient) : HELD_OUT};
}

/* Training samples outside a fold; HELD_OUT leaves none out. */
static bool takes_part(const row *r, int without)
{
    return r->fold != HELD_OUT && r->fold != without;
}

static void find_means(const hl_outlier_fit *f, int without, moments *m)
{
    memset(m->count, 0, f->nclasses * sizeof *m->count);
    memset(m->mean, 0, f->nclasses * f->dims * sizeof *m->mean);
    for (size_t s = 0; s < f->n; s++) {
        if (!takes_part(&f->rows[s], without))
            continue;
        double *mean = m->mean + f->rows[s].cls * f->dims;
        m->count[f->rows[s].cls]++;
        for (size_t i = 0; i < f->dims; i++)
            mean[i] += (double)f->values[s * f->dims + i];
    }
    for (size_t k = 0; k < f->nclasses; k++)
        for (size_t i = 0; i < f->dims; i++)
            m->mean[k * f->dims + i] /= m->count[k] ? (double)m->count[k] : 1;
}

/* The covariance about the class means; the lower triangle. Returns the number of samples. */
static uint64_t find_covariance(const hl_outlier_fit *f, int without, const moments *m, double *cov)
{
    const size_t d = f->dims;
    uint64_t n = 0;
    double x[HL_OUTLIER_DIMS];
    memset(cov, 0, d * d * sizeof *cov);
    for (size_t s = 0; s < f->n; s++) {
        if (!takes_part(&f->rows[s], without))
            continue;
        n++;
        for (size_t i = 0; i < d; i++)
            x[i] = (double)f->values[s * d + i] - m->mean[f->rows[s].cls * d + i];
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j <= i; j++)
                cov[i * d + j] += x[i] * x[j];
    }
    for (size_t i = 0; n && i < d * d; i++)
        cov[i] /= (double)n;
    return n;
}

/* Vectors have a norm of 1, so less than this is the rounding of float32. */
static const double least_variance = 1e-12;

static bool varies(const double *cov, size_t d)
{
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        sum += cov[i * d + i];
    return sum > least_variance;
}

static void keep_means(hl_outlier *o, const hl_outlier_fit *f, const moments *m)
{
    o->means = hl_malloc(f->nclasses * f->dims, sizeof *o->means);
    for (size_t k = 0; k < f->nclasses; k++) {
        if (m->count[k] == 0)
            continue;
        for (size_t i = 0; i < f->dims; i++)
            o->means[o->nmeans * f->dims + i] = (float)m->mean[k * f->dims + i];
        o->nmeans++;
    }
}

/* The reference of all training samples but those of a fold. Without one, dims stays 0. */
static void fit_one(const hl_outlier_fit *f, int without, hl_outlier *o)
{
    const size_t d = f->dims;
    moments m = {hl_malloc(f->nclasses, sizeof *m.count),
                 hl_malloc(f->nclasses * d, sizeof *m.mean)};
    double *cov = hl_malloc(d * d, sizeof *cov);
    *o = (hl_outlier){.inputs = f->inputs, .seed = f->seed};
    find_means(f, without, &m);
    o->trained = find_covariance(f, without, &m, cov);
    if (varies(cov, d) && hl_shrink_oas(cov, d, o->trained, &o->shrinkage) == 0 &&
        hl_whiten(cov, d) == 0) {
        o->dims = d;
        keep_means(o, f, &m);
        o->whitening = hl_malloc(d * d, sizeof *o->whitening);
        for (size_t i = 0; i < d * d; i++)
            o->whitening[i] = (float)cov[i];
    }
    free(cov);
    free(m.mean);
    free(m.count);
}

/* Appends the distances of the samples of a fold. */
static void add_distances(const hl_outlier_fit *f, int fold, const hl_outlier *o, double *to,
                          size_t *n)
{
    double x[HL_OUTLIER_DIMS];
    for (size_t s = 0; o->dims && s < f->n; s++) {
        if (f->rows[s].fold != fold)
            continue;
        for (size_t i = 0; i < f->dims; i++)
            x[i] = (double)f->values[s * f->dims + i];
        to[(*n)++] = nearest(o, x);
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_threshold(hl_outlier *o, double quantile, double *distances, size_t n)
{
    qsort(distances, n, sizeof *distances, by_value);
    const double rank = ceil(quantile * (double)(n + 1));
    const size_t at = rank < 1 ? 1 : rank > (double)n ? n : (size_t)rank;
    o->threshold = distances[at - 1];
    o->quantile = quantile;
    o->held_out = n;
}

static void fit_free(hl_outlier_fit *f)
{
    free(f->rows);
    free(f->values);
    free(f);
}

void hl_outlier_fit_end(hl_outlier_fit *f, double quantile, hl_outlier *o)
{
    double *distances = hl_malloc(f->n, sizeof *distances);
    size_t n = 0;
    for (int fold = 0; fold < HL_OUTLIER_FOLDS; fold++) {
        hl_outlier part;
        fit_one(f, fold, &part);
        add_distances(f, fold, &part, distances, &n);
        hl_outlier_free(&part);
    }
    fit_one(f, HELD_OUT, o);
    add_distances(f, HELD_OUT, o, distances, &n);
    if (o->dims && n)
        set_threshold(o, quantile, distances, n);
    else
        hl_outlier_free(o);
    free(distances);
    fit_free(f);
}
