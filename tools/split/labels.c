/* SPDX-License-Identifier: BSD-2-Clause */
#include "labels.h"

#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "columns.h"
#include "csv.h"
#include "image_index.h"
#include "label_rules.h"
#include "sys/input.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t max_table_bytes = (size_t)1 << 30;

typedef struct rows {
    split_row *items;
    size_t n, cap;
} rows;

/* What is needed to read a table. */
typedef struct reader {
    split_csv csv;
    const split_table *how;
    split_pairs roles, conditions;
    split_columns at;
    int *condition_at;
    split_image_index images;
    split_label_rules rules;
} reader;

/* ---- columns ---- */

static int find_columns(reader *t, const split_patient_rule *rule, hl_err *e)
{
    if (split_columns_parse(&t->roles, t->how->columns, e) ||
        split_conditions_parse(&t->conditions, t->how->select, e))
        return -1;
    t->condition_at = hl_malloc(t->conditions.n, sizeof *t->condition_at);
    if (split_columns_find(&t->at, &t->csv, &t->roles, e) ||
        split_conditions_find(t->condition_at, &t->csv, &t->roles, &t->conditions, e))
        return -1;
    if (t->at.patient >= 0 && rule->pattern)
        return hl_fail(e, "%s: expected either a column 'patient' or --patient-regex, found both",
                       t->csv.name);
    return 0;
}

/* ---- rows ---- */

/* A path that leads out of the data set would name another file where the data set is moved. */
static bool stays_inside(const char *path)
{
    if (*path == '/')
        return false;
    for (const char *part = path;; part++) {
        const size_t len = strcspn(part, "/");
        if (len == 2 && part[0] == '.' && part[1] == '.')
            return false;
        part += len;
        if (!*part)
            return true;
    }
}

/* A field without the blanks around it. */
static char *trimmed(char *field)
{
    field += strspn(field, " ");
    size_t len = strlen(field);
    while (len > 0 && field[len - 1] == ' ')
        len--;
    field[len] = '\0';
    return field;
}

static const char *without_dot(const char *name)
{
    while (strncmp(name, "./", 2) == 0)
        name += 2;
    return name;
}

/* Blanks around a name count if there is a file of that name. */
static int find_image(reader *t, split_row *r, hl_err *e)
{
    char *field = t->csv.fields[t->at.image];
    const char *name = without_dot(field);
    const size_t len = strlen(name);
    if (!stays_inside(name))
        return hl_fail(e,
                       "'%s' leads outside the folder of the data set: expected a relative path "
                       "without '..'",
                       name);
    if (*name && split_image_index_find(&t->images, name, &r->path, e))
        return -1;
    if (!r->path && (*field == ' ' || (len && name[len - 1] == ' '))) {
        name = without_dot(trimmed(field));
        if (*name && stays_inside(name) && split_image_index_find(&t->images, name, &r->path, e))
            return -1;
    }
    if (!*name)
        return hl_fail(e, "empty image path");
    r->missing = !r->path;
    if (r->missing)
        r->path = name;
    return 0;
}

static int read_fields(reader *t, split_row *r, hl_err *e)
{
    char **fields = t->csv.fields;
    *r = (split_row){.cell = fields[t->at.label], .line = t->csv.line};
    if (find_image(t, r, e))
        return -1;
    if (t->at.patient >= 0 && !*(r->patient = trimmed(fields[t->at.patient])))
        return hl_fail(e, "empty patient");
    if (t->at.subset < 0)
        return 0;
    const char *name = trimmed(fields[t->at.subset]);
    const int subset = hl_subset_find(name);
    if (subset < 0)
        return hl_fail(e, "expected subset train, val or test, found '%s'", name);
    r->subset = (hl_subset)subset;
    return 0;
}

static int fail_in_line(const reader *t, size_t line, hl_err *e)
{
    char where[512];
    snprintf(where, sizeof where, "%s: line %zu", t->csv.name, line);
    return hl_fail_in(e, where);
}

static int read_rows(reader *t, rows *all, hl_err *e)
{
    size_t others = 0;
    for (bool more;;) {
        if (split_csv_next(&t->csv, &more, e))
            return -1;
        if (!more)
            break;
        if (!split_conditions_meet(&t->conditions, t->condition_at, &t->csv)) {
            others++;
            continue;
        }
        all->items = hl_array_reserve(all->items, all->n + 1, &all->cap, sizeof *all->items);
        if (read_fields(t, &all->items[all->n], e))
            return fail_in_line(t, t->csv.line, e);
        all->n++;
    }
    if (all->n == 0)
        return others ? hl_fail(e, "%s: expected rows that --select '%s' selects, found none",
                                t->csv.name, t->how->select)
                      : hl_fail(e, "%s: lists no image", t->csv.name);
    if (others)
        hl_log_info("%s: --select leaves out %zu of %zu rows", t->csv.name, others,
                    others + all->n);
    return 0;
}

