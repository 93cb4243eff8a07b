/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "dedup/fingerprint_cache.h"
#include "format/tensorfile.h"
#include "helpers.h"
#include "sys/file_digest.h"

/* ---- round trips ---- */

static hl_file_stamp stamp_of(int64_t i)
{
    return (hl_file_stamp){i * 7919 % 1009, 1 + i % 3, -i, 4000000000000000000 + i};
}

/* Of an image of 3 x (i + 1) pixels, not all white. */
static hl_fingerprint fingerprint_of(int64_t i)
{
    hl_fingerprint f = {.read = true, .plain = i % 2, .file_bytes = (size_t)(1 + i % 3)};
    f.height = 3;
    f.width = (size_t)i + 1;
    f.file_channels = i % 5 ? 3 : 1;
    f.bits = i % 3 ? 12 : 0;
    f.auto_bits = i % 3 ? 16 : 0;
    f.remarks = (unsigned)(5 - i % 3);
    f.sum = (uint64_t)(3 * (i + 1) * (i % 255));
    f.squares = f.sum * (uint64_t)(i % 255);
    for (size_t k = 0; k < HL_HASH_WORDS; k++)
        f.hash[k] = ((uint64_t)i << (8 * k)) * 2;
    memset(f.file, (int)(i % 256), sizeof f.file);
    memset(f.pixels, (int)(i / 2 % 256), sizeof f.pixels);
    for (size_t k = 0; k < sizeof f.thumb; k++)
        f.thumb[k] = (uint8_t)(k * (size_t)i);
    return f;
}

static void fill(hl_fingerprint_cache *c, int64_t n)
{
    *c = (hl_fingerprint_cache){0};
    for (int64_t i = 0; i < n; i++) {
        const hl_file_stamp s = stamp_of(i);
        const hl_fingerprint f = fingerprint_of(i);
        hl_fingerprint_cache_add(c, &s, &f);
    }
    hl_fingerprint_cache_sort(c);
}

static void assert_found(const hl_fingerprint_cache *c, int64_t i)
{
    const hl_file_stamp s = stamp_of(i);
    const hl_fingerprint want = fingerprint_of(i);
    hl_fingerprint f;
    memset(&f, 0xff, sizeof f);
    assert_true(hl_fingerprint_cache_find(c, &s, &f));
    assert_null(f.why);
    assert_true(f.read && f.plain == want.plain && f.file_bytes == want.file_bytes);
    assert_true(f.height == want.height && f.width == want.width);
    assert_true(f.file_channels == want.file_channels && f.remarks == want.remarks);
    assert_true(f.bits == want.bits && f.auto_bits == want.auto_bits);
    assert_true(f.sum == want.sum && f.squares == want.squares);
    assert_memory_equal(f.hash, want.hash, sizeof f.hash);
    assert_memory_equal(f.file, want.file, sizeof f.file);
    assert_memory_equal(f.pixels, want.pixels, sizeof f.pixels);
    assert_memory_equal(f.thumb, want.thumb, sizeof f.thumb);
}

static void round_trip(void **state)
{
    (void)state;
    hl_err e;
    hl_fingerprint_cache c, back;
    const int64_t sizes[] = {1, 64, 65, 1000};
    for (size_t k = 0; k < COUNT(sizes); k++) {
        fill(&c, sizes[k]);
        assert_int_equal(hl_fingerprint_cache_write(&c, "cache", &e), 0);
        assert_int_equal(hl_fingerprint_cache_read(&back, "cache", &e), 0);
        assert_int_equal(back.n, sizes[k]);
        for (int64_t i = 0; i < sizes[k]; i++) {
            assert_found(&c, i);
            assert_found(&back, i);
        }
        hl_fingerprint_cache_free(&c);
        hl_fingerprint_cache_free(&back);
    }
    assert_int_equal(hl_fingerprint_cache_read(&back, "nowhere", &e), 0);
    assert_int_equal(back.n, 0);
}

static void only_the_same_stamp_is_found(void **state)
{
    (void)state;
    hl_fingerprint_cache c = {0};
    hl_fingerprint f;
    const hl_file_stamp s = stamp_of(5);
    assert_false(hl_fingerprint_cache_find(&c, &s, &f));
    fill(&c, 10);
    for (int part = 0; part < 4; part++) {
        hl_file_stamp other = s;
        *(int64_t *[]){&other.inode, &other.bytes, &other.mtime, &other.ctime}[part] += 1;
        assert_false(hl_fingerprint_cache_find(&c, &other, &f));
    }
    hl_fingerprint_cache_free(&c);
}

