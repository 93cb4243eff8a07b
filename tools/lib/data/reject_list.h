/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The images of a manifest that preprocess left out, with the reason of each: as a table for people
 * (preprocess --rejects), and within a shard for join.
 */
#ifndef HILUM_DATA_REJECT_LIST_H
#define HILUM_DATA_REJECT_LIST_H

#include "base/error.h"
#include "base/strbuf.h"
#include "data/manifest.h"

#include <stddef.h>

typedef struct hl_reject_list {
    hl_manifest images; /* in the order of the manifest that lists them */
    char **reasons;     /* [images.n], owned */
    size_t cap;
} hl_reject_list;

void hl_rejects_add(hl_reject_list *r, const hl_sample *s, const char *reason);
void hl_rejects_free(hl_reject_list *r); /* safe on a zeroed one */

/* Appends the table, with its checksum; provenance is that of the images. */
void hl_rejects_format(const hl_reject_list *r, const char *provenance, hl_strbuf *t);

/* The rows within a shard: path, label, patient, subset, reason. Reading adds them to the list;
 * name is for messages. */
void hl_rejects_format_rows(const hl_reject_list *r, hl_strbuf *t);
int hl_rejects_add_rows(hl_reject_list *r, const char *name, const char *text, size_t len,
                        hl_err *e);

/* Warns of images left out, if there are any; first: what is wrong with the first of them. */
void hl_rejects_warn(const hl_reject_list *r, const hl_manifest *kept, const char *first);
/* Warns of each subset and each class that is left without an image; after hl_manifest_finish of
 * both. */
void hl_rejects_warn_emptied(const hl_reject_list *r, const hl_manifest *kept);

#endif
