/* SPDX-License-Identifier: BSD-2-Clause */
#include "explain/heat.h"
#include "explain/inferno.h"
#include "helpers.h"

#include <math.h>

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

/* Two channels of four pixels. Mean gradients are 0.5 and -1: heat is max(0, a / 2 - b). */
static void test_gradcam(void **state)
{
    (void)state;
    const float maps[] = {4, 2, 8, 0, 1, 2, 3, 5};
    const float gradient[] = {2, 0, 0, 0, -1, -1, -2, 0};
    double heat[4];
    explain_heat_gradcam(maps, gradient, 2, 4, heat);
    assert_true(heat[0] == 1 && heat[1] == 0 && heat[2] == 1 && heat[3] == 0);
}

/* Expected values: Pillow 13, Image.resize((6, 4), BILINEAR) of a mode F image. */
static void test_enlarge(void **state)
{
    (void)state;
    const double from[] = {0, 1, 2, 3, 5, 8};
    const double expected[] = {0,      0.25,  0.75,  1.25, 1.75, 2,      0.75,   1.0625,
                               1.6875, 2.375, 3.125, 3.5,  2.25, 2.6875, 3.5625, 4.625,
                               5.875,  6.5,   3,     3.5,  4.5,  5.75,   7.25,   8};
    double to[24];
    explain_heat_enlarge(from, 2, 3, to, 4, 6);
    for (size_t i = 0; i < 24; i++)
        assert_true(near(to[i], expected[i]));
    explain_heat_enlarge(from, 1, 1, to, 2, 2);
    assert_true(to[0] == 0 && to[3] == 0);
}

static void test_frame_fraction(void **state)
{
    (void)state;
    double heat[64];
    for (size_t i = 0; i < 64; i++)
        heat[i] = 1;
    assert_true(
        near(explain_heat_frame_fraction(heat, 8, 8), 28.0 / 64)); /* 64 - 6 * 6 are the frame */
    heat[0] = -5; /* negative values count as no heat */
    assert_true(near(explain_heat_frame_fraction(heat, 8, 8), 27.0 / 63));
    for (size_t i = 0; i < 64; i++)
        heat[i] = 0;
    assert_true(isnan(explain_heat_frame_fraction(heat, 8, 8)));
    heat[9] = 2;
    assert_true(near(explain_heat_frame_fraction(heat, 8, 8), 0));
}

/* The hottest pixel is 0.65 of the last colour, 0xfcffa4, and 0.35 of the X-ray; cold pixels are
 * the X-ray alone. */
static void test_overlay(void **state)
{
    (void)state;
    assert_int_equal(explain_inferno[0], 0x000004);
    assert_int_equal(explain_inferno[255], 0xfcffa4);
    const uint8_t grey[] = {100, 200, 50};
    const double heat[] = {2, 0, -3};
    uint8_t rgb[9];
    explain_heat_overlay(grey, 1, heat, 1, 3, rgb);
    const uint8_t expected[] = {199, 201, 142, 200, 200, 200, 50, 50, 50};
    assert_memory_equal(rgb, expected, sizeof expected);
    const uint8_t colour[] = {10, 20, 30, 40, 50, 60, 70, 80, 90};
    const double none[] = {0, 0, 0};
    explain_heat_overlay(colour, 3, none, 1, 3, rgb);
    assert_memory_equal(rgb, colour, sizeof colour);
}

/* Expected value: scipy.stats.spearmanr. */
static void test_rank_correlation(void **state)
{
    (void)state;
    const double a[] = {0, 0, 0, 1, 2.5, 2.5, 7, 0.5}, b[] = {0, 3, 0, 2, 2, 9, 1, 0};
    const double flat[8] = {0};
    assert_true(near(explain_heat_rank_correlation(a, b, 8), 0.38607594936708867));
    assert_true(near(explain_heat_rank_correlation(a, a, 8), 1));
    assert_true(isnan(explain_heat_rank_correlation(a, flat, 8)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradcam),          cmocka_unit_test(test_enlarge),
        cmocka_unit_test(test_frame_fraction),   cmocka_unit_test(test_overlay),
        cmocka_unit_test(test_rank_correlation),
    };
    return cmocka_run_group_tests_name("heat maps", tests, NULL, NULL);
}
