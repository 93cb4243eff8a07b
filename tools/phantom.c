/* SPDX-License-Identifier: BSD-2-Clause */
/* phantom: makes a folder of labelled chest phantoms, for tests and demonstrations. */
#include "base/log.h"
#include "phantom/folder.h"
#include "sys/cli.h"

#include <inttypes.h>

static phantom_options opt = {
    .patients = 160, .max_images = 5, .min_size = 300, .max_size = 700, .images = 1.5, .seed = 1};

static const hl_opt options[] = {
    HL_OPT_INT_R('n', "patients", "N", &opt.patients, 2, 1e6, "patients in all"),
    HL_OPT_REAL_R(0, "images-per-patient", "MEAN", &opt.images, 1, 16,
                  "mean number of images of a patient"),
    HL_OPT_INT_R(0, "max-images", "N", &opt.max_images, 1, PHANTOM_MAX_IMAGES,
                 "largest number of images of a patient"),
    HL_OPT_INT_R(0, "min-size", "PIXELS", &opt.min_size, 32, 4096, "shortest side of an image"),
    HL_OPT_INT_R(0, "max-size", "PIXELS", &opt.max_size, 32, 4096, "longest side of an image"),
    HL_OPT_SEED(&opt.seed),
    HL_OPT_INT('j', "jobs", "N", &opt.jobs, 1, 1024, "threads"),
};

static const hl_cli cli = {
    .name = "phantom",
    .usage = "[OPTIONS] DIR",
    .about = "Makes a folder of seeded, schematic chest X-rays, DIR/NORMAL and DIR/PNEUMONIA, for\n"
             "tests and demonstrations. They show no person.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
};

int main(int argc, char **argv)
{
    hl_err e;
    opt.jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    if (opt.min_size > opt.max_size)
        hl_usage_error("--min-size %" PRId64 " is larger than --max-size %" PRId64, opt.min_size,
                       opt.max_size);
    if (phantom_write_folder(argv[first], &opt, &cli, &e)) {
        hl_log_error("%s", e.msg);
        return 1;
    }
    return 0;
}
