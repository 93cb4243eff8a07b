/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "helpers.h"

static void the_clock_measures_seconds(void **state)
{
    (void)state;
    const double a = hl_now();
    usleep(2000);
    const double b = hl_now();
    assert_true(b - a >= 0.002 && b - a < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_measures_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
