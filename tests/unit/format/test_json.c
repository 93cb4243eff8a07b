/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/strbuf.h"
#include "format/json.h"
#include "helpers.h"

#include <math.h>

static json_t *read_text(const char *text, hl_err *e)
{
    const char *name;
    put_text("m.json", text);
    json_t *o = hl_json_read("m.json", &name, e);
    assert_string_equal(name, "m.json");
    return o;
}

static void objects_are_read(void **state)
{
    (void)state;
    hl_err e;
    json_t *o = read_text(
        " {\"a\": [1], \"o\": {}, \"t\": \"é\", \"r\": 0.5, \"i\": 3, \"n\": null}\n", &e);
    assert_non_null(o);
    double r;
    uint64_t i;
    assert_int_equal(json_array_size(hl_json_list(o, "f", "a", &e)), 1);
    assert_non_null(hl_json_object(o, "f", "o", &e));
    assert_string_equal(hl_json_text(o, "f", "t", &e), "é");
    assert_int_equal(hl_json_real(o, "f", "r", &r, &e), 0);
    assert_true(r == 0.5);
    assert_int_equal(hl_json_real(o, "f", "i", &r, &e), 0);
    assert_true(r == 3);
    assert_int_equal(hl_json_real_or_null(o, "f", "r", &r, &e), 0);
    assert_true(r == 0.5);
    assert_int_equal(hl_json_real_or_null(o, "f", "n", &r, &e), 0);
    assert_true(isnan(r));
    assert_int_equal(hl_json_count(o, "f", "i", &i, &e), 0);
    assert_int_equal(i, 3);
    json_decref(o);
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "m.json: not JSON: line 1: "},
        {"[1]", "m.json: expected a JSON object, found something else"},
        {"{\n\"a\": }", "m.json: not JSON: line 2: "},
        {"{\"a\": 1", "m.json: not JSON: line 1: "},
        {"{\"a\": 1} x", "m.json: not JSON: line 1: "},
        {"{\"a\": 1, \"a\": 1}", "m.json: not JSON: line 1: duplicate object key"},
        {"{\"a\": NaN}", "m.json: not JSON: line 1: "},
        {"{\"a\": \"\xff\"}", "m.json: not JSON: line 1: "},
        {"{\"a\": 99999999999999999999}", "m.json: not JSON: line 1: too big integer"},
    };
    hl_err e;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_null(read_text(bad[i].text, &e));
        assert_contains(e.msg, bad[i].why);
    }
    const char *name;
    assert_null(hl_json_read("none", &name, &e));
    assert_string_equal(e.msg, "none: cannot be read: No such file or directory");
}

static void members_must_exist_and_have_their_type(void **state)
{
    (void)state;
    hl_err e;
    json_t *o = read_text("{\"t\": \"x\", \"i\": -1, \"r\": 1.5, \"n\": null}", &e);
    assert_non_null(o);
    double r = 7;
    uint64_t i = 7;
    assert_null(hl_json_list(o, "f", "t", &e));
    assert_string_equal(e.msg, "f: 't': expected a list, found something else");
    assert_null(hl_json_object(o, "f", "none", &e));
    assert_string_equal(e.msg, "f: 'none': expected an object, found none");
    assert_null(hl_json_text(o, "f", "i", &e));
    assert_string_equal(e.msg, "f: 'i': expected a text, found something else");
    assert_int_equal(hl_json_real(o, "f", "t", &r, &e), -1);
    assert_string_equal(e.msg, "f: 't': expected a number, found something else");
    assert_int_equal(hl_json_real(o, "f", "n", &r, &e), -1); /* would be a NaN */
    assert_string_equal(e.msg, "f: 'n': expected a number, found null");
    assert_int_equal(hl_json_real_or_null(o, "f", "t", &r, &e), -1);
    assert_string_equal(e.msg, "f: 't': expected a number or null, found something else");
    assert_int_equal(hl_json_real(o, "f", "none", &r, &e), -1);
    assert_int_equal(hl_json_count(o, "f", "r", &i, &e), -1);
    assert_string_equal(e.msg, "f: 'r': expected a whole number, found something else");
    assert_int_equal(hl_json_count(o, "f", "i", &i, &e), -1);
    assert_string_equal(e.msg, "f: 'i': expected a count, found a negative number");
    assert_true(r == 7 && i == 7);
    json_decref(o);
}

