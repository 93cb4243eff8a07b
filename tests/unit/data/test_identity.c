/* SPDX-License-Identifier: BSD-2-Clause */
/* The identity of a tensor file covers its data: the header states their SHA-256, which readers
 * verify. */
#include "data/provenance.h"
#include "framed.h"

enum { LARGE = (1 << 24) + 12345 }; /* bytes: more than is buffered in memory */

static hl_tf_header header_of(int64_t bytes)
{
    hl_tf_header h = {0};
    hl_tf_add_tensor(&h, "x", HL_U8, 1, &bytes);
    hl_tf_set_meta(&h, "hilum.kind", "test");
    return h;
}

/* Writes a file with this data and returns its identity. */
static void write_and_identify(const char *data, size_t n, char id[HL_DIGEST_SIZE])
{
    hl_tf_header h = header_of((int64_t)n);
    write_file(&h, data, n);
    hl_tf_header_free(&h);
    hl_tf_reader *r = open_file("f", "test");
    assert_true(hl_tf_id_covers_data(r));
    strcpy(id, hl_tf_id(r));
    hl_tf_close(r);
}

static void one_value_changes_the_identity(void **state)
{
    (void)state;
    char first[HL_DIGEST_SIZE], again[HL_DIGEST_SIZE], other[HL_DIGEST_SIZE];
    write_and_identify("12345", 5, first);
    write_and_identify("12345", 5, again);
    write_and_identify("12344", 5, other);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
}

/* printf 12345 | sha256sum */
#define OF_12345 "sha256:5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"

static void the_header_states_the_digest_of_the_data(void **state)
{
    (void)state;
    char id[HL_DIGEST_SIZE];
    write_and_identify("12345", 5, id);
    hl_tf_reader *r = open_file("f", NULL);
    assert_string_equal(hl_tf_meta(hl_tf_get_header(r), "hilum.data"), OF_12345);
    hl_tf_close(r);
}

/* ---- files that were not written by the library ---- */

static void put_stating(const char *stated, const char *data)
{
    char header[512];
    snprintf(
        header, sizeof header,
        "{\"__metadata__\":{\"hilum.kind\":\"test\"%s%s%s},\"x\":{\"dtype\":\"U8\",\"shape\":[5],"
        "\"data_offsets\":[0,5]}}",
        *stated ? ",\"hilum.data\":\"" : "", stated, *stated ? "\"" : "");
    hl_strbuf t = plain(strlen(header), header, 0);
    hl_strbuf_add(&t, data, 5);
    put_framed(t, 0);
}

static void data_with_another_digest_are_damaged(void **state)
{
    (void)state;
    hl_err e;
    put_stating(OF_12345, "12345");
    assert_int_equal(read_whole(NULL, &e), 0);
    put_stating(OF_12345, "12355");
    assert_refused("f: is damaged: expected data with the digest " OF_12345 ", found sha256:");
}

static void malformed_digests_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5",
        "sha256:5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc",
        "sha256:5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc55",
        "sha256:5994471ABB01112AFCC18159F6CC74B4F511B99806DA59B3CAF5A9C173CACFC5",
        "md5:827ccb0eea8a706c4c34a16891f84e7b",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        put_stating(bad[i], "12345");
        assert_refused("hilum.data: expected 'sha256:' and 64 hexadecimal digits, found '");
    }
    put_stating(OF_12345 "\",\"hilum.data\":\"" OF_12345, "12345");
    assert_refused("duplicate object key");
}

static void record_and_warn(void *unused)
{
    hl_err e;
    hl_tf_reader *r;
    (void)unused;
    child_expects(hl_tf_open(&r, "f", NULL, &e) == 0);
    hl_provenance_warn_old_id("images", false);
    hl_provenance_warn_old_id("head", !hl_tf_id_covers_data(r));
    hl_tf_close(r);
}

/* Files of hilum 0.1.0. */
static void files_without_a_digest_are_read_with_a_warning(void **state)
{
    (void)state;
    hl_err e;
    put_stating("", "12345");
    assert_int_equal(read_whole(NULL, &e), 0);
    const outcome o = in_child(record_and_warn, NULL);
    assert_exited(&o, 0);
    assert_contains(o.err, "warning: the identity of the head does not cover the data");
    assert_null(strstr(o.err, "images"));
}

/* ---- writing ---- */

static void late_metadata_are_added(void **state)
{
    (void)state;
    hl_err e;
    hl_tf_header h = header_of(5);
    hl_tf_writer *w = create("f", &h);
    assert_int_equal(hl_tf_write(w, "12345", 5, &e), 0);
    hl_tf_amend(w, "late", "and long, so that the header has another length");
    assert_int_equal(hl_tf_finish(w, &e), 0);
    assert_null(hl_tf_meta(&h, "late")); /* the caller's header is not changed */
    assert_int_equal(read_whole(NULL, &e), 0);
    hl_tf_reader *r = open_file("f", NULL);
    assert_non_null(hl_tf_meta(hl_tf_get_header(r), "late"));
    hl_tf_close(r);
    hl_tf_header_free(&h);
}

static int write_stated(const char *data, hl_err *e)
{
    hl_tf_header h = header_of(5);
    hl_tf_writer *w;
    assert_int_equal(hl_tf_create_stated(&w, "f", &h, HL_TF_LEVEL, OF_12345, e), 0);
    assert_int_equal(hl_tf_write(w, data, 5, e), 0);
    hl_tf_header_free(&h);
    return hl_tf_finish(w, e);
}

static void a_digest_given_in_advance_makes_the_same_file(void **state)
{
    (void)state;
    hl_err e;
    char id[HL_DIGEST_SIZE];
    size_t len, n;
    assert_int_equal(write_stated("12345", &e), 0);
    char *stated = get_file("f", &len);
    write_and_identify("12345", 5, id);
    char *found_out = get_file("f", &n);
    assert_int_equal(n, len);
    assert_memory_equal(stated, found_out, len);
    free(stated);
    free(found_out);
    assert_int_equal(write_stated("12346", &e), 0);
    assert_refused("f: is damaged: expected data with the digest " OF_12345);
}

/* Data beyond the buffer are spooled to a temporary file, which is removed. */
static void large_data_are_spooled_to_disk(void **state)
{
    (void)state;
    hl_err e;
    char *data = malloc(LARGE), *back = malloc(LARGE), id[HL_DIGEST_SIZE], of_data[HL_DIGEST_SIZE];
    assert_true(data && back);
    for (size_t i = 0; i < LARGE; i++)
        data[i] = (char)(i * i >> 5);
    write_and_identify(data, LARGE, id);
    assert_int_equal(list_files(false), 1);
    hl_digest_bytes(data, LARGE, of_data);
    hl_tf_reader *r = open_file("f", NULL);
    assert_string_equal(hl_tf_meta(hl_tf_get_header(r), "hilum.data"), of_data);
    assert_int_equal(hl_tf_read(r, back, LARGE, &e), 0);
    assert_int_equal(hl_tf_end(r, &e), 0);
    assert_memory_equal(data, back, LARGE);
    hl_tf_close(r);
    free(data);
    free(back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(one_value_changes_the_identity),
        IN_FOLDER(the_header_states_the_digest_of_the_data),
        IN_FOLDER(data_with_another_digest_are_damaged),
        IN_FOLDER(malformed_digests_are_refused),
        IN_FOLDER(files_without_a_digest_are_read_with_a_warning),
        IN_FOLDER(late_metadata_are_added),
        IN_FOLDER(a_digest_given_in_advance_makes_the_same_file),
        IN_FOLDER(large_data_are_spooled_to_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
