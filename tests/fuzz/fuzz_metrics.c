/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics.json, read and put into words as report does; all but the plots, which gnuplot draws. */
#include "fuzz.h"

#include "report/sections/sections.h"

static void add_sections(doc *d, const report_run *run)
{
    const report_metrics *m = &run->metrics;
    warn_of(doc_warnings(d), run);
    add_summary(d, m, &run->evidence);
    add_paper_table(d, m);
    add_confusion(d, m);
    add_class_table(d, m);
    add_figures(d, m, &run->evidence);
    add_subset_table(d, m);
    add_space(d, m);
    add_provenance(d, m);
    add_card(d, run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const report_paths paths = {.metrics = fuzz_file(data, size)};
    report_run run;
    hl_err e;
    if (report_run_read(&run, &paths, &e))
        return 0;
    doc d;
    hl_text page = {0};
    doc_start(&d, "fuzz", "fuzz", "fuzz");
    add_sections(&d, &run);
    doc_write_html(&d, &page);
    doc_write_markdown(&d, &page);
    json_decref(doc_json(&d));
    hl_text_free(&page);
    doc_free(&d);
    report_run_free(&run);
    return 0;
}
