/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "predict/inputs.h"

static void expect(const predict_inputs *in, const char *const *paths, size_t n)
{
    assert_int_equal(in->n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(in->paths[i], paths[i]);
}

static void test_names(void **state)
{
    (void)state;
    hl_err e;
    predict_inputs in;
    mkdir("d", 0777);
    put_text("d/b.png", "");
    put_text("d/a.JPG", "");
    put_text("d/notes.txt", "");
    char *names[] = {"x.dat", "d", "gone.png", "d/"};
    assert_int_equal(predict_inputs_gather(&in, names, 4, false, &e), 0);
    static const char *const paths[] = {"x.dat",    "d/a.JPG", "d/b.png",
                                        "gone.png", "d/a.JPG", "d/b.png"};
    expect(&in, paths, 6);
    assert_int_equal(in.others, 2);
    predict_inputs_free(&in);
    unlink("d/b.png");
    unlink("d/a.JPG");
    assert_int_equal(predict_inputs_gather(&in, names + 1, 1, false, &e), -1);
    assert_contains(e.msg, "no images found");
    unlink("d/notes.txt");
}

/* Gathers the names in a list on standard input. */
static int gather_list(predict_inputs *in, const char *list, size_t len, bool nul, hl_err *e)
{
    char *names[] = {"-"};
    put_file("list", list, len);
    assert_non_null(freopen("list", "r", stdin));
    return predict_inputs_gather(in, names, 1, nul, e);
}

static void test_lists(void **state)
{
    (void)state;
    hl_err e;
    predict_inputs in;
    static const char *const lines[] = {"a b.png", "c\t\"d\".png", " e"};
    static const char *const zeros[] = {"a\nb.png", "c"};
    assert_int_equal(gather_list(&in, "a b.png\nc\t\"d\".png\n e",
                                 sizeof "a b.png\nc\t\"d\".png\n e" - 1, false, &e),
                     0);
    expect(&in, lines, 3);
    predict_inputs_free(&in);
    assert_int_equal(gather_list(&in, "a\nb.png\0c\0", sizeof "a\nb.png\0c\0" - 1, true, &e), 0);
    expect(&in, zeros, 2);
    predict_inputs_free(&in);
    assert_int_equal(gather_list(&in, "a\n\nb\n", sizeof "a\n\nb\n" - 1, false, &e), -1);
    assert_contains(e.msg, "name 2 is empty");
    assert_int_equal(gather_list(&in, "a\0b\n", sizeof "a\0b\n" - 1, false, &e), -1);
    assert_contains(e.msg, "name 1 contains a zero byte");
    assert_int_equal(gather_list(&in, "", sizeof "" - 1, false, &e), -1);
    assert_contains(e.msg, "no images found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_names),
        IN_FOLDER(test_lists),
    };
    return cmocka_run_group_tests_name("inputs", tests, NULL, NULL);
}
