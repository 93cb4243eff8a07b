/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/kermany.h"
#include "data/patient_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_of_the_set(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"person12_bacteria_34.jpeg", "person12_bacteria"},
        {"person12_virus_34.jpeg", "person12_virus"},
        {"person1_virus_6", "person1_virus"},
        {"person447_virus_921_1.jpeg", "person447_virus"},
        {"IM-0115-0001.jpeg", "IM-0115"},
        {"IM-0115-0001.PNG", "IM-0115"},
        {"IM-0497-0001-0002.jpeg", "IM-0497"},
        {"NORMAL2-IM-0007-0001.jpeg", "NORMAL2-IM-0007"},
        {"NORMAL2-IM-1094-0001-0001.jpeg", "NORMAL2-IM-1094"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t len = hl_kermany_patient(cases[i][0]);
        assert_int_equal(len, strlen(cases[i][1]));
        assert_memory_equal(cases[i][0], cases[i][1], len);
    }
}

static void other_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "image.png",
        "person_bacteria_1.jpeg",
        "person12_fungus_1.jpeg",
        "person12_bacteria.jpeg",
        "person12_bacteria_.jpeg",
        "person12_bacteria_a.jpeg",
        "person12_bacteria_3x.jpeg",
        "person12_bacteria_3_.jpeg",
        "person12_bacteria_3.old.jpeg",
        "xperson12_bacteria_3.jpeg",
        "IM-0115.jpeg",
        "IM--0001.jpeg",
        "IM-0115-.jpeg",
        "NORMAL-IM-0115-0001.jpeg",
        "NORMAL2-person1_virus_6.jpeg",
        "im-0115-0001.jpeg",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(hl_kermany_patient(names[i]), 0);
}

static void assert_patient(hl_patient_rule *rule, const char *path, const char *expected)
{
    hl_err e;
    char *patient = hl_patient_of(rule, path, &e);
    assert_non_null(patient);
    assert_string_equal(patient, expected);
    free(patient);
}

static void rule_without_pattern(void **state)
{
    (void)state;
    hl_err e;
    hl_patient_rule rule;
    assert_int_equal(hl_patient_rule_make(&rule, NULL, &e), 0);
    assert_patient(&rule, "train/NORMAL/IM-0115-0001.jpeg", "IM-0115");
    assert_int_equal(rule.unknown, 0);
    assert_patient(&rule, "a/0001.png", "a/0001");
    assert_patient(&rule, "b/0001.png", "b/0001");
    assert_patient(&rule, "a.b/noext", "a.b/noext");
    assert_int_equal(rule.unknown, 3);
    hl_patient_rule_free(&rule);
}

static void rule_with_pattern(void **state)
{
    (void)state;
    hl_err e;
    hl_patient_rule rule;
    assert_int_equal(hl_patient_rule_make(&rule, "p([0-9]+)(x?)", &e), 0);
    assert_patient(&rule, "A/p12x.png", "12");
    assert_null(hl_patient_of(&rule, "A/q.png", &e));
    assert_non_null(strstr(e.msg, "A/q.png"));
    hl_patient_rule_free(&rule);

    assert_int_equal(hl_patient_rule_make(&rule, "p[0-9]+", &e), 0);
    assert_patient(&rule, "A/p12x.png", "p12");
    hl_patient_rule_free(&rule);

    assert_int_equal(hl_patient_rule_make(&rule, "p([0-9]*)", &e), 0);
    assert_null(hl_patient_of(&rule, "A/p.png", &e));
    hl_patient_rule_free(&rule);

    assert_int_equal(hl_patient_rule_make(&rule, "(", &e), -1);
    hl_patient_rule_free(&rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_the_set),
        cmocka_unit_test(other_names),
        cmocka_unit_test(rule_without_pattern),
        cmocka_unit_test(rule_with_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
