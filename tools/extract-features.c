/* SPDX-License-Identifier: BSD-2-Clause */
/* extract-features: runs images through a frozen backbone and writes feature vectors. */
#include "base/log.h"
#include "data/backbones.h"
#include "data/provenance.h"
#include "data/sample_file.h"
#include "extract-features/stream.h"
#include "extract-features/summary.h"
#include "nn/infer/device.h"
#include "nn/infer/extractor.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <stdlib.h>
#include <string.h>

#define NORMALIZE_WORDS "auto|caffe|tf|torch|unit|raw"
#define DTYPE_WORDS "f32|tf32|bf16|f16"
enum { DTYPE_TF32 = 1, DTYPE_F16 = 3 };
static const ts_dtype dtypes[] = {TS_F32, TS_F32, TS_BF16, TS_F16};

static const char *model = "vgg16", *module_file, *weights, *layer, *output;
#define STORE_WORDS "f32|f16|bf16"
static const hl_dtype stored[] = {HL_F32, HL_F16, HL_BF16};

static int store, normalize, pool = NN_POOL_AVG, dtype, device = NN_DEVICE_AUTO;
static int64_t batch, jobs, unfreeze;
static bool print_layers, allow_code;

static const hl_opt options[] = {
    HL_OPT_STR_R('m', "model", "NAME", &model,
                 "backbone: vgg16, inceptionresnetv2, mobilenetv2, or a TorchScript file.pt"),
    HL_OPT_FLAG(0, "allow-code", &allow_code,
                "allow a TorchScript file, which is a program, to be loaded"),
    HL_OPT_FLAG('L', "layers", &print_layers, "print the backbone's layers and stop"),
    HL_OPT_STR('w', "weights", "FILE", &weights,
               "its weights: .h5, .safetensors, a file of import-weights, or seeded:N"),
    HL_OPT_CHOICE_R(0, "normalize", NORMALIZE_WORDS, &normalize, "scaling of the pixels"),
    HL_OPT_CHOICE_R('p', "pool", NN_POOL_WORDS, &pool, "pooling of the feature maps"),
    HL_OPT_STR_R('l', "layer", "NAME", &layer,
                 "feature layer, whose output is used (default: the last)"),
    HL_OPT_INT_R(
        0, "unfreeze", "N", &unfreeze, 0, 100000,
        "write the maps below the last N layers, flattened, for train-head to train these"),
    HL_OPT_CHOICE_R('t', "dtype", DTYPE_WORDS, &dtype, "arithmetic of the network"),
    HL_OPT_CHOICE_R(0, "store", STORE_WORDS, &store,
                    "number type in the file; 16 bits halve its size"),
    HL_OPT_CHOICE_R('d', "device", NN_DEVICE_WORDS, &device, "where to compute"),
    HL_OPT_INT_R('b', "batch", "N", &batch, 0, 4096, "images per batch; 0: chosen for the device"),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "FILE", &output, "features (default: standard output)"),
};

static const hl_cli cli = {
    .name = "extract-features",
    .usage = "-m MODEL -w WEIGHTS [OPTIONS] [IMAGES]",
    .about =
        "Runs images through a frozen ImageNet backbone and writes a feature vector for each.\n"
        "IMAGES is a file from preprocess (default: standard input).",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 1,
    .libraries = nn_libraries,
};

/* The mode asked for; NULL: the one that the weights expect. */
static const char *normalize_mode(void)
{
    static char word[16];
    return normalize ? hl_choice_word(NORMALIZE_WORDS, normalize, word, sizeof word) : NULL;
}

static int check_images(const hl_samples *in, hl_err *e)
{
    const hl_tensor_desc *p = &in->payload;
    if (p->dtype != HL_U8 || p->rank != 4 || (p->shape[3] != 1 && p->shape[3] != 3) ||
        p->shape[1] != in->feature_space.height || p->shape[2] != in->feature_space.width)
        return hl_fail(
            e,
            "%s: expected images U8 [N, H, W, 1 or 3] of the size that hilum.feature_space "
            "states",
            hl_tf_name(in->file));
    return 0;
}

static int create_output(hl_tf_writer **out, const hl_samples *in, const nn_extractor *x,
                         const hl_feature_space *space, hl_err *e)
{
    const hl_input inputs[] = {{"images", hl_tf_id(in->file)}, {"weights", space->weights}};
    const hl_tensor_desc payload = {
        .name = "features",
        .dtype = stored[store],
        .rank = 2,
        .shape = {(int64_t)in->n, (int64_t)nn_extractor_width(x)},
    };
    char *provenance;
    if (hl_provenance_extend(&provenance, in->provenance, &cli, inputs, 2, e))
        return -1;
    const int status = hl_samples_create(out, output, &in->manifest, in->classes, in->nclasses,
                                         space, provenance, &payload, &in->shard, NULL, e);
    free(provenance);
    return status;
}

