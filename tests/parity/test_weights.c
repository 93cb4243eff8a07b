/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Weights files: every layout gives the values that were written, and every problem is named. The
 * HDF5 fixtures were written by Keras, with values by the formula in README.md; damaged files are
 * made from them here. test_backbones shows that the names of timm and torchvision are assigned to
 * the right layers.
 */
#include "base/log.h"
#include "base/mem.h"
#include "nn/arch/weight_specs.h"
#include "nn/weights/weights.h"
#include "sys/input.h"
#include "torch_file.h"

#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

static const char k2[] = "mobilenetv2_notop.keras2.h5",
                  k3[] = "mobilenetv2_notop.keras3.weights.h5";
static char temp[] = P_tmpdir "/hilum-weights-XXXXXX"; /* the one temporary file of this program */

/* ---- helpers ---- */

static void unpack(const char *fixture)
{
    char path[128], *packed = NULL;
    size_t len = 0;
    const char *name;
    hl_err e;
    snprintf(path, sizeof path, "tests/parity/data/%s.zst", fixture);
    FILE *fp = hl_in_open(path, &name, &e);
    if (!fp || hl_in_read_all(fp, name, 1 << 24, &packed, &len, &e))
        fail_msg("%s", e.msg);
    fclose(fp);
    const size_t size = (size_t)ZSTD_getFrameContentSize(packed, len);
    char *plain = hl_malloc(size, 1);
    assert_int_equal(ZSTD_decompress(plain, size, packed, len), size);
    fp = fopen(temp, "wb");
    assert_int_equal(fwrite(plain, 1, size, fp), size);
    assert_int_equal(fclose(fp), 0);
    free(plain);
    free(packed);
}

static int load(nn_weights *w, nn_net *n, const char *model, nn_problems *p, hl_err *e)
{
    nn_framework framework;
    if (nn_weights_framework(temp, &framework, e))
        return -1;
    assert_int_equal(nn_net_build_for(n, model, framework, 299, 299, e), 0);
    const int status = nn_weights_check(w, n, temp, p, e);
    if (status)
        nn_net_free(n);
    return status;
}

static bool contains(const nn_problems *p, const char *text)
{
    for (size_t i = 0; i < p->n; i++)
        if (strstr(p->lines[i], text))
            return true;
    return false;
}

/* The temporary file must be refused with this many problems, one of which is `problem`. */
static void refused(const char *model, size_t count, const char *problem)
{
    nn_net n;
    nn_weights w;
    hl_err e;
    nn_problems p = {0};
    assert_int_equal(load(&w, &n, model, &p, &e), -1);
    if (p.n != count || !contains(&p, problem))
        fail_msg("expected %zu problems, one of them '%s', found %zu: %s", count, problem, p.n,
                 p.n ? p.lines[0] : e.msg);
    assert_non_null(strstr(e.msg, "not the weights of"));
    nn_problems_free(&p);
}

/* The temporary file must be unreadable, with this message. */
static void broken(const char *model, const char *message)
{
    nn_net n;
    nn_weights w;
    hl_err e;
    nn_problems p = {0};
    assert_int_equal(load(&w, &n, model, &p, &e), -1);
    assert_int_equal(p.n, 0);
    if (!strstr(e.msg, message))
        fail_msg("expected '%s', found '%s'", message, e.msg);
}

/* ---- intact files ---- */

/* README.md, HDF5 weight files. */
static void check_values(const nn_net *n, const nn_weights *w)
{
    int64_t tensor = 0;
    for (int i = 0; i < n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int layer = n->order[i], count = nn_net_weight_specs(n, layer, specs);
        for (int k = 0; k < count; k++, tensor++) {
            const char *name = specs[k].name;
            const bool one = strcmp(name, "gamma") == 0 || strcmp(name, "moving_variance") == 0;
            for (int64_t j = 0; j < specs[k].size; j++) {
                const double v = (double)((7 * j + 13 * tensor) % 251 - 125) / 16384 + one;
                if ((double)w->values[layer][k][j] != v)
                    fail_msg("%s/%s: value %lld", n->layers[layer].name, name, (long long)j);
            }
        }
    }
}

