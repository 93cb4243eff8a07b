/* SPDX-License-Identifier: BSD-2-Clause */
/* Invalid headers of tensor files, in valid frames. */
#include "framed.h"

static void header_lengths_are_checked(void **state)
{
    (void)state;
    static const struct {
        uint64_t length;
        const char *why;
    } bad[] = {
        {0, "expected a header of 2 to 1048576 bytes, found 0"},
        {1, "expected a header of 2 to 1048576 bytes, found 1"},
        {(1 << 20) + 1, "expected a header of 2 to 1048576 bytes, found 1048577"},
        {UINT64_MAX, "found 18446744073709551615"},
        {sizeof GOOD_HEADER - 2, "its header is not valid JSON"},
        {sizeof GOOD_HEADER, "its header is not valid JSON"}, /* includes a zero byte of the data */
        {sizeof GOOD_HEADER + 5, "truncated: the header ends early"},
        {1 << 20, "truncated: the header ends early"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        put_framed(plain(bad[i].length, GOOD_HEADER, 5), 0);
        assert_refused(bad[i].why);
    }
}

static void the_longest_header_is_read(void **state)
{
    (void)state;
    hl_err e;
    char *header = malloc((1 << 20) + 1);
    assert_non_null(header);
    memset(header, ' ', 1 << 20);
    header[1 << 20] = '\0';
    memcpy(header, GOOD_HEADER, strlen(GOOD_HEADER));
    put_framed(plain(1 << 20, header, 5), 0);
    assert_int_equal(read_whole(NULL, &e), 0);
    free(header);
}

/* One tensor "x" with these members; a member "name" of the header. The data are 16 bytes. */
#define X(members) "{\"x\":{" members "}}"
#define U8(name, shape, offsets)                                                                   \
    "\"" name "\":{\"dtype\":\"U8\",\"shape\":[" shape "],\"data_offsets\":[" offsets "]}"
#define DTYPE "\"dtype\":\"U8\""
#define SHAPE "\"shape\":[16]"
#define OFFSETS "\"data_offsets\":[0,16]"

typedef struct bad_header {
    const char *json, *why;
} bad_header;

static void refuse_all(const bad_header *bad, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put_framed(plain(strlen(bad[i].json), bad[i].json, 16), 0);
        assert_refused(bad[i].why);
    }
}

static void headers_must_be_json_objects(void **state)
{
    (void)state;
    static const bad_header bad[] = {
        {" {" U8("x", "16", "0,16") "}", "does not start with '{'"},
        {"\n{" U8("x", "16", "0,16") "}", "does not start with '{'"},
        {"\xef\xbb\xbf{" U8("x", "16", "0,16") "}", "does not start with '{'"},
        {"[]", "does not start with '{'"},
        {"null", "does not start with '{'"},
        {"{" U8("x", "16", "0,16"), "not valid JSON"},
        {"{" U8("x", "16", "0,16") "} x", "not valid JSON"},
        {"{" U8("x", "16", "0,16") "}{}", "not valid JSON"},
        {"{" U8("x", "16", "0,16") ",}", "not valid JSON"},
        {"{" U8("\xff", "16", "0,16") "}", "not valid JSON"},
        {"{" U8("\\u0000", "16", "0,16") "}", "not valid JSON"},
        {"{" U8("\\ud800", "16", "0,16") "}", "not valid JSON"},
        {"{" U8("x", "8", "0,8") "," U8("x", "8", "8,16") "}", "duplicate object key"},
        {"{" U8("x", "8", "0,8") "," U8("\\u0078", "8", "8,16") "}", "duplicate object key"},
        {X(DTYPE "," DTYPE "," SHAPE "," OFFSETS), "duplicate object key"},
        {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "duplicate object key"},
        {"{\"__metadata__\":[\"a\"]}", "__metadata__ is not an object"},
        {"{\"__metadata__\":null}", "__metadata__ is not an object"},
        {"{\"__metadata__\":{\"a\":1}}", "metadata 'a' is not a string"},
        {"{\"__metadata__\":{\"a\":null}}", "metadata 'a' is not a string"},
        {"{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", "metadata 'a' is not a string"},
        {"{}", "expected 10 bytes by its header, found 26"},
    };
    refuse_all(bad, COUNT(bad));
}

