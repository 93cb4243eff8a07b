/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of 16-bit PNG that use different numbers of bits, as those of several detectors do: read
 * with one depth, or with that which some of the files state, they differ in brightness. */
#include "base/mem.h"
#include "kinds.h"

#include <stdlib.h>

enum {
    ALL_BITS = 16,
    /* A dark image uses a bit less than its detector gives. */
    LEAST_DIFFERENCE = 2
};

/* A smaller fraction of the images is not a mixture of depths. */
static const double least_fraction = 0.05;

/* Images by the bits that their values need; those that are not PNG of 16 bits are not counted. */
typedef struct depths {
    size_t n[ALL_BITS + 1], all;
    int most; /* the bits that most of them need */
} depths;

static depths count(const audit_context *a)
{
    depths d = {0};
    for (size_t i = 0; i < a->m->n; i++) {
        const hl_fingerprint *f = &a->fingerprints[i];
        if (f->why || f->bits <= 0 || f->bits > ALL_BITS)
            continue;
        d.all++;
        d.n[f->bits]++;
    }
    for (int bits = 1; bits <= ALL_BITS; bits++)
        if (d.n[bits] > d.n[d.most])
            d.most = bits;
    return d;
}

static bool is_other(const depths *d, int bits)
{
    return d->n[bits] && (double)d->n[bits] >= least_fraction * (double)d->all &&
           abs(bits - d->most) >= LEAST_DIFFERENCE;
}

static void add_mixed(audit_context *a, const depths *d, const bool *other)
{
    audit_kind k = audit_kind_count(a, other);
    if (k.n == 0)
        return;
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "PNG of 16 bits have values of different depths: %d bits in %zu of %zu",
                     d->most, d->n[d->most], d->all);
    for (int bits = 1; bits <= ALL_BITS; bits++)
        if (is_other(d, bits))
            hl_strbuf_printf(&text, ", %d bits in %zu", bits, d->n[bits]);
    hl_strbuf_puts(&text, ": one DEPTH does not fit all");
    k.check = "range";
    k.item = "depths";
    audit_kind_add(a, &k, &text);
    hl_strbuf_free(&text);
}

void audit_check_depths(audit_context *a)
{
    const depths d = count(a);
    bool *other = hl_calloc(a->m->n, sizeof *other);
    for (size_t i = 0; i < a->m->n; i++) {
        const hl_fingerprint *f = &a->fingerprints[i];
        other[i] = !f->why && f->bits > 0 && f->bits <= ALL_BITS && is_other(&d, f->bits);
    }
    add_mixed(a, &d, other);
    free(other);
}
