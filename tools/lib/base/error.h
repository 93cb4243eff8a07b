/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors. Every function of libhilum that can fail returns 0 on success and -1 on failure, and on
 * failure has filled an hl_err with one line: "file: what is wrong: expected, found". Only main()
 * prints it and exits.
 */
#ifndef HILUM_BASE_ERROR_H
#define HILUM_BASE_ERROR_H

#include <stddef.h>

typedef struct hl_err {
    char msg[1024];
} hl_err;

/*
 * Fills e (which may be NULL) and is -1, so that callers write `return hl_fail(e, ...)`; a macro,
 * so that the compiler knows the value. Control characters in the result are shown as '?': one
 * error is one line.
 */
#define hl_fail(...) (hl_error_set(__VA_ARGS__), hl_failed())

/* The same for a failed system call: appends ": " and strerror(errno). */
#define hl_fail_errno(...) (hl_error_set_errno(__VA_ARGS__), hl_failed())

/* Puts "PREFIX: " before the message that is already there; returns -1. */
int hl_fail_in(hl_err *e, const char *prefix);

/* What stands in the message behind "FILE: ", or all of it. */
const char *hl_reason_within(const hl_err *e, const char *file);

/* Of several that were zeroed before: the first that was filled in, as e, and -1; else 0. */
int hl_first_error(const hl_err *errors, size_t n, hl_err *e);

static inline int hl_failed(void)
{
    return -1;
}
void hl_error_set(hl_err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void hl_error_set_errno(hl_err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* In place: each control character, and each byte that is not UTF-8, becomes '?'. For all text that
 * may come from files and is shown on a terminal; markup.h does the same for pages. */
void hl_one_line(char *s);

#endif
