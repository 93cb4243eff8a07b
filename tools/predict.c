/* SPDX-License-Identifier: BSD-2-Clause */
/* predict: ranks images, so that a person looks at the most urgent ones first. */
#include "base/log.h"
#include "base/parse.h"
#include "data/patient_rule.h"
#include "image/image.h"
#include "nn/infer/device.h"
#include "predict/run.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <math.h>
#include <string.h>

static predict_options opt = {.threshold = NAN, .device = NN_DEVICE_AUTO, .page_rows = 50};
static const char *threshold_text;

static const hl_opt options[] = {
    HL_OPT_STR('w', "weights", "FILE", &opt.weights,
               "the backbone's weights, as for the head's features"),
    HL_OPT_FLAG(0, "allow-code", &opt.allow_code,
                "-w may be a TorchScript file, which is a program"),
    HL_OPT_STR('f', "features", "FILE", &opt.features, "features instead of images"),
    HL_OPT_STR('c', "calibration", "FILE", &opt.calibration,
               "calibration of the head, as evaluate --calibration wrote it"),
    HL_OPT_STR_R(0, "positive", "CLASS", &opt.positive,
                 "class to look for (default: the positive class of the head)"),
    HL_OPT_STR_R(0, "operating", "NAME", &opt.point, "classify at this operating point of -c"),
    HL_OPT_STR_R(0, "threshold", "P", &threshold_text,
                 "or classify as positive from this probability upwards"),
    HL_OPT_CHOICE_R(0, "unit", HL_UNIT_WORDS, &opt.rule.unit,
                    "what is ranked; a patient's or study's images are combined"),
    HL_OPT_CHOICE_R(0, "combine", HL_COMBINE_WORDS, &opt.rule.combine,
                    "how the probabilities are combined; auto: max with two classes, else mean"),
    HL_OPT_STR_R(0, "patient-regex", "RE", &opt.patient_regex,
                 "finds the patient in the path of an image (group 1)"),
    HL_OPT_STR(0, "id-key", "FILE", &opt.id_key,
               "key that hides identifiers of DICOM files (default: ~/.config/hilum/id-key)"),
    HL_OPT_FLAG_R(0, "keep-ids", &opt.keep_ids,
                  "show studies, instances and paths of DICOM files as they are"),
    HL_OPT_FLAG('0', "null", &opt.nul, "names on standard input end with zero bytes"),
    HL_OPT_CHOICE_R(0, "on-error", "stop|skip", &opt.on_error,
                    "at an unreadable image; skip: list it at the end"),
    HL_OPT_CHOICE(0, "depth", "head|" HL_DEPTH_WORDS, &opt.depth,
                  "fail unless 16-bit PNG are read this way by the head"),
    HL_OPT_STR(0, "window", "head|" HL_WINDOW_WORDS, &opt.window,
               "fail unless DICOM files are read with this window by the head"),
    HL_OPT_CHOICE_R('d', "device", NN_DEVICE_WORDS, &opt.device, "where to compute"),
    HL_OPT_INT('b', "batch", "N", &opt.batch, 0, 4096,
               "images per batch; 0: as many as suit the device"),
    HL_OPT_INT('j', "jobs", "N", &opt.jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "FILE", &opt.output,
               "the worklist, as TSV (default: standard output)"),
    HL_OPT_STR(0, "page", "FILE", &opt.page, "also write the worklist as an HTML page"),
    HL_OPT_INT(0, "page-rows", "N", &opt.page_rows, 1, 5000, "images shown on the page"),
};

static const hl_cli cli = {
    .name = "predict",
    .usage = "-w WEIGHTS [OPTIONS] HEAD (IMAGE | FOLDER | -)... | -f FEATURES [OPTIONS] HEAD",
    .about = "Ranks images by the probability of a disease that a head assigns to them.\n"
             "A FOLDER is all images in it; - reads names of images from standard input.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
    .libraries = nn_libraries,
};

static void check_threshold(void)
{
    if (opt.point && threshold_text)
        hl_usage_error(
            "--operating and --threshold both determine the threshold: expected one of them");
    if (opt.point && !opt.calibration)
        hl_usage_error("--operating: expected --calibration with it");
    if (!threshold_text)
        return;
    if (!hl_parse_f64(threshold_text, &opt.threshold) || opt.threshold < 0 || opt.threshold > 1)
        hl_usage_error("--threshold: expected a probability from 0 to 1, found '%s'",
                       threshold_text);
}

static void check_patient_regex(void)
{
    hl_patient_rule rule;
    hl_err e;
    if (!opt.patient_regex)
        return;
    if (opt.features)
        hl_usage_error("--features and --patient-regex: the manifest has the patients");
    if (opt.rule.unit == HL_UNIT_IMAGE)
        hl_usage_error("--patient-regex: expected --unit patient or study with it");
    if (hl_patient_rule_make(&rule, opt.patient_regex, &e))
        hl_usage_error("--patient-regex: %s", e.msg);
    hl_patient_rule_free(&rule);
}

static bool is_stdin(const char *name)
{
    return name && strcmp(name, "-") == 0;
}

static void check_usage(char *const *args, int n)
{
    if (opt.features && n > 1)
        hl_usage_error("--features: unexpected operand '%s'", args[1]);
    if (!opt.features && n < 2)
        hl_usage_error("missing operand: images to classify");
    if (!opt.features && !opt.weights)
        hl_usage_error("missing option: --weights FILE, those of the head's features");
    if (opt.rule.combine != HL_COMBINE_AUTO && opt.rule.unit == HL_UNIT_IMAGE)
        hl_usage_error("--combine: expected --unit patient or study with it");
    check_patient_regex();
    if (opt.features && opt.weights)
        hl_usage_error("--features and --weights: features need no backbone");
    if (opt.features && opt.depth)
        hl_usage_error("--features and --depth: no image is read");
    if (opt.features && opt.window)
        hl_usage_error("--features and --window: no image is read");
    hl_window window;
    if (opt.window && strcmp(opt.window, "head") != 0 && !hl_window_parse(&window, opt.window))
        hl_usage_error("--window: expected head, %s, found '%s'", HL_WINDOW_EXPECTED, opt.window);
    check_threshold();
    int from_stdin = is_stdin(opt.features) + is_stdin(opt.calibration);
    for (int i = 0; i < n; i++)
        from_stdin += is_stdin(args[i]);
    if (from_stdin > 1)
        hl_usage_error("only one input can be standard input");
    if (is_stdin(opt.page))
        hl_usage_error("--page: expected the name of a file, found '-'");
}

static int check_files(char *const *args, size_t n, hl_err *e)
{
    hl_files f = {0};
    hl_files_read(&f, "HEAD", args[0]);
    hl_files_read(&f, "--weights", opt.weights);
    hl_files_read(&f, "--features", opt.features);
    hl_files_read(&f, "--calibration", opt.calibration);
    hl_files_read(&f, "--id-key", opt.id_key);
    hl_files_read_all(&f, "IMAGE", args + 1, n - 1);
    hl_files_write(&f, "--page", opt.page, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(opt.output), HL_TEXT);
    return hl_files_check(&f, e);
}

int main(int argc, char **argv)
{
    opt.jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    char *const *args = argv + first;
    const size_t n = (size_t)(argc - first);
    check_usage(args, argc - first);
    hl_err e;
    if (check_files(args, n, &e) == 0 && predict_run(&opt, &cli, args[0], args + 1, n - 1, &e) == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
