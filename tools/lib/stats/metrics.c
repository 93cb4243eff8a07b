/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats/metrics.h"

#include "base/mem.h"
#include "stats/ratio.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ---- area under the ROC curve ---- */

typedef struct scored {
    double score;
    uint64_t positive;
} scored;

static int by_score(const void *a, const void *b)
{
    const double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return (x > y) - (x < y);
}

/* The area is the fraction of pairs (positive, negative) in which the positive scores higher. The
 * counts stay below 2^53, so the sum is exact. */
static double area_of(scored *s, size_t n)
{
    qsort(s, n, sizeof *s, by_score);
    double won = 0, negatives = 0, positives = 0;
    for (size_t i = 0; i < n;) {
        double pos = 0, neg = 0;
        const double score = s[i].score;
        for (; i < n && s[i].score == score; i++) {
            pos += s[i].positive != 0;
            neg += s[i].positive == 0;
        }
        won += pos * (negatives + neg / 2);
        negatives += neg;
        positives += pos;
    }
    return positives > 0 && negatives > 0 ? won / (positives * negatives) : NAN;
}

double hl_auroc(size_t n, const double *score, const uint8_t *positive)
{
    scored *s = hl_malloc(n, sizeof *s);
    for (size_t i = 0; i < n; i++)
        s[i] = (scored){score[i], positive[i]};
    const double area = area_of(s, n);
    free(s);
    return area;
}

static double auroc_of_class(size_t n, size_t nclasses, const uint32_t *labels, const double *p,
                             size_t k, scored *s)
{
    for (size_t i = 0; i < n; i++)
        s[i] = (scored){p[i * nclasses + k], labels[i] == k};
    return area_of(s, n);
}

double hl_auroc_of_class(size_t n, size_t nclasses, const uint32_t *labels, const double *p,
                         uint32_t cls)
{
    scored *s = hl_malloc(n, sizeof *s);
    const double area = auroc_of_class(n, nclasses, labels, p, cls, s);
    free(s);
    return area;
}

double hl_auroc_multi(size_t n, size_t nclasses, const uint32_t *labels, const double *p)
{
    if (nclasses < 2)
        return NAN;
    scored *s = hl_malloc(n, sizeof *s);
    double sum = 0;
    if (nclasses == 2)
        sum = auroc_of_class(n, nclasses, labels, p, 1, s);
    else
        for (size_t k = 0; k < nclasses; k++)
            sum += auroc_of_class(n, nclasses, labels, p, k, s) / (double)nclasses;
    free(s);
    return sum;
}

/* ---- metrics of the confusion matrix ---- */

static double accuracy_of(const hl_metrics *m)
{
    uint64_t correct = 0;
    for (size_t k = 0; k < m->nclasses; k++)
        correct += m->confusion[k * m->nclasses + k];
    return hl_ratio((double)correct, (double)m->n);
}

static hl_class_metrics one_class(const hl_metrics *m, size_t k)
{
    const size_t width = m->nclasses;
    uint64_t support = 0, predicted = 0;
    for (size_t j = 0; j < width; j++) {
        support += m->confusion[k * width + j];
        predicted += m->confusion[j * width + k];
    }
    const double hits = (double)m->confusion[k * width + k];
    return (hl_class_metrics){
        .precision = hl_ratio(hits, (double)predicted),
        .recall = hl_ratio(hits, (double)support),
        .f1 = hl_ratio(2 * hits, (double)(support + predicted)),
        .support = support,
    };
}

static void add_weighted(hl_class_metrics *sum, const hl_class_metrics *c, double weight)
{
    sum->precision += weight * c->precision;
    sum->recall += weight * c->recall;
    sum->f1 += weight * c->f1;
}

static void averages(hl_metrics *m)
{
    m->macro.support = m->weighted.support = m->n;
    for (size_t k = 0; k < m->nclasses; k++) {
        const hl_class_metrics *c = &m->classes[k];
        add_weighted(&m->macro, c, 1.0 / (double)m->nclasses);
        add_weighted(&m->weighted, c, hl_ratio((double)c->support, (double)m->n));
    }
}

double hl_log_loss(size_t n, size_t nclasses, const uint32_t *labels, const double *p)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum -= log(fmin(fmax(p[i * nclasses + labels[i]], DBL_EPSILON), 1 - DBL_EPSILON));
    return hl_ratio(sum, (double)n);
}

void hl_metrics_compute(hl_metrics *m, size_t n, size_t nclasses, const uint32_t *labels,
                        const uint32_t *predicted, const double *p)
{
    *m = (hl_metrics){.nclasses = nclasses, .n = n};
    m->confusion = hl_calloc(nclasses * nclasses, sizeof *m->confusion);
    m->classes = hl_calloc(nclasses, sizeof *m->classes);
    for (size_t i = 0; i < n; i++)
        m->confusion[labels[i] * nclasses + predicted[i]]++;
    for (size_t k = 0; k < nclasses; k++)
        m->classes[k] = one_class(m, k);
    averages(m);
    m->accuracy = accuracy_of(m);
    m->auroc = hl_auroc_multi(n, nclasses, labels, p);
    m->log_loss = hl_log_loss(n, nclasses, labels, p);
}

void hl_metrics_free(hl_metrics *m)
{
    free(m->confusion);
    free(m->classes);
    *m = (hl_metrics){0};
}

bool hl_metrics_lack_a_class(const hl_metrics *m)
{
    for (size_t k = 0; k < m->nclasses; k++)
        if (m->classes[k].support == 0)
            return true;
    return false;
}
