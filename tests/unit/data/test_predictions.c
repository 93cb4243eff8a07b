/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"
#include "data/predictions.h"
#include "format/checksum.h"
#include "format/string_list.h"
#include "helpers.h"

static const char *const classes[] = {"A", "B"};

#define HEAD "#hilum-predictions 1\nsample\tpatient\tsubset\tlabel\tpredicted\tp_A\tp_B\n"

static int read_text(hl_predictions *p, const char *text, const char *subset, hl_err *e)
{
    put_text("p.tsv", text);
    return hl_predictions_read(p, "p.tsv", classes, 2, "m.json", subset, e);
}

static const char good[] = HEAD "a b.png\tp1\tval\tA\tB\t0.25\t0.75\n"
                                "c\\td.png\tp2\ttest\tB\tB\t0\t1\n";

static void test_rows(void **state)
{
    (void)state;
    hl_err e;
    hl_predictions p;
    assert_int_equal(read_text(&p, good, NULL, &e), 0);
    assert_int_equal(p.n, 2);
    assert_string_equal(p.rows[0].sample, "a b.png");
    assert_string_equal(p.rows[0].patient, "p1");
    assert_int_equal(p.rows[0].label, 0);
    assert_int_equal(p.rows[0].predicted, 1);
    assert_true(p.p[1] == 0.75 && p.p[2] == 0 && p.p[3] == 1);
    assert_string_equal(p.rows[1].sample, "c\td.png");
    hl_predictions_free(&p);
}

/* A file that states its provenance must have a checksum line. */
static void test_origin(void **state)
{
    (void)state;
    hl_err e;
    hl_predictions p;
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "#chain\t[]\n");
    hl_strbuf_puts(&t, good);
    assert_int_equal(read_text(&p, t.data, NULL, &e), -1);
    assert_contains(e.msg, "p.tsv: cut short, or changed by hand: expected #sha256");
    hl_checksum_add_line(&t, 0);
    assert_int_equal(read_text(&p, t.data, NULL, &e), 0);
    assert_string_equal(p.provenance, "[]");
    hl_predictions_free(&p);
    hl_strbuf_free(&t);
}

static void test_classes_of_the_file(void **state)
{
    (void)state;
    hl_err e;
    hl_predictions p;
    put_text("p.tsv", "#space\t{}\nsample\tpatient\tsubset\tlabel\tpredicted\tp_b\tp_a\n"
                      "s\tp\ttest\ta\tb\t0.75\t0.25\n");
    assert_int_equal(hl_predictions_read(&p, "p.tsv", NULL, 0, NULL, NULL, &e), 0);
    assert_int_equal(p.nclasses, 2);
    assert_string_equal(p.classes[0], "b");
    assert_string_equal(p.classes[1], "a");
    assert_int_equal(p.rows[0].label, 1);
    assert_int_equal(p.rows[0].predicted, 0);
    assert_string_equal(p.rows[0].subset, "test");
    assert_string_equal(p.feature_space, "{}");
    assert_null(p.provenance);
    hl_predictions_free(&p);
}

static void test_positive(void **state)
{
    (void)state;
    static const char rows[] = "sample\tpatient\tsubset\tlabel\tpredicted\tp_A\tp_B\n"
                               "s\tp\ttest\tA\tB\t0.25\t0.75\n";
    hl_err e;
    hl_predictions p;
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "#positive\tA\n%s", rows);
    int positive;
    assert_int_equal(read_text(&p, t.data, NULL, &e), 0);
    assert_int_equal(p.positive, 0);
    assert_int_equal(hl_predictions_choose_positive(&p, NULL, &positive, &e), 0);
    assert_int_equal(positive, 0);
    assert_int_equal(hl_predictions_choose_positive(&p, "B", &positive, &e), -1);
    hl_predictions_free(&p);
    assert_int_equal(read_text(&p, rows, NULL, &e), 0);
    assert_int_equal(p.positive, HL_NO_POSITIVE);
    assert_int_equal(hl_predictions_choose_positive(&p, NULL, &positive, &e), -1);
    assert_contains(e.msg, "p.tsv: the names of its classes do not say");
    assert_int_equal(hl_predictions_choose_positive(&p, "B", &positive, &e), 0);
    assert_int_equal(positive, 1);
    hl_predictions_free(&p);
    hl_strbuf_free(&t);
}

static void test_subset(void **state)
{
    (void)state;
    hl_err e;
    hl_predictions p;
    assert_int_equal(read_text(&p, good, "test", &e), 0);
    assert_int_equal(p.n, 1);
    assert_string_equal(p.rows[0].patient, "p2");
    hl_predictions_free(&p);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {HEAD "a\tp\ttest\tC\tA\t1\t0\n", "row 1: label: expected a class of m.json, found 'C'"},
        {HEAD "a\tp\ttest\tA\t\t1\t0\n", "predicted: expected a class"},
        {HEAD "a\tp\ttest\tA\tA\t1.1\t0\n", "p_A: expected a probability, found '1.1'"},
        {HEAD "a\tp\ttest\tA\tA\t1\tnan\n", "p_B: expected a probability, found 'nan'"},
        {"sample\tpatient\tsubset\tlabel\tpredicted\tp_A\n", "classes differ: "},
        {"#positive\tC\n" HEAD "a\tp\ttest\tA\tA\t1\t0\n",
         "#positive: expected one of its classes, found 'C'"},
        {"sample\tlabel\tpredicted\tp_A\tp_B\n", "expected a column 'patient'"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        hl_predictions p;
        assert_int_equal(read_text(&p, bad[i].text, NULL, &e), -1);
        assert_contains(e.msg, bad[i].message);
    }
}

static void test_many_classes(void **state)
{
    (void)state;
    hl_err e;
    hl_predictions p;
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "sample\tpatient\tsubset\tlabel\tpredicted");
    for (int k = 0; k <= HL_MAX_CLASSES; k++)
        hl_strbuf_printf(&t, "\tp_%d", k);
    hl_strbuf_puts(&t, "\n");
    put_text("p.tsv", t.data);
    assert_int_equal(hl_predictions_read(&p, "p.tsv", NULL, 0, NULL, NULL, &e), -1);
    assert_string_equal(e.msg, "p.tsv: expected at most 1000 classes, found 1001");
    hl_strbuf_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_rows),     IN_FOLDER(test_origin),   IN_FOLDER(test_classes_of_the_file),
        IN_FOLDER(test_subset),   IN_FOLDER(test_refusals), IN_FOLDER(test_many_classes),
        IN_FOLDER(test_positive),
    };
    return cmocka_run_group_tests_name("predictions", tests, NULL, NULL);
}
