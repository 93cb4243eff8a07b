/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/mahalanobis.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "stats/covariance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 8, BLOCK = HL_MAHALANOBIS_DIMS / BLOCKS, BITS = 6, LANES = 8 };

size_t hl_mahalanobis_dims(size_t inputs)
{
    return inputs < HL_MAHALANOBIS_DIMS ? inputs : HL_MAHALANOBIS_DIMS;
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
    memset(out, 0, HL_MAHALANOBIS_DIMS * sizeof *out);
    for (size_t j = 0; j < inputs; j++) {
        uint64_t bits = hl_rng_u64(&r);
        const double v = scale * (double)features[j];
        for (size_t b = 0; b < BLOCKS; b++, bits >>= BITS)
            out[b * BLOCK + (bits & 31u)] += bits & 32u ? -v : v;
    }
}

/* out: [hl_mahalanobis_dims(inputs)] */
static void project(const float *features, size_t inputs, uint64_t seed, double *out)
{
    const double norm = norm_of(features, inputs), scale = norm > 0 ? 1 / norm : 0;
    if (inputs > HL_MAHALANOBIS_DIMS) {
        spread(features, inputs, seed, scale / sqrt(BLOCKS), out);
        return;
    }
    for (size_t j = 0; j < inputs; j++)
        out[j] = scale * (double)features[j];
}

/* y = W x, of the lower triangular W [dims, dims]. */
static void whiten(const hl_mahalanobis *o, const double *x, double *y)
{
    for (size_t i = 0; i < o->dims; i++) {
        const float *row = o->whitening + i * o->dims;
        double sum[LANES] = {0};
        size_t j = 0;
        for (; j + LANES <= i + 1; j += LANES)
            for (size_t k = 0; k < LANES; k++)
                sum[k] += (double)row[j + k] * x[j + k];
        for (; j <= i; j++)
            sum[0] += (double)row[j] * x[j];
        y[i] = 0;
        for (size_t k = 0; k < LANES; k++)
            y[i] += sum[k];
    }
}

/* W mean of each class: [nmeans, dims]. */
static double *whiten_means(const hl_mahalanobis *o)
{
    double mean[HL_MAHALANOBIS_DIMS], *whitened = hl_malloc(o->nmeans * o->dims, sizeof *whitened);
    for (size_t k = 0; k < o->nmeans; k++) {
        for (size_t i = 0; i < o->dims; i++)
            mean[i] = (double)o->means[k * o->dims + i];
        whiten(o, mean, whitened + k * o->dims);
    }
    return whitened;
}

/* Distance of x [dims] to the nearest mean. */
static double nearest(const hl_mahalanobis *o, const double *whitened_means, const double *x)
{
    double best = INFINITY, y[HL_MAHALANOBIS_DIMS];
    whiten(o, x, y);
    for (size_t k = 0; k < o->nmeans; k++) {
        double sum = 0;
        for (size_t i = 0; i < o->dims; i++) {
            const double from_mean = y[i] - whitened_means[k * o->dims + i];
            sum += from_mean * from_mean;
        }
        best = fmin(best, sum);
    }
    return sqrt(best);
}

double hl_mahalanobis_distance(const hl_mahalanobis *o, const float *features)
{
    double x[HL_MAHALANOBIS_DIMS], *means = whiten_means(o);
    project(features, o->inputs, o->seed, x);
    const double distance = nearest(o, means, x);
    free(means);
    return distance;
}

void hl_mahalanobis_free(hl_mahalanobis *o)
{
    free(o->means);
    free(o->whitening);
    *o = (hl_mahalanobis){0};
}

/* ---- fitting ---- */

enum { HELD_OUT = HL_MAHALANOBIS_FOLDS }; /* as a fold: a sample of no training fold */

typedef struct row {
    uint32_t cls;
    int fold;
} row;

struct hl_mahalanobis_fit {
    size_t inputs, dims, nclasses, n, cap, values_cap;
    uint64_t seed;
    row *rows;     /* [n] */
    float *values; /* [n, dims] */
};

/* Of some of the training samples, about a centre of each class. */
typedef struct moments {
    uint64_t *count; /* [nclasses] */
    double *sum;     /* [nclasses, dims] */
    double *scatter; /* [dims, dims], the lower triangle: of all classes */
} moments;

static moments moments_new(const hl_mahalanobis_fit *f)
{
    return (moments){hl_calloc(f->nclasses, sizeof(uint64_t)),
                     hl_calloc(f->nclasses * f->dims, sizeof(double)),
                     hl_calloc(f->dims * f->dims, sizeof(double))};
}

