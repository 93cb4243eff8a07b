/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory. Sizes that come from input are validated before they get here, so a failed allocation
 * means that the machine is out of memory: these print one line, do what hl_at_end asked for and
 * end the process with status 1.
 */
#ifndef HILUM_BASE_MEM_H
#define HILUM_BASE_MEM_H

#include <stddef.h>

void *hl_malloc(size_t n, size_t size);           /* n * size bytes, overflow checked */
void *hl_calloc(size_t n, size_t size);           /* the same, zeroed */
void *hl_realloc(void *p, size_t n, size_t size); /* the same, resized */
void *hl_aligned(size_t n, size_t size); /* the same as hl_malloc, at the start of a cache line */
char *hl_strdup(const char *s);
char *hl_strndup(const char *s, size_t len);

/* Something that removes what is unfinished, when the process ends by exit or for want of memory.
 */
void hl_at_end(void (*clean)(void));

/* From here on running out of memory ends this process with HL_MEM_STATUS at once, without a word
 * and without what exit does: for children that share files with a parent. */
enum { HL_MEM_STATUS = 3 };
void hl_mem_end_at_once(void);

/* Where the address space is limited (ulimit -v): ends the program as hl_malloc does if this much
 * of it cannot be had. For what does not bear to be refused memory itself. */
void hl_mem_expect(size_t bytes);

#endif
