/* SPDX-License-Identifier: BSD-2-Clause */
/* Denormal floats are kept until train_flush_denormals is called, and then count as 0 in all
 * threads.
 */
#include "train-head/denormals.h"
#include "train-head/optimizer.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool are_kept(void)
{
    volatile float least = FLT_MIN, half = least / 2;
    return half * 1e10F > 0;
}

/* Adam's m after enough steps with a gradient of 0: each multiplies it by 0.9, down to below
 * FLT_MIN. */
static float decayed_moment(void)
{
    const float zero = 0;
    float p = 1, m = 1, v = 1;
    for (int64_t step = 1; step <= 2000; step++) {
        const train_optimizer_rule r = {.optimizer = TRAIN_ADAM, .rate = 1e-3, .step = step};
        train_optimizer_step(&r, &p, &m, &v, &zero, 1);
    }
    return m;
}

#if defined __SSE2__ || defined __aarch64__
static void *look(void *kept)
{
    *(bool *)kept = are_kept();
    return NULL;
}
#endif

static void test_flush(void **state)
{
    (void)state;
    assert_true(are_kept());
    assert_int_equal(fpclassify(decayed_moment()), FP_SUBNORMAL);
    train_flush_denormals();
#if defined __SSE2__ || defined __aarch64__
    assert_int_not_equal(fpclassify(decayed_moment()), FP_SUBNORMAL);
    pthread_t thread;
    bool kept = true;
    assert_int_equal(pthread_create(&thread, NULL, look, &kept), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(kept);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_flush)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
