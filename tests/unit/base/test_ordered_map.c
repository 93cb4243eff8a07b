/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ordered_map.h"
#include "helpers.h"

#include <stdatomic.h>

enum { MAX_SLOTS = 256, NONE = 1 << 30 };

/* Which items of a run fail or are slow, and what it has counted. */
typedef struct run {
    size_t fail_work, fail_work_too, fail_emit, slow; /* items; NONE: none */
    size_t nslots;
    atomic_int in_use, most_in_use, worked, wrong;
    atomic_bool busy[MAX_SLOTS]; /* between work and emit */
    size_t value[MAX_SLOTS];
    size_t emitted; /* items so far */
} run;

static void start(run *r, int jobs)
{
    memset(r, 0, sizeof *r);
    r->fail_work = r->fail_work_too = r->fail_emit = r->slow = NONE;
    r->nslots = hl_ordered_slots(jobs);
    assert_true(r->nslots >= (size_t)jobs && r->nslots <= MAX_SLOTS);
}

/* Asserts cannot be used on other threads, so violations are counted. */
static int work(void *ctx, size_t i, size_t slot, hl_err *e)
{
    run *r = ctx;
    if (slot >= r->nslots || atomic_exchange(&r->busy[slot], true)) {
        r->wrong++;
        return hl_fail(e, "slot %zu is not free", slot);
    }
    const int now = atomic_fetch_add(&r->in_use, 1) + 1;
    int most = r->most_in_use;
    while (now > most && !atomic_compare_exchange_weak(&r->most_in_use, &most, now))
        ;
    if (i == r->slow)
        usleep(10000);
    else if (i % 7 == 0)
        usleep(100);
    r->value[slot] = i * i;
    r->worked++;
    return i == r->fail_work || i == r->fail_work_too ? hl_fail(e, "item %zu failed", i) : 0;
}

static int emit(void *ctx, size_t i, size_t slot, hl_err *e)
{
    run *r = ctx;
    if (i != r->emitted || r->value[slot] != i * i || !atomic_load(&r->busy[slot]))
        r->wrong++;
    if (i == r->fail_emit)
        return hl_fail(e, "emit of item %zu failed", i);
    r->emitted++;
    r->in_use--;
    atomic_store(&r->busy[slot], false);
    return 0;
}

static void order_is_kept(void **state)
{
    (void)state;
    static const size_t numbers[] = {0, 1, 2, 3, 31, 32, 33, 1000};
    static run r;
    for (int jobs = 1; jobs <= 8; jobs++)
        for (size_t k = 0; k < COUNT(numbers); k++) {
            hl_err e;
            start(&r, jobs);
            r.slow = numbers[k] / 2;
            assert_int_equal(hl_ordered_map(numbers[k], jobs, work, emit, &r, &e), 0);
            assert_int_equal(r.emitted, numbers[k]);
            assert_int_equal(r.worked, numbers[k]);
            assert_int_equal(r.wrong, 0);
            assert_true((size_t)r.most_in_use <= r.nslots);
        }
}

/* While item 0 is slow, the others run ahead of it, but no further than the slots allow. */
static void slots_are_bounded(void **state)
{
    (void)state;
    static run r;
    hl_err e;
    start(&r, 4);
    r.slow = 0;
    assert_int_equal(hl_ordered_map(2000, 4, work, emit, &r, &e), 0);
    assert_int_equal(r.wrong, 0);
    assert_true((size_t)r.most_in_use <= r.nslots);
    assert_true(r.most_in_use > 1);
}

/* The slow item 20 fails long after item 25, yet it is the one reported. */
static void the_first_error_in_order_wins(void **state)
{
    (void)state;
    static run r;
    for (int jobs = 1; jobs <= 8; jobs++)
        for (int again = 0; again < 3; again++) {
            hl_err e;
            start(&r, jobs);
            r.fail_work = r.slow = 20;
            r.fail_work_too = 25;
            assert_int_equal(hl_ordered_map(1000, jobs, work, emit, &r, &e), -1);
            assert_string_equal(e.msg, "item 20 failed");
            assert_int_equal(r.emitted, 20);
            assert_int_equal(r.wrong, 0);
            assert_true((size_t)r.worked <= 20 + r.nslots); /* no item beyond was started */
        }
}

static void a_failed_emit_stops_too(void **state)
{
    (void)state;
    static run r;
    for (int jobs = 1; jobs <= 8; jobs++) {
        hl_err e;
        start(&r, jobs);
        r.fail_emit = 10;
        r.fail_work = 11; /* later in order */
        assert_int_equal(hl_ordered_map(1000, jobs, work, emit, &r, &e), -1);
        assert_string_equal(e.msg, "emit of item 10 failed");
        assert_int_equal(r.emitted, 10);
        assert_int_equal(r.wrong, 0);
    }
}

static void first_and_last_can_fail(void **state)
{
    (void)state;
    static run r;
    hl_err e;
    for (size_t at = 0; at < 100; at += 99) {
        start(&r, 3);
        r.fail_work = at;
        assert_int_equal(hl_ordered_map(100, 3, work, emit, &r, &e), -1);
        assert_int_equal(r.emitted, at);
        start(&r, 3);
        r.fail_work = at;
        assert_int_equal(hl_ordered_map(100, 3, work, emit, &r, NULL), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_kept),
        cmocka_unit_test(slots_are_bounded),
        cmocka_unit_test(the_first_error_in_order_wins),
        cmocka_unit_test(a_failed_emit_stops_too),
        cmocka_unit_test(first_and_last_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
