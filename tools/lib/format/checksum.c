/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/checksum.h"

#include "base/sha256.h"

#include <string.h>

enum { HEX = 64 };

/* The text before and after the hex digits. */
typedef struct form {
    const char *start, *end;
} form;
static const form of_table = {"#sha256\t", "\n"};
static const form of_json = {",\n  \"sha256\": \"", "\"\n}\n"};

static void hex_of(const char *bytes, size_t len, char hex[HEX + 1])
{
    char digest[HL_DIGEST_SIZE];
    hl_digest_bytes(bytes, len, digest);
    strcpy(hex, strchr(digest, ':') + 1);
}

static void add(hl_strbuf *t, size_t from, const form *f)
{
    char hex[HEX + 1];
    hex_of(t->data + from, t->len - from, hex);
    hl_strbuf_puts(t, f->start);
    hl_strbuf_puts(t, hex);
    hl_strbuf_puts(t, f->end);
}

/* Length of the text before its checksum, whose digits are *hex; len and NULL if it has none. */
static size_t find(const char *text, size_t len, const form *f, const char **hex)
{
    const size_t start = strlen(f->start), end = strlen(f->end), size = start + HEX + end;
    *hex = NULL;
    if (len < size)
        return len;
    const char *at = text + len - size;
    if (memcmp(at, f->start, start) != 0 || memcmp(at + start + HEX, f->end, end) != 0)
        return len;
    *hex = at + start;
    return len - size;
}

static bool is_right(const char *text, size_t len, const char *stated)
{
    char hex[HEX + 1];
    hex_of(text, len, hex);
    return memcmp(hex, stated, HEX) == 0;
}

void hl_checksum_add_line(hl_strbuf *t, size_t from)
{
    add(t, from, &of_table);
}

void hl_checksum_add_member(hl_strbuf *t)
{
    t->len -= strlen("\n}\n");
    add(t, 0, &of_json);
}

int hl_checksum_strip_line(char *text, size_t *len, const char *name, hl_err *e)
{
    const char *stated;
    const size_t before = find(text, *len, &of_table, &stated);
    if (stated && !is_right(text, before, stated))
        return hl_fail(e,
                       "%s: changed since it was written: its last line, #sha256, does not match "
                       "the lines above",
                       name);
    *len = before;
    return 0;
}

hl_checksum hl_checksum_of_json(const char *text, size_t len)
{
    const char *stated;
    const size_t before = find(text, len, &of_json, &stated);
    if (!stated)
        return HL_CHECKSUM_NONE;
    return is_right(text, before, stated) ? HL_CHECKSUM_VALID : HL_CHECKSUM_INVALID;
}
