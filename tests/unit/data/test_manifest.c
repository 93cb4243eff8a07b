/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "data/manifest.h"
#include "format/string_list.h"
#include "helpers.h"

#define MAGIC "#hilum-manifest 1\n"
#define COLUMNS "path\tlabel\tpatient\tsubset\n"
#define FIVE "path\tlabel\tpatient\tsubset\taugmented_copy\n"
#define NAMES                                                                                      \
    "expected the columns path, label, patient, subset and, if any, augmented_copy and those "     \
    "that are carried"

#define AGES "path\tlabel\tpatient\tsubset\tage\tsex\n"

static int parse(hl_manifest *m, const char *text, hl_err *e)
{
    return hl_manifest_parse(m, "m.tsv", text, strlen(text), e);
}

static hl_manifest example(void)
{
    hl_manifest m = {0};
    hl_manifest_add(&m, "b/2.png", "b", "p2", HL_TEST);
    hl_manifest_add(&m, "B/1.png", "B", "p1", HL_TRAIN);
    hl_manifest_add(&m, "a\tb\nc\r\\d/é 💨.png", "tab\tlabel", "line\npatient", HL_VAL);
    hl_manifest_add(&m, "#b/3.png", "b", "p2", HL_TEST);
    hl_manifest_finish(&m);
    return m;
}

static const char example_rows[] = "#samples\t4\n" COLUMNS "b/2.png\tb\tp2\ttest\n"
                                   "B/1.png\tB\tp1\ttrain\n"
                                   "a\\tb\\nc\\r\\\\d/é 💨.png\ttab\\tlabel\tline\\npatient\tval\n"
                                   "#b/3.png\tb\tp2\ttest\n";

static void classes_are_sorted_bytewise(void **state)
{
    (void)state;
    hl_manifest m = example();
    static const char *const classes[] = {"B", "b", "tab\tlabel"};
    static const uint32_t numbers[] = {1, 0, 2, 1};
    assert_int_equal(m.nclasses, 3);
    for (size_t k = 0; k < 3; k++)
        assert_string_equal(m.classes[k], classes[k]);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(m.samples[i].cls, numbers[i]);
    assert_string_equal(m.root, "");
    assert_string_equal(m.provenance, "[]");
    assert_int_equal(hl_manifest_count(&m, HL_TRAIN), 1);
    assert_int_equal(hl_manifest_count(&m, HL_VAL), 1);
    assert_int_equal(hl_manifest_count(&m, HL_TEST), 2);
    hl_manifest_free(&m);
    hl_manifest_free(&m);
}

static void text_is_as_specified(void **state)
{
    (void)state;
    hl_manifest m = example();
    char expected[1024];
    hl_strbuf t = {0};
    snprintf(expected, sizeof expected, MAGIC "#root\t\n#provenance\t[]\n%s", example_rows);
    hl_manifest_format(&m, true, &t);
    assert_memory_equal(t.data, expected, strlen(expected));
    assert_int_equal(strncmp(t.data + strlen(expected), "#sha256\t", 8), 0);
    hl_strbuf_free(&t);
    snprintf(expected, sizeof expected, MAGIC "%s", example_rows);
    hl_manifest_format(&m, false, &t);
    assert_string_equal(t.data, expected);

    char by_text[HL_DIGEST_SIZE], digest[HL_DIGEST_SIZE];
    hl_digest_bytes(t.data, t.len, by_text);
    hl_manifest_digest(&m, digest);
    assert_string_equal(digest, by_text);
    hl_strbuf_free(&t);
    hl_manifest_free(&m);
}

