/* SPDX-License-Identifier: BSD-2-Clause */
/* Calibration files survive a round trip; files that do not fit are refused. */
#include "helpers.h"

#include "data/calibration_file.h"
#include "format/tensorfile.h"

#include <math.h>

static char *names[] = {"NORMAL", "PNEUMONIA"};
static hl_operating_point points[] = {
    {"sensitivity-90", "sensitivity", 0.9, 0.8125, 0.9375, 0.75},
    {"specificity-95", "specificity", 0.95, 0.6, 0.5, 1},
};
static float means[] = {0.25f, -1, 0.5f, 2}, whitening[] = {1, 0, 0.5f, 3};

/* Owns nothing: its pointers are to static data. */
static hl_calibration sample(void)
{
    return (hl_calibration){
        .classes = names,
        .nclasses = 2,
        .feature_space =
            {.height = 4, .width = 4, .filter = "area", .fit = "pad", .backbone = "vgg16"},
        .head = "sha256:12",
        .provenance = "[]",
        .temperature = 1.0 / 3,
        .temperature_note = "it rests on 12 images",
        .positive = 1,
        .points = points,
        .npoints = 2,
        .outlier = {.inputs = 2,
                    .dims = 2,
                    .nmeans = 2,
                    .seed = UINT64_MAX,
                    .means = means,
                    .whitening = whitening,
                    .threshold = 0.1,
                    .quantile = 0.99,
                    .shrinkage = 0.25,
                    .trained = 10,
                    .held_out = 12},
    };
}

static void round_trip(void **state)
{
    (void)state;
    hl_err e;
    const hl_calibration a = sample();
    hl_calibration b;
    assert_int_equal(hl_calibration_write(&a, "c.zst", &e), 0);
    assert_int_equal(hl_calibration_read(&b, "c.zst", &e), 0);
    assert_int_equal(b.nclasses, 2);
    assert_string_equal(b.classes[1], "PNEUMONIA");
    assert_string_equal(b.head, a.head);
    assert_string_equal(b.provenance, "[]");
    assert_int_equal(strlen(b.id), 71);
    assert_true(b.temperature == a.temperature && b.positive == 1 && b.npoints == 2);
    const hl_operating_point *p = hl_calibration_point(&b, "specificity-95");
    assert_non_null(p);
    assert_string_equal(p->target, "specificity");
    assert_true(p->value == 0.95 && p->threshold == 0.6 && p->sensitivity == 0.5 &&
                p->specificity == 1);
    assert_null(hl_calibration_point(&b, "specificity"));
    assert_string_equal(b.temperature_note, "it rests on 12 images");
    const hl_mahalanobis *o = &b.outlier;
    assert_true(o->inputs == 2 && o->dims == 2 && o->nmeans == 2 && o->seed == UINT64_MAX);
    assert_true(o->threshold == 0.1 && o->quantile == 0.99 && o->shrinkage == 0.25);
    assert_true(o->trained == 10 && o->held_out == 12);
    assert_memory_equal(o->means, means, sizeof means);
    assert_memory_equal(o->whitening, whitening, sizeof whitening);
    hl_calibration_free(&b);
}

/* Null, and in files of hilum 0.1.0 2. */
static void a_point_without_a_threshold(void **state)
{
    (void)state;
    hl_err e;
    hl_calibration a = sample(), b;
    hl_operating_point own[] = {points[0], points[1]};
    own[0].threshold = INFINITY;
    own[1].threshold = 2;
    a.points = own;
    assert_int_equal(hl_calibration_write(&a, "c.zst", &e), 0);
    assert_int_equal(hl_calibration_read(&b, "c.zst", &e), 0);
    assert_true(isinf(b.points[0].threshold) && isinf(b.points[1].threshold));
    assert_true(b.points[0].sensitivity == 0.9375);
    hl_calibration_free(&b);
}

