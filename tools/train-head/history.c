/* SPDX-License-Identifier: BSD-2-Clause */
#include "history.h"

#include "base/clock.h"
#include "base/log.h"
#include "format/checksum.h"
#include "format/tsv.h"

#include <stdint.h>

int train_history_open(train_history *h, hl_err *e)
{
    h->rows = (hl_strbuf){0};
    h->table = (hl_out){0};
    h->started = hl_now();
    h->before = SIZE_MAX;
    return h->path ? hl_out_open(&h->table, h->path, false, e) : 0;
}

static void log_epoch(const train_history *h, const train_epoch *t)
{
    const double each = (hl_now() - h->started) / (double)(t->number - h->before);
    hl_log_info("epoch %zu of %zu: loss %.4f, accuracy %.4f, val_loss %.4f, val_accuracy %.4f, "
                "%.1f s%s, %s%.0f s left",
                t->number, h->epochs, t->loss, t->accuracy, t->val_loss, t->val_accuracy,
                t->seconds, t->is_best ? " *" : "", h->may_stop_earlier ? "at most " : "",
                each * (double)(h->epochs - t->number));
}

int train_history_add(void *history, const train_epoch *t, hl_err *e)
{
    train_history *h = history;
    (void)e;
    if (h->before == SIZE_MAX)
        h->before = t->number - 1;
    log_epoch(h, t);
    hl_strbuf_printf(&h->rows, "%zu\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.3f\n", t->number, t->loss,
                     t->accuracy, t->val_loss, t->val_accuracy, t->rate, t->seconds);
    return 0;
}

void train_history_write(train_history *h, const char *provenance)
{
    hl_strbuf table = {0};
    hl_strbuf_puts(&table, "#provenance\t");
    hl_tsv_escape(&table, provenance);
    hl_strbuf_puts(&table, "\nepoch\tloss\taccuracy\tval_loss\tval_accuracy\tlr\tseconds\n");
    hl_strbuf_add(&table, h->rows.data, h->rows.len);
    hl_checksum_add_line(&table, 0);
    fwrite(table.data, 1, table.len, h->table.fp); /* errors are detected on commit */
    hl_strbuf_free(&table);
}

void train_history_free(train_history *h)
{
    hl_out_abort(&h->table);
    hl_strbuf_free(&h->rows);
}
