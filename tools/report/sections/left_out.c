/* SPDX-License-Identifier: BSD-2-Clause */
#include "left_out.h"

#include "stats/fisher.h"

/* Below this probability, a difference between the classes is not put down to chance. */
static const double chance = 0.05;

static double percent(const report_left_out *o)
{
    return o->all ? 100 * (double)o->out / (double)o->all : 0;
}

/* With two classes, one test is enough; with more, each class is compared with the others, and the
 * limit is divided by the number of tests. */
void report_warn_of_unequal(page_block *b, const char *what, const report_left_out *classes,
                            size_t n)
{
    const size_t first = n == 2, tests = n - first;
    report_left_out sum = {0};
    for (size_t k = 0; k < n; k++) {
        sum.out += classes[k].out;
        sum.all += classes[k].all;
    }
    for (size_t k = first; k < n; k++) {
        const report_left_out *c = &classes[k];
        const report_left_out rest = {first ? classes[0].cls : "the other classes",
                                      sum.out - c->out, sum.all - c->all};
        if (hl_fisher_exact(c->out, c->all, rest.out, rest.all) * (double)tests >= chance)
            continue;
        page_warn(b,
                  "What was left out differs between the classes: %zu of %zu %s of %s "
                  "(%.1f" PAGE_PERCENT "), but %zu of %zu of %s (%.1f" PAGE_PERCENT
                  "). The results are those of the images that remain.",
                  c->out, c->all, what, c->cls, percent(c), rest.out, rest.all, rest.cls,
                  percent(&rest));
    }
}

void report_list_files(page_doc *d, const hl_tsv *table, const char *what, const char *caption,
                       const report_file_column *columns, size_t n)
{
    enum { SHOWN = 50 };
    const size_t all = table->nrows, shown = all < SHOWN ? all : SHOWN;
    page_add_text(d, PAGE_FOLD, "%zu of %zu %s", shown, all, what);
    page_table *t = page_add_table(d, caption);
    for (size_t c = 0; c < n; c++)
        page_add_column(t, columns[c].heading, PAGE_COL_TEXT);
    for (size_t row = 0; row < shown; row++)
        for (size_t c = 0; c < n; c++)
            page_add_cell(t, "%s", hl_tsv_field(table, row, columns[c].at));
}
