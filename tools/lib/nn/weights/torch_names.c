/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/weights/torch_names.h"
#include "nn/arch/weight_specs.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names the layers with weights one by one, in order of creation. */
typedef struct walk {
    const nn_net *n;
    char (*names)[NN_TORCH_NAME];
    int next;
} walk;

static void skip_unweighted(walk *w)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    while (w->next < w->n->n && nn_net_weight_specs(w->n, w->next, specs) == 0)
        *w->names[w->next++] = '\0';
}

__attribute__((format(printf, 2, 3))) static void name_next(walk *w, const char *fmt, ...)
{
    skip_unweighted(w);
    if (w->next == w->n->n)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(w->names[w->next++], NN_TORCH_NAME, fmt, args);
    va_end(args);
}

/* ---- VGG16: timm and torchvision ---- */

static void name_vgg16(walk *w)
{
    /* convolutions, activations and pooling layers share one numbering */
    static const int indices[] = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        name_next(w, "features.%d", indices[i]);
}

/* ---- MobileNetV2 ---- */

static const int stages[] = {1, 2, 3, 4, 3, 3, 1}; /* blocks in each */
enum { STAGES = sizeof stages / sizeof *stages };

static void name_mobilenetv2_timm(walk *w)
{
    name_next(w, "conv_stem");
    name_next(w, "bn1");
    for (int s = 0; s < STAGES; s++)
        for (int b = 0; b < stages[s]; b++) {
            if (s > 0) {
                name_next(w, "blocks.%d.%d.conv_pw", s, b);
                name_next(w, "blocks.%d.%d.bn1", s, b);
            }
            name_next(w, "blocks.%d.%d.conv_dw", s, b);
            name_next(w, "blocks.%d.%d.bn%d", s, b, s ? 2 : 1);
            name_next(w, "blocks.%d.%d.%s", s, b, s ? "conv_pwl" : "conv_pw");
            name_next(w, "blocks.%d.%d.bn%d", s, b, s ? 3 : 2);
        }
    name_next(w, "conv_head");
    name_next(w, "bn2");
}

static void name_mobilenetv2_torchvision(walk *w)
{
    enum { BLOCKS = 17 };
    name_next(w, "features.0.0");
    name_next(w, "features.0.1");
    for (int b = 1; b <= BLOCKS; b++) {
        int conv = 0;
        for (; conv < (b == 1 ? 1 : 2); conv++) { /* expansion, except in block 1; depthwise */
            name_next(w, "features.%d.conv.%d.0", b, conv);
            name_next(w, "features.%d.conv.%d.1", b, conv);
        }
        name_next(w, "features.%d.conv.%d", b, conv);
        name_next(w, "features.%d.conv.%d", b, conv + 1);
    }
    name_next(w, "features.%d.0", BLOCKS + 1);
    name_next(w, "features.%d.1", BLOCKS + 1);
}

/* ---- InceptionResNetV2: timm ---- */

__attribute__((format(printf, 2, 3))) static void unit(walk *w, const char *fmt, ...)
{
    char name[NN_TORCH_NAME - 8];
    va_list args;
    va_start(args, fmt);
    vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    name_next(w, "%s.conv", name);
    name_next(w, "%s.bn", name);
}

/* Names a branch of `count` units, which have numbers if `numbered`. */
static void branch(walk *w, const char *block, int number, int count, bool numbered)
{
    for (int i = 0; i < count; i++)
        if (numbered)
            unit(w, "%s.branch%d.%d", block, number, i);
        else
            unit(w, "%s.branch%d", block, number);
}

/* Names residual blocks: branch0 has one unit, branch i + 1 has units[i]; a convolution with bias
 * follows. */
static void residuals(walk *w, const char *name, int blocks, const int *units, int branches)
{
    char block[NN_TORCH_NAME - 24];
    for (int b = 0; b < blocks; b++) {
        snprintf(block, sizeof block, "%s.%d", name, b);
        branch(w, block, 0, 1, false);
        for (int i = 0; i < branches; i++)
            branch(w, block, i + 1, units[i], true);
        name_next(w, "%s.conv2d", block);
    }
}

static void name_inceptionresnetv2(walk *w)
{
    static const char *const stem[] = {"conv2d_1a", "conv2d_2a", "conv2d_2b", "conv2d_3b",
                                       "conv2d_4a"};
    for (size_t i = 0; i < sizeof stem / sizeof *stem; i++)
        unit(w, "%s", stem[i]);
    branch(w, "mixed_5b", 0, 1, false);
    branch(w, "mixed_5b", 1, 2, true);
    branch(w, "mixed_5b", 2, 3, true);
    unit(w, "mixed_5b.branch3.1"); /* 0 is a pooling layer */
    residuals(w, "repeat", 10, (const int[]){2, 3}, 2);
    branch(w, "mixed_6a", 0, 1, false);
    branch(w, "mixed_6a", 1, 3, true);
    residuals(w, "repeat_1", 20, (const int[]){3}, 1);
    branch(w, "mixed_7a", 0, 2, true);
    branch(w, "mixed_7a", 1, 2, true);
    branch(w, "mixed_7a", 2, 3, true);
    residuals(w, "repeat_2", 9, (const int[]){3}, 1);
    branch(w, "block8", 0, 1, false);
    branch(w, "block8", 1, 3, true);
    name_next(w, "block8.conv2d");
    unit(w, "conv2d_7b");
}

/* ---- all networks ---- */

static const struct {
    const char *net;
    void (*name[NN_NAMES_SOURCES])(walk *w);
} namings[] = {
    {"vgg16", {name_vgg16, name_vgg16}},
    {"mobilenetv2", {name_mobilenetv2_timm, name_mobilenetv2_torchvision}},
    {"inceptionresnetv2", {name_inceptionresnetv2, NULL}},
};

bool nn_torch_names(const nn_net *n, nn_names_source source, char (*names)[NN_TORCH_NAME])
{
    for (size_t i = 0; i < sizeof namings / sizeof *namings; i++) {
        if (strcmp(namings[i].net, n->name) != 0 || !namings[i].name[source])
            continue;
        walk w = {.n = n, .names = names};
        namings[i].name[source](&w);
        skip_unweighted(&w);
        return w.next == n->n;
    }
    return false;
}

const char *nn_torch_weight_name(const char *weight)
{
    static const char *const names[][2] = {
        {"kernel", "weight"},
        {"depthwise_kernel", "weight"},
        {"gamma", "weight"},
        {"bias", "bias"},
        {"beta", "bias"},
        {"moving_mean", "running_mean"},
        {"moving_variance", "running_var"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], weight) == 0)
            return names[i][1];
    return weight;
}

bool nn_torch_is_top(const char *tensor)
{
    static const char *const tops[] = {"head.",        "classifier.", "classif.",
                                       "last_linear.", "pre_logits.", "fc."};
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
        if (strncmp(tensor, tops[i], strlen(tops[i])) == 0)
            return true;
    return false;
}

bool nn_torch_is_counter(const char *tensor)
{
    static const char end[] = ".num_batches_tracked";
    const size_t len = strlen(tensor), n = sizeof end - 1;
    return len > n && strcmp(tensor + len - n, end) == 0;
}
