/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The backbones give Keras' activations: every tap of every reference file, to a relative L2 error
 * of 1e-5. Taps go from input to output, so the first failure names the block to look at.
 */
#include "base/log.h"
#include "base/mem.h"
#include "nn/arch/net.h"
#include "nn/infer/onednn_backend.h"
#include "nn/infer/preprocess_input.h"
#include "nn/infer/torch_backend.h"
#include "nn/weights/weights.h"
#include "reference.h"
#include "shim/torch_shim.h"
#include "torch_file.h"
#include "xrays.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* HILUM_DEVICE=cuda compares the GPU instead, where the order of summation differs. */
static ts_device device = TS_CPU;
static double tolerance = 1e-5;
static ts_dtype dtype = TS_F32;
static bool tf32;
static int onednn_taps; /* compared so far */
static double worst_torch, worst_onednn;
enum { MAX_TAPS = 64 };

/* ---- one tap ---- */

/* Error of values 0, stride, 2 stride ... of each image. */
static double sample_error(const float *values, size_t n, size_t size, size_t stride,
                           const float *expected, size_t samples)
{
    double worst = 0;
    float *picked = hl_malloc(samples, sizeof *picked);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < samples; k++)
            picked[k] = values[i * size + k * stride];
        worst = fmax(worst, relative_l2(picked, expected + i * samples, samples));
    }
    free(picked);
    return worst;
}

static double norm_error(const float *values, size_t n, size_t size, const float *expected)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; k < size; k++)
            sum += (double)values[i * size + k] * (double)values[i * size + k];
        worst = fmax(worst, fabs(sqrt(sum) / (double)expected[i] - 1));
    }
    return worst;
}

/* values: [n, size], in Keras' order */
static void compare_values(const reference *ref, const char *tap, const float *values, size_t size,
                           const char *how, double *worst)
{
    char name[128];
    const hl_tensor_desc *d;
    snprintf(name, sizeof name, "%s/sample", tap);
    const float *sample = reference_tensor(ref, name, &d);
    snprintf(name, sizeof name, "%s/norm", tap);
    const float *norm = reference_tensor(ref, name, NULL);
    snprintf(name, sizeof name, "%s/stride", tap);
    const size_t stride = strtoul(reference_meta(ref, name), NULL, 10);

    const size_t n = (size_t)d->shape[0], samples = (size_t)d->shape[1];
    assert_int_equal((size + stride - 1) / stride, samples);
    const double error = sample_error(values, n, size, stride, sample, samples);
    const double length = norm_error(values, n, size, norm);
    *worst = fmax(*worst, fmax(error, length));
    if (!(error <= tolerance) || !(length <= tolerance))
        fail_msg(
            "%s: %s: layer %s: relative L2 error %.2e, norm off by %.2e: expected at most %.0e",
            hl_tf_name(ref->file), how, tap, error, length, tolerance);
}

static void compare_tap(const reference *ref, const char *tap, const ts_tensor *map)
{
    ts_tensor *own, *flat;
    must_torch(ts_flatten_hwc(&own, map));
    must_torch(ts_to(&flat, own, TS_F32, TS_CPU));
    const size_t n = (size_t)ts_dim(flat, 0), size = (size_t)ts_dim(flat, 1);
    float *values = hl_malloc(n * size, sizeof *values);
    must_torch(ts_to_data(flat, values, n * size * sizeof *values));
    compare_values(ref, tap, values, size, "libtorch", &worst_torch);
    free(values);
    ts_free(flat);
    ts_free(own);
}

static void compare_pooled(const reference *ref, const ts_tensor *map)
{
    const hl_tensor_desc *d;
    const float *expected = reference_tensor(ref, "pooled", &d);
    const size_t n = (size_t)d->shape[0], width = (size_t)d->shape[1];
    ts_tensor *pooled;
    must_torch(ts_global_mean(&pooled, map));
    float *values = hl_malloc(n * width, sizeof *values);
    must_torch(ts_to_data(pooled, values, n * width * sizeof *values));
    for (size_t i = 0; i < n; i++)
        assert_true(relative_l2(values + i * width, expected + i * width, width) <= tolerance);
    free(values);
    ts_free(pooled);
}

