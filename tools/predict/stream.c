/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "../common/features.h"
#include "../common/log.h"
#include "../common/mem.h"
#include "../common/parallel.h"
#include "../common/provenance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what images are brought to ---- */

int fitting_of_head(hl_fitting *f, const hl_head *head, const char *head_name, hl_err *e)
{
    const hl_space *s = hl_head_space(head);
    const int filter = hl_choice_find(HL_FILTER_WORDS, s->filter);
    const int fit = hl_choice_find(HL_FIT_WORDS, s->fit);
    if (filter < 0 || fit < 0)
        return hl_fail(e, "%s: this version cannot resize by filter '%s' and fit '%s'", head_name,
                       s->filter, s->fit);
    *f = (hl_fitting){
        .height = (size_t)s->height,
        .width = (size_t)s->width,
        .filter = (hl_filter)filter,
        .fit = (hl_fit)fit,
        /* Not part of the space: grey images are grey either way. */
        .to_grey = hl_chain_has_option(hl_head_chain(head), "preprocess", "--channels", "1")};
    return 0;
}

/* ---- reading ---- */

typedef struct slot {
    uint8_t *image;  /* height * width * 3 bytes */
    int channels;    /* 0: the file is unusable, and err says why */
    float *features; /* where each image is computed by itself */
    unsigned char source[32];
    hl_err err;
} slot;

typedef struct run {
    const inputs *in;
    net_extractor *x;
    const judge *j;
    const stream_options *o;
    slot *slots;
    hl_sha256 *digest;
    hl_progress progress;
    /* the batch that is being filled; where each image is computed by itself, of answers only */
    uint8_t *images; /* RGB */
    const char **names;
    float *features;
    size_t n, most;
} run;

/* By the thread that has read it: then nobody waits for others of a batch. */
static bool each_by_itself(const run *r)
{
    return r->o->batch == 1;
}

static int work(void *ctx, size_t i, size_t at, hl_err *e)
{
    run *r = ctx;
    slot *s = &r->slots[at];
    if (hl_image_read_fitted(r->in->paths[i], &r->o->fitting, s->image, &s->channels, s->source,
                             &s->err) == 0)
        return each_by_itself(r) ? net_extractor_run(r->x, s->image, 1, s->channels, s->features, e)
                                 : 0;
    s->channels = 0;
    if (r->o->skip_unusable)
        return 0;
    *e = s->err;
    return -1;
}

/* ---- computing ---- */

static int check_finite(const run *r, hl_err *e)
{
    const size_t width = net_extractor_width(r->x), n = r->n * width;
    const size_t at = hl_first_beyond(r->features, n, INFINITY);
    return at == n
               ? 0
               : hl_fail(e, "%s: a feature is not finite: expected weights that suit the images",
                         r->names[at / width]);
}

static int compute(run *r, hl_err *e)
{
    if (r->n == 0)
        return 0;
    if (!each_by_itself(r) && net_extractor_run_all(r->x, r->images, r->n, 3, r->features, e))
        return -1;
    if (check_finite(r, e) || judge_add(r->j, r->n, r->features, r->names, e))
        return -1;
    hl_progress_add(&r->progress, r->n);
    r->n = 0;
    return 0;
}

/* Grey becomes R = G = B, which gives the same features. */
static void append_image(run *r, const slot *s)
{
    const size_t pixels = r->o->fitting.height * r->o->fitting.width;
    uint8_t *to = r->images + r->n * pixels * 3;
    if (s->channels == 3)
        memcpy(to, s->image, pixels * 3);
    else
        for (size_t i = 0; i < pixels; i++)
            to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = s->image[i];
}

static void append(run *r, const slot *s, const char *name)
{
    const size_t width = net_extractor_width(r->x);
    if (each_by_itself(r))
        memcpy(r->features + r->n * width, s->features, width * sizeof *s->features);
    else
        append_image(r, s);
    r->names[r->n++] = name;
}

const char *reason_within(const char *message, const char *file)
{
    const size_t len = strlen(file);
    return strncmp(message, file, len) == 0 && strncmp(message + len, ": ", 2) == 0
               ? message + len + 2
               : message;
}

static int emit(void *ctx, size_t i, size_t at, hl_err *e)
{
    run *r = ctx;
    const slot *s = &r->slots[at];
    const char *name = r->in->paths[i];
    if (s->channels == 0) {
        worklist_add(r->j->list, (entry){.image = hl_strdup(name),
                                         .reason = hl_strdup(reason_within(s->err.msg, name))});
        hl_progress_add(&r->progress, 1);
        return 0;
    }
    hl_sha256_add(r->digest, s->source, sizeof s->source);
    append(r, s, name);
    return r->n < r->most ? 0 : compute(r, e);
}

static void alloc(run *r, size_t nslots)
{
    enum { ANSWERS = 32 }; /* which is how many a head answers at once */
    const size_t image = r->o->fitting.height * r->o->fitting.width * 3;
    const size_t width = net_extractor_width(r->x);
    const bool each = each_by_itself(r);
    r->most = each ? ANSWERS : r->o->batch;
    r->images = each ? NULL : hl_malloc(r->most, image);
    r->names = hl_malloc(r->most, sizeof *r->names);
    r->features = hl_malloc(r->most * width, sizeof *r->features);
    r->slots = hl_calloc(nslots, sizeof *r->slots);
    for (size_t i = 0; i < nslots; i++) {
        r->slots[i].image = hl_malloc(image, 1);
        r->slots[i].features = each ? hl_malloc(width, sizeof *r->features) : NULL;
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
    free(r->features);
}

int stream_images(const inputs *in, net_extractor *x, const judge *j, const stream_options *o,
                  char images[HL_DIGEST_SIZE], hl_err *e)
{
    const size_t nslots = hl_ordered_slots(o->jobs);
    run r = {.in = in, .x = x, .j = j, .o = o, .digest = hl_sha256_new()};
    alloc(&r, nslots);
    hl_progress_start(&r.progress, "images", in->n);
    int status = hl_ordered_map(in->n, o->jobs, work, emit, &r, e);
    if (status == 0)
        status = compute(&r, e);
    if (status == 0)
        hl_progress_end(&r.progress);
    hl_sha256_end_text(r.digest, images);
    release(&r, nslots);
    return status;
}