static void of_several_classes(void **state)
{
    (void)state;
    hl_err e;
    char *three[] = {"COVID", "Normal", "Viral"};
    hl_class_points of_class[] = {{points, 2}, {NULL, 0}, {points + 1, 1}};
    hl_calibration a = sample(), b;
    a.classes = three;
    a.nclasses = 3;
    a.of_class = of_class;
    a.positive = HL_NO_POSITIVE;
    a.npoints = 0;
    assert_int_equal(hl_calibration_write(&a, "c.zst", &e), 0);
    assert_int_equal(hl_calibration_read(&b, "c.zst", &e), 0);
    assert_int_equal(hl_calibration_for_class(&b, 1).npoints, 0);
    const hl_calibration last = hl_calibration_for_class(&b, 2);
    assert_true(last.positive == 2 && last.npoints == 1);
    assert_non_null(hl_calibration_point(&last, "specificity-95"));
    assert_true(hl_calibration_for_class(&b, 0).points[0].threshold == 0.8125);
    assert_int_equal(hl_calibration_for_class(&b, HL_NO_POSITIVE).npoints, 0);
    hl_calibration_free(&b);
}

static void without_an_ood_score(void **state)
{
    (void)state;
    hl_err e;
    hl_calibration a = sample(), b;
    a.outlier = (hl_mahalanobis){0};
    a.positive = HL_NO_POSITIVE;
    a.npoints = 0;
    assert_int_equal(hl_calibration_write(&a, "c.zst", &e), 0);
    assert_int_equal(hl_calibration_read(&b, "c.zst", &e), 0);
    assert_true(b.outlier.dims == 0 && b.positive == HL_NO_POSITIVE && b.npoints == 0);
    hl_calibration_free(&b);
}

static void belongs_to_one_head(void **state)
{
    (void)state;
    hl_err e;
    hl_calibration c = sample();
    hl_feature_space feature_space = c.feature_space;
    assert_int_equal(hl_calibration_check(&c, "c", "sha256:12", &feature_space, 2, "h", &e), 0);
    assert_int_equal(hl_calibration_check(&c, "c", "sha256:13", &feature_space, 2, "h", &e), -1);
    assert_contains(e.msg, "another head than h: expected sha256:13, found sha256:12");
    assert_int_equal(hl_calibration_check(&c, "c", "sha256:12", &feature_space, 3, "h", &e), -1);
    assert_contains(e.msg, "expected features of");
    strcpy(feature_space.fit, "crop");
    assert_int_equal(hl_calibration_check(&c, "c", "sha256:12", &feature_space, 2, "h", &e), -1);
    assert_contains(e.msg, "differ in fit");
}

/* Writes a file with this JSON object and tensors whose values are all `fill`. */
static void put(const char *object, int64_t rows, int64_t columns, float fill)
{
    hl_err e;
    hl_tf_header h = {0};
    hl_tf_writer *w;
    const hl_calibration c = sample();
    char *feature_space = hl_feature_space_format(&c.feature_space);
    hl_tf_set_meta(&h, "hilum.kind", "calibration");
    hl_tf_set_meta(&h, "hilum.classes", "[\"NORMAL\",\"PNEUMONIA\"]");
    hl_tf_set_meta(&h, "hilum.space", feature_space);
    hl_tf_set_meta(&h, "hilum.head", "sha256:12");
    hl_tf_set_meta(&h, "hilum.chain", "[]");
    hl_tf_set_meta(&h, "hilum.calibration", object);
    if (rows) {
        hl_tf_add_tensor(&h, "outlier/means", HL_F32, 2, (const int64_t[]){rows, columns});
        hl_tf_add_tensor(&h, "outlier/whitening", HL_F32, 2, (const int64_t[]){columns, columns});
    }
    assert_int_equal(hl_tf_create(&w, "c.zst", &h, HL_TF_LEVEL, &e), 0);
    for (int64_t i = 0; rows && i < (rows + columns) * columns; i++)
        assert_int_equal(hl_tf_write(w, &fill, sizeof fill, &e), 0);
    assert_int_equal(hl_tf_finish(w, &e), 0);
    hl_tf_header_free(&h);
    free(feature_space);
}