static void moments_free(moments *m)
{
    free(m->count);
    free(m->sum);
    free(m->scatter);
}

hl_mahalanobis_fit *hl_mahalanobis_fit_new(size_t inputs, size_t nclasses, uint64_t seed)
{
    hl_mahalanobis_fit *f = hl_calloc(1, sizeof *f);
    f->inputs = inputs;
    f->dims = hl_mahalanobis_dims(inputs);
    f->nclasses = nclasses;
    f->seed = seed;
    return f;
}

static int fold_of(uint64_t seed, const char *patient)
{
    hl_strbuf purpose = {0};
    hl_strbuf_printf(&purpose, "outlier/fold/%s", patient);
    hl_rng r = hl_rng_make_bytes(seed, purpose.data, purpose.len);
    hl_strbuf_free(&purpose);
    return (int)hl_rng_below(&r, HL_MAHALANOBIS_FOLDS);
}

void hl_mahalanobis_fit_add(hl_mahalanobis_fit *f, const float *features, uint32_t cls,
                            const char *patient, bool train)
{
    f->rows = hl_array_reserve(f->rows, f->n + 1, &f->cap, sizeof *f->rows);
    f->values = hl_array_reserve(f->values, f->n + 1, &f->values_cap, f->dims * sizeof *f->values);
    double x[HL_MAHALANOBIS_DIMS];
    project(features, f->inputs, f->seed, x);
    for (size_t i = 0; i < f->dims; i++)
        f->values[f->n * f->dims + i] = (float)x[i];
    f->rows[f->n++] = (row){cls, train ? fold_of(f->seed, patient) : HELD_OUT};
}

static void add_scatter(double *scatter, const double *x, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        double *to = scatter + i * d;
        size_t j = 0;
        for (; j + LANES <= i + 1; j += LANES)
            for (size_t k = 0; k < LANES; k++)
                to[j + k] += x[i] * x[j + k];
        for (; j <= i; j++)
            to[j] += x[i] * x[j];
    }
}

/* centre: [nclasses, dims] */
static void add_sample(const hl_mahalanobis_fit *f, size_t s, const double *centre, moments *m)
{
    const size_t d = f->dims, cls = f->rows[s].cls;
    double x[HL_MAHALANOBIS_DIMS];
    m->count[cls]++;
    for (size_t i = 0; i < d; i++) {
        x[i] = (double)f->values[s * d + i] - centre[cls * d + i];
        m->sum[cls * d + i] += x[i];
    }
    add_scatter(m->scatter, x, d);
}

/* The class means of all training samples. */
static double *find_centres(const hl_mahalanobis_fit *f)
{
    const size_t d = f->dims;
    double *centre = hl_calloc(f->nclasses * d, sizeof *centre);
    uint64_t *count = hl_calloc(f->nclasses, sizeof *count);
    for (size_t s = 0; s < f->n; s++) {
        const row *r = &f->rows[s];
        if (r->fold == HELD_OUT)
            continue;
        count[r->cls]++;
        for (size_t i = 0; i < d; i++)
            centre[r->cls * d + i] += (double)f->values[s * d + i];
    }
    for (size_t k = 0; k < f->nclasses; k++)
        for (size_t i = 0; count[k] && i < d; i++)
            centre[k * d + i] /= (double)count[k];
    free(count);
    return centre;
}

/* Those of the folds together, but for one; HELD_OUT leaves none out. */
static moments join_folds(const hl_mahalanobis_fit *f, const moments *folds, int without)
{
    const size_t d = f->dims;
    moments m = moments_new(f);
    for (int fold = 0; fold < HL_MAHALANOBIS_FOLDS; fold++) {
        if (fold == without)
            continue;
        for (size_t k = 0; k < f->nclasses; k++)
            m.count[k] += folds[fold].count[k];
        for (size_t i = 0; i < f->nclasses * d; i++)
            m.sum[i] += folds[fold].sum[i];
        for (size_t i = 0; i < d * d; i++)
            m.scatter[i] += folds[fold].scatter[i];
    }
    return m;
}

/* The sums become the distances of the class means from their centres, the scatter about the
 * centres the covariance about those means. Returns the number of samples. */
