/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of a tensor file: building, formatting and parsing it. */
#include "format/tensorfile_header.h"

#include "base/mem.h"
#include "format/old_names.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *const hl_dtype_names[HL_DTYPES] = {"U8", "F16", "BF16", "F32", "I64"};

size_t hl_dtype_size(hl_dtype t)
{
    static const size_t sizes[HL_DTYPES] = {1, 2, 2, 4, 8};
    return sizes[t];
}

/* Offsets are limited to 2^48, so that their sums cannot overflow. */
static const uint64_t max_offset = (uint64_t)1 << 48;

/* Computes the bytes of a tensor; false if its shape is negative or too large. */
static bool shape_bytes(const int64_t *shape, int rank, hl_dtype dtype, uint64_t *bytes)
{
    uint64_t n = hl_dtype_size(dtype);
    for (int i = 0; i < rank; i++) {
        if (shape[i] < 0 || __builtin_mul_overflow(n, (uint64_t)shape[i], &n) || n > max_offset)
            return false;
    }
    *bytes = n;
    return true;
}

void hl_tf_add_tensor(hl_tf_header *h, const char *name, hl_dtype dtype, int rank,
                      const int64_t *shape)
{
    h->tensors = hl_realloc(h->tensors, h->ntensors + 1, sizeof *h->tensors);
    hl_tensor_desc *d = &h->tensors[h->ntensors++];
    *d = (hl_tensor_desc){.name = hl_strdup(name), .dtype = dtype, .rank = rank};
    memcpy(d->shape, shape, (size_t)rank * sizeof *shape);
    if (!shape_bytes(shape, rank, dtype, &d->bytes))
        abort(); /* a mistake of the caller, never due to input */
}

void hl_tf_set_meta(hl_tf_header *h, const char *key, const char *value)
{
    size_t at = 0;
    while (at < h->nmeta && strcmp(h->keys[at], key) < 0)
        at++;
    if (at < h->nmeta && strcmp(h->keys[at], key) == 0) {
        free(h->values[at]);
        h->values[at] = hl_strdup(value);
        return;
    }
    h->keys = hl_realloc(h->keys, h->nmeta + 1, sizeof *h->keys);
    h->values = hl_realloc(h->values, h->nmeta + 1, sizeof *h->values);
    memmove(h->keys + at + 1, h->keys + at, (h->nmeta - at) * sizeof *h->keys);
    memmove(h->values + at + 1, h->values + at, (h->nmeta - at) * sizeof *h->values);
    h->keys[at] = hl_strdup(key);
    h->values[at] = hl_strdup(value);
    h->nmeta++;
}

const char *hl_tf_meta(const hl_tf_header *h, const char *key)
{
    for (size_t i = 0; i < h->nmeta; i++)
        if (strcmp(h->keys[i], key) == 0)
            return h->values[i];
    return NULL;
}

const hl_tensor_desc *hl_tf_find(const hl_tf_header *h, const char *name)
{
    for (size_t i = 0; i < h->ntensors; i++)
        if (strcmp(h->tensors[i].name, name) == 0)
            return &h->tensors[i];
    return NULL;
}

void hl_tf_header_copy(hl_tf_header *to, const hl_tf_header *from)
{
    *to = (hl_tf_header){0};
    for (size_t i = 0; i < from->ntensors; i++) {
        const hl_tensor_desc *d = &from->tensors[i];
        hl_tf_add_tensor(to, d->name, d->dtype, d->rank, d->shape);
    }
    for (size_t i = 0; i < from->nmeta; i++)
        hl_tf_set_meta(to, from->keys[i], from->values[i]);
}

void hl_tf_header_free(hl_tf_header *h)
{
    for (size_t i = 0; i < h->ntensors; i++)
        free(h->tensors[i].name);
    for (size_t i = 0; i < h->nmeta; i++) {
        free(h->keys[i]);
        free(h->values[i]);
    }
    free(h->tensors);
    free(h->keys);
    free(h->values);
    *h = (hl_tf_header){0};
}

uint64_t hl_tf_data_bytes(const hl_tf_header *h)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < h->ntensors; i++)
        sum += h->tensors[i].bytes;
    return sum;
}

