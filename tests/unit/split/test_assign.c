/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "base/rng.h"
#include "data/patient_counts.h"
#include "split/assign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(hl_manifest *m, const char *label, int patient, int image)
{
    char path[64], name[32];
    snprintf(path, sizeof path, "%s/p%d_%d.png", label, patient, image);
    snprintf(name, sizeof name, "p%d", patient);
    hl_manifest_add(m, path, label, name, HL_TRAIN);
}

/* Patients with 1, 2 ... 5, 1, 2 ... images each. */
static void add_patients(hl_manifest *m, const char *label, int first, int n)
{
    for (int p = first; p < first + n; p++)
        for (int i = 0; i <= p % 5; i++)
            add(m, label, p, i);
}

static void one_known_choice(void **state)
{
    (void)state;
    hl_manifest m = {0};
    add(&m, "A", 1, 0);
    add(&m, "B", 2, 0);
    hl_manifest_finish(&m);
    /* The rule of assign.h, spelt out. */
    hl_rng r = hl_rng_make_bytes(7, "split\0A\0p1", 10);
    const double u = hl_rng_uniform(&r);
    for (int step = -1; step <= 1; step += 2) {
        const split_assignment a = {.test = u + step * 1e-9, .seed = 7, .by_patient = true};
        split_assign_subsets(&m, &a);
        assert_int_equal(m.samples[0].subset, step > 0 ? HL_TEST : HL_TRAIN);
    }
    hl_manifest_free(&m);
}

static void patients_are_never_divided(void **state)
{
    (void)state;
    for (int exact = 0; exact < 2; exact++) {
        hl_manifest m = {0};
        add_patients(&m, "A", 0, 300);
        add_patients(&m, "B", 300, 900);
        hl_manifest_finish(&m);
        const split_assignment a = {
            .test = 0.25, .val = 0.15, .seed = 3, .by_patient = true, .exact = exact};
        assert_int_equal(split_assign_subsets(&m, &a), 0);
        hl_subset_counts c;
        hl_subset_counts_make(&c, &m);
        assert_int_equal(c.divided, 0);
        for (size_t k = 0; k < 2; k++) {
            const double n = (double)c.images[k][HL_SUBSETS];
            const double fraction = (double)c.images[k][HL_TEST] / n;
            assert_true(fraction > 0.17 && fraction < 0.33);
        }
        assert_int_equal(c.patients[0][HL_SUBSETS], 300);
        assert_int_equal(c.patients[2][HL_SUBSETS], 1200);
        hl_subset_counts_free(&c);
        hl_manifest_free(&m);
    }
}

static void added_images_move_no_patient(void **state)
{
    (void)state;
    const split_assignment a = {.test = 0.3, .val = 0.2, .seed = 1, .by_patient = true};
    hl_manifest few = {0}, many = {0};
    add_patients(&few, "B", 0, 200);
    add_patients(&few, "C", 200, 200);
    add_patients(&many, "B", 0, 200);
    add_patients(&many, "C", 200, 200);
    add_patients(&many, "A", 400, 200);
    for (int p = 0; p < 200; p++)
        add(&many, "B", p, 99);
    hl_manifest_finish(&few);
    hl_manifest_finish(&many);
    split_assign_subsets(&few, &a);
    split_assign_subsets(&many, &a);
    size_t others = 0;
    for (size_t i = 0; i < few.n; i++) {
        assert_string_equal(few.samples[i].path, many.samples[i].path);
        assert_int_equal(few.samples[i].subset, many.samples[i].subset);
        others += few.samples[i].subset != HL_TRAIN;
    }
    assert_true(others > 0 && others < few.n);
    hl_manifest_free(&few);
    hl_manifest_free(&many);
}

/* The full Kermany set: 1,583 and 4,273 images; the paper's test set has 1,465 of them. */
static void exact_numbers_without_groups(void **state)
{
    (void)state;
    hl_manifest m = {0};
    for (int i = 0; i < 1583; i++)
        add(&m, "NORMAL", i, 0);
    for (int i = 0; i < 4273; i++)
        add(&m, "PNEUMONIA", i / 3, i);
    hl_manifest_finish(&m);
    const split_assignment a = {.test = 0.25, .val = 0.15, .seed = 1, .exact = true};
    assert_int_equal(split_assign_subsets(&m, &a), 0);
    hl_subset_counts c;
    hl_subset_counts_make(&c, &m);
    assert_int_equal(c.images[0][HL_TEST], 396);
    assert_int_equal(c.images[1][HL_TEST], 1069);
    assert_int_equal(c.images[2][HL_TEST], 1465);
    assert_int_equal(c.images[0][HL_VAL], 179); /* ceil(0.15 * 1187) */
    assert_int_equal(c.images[1][HL_VAL], 481); /* ceil(0.15 * 3204) */
    assert_true(c.divided > 100);
    hl_subset_counts_free(&c);
    hl_manifest_free(&m);
}

