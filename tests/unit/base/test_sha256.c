/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 against the test vectors of FIPS 180-4 and NIST's examples. */
#include "base/sha256.h"
#include "helpers.h"

static const char of_nothing[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char of_million_a[] =
    "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void published_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *digest;
    } vectors[] = {
        {"", of_nothing},
        {"abc", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
         "m"
         "nopqrsmnopqrstnopqrstu",
         "sha256:cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    for (size_t i = 0; i < COUNT(vectors); i++) {
        char text[HL_DIGEST_SIZE];
        hl_digest_bytes(vectors[i].text, strlen(vectors[i].text), text);
        assert_string_equal(text, vectors[i].digest);
    }
}

static void a_million_in_odd_pieces(void **state)
{
    (void)state;
    char piece[999], text[HL_DIGEST_SIZE];
    memset(piece, 'a', sizeof piece);
    hl_sha256 *s = hl_sha256_new();
    for (size_t left = 1000000; left;) {
        const size_t n = left < sizeof piece ? left : sizeof piece;
        hl_sha256_add(s, piece, n);
        left -= n;
    }
    hl_sha256_add(s, piece, 0);
    hl_sha256_end_text(s, text);
    assert_string_equal(text, of_million_a);
}

static void raw_is_the_same_as_text(void **state)
{
    (void)state;
    unsigned char raw[32];
    hl_sha256_end(hl_sha256_new(), raw);
    assert_int_equal(raw[0], 0xe3);
    assert_int_equal(raw[31], 0x55);
}

/* RFC 4231, test cases 1, 2 and 6: a key of 20 bytes, a short one, one longer than a block. */
static void hmac_vectors(void **state)
{
    (void)state;
    static const unsigned char k20[20] = {0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
                                          0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
                                          0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b};
    unsigned char k131[131];
    memset(k131, 0xaa, sizeof k131);
    const struct {
        const void *key;
        size_t len;
        const char *text, *digest;
    } vectors[] = {
        {k20, sizeof k20, "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", 4, "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {k131, sizeof k131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < COUNT(vectors); i++) {
        unsigned char raw[32];
        char hex[65];
        hl_hmac_sha256(vectors[i].key, vectors[i].len, vectors[i].text, strlen(vectors[i].text),
                       raw);
        for (int j = 0; j < 32; j++)
            snprintf(hex + 2 * j, 3, "%02x", raw[j]);
        assert_string_equal(hex, vectors[i].digest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors),
        cmocka_unit_test(a_million_in_odd_pieces),
        cmocka_unit_test(raw_is_the_same_as_text),
        cmocka_unit_test(hmac_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
