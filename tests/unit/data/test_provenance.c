/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"
#include "base/version.h"
#include "data/provenance.h"
#include "helpers.h"

static uint64_t seed = 5;
static const char *pattern;
static const hl_opt opts[] = {HL_OPT_SEED(&seed),
                              HL_OPT_STR_R(0, "pattern", "REGEX", &pattern, "which")};
static const hl_cli cli = {.name = "tool", .opts = opts, .nopts = COUNT(opts)};
static const hl_input inputs[] = {{"images", "sha256:12"}, {"labels", "sha256:34"}};

#define ENTRY(options, files)                                                                      \
    "{\"tool\":\"tool\",\"version\":\"" HL_VERSION "\",\"options\":\"" options                     \
    "\",\"inputs\":{" files "}}"

static void extend(const char *ancestors, size_t ninputs, const char *expected)
{
    hl_err e;
    char *provenance;
    assert_int_equal(hl_provenance_extend(&provenance, ancestors, &cli, inputs, ninputs, &e), 0);
    assert_string_equal(provenance, expected);
    free(provenance);
}

static void an_entry_is_added(void **state)
{
    (void)state;
    extend(NULL, 0, "[" ENTRY("--seed 5", "") "]");
    extend("[]", 2, "[" ENTRY("--seed 5", "\"images\":\"sha256:12\",\"labels\":\"sha256:34\"") "]");
    extend("[{\"tool\": \"a\"}, {\"tool\": \"b\"}]", 1,
           "[{\"tool\":\"a\"},{\"tool\":\"b\"}," ENTRY("--seed 5", "\"images\":\"sha256:12\"") "]");
    pattern = "\"(é)\"\\t";
    extend(NULL, 0, "[" ENTRY("--seed 5 --pattern '\\\"(é)\\\"\\\\t'", "") "]");
    pattern = NULL;
}

static void text_must_be_utf8(void **state)
{
    (void)state;
    hl_err e;
    char *provenance;
    pattern = "\xe9";
    assert_int_equal(hl_provenance_extend(&provenance, NULL, &cli, NULL, 0, &e), -1);
    assert_string_equal(e.msg, "provenance: an option or a digest is not UTF-8");
    pattern = NULL;
    const hl_input bad = {"images", "\xff"};
    assert_int_equal(hl_provenance_extend(&provenance, NULL, &cli, &bad, 1, &e), -1);
}

static void ancestors_must_be_a_list(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "{}", "[", "null", "\"[]\"", "[{\"a\":1,\"a\":1}]",
                                      "[]]"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        char *provenance;
        assert_int_equal(hl_provenance_extend(&provenance, bad[i], &cli, NULL, 0, &e), -1);
        assert_string_equal(e.msg, "provenance: expected a JSON list, found something else");
        assert_int_equal(hl_provenance_join(&provenance, bad[i], "[]", &e), -1);
        assert_int_equal(hl_provenance_join(&provenance, "[]", bad[i], &e), -1);
    }
}

static void ancestors_are_limited(void **state)
{
    (void)state;
    hl_err e;
    char *provenance;
    hl_strbuf t = {0};
    for (int i = 0; i <= 10000; i++)
        hl_strbuf_printf(&t, "%c{\"n\":%d}", i ? ',' : '[', i);
    hl_strbuf_puts(&t, "]");
    assert_int_equal(hl_provenance_join(&provenance, t.data, "[]", &e), -1);
    assert_string_equal(e.msg, "provenance: expected at most 10000 entries, found 10001");
    hl_strbuf_free(&t);
}

static void join(const char *a, const char *b, const char *expected)
{
    hl_err e;
    char *provenance;
    assert_int_equal(hl_provenance_join(&provenance, a, b, &e), 0);
    assert_string_equal(provenance, expected);
    free(provenance);
}

static void shared_ancestors_appear_once(void **state)
{
    (void)state;
    join("[]", "[]", "[]");
    join("[{\"t\":1},{\"t\":2}]", "[{\"t\":1},{\"t\":3},{\"t\":2}]",
         "[{\"t\":1},{\"t\":2},{\"t\":3}]");
    join(NULL, "[{\"t\":1}]", "[{\"t\":1}]");
    /* Entries that differ only in the order of keys are equal. */
    join("[{\"a\":1,\"b\":2}]", "[{\"b\":2,\"a\":1}]", "[{\"a\":1,\"b\":2}]");
}

static void differ(const char *a, const char *b, const char *in_a, const char *in_b)
{
    hl_strbuf x = {0}, y = {0};
    assert_true(hl_provenance_differs(a, b, &x, &y));
    assert_string_equal(x.data, in_a);
    assert_string_equal(y.data, in_b);
    hl_strbuf_free(&x);
    hl_strbuf_free(&y);
    assert_true(hl_provenance_differs(b, a, &x, &y));
    assert_string_equal(x.data, in_b);
    hl_strbuf_free(&x);
    hl_strbuf_free(&y);
}

#define AN(tool, version, options, inputs)                                                         \
    "{\"tool\":\"" tool "\",\"version\":\"" version "\",\"options\":\"" options                    \
    "\",\"inputs\":{" inputs "}}"