/* Where an image with a hidden path is, is in the manifest itself and in no digest. */
static void files_of_hidden_paths(void **state)
{
    (void)state;
    hl_manifest m = {0}, back;
    hl_err e;
    hl_strbuf t = {0};
    hl_manifest_add(&m, "0123456789abcdef", "A", "p1", HL_TEST);
    hl_manifest_set_file(&m, "A/a\tb");
    hl_manifest_add(&m, "B/1.png", "B", "p2", HL_TRAIN);
    hl_manifest_add_augmented(&m);
    hl_manifest_finish(&m);
    hl_manifest_format(&m, true, &t);
    assert_non_null(strstr(t.data, "\tsubset\taugmented_copy\timage_file\n"
                                   "0123456789abcdef\tA\tp1\ttest\t0\tA/a\\tb\n"
                                   "B/1.png\tB\tp2\ttrain\t0\t\n"));
    assert_int_equal(hl_manifest_parse(&back, "m", t.data, t.len, &e), 0);
    assert_string_equal(back.samples[0].file, "A/a\tb");
    assert_null(back.samples[1].file);
    assert_int_equal(back.samples[2].augmented, 1);
    hl_strbuf_free(&t);
    hl_manifest_format(&back, false, &t);
    assert_null(strstr(t.data, "image_file"));
    hl_strbuf_free(&t);
    hl_manifest_free(&back);
    hl_manifest_free(&m);
}

static void round_trip(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m = example(), back;
    free(m.root);
    free(m.provenance);
    m.root = strdup("/data/new\nline\\");
    m.provenance = strdup("[{\"tool\":\"split\",\"options\":\"\\t\"}]");
    hl_strbuf t = {0};
    hl_manifest_format(&m, true, &t);
    assert_int_equal(hl_manifest_parse(&back, "m", t.data, t.len, &e), 0);
    assert_string_equal(back.root, m.root);
    assert_string_equal(back.provenance, m.provenance);
    assert_int_equal(back.n, m.n);
    assert_int_equal(back.nclasses, m.nclasses);
    for (size_t i = 0; i < m.n; i++) {
        assert_string_equal(back.samples[i].path, m.samples[i].path);
        assert_string_equal(back.samples[i].label, m.samples[i].label);
        assert_string_equal(back.samples[i].patient, m.samples[i].patient);
        assert_int_equal(back.samples[i].subset, m.samples[i].subset);
        assert_int_equal(back.samples[i].cls, m.samples[i].cls);
    }
    /* The digest does not depend on the folder of the images. */
    char a[HL_DIGEST_SIZE], b[HL_DIGEST_SIZE];
    free(back.root);
    back.root = strdup("/elsewhere");
    hl_manifest_digest(&m, a);
    hl_manifest_digest(&back, b);
    assert_string_equal(a, b);
    back.samples[0].subset = HL_VAL;
    hl_manifest_digest(&back, b);
    assert_string_not_equal(a, b);
    hl_strbuf_free(&t);
    hl_manifest_free(&m);
    hl_manifest_free(&back);
}

static void comments_before_the_columns_are_skipped(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m;
    assert_int_equal(
        parse(&m, MAGIC "#for people\n#rooted\tx\n#root\tr\n" COLUMNS "a\tb\tc\tval\n", &e), 0);
    assert_string_equal(m.root, "r");
    assert_string_equal(m.provenance, "[]");
    assert_int_equal(m.n, 1);
    hl_manifest_free(&m);
}

