/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "stats/temperature.h"

#include <math.h>

/* 0.8 and 0.2 have the logits ln 4 and 0; halved, ln 2 and 0, those of 2/3 and 1/3. */
static void temperature_divides_logits(void **state)
{
    (void)state;
    double p[] = {0.8, 0.2, 0, 1, 0.5, 0.5};
    hl_temperature_apply(2, 3, 2, p);
    const double expected[] = {2.0 / 3, 1.0 / 3, 0, 1, 0.5, 0.5};
    for (size_t i = 0; i < COUNT(p); i++)
        assert_true(fabs(p[i] - expected[i]) < 1e-15);
    double same[] = {0.1, 0.7, 0.2};
    hl_temperature_apply(1, 1, 3, same);
    assert_true(same[0] == 0.1 && same[1] == 0.7 && same[2] == 0.2);
    double tiny[] = {1, 1e-300}; /* ln is -690.8, a tenth of that -69.08 */
    hl_temperature_apply(10, 1, 2, tiny);
    assert_true(fabs(tiny[1] / 1e-30 - 1) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(temperature_divides_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