/* Compares the same layer through oneDNN, if it runs on this machine; batches are partly full. */
static void compare_onednn(const reference *ref, const nn_net *n, const nn_weights *w, int tap,
                           const nn_normalize *scaling, const uint8_t *images, size_t count)
{
    hl_err e;
    nn_onednn *g;
    const bool bf16 = dtype == TS_BF16;
    const nn_onednn_options o = {
        .batch = count > 2 ? count - 1 : count, .workers = 1, .bf16 = bf16};
    const nn_layer *l = &n->layers[tap];
    const size_t size = (size_t)(l->height * l->width * l->channels);
    if (device != TS_CPU || !nn_onednn_suits(n, tap, bf16))
        return;
    float *values = hl_malloc(count * size, sizeof *values);
    must(nn_onednn_new(&g, n, w, tap, &o, &e), &e);
    must(nn_onednn_forward(g, images, count, 1, scaling, values, &e), &e);
    compare_values(ref, l->name, values, size, "oneDNN", &worst_onednn);
    onednn_taps++;
    nn_onednn_free(g);
    free(values);
}

/* ---- one file ---- */

/* Finds the indices of the taps listed in text, which names then point into. */
static int find_taps(const nn_net *n, char *text, const char **names, int *taps)
{
    int count = 0;
    for (char *rest = text; rest; count++) {
        assert_true(count < MAX_TAPS);
        names[count] = strsep(&rest, " ");
        taps[count] = nn_net_find(n, names[count]);
        if (taps[count] < 0)
            fail_msg("%s has no layer %s", n->name, names[count]);
    }
    return count;
}

static void compare_all(const reference *ref, const char *model, const char *mode,
                        const char *weights_source, int64_t size, const uint8_t *images,
                        int64_t count)
{
    hl_err e;
    nn_net n;
    nn_weights w;
    nn_torch *run;
    nn_normalize normalize;
    nn_framework framework;
    must(nn_weights_framework(weights_source, &framework, &e), &e);
    must(nn_net_build_for(&n, model, framework, size, size, &e), &e);
    must(nn_weights_load(&w, &n, weights_source, &e), &e);
    assert_string_equal(nn_net_own_normalize(&n), mode);
    must(nn_normalize_make(&normalize, mode, &e), &e);
    char *text = hl_strdup(reference_meta(ref, "taps"));
    const char *names[MAX_TAPS];
    int taps[MAX_TAPS];
    ts_tensor *maps[MAX_TAPS] = {NULL};
    const int ntaps = find_taps(&n, text, names, taps);
    const nn_torch_options how = {.dtype = dtype, .tf32 = tf32, .device = device};
    must(nn_torch_new(&run, &n, &w, taps, ntaps, &how, &e), &e);

    ts_tensor *bytes, *x;
    must_torch(ts_from_data(&bytes, images, TS_U8, 4, (const int64_t[]){count, size, size, 1}));
    must_torch(ts_lookup(&x, bytes, normalize.table, normalize.source, device));
    must(nn_torch_forward(run, x, maps, &e), &e);
    for (int i = 0; i < ntaps; i++) {
        compare_tap(ref, names[i], maps[i]);
        compare_onednn(ref, &n, &w, taps[i], &normalize, images, (size_t)count);
    }
    compare_pooled(ref, maps[ntaps - 1]);
    print_message("# %s, %.30s, %lld: largest error %.1e through libtorch, %.1e through oneDNN\n",
                  model, weights_source, (long long)size, worst_torch, worst_onednn);
    worst_torch = worst_onednn = 0;

    for (int i = 0; i < ntaps; i++)
        ts_free(maps[i]);
    ts_free(x);
    ts_free(bytes);
    free(text);
    nn_torch_free(run);
    nn_weights_free(&w);
    nn_net_free(&n);
}

/* Compares a file made from the synthetic test images. */
static void compare_file(const char *name, const char *model, const char *mode,
                         const char *weights_source, int size)
{
    char path[256];
    reference images, ref;
    const hl_tensor_desc *d;
    snprintf(path, sizeof path, "tests/parity/data/images_%d.safetensors.zst", size);
    reference_read(&images, path);
    snprintf(path, sizeof path, "tests/parity/data/%s_%s_seeded1_%d.safetensors.zst", name, model,
             size);
    reference_read(&ref, path);
    const uint8_t *pixels = reference_tensor(&images, "images", &d);
    compare_all(&ref, model, mode, weights_source, size, pixels, d->shape[0]);
    reference_free(&ref);
    reference_free(&images);
}

