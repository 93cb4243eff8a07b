/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "nn/head/model.h"

static void a_head_that_cannot_be_read_leaves_nothing(void **state)
{
    (void)state;
    hl_err e;
    nn_model m;
    put_text("text", "not a head");
    assert_int_equal(nn_model_load(&m, "text", 1, &e), -1);
    assert_contains(e.msg, "text: ");
    assert_null(m.head);
    nn_model_free(&m);
    assert_int_equal(nn_model_load(&m, "nowhere", 1, &e), -1);
    assert_contains(e.msg, "nowhere: cannot be read");
    nn_model_free(&m);
}

static void classes_are_found_by_name(void **state)
{
    (void)state;
    char *classes[] = {"NORMAL", "PNEUMONIA"};
    const nn_model m = {.name = "head", .classes = classes, .nclasses = 2};
    hl_err e;
    uint32_t cls;
    assert_int_equal(nn_model_find_class(&m, "--class", "PNEUMONIA", &cls, &e), 0);
    assert_int_equal(cls, 1);
    assert_int_equal(nn_model_find_class(&m, "--class", "COVID", &cls, &e), -1);
    assert_string_equal(e.msg, "--class: expected a class of head, found 'COVID'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_head_that_cannot_be_read_leaves_nothing),
        cmocka_unit_test(classes_are_found_by_name),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