/* ---- to JSON ---- */

static json_t *tensor_to_json(const hl_tensor_desc *d, uint64_t begin)
{
    json_t *shape = json_array();
    for (int i = 0; i < d->rank; i++)
        json_array_append_new(shape, json_integer(d->shape[i]));
    const uint64_t end = begin + d->bytes;
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", hl_dtype_names[d->dtype], "shape", shape,
                     "data_offsets", (json_int_t)begin, (json_int_t)end);
}

char *hl_tf_header_format(const hl_tf_header *h, size_t *len, hl_err *e)
{
    json_t *root = json_object(), *meta = json_object();
    for (size_t i = 0; i < h->nmeta; i++)
        json_object_set_new(meta, h->keys[i], json_string(h->values[i]));
    if (h->nmeta)
        json_object_set(root, "__metadata__", meta);
    uint64_t at = 0;
    for (size_t i = 0; i < h->ntensors; i++) {
        json_object_set_new(root, h->tensors[i].name, tensor_to_json(&h->tensors[i], at));
        at += h->tensors[i].bytes;
    }
    /* jansson leaves out strings that are not UTF-8, and an object stores each name once. */
    const bool complete = json_object_size(meta) == h->nmeta &&
                          json_object_size(root) == h->ntensors + (h->nmeta > 0);
    char *text = complete ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(meta);
    json_decref(root);
    if (!text) {
        hl_fail(e, "tensor file header: a name or a metadata value is not UTF-8, or a name appears "
                   "twice");
        return NULL;
    }
    /* Spaces at the end align the data to 8 bytes, as safetensors' own writer does. */
    const size_t n = strlen(text), padded = (n + 7) / 8 * 8;
    text = hl_realloc(text, padded + 1, 1);
    memset(text + n, ' ', padded - n);
    text[padded] = '\0';
    *len = padded;
    return text;
}

/* ---- from JSON ---- */

static int dtype_from_name(const char *s)
{
    for (int t = 0; t < HL_DTYPES; t++)
        if (s && strcmp(hl_dtype_names[t], s) == 0)
            return t;
    return -1;
}

static int read_shape(const json_t *shape, hl_tensor_desc *d, const char *file, hl_err *e)
{
    const size_t rank = json_array_size(shape);
    if (!json_is_array(shape) || rank > HL_MAX_RANK)
        return hl_fail(e, "%s: tensor '%s': expected a shape of at most %d numbers, found %zu",
                       file, d->name, HL_MAX_RANK, rank);
    d->rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        const json_t *side = json_array_get(shape, i);
        if (!json_is_integer(side))
            return hl_fail(e, "%s: tensor '%s': its shape is not made of whole numbers", file,
                           d->name);
        d->shape[i] = json_integer_value(side);
    }
    if (!shape_bytes(d->shape, d->rank, d->dtype, &d->bytes))
        return hl_fail(e, "%s: tensor '%s': its shape is negative or too large", file, d->name);
    return 0;
}

/* The data_offsets of a tensor, and its index among the members of the header. */
typedef struct span {
    int64_t begin, end;
    size_t member;
} span;

static int read_tensor(const json_t *v, hl_tensor_desc *d, span *where, const char *file, hl_err *e)
{
    const char *dtype_name = json_string_value(json_object_get(v, "dtype"));
    const int dtype = dtype_from_name(dtype_name);
    if (dtype < 0)
        return hl_fail(e, "%s: tensor '%s': expected dtype U8, F16, BF16, F32 or I64, found %s",
                       file, d->name, dtype_name ? dtype_name : "none");
    d->dtype = (hl_dtype)dtype;
    if (json_object_size(v) != 3)
        return hl_fail(e,
                       "%s: tensor '%s': expected dtype, shape and data_offsets, found %zu "
                       "fields",
                       file, d->name, json_object_size(v));
    if (read_shape(json_object_get(v, "shape"), d, file, e))
        return -1;
    const json_t *offsets = json_object_get(v, "data_offsets");
    const json_t *lo = json_array_get(offsets, 0), *hi = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(lo) || !json_is_integer(hi))
        return hl_fail(e, "%s: tensor '%s': data_offsets are not two whole numbers", file, d->name);
    where->begin = json_integer_value(lo);
    where->end = json_integer_value(hi);
    return 0;
}

