/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One training step of a head together with the last layers of a backbone, against Keras: loss,
 * gradients, weights after a step of Adam and moving averages, to a relative L2 error of 1e-4.
 * Tensors of the reference are NAME/gradient, NAME/adam and NAME/average, each as every stride-th
 * value; see README.md.
 */
#include "base/mem.h"
#include "nn/arch/feature_layer.h"
#include "nn/arch/weight_specs.h"
#include "nn/infer/extractor.h"
#include "reference.h"
#include "shim/torch_shim.h"
#include "train-head/stepper.h"
#include "xrays.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_IMAGES = 8, CLASSES = 2, MOST_NAME = 160 };
static const double tolerance = 1e-4;

typedef struct fixture {
    reference ref;
    hl_feature_space space;
    nn_finetune_options o;
    const char *weights;
    float *features;
    int64_t n;
    nn_head *head;
} fixture;

/* ---- features for the unfrozen layers, and the head ---- */

static void extract(fixture *f, const uint8_t *images)
{
    hl_err e;
    nn_extractor *x;
    const nn_extractor_options o = {.backbone = reference_meta(&f->ref, "model"),
                                    .weights = f->weights,
                                    .unfreeze = f->o.unfrozen,
                                    .pool = NN_POOL_FLATTEN,
                                    .dtype = TS_F32};
    must(nn_extractor_new(&x, &o, &f->space, &e), &e);
    f->features = hl_malloc((size_t)f->n * nn_extractor_width(x), sizeof *f->features);
    must(nn_extractor_run(x, images, (size_t)f->n, 1, f->features, &e), &e);
    nn_extractor_free(x);
}

static void make_head(fixture *f)
{
    hl_err e;
    nn_finetune *finetune;
    char *classes[CLASSES] = {"a", "b"};
    must(nn_finetune_new(&finetune, &f->space, f->weights, &f->o, &e), &e);
    must(nn_head_new(&f->head, 0, NULL, 0, classes, CLASSES, &f->space, finetune, 1, &e), &e);
}

static void start(fixture *f, const char *run, const char *weights)
{
    char path[256];
    snprintf(path, sizeof path, "tests/parity/data/tail_%s.safetensors.zst", run);
    *f = (fixture){.weights = weights};
    reference_read(&f->ref, path);
    const int64_t size = strtol(reference_meta(&f->ref, "size"), NULL, 10);
    f->space = (hl_feature_space){.height = size, .width = size};
    f->o.unfrozen = (int)strtol(reference_meta(&f->ref, "unfrozen"), NULL, 10);
    if (strcmp(reference_meta(&f->ref, "batchnorm"), "training") == 0)
        f->o.batchnorm = NN_BN_TRAINING;
}

static void end(fixture *f)
{
    nn_head_free(f->head);
    free(f->features);
    reference_free(&f->ref);
}

/* ---- comparing ---- */

static void compare(const fixture *f, const char *name, const char *kind, const float *values,
                    size_t n)
{
    char key[MOST_NAME];
    const hl_tensor_desc *d;
    snprintf(key, sizeof key, "%s/%s/stride", name, kind);
    const size_t stride = (size_t) * (const int64_t *)reference_tensor(&f->ref, key, NULL);
    snprintf(key, sizeof key, "%s/%s/sample", name, kind);
    const float *expected = reference_tensor(&f->ref, key, &d);
    const size_t samples = (size_t)d->shape[0];
    assert_int_equal((n + stride - 1) / stride, samples);
    float *picked = hl_malloc(samples, sizeof *picked);
    for (size_t i = 0; i < samples; i++)
        picked[i] = values[i * stride];
    const double error = relative_l2(picked, expected, samples);
    free(picked);
    if (!(error <= tolerance))
        fail_msg("%s: %s: relative L2 error %.2e, expected at most %.0e", name, kind, error,
                 tolerance);
}

