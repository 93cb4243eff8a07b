/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/version.h"
#include "helpers.h"
#include "sys/cli.h"

/* A tool with an option of every kind. */
static struct values {
    bool fast;
    int64_t width;
    uint64_t seed;
    double rate;
    const char *out, *pattern;
    int filter;
} v;

static const hl_opt opts[] = {
    HL_OPT_FLAG_R('f', "fast", &v.fast, "do less"),
    HL_OPT_INT_R('w', "width", "PIXELS", &v.width, 1, 4096, "width of the result"),
    HL_OPT_SEED(&v.seed),
    HL_OPT_REAL_R(0, "rate", "R", &v.rate, 0, 1, "fraction"),
    HL_OPT_STR('o', "output", "FILE", &v.out, "write to FILE"),
    HL_OPT_STR_R(0, "pattern", "REGEX", &v.pattern, "which"),
    HL_OPT_CHOICE_R(0, "filter", "area|bilinear|lanczos", &v.filter, "resampling"),
};

static hl_cli cli = {.name = "crop",
                     .usage = "[OPTIONS] IN [OUT]",
                     .about = "Crops images.",
                     .opts = opts,
                     .nopts = COUNT(opts),
                     .min_args = 1,
                     .max_args = 2};

static void set_defaults(void)
{
    v = (struct values){.width = 224, .seed = 1, .rate = 0.25, .out = "-", .filter = 1};
}

/* Parses the command line in a child and prints the result. */
static void parse(void *arg)
{
    char **argv = arg;
    int argc = 0;
    while (argv[argc])
        argc++;
    const int first = hl_cli_parse(&cli, argc, argv);
    char *record = hl_cli_record(&cli);
    printf("%s\n", record);
    free(record);
    printf("%d %d %s", v.filter, v.fast, v.out);
    for (int i = first; i < argc; i++)
        printf(" <%s>", argv[i]);
}

static outcome crop(const char *a, const char *b, const char *c, const char *d)
{
    char word[5][64] = {"crop"}, *argv[6] = {word[0]};
    const char *const given[] = {a, b, c, d};
    for (int i = 0; i < 4 && given[i]; i++) {
        snprintf(word[i + 1], sizeof word[i + 1], "%s", given[i]);
        argv[i + 1] = word[i + 1];
    }
    set_defaults();
    return in_child(parse, argv);
}

/* ---- valid command lines ---- */

static void defaults_are_kept(void **state)
{
    (void)state;
    const outcome o = crop("in", NULL, NULL, NULL);
    assert_exited(&o, 0);
    assert_string_equal(o.out, "--width 224 --seed 1 --rate 0.25 --filter bilinear\n1 0 - <in>");
    assert_string_equal(o.err, "");
}

static void values_are_stored(void **state)
{
    (void)state;
    outcome o = crop("-fw", "7", "--filter=area", "in");
    assert_exited(&o, 0);
    assert_string_equal(o.out, "--fast --width 7 --seed 1 --rate 0.25 --filter area\n0 1 - <in>");
    o = crop("in", "--seed=18446744073709551615", "--rate", "1e-3");
    assert_string_equal(o.out,
                        "--width 224 --seed 18446744073709551615 --rate 0.001 --filter bilinear\n"
                        "1 0 - <in>");
    o = crop("--pattern", "a b", "-oout", "in");
    assert_string_equal(o.out,
                        "--width 224 --seed 1 --rate 0.25 --pattern 'a b' --filter bilinear\n"
                        "1 0 out <in>");
    o = crop("-w4096", "-w1", "--", "-x");
    assert_string_equal(o.out, "--width 1 --seed 1 --rate 0.25 --filter bilinear\n1 0 - <-x>");
    o = crop("a", "-q", "b", "--quiet");
    assert_exited(&o, 0);
    assert_string_equal(o.out, "--width 224 --seed 1 --rate 0.25 --filter bilinear\n1 0 - <a> <b>");
}

static void nothing_recorded_is_empty(void **state)
{
    (void)state;
    const hl_cli none = {.name = "none"};
    char *record = hl_cli_record(&none);
    assert_string_equal(record, "");
    free(record);
}

static void help_shows_live_defaults(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const outcome o = crop("--width=300", i ? "-h" : "--help", NULL, NULL);
        assert_exited(&o, 0);
        assert_string_equal(o.err, "");
        static const char *const parts[] = {"usage: crop [OPTIONS] IN [OUT]\n\nCrops images.\n",
                                            "  -f, --fast                   do less\n",
                                            "  -w, --width PIXELS           width",
                                            "width of the result [300]\n",
                                            "  -s, --seed N ",
                                            "every random choice [1]\n",
                                            "      --rate R ",
                                            "fraction [0.25]\n",
                                            "write to FILE [-]\n",
                                            "which\n",
                                            "resampling: area|bilinear|lanczos [bilinear]\n",
                                            "  -q, --quiet ",
                                            "  -h, --help ",
                                            "      --version "};
        for (size_t p = 0; p < COUNT(parts); p++)
            assert_contains(o.out, parts[p]);
    }
}

