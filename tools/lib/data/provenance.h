/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Provenance: the programs that made a file, from the first to the last, as in the @PG lines of SAM
 * files. It is a JSON list with an entry for each program:
 *
 *   {"tool": "train-head", "version": "0.1.0", "options": "--neurons 256 --lr 0.001 ...",
 *    "inputs": {"features": "sha256:..."}}
 *
 * options holds the effective values of all options that change the result, inputs the digest of
 * each input. There is no time, host or path in it, so that equal inputs and options give an equal
 * provenance. A training that was ended by Ctrl-C also has "interrupted", the number of completed
 * epochs.
 */
#ifndef HILUM_DATA_PROVENANCE_H
#define HILUM_DATA_PROVENANCE_H

#include "base/error.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "sys/cli.h"

#include <stdbool.h>

typedef struct hl_input {
    const char *role, *digest;
} hl_input;

/* Appends this tool's entry to the provenance of its input (a JSON list; NULL for none). The caller
 * frees *provenance. */
int hl_provenance_extend(char **provenance, const char *ancestors, const hl_cli *cli,
                         const hl_input *inputs, size_t n, hl_err *e);

/* Copies a provenance and marks the last program as interrupted by the user after this number of
 * epochs. The caller frees *marked. */
int hl_provenance_mark_interrupted(char **marked, const char *provenance, size_t epochs, hl_err *e);

/* If is_old, warns that the recorded identity of an input does not cover its data, which is so for
 * tensor files of hilum 0.1.0 (see hl_tf_id_covers_data). */
void hl_provenance_warn_old_id(const char *role, bool is_old);

/* Fails unless the text is a provenance. file is for the message. */
int hl_provenance_check(const char *provenance, const char *file, hl_err *e);

/* Merges the provenance of two inputs; entries of both appear once. The caller frees *provenance.
 */
int hl_provenance_join(char **provenance, const char *a, const char *b, hl_err *e);

/* hl_provenance_extend with two ancestors, which are merged. */
int hl_provenance_extend_joined(char **provenance, const char *a, const char *b, const hl_cli *cli,
                                const hl_input *inputs, size_t n, hl_err *e);

/* Looks up the digest of an input in the last entry of a tool; "" if there is no such tool or
 * input. */
int hl_provenance_input(const char *provenance, const char *tool, const char *role,
                        char digest[HL_DIGEST_SIZE], hl_err *e);

/* Compares two provenances. If they differ, in_a and in_b describe the first difference, such as
 * "train-head --neurons 16" and "train-head --neurons 8"; "nothing" if one has ended. */
bool hl_provenance_differs(const char *a, const char *b, hl_strbuf *in_a, hl_strbuf *in_b);

/* Whether the last entry of a tool has this option with this value, a word without blanks. */
bool hl_provenance_has_option(const char *provenance, const char *tool, const char *option,
                              const char *value);

/* Whether the program that made a file with the provenance `ancestor` is among those of
 * `provenance`. Unlike identities, this also holds for files whose last digits differ. */
bool hl_provenance_descends_from(const char *provenance, const char *ancestor);

/* Whether any program has read an input with this role and digest. */
bool hl_provenance_has_input(const char *provenance, const char *role, const char *digest);

#endif
