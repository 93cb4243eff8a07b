/* SPDX-License-Identifier: BSD-2-Clause */
#include "labels.h"

#include "base/array.h"
#include "base/mem.h"
#include "csv.h"
#include "sys/input.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t max_table_bytes = (size_t)1 << 30;

typedef struct columns {
    int image, label, patient, subset; /* -1: absent */
} columns;

/* A line of the table; its strings point into the text of the table. */
typedef struct row {
    const char *path, *label, *patient;
    hl_subset subset;
    size_t line;
} row;

typedef struct rows {
    row *items;
    size_t n, cap;
} rows;

static int find_columns(const split_csv *csv, const split_patient_rule *rule, columns *c, hl_err *e)
{
    *c = (columns){split_csv_column(csv, "image"), split_csv_column(csv, "label"),
                   split_csv_column(csv, "patient"), split_csv_column(csv, "subset")};
    if (c->image < 0 || c->label < 0)
        return hl_fail(e,
                       "%s: line %zu: expected a header with the columns image and label, "
                       "found no '%s'",
                       csv->name, csv->line, c->image < 0 ? "image" : "label");
    if (c->patient >= 0 && rule->pattern)
        return hl_fail(e, "%s: expected either a column 'patient' or --patient-regex, found both",
                       csv->name);
    return 0;
}

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

static int check_image(const split_csv *csv, int dir_fd, const char *path, hl_err *e)
{
    struct stat st;
    if (!*path)
        return hl_fail(e, "%s: line %zu: empty image path", csv->name, csv->line);
    if (!stays_inside(path))
        return hl_fail(e,
                       "%s: line %zu: '%s' leads outside the folder of the data set: expected a "
                       "relative path without '..'",
                       csv->name, csv->line, path);
    if (fstatat(dir_fd, path, &st, 0))
        return hl_fail_errno(e, "%s: line %zu: '%s' cannot be found", csv->name, csv->line, path);
    if (!S_ISREG(st.st_mode))
        return hl_fail(e, "%s: line %zu: '%s' is not a file", csv->name, csv->line, path);
    return 0;
}

static int read_row(const split_csv *csv, const columns *at, int dir_fd, row *r, hl_err *e)
{
    *r = (row){.path = csv->fields[at->image], .label = csv->fields[at->label], .line = csv->line};
    while (strncmp(r->path, "./", 2) == 0)
        r->path += 2;
    if (check_image(csv, dir_fd, r->path, e))
        return -1;
    if (!*r->label)
        return hl_fail(e, "%s: line %zu: empty label", csv->name, csv->line);
    if (at->patient >= 0 && !*(r->patient = csv->fields[at->patient]))
        return hl_fail(e, "%s: line %zu: empty patient", csv->name, csv->line);
    if (at->subset < 0)
        return 0;
    const char *name = csv->fields[at->subset];
    const int subset = hl_subset_find(name);
    if (subset < 0)
        return hl_fail(e, "%s: line %zu: expected subset train, val or test, found '%s'", csv->name,
                       csv->line, name);
    r->subset = (hl_subset)subset;
    return 0;
}

static int read_rows(split_csv *csv, const columns *at, int dir_fd, rows *all, hl_err *e)
{
    for (bool more;;) {
        if (split_csv_next(csv, &more, e))
            return -1;
        if (!more)
            return all->n ? 0 : hl_fail(e, "%s: lists no image", csv->name);
        all->items = hl_array_reserve(all->items, all->n + 1, &all->cap, sizeof *all->items);
        if (read_row(csv, at, dir_fd, &all->items[all->n], e))
            return -1;
        all->n++;
    }
}

static int compare_rows(const void *a, const void *b)
{
    const row *x = a, *y = b;
    const int order = strcmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int add_rows(split_collection *c, const char *name, const rows *all,
                    split_patient_rule *rule, hl_err *e)
{
    qsort(all->items, all->n, sizeof *all->items, compare_rows);
    for (size_t i = 0; i < all->n; i++) {
        const row *r = &all->items[i];
        if (i > 0 && strcmp(r[-1].path, r->path) == 0)
            return hl_fail(e, "%s: line %zu: '%s' already appears in line %zu", name, r->line,
                           r->path, r[-1].line);
        char *patient = r->patient ? hl_strdup(r->patient) : split_patient_of(rule, r->path, e);
        if (!patient) {
            char where[512];
            snprintf(where, sizeof where, "%s: line %zu", name, r->line);
            return hl_fail_in(e, where);
        }
        hl_manifest_add(&c->samples, r->path, r->label, patient, r->subset);
        free(patient);
    }
    return split_collection_finish(c, name, e);
}

static int parse_table(split_collection *c, const char *name, char *text, size_t len, int dir_fd,
                       split_patient_rule *rule, hl_err *e)
{
    split_csv csv;
    columns at;
    rows all = {0};
    if (split_csv_open(&csv, name, text, len, e))
        return -1;
    int status = find_columns(&csv, rule, &at, e);
    if (status == 0)
        status = read_rows(&csv, &at, dir_fd, &all, e);
    if (status == 0) {
        c->has_subsets = at.subset >= 0;
        status = add_rows(c, name, &all, rule, e);
    }
    free(all.items);
    split_csv_close(&csv);
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
                         split_patient_rule *rule, hl_err *e)
{
    *c = (split_collection){0};
    char *text;
    size_t len;
    const int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return hl_fail_errno(e, "%s: cannot be read", dir);
    int status = read_table(labels, &text, &len, e);
    if (status == 0) {
        hl_digest_bytes(text, len, c->labels);
        status = parse_table(c, labels, text, len, dir_fd, rule, e);
        free(text);
    }
    close(dir_fd);
    if (status)
        split_collection_free(c);
    return status;
}
