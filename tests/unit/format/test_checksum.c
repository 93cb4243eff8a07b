/* SPDX-License-Identifier: BSD-2-Clause */
/* A reader notices any changed byte of a text that a tool wrote. */
#include "data/manifest.h"
#include "data/predictions.h"
#include "format/checksum.h"
#include "format/json.h"
#include "helpers.h"

typedef int reader(const char *path, hl_err *e);

static int read_table(const char *path, hl_err *e)
{
    hl_predictions p;
    const int status = hl_predictions_read(&p, path, NULL, 0, NULL, NULL, e);
    if (status == 0)
        hl_predictions_free(&p);
    return status;
}

static int read_manifest(const char *path, hl_err *e)
{
    hl_manifest m;
    const int status = hl_manifest_read(&m, path, e);
    if (status == 0)
        hl_manifest_free(&m);
    return status;
}

static int read_json(const char *path, hl_err *e)
{
    const char *name;
    json_t *o = hl_json_read(path, &name, e);
    json_decref(o);
    return o ? 0 : -1;
}

/* Each single bit, and masks that turn one character with a meaning into another. (It also holds
 * for all 255 masks, which takes 14 seconds.) */
static const unsigned char masks[] = {1, 2, 4,    8,    16,   32,   64, 128,
                                      3, 7, 0x13, 0x29, 0x2a, 0x55, 255};

/* Changes every byte, and truncates the file everywhere; only the text without its checksum is
 * accepted, because it could have been written by hand. */
static void every_change_is_noticed(hl_strbuf *t, reader *read, size_t checksum_from)
{
    hl_err e;
    put_file("f", t->data, t->len);
    if (read("f", &e))
        fail_msg("unchanged: %s", e.msg);
    for (size_t i = 0; i < t->len; i++)
        for (size_t m = 0; m < COUNT(masks); m++) {
            t->data[i] = (char)(t->data[i] ^ masks[m]);
            put_file("f", t->data, t->len);
            if (read("f", &e) == 0)
                fail_msg("byte %zu, mask %d: expected an error, found none", i, masks[m]);
            t->data[i] = (char)(t->data[i] ^ masks[m]);
        }
    for (size_t len = checksum_from; len < t->len; len++) {
        put_file("f", t->data, len);
        assert_int_equal(read("f", &e), len == checksum_from ? 0 : -1);
    }
    hl_strbuf_free(t);
}

static void tables(void **state)
{
    (void)state;
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "#hilum-predictions 1\nsample\tpatient\tsubset\tlabel\tpredicted\tp_A\n"
                       "a\tp\ttest\tA\tA\t0.5\n");
    const size_t len = t.len;
    hl_checksum_add_line(&t, 0);
    every_change_is_noticed(&t, read_table, len);
}

static void manifests(void **state)
{
    (void)state;
    hl_manifest m = {0};
    hl_manifest_add(&m, "a.png", "A", "p", HL_TRAIN);
    hl_manifest_finish(&m);
    hl_strbuf t = {0};
    hl_manifest_format(&m, true, &t);
    hl_manifest_free(&m);
    every_change_is_noticed(&t, read_manifest, t.len - strlen("#sha256\t\n") - 64);
}

static void objects(void **state)
{
    (void)state;
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "{\n  \"n\": 17,\n  \"names\": [\n    \"A\"\n  ]\n}\n");
    hl_checksum_add_member(&t);
    every_change_is_noticed(&t, read_json, t.len);
}

/* A text without a checksum is accepted; one edited after its checksum was added is refused, with
 * the reason. */
static void messages(void **state)
{
    (void)state;
    hl_err e;
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "{\"n\": 17}\n");
    put_file("f", t.data, t.len);
    assert_int_equal(read_json("f", &e), 0);
    t.len = 0;
    hl_strbuf_puts(&t, "{\n  \"n\": 17\n}\n");
    hl_checksum_add_member(&t);
    t.data[strcspn(t.data, "7")] = '8';
    put_file("f", t.data, t.len);
    assert_int_equal(read_json("f", &e), -1);
    assert_string_equal(e.msg, "f: changed since it was written: its last member, sha256, does not "
                               "match the others");
    t.len = 0;
    hl_strbuf_puts(&t, "#hilum-predictions 2\nsample\tpatient\tsubset\tlabel\tpredicted\tp_A\n");
    hl_checksum_add_line(&t, 0);
    put_file("f", t.data, t.len);
    assert_int_equal(read_table("f", &e), -1);
    assert_string_equal(e.msg, "f: expected '#hilum-predictions 1' in line 1, found "
                               "'#hilum-predictions 2'");
    t.data[0] = '%';
    put_file("f", t.data, t.len);
    assert_int_equal(read_table("f", &e), -1);
    assert_string_equal(e.msg, "f: changed since it was written: its last line, #sha256, does not "
                               "match the lines above");
    hl_strbuf_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(tables),
        IN_FOLDER(manifests),
        IN_FOLDER(objects),
        IN_FOLDER(messages),
    };
    return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
