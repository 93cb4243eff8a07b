/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/scratch.h"

enum { PIECE = 100003 };

static char byte_at(uint64_t i)
{
    return (char)(i * 7 >> 3);
}

/* Writes in pieces of one size, reads in pieces of another. */
static void expect_round_trip(uint64_t bytes)
{
    hl_err e;
    hl_scratch s;
    char piece[PIECE];
    assert_int_equal(hl_scratch_open(&s, bytes, ".", &e), 0);
    for (uint64_t at = 0; at < bytes;) {
        const size_t n = bytes - at < PIECE ? (size_t)(bytes - at) : PIECE;
        for (size_t i = 0; i < n; i++)
            piece[i] = byte_at(at + i);
        assert_int_equal(hl_scratch_write(&s, piece, n, &e), 0);
        at += n;
    }
    assert_int_equal(hl_scratch_rewind(&s, &e), 0);
    for (uint64_t at = 0; at < bytes;) {
        const size_t n = bytes - at < 4096 ? (size_t)(bytes - at) : 4096;
        assert_int_equal(hl_scratch_read(&s, piece, n, &e), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(piece[i], byte_at(at + i));
        at += n;
    }
    assert_int_equal(list_files(false), 0); /* it has no name */
    hl_scratch_close(&s);
    hl_scratch_close(&s);
}

static void bytes_are_read_back(void **state)
{
    (void)state;
    expect_round_trip(0);
    expect_round_trip(1);
    expect_round_trip(HL_SCRATCH_IN_MEMORY);
    expect_round_trip(HL_SCRATCH_IN_MEMORY + 1);
}

static void a_missing_folder_is_named(void **state)
{
    (void)state;
    hl_err e;
    hl_scratch s;
    assert_int_equal(hl_scratch_open(&s, HL_SCRATCH_IN_MEMORY + 1, "none", &e), -1);
    assert_string_equal(e.msg, "none: a temporary file cannot be created: No such file or "
                               "directory");
    setenv("TMPDIR", "nowhere", 1);
    assert_null(hl_scratch_file(NULL, &e));
    assert_string_equal(e.msg, "nowhere: a temporary file cannot be created (see TMPDIR): No such "
                               "file or directory");
    unsetenv("TMPDIR");
}

/* 2^46 bytes are more than any disk has. A file system that cannot reserve space reports a full
 * disk only on writing. */
static void a_full_disk_is_noticed_at_once(void **state)
{
    (void)state;
    hl_err e;
    hl_scratch s;
    const int fd = open("probe", O_RDWR | O_CREAT, 0600);
    const bool reserves = posix_fallocate(fd, 0, 1) == 0 && fallocate(fd, 0, 0, 1) == 0;
    close(fd);
    if (!reserves)
        skip();
    assert_int_equal(hl_scratch_open(&s, (uint64_t)1 << 46, ".", &e), -1);
    assert_contains(e.msg, ".: no room for a temporary file of 70368744177664 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(bytes_are_read_back),
        IN_FOLDER(a_missing_folder_is_named),
        IN_FOLDER(a_full_disk_is_noticed_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
