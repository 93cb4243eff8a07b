/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom.h"

#include "base/log.h"
#include "base/mem.h"
#include "data/dicom_columns.h"
#include "data/dicom_files.h"
#include "data/dicom_patients.h"
#include "data/kermany.h"
#include "data/naming_paths.h"
#include "dicom_labels.h"
#include "dicom_select.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>

typedef struct taking {
    split_dicom *d;
    hl_manifest *m;
    const split_dicom_rule *rule;
    split_tally *tally;
    hl_dicom_file *files; /* [m->n at first] */
    bool *drop;           /* likewise */
    size_t n;             /* m->n at first */
} taking;

/* ---- samples that are left out ---- */

static void drop_others(taking *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n && t->d->in_folders; i++)
        if (t->files[i].kind == HL_DICOM_NO_IMAGE) {
            t->drop[i] = true;
            n++;
        }
    if (n)
        hl_log_info("%s: ignored DICOM files without an image (reports, presentation states, "
                    "indices): %zu",
                    t->rule->dir, n);
}

static const char *instance_of(const taking *t, size_t i)
{
    return t->files[i].kind == HL_DICOM_IMAGE && !t->drop[i]
               ? t->files[i].a.text[HL_DICOM_TEXT_SOP_INSTANCE]
               : "";
}

static int compare_instances(const void *a, const void *b, void *ctx)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    const int order = strcmp(instance_of(ctx, x), instance_of(ctx, y));
    return order ? order : (x > y) - (x < y);
}

static int expect_same(const taking *t, size_t x, size_t y, hl_err *e)
{
    const hl_sample *a = &t->m->samples[x], *b = &t->m->samples[y];
    const bool differ = strcmp(a->label, b->label) != 0;
    if (!differ && a->subset == b->subset)
        return 0;
    hl_strbuf both = {0};
    if (t->rule->keep_ids)
        hl_strbuf_printf(&both, "'%s' and '%s'", a->path, b->path);
    else
        hl_strbuf_puts(&both, "two DICOM files (--keep-ids shows their paths)");
    hl_fail(e,
            "%s: %s are the same image, by their SOP Instance UID: expected one %s, found '%s' and "
            "'%s'",
            t->rule->dir, both.data, differ ? "label" : "subset",
            differ ? a->label : hl_subset_names[a->subset],
            differ ? b->label : hl_subset_names[b->subset]);
    hl_strbuf_free(&both);
    return -1;
}

/* Files of one SOP instance are one image, which counts once: the first by its path. */
static int drop_repeated(taking *t, hl_err *e)
{
    size_t *order = hl_malloc(t->n, sizeof *order), n = 0;
    int status = 0;
    for (size_t i = 0; i < t->n; i++)
        order[i] = i;
    qsort_r(order, t->n, sizeof *order, compare_instances, t);
    for (size_t i = 1, first = 0; i < t->n && status == 0; i++) {
        const char *instance = instance_of(t, order[i]);
        if (!*instance || strcmp(instance, instance_of(t, order[first])) != 0) {
            first = i;
            continue;
        }
        status = expect_same(t, order[first], order[i], e);
        n++;
        order[i] += t->n; /* once the order is no longer needed */
    }
    for (size_t i = 0; i < t->n; i++)
        if (order[i] >= t->n)
            t->drop[order[i] - t->n] = true;
    free(order);
    t->tally->repeated += n;
    if (n && status == 0)
        hl_log_warn("%s: DICOM files that are the same image as another, by their SOP Instance "
                    "UID, and left out: %zu",
                    t->rule->dir, n);
    return status;
}

/* Names that do not tell the patient, and need not. */
static void count_named(taking *t)
{
    for (size_t i = 0; i < t->n && !t->d->has_patients; i++)
        if (t->drop[i] || t->files[i].kind == HL_DICOM_IMAGE)
            t->d->named += hl_kermany_patient(hl_path_base(t->m->samples[i].path)) == 0;
}

static void remove_dropped(taking *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->drop[i]) {
            hl_sample_free(&t->m->samples[i]);
            hl_dicom_attributes_free(&t->files[i].a);
            continue;
        }
        t->m->samples[kept] = t->m->samples[i];
        t->files[kept++] = t->files[i];
    }
    for (size_t i = kept; i < t->n; i++)
        t->files[i] = (hl_dicom_file){0};
    t->m->n = kept;
}

/* ---- what the others get ---- */

