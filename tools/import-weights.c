/* SPDX-License-Identifier: BSD-2-Clause */
/* import-weights: converts weights files of other programs to hilum's. */
#include "base/log.h"
#include "data/backbones.h"
#include "data/provenance.h"
#include "format/tensorfile.h"
#include "nn/arch/weight_specs.h"
#include "nn/weights/weights.h"
#include "sys/cli.h"
#include "sys/file_digest.h"
#include "sys/named_files.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_SHOWN = 20 }; /* problems that are printed */

static const char *model, *output;

static const hl_opt options[] = {
    HL_OPT_STR_R('m', "model", "NAME", &model, "backbone: " HL_BACKBONE_WORDS),
    HL_OPT_STR('o', "output", "FILE", &output, "weights (default: standard output)"),
};

static const hl_cli cli = {
    .name = "import-weights",
    .usage = "-m MODEL [-o OUT] FILE",
    .about = "Checks the weights of a backbone and writes them as a weights file of hilum.\n"
             "FILE is HDF5 of Keras, or safetensors with the names of timm or torchvision.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
};

/* Adds the weights of each layer to the header, in Keras' order. */
static void describe(const nn_net *n, const nn_weights *w, const char *provenance, hl_tf_header *h)
{
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int layer = n->order[i], count = nn_net_weight_specs(n, layer, specs);
        for (int k = 0; k < count; k++) {
            char name[2 * NN_NAME];
            snprintf(name, sizeof name, "%s/%s", n->layers[layer].name, specs[k].name);
            hl_tf_add_tensor(h, name, HL_F32, specs[k].rank, specs[k].shape);
        }
    }
    hl_tf_set_meta(h, "hilum.kind", "weights");
    hl_tf_set_meta(h, "hilum.backbone", n->name);
    hl_tf_set_meta(h, "hilum.framework", nn_framework_names[n->framework]);
    hl_tf_set_meta(h, "hilum.identity", w->identity);
    hl_tf_set_meta(h, "hilum.provenance", provenance);
}

static int write_values(hl_tf_writer *out, const nn_net *n, const nn_weights *w, hl_err *e)
{
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int layer = n->order[i], count = nn_net_weight_specs(n, layer, specs);
        for (int k = 0; k < count; k++)
            if (hl_tf_write(out, w->values[layer][k], (size_t)specs[k].size * sizeof(float), e))
                return -1;
    }
    return 0;
}

static int write_weights(const nn_net *n, const nn_weights *w, const char *digest, hl_err *e)
{
    const hl_input input = {"file", digest};
    char *provenance;
    if (hl_provenance_extend(&provenance, NULL, &cli, &input, 1, e))
        return -1;
    hl_tf_header h = {0};
    describe(n, w, provenance, &h);
    hl_tf_writer *out;
    int status = hl_tf_create(&out, output, &h, HL_TF_LEVEL, e);
    if (status == 0) {
        status = write_values(out, n, w, e);
        if (status)
            hl_tf_discard(out);
        else
            status = hl_tf_finish(out, e);
    }
    hl_tf_header_free(&h);
    free(provenance);
    return status;
}

static void print_problems(const nn_problems *p)
{
    for (size_t i = 0; i < p->n && i < MAX_SHOWN; i++)
        hl_log_warn("%s", p->lines[i]);
    if (p->n > MAX_SHOWN)
        hl_log_warn("and %zu more", p->n - MAX_SHOWN);
}

static int import(const nn_net *n, const char *path, hl_err *e)
{
    char digest[HL_DIGEST_SIZE];
    nn_problems p = {0};
    nn_weights w;
    int status = hl_digest_file(path, digest, e);
    if (status == 0)
        status = nn_weights_check(&w, n, path, &p, e);
    print_problems(&p);
    nn_problems_free(&p);
    if (status)
        return -1;
    hl_log_info("%s: %s weights of %s, %s", path, nn_framework_names[n->framework], n->name,
                w.identity);
    status = write_weights(n, &w, digest, e);
    nn_weights_free(&w);
    return status;
}

static int run(const hl_backbone *b, const char *path, hl_err *e)
{
    nn_framework framework;
    nn_net n;
    if (nn_weights_framework(path, &framework, e) ||
        nn_net_build_for(&n, b->name, framework, b->height, b->width, e))
        return -1;
    const int status = import(&n, path, e);
    nn_net_free(&n);
    return status;
}

int main(int argc, char **argv)
{
    const int first = hl_cli_parse(&cli, argc, argv);
    if (!model)
        hl_usage_error("missing option: --model NAME, one of " HL_BACKBONE_WORDS);
    const hl_backbone *b = hl_backbone_find(model);
    if (!b)
        hl_usage_error("--model: expected " HL_BACKBONE_WORDS ", found '%s'", model);
    hl_err err;
    hl_files f = {0};
    hl_files_read(&f, "FILE", argv[first]);
    hl_files_write(&f, "--output", hl_or_standard(output), HL_BINARY);
    const int status = hl_files_check(&f, &err) || run(b, argv[first], &err);
    if (status)
        hl_log_error("%s", err.msg);
    return status ? 1 : 0;
}
