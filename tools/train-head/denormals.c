/* SPDX-License-Identifier: BSD-2-Clause */
#include "denormals.h"

#if defined __SSE2__
#include <pmmintrin.h>
#include <xmmintrin.h>
#elif defined __aarch64__
#include <stdint.h>
#endif

void train_flush_denormals(void)
{
    /* Flush denormal results, and treat denormal operands as 0. */
#if defined __SSE2__
    _mm_setcsr(_mm_getcsr() | _MM_FLUSH_ZERO_ON | _MM_DENORMALS_ZERO_ON);
#elif defined __aarch64__
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    fpcr |= UINT64_C(1) << 24; /* FZ */
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr));
#endif
}
