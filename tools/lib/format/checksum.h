/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seal of a text: the SHA-256 of all bytes before it, at its end, so that a reader notices any
 * byte that has changed since. A table has it as its last line,
 *
 *   #sha256<TAB>hex
 *
 * and a JSON object that is written with an indent of 2 as its last member, "sha256". A text that
 * somebody made by hand need not have one.
 */
#ifndef HILUM_FORMAT_CHECKSUM_H
#define HILUM_FORMAT_CHECKSUM_H

#include "base/error.h"
#include "base/strbuf.h"

/* Seals what was added from the byte `from` on. */
void hl_checksum_add_line(hl_strbuf *t, size_t from);
void hl_checksum_add_member(hl_strbuf *t); /* ends in "\n}\n" */

/* Takes the seal off text[0 .. *len - 1] and compares; a table without one is left as it is. */
int hl_checksum_strip_line(char *text, size_t *len, const char *name, hl_err *e);

/* Whether the seal at the end of a JSON text is there and right. */
typedef enum hl_checksum { HL_CHECKSUM_NONE, HL_CHECKSUM_VALID, HL_CHECKSUM_INVALID } hl_checksum;
hl_checksum hl_checksum_of_json(const char *text, size_t len);

#endif
