/* SPDX-License-Identifier: BSD-2-Clause */
/* preprocess: reads the images of a manifest and brings them to the size that a backbone takes. */
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "data/backbones.h"
#include "data/image_paths.h"
#include "data/provenance.h"
#include "data/sample_file.h"
#include "preprocess/convert.h"
#include "sys/cli.h"
#include "sys/named_files.h"
#include "sys/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS_AUTO, CHANNELS_1, CHANNELS_3 };
enum { ON_ERROR_STOP, ON_ERROR_SKIP };

static const char default_model[] = "vgg16";
static const char *opt_model, *opt_size, *opt_root, *opt_rejects, *opt_output;
static int opt_filter = HL_BILINEAR, opt_fit = HL_STRETCH;
static int opt_channels = CHANNELS_AUTO, opt_on_error = ON_ERROR_STOP;
static int64_t opt_jobs, opt_augment;
static uint64_t opt_seed = 1;

static const hl_opt options[] = {
    HL_OPT_STR('m', "model", "NAME", &opt_model,
               "bring images to the size that this backbone takes (default: vgg16)"),
    HL_OPT_STR_R(0, "size", "HxW", &opt_size, "or to this size in pixels; N is NxN"),
    HL_OPT_CHOICE_R(0, "filter", HL_FILTER_WORDS, &opt_filter, "resampling"),
    HL_OPT_CHOICE_R(0, "fit", HL_FIT_WORDS, &opt_fit, "where the aspect differs"),
    HL_OPT_CHOICE_R(0, "channels", "auto|1|3", &opt_channels,
                    "1 grey, 3 RGB, auto 1 unless an image has colours"),
    HL_OPT_CHOICE_R(0, "on-error", "stop|skip", &opt_on_error, "at an image that is unusable"),
    HL_OPT_STR(0, "rejects", "FILE", &opt_rejects, "list the images that were skipped in FILE"),
    HL_OPT_STR(0, "root", "DIR", &opt_root, "where relative paths start, whatever MANIFEST says"),
    HL_OPT_INT('j', "jobs", "N", &opt_jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "FILE", &opt_output, "images (default: standard output)"),
    /* The last two, see recorded_options. */
    HL_OPT_INT_R(0, "augment", "K", &opt_augment, 0, HL_MAX_AUGMENTED,
                 "add K random variants of every training image"),
    HL_OPT_SEED(&opt_seed),
};
enum { AUGMENT_OPTIONS = 2 };

static void libraries(FILE *fp)
{
    hl_image_libraries(fp);
    hl_tf_libraries(fp);
}

static const hl_cli cli = {
    .name = "preprocess",
    .usage = "[OPTIONS] [MANIFEST]",
    .about = "Reads the images that MANIFEST lists, resizes them and writes them as one file.\n"
             "MANIFEST is what split wrote; standard input where it is not given.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 1,
    .libraries = libraries,
};

/* Without variants there is nothing random, and the record says nothing of it. */
static hl_cli recorded_options(void)
{
    hl_cli c = cli;
    if (opt_augment == 0)
        c.nopts -= AUGMENT_OPTIONS;
    return c;
}

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

/* Leaves the size in opt_size too, in one spelling: the same images get the same provenance,
 * however their size was asked for. */