static void malformed_lines_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", "m.tsv: not a manifest: expected a line of column names"},
        {"\n", "m.tsv: not a manifest: expected '#hilum-manifest 1' in line 1"},
        {COLUMNS, "m.tsv: not a manifest: expected '#hilum-manifest 1' in line 1"},
        {"#hilum-manifest 2\n", "m.tsv: not a manifest: expected '#hilum-manifest 1' in line 1"},
        {"#hilum-manifest 1\r\n", "m.tsv: not a manifest: expected '#hilum-manifest 1' in line 1"},
        {"#hilum-manifest 1", "m.tsv: truncated: the last line does not end"},
        {MAGIC, "m.tsv: not a manifest: expected a line of column names"},
        {MAGIC COLUMNS, "m.tsv: expected at least one sample, found none"},
        {MAGIC "path\tlabel\tpatient\n", "m.tsv: line 2: " NAMES},
        {MAGIC "path\tlabel\tpatient\tsubset\t\n",
         "m.tsv: line 2: expected the name of a column, in UTF-8 without control characters, "
         "found ''"},
        {MAGIC "path\tlabel\tpatient\tsubset\tage\taugmented_copy\n",
         "m.tsv: line 2: 'augmented_copy' is a column of hilum's own: expected another name"},
        {MAGIC "label\tpath\tpatient\tsubset\n", "m.tsv: line 2: " NAMES},
        {MAGIC "\n" COLUMNS, "m.tsv: line 2: " NAMES},
        {MAGIC COLUMNS "\n", "m.tsv: line 3: expected 4 columns, found 1"},
        {MAGIC COLUMNS "a\tb\tc\n", "m.tsv: line 3: expected 4 columns, found 3"},
        {MAGIC COLUMNS "a\tb\tc\ttest\t\n", "m.tsv: line 3: expected 4 columns, found 5"},
        {MAGIC COLUMNS "#comment\n", "m.tsv: line 3: expected 4 columns, found 1"},
        {MAGIC COLUMNS "\tb\tc\ttest\n", "m.tsv: line 3: empty path"},
        {MAGIC COLUMNS "a\t\tc\ttest\n", "m.tsv: line 3: empty label"},
        {MAGIC COLUMNS "a\tb\t\ttest\n", "m.tsv: line 3: empty patient"},
        {MAGIC COLUMNS "a\tb\tc\t\n", "m.tsv: line 3: empty subset"},
        {MAGIC COLUMNS "a\\x\tb\tc\ttest\n", "m.tsv: line 3: bad escape in path"},
        {MAGIC COLUMNS "a\tb\\\tc\ttest\n", "m.tsv: line 3: bad escape in label"},
        {MAGIC COLUMNS "a\tb\tc\\0\ttest\n", "m.tsv: line 3: bad escape in patient"},
        {MAGIC COLUMNS "a\tb\tc\ttest\nd\tb\tc\tTest\n",
         "m.tsv: line 4: expected subset train, val or test, found 'Test'"},
        {MAGIC COLUMNS "a\tb\tc\ttest\r\n",
         "m.tsv: line 3: expected subset train, val or test, found 'test?'"},
        {MAGIC COLUMNS "a\tb\tc\ttest\nd\tb\tc\ttest\na\tx\ty\ttrain\n",
         "m.tsv: path 'a' appears twice"},
        {MAGIC COLUMNS "a\tb\tc\ttest", "m.tsv: truncated: the last line does not end"},
        {MAGIC "#samples\t2\n" COLUMNS "a\tb\tc\ttest\n",
         "m.tsv: truncated or changed: expected 2 samples, found 1"},
        {MAGIC "#samples\t0\n" COLUMNS, "m.tsv: line 2: expected a number of samples"},
        {MAGIC "#samples\tmany\n" COLUMNS, "m.tsv: line 2: expected a number of samples"},
        {MAGIC "#root\tx\n#root\ty\n" COLUMNS, "m.tsv: line 3: appears twice"},
        {MAGIC "#provenance\t[]\n#provenance\t[]\n" COLUMNS, "m.tsv: line 3: appears twice"},
        {MAGIC "#listing\t[]\n" COLUMNS "a\tb\tc\ttest\n",
         "m.tsv: #listing: expected a JSON object"},
        {MAGIC "#root\t\\\n" COLUMNS, "m.tsv: line 2: bad escape"},
        {MAGIC AGES "a\tb\tc\ttest\t\n", "m.tsv: line 3: expected 6 columns, found 5"},
        {MAGIC AGES "a\tb\tc\ttest\t4\t\\b\n",
         "m.tsv: line 3: carried columns: expected UTF-8 text without control characters and with "
         "good escapes, found '4?\\b'"},
        {MAGIC "path\tlabel\tpatient\tsubset\taugmented_copy\tage\na\tb\tc\ttrain\t0\t7\n"
               "a\tb\tc\ttrain\t1\t8\n",
         "m.tsv: augmented copy 1 of 'a': expected the age of the original"},
        {MAGIC FIVE "a\tb\tc\ttrain\n", "m.tsv: line 3: expected 5 columns, found 4"},
        {MAGIC FIVE "a\tb\tc\ttrain\t\n", "m.tsv: line 3: empty augmented_copy"},
        {MAGIC FIVE "a\tb\tc\ttrain\t-1\n",
         "m.tsv: line 3: expected the number of an augmented copy, from 0 to 100, found '-1'"},
        {MAGIC FIVE "a\tb\tc\ttrain\t101\n",
         "m.tsv: line 3: expected the number of an augmented copy, from 0 to 100, found '101'"},
        {MAGIC FIVE "a\tb\tc\tval\t0\na\tb\tc\tval\t1\n",
         "m.tsv: line 4: augmented copies are for training: expected subset train, found val"},
        {MAGIC FIVE "a\tb\tc\ttest\t0\na\tb\tc\ttrain\t1\n",
         "m.tsv: augmented copy 1 of 'a': expected the subset of the original"},
        {MAGIC FIVE "a\tb\tc\ttrain\t2\na\tx\tc\ttrain\t0\n",
         "m.tsv: augmented copy 2 of 'a': expected the label of the original"},
        {MAGIC FIVE "a\tb\tc\ttrain\t0\na\tb\tx\ttrain\t1\n",
         "m.tsv: augmented copy 1 of 'a': expected the patient of the original"},
        {MAGIC FIVE "a\tb\tc\ttrain\t1\n",
         "m.tsv: augmented copy 1 of 'a': the original is missing"},
        {MAGIC FIVE "A\tb\tc\ttrain\t0\na\tb\tc\ttrain\t1\n",
         "m.tsv: augmented copy 1 of 'a': the original is missing"},
        {MAGIC FIVE "a\tb\tc\ttrain\t1\na\tb\tc\ttrain\t0\na\tb\tc\ttrain\t1\n",
         "m.tsv: augmented copy 1 of 'a' appears twice"},
        {MAGIC FIVE "a\tb\tc\ttrain\t0\na\tb\tc\ttrain\t0\n", "m.tsv: path 'a' appears twice"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        hl_manifest m;
        assert_int_equal(parse(&m, bad[i].text, &e), -1);
        assert_string_equal(e.msg, bad[i].message);
        assert_null(m.samples);
        hl_manifest_free(&m);
    }
}

