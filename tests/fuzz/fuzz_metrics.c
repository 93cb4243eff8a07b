/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics.json, read and written as pages by the code of report, except for the plots. */
#include "fuzz.h"

#include "report/sections/sections.h"

static void add_sections(page_doc *d, const report_run *run)
{
    const report_metrics *m = &run->metrics;
    report_warn_of_run(page_warnings(d), run);
    report_add_summary(d, run);
    report_add_paper_table(d, m);
    report_add_confusion(d, m);
    report_add_class_table(d, m);
    report_add_class_tables(d, run);
    report_add_metrics(d, m, &run->binary_metrics);
    report_add_subset_table(d, m, &run->binary_metrics);
    report_add_feature_space(d, m);
    report_add_provenance(d, m);
    report_add_card(d, run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const report_paths paths = {.metrics = fuzz_file(data, size)};
    report_run run;
    hl_err e;
    if (report_run_read(&run, &paths, &e))
        return 0;
    page_doc d;
    hl_strbuf page = {0};
    page_start(&d, "fuzz", "fuzz", "fuzz");
    add_sections(&d, &run);
    page_write_html(&d, &page);
    page_write_markdown(&d, &page);
    json_decref(page_to_json(&d));
    hl_strbuf_free(&page);
    page_free(&d);
    report_run_free(&run);
    return 0;
}
