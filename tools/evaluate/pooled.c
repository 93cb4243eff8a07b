/* SPDX-License-Identifier: BSD-2-Clause */
#include "pooled.h"

#include "base/mem.h"
#include "data/predictions.h"
#include "data/provenance.h"
#include "format/string_list.h"
#include "sys/file_digest.h"
#include "sys/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The reading in progress. */
typedef struct pool {
    evaluate_pooled *o;
    size_t carried_at[HL_MAX_CARRIED]; /* columns of the current file */
    char *const *files;
    const char *positive; /* of --positive, or NULL */
    size_t *origin;       /* [o->manifest.n] index of the sample's file */
    hl_input *inputs;     /* of the provenance, [files], as the next two */
    char (*roles)[40];
    char (*digests)[HL_DIGEST_SIZE];
} pool;

static int check_rule(const pool *l, const hl_predictions *p, const char *name, hl_err *e)
{
    char first[32], own[32];
    return hl_unit_rule_equal(l->o->rule, p->rule)
               ? 0
               : hl_fail(e, "predictions differ: %s has those of %s, %s of %s", l->files[0],
                         hl_unit_rule_describe(l->o->rule, first, sizeof first), name,
                         hl_unit_rule_describe(p->rule, own, sizeof own));
}

/* The first file sets unit, classes and feature space; the others must have the same. */
static int check_kind(pool *l, const hl_predictions *p, size_t file, hl_err *e)
{
    evaluate_pooled *o = l->o;
    const char *name = l->files[file];
    hl_feature_space fs;
    if (p->nclasses == 0)
        return hl_fail(e, "%s: expected the columns p_CLASS, found none", name);
    if (!p->provenance || !p->feature_space)
        return hl_fail(
            e, "%s: expected the lines #provenance and #feature_space, as evaluate writes them",
            name);
    if (hl_feature_space_parse(&fs, p->feature_space, e))
        return hl_fail_in(e, name);
    if (file == 0) {
        o->feature_space = fs;
        o->rule = p->rule;
        o->nclasses = p->nclasses;
        o->classes = hl_string_list_copy((char *const *)(uintptr_t)p->classes, p->nclasses);
        return hl_predictions_choose_positive(p, l->positive, &o->positive, e);
    }
    return check_rule(l, p, name, e) ||
                   hl_string_list_match(o->classes, o->nclasses, l->files[0],
                                        (char *const *)p->classes, p->nclasses, name, e) ||
                   hl_predictions_check_positive(p, l->positive, o->positive, l->files[0], e) ||
                   hl_feature_space_match(&fs, name, &o->feature_space, l->files[0], e)
               ? -1
               : 0;
}

/* Lists the columns that are not evaluate's own. */
static int find_carried(pool *l, hl_carried_columns *found, const hl_tsv *t, hl_err *e)
{
    static const char *const own[] = {"sample", "patient", "subset", "label", "predicted"};
    *found = (hl_carried_columns){0};
    for (size_t i = 0; i < t->ncolumns; i++) {
        bool carried = strncmp(t->columns[i], "p_", 2) != 0;
        for (size_t k = 0; k < sizeof own / sizeof *own; k++)
            carried &= strcmp(t->columns[i], own[k]) != 0;
        if (!carried)
            continue;
        if (hl_carried_add(found, t->columns[i], e))
            return hl_fail_in(e, t->name);
        l->carried_at[found->n - 1] = i;
    }
    return 0;
}

/* All files must carry the same columns in the same order. */
static int compare_carried(const pool *l, const hl_carried_columns *found, size_t file, hl_err *e)
{
    const hl_carried_columns *first = &l->o->manifest.carried;
    hl_strbuf a = {0}, b = {0};
    hl_strbuf_puts(&a, "");
    hl_strbuf_puts(&b, "");
    hl_carried_format_names(first, &a);
    hl_carried_format_names(found, &b);
    const int status = strcmp(a.data, b.data) == 0
                           ? 0
                           : hl_fail(e, "carried columns differ: %s has %zu (%s), %s %zu (%s)",
                                     l->files[0], first->n, a.data + (a.len > 0), l->files[file],
                                     found->n, b.data + (b.len > 0));
    hl_strbuf_free(&a);
    hl_strbuf_free(&b);
    return status;
}

static int check_carried(pool *l, const hl_predictions *p, size_t file, hl_err *e)
{
    hl_carried_columns found;
    int status = find_carried(l, &found, &p->table, e);
    if (status == 0 && file == 0)
        hl_carried_copy(&l->o->manifest.carried, &found);
    if (status == 0)
        status = compare_carried(l, &found, file, e);
    hl_carried_free(&found);
    return status;
}

/* Carries the values of a row over to the sample that was added last. */
static int carry(pool *l, const hl_predictions *p, size_t row, hl_err *e)
{
    hl_manifest *m = &l->o->manifest;
    hl_strbuf text = {0};
    int status = 0;
    for (size_t k = 0; k < m->carried.n && status == 0; k++) {
        hl_strbuf_puts(&text, k ? "\t" : "");
        status = hl_carried_add_value(&text, hl_tsv_field(&p->table, row, l->carried_at[k]), e);
    }
    if (status)
        hl_fail_in(e, p->table.name);
    else if (m->carried.n)
        hl_manifest_carry(m, text.data);
    hl_strbuf_free(&text);
    return status;
}

