/* SPDX-License-Identifier: BSD-2-Clause */
/* Bottlenecks of the backbones' plans: steps after which a single value is still needed. */
#include "nn/infer/fusion_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* expected: the layer whose value is the bottleneck, at most `height` pixels high; NULL: none. */
static void expect_bottleneck(const char *model, int64_t side, const char *output, int64_t height,
                              const char *expected)
{
    nn_net n;
    hl_err e;
    nn_fusion_plan plan;
    if (nn_net_build(&n, model, side, side, &e))
        fail_msg("%s", e.msg);
    const int last = output ? nn_net_find(&n, output) : nn_net_output(&n);
    nn_fusion_plan_new(&plan, &n, &last, 1);
    const int bottleneck = nn_fusion_plan_bottleneck(&plan, &n, height);
    if (expected)
        assert_string_equal(n.layers[plan.steps[bottleneck].output].name, expected);
    else
        assert_int_equal(bottleneck, -1);
    nn_fusion_plan_free(&plan);
    nn_net_free(&n);
}

static void every_step_of_a_sequence(void **state)
{
    (void)state;
    expect_bottleneck("vgg16", 224, NULL, 224, "input_layer");
    expect_bottleneck("vgg16", 224, NULL, 28, "block3_pool");
    expect_bottleneck("vgg16", 224, NULL, 27, "block4_pool");
    expect_bottleneck("vgg16", 224, NULL, 6, NULL);
    expect_bottleneck("vgg16", 224, "block2_conv1", 28, NULL);
}

/* A value that is added later, and those of branches that have not been concatenated, are needed
 * too. */
static void residuals_and_branches(void **state)
{
    (void)state;
    expect_bottleneck("mobilenetv2", 224, NULL, 56, "block_1_depthwise_relu");
    expect_bottleneck("mobilenetv2", 224, NULL, 55, "block_3_depthwise_relu");
    expect_bottleneck("inceptionresnetv2", 299, NULL, 37, "max_pooling2d_1");
    expect_bottleneck("inceptionresnetv2", 299, NULL, 34, "mixed_6a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_of_a_sequence),
        cmocka_unit_test(residuals_and_branches),
    };
    return cmocka_run_group_tests_name("fusion plan of a backbone", tests, NULL, NULL);
}
