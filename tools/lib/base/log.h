/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages on stderr, one line each: "TOOL: message". */
#ifndef HILUM_BASE_LOG_H
#define HILUM_BASE_LOG_H

#include <stdbool.h>

void hl_log_name(const char *tool); /* prefix of every line; kept by reference */
void hl_log_quiet(bool quiet);      /* -q: suppresses hl_log_info and progress */

void hl_log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* For progress.h: a line on the terminal that overwrites itself and stays until the next message or
 * hl_log_erase. */
bool hl_log_is_quiet(void);
void hl_log_draw(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hl_log_erase(void);

#endif
