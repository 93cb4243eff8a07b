/* SPDX-License-Identifier: BSD-2-Clause */
/* The out-of-distribution model against tests/data/outlier, which
 * tests/parity/make_outlier_references.py computed with numpy from the definition. */
#include "base/rng.h"
#include "helpers.h"
#include "stats/mahalanobis.h"

#include <jansson.h>
#include <math.h>

#define DATA "tests/data/outlier/"

static json_t *load(const char *name)
{
    json_error_t why;
    char path[256];
    snprintf(path, sizeof path, DATA "%s.json", name);
    json_t *o = json_load_file(path, 0, &why);
    if (!o)
        fail_msg("%s: %s", path, why.text);
    return o;
}

static double number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    assert_true(json_is_number(v));
    return json_number_value(v);
}

/* A relative tolerance, because means and W are stored as float32. */
static void assert_near(double found, double expected, double most, const char *what)
{
    if (!(fabs(found - expected) <= most * fabs(expected)))
        fail_msg("%s: expected %.9g, found %.9g", what, expected, found);
}

/* Generates sample i like the script; returns its class. */
static uint32_t make_sample(const char *name, size_t i, size_t width, size_t classes, float *to)
{
    char purpose[64];
    snprintf(purpose, sizeof purpose, "outlier/%s/%zu", name, i);
    hl_rng r = hl_rng_make(1, purpose);
    const size_t cls = i % classes;
    double u = hl_rng_uniform(&r);
    for (size_t j = 0; j < width; j++) {
        const double next = hl_rng_uniform(&r);
        to[j] = (float)(0.5 * (double)cls * (double)(j % 3) + (u + 0.5 * next));
        u = next;
    }
    return (uint32_t)cls;
}

static void fit(const char *name, const json_t *o, hl_mahalanobis *result)
{
    const size_t width = (size_t)number(o, "width"), n = (size_t)number(o, "samples");
    const size_t classes = (size_t)number(o, "classes");
    const uint64_t seed = strtoull(json_string_value(json_object_get(o, "seed")), NULL, 10);
    hl_mahalanobis_fit *f = hl_mahalanobis_fit_new(width, classes, seed);
    float *features = malloc(width * sizeof *features);
    for (size_t i = 0; i < n; i++) {
        char patient[32];
        snprintf(patient, sizeof patient, "p%zu", i / 2);
        const uint32_t cls = make_sample(name, i, width, classes, features);
        hl_mahalanobis_fit_add(f, features, cls, patient, i % 4 != 3);
    }
    free(features);
    hl_mahalanobis_fit_end(f, number(o, "quantile"), result);
}

/* New samples, each with a larger offset in every other value than the one before. */
static void compare_probes(const char *name, const json_t *o, const hl_mahalanobis *fitted)
{
    const json_t *distances = json_object_get(o, "distances");
    const size_t width = (size_t)number(o, "width"), n = (size_t)number(o, "samples");
    const size_t probes = json_array_size(distances);
    float *features = malloc(width * sizeof *features);
    assert_int_equal(probes, 6);
    for (size_t k = 0; k < probes; k++) {
        make_sample(name, n + k, width, (size_t)number(o, "classes"), features);
        for (size_t j = 1; j < width; j += 2)
            features[j] += (float)(0.4 * (double)k);
        assert_near(hl_mahalanobis_distance(fitted, features),
                    json_number_value(json_array_get(distances, k)), 2e-6, "distance");
    }
    free(features);
}

static void compare(const char *name)
{
    json_t *o = load(name);
    hl_mahalanobis fitted;
    fit(name, o, &fitted);
    assert_int_equal(fitted.dims, hl_mahalanobis_dims((size_t)number(o, "width")));
    assert_int_equal(fitted.nmeans, (size_t)number(o, "classes"));
    assert_int_equal(fitted.trained, (uint64_t)number(o, "trained"));
    assert_int_equal(fitted.held_out, (uint64_t)number(o, "held_out"));
    assert_near(fitted.shrinkage, number(o, "shrinkage"), 1e-9, "shrinkage");
    assert_near(fitted.threshold, number(o, "threshold"), 2e-6, "threshold");
    const json_t *mean = json_object_get(o, "first_mean");
    for (size_t i = 0; i < json_array_size(mean); i++)
        if (fabs((double)fitted.means[i] - json_number_value(json_array_get(mean, i))) > 1e-7)
            fail_msg("mean %zu: found %.9g", i, (double)fitted.means[i]);
    compare_probes(name, o, &fitted);
    hl_mahalanobis_free(&fitted);
    json_decref(o);
}

static void narrow_features_are_used_directly(void **state)
{
    (void)state;
    compare("plain");
}

static void features_of_256_values_are_not_projected(void **state)
{
    (void)state;
    compare("width_256");
}

static void wide_features_are_projected(void **state)
{
    (void)state;
    compare("projected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_features_are_used_directly),
        cmocka_unit_test(features_of_256_values_are_not_projected),
        cmocka_unit_test(wide_features_are_projected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
