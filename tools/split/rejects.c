/* SPDX-License-Identifier: BSD-2-Clause */
#include "rejects.h"

#include "base/strbuf.h"
#include "format/checksum.h"
#include "format/tsv.h"

static void add_row(const split_missing_row *r, bool has_subsets, bool hide, hl_strbuf *t)
{
    if (hide)
        hl_strbuf_printf(t, "line %zu", r->line);
    else
        hl_tsv_escape(t, r->path);
    hl_strbuf_puts(t, "\t");
    hl_tsv_escape(t, r->label);
    hl_strbuf_printf(t, "\t%s\tnot there (line %zu of the table)\n",
                     has_subsets ? hl_subset_names[r->subset] : "-", r->line);
}

int split_rejects_begin(hl_out *out, const char *path, const split_tally *t, bool has_subsets,
                        bool hide, const char *provenance, hl_err *e)
{
    hl_strbuf text = {0};
    hl_strbuf_puts(&text, "#hilum-rejects 1\n#provenance\t");
    hl_tsv_escape(&text, provenance);
    hl_strbuf_puts(&text, "\npath\tlabel\tsubset\treason\n");
    for (size_t i = 0; i < t->missing && t->missing_rows; i++)
        add_row(&t->missing_rows[i], has_subsets, hide, &text);
    hl_checksum_add_line(&text, 0);
    const int status = hl_out_open(out, path, false, e);
    if (status == 0)
        fwrite(text.data, 1, text.len, out->fp); /* the commit reports a failed write */
    hl_strbuf_free(&text);
    return status;
}
