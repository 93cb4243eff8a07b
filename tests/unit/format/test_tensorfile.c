/* SPDX-License-Identifier: BSD-2-Clause */
/* Valid tensor files, and writers used wrongly. Files that readers must refuse are in
 * test_tensorfile_hostile.c. */
#include "base/rng.h"
#include "base/sha256.h"
#include "framed.h"

enum { BIG = 700001 }; /* bytes: several stream buffers, and a prime number */

static unsigned char *random_bytes(size_t n)
{
    unsigned char *bytes = malloc(n + 1);
    assert_non_null(bytes);
    hl_rng r = hl_rng_make(1, "bytes");
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)hl_rng_below(&r, 17);
    return bytes;
}

/* One U8 tensor "x" of BIG bytes, written in pieces of the given size. */
static void write_big(const char *path, const unsigned char *bytes, size_t piece)
{
    hl_err e;
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "x", HL_U8, 1, (const int64_t[]){BIG});
    hl_tf_writer *w = create(path, &h);
    for (size_t at = 0; at < BIG; at += piece) {
        const size_t n = BIG - at < piece ? BIG - at : piece;
        assert_int_equal(hl_tf_write(w, bytes + at, n, &e), 0);
    }
    assert_int_equal(hl_tf_write(w, NULL, 0, &e), 0);
    assert_int_equal(hl_tf_finish(w, &e), 0);
    hl_tf_header_free(&h);
}

/* ---- round trips ---- */

static const struct {
    const char *name;
    hl_dtype dtype;
    int rank;
    int64_t shape[HL_MAX_RANK];
    uint64_t bytes;
} examples[] = {
    {"u8", HL_U8, 4, {2, 3, 4, 3}, 72},
    {"f16", HL_F16, 2, {5, 3}, 30},
    {"bf16", HL_BF16, 1, {7}, 14},
    {"é \"quoted\" \\", HL_F32, 3, {2, 2, 2}, 32},
    {"i64", HL_I64, 1, {3}, 24},
    {"scalar", HL_F32, 0, {0}, 4},
    {"none", HL_I64, 3, {4, 0, 1000000}, 0},
    {"z", HL_U8, 1, {1}, 1},
};

static hl_tf_header example_header(void)
{
    hl_tf_header h = {0};
    for (size_t i = 0; i < COUNT(examples); i++)
        hl_tf_add_tensor(&h, examples[i].name, examples[i].dtype, examples[i].rank,
                         examples[i].shape);
    hl_tf_set_meta(&h, "hilum.kind", "test");
    hl_tf_set_meta(&h, "b", "will be replaced");
    hl_tf_set_meta(&h, "empty", "");
    hl_tf_set_meta(&h, "a", "tab\tline\nquote\"é💨\x01");
    hl_tf_set_meta(&h, "b", "second");
    return h;
}

static void every_type_is_read_back(void **state)
{
    (void)state;
    hl_err e;
    hl_tf_header h = example_header();
    unsigned char *bytes = random_bytes(200), *back = malloc(200);
    write_file(&h, bytes, 177);
    hl_tf_header_free(&h);

    hl_tf_reader *r = open_file("f", "test");
    const hl_tf_header *found = hl_tf_get_header(r);
    assert_string_equal(hl_tf_name(r), "f");
    assert_int_equal(found->ntensors, COUNT(examples));
    for (size_t i = 0; i < COUNT(examples); i++) {
        const hl_tensor_desc *d = &found->tensors[i];
        assert_ptr_equal(hl_tf_find(found, examples[i].name), d);
        assert_string_equal(d->name, examples[i].name);
        assert_int_equal(d->dtype, examples[i].dtype);
        assert_int_equal(d->rank, examples[i].rank);
        assert_memory_equal(d->shape, examples[i].shape, (size_t)d->rank * sizeof *d->shape);
        assert_true(d->bytes == examples[i].bytes);
    }
    assert_null(hl_tf_find(found, "absent"));
    assert_int_equal(hl_tf_read(r, back, 177, &e), 0);
    assert_memory_equal(back, bytes, 177);
    assert_int_equal(hl_tf_end(r, &e), 0);
    hl_tf_close(r);
    free(bytes);
    free(back);
}

