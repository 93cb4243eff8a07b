/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/manifest.h"

#include "base/array.h"
#include "base/mem.h"
#include "format/checksum.h"
#include "format/string_list.h"
#include "format/tsv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const hl_subset_names[HL_SUBSETS] = {"train", "val", "test"};

enum { NCOLUMNS = 4 };

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

void hl_manifest_carry(hl_manifest *m, const char *text)
{
    m->samples[m->n - 1].carried = hl_strdup(text);
}

void hl_manifest_set_file(hl_manifest *m, const char *file)
{
    m->samples[m->n - 1].file = hl_strdup(file);
}

bool hl_manifest_has_files(const hl_manifest *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->samples[i].file)
            return true;
    return false;
}

void hl_manifest_add_copy(hl_manifest *m, const hl_sample *s)
{
    hl_manifest_add(m, s->path, s->label, s->patient, s->subset);
    m->samples[m->n - 1].augmented = s->augmented;
    if (s->carried)
        hl_manifest_carry(m, s->carried);
    if (s->file)
        hl_manifest_set_file(m, s->file);
}

void hl_manifest_add_augmented(hl_manifest *m)
{
    const hl_sample last = m->samples[m->n - 1];
    hl_manifest_add_copy(m, &last);
    m->samples[m->n - 1].augmented++;
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
    hl_strbuf_puts(t, "#hilum-manifest 1\n");
    if (with_origin) {
        format_comment("#root\t", m->root, t);
        format_comment("#provenance\t", m->provenance, t);
        if (m->listing)
            format_comment("#listing\t", m->listing, t);
    }
    const bool augmented = hl_manifest_has_augmented(m);
    const bool files = with_origin && hl_manifest_has_files(m);
    hl_strbuf_printf(t, "#samples\t%zu\npath\tlabel\tpatient\tsubset%s%s", m->n,
                     augmented ? "\taugmented_copy" : "", files ? "\timage_file" : "");
    hl_carried_format_names(&m->carried, t);
    hl_strbuf_puts(t, "\n");
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
        if (files)
            hl_strbuf_puts(t, "\t");
        if (files && s->file)
            hl_tsv_escape(t, s->file);
        hl_carried_format(s->carried, t);
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

void hl_sample_free(hl_sample *s)
{
    free(s->path);
    free(s->label);
    free(s->patient);
    free(s->carried);
    free(s->file);
}

void hl_manifest_drop_augmented(hl_manifest *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (m->samples[i].augmented)
            hl_sample_free(&m->samples[i]);
        else
            m->samples[kept++] = m->samples[i];
    }
    m->n = kept;
}

void hl_manifest_keep_rows(hl_manifest *m, size_t from, size_t to)
{
    for (size_t i = 0; i < m->n; i++)
        if (i < from || i >= to)
            hl_sample_free(&m->samples[i]);
    m->n = to - from;
    memmove(m->samples, m->samples + from, m->n * sizeof *m->samples);
}

void hl_manifest_append(hl_manifest *m, hl_manifest *from)
{
    if (from->n) {
        m->samples = hl_array_reserve(m->samples, m->n + from->n, &m->cap, sizeof *m->samples);
        memcpy(m->samples + m->n, from->samples, from->n * sizeof *m->samples);
    }
    m->n += from->n;
    from->n = 0;
}

void hl_manifest_free(hl_manifest *m)
{
    for (size_t i = 0; i < m->n; i++)
        hl_sample_free(&m->samples[i]);
    for (size_t k = 0; k < m->nclasses; k++)
        free(m->classes[k]);
    free(m->samples);
    free(m->classes);
    hl_carried_free(&m->carried);
    free(m->root);
    free(m->provenance);
    free(m->listing);
    *m = (hl_manifest){0};
}
