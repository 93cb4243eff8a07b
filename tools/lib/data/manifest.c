/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/manifest.h"

#include "base/array.h"
#include "base/mem.h"
#include "base/parse.h"
#include "data/provenance.h"
#include "format/checksum.h"
#include "format/string_list.h"
#include "format/text_encoding.h"
#include "format/tsv.h"
#include "sys/input.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const hl_subset_names[HL_SUBSETS] = {"train", "val", "test"};

static const char magic_line[] = "#hilum-manifest 1";
static const char column_line[] = "path\tlabel\tpatient\tsubset";
static const char copy_column[] = "\taugmented_copy",
                  old_copy_column[] = "\tvariant"; /* old name */
enum { NCOLUMNS = 4, VARIANT = NCOLUMNS, MOST_COLUMNS };

/* Bytes. A million samples take about 80 MB. */
static const size_t max_text = (size_t)1 << 31;

int hl_subset_find(const char *s)
{
    for (int i = 0; i < HL_SUBSETS; i++)
        if (strcmp(s, hl_subset_names[i]) == 0)
            return i;
    return -1;
}

void hl_manifest_add(hl_manifest *m, const char *path, const char *label, const char *patient,
                     hl_subset subset)
{
    m->samples = hl_array_reserve(m->samples, m->n + 1, &m->cap, sizeof *m->samples);
    m->samples[m->n++] = (hl_sample){.path = hl_strdup(path),
                                     .label = hl_strdup(label),
                                     .patient = hl_strdup(patient),
                                     .subset = subset};
}

void hl_manifest_add_augmented(hl_manifest *m)
{
    const hl_sample last = m->samples[m->n - 1];
    hl_manifest_add(m, last.path, last.label, last.patient, last.subset);
    m->samples[m->n - 1].augmented = last.augmented + 1;
}

/* The distinct labels, sorted. */
static void list_classes(hl_manifest *m)
{
    char **labels = hl_malloc(m->n, sizeof *labels);
    for (size_t i = 0; i < m->n; i++)
        labels[i] = m->samples[i].label;
    if (m->n)
        qsort(labels, m->n, sizeof *labels, hl_compare_strings);
    for (size_t i = 0; i < m->n; i++)
        if (m->nclasses == 0 || strcmp(labels[m->nclasses - 1], labels[i]) != 0)
            labels[m->nclasses++] = labels[i];
    m->classes = hl_string_list_copy(labels, m->nclasses);
    free(labels);
}

void hl_manifest_finish(hl_manifest *m)
{
    list_classes(m);
    for (size_t i = 0; i < m->n; i++) {
        char **found = bsearch(&m->samples[i].label, m->classes, m->nclasses, sizeof *m->classes,
                               hl_compare_strings);
        m->samples[i].cls = (uint32_t)(found - m->classes);
    }
    if (!m->root)
        m->root = hl_strdup("");
    if (!m->provenance)
        m->provenance = hl_strdup("[]");
}

/* ---- reading ---- */

/* A comment line: root, provenance, number of samples, or a remark for people. */
static int read_comment(hl_manifest *m, const char *name, size_t line_no, char *line,
                        uint64_t *stated, hl_err *e)
{
    static const char samples[] = "#samples\t";
    if (strncmp(line, samples, sizeof samples - 1) == 0)
        return hl_parse_u64(line + sizeof samples - 1, stated) && *stated
                   ? 0
                   : hl_fail(e, "%s: line %zu: expected a number of samples", name, line_no);
    char **to = NULL;
    if (strncmp(line, "#root\t", 6) == 0)
        to = &m->root;
    else if (strncmp(line, "#provenance\t", 12) == 0 ||
             strncmp(line, "#chain\t", 7) == 0) /* old name */
        to = &m->provenance;
    if (!to)
        return 0;
    if (*to)
        return hl_fail(e, "%s: line %zu: appears twice", name, line_no);
    *to = hl_strdup(strchr(line, '\t') + 1);
    if (!hl_tsv_unescape(*to))
        return hl_fail(e, "%s: line %zu: bad escape", name, line_no);
    return 0;
}

