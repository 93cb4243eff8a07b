/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading JSON objects strictly, by jansson. `file` is for messages:
 * "metrics.json: 'accuracy': expected a number". What a getter returns belongs to the object.
 */
#ifndef HILUM_FORMAT_JSON_H
#define HILUM_FORMAT_JSON_H

#include "base/error.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Reads a file (NULL or "-": standard input) that holds one object; no key may stand twice. The
 * caller releases it with json_decref. NULL on failure. */
json_t *hl_json_read(const char *path, const char **file, hl_err *e);

/* A member that must be there and of that type; NULL on failure. */
const json_t *hl_json_list(const json_t *o, const char *file, const char *key, hl_err *e);
const json_t *hl_json_object(const json_t *o, const char *file, const char *key, hl_err *e);
const char *hl_json_text(const json_t *o, const char *file, const char *key, hl_err *e);

/* Numbers, always finite; hl_json_real_or_null takes null for NaN, where a value may be undefined.
 */
int hl_json_real(const json_t *o, const char *file, const char *key, double *out, hl_err *e);
int hl_json_real_or_null(const json_t *o, const char *file, const char *key, double *out,
                         hl_err *e);
int hl_json_count(const json_t *o, const char *file, const char *key, uint64_t *out, hl_err *e);

/* Fails where a text, true or false is anywhere below a member; one that is missing is fine. For
 * objects and lists of figures, which are looked up one by one later. */
int hl_json_numbers(const json_t *o, const char *file, const char *key, hl_err *e);

/* A number, or null where it is not finite: JSON has no NaN. */
json_t *hl_json_of_real(double v);

/* A number up to 2^53, beyond it a text of its digits: many readers of JSON hold numbers as double,
 * and jansson has none above 2^63. For seeds, which may be any. */
json_t *hl_json_of_u64(uint64_t v);

/* Indented by 2, 17 digits, a line feed at the end. A failed write shows in ferror(fp). */
int hl_json_write(const json_t *o, FILE *fp, hl_err *e);

#endif