/* Compares in Keras' layout; convolution kernels are stored in libtorch's. */
static void compare_state(const fixture *f, const char *name, const char *kind,
                          const train_state_tensor *s)
{
    static const int depthwise[4] = {2, 3, 0, 1}, kernel[4] = {2, 3, 1, 0};
    ts_tensor *t, *plain;
    float *values = hl_malloc(s->n, sizeof *values);
    must_torch(ts_view_data(&t, s->values, TS_F32, s->rank, s->shape));
    if (s->rank == 4)
        must_torch(ts_permute(&plain, t, strstr(name, "depthwise_kernel") ? depthwise : kernel));
    else
        must_torch(ts_share(&plain, t));
    must_torch(ts_to_data(plain, values, s->n * sizeof *values));
    compare(f, name, kind, values, s->n);
    ts_free(plain);
    ts_free(t);
    free(values);
}

/* Names of the parameters in the head's order: its dense layer, then the fine-tuned layers. */
static size_t name_params(const fixture *f, char names[][MOST_NAME])
{
    size_t count = 2;
    strcpy(names[0], "dense_1/kernel");
    strcpy(names[1], "dense_1/bias");
    const nn_net *n = nn_finetune_net(nn_head_finetune(f->head));
    bool *unfrozen = hl_calloc((size_t)n->n, sizeof *unfrozen);
    for (int i = n->n - f->o.unfrozen; i < n->n; i++)
        unfrozen[n->order[i]] = true;
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int weights = nn_net_weight_specs(n, i, specs);
        for (int k = 0; unfrozen[i] && k < weights; k++)
            if (strncmp(specs[k].name, "moving_", 7) != 0 || f->o.batchnorm == NN_BN_TRAINING)
                snprintf(names[count++], MOST_NAME, "%s/%s", n->layers[i].name, specs[k].name);
    }
    free(unfrozen);
    return count;
}

static double norm_of(const train_state_tensor *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += (double)s->values[i] * (double)s->values[i];
    return sqrt(sum);
}

static bool is_listed(const char *list, const char *name)
{
    const size_t len = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += len)
        if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == 0))
            return true;
    return false;
}

/* Adam's first moment after one step is a tenth of the gradient. */
static void to_gradient(train_state_tensor *m)
{
    for (size_t i = 0; i < m->n; i++)
        m->values[i] /= 1 - 0.9F;
}

enum { VALUE, BEST, M, V, STATES }; /* of each parameter, in the order of train_stepper_state */

static void compare_step(const fixture *f, const train_stepper *t, size_t param, const char *name,
                         double head_norm)
{
    const train_state_tensor value = train_stepper_state(t, STATES * param + VALUE);
    train_state_tensor gradient = train_stepper_state(t, STATES * param + M);
    if (param)
        to_gradient(&gradient);
    if (is_listed(reference_meta(&f->ref, "vanishing"), name)) {
        assert_true(norm_of(&gradient) <= tolerance * head_norm);
        return;
    }
    compare_state(f, name, "gradient", &gradient);
    compare_state(f, name, "adam", &value);
}

static void compare_params(const fixture *f, const train_stepper *t)
{
    const size_t n = nn_head_params(f->head);
    char(*names)[MOST_NAME] = hl_calloc(n, sizeof *names);
    assert_int_equal(name_params(f, names), n);
    train_state_tensor first = train_stepper_state(t, M);
    to_gradient(&first);
    const double head_norm = norm_of(&first);
    for (size_t i = 0; i < n; i++) {
        if (nn_head_param(f->head, i).kind == NN_PARAM_AVERAGE) {
            const train_state_tensor value = train_stepper_state(t, STATES * i + VALUE);
            compare_state(f, names[i], "average", &value);
        } else {
            compare_step(f, t, i, names[i], head_norm);
        }
    }
    free(names);
}