static void metadata_is_sorted(void **state)
{
    (void)state;
    /* The file also states the SHA-256 of 177 zero bytes: head -c 177 /dev/zero | sha256sum */
    static const char *const keys[] = {"a", "b", "empty", "hilum.data", "hilum.kind"};
    static const char *const values[] = {
        "tab\tline\nquote\"é💨\x01", "second", "",
        "sha256:8d84ef2aa665b1d6e1a15112d9c53eab04b68a09a088de5392ee63d51060db81", "test"};
    hl_tf_header h = example_header();
    char zeros[177] = {0};
    write_file(&h, zeros, sizeof zeros);
    hl_tf_set_meta(&h, "hilum.data", values[3]);
    hl_tf_reader *r = open_file("f", NULL);
    const hl_tf_header *both[] = {&h, hl_tf_get_header(r)};
    for (size_t k = 0; k < 2; k++) {
        assert_int_equal(both[k]->nmeta, COUNT(keys));
        for (size_t i = 0; i < COUNT(keys); i++) {
            assert_string_equal(both[k]->keys[i], keys[i]);
            assert_string_equal(both[k]->values[i], values[i]);
            assert_string_equal(hl_tf_meta(both[k], keys[i]), values[i]);
        }
        assert_null(hl_tf_meta(both[k], "absent"));
    }
    hl_tf_close(r);
    hl_tf_header_free(&h);
    hl_tf_header_free(&h);
}

static void types_have_names_and_sizes(void **state)
{
    (void)state;
    static const char *const names[] = {"U8", "F16", "BF16", "F32", "I64"};
    static const size_t sizes[] = {1, 2, 2, 4, 8};
    assert_int_equal(HL_DTYPES, 5);
    for (int t = 0; t < HL_DTYPES; t++) {
        assert_string_equal(hl_dtype_names[t], names[t]);
        assert_int_equal(hl_dtype_size((hl_dtype)t), sizes[t]);
    }
}

/* The output of `zstd -dc` must be what every safetensors library reads. */
static void the_frame_contains_a_safetensors_file(void **state)
{
    (void)state;
    static const char json[] =
        "{\"__metadata__\":{\"hilum.data\":\"sha256:"
        "cec43b4f69a821adc56ebc2f964db9b35b129910e718aa931b980937c83895c8\","
        "\"hilum.kind\":\"k\"},\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],"
        "\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}";
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "b", HL_F32, 2, (const int64_t[]){1, 2});
    hl_tf_add_tensor(&h, "a", HL_U8, 1, (const int64_t[]){3});
    hl_tf_set_meta(&h, "hilum.kind", "k");
    write_file(&h, "12345678abc", 11);
    hl_tf_header_free(&h);

    size_t len;
    char *file = get_file("f", &len), plain[512];
    const size_t header = (strlen(json) + 7) / 8 * 8, size = 8 + header + 11;
    assert_true(ZSTD_getFrameContentSize(file, len) == size);
    assert_true(ZSTD_findFrameCompressedSize(file, len) == len);
    assert_true(file[4] & 4); /* has a checksum */
    assert_true(ZSTD_decompress(plain, sizeof plain, file, len) == size);
    const unsigned char prefix[8] = {(unsigned char)header};
    assert_memory_equal(plain, prefix, 8);
    assert_memory_equal(plain + 8, json, strlen(json));
    for (size_t i = strlen(json); i < header; i++)
        assert_int_equal(plain[8 + i], ' ');
    assert_memory_equal(plain + 8 + header, "12345678abc", 11);

    char digest[HL_DIGEST_SIZE];
    hl_digest_bytes(plain + 8, header, digest);
    hl_tf_reader *r = open_file("f", "k");
    assert_string_equal(hl_tf_id(r), digest);
    hl_tf_close(r);
    free(file);
}

