/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that belong together, copies of an image and images of a patient or a study, in several
 * subsets. */
#include "base/mem.h"
#include "checks.h"
#include "data/carried_values.h"
#include "data/dicom_columns.h"
#include "data/patient_counts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

audit_severity audit_severity_of_division(unsigned subsets)
{
    if ((subsets & AUDIT_LEAK) == AUDIT_LEAK)
        return AUDIT_ERROR;
    return (subsets & (subsets - 1)) ? AUDIT_WARNING : AUDIT_NOTE;
}

/* Samples that belong together, counted. */
typedef struct tally {
    size_t n, patients;
    size_t in[HL_SUBSETS];
    unsigned subsets;        /* bits */
    uint32_t cls, other_cls; /* two classes of it; equal where there is only one */
} tally;

static void count_sample(tally *t, const hl_sample *s)
{
    if (t->n == 0)
        t->cls = t->other_cls = s->cls;
    if (s->cls != t->cls)
        t->other_cls = s->cls;
    t->n++;
    t->in[s->subset]++;
    t->subsets |= 1u << s->subset;
}

/* "2 in train, 1 in test" */
static void put_subsets(hl_strbuf *text, const tally *t)
{
    const char *comma = "";
    for (int s = 0; s < HL_SUBSETS; s++) {
        if (t->in[s] == 0)
            continue;
        hl_strbuf_printf(text, "%s%zu in %s", comma, t->in[s], hl_subset_names[s]);
        comma = ", ";
    }
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* ---- copies of an image ---- */

static int by_group(const void *a, const void *b, void *ctx)
{
    const audit_context *audit = ctx;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const size_t gx = audit->copies[x].group, gy = audit->copies[y].group;
    if (gx != gy)
        return gx < gy ? -1 : 1;
    return (x > y) - (x < y);
}

static size_t count_patients(const audit_context *a, const size_t *group, size_t n)
{
    size_t *order = hl_malloc(n, sizeof *order), patients = 0;
    memcpy(order, group, n * sizeof *order);
    hl_patients_sort(a->m, order, n);
    for (size_t i = 0; i < n; i += hl_patients_run(a->m, order + i, n - i))
        patients++;
    free(order);
    return patients;
}

static tally tally_of(audit_context *a, const size_t *group, size_t n)
{
    tally t = {0};
    for (size_t i = 0; i < n; i++)
        count_sample(&t, &a->m->samples[group[i]]);
    t.patients = count_patients(a, group, n);
    return t;
}

static void describe_group(hl_strbuf *text, const audit_context *a, const tally *t)
{
    hl_strbuf_printf(text, "%zu images of %zu patient%s: ", t->n, t->patients, plural(t->patients));
    put_subsets(text, t);
    if (t->cls != t->other_cls)
        hl_strbuf_printf(text, "; labels differ: %s, %s", a->m->classes[t->cls],
                         a->m->classes[t->other_cls]);
}

static void add_group(audit_context *a, const size_t *group, size_t n)
{
    static const char *const checks[] = {
        [HL_NEAR] = "near", [HL_SAME_PIXELS] = "same-pixels", [HL_SAME_FILE] = "same-file"};
    const tally t = tally_of(a, group, n);
    audit_severity severity = audit_severity_of_division(t.subsets);
    if (t.cls != t.other_cls)
        severity = AUDIT_ERROR;
    a->groups++;
    a->copied += n;
    a->leaking_groups += (t.subsets & AUDIT_LEAK) == AUDIT_LEAK;
    hl_strbuf text = {0};
    describe_group(&text, a, &t);
    char item[32];
    snprintf(item, sizeof item, "%zu", a->groups);
    for (size_t i = 0; i < n; i++) {
        const hl_sample *s = &a->m->samples[group[i]];
        const hl_duplicate *d = &a->copies[group[i]];
        const audit_finding f = {.severity = severity,
                                 .check = checks[d->likeness],
                                 .item = item,
                                 .subset = hl_subset_names[s->subset],
                                 .label = s->label,
                                 .sample = s->path,
                                 .other = a->m->samples[d->other].path,
                                 .value = d->correlation,
                                 .n = n,
                                 .text = text.data};
        audit_findings_add(&a->findings, &f);
    }
    hl_strbuf_free(&text);
}

void audit_check_copies(audit_context *a)
{
    const size_t n = a->m->n;
    size_t *order = hl_malloc(n, sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, by_group, a);
    for (size_t i = 0, size; i < n; i += size) {
        const size_t group = a->copies[order[i]].group;
        for (size = 1; i + size < n && a->copies[order[i + size]].group == group;)
            size++;
        if (size > 1)
            add_group(a, order + i, size);
    }
    free(order);
}

/* ---- patients ---- */

static void add_patient(audit_context *a, const char *patient, const tally *t)
{
    hl_strbuf text = {0};
    audit_finding f = {.item = patient, .value = NAN, .n = t->n};
    if (t->subsets & (t->subsets - 1)) {
        a->divided++;
        a->leaking_patients += (t->subsets & AUDIT_LEAK) == AUDIT_LEAK;
        put_subsets(&text, t);
        f.check = "patient-subsets";
        f.severity = audit_severity_of_division(t->subsets);
        f.text = text.data;
        audit_findings_add(&a->findings, &f);
    }
    if (t->cls != t->other_cls) {
        text.len = 0;
        hl_strbuf_printf(&text, "%zu images, some %s, some %s", t->n, a->m->classes[t->cls],
                         a->m->classes[t->other_cls]);
        f.check = "patient-labels";
        f.severity = AUDIT_NOTE; /* patients fall ill and recover */
        f.text = text.data;
        audit_findings_add(&a->findings, &f);
    }
    hl_strbuf_free(&text);
}

void audit_check_patients(audit_context *a)
{
    const size_t n = a->m->n;
    size_t *order = hl_malloc(n, sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    hl_patients_sort(a->m, order, n);
    for (size_t i = 0, run; i < n; i += run) {
        run = hl_patients_run(a->m, order + i, n - i);
        tally t = {0};
        for (size_t k = i; k < i + run; k++)
            count_sample(&t, &a->m->samples[order[k]]);
        add_patient(a, a->m->samples[order[i]].patient, &t);
    }
    free(order);
}

/* ---- studies ---- */

static void add_study(audit_context *a, const char *study, const tally *t)
{
    hl_strbuf text = {0};
    put_subsets(&text, t);
    const audit_finding f = {.severity = audit_severity_of_division(t->subsets),
                             .check = "study-subsets",
                             .item = study,
                             .value = NAN,
                             .n = t->n,
                             .text = text.data};
    a->leaking_studies += (t->subsets & AUDIT_LEAK) == AUDIT_LEAK;
    audit_findings_add(&a->findings, &f);
    hl_strbuf_free(&text);
}

/* m->carried.n if there is none. */
static size_t find_column(const hl_manifest *m, const char *name)
{
    size_t column = 0;
    while (column < m->carried.n && strcmp(m->carried.names[column], name) != 0)
        column++;
    return column;
}

/* Without the other columns of DICOM files, the column may be anything that a table calls so. */
void audit_check_studies(audit_context *a)
{
    const size_t column = find_column(a->m, hl_study_column), none = a->m->carried.n;
    if (column == none || find_column(a->m, hl_dicom_columns[HL_DICOM_CARRIED_PHOTOMETRIC]) == none)
        return;
    hl_carried_values v;
    hl_carried_values_of(&v, a->m, column, HL_SUBSETS);
    tally *t = hl_calloc(v.n, sizeof *t);
    for (size_t i = 0; i < a->m->n; i++)
        count_sample(&t[v.of[i]], &a->m->samples[i]);
    for (size_t k = 0; k < v.n - v.has_blank; k++)
        if (t[k].subsets & (t[k].subsets - 1))
            add_study(a, v.names[k], &t[k]);
    free(t);
    hl_carried_values_free(&v);
}
