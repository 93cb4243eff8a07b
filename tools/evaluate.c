/* SPDX-License-Identifier: BSD-2-Clause */
/* evaluate: measures a head on features that it may or may not have been trained on. */
#include "base/log.h"
#include "evaluate/run.h"
#include "nn/infer/device.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <string.h>

static evaluate_options opt = {
    .subset = HL_TEST, .batch = 256, .resamples = 2000, .seed = 1, .quantile = 0.99};
static bool pooled;

static const hl_opt options[] = {
    HL_OPT_CHOICE_R(0, "subset", "train|val|test|all", &opt.subset, "samples to measure"),
    HL_OPT_STR(0, "manifest", "FILE", &opt.manifest, "take the subsets from this manifest"),
    HL_OPT_STR('o', "output", "FILE", &opt.output, "metrics, as JSON (default: standard output)"),
    HL_OPT_STR('p', "predictions", "FILE", &opt.predictions,
               "probabilities of every sample of the subset, as TSV"),
    HL_OPT_STR_R(0, "positive", "CLASS", &opt.positive,
                 "positive class (default: as HEAD records, or the one of two not called normal)"),
    HL_OPT_FLAG_R(0, "pooled", &pooled, "measure existing predictions, of several heads"),
    HL_OPT_STR(0, "external", "FILE", &opt.external,
               "the images are another collection: apply this calibration of the head"),
    HL_OPT_FLAG_R(0, "calibrate", &opt.calibrate,
                  "fit a temperature on the validation samples, and apply it"),
    HL_OPT_STR('c', "calibration", "FILE", &opt.calibration,
               "also write temperature, operating points and OOD reference, for predict"),
    HL_OPT_REAL_R(0, "outliers", "QUANTILE", &opt.quantile, 0.5, 0.999999,
                  "fraction of held-out images that are to count as in-distribution"),
    HL_OPT_INT_R(0, "resamples", "N", &opt.resamples, 0, 1000000,
                 "resamples of the bootstrap; 0: no intervals"),
    HL_OPT_REAL_R(0, "prevalence", "FRACTION", &opt.prevalence, 0, 1,
                  "also give predictive values at this prevalence; 0: none"),
    HL_OPT_CHOICE_R(0, "unit", HL_UNIT_WORDS, &opt.rule.unit,
                    "what is measured; a patient's or study's images are combined"),
    HL_OPT_CHOICE_R(0, "combine", HL_COMBINE_WORDS, &opt.rule.combine,
                    "how the probabilities are combined; auto: max with two classes, else mean"),
    HL_OPT_STR(0, "image-predictions", "FILE", &opt.image_predictions,
               "with --unit: also the predictions of the images, as TSV"),
    HL_OPT_STR_R(0, "by", "LIST", &opt.by,
                 "also measure groups: carried columns, as sex,age:18:40:60 with bins of age"),
    HL_OPT_FLAG_R(0, "ignore-normalize", &opt.ignore_normalize,
                  "accept images normalised differently from the training images (a mistake)"),
    HL_OPT_SEED(&opt.seed),
    HL_OPT_INT('b', "batch", "N", &opt.batch, 1, 65536, "rows of features held at a time"),
    HL_OPT_INT('j', "jobs", "N", &opt.jobs, 1, 1024, "threads"),
};

static const hl_cli cli = {
    .name = "evaluate",
    .usage = "[OPTIONS] HEAD [FEATURES] | --pooled [OPTIONS] PREDICTIONS...",
    .about = "Measures a trained head on features and writes the metrics as JSON.\n"
             "Without FEATURES, they are read from standard input. With --pooled, the samples of\n"
             "several files of predictions are measured together, each once.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
    .libraries = nn_libraries,
};

static int check_files(char *const *args, size_t n, hl_err *e)
{
    hl_files f = {0};
    if (pooled) {
        hl_files_read_all(&f, "PREDICTIONS", args, n);
    } else {
        hl_files_read(&f, "HEAD", args[0]);
        hl_files_read(&f, "FEATURES", hl_or_standard(n > 1 ? args[1] : NULL));
    }
    hl_files_read(&f, "--manifest", opt.manifest);
    hl_files_read(&f, "--external", opt.external);
    hl_files_write(&f, "--calibration", opt.calibration, HL_BINARY);
    hl_files_write(&f, "--predictions", opt.predictions, HL_TEXT);
    hl_files_write(&f, "--image-predictions", opt.image_predictions, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(opt.output), HL_TEXT);
    return hl_files_check(&f, e);
}

static void check_pooled(char *const *args, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(args[i], "-") == 0)
            hl_usage_error("--pooled: expected the names of files, found '-'");
    if (opt.image_predictions)
        hl_usage_error("--pooled and --image-predictions: they are there already");
    if (opt.manifest)
        hl_usage_error("--pooled and --manifest: predictions already have their subsets");
    if (opt.calibrate || opt.calibration)
        hl_usage_error("--pooled: predictions of several heads cannot be calibrated together");
}

/* What was fitted on the head's own images is applied as it is. */
static void check_external(void)
{
    if (opt.external && pooled)
        hl_usage_error("--pooled and --external: predictions are already calibrated");
    if (opt.external && opt.manifest)
        hl_usage_error("--manifest and --external: the subsets are those of the head's own images");
    if (opt.external && (opt.calibrate || opt.calibration))
        hl_usage_error("--external: the calibration is given, and none can be fitted");
    if (opt.external && strcmp(opt.external, "-") == 0)
        hl_usage_error("--external: expected the name of a file, found '-'");
}

static void check_usage(char *const *args, int n)
{
    if (opt.rule.combine != HL_COMBINE_AUTO && opt.rule.unit == HL_UNIT_IMAGE)
        hl_usage_error("--combine: expected --unit patient or study with it");
    if (opt.image_predictions && opt.rule.unit == HL_UNIT_IMAGE)
        hl_usage_error("--image-predictions: expected --unit patient or study with it");
    if (opt.manifest && strcmp(opt.manifest, "-") == 0)
        hl_usage_error("--manifest: expected the name of a file, found '-'");
    check_external();
    if (pooled) {
        check_pooled(args, n);
        return;
    }
    if (n > 2)
        hl_usage_error("unexpected operand '%s'", args[2]);
    if (strcmp(args[0], "-") == 0 && (n < 2 || strcmp(args[1], "-") == 0))
        hl_usage_error("HEAD and FEATURES cannot both be standard input");
}

int main(int argc, char **argv)
{
    opt.jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    char *const *args = argv + first;
    const size_t n = (size_t)(argc - first);
    check_usage(args, argc - first);
    hl_err e;
    if (check_files(args, n, &e) == 0 &&
        (pooled ? evaluate_run_pooled(&opt, &cli, args, n, &e)
                : evaluate_run(&opt, &cli, args[0], args[1], &e)) == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
