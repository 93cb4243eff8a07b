/* SPDX-License-Identifier: BSD-2-Clause */
/* From features to entries of a worklist: calibration, thresholds, distance. The head's logit of B
 * is feature 0, and that of the other class is 0. */
#include "predict/classify.h"
#include "shim/torch_shim.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 3 };
static char *classes[] = {"(no B)", "B"};
static const hl_feature_space space = {.height = 8, .width = 8, .pool = "avg"};
static const char *const images[] = {"0", "1", "2", "3"};
static const float features[] = {-1, 0, 0, 0, 0, 0, 0.5f, 0, 0, 2, 0, 0};

static nn_model make_model(size_t nclasses)
{
    char *three[] = {"(no B)", "B", "C"};
    hl_err e;
    nn_model m = {.name = "head", .nclasses = nclasses};
    assert_int_equal(nn_head_new(&m.head, WIDTH, NULL, 0, three, nclasses, &space, NULL, 1, &e), 0);
    float kernel[WIDTH * 3] = {0};
    kernel[1] = 1; /* of feature 0 for class B */
    memcpy(nn_head_param(m.head, 0).values, kernel, WIDTH * nclasses * sizeof *kernel);
    m.classes = nn_head_class_names(m.head);
    return m;
}

static hl_operating_point point = {.name = "sensitivity-90", .threshold = 0.3};

/* Features at a distance above 1.5 are out-of-distribution. */
static hl_calibration calibration_of(float means[WIDTH], float whitening[WIDTH * WIDTH])
{
    hl_calibration c = {.classes = classes,
                        .nclasses = 2,
                        .feature_space = space,
                        .temperature = 2,
                        .positive = 1,
                        .points = &point,
                        .npoints = 1};
    for (size_t i = 0; i < WIDTH * WIDTH; i++)
        whitening[i] = i % (WIDTH + 1) == 0;
    means[0] = -1; /* vectors are divided by their norm, so only -1 is near */
    means[1] = means[2] = 0;
    c.outlier = (hl_mahalanobis){.inputs = WIDTH,
                                 .dims = WIDTH,
                                 .nmeans = 1,
                                 .seed = 1,
                                 .means = means,
                                 .whitening = whitening,
                                 .threshold = 1.5};
    return c;
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-7;
}

static void run(predict_classifier *c, const predict_classifier_options *o, predict_worklist *w)
{
    hl_err e;
    *w = (predict_worklist){.classes = classes};
    c->list = w;
    if (predict_classifier_start(c, o, "cal", &e) ||
        predict_classifier_add(c, 4, features, images, &e))
        fail_msg("%s", e.msg);
}

static void test_plain(void **state)
{
    (void)state;
    nn_model m = make_model(2);
    predict_classifier plain = {.model = &m};
    predict_worklist w;
    run(&plain, &(predict_classifier_options){.threshold = NAN}, &w);
    static const uint32_t predicted[] = {0, 0, 1, 1}; /* in a tie the first, as in evaluate */
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(w.entries[i].image, images[i]);
        assert_true(near(w.entries[i].p, logistic((double)features[i * WIDTH])));
        assert_int_equal(w.entries[i].predicted, predicted[i]);
        assert_true(isnan(w.entries[i].distance) && !w.entries[i].is_ood);
    }
    predict_worklist_free(&w);
    run(&plain, &(predict_classifier_options){.threshold = NAN, .positive = "(no B)"}, &w);
    assert_true(near(w.entries[3].p, logistic(-2)));
    assert_int_equal(w.entries[3].predicted, 1);
    predict_worklist_free(&w);
    run(&plain, &(predict_classifier_options){.threshold = 0.7}, &w);
    static const uint32_t strict[] = {0, 0, 0, 1};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(w.entries[i].predicted, strict[i]);
    predict_worklist_free(&w);
    nn_model_free(&m);
}

