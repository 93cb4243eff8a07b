/* SPDX-License-Identifier: BSD-2-Clause */
/* What a tool says on stderr: "TOOL: message", one line each; and its progress. */
#ifndef HILUM_BASE_LOG_H
#define HILUM_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

void hl_log_name(const char *tool); /* the name before every line; kept by reference */
void hl_log_quiet(bool quiet);      /* -q: hl_log_info and progress say nothing */

void hl_log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

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

double hl_now(void); /* seconds on a clock that never jumps */

#endif
