/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "helpers.h"

#include <pthread.h>
#include <unistd.h>

/* Read by AddressSanitizer only: an allocation that is too large must fail, not abort. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void memory_can_be_used(void **state)
{
    (void)state;
    char *a = hl_malloc(100, 7);
    memset(a, 1, 700);
    a = hl_realloc(a, 1000, 7);
    assert_int_equal(a[699], 1);
    char *b = hl_calloc(100, 7);
    for (int i = 0; i < 700; i++)
        assert_int_equal(b[i], 0);
    free(a);
    free(b);
}

/* Zero bytes are not a failure, and can be freed and resized like any other block. */
static void zero_bytes_are_allocated(void **state)
{
    (void)state;
    void *a = hl_malloc(0, 8), *b = hl_calloc(0, 8), *c = hl_realloc(NULL, 0, 8);
    assert_non_null(a);
    assert_non_null(b);
    a = hl_realloc(a, 0, 8);
    assert_non_null(a);
    free(a);
    free(b);
    free(c);
}

static void strings_are_copied(void **state)
{
    (void)state;
    const char text[] = "lung";
    char *all = hl_strdup(text), *start = hl_strndup(text, 2), *none = hl_strndup(text, 0);
    assert_ptr_not_equal(all, text);
    assert_string_equal(all, "lung");
    assert_string_equal(start, "lu");
    assert_string_equal(none, "");
    free(all);
    free(start);
    free(none);
}

enum { MALLOC_OVERFLOW, CALLOC_OVERFLOW, REALLOC_OVERFLOW, TOO_LARGE, CASES };

static void allocate_too_much(void *arg)
{
    const int which = *(int *)arg;
    const size_t huge = SIZE_MAX / 4;
    char *p = hl_malloc(1, 1);
    if (which == MALLOC_OVERFLOW)
        p = hl_malloc(huge, 8);
    else if (which == CALLOC_OVERFLOW)
        p = hl_calloc(huge, 8);
    else if (which == REALLOC_OVERFLOW)
        p = hl_realloc(p, huge, 8);
    else
        p = hl_realloc(p, huge, 1);
    printf("%p\n", (void *)p);
}

static void too_much_ends_the_program(void **state)
{
    (void)state;
    for (int which = 0; which < CASES; which++) {
        const outcome o = in_child(allocate_too_much, &which);
        assert_exited(&o, 1);
        assert_string_equal(o.out, "");
        assert_contains(o.err, "hilum: out of memory: ");
    }
}

static void *allocate_on_a_thread(void *arg)
{
    (void)arg;
    return hl_malloc(SIZE_MAX / 4, 1);
}

static void clean_up_slowly(void)
{
    usleep(100000);
    (void)!write(STDOUT_FILENO, "cleaned", 7);
}

static void allocate_on_many_threads(void *arg)
{
    pthread_t threads[4];
    (void)arg;
    hl_at_end(clean_up_slowly);
    for (size_t i = 0; i < 4; i++)
        child_expects(pthread_create(&threads[i], NULL, allocate_on_a_thread, NULL) == 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

/* One thread ends the process, and the others do not interrupt its cleanup. */
static void many_threads_run_out_at_once(void **state)
{
    (void)state;
    const outcome o = in_child(allocate_on_many_threads, NULL);
    assert_exited(&o, 1);
    assert_string_equal(o.out, "cleaned");
}

static void allocate_where_it_ends_at_once(void *arg)
{
    (void)arg;
    hl_at_end(clean_up_slowly);
    hl_mem_end_at_once();
    free(hl_malloc(SIZE_MAX / 4, 1));
}

static void a_child_that_shares_files_ends_at_once(void **state)
{
    (void)state;
    const outcome o = in_child(allocate_where_it_ends_at_once, NULL);
    assert_exited(&o, HL_MEM_STATUS);
    assert_string_equal(o.out, "");
    assert_null(strstr(o.err, "out of memory: ")); /* AddressSanitizer prints its own message */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_threads_run_out_at_once),
        cmocka_unit_test(a_child_that_shares_files_ends_at_once),
        cmocka_unit_test(memory_can_be_used),
        cmocka_unit_test(zero_bytes_are_allocated),
        cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(too_much_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
