/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors. Every function of libhilum that can fail returns 0 on success and -1 on failure; on
 * failure it fills an hl_err with one line, "FILE: expected X, found Y". Only main() prints the
 * message and exits.
 *
 *   if (rows != labels)
 *       return hl_fail(e, "%s: expected %zu rows, found %zu", file, labels, rows);
 */
#ifndef HILUM_BASE_ERROR_H
#define HILUM_BASE_ERROR_H

#include <stddef.h>

typedef struct hl_err {
    char msg[1024];
} hl_err;

/*
 * Formats a message into e, which may be NULL, and evaluates to -1; a macro, so that the compiler
 * knows the value. The message becomes one line (see hl_one_line) and is truncated if it is too
 * long.
 */
#define hl_fail(...) (hl_error_set(__VA_ARGS__), hl_failed())

/* hl_fail for a failed system call: appends ": " and strerror(errno). */
#define hl_fail_errno(...) (hl_error_set_errno(__VA_ARGS__), hl_failed())

/* Puts "PREFIX: " before the message already in e; returns -1. */
int hl_fail_in(hl_err *e, const char *prefix);

/* The message without its leading "FILE: ", or all of it if it does not begin that way. */
const char *hl_reason_within(const hl_err *e, const char *file);

/* Copies the first error among n, all zeroed beforehand, to e and returns -1; returns 0 if none was
 * set. */
int hl_first_error(const hl_err *errors, size_t n, hl_err *e);

static inline int hl_failed(void)
{
    return -1;
}
void hl_error_set(hl_err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void hl_error_set_errno(hl_err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Replaces, in place, each control character and each byte that is not UTF-8 by '?'. For any text
 * from a file that is shown on a terminal; page/escape.h does the same for pages. */
void hl_one_line(char *s);

#endif
