/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/shard.h"
#include "helpers.h"

static void numbers(void **state)
{
    (void)state;
    hl_shard s;
    char word[HL_SHARD_WORD];
    assert_true(hl_shard_parse(&s, "3/7"));
    assert_int_equal(s.k, 3);
    assert_int_equal(s.n, 7);
    assert_string_equal(hl_shard_word(&s, word), "3/7");
    assert_true(hl_shard_parse(&s, "100000/100000"));
    const char *const wrong[] = {
        "",     "/",        "1/",  "/1",  "0/1",
        "2/1",  "1/100001", "1/x", "x/1", "1/1/1",
        "-1/1", "1 / 2",    "1",   "1/0", "00000000000000000000000000000000000001/2"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(hl_shard_parse(&s, wrong[i]));
}

/* The ranges of all shards follow each other, and their sizes differ by 1 at most. */
static void ranges(void **state)
{
    (void)state;
    static const int64_t rows[] = {1, 7, 100, 5216, INT32_MAX};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int64_t n = 1; n <= HL_MAX_SHARDS; n = n * 3 + 1) {
            size_t next = 0;
            for (int64_t k = 1; k <= n; k++) {
                size_t from, to;
                const hl_shard s = {.k = k, .n = n, .rows = rows[i]};
                hl_shard_range(&s, &from, &to);
                assert_true(from == next && to - from <= (size_t)(rows[i] / n + 1));
                assert_true(to - from >= (size_t)(rows[i] / n));
                next = to;
            }
            assert_true(next == (size_t)rows[i]);
        }
}

static void metadata(void **state)
{
    (void)state;
    hl_err e;
    hl_shard s, again = {0};
    assert_true(hl_shard_parse(&s, "2/3"));
    s.rows = 10;
    s.images = 24;
    char *text = hl_shard_format(&s);
    assert_string_equal(text, "{\"k\":2,\"n\":3,\"rows\":10,\"images\":24}");
    assert_int_equal(hl_shard_parse_metadata(&again, text, &e), 0);
    assert_true(again.k == 2 && again.n == 3 && again.rows == 10 && again.images == 24);
    free(text);
    const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"k\":2,\"n\":3,\"rows\":10}",
        "{\"k\":2,\"n\":3,\"rows\":10,\"images\":24,\"more\":1}",
        "{\"k\":0,\"n\":3,\"rows\":10,\"images\":24}",
        "{\"k\":4,\"n\":3,\"rows\":10,\"images\":24}",
        "{\"k\":2,\"n\":3,\"rows\":0,\"images\":0}",
        "{\"k\":2,\"n\":3,\"rows\":10,\"images\":9}",
        "{\"k\":2,\"n\":3,\"rows\":4294967296,\"images\":4294967296}",
        "{\"k\":\"2\",\"n\":3,\"rows\":10,\"images\":24}",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(hl_shard_parse_metadata(&again, wrong[i], &e), -1);
        assert_string_equal(e.msg, "hilum.shard: expected a shard k of n, the rows of the manifest "
                                   "and their images");
    }
}

#define SPLIT "{\"tool\":\"split\",\"version\":\"1\",\"options\":\"\",\"inputs\":{}}"
#define PREPROCESS(options, inputs)                                                                \
    "{\"tool\":\"preprocess\",\"version\":\"1\",\"options\":\"" options                            \
    "\",\"inputs\":{\"manifest\":\"m\"," inputs "}}"
#define EXTRACT(images)                                                                            \
    "{\"tool\":\"extract-features\",\"version\":\"1\",\"options\":\"\",\"inputs\":{\"images\":"    \
    "\"" images "\",\"weights\":\"w\"}}"

static void provenance(void **state)
{
    (void)state;
    hl_err e;
    char *whole;
    const hl_shard s = {.k = 1, .n = 2};
    hl_shard_whole w = {.files = "all", .left_out = "lost", .images = "i"};
    static const char of_images[] =
        "[" SPLIT "," PREPROCESS("--size 8x8 --shard 1/2", "\"images\":\"part\"") "]";
    assert_int_equal(hl_shard_whole_provenance(&whole, of_images, &s, &w, &e), 0);
    assert_string_equal(whole, "[" SPLIT "," PREPROCESS(
                                   "--size 8x8", "\"images\":\"all\",\"left-out\":\"lost\"") "]");
    free(whole);
    w.left_out = NULL;
    static const char of_features[] =
        "[" PREPROCESS("--size 8x8 --shard 1/2",
                       "\"images\":\"part\",\"left-out\":\"one\"") "," EXTRACT("shard") "]";
    assert_int_equal(hl_shard_whole_provenance(&whole, of_features, &s, &w, &e), 0);
    assert_string_equal(whole,
                        "[" PREPROCESS("--size 8x8", "\"images\":\"all\"") "," EXTRACT("i") "]");
    free(whole);
    const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "[" SPLIT "]",
        "[" PREPROCESS("--size 8x8", "\"images\":\"part\"") "]",
        "[" PREPROCESS("--size 8x8 --shard 2/2", "\"images\":\"part\"") "]",
        "[" PREPROCESS("--shard 1/2 --size 8x8", "\"images\":\"part\"") "]",
        "[" EXTRACT("shard") "]",
        "[{\"tool\":\"preprocess\",\"options\":\"x --shard 1/2\"}]",
        "[{\"tool\":\"preprocess\",\"inputs\":{}}]",
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(hl_shard_whole_provenance(&whole, wrong[i], &s, &w, &e), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(ranges),
        cmocka_unit_test(metadata),
        cmocka_unit_test(provenance),
    };
    return cmocka_run_group_tests_name("shard", tests, NULL, NULL);
}