static uint64_t to_covariance(const hl_mahalanobis_fit *f, moments *m)
{
    const size_t d = f->dims;
    uint64_t n = 0;
    for (size_t k = 0; k < f->nclasses; k++) {
        const double count = (double)m->count[k];
        double *mean = m->sum + k * d;
        n += m->count[k];
        for (size_t i = 0; m->count[k] && i < d; i++)
            mean[i] /= count;
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j <= i; j++)
                m->scatter[i * d + j] -= count * mean[i] * mean[j];
    }
    for (size_t i = 0; n && i < d * d; i++)
        m->scatter[i] /= (double)n;
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

static void keep_means(hl_mahalanobis *o, const hl_mahalanobis_fit *f, const double *centre,
                       const moments *m)
{
    o->means = hl_malloc(f->nclasses * f->dims, sizeof *o->means);
    for (size_t k = 0; k < f->nclasses; k++) {
        if (m->count[k] == 0)
            continue;
        for (size_t i = 0; i < f->dims; i++)
            o->means[o->nmeans * f->dims + i] =
                (float)(centre[k * f->dims + i] + m->sum[k * f->dims + i]);
        o->nmeans++;
    }
}

/* The reference of all training samples but those of a fold. Without one, dims stays 0. */
static void fit_one(const hl_mahalanobis_fit *f, const double *centre, const moments *folds,
                    int without, hl_mahalanobis *o)
{
    const size_t d = f->dims;
    moments m = join_folds(f, folds, without);
    *o = (hl_mahalanobis){.inputs = f->inputs, .seed = f->seed};
    o->trained = to_covariance(f, &m);
    if (varies(m.scatter, d) && hl_shrink_oas(m.scatter, d, o->trained, &o->shrinkage) == 0 &&
        hl_whiten(m.scatter, d) == 0) {
        o->dims = d;
        keep_means(o, f, centre, &m);
        o->whitening = hl_malloc(d * d, sizeof *o->whitening);
        for (size_t i = 0; i < d * d; i++)
            o->whitening[i] = (float)m.scatter[i];
    }
    moments_free(&m);
}

/* Appends the distances of the samples of a fold. */
static void add_distances(const hl_mahalanobis_fit *f, int fold, const hl_mahalanobis *o,
                          double *to, size_t *n)
{
    if (!o->dims)
        return;
    double x[HL_MAHALANOBIS_DIMS], *means = whiten_means(o);
    for (size_t s = 0; s < f->n; s++) {
        if (f->rows[s].fold != fold)
            continue;
        for (size_t i = 0; i < f->dims; i++)
            x[i] = (double)f->values[s * f->dims + i];
        to[(*n)++] = nearest(o, means, x);
    }
    free(means);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_threshold(hl_mahalanobis *o, double quantile, double *distances, size_t n)
{
    qsort(distances, n, sizeof *distances, by_value);
    const double rank = ceil(quantile * (double)(n + 1));
    const size_t at = rank < 1 ? 1 : rank > (double)n ? n : (size_t)rank;
    o->threshold = distances[at - 1];
    o->quantile = quantile;
    o->held_out = n;
}

static void fit_free(hl_mahalanobis_fit *f)
{
    free(f->rows);
    free(f->values);
    free(f);
}

/* Whose samples are in how many fits is added up once. */
static void sum_folds(const hl_mahalanobis_fit *f, const double *centre, moments *folds)
{
    for (int fold = 0; fold < HL_MAHALANOBIS_FOLDS; fold++)
        folds[fold] = moments_new(f);
    for (size_t s = 0; s < f->n; s++)
        if (f->rows[s].fold != HELD_OUT)
            add_sample(f, s, centre, &folds[f->rows[s].fold]);
}

void hl_mahalanobis_fit_end(hl_mahalanobis_fit *f, double quantile, hl_mahalanobis *o)
{
    double *centre = find_centres(f), *distances = hl_malloc(f->n, sizeof *distances);
    moments folds[HL_MAHALANOBIS_FOLDS];
    size_t n = 0;
    sum_folds(f, centre, folds);
    for (int fold = 0; fold < HL_MAHALANOBIS_FOLDS; fold++) {
        hl_mahalanobis part;
        fit_one(f, centre, folds, fold, &part);
        add_distances(f, fold, &part, distances, &n);
        hl_mahalanobis_free(&part);
    }
    fit_one(f, centre, folds, HELD_OUT, o);
    add_distances(f, HELD_OUT, o, distances, &n);
    if (o->dims && n)
        set_threshold(o, quantile, distances, n);
    else
        hl_mahalanobis_free(o);
    for (int fold = 0; fold < HL_MAHALANOBIS_FOLDS; fold++)
        moments_free(&folds[fold]);
    free(centre);
    free(distances);
    fit_free(f);
}