/* ---- rows that are left out ---- */

static void report_dropped(const reader *t, size_t n)
{
    if (t->rules.blank_n)
        hl_log_info("%s: %zu of %zu rows have an empty label and are left out", t->csv.name,
                    t->rules.blank_n, n);
    if (t->rules.uncertain_n)
        hl_log_info("%s: %zu of %zu rows have an uncertain label and are left out", t->csv.name,
                    t->rules.uncertain_n, n);
}

static void remove_rows(rows *all)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].label)
            all->items[n++] = all->items[i];
    all->n = n;
}

/* "'a.png' (line 2), 'b.png' (line 9), ..."; the caller frees. */
static char *list_missing(const rows *all)
{
    enum { SHOWN = 3 };
    hl_strbuf list = {0};
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (!all->items[i].missing || n++ >= SHOWN)
            continue;
        hl_strbuf_printf(&list, "%s'%s' (line %zu)", n > 1 ? ", " : "", all->items[i].path,
                         all->items[i].line);
    }
    if (n > SHOWN)
        hl_strbuf_puts(&list, ", ...");
    return list.data;
}

static int fail_missing(const reader *t, const rows *all, size_t n, hl_err *e)
{
    if (n == 1) {
        size_t i = 0;
        while (!all->items[i].missing)
            i++;
        return hl_fail(e, "%s: line %zu: '%s' cannot be found in %s: --missing skip leaves it out",
                       t->csv.name, all->items[i].line, all->items[i].path, t->images.dir);
    }
    char *list = list_missing(all);
    hl_fail(e,
            "%s: expected the images of %zu rows in %s, and %zu cannot be found: %s: --missing "
            "skip leaves them out",
            t->csv.name, all->n, t->images.dir, n, list);
    free(list);
    return -1;
}

/* Losses that differ between classes can mislead a model, so they are counted by class. */
static void report_missing(const reader *t, const rows *all, size_t n)
{
    split_words classes = {0}, missing = {0};
    hl_strbuf text = {0};
    for (size_t i = 0; i < all->n; i++) {
        const split_word label = split_word_of(all->items[i].label);
        split_words_add(&classes, label);
        if (all->items[i].missing)
            split_words_add(&missing, label);
    }
    split_words_sort(&classes);
    for (size_t i = 0; i < classes.n && i < 20; i++)
        hl_strbuf_printf(&text, "%s%zu of %zu of class '%s'", i ? ", " : "",
                         split_words_count(&missing, classes.items[i]), classes.items[i].count,
                         classes.items[i].s);
    hl_log_warn("%s: %zu of %zu rows are left out, since their images cannot be found: %s",
                t->csv.name, n, all->n, text.data);
    hl_strbuf_free(&text);
    split_words_free(&classes);
    split_words_free(&missing);
}

static int settle_missing(const reader *t, rows *all, hl_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        n += all->items[i].missing;
    if (n && t->how->missing == SPLIT_MISSING_STOP)
        return fail_missing(t, all, n, e);
    if (n)
        report_missing(t, all, n);
    for (size_t i = 0; n && i < all->n; i++)
        if (all->items[i].missing)
            all->items[i].label = NULL;
    remove_rows(all);
    return all->n ? 0 : hl_fail(e, "%s: no row is left: all are left out", t->csv.name);
}

/* ---- several rows for an image ---- */

static int compare_rows(const void *a, const void *b)
{
    const split_row *x = a, *y = b;
    const int order = strcmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int compare_labels(const void *a, const void *b)
{
    const split_row *x = a, *y = b;
    return strcmp(x->label, y->label);
}

/* The label of most rows, which are sorted by it; NULL where two have as many. */
static const char *majority_of(const split_row *r, size_t n)
{
    const char *most = NULL;
    size_t best = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && strcmp(r[i].label, r[end].label) == 0;)
            end++;
        if (end - i == best)
            most = NULL;
        if (end - i > best) {
            best = end - i;
            most = r[i].label;
        }
    }
    return most;
}

/* One label for n rows of an image with different labels, into the first row. */
static int join_labels(const reader *t, split_row *r, size_t n, size_t odd, hl_err *e)
{
    if (t->how->rows == SPLIT_ROWS_STOP)
        return hl_fail(e,
                       "%s: line %zu: '%s' already appears in line %zu, with the label '%s' "
                       "instead of '%s': --rows says what counts",
                       t->csv.name, r[odd].line, r->path, r->line, r->label, r[odd].label);
    if (t->how->rows == SPLIT_ROWS_ANY) {
        if (!t->rules.classes[1])
            return hl_fail(e,
                           "%s: line %zu: '%s' has several labels, and --rows any has no positive "
                           "class: --positive names it",
                           t->csv.name, r[odd].line, r->path);
        r->label = t->rules.classes[1];
        return 0;
    }
    const size_t first = r->line;
    qsort(r, n, sizeof *r, compare_labels);
    r->label = majority_of(r, n);
    return r->label ? 0
                    : hl_fail(e,
                              "%s: line %zu: '%s' has no label in most of its %zu rows: --rows any "
                              "decides without a majority",
                              t->csv.name, first, r->path, n);
}

