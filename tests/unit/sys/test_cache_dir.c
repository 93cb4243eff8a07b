/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/cache_dir.h"

/* One name for an operand, however it is named; another for each operand and kind. */
static void each_operand_has_its_cache(void **state)
{
    (void)state;
    hl_err e;
    assert_int_equal(hl_cache_dir_make("caches", &e), 0);
    assert_int_equal(hl_cache_dir_make("caches", &e), 0);
    char *here = hl_cache_dir_path("caches", ".", "", &e);
    char *same = hl_cache_dir_path("caches", "caches/..", "", &e);
    char *other = hl_cache_dir_path("caches", "caches", "", &e);
    char *kind = hl_cache_dir_path("caches", ".", ".kind", &e);
    assert_string_equal(here, same);
    assert_int_equal(strlen(here), strlen("caches/") + 16);
    assert_string_not_equal(here, other);
    assert_memory_equal(kind, here, strlen(here));
    assert_string_equal(kind + strlen(here), ".kind");
    free(here);
    free(same);
    free(other);
    free(kind);
    assert_null(hl_cache_dir_path("caches", "nowhere", "", &e));
    assert_contains(e.msg, "nowhere: cannot be read: ");
    put_text("file", "x");
    assert_int_equal(hl_cache_dir_make("file", &e), -1);
    assert_string_equal(e.msg, "file: expected a folder for caches, found a file");
    assert_int_equal(hl_cache_dir_make("nowhere/caches", &e), -1);
    assert_contains(e.msg, "nowhere/caches: cannot be created: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(each_operand_has_its_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
