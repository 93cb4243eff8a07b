/* SPDX-License-Identifier: BSD-2-Clause */
/* explain: shows on images what a head went by. */
#include "base/log.h"
#include "base/mem.h"
#include "base/progress.h"
#include "data/provenance.h"
#include "explain/gradcam.h"
#include "explain/heat.h"
#include "explain/occlusion.h"
#include "explain/output.h"
#include "explain/selection.h"
#include "explain/sources.h"
#include "nn/infer/device.h"
#include "nn/infer/extractor_for_feature_space.h"
#include "sys/cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *images_path, *predictions_path, *features_path, *weights, *output, *class_name;
static int64_t number = 4, heads = 0, patch = 0, stride = 0, jobs;
static uint64_t seed = 1;
static bool occlude, allow_code;

static const hl_opt options[] = {
    HL_OPT_STR('i', "images", "FILE", &images_path, "the images, as preprocess wrote them"),
    HL_OPT_STR('p', "predictions", "FILE", &predictions_path,
               "what evaluate wrote: worst errors and surest hits are chosen from it"),
    HL_OPT_INT_R('n', "number", "N", &number, 1, 1000, "samples of each kind and class"),
    HL_OPT_STR('f', "features", "FILE", &features_path,
               "flattened maps of the images, made as the head's features but for --pool"),
    HL_OPT_STR('w', "weights", "FILE", &weights,
               "or the backbone's weights: it is run on the chosen images"),
    HL_OPT_FLAG(0, "allow-code", &allow_code, "-w may be a TorchScript file, which is a program"),
    HL_OPT_STR_R(0, "class", "NAME", &class_name,
                 "evidence for this class (default: the predicted one)"),
    HL_OPT_INT_R(0, "sanity", "N", &heads, 0, 1000, "compare with N heads of random weights"),
    HL_OPT_FLAG_R(0, "occlusion", &occlude, "occlusion maps, too; needs -w"),
    HL_OPT_INT_R(0, "patch", "N", &patch, 0, 4096, "side of what hides, pixels; 0: a seventh"),
    HL_OPT_INT_R(0, "stride", "N", &stride, 0, 4096, "step between two of them; 0: half of it"),
    HL_OPT_SEED(&seed),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "DIR", &output, "folder of pictures and explain.tsv"),
};

static const hl_cli cli = {
    .name = "explain",
    .usage = "-i IMAGES -p PREDICTIONS (-f MAPS | -w WEIGHTS) -o DIR [OPTIONS] HEAD [SAMPLE...]",
    .about = "Shows on images where a head found evidence (Grad-CAM).\n"
             "Without -p, the samples that are named; their paths are those of the manifest.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
    .libraries = nn_libraries,
};

/* All that a run works with. */
typedef struct job {
    const char *head_name;
    nn_head *head;
    explain_top top;
    char *const *classes; /* the head's */
    size_t nclasses;
    hl_samples images;
    hl_predictions predictions; /* chain NULL: none */
    maps_source source;
    explain_samples subjects;
    nn_extractor *answering; /* what occlusion asks; NULL: none */
    explain_sanity sanity;
    hl_progress progress;
    explain_output out;
    double rho, abs_rho; /* sums over the samples */
    size_t compared;
} job;

/* ---- what is explained ---- */

static int find_class(const job *j, uint32_t *k, hl_err *e)
{
    for (*k = 0; *k < j->nclasses; ++*k)
        if (strcmp(j->classes[*k], class_name) == 0)
            return 0;
    return hl_fail(e, "--class: expected a class of %s, found '%s'", j->head_name, class_name);
}

static int choose(job *j, char *const *samples, size_t n, hl_err *e)
{
    if (!predictions_path)
        return explain_samples_ask(&j->subjects, samples, n, e);
    if (hl_predictions_read(&j->predictions, predictions_path, (const char *const *)j->classes,
                            j->nclasses, j->head_name, NULL, e))
        return -1;
    const char *chain = j->predictions.provenance;
    if (explain_check_origin(predictions_path, chain, "head", nn_head_id(j->head), j->head_name,
                             e) ||
        explain_check_origin(predictions_path, chain, "images", hl_tf_id(j->images.file),
                             images_path, e))
        return -1;
    explain_samples_choose(&j->subjects, &j->predictions, j->nclasses, (size_t)number);
    return j->subjects.n ? 0 : hl_fail(e, "%s: it has no row", predictions_path);
}

/* ---- occlusion ---- */

static int settle_occlusion(job *j, hl_err *e)
{
    const hl_feature_space *space = nn_head_feature_space(j->head);
    const int64_t side = space->height < space->width ? space->height : space->width;
    if (!patch)
        patch = side >= 7 ? side / 7 : 1;
    if (!stride)
        stride = (patch + 1) / 2;
    if (patch > side)
        return hl_fail(e, "--patch: expected at most %lld, the side of the images, found %lld",
                       (long long)side, (long long)patch);
    if (stride > patch)
        return hl_fail(e, "--stride: expected at most %lld, as --patch, found %lld",
                       (long long)patch, (long long)stride);
    if (nn_extractor_for_feature_space(&j->answering, space, j->head_name, weights, allow_code,
                                       false, TS_CPU, e))
        return -1;
    return nn_head_check_width(j->head, j->head_name, nn_extractor_width(j->answering), weights, e);
}

