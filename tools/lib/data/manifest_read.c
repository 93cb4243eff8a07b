/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a manifest to samples. */
#include "data/manifest.h"

#include "base/mem.h"
#include "base/parse.h"
#include "data/provenance.h"
#include "format/checksum.h"
#include "format/string_list.h"
#include "format/text_encoding.h"
#include "format/tsv.h"
#include "sys/input.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char magic_line[] = "#hilum-manifest 1";
static const char *const fixed_columns[] = {"path", "label", "patient", "subset", "augmented_copy"};
enum { NCOLUMNS = 4, AUGMENTED = NCOLUMNS, MOST_COLUMNS };

/* Bytes. A million samples take about 80 MB. */
static const size_t max_text = (size_t)1 << 31;

/* The lines above the rows. */
typedef struct heading {
    uint64_t stated; /* number of samples; 0 if there is no such line */
    size_t ncolumns; /* fixed ones; 0 until the line of column names has been read */
    bool of_shard;   /* there may be no samples */
} heading;

/* A comment line: root, provenance, number of samples, or a remark for people. */
static int read_comment(hl_manifest *m, const char *name, size_t line_no, char *line, heading *h,
                        hl_err *e)
{
    static const char samples[] = "#samples\t";
    if (strncmp(line, samples, sizeof samples - 1) == 0)
        return hl_parse_u64(line + sizeof samples - 1, &h->stated) && (h->stated || h->of_shard)
                   ? 0
                   : hl_fail(e, "%s: line %zu: expected a number of samples", name, line_no);
    char **to = NULL;
    if (strncmp(line, "#root\t", 6) == 0)
        to = &m->root;
    else if (strncmp(line, "#provenance\t", 12) == 0 ||
             strncmp(line, "#chain\t", 7) == 0) /* old name */
        to = &m->provenance;
    else if (strncmp(line, "#listing\t", 9) == 0)
        to = &m->listing;
    if (!to)
        return 0;
    if (*to)
        return hl_fail(e, "%s: line %zu: appears twice", name, line_no);
    *to = hl_strdup(strchr(line, '\t') + 1);
    if (!hl_tsv_unescape(*to))
        return hl_fail(e, "%s: line %zu: bad escape", name, line_no);
    return 0;
}

static int fail_columns(const char *name, size_t line_no, hl_err *e)
{
    return hl_fail(e,
                   "%s: line %zu: expected the columns path, label, patient, subset and, if any, "
                   "augmented_copy and those that are carried",
                   name, line_no);
}

static bool is_augmented_column(const char *column)
{
    return strcmp(column, "augmented_copy") == 0 || strcmp(column, "variant") == 0; /* old name */
}

static int read_columns(hl_manifest *m, heading *h, const char *name, size_t line_no, char *line,
                        hl_err *e)
{
    for (char *rest = line; rest;) {
        char *column = strsep(&rest, "\t");
        if (h->ncolumns < NCOLUMNS) {
            if (strcmp(column, fixed_columns[h->ncolumns++]) != 0)
                return fail_columns(name, line_no, e);
        } else if (h->ncolumns == AUGMENTED && m->carried.n == 0 && is_augmented_column(column)) {
            h->ncolumns++;
        } else if (!hl_tsv_unescape(column) || hl_carried_add(&m->carried, column, e)) {
            char where[512];
            snprintf(where, sizeof where, "%s: line %zu", name, line_no);
            return hl_fail_in(e, where);
        }
    }
    return h->ncolumns < NCOLUMNS ? fail_columns(name, line_no, e) : 0;
}

static int read_variant(const char *name, size_t line_no, const char *field, hl_sample *s,
                        hl_err *e)
{
    uint64_t v;
    if (!hl_parse_u64(field, &v) || v > HL_MAX_AUGMENTED)
        return hl_fail(e,
                       "%s: line %zu: expected the number of an augmented copy, from 0 to %d, "
                       "found '%s'",
                       name, line_no, HL_MAX_AUGMENTED, field);
    if (v && s->subset != HL_TRAIN)
        return hl_fail(e,
                       "%s: line %zu: augmented copies are for training: expected subset train, "
                       "found %s",
                       name, line_no, hl_subset_names[s->subset]);
    s->augmented = (uint32_t)v;
    return 0;
}

