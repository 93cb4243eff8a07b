/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256, by libcrypto. Digests are written "sha256:" and 64 lower-case hex digits. */
#ifndef HILUM_BASE_SHA256_H
#define HILUM_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>

enum { HL_DIGEST_SIZE = 7 + 64 + 1 }; /* "sha256:" hex NUL */

typedef struct hl_sha256 hl_sha256;

hl_sha256 *hl_sha256_new(void);
void hl_sha256_add(hl_sha256 *s, const void *bytes, size_t len);
void hl_sha256_end(hl_sha256 *s, unsigned char raw[32]);          /* and frees s */
void hl_sha256_end_text(hl_sha256 *s, char text[HL_DIGEST_SIZE]); /* and frees s */
void hl_sha256_free(hl_sha256 *s);                                /* unused; NULL is fine */

/* Whether a text is a digest as it is written here. */
bool hl_digest_is_text(const char *text);

void hl_digest_bytes(const void *bytes, size_t len, char text[HL_DIGEST_SIZE]);

#endif