/* The lines above the rows. */
typedef struct heading {
    uint64_t stated; /* number of samples; 0 if there is no such line */
    size_t ncolumns; /* 0 until the line of column names has been read */
} heading;

static int read_columns(heading *h, const char *name, size_t line_no, const char *line, hl_err *e)
{
    const size_t len = sizeof column_line - 1;
    const bool four = strncmp(line, column_line, len) == 0;
    if (four && !line[len])
        h->ncolumns = NCOLUMNS;
    else if (four &&
             (strcmp(line + len, copy_column) == 0 || strcmp(line + len, old_copy_column) == 0))
        h->ncolumns = MOST_COLUMNS;
    else
        return hl_fail(e,
                       "%s: line %zu: expected the columns path, label, patient, subset and, if "
                       "any, augmented_copy",
                       name, line_no);
    return 0;
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

static int read_sample(hl_manifest *m, const char *name, size_t line_no, char *line,
                       size_t ncolumns, hl_err *e)
{
    char *field[MOST_COLUMNS];
    size_t n = 0;
    for (char *rest = line; rest; n++) {
        char *one = strsep(&rest, "\t");
        if (n < MOST_COLUMNS)
            field[n] = one;
    }
    if (n != ncolumns)
        return hl_fail(e, "%s: line %zu: expected %zu columns, found %zu", name, line_no, ncolumns,
                       n);
    for (size_t i = 0; i < ncolumns; i++) {
        static const char *const column[] = {"path", "label", "patient", "subset",
                                             "augmented_copy"};
        if (!hl_tsv_unescape(field[i]))
            return hl_fail(e, "%s: line %zu: bad escape in %s", name, line_no, column[i]);
        if (!*field[i])
            return hl_fail(e, "%s: line %zu: empty %s", name, line_no, column[i]);
    }
    const int subset = hl_subset_find(field[3]);
    if (subset < 0)
        return hl_fail(e, "%s: line %zu: expected subset train, val or test, found '%s'", name,
                       line_no, field[3]);
    hl_manifest_add(m, field[0], field[1], field[2], (hl_subset)subset);
    return ncolumns == MOST_COLUMNS
               ? read_variant(name, line_no, field[VARIANT], &m->samples[m->n - 1], e)
               : 0;
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
    return line[0] == '#' ? read_comment(m, name, line_no, line, &h->stated, e)
                          : read_columns(h, name, line_no, line, e);
}

static int compare_images(const void *a, const void *b)
{
    const hl_sample *x = *(const hl_sample *const *)a, *y = *(const hl_sample *const *)b;
    const int order = strcmp(x->path, y->path);
    return order ? order : (x->augmented > y->augmented) - (x->augmented < y->augmented);
}

/* Samples are checked in the order of compare_images. before: the previous sample; first: the first
 * sample of the same image, which must be the original. */
static int check_image(const hl_sample *s, const hl_sample *before, const hl_sample *first,
                       const char *name, hl_err *e)
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
    const hl_sample **all = hl_malloc(m->n, sizeof *all), *first = &nothing, *before = &nothing;
    for (size_t i = 0; i < m->n; i++)
        all[i] = &m->samples[i];
    qsort(all, m->n, sizeof *all, compare_images);
    int status = 0;
    for (size_t i = 0; i < m->n && status == 0; before = all[i++]) {
        if (strcmp(all[i]->path, first->path) != 0)
            first = all[i];
        status = check_image(all[i], before, first, name, e);
    }
    free(all);
    return status;
}

static int parse_lines(hl_manifest *m, const char *name, char *text, size_t len, hl_err *e)
{
    heading h = {0};
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
    if (m->n == 0)
        return hl_fail(e, "%s: expected at least one sample, found none", name);
    if (h.stated && h.stated != m->n)
        return hl_fail(e, "%s: truncated or changed: expected %" PRIu64 " samples, found %zu", name,
                       h.stated, m->n);
    return check_images(m, name, e);
}