static int compare_spans(const void *a, const void *b)
{
    const span *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->member < y->member ? -1 : 1;
}

/* Sorts the tensors by the position of their data, which must have no gaps or overlaps. */
static int order_by_data(hl_tf_header *h, span *spans, const char *file, hl_err *e)
{
    hl_tensor_desc *ordered = hl_calloc(h->ntensors, sizeof *ordered);
    uint64_t at = 0;
    int status = 0;
    qsort(spans, h->ntensors, sizeof *spans, compare_spans);
    for (size_t i = 0; i < h->ntensors && status == 0; i++) {
        const hl_tensor_desc *d = &ordered[i];
        const span *s = &spans[i];
        ordered[i] = h->tensors[s->member];
        if (s->begin < 0 || s->end < s->begin || (uint64_t)s->begin != at ||
            (uint64_t)(s->end - s->begin) != d->bytes || (uint64_t)s->end > max_offset)
            status = hl_fail(e,
                             "%s: tensor '%s': expected bytes %" PRIu64 " to %" PRIu64
                             ", found data_offsets %" PRId64 " to %" PRId64,
                             file, d->name, at, at + d->bytes, s->begin, s->end);
        at = (uint64_t)s->end;
    }
    if (status == 0)
        memcpy(h->tensors, ordered, h->ntensors * sizeof *ordered);
    free(ordered);
    return status;
}

static int read_meta(hl_tf_header *h, const json_t *meta, const char *file, hl_err *e)
{
    if (!json_is_object(meta))
        return hl_fail(e, "%s: __metadata__ is not an object", file);
    if (json_object_size(meta) > HL_MAX_TENSORS)
        return hl_fail(e, "%s: expected at most %d entries of metadata, found %zu", file,
                       HL_MAX_TENSORS, json_object_size(meta));
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)meta, key, value)
    {
        if (!json_is_string(value))
            return hl_fail(e, "%s: metadata '%s' is not a string", file, key);
        const char *name = hl_current_name(key);
        if (hl_tf_meta(h, name))
            return hl_fail(e, "%s: metadata '%s' appears twice, once under its old name", file,
                           name);
        hl_tf_set_meta(h, name, json_string_value(value));
    }
    return 0;
}

static int read_members(hl_tf_header *h, const json_t *root, const char *file, hl_err *e)
{
    if (json_object_size(root) > HL_MAX_TENSORS)
        return hl_fail(e, "%s: expected at most %d tensors, found %zu", file, HL_MAX_TENSORS,
                       json_object_size(root));
    h->tensors = hl_calloc(json_object_size(root), sizeof *h->tensors);
    span *spans = hl_calloc(json_object_size(root), sizeof *spans);
    int status = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)root, key, value)
    {
        if (strcmp(key, "__metadata__") == 0) {
            status = read_meta(h, value, file, e);
        } else {
            hl_tensor_desc *d = &h->tensors[h->ntensors];
            spans[h->ntensors].member = h->ntensors;
            d->name = hl_strdup(key);
            status = read_tensor(value, d, &spans[h->ntensors++], file, e);
        }
        if (status)
            break;
    }
    if (status == 0 && h->ntensors)
        status = order_by_data(h, spans, file, e);
    free(spans);
    return status;
}

int hl_tf_header_parse(hl_tf_header *h, const char *text, size_t len, const char *file, hl_err *e)
{
    *h = (hl_tf_header){0};
    if (len == 0 || text[0] != '{')
        return hl_fail(e, "%s: not a tensor file: its header does not start with '{'", file);
    json_error_t why;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return hl_fail(e, "%s: its header is not valid JSON: %s", file, why.text);
    const int status = json_is_object(root)
                           ? read_members(h, root, file, e)
                           : hl_fail(e, "%s: its header is not a JSON object", file);
    json_decref(root);
    if (status)
        hl_tf_header_free(h);
    return status;
}