static void same_in_all_layouts(const char *model, const char *const *fixtures)
{
    char identity[HL_DIGEST_SIZE] = "";
    for (; *fixtures; fixtures++) {
        nn_net n;
        nn_weights w;
        hl_err e;
        nn_problems p = {0};
        unpack(*fixtures);
        if (load(&w, &n, model, &p, &e))
            fail_msg("%s: %s: %s", *fixtures, e.msg, p.n ? p.lines[0] : "");
        check_values(&n, &w);
        if (!*identity)
            memcpy(identity, w.identity, sizeof identity);
        assert_string_equal(w.identity, identity);
        nn_weights_free(&w);
        nn_net_free(&n);
    }
    assert_memory_equal(identity, "sha256:", 7);
}

static void test_vgg16(void **state)
{
    (void)state;
    static const char *const files[] = {"vgg16_notop.keras1.h5", "vgg16_notop.keras2.h5",
                                        "vgg16_notop.keras3.weights.h5", NULL};
    same_in_all_layouts("vgg16", files);
}

static void test_mobilenetv2(void **state)
{
    (void)state;
    static const char *const files[] = {k2, k3, "mobilenetv2_top.keras2.h5",
                                        "mobilenetv2_top.keras3.weights.h5", NULL};
    same_in_all_layouts("mobilenetv2", files);
}

static void test_inceptionresnetv2(void **state)
{
    (void)state;
    static const char *const files[] = {"inceptionresnetv2_notop.keras2.h5",
                                        "inceptionresnetv2_notop.keras3.weights.h5", NULL};
    same_in_all_layouts("inceptionresnetv2", files);
}

/* ---- files that do not fit ---- */

static void another_network(void **state)
{
    (void)state;
    unpack(k2); /* 260 tensors; VGG16 has 26 */
    refused("vgg16", 286, "block1_conv1/kernel: missing: expected shape [3, 3, 3, 64]");
    refused("vgg16", 286, "Conv1/kernel:0: left over: vgg16 has no such weight");
    unpack(k3);
    refused("vgg16", 260, "layers/conv2d: expected layer block1_conv1, found Conv1");
    nn_net n;
    nn_weights w;
    hl_err e;
    assert_int_equal(nn_net_build(&n, "vgg16", 224, 224, &e), 0);
    assert_int_equal(nn_weights_load(&w, &n, temp, &e), -1);
    assert_non_null(strstr(e.msg, "not the weights of vgg16: layers/conv2d: expected layer"));
    assert_non_null(strstr(e.msg, "more problems"));
    nn_net_free(&n);
}

static void truncated(void **state)
{
    (void)state;
    unpack(k2);
    assert_int_equal(truncate(temp, 4000000), 0);
    broken("mobilenetv2", "damaged or truncated");
    assert_int_equal(truncate(temp, 9), 0);
    broken("mobilenetv2", "damaged or truncated");
    assert_int_equal(truncate(temp, 0), 0);
    broken("mobilenetv2", "not a weights file");
}

