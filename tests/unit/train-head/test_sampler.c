/* SPDX-License-Identifier: BSD-2-Clause */
/* The sampler: each pass has every row once, in an order of its own, and a position is restored. */
#include "train-head/sampler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 23, BATCH = 5, PASSES = 3 };

/* Draws one pass; order: [ROWS]. */
static void draw_pass(train_sampler *s, int64_t *order)
{
    const int64_t *rows;
    size_t n = 0;
    while (n < ROWS) {
        const size_t batch = train_sampler_next_batch(s, BATCH, &rows);
        assert_int_equal(batch, ROWS - n < BATCH ? ROWS - n : BATCH);
        memcpy(order + n, rows, batch * sizeof *rows);
        n += batch;
    }
    assert_int_equal(n, ROWS);
}

static void test_passes(void **state)
{
    (void)state;
    train_sampler s;
    int64_t order[PASSES][ROWS];
    train_sampler_init(&s, ROWS, 1);
    for (size_t p = 0; p < PASSES; p++) {
        size_t seen[ROWS] = {0};
        draw_pass(&s, order[p]);
        assert_int_equal(s.pass, p + 1);
        for (size_t i = 0; i < ROWS; i++)
            seen[order[p][i]]++;
        for (size_t i = 0; i < ROWS; i++)
            assert_int_equal(seen[i], 1);
        assert_true(p == 0 || memcmp(order[p], order[p - 1], sizeof order[p]) != 0);
    }
    train_sampler_free(&s);
}

static void test_seed(void **state)
{
    (void)state;
    train_sampler a, b;
    int64_t order[2][ROWS];
    train_sampler_init(&a, ROWS, 1);
    train_sampler_init(&b, ROWS, 2);
    draw_pass(&a, order[0]);
    draw_pass(&b, order[1]);
    assert_memory_not_equal(order[0], order[1], sizeof order[0]);
    train_sampler_free(&a);
    train_sampler_free(&b);
}

/* Restored within a pass and at its end, where the next batch begins a new pass. */
static void test_seek(void **state)
{
    (void)state;
    train_sampler a, b;
    const int64_t *expected, *found;
    train_sampler_init(&a, ROWS, 1);
    for (size_t i = 0; i < 12; i++) {
        train_sampler_next_batch(&a, BATCH, &expected);
        train_sampler_init(&b, ROWS, 1);
        train_sampler_seek(&b, a.pass, a.drawn);
        const size_t n = train_sampler_next_batch(&a, BATCH, &expected);
        assert_int_equal(train_sampler_next_batch(&b, BATCH, &found), n);
        assert_memory_equal(found, expected, n * sizeof *found);
        train_sampler_free(&b);
    }
    train_sampler_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_seek),
    };
    return cmocka_run_group_tests_name("sampler", tests, NULL, NULL);
}
