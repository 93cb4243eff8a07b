/* SPDX-License-Identifier: BSD-2-Clause */
#include "patients.h"

#include "base/mem.h"
#include "kermany.h"

#include <stdlib.h>
#include <string.h>

int split_patient_rule_make(split_patient_rule *r, const char *pattern, hl_err *e)
{
    *r = (split_patient_rule){.pattern = pattern};
    if (!pattern)
        return 0;
    const int code = regcomp(&r->regex, pattern, REG_EXTENDED);
    if (code == 0)
        return 0;
    char why[128];
    regerror(code, &r->regex, why, sizeof why);
    r->pattern = NULL; /* nothing to free */
    return hl_fail(e, "'%s' is not a regular expression: %s", pattern, why);
}

static char *by_pattern(const split_patient_rule *r, const char *path, hl_err *e)
{
    regmatch_t match[2];
    const size_t group = r->regex.re_nsub > 0 ? 1 : 0;
    if (regexec(&r->regex, path, 2, match, 0) != 0) {
        hl_fail(e, "%s: the patient is unknown: expected a path that matches '%s'", path,
                r->pattern);
        return NULL;
    }
    if (match[group].rm_so < 0 || match[group].rm_so == match[group].rm_eo) {
        hl_fail(e, "%s: the patient is unknown: '%s' matches an empty string", path, r->pattern);
        return NULL;
    }
    return hl_strndup(path + match[group].rm_so, (size_t)(match[group].rm_eo - match[group].rm_so));
}

char *split_patient_of(split_patient_rule *r, const char *path, hl_err *e)
{
    if (r->pattern)
        return by_pattern(r, path, e);
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const size_t len = split_kermany_patient(name);
    if (len)
        return hl_strndup(name, len);
    r->unknown++;
    const char *dot = strrchr(name, '.');
    /* With the folders: files are often numbered anew in each of them. */
    return hl_strndup(path, dot && dot > name ? (size_t)(dot - path) : strlen(path));
}

void split_patient_rule_free(split_patient_rule *r)
{
    if (r->pattern)
        regfree(&r->regex);
    *r = (split_patient_rule){0};
}
