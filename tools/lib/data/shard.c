/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/shard.h"

#include "base/array.h"
#include "base/parse.h"
#include "base/strbuf.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_shard(int64_t k, int64_t n)
{
    return k >= 1 && k <= n && n <= HL_MAX_SHARDS;
}

bool hl_shard_parse(hl_shard *s, const char *text)
{
    char first[HL_SHARD_WORD];
    const char *slash = strchr(text, '/');
    *s = (hl_shard){0};
    if (!slash || (size_t)(slash - text) >= sizeof first)
        return false;
    snprintf(first, sizeof first, "%.*s", (int)(slash - text), text);
    int64_t k, n;
    if (!hl_parse_i64(first, &k) || !hl_parse_i64(slash + 1, &n) || !is_shard(k, n))
        return false;
    s->k = k;
    s->n = n;
    return true;
}

const char *hl_shard_word(const hl_shard *s, char word[HL_SHARD_WORD])
{
    snprintf(word, HL_SHARD_WORD, "%d/%d", (int)s->k, (int)s->n);
    return word;
}

void hl_shard_range(const hl_shard *s, size_t *from, size_t *to)
{
    *from = (size_t)((s->k - 1) * s->rows / s->n);
    *to = (size_t)(s->k * s->rows / s->n);
}

char *hl_shard_format(const hl_shard *s)
{
    json_t *o = json_pack("{s:I, s:I, s:I, s:I}", "k", (json_int_t)s->k, "n", (json_int_t)s->n,
                          "rows", (json_int_t)s->rows, "images", (json_int_t)s->images);
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return text;
}

/* At most as many rows as a manifest can have, so that no product overflows. */
static bool read_object(hl_shard *s, json_t *o)
{
    json_int_t k, n, rows, images;
    if (json_unpack(o, "{s:I, s:I, s:I, s:I !}", "k", &k, "n", &n, "rows", &rows, "images",
                    &images) ||
        !is_shard(k, n) || rows < 1 || rows > INT32_MAX || images < rows || images / rows > 1000)
        return false;
    s->k = k;
    s->n = n;
    s->rows = rows;
    s->images = images;
    return true;
}

int hl_shard_parse_metadata(hl_shard *s, const char *json, hl_err *e)
{
    json_t *o = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    const bool good = read_object(s, o);
    json_decref(o);
    return good ? 0
                : hl_fail(e, "hilum.shard: expected a shard k of n, the rows of the manifest and "
                             "their images");
}

void hl_shard_keep_file(hl_shard *s, const unsigned char sha256[HL_FILE_DIGEST])
{
    s->files = hl_array_reserve(s->files, s->nfiles + 1, &s->files_cap, sizeof *s->files);
    memcpy(s->files[s->nfiles++], sha256, HL_FILE_DIGEST);
}

void hl_shard_add_file(hl_sha256 *digest, const char *path,
                       const unsigned char sha256[HL_FILE_DIGEST])
{
    hl_sha256_add(digest, path, strlen(path) + 1);
    hl_sha256_add(digest, sha256, HL_FILE_DIGEST);
}

/* ---- provenance ---- */

static bool is_tool(const json_t *entry, const char *name)
{
    const char *tool = json_string_value(json_object_get(entry, "tool"));
    return tool && strcmp(tool, name) == 0;
}

/* --shard is the last of the recorded options of preprocess. */
static bool cut_option(json_t *entry, const hl_shard *s)
{
    char word[HL_SHARD_WORD];
    const char *options = json_string_value(json_object_get(entry, "options"));
    hl_strbuf end = {0};
    hl_strbuf_printf(&end, " --shard %s", hl_shard_word(s, word));
    const bool found = options && strlen(options) >= end.len &&
                       strcmp(options + strlen(options) - end.len, end.data) == 0;
    if (found)
        json_object_set_new(entry, "options", json_stringn(options, strlen(options) - end.len));
    hl_strbuf_free(&end);
    return found;
}

/* Entries as hl_provenance_extend writes them: preprocess is the last one or, of features, the last
 * but one. */
static bool make_whole(json_t *list, const hl_shard *s, const hl_shard_whole *w)
{
    const size_t n = json_array_size(list);
    json_t *last = n ? json_array_get(list, n - 1) : NULL;
    if (is_tool(last, "extract-features")) {
        json_t *inputs = json_object_get(last, "inputs");
        if (n < 2 || json_object_set_new(inputs, "images", json_string(w->images)))
            return false;
        last = json_array_get(list, n - 2);
    }
    json_t *inputs = json_object_get(last, "inputs");
    if (!is_tool(last, "preprocess") || !cut_option(last, s) ||
        json_object_set_new(inputs, "images", json_string(w->files)))
        return false;
    json_object_del(inputs, "left-out");
    return !w->left_out || !json_object_set_new(inputs, "left-out", json_string(w->left_out));
}

int hl_shard_whole_provenance(char **whole, const char *provenance, const hl_shard *s,
                              const hl_shard_whole *w, hl_err *e)
{
    json_t *list = json_loads(provenance, JSON_REJECT_DUPLICATES, NULL);
    *whole = json_is_array(list) && make_whole(list, s, w) ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return *whole ? 0 : hl_fail(e, "provenance: expected that of a shard, with preprocess --shard");
}

void hl_shard_release(hl_shard *s)
{
    free(s->files);
    free(s->rejects);
    s->files = NULL;
    s->rejects = NULL;
}

void hl_shard_free(hl_shard *s)
{
    hl_shard_release(s);
    *s = (hl_shard){0};
}
