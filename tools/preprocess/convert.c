/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert.h"

#include "augment.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "data/image_paths.h"
#include "format/tsv.h"
#include "image/depth_mix.h"
#include "image/remarks.h"

#include <stdlib.h>

typedef struct slot {
    uint8_t *image;   /* height * width * channels bytes, followed by those of each copy */
    hl_fitted source; /* channels is 0 if the file is unusable, and err says why */
    hl_err err;
} slot;

typedef struct run {
    preprocess_conversion *c;
    slot *slots;
    hl_sha256 *digest;
    hl_progress progress;
    hl_remarks remarks;
    hl_depth_mix depths;
} run;

static int convert_one(const preprocess_conversion *c, const hl_sample *sample, slot *s, hl_err *e)
{
    char *file = hl_sample_file(c->root, sample);
    const int status = hl_image_read_fitted(file, &c->to, s->image, &s->source, e);
    if (status)
        hl_hide_file(e, file, sample->file ? sample->path : NULL);
    free(file);
    return status;
}

static size_t copies_of(const preprocess_conversion *c, const hl_sample *s)
{
    return s->subset == HL_TRAIN ? c->copies : 0;
}

static void make_copies(const preprocess_conversion *c, const hl_sample *sample, slot *s)
{
    const size_t channels = (size_t)s->source.channels,
                 bytes = c->to.height * c->to.width * channels;
    /* Hidden names depend on a key, and what is drawn does not. */
    const char *of = sample->file ? sample->file : sample->path;
    for (uint32_t k = 1; k <= copies_of(c, sample); k++) {
        const preprocess_variation v = preprocess_variation_draw(c->seed, of, k);
        preprocess_augment(&v, s->image, c->to.height, c->to.width, channels, s->image + k * bytes);
    }
}

static int work(void *ctx, size_t i, size_t at, hl_err *e)
{
    run *r = ctx;
    slot *s = &r->slots[at];
    const hl_sample *sample = &r->c->manifest->samples[i];
    if (convert_one(r->c, sample, s, &s->err) == 0) {
        make_copies(r->c, sample, s);
        return 0;
    }
    s->source.channels = 0;
    if (r->c->skip_unusable)
        return 0;
    return hl_fail(e, "%s (--on-error skip, ON_ERROR=skip, leaves such images out)", s->err.msg);
}

/* The reason begins with the file's name on this machine, which the list leaves out. */
static void reject(preprocess_conversion *c, const hl_sample *s, const hl_err *why)
{
    char *shown = hl_sample_shown(c->root, s);
    if (c->rejects.images.n == 0)
        c->first_reject = *why;
    hl_rejects_add(&c->rejects, s, hl_reason_within(why, shown));
    free(shown);
}

static int keep(run *r, const hl_sample *sample, const slot *s, hl_err *e)
{
    r->c->shallow |= s->source.shallow;
    hl_depth_mix_add(&r->depths, s->source.used_bits);
    hl_shard_add_file(r->digest, sample->path, s->source.sha256);
    if (r->c->shard.n)
        hl_shard_keep_file(&r->c->shard, s->source.sha256);
    r->c->windowed |= s->source.windowed;
    hl_manifest_add_copy(&r->c->kept, sample);
    const size_t bytes = r->c->to.height * r->c->to.width * (size_t)s->source.channels;
    int status = preprocess_spool_add(&r->c->spool, s->image, s->source.channels, e);
    for (size_t k = 1; k <= copies_of(r->c, sample) && status == 0; k++) {
        hl_manifest_add_augmented(&r->c->kept);
        status = preprocess_spool_add(&r->c->spool, s->image + k * bytes, s->source.channels, e);
    }
    return status;
}

static int emit(void *ctx, size_t i, size_t at, hl_err *e)
{
    run *r = ctx;
    const slot *s = &r->slots[at];
    const hl_sample *sample = &r->c->manifest->samples[i];
    hl_progress_add(&r->progress, 1);
    if (s->source.remarks) {
        char *shown = hl_sample_shown(r->c->root, sample);
        hl_remarks_note(&r->remarks, shown, s->source.remarks);
        free(shown);
    }
    if (s->source.channels)
        return keep(r, sample, s, e);
    reject(r->c, sample, &s->err);
    return 0;
}

static void warn_of_depths(const hl_depth_mix *depths)
{
    hl_strbuf text = {0};
    if (hl_depth_mix_describe(depths, &text))
        hl_log_warn("images of different depths: %s; audit tells whether they go with the class",
                    text.data);
    hl_strbuf_free(&text);
}

int preprocess_convert(preprocess_conversion *c, hl_err *e)
{
    const size_t nslots = hl_ordered_slots(c->jobs);
    const size_t pixels = c->to.height * c->to.width;
    if (preprocess_spool_open(&c->spool, pixels, e))
        return -1;
    run r = {.c = c, .slots = hl_calloc(nslots, sizeof(slot)), .digest = hl_sha256_new()};
    for (size_t i = 0; i < nslots; i++)
        r.slots[i].image = hl_malloc(pixels * 3, 1 + c->copies);
    hl_carried_copy(&c->kept.carried, &c->manifest->carried);
    hl_progress_start(&r.progress, "images", c->manifest->n);
    const int status = hl_ordered_map(c->manifest->n, c->jobs, work, emit, &r, e);
    if (status == 0)
        hl_progress_end(&r.progress);
    hl_remarks_warn(&r.remarks);
    warn_of_depths(&r.depths);
    hl_sha256_end_text(r.digest, c->digest);
    hl_manifest_finish(&c->kept);
    hl_manifest_finish(&c->rejects.images);
    for (size_t i = 0; i < nslots; i++)
        free(r.slots[i].image);
    free(r.slots);
    return status;
}

void preprocess_conversion_free(preprocess_conversion *c)
{
    preprocess_spool_close(&c->spool);
    hl_manifest_free(&c->kept);
    hl_rejects_free(&c->rejects);
    hl_shard_free(&c->shard);
}
