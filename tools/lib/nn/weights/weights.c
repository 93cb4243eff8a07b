/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/weights/weights.h"

#include "base/mem.h"
#include "base/parse.h"
#include "base/rng.h"
#include "format/convert.h"
#include "nn/arch/weight_specs.h"
#include "nn/weights/weight_readers.h"
#include "sys/input.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nn_weights_alloc(nn_weights *w, const nn_net *n)
{
    *w = (nn_weights){.nlayers = n->n};
    w->values = hl_calloc((size_t)n->n, sizeof *w->values);
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(n, i, specs);
        for (int k = 0; k < count; k++)
            w->values[i][k] = hl_malloc((size_t)specs[k].size, sizeof(float));
    }
}

void nn_weights_free(nn_weights *w)
{
    for (int i = 0; i < w->nlayers; i++)
        for (int k = 0; k < NN_MAX_WEIGHTS; k++)
            free(w->values[i][k]);
    free(w->values);
    *w = (nn_weights){0};
}

/* ---- problems ---- */

void nn_add_problem(nn_problems *p, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    hl_one_line(line);
    p->lines = hl_realloc(p->lines, p->n + 1, sizeof *p->lines);
    p->lines[p->n++] = hl_strdup(line);
}

void nn_problems_free(nn_problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->lines[i]);
    free(p->lines);
    *p = (nn_problems){0};
}

enum { SHAPE_TEXT = 128 };

/* Formats a shape as "[3, 3, 64, 64]"; returns text. */
static const char *shape_text(const int64_t *shape, int rank, char text[SHAPE_TEXT])
{
    size_t at = (size_t)snprintf(text, SHAPE_TEXT, "[");
    for (int i = 0; i < rank && at < SHAPE_TEXT; i++)
        at += (size_t)snprintf(text + at, SHAPE_TEXT - at, "%s%" PRId64, i ? ", " : "", shape[i]);
    if (at < SHAPE_TEXT)
        snprintf(text + at, SHAPE_TEXT - at, "]");
    return text;
}

void nn_add_problem_missing(const nn_import *in, const char *name, const int64_t *shape, int rank)
{
    char text[SHAPE_TEXT];
    nn_add_problem(in->problems, "%s: missing: expected shape %s", name,
                   shape_text(shape, rank, text));
}

void nn_add_problem_left_over(const nn_import *in, const char *name)
{
    nn_add_problem(in->problems, "%s: left over: %s has no such weight", name, in->n->name);
}

void nn_add_problem_shape(const nn_import *in, const char *name, const int64_t *expected,
                          int expected_rank, const int64_t *found, int found_rank)
{
    char want[SHAPE_TEXT], have[SHAPE_TEXT];
    nn_add_problem(in->problems, "%s: expected shape %s, found %s", name,
                   shape_text(expected, expected_rank, want), shape_text(found, found_rank, have));
}

/* ---- seeded values ---- */

static const char seeded[] = "seeded:";

static bool is_seeded(const char *source)
{
    return strncmp(source, seeded, sizeof seeded - 1) == 0;
}

static void fill_seeded(float *to, const nn_weight_spec *s, hl_rng r)
{
    double base = 0, range = 0.1; /* value = base + range * (2u - 1) */
    if (strcmp(s->name, "kernel") == 0)
        range = sqrt(6.0 / (double)(s->shape[0] * s->shape[1] * s->shape[2]));
    else if (strcmp(s->name, "depthwise_kernel") == 0)
        range = sqrt(3.0 / (double)(s->shape[0] * s->shape[1]));
    else if (strcmp(s->name, "gamma") == 0 || strcmp(s->name, "moving_variance") == 0)
        base = 1;
    for (int64_t j = 0; j < s->size; j++) {
        const double u = hl_rng_uniform(&r);
        to[j] = (float)(base == 0 ? (2 * u - 1) * range : 0.9 + 0.2 * u);
    }
}

static int read_seeded(nn_weights *w, const nn_net *n, const char *source, hl_err *e)
{
    uint64_t seed;
    if (!hl_parse_u64(source + sizeof seeded - 1, &seed))
        return hl_fail(e, "%s: expected seeded:N with an integer N", source);
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(n, i, specs);
        for (int k = 0; k < count; k++) {
            char purpose[NN_NAME + 64];
            snprintf(purpose, sizeof purpose, "weights/%s/%s", n->layers[i].name, specs[k].name);
            fill_seeded(w->values[i][k], &specs[k], hl_rng_make(seed, purpose));
        }
    }
    snprintf(w->identity, sizeof w->identity, "seeded:%" PRIu64, seed);
    return 0;
}

/* ---- files ---- */

typedef enum { FORMAT_H5, FORMAT_TENSORS } format;

