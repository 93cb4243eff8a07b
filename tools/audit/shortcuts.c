/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How well do traits of a file tell the label without a look at the picture? Where they do, a model
 * can score by them and know nothing of lungs.
 */
#include "base/mem.h"
#include "checks.h"
#include "stats/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With few images, chance alone takes an AUROC away from 1/2. Up to so many of its standard
 * deviations nothing is said. */
static const double chance = 3;

enum { FILE_SIZE, WIDTH, HEIGHT, ASPECT, CHANNELS, MEAN, CONTRAST, TRAITS };

static const char *const names[TRAITS] = {"file size", "width", "height",  "aspect",
                                          "channels",  "mean",  "contrast"};

static double trait_of(const hl_fingerprint *f, int trait)
{
    switch (trait) {
    case FILE_SIZE:
        return (double)f->file_bytes;
    case WIDTH:
        return (double)f->width;
    case HEIGHT:
        return (double)f->height;
    case ASPECT:
        return (double)f->width / (double)f->height;
    case CHANNELS:
        return f->file_channels;
    case MEAN:
        return hl_fingerprint_mean(f);
    default:
        return hl_fingerprint_contrast(f);
    }
}

/* The images that have a picture: traits, and whether they are of the class in question. */
typedef struct probe {
    double *x;
    uint8_t *positive;
    size_t n, positives;
} probe;

static void collect(probe *p, const audit_context *a, int trait, uint32_t cls)
{
    p->n = p->positives = 0;
    for (size_t i = 0; i < a->m->n; i++) {
        if (a->prints[i].why)
            continue;
        p->x[p->n] = trait_of(&a->prints[i], trait);
        p->positive[p->n] = a->m->samples[i].cls == cls;
        p->positives += p->positive[p->n++];
    }
}

static bool is_constant(const probe *p)
{
    for (size_t i = 1; i < p->n; i++)
        if (p->x[i] != p->x[0])
            return false;
    return true;
}

/* Standard deviation of the AUROC of a trait that has nothing to do with the label. */
static double deviation(const probe *p)
{
    const double a = (double)p->positives, b = (double)(p->n - p->positives);
    return sqrt((a + b + 1) / (12 * a * b));
}

static void add_trait(audit_context *a, const probe *p, int trait, uint32_t cls)
{
    const double area = hl_auroc(p->n, p->x, p->positive);
    const double strength = fabs(area - 0.5);
    const bool strong = strength + 0.5 >= a->shortcut_limit && strength > chance * deviation(p);
    const char *label = a->m->classes[cls];
    hl_strbuf text = {0};
    if (is_constant(p))
        hl_strbuf_printf(&text, "%s is the same in all images", names[trait]);
    else
        hl_strbuf_printf(&text, "%s is %s in %s: AUROC %.3f without a look at the picture",
                         names[trait], area >= 0.5 ? "larger" : "smaller", label, strength + 0.5);
    const audit_finding f = {.severity = strong ? AUDIT_WARNING : AUDIT_NOTE,
                             .check = "shortcut",
                             .item = names[trait],
                             .label = label,
                             .value = area,
                             .n = p->n,
                             .text = text.data};
    a->shortcuts += strong;
    audit_findings_add(&a->findings, &f);
    hl_strbuf_free(&text);
}

void audit_check_shortcuts(audit_context *a)
{
    const hl_manifest *m = a->m;
    probe p = {.x = hl_malloc(m->n, sizeof *p.x), .positive = hl_malloc(m->n, 1)};
    /* Of two classes the second one says it all. */
    for (uint32_t k = m->nclasses == 2; k < m->nclasses; k++)
        for (int trait = 0; trait < TRAITS; trait++) {
            collect(&p, a, trait, k);
            if (p.positives > 0 && p.positives < p.n)
                add_trait(a, &p, trait, k);
        }
    free(p.x);
    free(p.positive);
}
