/* SPDX-License-Identifier: BSD-2-Clause */
#include "torch_file.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "nn/arch/weight_specs.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEED = 1 };

typedef struct writer {
    const torch_file *f;
    hl_strbuf *entries; /* JSON, one for each tensor */
    size_t n;
    hl_strbuf data;
} writer;

static bool is(const char *name, const char *wanted)
{
    return wanted && strcmp(name, wanted) == 0;
}

static void add(writer *w, const char *name, hl_dtype dtype, int rank, const int64_t *shape,
                const void *values, size_t bytes)
{
    if (is(name, w->f->left_out))
        return;
    int64_t sides[4] = {0};
    for (int i = 0; i < rank; i++)
        sides[i] = shape[i];
    if (is(name, w->f->transposed)) {
        sides[0] = shape[1];
        sides[1] = shape[0];
    }
    w->entries = hl_realloc(w->entries, w->n + 1, sizeof *w->entries);
    hl_strbuf *t = &w->entries[w->n++];
    *t = (hl_strbuf){0};
    hl_strbuf_printf(t, "\"%s\":{\"dtype\":\"%s\",\"shape\":[",
                     is(name, w->f->renamed) ? "stranger" : name, hl_dtype_names[dtype]);
    for (int i = 0; i < rank; i++)
        hl_strbuf_printf(t, "%s%" PRId64, i ? "," : "", sides[i]);
    hl_strbuf_printf(t, "],\"data_offsets\":[%zu,%zu]}", w->data.len, w->data.len + bytes);
    hl_strbuf_add(&w->data, values, bytes);
}

/* The values of make_torch_references.py. */
static float *seeded_values(const char *name, int rank, const int64_t *shape, size_t n)
{
    char purpose[160];
    snprintf(purpose, sizeof purpose, "weights/%s", name);
    hl_rng r = hl_rng_make(SEED, purpose);
    const char *kind = strrchr(name, '.') + 1;
    const bool small = is(kind, "bias") || is(kind, "running_mean");
    double range = 0.1;
    if (rank == 4)
        range = sqrt((shape[1] == 1 ? 3.0 : 6.0) / (double)(shape[1] * shape[2] * shape[3]));
    float *v = hl_malloc(n, sizeof *v);
    for (size_t j = 0; j < n; j++) {
        const double u = hl_rng_uniform(&r);
        v[j] = (float)(rank == 4 || small ? (2.0 * u - 1.0) * range : 0.9 + 0.2 * u);
    }
    return v;
}

static void add_seeded(writer *w, const char *name, const nn_weight_spec *s)
{
    const bool depthwise = is(s->name, "depthwise_kernel");
    const int64_t kernel[4] = {s->shape[depthwise ? 2 : 3], depthwise ? 1 : s->shape[2],
                               s->shape[0], s->shape[1]};
    const int64_t *shape = s->rank == 4 ? kernel : s->shape;
    const size_t n = (size_t)s->size;
    float *v = seeded_values(name, s->rank, shape, n);
    if (w->f->dtype == HL_BF16) {
        uint16_t *high = hl_malloc(n, sizeof *high);
        for (size_t j = 0; j < n; j++)
            memcpy(&high[j], (const char *)&v[j] + 2, sizeof *high);
        add(w, name, HL_BF16, s->rank, shape, high, n * sizeof *high);
        free(high);
    } else {
        add(w, name, HL_F32, s->rank, shape, v, n * sizeof *v);
    }
    free(v);
}

static void add_all(writer *w, const nn_net *n)
{
    const int64_t counter = 7;
    char(*prefixes)[NN_TORCH_NAME] = hl_calloc((size_t)n->n, sizeof *prefixes);
    assert_true(nn_torch_names(n, w->f->source, prefixes));
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int count = nn_net_weight_specs(n, i, specs);
        char name[128];
        for (int k = 0; k < count; k++) {
            snprintf(name, sizeof name, "%s.%s", prefixes[i], nn_torch_weight_name(specs[k].name));
            add_seeded(w, name, &specs[k]);
        }
        if (n->layers[i].op == NN_BATCHNORM) {
            snprintf(name, sizeof name, "%s.num_batches_tracked", prefixes[i]);
            add(w, name, HL_I64, 0, NULL, &counter, sizeof counter);
        }
    }
    add(w, "classifier.bias", HL_F32, 1, (const int64_t[]){2}, (const float[]){1, 2}, 8);
    free(prefixes);
}

static void store(const writer *w, const char *path)
{
    hl_strbuf header = {0};
    hl_strbuf_puts(&header, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (size_t i = 0; i < w->n; i++)
        hl_strbuf_printf(&header, ",%s", w->entries[w->f->reversed ? w->n - 1 - i : i].data);
    hl_strbuf_puts(&header, "}");
    const uint64_t len = header.len;
    FILE *fp = fopen(path, "wb");
    assert_non_null(fp);
    assert_int_equal(fwrite(&len, sizeof len, 1, fp), 1);
    assert_int_equal(fwrite(header.data, 1, header.len, fp), header.len);
    assert_int_equal(fwrite(w->data.data, 1, w->data.len, fp), w->data.len);
    assert_int_equal(fclose(fp), 0);
    hl_strbuf_free(&header);
}

void torch_file_write(const char *path, const torch_file *f)
{
    hl_err e;
    nn_net n;
    if (nn_net_build_for(&n, f->model, NN_TORCH, 299, 299, &e))
        fail_msg("%s", e.msg);
    writer w = {.f = f};
    add_all(&w, &n);
    store(&w, path);
    for (size_t i = 0; i < w.n; i++)
        hl_strbuf_free(&w.entries[i]);
    free(w.entries);
    hl_strbuf_free(&w.data);
    nn_net_free(&n);
}