static void augmented_copies_are_told_from_originals(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m = {0}, back;
    hl_manifest_add(&m, "a", "A", "p1", HL_TRAIN);
    assert_false(hl_manifest_has_augmented(&m));
    hl_manifest_add_augmented(&m);
    hl_manifest_add_augmented(&m);
    hl_manifest_add(&m, "b", "B", "p2", HL_TEST);
    hl_manifest_finish(&m);
    assert_true(hl_manifest_has_augmented(&m));
    hl_strbuf t = {0};
    hl_manifest_format(&m, false, &t);
    assert_string_equal(t.data, MAGIC "#samples\t4\n" FIVE "a\tA\tp1\ttrain\t0\n"
                                      "a\tA\tp1\ttrain\t1\na\tA\tp1\ttrain\t2\n"
                                      "b\tB\tp2\ttest\t0\n");
    assert_int_equal(hl_manifest_parse(&back, "m", t.data, t.len, &e), 0);
    hl_strbuf_free(&t);
    assert_int_equal(back.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(back.samples[i].augmented, i < 3 ? i : 0);
    /* Only originals are counted, and augmented copies are used in training only. */
    assert_int_equal(hl_manifest_count(&back, HL_TRAIN), 1);
    assert_int_equal(hl_manifest_count(&back, HL_TEST), 1);
    assert_true(hl_sample_is_used(&back.samples[2], HL_TRAIN));
    back.samples[2].subset = HL_VAL;
    assert_false(hl_sample_is_used(&back.samples[2], HL_VAL));
    assert_false(hl_sample_is_used(&back.samples[2], HL_TRAIN));
    hl_manifest_free(&m);
    hl_manifest_free(&back);
}

static void carried_columns_stay_as_they_are(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m, copy = {0};
    static const char rows[] = AGES "a\tA\tp1\ttrain\t\tx\\ty\\\\\\n\nb\tB\tp2\ttest\té 💨\t\n";
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, MAGIC "#samples\t2\n%s", rows);
    assert_int_equal(parse(&m, t.data, &e), 0);
    assert_int_equal(m.carried.n, 2);
    assert_string_equal(m.samples[0].carried, "\tx\\ty\\\\\\n");
    hl_carried_copy(&copy.carried, &m.carried);
    for (size_t i = 0; i < 2; i++)
        hl_manifest_add_copy(&copy, &m.samples[i]);
    hl_manifest_finish(&copy);
    hl_strbuf again = {0};
    hl_manifest_format(&copy, false, &again);
    assert_string_equal(again.data, t.data);
    hl_manifest_add_augmented(&copy);
    assert_string_equal(copy.samples[2].carried, "é 💨\t");
    hl_manifest_free(&m);
    hl_manifest_free(&copy);
    hl_strbuf_free(&t);
    hl_strbuf_free(&again);
}

