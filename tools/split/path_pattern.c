/* SPDX-License-Identifier: BSD-2-Clause */
#include "path_pattern.h"

#include "base/mem.h"

int split_path_pattern_make(split_path_pattern *p, const char *text, hl_err *e)
{
    *p = (split_path_pattern){.text = text};
    const int code = text ? regcomp(&p->regex, text, REG_EXTENDED) : 0;
    if (code == 0)
        return 0;
    char why[128];
    regerror(code, &p->regex, why, sizeof why);
    p->text = NULL; /* nothing to free */
    return hl_fail(e, "'%s' is not a regular expression: %s", text, why);
}

char *split_path_pattern_find(const split_path_pattern *p, const char *path, const char *what,
                              hl_err *e)
{
    regmatch_t match[2];
    const size_t group = p->regex.re_nsub > 0 ? 1 : 0;
    if (regexec(&p->regex, path, 2, match, 0) != 0) {
        hl_fail(e, "%s: the %s is unknown: expected a path that matches '%s'", path, what, p->text);
        return NULL;
    }
    if (match[group].rm_so < 0 || match[group].rm_so == match[group].rm_eo) {
        hl_fail(e, "%s: the %s is unknown: '%s' matches an empty string", path, what, p->text);
        return NULL;
    }
    return hl_strndup(path + match[group].rm_so, (size_t)(match[group].rm_eo - match[group].rm_so));
}

void split_path_pattern_free(split_path_pattern *p)
{
    if (p->text)
        regfree(&p->regex);
    *p = (split_path_pattern){0};
}
