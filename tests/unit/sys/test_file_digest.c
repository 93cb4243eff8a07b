/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/file_digest.h"

static void expect_digest(const char *bytes, size_t len)
{
    char found[HL_DIGEST_SIZE], expected[HL_DIGEST_SIZE];
    hl_err e;
    put_file("f", bytes, len);
    hl_digest_bytes(bytes, len, expected);
    assert_int_equal(hl_digest_file("f", found, &e), 0);
    assert_string_equal(found, expected);
}

/* Smaller and larger than the blocks in which a file is read. */
static void files_have_the_digest_of_their_bytes(void **state)
{
    (void)state;
    static char bytes[1000000];
    memset(bytes, 'a', sizeof bytes);
    expect_digest(bytes, 0);
    expect_digest(bytes, 1);
    expect_digest(bytes, 1 << 16);
    expect_digest(bytes, sizeof bytes);
}

static void unreadable_files_fail(void **state)
{
    (void)state;
    char text[HL_DIGEST_SIZE];
    hl_err e;
    assert_int_equal(hl_digest_file("none", text, &e), -1);
    assert_string_equal(e.msg, "none: cannot be read: No such file or directory");
    assert_int_equal(hl_digest_file(".", text, &e), -1);
    assert_string_equal(e.msg, ".: cannot be read: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(files_have_the_digest_of_their_bytes),
        IN_FOLDER(unreadable_files_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