/* Cuts the fixed columns off the line; *rest is the text of the carried ones, or NULL. */
static int read_fields(char *line, char **field, size_t nfixed, char **rest, const char *name,
                       size_t line_no, hl_err *e)
{
    size_t n = 0;
    for (*rest = line; *rest && n < nfixed; n++)
        field[n] = strsep(rest, "\t");
    for (size_t i = 0; i < n; i++) {
        if (!hl_tsv_unescape(field[i]))
            return hl_fail(e, "%s: line %zu: bad escape in %s", name, line_no, fixed_columns[i]);
        if (!*field[i])
            return hl_fail(e, "%s: line %zu: empty %s", name, line_no, fixed_columns[i]);
    }
    return 0;
}

static size_t count_columns(const char *line)
{
    size_t n = 1;
    for (const char *s = line; (s = strchr(s, '\t')); s++)
        n++;
    return n;
}

static int read_carried(hl_manifest *m, const char *name, size_t line_no, const char *text,
                        hl_err *e)
{
    if (m->carried.n == 0)
        return 0;
    if (hl_carried_check(&m->carried, text, e)) {
        char where[512];
        snprintf(where, sizeof where, "%s: line %zu", name, line_no);
        return hl_fail_in(e, where);
    }
    hl_manifest_carry(m, text);
    return 0;
}

static int read_sample(hl_manifest *m, const char *name, size_t line_no, char *line, size_t nfixed,
                       hl_err *e)
{
    char *field[MOST_COLUMNS], *rest;
    const size_t n = count_columns(line), expected = nfixed + m->carried.n;
    if (n != expected)
        return hl_fail(e, "%s: line %zu: expected %zu columns, found %zu", name, line_no, expected,
                       n);
    if (read_fields(line, field, nfixed, &rest, name, line_no, e))
        return -1;
    const int subset = hl_subset_find(field[3]);
    if (subset < 0)
        return hl_fail(e, "%s: line %zu: expected subset train, val or test, found '%s'", name,
                       line_no, field[3]);
    hl_manifest_add(m, field[0], field[1], field[2], (hl_subset)subset);
    if (nfixed == MOST_COLUMNS &&
        read_variant(name, line_no, field[AUGMENTED], &m->samples[m->n - 1], e))
        return -1;
    return read_carried(m, name, line_no, rest, e);
}

static int read_line(hl_manifest *m, const char *name, size_t line_no, char *line, heading *h,
                     hl_err *e)
{
    if (line_no == 1) {
        if (strcmp(line, magic_line) != 0)
            return hl_fail(e, "%s: not a manifest: expected '%s' in line 1", name, magic_line);
        return 0;
    }
    if (h->ncolumns)
        return read_sample(m, name, line_no, line, h->ncolumns, e);
    return line[0] == '#' ? read_comment(m, name, line_no, line, h, e)
                          : read_columns(m, h, name, line_no, line, e);
}

static int compare_images(const void *a, const void *b)
{
    const hl_sample *x = *(const hl_sample *const *)a, *y = *(const hl_sample *const *)b;
    const int order = strcmp(x->path, y->path);
    return order ? order : (x->augmented > y->augmented) - (x->augmented < y->augmented);
}

/* Samples are checked in the order of compare_images. before: the previous sample; first: the first
 * sample of the same image, which must be the original. */
static int check_image(const hl_manifest *m, const hl_sample *s, const hl_sample *before,
                       const hl_sample *first, const char *name, hl_err *e)
{
    if (compare_images(&s, &before) == 0)
        return s->augmented ? hl_fail(e, "%s: augmented copy %" PRIu32 " of '%s' appears twice",
                                      name, s->augmented, s->path)
                            : hl_fail(e, "%s: path '%s' appears twice", name, s->path);
    if (first->augmented)
        return hl_fail(e, "%s: augmented copy %" PRIu32 " of '%s': the original is missing", name,
                       first->augmented, first->path);
    const char *differs = s->subset != first->subset                ? "subset"
                          : strcmp(s->label, first->label) != 0     ? "label"
                          : strcmp(s->patient, first->patient) != 0 ? "patient"
                          : s->carried ? hl_carried_differs(&m->carried, s->carried, first->carried)
                                       : NULL;
    return differs ? hl_fail(e,
                             "%s: augmented copy %" PRIu32 " of '%s': expected the %s of the "
                             "original",
                             name, s->augmented, s->path, differs)
                   : 0;
}

