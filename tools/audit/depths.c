/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of images of different depths: their sources may go with the class, and PNG of 16 bits that
 * are read with one depth, or with that which some of the files state, differ in brightness. */
#include "base/mem.h"
#include "image/depth_mix.h"
#include "kinds.h"

#include <stdlib.h>

static void add_mixed(audit_context *a, const hl_depth_mix *mix, const bool *other)
{
    hl_strbuf text = {0};
    hl_strbuf_puts(&text, "images of different depths: ");
    if (hl_depth_mix_describe(mix, &text)) {
        audit_kind k = audit_kind_count(a, other);
        if (mix->n[0] == 0)
            hl_strbuf_puts(&text, ": one DEPTH does not fit all");
        k.check = "range";
        k.item = "depths";
        audit_kind_add(a, &k, &text);
    }
    hl_strbuf_free(&text);
}

void audit_check_depths(audit_context *a)
{
    hl_depth_mix mix = {0};
    bool *other = hl_calloc(a->m->n, sizeof *other);
    for (size_t i = 0; i < a->m->n; i++)
        if (!a->fingerprints[i].why)
            hl_depth_mix_add(&mix, a->fingerprints[i].bits);
    for (size_t i = 0; i < a->m->n; i++)
        other[i] = !a->fingerprints[i].why && hl_depth_mix_is_other(&mix, a->fingerprints[i].bits);
    add_mixed(a, &mix, other);
    free(other);
}
