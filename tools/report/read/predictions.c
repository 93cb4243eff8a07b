/* SPDX-License-Identifier: BSD-2-Clause */
#include "predictions.h"

#include <string.h>

int report_predictions_read(hl_predictions *p, const char *path, const report_metrics *m, hl_err *e)
{
    const char *subset = strcmp(m->subset, "all") == 0 ? NULL : m->subset;
    if (hl_predictions_read(p, path, m->classes, m->m.nclasses, m->file, subset, e))
        return -1;
    if (!hl_unit_rule_equal(p->rule, m->rule)) {
        char expected[32], found[32];
        hl_fail(e, "%s: expected predictions of %s, as in %s, found those of %s", p->table.name,
                hl_unit_rule_describe(m->rule, expected, sizeof expected), m->file,
                hl_unit_rule_describe(p->rule, found, sizeof found));
        hl_predictions_free(p);
        return -1;
    }
    if (p->n == m->m.n)
        return 0;
    hl_fail(e, "%s: expected %llu rows of the subset %s, as in %s, found %zu", p->table.name,
            (unsigned long long)m->m.n, m->subset, m->file, p->n);
    hl_predictions_free(p);
    return -1;
}
