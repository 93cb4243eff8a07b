/* SPDX-License-Identifier: BSD-2-Clause */
#include "describe.h"

#include "base/strbuf.h"
#include "format/convert.h"
#include "format/tensorfile.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names and metadata come from the file: they must neither control a terminal nor pass for another
 * line. */
void quickcheck_print_line(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    hl_strbuf line = {0};
    hl_strbuf_vprintf(&line, fmt, ap);
    va_end(ap);
    hl_one_line(line.data);
    puts(line.data);
    hl_strbuf_free(&line);
}

/* ---- header ---- */

/* The provenance, one program per line; if it is not the expected JSON, as it is. */
static void print_provenance(const char *text)
{
    json_t *list = json_loads(text, 0, NULL);
    if (!json_is_array(list)) {
        quickcheck_print_line("  hilum.provenance: %s", text);
        json_decref(list);
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        const char *tool = json_string_value(json_object_get(o, "tool"));
        const char *version = json_string_value(json_object_get(o, "version"));
        const char *options_text = json_string_value(json_object_get(o, "options"));
        quickcheck_print_line("  made by: %s %s %s", tool ? tool : "?", version ? version : "?",
                              options_text ? options_text : "");
        const json_t *epochs = json_object_get(o, "interrupted");
        if (epochs)
            quickcheck_print_line("           interrupted after epoch %lld",
                                  (long long)json_integer_value(epochs));
        const char *role;
        json_t *digest;
        json_object_foreach(json_object_get(o, "inputs"), role, digest)
            quickcheck_print_line("           from %s %s", role,
                                  json_is_string(digest) ? json_string_value(digest) : "?");
    }
    json_decref(list);
}

static void print_header(const hl_tf_reader *r)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    const char *kind = hl_tf_meta(h, "hilum.kind");
    quickcheck_print_line("%s: %s", hl_tf_name(r), kind ? kind : "a tensor file without a kind");
    quickcheck_print_line(
        "  id: %s%s", hl_tf_id(r),
        hl_tf_id_covers_data(r) ? "" : " (of an old format: it does not cover the data)");
    for (size_t i = 0; i < h->nmeta; i++) {
        if (strcmp(h->keys[i], "hilum.provenance") == 0)
            print_provenance(h->values[i]);
        else if (strcmp(h->keys[i], "hilum.kind") != 0)
            quickcheck_print_line("  %s: %s", h->keys[i], h->values[i]);
    }
}

static void describe(const hl_tensor_desc *d, hl_strbuf *line)
{
    hl_strbuf_printf(line, "  %s: %s [", d->name, hl_dtype_names[d->dtype]);
    for (int i = 0; i < d->rank; i++)
        hl_strbuf_printf(line, "%s%" PRId64, i ? ", " : "", d->shape[i]);
    hl_strbuf_printf(line, "], %" PRIu64 " bytes", d->bytes);
}

/* ---- data ---- */

typedef struct range {
    double low, high, sum;
    uint64_t n, not_finite; /* values, and those of them that are NaN or infinite */
} range;

static void add_value(range *s, double v)
{
    s->n++;
    if (!isfinite(v)) {
        s->not_finite++;
        return;
    }
    s->low = fmin(s->low, v);
    s->high = fmax(s->high, v);
    s->sum += v;
}

static void add_values(range *s, hl_dtype dtype, const void *data, size_t bytes)
{
    const size_t n = bytes / hl_dtype_size(dtype);
    for (size_t i = 0; i < n; i++) {
        float v;
        if (dtype == HL_U8)
            add_value(s, ((const uint8_t *)data)[i]);
        else if (dtype == HL_I64)
            add_value(s, (double)((const int64_t *)data)[i]);
        else {
            hl_to_f32(dtype, (const char *)data + i * hl_dtype_size(dtype), 1, &v);
            add_value(s, (double)v);
        }
    }
}

static int read_tensor(hl_tf_reader *r, const hl_tensor_desc *d, bool values, hl_err *e)
{
    static char buf[1 << 16];
    range s = {.low = INFINITY, .high = -INFINITY};
    for (uint64_t left = d->bytes; left;) {
        const size_t n = left < sizeof buf ? (size_t)left : sizeof buf;
        if (hl_tf_read(r, buf, n, e))
            return -1;
        if (values)
            add_values(&s, d->dtype, buf, n);
        left -= n;
    }
    hl_strbuf line = {0};
    describe(d, &line);
    if (s.n > s.not_finite)
        hl_strbuf_printf(&line, ", %.6g to %.6g, mean %.6g", s.low, s.high,
                         s.sum / (double)(s.n - s.not_finite));
    if (s.not_finite)
        hl_strbuf_printf(&line, ", %" PRIu64 " values not finite", s.not_finite);
    quickcheck_print_line("%s", line.data);
    hl_strbuf_free(&line);
    return 0;
}

int quickcheck_describe(const char *path, bool values, hl_err *e)
{
    hl_tf_reader *r;
    if (hl_tf_open(&r, path, NULL, e))
        return -1;
    const hl_tf_header *h = hl_tf_get_header(r);
    print_header(r);
    int status = 0;
    for (size_t i = 0; i < h->ntensors && status == 0; i++)
        status = read_tensor(r, &h->tensors[i], values, e);
    if (status == 0)
        status = hl_tf_end(r, e);
    if (status == 0)
        puts("  intact: yes");
    hl_tf_close(r);
    return status;
}
