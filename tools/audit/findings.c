/* SPDX-License-Identifier: BSD-2-Clause */
#include "findings.h"

#include <math.h>

const char hl_finding_columns[] =
    "severity\tcheck\titem\tsubset\tlabel\tsample\tother\tvalue\tn\ttext\n";

static const char *const severity_words[HL_SEVERITIES] = {"note", "warning", "error"};

static void put_field(hl_text *t, const char *field)
{
    if (field)
        hl_tsv_escape(t, field);
    hl_text_puts(t, "\t");
}

void hl_findings_add(hl_findings *t, const hl_finding *f)
{
    t->count[f->severity]++;
    put_field(&t->rows, severity_words[f->severity]);
    put_field(&t->rows, f->check);
    put_field(&t->rows, f->item);
    put_field(&t->rows, f->subset);
    put_field(&t->rows, f->label);
    put_field(&t->rows, f->sample);
    put_field(&t->rows, f->other);
    if (!isnan(f->value))
        hl_text_printf(&t->rows, "%.4f", f->value);
    hl_text_printf(&t->rows, "\t%zu\t", f->n);
    hl_tsv_escape(&t->rows, f->text);
    hl_text_puts(&t->rows, "\n");
}

void hl_findings_free(hl_findings *t)
{
    hl_text_free(&t->rows);
    *t = (hl_findings){0};
}
