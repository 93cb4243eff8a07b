/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "base/rng.h"
#include "helpers.h"
#include "image/png_encode.h"
#include "split/assign.h"
#include "split/groups.h"

/* Writes a picture of coarse grain. */
static void put_picture(const char *path, uint64_t seed)
{
    hl_err e;
    uint8_t pixels[64 * 64];
    hl_strbuf png = {0};
    hl_rng r = hl_rng_make(seed, "picture");
    uint8_t grain[16 * 16];
    for (size_t i = 0; i < sizeof grain; i++)
        grain[i] = (uint8_t)hl_rng_below(&r, 256);
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = grain[i / 64 / 4 * 16 + i % 64 / 4];
    assert_int_equal(hl_png_encode(&png, pixels, 64, 64, 1, &e), 0);
    put_file(path, png.data, png.len);
    hl_strbuf_free(&png);
}

/* Images "0.png", "1.png" ...: patients has the patient of each, pictures the seed of its picture.
 */
static void make(hl_manifest *m, const char *patients, const char *pictures)
{
    for (size_t i = 0; patients[i]; i++) {
        const char path[] = {(char)('0' + i), '.', 'p', 'n', 'g', '\0'};
        const char patient[] = {patients[i], '\0'};
        put_picture(path, (uint64_t)pictures[i]);
        hl_manifest_add(m, path, i % 2 ? "A" : "B", patient, HL_TRAIN);
    }
    hl_manifest_finish(m);
}

static void check_keys(const char *patients, const char *pictures, const char *keys, size_t copies,
                       size_t joined)
{
    hl_err e;
    hl_manifest m = {0};
    split_groups t;
    make(&m, patients, pictures);
    assert_int_equal(
        split_groups_find(&t, &m, &(hl_fingerprint_options){.root = ".", .jobs = 2}, &e), 0);
    for (size_t i = 0; i < m.n; i++) {
        assert_int_equal(t.keys[i][0], keys[i]);
        assert_string_equal(m.samples[i].patient, ((char[]){patients[i], '\0'}));
    }
    assert_int_equal(t.copies, copies);
    assert_int_equal(t.joined, joined);
    assert_int_equal(t.unreadable, 0);
    split_groups_free(&t);
    hl_manifest_free(&m);
}

static void patients_alone(void **state)
{
    (void)state;
    check_keys("pqrq", "1234", "pqrq", 0, 0);
    check_keys("pqrq", "1232", "pqrq", 2, 0); /* copies within a patient join no others */
}

static void patients_that_share_an_image(void **state)
{
    (void)state;
    check_keys("zqrz", "1214", "rqrr", 2, 2); /* z and r, under the name that sorts first */
    /* a and b share one picture, b and c another, so all images of the three are together. */
    check_keys("cbabcd", "113354", "aaaaad", 4, 3);
}

static void an_unreadable_file_is_counted(void **state)
{
    (void)state;
    hl_err e;
    hl_manifest m = {0};
    split_groups t;
    make(&m, "pqr", "123");
    put_text("1.png", "none");
    assert_int_equal(
        split_groups_find(&t, &m, &(hl_fingerprint_options){.root = ".", .jobs = 1}, &e), 0);
    assert_int_equal(t.unreadable, 1);
    split_groups_free(&t);
    hl_manifest_free(&m);
}

/* A group is drawn as its first patient alone would be. */
static void the_draw_goes_by_the_first_name(void **state)
{
    (void)state;
    hl_manifest m = {0};
    for (int i = 0; i < 200; i++) {
        char path[16], patient[16];
        snprintf(path, sizeof path, "%03d.png", i);
        snprintf(patient, sizeof patient, "p%03d", i);
        hl_manifest_add(&m, path, "A", patient, HL_TRAIN);
    }
    hl_manifest_finish(&m);
    split_assignment a = {.test = 0.4, .val = 0.5, .seed = 4, .by_patient = true};
    split_assign_subsets(&m, &a);
    hl_subset alone[200];
    const char *keys[200];
    for (size_t i = 0; i < 200; i++) {
        alone[i] = m.samples[i].subset;
        keys[i] = m.samples[i & ~(size_t)1].patient; /* pairs */
    }
    a.keys = keys;
    split_assign_subsets(&m, &a);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(m.samples[i].subset, alone[i & ~(size_t)1]);
    hl_manifest_free(&m);
}

int main(void)
{
    hl_log_quiet(true);
    const struct CMUnitTest tests[] = {
        IN_FOLDER(patients_alone),
        IN_FOLDER(patients_that_share_an_image),
        IN_FOLDER(an_unreadable_file_is_counted),
        cmocka_unit_test(the_draw_goes_by_the_first_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
