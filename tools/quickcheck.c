/* SPDX-License-Identifier: BSD-2-Clause */
/* quickcheck: says what a tensor file is, whether it is whole, and how it differs from another. */
#include "base/log.h"
#include "base/strbuf.h"
#include "format/convert.h"
#include "format/tensorfile.h"
#include "quickcheck/diff.h"
#include "sys/cli.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool values, diff;
static const char *ignore;

static const hl_opt options[] = {
    HL_OPT_FLAG('v', "values", &values, "smallest, largest and mean value of each tensor"),
    HL_OPT_FLAG('d', "diff", &diff, "say how two files, of tensors or of text, differ first"),
    HL_OPT_STR(0, "ignore", "COLUMN", &ignore, "with --diff: a column of a table not to look at"),
};

static const hl_cli cli = {
    .name = "quickcheck",
    .usage = "[OPTIONS] [FILE ...]",
    .about = "Says for any tensor file what it is, its tensors and its provenance, and reads it to "
             "the end.\nStandard input where no file is given. Exit status 1 if any is damaged.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = -1,
};

/* A line of its own. Names and metadata come from the file: what is in them neither drives a
 * terminal nor passes for another line. */
static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
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

/* ---- what the header says ---- */

/* The chain, a program a line. Odd JSON is shown as it is. */
static void print_chain(const char *text)
{
    json_t *list = json_loads(text, 0, NULL);
    if (!json_is_array(list)) {
        say("  hilum.provenance: %s", text);
        json_decref(list);
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *o = json_array_get(list, i);
        const char *tool = json_string_value(json_object_get(o, "tool"));
        const char *version = json_string_value(json_object_get(o, "version"));
        const char *options_text = json_string_value(json_object_get(o, "options"));
        say("  made by: %s %s %s", tool ? tool : "?", version ? version : "?",
            options_text ? options_text : "");
        const json_t *epochs = json_object_get(o, "interrupted");
        if (epochs)
            say("           interrupted after epoch %lld", (long long)json_integer_value(epochs));
        const char *role;
        json_t *digest;
        json_object_foreach(json_object_get(o, "inputs"), role, digest)
            say("           from %s %s", role,
                json_is_string(digest) ? json_string_value(digest) : "?");
    }
    json_decref(list);
}

static void print_header(const hl_tf_reader *r)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    const char *kind = hl_tf_meta(h, "hilum.kind");
    say("%s: %s", hl_tf_name(r), kind ? kind : "a tensor file of no stated kind");
    say("  id: %s%s", hl_tf_id(r),
        hl_tf_id_covers_data(r) ? "" : " (of the old kind: it does not cover the data)");
    for (size_t i = 0; i < h->nmeta; i++) {
        if (strcmp(h->keys[i], "hilum.provenance") == 0)
            print_chain(h->values[i]);
        else if (strcmp(h->keys[i], "hilum.kind") != 0)
            say("  %s: %s", h->keys[i], h->values[i]);
    }
}

static void describe(const hl_tensor_desc *d, hl_strbuf *line)
{
    hl_strbuf_printf(line, "  %s: %s [", d->name, hl_dtype_names[d->dtype]);
    for (int i = 0; i < d->rank; i++)
        hl_strbuf_printf(line, "%s%" PRId64, i ? ", " : "", d->shape[i]);
    hl_strbuf_printf(line, "], %" PRIu64 " bytes", d->bytes);
}

/* ---- what the data says ---- */

typedef struct range {
    double low, high, sum;
    uint64_t n, odd; /* values, and how many of them are not finite */
} range;

static void add_value(range *s, double v)
{
    s->n++;
    if (!isfinite(v)) {
        s->odd++;
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

static int read_tensor(hl_tf_reader *r, const hl_tensor_desc *d, hl_err *e)
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
    if (s.n > s.odd)
        hl_strbuf_printf(&line, ", %.6g to %.6g, mean %.6g", s.low, s.high,
                         s.sum / (double)(s.n - s.odd));
    if (s.odd)
        hl_strbuf_printf(&line, ", %" PRIu64 " values not finite", s.odd);
    say("%s", line.data);
    hl_strbuf_free(&line);
    return 0;
}

static int check(const char *path, hl_err *e)
{
    hl_tf_reader *r;
    if (hl_tf_open(&r, path, NULL, e))
        return -1;
    const hl_tf_header *h = hl_tf_get_header(r);
    print_header(r);
    int status = 0;
    for (size_t i = 0; i < h->ntensors && status == 0; i++)
        status = read_tensor(r, &h->tensors[i], e);
    if (status == 0)
        status = hl_tf_end(r, e);
    if (status == 0)
        puts("  whole: yes");
    hl_tf_close(r);
    return status;
}

/* 1 where the files differ or cannot be compared. */
static int show_difference(const char *a, const char *b)
{
    hl_err err;
    hl_strbuf what = {0};
    const int failed = quickcheck_diff_files(a, b, ignore, &what, &err);
    const int status = failed || what.len;
    if (failed)
        hl_log_error("%s", err.msg);
    else if (what.len)
        say("%s and %s differ: %s", a, b, what.data);
    hl_strbuf_free(&what);
    return status;
}

static int check_files(char **paths, int n)
{
    int status = 0, i = 0;
    do {
        hl_err err;
        if (check(paths[i], &err)) {
            hl_log_error("%s", err.msg);
            status = 1;
        }
    } while (++i < n);
    return status;
}

int main(int argc, char **argv)
{
    const int first = hl_cli_parse(&cli, argc, argv);
    if (diff && argc - first != 2)
        hl_usage_error("--diff: expected two files, found %d", argc - first);
    for (int i = first; diff && i < argc; i++)
        if (strcmp(argv[i], "-") == 0)
            hl_usage_error("--diff: expected two files, found standard input");
    if (ignore && !diff)
        hl_usage_error("--ignore is for --diff");
    int status = diff ? show_difference(argv[first], argv[first + 1])
                      : check_files(argv + first, argc - first);
    if (fflush(stdout) || ferror(stdout)) {
        hl_log_error("standard output: cannot be written");
        status = 1;
    }
    return status;
}
