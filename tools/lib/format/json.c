/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/json.h"

#include "format/checksum.h"
#include "format/text_encoding.h"
#include "sys/input.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bytes; the metrics of a hundred classes take 1 MB. */
static const size_t max_text = (size_t)1 << 26;

static const char checksum_key[] = "sha256";

/* If a byte of the checksum itself has changed, a member of another name may be left, or one in
 * another place: whatever looks like a checksum must be a valid one. */
static bool is_consistent(json_t *o, hl_checksum checksum)
{
    bool found = json_object_get(o, checksum_key) != NULL;
    const char *key;
    json_t *value;
    json_object_foreach(o, key, value)
    {
        const char *text = json_string_value(value);
        found = found || (text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64);
    }
    return found == (checksum == HL_CHECKSUM_VALID);
}

json_t *hl_json_read(const char *path, const char **file, hl_err *e)
{
    FILE *fp = hl_in_open(path, file, e);
    if (!fp)
        return NULL;
    char *text;
    size_t len;
    const int status = hl_in_read_all(fp, *file, max_text, &text, &len, e);
    if (fp != stdin)
        fclose(fp);
    if (status)
        return NULL;
    if (hl_encoding_normalize(text, &len, *file, e)) {
        free(text);
        return NULL;
    }
    json_error_t why;
    json_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    const hl_checksum checksum = hl_checksum_of_json(text, len);
    free(text);
    if (json_is_object(o) && checksum != HL_CHECKSUM_INVALID && is_consistent(o, checksum)) {
        json_object_del(o, checksum_key);
        return o;
    }
    if (json_is_object(o))
        hl_fail(e,
                "%s: changed since it was written: its last member, sha256, does not match the "
                "others",
                *file);
    else if (o)
        hl_fail(e, "%s: expected a JSON object, found something else", *file);
    else
        hl_fail(e, "%s: not JSON: line %d: %s", *file, why.line, why.text);
    json_decref(o);
    return NULL;
}

static const json_t *member(const json_t *o, const char *file, const char *key, json_type type,
                            const char *what, hl_err *e)
{
    const json_t *v = json_object_get(o, key);
    if (v && json_typeof(v) == type)
        return v;
    hl_fail(e, "%s: '%s': expected %s, found %s", file, key, what, v ? "something else" : "none");
    return NULL;
}

const json_t *hl_json_list(const json_t *o, const char *file, const char *key, hl_err *e)
{
    return member(o, file, key, JSON_ARRAY, "a list", e);
}

const json_t *hl_json_object(const json_t *o, const char *file, const char *key, hl_err *e)
{
    return member(o, file, key, JSON_OBJECT, "an object", e);
}

const char *hl_json_text(const json_t *o, const char *file, const char *key, hl_err *e)
{
    return json_string_value(member(o, file, key, JSON_STRING, "a text", e));
}

int hl_json_real(const json_t *o, const char *file, const char *key, double *out, hl_err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v) || !isfinite(json_number_value(v)))
        return hl_fail(e, "%s: '%s': expected a number, found %s", file, key,
                       json_is_null(v) ? "null"
                       : v             ? "something else"
                                       : "none");
    *out = json_number_value(v);
    return 0;
}

int hl_json_real_or_null(const json_t *o, const char *file, const char *key, double *out, hl_err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v) && !json_is_null(v))
        return hl_fail(e, "%s: '%s': expected a number or null, found %s", file, key,
                       v ? "something else" : "none");
    *out = json_is_null(v) ? NAN : json_number_value(v);
    return 0;
}

int hl_json_count(const json_t *o, const char *file, const char *key, uint64_t *out, hl_err *e)
{
    const json_t *v = member(o, file, key, JSON_INTEGER, "a whole number", e);
    if (!v)
        return -1;
    if (json_integer_value(v) < 0)
        return hl_fail(e, "%s: '%s': expected a count, found a negative number", file, key);
    *out = (uint64_t)json_integer_value(v);
    return 0;
}

/* The recursion is bounded because jansson limits the depth when parsing. */
static bool has_numbers_only(const json_t *v)
{
    const char *key;
    json_t *member;
    bool all = true;
    if (json_is_object(v)) {
        json_object_foreach((json_t *)v, key, member) all = all && has_numbers_only(member);
        return all;
    }
    for (size_t i = 0; i < json_array_size(v); i++)
        all = all && has_numbers_only(json_array_get(v, i));
    return json_is_array(v) ? all : !v || json_is_number(v) || json_is_null(v);
}

int hl_json_numbers(const json_t *o, const char *file, const char *key, hl_err *e)
{
    return has_numbers_only(json_object_get(o, key))
               ? 0
               : hl_fail(e, "%s: '%s': expected numbers, found something else", file, key);
}

json_t *hl_json_of_real(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

json_t *hl_json_of_u64(uint64_t v)
{
    char digits[32];
    if (v <= (uint64_t)1 << 53)
        return json_integer((json_int_t)v);
    snprintf(digits, sizeof digits, "%" PRIu64, v);
    return json_string(digits);
}

int hl_json_write(const json_t *o, FILE *fp, hl_err *e)
{
    char *text = json_dumps(o, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    if (!text)
        return hl_fail(e, "the result cannot be written as JSON: a name in it is not UTF-8");
    hl_strbuf t = {0};
    hl_strbuf_printf(&t, "%s\n", text);
    free(text);
    hl_checksum_add_member(&t);
    fwrite(t.data, 1, t.len, fp); /* a failure shows in ferror at commit */
    hl_strbuf_free(&t);
    return 0;
}
