/* SPDX-License-Identifier: BSD-2-Clause */
#include "weights.h"

#include "../common/mem.h"
#include "../common/rng.h"
#include "../common/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void net_weights_alloc(net_weights *w, const net *n)
{
    *w = (net_weights){.nlayers = n->n};
    w->values = hl_calloc((size_t)n->n, sizeof *w->values);
    for (int i = 0; i < n->n; i++) {
        net_weight_spec specs[NET_MAX_WEIGHTS];
        const int count = net_weight_specs(n, i, specs);
        for (int k = 0; k < count; k++)
            w->values[i][k] = hl_malloc((size_t)specs[k].size, sizeof(float));
    }
}

void net_weights_free(net_weights *w)
{
    for (int i = 0; i < w->nlayers; i++)
        for (int k = 0; k < NET_MAX_WEIGHTS; k++)
            free(w->values[i][k]);
    free(w->values);
    *w = (net_weights){0};
}

static void fill_seeded(float *to, const net_weight_spec *s, hl_rng r)
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

static void seed_all(net_weights *w, const net *n, uint64_t seed)
{
    for (int i = 0; i < n->n; i++) {
        net_weight_spec specs[NET_MAX_WEIGHTS];
        const int count = net_weight_specs(n, i, specs);
        for (int k = 0; k < count; k++) {
            char purpose[NET_NAME + 64];
            snprintf(purpose, sizeof purpose, "weights/%s/%s", n->layers[i].name, specs[k].name);
            fill_seeded(w->values[i][k], &specs[k], hl_rng_make(seed, purpose));
        }
    }
}

static int check_finite(const net_weights *w, const net *n, const char *source, hl_err *e)
{
    for (int i = 0; i < n->n; i++) {
        net_weight_spec specs[NET_MAX_WEIGHTS];
        const int count = net_weight_specs(n, i, specs);
        for (int k = 0; k < count; k++)
            for (int64_t j = 0; j < specs[k].size; j++)
                if (!isfinite(w->values[i][k][j]))
                    return hl_fail(e, "%s: %s/%s: a value is not finite", source, n->layers[i].name,
                                   specs[k].name);
    }
    return 0;
}

int net_weights_load(net_weights *w, const net *n, const char *source, hl_err *e)
{
    static const char seeded[] = "seeded:";
    net_weights_alloc(w, n);
    int status;
    if (strncmp(source, seeded, sizeof seeded - 1) == 0) {
        uint64_t seed;
        status = hl_parse_u64(source + sizeof seeded - 1, &seed)
                     ? 0
                     : hl_fail(e, "%s: expected seeded:N with a whole number N", source);
        if (status == 0) {
            seed_all(w, n, seed);
            snprintf(w->identity, sizeof w->identity, "seeded:%llu", (unsigned long long)seed);
        }
    } else {
        status = hl_digest_file(source, w->identity, e);
        if (status == 0)
            status = net_weights_from_keras_h5(w, n, source, e);
        if (status == 0)
            status = check_finite(w, n, source, e);
    }
    if (status)
        net_weights_free(w);
    return status;
}
