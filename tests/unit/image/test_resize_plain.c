/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as test_resize.c, as on a processor without AVX2. */
#define HL_WITHOUT_AVX2
#include "../../../tools/lib/image/resize.c"

#include "test_resize.c"
