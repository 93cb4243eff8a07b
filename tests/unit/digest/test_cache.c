/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest/cache.h"
#include "helpers.h"

/* SHA-256 of the empty string and of "abc", from FIPS 180. */
static const char of_nothing[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char of_abc[] =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static const hl_file_stamp one = {7, 0, 1000000001, 1000000002};

static void every_field_of_the_stamp_counts(void **state)
{
    (void)state;
    const hl_file_stamp others[] = {{8, 0, 1000000001, 1000000002},
                                    {7, 1, 1000000001, 1000000002},
                                    {7, 0, 1000000003, 1000000002},
                                    {7, 0, 1000000001, 1000000003}};
    digest_cache c = {0};
    assert_null(digest_cache_find(&c, &one));
    digest_cache_add(&c, &one, of_nothing);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_null(digest_cache_find(&c, &others[i]));
    for (size_t i = 0; i < COUNT(others); i++)
        digest_cache_add(&c, &others[i], of_abc);
    digest_cache_sort(&c);
    assert_string_equal(digest_cache_find(&c, &one), of_nothing);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_string_equal(digest_cache_find(&c, &others[i]), of_abc);
    digest_cache_free(&c);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    hl_err e;
    digest_cache c = {0}, back;
    for (int64_t i = 0; i < 1000; i++) /* in no order */
        digest_cache_add(&c, &(hl_file_stamp){i * 7919 % 1000, i, -i, 4000000000000000000 + i},
                         i % 2 ? of_abc : of_nothing);
    assert_int_equal(digest_cache_write(&c, "cache", &e), 0);
    assert_int_equal(digest_cache_read(&back, "cache", &e), 0);
    assert_int_equal(back.n, 1000);
    for (size_t i = 0; i < c.n; i++)
        assert_string_equal(digest_cache_find(&back, &c.rows[i].stamp), c.rows[i].digest);
    digest_cache_free(&c);
    digest_cache_free(&back);
    assert_int_equal(digest_cache_read(&back, "nowhere", &e), 0);
    assert_int_equal(back.n, 0);
}

static void damage_is_an_error(void **state)
{
    (void)state;
#define TOP "#hilum-digests 1\ninode\tbytes\tmtime\tctime\tdigest\n"
#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    static const char *const bad[] = {
        "",
        "#hilum-digests 2\ninode\tbytes\tmtime\tctime\tdigest\n",
        "inode\tbytes\tmtime\tctime\tdigest\n",
        "#hilum-digests 1\ninode\tbytes\tmtime\tdigest\n",
        TOP "1\t2\t3\tx\tsha256:" HEX "\n",
        TOP "1\t2\t3\t4\tsha256:" HEX "0\n",
        TOP "1\t2\t3\t4\tmd5:123" HEX "\n",
        TOP "1\t2\t3\t4\tsha256:BA" HEX "\n",
        TOP "1\t2\t3\t4\tsha256:" HEX,
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        digest_cache c;
        put_text("cache", bad[i]);
        assert_int_equal(digest_cache_read(&c, "cache", &e), -1);
        assert_contains(e.msg, "cache: ");
        assert_int_equal(c.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_the_stamp_counts),
        IN_FOLDER(what_was_written_is_read),
        IN_FOLDER(damage_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
