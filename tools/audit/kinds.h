/* SPDX-License-Identifier: BSD-2-Clause */
/* A kind of images within a set, such as dark or inverted ones, in one finding. */
#ifndef HILUM_AUDIT_KINDS_H
#define HILUM_AUDIT_KINDS_H

#include "checks.h"

#include <stdbool.h>

typedef struct audit_kind {
    const char *check, *item;
    const bool *is_in; /* [m->n] for each image of the set */
    size_t n, of;      /* images of this kind; images that can be read */
    const hl_sample *first;
    bool is_note; /* not a warning, unless more are in a class than chance explains */
} audit_kind;

/* Counts the images; check and item are to be set. */
audit_kind audit_kind_count(const audit_context *a, const bool *is_in);

/* Adds a finding with the fraction of the images, and the first of them. The text goes on with the
 * class in which there are more than chance explains, if there is one. */
void audit_kind_add(audit_context *a, const audit_kind *k, hl_strbuf *text);

#endif