static void settle_size(size_t *height, size_t *width)
{
    static char text[32];
    if (opt_model && opt_size)
        hl_usage_error("--model and --size both state the size: expected one of them");
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

/* ---- what was left out ---- */

static int begin_rejects(const preprocess_conversion *c, hl_out *out, hl_err *e)
{
    if (hl_out_open(out, opt_rejects, false, e))
        return -1;
    fputs("path\treason\n", out->fp); /* a failure shows at commit */
    if (c->rejects.len)
        fputs(c->rejects.data, out->fp);
    return 0;
}

static void warn_of_losses(const preprocess_conversion *c)
{
    const hl_manifest *before = c->manifest, *after = &c->kept;
    if (c->nrejects == 0)
        return;
    hl_log_warn("images left out as unusable: %zu of %zu; the first: %s", c->nrejects, before->n,
                c->first_reject.msg);
    for (int s = 0; s < HL_SUBSETS; s++)
        if (hl_manifest_count(before, (hl_subset)s) && !hl_manifest_count(after, (hl_subset)s))
            hl_log_warn("no image of the %s set is left", hl_subset_names[s]);
    /* Both lists are sorted, and the second has no class that the first lacks. */
    for (size_t k = 0, left = 0; k < before->nclasses; k++) {
        if (left < after->nclasses && strcmp(before->classes[k], after->classes[left]) == 0)
            left++;
        else
            hl_log_warn("no image of class '%s' is left", before->classes[k]);
    }
}

/* ---- the result ---- */

static hl_feature_space space_of(const preprocess_conversion *c)
{
    hl_feature_space s = {.height = (int64_t)c->to.height, .width = (int64_t)c->to.width};
    hl_choice_word(HL_FILTER_WORDS, opt_filter, s.filter, sizeof s.filter);
    hl_choice_word(HL_FIT_WORDS, opt_fit, s.fit, sizeof s.fit);
    return s;
}

static int create_output(hl_tf_writer **out, const preprocess_conversion *c, int channels,
                         const char *data_digest, hl_err *e)
{
    const hl_tensor_desc payload = {
        .name = "images",
        .dtype = HL_U8,
        .rank = 4,
        .shape = {(int64_t)c->kept.n, (int64_t)c->to.height, (int64_t)c->to.width, channels},
    };
    const hl_feature_space space = space_of(c);
    char manifest_digest[HL_DIGEST_SIZE], *chain;
    hl_manifest_digest(c->manifest, manifest_digest);
    const hl_input inputs[] = {{"manifest", manifest_digest}, {"images", c->digest}};
    const hl_cli record = recorded_options();
    if (hl_provenance_extend(&chain, c->manifest->provenance, &record, inputs, 2, e))
        return -1;
    const int status =
        hl_samples_create(out, opt_output, &c->kept, c->manifest->classes, c->manifest->nclasses,
                          &space, chain, &payload, data_digest, e);
    free(chain);
    return status;
}

/* All images from the spool, into the digest where there is one, else into the file. */
static int copy_images(preprocess_conversion *c, int channels, hl_sha256 *digest, hl_tf_writer *out,
                       hl_err *e)
{
    const size_t bytes = c->to.height * c->to.width * (size_t)channels;
    uint8_t *image = hl_malloc(bytes, 1);
    int status = preprocess_spool_rewind(&c->spool, e);
    for (size_t i = 0; i < c->kept.n && status == 0; i++) {
        status = preprocess_spool_next(&c->spool, image, channels, e);
        if (status == 0 && digest)
            hl_sha256_add(digest, image, bytes);
        else if (status == 0)
            status = hl_tf_write(out, image, bytes, e);
    }
    free(image);
    return status;
}

/* The spool is read twice: the header of the file states the digest of what follows it. */
static int write_images(preprocess_conversion *c, hl_tf_writer **out, hl_err *e)
{
    const int channels = opt_channels == CHANNELS_3 || c->spool.colour ? 3 : 1;
    hl_sha256 *sum = hl_samples_digest(&c->kept);
    char digest[HL_DIGEST_SIZE];
    const int status = copy_images(c, channels, sum, NULL, e);
    hl_sha256_end_text(sum, digest);
    if (status || create_output(out, c, channels, digest, e) ||
        copy_images(c, channels, NULL, *out, e))
        return -1;
    return hl_tf_complete(*out, e);
}

/* Both outputs appear, or neither. Where no image is left there is nothing but the list to write,
 * and it says why. */
static int write_outputs(preprocess_conversion *c, hl_err *e)
{
    hl_out rejects = {0}, *outs[2];
    hl_tf_writer *images = NULL;
    size_t n = 0;
    int status = opt_rejects ? begin_rejects(c, &rejects, e) : 0;
    if (opt_rejects)
        outs[n++] = &rejects;
    if (status == 0 && c->kept.n)
        status = write_images(c, &images, e);
    if (images)
        outs[n++] = hl_tf_output(images);
    if (status == 0)
        status = hl_out_commit_all(outs, n, e);
    if (status == 0 && c->kept.n == 0)
        status = hl_fail(e, "none of %zu images is usable", c->manifest->n);
    hl_out_abort(&rejects);
    hl_tf_discard(images);
    return status;
}

static int check_files(const char *manifest, hl_err *e)
{
    hl_files f = {0};
    hl_files_read(&f, "MANIFEST", hl_or_standard(manifest));
    hl_files_write(&f, "--rejects", opt_rejects, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(opt_output), HL_BINARY);
    return hl_files_check(&f, e);
}

static int preprocess(preprocess_conversion *c, const char *name, hl_err *e)
{
    if (hl_manifest_has_augmented(c->manifest))
        return hl_fail(e, "%s: it lists variants of images: expected the images alone", name);
    if (preprocess_convert(c, e))
        return -1;
    warn_of_losses(c);
    return write_outputs(c, e);
}

int main(int argc, char **argv)
{
    opt_jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    preprocess_conversion c = {.to.to_grey = opt_channels == CHANNELS_1,
                               .skip_unusable = opt_on_error == ON_ERROR_SKIP,
                               .to.filter = (hl_filter)opt_filter,
                               .to.fit = (hl_fit)opt_fit,
                               .variants = (size_t)opt_augment,
                               .seed = opt_seed,
                               .jobs = (int)opt_jobs};
    hl_tf_set_threads((int)opt_jobs);
    settle_size(&c.to.height, &c.to.width);
    if (opt_rejects && !c.skip_unusable)
        hl_usage_error("--rejects: expected --on-error skip with it");
    if (opt_rejects && strcmp(opt_rejects, "-") == 0)
        hl_usage_error("--rejects: expected the name of a file, found '-'");
    hl_err err;
    hl_manifest manifest;
    int status = check_files(argv[first], &err) || hl_manifest_read(&manifest, argv[first], &err);
    if (status == 0) {
        c.manifest = &manifest;
        c.root = opt_root ? opt_root : manifest.root;
        status = hl_images_expect_kept(&manifest, c.root, &err) ||
                         preprocess(&c, argv[first] ? argv[first] : "standard input", &err)
                     ? -1
                     : 0;
        preprocess_conversion_free(&c);
        hl_manifest_free(&manifest);
    }
    if (status)
        hl_log_error("%s", err.msg);
    return status ? 1 : 0;
}
