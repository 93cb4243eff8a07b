/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/subset_override.h"
#include "helpers.h"

#define HEAD "#hilum-manifest 1\n#chain\t[{\"tool\":\"fold\"}]\npath\tlabel\tpatient\tsubset\n"

/* Writes images of a (with two augmented copies), b and c into the file f and opens it. */
static void open_samples(hl_samples *s)
{
    static char a[] = "A", b[] = "B", name[] = "images";
    static char *const classes[] = {a, b};
    const hl_feature_space feature_space = {
        .height = 1, .width = 1, .filter = "area", .fit = "pad"};
    const hl_tensor_desc d = {.name = name, .dtype = HL_U8, .rank = 4, .shape = {5, 1, 1, 1}};
    hl_err e;
    hl_tf_writer *w;
    hl_manifest m = {0};
    hl_manifest_add(&m, "a", "A", "p1", HL_TRAIN);
    hl_manifest_add_augmented(&m);
    hl_manifest_add_augmented(&m);
    hl_manifest_add(&m, "b", "B", "p2", HL_VAL);
    hl_manifest_add(&m, "c", "B", "p3", HL_TEST);
    hl_manifest_finish(&m);
    assert_int_equal(hl_samples_create(&w, "f", &m, classes, 2, &feature_space,
                                       "[{\"tool\":\"base\"}]", &d, NULL, NULL, &e),
                     0);
    assert_int_equal(hl_tf_write(w, "12345", 5, &e), 0);
    assert_int_equal(hl_tf_finish(w, &e), 0);
    hl_manifest_free(&m);
    assert_int_equal(hl_samples_open(s, "f", "images", &e), 0);
}

static void subsets_come_from_the_other_manifest(void **state)
{
    (void)state;
    static const hl_subset expected[] = {HL_TEST, HL_TEST, HL_TEST, HL_TRAIN, HL_VAL};
    hl_err e;
    hl_samples s;
    char digest[HL_DIGEST_SIZE];
    open_samples(&s);
    put_text("m", HEAD "c\tB\tp3\tval\na\tA\tp1\ttest\nb\tB\tp2\ttrain\n");
    assert_int_equal(hl_subset_override(&s, "m", &e), 0);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(s.manifest.samples[i].subset, expected[i]);
    assert_int_equal(hl_manifest_count(&s.manifest, HL_TEST), 1);
    assert_string_equal(s.provenance, "[{\"tool\":\"base\"},{\"tool\":\"fold\"}]");
    hl_manifest m;
    assert_int_equal(hl_manifest_read(&m, "m", &e), 0);
    hl_manifest_digest(&m, digest);
    assert_string_equal(s.override, digest);
    hl_manifest_free(&m);
    hl_samples_close(&s);
}

static void without_another_manifest_nothing_changes(void **state)
{
    (void)state;
    hl_err e;
    hl_samples s;
    open_samples(&s);
    assert_int_equal(hl_subset_override(&s, NULL, &e), 0);
    assert_int_equal(s.manifest.samples[4].subset, HL_TEST);
    assert_string_equal(s.provenance, "[{\"tool\":\"base\"}]");
    assert_string_equal(s.override, "");
    hl_samples_close(&s);
}

/* The digest of what was left out is that of the definition: sha256sum of its texts, each followed
 * by a zero byte. */
static void images_that_preprocess_left_out_may_be_listed(void **state)
{
    (void)state;
#define ALL "a\tA\tp1\ttest\nb\tB\tp2\tval\nc\tB\tp3\ttest\n"
    static const char d_and_e[] =
        "sha256:120fe9a4ae6a358c56cedbc6ae83744435d343367bd9fe85881035fbccfc026f";
    static const struct {
        const char *digest, *rows, *message;
    } cases[] = {
        {d_and_e, ALL "e\tA\tp5\tval\nd\tB\tp4\ttest\n", NULL},
        {d_and_e, ALL, NULL},
        {"", ALL "e\tA\tp5\tval\nd\tB\tp4\ttest\n", "sample 'e' of m is not in f"},
        {d_and_e, ALL "d\tB\tp4\ttest\n", "found 1 other, such as 'd'"},
        {d_and_e, ALL "x\tB\tp4\ttest\ny\tA\tp5\tval\n",
         "m: expected no images besides those of f and those that preprocess left out, found 2 "
         "others, such as 'x'"},
        {d_and_e, ALL "e\tA\tp5\tval\nd\tB\tp6\ttest\n", "found 2 others"},
        {d_and_e, ALL "e\tA\tp5\tval\nd\tB\tp4\ttest\nf\tB\tp4\ttest\n", "found 3 others"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hl_err e;
        hl_samples s;
        char provenance[256], text[256];
        open_samples(&s);
        snprintf(provenance, sizeof provenance, "[{\"tool\":\"preprocess\",\"inputs\":{%s%s%s}}]",
                 *cases[i].digest ? "\"left-out\":\"" : "", cases[i].digest,
                 *cases[i].digest ? "\"" : "");
        const char *before = s.provenance;
        s.provenance = provenance;
        snprintf(text, sizeof text, HEAD "%s", cases[i].rows);
        put_text("m", text);
        assert_int_equal(hl_subset_override(&s, "m", &e), cases[i].message ? -1 : 0);
        if (cases[i].message)
            assert_contains(e.msg, cases[i].message);
        else
            assert_int_equal(s.manifest.samples[0].subset, HL_TEST);
        s.provenance = before;
        hl_samples_close(&s);
    }
#undef ALL
}

static void the_first_difference_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *rows, *message;
    } bad[] = {
        {"a\tA\tp1\ttest\nc\tB\tp3\ttest\n", "sample 'b' of f is not in m"},
        {"a\tA\tp1\ttest\nb\tB\tp2\tval\nc\tB\tp3\ttest\nd\tB\tp3\ttest\n",
         "sample 'd' of m is not in f"},
        {"a\tA\tp1\ttest\nb\tA\tp2\tval\nc\tA\tp3\ttest\n",
         "sample 'b': its label is 'B' in f, 'A' in m"},
        {"a\tA\tp9\ttest\nb\tB\tp2\tval\nc\tB\tp8\ttest\n",
         "sample 'a': its patient is 'p1' in f, 'p9' in m"},
        {"a\tA\tp1\ttest\na\tA\tp1\ttest\n", "m: path 'a' appears twice"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        hl_samples s;
        char text[512];
        open_samples(&s);
        snprintf(text, sizeof text, HEAD "%s", bad[i].rows);
        put_text("m", text);
        assert_int_equal(hl_subset_override(&s, "m", &e), -1);
        assert_string_equal(e.msg, bad[i].message);
        hl_samples_close(&s);
    }
}

static void a_manifest_with_augmented_copies_is_refused(void **state)
{
    (void)state;
    hl_err e;
    hl_samples s;
    open_samples(&s);
    put_text("m", "#hilum-manifest 1\npath\tlabel\tpatient\tsubset\tvariant\na\tA\tp1\ttrain\t0\n"
                  "a\tA\tp1\ttrain\t1\n");
    assert_int_equal(hl_subset_override(&s, "m", &e), -1);
    assert_string_equal(e.msg, "m: expected original images only, found augmented copies");
    assert_int_equal(hl_subset_override(&s, "none", &e), -1);
    assert_contains(e.msg, "none: cannot be read");
    hl_samples_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(subsets_come_from_the_other_manifest),
        IN_FOLDER(without_another_manifest_nothing_changes),
        IN_FOLDER(images_that_preprocess_left_out_may_be_listed),
        IN_FOLDER(the_first_difference_is_named),
        IN_FOLDER(a_manifest_with_augmented_copies_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
