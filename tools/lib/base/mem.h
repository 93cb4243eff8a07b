/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory allocation that does not return NULL. Sizes that come from input are validated before they
 * get here, so a failed allocation means that the machine is out of memory: one line is printed,
 * the functions registered with hl_at_end run, and the process exits with status 1.
 *
 *   float *row = hl_malloc(n, sizeof *row);
 *   free(row);
 */
#ifndef HILUM_BASE_MEM_H
#define HILUM_BASE_MEM_H

#include <stddef.h>

void *hl_malloc(size_t n, size_t size);           /* n * size bytes; an overflow is a failure */
void *hl_calloc(size_t n, size_t size);           /* zeroed */
void *hl_realloc(void *p, size_t n, size_t size); /* p may be NULL */
void *hl_aligned(size_t n, size_t size);          /* hl_malloc at the start of a cache line */
char *hl_strdup(const char *s);
char *hl_strndup(const char *s, size_t len); /* copies len bytes and appends a NUL */

/* Registers a function that removes unfinished output when the process exits or runs out of memory;
 * the last one registered runs first. At most four. */
void hl_at_end(void (*clean)(void));

/* From now on, running out of memory ends this process at once with status HL_MEM_STATUS, without a
 * message and without exit handlers: for child processes that share files with their parent. */
enum { HL_MEM_STATUS = 3 };
void hl_mem_end_at_once(void);

/* Where the address space is limited (ulimit -v): exits as hl_malloc does if `bytes` more of it are
 * not available. For libraries that crash when an allocation fails. */
void hl_mem_expect(size_t bytes);

#endif
