/* SPDX-License-Identifier: BSD-2-Clause */
#include "findings.h"

#include "format/tsv.h"

#include <math.h>

const char audit_finding_columns[] =
    "severity\tcheck\titem\tsubset\tlabel\tsample\tother\tvalue\tn\ttext\n";

static const char *const severity_words[AUDIT_SEVERITIES] = {"note", "warning", "error"};

static void put_field(hl_strbuf *t, const char *field)
{
    if (field)
        hl_tsv_escape(t, field);
    hl_strbuf_puts(t, "\t");
}

void audit_findings_add(audit_findings *t, const audit_finding *f)
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
        hl_strbuf_printf(&t->rows, "%.4f", f->value);
    hl_strbuf_printf(&t->rows, "\t%zu\t", f->n);
    hl_tsv_escape(&t->rows, f->text);
    hl_strbuf_puts(&t->rows, "\n");
}

void audit_findings_free(audit_findings *t)
{
    hl_strbuf_free(&t->rows);
    *t = (audit_findings){0};
}
