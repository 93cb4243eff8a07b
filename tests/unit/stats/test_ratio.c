/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "stats/ratio.h"

static void a_quotient_of_nothing_is_0(void **state)
{
    (void)state;
    assert_true(hl_ratio(3, 4) == 0.75);
    assert_true(hl_ratio(0, 4) == 0);
    assert_true(hl_ratio(0, 0) == 0);
    assert_true(hl_ratio(3, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quotient_of_nothing_is_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
