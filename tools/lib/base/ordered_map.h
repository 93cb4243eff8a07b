/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordered work on several threads. */
#ifndef HILUM_BASE_ORDERED_MAP_H
#define HILUM_BASE_ORDERED_MAP_H

#include "base/error.h"

#include <stddef.h>

/*
 * Runs work(ctx, i, slot) for i = 0 .. n-1 on `jobs` threads, then emit(ctx, i, slot) on the
 * calling thread, in the order of i. slot < hl_ordered_slots(jobs) names one of the buffers that
 * the caller keeps; a slot is not handed out again before its emit has returned, so at most that
 * many items exist at any time, whatever n is. emit may be NULL.
 *
 * A work or emit that returns non-zero stops the run: no item after it is emitted, its error is
 * left in e and -1 is returned. The failing item reported is always the first in order, so the
 * outcome does not depend on timing.
 */
typedef int hl_work_fn(void *ctx, size_t i, size_t slot, hl_err *e);
typedef int hl_emit_fn(void *ctx, size_t i, size_t slot, hl_err *e);

size_t hl_ordered_slots(int jobs);
int hl_ordered_map(size_t n, int jobs, hl_work_fn *work, hl_emit_fn *emit, void *ctx, hl_err *e);

#endif
