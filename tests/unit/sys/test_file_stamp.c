/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/file_stamp.h"

static const hl_file_stamp one = {7, 0, 1000000001, 1000000002};

static void every_field_counts(void **state)
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

/* A file that changed less than two seconds ago may change again and keep its timestamps. */
static void recent_stamps_are_not_settled(void **state)
{
    (void)state;
    const hl_file_stamp s = {1, 1, 5, 10000000000};
    assert_false(hl_file_stamp_is_settled(&s, 10000000000));
    assert_false(hl_file_stamp_is_settled(&s, 12000000000));
    assert_true(hl_file_stamp_is_settled(&s, 12000000001));
    assert_false(hl_file_stamp_is_settled(&s, 9000000000)); /* from the future */
}

static void a_stamp_is_that_of_the_file(void **state)
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
    assert_true(llabs(s.ctime - before) < 60000000000); /* the same clock */
    assert_false(hl_file_stamp_is_settled(&s, before));
    assert_true(hl_file_stamp_is_settled(&s, before + 60000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_counts),
        cmocka_unit_test(recent_stamps_are_not_settled),
        IN_FOLDER(a_stamp_is_that_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
