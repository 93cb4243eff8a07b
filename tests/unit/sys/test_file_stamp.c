/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/cache_dir.h"
#include "sys/file_stamp.h"

static const hl_file_stamp one = {7, 0, 1000000001, 1000000002};

static void every_part_of_the_state_counts(void **state)
{
    (void)state;
    const hl_file_stamp more[] = {{8, 0, 1000000001, 1000000002},
                                  {7, 1, 1000000001, 1000000002},
                                  {7, 0, 1000000003, 1000000002},
                                  {7, 0, 1000000001, 1000000003}};
    assert_int_equal(hl_file_stamp_compare(&one, &one), 0);
    for (size_t i = 0; i < COUNT(more); i++) {
        assert_true(hl_file_stamp_compare(&one, &more[i]) < 0);
        assert_true(hl_file_stamp_compare(&more[i], &one) > 0);
    }
}

/* A file of the last two seconds may change once more without a new date. */
static void fresh_files_are_not_known_again(void **state)
{
    (void)state;
    const hl_file_stamp s = {1, 1, 5, 10000000000};
    assert_false(hl_file_stamp_is_settled(&s, 10000000000));
    assert_false(hl_file_stamp_is_settled(&s, 12000000000));
    assert_true(hl_file_stamp_is_settled(&s, 12000000001));
    assert_false(hl_file_stamp_is_settled(&s, 9000000000)); /* from the future */
}

static void a_file_has_its_state(void **state)
{
    (void)state;
    struct stat st;
    const int64_t before = hl_file_clock();
    put_text("a", "1234567");
    assert_int_equal(stat("a", &st), 0);
    const hl_file_stamp s = hl_file_stamp_of(&st);
    assert_int_equal(s.inode, st.st_ino);
    assert_int_equal(s.bytes, 7);
    assert_int_equal(s.mtime, st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
    assert_int_equal(s.ctime, st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec);
    assert_true(llabs(s.ctime - before) < 60000000000); /* one clock dates both */
    assert_false(hl_file_stamp_is_settled(&s, before));
    assert_true(hl_file_stamp_is_settled(&s, before + 60000000000));
}

/* One place for a folder, however it is named; another one for each folder and kind. */
static void a_cache_has_its_place(void **state)
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
    assert_int_equal(hl_cache_dir_make("nowhere/caches", &e), -1);
    assert_contains(e.msg, "nowhere/caches: cannot be made: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_the_state_counts),
        cmocka_unit_test(fresh_files_are_not_known_again),
        IN_FOLDER(a_file_has_its_state),
        IN_FOLDER(a_cache_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