static void written_objects_are_read_back(void **state)
{
    (void)state;
    hl_err e;
    json_t *o = json_pack("{s:o, s:o, s:o, s:i}", "tenth", hl_json_of_real(0.1), "nan",
                          hl_json_of_real(NAN), "inf", hl_json_of_real(-INFINITY), "n", 3);
    FILE *fp = fopen("out.json", "w");
    assert_non_null(fp);
    assert_int_equal(hl_json_write(o, fp, &e), 0);
    fclose(fp);
    json_decref(o);
    assert_file_holds(
        "out.json",
        "{\n  \"tenth\": 0.10000000000000001,\n  \"nan\": null,\n"
        "  \"inf\": null,\n  \"n\": 3,\n  \"sha256\": \"d78c3c6cb1bda8fc3b2fe09ce9b54513"
        "8cb15da7972681058d745698d93165c7\"\n}\n");
    const char *name;
    double r;
    o = hl_json_read("out.json", &name, &e);
    assert_int_equal(hl_json_real(o, name, "tenth", &r, &e), 0);
    assert_true(r == 0.1);
    assert_int_equal(json_object_size(o), 4); /* the checksum is removed on reading */
    json_decref(o);
}

static void metrics_are_numbers_at_any_depth(void **state)
{
    (void)state;
    static const char *const good[] = {"{}", "{\"x\": null}", "{\"x\": 1}", "{\"x\": []}",
                                       "{\"x\": {\"a\": [1, null, {\"b\": 2.5}]}}"};
    static const char *const bad[] = {"{\"x\": \"1\"}", "{\"x\": true}",
                                      "{\"x\": {\"a\": [1, null, {\"b\": \"2.5\"}]}}",
                                      "{\"x\": [[[false]]]}"};
    hl_err e;
    for (size_t i = 0; i < COUNT(good) + COUNT(bad); i++) {
        const bool is_good = i < COUNT(good);
        json_t *o = read_text(is_good ? good[i] : bad[i - COUNT(good)], &e);
        assert_non_null(o);
        assert_int_equal(hl_json_numbers(o, "f", "x", &e), is_good ? 0 : -1);
        if (!is_good)
            assert_string_equal(e.msg, "f: 'x': expected numbers, found something else");
        json_decref(o);
    }
}

/* A double represents every whole number up to 2^53. */
static void seeds_of_any_size_are_written(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        const char *text;
    } seeds[] = {
        {0, "0"},
        {UINT64_C(9007199254740992), "9007199254740992"},
        {UINT64_C(9007199254740993), "\"9007199254740993\""},
        {UINT64_C(9223372036854775808), "\"9223372036854775808\""},
        {UINT64_MAX, "\"18446744073709551615\""},
    };
    for (size_t i = 0; i < COUNT(seeds); i++) {
        json_t *v = hl_json_of_u64(seeds[i].value);
        char *text = json_dumps(v, JSON_ENCODE_ANY);
        assert_string_equal(text, seeds[i].text);
        free(text);
        json_decref(v);
    }
}

/* The checksum is that of the text as it was written, with LF. */
static void windows_line_ends_are_read(void **state)
{
    (void)state;
    hl_err e;
    json_t *o = json_pack("{s:i}", "n", 3);
    hl_strbuf crlf = {0};
    size_t len;
    FILE *fp = fopen("out.json", "w");
    assert_non_null(fp);
    assert_int_equal(hl_json_write(o, fp, &e), 0);
    fclose(fp);
    json_decref(o);
    char *text = get_file("out.json", &len);
    for (size_t i = 0; i < len; i++)
        hl_strbuf_puts(&crlf, text[i] == '\n' ? "\r\n" : (const char[]){text[i], '\0'});
    free(text);
    o = read_text(crlf.data, &e);
    if (!o)
        fail_msg("%s", e.msg);
    assert_int_equal(json_object_size(o), 1);
    json_decref(o);
    *strchr(crlf.data, '3') = '4';
    assert_null(read_text(crlf.data, &e));
    assert_contains(e.msg, "changed since it was written");
    hl_strbuf_free(&crlf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(objects_are_read),
        IN_FOLDER(damaged_files_are_refused),
        IN_FOLDER(members_must_exist_and_have_their_type),
        IN_FOLDER(written_objects_are_read_back),
        IN_FOLDER(metrics_are_numbers_at_any_depth),
        cmocka_unit_test(seeds_of_any_size_are_written),
        IN_FOLDER(windows_line_ends_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
