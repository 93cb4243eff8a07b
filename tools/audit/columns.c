/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carried columns, such as the site or the age, that predict the label without the image: where
 * most of the sick come from one hospital, a model may learn the hospital.
 */
#include "base/mem.h"
#include "checks.h"
#include "data/carried_values.h"
#include "group_auroc.h"
#include "stats/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A column of more different numbers is taken as a quantity, others as groups. */
enum { MOST_GROUPS = 20 };

static bool is_quantity(const hl_carried_values *v)
{
    return v->numbers && v->n - v->has_blank > MOST_GROUPS;
}

/* ---- the units ---- */

/* Patients, each once in a group and class, since the images of a patient in them tell no more. */
typedef struct unit {
    const char *patient;
    uint32_t value;
    bool positive;
} unit;

static int by_unit(const void *a, const void *b)
{
    const unit *x = a, *y = b;
    const int order = strcmp(x->patient, y->patient);
    if (order)
        return order;
    return x->value != y->value ? (x->value > y->value) - (x->value < y->value)
                                : x->positive - y->positive;
}

/* The units of images with a value, in order; blank is a group, but no quantity. */
static size_t collect(const hl_manifest *m, const hl_carried_values *v, uint32_t cls, unit *units)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < m->n; i++)
        if (!is_quantity(v) || *v->names[v->of[i]])
            units[n++] = (unit){m->samples[i].patient, v->of[i], m->samples[i].cls == cls};
    qsort(units, n, sizeof *units, by_unit);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || by_unit(&units[i], &units[kept - 1]) != 0)
            units[kept++] = units[i];
    return kept;
}

static double area_of_quantity(const hl_carried_values *v, const unit *units, size_t n)
{
    double *x = hl_malloc(n, sizeof *x);
    uint8_t *positive = hl_malloc(n, 1);
    for (size_t i = 0; i < n; i++) {
        hl_carried_number(v->names[units[i].value], &x[i]);
        positive[i] = units[i].positive;
    }
    const double area = hl_auroc(n, x, positive);
    free(x);
    free(positive);
    return area;
}

static double area_of_groups(const hl_carried_values *v, const unit *units, size_t n)
{
    size_t *positives = hl_calloc(v->n, sizeof *positives);
    size_t *negatives = hl_calloc(v->n, sizeof *negatives);
    for (size_t i = 0; i < n; i++)
        ++*(units[i].positive ? &positives[units[i].value] : &negatives[units[i].value]);
    const double area = audit_group_auroc(v->n, positives, negatives);
    free(positives);
    free(negatives);
    return area;
}

/* ---- the findings ---- */

static void describe(hl_strbuf *t, const hl_carried_values *v, const char *column,
                     const char *label, double area)
{
    if (v->n == 1)
        hl_strbuf_printf(t, "column %s is the same for all images", column);
    else if (is_quantity(v))
        hl_strbuf_printf(t, "column %s is %s in %s: AUROC %.3f without looking at the image",
                         column, area >= 0.5 ? "larger" : "smaller", label, fabs(area - 0.5) + 0.5);
    else
        hl_strbuf_printf(t,
                         "column %s (%zu values) %s %s: AUROC %.3f in leave-pair-out "
                         "cross-validation%s",
                         column, v->n, area > 0.5 ? "goes with" : "says nothing about", label, area,
                         area > 0.5 ? ", without looking at the image" : ", no better than chance");
}

static void try_class(audit_context *a, const hl_carried_values *v, const char *column,
                      uint32_t cls)
{
    const hl_manifest *m = a->m;
    unit *units = hl_malloc(m->n, sizeof *units);
    const size_t n = collect(m, v, cls, units);
    size_t positives = 0;
    for (size_t i = 0; i < n; i++)
        positives += units[i].positive;
    if (positives > 0 && positives < n) {
        const double area =
            is_quantity(v) ? area_of_quantity(v, units, n) : area_of_groups(v, units, n);
        /* Fractions of groups have no direction: below 0.5 is chance. */
        const double strength = is_quantity(v) ? fabs(area - 0.5) : area - 0.5;
        const bool strong = audit_is_shortcut(a, strength, positives, n - positives);
        hl_strbuf item = {0}, text = {0};
        hl_strbuf_printf(&item, "column %s", column);
        describe(&text, v, column, m->classes[cls], area);
        const audit_finding f = {.severity = strong ? AUDIT_WARNING : AUDIT_NOTE,
                                 .check = "shortcut",
                                 .item = item.data,
                                 .label = m->classes[cls],
                                 .value = area,
                                 .n = m->n,
                                 .text = text.data};
        a->shortcuts += strong;
        audit_findings_add(&a->findings, &f);
        hl_strbuf_free(&item);
        hl_strbuf_free(&text);
    }
    free(units);
}

void audit_check_columns(audit_context *a)
{
    for (size_t c = 0; c < a->m->carried.n; c++) {
        hl_carried_values v;
        hl_carried_values_of(&v, a->m, c, HL_SUBSETS);
        for (uint32_t k = 0; k < a->m->nclasses; k++)
            if (audit_is_tried(a, k))
                try_class(a, &v, a->m->carried.names[c], k);
        hl_carried_values_free(&v);
    }
}
