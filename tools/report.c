/* SPDX-License-Identifier: BSD-2-Clause */
/* report: writes the results of an experiment as one page. */
#include "base/log.h"
#include "base/mem.h"
#include "base/version.h"
#include "report/compare/compare.h"
#include "report/compare/grid.h"
#include "report/sections/paper.h"
#include "report/sections/sections.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <stdlib.h>
#include <string.h>

static report_paths in;
static page_paths out;
static const char *title, *tests, *grid;
static bool compare;

static const char kicker[] = "hilum \xc2\xb7 evaluation report";
static const char foot[] = "Written by report, hilum " HL_VERSION ". Research software, not a "
                           "medical device.";

static const hl_opt options[] = {
    HL_OPT_STR(0, "metrics", "FILE", &in.metrics,
               "metrics from evaluate, JSON (default: standard input)"),
    HL_OPT_STR(0, "history", "FILE", &in.history,
               "loss and accuracy by epoch from train-head, TSV"),
    HL_OPT_STR(0, "predictions", "FILE", &in.predictions, "predictions from evaluate, TSV"),
    HL_OPT_STR(0, "manifest", "FILE", &in.manifest,
               "manifest from split, for the table of the data split"),
    HL_OPT_STR(0, "audit", "FILE", &in.audit, "findings from audit, TSV"),
    HL_OPT_STR(0, "missing", "FILE", &in.missing,
               "rows that split left out, their image not being there, TSV"),
    HL_OPT_STR(0, "rejects", "FILE", &in.rejects,
               "images that preprocess left out, TSV; needs --manifest"),
    HL_OPT_STR(0, "explain", "DIR", &in.maps, "folder of heat maps from explain"),
    HL_OPT_STR(0, "knobs", "FILE", &in.knobs, "settings of the run, lines KNOB<tab>VALUE"),
    HL_OPT_STR(0, "software", "DIR", &in.software,
               "folder with the output of `TOOL --version` for each step"),
    HL_OPT_STR(0, "internal", "FILE", &in.internal,
               "metrics of the head on its own test set, to compare an external test with"),
    HL_OPT_STR(0, "title", "TEXT", &title, "heading of the page"),
    HL_OPT_FLAG(0, "compare", &compare, "compare several runs with each other and with the paper"),
    HL_OPT_STR(0, "tests", "FILE", &tests, "with --compare: results of the tool compare, JSON"),
    HL_OPT_STR(0, "grid", "FILE", &grid,
               "summarise many combinations of settings: table of settings and run folders, TSV"),
    HL_OPT_STR('o', "output", "FILE", &out.html, "the page as HTML (default: standard output)"),
    HL_OPT_STR(0, "markdown", "FILE", &out.markdown, "the page as Markdown"),
    HL_OPT_STR(0, "json", "FILE", &out.json, "the page as JSON, with the metrics"),
};

static const hl_cli cli = {
    .name = "report",
    .usage = "[OPTIONS] | --compare [OPTIONS] RUN... | --grid FILE [OPTIONS]",
    .about = "Writes the results of an experiment as one self-contained HTML page.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = -1,
};

static int compose(page_doc *d, const report_run *run, hl_err *e)
{
    const report_metrics *r = &run->metrics;
    const report_binary_metrics *bm = &run->binary_metrics;
    const hl_predictions *p = run->has.predictions ? &run->predictions : NULL;
    report_warn_of_run(page_warnings(d), run);
    report_add_summary(d, run);
    page_add_contents(d);
    if (run->has.internal)
        report_add_external(d, run);
    report_add_paper_table(d, r);
    if (run->has.history && report_add_training(d, &run->metrics, &run->history, e))
        return -1;
    report_add_confusion(d, r);
    report_add_class_table(d, r);
    if (report_add_classes(d, run, e))
        return -1;
    report_add_metrics(d, r, bm);
    report_add_subgroups(d, r, bm);
    if ((p && report_add_discrimination(d, r, bm, p, e)) || report_add_thresholds(d, r, bm, p, e) ||
        report_add_calibration(d, r, bm, e) || report_add_triage(d, r, bm, e))
        return -1;
    report_add_subset_table(d, r, bm);
    if (p)
        report_add_errors(d, r, p);
    if (run->has.maps)
        report_add_heat_maps(d, &run->maps);
    if (run->has.manifest)
        report_add_listing(d, &run->manifest);
    if (run->has.missing)
        report_add_missing(d, &run->missing);
    if (run->has.audit)
        report_add_audit(d, &run->audit);
    if (run->has.rejects)
        report_add_rejects(d, &run->rejects, &run->manifest);
    if (run->has.manifest)
        report_add_split(d, &run->manifest);
    report_add_feature_space(d, r);
    if (run->has.knobs)
        report_add_knobs(d, &run->knobs);
    report_add_provenance(d, r);
    if (run->has.software)
        report_add_software(d, &run->software);
    report_add_card(d, run);
    report_add_disclaimer(d);
    return 0;
}