/* Classes and provenance become JSON metadata of tensor files. */
static int check_metadata(const hl_manifest *m, const char *name, hl_err *e)
{
    char *classes = hl_string_list_format(m->classes, m->nclasses);
    if (!classes)
        return hl_fail(e, "%s: the name of a class is not UTF-8", name);
    free(classes);
    return hl_provenance_check(m->provenance, name, e);
}

int hl_manifest_parse(hl_manifest *m, const char *name, const char *text, size_t len, hl_err *e)
{
    *m = (hl_manifest){0};
    char *copy = hl_strndup(text, len);
    int status =
        hl_checksum_strip_line(copy, &len, name, e) || parse_lines(m, name, copy, len, e) ? -1 : 0;
    free(copy);
    if (status == 0) {
        hl_manifest_finish(m);
        status =
            hl_string_list_check_count(m->nclasses, name, e) || check_metadata(m, name, e) ? -1 : 0;
    }
    if (status)
        hl_manifest_free(m);
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
        status = hl_manifest_parse(m, name, text, len, e);
    free(text);
    return status;
}

/* ---- writing ---- */

static void format_comment(const char *key, const char *value, hl_strbuf *t)
{
    hl_strbuf_puts(t, key);
    hl_tsv_escape(t, value);
    hl_strbuf_puts(t, "\n");
}

void hl_manifest_format(const hl_manifest *m, bool with_origin, hl_strbuf *t)
{
    const size_t start = t->len;
    hl_strbuf_printf(t, "%s\n", magic_line);
    if (with_origin) {
        format_comment("#root\t", m->root, t);
        format_comment("#provenance\t", m->provenance, t);
    }
    const bool augmented = hl_manifest_has_augmented(m);
    hl_strbuf_printf(t, "#samples\t%zu\n%s%s\n", m->n, column_line, augmented ? copy_column : "");
    for (size_t i = 0; i < m->n; i++) {
        const hl_sample *s = &m->samples[i];
        const char *const field[NCOLUMNS] = {s->path, s->label, s->patient,
                                             hl_subset_names[s->subset]};
        for (size_t c = 0; c < NCOLUMNS; c++) {
            hl_strbuf_puts(t, c ? "\t" : "");
            hl_tsv_escape(t, field[c]);
        }
        if (augmented)
            hl_strbuf_printf(t, "\t%" PRIu32, s->augmented);
        hl_strbuf_puts(t, "\n");
    }
    if (with_origin)
        hl_checksum_add_line(t, start);
}

void hl_manifest_digest(const hl_manifest *m, char text[HL_DIGEST_SIZE])
{
    hl_strbuf t = {0};
    hl_manifest_format(m, false, &t);
    hl_digest_bytes(t.data, t.len, text);
    hl_strbuf_free(&t);
}

size_t hl_manifest_count(const hl_manifest *m, hl_subset subset)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += m->samples[i].subset == subset && m->samples[i].augmented == 0;
    return n;
}

bool hl_manifest_has_augmented(const hl_manifest *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->samples[i].augmented)
            return true;
    return false;
}

static void free_sample(hl_sample *s)
{
    free(s->path);
    free(s->label);
    free(s->patient);
}

void hl_manifest_drop_augmented(hl_manifest *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (m->samples[i].augmented)
            free_sample(&m->samples[i]);
        else
            m->samples[kept++] = m->samples[i];
    }
    m->n = kept;
}

void hl_manifest_free(hl_manifest *m)
{
    for (size_t i = 0; i < m->n; i++)
        free_sample(&m->samples[i]);
    for (size_t k = 0; k < m->nclasses; k++)
        free(m->classes[k]);
    free(m->samples);
    free(m->classes);
    free(m->root);
    free(m->provenance);
    *m = (hl_manifest){0};
}
