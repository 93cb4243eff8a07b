/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/backbones.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* keras/src/applications: default sizes and the modes of preprocess_input. */
static void table_is_keras(void **state)
{
    (void)state;
    static const struct {
        const char *name, *normalize;
        int64_t side;
    } expected[] = {
        {"vgg16", "caffe", 224}, {"inceptionresnetv2", "tf", 299}, {"mobilenetv2", "tf", 224}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const hl_backbone *b = hl_backbone_find(expected[i].name);
        assert_non_null(b);
        assert_string_equal(b->name, expected[i].name);
        assert_string_equal(b->normalize, expected[i].normalize);
        assert_int_equal(b->height, expected[i].side);
        assert_int_equal(b->width, expected[i].side);
    }
}

static void others_are_unknown(void **state)
{
    (void)state;
    assert_null(hl_backbone_find("VGG16"));
    assert_null(hl_backbone_find("vgg1"));
    assert_null(hl_backbone_find("vgg16 "));
    assert_null(hl_backbone_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_keras),
        cmocka_unit_test(others_are_unknown),
    };
    return cmocka_run_group_tests_name("backbones", tests, NULL, NULL);
}