static void the_first_difference_is_named(void **state)
{
    (void)state;
    hl_strbuf x = {0}, y = {0};
    assert_false(hl_provenance_differs("[" AN("a", "1", "-", "") "]",
                                       "[ " AN("a", "1", "-", "") " ]", &x, &y));
    assert_null(x.data);
    differ("[" AN("a", "1", "--n 16 --s 1", "") "]", "[" AN("a", "1", "--n 1 --s 1", "") "]",
           "a --n 16", "a --n 1");
    differ("[" AN("a", "1", "--n 1 --s 16", "") "]", "[" AN("a", "1", "--n 1 --s 1", "") "]",
           "a --s 16", "a --s 1");
    differ("[" AN("a", "1", "--n 1", "") "]", "[" AN("a", "1", "--n 1 --s 1", "") "]",
           "a without that", "a --s 1");
    differ("[" AN("a", "1", "--n 1", "") "]", "[" AN("a", "2", "--n 2", "") "]", "a 1", "a 2");
    differ("[" AN("a", "1", "", "\"x\":\"sha256:1\",\"y\":\"sha256:2\"") "]",
           "[" AN("a", "1", "", "\"x\":\"sha256:1\",\"y\":\"sha256:3\"") "]", "a from y sha256:2",
           "a from y sha256:3");
    differ("[" AN("a", "1", "", "\"x\":\"sha256:1\"") "]", "[" AN("a", "1", "", "") "]",
           "a from x sha256:1", "a from x that it lacks");
    differ("[" AN("a", "1", "-", "") "]", "[" AN("a", "1", "-", "") "," AN("b", "3", "", "") "]",
           "nothing", "b 3");
    differ("[]", "{}", "a provenance", "no provenance");
}

static void an_interruption_is_recorded(void **state)
{
    (void)state;
    hl_err e;
    char *three, *seven;
    static const char whole[] = "[" AN("b", "1", "", "") "," AN("a", "1", "", "") "]";
    assert_int_equal(hl_provenance_mark_interrupted(&three, whole, 3, &e), 0);
    assert_int_equal(hl_provenance_mark_interrupted(&seven, whole, 7, &e), 0);
    assert_string_equal(
        three, "[" AN("b", "1", "", "") ",{\"tool\":\"a\",\"version\":\"1\","
                                        "\"options\":\"\",\"inputs\":{},\"interrupted\":3}]");
    differ(three, whole, "a interrupted after epoch 3", "a run to its end");
    differ(three, seven, "a interrupted after epoch 3", "a interrupted after epoch 7");
    assert_int_equal(hl_provenance_mark_interrupted(&three, "{}", 3, &e), -1);
    free(three);
    free(seven);
}

static void descent_is_found(void **state)
{
    (void)state;
    static const char head[] =
        "[" AN("a", "1", "", "") "," AN("b", "1", "-n 1", "") "," AN("c", "1", "", "") "]";
    assert_true(hl_provenance_descends_from(head, "[" AN("a", "1", "", "") "]"));
    assert_true(hl_provenance_descends_from(
        head, "[" AN("x", "1", "", "") "," AN("b", "1", "-n 1", "") "]"));
    assert_false(hl_provenance_descends_from(
        head, "[" AN("a", "1", "", "") "," AN("b", "1", "-n 2", "") "]"));
    assert_false(hl_provenance_descends_from(head, "[]"));
    assert_false(hl_provenance_descends_from("[]", head));
}

static void inputs_and_options_are_found(void **state)
{
    (void)state;
    static const char provenance[] =
        "[" AN("a", "1", "--n 1 --word x", "\"images\":\"sha256:1\"") "," AN(
            "b", "1", "", "\"images\":\"sha256:2\"") "," AN("a", "1", "--n 12 --word x", "") "]";
    assert_true(hl_provenance_has_input(provenance, "images", "sha256:1"));
    assert_true(hl_provenance_has_input(provenance, "images", "sha256:2"));
    assert_false(hl_provenance_has_input(provenance, "images", "sha256:12"));
    assert_false(hl_provenance_has_input(provenance, "weights", "sha256:1"));
    assert_false(hl_provenance_has_input("no list", "images", "sha256:1"));
    assert_true(hl_provenance_has_option(provenance, "a", "--n", "12")); /* the last entry counts */
    assert_true(hl_provenance_has_option(provenance, "a", "--word", "x"));
    assert_false(hl_provenance_has_option(provenance, "a", "--n", "1"));
    assert_false(hl_provenance_has_option(provenance, "b", "--n", "1"));
    assert_false(hl_provenance_has_option(provenance, "c", "--n", "1"));
    assert_false(hl_provenance_has_option("no list", "a", "--n", "12"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_added),
        cmocka_unit_test(text_must_be_utf8),
        cmocka_unit_test(the_first_difference_is_named),
        cmocka_unit_test(ancestors_must_be_a_list),
        cmocka_unit_test(an_interruption_is_recorded),
        cmocka_unit_test(ancestors_are_limited),
        cmocka_unit_test(descent_is_found),
        cmocka_unit_test(inputs_and_options_are_found),
        cmocka_unit_test(shared_ancestors_appear_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
