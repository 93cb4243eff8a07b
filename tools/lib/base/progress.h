/* SPDX-License-Identifier: BSD-2-Clause */
/* Progress of a long loop, with its rate and the time left. */
#ifndef HILUM_BASE_PROGRESS_H
#define HILUM_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * On a terminal, a line that overwrites itself (bar, done, total, rate, time left); elsewhere, a
 * plain line at most every 10 seconds. Messages (log.h) replace the line until it is drawn again.
 * Call from one thread.
 *
 *   hl_progress p;
 *   hl_progress_start(&p, "images", n);
 *   for (size_t i = 0; i < n; i++)
 *       hl_progress_add(&p, 1);
 *   hl_progress_end(&p);
 */
typedef struct hl_progress {
    const char *unit; /* kept by reference */
    size_t total, done;
    double started, shown; /* times, in seconds */
    bool terminal, part;
} hl_progress;

void hl_progress_start(hl_progress *p, const char *unit, size_t total);

/* For one part of a loop that reports on itself, such as an epoch: shown on a terminal only, and
 * without a summary. */
void hl_progress_start_part(hl_progress *p, const char *unit, size_t total);

void hl_progress_add(hl_progress *p, size_t n);
void hl_progress_end(hl_progress *p); /* reports the number, the time and the rate */

#endif
