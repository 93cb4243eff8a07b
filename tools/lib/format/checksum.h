/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checksums of text files: the SHA-256 of all preceding bytes, at the end of the text, so that a
 * reader notices any byte that has changed. A table has it as its last line,
 *
 *   #sha256<TAB>hex
 *
 * and a JSON object written with an indent of 2 as its last member, "sha256". A text written by
 * hand need not have one.
 */
#ifndef HILUM_FORMAT_CHECKSUM_H
#define HILUM_FORMAT_CHECKSUM_H

#include "base/error.h"
#include "base/strbuf.h"

/* Append the checksum of t: of the bytes from `from` on, as a line; or of all of t, a JSON object
 * that ends in "\n}\n", as a member. */
void hl_checksum_add_line(hl_strbuf *t, size_t from);
void hl_checksum_add_member(hl_strbuf *t);

/* Removes the checksum line from text[0 .. *len - 1] and verifies it. A table without one is left
 * as it is. */
int hl_checksum_strip_line(char *text, size_t *len, const char *name, hl_err *e);

/* Whether a JSON text ends in a checksum, and whether it is right. */
typedef enum hl_checksum { HL_CHECKSUM_NONE, HL_CHECKSUM_VALID, HL_CHECKSUM_INVALID } hl_checksum;
hl_checksum hl_checksum_of_json(const char *text, size_t len);

#endif