/* A file with two names (a hard link) has one row. */
static void a_stamp_has_one_row(void **state)
{
    (void)state;
    hl_fingerprint_cache c;
    fill(&c, 3);
    for (int64_t i = 2; i >= 0; i--) {
        const hl_file_stamp s = stamp_of(i);
        const hl_fingerprint f = fingerprint_of(i);
        hl_fingerprint_cache_add(&c, &s, &f);
    }
    hl_fingerprint_cache_sort(&c);
    assert_int_equal(c.n, 3);
    for (int64_t i = 0; i < 3; i++)
        assert_found(&c, i);
    hl_fingerprint_cache_free(&c);
}

/* ---- invalid files ---- */

enum { N = 3, COLUMNS = 7 };
static const struct {
    const char *name;
    int bytes; /* of a row */
} columns[COLUMNS] = {{"state", 32}, {"image", 56},  {"levels", 16}, {"hash", 32},
                      {"file", 32},  {"pixels", 32}, {"thumb", 1024}};

/* Changes to the header of a valid file. */
typedef struct difference {
    const char *maker; /* NULL: valid; "": none */
    const char *kind;
    int gone, renamed, flat, halves, longer, first; /* number of a column from 1, or 0 */
} difference;

static void add_column(hl_tf_header *h, int k, const difference *d)
{
    const bool numbers = k < 4;
    int64_t shape[3] = {N + (d->longer == k + 1), columns[k].bytes / (numbers ? 8 : 1), 1};
    int rank = 2;
    if (k == 6) {
        shape[1] = shape[2] = 32;
        rank = 3;
    }
    if (d->halves == k + 1) { /* the same bytes as twice as many values */
        shape[1] *= 2;
        shape[0] /= 2;
    }
    if (d->flat == k + 1) {
        shape[0] *= shape[1] * (rank == 3 ? shape[2] : 1);
        rank = 1;
    }
    hl_tf_add_tensor(h, d->renamed == k + 1 ? "other" : columns[k].name, numbers ? HL_I64 : HL_U8,
                     rank, shape);
}

/* Writes "cache" with the values of `rows`, column by column. */
static void write_other(const difference *d, const uint8_t *values)
{
    hl_err e;
    hl_tf_header h = {0};
    hl_tf_writer *w;
    char *maker = hl_fingerprint_cache_makers();
    for (int k = 0; k < COLUMNS; k++)
        if (d->gone != k + 1)
            add_column(&h, k, d);
    hl_tf_set_meta(&h, "hilum.kind", d->kind ? d->kind : "fingerprints");
    if (!d->maker || *d->maker)
        hl_tf_set_meta(&h, "hilum.made-by", d->maker ? d->maker : maker);
    assert_int_equal(hl_tf_create(&w, "cache", &h, 1, &e), 0);
    static const uint8_t zeros[1024];
    for (int k = 0; k < COLUMNS; values += N * columns[k++].bytes)
        if (d->gone != k + 1) {
            const size_t rows = d->halves == k + 1 ? N / 2 * 2 : N;
            assert_int_equal(hl_tf_write(w, values, rows * (size_t)columns[k].bytes, &e), 0);
            if (d->longer == k + 1)
                assert_int_equal(hl_tf_write(w, zeros, (size_t)columns[k].bytes, &e), 0);
        }
    assert_int_equal(hl_tf_finish(w, &e), 0);
    hl_tf_header_free(&h);
    free(maker);
}

/* The values of a valid cache of N rows, in the order of the file. */
static uint8_t *valid_values(void)
{
    hl_err e;
    hl_fingerprint_cache c;
    hl_tf_reader *r;
    fill(&c, N);
    assert_int_equal(hl_fingerprint_cache_write(&c, "cache", &e), 0);
    hl_fingerprint_cache_free(&c);
    uint8_t *values = hl_malloc(N, 1224);
    assert_int_equal(hl_tf_open(&r, "cache", "fingerprints", &e), 0);
    assert_int_equal(hl_tf_read(r, values, (size_t)N * 1224, &e), 0);
    assert_int_equal(hl_tf_end(r, &e), 0);
    hl_tf_close(r);
    return values;
}