/* ---- one sample ---- */

static double largest(const double *v, size_t n)
{
    double most = v[0];
    for (size_t i = 1; i < n; i++)
        most = fmax(most, v[i]);
    return most;
}

/* The mean over the random heads, of those whose map is not constant. */
static int compare(job *j, const explain_sample *s, const explain_last_maps *m, const double *heat,
                   explain_map *map, hl_err *e)
{
    map->rho = map->abs_rho = NAN;
    double *rho = hl_malloc(j->sanity.n, sizeof *rho), sum = 0, abs_sum = 0;
    const int status = explain_sanity_compare(&j->sanity, &j->top, m, s->target, heat, rho, e);
    size_t n = 0;
    for (size_t i = 0; i < j->sanity.n && status == 0; i++)
        if (isfinite(rho[i])) {
            sum += rho[i];
            abs_sum += fabs(rho[i]);
            n++;
        }
    free(rho);
    if (n) {
        map->rho = sum / (double)n;
        map->abs_rho = abs_sum / (double)n;
        j->rho += map->rho;
        j->abs_rho += map->abs_rho;
        j->compared++;
    }
    return status;
}

static int add_gradcam(job *j, const explain_sample *s, const explain_last_maps *m, double *picture,
                       hl_err *e)
{
    const size_t pixels = m->height * m->width;
    double *heat = hl_malloc(pixels, sizeof *heat);
    explain_map map = {.method = "gradcam", .heat = picture};
    int status = explain_gradcam(&j->top, m, s->target, heat, e);
    if (status == 0)
        status = compare(j, s, m, heat, &map, e);
    if (status == 0) {
        map.peak = largest(heat, pixels);
        explain_heat_enlarge(heat, m->height, m->width, picture, j->out.height, j->out.width);
        status = explain_add_map(&j->out, s, &map, e);
    }
    free(heat);
    return status;
}

static explain_occlusion occlusion_of(const job *j)
{
    return (explain_occlusion){.extractor = j->answering,
                               .head = j->head,
                               .height = j->out.height,
                               .width = j->out.width,
                               .channels = j->out.channels,
                               .patch = (size_t)patch,
                               .stride = (size_t)stride};
}

static int add_occlusion(job *j, const explain_sample *s, double *picture, hl_err *e)
{
    const explain_occlusion o = occlusion_of(j);
    if (explain_occlusion_map(&o, s->image, s->target, picture, &j->progress, e))
        return -1;
    const explain_map map = {.method = "occlusion",
                             .heat = picture,
                             .peak = largest(picture, j->out.height * j->out.width),
                             .rho = NAN,
                             .abs_rho = NAN};
    return explain_add_map(&j->out, s, &map, e);
}

/* What is not in the predictions is answered here. */
static int settle_answer(job *j, explain_sample *s, const explain_last_maps *m, hl_err *e)
{
    double *p = hl_malloc(j->nclasses, sizeof *p);
    const int status = s->is_predicted ? 0 : explain_top_predict(&j->top, m, p, e);
    for (uint32_t k = 0; k < j->nclasses && status == 0 && !s->is_predicted; k++)
        if (k == 0 || p[k] > s->p) {
            s->predicted = k;
            s->p = p[k];
        }
    free(p);
    s->target = s->predicted;
    return status || !class_name ? status : find_class(j, &s->target, e);
}

static int explain_one(job *j, explain_sample *s, double *picture, hl_err *e)
{
    explain_last_maps m;
    if (hl_outdir_interrupted())
        return hl_fail(e, "interrupted");
    if (explain_last_maps_make(&m, j->head, s->features, j->source.shape, e))
        return -1;
    int status = settle_answer(j, s, &m, e);
    if (status == 0)
        status = explain_add_sample(&j->out, s, e) || add_gradcam(j, s, &m, picture, e) ? -1 : 0;
    if (status == 0 && j->answering)
        status = add_occlusion(j, s, picture, e);
    explain_last_maps_free(&m);
    return status;
}

/* ---- the whole ---- */

static void say_sanity(const job *j, hl_strbuf *remarks)
{
    const double n = (double)j->compared;
    hl_strbuf_printf(remarks, "#sanity\theads %zu, samples %zu", j->sanity.n, j->compared);
    if (j->compared)
        hl_strbuf_printf(remarks, ", mean rho %.3f, mean |rho| %.3f", j->rho / n, j->abs_rho / n);
    hl_strbuf_puts(remarks, "\n");
    if (j->compared)
        hl_log_info("rank correlation with the maps of %zu heads of random weights: mean %.3f, of "
                    "absolute values %.3f",
                    j->sanity.n, j->rho / n, j->abs_rho / n);
    else
        hl_log_warn("no map could be compared with those of random heads: they are constant");
}

