/* SPDX-License-Identifier: BSD-2-Clause */
#include "kinds.h"

#include "stats/fisher.h"

/* Below this probability, a difference between the classes is not put down to chance. */
static const double chance = 0.05;

audit_kind audit_kind_count(const audit_context *a, const bool *is_in)
{
    audit_kind k = {.is_in = is_in};
    for (size_t i = 0; i < a->m->n; i++) {
        k.of += !a->fingerprints[i].why;
        if (!is_in[i])
            continue;
        if (k.n++ == 0)
            k.first = &a->m->samples[i];
    }
    return k;
}

/* With two classes, one test is enough; with more, each is compared with the others, and the limit
 * is divided by their number. */
static bool put_class(const audit_context *a, const audit_kind *k, uint32_t cls, hl_strbuf *text)
{
    size_t n = 0, all = 0;
    for (size_t i = 0; i < a->m->n; i++) {
        if (a->m->samples[i].cls != cls || a->fingerprints[i].why)
            continue;
        all++;
        n += k->is_in[i];
    }
    const size_t other_n = k->n - n, other_all = k->of - all;
    const double tests = a->m->nclasses > 2 ? (double)a->m->nclasses : 1;
    if (n * other_all <= other_n * all ||
        hl_fisher_exact(n, all, other_n, other_all) * tests >= chance)
        return false;
    hl_strbuf_printf(text, "; more in %s (%zu of %zu) than elsewhere (%zu of %zu)",
                     a->m->classes[cls], n, all, other_n, other_all);
    return true;
}

void audit_kind_add(audit_context *a, const audit_kind *k, hl_strbuf *text)
{
    bool differs = false;
    for (uint32_t cls = 0; cls < a->m->nclasses; cls++)
        differs |= put_class(a, k, cls, text);
    const audit_finding f = {.severity = k->is_note && !differs ? AUDIT_NOTE : AUDIT_WARNING,
                             .check = k->check,
                             .item = k->item,
                             .sample = k->first->path,
                             .value = (double)k->n / (double)k->of,
                             .n = k->n,
                             .text = text->data};
    audit_findings_add(&a->findings, &f);
}