static void test_calibrated(void **state)
{
    (void)state;
    float means[WIDTH], whitening[WIDTH * WIDTH];
    const hl_calibration c = calibration_of(means, whitening);
    nn_model m = make_model(2);
    predict_classifier calibrated = {.model = &m, .calibration = &c};
    predict_worklist w;
    run(&calibrated, &(predict_classifier_options){.threshold = NAN, .point = "sensitivity-90"},
        &w);
    static const double distances[] = {0, 1, 2, 2}; /* of (-1), (0), (1), (1) to (-1) */
    for (size_t i = 0; i < 4; i++) {
        assert_true(near(w.entries[i].p, logistic((double)features[i * WIDTH] / 2)));
        assert_int_equal(w.entries[i].predicted, 1); /* 0.378 is above 0.3 */
        assert_true(near(w.entries[i].distance, distances[i]));
        assert_int_equal(w.entries[i].is_ood, i >= 2);
    }
    assert_int_equal(w.ood, 2);
    assert_string_equal(w.point, "sensitivity-90");
    predict_worklist_free(&w);
    nn_model_free(&m);
}

/* The head's record first, then that of a calibration, then the names. */
static void test_positive(void **state)
{
    (void)state;
    float means[WIDTH], whitening[WIDTH * WIDTH];
    hl_calibration c = calibration_of(means, whitening);
    nn_model m = make_model(3);
    predict_classifier classifier = {.model = &m, .calibration = &c};
    predict_worklist w;
    const predict_classifier_options none = {.threshold = NAN};
    run(&classifier, &none, &w);
    assert_int_equal(w.positive_class, 1);
    predict_worklist_free(&w);
    classifier.calibration = NULL;
    nn_head_set_positive(m.head, 2);
    run(&classifier, &none, &w);
    assert_int_equal(w.positive_class, 2);
    predict_worklist_free(&w);
    nn_model_free(&m);
    /* Hilum 0.1.0 took the class that sorts last. */
    m = make_model(2);
    classifier.calibration = &c;
    c.positive = 0;
    c.id_is_old = true;
    run(&classifier, &none, &w);
    assert_int_equal(w.positive_class, 1);
    predict_worklist_free(&w);
    nn_model_free(&m);
}

static void refused(const predict_classifier *like, const predict_classifier_options *o,
                    const char *message)
{
    hl_err e;
    predict_worklist w = {.classes = classes};
    predict_classifier c = *like;
    c.list = &w;
    assert_int_equal(predict_classifier_start(&c, o, "cal", &e), -1);
    if (!strstr(e.msg, message))
        fail_msg("expected '%s' in '%s'", message, e.msg);
}

static void test_refusals(void **state)
{
    (void)state;
    float means[WIDTH], whitening[WIDTH * WIDTH];
    hl_calibration c = calibration_of(means, whitening);
    nn_model m = make_model(2), of_three = make_model(3);
    const predict_classifier two = {.model = &m, .calibration = &c}, three = {.model = &of_three};
    refused(&two, &(predict_classifier_options){.threshold = NAN, .point = "best"},
            "--operating: expected an operating point of cal (sensitivity-90), found 'best'");
    refused(&two,
            &(predict_classifier_options){
                .threshold = NAN, .positive = "(no B)", .point = "sensitivity-90"},
            "the operating points of cal are for another class than (no B)");
    hl_operating_point both[] = {point,
                                 {.name = "specificity-95",
                                  .target = "specificity",
                                  .value = 0.95,
                                  .threshold = INFINITY,
                                  .specificity = 1}};
    c.points = both;
    c.npoints = 2;
    refused(
        &two, &(predict_classifier_options){.threshold = NAN, .point = "specificity-95"},
        "--operating: cal has no threshold for 'specificity-95' of B: none reached a specificity "
        "of 0.95 on the validation samples and found a positive one: expected another operating "
        "point (sensitivity-90) or --threshold P");
    refused(&two, &(predict_classifier_options){.threshold = NAN, .positive = "D"},
            "--positive: expected a class of head, found 'D'; its classes are '(no B)', 'B'");
    refused(&three, &(predict_classifier_options){.threshold = NAN},
            "head: has 3 classes: expected --positive");
    nn_head_set_positive(m.head, 0);
    refused(&two, &(predict_classifier_options){.threshold = NAN},
            "cal: expected the positive class '(no B)', as of head, found 'B'");
    nn_head_set_positive(m.head, 1);
    strcpy(c.head, "sha256:other");
    refused(&two, &(predict_classifier_options){.threshold = NAN}, "cal");
    nn_model_free(&of_three);
    nn_model_free(&m);
}

int main(void)
{
    if (ts_init(1))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_calibrated),
        cmocka_unit_test(test_positive),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests_name("predictions of predict", tests, NULL, NULL);
}