static int write_all(job *j, hl_err *e)
{
    double *picture = hl_malloc(j->out.height * j->out.width, sizeof *picture);
    const explain_occlusion o = occlusion_of(j);
    if (j->answering)
        hl_progress_start(&j->progress, "patches", j->subjects.n * explain_occlusion_positions(&o));
    int status = 0;
    for (size_t i = 0; i < j->subjects.n && status == 0; i++)
        status = explain_one(j, &j->subjects.list[i], picture, e);
    if (status == 0 && j->answering)
        hl_progress_end(&j->progress);
    free(picture);
    return status;
}

static int make_chain(char **chain, const job *j, hl_err *e)
{
    const hl_input inputs[] = {{"images", hl_tf_id(j->images.file)},
                               {j->source.role, j->source.id},
                               {"head", nn_head_id(j->head)}};
    char *both;
    if (hl_provenance_join(&both, j->images.provenance, nn_head_provenance(j->head), e))
        return -1;
    const int status = hl_provenance_extend(chain, both, &cli, inputs, 3, e);
    hl_provenance_warn_old_id("images", status == 0 && !hl_tf_id_covers_data(j->images.file));
    hl_provenance_warn_old_id(j->source.role, status == 0 && j->source.id_is_old);
    hl_provenance_warn_old_id("head", status == 0 && nn_head_id_is_old(j->head));
    free(both);
    return status;
}

static int write_contents(job *j, hl_err *e)
{
    char *chain;
    if (make_chain(&chain, j, e))
        return -1;
    hl_strbuf remarks = {0};
    int status = write_all(j, e);
    if (status == 0 && j->sanity.n)
        say_sanity(j, &remarks);
    if (status == 0)
        status = explain_write_table(&j->out, &remarks, chain, e);
    hl_strbuf_free(&remarks);
    free(chain);
    return status;
}

static int write_folder(job *j, hl_err *e)
{
    bool replace;
    if (hl_outdir_check(output, &explain_folder, &replace, e) ||
        hl_outdir_open(&j->out.dir, output, e))
        return -1;
    if (write_contents(j, e) == 0)
        return hl_outdir_commit(&j->out.dir, replace, e);
    hl_outdir_abort(&j->out.dir);
    return -1;
}

static int explain(job *j, char *const *samples, size_t n, hl_err *e)
{
    if (explain_top_of(&j->top, j->head, e) ||
        explain_check_images(&j->images, j->head, j->head_name, e))
        return -1;
    j->out = (explain_output){.classes = j->classes,
                              .height = (size_t)j->images.feature_space.height,
                              .width = (size_t)j->images.feature_space.width,
                              .channels = (int)j->images.payload.shape[3]};
    uint32_t unused;
    if ((class_name && find_class(j, &unused, e)) || (occlude && settle_occlusion(j, e)) ||
        explain_sanity_new(&j->sanity, j->head, (size_t)heads, seed, e) ||
        choose(j, samples, n, e) || explain_samples_read_images(&j->subjects, &j->images, e))
        return -1;
    int status = features_path
                     ? explain_maps_read(&j->source, &j->subjects, j->head, j->head_name,
                                         features_path, hl_tf_id(j->images.file), e)
                     : explain_maps_compute(&j->source, &j->subjects, j->head, j->head_name,
                                            weights, allow_code, j->out.channels, e);
    if (status == 0)
        status = explain_top_check(&j->top, j->head_name, j->source.shape,
                                   features_path ? features_path : weights, e);
    return status ? status : write_folder(j, e);
}

static int run(const char *head_name, char *const *samples, size_t n, hl_err *e)
{
    job j = {.head_name = head_name};
    if (ts_init((int)jobs))
        return hl_fail(e, "libtorch: %s", ts_last_error());
    if (nn_head_load(&j.head, head_name, e))
        return -1;
    j.nclasses = nn_head_classes(j.head);
    j.classes = nn_head_class_names(j.head);
    int status = hl_samples_open(&j.images, images_path, "images", e);
    if (status == 0)
        status = explain(&j, samples, n, e);
    explain_samples_free(&j.subjects);
    hl_predictions_free(&j.predictions);
    explain_sanity_free(&j.sanity);
    nn_extractor_free(j.answering);
    hl_samples_close(&j.images);
    nn_head_free(j.head);
    return status;
}

static void check_usage(size_t nsamples)
{
    if (!images_path)
        hl_usage_error("missing option: --images FILE");
    if (!output)
        hl_usage_error("missing option: --output DIR");
    if (!features_path == !weights)
        hl_usage_error("expected either --features MAPS or --weights FILE");
    if (!predictions_path == !nsamples)
        hl_usage_error("expected either --predictions FILE or names of samples");
    if (occlude && !weights)
        hl_usage_error("--occlusion: expected --weights with it");
    const char *const inputs[] = {images_path, predictions_path, features_path};
    int from_stdin = 0;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        from_stdin += inputs[i] && strcmp(inputs[i], "-") == 0;
    if (from_stdin > 1)
        hl_usage_error("only one input can be standard input");
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    const size_t nsamples = (size_t)(argc - first - 1);
    check_usage(nsamples);
    hl_err e;
    if (hl_outdir_try(output, &explain_folder, &e) == 0 &&
        run(argv[first], argv + first + 1, nsamples, &e) == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
