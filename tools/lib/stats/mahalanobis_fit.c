/* SPDX-License-Identifier: BSD-2-Clause */
/* Fitting: means and covariance of the training samples, and the threshold from held-out ones. */
#include "base/array.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "stats/covariance.h"
#include "stats/mahalanobis_steps.h"
#include "stats/ranks.h"

#include <math.h>
#include <stdlib.h>

enum { LANES = 8 }; /* partial sums that vectorise */

enum { HELD_OUT = HL_MAHALANOBIS_FOLDS }; /* fold number of samples held out from training */

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

/* Moments of some of the training samples about a centre of each class. */
typedef struct moments {
    uint64_t *count; /* [nclasses] */
    double *sum;     /* [nclasses, dims] */
    double *scatter; /* [dims, dims], lower triangle, summed over the classes */
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
    hl_mahalanobis_project(features, f->inputs, f->seed, x);
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

/* Adds up the moments of all folds except `without`; with HELD_OUT, of all folds. */
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

/* Turns the sums into the offsets of the class means from their centres, and the scatter about the
 * centres into the covariance about the means. Returns the number of samples. */
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

/* Vectors have a norm of 1, so a smaller variance is due to float32 rounding. */
static const double least_variance = 1e-12;

static bool varies(const double *cov, size_t d)
{
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        sum += cov[i * d + i];
    return sum > least_variance;
}

static void set_means(hl_mahalanobis *o, const hl_mahalanobis_fit *f, const double *centre,
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

/* Fits a model to all training samples except those of the fold `without`. If that is impossible,
 * the model is empty (dims 0). */
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
        set_means(o, f, centre, &m);
        o->whitening = hl_malloc(d * d, sizeof *o->whitening);
        for (size_t i = 0; i < d * d; i++)
            o->whitening[i] = (float)m.scatter[i];
    }
    moments_free(&m);
}

/* Appends the distances of a fold's samples. */
static void add_distances(const hl_mahalanobis_fit *f, int fold, const hl_mahalanobis *o,
                          double *to, size_t *n)
{
    if (!o->dims)
        return;
    double x[HL_MAHALANOBIS_DIMS], *means = hl_mahalanobis_whiten_means(o);
    for (size_t s = 0; s < f->n; s++) {
        if (f->rows[s].fold != fold)
            continue;
        for (size_t i = 0; i < f->dims; i++)
            x[i] = (double)f->values[s * f->dims + i];
        to[(*n)++] = hl_mahalanobis_nearest(o, means, x);
    }
    free(means);
}

static void set_threshold(hl_mahalanobis *o, double quantile, double *distances, size_t n)
{
    qsort(distances, n, sizeof *distances, hl_compare_doubles);
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

/* Each fold is summed once, although it takes part in several fits. */
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
        hl_mahalanobis others;
        fit_one(f, centre, folds, fold, &others);
        add_distances(f, fold, &others, distances, &n);
        hl_mahalanobis_free(&others);
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
