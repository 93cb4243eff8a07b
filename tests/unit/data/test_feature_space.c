/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/feature_space.h"
#include "helpers.h"

static hl_feature_space full_space(void)
{
    return (hl_feature_space){.height = 224,
                              .width = 200,
                              .filter = "bilinear",
                              .fit = "stretch",
                              .backbone = "vgg16",
                              .weights = "seeded:1",
                              .normalize = "caffe",
                              .feature_layer = "block5_pool",
                              .pool = "flatten"};
}

static void round_trip(void **state)
{
    (void)state;
    hl_err e;
    hl_feature_space s = full_space(), back;
    char *json = hl_feature_space_format(&s);
    assert_string_equal(json,
                        "{\"backbone\":\"vgg16\",\"feature_layer\":\"block5_pool\",\"filter\":"
                        "\"bilinear\",\"fit\":\"stretch\",\"height\":224,\"normalize\":"
                        "\"caffe\",\"pool\":\"flatten\",\"weights\":\"seeded:1\","
                        "\"width\":200}");
    assert_int_equal(hl_feature_space_parse(&back, json, &e), 0);
    assert_memory_equal(&back, &s, sizeof s);
    free(json);
}

static void empty_fields_are_left_out(void **state)
{
    (void)state;
    hl_err e;
    hl_feature_space s = {.height = 1, .width = 2, .filter = "area"}, back;
    char *json = hl_feature_space_format(&s);
    assert_string_equal(json, "{\"filter\":\"area\",\"height\":1,\"width\":2}");
    assert_int_equal(hl_feature_space_parse(&back, json, &e), 0);
    assert_memory_equal(&back, &s, sizeof s);
    free(json);
}

static void the_longest_text_fits(void **state)
{
    (void)state;
    hl_err e;
    hl_feature_space s;
    assert_int_equal(
        hl_feature_space_parse(&s, "{\"height\":1,\"width\":1,\"pool\":\"123456789012345\"}", &e),
        0);
    assert_string_equal(s.pool, "123456789012345");
    assert_int_equal(
        hl_feature_space_parse(&s, "{\"height\":1,\"width\":1,\"pool\":\"1234567890123456\"}", &e),
        -1);
    assert_string_equal(e.msg, "hilum.feature_space: expected pool as a text of at most 15 bytes");
}

static void invalid_feature_spaces_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json, *why;
    } bad[] = {
        {"", "not a JSON object"},
        {"[1]", "not a JSON object"},
        {"{\"height\":1,\"width\":1", "not a JSON object"},
        {"{\"height\":1,\"width\":1}}", "not a JSON object"},
        {"{\"height\":1,\"height\":1,\"width\":1}", "not a JSON object"},
        {"{}", "height and width as whole numbers"},
        {"{\"height\":1}", "height and width as whole numbers"},
        {"{\"height\":1.5,\"width\":1}", "height and width as whole numbers"},
        {"{\"height\":\"1\",\"width\":1}", "height and width as whole numbers"},
        {"{\"height\":4097,\"width\":1}", "height and width as whole numbers from 1 to 4096"},
        {"{\"height\":1,\"width\":9223372036854775807}", "height and width as whole numbers"},
        {"{\"height\":1,\"width\":1,\"cut\":5}", "feature_layer as a text of at most 63 bytes"},
        {"{\"height\":1,\"width\":1,\"colour\":\"grey\"}",
         "fields that this version does not know"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        hl_err e;
        hl_feature_space s;
        assert_int_equal(hl_feature_space_parse(&s, bad[i].json, &e), -1);
        assert_contains(e.msg, bad[i].why);
    }
}

static void equal_feature_spaces_match(void **state)
{
    (void)state;
    hl_err e;
    const hl_feature_space a = full_space(), b = full_space();
    assert_int_equal(hl_feature_space_match(&a, "a", &b, "b", &e), 0);
}

static void differs(const hl_feature_space *b, const char *message)
{
    hl_err e;
    const hl_feature_space a = full_space();
    assert_int_equal(hl_feature_space_match(&a, "head.st", b, "features.st", &e), -1);
    assert_string_equal(e.msg, message);
}

static void a_difference_is_named(void **state)
{
    (void)state;
    hl_feature_space b = full_space();
    b.width = 299;
    differs(&b, "feature spaces differ in size: head.st has 224 x 200, features.st has 224 x 299");
    b = full_space();
    b.height = 1;
    differs(&b, "feature spaces differ in size: head.st has 224 x 200, features.st has 1 x 200");

    hl_feature_space s;
    const struct {
        const char *name, *was;
        char *value;
    } fields[] = {{"backbone", "vgg16", s.backbone},
                  {"weights", "seeded:1", s.weights},
                  {"normalize", "caffe", s.normalize},
                  {"feature_layer", "block5_pool", s.feature_layer},
                  {"pool", "flatten", s.pool},
                  {"filter", "bilinear", s.filter},
                  {"fit", "stretch", s.fit}};
    for (size_t i = 0; i < COUNT(fields); i++) {
        char message[256];
        s = full_space();
        strcpy(fields[i].value, "other");
        snprintf(message, sizeof message,
                 "feature spaces differ in %s: head.st has %s, features.st has other",
                 fields[i].name, fields[i].was);
        differs(&s, message);
        fields[i].value[0] = '\0';
        snprintf(message, sizeof message,
                 "feature spaces differ in %s: head.st has %s, features.st has none",
                 fields[i].name, fields[i].was);
        differs(&s, message);
    }
}

/* Files without this field have Keras' variant of the backbone. */
static void the_framework_variant_counts(void **state)
{
    (void)state;
    hl_err e;
    hl_feature_space b = full_space(), back;
    strcpy(b.framework, "torch");
    differs(&b, "feature spaces differ in framework: head.st has keras, features.st has torch");
    char *json = hl_feature_space_format(&b);
    assert_non_null(strstr(json, "\"framework\":\"torch\""));
    assert_int_equal(hl_feature_space_parse(&back, json, &e), 0);
    assert_memory_equal(&back, &b, sizeof b);
    free(json);
}

/* The paper's failure: a head trained on one backbone is given the features of another. */
static void the_backbone_is_named_before_fields_that_depend_on_it(void **state)
{
    (void)state;
    hl_feature_space b = full_space();
    strcpy(b.backbone, "mobilenetv2");
    strcpy(b.normalize, "tf");
    strcpy(b.pool, "avg");
    differs(&b, "feature spaces differ in backbone: head.st has vgg16, features.st has "
                "mobilenetv2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(empty_fields_are_left_out),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(invalid_feature_spaces_are_refused),
        cmocka_unit_test(equal_feature_spaces_match),
        cmocka_unit_test(a_difference_is_named),
        cmocka_unit_test(the_framework_variant_counts),
        cmocka_unit_test(the_backbone_is_named_before_fields_that_depend_on_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
