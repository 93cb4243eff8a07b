/* SPDX-License-Identifier: BSD-2-Clause */
#include "labels.h"

#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "blank_words.h"
#include "carried.h"
#include "carried_spellings.h"
#include "columns.h"
#include "csv.h"
#include "dicom_index.h"
#include "dicom_shown.h"
#include "image_index.h"
#include "label_rules.h"
#include "missing.h"
#include "rounded.h"
#include "row_images.h"
#include "subset_words.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is needed to read a table. */
typedef struct reader {
    split_csv csv;
    const split_table *how;
    split_pairs roles, conditions; /* those of how */
    split_columns at;
    int *condition_at;
    hl_err
        no_column; /* if a condition's column, not in the table, is that of no DICOM file either */
    split_words *seen; /* [conditions.n] values in these columns */
    split_carried carried;
    split_image_index images;
    split_dicom_index instances; /* where images are found by what DICOM files say */
    const split_dicom_rule *dicom;
    split_label_rules rules;
    const hl_path_pattern *label_in_path;
    char **texts; /* [ntexts] that are no part of the table, owned */
    size_t ntexts, texts_cap;
} reader;

static char *keep(reader *t, char *text)
{
    t->texts = hl_array_reserve(t->texts, t->ntexts + 1, &t->texts_cap, sizeof *t->texts);
    t->texts[t->ntexts++] = text;
    return text;
}

/* ---- columns ---- */

static int find_columns(reader *t, const hl_patient_rule *rule, hl_err *e)
{
    if (split_carried_name(&t->carried, &t->roles, e))
        return -1;
    t->condition_at = hl_malloc(t->conditions.n, sizeof *t->condition_at);
    t->seen = hl_calloc(t->conditions.n, sizeof *t->seen);
    if (split_columns_find(&t->at, &t->csv, &t->roles, t->label_in_path->text != NULL, e) ||
        split_conditions_find(t->condition_at, &t->csv, &t->roles, &t->conditions, e))
        return -1;
    for (size_t i = 0; i < t->conditions.n; i++)
        if (t->condition_at[i] < 0)
            split_column_missing(&t->csv, t->conditions.items[i].name, &t->no_column);
    split_carried_find(&t->carried, &t->csv, &t->roles);
    t->instances.by = t->at.by;
    return rule->pattern.text ? split_column_overrule(&t->at.patient, &t->csv, &t->roles, "patient",
                                                      "--patient-regex", e)
                              : 0;
}

/* ---- rows ---- */

static int find_label(reader *t, split_row *r, hl_err *e)
{
    if (!t->label_in_path->text) {
        r->cell = t->csv.fields[t->at.label];
        return 0;
    }
    r->cell = hl_path_pattern_find(t->label_in_path, r->path, "label", e);
    if (!r->cell) {
        split_dicom_hide_path(t->dicom, r->path, e);
        return -1;
    }
    keep(t, r->cell);
    return 0;
}

static int find_patient(const reader *t, split_row *r, hl_err *e)
{
    if (t->at.patient < 0 || t->at.by == SPLIT_KEY_PATIENT)
        return 0;
    r->patient = split_trim(t->csv.fields[t->at.patient]);
    if (!*r->patient)
        return hl_fail(e, "empty patient");
    if (split_is_blank_word(split_word_of(r->patient)))
        return hl_fail(e, "expected a patient, found '%s'", r->patient);
    if (!hl_is_utf8(r->patient))
        return hl_fail(e, "the patient is not UTF-8: the table may be in Latin-1 or Windows-1252; "
                          "save it as UTF-8");
    return split_expect_identifier(split_word_of(r->patient), "patient", t->dicom, e);
}

/* The fields besides the one that names the image. */
static int read_fields(reader *t, split_row *r, hl_err *e)
{
    if (find_label(t, r, e) || find_patient(t, r, e) ||
        split_carried_read(&t->carried, &t->csv, &r->carried, e))
        return -1;
    if (t->at.subset < 0)
        return 0;
    const char *name = split_trim(t->csv.fields[t->at.subset]);
    const int subset = split_subset_of(name, strlen(name));
    if (subset < 0)
        return hl_fail(e, "expected subset train, val or test, found '%s'", name);
    r->subset = (hl_subset)subset;
    return 0;
}

