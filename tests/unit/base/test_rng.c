/* SPDX-License-Identifier: BSD-2-Clause */
/* The generator against its specification; the values are from tests/parity/make_rng_values.py. */
#include "base/rng.h"
#include "helpers.h"

#include <math.h>

static void numbers_follow_the_specification(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        const char *purpose;
        size_t len;
        uint64_t x[5];
    } streams[] = {
        {0,
         "test",
         4,
         {0x5f4095e6cb33a6f6, 0x6adcc34a8ba738b4, 0x99d8dc037af94df6, 0xb484d0ff2357e039,
          0x83a399e10e955f31}},
        {UINT64_MAX,
         "test",
         4,
         {0xd27619c38e7b1444, 0x19c7ffc0f89ea44f, 0xf60e05b4176d3cce, 0xe2ac1780ea9b2956,
          0x8e86e6ab6461d4d5}},
        {1,
         "a\0b",
         3,
         {0x5b7b306284068bbc, 0x9bf6d41ec74af5de, 0xdc5034870605517d, 0x0d8218211d52365d,
          0x84770d0694e8697f}},
        {1,
         "",
         0,
         {0x9ae90d1a50ec386c, 0xe8bfb615cb3b17a6, 0xb14fdec91bd4966b, 0xe1b2a78c9778485c,
          0xbfcfd486840cd957}},
    };
    for (size_t s = 0; s < COUNT(streams); s++) {
        hl_rng r = hl_rng_make_bytes(streams[s].seed, streams[s].purpose, streams[s].len);
        for (size_t i = 0; i < 5; i++)
            assert_true(hl_rng_u64(&r) == streams[s].x[i]);
    }
    hl_rng r = hl_rng_make(0, "test");
    assert_true(hl_rng_u64(&r) == streams[0].x[0]);
}

static void reals_follow_the_specification(void **state)
{
    (void)state;
    hl_rng r = hl_rng_make(7, "uniform");
    assert_true(hl_rng_uniform(&r) == 0x1.f79c0ec4d7974p-2);
    assert_true(hl_rng_uniform(&r) == 0x1.ebfa527609ccdp-1);
    assert_true(hl_rng_uniform(&r) == 0x1.9ee37ef42917fp-1);
    r = hl_rng_make(7, "between");
    assert_true(hl_rng_between(&r, -2, 3) == -0x1.4d52b38e6a990p+0);
    assert_true(hl_rng_between(&r, -2, 3) == 0x1.2b2765923f5e0p+1);
    assert_true(hl_rng_between(&r, -2, 3) == -0x1.145580830fa4ap-1);
    /* log and cos may differ in the last bit between libraries. */
    static const double normal[] = {1.8016102824800726, 0.5973357892096844, 0.19890305051353036,
                                    0.0008246126032021195};
    r = hl_rng_make(7, "normal");
    for (size_t i = 0; i < COUNT(normal); i++)
        assert_true(fabs(hl_rng_normal(&r) - normal[i]) < 1e-14);
}

/* Bounds for which 2^64 mod bound is large, so that up to every second value is rejected. */
static void below_follows_the_specification(void **state)
{
    (void)state;
    static const struct {
        uint64_t bound, x[4];
    } cases[] = {
        {1, {0, 0, 0, 0}},
        {10, {3, 1, 2, 4}},
        {0x8000000000000000,
         {0x4cc05035b2e6d693, 0x4f3477f205e5100b, 0x4f7d48952c5d5654, 0x2c67e98d3597d738}},
        {0x8000000000000001,
         {0x4cc05035b2e6d692, 0x4f3477f205e5100a, 0x2c67e98d3597d737, 0x6119f7d9c92bafee}},
        {0xc000000000000000,
         {0x0cc05035b2e6d693, 0x0f3477f205e5100b, 0x4f7d48952c5d5654, 0xac67e98d3597d738}},
        {UINT64_MAX,
         {0xccc05035b2e6d693, 0xcf3477f205e5100b, 0x4f7d48952c5d5654, 0xac67e98d3597d738}},
    };
    for (size_t c = 0; c < COUNT(cases); c++) {
        hl_rng r = hl_rng_make(7, "below");
        for (size_t i = 0; i < 4; i++)
            assert_true(hl_rng_below(&r, cases[c].bound) == cases[c].x[i]);
    }
}

/* With 3 * 2^62, x mod bound would fall into the first third twice as often as into the others. */
static void below_is_unbiased(void **state)
{
    (void)state;
    enum { DRAWS = 30000 };
    const uint64_t third = (uint64_t)1 << 62;
    int count[3] = {0};
    hl_rng r = hl_rng_make(1, "bias");
    for (int i = 0; i < DRAWS; i++) {
        const uint64_t x = hl_rng_below(&r, 3 * third);
        assert_true(x < 3 * third);
        count[x / third]++;
    }
    /* Six standard deviations: sqrt(30000 * 1/3 * 2/3) is 82. */
    for (int i = 0; i < 3; i++)
        assert_true(abs(count[i] - DRAWS / 3) < 492);
}

static void distributions_have_their_moments(void **state)
{
    (void)state;
    enum { DRAWS = 100000 };
    hl_rng r = hl_rng_make(3, "moments");
    double sum = 0, squares = 0, uniform = 0;
    for (int i = 0; i < DRAWS; i++) {
        const double z = hl_rng_normal(&r), u = hl_rng_uniform(&r);
        assert_true(isfinite(z) && u >= 0 && u < 1);
        sum += z;
        squares += z * z;
        uniform += u;
    }
    assert_true(fabs(sum / DRAWS) < 0.02);
    assert_true(fabs(squares / DRAWS - 1) < 0.03);
    assert_true(fabs(uniform / DRAWS - 0.5) < 0.006);
}

static void shuffle_follows_the_specification(void **state)
{
    (void)state;
    static const uint32_t expected[16] = {1, 9, 15, 11, 10, 2, 3, 12, 7, 13, 4, 14, 5, 8, 6, 0};
    uint32_t items[16];
    for (uint32_t i = 0; i < 16; i++)
        items[i] = i;
    hl_rng r = hl_rng_make(7, "shuffle");
    hl_rng_shuffle(&r, items, 16);
    assert_memory_equal(items, expected, sizeof items);
    /* With one item or none, nothing is drawn. */
    const uint64_t before = r.state;
    hl_rng_shuffle(&r, items, 1);
    hl_rng_shuffle(&r, NULL, 0);
    assert_true(r.state == before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_the_specification),
        cmocka_unit_test(reals_follow_the_specification),
        cmocka_unit_test(below_follows_the_specification),
        cmocka_unit_test(below_is_unbiased),
        cmocka_unit_test(distributions_have_their_moments),
        cmocka_unit_test(shuffle_follows_the_specification),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
