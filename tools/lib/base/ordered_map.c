/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ordered_map.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* With several slots per thread, one slow item does not leave the other threads idle at once. */
enum { SLOTS_PER_JOB = 4 };

typedef struct item {
    bool done, failed;
    hl_err err;
} item;

typedef struct shared_state {
    pthread_mutex_t lock;
    pthread_cond_t freed, finished;
    size_t n, slots;
    size_t started; /* items given to a thread */
    size_t emitted; /* items whose slot is free again */
    bool stop;
    item *items; /* by slot */
    hl_work_fn *work;
    void *ctx;
} shared_state;

size_t hl_ordered_slots(int jobs)
{
    return (size_t)jobs * SLOTS_PER_JOB;
}

static void *worker(void *arg)
{
    shared_state *b = arg;
    pthread_mutex_lock(&b->lock);
    for (;;) {
        while (!b->stop && b->started < b->n && b->started - b->emitted >= b->slots)
            pthread_cond_wait(&b->freed, &b->lock);
        if (b->stop || b->started >= b->n)
            break;
        const size_t i = b->started++;
        const size_t slot = i % b->slots;
        pthread_mutex_unlock(&b->lock);
        item result = {.done = true};
        result.failed = b->work(b->ctx, i, slot, &result.err) != 0;
        pthread_mutex_lock(&b->lock);
        b->items[slot] = result;
        if (i == b->emitted)
            pthread_cond_signal(&b->finished);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* On the calling thread: waits for the items in order and emits them. */
static int emit_all(shared_state *b, hl_emit_fn *emit, hl_err *e)
{
    int status = 0;
    pthread_mutex_lock(&b->lock);
    while (status == 0 && b->emitted < b->n) {
        const size_t i = b->emitted;
        item *it = &b->items[i % b->slots];
        while (!it->done)
            pthread_cond_wait(&b->finished, &b->lock);
        if (it->failed) {
            if (e)
                *e = it->err;
            status = -1;
            break;
        }
        it->done = false;
        pthread_mutex_unlock(&b->lock);
        status = emit && emit(b->ctx, i, i % b->slots, e) ? -1 : 0;
        pthread_mutex_lock(&b->lock);
        b->emitted++;
        pthread_cond_broadcast(&b->freed);
    }
    b->stop = true;
    pthread_cond_broadcast(&b->freed);
    pthread_mutex_unlock(&b->lock);
    return status;
}

int hl_ordered_map(size_t n, int jobs, hl_work_fn *work, hl_emit_fn *emit, void *ctx, hl_err *e)
{
    shared_state b = {.n = n, .slots = hl_ordered_slots(jobs), .work = work, .ctx = ctx};
    pthread_mutex_init(&b.lock, NULL);
    pthread_cond_init(&b.freed, NULL);
    pthread_cond_init(&b.finished, NULL);
    b.items = hl_calloc(b.slots, sizeof *b.items);
    pthread_t *threads = hl_calloc((size_t)jobs, sizeof *threads);
    int started = 0;
    while (started < jobs && pthread_create(&threads[started], NULL, worker, &b) == 0)
        started++;
    int status;
    if (started == 0)
        status = hl_fail(e, "cannot start a thread");
    else
        status = emit_all(&b, emit, e);
    for (int t = 0; t < started; t++)
        pthread_join(threads[t], NULL);
    free(threads);
    free(b.items);
    pthread_cond_destroy(&b.finished);
    pthread_cond_destroy(&b.freed);
    pthread_mutex_destroy(&b.lock);
    return status;
}
