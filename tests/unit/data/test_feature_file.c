/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the features in tests/data/evaluate; run from the root of the source tree. */
#include "data/feature_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FILE_OF(name) "tests/data/evaluate/" name ".safetensors.zst"

static void all_types_give_the_same_features(void **state)
{
    (void)state;
    static const char *const files[] = {FILE_OF("features"), FILE_OF("features_f16"),
                                        FILE_OF("features_bf16")};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        hl_features f;
        hl_err e;
        float v[14 * 4];
        assert_int_equal(hl_features_open(&f, files[i], &e), 0);
        assert_int_equal(f.samples.n, 14);
        assert_int_equal(f.width, 4);
        assert_string_equal(f.samples.classes[f.samples.manifest.samples[13].cls], "PNEUMONIA");
        assert_int_equal(hl_features_read(&f, 3, v, &e), 0);
        assert_int_equal(hl_features_read(&f, 11, v + 3 * 4, &e), 0);
        assert_int_equal(hl_features_end(&f, &e), 0);
        assert_true(v[0] == -2.0f && v[12 * 4] == -0.25f && v[13 * 4] == 2.0f && v[5] == 0.0f);
        hl_features_close(&f);
    }
}

static void values_that_are_not_finite_are_named(void **state)
{
    (void)state;
    hl_features f;
    hl_err e;
    float v[14 * 4];
    assert_int_equal(hl_features_open(&f, FILE_OF("features_nan"), &e), 0);
    assert_int_equal(hl_features_read(&f, 9, v, &e), 0);
    assert_int_equal(hl_features_read(&f, 5, v, &e), -1);
    assert_non_null(strstr(e.msg, "sample 'PNEUMONIA/09.png': feature 2 is not finite"));
    hl_features_close(&f);
}

static void a_head_is_not_a_feature_file(void **state)
{
    (void)state;
    hl_features f;
    hl_err e;
    assert_int_equal(hl_features_open(&f, FILE_OF("head"), &e), -1);
    assert_non_null(strstr(e.msg, "head.safetensors.zst"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_types_give_the_same_features),
        cmocka_unit_test(values_that_are_not_finite_are_named),
        cmocka_unit_test(a_head_is_not_a_feature_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
