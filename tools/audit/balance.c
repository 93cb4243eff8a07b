/* SPDX-License-Identifier: BSD-2-Clause */
/* Unreadable files, those with remarks, and the balance of the classes in each subset. */
#include "base/mem.h"
#include "checks.h"
#include "image/remarks.h"

#include <math.h>
#include <stdlib.h>

/* A class whose fraction of a subset differs by more than this from that of all images is a
 * warning. */
static const double max_shift = 0.1;

void audit_check_unreadable(audit_context *a)
{
    for (size_t i = 0; i < a->m->n; i++) {
        if (!a->fingerprints[i].why)
            continue;
        const hl_sample *s = &a->m->samples[i];
        const audit_finding f = {.severity = AUDIT_ERROR,
                                 .check = "unreadable",
                                 .subset = hl_subset_names[s->subset],
                                 .label = s->label,
                                 .sample = s->path,
                                 .value = NAN,
                                 .n = 1,
                                 .text = a->fingerprints[i].why};
        a->unreadable++;
        audit_findings_add(&a->findings, &f);
    }
}

void audit_check_remarks(audit_context *a)
{
    for (size_t i = 0; i < a->m->n; i++)
        for (int k = 0; k < HL_REMARKS && !a->fingerprints[i].why; k++) {
            if (!(a->fingerprints[i].remarks & 1u << k))
                continue;
            const hl_sample *s = &a->m->samples[i];
            const audit_finding f = {.severity = AUDIT_WARNING,
                                     .check = "remark",
                                     .item = hl_remark_word(k),
                                     .subset = hl_subset_names[s->subset],
                                     .label = s->label,
                                     .sample = s->path,
                                     .value = NAN,
                                     .n = 1,
                                     .text = hl_remark_text(k)};
            audit_findings_add(&a->findings, &f);
        }
}

/* n of `in` images of a subset have a class that is the fraction `all` of the manifest. */
static void add_fraction(audit_context *a, hl_subset subset, size_t cls, size_t n, size_t in,
                         double all)
{
    const double fraction = (double)n / (double)in;
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "%zu of %zu images are of %s, %.1f %%; of all images %.1f %%", n, in,
                     a->m->classes[cls], 100 * fraction, 100 * all);
    const audit_finding f = {.severity = n == 0 || fabs(fraction - all) > max_shift ? AUDIT_WARNING
                                                                                    : AUDIT_NOTE,
                             .check = "balance",
                             .subset = hl_subset_names[subset],
                             .label = a->m->classes[cls],
                             .value = fraction,
                             .n = n,
                             .text = text.data};
    audit_findings_add(&a->findings, &f);
    hl_strbuf_free(&text);
}

void audit_check_balance(audit_context *a)
{
    const hl_manifest *m = a->m;
    size_t(*counts)[HL_SUBSETS] = hl_calloc(m->nclasses, sizeof *counts);
    for (size_t i = 0; i < m->n; i++)
        counts[m->samples[i].cls][m->samples[i].subset]++;
    for (int s = 0; s < HL_SUBSETS; s++) {
        const size_t in = hl_manifest_count(m, (hl_subset)s);
        for (size_t k = 0; k < m->nclasses && in > 0; k++) {
            size_t all = 0;
            for (int t = 0; t < HL_SUBSETS; t++)
                all += counts[k][t];
            add_fraction(a, (hl_subset)s, k, counts[k][s], in, (double)all / (double)m->n);
        }
    }
    free(counts);
}
