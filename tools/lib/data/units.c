/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/units.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "data/carried_values.h"
#include "data/positive_class.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which images belong together ---- */

typedef struct grouping {
    hl_units *u;
    const hl_manifest *m;
    const hl_carried_values *study; /* NULL: not by study */
    bool by_subset;
    size_t *order; /* [images] unit by unit, each in the order of the manifest */
} grouping;

static int compare_names(const grouping *g, size_t x, size_t y)
{
    const hl_sample *s = g->m->samples;
    const int order = strcmp(s[x].patient, s[y].patient);
    if (order || !g->study)
        return order;
    return (g->study->of[x] > g->study->of[y]) - (g->study->of[x] < g->study->of[y]);
}

static int compare_units(const grouping *g, size_t x, size_t y)
{
    const hl_sample *s = g->m->samples;
    const int order = compare_names(g, x, y);
    return order || !g->by_subset ? order : (int)s[x].subset - (int)s[y].subset;
}

static int by_unit(const void *a, const void *b, void *ctx)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const int order = compare_units(ctx, x, y);
    return order ? order : (x > y) - (x < y);
}

static void add_unit(grouping *g, size_t first)
{
    const hl_sample *s = &g->m->samples[first];
    hl_strbuf name = {0};
    hl_strbuf_puts(&name, s->patient);
    if (g->study)
        hl_strbuf_printf(&name, "/%s", g->study->names[g->study->of[first]]);
    hl_manifest_add(&g->u->manifest, name.data, s->label, s->patient, s->subset);
    g->u->manifest.samples[g->u->manifest.n - 1].cls = s->cls;
    hl_strbuf_free(&name);
}

/* Numbers the units in the order of their first images. */
static void number_units(grouping *g)
{
    hl_units *u = g->u;
    size_t *first = hl_malloc(u->images, sizeof *first); /* of the unit of each image */
    size_t divided = SIZE_MAX;
    for (size_t i = 0; i < u->images; i++) {
        const size_t at = g->order[i], before = i ? g->order[i - 1] : at;
        const bool same = i && compare_units(g, before, at) == 0;
        first[at] = same ? first[before] : at;
        if (i && !same && compare_names(g, before, at) == 0)
            divided = at;
    }
    for (size_t i = 0; i < u->images; i++) {
        if (first[i] == i)
            add_unit(g, i);
        u->of[i] = first[i] == i ? (uint32_t)(u->manifest.n - 1) : u->of[first[i]];
    }
    u->divided = divided == SIZE_MAX ? SIZE_MAX : u->of[divided];
    u->count = hl_calloc(u->manifest.n, sizeof *u->count);
    u->mixed = hl_calloc(u->manifest.n, sizeof *u->mixed);
    for (size_t i = 0; i < u->images; i++)
        u->count[u->of[i]]++;
    free(first);
}

/* ---- carried columns ---- */

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Values are numbered in their order, the blank one last, which counts only if it is alone. */
static int add_values(hl_strbuf *text, const hl_carried_values *v, uint32_t *number, size_t n,
                      hl_err *e)
{
    hl_strbuf all = {0};
    qsort(number, n, sizeof *number, by_number);
    hl_strbuf_puts(&all, v->names[number[0]]);
    for (size_t i = 1; i < n; i++)
        if (number[i] != number[i - 1] && *v->names[number[i]])
            hl_strbuf_printf(&all, "|%s", v->names[number[i]]);
    const int status = hl_carried_add_value(text, all.data, e);
    hl_strbuf_free(&all);
    return status;
}

/* at: where the unit's images begin in g->order. */
static int carry(grouping *g, const hl_carried_values *v, size_t at, hl_err *e)
{
    const size_t unit = g->u->of[g->order[at]], n = g->u->count[unit];
    uint32_t *number = hl_malloc(n, sizeof *number);
    hl_strbuf text = {0};
    int status = 0;
    for (size_t c = 0; c < g->m->carried.n && status == 0; c++) {
        for (size_t i = 0; i < n; i++)
            number[i] = v[c].of[g->order[at + i]];
        hl_strbuf_puts(&text, c ? "\t" : "");
        status = add_values(&text, &v[c], number, n, e);
    }
    if (status == 0)
        g->u->manifest.samples[unit].carried = hl_strdup(text.data);
    hl_strbuf_free(&text);
    free(number);
    return status;
}

static int carry_all(grouping *g, hl_err *e)
{
    const hl_carried_columns *c = &g->m->carried;
    hl_carried_values *v = hl_calloc(c->n, sizeof *v);
    int status = 0;
    hl_carried_copy(&g->u->manifest.carried, c);
    for (size_t k = 0; k < c->n; k++)
        hl_carried_values_of(&v[k], g->m, k, HL_SUBSETS);
    for (size_t i = 0; c->n && i < g->u->images && status == 0;
         i += g->u->count[g->u->of[g->order[i]]])
        status = carry(g, v, i, e);
    for (size_t k = 0; k < c->n; k++)
        hl_carried_values_free(&v[k]);
    free(v);
    return status;
}

