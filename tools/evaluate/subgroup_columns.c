/* SPDX-License-Identifier: BSD-2-Clause */
#include "subgroup_columns.h"

#include "base/mem.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "data/carried_values.h"
#include "format/string_list.h"

#include <stdlib.h>
#include <string.h>

/* ---- the list ---- */

static int fail_unknown(const hl_manifest *m, const char *name, hl_err *e)
{
    const hl_carried_columns *c = &m->carried;
    hl_strbuf names = {0};
    for (size_t i = 0; i < c->n; i++)
        hl_strbuf_item(&names, i, 20, "%s", c->names[i]);
    if (c->n)
        hl_fail(e, "--by: there is no column '%s': expected one of %s", name, names.data);
    else
        hl_fail(e, "--by: there is no column '%s': the samples carry none (split --columns)", name);
    hl_strbuf_free(&names);
    return -1;
}

static int find_column(const hl_manifest *m, const char *name, size_t *found, hl_err *e)
{
    for (*found = 0; *found < m->carried.n; ++*found)
        if (strcmp(m->carried.names[*found], name) == 0)
            return 0;
    return fail_unknown(m, name, e);
}

/* "18:40:60" */
static int parse_bounds(evaluate_column *c, const char *text, hl_err *e)
{
    char *copy = hl_strdup(text), *rest = copy, *item;
    int status = 0;
    while (status == 0 && (item = strsep(&rest, ":"))) {
        double *bound = &c->bound[c->nbounds];
        if (c->nbounds == EVALUATE_MAX_BOUNDS)
            status =
                hl_fail(e, "--by: %s: expected at most %d bounds", c->name, EVALUATE_MAX_BOUNDS);
        else if (!hl_parse_f64(item, bound) || (c->nbounds && !(bound[0] > bound[-1])))
            status = hl_fail(e, "--by: %s: expected ascending numbers, as %s:18:40:60, found '%s'",
                             c->name, c->name, text);
        else
            c->nbounds++;
    }
    free(copy);
    return status;
}

/* ---- the groups ---- */

/* Of the bins, the last that begins at or below the value. */
static size_t bin_of(const evaluate_column *c, double value)
{
    size_t bin = 0;
    while (bin < c->nbounds && value >= c->bound[bin])
        bin++;
    return bin;
}

static char *bin_name(const evaluate_column *c, size_t bin)
{
    hl_strbuf t = {0};
    if (bin > c->nbounds)
        hl_strbuf_puts(&t, "in several bins");
    else if (bin == 0)
        hl_strbuf_printf(&t, "under %g", c->bound[0]);
    else if (bin == c->nbounds)
        hl_strbuf_printf(&t, "%g and over", c->bound[bin - 1]);
    else
        hl_strbuf_printf(&t, "%g to under %g", c->bound[bin - 1], c->bound[bin]);
    return t.data;
}

/* The bin of a value; of a patient or study with several, as 58|61, the bin that they share, or the
 * one after all. False where one is no number. */
static bool find_bin(const evaluate_column *c, const char *value, size_t *bin)
{
    char *copy = hl_strdup(value), *rest = copy, *item;
    bool is_first = true, ok = true;
    while ((item = strsep(&rest, "|"))) {
        double number;
        if (!(ok = hl_carried_number(item, &number)))
            break;
        const size_t own = bin_of(c, number);
        *bin = is_first || *bin == own ? own : c->nbounds + 1;
        is_first = false;
    }
    free(copy);
    return ok;
}

/* Gives each value its bin; the one after that of several bins is for blank values. Fails at one
 * that is no number. */
static int bin_values(const evaluate_column *c, const hl_carried_values *v, size_t *bin, hl_err *e)
{
    for (size_t i = 0; i < v->n; i++) {
        if (!*v->names[i])
            bin[i] = c->nbounds + 2;
        else if (!find_bin(c, v->names[i], &bin[i]))
            return hl_fail(e, "--by: %s has bins: expected numbers, found '%s'", c->name,
                           v->names[i]);
    }
    return 0;
}

