/* SPDX-License-Identifier: BSD-2-Clause */
#include "sampler.h"

#include "base/mem.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>

static void start_pass(train_sampler *s)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "train/shuffle/%zu", ++s->pass);
    hl_rng r = hl_rng_make(s->seed, purpose);
    uint32_t *order = hl_malloc(s->n, sizeof *order);
    for (size_t i = 0; i < s->n; i++)
        order[i] = (uint32_t)i;
    hl_rng_shuffle(&r, order, s->n);
    for (size_t i = 0; i < s->n; i++)
        s->rows[i] = order[i];
    s->drawn = 0;
    free(order);
}

void train_sampler_init(train_sampler *s, size_t n, uint64_t seed)
{
    *s = (train_sampler){.rows = hl_malloc(n, sizeof *s->rows), .n = n, .drawn = n, .seed = seed};
}

void train_sampler_free(train_sampler *s)
{
    free(s->rows);
    *s = (train_sampler){0};
}

size_t train_sampler_next_batch(train_sampler *s, size_t most, const int64_t **rows)
{
    if (s->drawn == s->n)
        start_pass(s);
    const size_t n = s->n - s->drawn < most ? s->n - s->drawn : most;
    *rows = s->rows + s->drawn;
    s->drawn += n;
    return n;
}

void train_sampler_seek(train_sampler *s, size_t pass, size_t drawn)
{
    s->pass = pass - 1;
    start_pass(s);
    s->drawn = drawn;
}