static void assert_refused(const char *why)
{
    hl_err e;
    hl_fingerprint_cache c;
    assert_int_equal(hl_fingerprint_cache_read(&c, "cache", &e), -1);
    assert_contains(e.msg, "cache: ");
    assert_contains(e.msg, why);
    assert_null(c.rows);
    assert_int_equal(c.n, 0);
}

static void assert_read(size_t rows)
{
    hl_err e;
    hl_fingerprint_cache c;
    if (hl_fingerprint_cache_read(&c, "cache", &e))
        fail_msg("%s", e.msg);
    assert_int_equal(c.n, rows);
    hl_fingerprint_cache_free(&c);
}

static void other_tensors_are_refused(void **state)
{
    (void)state;
    uint8_t *values = valid_values();
    write_other(&(difference){0}, values);
    assert_read(N);
    for (int k = 1; k <= COLUMNS; k++) {
        write_other(&(difference){.gone = k}, values);
        assert_refused("expected 7 tensors, found 6");
        write_other(&(difference){.renamed = k}, values);
        assert_refused("found 'other'");
        write_other(&(difference){.flat = k}, values);
        assert_refused("with a row for each file");
        write_other(&(difference){.halves = k}, values);
        assert_refused("with a row for each file");
        write_other(&(difference){.longer = k}, values);
        assert_refused("with a row for each file");
    }
    write_other(&(difference){.kind = "images"}, values);
    assert_refused("expected a file of kind 'fingerprints', found 'images'");
    free(values);
}

static void a_cache_of_another_version_is_empty(void **state)
{
    (void)state;
    uint8_t *values = valid_values();
    write_other(&(difference){.maker = "fingerprints 0;"}, values);
    assert_read(0);
    write_other(&(difference){.maker = ""}, values);
    assert_read(0);
    write_other(&(difference){.maker = "fingerprints 0;", .gone = 2}, values);
    assert_read(0);
    /* A damaged one is still an error. */
    size_t len;
    char *file = get_file("cache", &len);
    put_file("cache", file, len - 1);
    assert_refused("truncated");
    free(file);
    free(values);
}

static void set(uint8_t *values, int column, int row, int number, int64_t v)
{
    for (int k = 0; k < column; k++)
        values += N * columns[k].bytes;
    memcpy(values + row * columns[column].bytes + 8 * number, &v, sizeof v);
}

static void values_out_of_range_are_refused(void **state)
{
    (void)state;
    enum { STATE, IMAGE, LEVELS, HASH };
    static const struct {
        int column, number;
        int64_t value;
    } bad[] = {
        {STATE, 1, 0},          {STATE, 1, -5},        {IMAGE, 0, 0},   {IMAGE, 0, -3},
        {IMAGE, 0, 32769},      {IMAGE, 0, INT64_MIN}, {IMAGE, 1, 0},   {IMAGE, 1, -1},
        {IMAGE, 1, 32769},      {IMAGE, 1, INT64_MAX}, {IMAGE, 2, 0},   {IMAGE, 2, 2},
        {IMAGE, 2, 4},          {IMAGE, 3, -1},        {IMAGE, 3, 2},   {IMAGE, 4, 7},
        {IMAGE, 4, 17},         {IMAGE, 4, 0},         {IMAGE, 5, 0},   {IMAGE, 5, -8},
        {IMAGE, 6, -1},         {IMAGE, 6, 2048},      {LEVELS, 0, -1}, {LEVELS, 0, 99999},
        {LEVELS, 0, INT64_MAX}, {LEVELS, 1, -1},       {LEVELS, 1, 0},  {LEVELS, 1, 99999},
        {LEVELS, 1, INT64_MAX}, {HASH, 0, 1},
    };
    uint8_t *sound = valid_values(), *values = hl_malloc(N, 1224);
    for (size_t i = 0; i < COUNT(bad); i++)
        for (int row = 1; row < N; row++) { /* the image of the first one is black */
            memcpy(values, sound, (size_t)N * 1224);
            set(values, bad[i].column, row, bad[i].number, bad[i].value);
            write_other(&(difference){0}, values);
            char why[64];
            snprintf(why, sizeof why, "row %d: expected the properties of an image", row + 1);
            assert_refused(why);
        }
    memcpy(values, sound, (size_t)N * 1224);
    set(values, IMAGE, 1, 0, 32768); /* each side is valid, their product is not */
    set(values, IMAGE, 1, 1, 32768);
    write_other(&(difference){0}, values);
    assert_refused("row 2: expected the properties of an image");
    memcpy(values, sound, (size_t)N * 1224);
    memcpy(values + 32, values, 32); /* two with one stamp */
    write_other(&(difference){0}, values);
    assert_refused("row 2: expected rows sorted by file stamp");
    memcpy(values, sound, (size_t)N * 1224);
    set(values, STATE, 2, 0, -7);
    write_other(&(difference){0}, values);
    assert_refused("row 3: expected rows sorted by file stamp");
    free(sound);
    free(values);
}

