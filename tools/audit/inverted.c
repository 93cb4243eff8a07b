/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that look inverted, bones dark and lungs bright, as a DICOM file of MONOCHROME1 does that
 * was exported as if it were MONOCHROME2. */
#include "base/mem.h"
#include "kinds.h"
#include "thumb.h"

#include <stdlib.h>

/* Of Kermany's 5,216 chest X-rays and 160 of them as they were published, none correlates with less
 * than 0.28. So none looks inverted, and all but 7 do when they are. Of those that are turned by 90
 * degrees, 41 look so. */
static const double inverted_below = -0.4;

static void add_image(audit_context *a, const hl_sample *s, double correlation)
{
    const audit_finding f = {.severity = AUDIT_WARNING,
                             .check = "inverted",
                             .subset = hl_subset_names[s->subset],
                             .label = s->label,
                             .sample = s->path,
                             .value = correlation,
                             .n = 1,
                             .text =
                                 "bright where a chest X-ray is dark, and dark where it is bright"};
    audit_findings_add(&a->findings, &f);
}

static void add_set(audit_context *a, const bool *inverted)
{
    audit_kind k = audit_kind_count(a, inverted);
    if (k.n == 0)
        return;
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "%zu of %zu images look inverted", k.n, k.of);
    k.check = "inverted";
    k.item = "all";
    audit_kind_add(a, &k, &text);
    hl_strbuf_free(&text);
}

void audit_check_inverted(audit_context *a)
{
    bool *inverted = hl_calloc(a->m->n, sizeof *inverted);
    for (size_t i = 0; i < a->m->n; i++) {
        const hl_fingerprint *f = &a->fingerprints[i];
        if (f->why || f->plain)
            continue;
        const double correlation = audit_chest_correlation(f->thumb);
        inverted[i] = correlation < inverted_below;
        if (inverted[i])
            add_image(a, &a->m->samples[i], correlation);
    }
    add_set(a, inverted);
    free(inverted);
}
