/* SPDX-License-Identifier: BSD-2-Clause */
#include "worklist.h"

#include "base/mem.h"
#include "base/strbuf.h"

#include <math.h>
#include <stdlib.h>

void worklist_add(worklist *w, entry e)
{
    if (w->n == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 256;
        w->entries = hl_realloc(w->entries, w->cap, sizeof *w->entries);
    }
    w->positive += !e.reason && e.answer == w->positive_class;
    w->unlike += !e.reason && e.unlike;
    w->unread += e.reason != NULL;
    e.order = w->n;
    w->entries[w->n++] = e;
}

static int by_urgency(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (!x->reason != !y->reason)
        return x->reason ? 1 : -1;
    if (!x->reason && x->p != y->p)
        return x->p < y->p ? 1 : -1;
    return (x->order > y->order) - (x->order < y->order);
}

void worklist_rank(worklist *w)
{
    if (w->n)
        qsort(w->entries, w->n, sizeof *w->entries, by_urgency);
}

static void write_head(const worklist *w, hl_text *t)
{
    hl_text_puts(t, "#hilum-worklist 1\n#chain\t");
    hl_tsv_escape(t, w->chain);
    hl_text_puts(t, "\n#positive\t");
    hl_tsv_escape(t, w->classes[w->positive_class]);
    if (isfinite(w->threshold))
        hl_text_printf(t, "\n#threshold\t%.9g", w->threshold);
    if (w->point)
        hl_text_printf(t, "\n#operating\t%s", w->point);
    if (w->is_calibrated)
        hl_text_printf(t, "\n#temperature\t%.9g", w->temperature);
    if (isfinite(w->unlike_from))
        hl_text_printf(t, "\n#unlike\t%.9g", w->unlike_from);
    hl_text_puts(t, "\nrank\timage\tp\tclass\tdistance\tflag\treason\n");
}

static void write_entry(const worklist *w, size_t i, hl_text *t)
{
    const entry *e = &w->entries[i];
    if (e->reason) {
        hl_text_puts(t, "-\t");
        hl_tsv_escape(t, e->image);
        hl_text_puts(t, "\t-\t-\t-\tunreadable\t");
        hl_tsv_escape(t, e->reason);
    } else {
        hl_text_printf(t, "%zu\t", i + 1);
        hl_tsv_escape(t, e->image);
        hl_text_printf(t, "\t%.9g\t", e->p);
        hl_tsv_escape(t, w->classes[e->answer]);
        if (isfinite(e->distance))
            hl_text_printf(t, "\t%.6g", e->distance);
        else
            hl_text_puts(t, "\t-");
        hl_text_printf(t, "\t%s\t-", e->unlike ? "unlike" : "-");
    }
    hl_text_puts(t, "\n");
}

void worklist_write(const worklist *w, FILE *fp)
{
    hl_text t = {0};
    write_head(w, &t);
    for (size_t i = 0; i < w->n; i++) {
        write_entry(w, i, &t);
        fwrite(t.data, 1, t.len, fp);
        t.len = 0;
    }
    if (w->n == 0)
        fwrite(t.data, 1, t.len, fp);
    hl_text_free(&t);
}

void worklist_free(worklist *w)
{
    for (size_t i = 0; i < w->n; i++) {
        free(w->entries[i].image);
        free(w->entries[i].reason);
    }
    free(w->entries);
    w->entries = NULL;
    w->n = w->cap = 0;
}
