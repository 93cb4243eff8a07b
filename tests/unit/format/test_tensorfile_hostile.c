/* SPDX-License-Identifier: BSD-2-Clause */
/* Tensor files that readers must refuse: damaged ones, and frames that do not conform to
 * docs/FORMAT.md. Invalid headers are in test_tensorfile_header.c. */
#include "base/rng.h"
#include "framed.h"

/* ---- damage ---- */

enum { RAW, PACKED, RUN, TWO_BLOCKS, KINDS };

/* Small files whose frames contain all types of blocks: raw, compressed, run-length. */
static hl_strbuf good_file(int kind)
{
    static const size_t sizes[KINDS] = {8, 600, 4000, 140000};
    hl_err e;
    hl_tf_writer *w;
    hl_tf_header h = {0};
    const size_t n = sizes[kind];
    hl_tf_add_tensor(&h, "x", HL_U8, 1, (const int64_t[]){(int64_t)n});
    hl_tf_set_meta(&h, "hilum.kind", "test");
    char *data = calloc(n, 1);
    assert_non_null(data);
    hl_rng r = hl_rng_make(1, "data");
    for (size_t i = 0; i < n && kind != RUN; i++)
        data[i] = (char)(kind == TWO_BLOCKS ? 'x' : hl_rng_below(&r, kind == RAW ? 256 : 5));
    assert_int_equal(hl_tf_create(&w, "f", &h, HL_TF_LEVEL, &e), 0);
    assert_int_equal(hl_tf_write(w, data, n, &e), 0);
    assert_int_equal(hl_tf_finish(w, &e), 0);
    hl_tf_header_free(&h);
    free(data);
    hl_strbuf file = {0};
    size_t len;
    char *bytes = get_file("f", &len);
    hl_strbuf_add(&file, bytes, len);
    free(bytes);
    return file;
}

static void truncation_is_noticed(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        hl_err e;
        hl_strbuf file = good_file(kind);
        assert_int_equal(read_whole(NULL, &e), 0);
        for (size_t n = 0; n < file.len; n++) {
            put_file("f", file.data, n);
            if (read_whole(NULL, &e) == 0)
                fail_msg("kind %d truncated to %zu of %zu bytes was accepted", kind, n, file.len);
            assert_contains(e.msg, "f: ");
        }
        hl_strbuf_free(&file);
    }
}

static void trailing_bytes_are_noticed(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        hl_strbuf file = good_file(kind);
        for (int c = 0; c < 256; c++) {
            hl_strbuf longer = {0};
            hl_strbuf_add(&longer, file.data, file.len);
            hl_strbuf_add(&longer, &(char){(char)c}, 1);
            put_file("f", longer.data, longer.len);
            assert_refused("bytes follow the last tensor");
            hl_strbuf_free(&longer);
        }
        hl_strbuf_free(&file);
    }
}

/* Magic, descriptor and content size; the frames here have no window descriptor. */
static size_t frame_header_bytes(const hl_strbuf *file)
{
    static const size_t size_bytes[] = {1, 2, 4, 8};
    assert_true(file->data[4] & 0x20); /* a single segment */
    return 5 + size_bytes[(unsigned char)file->data[4] >> 6];
}

/* Some bits have no meaning: one in the frame header (RFC 8878 3.1.1.1.1.3) and, in blocks, the
 * reserved bits and the weights of symbols that do not occur. Only changes of those may go
 * unnoticed: if the bytes read are all the same, and the bit is not in the sizes or the
 * checksum. */
static void damage(const hl_strbuf *file, const hl_strbuf *expected, size_t at, int flip)
{
    hl_err e;
    hl_strbuf seen = {0};
    file->data[at] ^= (char)flip;
    put_file("f", file->data, file->len);
    file->data[at] ^= (char)flip;
    if (read_whole(&seen, &e) == 0) {
        const bool unused_bit = at == 4 && flip == 0x10;
        const bool in_block = at >= frame_header_bytes(file) && at < file->len - 4;
        const bool same =
            seen.len == expected->len && memcmp(seen.data, expected->data, seen.len) == 0;
        if (!same || !(unused_bit || in_block))
            fail_msg("byte %zu of %zu changed by %#x was not noticed", at, file->len,
                     (unsigned)flip);
    }
    hl_strbuf_free(&seen);
}

