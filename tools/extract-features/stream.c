/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "format/convert.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct slot {
    uint8_t *images;
    float *features;
    void *stored; /* features in the file's type; the same memory for F32 */
} slot;

/* Makes the threads do something in the order of the batches. */
typedef struct turns {
    pthread_mutex_t lock;
    pthread_cond_t next;
    size_t turn;
} turns;

typedef struct stream {
    hl_samples *in;
    nn_extractor *x;
    const char *model;
    hl_tf_writer *out;
    hl_dtype type; /* of the file */
    size_t batch, width;
    slot *slots;
    hl_progress progress;
    double reading, writing;  /* seconds */
    turns to_read, to_digest; /* two, so that a batch is hashed while the next one is read */
    atomic_bool is_broken;
} stream;

static size_t rows_of(const stream *s, size_t i)
{
    const size_t left = s->in->n - i * s->batch;
    return left < s->batch ? left : s->batch;
}

static void await_turn(turns *t, size_t i)
{
    pthread_mutex_lock(&t->lock);
    while (t->turn != i)
        pthread_cond_wait(&t->next, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

static void end_turn(turns *t)
{
    pthread_mutex_lock(&t->lock);
    t->turn++;
    pthread_cond_broadcast(&t->next);
    pthread_mutex_unlock(&t->lock);
}

static int read_batch(stream *s, uint8_t *images, size_t bytes, hl_err *e)
{
    if (s->is_broken)
        return hl_fail(e, "%s: an earlier batch failed", hl_tf_name(s->in->file));
    const double started = hl_now();
    const int status = hl_tf_read_unverified(s->in->file, images, bytes, e);
    s->reading += hl_now() - started;
    return status;
}

static int read_in_turn(stream *s, size_t i, uint8_t *images, hl_err *e)
{
    const size_t bytes = rows_of(s, i) * s->in->row_bytes;
    await_turn(&s->to_read, i);
    const int status = read_batch(s, images, bytes, e);
    if (status)
        s->is_broken = true;
    end_turn(&s->to_read);
    await_turn(&s->to_digest, i);
    if (!s->is_broken)
        hl_tf_add_to_digest(s->in->file, images, bytes);
    end_turn(&s->to_digest);
    return status;
}

static const char *sample_of(const stream *s, size_t i, size_t value)
{
    return s->in->manifest.samples[i * s->batch + value / s->width].path;
}

static int check_finite(const stream *s, size_t i, const float *v, hl_err *e)
{
    const size_t n = rows_of(s, i) * s->width, k = hl_first_beyond(v, n, INFINITY);
    return k == n ? 0
                  : hl_fail(e,
                            "%s: sample '%s': a feature is not finite: expected weights of %s that "
                            "suit the images",
                            hl_tf_name(s->in->file), sample_of(s, i, k), s->model);
}

/* Converts to the file's type. The largest F16 is 65,504; values from 65,520 on would be infinite.
 */
static int convert(const stream *s, size_t i, slot *to, hl_err *e)
{
    const size_t n = rows_of(s, i) * s->width;
    if (to->stored == to->features)
        return 0;
    const size_t k = s->type == HL_F16 ? hl_first_beyond(to->features, n, 65520) : n;
    if (k < n)
        return hl_fail(e, "%s: sample '%s': the feature %g does not fit --store f16",
                       hl_tf_name(s->in->file), sample_of(s, i, k), (double)to->features[k]);
    hl_from_f32(s->type, to->features, n, to->stored);
    return 0;
}

static void allocate(const stream *s, slot *to)
{
    to->images = hl_malloc(s->batch, s->in->row_bytes);
    to->features = hl_malloc(s->batch * s->width, sizeof *to->features);
    to->stored =
        s->type == HL_F32 ? to->features : hl_malloc(s->batch * s->width, hl_dtype_size(s->type));
}

static int work(void *ctx, size_t i, size_t at, hl_err *e)
{
    stream *s = ctx;
    slot *to = &s->slots[at];
    if (!to->images)
        allocate(s, to);
    return read_in_turn(s, i, to->images, e) ||
                   nn_extractor_run(s->x, to->images, rows_of(s, i), (int)s->in->payload.shape[3],
                                    to->features, e) ||
                   check_finite(s, i, to->features, e) || convert(s, i, to, e)
               ? -1
               : 0;
}

static int emit(void *ctx, size_t i, size_t at, hl_err *e)
{
    stream *s = ctx;
    const double started = hl_now();
    if (hl_tf_write(s->out, s->slots[at].stored, rows_of(s, i) * s->width * hl_dtype_size(s->type),
                    e))
        return -1;
    s->writing += hl_now() - started;
    hl_progress_add(&s->progress, rows_of(s, i));
    return 0;
}

/* Reports how busy each concurrent activity was: the busiest limits the speed. */
static void report_utilisation(stream *s)
{
    const double all = hl_now() - s->progress.started;
    hl_progress_end(&s->progress);
    hl_log_info("of this time, the network ran %.0f %%, images were read %.0f %% and features "
                "written %.0f %%",
                100 * nn_extractor_busy(s->x) / all, 100 * s->reading / all,
                100 * s->writing / all);
}

int extract_stream(hl_samples *in, nn_extractor *x, const char *model, size_t batch, hl_dtype type,
                   hl_tf_writer *out, hl_err *e)
{
    const int workers = (int)nn_extractor_workers(x);
    const size_t nslots = hl_ordered_slots(workers);
    stream s = {.in = in,
                .x = x,
                .model = model,
                .out = out,
                .type = type,
                .batch = batch,
                .width = nn_extractor_width(x),
                .slots = hl_calloc(nslots, sizeof *s.slots),
                .to_read = {.lock = PTHREAD_MUTEX_INITIALIZER, .next = PTHREAD_COND_INITIALIZER},
                .to_digest = {.lock = PTHREAD_MUTEX_INITIALIZER, .next = PTHREAD_COND_INITIALIZER}};
    hl_progress_start(&s.progress, "images", in->n);
    const size_t batches = (in->n + s.batch - 1) / s.batch;
    const int status = hl_ordered_map(batches, workers, work, emit, &s, e);
    if (status == 0)
        report_utilisation(&s);
    for (size_t i = 0; i < nslots; i++) {
        free(s.slots[i].images);
        if (s.slots[i].stored != s.slots[i].features)
            free(s.slots[i].stored);
        free(s.slots[i].features);
    }
    free(s.slots);
    return status;
}
