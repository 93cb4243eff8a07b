/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/patient_rule.h"

#include "base/log.h"
#include "base/mem.h"
#include "data/kermany.h"
#include "sys/find_files.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>

int hl_patient_rule_make(hl_patient_rule *r, const char *pattern, hl_err *e)
{
    *r = (hl_patient_rule){0};
    return hl_path_pattern_make(&r->pattern, pattern, e);
}

char *hl_patient_of(hl_patient_rule *r, const char *path, hl_err *e)
{
    if (r->pattern.text)
        return hl_path_pattern_find(&r->pattern, path, "patient", e);
    const char *name = hl_path_base(path);
    const size_t len = hl_kermany_patient(name);
    if (len)
        return hl_strndup(name, len);
    r->unknown++;
    const char *dot = hl_is_image_name(name) ? strrchr(name, '.') : NULL;
    /* With the folders: files are often numbered anew in each of them. */
    return hl_strndup(path, dot && dot > name ? (size_t)(dot - path) : strlen(path));
}

void hl_patients_warn_of_unknown(size_t unknown, size_t images)
{
    if (unknown)
        hl_log_warn("%zu of %zu file names do not identify the patient: each such image counts as "
                    "a patient of its own; see --patient-regex (make: PATIENT_REGEX)",
                    unknown, images);
}

void hl_patient_rule_free(hl_patient_rule *r)
{
    hl_path_pattern_free(&r->pattern);
    *r = (hl_patient_rule){0};
}
