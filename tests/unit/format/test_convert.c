/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversion to and from half precision, and values out of bounds. */
#include "format/convert.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static float one(hl_dtype type, uint16_t bits)
{
    float v;
    hl_to_f32(type, &bits, 1, &v);
    return v;
}

static void half_precision(void **state)
{
    (void)state;
    assert_true(one(HL_F16, 0x3c00) == 1.0f);
    assert_true(one(HL_F16, 0xc000) == -2.0f);
    assert_true(one(HL_F16, 0x3555) == 0x1.554p-2f);
    assert_true(one(HL_F16, 0x7bff) == 65504.0f);
    assert_true(one(HL_F16, 0x0400) == 0x1p-14f);
    assert_true(one(HL_F16, 0x0001) == 0x1p-24f); /* subnormal */
    assert_true(one(HL_F16, 0x83ff) == -0x1.ff8p-15f);
    assert_true(one(HL_F16, 0x8000) == 0.0f && signbit(one(HL_F16, 0x8000)));
    assert_true(one(HL_F16, 0x7c00) == INFINITY && one(HL_F16, 0xfc00) == -INFINITY);
    assert_true(isnan(one(HL_F16, 0x7e00)));
    assert_true(one(HL_BF16, 0x3f80) == 1.0f && one(HL_BF16, 0xc040) == -3.0f);
    assert_true(isnan(one(HL_BF16, 0x7fc0)));
}

static uint16_t back(hl_dtype type, float v)
{
    uint16_t bits;
    hl_from_f32(type, &v, 1, &bits);
    return bits;
}

/* Every finite value, and float32 values between it and the next one. */
static void check_rounding(hl_dtype type, uint16_t infinite, float beyond)
{
    for (uint16_t h = 0; h < infinite; h++) {
        const float v = one(type, h),
                    next = h + 1 == infinite ? beyond : one(type, (uint16_t)(h + 1));
        const float middle = (float)(((double)v + (double)next) / 2);
        assert_int_equal(back(type, v), h);
        assert_int_equal(back(type, -v), h | 0x8000);
        assert_int_equal(back(type, middle), h & 1 ? h + 1 : h);
        assert_int_equal(back(type, nextafterf(middle, 0)), h);
        assert_int_equal(back(type, nextafterf(middle, INFINITY)), h + 1);
    }
    assert_int_equal(back(type, -INFINITY), infinite | 0x8000);
    assert_true(isnan(one(type, back(type, NAN))));
}

static void rounding_is_to_the_nearest_even(void **state)
{
    (void)state;
    check_rounding(HL_F16, 0x7c00, 65536.0f);
    for (uint16_t h = 0; h < 0x7f80; h++)
        assert_int_equal(back(HL_BF16, one(HL_BF16, h)), h);
    assert_int_equal(back(HL_BF16, 0x1.01p0f), 0x3f80); /* ties */
    assert_int_equal(back(HL_BF16, 0x1.03p0f), 0x3f82);
    assert_int_equal(back(HL_BF16, 0x1.010002p0f), 0x3f81);
    assert_int_equal(back(HL_BF16, -0x1.00fffep0f), 0xbf80);
    assert_int_equal(back(HL_BF16, 0x1.fffffep127f), 0x7f80);
    assert_true(isnan(one(HL_BF16, back(HL_BF16, NAN))));
}

/* An array, in blocks and a remainder, converts like its values one by one, in both directions. */
static void arrays_convert_like_single_values(void **state)
{
    (void)state;
    enum { ALL = 1 << 16, SOME = ALL - 1 };
    static uint16_t bits[ALL], again[ALL];
    static float v[ALL];
    for (size_t k = 0; k < ALL; k++)
        bits[k] = (uint16_t)(k * 40503u); /* a permutation */
    static const hl_dtype types[] = {HL_F16, HL_BF16};
    for (size_t t = 0; t < 2; t++) {
        hl_to_f32(types[t], bits, SOME, v);
        hl_from_f32(types[t], v, SOME, again);
        for (size_t k = 0; k < SOME; k++) {
            const float alone = one(types[t], bits[k]);
            assert_int_equal(memcmp(&v[k], &alone, sizeof alone), 0);
            assert_int_equal(again[k], isnan(alone) ? back(types[t], alone) : bits[k]);
        }
        for (size_t k = 0; k < SOME; k++) /* between the values of the type */
            v[k] *= 1.0001f;
        hl_from_f32(types[t], v, SOME, again);
        for (size_t k = 0; k < SOME; k++)
            assert_int_equal(again[k], back(types[t], v[k]));
    }
}

static void a_value_beyond_the_limit_is_found_anywhere(void **state)
{
    (void)state;
    static const float beyond[] = {65520, -65520, INFINITY, -INFINITY, NAN, -NAN, FLT_MAX};
    float v[200];
    for (size_t i = 0; i < 200; i++)
        v[i] = i % 2 ? 65519 : -65519;
    for (size_t n = 0; n <= 200; n++)
        assert_int_equal(hl_first_beyond(v, n, 65520), n);
    for (size_t at = 0; at < 200; at++)
        for (size_t k = 0; k < sizeof beyond / sizeof *beyond; k++) {
            const float before = v[at];
            v[at] = beyond[k];
            assert_int_equal(hl_first_beyond(v, 200, 65520), at);
            assert_int_equal(hl_first_beyond(v, at, 65520), at);
            assert_int_equal(hl_first_beyond(v, 200, INFINITY), isfinite(beyond[k]) ? 200 : at);
            assert_int_equal(hl_all_finite(v, 200), isfinite(beyond[k]) != 0);
            v[at] = before;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_precision),
        cmocka_unit_test(rounding_is_to_the_nearest_even),
        cmocka_unit_test(arrays_convert_like_single_values),
        cmocka_unit_test(a_value_beyond_the_limit_is_found_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
