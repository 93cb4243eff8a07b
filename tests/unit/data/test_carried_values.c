/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/carried_values.h"
#include "helpers.h"

#include <math.h>
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

static void ages_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        double number;
    } numbers[] = {{"58", 58},         {"-0.5", -0.5}, {"058Y", 58},
                   {"6M", 0.5},        {"018m", 1.5},  {"052W", 52 * 7 / 365.25},
                   {"7D", 7 / 365.25}, {"0Y", 0}};
    double number;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        assert_true(hl_carried_number(numbers[i].value, &number));
        assert_true(fabs(number - numbers[i].number) < 1e-12);
    }
    static const char *const texts[] = {"",    "Y",    "0580Y", "58 Y", "5.5Y",
                                        "-5Y", "58YY", "58X",   "NA"};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_false(hl_carried_number(texts[i], &number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_a_subset),
        cmocka_unit_test(ages_are_numbers),
    };
    return cmocka_run_group_tests_name("carried_values", tests, NULL, NULL);
}