static int check_same(const reader *t, const split_row *a, const split_row *b, hl_err *e)
{
    const char *what = b->subset != a->subset                              ? "subset"
                       : b->patient && strcmp(a->patient, b->patient) != 0 ? "patient"
                                                                           : NULL;
    return what ? hl_fail(e, "%s: line %zu: '%s' already appears in line %zu, with another %s",
                          t->csv.name, b->line, b->path, a->line, what)
                : 0;
}

/* Leaves one row of each image, the first. */
static int join_rows(const reader *t, rows *all, hl_err *e)
{
    size_t kept = 0;
    qsort(all->items, all->n, sizeof *all->items, compare_rows);
    for (size_t i = 0, end; i < all->n; i = end) {
        split_row *r = &all->items[i];
        size_t odd = 0; /* the first with another label */
        for (end = i + 1; end < all->n && strcmp(r->path, all->items[end].path) == 0; end++) {
            if (check_same(t, r, &all->items[end], e))
                return -1;
            if (!odd && strcmp(r->label, all->items[end].label) != 0)
                odd = end - i;
        }
        if (odd && join_labels(t, r, end - i, odd, e))
            return -1;
        all->items[kept++] = *r;
    }
    if (kept < all->n)
        hl_log_info("%s: %zu rows are of %zu images: several rows of an image count once",
                    t->csv.name, all->n, kept);
    all->n = kept;
    return 0;
}

/* ---- the table ---- */

static int add_rows(split_collection *c, const reader *t, const rows *all, split_patient_rule *rule,
                    hl_err *e)
{
    for (size_t i = 0; i < all->n; i++) {
        const split_row *r = &all->items[i];
        char *patient = r->patient ? hl_strdup(r->patient) : split_patient_of(rule, r->path, e);
        if (!patient)
            return fail_in_line(t, r->line, e);
        hl_manifest_add(&c->samples, r->path, r->label, patient, r->subset);
        free(patient);
    }
    return split_collection_finish(c, t->csv.name, e);
}

static int collect(split_collection *c, reader *t, rows *all, split_patient_rule *rule, hl_err *e)
{
    if (find_columns(t, rule, e) || read_rows(t, all, e))
        return -1;
    t->rules.label_name = t->at.label_name;
    if (split_label_rules_apply(&t->rules, all->items, all->n, t->csv.name, e))
        return -1;
    report_dropped(t, all->n);
    remove_rows(all);
    c->has_subsets = t->at.subset >= 0;
    return settle_missing(t, all, e) || join_rows(t, all, e) || add_rows(c, t, all, rule, e) ? -1
                                                                                             : 0;
}

static int parse_table(split_collection *c, const char *name, char *text, size_t len,
                       const char *dir, const split_table *how, split_patient_rule *rule, hl_err *e)
{
    reader t = {
        .how = how,
        .rules = {.positive = how->positive, .uncertain = how->uncertain, .blank = how->blank}};
    rows all = {0};
    if (split_image_index_open(&t.images, dir, e))
        return -1;
    int status = split_csv_open(&t.csv, name, text, len, e);
    if (status == 0)
        status = collect(c, &t, &all, rule, e);
    free(all.items);
    free(t.condition_at);
    split_pairs_free(&t.roles);
    split_pairs_free(&t.conditions);
    split_label_rules_free(&t.rules);
    split_csv_close(&t.csv);
    split_image_index_close(&t.images);
    return status;
}

static int read_table(const char *path, char **text, size_t *len, hl_err *e)
{
    const char *name;
    FILE *fp = hl_in_open(path, &name, e);
    if (!fp)
        return -1;
    const int status = hl_in_read_all(fp, name, max_table_bytes, text, len, e);
    if (fp != stdin)
        fclose(fp);
    return status;
}

int split_collect_labels(split_collection *c, const char *dir, const char *labels,
                         const split_table *how, split_patient_rule *rule, hl_err *e)
{
    *c = (split_collection){0};
    char *text;
    size_t len;
    if (read_table(labels, &text, &len, e))
        return -1;
    hl_digest_bytes(text, len, c->labels);
    const int status = parse_table(c, labels, text, len, dir, how, rule, e);
    free(text);
    if (status)
        split_collection_free(c);
    return status;
}