static int add_column(taking *t, const char *name, bool *is_added, hl_err *e)
{
    const hl_carried_columns *c = &t->m->carried;
    *is_added = true;
    for (size_t i = 0; i < c->n; i++)
        *is_added &= strcmp(c->names[i], name) != 0;
    return *is_added ? hl_carried_add(&t->m->carried, name, e) : 0;
}

/* The study and, with --keep-ids, the instance; then the attributes. */
enum { IDS = 2, ALL_COLUMNS = IDS + HL_DICOM_CARRIED };

static void put_id(const taking *t, const hl_dicom_file *f, int id, hl_strbuf *value)
{
    const char *text = f->a.text[id == 0 ? HL_DICOM_TEXT_STUDY : HL_DICOM_TEXT_SOP_INSTANCE];
    char name[HL_PSEUDONYM_SIZE];
    if (*text && !t->rule->keep_ids) {
        hl_pseudonym_make(&t->d->key, HL_PSEUDONYM_STUDY, text, "", name);
        text = name;
    }
    hl_strbuf_puts(value, text);
}

static int put_value(const taking *t, const hl_dicom_file *f, int column, hl_strbuf *text,
                     hl_err *e)
{
    hl_strbuf value = {0};
    hl_strbuf_puts(&value, "");
    if (f->kind == HL_DICOM_IMAGE && column < IDS)
        put_id(t, f, column, &value);
    else if (f->kind == HL_DICOM_IMAGE)
        hl_dicom_column_value(&f->a, (hl_dicom_column)(column - IDS), &value);
    const int status = hl_carried_add_value(text, value.data, e);
    hl_strbuf_free(&value);
    return status;
}

/* What a table says stays, but for the study of a DICOM file, which may have to be hidden. */
static int carry(const taking *t, size_t i, const bool *is_added, hl_err *e)
{
    hl_sample *s = &t->m->samples[i];
    const hl_dicom_file *f = &t->files[i];
    hl_strbuf text = {0};
    size_t column = 0;
    int status = 0;
    for (char *rest = s->carried; rest && status == 0; column++) {
        const char *old = strsep(&rest, "\t");
        hl_strbuf_puts(&text, column ? "\t" : "");
        if (f->kind == HL_DICOM_IMAGE && strcmp(t->m->carried.names[column], hl_study_column) == 0)
            status = put_value(t, f, 0, &text, e);
        else
            hl_strbuf_puts(&text, old);
    }
    for (int c = 0; c < ALL_COLUMNS && status == 0; c++) {
        if (!is_added[c])
            continue;
        hl_strbuf_puts(&text, column++ ? "\t" : "");
        status = put_value(t, f, c, &text, e);
    }
    free(s->carried);
    s->carried = text.data;
    return status;
}

static int carry_all(taking *t, hl_err *e)
{
    bool is_added[ALL_COLUMNS] = {false};
    if (add_column(t, hl_study_column, &is_added[0], e) ||
        (t->rule->keep_ids && add_column(t, hl_sop_column, &is_added[1], e)))
        return -1;
    for (int c = 0; c < HL_DICOM_CARRIED; c++)
        if (add_column(t, hl_dicom_columns[c], &is_added[IDS + c], e))
            return -1;
    for (size_t i = 0; i < t->m->n; i++)
        if (carry(t, i, is_added, e))
            return -1;
    return 0;
}

/* ---- patients ---- */

static void take_patients(taking *t)
{
    hl_dicom_patient_counts counts = {0};
    hl_dicom_settle_patients(t->files, t->m->n);
    for (size_t i = 0; i < t->m->n && !t->d->has_patients; i++) {
        char *patient = t->files[i].kind == HL_DICOM_IMAGE
                            ? hl_dicom_take_patient(&t->files[i], &counts)
                            : NULL;
        if (!patient)
            continue;
        free(t->m->samples[i].patient);
        t->m->samples[i].patient = patient;
    }
    hl_dicom_warn_of_patients(&counts, "and a patient's studies may be divided");
}

static void find_naming_paths(const taking *t, hl_naming_paths *p)
{
    size_t n = 0;
    for (size_t i = 0; i < t->m->n; i++)
        if (t->files[i].kind == HL_DICOM_IMAGE)
            n += hl_naming_paths_add(p, t->m->samples[i].path, &t->files[i].a);
    hl_naming_paths_end(p);
    if (n)
        hl_log_info("%s: DICOM files whose paths contain a name, an ID or a date of theirs: %zu of "
                    "%zu; only the column image_file of the manifest has the paths",
                    t->rule->dir, n, t->d->images);
}

