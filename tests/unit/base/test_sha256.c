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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors),
        cmocka_unit_test(a_million_in_odd_pieces),
        cmocka_unit_test(raw_is_the_same_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
