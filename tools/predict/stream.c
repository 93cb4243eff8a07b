/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "data/image_paths.h"
#include "data/provenance.h"
#include "format/convert.h"
#include "image/remarks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- resizing ---- */

/* Of the depth that preprocess recorded; auto is not recorded. */
static hl_depth recorded_depth(const char *provenance)
{
    char word[16];
    for (int depth = HL_DEPTH_8; depth <= HL_DEPTH_FULL; depth++)
        if (hl_provenance_has_option(provenance, "preprocess", "--depth",
                                     hl_choice_word(HL_DEPTH_WORDS, depth, word, sizeof word)))
            return hl_depth_settle((hl_depth)depth);
    return HL_DEPTH_AUTO;
}

/* The feature space states a depth where it made a difference to the images of the head. New images
 * may differ in it although those did not, so the depth with which they were read holds then. */
static int depth_of_head(hl_depth *depth, const nn_model *model, bool is_chosen, hl_err *e)
{
    const char *stated = nn_head_feature_space(model->head)->depth;
    const int of_head = *stated ? hl_choice_find(HL_DEPTH_WORDS, stated)
                                : (int)recorded_depth(nn_head_provenance(model->head));
    if (of_head < 0)
        return hl_fail(e, "%s: this version cannot read images with depth '%s'", model->name,
                       stated);
    const hl_depth chosen = is_chosen ? hl_depth_settle(*depth) : (hl_depth)of_head;
    char expected[16], found[16];
    if ((int)chosen != of_head)
        return hl_fail(
            e, "%s: its images were read with --depth %s: expected that, found --depth %s",
            model->name, hl_choice_word(HL_DEPTH_WORDS, of_head, expected, sizeof expected),
            hl_choice_word(HL_DEPTH_WORDS, (int)*depth, found, sizeof found));
    *depth = chosen;
    return 0;
}

/* A head that has seen no DICOM file takes them as preprocess does by itself. */
static int window_of_head(hl_window *window, const nn_model *model, const char *expected, hl_err *e)
{
    const char *stated = nn_head_feature_space(model->head)->window;
    hl_window chosen;
    if (!hl_window_parse(window, *stated ? stated : "auto"))
        return hl_fail(e, "%s: this version cannot read images with window '%s'", model->name,
                       stated);
    if (!expected || strcmp(expected, "head") == 0)
        return 0;
    char of_head[HL_WINDOW_TEXT], found[HL_WINDOW_TEXT];
    if (!hl_window_parse(&chosen, expected) || !hl_window_is_same(&chosen, window))
        return hl_fail(e, "%s: its images were read with --window %s: expected that, found %s",
                       model->name, hl_window_text(window, of_head),
                       hl_window_text(&chosen, found));
    return 0;
}

int predict_fitting_of_head(hl_fitting *f, const nn_model *model, int depth, const char *window,
                            hl_err *e)
{
    hl_window of_head;
    hl_depth chosen = depth > 0 ? (hl_depth)(depth - 1) : HL_DEPTH_AUTO;
    if (depth_of_head(&chosen, model, depth > 0, e) || window_of_head(&of_head, model, window, e))
        return -1;
    const hl_feature_space *s = nn_head_feature_space(model->head);
    const int filter = hl_choice_find(HL_FILTER_WORDS, s->filter);
    const int fit = hl_choice_find(HL_FIT_WORDS, s->fit);
    if (filter < 0 || fit < 0)
        return hl_fail(e, "%s: this version cannot resize with filter '%s' and fit '%s'",
                       model->name, s->filter, s->fit);
    *f = (hl_fitting){.height = (size_t)s->height,
                      .width = (size_t)s->width,
                      .filter = (hl_filter)filter,
                      .fit = (hl_fit)fit,
                      .as = {.depth = chosen, .window = of_head},
                      /* Not part of the feature space: grey images are grey either way. */
                      .to_grey = hl_provenance_has_option(nn_head_provenance(model->head),
                                                          "preprocess", "--channels", "1")};
    return 0;
}

/* ---- reading ---- */

typedef struct slot {
    uint8_t *image;   /* height * width * 3 bytes */
    hl_fitted source; /* channels is 0 if the file is unusable, and err says why */
    float *features;  /* where each image is computed by itself */
    hl_err err;
} slot;

typedef struct run {
    const predict_inputs *in;
    nn_extractor *x;
    const predict_classifier *classifier;
    const predict_stream_options *o;
    slot *slots;
    hl_sha256 *digest;
    hl_progress progress;
    hl_remarks remarks;
    bool each_alone; /* an image is computed by the thread that has read it */
    /* the batch that is being gathered: images to compute and classify or, with each_alone,
     * features to classify */
    uint8_t *images; /* RGB */
    const char **names;
    size_t *at; /* their indices in `in` */
    float *features;
    size_t n, capacity;
} run;

/* ---- computing ---- */

static int fail_not_finite(const char *name, hl_err *e)
{
    return hl_fail(e, "%s: a feature is not finite: expected weights that suit the images", name);
}

static int compute_alone(const run *r, const char *name, const slot *s, hl_err *e)
{
    if (nn_extractor_run(r->x, s->image, 1, s->source.channels, s->features, e))
        return -1;
    return hl_all_finite(s->features, nn_extractor_width(r->x)) ? 0 : fail_not_finite(name, e);
}