/* Other images have the name of their path unless it tells a patient. */
static void name_all(taking *t)
{
    split_dicom *d = t->d;
    hl_naming_paths naming = {0};
    find_naming_paths(t, &naming);
    d->names = hl_malloc(t->m->n, sizeof *d->names);
    for (size_t i = 0; i < t->m->n; i++) {
        const hl_dicom_file *f = &t->files[i];
        if (f->kind == HL_DICOM_NOT && !hl_naming_paths_have(&naming, t->m->samples[i].path))
            continue;
        split_dicom_name *n = &d->names[d->nnames++];
        const char *path = t->m->samples[i].path;
        n->path = hl_strdup(path);
        hl_dicom_pseudonym(&d->key, f, path, n->name);
    }
    hl_naming_paths_free(&naming);
}

static int take(taking *t, hl_err *e)
{
    if (t->d->in_folders && split_dicom_expect_classes(t->m, t->files, t->rule, e))
        return -1;
    if (!t->rule->keep_ids && hl_id_key_open(&t->d->key, t->rule->id_key, e))
        return -1;
    drop_others(t);
    if (split_dicom_select(t->m, t->files, t->drop, t->rule, t->d->condition_at, t->tally, e) ||
        drop_repeated(t, e))
        return -1;
    count_named(t);
    remove_dropped(t);
    if (t->m->n == 0)
        return hl_fail(e, "%s: no image is left: all are left out", t->rule->dir);
    take_patients(t);
    if (carry_all(t, e))
        return -1;
    if (!t->rule->keep_ids)
        name_all(t);
    return 0;
}

int split_dicom_take(split_dicom *d, hl_manifest *m, const split_dicom_rule *rule, split_tally *y,
                     hl_err *e)
{
    const char **paths = hl_malloc(m->n, sizeof *paths);
    for (size_t i = 0; i < m->n; i++)
        paths[i] = m->samples[i].path;
    taking t = {.d = d, .m = m, .rule = rule, .tally = y, .n = m->n};
    t.files = hl_dicom_files_read(rule->dir, paths, m->n, rule->jobs);
    t.drop = hl_calloc(m->n, sizeof *t.drop);
    free(paths);
    for (size_t i = 0; i < t.n; i++)
        d->images += hl_dicom_is(&t.files[i]);
    const int status = d->images ? take(&t, e) : split_dicom_expect_none(rule, d, e);
    hl_dicom_files_free(t.files, t.n);
    free(t.drop);
    return status;
}

/* ---- pseudonyms ---- */

static int compare_paths(const void *key, const void *item)
{
    return strcmp(key, ((const split_dicom_name *)item)->path);
}

bool split_dicom_hides(const split_dicom *d)
{
    return d->nnames > 0;
}

const char *split_dicom_patient(const split_dicom *d, const char *patient,
                                char name[HL_PSEUDONYM_SIZE])
{
    if (!split_dicom_hides(d))
        return patient;
    hl_pseudonym_make(&d->key, HL_PSEUDONYM_PATIENT, patient, "", name);
    return name;
}

const char *split_dicom_path(const split_dicom *d, const char *path)
{
    const split_dicom_name *n =
        d->nnames ? bsearch(path, d->names, d->nnames, sizeof *d->names, compare_paths) : NULL;
    return n ? n->name : path;
}

static void hide_patient(const split_dicom *d, hl_sample *s)
{
    char name[HL_PSEUDONYM_SIZE];
    char *hidden = hl_strdup(split_dicom_patient(d, s->patient, name));
    free(s->patient);
    s->patient = hidden;
}

/* All patients, also those of other files: a patient may have some of both kinds. */
void split_dicom_hide(const split_dicom *d, hl_manifest *m)
{
    for (size_t i = 0; i < m->n && split_dicom_hides(d); i++) {
        hl_sample *s = &m->samples[i];
        const char *name = split_dicom_path(d, s->path);
        hide_patient(d, s);
        if (name == s->path)
            continue;
        s->file = s->path;
        s->path = hl_strdup(name);
    }
}

void split_dicom_free(split_dicom *d)
{
    for (size_t i = 0; i < d->nnames; i++)
        free(d->names[i].path);
    free(d->names);
    *d = (split_dicom){0};
}
