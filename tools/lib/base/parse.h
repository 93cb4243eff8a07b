/* SPDX-License-Identifier: BSD-2-Clause */
/* Strict parsing of numbers. */
#ifndef HILUM_BASE_PARSE_H
#define HILUM_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* The entire string must be the number: no leading blanks, no trailing characters, no overflow, no
 * NaN or infinity. Otherwise they return false and leave *out alone. */
bool hl_parse_i64(const char *s, int64_t *out);
bool hl_parse_u64(const char *s, uint64_t *out);
bool hl_parse_f64(const char *s, double *out);

#endif