static void pieces_do_not_matter(void **state)
{
    (void)state;
    static const size_t pieces[] = {BIG, 1, 1000, 131071, 131072, 131073};
    unsigned char *bytes = random_bytes(BIG);
    size_t len = 0;
    char *first = NULL;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        write_big("f", bytes, pieces[i]);
        size_t n;
        char *file = get_file("f", &n);
        if (first) {
            assert_int_equal(n, len);
            assert_memory_equal(file, first, len);
            free(file);
        } else {
            first = file;
            len = n;
        }
    }
    free(first);
    free(bytes);
}

static void reading_in_pieces_and_skipping(void **state)
{
    (void)state;
    static const size_t pieces[] = {BIG, 3, 4096, 131071, 131072, 200000};
    hl_err e;
    unsigned char *bytes = random_bytes(BIG), *back = malloc(BIG);
    write_big("f", bytes, BIG);
    for (size_t i = 0; i < COUNT(pieces); i++) {
        hl_tf_reader *r = open_file("f", NULL);
        memset(back, 0xff, BIG);
        for (size_t at = 0; at < BIG;) {
            const size_t n = BIG - at < pieces[i] ? BIG - at : pieces[i];
            assert_int_equal(hl_tf_read(r, back + at, n, &e), 0);
            at += n;
        }
        assert_int_equal(hl_tf_read(r, NULL, 0, &e), 0);
        assert_int_equal(hl_tf_end(r, &e), 0);
        assert_memory_equal(back, bytes, BIG);
        hl_tf_close(r);
    }
    hl_tf_reader *r = open_file("f", NULL);
    assert_int_equal(hl_tf_skip(r, 500000, &e), 0);
    assert_int_equal(hl_tf_read(r, back, 10, &e), 0);
    assert_memory_equal(back, bytes + 500000, 10);
    assert_int_equal(hl_tf_skip(r, BIG - 500010, &e), 0);
    assert_int_equal(hl_tf_end(r, &e), 0);
    hl_tf_close(r);
    free(bytes);
    free(back);
}

static void a_file_may_have_no_tensors(void **state)
{
    (void)state;
    hl_err e;
    const hl_tf_header h = {0};
    write_file(&h, NULL, 0);
    hl_tf_reader *r = open_file("f", NULL);
    assert_int_equal(hl_tf_get_header(r)->ntensors, 0);
    assert_int_equal(hl_tf_get_header(r)->nmeta, 1); /* the digest of zero bytes */
    assert_int_equal(hl_tf_end(r, &e), 0);
    hl_tf_close(r);
}

static void pass_through(void *arg)
{
    (void)arg;
    hl_err e;
    hl_tf_reader *r;
    hl_tf_writer *w;
    char data[177];
    child_expects(hl_tf_open(&r, "-", "test", &e) == 0);
    child_expects(strcmp(hl_tf_name(r), "standard input") == 0);
    child_expects(hl_tf_create(&w, NULL, hl_tf_get_header(r), HL_TF_LEVEL, &e) == 0);
    child_expects(hl_tf_read(r, data, sizeof data, &e) == 0 && hl_tf_end(r, &e) == 0);
    child_expects(hl_tf_write(w, data, sizeof data, &e) == 0 && hl_tf_finish(w, &e) == 0);
    hl_tf_close(r);
}

/* Copies a file from standard input to standard output, byte for byte; both pipes have larger
 * buffers than the file. */
