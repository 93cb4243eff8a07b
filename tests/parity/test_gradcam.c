/* SPDX-License-Identifier: BSD-2-Clause */
/* Grad-CAM of heads on pooled and on flattened maps gives Keras' heat maps to 1e-5. */
#include "explain/gradcam.h"
#include "reference.h"
#include "shim/torch_shim.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HEIGHT = 5, WIDTH = 4, CHANNELS = 6, HIDDEN = 7, CLASSES = 3, PIXELS = HEIGHT * WIDTH };
static const int64_t shape[3] = {HEIGHT, WIDTH, CHANNELS};
static reference r;

static const float *value(const char *pool, const char *name, const hl_tensor_desc **d)
{
    char full[64];
    snprintf(full, sizeof full, "%s/%s", pool, name);
    return reference_tensor(&r, full, d);
}

static nn_head *head_of(const char *pool)
{
    static const char *const params[4] = {"hidden/kernel", "hidden/bias", "output/kernel",
                                          "output/bias"};
    char *classes[CLASSES] = {"a", "b", "c"};
    const int64_t units = HIDDEN;
    const size_t inputs = CHANNELS * (strcmp(pool, "flatten") == 0 ? PIXELS : 1);
    hl_feature_space space = {0};
    strcpy(space.pool, pool);
    hl_err e;
    nn_head *head;
    assert_int_equal(nn_head_new(&head, inputs, &units, 1, classes, CLASSES, &space, NULL, 1, &e),
                     0);
    for (size_t i = 0; i < 4; i++) {
        const hl_tensor_desc *d;
        const float *data = value(pool, params[i], &d);
        const nn_param p = nn_head_param(head, i);
        assert_int_equal(p.n * sizeof *data, d->bytes);
        memcpy(p.values, data, d->bytes);
    }
    return head;
}

static void compare_heat(const double *found, const float *expected, uint32_t k)
{
    double difference = 0, norm = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        difference += pow(found[i] - (double)expected[i], 2);
        norm += pow((double)expected[i], 2);
    }
    if (!(difference <= 1e-10 * norm))
        fail_msg("class %u: difference %.2e, norm %.2e", k, sqrt(difference), sqrt(norm));
}

static void compare_pool(void **state)
{
    const char *pool = *state;
    nn_head *head = head_of(pool);
    hl_err e;
    explain_top t;
    explain_last_maps m;
    assert_int_equal(explain_top_of(&t, head, &e), 0);
    assert_int_equal(
        explain_last_maps_make(&m, head, reference_tensor(&r, "maps", NULL), shape, &e), 0);
    double heat[PIXELS], p[CLASSES];
    const float *expected = value(pool, "heat", NULL), *expected_p = value(pool, "p", NULL);
    assert_int_equal(explain_top_predict(&t, &m, p, &e), 0);
    for (uint32_t k = 0; k < CLASSES; k++) {
        assert_int_equal(explain_gradcam(&t, &m, k, heat, &e), 0);
        compare_heat(heat, expected + k * PIXELS, k);
        assert_true(fabs(p[k] - (double)expected_p[k]) <= 1e-6);
    }
    explain_last_maps_free(&m);
    nn_head_free(head);
}

static int give_rows(void *features, size_t first, size_t n, const float **rows, hl_err *e)
{
    (void)n;
    (void)e;
    *rows = (const float *)features + first * CHANNELS;
    return 0;
}

/* A head with the seed of a randomised head is that head, so its map correlates with itself by 1.
 * All of them standardise their inputs as the trained head does. */
static void sanity_of_a_randomised_head(void **state)
{
    (void)state;
    nn_head *like = head_of("avg"), *drawn;
    char *classes[CLASSES] = {"a", "b", "c"};
    const int64_t units = HIDDEN;
    hl_err e;
    assert_int_equal(nn_head_new(&drawn, CHANNELS, &units, 1, classes, CLASSES,
                                 nn_head_feature_space(like), NULL, 5, &e),
                     0);
    const float trained_on[2 * CHANNELS] = {0, 1, 2, 0.5F, 0, 3, 9, 2, 1, 0.5F, 0.25F, 2};
    assert_int_equal(nn_head_standardize(like, 2, give_rows, (void *)trained_on, &e), 0);
    nn_head_standardize_like(drawn, like);
    explain_top t;
    explain_last_maps m;
    explain_sanity s;
    double heat[PIXELS], rho[3];
    assert_int_equal(explain_top_of(&t, drawn, &e), 0);
    assert_int_equal(
        explain_last_maps_make(&m, drawn, reference_tensor(&r, "maps", NULL), shape, &e), 0);
    assert_int_equal(explain_gradcam(&t, &m, 0, heat, &e), 0);
    assert_int_equal(explain_sanity_new(&s, like, 3, 3, &e), 0); /* seeds 4, 5, 6 */
    assert_int_equal(explain_sanity_compare(&s, &t, &m, 0, heat, rho, &e), 0);
    assert_true(fabs(rho[1] - 1) < 1e-12);
    assert_false(fabs(rho[0]) > 0.999 && fabs(rho[2]) > 0.999);
    explain_sanity_free(&s);
    explain_last_maps_free(&m);
    nn_head_free(drawn);
    nn_head_free(like);
}

int main(void)
{
    if (ts_init(1))
        return 1;
    reference_read(&r, "tests/parity/data/gradcam.safetensors.zst");
    const struct CMUnitTest tests[] = {
        {"avg", compare_pool, NULL, NULL, "avg"},
        {"max", compare_pool, NULL, NULL, "max"},
        {"flatten", compare_pool, NULL, NULL, "flatten"},
        cmocka_unit_test(sanity_of_a_randomised_head),
    };
    const int status = cmocka_run_group_tests_name("Grad-CAM against Keras", tests, NULL, NULL);
    reference_free(&r);
    return status;
}
