/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shortcuts: properties of a file that predict the label without a look at the lungs. A model may
 * learn them instead of the disease.
 */
#include "base/mem.h"
#include "checks.h"
#include "stats/metrics.h"
#include "thumb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With few images, an AUROC differs from 1/2 by chance. Below this many standard deviations, there
 * is no warning. */
static const double min_deviations = 3;

enum {
    FILE_SIZE,
    WIDTH,
    HEIGHT,
    ASPECT,
    CHANNELS,
    MEAN,
    CONTRAST,
    FRAME,
    BORDER,
    CORNERS,
    FIRST_CORNER,
    LEFT_RIGHT = FIRST_CORNER + AUDIT_CORNERS,
    PROPERTIES
};

static const char *const names[PROPERTIES] = {"file size",
                                              "width",
                                              "height",
                                              "aspect",
                                              "channels",
                                              "mean",
                                              "contrast",
                                              "frame",
                                              "border",
                                              "corners",
                                              "top left corner",
                                              "top right corner",
                                              "bottom left corner",
                                              "bottom right corner",
                                              "corners left - right"};

/* The same in a sentence. */
static const char *const quantities[PROPERTIES] = {
    "file size",
    "width",
    "height",
    "aspect ratio",
    "number of channels",
    "mean grey level",
    "contrast",
    "mean grey level of the frame",
    "width of the border",
    "brightness of the corners",
    "brightness of the top left corner",
    "brightness of the top right corner",
    "brightness of the bottom left corner",
    "brightness of the bottom right corner",
    "brightness of the left corners less that of the right ones"};

static int largest(int a, int b)
{
    return a > b ? a : b;
}

/* The brightest spot of all corners, that of one, or of those on the left less those on the right:
 * a marker that changes sides with the class is as bright in both. */
static double corner_property(const hl_fingerprint *f, int property)
{
    int spots[AUDIT_CORNERS];
    audit_corner_spots(f->thumb, spots);
    if (property >= FIRST_CORNER && property < LEFT_RIGHT)
        return spots[property - FIRST_CORNER];
    const int left = largest(spots[AUDIT_TOP_LEFT], spots[AUDIT_BOTTOM_LEFT]);
    const int right = largest(spots[AUDIT_TOP_RIGHT], spots[AUDIT_BOTTOM_RIGHT]);
    return property == LEFT_RIGHT ? left - right : largest(left, right);
}

static double property_of(const hl_fingerprint *f, int property)
{
    switch (property) {
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
    case CONTRAST:
        return hl_fingerprint_contrast(f);
    case FRAME:
        return audit_frame_level(f->thumb);
    case BORDER:
        return audit_border_width(f->thumb);
    default:
        return corner_property(f, property);
    }
}

/* One property of the readable images, and whether each is of the class in question. */
typedef struct probe {
    double *x;      /* [n] */
    size_t *sample; /* [n] */
    uint8_t *positive;
    size_t n, positives;
} probe;

static void collect(probe *p, const audit_context *a, int property)
{
    p->n = 0;
    for (size_t i = 0; i < a->m->n; i++) {
        if (a->fingerprints[i].why)
            continue;
        p->x[p->n] = property_of(&a->fingerprints[i], property);
        p->sample[p->n++] = i;
    }
}

static void look_for(probe *p, const hl_manifest *m, uint32_t cls)
{
    p->positives = 0;
    for (size_t i = 0; i < p->n; i++) {
        p->positive[i] = m->samples[p->sample[i]].cls == cls;
        p->positives += p->positive[i];
    }
}

static bool is_constant(const probe *p)
{
    for (size_t i = 1; i < p->n; i++)
        if (p->x[i] != p->x[0])
            return false;
    return true;
}

/* Standard deviation of the AUROC of a property that is independent of the label. */
static double deviation(size_t positives, size_t negatives)
{
    const double a = (double)positives, b = (double)negatives;
    return sqrt((a + b + 1) / (12 * a * b));
}

bool audit_is_shortcut(const audit_context *a, double strength, size_t positives, size_t negatives)
{
    return strength + 0.5 >= a->shortcut_limit &&
           strength > min_deviations * deviation(positives, negatives);
}

bool audit_is_tried(const audit_context *a, uint32_t cls)
{
    return a->m->nclasses != 2 || cls == (a->positive == 0 ? 0 : 1);
}

static void add_property(audit_context *a, const probe *p, int property, uint32_t cls)
{
    const double area = hl_auroc(p->n, p->x, p->positive);
    const double strength = fabs(area - 0.5);
    const bool strong = audit_is_shortcut(a, strength, p->positives, p->n - p->positives);
    const char *label = a->m->classes[cls];
    hl_strbuf text = {0};
    if (is_constant(p))
        hl_strbuf_printf(&text, "%s is the same in all images", quantities[property]);
    else
        hl_strbuf_printf(&text, "%s is %s in %s: AUROC %.3f without looking at the image",
                         quantities[property], area >= 0.5 ? "larger" : "smaller", label,
                         strength + 0.5);
    const audit_finding f = {.severity = strong ? AUDIT_WARNING : AUDIT_NOTE,
                             .check = "shortcut",
                             .item = names[property],
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
    probe p = {.x = hl_malloc(m->n, sizeof *p.x),
               .sample = hl_malloc(m->n, sizeof *p.sample),
               .positive = hl_malloc(m->n, 1)};
    for (int property = 0; property < PROPERTIES; property++) {
        collect(&p, a, property);
        for (uint32_t k = 0; k < m->nclasses; k++) {
            if (!audit_is_tried(a, k))
                continue;
            look_for(&p, m, k);
            if (p.positives > 0 && p.positives < p.n)
                add_property(a, &p, property, k);
        }
    }
    free(p.x);
    free(p.sample);
    free(p.positive);
}