/* ---- grouping ---- */

static int read_studies(hl_carried_values *v, const hl_manifest *m, const char *file, hl_err *e)
{
    const hl_carried_columns *c = &m->carried;
    size_t at = 0;
    while (at < c->n && strcmp(c->names[at], "study") != 0)
        at++;
    if (at == c->n)
        return hl_fail(e,
                       "%s: --unit study: expected a carried column 'study', found none: split "
                       "--columns study=NAME carries it",
                       file);
    hl_carried_values_of(v, m, at, HL_SUBSETS);
    for (size_t i = 0; i < m->n; i++)
        if (!*v->names[v->of[i]]) {
            hl_carried_values_free(v);
            return hl_fail(e,
                           "%s: --unit study: expected a study for each image, found none for %s",
                           file, m->samples[i].path);
        }
    return 0;
}

int hl_units_group(hl_units *u, hl_unit unit, const hl_manifest *m, bool by_subset,
                   const char *file, hl_err *e)
{
    hl_carried_values study = {0};
    *u = (hl_units){.unit = unit, .divided = SIZE_MAX};
    if (unit == HL_UNIT_EXAM && read_studies(&study, m, file, e))
        return -1;
    u->images = m->n;
    u->of = hl_malloc(m->n, sizeof *u->of);
    grouping g = {.u = u,
                  .m = m,
                  .study = unit == HL_UNIT_EXAM ? &study : NULL,
                  .by_subset = by_subset,
                  .order = hl_malloc(m->n, sizeof *g.order)};
    for (size_t i = 0; i < m->n; i++)
        g.order[i] = i;
    if (m->n)
        qsort_r(g.order, m->n, sizeof *g.order, by_unit, &g);
    number_units(&g);
    const int status = carry_all(&g, e);
    hl_carried_values_free(&study);
    free(g.order);
    if (status)
        hl_units_free(u);
    return status;
}

void hl_units_free(hl_units *u)
{
    hl_manifest_free(&u->manifest);
    free(u->of);
    free(u->count);
    free(u->mixed);
    *u = (hl_units){0};
}

/* ---- labels ---- */

int hl_units_label(hl_units *u, const hl_manifest *m, char *const *classes, size_t nclasses,
                   int positive, hl_err *e)
{
    for (size_t i = 0; i < u->images; i++) {
        const hl_sample *image = &m->samples[i];
        hl_sample *unit = &u->manifest.samples[u->of[i]];
        if (image->cls == unit->cls)
            continue;
        if (nclasses != 2 || positive == HL_NO_POSITIVE)
            return hl_fail(e,
                           "--unit %s: %s has images labelled %s and %s, such as %s: expected one "
                           "label, since there are %zu classes",
                           hl_unit_names[u->unit], unit->path, unit->label, image->label,
                           image->path, nclasses);
        u->mixed[u->of[i]] = true;
        unit->cls = (uint32_t)positive;
        free(unit->label);
        unit->label = hl_strdup(classes[positive]);
    }
    return 0;
}

/* ---- probabilities ---- */

void hl_units_most_probable(const hl_units *u, size_t nclasses, size_t cls, const double *p,
                            size_t *image)
{
    for (size_t k = 0; k < u->manifest.n; k++)
        image[k] = SIZE_MAX;
    for (size_t i = 0; i < u->images; i++) {
        size_t *best = &image[u->of[i]];
        if (*best == SIZE_MAX || p[i * nclasses + cls] > p[*best * nclasses + cls])
            *best = i;
    }
}

static void take_most_probable(const hl_units *u, size_t nclasses, size_t cls, const double *p,
                               double *out)
{
    size_t *image = hl_malloc(u->manifest.n, sizeof *image);
    hl_units_most_probable(u, nclasses, cls, p, image);
    for (size_t k = 0; k < u->manifest.n; k++)
        memcpy(out + k * nclasses, p + image[k] * nclasses, nclasses * sizeof *out);
    free(image);
}

/* To 12 digits, so that the means of equal probabilities are equal: those of one third over two and
 * over three images differ in the last bit, and would be ranked by it. */
static double without_noise(double mean)
{
    char text[32];
    snprintf(text, sizeof text, "%.12g", mean);
    return strtod(text, NULL);
}

void hl_units_combine(const hl_units *u, int combine, size_t nclasses, int positive,
                      const double *p, double *out)
{
    if (combine == HL_COMBINE_MAX) {
        take_most_probable(u, nclasses, (size_t)positive, p, out);
        return;
    }
    memset(out, 0, u->manifest.n * nclasses * sizeof *out);
    for (size_t i = 0; i < u->images; i++)
        for (size_t k = 0; k < nclasses; k++)
            out[u->of[i] * nclasses + k] += p[i * nclasses + k];
    for (size_t i = 0; i < u->manifest.n * nclasses; i++) {
        const size_t unit = i / nclasses;
        out[i] = without_noise(out[i] / u->count[unit]);
    }
}
