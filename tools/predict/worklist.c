/* SPDX-License-Identifier: BSD-2-Clause */
#include "worklist.h"

#include "base/array.h"
#include "base/strbuf.h"
#include "format/tsv.h"

#include <math.h>
#include <stdlib.h>

void predict_worklist_add(predict_worklist *w, predict_entry e)
{
    w->entries = hl_array_reserve(w->entries, w->n + 1, &w->cap, sizeof *w->entries);
    w->positive += !e.reason && e.predicted == w->positive_class;
    w->ood += !e.reason && e.is_ood;
    w->unread += e.reason != NULL;
    e.order = w->n;
    w->entries[w->n++] = e;
}

static int by_urgency(const void *a, const void *b)
{
    const predict_entry *x = a, *y = b;
    if (!x->reason != !y->reason)
        return x->reason ? 1 : -1;
    if (!x->reason && x->p != y->p)
        return x->p < y->p ? 1 : -1;
    return (x->order > y->order) - (x->order < y->order);
}

void predict_worklist_rank(predict_worklist *w)
{
    if (w->n)
        qsort(w->entries, w->n, sizeof *w->entries, by_urgency);
}

static void write_head(const predict_worklist *w, hl_strbuf *t)
{
    hl_strbuf_puts(t, "#hilum-worklist 1\n#provenance\t");
    hl_tsv_escape(t, w->provenance);
    hl_strbuf_puts(t, "\n#positive\t");
    hl_tsv_escape(t, w->classes[w->positive_class]);
    if (w->rule.unit != HL_UNIT_IMAGE)
        hl_strbuf_printf(t, "\n#unit\t%s\n#combine\t%s", hl_unit_names[w->rule.unit],
                         hl_combine_name(w->rule.combine));
    if (isfinite(w->threshold))
        hl_strbuf_printf(t, "\n#threshold\t%.9g", w->threshold);
    if (w->point)
        hl_strbuf_printf(t, "\n#operating\t%s", w->point);
    if (w->is_calibrated)
        hl_strbuf_printf(t, "\n#temperature\t%.9g", w->temperature);
    if (isfinite(w->ood_threshold))
        hl_strbuf_printf(t, "\n#ood_threshold\t%.9g", w->ood_threshold);
    hl_strbuf_printf(t, "\nrank%s\timage\tp\tclass\tdistance\tflag\treason",
                     w->rule.unit != HL_UNIT_IMAGE ? "\tpatient\timages" : "");
    hl_carried_format_names(&w->carried, t);
    hl_strbuf_puts(t, "\n");
}

static void write_entry(const predict_worklist *w, size_t i, hl_strbuf *t)
{
    const predict_entry *e = &w->entries[i];
    if (e->reason) {
        hl_strbuf_puts(t, "-\t");
        if (w->rule.unit != HL_UNIT_IMAGE) {
            hl_tsv_escape(t, e->patient ? e->patient : "-");
            hl_strbuf_puts(t, "\t-\t");
        }
        hl_tsv_escape(t, e->image);
        hl_strbuf_puts(t, "\t-\t-\t-\tunreadable\t");
        hl_tsv_escape(t, e->reason);
    } else {
        hl_strbuf_printf(t, "%zu\t", i + 1);
        if (e->patient) {
            hl_tsv_escape(t, e->patient);
            hl_strbuf_printf(t, "\t%u\t", e->images);
        }
        hl_tsv_escape(t, e->image);
        hl_strbuf_printf(t, "\t%.9g\t", e->p);
        hl_tsv_escape(t, w->classes[e->predicted]);
        if (isfinite(e->distance))
            hl_strbuf_printf(t, "\t%.6g", e->distance);
        else
            hl_strbuf_puts(t, "\t-");
        hl_strbuf_printf(t, "\t%s\t-", e->is_ood ? "ood" : "-");
    }
    hl_carried_format(e->carried, t);
    hl_strbuf_puts(t, "\n");
}

void predict_worklist_write(const predict_worklist *w, FILE *fp)
{
    hl_strbuf t = {0};
    write_head(w, &t);
    for (size_t i = 0; i < w->n; i++) {
        write_entry(w, i, &t);
        fwrite(t.data, 1, t.len, fp);
        t.len = 0;
    }
    if (w->n == 0)
        fwrite(t.data, 1, t.len, fp);
    hl_strbuf_free(&t);
}

void predict_worklist_clear(predict_worklist *w)
{
    for (size_t i = 0; i < w->n; i++) {
        free(w->entries[i].image);
        free(w->entries[i].file);
        free(w->entries[i].patient);
        free(w->entries[i].all);
        free(w->entries[i].reason);
        free(w->entries[i].carried);
    }
    w->n = w->positive = w->ood = w->unread = 0;
}

void predict_worklist_free(predict_worklist *w)
{
    predict_worklist_clear(w);
    free(w->entries);
    hl_carried_free(&w->carried);
    w->entries = NULL;
    w->cap = 0;
}
