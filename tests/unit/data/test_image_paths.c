/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/image_paths.h"
#include "helpers.h"
#include "sys/path.h"

static void expect_path(const char *root, const char *path, const char *expected)
{
    char *found = hl_image_path(root, path);
    assert_string_equal(found, expected);
    free(found);
}

static void relative_paths_are_below_the_root(void **state)
{
    (void)state;
    expect_path("data", "NORMAL/1.png", "data/NORMAL/1.png");
    expect_path("data/", "NORMAL/1.png", "data/NORMAL/1.png");
    expect_path("/", "NORMAL/1.png", "/NORMAL/1.png");
    expect_path("", "NORMAL/1.png", "./NORMAL/1.png");
}

static void absolute_paths_stay_as_they_are(void **state)
{
    (void)state;
    expect_path("data", "/images/1.png", "/images/1.png");
}

static void a_file_that_is_replaced_is_not_kept(void **state)
{
    (void)state;
    hl_err e;
    put_text("a.png", "a");
    put_text("b.png", "b");
    hl_path_will_replace("a.png", "--output");
    assert_int_equal(hl_image_expect_kept("a.png", &e), -1);
    assert_contains(e.msg, "a.png");
    assert_int_equal(hl_image_expect_kept("b.png", &e), 0);
    assert_int_equal(hl_image_expect_kept("none.png", &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relative_paths_are_below_the_root),
        cmocka_unit_test(absolute_paths_stay_as_they_are),
        IN_FOLDER(a_file_that_is_replaced_is_not_kept),
    };
    return cmocka_run_group_tests_name("image_paths", tests, NULL, NULL);
}
