/* SPDX-License-Identifier: BSD-2-Clause */
/* report: turns the files of an experiment into a page to read. */
#include "common/cli.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/version.h"
#include "report/paper.h"
#include "report/sections.h"

#include <stdlib.h>
#include <string.h>

static const char *metrics_path, *history_path, *predictions_path, *manifest_path, *title;
static doc_paths out;
static bool compare;

static const char kicker[] = "hilum \xc2\xb7 evaluation report";
static const char foot[] = "Written by report, hilum " HL_VERSION ". Research software, not a "
                           "medical device.";

static const hl_opt options[] = {
    HL_OPT_STR(0, "metrics", "FILE", &metrics_path,
               "figures from evaluate, JSON (default: standard input)"),
    HL_OPT_STR(0, "history", "FILE", &history_path, "epochs from train-head, TSV"),
    HL_OPT_STR(0, "predictions", "FILE", &predictions_path, "predictions from evaluate, TSV"),
    HL_OPT_STR(0, "manifest", "FILE", &manifest_path, "manifest from split, for the split table"),
    HL_OPT_STR(0, "title", "TEXT", &title, "heading of the page"),
    HL_OPT_FLAG(0, "compare", &compare, "one table of the METRICS files beside the paper's"),
    HL_OPT_STR('o', "output", "FILE", &out.html, "the page, HTML (default: standard output)"),
    HL_OPT_STR(0, "markdown", "FILE", &out.markdown, "the same as Markdown"),
    HL_OPT_STR(0, "json", "FILE", &out.json, "the same as JSON, with the metrics"),
};

static const hl_cli cli = {
    .name = "report",
    .usage = "[OPTIONS] | --compare [OPTIONS] METRICS...",
    .about = "Writes what an experiment found as one HTML page that needs nothing but itself.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = -1,
};

typedef struct inputs {
    report_metrics metrics;
    report_history history;
    hl_predictions predictions;
    hl_manifest manifest;
} inputs;

static int read_inputs(inputs *in, hl_err *e)
{
    *in = (inputs){0};
    if (report_metrics_read(&in->metrics, metrics_path, e) ||
        (history_path && report_history_read(&in->history, history_path, e)) ||
        (predictions_path &&
         report_predictions_read(&in->predictions, predictions_path, &in->metrics, e)) ||
        (manifest_path && hl_manifest_read(&in->manifest, manifest_path, e)))
        return -1;
    return 0;
}

static void free_inputs(inputs *in)
{
    report_metrics_free(&in->metrics);
    report_history_free(&in->history);
    hl_predictions_free(&in->predictions);
    hl_manifest_free(&in->manifest);
}

static int compose(doc *d, const inputs *in, hl_err *e)
{
    const report_metrics *r = &in->metrics;
    const hl_manifest *manifest = manifest_path ? &in->manifest : NULL;
    const report_history *history = history_path ? &in->history : NULL;
    if (warn_of(doc_warnings(d), r, manifest, history, e))
        return -1;
    add_summary(d, r);
    add_confusion(d, r);
    add_class_table(d, r);
    if (predictions_path && add_roc(d, r, &in->predictions, e))
        return -1;
    if (history && add_training(d, history, e))
        return -1;
    add_subset_table(d, r);
    add_paper_table(d, r);
    if (predictions_path)
        add_errors(d, r, &in->predictions);
    if (manifest)
        add_split(d, manifest);
    add_space(d, r);
    add_provenance(d, r);
    add_disclaimer(d);
    return 0;
}

/* The page's forms; the JSON also holds the exact figures, from which the text was made. */
static int write_document(const doc *d, json_t *metrics, hl_err *e)
{
    json_t *all = doc_json(d);
    json_object_set_new(all, "format", json_string("hilum-report 1"));
    json_object_set_new(all, "metrics", metrics);
    const int status = doc_save(d, &out, all, e);
    json_decref(all);
    return status;
}

static int report_one(hl_err *e)
{
    inputs in;
    int status = read_inputs(&in, e);
    if (status == 0) {
        doc d;
        hl_text heading = {0};
        hl_text_printf(&heading, "Evaluation of %s", paper_model_name(&in.metrics));
        doc_start(&d, kicker, title ? title : heading.data, foot);
        hl_text_free(&heading);
        status = compose(&d, &in, e);
        if (status == 0)
            status = write_document(&d, json_incref(in.metrics.json), e);
        doc_free(&d);
    }
    free_inputs(&in);
    return status;
}

static int report_many(char **paths, size_t n, hl_err *e)
{
    report_metrics *r = hl_calloc(n, sizeof *r);
    int status = 0;
    for (size_t i = 0; status == 0 && i < n; i++)
        status = report_metrics_read(&r[i], paths[i], e);
    if (status == 0) {
        doc d;
        json_t *metrics = json_array();
        for (size_t i = 0; i < n; i++)
            json_array_append(metrics, r[i].json);
        doc_start(&d, kicker, title ? title : "Models compared", foot);
        compare_models(&d, r, n);
        status = write_document(&d, metrics, e);
        doc_free(&d);
    }
    for (size_t i = 0; i < n; i++)
        report_metrics_free(&r[i]);
    free(r);
    return status;
}

static bool is_stdio(const char *path)
{
    return !path || strcmp(path, "-") == 0;
}

/* Standard input and output each serve one file. */
static void check_usage(int operands)
{
    if (compare && operands == 0)
        hl_usage_error("--compare needs at least one METRICS file");
    if (compare && (metrics_path || history_path || predictions_path || manifest_path))
        hl_usage_error("--compare takes its METRICS as operands and no other input");
    if (!compare && operands)
        hl_usage_error("operands are for --compare; name the inputs by options");
    doc_check_paths(&out);
    const char *const in[] = {history_path, predictions_path, manifest_path};
    int from_stdin = !compare && is_stdio(metrics_path);
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        from_stdin += in[i] && is_stdio(in[i]);
    if (from_stdin > 1)
        hl_usage_error("only one input can be standard input");
}

int main(int argc, char **argv)
{
    const int first = hl_cli_parse(&cli, argc, argv);
    hl_err e;
    check_usage(argc - first);
    const int status =
        compare ? report_many(argv + first, (size_t)(argc - first), &e) : report_one(&e);
    if (status == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