static void standard_streams(void **state)
{
    (void)state;
    hl_tf_header h = example_header();
    unsigned char *bytes = random_bytes(177);
    write_file(&h, bytes, 177);
    free(bytes);
    size_t len;
    char *file = get_file("f", &len), back[4096];
    int in[2], out[2], status;
    assert_true(len < sizeof back && pipe(in) == 0 && pipe(out) == 0);
    assert_int_equal(write(in[1], file, len), len);
    close(in[1]);
    fflush(NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        pass_through(NULL);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(read(out[0], back, sizeof back), len);
    assert_memory_equal(back, file, len);
    close(in[0]);
    close(out[0]);
    close(out[1]);
    hl_tf_header_free(&h);
    free(file);
}

/* ---- wrong use ---- */

static void the_described_bytes_must_be_written(void **state)
{
    (void)state;
    hl_err e;
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "x", HL_F32, 1, (const int64_t[]){3});
    put_text("f", "old");
    hl_tf_writer *w = create("f", &h);
    assert_int_equal(hl_tf_write(w, "0123456789", 10, &e), 0);
    assert_int_equal(hl_tf_write(w, "0123456789", 10, &e), -1);
    assert_string_equal(e.msg, "f: 8 bytes more than the header promised");
    assert_int_equal(hl_tf_finish(w, &e), -1);
    assert_string_equal(e.msg, "f: 2 bytes fewer than the header promised");
    hl_tf_discard(create("f", &h));
    hl_tf_discard(NULL);
    assert_file_holds("f", "old");
    assert_int_equal(list_files(false), 1);
    hl_tf_header_free(&h);
}

static void refuse_to_create(const char *path, const hl_tf_header *h, const char *why)
{
    hl_err e;
    hl_tf_writer *w;
    assert_int_equal(hl_tf_create(&w, path, h, HL_TF_LEVEL, &e), -1);
    assert_contains(e.msg, why);
    assert_int_equal(list_files(false), 0);
}

static void invalid_headers_are_not_written(void **state)
{
    (void)state;
    static const int64_t one[] = {1};
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "\xff", HL_U8, 1, one);
    refuse_to_create("f", &h, "not UTF-8");
    hl_tf_header_free(&h);
    hl_tf_set_meta(&h, "key", "\xe9t\xe9");
    refuse_to_create("f", &h, "not UTF-8");
    hl_tf_header_free(&h);
    hl_tf_set_meta(&h, "\xff", "value");
    refuse_to_create("f", &h, "not UTF-8");
    hl_tf_header_free(&h);
    hl_tf_add_tensor(&h, "x", HL_U8, 1, one);
    hl_tf_add_tensor(&h, "x", HL_U8, 1, one);
    refuse_to_create("f", &h, "twice");
    hl_tf_header_free(&h);
    char *long_text = malloc((1 << 20) + 1);
    assert_non_null(long_text);
    memset(long_text, 'x', 1 << 20);
    long_text[1 << 20] = '\0';
    hl_tf_set_meta(&h, "key", long_text);
    refuse_to_create("f", &h, "expected at most 1048576");
    free(long_text);
    hl_tf_header_free(&h);
}

static void write_to_full_device(void *arg)
{
    hl_err e;
    hl_tf_writer *w;
    const hl_tf_header *h = arg;
    child_expects(dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO) == STDOUT_FILENO);
    child_expects(hl_tf_create(&w, NULL, h, HL_TF_LEVEL, &e) == 0);
    child_expects(hl_tf_write(w, "1234", 4, &e) == 0);
    child_expects(hl_tf_finish(w, &e) == -1);
    fputs(e.msg, stderr);
}

static void files_that_cannot_be_created(void **state)
{
    (void)state;
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "x", HL_U8, 1, (const int64_t[]){4});
    refuse_to_create("none/f", &h, "none/f: cannot be created: No such file or directory");
    const outcome o = in_child(write_to_full_device, &h);
    assert_exited(&o, 0);
    assert_string_equal(o.err, "standard output: cannot be written: No space left on device");
    hl_tf_header_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_type_is_read_back),
        IN_FOLDER(metadata_is_sorted),
        IN_FOLDER(types_have_names_and_sizes),
        IN_FOLDER(the_frame_contains_a_safetensors_file),
        IN_FOLDER(pieces_do_not_matter),
        IN_FOLDER(reading_in_pieces_and_skipping),
        IN_FOLDER(a_file_may_have_no_tensors),
        IN_FOLDER(standard_streams),
        IN_FOLDER(the_described_bytes_must_be_written),
        IN_FOLDER(invalid_headers_are_not_written),
        IN_FOLDER(files_that_cannot_be_created),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