static void changed_bits_are_noticed(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        hl_err e;
        hl_strbuf file = good_file(kind), expected = {0};
        assert_int_equal(read_whole(&expected, &e), 0);
        for (size_t at = 0; at < file.len; at++) {
            for (int bit = 0; bit < 8; bit++)
                damage(&file, &expected, at, 1 << bit);
            damage(&file, &expected, at, 0xff);
        }
        hl_strbuf_free(&file);
        hl_strbuf_free(&expected);
    }
}

/* ---- frames ---- */

static hl_strbuf good_plain(void)
{
    return plain(strlen(GOOD_HEADER), GOOD_HEADER, 5);
}

static void frames_must_state_size_and_checksum(void **state)
{
    (void)state;
    hl_err e;
    put_framed(good_plain(), 0);
    assert_int_equal(read_whole(NULL, &e), 0);
    put_framed(good_plain(), WITHOUT_CHECKSUM);
    assert_refused("expected a zstd frame with a checksum, found one without");
    put_framed(good_plain(), WITHOUT_SIZE);
    assert_refused("expected a zstd frame that states its size, found one without");
}

static void other_files_are_refused(void **state)
{
    (void)state;
    put_text("f", "");
    assert_refused("expected a tensor file, found nothing");
    put_text("f", "path\tlabel\tpatient\tsubset\n");
    assert_refused("not a tensor file: expected a zstd frame");
    put_file("f", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
    assert_refused("not a tensor file: expected a zstd frame");
    hl_strbuf bare = good_plain();
    put_file("f", bare.data, bare.len);
    assert_refused("not a tensor file: expected a zstd frame");
    hl_strbuf_free(&bare);
    put_file("f", "\x28\xb5\x2f\xfd", 4);
    assert_refused("not a tensor file: expected a zstd frame");
    put_framed((hl_strbuf){0}, 0);
    assert_refused("expected a header of 2 to 1048576 bytes, found 0");
    hl_strbuf seven = {0};
    hl_strbuf_add(&seven, "\2\0\0\0\0\0\0", 7);
    put_framed(seven, 0);
    assert_refused("expected a header of 2 to 1048576 bytes, found 0");
}

static void put_two(const hl_strbuf *a, const hl_strbuf *b)
{
    hl_strbuf both = {0};
    hl_strbuf_add(&both, a->data, a->len);
    hl_strbuf_add(&both, b->data, b->len);
    put_file("f", both.data, both.len);
    hl_strbuf_free(&both);
}

static void one_frame_and_no_more(void **state)
{
    (void)state;
    hl_strbuf all = good_plain();
    hl_strbuf one = frame(all.data, all.len, 0), first = frame(all.data, 30, 0),
              second = frame(all.data + 30, all.len - 30, 0), empty = frame("", 0, 0),
              skipped = {0};
    hl_strbuf_add(&skipped, "\x50\x2a\x4d\x18\x04\0\0\0skip", 12);
    put_two(&first, &second);
    assert_refused("the header ends early");
    put_two(&one, &one);
    assert_refused("bytes follow the last tensor");
    put_two(&one, &empty);
    assert_refused("bytes follow the last tensor");
    put_two(&one, &skipped);
    assert_refused("bytes follow the last tensor");
    put_two(&skipped, &one);
    assert_refused("not a tensor file: expected a zstd frame");
    hl_strbuf_free(&all);
    hl_strbuf_free(&one);
    hl_strbuf_free(&first);
    hl_strbuf_free(&second);
    hl_strbuf_free(&empty);
    hl_strbuf_free(&skipped);
}

static void data_must_have_the_stated_length(void **state)
{
    (void)state;
    put_framed(plain(strlen(GOOD_HEADER), GOOD_HEADER, 4), 0);
    assert_refused("expected 66 bytes by its header, found 65");
    put_framed(plain(strlen(GOOD_HEADER), GOOD_HEADER, 6), 0);
    assert_refused("expected 66 bytes by its header, found 67");
    /* The same with a frame whose content size, byte 5, is wrong. */
    for (int excess = -1; excess < 2; excess += 2) {
        hl_strbuf inside = plain(strlen(GOOD_HEADER), GOOD_HEADER, (size_t)(5 - excess));
        hl_strbuf file = frame(inside.data, inside.len, 0);
        assert_int_equal((unsigned char)file.data[5], inside.len);
        file.data[5] = 66;
        put_file("f", file.data, file.len);
        assert_refused("damaged zstd data");
        hl_strbuf_free(&file);
        hl_strbuf_free(&inside);
    }
}

/* The start of a frame that states a size of 2^47 bytes. */
static void huge_sizes_cost_nothing(void **state)
{
    (void)state;
    static const char header[] = "{\"x\":{\"dtype\":\"U8\",\"shape\":[140737488355328],"
                                 "\"data_offsets\":[0,140737488355328]}}";
    hl_strbuf start = plain(strlen(header), header, 100);
    char file[1000];
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_inBuffer in = {start.data, start.len, 0};
    ZSTD_outBuffer out = {file, sizeof file, 0};
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(c, 8 + strlen(header) + ((uint64_t)1 << 47));
    assert_int_equal(ZSTD_compressStream2(c, &out, &in, ZSTD_e_flush), 0);
    put_file("f", file, out.pos);
    assert_refused("truncated: the zstd frame does not end");
    assert_int_equal(file[4] & 0x20, 0);
    file[5] = (char)0x98; /* a window of 512 MiB (RFC 8878 3.1.1.1.2) */
    put_file("f", file, out.pos);
    assert_refused("Frame requires too much memory");
    file[5] = (char)0xff; /* 3.75 TiB */
    put_file("f", file, out.pos);
    assert_refused("truncated or damaged zstd frame header");
    ZSTD_freeCCtx(c);
    hl_strbuf_free(&start);
}

/* ---- wrong use ---- */

static void readers_stay_within_the_file(void **state)
{
    (void)state;
    hl_err e;
    char data[16];
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "x", HL_U8, 1, (const int64_t[]){10});
    write_file(&h, "0123456789", 10);
    hl_tf_header_free(&h);
    hl_tf_reader *r = open_file("f", NULL);
    assert_int_equal(hl_tf_read(r, data, 6, &e), 0);
    assert_int_equal(hl_tf_end(r, &e), -1);
    assert_string_equal(e.msg, "f: 4 bytes were not read");
    assert_int_equal(hl_tf_read(r, data, 5, &e), -1);
    assert_string_equal(e.msg, "f: expected 5 more bytes, found 4");
    assert_int_equal(hl_tf_skip(r, 5, &e), -1);
    assert_int_equal(hl_tf_read(r, data, 4, &e), 0);
    assert_int_equal(hl_tf_end(r, &e), 0);
    assert_int_equal(hl_tf_end(r, &e), 0);
    hl_tf_close(r);
    hl_tf_close(NULL);
}

