/* SPDX-License-Identifier: BSD-2-Clause */
/* preprocess: reads the images of a manifest and resizes them to the input size of a backbone. */
#include "base/log.h"
#include "base/parse.h"
#include "data/backbones.h"
#include "data/sample_file.h"
#include "preprocess/write.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <stdio.h>
#include <string.h>

enum { CHANNELS_AUTO, CHANNELS_1, CHANNELS_3 };
enum { ON_ERROR_STOP, ON_ERROR_SKIP };

static const char default_model[] = "vgg16";
static const char *opt_model, *opt_size, *opt_root, *opt_rejects, *opt_output, *opt_shard;
static int opt_filter = HL_BILINEAR, opt_fit = HL_STRETCH;
static int opt_depth = HL_DEPTH_AUTO;
static const char *opt_window = "auto";
static hl_window window;
static int opt_channels = CHANNELS_AUTO, opt_on_error = ON_ERROR_STOP;
static int64_t opt_jobs, opt_augment;
static uint64_t opt_seed = 1;

static const hl_opt options[] = {
    HL_OPT_STR('m', "model", "NAME", &opt_model,
               "resize images to the input size of this backbone (default: vgg16)"),
    HL_OPT_STR_R(0, "size", "HxW", &opt_size, "or to this size in pixels; N is NxN"),
    HL_OPT_CHOICE_R(0, "filter", HL_FILTER_WORDS, &opt_filter, "resampling"),
    HL_OPT_CHOICE_R(0, "fit", HL_FIT_WORDS, &opt_fit, "where the aspect ratio differs"),
    HL_OPT_CHOICE_R(0, "channels", "auto|1|3", &opt_channels,
                    "1 grey, 3 RGB, auto 1 unless an image has colours"),
    HL_OPT_CHOICE_R(0, "on-error", "stop|skip", &opt_on_error, "at an unusable image"),
    HL_OPT_CHOICE_R(0, "depth", HL_DEPTH_WORDS, &opt_depth,
                    "bits of a 16-bit PNG that hold the picture; auto: as its sBIT says"),
    HL_OPT_STR_R(0, "window", HL_WINDOW_WORDS, &opt_window,
                 "grey levels of DICOM files: of the file, all of its bits, or center,width"),
    HL_OPT_STR(0, "rejects", "FILE", &opt_rejects, "list the images that were skipped in FILE"),
    HL_OPT_STR(0, "root", "DIR", &opt_root, "where relative paths start, whatever MANIFEST says"),
    HL_OPT_INT('j', "jobs", "N", &opt_jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "FILE", &opt_output, "images (default: standard output)"),
    HL_OPT_INT_R(0, "augment", "K", &opt_augment, 0, HL_MAX_AUGMENTED,
                 "add K augmented copies of every training image"),
    HL_OPT_SEED(&opt_seed),
    /* the last one: join takes it out of the provenance (data/shard.h) */
    HL_OPT_STR_R(0, "shard", "K/N", &opt_shard,
                 "only part K of the rows, cut into N parts whose sizes differ by one row at most; "
                 "see join"),
};

static void libraries(FILE *fp)
{
    hl_image_libraries(fp);
    hl_tf_libraries(fp);
}

/* Without augmentation nothing is random, and neither option is recorded; nor are the depth and the
 * window that the files have themselves. */
static bool is_recorded(const hl_opt *o)
{
    if (o->value == &opt_augment || o->value == &opt_seed)
        return opt_augment != 0;
    if (o->value == &opt_window)
        return window.kind != HL_WINDOW_AUTO;
    return o->value != &opt_depth || opt_depth != HL_DEPTH_AUTO;
}

static const hl_cli cli = {
    .is_recorded = is_recorded,
    .name = "preprocess",
    .usage = "[OPTIONS] [MANIFEST]",
    .about = "Reads the images that MANIFEST lists, resizes them and writes them as one file.\n"
             "MANIFEST is an output of split; without it, standard input is read.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 1,
    .libraries = libraries,
};