static int add_row(reader *t, split_rows *all, split_row r, hl_err *e)
{
    if (read_fields(t, &r, e))
        return -1;
    all->items = hl_array_reserve(all->items, all->n + 1, &all->cap, sizeof *all->items);
    all->items[all->n++] = r;
    return 0;
}

/* A row of an instance, a study or a patient is one of each of its images. The identifier itself is
 * not repeated in messages. */
static int read_instances(reader *t, split_rows *all, char *field, hl_err *e)
{
    static const char *const words[] = {[SPLIT_KEY_SOP] = "its SOP instance",
                                        [SPLIT_KEY_STUDY] = "its study",
                                        [SPLIT_KEY_PATIENT] = "its patient"};
    const char *key = split_trim(field);
    split_dicom_entry *found;
    size_t n;
    if (!*key)
        return hl_fail(e, "expected the UID or ID of %s, found nothing", words[t->at.by]);
    if (split_expect_identifier(split_word_of(key), "identifier", t->dicom, e))
        return -1;
    if (split_dicom_index_find(&t->instances, t->images.dir, t->dicom->jobs, key, &found, &n, e))
        return -1;
    if (n == 0)
        return add_row(
            t, all, (split_row){.line = t->csv.line, .path = words[t->at.by], .missing = true}, e);
    for (size_t i = 0; i < n; i++)
        if (add_row(t, all,
                    (split_row){.line = t->csv.line, .path = found[i].path, .file = found[i].file},
                    e))
            return -1;
    return 0;
}

static int read_row(reader *t, split_rows *all, hl_err *e)
{
    char *field = t->csv.fields[t->at.image], *path = split_columns_path(&t->at, &t->csv);
    split_row r = {.line = t->csv.line};
    if (path)
        field = keep(t, path);
    if (t->at.by != SPLIT_KEY_IMAGE)
        return read_instances(t, all, field, e);
    if (split_row_find_image(&r, &t->images, field, e) == 0)
        return add_row(t, all, r, e);
    return split_dicom_hides_rows(t->dicom)
               ? hl_fail(e,
                         "expected the path of one image, found none, one that fits several, has "
                         "'..' in it, or cannot be read (--keep-ids says which)")
               : -1;
}

static int fail_in_line(const reader *t, size_t line, hl_err *e)
{
    char where[512];
    snprintf(where, sizeof where, "%s: line %zu", t->csv.name, line);
    return hl_fail_in(e, where);
}

static int read_rows(reader *t, split_rows *all, split_tally *tally, hl_err *e)
{
    size_t others = 0, rows = 0;
    tally->source = "table";
    for (bool more;;) {
        if (split_csv_next(&t->csv, &more, e))
            return -1;
        if (!more)
            break;
        if (!split_conditions_meet(&t->conditions, t->condition_at, t->seen, &t->csv)) {
            others++;
            continue;
        }
        if (read_row(t, all, e))
            return fail_in_line(t, t->csv.line, e);
        rows++;
    }
    split_rows_report_found(all->items, all->n, t->csv.name, t->dicom);
    tally->listed = others + rows;
    tally->selected_out = others;
    if (split_conditions_expect_used(&t->conditions, t->condition_at, t->seen, &t->csv, e))
        return split_dicom_hides_rows(t->dicom)
                   ? hl_fail(
                         e,
                         "%s: --select: a value is in no row, or in two spellings (--keep-ids says "
                         "which)",
                         t->csv.name)
                   : -1;
    if (all->n == 0)
        return others ? hl_fail(e, "%s: expected rows that --select '%s' selects, found none",
                                t->csv.name, t->how->select)
                      : hl_fail(e, "%s: lists no image", t->csv.name);
    if (others)
        hl_log_info("%s: --select leaves out %zu of %zu rows", t->csv.name, others, others + rows);
    const size_t left = split_dicom_index_left(&t->instances);
    if (left)
        hl_log_info("%s: DICOM files in %s without a row: %zu", t->csv.name, t->images.dir, left);
    return 0;
}

