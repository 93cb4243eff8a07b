/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/unit.h"

#include "data/positive_class.h"
#include "sys/cli.h"

#include <stdio.h>
#include <string.h>

const char *const hl_unit_names[HL_UNITS] = {"image", "patient", "study"};
const char *const hl_unit_plurals[HL_UNITS] = {"images", "patients", "studies"};
const char *const hl_unit_titles[HL_UNITS] = {"Images", "Patients", "Studies"};

static const char *const combine_names[HL_COMBINES] = {"auto", "max", "mean"};

const char *hl_combine_name(int combine)
{
    return combine_names[combine];
}

int hl_unit_rule_settle(hl_unit_rule *r, size_t nclasses, int positive, hl_err *e)
{
    const bool two = nclasses == 2 && positive != HL_NO_POSITIVE;
    if (r->unit == HL_UNIT_IMAGE)
        return 0;
    if (r->combine == HL_COMBINE_MAX && !two)
        return hl_fail(e,
                       "--combine max: expected two classes, one of them positive, found %zu: more "
                       "are combined by the mean",
                       nclasses);
    if (r->combine == HL_COMBINE_AUTO)
        r->combine = two ? HL_COMBINE_MAX : HL_COMBINE_MEAN;
    return 0;
}

bool hl_unit_rule_equal(hl_unit_rule a, hl_unit_rule b)
{
    return a.unit == b.unit && a.combine == b.combine;
}

int hl_unit_rule_parse(hl_unit_rule *r, const char *unit, const char *combine, const char *file,
                       hl_err *e)
{
    *r = (hl_unit_rule){HL_UNIT_IMAGE, HL_COMBINE_AUTO};
    if (unit && (r->unit = hl_choice_find(HL_UNIT_WORDS, unit)) < 0)
        return hl_fail(e, "%s: unit: expected image, patient or study, found '%s'", file, unit);
    if (r->unit == HL_UNIT_IMAGE)
        return combine
                   ? hl_fail(e, "%s: combine: expected none for images, found '%s'", file, combine)
                   : 0;
    r->combine = combine ? hl_choice_find(HL_COMBINE_WORDS, combine) : -1;
    if (r->combine < HL_COMBINE_MAX)
        return hl_fail(e, "%s: combine: expected max or mean for %s, found '%s'", file,
                       hl_unit_plurals[r->unit], combine ? combine : "");
    return 0;
}

const char *hl_unit_rule_describe(hl_unit_rule r, char *buf, size_t size)
{
    if (r.unit == HL_UNIT_IMAGE)
        snprintf(buf, size, "%s", hl_unit_plurals[r.unit]);
    else
        snprintf(buf, size, "%s (%s)", hl_unit_plurals[r.unit], combine_names[r.combine]);
    return buf;
}
