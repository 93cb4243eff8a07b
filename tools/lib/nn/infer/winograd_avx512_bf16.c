/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef __x86_64__

#include "nn/infer/vector_avx512.h"

#include <stdint.h>

INLINE __m512 load_bf16(const uint16_t *p)
{
    const __m512i bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i_u *)p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(bits, 16));
}

/* Rounds to the nearest, ties to even; a NaN stays one. By integers, since not every CPU with
 * AVX-512 has the instruction for it. */
INLINE void store_bf16(uint16_t *p, __m512 v)
{
    const __m512i bits = _mm512_castps_si512(v),
                  odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1)),
                  rounded =
                      _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    const __m512i kept = _mm512_mask_mov_epi32(rounded, nan, _mm512_set1_epi32(0x7fc00000));
    _mm256_storeu_si256((__m256i_u *)p, _mm512_cvtepi32_epi16(_mm512_srli_epi32(kept, 16)));
}

#define KERNELS nn_winograd_avx512_bf16
#define VALUE uint16_t
#define M_LOAD load_bf16
#define M_STORE store_bf16
#include "nn/infer/winograd_simd.h"

#endif
