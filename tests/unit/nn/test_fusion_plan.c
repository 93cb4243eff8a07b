/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the plan of a backbone can be cut in two because one value alone is alive. */
#include "nn/infer/fusion_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The layer whose value is alone and no higher than height; NULL: none. */
static void expect_waist(const char *model, int64_t side, const char *output, int64_t height,
                         const char *expected)
{
    nn_net n;
    hl_err e;
    nn_fusion_plan plan;
    if (nn_net_build(&n, model, side, side, &e))
        fail_msg("%s", e.msg);
    const int last = output ? nn_net_find(&n, output) : nn_net_output(&n);
    nn_fusion_plan_new(&plan, &n, &last, 1);
    const int waist = nn_fusion_plan_bottleneck(&plan, &n, height);
    if (expected)
        assert_string_equal(n.layers[plan.steps[waist].output].name, expected);
    else
        assert_int_equal(waist, -1);
    nn_fusion_plan_free(&plan);
    nn_net_free(&n);
}

static void a_chain_has_one_everywhere(void **state)
{
    (void)state;
    expect_waist("vgg16", 224, NULL, 224, "input_layer");
    expect_waist("vgg16", 224, NULL, 28, "block3_pool");
    expect_waist("vgg16", 224, NULL, 27, "block4_pool");
    expect_waist("vgg16", 224, NULL, 6, NULL);
    expect_waist("vgg16", 224, "block2_conv1", 28, NULL);
}

/* What is to be added further on is alive, too; branches are until they come together. */
static void values_beside_it_count(void **state)
{
    (void)state;
    expect_waist("mobilenetv2", 224, NULL, 56, "block_1_depthwise_relu");
    expect_waist("mobilenetv2", 224, NULL, 55, "block_3_depthwise_relu");
    expect_waist("inceptionresnetv2", 299, NULL, 37, "max_pooling2d_1");
    expect_waist("inceptionresnetv2", 299, NULL, 34, "mixed_6a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_has_one_everywhere),
        cmocka_unit_test(values_beside_it_count),
    };
    return cmocka_run_group_tests_name("plan of a backbone", tests, NULL, NULL);
}
