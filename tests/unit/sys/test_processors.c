/* SPDX-License-Identifier: BSD-2-Clause */
/* processors.h with made-up control groups, and that scripts/processors agrees. */
#include "made_root.h"

#include "sys/processors.h"

#include <inttypes.h>
#include <sched.h>

static int empty_root(void **state)
{
    (void)state;
    unsetenv("SLURM_CPUS_PER_TASK");
    return clear_root();
}

static int64_t in_mask(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return CPU_COUNT(&set);
}

/* Expects n from both, or the size of the affinity mask if that is smaller. */
static void expect(int64_t n)
{
    char command[256];
    int64_t printed = 0;
    if (n > in_mask())
        n = in_mask();
    assert_int_equal(hl_processors(root), n);
    snprintf(command, sizeof command, "scripts/processors %s", root);
    FILE *fp = popen(command, "r");
    assert_non_null(fp);
    assert_int_equal(fscanf(fp, "%" SCNd64, &printed), 1);
    assert_int_equal(pclose(fp), 0);
    assert_int_equal(printed, n);
}

static void test_no_limit(void **state)
{
    (void)state;
    expect(INT64_MAX);
    put("proc/self/cgroup", "0::/\n");
    put("sys/fs/cgroup/cpu.max", "max 100000\n");
    setenv("OMP_NUM_THREADS", "1", 1); /* ignored: it is for libraries */
    expect(INT64_MAX);
    unsetenv("OMP_NUM_THREADS");
}

static void test_version_2(void **state)
{
    (void)state;
    put("proc/self/cgroup", "0::/system.slice/run.scope\n");
    put("sys/fs/cgroup/system.slice/run.scope/cpu.max", "max 100000\n");
    expect(INT64_MAX);
    put("sys/fs/cgroup/system.slice/cpu.max", "199999 100000\n"); /* its parent, rounded down */
    expect(1);
    put("sys/fs/cgroup/system.slice/cpu.max", "200000 100000\n");
    expect(2);
    put("sys/fs/cgroup/system.slice/run.scope/cpu.max", "25000 50000\n"); /* half a processor */
    expect(1);
}

/* In a container without a namespace of control groups, the paths are the host's. */
static void test_path_of_the_host(void **state)
{
    (void)state;
    put("proc/self/cgroup", "0::/docker/0123\n");
    put("sys/fs/cgroup/cpu.max", "100000 100000\n");
    expect(1);
    put("proc/self/cgroup", "0::/../../elsewhere\n");
    expect(1);
}

static void test_version_1(void **state)
{
    (void)state;
    put("proc/self/cgroup", "12:cpuset:/b\n3:cpu,cpuacct:/a:b/c\n1:name=systemd:/\n");
    put("sys/fs/cgroup/cpu/a:b/c/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu/a:b/c/cpu.cfs_period_us", "100000\n");
    expect(INT64_MAX);
    put("sys/fs/cgroup/cpu/a:b/c/cpu.cfs_quota_us", "150000\n");
    expect(1);
}

static void test_slurm(void **state)
{
    (void)state;
    setenv("SLURM_CPUS_PER_TASK", "1", 1);
    expect(1);
    for (const char **s = (const char *[]){"0", "-1", "1x", "", "01", "1000000", NULL}; *s; s++) {
        setenv("SLURM_CPUS_PER_TASK", *s, 1);
        expect(INT64_MAX);
    }
}

static void test_affinity(void **state)
{
    (void)state;
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    size_t cpu = 0;
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    expect(1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

/* Text in a form that the kernel does not write is no limit. */
static void test_other_text(void **state)
{
    (void)state;
    put("proc/self/cgroup", "0::/\nnothing\n:\n");
    for (const char **s = (const char *[]){"", "max", "x y", "0 100000", "100000 0", "-5 5", NULL};
         *s; s++) {
        put("sys/fs/cgroup/cpu.max", *s);
        expect(INT64_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_no_limit, empty_root),
        cmocka_unit_test_setup(test_version_2, empty_root),
        cmocka_unit_test_setup(test_path_of_the_host, empty_root),
        cmocka_unit_test_setup(test_version_1, empty_root),
        cmocka_unit_test_setup(test_slurm, empty_root),
        cmocka_unit_test_setup(test_affinity, empty_root),
        cmocka_unit_test_setup(test_other_text, empty_root),
    };
    return cmocka_run_group_tests_name("processors", tests, make_root, remove_root);
}