static void tensors_must_be_described(void **state)
{
    (void)state;
    static const bad_header bad[] = {
        {"{\"x\":1}", "expected dtype U8, F16, BF16, F32 or I64, found none"},
        {"{\"x\":[]}", "expected dtype U8, F16, BF16, F32 or I64, found none"},
        {"{\"x\":{}}", "expected dtype U8, F16, BF16, F32 or I64, found none"},
        {X("\"dtype\":3," SHAPE "," OFFSETS), "found none"},
        {X("\"dtype\":\"F64\"," SHAPE "," OFFSETS), "found F64"},
        {X("\"dtype\":\"u8\"," SHAPE "," OFFSETS), "found u8"},
        {X("\"dtype\":\"U8 \"," SHAPE "," OFFSETS), "found U8 "},
        {X(DTYPE "," SHAPE), "expected dtype, shape and data_offsets, found 2 fields"},
        {X(DTYPE "," SHAPE "," OFFSETS ",\"a\":1"), "found 4 fields"},
        {X(DTYPE "," SHAPE ",\"offsets\":[0,16]"), "data_offsets are not two whole numbers"},
        {X(DTYPE ",\"form\":[16]," OFFSETS), "expected a shape of at most 4 numbers"},
        {X(DTYPE ",\"shape\":16," OFFSETS), "expected a shape of at most 4 numbers"},
        {X(DTYPE ",\"shape\":{\"0\":16}," OFFSETS), "expected a shape of at most 4 numbers"},
        {X(DTYPE ",\"shape\":[1,1,1,1,16]," OFFSETS), "of at most 4 numbers, found 5"},
        {X(DTYPE ",\"shape\":[16.0]," OFFSETS), "not made of whole numbers"},
        {X(DTYPE ",\"shape\":[1.6e1]," OFFSETS), "not made of whole numbers"},
        {X(DTYPE ",\"shape\":[\"16\"]," OFFSETS), "not made of whole numbers"},
        {X(DTYPE ",\"shape\":[[16]]," OFFSETS), "not made of whole numbers"},
        {X(DTYPE ",\"shape\":[16,null]," OFFSETS), "not made of whole numbers"},
        {X(DTYPE ",\"shape\":[-16]," OFFSETS), "its shape is negative or too large"},
        {X(DTYPE ",\"shape\":[-4,-4]," OFFSETS), "its shape is negative or too large"},
        {X(DTYPE ",\"shape\":[0,-1],\"data_offsets\":[0,0]"), "its shape is negative or too large"},
        {X(DTYPE ",\"shape\":[4294967296,4294967296]," OFFSETS), "negative or too large"},
        {X(DTYPE ",\"shape\":[9223372036854775807,2]," OFFSETS), "negative or too large"},
        {X(DTYPE ",\"shape\":[281474976710657]," OFFSETS), "negative or too large"},
        {X("\"dtype\":\"I64\",\"shape\":[35184372088833]," OFFSETS), "negative or too large"},
        {X(DTYPE ",\"shape\":[9223372036854775808]," OFFSETS), "not valid JSON: too big integer"},
        {X("\"dtype\":\"F32\"," SHAPE "," OFFSETS), "expected bytes 0 to 64, found data_offsets 0"},
    };
    refuse_all(bad, COUNT(bad));
}