static hid_t edit(const char *fixture)
{
    unpack(fixture);
    hid_t file = H5Fopen(temp, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    return file;
}

static void replace(hid_t file, const char *path, hid_t type, int rank, const hsize_t *dims,
                    hid_t creation)
{
    assert_true(H5Ldelete(file, path, H5P_DEFAULT) >= 0);
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t set = H5Dcreate(file, path, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    assert_true(set >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

static const char kernel2[] = "Conv1/Conv1/kernel:0", kernel3[] = "layers/conv2d/vars/0";
static const hsize_t kernel_dims[4] = {3, 3, 3, 32};

static void wrong_shape(void **state)
{
    (void)state;
    hid_t file = edit(k2);
    replace(file, kernel2, H5T_IEEE_F32LE, 4, (const hsize_t[]){3, 3, 32, 3}, H5P_DEFAULT);
    replace(file, "bn_Conv1/bn_Conv1/beta:0", H5T_IEEE_F32LE, 0, NULL, H5P_DEFAULT);
    H5Fclose(file);
    refused("mobilenetv2", 2, "Conv1/kernel:0: expected shape [3, 3, 3, 32], found [3, 3, 32, 3]");
    refused("mobilenetv2", 2, "bn_Conv1/beta:0: expected shape [32], found []");
    file = edit(k3);
    replace(file, kernel3, H5T_IEEE_F32LE, 1, (const hsize_t[]){864}, H5P_DEFAULT);
    H5Fclose(file);
    refused("mobilenetv2", 1, "expected shape [3, 3, 3, 32], found [864]");
}

/* Rewrites layer_names without one of them. */
static void drop_layer_name(hid_t file, const char *name)
{
    enum { MOST = 1024 };
    char *names[MOST], *kept[MOST];
    hid_t attr = H5Aopen(file, "layer_names", H5P_DEFAULT), type = H5Aget_type(attr);
    hid_t space = H5Aget_space(attr);
    const hssize_t n = H5Sget_simple_extent_npoints(space);
    assert_true(n > 0 && n < MOST && H5Aread(attr, type, names) >= 0);
    hsize_t left = 0;
    for (hssize_t i = 0; i < n; i++)
        if (strcmp(names[i], name) != 0)
            kept[left++] = names[i];
    assert_int_equal(left, n - 1);
    H5Aclose(attr);
    assert_true(H5Adelete(file, "layer_names") >= 0);
    hid_t fewer = H5Screate_simple(1, &left, NULL);
    attr = H5Acreate(file, "layer_names", type, fewer, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(attr >= 0 && H5Awrite(attr, type, kept) >= 0);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, names);
    H5Sclose(fewer);
    H5Aclose(attr);
    H5Sclose(space);
    H5Tclose(type);
}

static void missing_layer(void **state)
{
    (void)state;
    hid_t file = edit(k2);
    drop_layer_name(file, "block_3_project");
    H5Fclose(file);
    refused("mobilenetv2", 1, "block_3_project/kernel: missing: expected shape [1, 1, 144, 32]");
    file = edit(k3);
    assert_true(H5Ldelete(file, "layers/batch_normalization_51", H5P_DEFAULT) >= 0);
    H5Fclose(file);
    refused("mobilenetv2", 4, "Conv_1_bn/gamma: missing: expected shape [1280]");
    file = edit(k2);
    assert_true(H5Ldelete(file, kernel2, H5P_DEFAULT) >= 0);
    H5Fclose(file);
    refused("mobilenetv2", 1, "Conv1/kernel:0: there is no such data");
}

/* Of layers with automatic names, the remaining numbers show which one is missing. */
static void missing_numbered_layer(void **state)
{
    (void)state;
    hid_t file = edit("inceptionresnetv2_notop.keras2.h5");
    drop_layer_name(file, "conv2d_7");
    H5Fclose(file);
    refused("inceptionresnetv2", 1, "conv2d_7/kernel: missing");
}

/* ---- hostile files ---- */

static void links(void **state)
{
    (void)state;
    hid_t file = edit(k3);
    assert_true(H5Ldelete(file, kernel3, H5P_DEFAULT) >= 0);
    assert_true(H5Lcreate_external(temp, "/layers/conv2d_1/vars/0", file, kernel3, H5P_DEFAULT,
                                   H5P_DEFAULT) >= 0);
    assert_true(H5Ldelete(file, "layers/conv2d_2", H5P_DEFAULT) >= 0);
    assert_true(
        H5Lcreate_soft("/layers/conv2d_2", file, "layers/conv2d_2", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Ldelete(file, "layers/conv2d_3", H5P_DEFAULT) >= 0);
    assert_true(H5Lcreate_hard(file, "/", file, "layers/conv2d_3", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    H5Fclose(file);
    refused("mobilenetv2", 3, "layers/conv2d/vars/0 (Conv1/kernel): there is no such data");
    refused("mobilenetv2", 3, "block_1_expand/kernel: missing");
}

static void values_elsewhere(void **state)
{
    (void)state;
    hid_t file = edit(k3), creation = H5Pcreate(H5P_DATASET_CREATE);
    assert_true(H5Pset_external(creation, "/etc/hostname", 0, H5F_UNLIMITED) >= 0);
    replace(file, kernel3, H5T_IEEE_F32LE, 4, kernel_dims, creation);
    H5Pclose(creation);
    H5Fclose(file);
    refused("mobilenetv2", 1, "its values are kept in other files");
    file = edit(k3);
    replace(file, kernel3, H5T_STD_I32LE, 4, kernel_dims, H5P_DEFAULT);
    H5Fclose(file);
    refused("mobilenetv2", 1, "its values are not floating-point numbers");
}

/* HDF5 1.10 reads out of bounds here. */
static void damaged_heap(void **state)
{
    (void)state;
    unpack(k2);
    char *bytes;
    size_t len;
    hl_err e;
    const char *name;
    FILE *fp = hl_in_open(temp, &name, &e);
    assert_int_equal(hl_in_read_all(fp, name, 1 << 24, &bytes, &len, &e), 0);
    fclose(fp);
    fp = fopen(temp, "r+b");
    const char *at = bytes;
    while ((at = memmem(at, len - (size_t)(at - bytes), "GCOL", 4))) { /* a heap of strings */
        fseek(fp, at - bytes + 16 + 8, SEEK_SET);                      /* its first one's size */
        assert_int_equal(fwrite("\xff\xff\xff\x7f", 1, 4, fp), 4);
        at += 4;
    }
    fclose(fp);
    free(bytes);
    broken("mobilenetv2", ": ");
}

static void not_finite(void **state)
{
    (void)state;
    hid_t file = edit(k2);
    hid_t set = H5Dopen(file, "Conv_1_bn/Conv_1_bn/beta:0", H5P_DEFAULT);
    float values[1280] = {[7] = NAN};
    assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Fclose(file);
    broken("mobilenetv2", "Conv_1_bn/beta: a value is not finite");
}

/* ---- safetensors ---- */

static void torch_problems(void **state)
{
    (void)state;
    torch_file f = {.model = "mobilenetv2", .source = NN_NAMES_TIMM, .dtype = HL_F32};
    f.left_out = "blocks.1.0.bn2.running_var";
    f.transposed = "conv_head.weight";
    f.renamed = "bn1.weight";
    torch_file_write(temp, &f);
    refused("mobilenetv2", 4, "blocks.1.0.bn2.running_var: missing: expected shape [96]");
    refused("mobilenetv2", 4, "conv_head.weight: expected shape [1280, 320, 1, 1]");
    refused("mobilenetv2", 4, "bn1.weight: missing");
    refused("mobilenetv2", 4, "stranger: left over");
    refused("vgg16", 259 + 26, "features.0.weight: missing: expected shape [64, 3, 3, 3]");
    assert_int_equal(truncate(temp, 3000000), 0);
    broken("mobilenetv2", "truncated");
}

static void load_torch(const torch_file *f, nn_net *n, nn_weights *w)
{
    hl_err e;
    nn_problems p = {0};
    torch_file_write(temp, f);
    if (load(w, n, f->model, &p, &e))
        fail_msg("%s: %s", e.msg, p.n ? p.lines[0] : "");
}

/* The order in the header does not matter; narrow types are widened; kernels get Keras' layout. */
static void torch_variants(void **state)
{
    (void)state;
    torch_file f = {.model = "mobilenetv2", .source = NN_NAMES_TORCHVISION, .dtype = HL_F32};
    nn_net n, n2;
    nn_weights plain, other;
    load_torch(&f, &n, &plain);
    f.reversed = true;
    load_torch(&f, &n2, &other);
    assert_string_equal(plain.identity, other.identity);
    nn_weights_free(&other);
    nn_net_free(&n2);
    f.dtype = HL_BF16;
    load_torch(&f, &n2, &other);
    assert_string_not_equal(plain.identity, other.identity);
    for (int i = 0; i < n.n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        for (int k = 0; k < nn_net_weight_specs(&n, i, specs); k++)
            for (int64_t j = 0; j < specs[k].size; j++) {
                uint32_t bits;
                memcpy(&bits, &plain.values[i][k][j], sizeof bits);
                bits &= 0xFFFF0000u;
                assert_memory_equal(&bits, &other.values[i][k][j], sizeof bits);
            }
    }
    nn_weights_free(&other);
    nn_net_free(&n2);
    nn_weights_free(&plain);
    nn_net_free(&n);
}

static int make_temp(void **state)
{
    (void)state;
    const int fd = mkstemp(temp);
    return fd < 0 ? -1 : close(fd);
}

static int remove_temp(void **state)
{
    (void)state;
    return unlink(temp);
}

int main(void)
{
    hl_log_quiet(true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links), /* first: reading a file disables external links in this process */
        cmocka_unit_test(test_vgg16),
        cmocka_unit_test(test_mobilenetv2),
        cmocka_unit_test(test_inceptionresnetv2),
        cmocka_unit_test(another_network),
        cmocka_unit_test(truncated),
        cmocka_unit_test(wrong_shape),
        cmocka_unit_test(missing_layer),
        cmocka_unit_test(missing_numbered_layer),
        cmocka_unit_test(values_elsewhere),
        cmocka_unit_test(damaged_heap),
        cmocka_unit_test(not_finite),
        cmocka_unit_test(torch_problems),
        cmocka_unit_test(torch_variants),
    };
    return cmocka_run_group_tests_name("weight files", tests, make_temp, remove_temp);
}