static void compare_synthetic(const char *model, const char *mode, int size)
{
    compare_file("ref", model, mode, "seeded:1", size);
}

static void test_vgg16(void **state)
{
    (void)state;
    compare_synthetic("vgg16", "caffe", 224);
    compare_synthetic("vgg16", "caffe", 161);
}

static void test_mobilenetv2(void **state)
{
    (void)state;
    compare_synthetic("mobilenetv2", "tf", 224);
    compare_synthetic("mobilenetv2", "tf", 160);
    compare_synthetic("mobilenetv2", "tf", 161);
}

static void test_inceptionresnetv2(void **state)
{
    (void)state;
    compare_synthetic("inceptionresnetv2", "tf", 299);
    compare_synthetic("inceptionresnetv2", "tf", 235);
}

/* ---- reduced precision, with other memory layouts ---- */

/* Other CPUs emulate bfloat16, which takes minutes for the large networks. */
static bool has_bf16(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

static void compare_arithmetic(ts_dtype type, bool allow_tf32, double limit)
{
    const double before = tolerance;
    dtype = type;
    tf32 = allow_tf32;
    tolerance = limit;
    ts_allow_tf32(tf32);
    compare_synthetic("mobilenetv2", "tf", 161);
    if (device == TS_CUDA || has_bf16()) {
        compare_synthetic("vgg16", "caffe", 161);
        compare_synthetic("inceptionresnetv2", "tf", 235);
    }
    ts_allow_tf32(false);
    tolerance = before;
    tf32 = false;
    dtype = TS_F32;
}

/* libtorch 1.13 checks the CPU for bfloat16, and fails if the CPU has it but oneDNN is restricted
 * to a lesser instruction set. */
static bool is_bf16_misjudged(void)
{
#ifdef __x86_64__
    return device == TS_CPU && strncmp(ts_version(), "1.", 2) == 0 &&
           getenv("ONEDNN_MAX_CPU_ISA") && __builtin_cpu_supports("avx512bw");
#else
    return false;
#endif
}

static void test_bf16(void **state)
{
    (void)state;
    if (is_bf16_misjudged()) {
        print_message("# NOT RUN: bfloat16: libtorch 1.13 ignores ONEDNN_MAX_CPU_ISA\n");
        skip();
    }
    compare_arithmetic(TS_BF16, false, 0.05);
}

static void test_f16_and_tf32(void **state)
{
    (void)state;
    if (device == TS_CPU) {
        print_message("# NOT RUN: needs a GPU: HILUM_DEVICE=cuda on a machine with one\n");
        skip();
    }
    compare_arithmetic(TS_F16, false, 0.01);
    compare_arithmetic(TS_F32, true, 0.01);
}

/* ---- networks of timm and torchvision ---- */

static void compare_torch(const char *name, const torch_file *f, const char *mode, int size)
{
    char path[] = P_tmpdir "/hilum-torch-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    torch_file_write(path, f);
    compare_file(name, f->model, mode, path, size);
    assert_int_equal(unlink(path), 0);
}

static void test_torch_vgg16(void **state)
{
    (void)state;
    const torch_file f = {.model = "vgg16", .source = NN_NAMES_TIMM, .dtype = HL_F32};
    compare_torch("torch_timm", &f, "torch", 224);
}

static void test_torch_mobilenetv2(void **state)
{
    (void)state;
    torch_file f = {.model = "mobilenetv2", .source = NN_NAMES_TIMM, .dtype = HL_F32};
    compare_torch("torch_timm", &f, "torch", 224);
    compare_torch("torch_timm", &f, "torch", 161);
    f.source = NN_NAMES_TORCHVISION;
    compare_torch("torch_torchvision", &f, "torch", 160);
}

static void test_torch_inceptionresnetv2(void **state)
{
    (void)state;
    const torch_file f = {.model = "inceptionresnetv2", .source = NN_NAMES_TIMM, .dtype = HL_F32};
    compare_torch("torch_timm", &f, "tf", 299);
}

/* ---- real X-rays, from beside the checkout ---- */

static void compare_xrays(const char *model, const char *mode, const char *weights_name,
                          const char *weights_source, int side)
{
    char folder[256], path[256];
    int64_t count;
    need_shared("data/chest_xray/train", folder, sizeof folder);
    reference ref;
    snprintf(path, sizeof path, "tests/parity/data/xray_%s_%s_%d.safetensors.zst", model,
             weights_name, side);
    reference_read(&ref, path);
    uint8_t *images = read_xrays(&ref, folder, (size_t)side, &count);
    assert_true(count >= 8);
    compare_all(&ref, model, mode, weights_source, side, images, count);
    free(images);
    reference_free(&ref);
}

static void test_xrays_vgg16(void **state)
{
    (void)state;
    compare_xrays("vgg16", "caffe", "seeded1", "seeded:1", 224);
    compare_xrays("vgg16", "caffe", "seeded1", "seeded:1", 160);
}

static void test_xrays_mobilenetv2(void **state)
{
    (void)state;
    compare_xrays("mobilenetv2", "tf", "seeded1", "seeded:1", 224);
    compare_xrays("mobilenetv2", "tf", "seeded1", "seeded:1", 160);
}

static void test_xrays_inceptionresnetv2(void **state)
{
    (void)state;
    compare_xrays("inceptionresnetv2", "tf", "seeded1", "seeded:1", 299);
    compare_xrays("inceptionresnetv2", "tf", "seeded1", "seeded:1", 224);
}

static void test_xrays_real_weights(void **state)
{
    (void)state;
    char path[256];
    need_shared("weights/mobilenet_v2_imagenet_1.0_224_no_top.dequantized.h5", path, sizeof path);
    compare_xrays("mobilenetv2", "tf", "imagenet", path, 224);
    compare_xrays("mobilenetv2", "tf", "imagenet", path, 160);
}

/* Whether this CPU has AVX2 and oneDNN is allowed to use it. */
static bool has_avx2(void)
{
#ifdef __x86_64__
    const char *most = getenv("ONEDNN_MAX_CPU_ISA");
    const bool is_less = most && (strcmp(most, "SSE41") == 0 || strcmp(most, "AVX") == 0);
    return __builtin_cpu_supports("avx2") && !is_less;
#else
    return false;
#endif
}

/* The last test: results of oneDNN were compared, unless it does not run here. */
static void test_onednn_was_compared(void **state)
{
    (void)state;
    if (device == TS_CPU && has_avx2() && strcmp(nn_onednn_version(), "none") != 0)
        assert_true(onednn_taps > 0);
    if (onednn_taps)
        return;
    print_message(
        "# NOT RUN: oneDNN, which is used on CPUs with AVX2 and in builds without LIBTORCH\n");
    skip();
}

int main(void)
{
    const char *wanted = getenv("HILUM_DEVICE");
    if (wanted && strcmp(wanted, "cuda") == 0) {
        device = TS_CUDA;
        tolerance = 1e-4;
    }
    hl_log_quiet(true);
    if (ts_init(2) || ts_use_device(device)) {
        fprintf(stderr, "libtorch: %s\n", ts_last_error());
        return 1;
    }
    if (device == TS_CUDA && ts_prepare_depthwise())
        print_message("# NOT RUN: hilum's own depthwise kernel: %s\n", ts_last_error());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vgg16),
        cmocka_unit_test(test_mobilenetv2),
        cmocka_unit_test(test_inceptionresnetv2),
        cmocka_unit_test(test_bf16),
        cmocka_unit_test(test_f16_and_tf32),
        cmocka_unit_test(test_torch_vgg16),
        cmocka_unit_test(test_torch_mobilenetv2),
        cmocka_unit_test(test_torch_inceptionresnetv2),
        cmocka_unit_test(test_xrays_vgg16),
        cmocka_unit_test(test_xrays_mobilenetv2),
        cmocka_unit_test(test_xrays_inceptionresnetv2),
        cmocka_unit_test(test_xrays_real_weights),
        cmocka_unit_test(test_onednn_was_compared),
    };
    return cmocka_run_group_tests_name("backbones against Keras", tests, NULL, NULL);
}
