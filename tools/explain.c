/* SPDX-License-Identifier: BSD-2-Clause */
/* explain: heat maps of the image regions that a head's prediction rests on. */
#include "base/log.h"
#include "explain/output.h"
#include "explain/run.h"
#include "nn/infer/device.h"
#include "sys/cli.h"

#include <string.h>

static explain_options opt = {.number = 4, .seed = 1};

static const hl_opt options[] = {
    HL_OPT_STR('i', "images", "FILE", &opt.images, "the images, as preprocess wrote them"),
    HL_OPT_STR('p', "predictions", "FILE", &opt.predictions,
               "predictions of evaluate: explain the worst errors and the surest hits"),
    HL_OPT_INT_R('n', "number", "N", &opt.number, 1, 1000, "samples of each kind and class"),
    HL_OPT_STR('f', "features", "FILE", &opt.features,
               "flattened maps of the images: the head's features, but with --pool flatten"),
    HL_OPT_STR('w', "weights", "FILE", &opt.weights,
               "or the backbone's weights, to compute the maps of the selected images"),
    HL_OPT_FLAG(0, "allow-code", &opt.allow_code,
                "-w may be a TorchScript file, which is a program"),
    HL_OPT_STR_R(0, "class", "NAME", &opt.class_name,
                 "explain this class (default: the predicted one)"),
    HL_OPT_INT_R(0, "sanity", "N", &opt.random_heads, 0, 1000,
                 "compare with the maps of N heads with random weights"),
    HL_OPT_FLAG_R(0, "occlusion", &opt.occlusion, "also make occlusion maps; needs -w"),
    HL_OPT_INT_R(0, "patch", "N", &opt.patch, 0, 4096,
                 "side of the grey patch, pixels; 0: a seventh of the image"),
    HL_OPT_INT_R(0, "stride", "N", &opt.stride, 0, 4096,
                 "distance between patches, pixels; 0: half a patch"),
    HL_OPT_SEED(&opt.seed),
    HL_OPT_INT('j', "jobs", "N", &opt.jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "DIR", &opt.output, "folder of pictures and explain.tsv"),
};

static const hl_cli cli = {
    .name = "explain",
    .usage = "-i IMAGES -p PREDICTIONS (-f MAPS | -w WEIGHTS) -o DIR [OPTIONS] HEAD [SAMPLE...]",
    .about = "Shows which regions of an image raise a head's score for a class (Grad-CAM).\n"
             "Without -p, SAMPLE names the images to explain, by their paths in the manifest.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
    .libraries = nn_libraries,
};

static void check_usage(size_t nsamples)
{
    if (!opt.images)
        hl_usage_error("missing option: --images FILE");
    if (!opt.output)
        hl_usage_error("missing option: --output DIR");
    if (!opt.features == !opt.weights)
        hl_usage_error("expected either --features MAPS or --weights FILE");
    if (!opt.predictions == !nsamples)
        hl_usage_error("expected either --predictions FILE or names of samples");
    if (opt.occlusion && !opt.weights)
        hl_usage_error("--occlusion: expected --weights with it");
    const char *const inputs[] = {opt.images, opt.predictions, opt.features};
    int from_stdin = 0;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        from_stdin += inputs[i] && strcmp(inputs[i], "-") == 0;
    if (from_stdin > 1)
        hl_usage_error("only one input can be standard input");
}

int main(int argc, char **argv)
{
    opt.jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    const size_t nsamples = (size_t)(argc - first - 1);
    check_usage(nsamples);
    hl_err e;
    if (hl_outdir_try(opt.output, &explain_folder, &e) == 0 &&
        explain_run(&opt, &cli, argv[first], argv + first + 1, nsamples, &e) == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
