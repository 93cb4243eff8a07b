/* SPDX-License-Identifier: BSD-2-Clause */
#include "patients.h"

#include "base/mem.h"
#include "kermany.h"
#include "sys/find_files.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>

int split_patient_rule_make(split_patient_rule *r, const char *pattern, hl_err *e)
{
    *r = (split_patient_rule){0};
    return split_path_pattern_make(&r->pattern, pattern, e);
}

char *split_patient_of(split_patient_rule *r, const char *path, hl_err *e)
{
    if (r->pattern.text)
        return split_path_pattern_find(&r->pattern, path, "patient", e);
    const char *name = hl_path_base(path);
    const size_t len = split_kermany_patient(name);
    if (len)
        return hl_strndup(name, len);
    r->unknown++;
    const char *dot = hl_is_image_name(name) ? strrchr(name, '.') : NULL;
    /* With the folders: files are often numbered anew in each of them. */
    return hl_strndup(path, dot && dot > name ? (size_t)(dot - path) : strlen(path));
}

void split_patient_rule_free(split_patient_rule *r)
{
    split_path_pattern_free(&r->pattern);
    *r = (split_patient_rule){0};
}
