/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/image_paths.h"
#include "helpers.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relative_paths_are_below_the_root),
        cmocka_unit_test(absolute_paths_stay_as_they_are),
    };
    return cmocka_run_group_tests_name("image_paths", tests, NULL, NULL);
}
