/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "base/union_find.h"
#include "dedup/duplicates.h"
#include "helpers.h"

/* A fingerprint with a random thumbnail and a random hash. */
static void make(hl_fingerprint *f, uint64_t seed)
{
    *f = (hl_fingerprint){.read = true};
    hl_rng r = hl_rng_make_bytes(seed, "test", 4);
    for (size_t i = 0; i < sizeof f->thumb; i++)
        f->thumb[i] = (uint8_t)(hl_rng_uniform(&r) * 256);
    for (size_t i = 0; i < 32; i++) {
        f->file[i] = (unsigned char)(hl_rng_uniform(&r) * 256);
        f->pixels[i] = (unsigned char)(hl_rng_uniform(&r) * 256);
    }
    for (size_t w = 0; w < HL_HASH_WORDS; w++)
        for (int b = 0; b < 64; b++)
            f->hash[w] |= (uint64_t)(hl_rng_uniform(&r) < 0.5) << b;
}

static void flip_bits(hl_fingerprint *f, int n)
{
    for (int i = 0; i < n; i++)
        f->hash[i % HL_HASH_WORDS] ^= (uint64_t)1 << (7 * i % 64);
}

/* A near copy in another file: some bits of the hash and some of the thumbnail are changed. */
static void make_near(hl_fingerprint *f, const hl_fingerprint *of, uint64_t seed, int nbits)
{
    make(f, seed);
    memcpy(f->hash, of->hash, sizeof f->hash);
    memcpy(f->thumb, of->thumb, sizeof f->thumb);
    f->thumb[5] ^= 1;
    flip_bits(f, nbits);
}

static void find(hl_duplicate *d, const hl_fingerprint *f, size_t n)
{
    hl_err e;
    assert_int_equal(hl_duplicates_find(d, f, n, 1, &e), 0);
    hl_duplicate *again = calloc(n, sizeof *again);
    assert_int_equal(hl_duplicates_find(again, f, n, 3, &e), 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(d[i].group, again[i].group);
        assert_int_equal(d[i].other, again[i].other);
        assert_int_equal(d[i].likeness, again[i].likeness);
        assert_true(d[i].correlation == again[i].correlation);
    }
    free(again);
}

static void the_three_likenesses(void **state)
{
    (void)state;
    hl_fingerprint f[7];
    hl_duplicate d[7];
    for (size_t i = 0; i < 7; i++)
        make(&f[i], i);
    f[4] = f[1];                          /* the same file */
    memcpy(f[5].pixels, f[2].pixels, 32); /* the same pixels: hash and thumb are not compared */
    make_near(&f[6], &f[3], 6, 10);
    find(d, f, 7);
    const size_t group[] = {0, 1, 2, 3, 1, 2, 3}, other[] = {0, 4, 5, 6, 1, 2, 3};
    const hl_likeness how[] = {HL_ALONE,     HL_SAME_FILE,   HL_SAME_PIXELS, HL_NEAR,
                               HL_SAME_FILE, HL_SAME_PIXELS, HL_NEAR};
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(d[i].group, group[i]);
        assert_int_equal(d[i].other, other[i]);
        assert_int_equal(d[i].likeness, how[i]);
    }
    assert_true(d[1].correlation == 1 && d[2].correlation == 1);
    assert_true(d[3].correlation < 1 && d[3].correlation >= HL_THUMB_NEAR);
}

static void both_limits_hold(void **state)
{
    (void)state;
    hl_fingerprint f[2];
    hl_duplicate d[2];
    make(&f[0], 1);
    make_near(&f[1], &f[0], 2, HL_HASH_NEAR);
    assert_int_equal(hl_hash_distance(f[0].hash, f[1].hash), HL_HASH_NEAR);
    find(d, f, 2);
    assert_int_equal(d[1].likeness, HL_NEAR);
    make_near(&f[1], &f[0], 2, HL_HASH_NEAR + 1);
    find(d, f, 2);
    assert_int_equal(d[1].likeness, HL_ALONE);
    /* Similar hashes, different thumbnails. */
    make(&f[1], 2);
    memcpy(f[1].hash, f[0].hash, sizeof f[0].hash);
    find(d, f, 2);
    assert_int_equal(d[1].likeness, HL_ALONE);
}

