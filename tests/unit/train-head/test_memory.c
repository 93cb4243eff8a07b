/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h with made-up limits. */
#include "made_root.h"

#include "train-head/memory.h"

#include <sys/resource.h>

#define MIB (UINT64_C(1) << 20)

static int empty_root(void **state)
{
    (void)state;
    unsetenv("SLURM_MEM_PER_NODE");
    unsetenv("SLURM_MEM_PER_CPU");
    unsetenv("SLURM_CPUS_ON_NODE");
    return clear_root();
}

static void without_a_limit(void **state)
{
    (void)state;
    assert_true(train_memory_available(root) == UINT64_MAX);
    put("proc/meminfo", "MemTotal: 100 kB\nMemAvailable: many\n");
    put("proc/self/cgroup", "0::/\n");
    put("sys/fs/cgroup/memory.max", "max\n");
    assert_true(train_memory_available(root) == UINT64_MAX);
    assert_true(train_memory_available("") < UINT64_MAX); /* of this machine */
}

static void the_smallest_counts(void **state)
{
    (void)state;
    put("proc/meminfo", "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable:    2097152 kB\n");
    assert_true(train_memory_available(root) == 2048 * MIB);
    put("proc/self/cgroup", "5:memory:/of/v1\n0::/job/step\n");
    put("sys/fs/cgroup/job/step/memory.max", "max\n");
    put("sys/fs/cgroup/job/memory.max", "1073741824\n"); /* its parent */
    assert_true(train_memory_available(root) == 1024 * MIB);
    put("sys/fs/cgroup/memory/of/v1/memory.limit_in_bytes", "536870912\n");
    assert_true(train_memory_available(root) == 512 * MIB);
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_true(train_memory_available(root) == 512 * MIB);
}

static void slurm(void **state)
{
    (void)state;
    setenv("SLURM_CPUS_ON_NODE", "4", 1);
    setenv("SLURM_MEM_PER_CPU", "100", 1);
    assert_true(train_memory_available(root) == 400 * MIB);
    setenv("SLURM_MEM_PER_NODE", "300", 1);
    assert_true(train_memory_available(root) == 300 * MIB);
    setenv("SLURM_MEM_PER_NODE", "0", 1); /* all of the node */
    unsetenv("SLURM_MEM_PER_CPU");
    assert_true(train_memory_available(root) == UINT64_MAX);
}

static void limits_of_the_process(void **state)
{
    (void)state;
    struct rlimit before, now;
    assert_int_equal(getrlimit(RLIMIT_DATA, &before), 0);
    now = before;
    now.rlim_cur = 700 * MIB;
    assert_int_equal(setrlimit(RLIMIT_DATA, &now), 0);
    assert_int_equal(getrlimit(RLIMIT_DATA, &now), 0);
    if (now.rlim_cur != 700 * MIB)
        skip(); /* NOT RUN: needs a kernel that sets this limit; qemu-user ignores it */
    assert_true(train_memory_available(root) == 700 * MIB);
    assert_int_equal(setrlimit(RLIMIT_DATA, &before), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_a_limit, empty_root),
        cmocka_unit_test_setup(the_smallest_counts, empty_root),
        cmocka_unit_test_setup(slurm, empty_root),
        cmocka_unit_test_setup(limits_of_the_process, empty_root),
    };
    return cmocka_run_group_tests_name("memory", tests, make_root, remove_root);
}