/* Writes the page in all its forms; the JSON also holds the metrics in full precision. */
static int write_document(const page_doc *d, json_t *metrics, hl_err *e)
{
    json_t *all = page_to_json(d);
    json_object_set_new(all, "format", json_string("hilum-report 1"));
    json_object_set_new(all, "metrics", metrics);
    const int status = page_save(d, &out, all, e);
    json_decref(all);
    return status;
}

static int report_one(hl_err *e)
{
    report_run run;
    if (report_run_read(&run, &in, e))
        return -1;
    page_doc d;
    hl_strbuf heading = {0};
    hl_strbuf_printf(&heading, "Evaluation of %s", report_paper_model_name(&run.metrics));
    page_start(&d, kicker, title ? title : heading.data, foot);
    hl_strbuf_free(&heading);
    int status = compose(&d, &run, e);
    if (status == 0)
        status = write_document(&d, json_incref(run.metrics.json), e);
    page_free(&d);
    report_run_free(&run);
    return status;
}

static json_t *metrics_of(const report_run *runs, size_t n)
{
    json_t *metrics = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append(metrics, runs[i].metrics.json);
    return metrics;
}

static int compare_runs(report_run *runs, size_t n, hl_err *e)
{
    page_doc d;
    report_label_runs(runs, n);
    page_start(&d, kicker, title ? title : "Comparison of models", foot);
    int status = report_compare_models(&d, runs, n, tests, e);
    if (status == 0)
        status = write_document(&d, metrics_of(runs, n), e);
    page_free(&d);
    return status;
}

static int report_grid_page(hl_err *e)
{
    report_grid g;
    page_doc d;
    if (report_grid_read(&g, grid, e))
        return -1;
    page_start(&d, kicker, title ? title : "Combinations of settings", foot);
    int status = report_compose_grid(&d, &g, e);
    if (status == 0)
        status = write_document(&d, metrics_of(g.runs, g.table.nrows), e);
    page_free(&d);
    report_grid_free(&g);
    return status;
}

static int report_many(char **operands, size_t n, hl_err *e)
{
    report_run *runs = hl_calloc(n, sizeof *runs);
    int status = 0;
    size_t read = 0;
    while (status == 0 && read < n) {
        status = report_run_find(&runs[read], operands[read], e);
        read += status == 0;
    }
    if (status == 0)
        status = compare_runs(runs, n, e);
    for (size_t i = 0; i < read; i++)
        report_run_free(&runs[i]);
    free(runs);
    return status;
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Standard input can be one input only. */
static void check_usage(int operands)
{
    const char *const given[] = {in.history, in.predictions, in.manifest, in.knobs,
                                 in.audit,   in.missing,     in.rejects,  in.internal};
    const size_t n = sizeof given / sizeof *given;
    int from_stdin = !compare && !grid && (!in.metrics || is_stdin(in.metrics)), inputs = 0;
    for (size_t i = 0; i < n; i++) {
        inputs += given[i] != NULL;
        from_stdin += given[i] && is_stdin(given[i]);
    }
    if (in.rejects && !in.manifest)
        hl_usage_error("--rejects: expected --manifest with it");
    if (compare && operands == 0)
        hl_usage_error("--compare needs at least one RUN");
    if (grid && (compare || in.metrics || in.software || in.maps || inputs))
        hl_usage_error("--grid takes no other input");
    if (compare && (in.metrics || in.software || in.maps || inputs))
        hl_usage_error("--compare takes its RUNs as operands and no other input");
    if (tests && !compare)
        hl_usage_error("--tests goes with --compare");
    if (!compare && operands)
        hl_usage_error("operands are for --compare; name the inputs by options");
    if (from_stdin > 1)
        hl_usage_error("only one input can be standard input");
}

static int check_files(char *const *runs, size_t n, hl_err *e)
{
    hl_files f = {0};
    const struct {
        const char *name, *path;
    } inputs[] = {
        {"--metrics", in.metrics},
        {"--history", in.history},
        {"--predictions", in.predictions},
        {"--manifest", in.manifest},
        {"--audit", in.audit},
        {"--knobs", in.knobs},
        {"--missing", in.missing},
        {"--rejects", in.rejects},
        {"--tests", tests},
        {"--grid", grid},
        {"--internal", in.internal},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        hl_files_read(&f, inputs[i].name, inputs[i].path);
    hl_files_read_all(&f, "RUN", runs, n);
    hl_files_write(&f, "--markdown", out.markdown, HL_TEXT);
    hl_files_write(&f, "--json", out.json, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(out.html), HL_TEXT);
    return hl_files_check(&f, e);
}

int main(int argc, char **argv)
{
    const int first = hl_cli_parse(&cli, argc, argv);
    hl_err e;
    check_usage(argc - first);
    const size_t n = (size_t)(argc - first);
    const int status = check_files(argv + first, n, &e) ? -1
                       : compare                        ? report_many(argv + first, n, &e)
                       : grid                           ? report_grid_page(&e)
                                                        : report_one(&e);
    if (status == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