/* ---- rows without a label of their own ---- */

static void report_kept(const reader *t, size_t kept, size_t n, const char *what, int meaning)
{
    if (kept)
        hl_log_info("%s: %zu of %zu rows have %s label and count as '%s'", t->csv.name, kept, n,
                    what, t->rules.classes[meaning == SPLIT_CELL_ONE]);
}

static void report_settled(const reader *t, size_t n, split_tally *tally)
{
    tally->blank = t->rules.blank_n;
    tally->uncertain = t->rules.uncertain_n;
    tally->blank_kept = t->rules.blank_kept;
    tally->uncertain_kept = t->rules.uncertain_kept;
    tally->unclassed = t->rules.unclassed_n;
    tally->cells = t->rules.findings ? "findings" : "labels";
    if (t->rules.blank_n)
        hl_log_info("%s: %zu of %zu rows have an empty label and are left out", t->csv.name,
                    t->rules.blank_n, n);
    if (t->rules.uncertain_n)
        hl_log_info("%s: %zu of %zu rows have an uncertain label and are left out", t->csv.name,
                    t->rules.uncertain_n, n);
    if (t->rules.unclassed_n)
        hl_log_info("%s: %zu of %zu rows have labels that are in no class (--classes) and are left "
                    "out",
                    t->csv.name, t->rules.unclassed_n, n);
    report_kept(t, t->rules.blank_kept, n, "an empty", t->how->blank);
    report_kept(t, t->rules.uncertain_kept, n, "an uncertain", t->how->uncertain);
}

/* ---- several rows for an image ---- */