static int extract(hl_samples *in, const hl_backbone *backbone, hl_err *e)
{
    ts_device where;
    if (check_images(in, e) || nn_choose_device(device, &where, e))
        return -1;
    if ((dtype == DTYPE_TF32 || dtype == DTYPE_F16) && where == TS_CPU)
        return hl_fail(e, "--dtype: tf32 and f16 need a GPU, and none is used");
    const nn_extractor_options o = {.backbone = backbone ? model : module_file,
                                    .is_module = !backbone,
                                    .weights = weights,
                                    .normalize = normalize_mode(),
                                    .layer = layer,
                                    .unfreeze = (int)unfreeze,
                                    .pool = (nn_pool)pool,
                                    .dtype = dtypes[dtype],
                                    .tf32 = dtype == DTYPE_TF32,
                                    .device = where,
                                    .batch = (size_t)batch,
                                    .images = in->shard.n ? (size_t)in->shard.images : in->n};
    hl_feature_space space = in->feature_space;
    nn_extractor *x;
    if (nn_extractor_new(&x, &o, &space, e))
        return -1;
    const char *own = nn_extractor_own_normalize(x);
    if (own && strcmp(space.normalize, own) != 0)
        hl_log_warn("--normalize %s: %s was trained with %s", space.normalize, space.backbone, own);
    hl_log_info("%s, %s weights, %s scaling, on the %s by %s", space.backbone, space.weights,
                space.normalize, where == TS_CUDA ? "GPU" : "CPU", nn_extractor_engine(x));
    if (unfreeze)
        hl_log_info("feature layer %s, %zu values per image", space.feature_layer,
                    nn_extractor_width(x));
    /* The provenance records the values that were chosen automatically. */
    device = where == TS_CUDA ? NN_DEVICE_CUDA : NN_DEVICE_CPU;
    batch = (int64_t)nn_extractor_batch(x);
    hl_tf_writer *out;
    int status = create_output(&out, in, x, &space, e);
    if (status == 0) {
        status = extract_stream(in, x, model, (size_t)batch, stored[store], out, e) ||
                         hl_tf_end(in->file, e)
                     ? -1
                     : 0;
        if (status)
            hl_tf_discard(out);
        else
            status = hl_tf_finish(out, e);
        if (status == 0)
            hl_provenance_warn_old_id("images", !hl_tf_id_covers_data(in->file));
    }
    nn_extractor_free(x);
    return status;
}

/* A model that is not the name of a backbone must be a TorchScript module, which must be allowed.
 */
static void check_usage(const hl_backbone *backbone)
{
    const size_t len = strlen(model);
    const bool is_module = len > 3 && strcmp(model + len - 3, ".pt") == 0;
    if (!backbone && !is_module)
        hl_usage_error("--model: expected vgg16, inceptionresnetv2, mobilenetv2 or a file.pt, "
                       "found '%s'",
                       model);
    if (!backbone && print_layers)
        hl_usage_error("--layers: only a backbone by name has a list of layers");
    if (backbone && !weights && !print_layers)
        hl_usage_error("missing option: --weights FILE, or seeded:N for an untrained backbone");
    if (unfreeze && layer)
        hl_usage_error(
            "--unfreeze and --layer: expected one of them, as each determines the feature layer");
    if (backbone)
        return;
    if (!allow_code)
        hl_usage_error("--model %s: a TorchScript file is a program that would run here: add "
                       "--allow-code if you trust it",
                       model);
    if (weights || layer || unfreeze)
        hl_usage_error(
            "--model %s: a TorchScript module has its own weights and no layers to choose from",
            model);
    if (normalize == 0)
        hl_usage_error("--model %s: missing option: --normalize, the scaling that it expects",
                       model);
    module_file = model;
    model = "torchscript"; /* the provenance has the file's digest, not its path */
}

static int show_layers(const hl_backbone *b, hl_err *e)
{
    nn_net n;
    if (nn_net_build(&n, b->name, b->height, b->width, e))
        return -1;
    extract_print_summary(&n, stdout);
    nn_net_free(&n);
    return fflush(stdout) ? hl_fail_errno(e, "standard output: cannot be written") : 0;
}

static int check_files(const char *images, hl_err *e)
{
    hl_files f = {0};
    hl_files_read(&f, "IMAGES", hl_or_standard(images));
    hl_files_read(&f, "--weights", weights);
    hl_files_read(&f, "--model", module_file);
    hl_files_write(&f, "--output", hl_or_standard(output), HL_BINARY);
    return hl_files_check(&f, e);
}

static int run(const char *path, const hl_backbone *backbone, hl_err *e)
{
    hl_samples in;
    if (check_files(path, e) || hl_samples_open(&in, path, "images", e))
        return -1;
    const int status = ts_init((int)jobs) ? hl_fail(e, "libtorch: %s", ts_last_error())
                                          : extract(&in, backbone, e);
    hl_samples_close(&in);
    return status;
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    const hl_backbone *backbone = hl_backbone_find(model);
    hl_tf_set_threads((int)jobs);
    check_usage(backbone);
    if (unfreeze)
        pool = NN_POOL_FLATTEN; /* pooling comes after the unfrozen layers */
    hl_err err;
    const int status =
        print_layers ? show_layers(backbone, &err) : run(argv[first], backbone, &err);
    if (status)
        hl_log_error("%s", err.msg);
    return status ? 1 : 0;
}