static void version_is_shown(void **state)
{
    (void)state;
    const outcome o = crop("--version", "--nonsense", NULL, NULL);
    assert_exited(&o, 0);
    assert_string_equal(o.out, "crop (hilum) " HL_VERSION "\n");
}

static void help_to_a_full_device(void *arg)
{
    child_expects(dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO) == STDOUT_FILENO);
    parse(arg);
}

static void help_that_cannot_be_written_fails(void **state)
{
    (void)state;
    char name[] = "crop", help[] = "--help", *argv[] = {name, help, NULL};
    const outcome o = in_child(help_to_a_full_device, argv);
    assert_exited(&o, 1);
}

/* ---- invalid ones ---- */

static void wrong_usage_is_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *words[4], *message;
    } wrong[] = {
        {{"--nonsense", "in"}, "unknown option '--nonsense'"},
        {{"-x", "in"}, "unknown option '-x'"},
        {{"-qx", "in"}, "unknown option '-x'"},
        {{"-xq", "in"}, "unknown option '-x'"},
        {{"in", "--fi=area", "--f"}, "unknown option '--f'"}, /* fast or filter? */
        {{"--fast=yes", "in"}, "option '--fast=yes': expected no value"},
        {{"--quiet=yes", "in"}, "option '--quiet=yes': expected no value"},
        {{"in", "-w"}, "option '-w' needs a value"},
        {{"in", "--width"}, "option '--width' needs a value"},
        {{"--width", "0"}, "--width: expected a whole number from 1 to 4096, found '0'"},
        {{"--width", "4097"}, "--width: expected a whole number from 1 to 4096, found '4097'"},
        {{"-w", "-5"}, "--width: expected a whole number from 1 to 4096, found '-5'"},
        {{"-w", "5px"}, "--width: expected a whole number from 1 to 4096, found '5px'"},
        {{"-w", " 5"}, "--width: expected a whole number from 1 to 4096, found ' 5'"},
        {{"-w", ""}, "--width: expected a whole number from 1 to 4096, found ''"},
        {{"-w", "99999999999999999999"},
         "--width: expected a whole number from 1 to 4096, found '99999999999999999999'"},
        {{"-s", "-1"}, "--seed: expected a whole number from 0 to 2^64-1, found '-1'"},
        {{"--rate", "1.01"}, "--rate: expected a number from 0 to 1, found '1.01'"},
        {{"--rate", "nan"}, "--rate: expected a number from 0 to 1, found 'nan'"},
        {{"--filter", "Area"}, "--filter: expected one of area|bilinear|lanczos, found 'Area'"},
        {{"--filter", "are"}, "--filter: expected one of area|bilinear|lanczos, found 'are'"},
        {{"--filter", "area|"}, "--filter: expected one of area|bilinear|lanczos, found 'area|'"},
        {{"--filter", ""}, "--filter: expected one of area|bilinear|lanczos, found ''"},
        {{NULL}, "missing operand: usage is crop [OPTIONS] IN [OUT]"},
        {{"--fast"}, "missing operand: usage is crop [OPTIONS] IN [OUT]"},
        {{"a", "b", "c"}, "unexpected operand 'c'"},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const char *const *w = wrong[i].words;
        const outcome o = crop(w[0], w[1], w[2], w[3]);
        char line[256];
        snprintf(line, sizeof line, "crop: %s (try --help)\n", wrong[i].message);
        assert_string_equal(o.err, line);
        assert_exited(&o, 2);
        assert_string_equal(o.out, "");
    }
}

static void any_number_of_operands(void **state)
{
    (void)state;
    cli.max_args = -1;
    const outcome o = crop("a", "b", "c", "d");
    cli.max_args = 2;
    assert_exited(&o, 0);
    assert_contains(o.out, "<a> <b> <c> <d>");
}

/* ---- the rest ---- */

static void words_of_a_choice(void **state)
{
    (void)state;
    char buf[16];
    assert_string_equal(hl_choice_word("a|bc|d", 0, buf, sizeof buf), "a");
    assert_string_equal(hl_choice_word("a|bc|d", 1, buf, sizeof buf), "bc");
    assert_string_equal(hl_choice_word("a|bc|d", 2, buf, sizeof buf), "d");
    assert_ptr_equal(hl_choice_word("a|bc|d", 1, buf, 2), buf);
    assert_string_equal(buf, "b");
}

static void processors_are_counted(void **state)
{
    (void)state;
    assert_true(hl_cpu_count() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_kept),
        cmocka_unit_test(values_are_stored),
        cmocka_unit_test(nothing_recorded_is_empty),
        cmocka_unit_test(help_shows_live_defaults),
        cmocka_unit_test(version_is_shown),
        cmocka_unit_test(help_that_cannot_be_written_fails),
        cmocka_unit_test(wrong_usage_is_one_line),
        cmocka_unit_test(any_number_of_operands),
        cmocka_unit_test(words_of_a_choice),
        cmocka_unit_test(processors_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
