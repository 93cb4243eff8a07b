/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that use a small part of the grey levels, as those of 10 to 14 bits do that are stored in
 * 16 as they are; and sets in which some images are such and others are not. */
#include "checks.h"

#include <math.h>

/* What 14 of 16 bits reach, a quarter of the range. */
enum { SMALL_RANGE = 64 };

/* Levels of the thumbnail, which has means of areas: those of the image reach further by little. */
typedef struct levels {
    int least, most;
} levels;

static levels levels_of(const hl_fingerprint *f)
{
    levels l = {255, 0};
    for (size_t i = 0; i < sizeof f->thumb; i++) {
        l.least = f->thumb[i] < l.least ? f->thumb[i] : l.least;
        l.most = f->thumb[i] > l.most ? f->thumb[i] : l.most;
    }
    const double scale = hl_fingerprint_auto_scale(f);
    l.least = (int)round(l.least * scale);
    l.most = (int)round(l.most * scale);
    return l;
}

static void add_image(audit_context *a, const hl_sample *s, levels l)
{
    hl_strbuf text = {0};
    hl_strbuf_printf(
        &text, "grey levels %d to %d of 255%s", l.least, l.most,
        l.most <= SMALL_RANGE ? "; in a 16-bit PNG with fewer bits, DEPTH is the number" : "");
    const audit_finding f = {.severity = AUDIT_WARNING,
                             .check = "range",
                             .item = l.most <= SMALL_RANGE ? "dark" : "flat",
                             .subset = hl_subset_names[s->subset],
                             .label = s->label,
                             .sample = s->path,
                             .value = l.most - l.least,
                             .n = 1,
                             .text = text.data};
    audit_findings_add(&a->findings, &f);
    hl_strbuf_free(&text);
}

static void add_mixture(audit_context *a, size_t dark, size_t n)
{
    hl_strbuf text = {0};
    hl_strbuf_printf(&text,
                     "%zu of %zu images are dark, as if their depth were another than that of the "
                     "others",
                     dark, n);
    const audit_finding f = {.severity = AUDIT_WARNING,
                             .check = "range",
                             .item = "mixed",
                             .value = (double)dark / (double)n,
                             .n = n,
                             .text = text.data};
    audit_findings_add(&a->findings, &f);
    hl_strbuf_free(&text);
}

void audit_check_range(audit_context *a)
{
    size_t dark = 0, n = 0;
    for (size_t i = 0; i < a->m->n; i++) {
        const hl_fingerprint *f = &a->fingerprints[i];
        if (f->why)
            continue;
        const levels l = levels_of(f);
        n++;
        dark += l.most <= SMALL_RANGE;
        if (l.most - l.least <= SMALL_RANGE)
            add_image(a, &a->m->samples[i], l);
    }
    if (dark > 0 && dark < n)
        add_mixture(a, dark, n);
}
