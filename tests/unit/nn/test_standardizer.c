/* SPDX-License-Identifier: BSD-2-Clause */
/* Standardised features against values computed by hand. */
#include "base/mem.h"
#include "nn/head/standardizer.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static nn_standardizer fit(size_t width, const float *x, size_t n, size_t batch)
{
    nn_moments m;
    nn_standardizer s = {0};
    nn_moments_init(&m, width);
    for (size_t i = 0; i < n; i += batch)
        nn_moments_add(&m, x + i * width, n - i < batch ? n - i : batch);
    nn_moments_finish(&m, &s);
    nn_moments_free(&m);
    return s;
}

/* 1, 2, 3, 6: mean 3, squares of the differences 4 + 1 + 0 + 9 = 14, deviation sqrt(14 / 4).
 * The second feature is 0, 0, 0, 8: mean 2, deviation sqrt((3 * 4 + 36) / 4) = sqrt(12). */
static void mean_and_deviation(void **state)
{
    (void)state;
    const float x[] = {1, 0, 2, 0, 3, 0, 6, 8};
    for (size_t batch = 1; batch <= 4; batch++) {
        nn_standardizer s = fit(2, x, 4, batch);
        assert_int_equal(s.width, 2);
        assert_true(s.mean[0] == 3 && s.mean[1] == 2);
        assert_true(s.scale[0] == (float)sqrt(3.5) && s.scale[1] == (float)sqrt(12));
        float y[8];
        nn_standardizer_apply(&s, x, 4, y);
        assert_true(y[0] == -2 / (float)sqrt(3.5) && y[7] == 6 / (float)sqrt(12));
        nn_standardizer_backward(&s, y, 4);
        assert_true(y[4] == 0 && y[7] == 6 / (float)sqrt(12) / (float)sqrt(12));
        nn_standardizer_free(&s);
    }
}

/* Constant features, also of values whose squares are not exact, and a feature whose deviation is
 * below the smallest normal number. */
static void without_deviation(void **state)
{
    (void)state;
    enum { N = 1000, WIDTH = 4 };
    static const float constants[WIDTH] = {0, 0.1F, -3e30F, 0};
    float *x = hl_malloc(N * WIDTH, sizeof *x);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < WIDTH; k++)
            x[i * WIDTH + k] = constants[k];
    x[3] = FLT_MIN / 4;
    nn_standardizer s = fit(WIDTH, x, N, 64);
    for (size_t k = 0; k < WIDTH; k++)
        assert_true(s.scale[k] == 1);
    for (size_t k = 0; k < 3; k++)
        assert_true(s.mean[k] == constants[k]);
    nn_standardizer_free(&s);
    free(x);
}

/* Feature 0 alternates between 1e6 and 1e6 + 1, where sums of squares in F32 would lose the
 * difference. Feature 1 has a first sample far from all others: n once and 0 n - 1 times, which
 * gives mean 1 and deviation sqrt(n - 1). */
static void far_from_zero(void **state)
{
    (void)state;
    enum { N = 10000 };
    float *x = hl_malloc(2 * N, sizeof *x);
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = 1e6F + (float)(i % 2);
        x[2 * i + 1] = i ? 0 : N;
    }
    nn_standardizer s = fit(2, x, N, 7);
    assert_true(s.mean[0] == 1e6F + 0.5F && s.scale[0] == 0.5F);
    assert_true(s.mean[1] == 1 && fabs((double)s.scale[1] - sqrt(N - 1)) < 1e-5);
    nn_standardizer_free(&s);
    free(x);
}

static void scales(void **state)
{
    (void)state;
    assert_true(nn_standardizer_is_scale(1) && nn_standardizer_is_scale(FLT_MIN));
    const float wrong[] = {0, -1, FLT_MIN / 2, INFINITY, NAN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(nn_standardizer_is_scale(wrong[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_and_deviation),
        cmocka_unit_test(without_deviation),
        cmocka_unit_test(far_from_zero),
        cmocka_unit_test(scales),
    };
    return cmocka_run_group_tests_name("standardised features", tests, NULL, NULL);
}
