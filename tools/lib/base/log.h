/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of a tool on stderr, "TOOL: message", one line each. */
#ifndef HILUM_BASE_LOG_H
#define HILUM_BASE_LOG_H

#include <stdbool.h>

void hl_log_name(const char *tool); /* the name before every line; kept by reference */
void hl_log_quiet(bool quiet);      /* -q: hl_log_info and progress say nothing */

void hl_log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line on the terminal that rewrites itself, for progress.h: it stays until the next message or
 * hl_log_erase. */
bool hl_log_is_quiet(void);
void hl_log_draw(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_erase(void);

#endif