static void the_kind_is_checked(void **state)
{
    (void)state;
    hl_err e;
    hl_tf_reader *r = NULL;
    hl_tf_header h = {0};
    hl_tf_set_meta(&h, "hilum.kind", "head");
    write_file(&h, NULL, 0);
    hl_tf_close(open_file("f", "head"));
    hl_tf_close(open_file("f", NULL));
    assert_int_equal(hl_tf_open(&r, "f", "features", &e), -1);
    assert_string_equal(e.msg, "f: expected a file of kind 'features', found 'head'");
    hl_tf_header_free(&h);
    write_file(&h, NULL, 0);
    assert_int_equal(hl_tf_open(&r, "f", "features", &e), -1);
    assert_string_equal(e.msg, "f: expected a file of kind 'features', found 'none'");
    assert_int_equal(hl_tf_open(&r, "none", NULL, &e), -1);
    assert_string_equal(e.msg, "none: cannot be read: No such file or directory");
    assert_null(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(truncation_is_noticed),
        IN_FOLDER(trailing_bytes_are_noticed),
        IN_FOLDER(changed_bits_are_noticed),
        IN_FOLDER(frames_must_state_size_and_checksum),
        IN_FOLDER(other_files_are_refused),
        IN_FOLDER(one_frame_and_no_more),
        IN_FOLDER(data_must_have_the_stated_length),
        IN_FOLDER(huge_sizes_cost_nothing),
        IN_FOLDER(readers_stay_within_the_file),
        IN_FOLDER(the_kind_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
