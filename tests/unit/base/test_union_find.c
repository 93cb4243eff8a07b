/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/union_find.h"
#include "helpers.h"

static void every_number_is_a_set(void **state)
{
    (void)state;
    hl_union_find s;
    hl_union_find_init(&s, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(hl_union_find_root(&s, i), i);
    hl_union_find_free(&s);
}

static void the_smallest_names_the_set(void **state)
{
    (void)state;
    hl_union_find s;
    hl_union_find_init(&s, 6);
    assert_true(hl_union_find_join(&s, 5, 3));
    assert_true(hl_union_find_join(&s, 4, 1));
    assert_int_equal(hl_union_find_root(&s, 5), 3);
    assert_true(hl_union_find_join(&s, 5, 4));
    assert_false(hl_union_find_join(&s, 1, 3));
    const size_t expected[] = {0, 1, 2, 1, 1, 1};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(hl_union_find_root(&s, i), expected[i]);
    hl_union_find_free(&s);
}

static void a_long_chain_is_one_set(void **state)
{
    (void)state;
    enum { N = 100000 };
    hl_union_find s;
    hl_union_find_init(&s, N);
    for (size_t i = N - 1; i > 0; i--)
        assert_true(hl_union_find_join(&s, i, i - 1));
    for (size_t i = 0; i < N; i++)
        assert_int_equal(hl_union_find_root(&s, i), 0);
    hl_union_find_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_a_set),
        cmocka_unit_test(the_smallest_names_the_set),
        cmocka_unit_test(a_long_chain_is_one_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
