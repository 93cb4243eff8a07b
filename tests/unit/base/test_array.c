/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/array.h"
#include "helpers.h"

static void one_more_at_a_time(void **state)
{
    (void)state;
    enum { N = 10000 };
    uint32_t *items = NULL;
    size_t cap = 0, moves = 0;
    for (uint32_t i = 0; i < N; i++) {
        const size_t before = cap;
        items = hl_array_reserve(items, i + 1, &cap, sizeof *items);
        assert_true(cap > i);
        moves += cap != before;
        items[i] = i;
    }
    for (uint32_t i = 0; i < N; i++)
        assert_int_equal(items[i], i);
    assert_true(moves < 16); /* doubling: log2 of the number, not the number */
    free(items);
}

static void a_large_step_is_exact(void **state)
{
    (void)state;
    size_t cap = 0;
    char *bytes = hl_array_reserve(NULL, 1, &cap, 1);
    assert_true(cap >= 1 && cap < 1000);
    bytes[0] = 'a';
    bytes = hl_array_reserve(bytes, 100000, &cap, 1);
    assert_int_equal(cap, 100000);
    assert_int_equal(bytes[0], 'a');
    free(bytes);
}

static void enough_is_left_alone(void **state)
{
    (void)state;
    size_t cap = 0;
    assert_null(hl_array_reserve(NULL, 0, &cap, 8));
    assert_int_equal(cap, 0);
    char *bytes = hl_array_reserve(NULL, 10, &cap, 1);
    const size_t before = cap;
    assert_ptr_equal(hl_array_reserve(bytes, 0, &cap, 1), bytes);
    assert_ptr_equal(hl_array_reserve(bytes, before, &cap, 1), bytes);
    assert_int_equal(cap, before);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_at_a_time),
        cmocka_unit_test(a_large_step_is_exact),
        cmocka_unit_test(enough_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