static void step_and_compare(fixture *f, const uint8_t *images)
{
    hl_err e;
    extract(f, images);
    make_head(f);
    int64_t labels[MOST_IMAGES], rows[MOST_IMAGES];
    for (int64_t i = 0; i < f->n; i++) {
        labels[i] = i % CLASSES;
        rows[i] = i;
    }
    const train_dataset set = {.features = f->features,
                               .labels = labels,
                               .n = (size_t)f->n,
                               .width = nn_head_inputs(f->head)};
    const double rate = strtod(reference_meta(&f->ref, "learning_rate"), NULL);
    const train_step_options o = {.optimizer = TRAIN_ADAM, .rate = rate, .threads = 2};
    train_stepper *t = train_stepper_new(f->head, &set, NULL, &o);
    train_sums sums = {0};
    must(train_stepper_step(t, rows, set.n, &sums, &e), &e);
    const double found = sums.loss / (double)sums.n;
    const double expected = (double)*(const float *)reference_tensor(&f->ref, "loss", NULL);
    if (!(fabs(found - expected) <= 1e-4 * expected))
        fail_msg("loss %.7f, Keras has %.7f", found, expected);
    compare_params(f, t);
    train_stepper_free(t);
}

static void test_seeded(void **state)
{
    fixture f;
    reference images;
    char path[256];
    const hl_tensor_desc *d;
    start(&f, *state, "seeded:1");
    snprintf(path, sizeof path, "tests/parity/data/images_%s.safetensors.zst",
             reference_meta(&f.ref, "size"));
    reference_read(&images, path);
    const uint8_t *pixels = reference_tensor(&images, "images", &d);
    f.n = d->shape[0];
    step_and_compare(&f, pixels);
    reference_free(&images);
    end(&f);
}

static void test_xrays(void **state)
{
    (void)state;
    fixture f;
    char folder[256], weights[256];
    need_shared("data/chest_xray/train", folder, sizeof folder);
    need_shared("weights/mobilenet_v2_imagenet_1.0_224_no_top.dequantized.h5", weights,
                sizeof weights);
    start(&f, "xray_mobilenetv2", weights);
    uint8_t *images = read_xrays(&f.ref, folder, (size_t)f.space.height, &f.n);
    assert_true(f.n <= MOST_IMAGES);
    step_and_compare(&f, images);
    free(images);
    end(&f);
}

/* ---- the feature layer ---- */

static void expect_feature_layer(const char *model, int64_t size, int count, const char *layer)
{
    hl_err e;
    nn_net n;
    int found;
    must(nn_net_build(&n, model, size, size, &e), &e);
    must(nn_net_feature_layer(&n, count, &found, &e), &e);
    if (strcmp(n.layers[found].name, layer) != 0)
        fail_msg("%s: the last %d layers: feature layer %s, expected %s", model, count,
                 n.layers[found].name, layer);
    nn_net_free(&n);
}

/* From Keras' summary(): MobileNetV2 ends in block_16_project, its BN, Conv_1, Conv_1_bn, out_relu;
 * if the unfrozen layers include part of a residual block, the feature layer is before the block.
 */
static void test_feature_layer(void **state)
{
    (void)state;
    expect_feature_layer("mobilenetv2", 224, 3, "block_16_project_BN");
    expect_feature_layer("mobilenetv2", 224, 11, "block_15_add");
    expect_feature_layer("mobilenetv2", 224, 13, "block_14_add");
    expect_feature_layer("mobilenetv2", 224, 154, "input_layer");
    expect_feature_layer("vgg16", 224, 2, "block5_conv2");
    expect_feature_layer("vgg16", 224, 19, "input_layer");
    expect_feature_layer("inceptionresnetv2", 299, 3, "custom_scale_layer_39");
    hl_err e;
    nn_net n;
    int found;
    must(nn_net_build(&n, "mobilenetv2", 224, 224, &e), &e);
    assert_int_equal(nn_net_feature_layer(&n, 1, &found, &e), -1); /* an activation alone */
    assert_non_null(strstr(e.msg, "have no weights"));
    assert_int_equal(nn_net_feature_layer(&n, 155, &found, &e), -1);
    nn_net_free(&n);
}

int main(void)
{
    if (ts_init(2))
        return 1;
#define RUN(name)                                                                                  \
    {                                                                                              \
        "step_" name, test_seeded, NULL, NULL, name                                                \
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feature_layer),
        RUN("mobilenetv2"),
        RUN("mobilenetv2_training"),
        RUN("vgg16"),
        RUN("inceptionresnetv2"),
        cmocka_unit_test(test_xrays),
    };
#undef RUN
    return cmocka_run_group_tests_name("training of unfrozen layers against Keras", tests, NULL,
                                       NULL);
}
