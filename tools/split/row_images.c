/* SPDX-License-Identifier: BSD-2-Clause */
#include "row_images.h"

#include "base/log.h"
#include "base/mem.h"
#include "dicom_shown.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* ---- the file of a row ---- */

/* A path with ".." may lead out of the data set, and through links anywhere. */
static bool has_dots(const char *path)
{
    for (const char *part = path;; part++) {
        const size_t len = strcspn(part, "/");
        if (len == 2 && part[0] == '.' && part[1] == '.')
            return true;
        part += len;
        if (!*part)
            return false;
    }
}

static int refuse_dots(const char *name, hl_err *e)
{
    return hl_fail(e,
                   "expected a path relative to the folder of the data set, found '%s', one with "
                   "'..' in it",
                   name);
}

/* Removes empty parts and "." from a relative path. */
static void tidy(char *path)
{
    char *to = path;
    for (const char *part = path; *part;) {
        const size_t len = strcspn(part, "/"), used = part[len] ? len + 1 : len;
        if (len > 0 && strncmp(part, "./", 2) != 0) {
            memmove(to, part, used);
            to += used;
        }
        part += used;
    }
    *to = '\0';
}

/* What an absolute path begins with, "/" or "C:". */
static size_t foreign_start(const char *name)
{
    const bool drive = ((name[0] | 32) >= 'a' && (name[0] | 32) <= 'z') && name[1] == ':';
    const size_t n = drive && (name[2] == '/' || name[2] == '\\') ? 2 : 0;
    return n + strspn(name + n, "/\\");
}

/* A path as another machine writes it: absolute, or with backslashes. */
static int find_foreign(split_row *r, split_image_index *images, const char *name, hl_err *e)
{
    const size_t start = foreign_start(name);
    if (start == 0 && !strchr(name, '\\'))
        return 0;
    char *copy = hl_strdup(name + start);
    for (char *c = copy; (c = strchr(c, '\\'));)
        *c = '/';
    int status = 0;
    if (has_dots(copy)) {
        status = refuse_dots(name, e);
    } else {
        tidy(copy);
        if (*copy)
            status =
                split_image_index_find_end(images, copy, name, &r->path, &r->file, &r->found, e);
    }
    free(copy);
    return status;
}

static int find(split_row *r, split_image_index *images, char *name, hl_err *e)
{
    if (*name == '/')
        return find_foreign(r, images, name, e);
    if (has_dots(name))
        return refuse_dots(name, e);
    tidy(name);
    if (!*name)
        return 0;
    if (split_image_index_find(images, name, &r->path, &r->file, &r->found, e))
        return -1;
    return r->path ? 0 : find_foreign(r, images, name, e);
}

int split_row_find_image(split_row *r, split_image_index *images, char *field, hl_err *e)
{
    char *name = field;
    r->path = NULL;
    if (find(r, images, name, e))
        return -1;
    if (!r->path) {
        const size_t len = strlen(name);
        name = split_trim(field);
        if (strlen(name) < len && find(r, images, name, e))
            return -1;
    }
    if (!*name)
        return hl_fail(e, "empty image path");
    r->missing = !r->path;
    if (r->missing)
        r->path = name;
    return 0;
}

void split_rows_report_found(const split_row *rows, size_t n, const char *table,
                             const split_dicom_rule *dicom)
{
    static const char *const how[] = {
        [SPLIT_OTHER_EXTENSION] = "have another extension than the table says",
        [SPLIT_BY_END] = "are found by the end of a path of another machine"};
    for (size_t h = SPLIT_OTHER_EXTENSION; h < sizeof how / sizeof *how; h++) {
        const split_row *first = NULL;
        size_t found = 0;
        for (size_t i = 0; i < n; i++) {
            if (rows[i].missing || rows[i].found != h)
                continue;
            first = first ? first : &rows[i];
            found++;
        }
        if (!first)
            continue;
        char *shown = split_dicom_shown(dicom, first->path);
        hl_log_info("%s: the images of %zu of %zu rows %s; the first: line %zu, %s", table, found,
                    n, how[h], first->line, shown);
        free(shown);
    }
}

/* ---- rows of one file ---- */

static int compare_files(const void *a, const void *b)
{
    const split_row *x = *(split_row *const *)a, *y = *(split_row *const *)b;
    const split_file_id *p = &x->file, *q = &y->file;
    if (p->device != q->device)
        return p->device < q->device ? -1 : 1;
    if (p->inode != q->inode)
        return p->inode < q->inode ? -1 : 1;
    return strcmp(x->path, y->path);
}

static int expect_same_patient(const split_row *a, const split_row *b, hl_patient_rule *rule,
                               const char *table, const split_dicom_rule *dicom, hl_err *e)
{
    char *p = hl_patient_of(rule, a->path, e), *q = p ? hl_patient_of(rule, b->path, e) : NULL;
    const int status =
        !q ? -1
        : strcmp(p, q) != 0
            ? hl_fail(e,
                      "%s: line %zu: '%s' is the same file as '%s' in line %zu, but of another "
                      "patient: '%s' instead of '%s'",
                      table, b->line, b->path, a->path, a->line, q, p)
            : 0;
    free(p);
    free(q);
    if (status && split_dicom_hides_rows(dicom))
        hl_fail(e,
                "%s: line %zu: the file is that of line %zu by another path, and --patient-regex "
                "finds another patient in it, or none (--keep-ids shows the paths)",
                table, b->line, a->line);
    return status;
}

int split_rows_settle_links(split_row *rows, size_t n, hl_patient_rule *rule, const char *table,
                            const split_dicom_rule *dicom, hl_err *e)
{
    size_t links = 0;
    int status = 0;
    split_row **order = hl_malloc(n, sizeof(split_row *));
    for (size_t i = 0; i < n; i++)
        order[i] = &rows[i];
    qsort(order, n, sizeof(split_row *), compare_files);
    for (size_t i = 1; i < n && status == 0; i++) {
        const split_row *before = order[i - 1];
        if (before->file.device != order[i]->file.device ||
            before->file.inode != order[i]->file.inode || strcmp(before->path, order[i]->path) == 0)
            continue;
        if (rule->pattern.text)
            status = expect_same_patient(before, order[i], rule, table, dicom, e);
        order[i]->path = before->path;
        links++;
    }
    if (links && status == 0)
        hl_log_info(
            "%s: rows that name the file of another row by another path, through links: %zu", table,
            links);
    free(order);
    return status;
}
