/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_BASE_MIN_H
#define HILUM_BASE_MIN_H

#include <stddef.h>

static inline size_t hl_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
