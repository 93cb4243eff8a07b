/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/positive_class.h"
#include "helpers.h"

#include <stdint.h>

static int by_names(const char *first, const char *second)
{
    char *const classes[] = {(char *)(uintptr_t)first, (char *)(uintptr_t)second};
    return hl_positive_by_names(classes, 2);
}

static void a_negative_name_is_never_positive(void **state)
{
    (void)state;
    static const char *const negative[] = {
        "Normal",          "NORMAL",         "negative",  "Neg",     "healthy",    "Benign",
        "control",         "Controls",       "0",         "no",      "no finding", "No_Findings",
        "NO-FINDING",      "nofinding",      "(no Zeta)", "No TB",   "non-Zeta",   "not zeta",
        "nozeta",          "false",          " Normal ",  "NORMAL2", "0_normal",   "Normal_10",
        "healthy_control", "NormalControls", "no",        "absent",
    };
    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++) {
        assert_int_equal(by_names(negative[i], "Zeta"), 1);
        assert_int_equal(by_names("Zeta", negative[i]), 0);
    }
    assert_int_equal(by_names("COVID", "Normal"), 0);
    assert_int_equal(by_names("COVID-19", "non-COVID"), 0);
    assert_int_equal(by_names("0", "1"), 1);
}

static void names_that_do_not_decide(void **state)
{
    (void)state;
    assert_int_equal(by_names("A", "B"), HL_NO_POSITIVE);
    assert_int_equal(by_names("bacteria", "virus"), HL_NO_POSITIVE);
    assert_int_equal(by_names("healthy", "normal"), HL_NO_POSITIVE);
    assert_int_equal(by_names("Nodule", "Mass"), HL_NO_POSITIVE);
    assert_int_equal(by_names("Nocardia", "Cardiac failure"), HL_NO_POSITIVE);
    assert_int_equal(by_names("Abnormal", "Mass"), HL_NO_POSITIVE);
    assert_int_equal(by_names("covid negative", "covid positive"), HL_NO_POSITIVE);
    static char a[] = "COVID", b[] = "Normal", c[] = "Viral";
    static char *const three[] = {a, b, c};
    assert_int_equal(hl_positive_by_names(three, 3), HL_NO_POSITIVE);
    assert_int_equal(hl_positive_by_names(three, 1), HL_NO_POSITIVE);
}

/* Of two names of the negative kind none is positive, though only one is a plain one. */
static void two_negative_names(void **state)
{
    (void)state;
    static const char *const negative[] = {
        "NORMAL2",           "Non-COVID",        "non_pneumonia",   "nonCOVID",
        "without pneumonia", "not sick",         "healthy_control", "Normale",
        "normal-chest",      "NormalLungs",      "COVID-neg",       "CovidNegative",
        "covidnegative",     "pneumonia (none)", "disease free",    "control group",
        "benign nodule",     "no_finding",       "2 normals",       "uninfected",
    };
    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++) {
        assert_int_equal(by_names(negative[i], "NORMAL"), HL_NO_POSITIVE);
        assert_int_equal(by_names("NORMAL", negative[i]), HL_NO_POSITIVE);
        assert_int_equal(by_names("No Finding", negative[i]), HL_NO_POSITIVE);
    }
    static const char *const positive[] = {"Abnormal", "unhealthy", "Nodule", "Nocardiosis",
                                           "COVID-19", "1",         "Notch",  "Uncontrolled asthma",
                                           "Tumor 0",  "Zenker"};
    for (size_t i = 0; i < sizeof positive / sizeof *positive; i++) {
        assert_int_equal(by_names(positive[i], "NORMAL"), 0);
        assert_int_equal(by_names("healthy", positive[i]), 1);
    }
}

static void the_choice(void **state)
{
    (void)state;
    static char a[] = "A", b[] = "B", c[] = "Normal";
    static char *const three[] = {a, b, c};
    hl_positive_choice o = {.classes = three, .n = 2, .of = "f", .recorded = HL_NO_POSITIVE};
    int positive;
    hl_err e;
    assert_int_equal(hl_positive_class(&positive, &o, &e), -1);
    assert_string_equal(e.msg, "f: the names of its classes do not say which one is positive: "
                               "expected --positive 'A' or --positive 'B', found neither");
    o.asked = "A";
    assert_int_equal(hl_positive_class(&positive, &o, &e), 0);
    assert_int_equal(positive, 0);
    o.asked = "a";
    assert_int_equal(hl_positive_class(&positive, &o, &e), -1);
    assert_string_equal(e.msg, "--positive: expected a class of f, found 'a'; its classes are "
                               "'A', 'B'");
    o.recorded = 1;
    o.asked = "A";
    assert_int_equal(hl_positive_class(&positive, &o, &e), -1);
    assert_string_equal(e.msg, "--positive: expected 'B', the positive class that f records, "
                               "found 'A'");
    o.asked = NULL;
    assert_int_equal(hl_positive_class(&positive, &o, &e), 0);
    assert_int_equal(positive, 1);
    o.recorded = HL_NO_POSITIVE;
    o.n = 3; /* none is needed */
    assert_int_equal(hl_positive_class(&positive, &o, &e), 0);
    assert_int_equal(positive, HL_NO_POSITIVE);
    o.asked = "Normal"; /* whatever it is called */
    assert_int_equal(hl_positive_class(&positive, &o, &e), 0);
    assert_int_equal(positive, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_negative_name_is_never_positive),
        cmocka_unit_test(names_that_do_not_decide),
        cmocka_unit_test(two_negative_names),
        cmocka_unit_test(the_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
