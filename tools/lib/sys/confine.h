/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits for a child process that runs a library which damaged input may crash, occupy forever or
 * make allocate without end.
 *
 *   if ((child = fork()) == 0) {
 *       hl_confine();
 *       hl_confine_cpu(5);
 *       hl_confine_memory((size_t)512 << 20);
 *       ...
 *       _exit(0);
 *   }
 */
#ifndef HILUM_SYS_CONFINE_H
#define HILUM_SYS_CONFINE_H

#include "base/error.h"

#include <stddef.h>

/* The process dumps no core, signals end it, and running out of memory ends it at once, without the
 * parent's clean-up (hl_mem_end_at_once). */
void hl_confine(void);

/* CPU seconds from now on, after which SIGXCPU ends the process. */
void hl_confine_cpu(unsigned seconds);

/* Memory in bytes that the process may add to what it has. Not with sanitizers, which reserve too
 * much for such a limit. */
void hl_confine_memory(size_t bytes);

/* Turns the exit status of such a child into a message that begins with name; library is what
 * failed, as in "the HDF5 library". Returns -1. */
int hl_confine_report(const char *name, const char *library, int status, unsigned seconds,
                      hl_err *e);

#endif