static int compare_rows(const void *a, const void *b)
{
    const split_row *x = a, *y = b;
    const int order = strcmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int fail_in_row(const reader *t, const split_row *r, const char *what, hl_err *e)
{
    char *shown = split_dicom_shown(t->dicom, r->path);
    hl_fail(e, "%s: line %zu: %s%s", t->csv.name, r->line, shown, what);
    free(shown);
    return -1;
}

/* One label for n rows of an image with different labels, into the first row. */
static int join_labels(const reader *t, split_row *r, size_t n, size_t odd, hl_err *e)
{
    hl_err why;
    if (t->how->rows == SPLIT_ROWS_STOP) {
        hl_fail(&why,
                " already appears in line %zu, with the label '%s' instead of '%s': --rows says "
                "what counts",
                r->line, r->label, r[odd].label);
        return fail_in_row(t, &r[odd], why.msg, e);
    }
    if (t->how->rows == SPLIT_ROWS_ANY) {
        if (!t->rules.classes[1])
            return fail_in_row(t, &r[odd],
                               " has several labels, and --rows any has no positive class: "
                               "--positive names it",
                               e);
        r->label = t->rules.classes[1];
        return 0;
    }
    const split_row first = *r;
    r->label = split_label_of_most(r, n);
    hl_fail(&why, ": no label has the majority of its %zu rows: --rows any needs none", n);
    return r->label ? 0 : fail_in_row(t, &first, why.msg, e);
}

static int check_same(const reader *t, const split_row *a, const split_row *b, hl_err *e)
{
    const char *what =
        b->subset != a->subset ? "subset"
        : b->patient && strcmp(a->patient, b->patient) != 0
            ? "patient"
            : hl_carried_differs(&t->carried.columns, split_carried_text(&t->carried, a->carried),
                                 split_carried_text(&t->carried, b->carried));
    hl_err why;
    hl_fail(&why, " already appears in line %zu, with another %s", a->line, what ? what : "");
    return what ? fail_in_row(t, b, why.msg, e) : 0;
}

/* Leaves one row of each image, the first. */
static int join_rows(const reader *t, split_rows *all, hl_patient_rule *rule, split_tally *tally,
                     hl_err *e)
{
    size_t kept = 0;
    if (split_rows_settle_links(all->items, all->n, rule, t->csv.name, t->dicom, e))
        return -1;
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
    tally->repeated = all->n - kept;
    if (kept < all->n)
        hl_log_info("%s: %zu rows are of %zu images: several rows of an image count once",
                    t->csv.name, all->n, kept);
    all->n = kept;
    return 0;
}

/* ---- the table ---- */

static int add_rows(split_collection *c, const reader *t, const split_rows *all, split_rules *rules,
                    hl_err *e)
{
    hl_carried_copy(&c->samples.carried, &t->carried.columns);
    c->dicom.condition_at = t->condition_at;
    c->dicom.no_column = &t->no_column;
    c->dicom.has_patients =
        (t->at.patient >= 0 && t->at.by != SPLIT_KEY_PATIENT) || rules->patient.pattern.text;
    split_carried_warn_of_spellings(&t->carried, all->items, all->n, t->csv.name, t->dicom);
    for (size_t i = 0; i < all->n; i++) {
        const split_row *r = &all->items[i];
        char *patient =
            r->patient ? hl_strdup(r->patient) : hl_patient_of(&rules->patient, r->path, e);
        if (!patient) {
            split_dicom_hide_path(&rules->dicom, r->path, e);
            return fail_in_line(t, r->line, e);
        }
        hl_manifest_add(&c->samples, r->path, r->label, patient, r->subset);
        if (t->carried.columns.n)
            hl_manifest_carry(&c->samples, split_carried_text(&t->carried, r->carried));
        free(patient);
    }
    return split_collection_finish(c, rules, t->csv.name, e);
}

static int collect(split_collection *c, reader *t, split_rows *all, split_rules *r, hl_err *e)
{
    if (find_columns(t, &r->patient, e) || read_rows(t, all, &c->tally, e))
        return -1;
    t->rules.label_name = t->at.label_name;
    if (split_label_rules_apply(&t->rules, all->items, all->n, t->csv.name, e))
        return -1;
    report_settled(t, all->n, &c->tally);
    split_rows_drop(all);
    if (t->at.by == SPLIT_KEY_IMAGE && t->how->missing != SPLIT_MISSING_SKIP)
        split_rows_hide_missing(all, t->dicom);
    c->has_subsets = t->at.subset >= 0;
    c->has_patients = t->at.patient >= 0;
    return split_rows_settle_missing(all, t->csv.name, &t->images,
                                     t->how->missing == SPLIT_MISSING_SKIP, t->dicom, &c->tally,
                                     e) ||
                   join_rows(t, all, &r->patient, &c->tally, e) || add_rows(c, t, all, r, e)
               ? -1
               : 0;
}

static int parse_table(split_collection *c, const char *name, char *text, size_t len,
                       const char *dir, const split_table *how, split_rules *r, hl_err *e)
{
    reader t = {.how = how,
                .roles = how->roles,
                .conditions = how->conditions,
                .label_in_path = &r->label,
                .dicom = &r->dicom,
                .rules = {.positive = how->positive,
                          .uncertain = how->uncertain,
                          .blank = how->blank,
                          .map = &r->classes}};
    split_rows all = {0};
    if (split_image_index_open(&t.images, dir, e))
        return -1;
    int status = split_csv_open(&t.csv, name, text, len, e);
    if (status == 0)
        status = collect(c, &t, &all, r, e);
    free(all.items);
    free(t.condition_at);
    for (size_t i = 0; t.seen && i < t.conditions.n; i++)
        split_words_free(&t.seen[i]);
    free(t.seen);
    split_carried_free(&t.carried);
    for (size_t i = 0; i < t.ntexts; i++)
        free(t.texts[i]);
    free(t.texts);
    split_label_rules_free(&t.rules);
    split_csv_close(&t.csv);
    split_dicom_index_free(&t.instances);
    split_image_index_close(&t.images);
    return status;
}

int split_collect_labels(split_collection *c, const char *dir, const char *labels,
                         const split_table *how, split_rules *r, hl_err *e)
{
    *c = (split_collection){0};
    char *text;
    size_t len;
    if (split_csv_read(labels, &text, &len, e))
        return -1;
    hl_digest_bytes(text, len, c->labels);
    const int status = parse_table(c, labels, text, len, dir, how, r, e);
    free(text);
    if (status)
        split_collection_free(c);
    return status;
}