static int work(void *ctx, size_t i, size_t at, hl_err *e)
{
    run *r = ctx;
    slot *s = &r->slots[at];
    const char *path = r->in->paths[i], *name = predict_input_name(r->in, i);
    if (hl_image_read_fitted(path, &r->o->fitting, s->image, &s->source, &s->err))
        hl_hide_file(&s->err, path, name != path ? name : NULL);
    else if (r->in->unknown && r->in->unknown[i])
        hl_error_set(&s->err, "%s: %s", name, r->in->unknown[i]);
    else
        return r->each_alone ? compute_alone(r, name, s, e) : 0;
    s->source.channels = 0;
    return r->o->skip_unusable ? 0 : predict_input_fail(r->in, i, &s->err, e);
}

static int compute_together(run *r, hl_err *e)
{
    const size_t width = nn_extractor_width(r->x), n = r->n * width;
    if (nn_extractor_run_all(r->x, r->images, r->n, 3, r->features, e))
        return -1;
    const size_t at = hl_first_beyond(r->features, n, INFINITY);
    return at == n ? 0 : fail_not_finite(r->names[at / width], e);
}

/* Where the image is, if its name hides it, its study and, where they are ranked, its patient. */
static void describe(const predict_inputs *in, size_t i, predict_entry *entry)
{
    if (predict_input_name(in, i) != in->paths[i])
        entry->file = hl_strdup(in->paths[i]);
    if (in->carried)
        entry->carried = hl_strdup(in->carried[i]);
    if (in->patients && in->patients[i])
        entry->patient = hl_strdup(in->patients[i]);
}

static int classify_batch(run *r, hl_err *e)
{
    if (r->n == 0)
        return 0;
    if (!r->each_alone && compute_together(r, e))
        return -1;
    if (predict_classifier_add(r->classifier, r->n, r->features, r->names, e))
        return -1;
    predict_worklist *w = r->classifier->list;
    for (size_t i = 0; i < r->n; i++)
        describe(r->in, r->at[i], &w->entries[w->n - r->n + i]);
    hl_progress_add(&r->progress, r->n);
    r->n = 0;
    return 0;
}

/* Grey becomes R = G = B, which gives the same features. */
static void append_image(run *r, const slot *s)
{
    const size_t pixels = r->o->fitting.height * r->o->fitting.width;
    uint8_t *to = r->images + r->n * pixels * 3;
    if (s->source.channels == 3)
        memcpy(to, s->image, pixels * 3);
    else
        for (size_t i = 0; i < pixels; i++)
            to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = s->image[i];
}

static void append(run *r, const slot *s, size_t i)
{
    const size_t width = nn_extractor_width(r->x);
    if (r->each_alone)
        memcpy(r->features + r->n * width, s->features, width * sizeof *s->features);
    else
        append_image(r, s);
    r->at[r->n] = i;
    r->names[r->n++] = predict_input_name(r->in, i);
}

static int emit(void *ctx, size_t i, size_t at, hl_err *e)
{
    run *r = ctx;
    const slot *s = &r->slots[at];
    const char *name = predict_input_name(r->in, i);
    hl_remarks_note(&r->remarks, name, s->source.remarks);
    if (s->source.channels == 0) {
        predict_entry unread = {.image = hl_strdup(name),
                                .reason = hl_strdup(hl_reason_within(&s->err, name))};
        describe(r->in, i, &unread);
        predict_worklist_add(r->classifier->list, unread);
        hl_progress_add(&r->progress, 1);
        return 0;
    }
    hl_sha256_add(r->digest, s->source.sha256, sizeof s->source.sha256);
    append(r, s, i);
    return r->n < r->capacity ? 0 : classify_batch(r, e);
}

static void alloc(run *r, size_t nslots)
{
    enum { FEATURES_PER_BATCH = 32 };
    const size_t image = r->o->fitting.height * r->o->fitting.width * 3;
    const size_t width = nn_extractor_width(r->x);
    /* libtorch starts a team of threads for each thread that calls it, so only an extractor with
     * enough workers is called from all of them. */
    r->each_alone = r->o->batch == 1 && nn_extractor_workers(r->x) >= (size_t)r->o->jobs;
    r->capacity = r->each_alone ? FEATURES_PER_BATCH : r->o->batch;
    r->images = r->each_alone ? NULL : hl_malloc(r->capacity, image);
    r->names = hl_malloc(r->capacity, sizeof *r->names);
    r->at = hl_malloc(r->capacity, sizeof *r->at);
    r->features = hl_malloc(r->capacity * width, sizeof *r->features);
    r->slots = hl_calloc(nslots, sizeof *r->slots);
    for (size_t i = 0; i < nslots; i++) {
        r->slots[i].image = hl_malloc(image, 1);
        r->slots[i].features = r->each_alone ? hl_malloc(width, sizeof *r->features) : NULL;
    }
}

static void release(run *r, size_t nslots)
{
    for (size_t i = 0; i < nslots; i++) {
        free(r->slots[i].image);
        free(r->slots[i].features);
    }
    free(r->slots);
    free(r->images);
    free(r->names);
    free(r->at);
    free(r->features);
}

int predict_stream_images(const predict_inputs *in, nn_extractor *x, const predict_classifier *c,
                          const predict_stream_options *o, char images[HL_DIGEST_SIZE], hl_err *e)
{
    const size_t nslots = hl_ordered_slots(o->jobs);
    run r = {.in = in, .x = x, .classifier = c, .o = o, .digest = hl_sha256_new()};
    alloc(&r, nslots);
    hl_progress_start(&r.progress, "images", in->n);
    int status = hl_ordered_map(in->n, o->jobs, work, emit, &r, e);
    if (status == 0)
        status = classify_batch(&r, e);
    if (status == 0)
        hl_progress_end(&r.progress);
    hl_remarks_warn(&r.remarks);
    hl_sha256_end_text(r.digest, images);
    release(&r, nslots);
    return status;
}
