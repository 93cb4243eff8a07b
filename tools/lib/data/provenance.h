/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Provenance: the chain of programs that made a file, as @PG does in SAM files. It is a JSON list;
 * each entry is
 *
 *   {"tool": "train-head", "version": "0.1.0", "options": "--neurons 256 --lr 0.001 ...",
 *    "inputs": {"features": "sha256:..."}}
 *
 * with the live values of all options that change the result, and the digest of each input. There
 * is no time, host or path in it: the same inputs and options give the same chain. A training that
 * was ended by Ctrl-C has "interrupted" as well, the number of epochs that were run.
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

/* ancestors (a JSON list, or NULL for none) plus this tool's entry. The caller frees the result. */
int hl_provenance_extend(char **chain, const char *ancestors, const hl_cli *cli,
                         const hl_input *inputs, size_t n, hl_err *e);

/* The same chain, with the last program marked as ended early by its user: its entry gets
 * "interrupted", the number of epochs that it ran. The caller frees the result. */
int hl_provenance_mark_interrupted(char **marked, const char *chain, size_t epochs, hl_err *e);

/* Warns that an input was recorded by an identity that does not cover its data, if so: that of a
 * tensor file of 0.1.0 (see hl_tf_id_covers_data). */
void hl_provenance_warn_old_id(const char *role, bool is_old);

/* Whether it is a chain at all; file is for the message. */
int hl_provenance_check(const char *chain, const char *file, hl_err *e);

/* Both ancestries, entries that they share once, for a tool with two inputs. */
int hl_provenance_join(char **chain, const char *a, const char *b, hl_err *e);

/* Digest of an input of the last entry of a tool, "" where there is no such tool or input. */
int hl_provenance_input(const char *chain, const char *tool, const char *role,
                        char digest[HL_DIGEST_SIZE], hl_err *e);

/* Whether two chains differ, and what each says at the first place where they do, such as
 * "train-head --neurons 16" and "train-head --neurons 8", or "nothing" where it has ended. */
bool hl_provenance_differs(const char *a, const char *b, hl_strbuf *in_a, hl_strbuf *in_b);

/* Whether the last entry of a tool states this option with this value, a word without blanks. */
bool hl_provenance_has_option(const char *chain, const char *tool, const char *option,
                              const char *value);

/* Whether the step that made a file of the chain `ancestor` is among those of `chain`. Two files of
 * one chain may differ in last digits, and so in their identities. */
bool hl_provenance_descends_from(const char *chain, const char *ancestor);

/* Whether some program of the chain has read an input of this role and digest. */
bool hl_provenance_has_input(const char *chain, const char *role, const char *digest);

#endif