/* A column of zeros means the same as no column. */
static void a_column_of_zeros_is_no_augmentation(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m;
    assert_int_equal(parse(&m, MAGIC FIVE "a\tb\tc\tval\t0\n", &e), 0);
    hl_strbuf t = {0};
    hl_manifest_format(&m, false, &t);
    assert_string_equal(t.data, MAGIC "#samples\t1\n" COLUMNS "a\tb\tc\tval\n");
    hl_strbuf_free(&t);
    hl_manifest_free(&m);
}

static void zero_bytes_are_refused(void **state)
{
    (void)state;
    static const char text[] = MAGIC COLUMNS "a\tb\0\tc\ttest\n";
    hl_err e;
    hl_manifest m;
    assert_int_equal(hl_manifest_parse(&m, "m.tsv", text, sizeof text - 1, &e), -1);
    assert_string_equal(e.msg, "m.tsv: line 3: it holds a zero byte");
}

/* No truncated manifest passes for a complete one. */
static void truncation_is_noticed(void **state)
{
    (void)state;
    char text[1024];
    const size_t len = (size_t)snprintf(text, sizeof text, MAGIC "%s", example_rows);
    for (size_t n = 0; n < len; n++) {
        hl_err e;
        hl_manifest m;
        assert_int_equal(hl_manifest_parse(&m, "m", text, n, &e), -1);
    }
}

static void many_samples(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m = {0}, back;
    for (int i = 0; i < 20000; i++) {
        char path[32], label[8];
        snprintf(path, sizeof path, "%d.png", i * 7919 % 20000);
        snprintf(label, sizeof label, "%d", i % 10);
        hl_manifest_add(&m, path, label, path, (hl_subset)(i % 3));
    }
    hl_manifest_finish(&m);
    hl_strbuf t = {0};
    hl_manifest_format(&m, false, &t);
    assert_int_equal(hl_manifest_parse(&back, "m", t.data, t.len, &e), 0);
    assert_int_equal(back.n, 20000);
    assert_int_equal(back.nclasses, 10);
    assert_string_equal(back.samples[19999].path, m.samples[19999].path);
    hl_strbuf_free(&t);
    hl_manifest_free(&m);
    hl_manifest_free(&back);
}

/* The time must not grow with the square of the number of classes: the larger case once took 17 s.
 */
