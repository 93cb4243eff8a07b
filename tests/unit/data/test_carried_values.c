/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/carried_values.h"
#include "helpers.h"

#include <string.h>

static void add(hl_manifest *m, const char *path, hl_subset subset, const char *carried)
{
    hl_manifest_add(m, path, "A", path, subset);
    hl_manifest_carry(m, carried);
}

static void values_of_a_subset(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m = {0};
    hl_carried_values v;
    assert_int_equal(hl_carried_add(&m.carried, "sex", &e), 0);
    assert_int_equal(hl_carried_add(&m.carried, "age", &e), 0);
    add(&m, "1", HL_TEST, "M\t40");
    add(&m, "2", HL_TEST, "\t7.5");
    add(&m, "3", HL_TRAIN, "D\told");
    add(&m, "4", HL_TEST, "F\\t\\\\\t");
    add(&m, "5", HL_TEST, "M\t40");

    hl_carried_values_of(&v, &m, 0, HL_TEST);
    assert_int_equal(v.n, 3);
    assert_string_equal(v.names[0], "F\t\\");
    assert_string_equal(v.names[1], "M");
    assert_string_equal(v.names[2], "");
    assert_true(v.has_blank && !v.numbers);
    static const uint32_t of[] = {1, 2, HL_NO_VALUE, 0, 1};
    assert_memory_equal(v.of, of, sizeof of);
    hl_carried_values_free(&v);

    hl_carried_values_of(&v, &m, 1, HL_TEST);
    assert_true(v.n == 3 && v.has_blank && v.numbers);
    hl_carried_values_free(&v);
    hl_carried_values_of(&v, &m, 1, HL_SUBSETS);
    assert_true(v.n == 4 && !v.numbers && v.of[2] == 2);
    hl_carried_values_free(&v);
    hl_carried_values_of(&v, &m, 1, HL_VAL);
    assert_true(v.n == 0 && !v.numbers);
    hl_carried_values_free(&v);
    hl_manifest_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_of_a_subset)};
    return cmocka_run_group_tests_name("carried_values", tests, NULL, NULL);
}
