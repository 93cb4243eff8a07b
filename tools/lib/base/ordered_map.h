/* SPDX-License-Identifier: BSD-2-Clause */
/* A parallel map whose results come out in order. */
#ifndef HILUM_BASE_ORDERED_MAP_H
#define HILUM_BASE_ORDERED_MAP_H

#include "base/error.h"

#include <stddef.h>

/*
 * hl_ordered_map runs work(ctx, i, slot) for i = 0 .. n-1 on `jobs` threads and
 * emit(ctx, i, slot) on the calling thread, in the order of i. A slot, below
 * hl_ordered_slots(jobs), names one of the caller's buffers; it is not reused before emit has
 * returned for it, so at most that many items are in memory at a time. emit may be NULL.
 *
 * The first work or emit, in the order of i, that returns non-zero stops the run: no later item is
 * emitted, its error is left in e, and -1 is returned. The outcome does not depend on timing.
 */
typedef int hl_work_fn(void *ctx, size_t i, size_t slot, hl_err *e);
typedef int hl_emit_fn(void *ctx, size_t i, size_t slot, hl_err *e);

size_t hl_ordered_slots(int jobs);
int hl_ordered_map(size_t n, int jobs, hl_work_fn *work, hl_emit_fn *emit, void *ctx, hl_err *e);

#endif
