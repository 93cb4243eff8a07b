/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of training samples: one shuffled pass over all of them after another. */
#ifndef HILUM_TRAIN_HEAD_SAMPLER_H
#define HILUM_TRAIN_HEAD_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

typedef struct train_sampler {
    int64_t *rows; /* [n], the order of the current pass */
    size_t n;
    size_t pass;  /* from 1; 0 before the first */
    size_t drawn; /* rows used of this pass */
    uint64_t seed;
} train_sampler;

/* The order of pass t is hl_rng_shuffle of 0 .. n-1 by hl_rng_make(seed, "train/shuffle/t"). */
void train_sampler_init(train_sampler *s, size_t n, uint64_t seed);
void train_sampler_free(train_sampler *s);

/* Gives up to `most` rows, all from one pass, and returns their number. *rows is valid until the
 * next call. */
size_t train_sampler_next_batch(train_sampler *s, size_t most, const int64_t **rows);

/* Restores the state in which `drawn` rows of a pass (from 1) had been used. */
void train_sampler_seek(train_sampler *s, size_t pass, size_t drawn);

#endif
