/* SPDX-License-Identifier: BSD-2-Clause */
/* 20 steps on a head give Keras' losses to 1e-5, from the same weights and batch order. Keras' have
 * the L2 penalty in them, hilum's have not. */
#include "reference.h"
#include "train-head/stepper.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const param_names[4] = {"hidden/kernel", "hidden/bias", "output/kernel",
                                           "output/bias"};
enum { INPUTS = 20, HIDDEN = 32, STEPS = 20, ROWS = 8 };

static void set_params(const nn_head *head, const reference *inputs)
{
    for (size_t i = 0; i < 4; i++) {
        const hl_tensor_desc *d;
        const void *data = reference_tensor(inputs, param_names[i], &d);
        const nn_param p = nn_head_param(head, i);
        assert_int_equal(p.n * sizeof *p.values, d->bytes);
        memcpy(p.values, data, d->bytes);
    }
}

static void compare_params(const nn_head *head, const reference *run)
{
    for (size_t i = 0; i < 4; i++) {
        const hl_tensor_desc *d;
        const float *expected = reference_tensor(run, param_names[i], &d);
        const nn_param p = nn_head_param(head, i);
        const double error = relative_l2(p.values, expected, p.n);
        if (!(error <= 1e-5))
            fail_msg("%s: relative error %.2e", param_names[i], error);
    }
}

static double l2_penalty(const nn_head *head, double l2)
{
    double sum = 0;
    for (size_t i = 0; i < 4; i += 2) {
        const nn_param kernel = nn_head_param(head, i);
        for (size_t k = 0; k < kernel.n; k++)
            sum += (double)kernel.values[k] * (double)kernel.values[k];
    }
    return l2 * sum;
}

static train_step_options options_of(const reference *run, float class_weights[2])
{
    train_step_options o = {.threads = 2};
    o.optimizer = strcmp(reference_meta(run, "optimizer"), "sgd") == 0 ? TRAIN_SGD : TRAIN_ADAM;
    o.rate = strtod(reference_meta(run, "learning_rate"), NULL);
    o.l2 = strtod(reference_meta(run, "l2"), NULL);
    char *rest;
    class_weights[0] = strtof(reference_meta(run, "class_weight"), &rest);
    class_weights[1] = strtof(rest, NULL);
    o.class_weights = class_weights;
    return o;
}

static void compare_run(void **state)
{
    char path[128];
    snprintf(path, sizeof path, "tests/parity/data/training_%s.safetensors.zst",
             (const char *)*state);
    reference inputs, run;
    reference_read(&inputs, "tests/parity/data/training_inputs.safetensors.zst");
    reference_read(&run, path);
    hl_err e;
    nn_head *head;
    char *classes[2] = {"a", "b"};
    const int64_t units = HIDDEN;
    float class_weights[2];
    const train_step_options o = options_of(&run, class_weights);
    const train_dataset set = {.features = (float *)reference_tensor(&inputs, "x", NULL),
                               .labels = (int64_t *)reference_tensor(&inputs, "y", NULL),
                               .n = 64,
                               .width = INPUTS};
    assert_int_equal(
        nn_head_new(&head, INPUTS, &units, 1, classes, 2, &(hl_feature_space){0}, NULL, 1, &e), 0);
    set_params(head, &inputs);
    train_stepper *trainer = train_stepper_new(head, &set, NULL, &o);
    const int64_t *order = reference_tensor(&inputs, "order", NULL);
    const float *loss = reference_tensor(&run, "loss", NULL);
    for (size_t s = 0; s < STEPS; s++) {
        train_sums sums = {0};
        const double penalty = l2_penalty(head, o.l2);
        assert_int_equal(train_stepper_step(trainer, order + s * ROWS, ROWS, &sums, &e), 0);
        const double found = sums.loss / (double)sums.n + penalty;
        if (!(fabs(found - (double)loss[s]) <= 1e-5))
            fail_msg("step %zu: loss %.8f, Keras has %.8f", s + 1, found, (double)loss[s]);
    }
    compare_params(head, &run);
    train_stepper_free(trainer);
    nn_head_free(head);
    reference_free(&run);
    reference_free(&inputs);
}

int main(void)
{
#define RUN(name)                                                                                  \
    {                                                                                              \
        "training_" name, compare_run, NULL, NULL, name                                            \
    }
    const struct CMUnitTest tests[] = {
        RUN("adam"), RUN("adam_class_weight"), RUN("adam_l2"),
        RUN("sgd"),  RUN("sgd_class_weight"),  RUN("sgd_l2"),
    };
#undef RUN
    return cmocka_run_group_tests_name("training against Keras", tests, NULL, NULL);
}
