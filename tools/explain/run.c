/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "base/log.h"
#include "base/mem.h"
#include "data/provenance.h"
#include "sample_maps.h"
#include "sources.h"

#include <inttypes.h>
#include <stdlib.h>

typedef struct job {
    explain_options *o;
    const hl_cli *cli;
    nn_model model; /* with its backbone where there are occlusion maps */
    hl_samples images;
    hl_predictions predictions; /* zeroed: none */
    explain_samples selected;
    explain_maps_source source;
    uint32_t target; /* of --class */
    explain_context context;
} job;

/* ---- which samples ---- */

static int select_samples(job *j, char *const *samples, size_t n, hl_err *e)
{
    const char *file = j->o->predictions;
    if (!file)
        return explain_samples_name(&j->selected, samples, n, e);
    const nn_model *m = &j->model;
    if (hl_predictions_read(&j->predictions, file, (const char *const *)m->classes, m->nclasses,
                            m->name, NULL, e))
        return -1;
    const int unit = j->predictions.rule.unit;
    if (unit != HL_UNIT_IMAGE)
        return hl_fail(e, "%s: expected predictions of images, found those of %s", file,
                       hl_unit_plurals[unit]);
    const char *provenance = j->predictions.provenance;
    if (explain_check_origin(file, provenance, "head", nn_head_id(m->head), m->name, e) ||
        explain_check_origin(file, provenance, "images", hl_tf_id(j->images.file), j->o->images, e))
        return -1;
    explain_samples_select(&j->selected, &j->predictions, m->nclasses, (size_t)j->o->number);
    return j->selected.n ? 0 : hl_fail(e, "%s: has no rows", file);
}

/* ---- occlusion ---- */

static int settle_patches(explain_options *o, const hl_feature_space *fs, hl_err *e)
{
    const int64_t side = fs->height < fs->width ? fs->height : fs->width;
    if (!o->patch)
        o->patch = side >= 7 ? side / 7 : 1;
    if (!o->stride)
        o->stride = (o->patch + 1) / 2;
    if (o->patch > side)
        return hl_fail(e,
                       "--patch: expected at most %" PRId64 ", the side of the images, found "
                       "%" PRId64,
                       side, o->patch);
    if (o->stride > o->patch)
        return hl_fail(e,
                       "--stride: expected at most %" PRId64 ", the side of a patch, found "
                       "%" PRId64,
                       o->patch, o->stride);
    return 0;
}

static int open_occlusion(job *j, hl_err *e)
{
    explain_options *o = j->o;
    nn_model *m = &j->model;
    if (settle_patches(o, nn_head_feature_space(m->head), e) ||
        nn_model_open_backbone(m, o->weights, o->allow_code, TS_CPU, e))
        return -1;
    j->context.occlusion = (explain_occlusion){.extractor = m->extractor,
                                               .head = m->head,
                                               .height = j->context.out.height,
                                               .width = j->context.out.width,
                                               .channels = j->context.out.channels,
                                               .patch = (size_t)o->patch,
                                               .stride = (size_t)o->stride};
    return 0;
}

/* ---- the folder ---- */

static int add_all(job *j, hl_err *e)
{
    explain_context *c = &j->context;
    const bool occlusion = c->occlusion.extractor != NULL;
    c->picture = hl_malloc(c->out.height * c->out.width, sizeof *c->picture);
    if (occlusion)
        hl_progress_start(&c->progress, "patches",
                          j->selected.n * explain_occlusion_positions(&c->occlusion));
    int status = 0;
    for (size_t i = 0; i < j->selected.n && status == 0; i++)
        status = hl_outdir_interrupted() ? hl_fail(e, "interrupted")
                                         : explain_sample_maps(c, &j->selected.list[i], e);
    if (status == 0 && occlusion)
        hl_progress_end(&c->progress);
    free(c->picture);
    return status;
}

static void report_sanity(const explain_context *c, hl_strbuf *remarks)
{
    const double n = (double)c->compared;
    hl_strbuf_printf(remarks, "#sanity\theads %zu, samples %zu", c->sanity.n, c->compared);
    if (c->compared)
        hl_strbuf_printf(remarks, ", mean rho %.3f, mean |rho| %.3f", c->sum_rho / n,
                         c->sum_abs_rho / n);
    hl_strbuf_puts(remarks, "\n");
    if (c->compared)
        hl_log_info("rank correlation with the maps of %zu heads with random weights: mean %.3f, "
                    "mean of absolute values %.3f",
                    c->sanity.n, c->sum_rho / n, c->sum_abs_rho / n);
    else
        hl_log_warn("sanity check: no map can be compared with those of random heads, because they "
                    "are constant");
}