/* Whichever byte is changed and wherever the file ends, reading fails or gives the same rows. */
static void damage_is_an_error(void **state)
{
    (void)state;
    size_t len, harmless = 0;
    free(valid_values());
    char *file = get_file("cache", &len);
    for (size_t i = 0; i < len; i++) {
        put_file("cache", file, i);
        assert_refused("");
        file[i] ^= 0x10;
        put_file("cache", file, len);
        file[i] ^= 0x10;
        hl_err e;
        hl_fingerprint_cache c;
        if (hl_fingerprint_cache_read(&c, "cache", &e) == 0) {
            harmless++;
            assert_int_equal(c.n, N);
            for (int64_t k = 0; k < N; k++)
                assert_found(&c, k);
        }
        hl_fingerprint_cache_free(&c);
    }
    assert_true(harmless <= 2); /* in the frame's header */
    free(file);
    put_text("cache", "");
    assert_refused("found nothing");
    put_text("cache", "no cache at all");
    assert_refused("expected a zstd frame");
}

/* ---- the version ---- */

/*
 * The fingerprint of an image with HL_FINGERPRINT_FORMAT 3. Whoever has to change these values must
 * increase that number as well, or cached fingerprints of the old code would pass for new ones.
 */
static void the_format_has_not_changed(void **state)
{
    (void)state;
    hl_image img = {.height = 50, .width = 70, .channels = 3, .file_channels = 3};
    img.pixels = malloc(3 * 50 * 70);
    for (size_t i = 0; i < 3 * 50 * 70; i++)
        img.pixels[i] = (uint8_t)(i * i / 977);
    hl_fingerprint f = {0};
    hl_fingerprint_make(&f, &img);
    hl_image_free(&img);
    char digest[HL_DIGEST_SIZE];
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "%d: %llu %llu %016llx %016llx %016llx %016llx ", HL_FINGERPRINT_FORMAT,
                     (unsigned long long)f.sum, (unsigned long long)f.squares,
                     (unsigned long long)f.hash[0], (unsigned long long)f.hash[1],
                     (unsigned long long)f.hash[2], (unsigned long long)f.hash[3]);
    hl_digest_bytes(f.thumb, sizeof f.thumb, digest);
    hl_strbuf_printf(&t, "%.14s ", digest + 7);
    hl_digest_bytes(f.pixels, sizeof f.pixels, digest);
    hl_strbuf_printf(&t, "%.14s", digest + 7);
    /* The decoded pixels count as well: if their digest changes, the format has changed. */
    hl_err e;
    assert_int_equal(hl_digest_file("tests/data/images/decoded.bin", digest, &e), 0);
    hl_strbuf_printf(&t, " %.14s", digest + 7);
    assert_string_equal(t.data,
                        "4: 437958 71588068 99ce19c673ae74ae 86f4e6546944f9c6 28307ab01cb09ef4 "
                        "7fb8df38c7388110 888bebb0c62b62 0b7662af38a836 5d63d3ee5b8685");
    hl_strbuf_free(&t);
}

static void makers_name_everything_that_matters(void **state)
{
    (void)state;
    char *text = hl_fingerprint_cache_makers();
    assert_int_equal(strncmp(text, "fingerprints 4;hilum ", 21), 0);
    assert_contains(text, ";libpng 1.");
    assert_contains(text, ";libjpeg-turbo ");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_format_has_not_changed), /* from the root of the source tree */
        IN_FOLDER(round_trip),
        cmocka_unit_test(only_the_same_stamp_is_found),
        cmocka_unit_test(a_stamp_has_one_row),
        IN_FOLDER(other_tensors_are_refused),
        IN_FOLDER(a_cache_of_another_version_is_empty),
        IN_FOLDER(values_out_of_range_are_refused),
        IN_FOLDER(damage_is_an_error),
        cmocka_unit_test(makers_name_everything_that_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