static void classes_are_limited(void **state)
{
    (void)state;
    static const struct {
        int classes;
        const char *message;
    } cases[] = {{HL_MAX_CLASSES, NULL},
                 {HL_MAX_CLASSES + 1, "m: expected at most 1000 classes, found 1001"},
                 {80000, "m: expected at most 1000 classes, found 80000"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hl_err e;
        hl_manifest m;
        hl_strbuf t = {0};
        hl_strbuf_puts(&t, MAGIC COLUMNS);
        for (int k = 0; k < cases[i].classes; k++)
            hl_strbuf_printf(&t, "%d.png\tclass %d\tp\ttrain\n", k, k);
        const double start = hl_now();
        const int status = hl_manifest_parse(&m, "m", t.data, t.len, &e);
        assert_true(hl_now() - start < 5);
        assert_int_equal(status, cases[i].message ? -1 : 0);
        if (cases[i].message)
            assert_string_equal(e.msg, cases[i].message);
        hl_manifest_free(&m);
        hl_strbuf_free(&t);
    }
}

static void windows_line_ends_mean_the_same(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m = {0}, back;
    hl_strbuf t = {0}, crlf = {0};
    hl_manifest_add(&m, "a.png", "A", "p", HL_TRAIN);
    hl_manifest_add(&m, "b\r.png", "B\n", "q", HL_TEST);
    hl_manifest_finish(&m);
    hl_manifest_format(&m, true, &t); /* with its checksum line */
    hl_strbuf_puts(&crlf, "\xef\xbb\xbf");
    for (const char *at = t.data; *at; at++)
        hl_strbuf_puts(&crlf, *at == '\n' ? "\r\n" : (const char[]){*at, '\0'});
    put_text("m.tsv", crlf.data);
    if (hl_manifest_read(&back, "m.tsv", &e))
        fail_msg("%s", e.msg);
    char want[HL_DIGEST_SIZE], found[HL_DIGEST_SIZE];
    hl_manifest_digest(&m, want);
    hl_manifest_digest(&back, found);
    assert_string_equal(found, want);
    crlf.data[crlf.len - 10] ^= 1;
    put_text("m.tsv", crlf.data);
    hl_manifest_free(&back);
    assert_int_equal(hl_manifest_read(&back, "m.tsv", &e), -1);
    assert_contains(e.msg, "m.tsv: changed since it was written");
    hl_strbuf_free(&t);
    hl_strbuf_free(&crlf);
    hl_manifest_free(&m);
}

static void files_are_read(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m;
    put_text("m.tsv", MAGIC COLUMNS "a\tb\tc\tval\n");
    assert_int_equal(hl_manifest_read(&m, "m.tsv", &e), 0);
    assert_string_equal(m.samples[0].patient, "c");
    hl_manifest_free(&m);
    put_text("m.tsv", "junk\n");
    assert_int_equal(hl_manifest_read(&m, "m.tsv", &e), -1);
    assert_string_equal(e.msg, "m.tsv: not a manifest: expected '#hilum-manifest 1' in line 1");
    assert_int_equal(hl_manifest_read(&m, "none", &e), -1);
    assert_string_equal(e.msg, "none: cannot be read: No such file or directory");
    hl_manifest_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_sorted_bytewise),
        cmocka_unit_test(text_is_as_specified),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(files_of_hidden_paths),
        cmocka_unit_test(comments_before_the_columns_are_skipped),
        cmocka_unit_test(malformed_lines_are_named),
        cmocka_unit_test(augmented_copies_are_told_from_originals),
        cmocka_unit_test(carried_columns_stay_as_they_are),
        cmocka_unit_test(a_column_of_zeros_is_no_augmentation),
        cmocka_unit_test(zero_bytes_are_refused),
        cmocka_unit_test(truncation_is_noticed),
        cmocka_unit_test(many_samples),
        cmocka_unit_test(classes_are_limited),
        IN_FOLDER(windows_line_ends_mean_the_same),
        IN_FOLDER(files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
