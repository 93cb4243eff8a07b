/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sha256.h"

#include "base/log.h"
#include "base/mem.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hl_sha256 {
    EVP_MD_CTX *ctx;
};

/* libcrypto fails here only if it is out of memory or was built without SHA-256. */
static void expect(int ok)
{
    if (ok)
        return;
    hl_log_error("libcrypto cannot compute SHA-256");
    exit(1);
}

hl_sha256 *hl_sha256_new(void)
{
    hl_sha256 *s = hl_malloc(1, sizeof *s);
    s->ctx = EVP_MD_CTX_new();
    expect(s->ctx && EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL));
    return s;
}

void hl_sha256_add(hl_sha256 *s, const void *bytes, size_t len)
{
    expect(EVP_DigestUpdate(s->ctx, bytes, len));
}

void hl_sha256_end(hl_sha256 *s, unsigned char raw[32])
{
    expect(EVP_DigestFinal_ex(s->ctx, raw, NULL));
    EVP_MD_CTX_free(s->ctx);
    free(s);
}

void hl_sha256_end_text(hl_sha256 *s, char text[HL_DIGEST_SIZE])
{
    unsigned char raw[32];
    hl_sha256_end(s, raw);
    int n = snprintf(text, HL_DIGEST_SIZE, "sha256:");
    for (int i = 0; i < 32; i++)
        n += snprintf(text + n, 3, "%02x", raw[i]);
}

void hl_sha256_free(hl_sha256 *s)
{
    if (!s)
        return;
    EVP_MD_CTX_free(s->ctx);
    free(s);
}

bool hl_digest_is_text(const char *text)
{
    return strncmp(text, "sha256:", 7) == 0 && strlen(text) == HL_DIGEST_SIZE - 1 &&
           strspn(text + 7, "0123456789abcdef") == 64;
}

void hl_digest_bytes(const void *bytes, size_t len, char text[HL_DIGEST_SIZE])
{
    hl_sha256 *s = hl_sha256_new();
    hl_sha256_add(s, bytes, len);
    hl_sha256_end_text(s, text);
}

void hl_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
                    unsigned char raw[32])
{
    unsigned n = 0;
    expect(HMAC(EVP_sha256(), key, (int)key_len, bytes, len, raw, &n) && n == 32);
}