static void exact_numbers_with_groups(void **state)
{
    (void)state;
    hl_manifest m = {0};
    add_patients(&m, "A", 0, 100); /* 300 images, many patients with one */
    add_patients(&m, "B", 100, 10);
    hl_manifest_finish(&m);
    const split_assignment a = {
        .test = 0.1, .val = 0.1, .seed = 1, .by_patient = true, .exact = true};
    split_assign_subsets(&m, &a);
    hl_subset_counts c;
    hl_subset_counts_make(&c, &m);
    assert_int_equal(c.images[0][HL_TEST], 30); /* not 31: 0.1 * 300 is 30.000000000000004 */
    assert_int_equal(c.images[0][HL_VAL], 27);
    assert_int_equal(c.images[1][HL_TEST], 3);
    assert_int_equal(c.divided, 0);
    hl_subset_counts_free(&c);
    hl_manifest_free(&m);
}

/* Groups of four images each, and targets that are not multiples of four. */
static void exact_takes_the_nearest(void **state)
{
    (void)state;
    hl_manifest m = {0};
    for (int i = 0; i < 20; i++) {
        add(&m, "A", i / 4, i);
        add(&m, "B", 100 + i / 4, i);
    }
    hl_manifest_finish(&m);
    const struct {
        double test;
        size_t expected;
    } cases[] = {{0.25, 4}, {0.3, 4}, {0.35, 8}, {0.4, 8}, {0.05, 0}, {0.15, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const split_assignment a = {
            .test = cases[i].test, .seed = 5, .by_patient = true, .exact = true};
        split_assign_subsets(&m, &a);
        hl_subset_counts c;
        hl_subset_counts_make(&c, &m);
        assert_int_equal(c.images[0][HL_TEST], cases[i].expected);
        assert_int_equal(c.images[1][HL_TEST], cases[i].expected);
        hl_subset_counts_free(&c);
    }
    hl_manifest_free(&m);
}

static void patients_of_two_classes_are_never_divided(void **state)
{
    (void)state;
    for (int exact = 0; exact < 2; exact++) {
        hl_manifest m = {0};
        for (int p = 0; p < 400; p++) {
            add(&m, "B", p, 0);
            if (p % 4 == 0)
                add(&m, "A", p, 1);
        }
        hl_manifest_finish(&m);
        const split_assignment a = {
            .test = 0.25, .val = 0.2, .seed = 2, .by_patient = true, .exact = exact};
        assert_int_equal(split_assign_subsets(&m, &a), 100);
        hl_subset_counts c;
        hl_subset_counts_make(&c, &m);
        assert_int_equal(c.divided, 0);
        if (exact) {
            assert_int_equal(c.images[0][HL_TEST], 25);
            assert_int_equal(c.images[1][HL_TEST], 100);
        }
        hl_subset_counts_free(&c);
        hl_manifest_free(&m);
    }
}

static void a_quarter_million_takes_seconds(void **state)
{
    (void)state;
    hl_manifest m = {0};
    for (int i = 0; i < 250000; i++)
        add(&m, i % 3 ? "A" : "B", i / 4, i);
    hl_manifest_finish(&m);
    const double start = hl_now();
    for (int exact = 0; exact < 2; exact++) {
        const split_assignment a = {
            .test = 0.25, .val = 0.15, .seed = 1, .by_patient = true, .exact = exact};
        split_assign_subsets(&m, &a);
    }
    assert_true(hl_now() - start < 20.0);
    hl_manifest_free(&m);
}

/* Every image is in the test set once, every patient in one fold, and folds are balanced. */
static void folds_cover_all_images(void **state)
{
    (void)state;
    enum { FOLDS = 5, MOST = 8 };
    for (int exact = 0; exact < 2; exact++) {
        hl_manifest m = {0};
        add_patients(&m, "A", 0, 100);
        add_patients(&m, "B", 100, 330);
        add(&m, "B", 3, 77); /* a patient with images of both classes */
        hl_manifest_finish(&m);
        int *tests = calloc(m.n, sizeof *tests);
        size_t least[2] = {m.n, m.n}, most[2] = {0};
        for (size_t fold = 1; fold <= FOLDS; fold++) {
            const split_assignment a = {.test = 0.25, /* not used */
                                        .val = 0.15,
                                        .seed = 1,
                                        .by_patient = true,
                                        .exact = exact,
                                        .folds = FOLDS,
                                        .fold = fold};
            assert_int_equal(split_assign_subsets(&m, &a), 1);
            for (size_t i = 0; i < m.n; i++)
                tests[i] += m.samples[i].subset == HL_TEST;
            hl_subset_counts c;
            hl_subset_counts_make(&c, &m);
            assert_int_equal(c.divided, 0);
            for (size_t k = 0; k < 2; k++) {
                const size_t n = c.images[k][HL_TEST], all = c.images[k][HL_SUBSETS];
                least[k] = n < least[k] ? n : least[k];
                most[k] = n > most[k] ? n : most[k];
                const double val = (double)c.images[k][HL_VAL] / (double)(all - n);
                assert_true(exact ? val > 0.145 && val < 0.16 : val > 0.08 && val < 0.22);
            }
            hl_subset_counts_free(&c);
        }
        for (size_t i = 0; i < m.n; i++)
            assert_int_equal(tests[i], 1);
        for (size_t k = 0; k < 2; k++) /* patients have up to 5 images */
            assert_true(most[k] - least[k] <= MOST);
        free(tests);
        hl_manifest_free(&m);
    }
}

static void folds_differ_by_seed_and_in_validation(void **state)
{
    (void)state;
    hl_manifest m = {0}, other = {0};
    hl_manifest *const both[] = {&m, &other};
    for (int i = 0; i < 2; i++) {
        add_patients(both[i], "A", 0, 100);
        add_patients(both[i], "B", 100, 100);
        hl_manifest_finish(both[i]);
    }
    split_assignment a = {.val = 0.5, .seed = 1, .by_patient = true, .folds = 4, .fold = 1};
    split_assignment b = a;
    b.seed = 2;
    split_assign_subsets(&m, &a);
    split_assign_subsets(&other, &b);
    size_t moved = 0;
    for (size_t i = 0; i < m.n; i++)
        moved += (m.samples[i].subset == HL_TEST) != (other.samples[i].subset == HL_TEST);
    assert_true(moved > 0);
    /* A validation patient of one fold may be a training patient of another. */
    b.seed = 1;
    b.fold = 2;
    split_assign_subsets(&other, &b);
    size_t val[2] = {0};
    for (size_t i = 0; i < m.n; i++)
        if (m.samples[i].subset != HL_TEST && other.samples[i].subset != HL_TEST)
            val[m.samples[i].subset == other.samples[i].subset]++;
    assert_true(val[0] > 0 && val[1] > 0);
    /* The rule of assign.h, spelt out. */
    hl_rng r = hl_rng_make_bytes(1, "fold\0001\0A\0p7", 11);
    const double u = hl_rng_uniform(&r);
    size_t seen = 0;
    b.fold = 1; /* p7 is in the test set of the second */
    for (int step = -1; step <= 1; step += 2) {
        b.val = u + step * 1e-9;
        split_assign_subsets(&other, &b);
        for (size_t i = 0; i < other.n; i++)
            if (strcmp(other.samples[i].patient, "p7") == 0 && other.samples[i].subset != HL_TEST) {
                assert_int_equal(other.samples[i].subset, step > 0 ? HL_VAL : HL_TRAIN);
                seen++;
            }
    }
    assert_int_equal(seen, 6);
    hl_manifest_free(&m);
    hl_manifest_free(&other);
}

/* The test subset is kept, and the others are drawn as if they were the entire data set. */
static void own_test_is_kept(void **state)
{
    (void)state;
    for (int exact = 0; exact < 2; exact++) {
        hl_manifest m = {0}, rest = {0};
        hl_manifest *const both[] = {&m, &rest};
        for (int i = 0; i < 2; i++) {
            add_patients(both[i], "A", 0, 200);
            add_patients(both[i], "B", 200, 400);
        }
        for (int p = 1000; p < 1100; p++) {
            char path[32], name[16];
            snprintf(path, sizeof path, "t/p%d.png", p);
            snprintf(name, sizeof name, "p%d", p % 2 ? p : p - 1000); /* half of them also train */
            hl_manifest_add(&m, path, p % 3 ? "A" : "B", name, HL_TEST);
        }
        hl_manifest_finish(&m);
        hl_manifest_finish(&rest);
        split_assignment a = {
            .test = 0.25, .val = 0.15, .seed = 5, .by_patient = true, .exact = exact};
        a.keep_test = true;
        split_assign_subsets(&m, &a);
        a.keep_test = false;
        a.test = 0;
        split_assign_subsets(&rest, &a);
        assert_int_equal(hl_manifest_count(&m, HL_TEST), 100);
        assert_true(hl_manifest_count(&rest, HL_VAL) > 0);
        size_t found = 0;
        for (size_t i = 0; i < m.n; i++) {
            if (m.samples[i].path[0] == 't') {
                assert_int_equal(m.samples[i].subset, HL_TEST);
                continue;
            }
            for (size_t k = 0; k < rest.n; k++)
                if (strcmp(m.samples[i].path, rest.samples[k].path) == 0) {
                    assert_int_equal(m.samples[i].subset, rest.samples[k].subset);
                    found++;
                }
        }
        assert_int_equal(found, rest.n);
        hl_manifest_free(&m);
        hl_manifest_free(&rest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_known_choice),
        cmocka_unit_test(patients_are_never_divided),
        cmocka_unit_test(added_images_move_no_patient),
        cmocka_unit_test(exact_numbers_without_groups),
        cmocka_unit_test(exact_numbers_with_groups),
        cmocka_unit_test(exact_takes_the_nearest),
        cmocka_unit_test(patients_of_two_classes_are_never_divided),
        cmocka_unit_test(a_quarter_million_takes_seconds),
        cmocka_unit_test(own_test_is_kept),
        cmocka_unit_test(folds_cover_all_images),
        cmocka_unit_test(folds_differ_by_seed_and_in_validation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
