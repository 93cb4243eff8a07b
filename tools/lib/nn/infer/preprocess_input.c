/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/preprocess_input.h"

#include <string.h>

typedef float mode_fn(int channel, float v);

static float caffe(int channel, float v)
{
    static const float mean[3] = {103.939f, 116.779f, 123.68f}; /* B, G, R */
    return v - mean[channel];
}

static float tf(int channel, float v)
{
    (void)channel;
    return v / 127.5f - 1.0f;
}

static float torch(int channel, float v)
{
    static const float mean[3] = {0.485f, 0.456f, 0.406f}, std[3] = {0.229f, 0.224f, 0.225f};
    return (v / 255.0f - mean[channel]) / std[channel];
}

static float unit(int channel, float v)
{
    (void)channel;
    return v / 255.0f;
}

static float raw(int channel, float v)
{
    (void)channel;
    return v;
}

static const struct {
    const char *name;
    mode_fn *value;
    int source[3];
} modes[] = {
    {"caffe", caffe, {2, 1, 0}}, {"tf", tf, {0, 1, 2}},   {"torch", torch, {0, 1, 2}},
    {"unit", unit, {0, 1, 2}},   {"raw", raw, {0, 1, 2}},
};

int nn_normalize_make(nn_normalize *t, const char *mode, hl_err *e)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(modes[i].name, mode) != 0)
            continue;
        memcpy(t->source, modes[i].source, sizeof t->source);
        for (int c = 0; c < 3; c++)
            for (int v = 0; v < 256; v++)
                t->table[c][v] = modes[i].value(c, (float)v);
        return 0;
    }
    return hl_fail(e, "normalisation: expected caffe, tf, torch, unit or raw, found '%s'", mode);
}
