/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that use a small part of the grey levels, as those of 10 to 14 bits do that are stored in
 * 16 as they are; and sets in which some images are such and others are not. */
#include "base/mem.h"
#include "kinds.h"

#include <math.h>
#include <stdlib.h>

/* What 14 of 16 bits reach, a quarter of the range. */
enum { SMALL_RANGE = 64 };

/* A smaller fraction of the images is not a mixture of depths. */
static const double least_mixed = 0.05;

/* Levels of the thumbnail, which has means of areas: those of the image reach further by little. */
typedef struct levels {
    int least, most;
} levels;

static levels levels_of(const hl_fingerprint *f)
{
    const double scale = hl_fingerprint_auto_scale(f);
    levels l = {255, 0};
    for (size_t i = 0; i < sizeof f->thumb; i++) {
        l.least = f->thumb[i] < l.least ? f->thumb[i] : l.least;
        l.most = f->thumb[i] > l.most ? f->thumb[i] : l.most;
    }
    return (levels){(int)fmin(255, round(l.least * scale)), (int)fmin(255, round(l.most * scale))};
}

/* The most of 16 bits that the values of such images need, if they are read with more; else 0. */
static int find_bits(const audit_context *a, const bool *dark)
{
    int bits = 0;
    for (size_t i = 0; i < a->m->n; i++) {
        const hl_fingerprint *f = &a->fingerprints[i];
        if (dark[i] && f->bits < f->auto_bits && f->bits > bits)
            bits = f->bits;
    }
    return bits;
}

static void add_dark(audit_context *a, const bool *dark)
{
    audit_kind k = audit_kind_count(a, dark);
    if (k.n == 0)
        return;
    const double fraction = (double)k.n / (double)k.of;
    const bool is_mixed = fraction >= least_mixed && fraction <= 1 - least_mixed;
    const int bits = find_bits(a, dark);
    hl_strbuf text = {0};
    hl_strbuf_printf(&text,
                     "%zu of %zu images are dark, with grey levels up to %d of 255 at most%s", k.n,
                     k.of, SMALL_RANGE, is_mixed ? ", and the others are not" : "");
    if (bits)
        hl_strbuf_printf(&text, "; of 16 bits, their values need %d: see DEPTH", bits);
    k.check = "range";
    k.item = is_mixed ? "mixed" : "dark";
    audit_kind_add(a, &k, &text);
    hl_strbuf_free(&text);
}

static void add_flat(audit_context *a, const bool *flat)
{
    audit_kind k = audit_kind_count(a, flat);
    if (k.n == 0)
        return;
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "%zu of %zu images have grey levels that differ by at most %d of 255",
                     k.n, k.of, SMALL_RANGE);
    k.check = "range";
    k.item = "flat";
    audit_kind_add(a, &k, &text);
    hl_strbuf_free(&text);
}

void audit_check_range(audit_context *a)
{
    bool *dark = hl_calloc(a->m->n, sizeof *dark), *flat = hl_calloc(a->m->n, sizeof *flat);
    for (size_t i = 0; i < a->m->n; i++) {
        if (a->fingerprints[i].why)
            continue;
        const levels l = levels_of(&a->fingerprints[i]);
        dark[i] = l.most <= SMALL_RANGE;
        flat[i] = !dark[i] && l.most - l.least <= SMALL_RANGE;
    }
    add_dark(a, dark);
    add_flat(a, flat);
    free(dark);
    free(flat);
}
