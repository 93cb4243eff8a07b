/* SPDX-License-Identifier: BSD-2-Clause */
/* A progress line with rate and time left. */
#ifndef HILUM_BASE_PROGRESS_H
#define HILUM_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Progress of a long loop: a line that rewrites itself on a terminal (bar, done, total, rate, time
 * left), a plain line at most every 10 seconds elsewhere. Other lines take its place until it is
 * drawn again. Call from one thread.
 */
typedef struct hl_progress {
    const char *what; /* unit, e.g. "images"; kept by reference */
    size_t total, done;
    double started, shown; /* seconds */
    bool terminal, part;
} hl_progress;

void hl_progress_start(hl_progress *p, const char *what, size_t total);
/* For a part of a loop that tells of itself when it is done: on a terminal only, and without the
 * last word. */
void hl_progress_start_part(hl_progress *p, const char *what, size_t total);
void hl_progress_add(hl_progress *p, size_t n);
void hl_progress_end(hl_progress *p); /* says how many, how long and how fast */

#endif