static int add_rows(pool *l, const hl_predictions *p, size_t file, hl_err *e)
{
    evaluate_pooled *o = l->o;
    const size_t before = o->manifest.n, k = o->nclasses;
    l->origin = hl_realloc(l->origin, before + p->n, sizeof *l->origin);
    o->predicted = hl_realloc(o->predicted, before + p->n, sizeof *o->predicted);
    o->p = hl_realloc(o->p, (before + p->n) * k, sizeof *o->p);
    memcpy(o->p + before * k, p->p, p->n * k * sizeof *o->p);
    for (size_t i = 0; i < p->n; i++) {
        const hl_prediction *row = &p->rows[i];
        const int subset = hl_subset_find(row->subset);
        if (subset < 0 || !*row->sample || !*row->patient)
            return hl_fail(e, "%s: row %zu: expected a sample, a patient and a subset",
                           l->files[file], i + 1);
        hl_manifest_add(&o->manifest, row->sample, p->classes[row->label], row->patient,
                        (hl_subset)subset);
        if (carry(l, p, row->row, e))
            return -1;
        o->manifest.samples[before + i].cls = row->label;
        l->origin[before + i] = file;
        o->predicted[before + i] = row->predicted;
    }
    return 0;
}

static int add_file(pool *l, size_t file, const char *subset, hl_err *e)
{
    hl_predictions p;
    char *provenance = NULL;
    const char *name = l->files[file];
    if (hl_in_check_regular(name, e) || hl_digest_file(name, l->digests[file], e) ||
        hl_predictions_read(&p, name, NULL, 0, NULL, subset, e))
        return -1;
    int status = check_kind(l, &p, file, e);
    if (status == 0)
        status = check_carried(l, &p, file, e);
    if (status == 0 && p.n == 0)
        status = hl_fail(e, "%s: has no sample of the subset '%s'", name, subset ? subset : "all");
    if (status == 0)
        status = add_rows(l, &p, file, e);
    if (status == 0 &&
        (status = hl_provenance_join(&provenance, l->o->provenance, p.provenance, e)) != 0)
        hl_fail_in(e, name);
    if (status == 0) {
        free(l->o->provenance);
        l->o->provenance = provenance;
    }
    snprintf(l->roles[file], sizeof l->roles[file], "predictions/%zu", file + 1);
    l->inputs[file] = (hl_input){l->roles[file], l->digests[file]};
    hl_predictions_free(&p);
    return status;
}

static int compare_paths(const void *a, const void *b, void *ctx)
{
    const hl_sample *s = ctx;
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const int order = strcmp(s[x].path, s[y].path);
    return order ? order : (x > y) - (x < y);
}

static int check_repeats(const pool *l, hl_err *e)
{
    const hl_manifest *m = &l->o->manifest;
    size_t *order = hl_malloc(m->n, sizeof *order);
    for (size_t i = 0; i < m->n; i++)
        order[i] = i;
    qsort_r(order, m->n, sizeof *order, compare_paths, m->samples);
    int status = 0;
    for (size_t i = 1; i < m->n && status == 0; i++) {
        const size_t x = order[i - 1], y = order[i];
        if (strcmp(m->samples[x].path, m->samples[y].path) == 0)
            status = hl_fail(e, "sample '%s' is in %s and in %s: expected each sample once",
                             m->samples[x].path, l->files[l->origin[x]], l->files[l->origin[y]]);
    }
    free(order);
    return status;
}

static int read_all(pool *l, size_t n, int subset, const hl_cli *cli, hl_err *e)
{
    char *provenance;
    for (size_t i = 0; i < n; i++)
        if (add_file(l, i, subset < HL_SUBSETS ? hl_subset_names[subset] : NULL, e))
            return -1;
    if (check_repeats(l, e) ||
        hl_provenance_extend(&provenance, l->o->provenance, cli, l->inputs, n, e))
        return -1;
    free(l->o->provenance);
    l->o->provenance = provenance;
    return 0;
}

int evaluate_pooled_read(evaluate_pooled *o, char *const *files, size_t n, int subset,
                         const char *positive, const hl_cli *cli, hl_err *e)
{
    *o = (evaluate_pooled){0};
    pool l = {.o = o,
              .files = files,
              .positive = positive,
              .inputs = hl_malloc(n, sizeof *l.inputs),
              .roles = hl_malloc(n, sizeof *l.roles),
              .digests = hl_malloc(n, sizeof *l.digests)};
    const int status = read_all(&l, n, subset, cli, e);
    free(l.origin);
    free(l.inputs);
    free(l.roles);
    free(l.digests);
    if (status)
        evaluate_pooled_free(o);
    return status;
}

void evaluate_pooled_free(evaluate_pooled *o)
{
    hl_manifest_free(&o->manifest);
    hl_string_list_free(o->classes, o->nclasses);
    free(o->predicted);
    free(o->p);
    free(o->provenance);
    *o = (evaluate_pooled){0};
}
