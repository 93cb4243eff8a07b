/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/reject_list.h"

#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "format/checksum.h"
#include "format/tsv.h"

#include <stdlib.h>
#include <string.h>

void hl_rejects_add(hl_reject_list *r, const hl_sample *s, const char *reason)
{
    hl_manifest_add(&r->images, s->path, s->label, s->patient, s->subset);
    r->reasons = hl_array_reserve(r->reasons, r->images.n, &r->cap, sizeof *r->reasons);
    r->reasons[r->images.n - 1] = hl_strdup(reason);
}

void hl_rejects_free(hl_reject_list *r)
{
    for (size_t i = 0; i < r->images.n; i++)
        free(r->reasons[i]);
    free(r->reasons);
    hl_manifest_free(&r->images);
    *r = (hl_reject_list){0};
}

/* ---- writing ---- */

static void format_rows(const hl_reject_list *r, bool with_patient, hl_strbuf *t)
{
    for (size_t i = 0; i < r->images.n; i++) {
        const hl_sample *s = &r->images.samples[i];
        hl_tsv_escape(t, s->path);
        hl_strbuf_puts(t, "\t");
        hl_tsv_escape(t, s->label);
        hl_strbuf_puts(t, "\t");
        if (with_patient) {
            hl_tsv_escape(t, s->patient);
            hl_strbuf_puts(t, "\t");
        }
        hl_strbuf_printf(t, "%s\t", hl_subset_names[s->subset]);
        hl_tsv_escape(t, r->reasons[i]);
        hl_strbuf_puts(t, "\n");
    }
}

void hl_rejects_format(const hl_reject_list *r, const char *provenance, hl_strbuf *t)
{
    hl_strbuf_puts(t, "#hilum-rejects 1\n#provenance\t");
    hl_tsv_escape(t, provenance);
    hl_strbuf_puts(t, "\npath\tlabel\tsubset\treason\n");
    format_rows(r, false, t);
    hl_checksum_add_line(t, 0);
}

void hl_rejects_format_rows(const hl_reject_list *r, hl_strbuf *t)
{
    format_rows(r, true, t);
}

/* ---- reading ---- */

enum { PATH, LABEL, PATIENT, SUBSET, REASON, COLUMNS };

static bool add_row(hl_reject_list *r, char *line)
{
    char *field[COLUMNS];
    size_t n = 0;
    for (char *rest = line; rest && n < COLUMNS; n++) {
        field[n] = strsep(&rest, "\t");
        if (!hl_tsv_unescape(field[n]) || !*field[n] || (n == REASON && rest))
            return false;
    }
    const int subset = n == COLUMNS ? hl_subset_find(field[SUBSET]) : -1;
    if (subset < 0)
        return false;
    const hl_sample s = {.path = field[PATH],
                         .label = field[LABEL],
                         .patient = field[PATIENT],
                         .subset = (hl_subset)subset};
    hl_rejects_add(r, &s, field[REASON]);
    return true;
}

int hl_rejects_add_rows(hl_reject_list *r, const char *name, const char *text, size_t len,
                        hl_err *e)
{
    char *copy = hl_strndup(text, len);
    bool good = strlen(copy) == len && (len == 0 || copy[len - 1] == '\n');
    for (char *rest = copy; good && *rest;)
        good = add_row(r, strsep(&rest, "\n"));
    free(copy);
    return good ? 0
                : hl_fail(e,
                          "%s: rejects: expected lines of path, label, patient, subset and "
                          "reason",
                          name);
}

/* ---- warnings ---- */

static size_t count_all(const hl_manifest *m)
{
    size_t n = 0;
    for (int s = 0; s < HL_SUBSETS; s++)
        n += hl_manifest_count(m, (hl_subset)s);
    return n;
}

void hl_rejects_warn(const hl_reject_list *r, const hl_manifest *kept, const char *first)
{
    if (r->images.n)
        hl_log_warn("skipped unusable images: %zu of %zu; the first: %s", r->images.n,
                    r->images.n + count_all(kept), first);
}

static bool has_class(const hl_manifest *m, const char *label)
{
    return m->nclasses &&
           bsearch(&label, m->classes, m->nclasses, sizeof *m->classes, hl_compare_strings);
}

void hl_rejects_warn_emptied(const hl_reject_list *r, const hl_manifest *kept)
{
    const hl_manifest *out = &r->images;
    for (int s = 0; s < HL_SUBSETS; s++)
        if (hl_manifest_count(out, (hl_subset)s) && !hl_manifest_count(kept, (hl_subset)s))
            hl_log_warn("no image of the %s set is left", hl_subset_names[s]);
    for (size_t k = 0; k < out->nclasses; k++)
        if (!has_class(kept, out->classes[k]))
            hl_log_warn("no image of class '%s' is left", out->classes[k]);
}
