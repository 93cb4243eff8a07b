/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "predict/inputs.h"
#include "predict/worklist.h"

#include <math.h>

/* ---- worklist ---- */

static char *classes[] = {"A", "B"};

static predict_entry one(const char *image, double p, double distance, bool unlike)
{
    return (predict_entry){
        .image = strdup(image), .p = p, .answer = p >= 0.5, .distance = distance, .unlike = unlike};
}

static void test_ranks(void **state)
{
    (void)state;
    predict_worklist w = {.classes = classes,
                          .positive_class = 1,
                          .threshold = 0.5,
                          .point = "sensitivity-90",
                          .is_calibrated = true,
                          .temperature = 2,
                          .unlike_from = 3,
                          .chain = "[]"};
    predict_worklist_add(&w, one("low\tone", 0.125, 1, false));
    predict_worklist_add(&w,
                         (predict_entry){.image = strdup("broken"), .reason = strdup("cut\noff")});
    predict_worklist_add(&w, one("first of equals", 0.75, 2.5, false));
    predict_worklist_add(&w, one("second of equals", 0.75, 4, true));
    predict_worklist_add(&w, one("high", 1, NAN, false));
    assert_int_equal(w.positive, 3);
    assert_int_equal(w.unlike, 1);
    assert_int_equal(w.unread, 1);
    predict_worklist_rank(&w);
    put_text("list", "");
    FILE *fp = fopen("list", "w");
    predict_worklist_write(&w, fp);
    fclose(fp);
    assert_file_holds("list", "#hilum-worklist 1\n#provenance\t[]\n#positive\tB\n#threshold\t0.5\n"
                              "#operating\tsensitivity-90\n#temperature\t2\n#ood_threshold\t3\n"
                              "rank\timage\tp\tclass\tdistance\tflag\treason\n"
                              "1\thigh\t1\tB\t-\t-\t-\n"
                              "2\tfirst of equals\t0.75\tB\t2.5\t-\t-\n"
                              "3\tsecond of equals\t0.75\tB\t4\tood\t-\n"
                              "4\tlow\\tone\t0.125\tA\t1\t-\t-\n"
                              "-\tbroken\t-\t-\t-\tunreadable\tcut\\noff\n");
    predict_worklist_free(&w);
}

/* ---- inputs ---- */

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
    assert_contains(e.msg, "there is no image");
    unlink("d/notes.txt");
}

/* What a list on standard input gives. */
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
    assert_contains(e.msg, "name 1 holds a zero byte");
    assert_int_equal(gather_list(&in, "", sizeof "" - 1, false, &e), -1);
    assert_contains(e.msg, "there is no image");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_ranks),
        IN_FOLDER(test_names),
        IN_FOLDER(test_lists),
    };
    return cmocka_run_group_tests_name("worklist", tests, NULL, NULL);
}
