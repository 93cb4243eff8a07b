/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict reading of JSON objects, on top of jansson, and their writing. `file` is the name for
 * messages: "metrics.json: 'accuracy': expected a number, found none". The result of a getter
 * belongs to the object.
 *
 *   const char *file;
 *   json_t *o = hl_json_read(path, &file, e);
 *   if (!o || hl_json_real(o, file, "accuracy", &accuracy, e))
 *       ...
 *   json_decref(o);
 */
#ifndef HILUM_FORMAT_JSON_H
#define HILUM_FORMAT_JSON_H

#include "base/error.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Reads a file (NULL or "-": standard input) that contains one object, without repeated keys, and
 * verifies its checksum if it has one. The caller releases it with json_decref. NULL on failure. */
json_t *hl_json_read(const char *path, const char **file, hl_err *e);

/* A required member of the given type; NULL on failure. */
const json_t *hl_json_list(const json_t *o, const char *file, const char *key, hl_err *e);
const json_t *hl_json_object(const json_t *o, const char *file, const char *key, hl_err *e);
const char *hl_json_text(const json_t *o, const char *file, const char *key, hl_err *e);

/* Required finite numbers. hl_json_real_or_null returns NaN for null, for values that may be
 * undefined; hl_json_count requires a whole number of at least 0. */
int hl_json_real(const json_t *o, const char *file, const char *key, double *out, hl_err *e);
int hl_json_real_or_null(const json_t *o, const char *file, const char *key, double *out,
                         hl_err *e);
int hl_json_count(const json_t *o, const char *file, const char *key, uint64_t *out, hl_err *e);

/* Fails if a string, true or false appears at any depth below a member; a missing member passes.
 * For objects and lists of metrics that are looked up one by one later. */
int hl_json_numbers(const json_t *o, const char *file, const char *key, hl_err *e);

/* A number, or null if it is not finite, because JSON has no NaN. */
json_t *hl_json_of_real(double v);

/* A number up to 2^53, and a string of digits above it: many JSON readers store numbers as double,
 * and jansson has none above 2^63. For seeds, which may have any value. */
json_t *hl_json_of_u64(uint64_t v);

/* Writes the object with an indent of 2, reals with 17 digits, a checksum and a final line feed. A
 * failed write shows in ferror(fp). */
int hl_json_write(const json_t *o, FILE *fp, hl_err *e);

#endif