/* Recognises the format by the first bytes, whatever the file is called. */
static int recognise_format(const char *path, format *f, hl_err *e)
{
    unsigned char head[9] = {0};
    if (hl_in_check_regular(path, e)) /* a reader opens it again */
        return -1;
    errno = 0;
    FILE *fp = fopen(path, "rb");
    const size_t n = fp ? fread(head, 1, sizeof head, fp) : 0;
    const bool failed = !fp || ferror(fp);
    if (failed)
        hl_fail_errno(e, "%s: cannot be read", path);
    if (fp)
        fclose(fp);
    if (failed)
        return -1;
    if (n == sizeof head && memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0)
        *f = FORMAT_H5;
    else if ((n == sizeof head && head[8] == '{') || memcmp(head, "\x28\xB5\x2F\xFD", 4) == 0)
        *f = FORMAT_TENSORS;
    else if (memcmp(head, "PK\3\4", 4) == 0 || (head[0] == 0x80 && head[1] == 2))
        return hl_fail(
            e,
            "%s: expected weights saved as .h5 or .safetensors, found a zip archive or a "
            "pickle, as in .keras, .pth and .pt files",
            path);
    else
        return hl_fail(e, "%s: not a weights file: expected HDF5 or safetensors", path);
    return 0;
}

int nn_weights_framework(const char *source, nn_framework *framework, hl_err *e)
{
    format f;
    *framework = NN_KERAS;
    if (is_seeded(source))
        return 0;
    if (recognise_format(source, &f, e))
        return -1;
    return f == FORMAT_H5 ? 0 : nn_tensors_framework(source, framework, e);
}

static int check_finite(const nn_weights *w, const nn_net *n, const char *source, hl_err *e)
{
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(n, i, specs);
        for (int k = 0; k < count; k++)
            if (!hl_all_finite(w->values[i][k], (size_t)specs[k].size))
                return hl_fail(e, "%s: %s/%s: a value is not finite", source, n->layers[i].name,
                               specs[k].name);
    }
    return 0;
}

/* Sets the digest of the weights, which does not depend on the file format; see docs/FORMAT.md. */
static void identify(nn_weights *w, const nn_net *n)
{
    hl_sha256 *s = hl_sha256_new();
    const char *framework = nn_framework_names[n->framework];
    hl_sha256_add(s, framework, strlen(framework) + 1);
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int layer = n->order[i], count = nn_net_weight_specs(n, layer, specs);
        for (int k = 0; k < count; k++) {
            char text[NN_NAME + 64], shape[SHAPE_TEXT];
            const int len =
                snprintf(text, sizeof text, "%s/%s", n->layers[layer].name, specs[k].name);
            hl_sha256_add(s, text, (size_t)len + 1);
            shape_text(specs[k].shape, specs[k].rank, shape);
            hl_sha256_add(s, shape, strlen(shape) + 1);
            hl_sha256_add(s, w->values[layer][k], (size_t)specs[k].size * sizeof(float));
        }
    }
    hl_sha256_end_text(s, w->identity);
}

static int read_file(nn_weights *w, const nn_net *n, const char *path, nn_problems *p, hl_err *e)
{
    const nn_import in = {.path = path, .n = n, .w = w, .problems = p};
    format f;
    if (recognise_format(path, &f, e))
        return -1;
    if ((f == FORMAT_H5 ? nn_read_h5 : nn_read_tensors)(&in, e)) {
        nn_problems_free(p); /* found in part of the file only */
        return -1;
    }
    if (p->n)
        return hl_fail(e, "%s: not the weights of %s: %zu problem%s", path, n->name, p->n,
                       p->n == 1 ? "" : "s");
    if (check_finite(w, n, path, e))
        return -1;
    char stated[HL_DIGEST_SIZE];
    memcpy(stated, w->identity, sizeof stated);
    identify(w, n);
    if (*stated && strcmp(stated, w->identity) != 0)
        return hl_fail(e, "%s: expected weights of hilum.identity %s, found %s", path, stated,
                       w->identity);
    return 0;
}

int nn_weights_check(nn_weights *w, const nn_net *n, const char *source, nn_problems *p, hl_err *e)
{
    nn_weights_alloc(w, n);
    const int status =
        is_seeded(source) ? read_seeded(w, n, source, e) : read_file(w, n, source, p, e);
    if (status)
        nn_weights_free(w);
    return status;
}

int nn_weights_load(nn_weights *w, const nn_net *n, const char *source, hl_err *e)
{
    nn_problems p = {0};
    const int status = nn_weights_check(w, n, source, &p, e);
    if (p.n == 1)
        hl_fail(e, "%s: not the weights of %s: %s", source, n->name, p.lines[0]);
    else if (p.n > 1)
        hl_fail(e, "%s: not the weights of %s: %s; and %zu more problems", source, n->name,
                p.lines[0], p.n - 1);
    nn_problems_free(&p);
    return status;
}