static void offsets_must_follow_each_other(void **state)
{
    (void)state;
    static const bad_header bad[] = {
        {"{" U8("x", "16", "") "}", "data_offsets are not two whole numbers"},
        {"{" U8("x", "16", "16") "}", "data_offsets are not two whole numbers"},
        {"{" U8("x", "16", "0,16,16") "}", "data_offsets are not two whole numbers"},
        {"{" U8("x", "16", "0,16.0") "}", "data_offsets are not two whole numbers"},
        {"{" U8("x", "16", "\"0\",\"16\"") "}", "data_offsets are not two whole numbers"},
        {"{" U8("x", "16", "0,9223372036854775808") "}", "not valid JSON: too big integer"},
        {"{" U8("x", "16", "0,15") "}", "expected bytes 0 to 16, found data_offsets 0 to 15"},
        {"{" U8("x", "16", "0,17") "}", "expected bytes 0 to 16, found data_offsets 0 to 17"},
        {"{" U8("x", "16", "16,0") "}", "expected bytes 0 to 16, found data_offsets 16 to 0"},
        {"{" U8("x", "16", "-16,0") "}", "expected bytes 0 to 16, found data_offsets -16 to 0"},
        {"{" U8("x", "15", "1,16") "}", "expected bytes 0 to 15, found data_offsets 1 to 16"},
        {"{" U8("x", "16", "-9223372036854775808,9223372036854775807") "}", "expected bytes 0 to"},
        {"{" U8("x", "9", "0,9") "," U8("y", "9", "7,16") "}",
         "tensor 'y': expected bytes 9 to 18, found data_offsets 7 to 16"},
        {"{" U8("x", "7", "0,7") "," U8("y", "7", "9,16") "}",
         "tensor 'y': expected bytes 7 to 14, found data_offsets 9 to 16"},
        {"{" U8("x", "8", "8,16") "," U8("y", "8", "1,9") "}",
         "tensor 'y': expected bytes 0 to 8, found data_offsets 1 to 9"},
        {"{" U8("x", "8", "0,8") "," U8("y", "8", "0,8") "}",
         "tensor 'y': expected bytes 8 to 16, found data_offsets 0 to 8"},
        {"{" U8("x", "281474976710656",
                "0,281474976710656") "," U8("y", "1", "281474976710656,281474976710657") "}",
         "tensor 'y': expected bytes"},
        {"{" U8("x", "16", "0,16") "," U8("y", "1", "16,17") "}", "by its header, found"},
        {"{" U8("x", "15", "0,15") "}", "by its header, found"},
    };
    refuse_all(bad, COUNT(bad));
}

static void too_many_members_are_refused(void **state)
{
    (void)state;
    hl_strbuf many = {0}, deep = {0}, meta = {0};
    for (int i = 0; i <= HL_MAX_TENSORS; i++)
        hl_strbuf_printf(&many, "%c" U8("t%d", "0", "0,0"), i ? ',' : '{', i);
    hl_strbuf_puts(&many, "}");
    for (int i = 0; i <= HL_MAX_TENSORS; i++)
        hl_strbuf_printf(&meta, "%s\"m%d\":\"\"", i ? "," : "{\"__metadata__\":{", i);
    hl_strbuf_puts(&meta, "}}");
    hl_strbuf_puts(&deep, "{\"x\":");
    for (int i = 0; i < 500000; i++)
        hl_strbuf_puts(&deep, "[");
    const bad_header bad[] = {{many.data, "expected at most 4096 tensors, found 4097"},
                              {meta.data, "expected at most 4096 entries of metadata, found 4097"},
                              {deep.data, "its header is not valid JSON: maximum parsing depth"}};
    refuse_all(bad, COUNT(bad));
    hl_strbuf_free(&many);
    hl_strbuf_free(&deep);
    hl_strbuf_free(&meta);
}

static void valid_headers_are_read(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{" U8("x", "16", "0,16") "}",
        "{" U8("x", "16", "0,16") "} \n\t ",
        "{ \"x\" : {" OFFSETS "," SHAPE "," DTYPE "}}",
        "{" U8("", "16", "0,16") ",\"__metadata__\":{}}",
        "{" U8("x", "2,2,2,2", "0,16") "," U8("y", "0,5", "16,16") "}",
        "{" U8("y", "0", "0,0") "," U8("x", "16", "0,16") ",\"__metadata__\":{\"\":\"\"}}",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        hl_err e;
        put_framed(plain(strlen(good[i]), good[i], 16), 0);
        if (read_whole(NULL, &e))
            fail_msg("%s: %s", good[i], e.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(header_lengths_are_checked),     IN_FOLDER(the_longest_header_is_read),
        IN_FOLDER(headers_must_be_json_objects),   IN_FOLDER(tensors_must_be_described),
        IN_FOLDER(offsets_must_follow_each_other), IN_FOLDER(too_many_members_are_refused),
        IN_FOLDER(valid_headers_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