static int check_images(const hl_manifest *m, const char *name, hl_err *e)
{
    static const hl_sample nothing = {.path = ""};
    if (m->n == 0)
        return 0;
    const hl_sample **all = hl_malloc(m->n, sizeof *all), *first = &nothing, *before = &nothing;
    for (size_t i = 0; i < m->n; i++)
        all[i] = &m->samples[i];
    qsort(all, m->n, sizeof *all, compare_images);
    int status = 0;
    for (size_t i = 0; i < m->n && status == 0; before = all[i++]) {
        if (strcmp(all[i]->path, first->path) != 0)
            first = all[i];
        status = check_image(m, all[i], before, first, name, e);
    }
    free(all);
    return status;
}

static int parse_lines(hl_manifest *m, const char *name, char *text, size_t len, bool of_shard,
                       hl_err *e)
{
    heading h = {.of_shard = of_shard};
    size_t line_no = 0;
    for (char *line = text; line < text + len;) {
        char *end = memchr(line, '\n', (size_t)(text + len - line));
        if (!end)
            return hl_fail(e, "%s: truncated: the last line does not end", name);
        *end = '\0';
        if (strlen(line) != (size_t)(end - line))
            return hl_fail(e, "%s: line %zu: it holds a zero byte", name, line_no + 1);
        if (read_line(m, name, ++line_no, line, &h, e))
            return -1;
        line = end + 1;
    }
    if (!h.ncolumns)
        return hl_fail(e, "%s: not a manifest: expected a line of column names", name);
    if (m->n == 0 && !of_shard)
        return hl_fail(e, "%s: expected at least one sample, found none", name);
    if (h.stated && h.stated != m->n)
        return hl_fail(e, "%s: truncated or changed: expected %" PRIu64 " samples, found %zu", name,
                       h.stated, m->n);
    return check_images(m, name, e);
}

static int check_listing(const hl_manifest *m, const char *name, hl_err *e)
{
    json_t *o = m->listing ? json_loads(m->listing, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const bool good = !m->listing || json_is_object(o);
    json_decref(o);
    return good ? 0 : hl_fail(e, "%s: #listing: expected a JSON object", name);
}

/* Classes and provenance become JSON metadata of tensor files. */
static int check_metadata(const hl_manifest *m, const char *name, hl_err *e)
{
    char *classes = hl_string_list_format(m->classes, m->nclasses);
    if (!classes)
        return hl_fail(e, "%s: the name of a class is not UTF-8", name);
    free(classes);
    if (check_listing(m, name, e))
        return -1;
    return hl_provenance_check(m->provenance, name, e);
}

int hl_manifest_parse_in_place(hl_manifest *m, const char *name, char *text, size_t len,
                               bool of_shard, hl_err *e)
{
    *m = (hl_manifest){0};
    int status =
        hl_checksum_strip_line(text, &len, name, e) || parse_lines(m, name, text, len, of_shard, e)
            ? -1
            : 0;
    if (status == 0) {
        hl_manifest_finish(m);
        status =
            hl_string_list_check_count(m->nclasses, name, e) || check_metadata(m, name, e) ? -1 : 0;
    }
    if (status)
        hl_manifest_free(m);
    return status;
}

int hl_manifest_parse(hl_manifest *m, const char *name, const char *text, size_t len, hl_err *e)
{
    char *copy = hl_strndup(text, len);
    const int status = hl_manifest_parse_in_place(m, name, copy, len, false, e);
    free(copy);
    return status;
}

int hl_manifest_read(hl_manifest *m, const char *path, hl_err *e)
{
    const char *name;
    *m = (hl_manifest){0};
    FILE *fp = hl_in_open(path, &name, e);
    if (!fp)
        return -1;
    char *text;
    size_t len;
    int status = hl_in_read_all(fp, name, max_text, &text, &len, e);
    if (fp != stdin)
        fclose(fp);
    if (status)
        return -1;
    status = hl_encoding_normalize(text, &len, name, e);
    if (status == 0)
        status = hl_manifest_parse_in_place(m, name, text, len, false, e);
    free(text);
    return status;
}
