/* SPDX-License-Identifier: BSD-2-Clause */
/* Pooling of a small map against values computed by hand, in host memory and by libtorch. */
#include "nn/infer/pooling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { N = 2, HEIGHT = 2, WIDTH = 2, CHANNELS = 3, AREA = HEIGHT * WIDTH };

/* [N, H, W, C]. Of the first image, channel 0 is 1, 2, 3, 6: mean 3, maximum 6. */
static const float map[N * AREA * CHANNELS] = {
    1,  -1, 0, 2, -2, 0, 3, -3, 0, 6, -6, 8, /* mean 3, -3, 2; maximum 6, -1, 8 */
    -4, 4,  1, 0, 0,  1, 0, 0,  1, 0, 0,  1, /* mean -1, 1, 1; maximum 0, 4, 1 */
};
static const float mean[N * CHANNELS] = {3, -3, 2, -1, 1, 1};
static const float largest[N * CHANNELS] = {6, -1, 8, 0, 4, 1};
static const float both[N * 2 * CHANNELS] = {3, -3, 2, 6, -1, 8, -1, 1, 1, 0, 4, 1};

static const struct {
    const char *name;
    const float *expected;
    size_t width;
} cases[] = {{"avg", mean, CHANNELS},
             {"max", largest, CHANNELS},
             {"both", both, 2 * (size_t)CHANNELS},
             {"flatten", map, (size_t)AREA *CHANNELS}};

static void in_host_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hl_err e;
        nn_pool pool;
        float out[N * AREA * CHANNELS];
        const nn_layer layer = {.height = HEIGHT, .width = WIDTH, .channels = CHANNELS};
        assert_int_equal(nn_pool_parse(&pool, cases[i].name, &e), 0);
        assert_int_equal(nn_pool_width(pool, &layer), cases[i].width);
        nn_pool_values(pool, map, N, AREA, CHANNELS, out);
        assert_memory_equal(out, cases[i].expected, N * cases[i].width * sizeof *out);
    }
}

static void by_libtorch(void **state)
{
    (void)state;
    const int64_t shape[] = {N, CHANNELS, HEIGHT, WIDTH};
    float planes[N * AREA * CHANNELS], out[N * AREA * CHANNELS];
    for (size_t i = 0; i < N * AREA * CHANNELS; i++) {
        const size_t image = i / (AREA * CHANNELS), c = i % CHANNELS, at = i / CHANNELS % AREA;
        planes[(image * CHANNELS + c) * AREA + at] = map[i];
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hl_err e;
        nn_pool pool;
        ts_tensor *x, *pooled;
        assert_int_equal(nn_pool_parse(&pool, cases[i].name, &e), 0);
        assert_int_equal(ts_from_data(&x, planes, TS_F32, 4, shape), 0);
        assert_int_equal(nn_pool_map(pool, x, &pooled), 0);
        assert_int_equal(ts_dim(pooled, 1), cases[i].width);
        assert_int_equal(ts_to_data(pooled, out, N * cases[i].width * sizeof *out), 0);
        assert_memory_equal(out, cases[i].expected, N * cases[i].width * sizeof *out);
        ts_free(pooled);
        ts_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_host_memory),
        cmocka_unit_test(by_libtorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
