/* SPDX-License-Identifier: BSD-2-Clause */
/* Macros shared by all widths of vector_any.h. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE static inline __attribute__((always_inline)) SIMD