static void refused(const char *part)
{
    hl_err e;
    hl_calibration c;
    assert_int_equal(hl_calibration_read(&c, "c.zst", &e), -1);
    assert_contains(e.msg, "c.zst: ");
    assert_contains(e.msg, part);
    assert_true(!c.classes && !c.points && !c.provenance);
}

#define PLAIN "{\"temperature\":1,\"positive\":\"PNEUMONIA\",\"points\":[],\"outlier\":"
#define REFERENCE                                                                                  \
    "{\"inputs\":2,\"seed\":\"1\",\"threshold\":3,\"quantile\":0.9,\"shrinkage\":0,"               \
    "\"trained\":1,\"held_out\":1}}"
#define POINT                                                                                      \
    "{\"name\":\"a\",\"target\":\"specificity\",\"value\":0.9,\"threshold\":0.5,"                  \
    "\"sensitivity\":1,\"specificity\":1}"

static void damaged_files_are_refused(void **state)
{
    (void)state;
    put("[]", 0, 0, 0);
    refused("not a JSON object");
    put("{\"temperature\":0,\"positive\":null,\"points\":[],\"outlier\":null}", 0, 0, 0);
    refused("'temperature': expected a number above 0");
    put(PLAIN "null,\"temperature_note\":3}", 0, 0, 0);
    refused("'temperature_note': expected a text");
    put("{\"temperature\":1,\"positive\":\"COVID\",\"points\":[],\"outlier\":null}", 0, 0, 0);
    refused("'positive': expected one of its classes, found 'COVID'");
    put("{\"temperature\":1,\"positive\":null,\"points\":[" POINT "],\"outlier\":null}", 0, 0, 0);
    refused("'points': expected at most 0, found 1");
    put("{\"temperature\":1,\"positive\":\"PNEUMONIA\",\"points\":[" POINT "," POINT
        "],\"outlier\":null}",
        0, 0, 0);
    refused("'a' appears twice");
    put("{\"temperature\":1,\"positive\":\"PNEUMONIA\",\"points\":[1],\"outlier\":null}", 0, 0, 0);
    refused("'name': expected a text, found none");
    put("{\"temperature\":1,\"positive\":\"PNEUMONIA\",\"points\":[{\"name\":\"a\",\"target\":"
        "\"specificity\",\"value\":0.9,\"sensitivity\":1,\"specificity\":1}],\"outlier\":null}",
        0, 0, 0);
    refused("'threshold': expected a number or null, found none");
    put(PLAIN "null,\"class_points\":[[]]}", 0, 0, 0);
    refused("'class_points': expected 2 lists, found 1");
    put(PLAIN "null,\"class_points\":[[],3]}", 0, 0, 0);
    refused("'class_points': expected lists, found something else");
    put(PLAIN "null,\"class_points\":[[],[" POINT "," POINT "]]}", 0, 0, 0);
    refused("'a' appears twice");
    put(PLAIN "3}", 0, 0, 0);
    refused("'outlier': expected an object");
    put(PLAIN "null}", 1, 2, 0);
    refused("expected 0 tensors, found 2");
    put(PLAIN REFERENCE, 0, 0, 0);
    refused("expected 2 tensors, found 0");
    put(PLAIN REFERENCE, 3, 2, 0);
    refused("expected tensor outlier/means F32 [2, 2]");
    put(PLAIN REFERENCE, 1, 3, 0);
    refused("expected tensor outlier/means F32 [2, 2]");
    put(PLAIN REFERENCE, 1, 2, NAN);
    refused("outlier/means: a value is not finite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(round_trip),
        IN_FOLDER(without_an_ood_score),
        IN_FOLDER(a_point_without_a_threshold),
        IN_FOLDER(of_several_classes),
        cmocka_unit_test(belongs_to_one_head),
        IN_FOLDER(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
