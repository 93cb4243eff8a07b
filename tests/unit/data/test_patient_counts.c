/* SPDX-License-Identifier: BSD-2-Clause */
/* Images and patients of each class and subset, counted by hand. */
#include "data/patient_counts.h"
#include "helpers.h"

/*
 *            train  val  test
 * NORMAL     a a    .    b
 * PNEUMONIA  c      c    b
 *
 * The image in train, PNEUMONIA has an augmented copy.
 */
static hl_manifest make(void)
{
    hl_manifest m = {0};
    hl_manifest_add(&m, "1", "NORMAL", "a", HL_TRAIN);
    hl_manifest_add(&m, "2", "PNEUMONIA", "c", HL_VAL);
    hl_manifest_add(&m, "3", "NORMAL", "b", HL_TEST);
    hl_manifest_add(&m, "4", "NORMAL", "a", HL_TRAIN);
    hl_manifest_add(&m, "5", "PNEUMONIA", "b", HL_TEST);
    hl_manifest_add(&m, "6", "PNEUMONIA", "c", HL_TRAIN);
    hl_manifest_add_augmented(&m);
    hl_manifest_finish(&m);
    return m;
}

static void counts_images_and_patients(void **state)
{
    (void)state;
    static const size_t images[3][HL_SUBSETS + 1] = {{2, 0, 1, 3}, {1, 1, 1, 3}, {3, 1, 2, 6}};
    static const size_t patients[3][HL_SUBSETS + 1] = {{1, 0, 1, 2}, {1, 1, 1, 2}, {2, 1, 1, 3}};
    hl_manifest m = make();
    hl_subset_counts c;
    hl_subset_counts_make(&c, &m);
    assert_int_equal(c.nclasses, 2);
    assert_memory_equal(c.images, images, sizeof images);
    assert_memory_equal(c.patients, patients, sizeof patients);
    assert_int_equal(c.divided, 1); /* c */
    hl_subset_counts_free(&c);
    hl_manifest_free(&m);
}

static void sorts_by_patient_and_then_by_number(void **state)
{
    (void)state;
    static const size_t sorted[] = {0, 3, 2, 4, 1, 5, 6};
    size_t samples[] = {6, 5, 4, 3, 2, 1, 0};
    hl_manifest m = make();
    hl_patients_sort(&m, samples, 7);
    assert_memory_equal(samples, sorted, sizeof sorted);
    assert_int_equal(hl_patients_run(&m, samples, 7), 2);
    assert_int_equal(hl_patients_run(&m, samples + 4, 3), 3);
    assert_int_equal(hl_patients_run(&m, samples + 6, 1), 1);
    hl_manifest_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_images_and_patients),
        cmocka_unit_test(sorts_by_patient_and_then_by_number),
    };
    return cmocka_run_group_tests_name("patient_counts", tests, NULL, NULL);
}
