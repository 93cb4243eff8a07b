/* SPDX-License-Identifier: BSD-2-Clause */
#include "rules.h"

int split_rules_make(split_rules *r, const split_rule_texts *t, hl_err *e)
{
    *r = (split_rules){.one_class = t->one_class};
    const char *option = NULL;
    if (hl_patient_rule_make(&r->patient, t->patient_regex, e))
        option = "--patient-regex";
    else if (hl_path_pattern_make(&r->label, t->label_regex, e))
        option = "--label-regex";
    else if (split_exclusion_make(&r->exclusion, t->exclude, e))
        option = "--exclude";
    else if (split_class_map_make(&r->classes, t->classes, t->one_class, e))
        option = "--classes";
    if (!option)
        return 0;
    split_rules_free(r);
    return hl_fail_in(e, option);
}

void split_rules_free(split_rules *r)
{
    split_exclusion_free(&r->exclusion);
    hl_patient_rule_free(&r->patient);
    hl_path_pattern_free(&r->label);
    split_class_map_free(&r->classes);
}
