/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/file_digest.h"

static const char of_nothing[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char of_million_a[] =
    "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void files(void **state)
{
    (void)state;
    char text[HL_DIGEST_SIZE];
    hl_err e;
    char *big = malloc(1000000);
    assert_non_null(big);
    memset(big, 'a', 1000000);
    put_file("big", big, 1000000);
    put_file("empty", "", 0);
    free(big);
    assert_int_equal(hl_digest_file("big", text, &e), 0);
    assert_string_equal(text, of_million_a);
    assert_int_equal(hl_digest_file("empty", text, &e), 0);
    assert_string_equal(text, of_nothing);
    assert_int_equal(hl_digest_file("none", text, &e), -1);
    assert_string_equal(e.msg, "none: cannot be read: No such file or directory");
    assert_int_equal(hl_digest_file(".", text, &e), -1);
    assert_string_equal(e.msg, ".: cannot be read: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
