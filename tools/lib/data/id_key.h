/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pseudonyms for the identifiers of DICOM files: the first 16 hex digits of HMAC-SHA-256 under a
 * key that is kept apart from the results. Without the key, not even the identifiers of a short
 * list can be tried. Whoever has both can undo them.
 *
 *   hl_id_key key;
 *   if (hl_id_key_open(&key, NULL, &err)) ...
 *   hl_pseudonym_make(&key, HL_PSEUDONYM_PATIENT, id, issuer, name);
 */
#ifndef HILUM_DATA_ID_KEY_H
#define HILUM_DATA_ID_KEY_H

#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>

enum {
    HL_ID_KEY_LEAST = 16,   /* bytes of a key file, without blanks at its ends */
    HL_ID_KEY_MOST = 4096,  /* likewise */
    HL_PSEUDONYM_SIZE = 17, /* 16 hex digits and a NUL */
};

typedef struct hl_id_key {
    unsigned char bytes[HL_ID_KEY_MOST];
    size_t n;
} hl_id_key;

/* What a pseudonym stands for: equal texts of different kinds have different pseudonyms. */
#define HL_PSEUDONYM_PATIENT "patient"
#define HL_PSEUDONYM_STUDY "study"
#define HL_PSEUDONYM_IMAGE "image"
#define HL_PSEUDONYM_FILE "file"

/* Reads the key in a file. file NULL: $XDG_CONFIG_HOME/hilum/id-key or ~/.config/hilum/id-key,
 * which is made, with random bytes and for its owner alone, where it does not exist; a line in the
 * log says so. */
int hl_id_key_open(hl_id_key *k, const char *file, hl_err *e);

/* The pseudonym of two texts, the second of which may be "". Both are bytes of HMAC's message:
 * kind, text, with, each ended by a NUL. */
void hl_pseudonym_make(const hl_id_key *k, const char *kind, const char *text, const char *with,
                       char name[HL_PSEUDONYM_SIZE]);

/* A digest by which two results are known to have the same key. */
void hl_id_key_digest(const hl_id_key *k, char text[HL_DIGEST_SIZE]);

#endif
