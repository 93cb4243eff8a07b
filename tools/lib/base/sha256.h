/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256, computed by libcrypto. As text, a digest is "sha256:" and 64 lower-case hex digits.
 *
 *   hl_sha256 *s = hl_sha256_new();
 *   hl_sha256_add(s, bytes, len);
 *   hl_sha256_end_text(s, text);
 */
#ifndef HILUM_BASE_SHA256_H
#define HILUM_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>

enum { HL_DIGEST_SIZE = 7 + 64 + 1 }; /* "sha256:" hex NUL */

typedef struct hl_sha256 hl_sha256;

hl_sha256 *hl_sha256_new(void);
void hl_sha256_add(hl_sha256 *s, const void *bytes, size_t len);
void hl_sha256_end(hl_sha256 *s, unsigned char raw[32]);          /* frees s */
void hl_sha256_end_text(hl_sha256 *s, char text[HL_DIGEST_SIZE]); /* frees s */
void hl_sha256_free(hl_sha256 *s); /* abandons a digest; NULL is allowed */

/* Whether a text has the form of a digest. */
bool hl_digest_is_text(const char *text);

/* The digest of len bytes. */
void hl_digest_bytes(const void *bytes, size_t len, char text[HL_DIGEST_SIZE]);

/* HMAC-SHA-256 (RFC 2104) of len bytes. */
void hl_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
                    unsigned char raw[32]);

#endif