static int check_count(const evaluate_column *c, const hl_carried_values *v, hl_err *e)
{
    if (v->n <= EVALUATE_MAX_GROUPS)
        return 0;
    return v->numbers ? hl_fail(e,
                                "--by: %s has %zu different numbers: expected bins, such as "
                                "%s:18:40:60 for under 18, 18 to under 40, 40 to under 60, and 60 "
                                "and over",
                                c->name, v->n - v->has_blank, c->name)
                      : hl_fail(e, "--by: %s has %zu different values: expected at most %d",
                                c->name, v->n, EVALUATE_MAX_GROUPS);
}

/* Names the groups that have samples, in order; place: [v->n] the group of each value, of
 * ascending order numbers below `most`. */
static void name_groups(evaluate_column *c, const hl_carried_values *v, size_t *place, size_t most)
{
    size_t *number = hl_calloc(most, sizeof *number);
    c->groups = hl_malloc(most, sizeof *c->groups);
    for (size_t i = 0; i < v->n; i++)
        number[place[i]] = i + 1;
    for (size_t k = 0; k < most; k++) {
        if (!number[k])
            continue;
        const char *value = v->names[number[k] - 1];
        c->groups[c->ngroups] = !*value      ? hl_strdup(HL_BLANK_NAME)
                                : c->nbounds ? bin_name(c, k)
                                             : hl_strdup(value);
        number[k] = c->ngroups++;
    }
    for (size_t i = 0; i < v->n; i++)
        place[i] = number[place[i]];
    free(number);
}

static int group(evaluate_column *c, const hl_carried_values *v, size_t samples, hl_err *e)
{
    const size_t most = c->nbounds ? c->nbounds + 3 : v->n;
    size_t *place = hl_malloc(v->n, sizeof *place);
    for (size_t i = 0; i < v->n; i++)
        place[i] = i;
    const int status = c->nbounds ? bin_values(c, v, place, e) : check_count(c, v, e);
    if (status == 0) {
        name_groups(c, v, place, most);
        c->has_blank = v->has_blank;
        c->of = hl_calloc(samples, sizeof *c->of);
        for (size_t i = 0; i < samples; i++)
            if (v->of[i] != HL_NO_VALUE)
                c->of[i] = (uint32_t)place[v->of[i]];
    }
    free(place);
    return status;
}

/* ---- reading ---- */

/* item: "age" or "age:18:40:60" */
static int read_column(evaluate_columns *all, char *item, const hl_manifest *m, int subset,
                       hl_err *e)
{
    char *bounds = strchr(item, ':');
    if (bounds)
        *bounds++ = '\0';
    size_t at;
    if (!*item)
        return hl_fail(e, "--by: expected columns with commas between them, as sex,age:18:40:60");
    if (find_column(m, item, &at, e))
        return -1;
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->column[i].name, item) == 0)
            return hl_fail(e, "--by: column '%s' appears twice", item);
    all->column = hl_realloc(all->column, all->n + 1, sizeof *all->column);
    evaluate_column *c = &all->column[all->n++];
    *c = (evaluate_column){.name = hl_strdup(item)};
    if (bounds && parse_bounds(c, bounds, e))
        return -1;
    hl_carried_values v;
    hl_carried_values_of(&v, m, at, subset);
    const int status = group(c, &v, m->n, e);
    hl_carried_values_free(&v);
    return status;
}

int evaluate_columns_read(evaluate_columns *c, const char *by, const hl_manifest *m, int subset,
                          hl_err *e)
{
    *c = (evaluate_columns){0};
    char *copy = hl_strdup(by), *rest = copy, *item;
    int status = 0;
    while (status == 0 && (item = strsep(&rest, ",")))
        status = read_column(c, item, m, subset, e);
    free(copy);
    if (status)
        evaluate_columns_free(c);
    return status;
}

void evaluate_columns_free(evaluate_columns *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->column[i].name);
        hl_string_list_free(c->column[i].groups, c->column[i].ngroups);
        free(c->column[i].of);
    }
    free(c->column);
    *c = (evaluate_columns){0};
}