static int extend_provenance(char **provenance, const job *j, hl_err *e)
{
    const nn_head *head = j->model.head;
    const hl_input inputs[] = {{"images", hl_tf_id(j->images.file)},
                               {j->source.role, j->source.id},
                               {"head", nn_head_id(head)}};
    const int status = hl_provenance_extend_joined(provenance, j->images.provenance,
                                                   nn_head_provenance(head), j->cli, inputs, 3, e);
    hl_provenance_warn_old_id("images", status == 0 && !hl_tf_id_covers_data(j->images.file));
    hl_provenance_warn_old_id(j->source.role, status == 0 && j->source.id_is_old);
    hl_provenance_warn_old_id("head", status == 0 && nn_head_id_is_old(head));
    return status;
}

static int write_contents(job *j, hl_err *e)
{
    char *provenance;
    if (extend_provenance(&provenance, j, e))
        return -1;
    hl_strbuf remarks = {0};
    int status = add_all(j, e);
    if (status == 0 && j->context.sanity.n)
        report_sanity(&j->context, &remarks);
    if (status == 0)
        status = explain_write_table(&j->context.out, &remarks, provenance, e);
    hl_strbuf_free(&remarks);
    free(provenance);
    return status;
}

static int write_folder(job *j, hl_err *e)
{
    bool replace;
    hl_outdir *dir = &j->context.out.dir;
    if (hl_outdir_check(j->o->output, &explain_folder, &replace, e) ||
        hl_outdir_open(dir, j->o->output, e))
        return -1;
    if (write_contents(j, e) == 0)
        return hl_outdir_commit(dir, replace, e);
    hl_outdir_abort(dir);
    return -1;
}

/* ---- the steps ---- */

static int get_maps(job *j, hl_err *e)
{
    const explain_options *o = j->o;
    int status = o->features ? explain_maps_read(&j->source, &j->selected, &j->model, o->features,
                                                 hl_tf_id(j->images.file), e)
                             : explain_maps_compute(&j->source, &j->selected, &j->model, o->weights,
                                                    o->allow_code, j->context.out.channels, e);
    if (status == 0)
        status = explain_top_check(&j->context.top, j->model.name, j->source.shape,
                                   o->features ? o->features : o->weights, e);
    for (int i = 0; i < 3; i++)
        j->context.map_shape[i] = j->source.shape[i];
    return status;
}

static int explain(job *j, char *const *samples, size_t n, hl_err *e)
{
    const explain_options *o = j->o;
    const nn_model *m = &j->model;
    explain_context *c = &j->context;
    c->model = m;
    if (explain_top_of(&c->top, m->head, e) || explain_check_images(&j->images, m, e))
        return -1;
    c->out = (explain_output){.classes = m->classes,
                              .height = (size_t)j->images.feature_space.height,
                              .width = (size_t)j->images.feature_space.width,
                              .channels = (int)j->images.payload.shape[3]};
    if (o->class_name && nn_model_find_class(m, "--class", o->class_name, &j->target, e))
        return -1;
    c->target = o->class_name ? &j->target : NULL;
    if ((o->occlusion && open_occlusion(j, e)) ||
        explain_sanity_new(&c->sanity, m->head, (size_t)o->random_heads, o->seed, e) ||
        select_samples(j, samples, n, e) ||
        explain_samples_read_images(&j->selected, &j->images, e) || get_maps(j, e))
        return -1;
    return write_folder(j, e);
}

int explain_run(explain_options *o, const hl_cli *cli, const char *head, char *const *samples,
                size_t n, hl_err *e)
{
    job j = {.o = o, .cli = cli};
    if (nn_model_load(&j.model, head, (int)o->jobs, e))
        return -1;
    int status = hl_samples_open(&j.images, o->images, "images", e);
    if (status == 0)
        status = explain(&j, samples, n, e);
    explain_samples_free(&j.selected);
    hl_predictions_free(&j.predictions);
    explain_sanity_free(&j.context.sanity);
    hl_samples_close(&j.images);
    nn_model_free(&j.model);
    return status;
}
