/* SPDX-License-Identifier: BSD-2-Clause */
#include "denormals.h"

#ifdef __SSE2__
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

void net_flush_denormals(void)
{
#ifdef __SSE2__
    /* As results, and as operands. */
    _mm_setcsr(_mm_getcsr() | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON);
#endif
}