/* ---- the size ---- */

static bool parse_side(const char *text, size_t len, size_t *side)
{
    char digits[16];
    int64_t v;
    if (len == 0 || len >= sizeof digits)
        return false;
    memcpy(digits, text, len);
    digits[len] = '\0';
    if (!hl_parse_i64(digits, &v) || v < 1 || v > HL_MAX_SIDE)
        return false;
    *side = (size_t)v;
    return true;
}

static void parse_size(size_t *height, size_t *width)
{
    const size_t len = strcspn(opt_size, "x");
    const char *second = opt_size[len] ? opt_size + len + 1 : opt_size;
    if (!parse_side(opt_size, len, height) || !parse_side(second, strlen(second), width))
        hl_usage_error("--size: expected N or HxW, whole numbers from 1 to %d, found '%s'",
                       HL_MAX_SIDE, opt_size);
}

/* Also sets opt_size to one spelling of the size: the same images get the same provenance, however
 * their size was given. */
static void settle_size(size_t *height, size_t *width)
{
    static char text[32];
    if (opt_model && opt_size)
        hl_usage_error("--model and --size both determine the size: expected one of them");
    if (opt_size) {
        parse_size(height, width);
    } else {
        const char *name = opt_model ? opt_model : default_model;
        const hl_backbone *b = hl_backbone_find(name);
        if (!b)
            hl_usage_error("--model: expected %s, found '%s'", HL_BACKBONE_WORDS, name);
        *height = (size_t)b->height;
        *width = (size_t)b->width;
    }
    snprintf(text, sizeof text, "%zux%zu", *height, *width);
    opt_size = text;
}

/* Also sets opt_shard to one spelling of it. */
static void settle_shard(hl_shard *s)
{
    static char word[HL_SHARD_WORD];
    if (opt_shard && !hl_shard_parse(s, opt_shard))
        hl_usage_error("--shard: expected K/N, whole numbers with K from 1 to N and N up to %d, "
                       "found '%s'",
                       HL_MAX_SHARDS, opt_shard);
    if (opt_shard)
        opt_shard = hl_shard_word(s, word);
}

static void check_usage(void)
{
    hl_window_option(&window, &opt_window);
    if (opt_rejects && opt_on_error != ON_ERROR_SKIP)
        hl_usage_error("--rejects: expected --on-error skip with it");
    if (opt_rejects && strcmp(opt_rejects, "-") == 0)
        hl_usage_error("--rejects: expected the name of a file, found '-'");
}

static int check_files(const char *manifest, hl_err *e)
{
    hl_files f = {0};
    hl_files_read(&f, "MANIFEST", hl_or_standard(manifest));
    hl_files_write(&f, "--rejects", opt_rejects, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(opt_output), HL_BINARY);
    return hl_files_check(&f, e);
}

int main(int argc, char **argv)
{
    opt_jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    preprocess_conversion c = {.to.to_grey = opt_channels == CHANNELS_1,
                               .skip_unusable = opt_on_error == ON_ERROR_SKIP,
                               .to.filter = (hl_filter)opt_filter,
                               .to.fit = (hl_fit)opt_fit,
                               .to.as.depth = (hl_depth)opt_depth,
                               .copies = (size_t)opt_augment,
                               .seed = opt_seed,
                               .jobs = (int)opt_jobs};
    hl_tf_set_threads((int)opt_jobs);
    settle_size(&c.to.height, &c.to.width);
    settle_shard(&c.shard);
    check_usage();
    c.to.as.window = window;
    const preprocess_outputs o = {.images = opt_output,
                                  .rejects = opt_rejects,
                                  .always_rgb = opt_channels == CHANNELS_3,
                                  .record = &cli};
    hl_err e;
    int status = check_files(argv[first], &e);
    if (status == 0)
        status = preprocess_manifest(&c, argv[first], opt_root, &o, &e);
    if (status)
        hl_log_error("%s", e.msg);
    return status ? 1 : 0;
}