static void groups_are_chains(void **state)
{
    (void)state;
    hl_fingerprint f[4];
    hl_duplicate d[4];
    make(&f[3], 1);
    make_near(&f[1], &f[3], 2, 4);
    f[0] = f[1]; /* the same file as 1, which is near 3 */
    make(&f[2], 3);
    find(d, f, 4);
    const size_t group[] = {0, 0, 2, 0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(d[i].group, group[i]);
    assert_int_equal(d[0].likeness, HL_SAME_FILE);
    assert_int_equal(d[3].likeness, HL_NEAR);
}

static void files_that_are_not_images(void **state)
{
    (void)state;
    hl_fingerprint f[6];
    hl_duplicate d[6];
    for (size_t i = 0; i < 6; i++) {
        make(&f[i], 9); /* all equal */
        f[i].pixels[0] = (unsigned char)i;
        f[i].file[0] = (unsigned char)i;
    }
    char why[] = "broken";
    f[0].why = f[1].why = f[2].why = f[3].why = why;
    memcpy(f[1].file, f[0].file, 32); /* not decodable, the same bytes */
    f[2].read = f[3].read = false;    /* not readable */
    memset(f[2].file, 0, 32);
    memset(f[3].file, 0, 32);
    f[4].plain = f[5].plain = true;
    find(d, f, 6);
    assert_int_equal(d[0].likeness, HL_SAME_FILE);
    assert_int_equal(d[1].group, 0);
    for (size_t i = 2; i < 6; i++)
        assert_int_equal(d[i].likeness, HL_ALONE);
}

static void empty_files_are_not_duplicates(void **state)
{
    (void)state;
    hl_fingerprint f[2];
    hl_duplicate d[2];
    char why[] = "the file is empty";
    for (size_t i = 0; i < 2; i++) {
        make(&f[i], i);
        f[i].why = why;
        hl_sha256_end(hl_sha256_new(), f[i].file);
    }
    find(d, f, 2);
    assert_int_equal(d[0].likeness, HL_ALONE);
}

/* Compares the search with the definition, on hashes whose distances are close to the limit. */
static void all_pairs_are_found(void **state)
{
    (void)state;
    enum { N = 300 };
    hl_fingerprint *f = calloc(N, sizeof *f);
    hl_duplicate *d = calloc(N, sizeof *d);
    hl_union_find sets;
    hl_union_find_init(&sets, N);
    for (size_t i = 0; i < N; i++) {
        if (i < 20)
            make(&f[i], i);
        else
            make_near(&f[i], &f[i % 20], i, 30 + (int)(i % 37));
        if (i % 7 == 0)
            f[i].thumb[i] = (uint8_t)~f[i].thumb[i];
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < i; j++)
            if (hl_hash_distance(f[i].hash, f[j].hash) <= HL_HASH_NEAR &&
                hl_thumb_correlation(f[i].thumb, f[j].thumb) >= HL_THUMB_NEAR)
                hl_union_find_join(&sets, i, j);
    find(d, f, N);
    size_t joined = 0;
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(d[i].group, hl_union_find_root(&sets, i));
        joined += d[i].group != i;
    }
    assert_in_range(joined, 50, N - 20);
    hl_union_find_free(&sets);
    free(f);
    free(d);
}

int main(void)
{
    hl_log_quiet(true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_likenesses),
        cmocka_unit_test(both_limits_hold),
        cmocka_unit_test(groups_are_chains),
        cmocka_unit_test(files_that_are_not_images),
        cmocka_unit_test(empty_files_are_not_duplicates),
        cmocka_unit_test(all_pairs_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
