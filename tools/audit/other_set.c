/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that are copies of images in another manifest, such as the one that a head was trained on.
 */
#include "base/log.h"
#include "base/mem.h"
#include "checks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = SIZE_MAX };

/* For each group, by its smallest index, its image of the other set that matters most: one of the
 * training set, then of validation, then of the test set. */
static size_t *find_originals(const audit_context *a, const hl_manifest *other,
                              const hl_duplicate *copies)
{
    size_t *original = hl_malloc(a->m->n, sizeof *original);
    for (size_t i = 0; i < a->m->n; i++)
        original[i] = NONE;
    for (size_t k = 0; k < other->n; k++) {
        const size_t group = copies[a->m->n + k].group;
        if (group < a->m->n && (original[group] == NONE ||
                                other->samples[k].subset < other->samples[original[group]].subset))
            original[group] = k;
    }
    return original;
}

static void add_copy(audit_context *a, const hl_sample *s, const hl_sample *o)
{
    const bool used = o->subset != HL_TEST; /* the head and its thresholds were fitted to it */
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "a copy of an image of the %s set of the other manifest",
                     o->subset == HL_TRAIN ? "training"
                     : used                ? "validation"
                                           : "test");
    const audit_finding f = {.severity = used ? AUDIT_ERROR : AUDIT_WARNING,
                             .check = "other-set",
                             .item = hl_subset_names[o->subset],
                             .subset = hl_subset_names[s->subset],
                             .label = s->label,
                             .sample = s->path,
                             .other = o->path,
                             .value = NAN,
                             .n = 1,
                             .text = text.data};
    a->other_copies++;
    a->other_leaks += used;
    audit_findings_add(&a->findings, &f);
    hl_strbuf_free(&text);
}

static void add_unread(audit_context *a, const hl_manifest *other, size_t unread, size_t first)
{
    hl_strbuf text = {0};
    hl_strbuf_printf(&text,
                     "%zu of %zu images of the other manifest cannot be read, so that copies of "
                     "them could not be looked for",
                     unread, other->n);
    const audit_finding finding = {.severity = AUDIT_WARNING,
                                   .check = "other-set",
                                   .item = "unreadable",
                                   .other = other->samples[first].path,
                                   .value = NAN,
                                   .n = unread,
                                   .text = text.data};
    audit_findings_add(&a->findings, &finding);
    hl_strbuf_free(&text);
}

/* Copies of a file that cannot be read are not found. */
static int expect_readable(audit_context *a, const hl_manifest *other, const hl_fingerprint *f,
                           const char *name, bool allow_unread, hl_err *e)
{
    size_t unread = 0, first = 0;
    for (size_t k = other->n; k-- > 0;)
        if (!f[k].read) {
            unread++;
            first = k;
        }
    if (unread == other->n && !allow_unread)
        return hl_fail(e,
                       "%s: none of its images can be read: expected them in '%s'; with "
                       "--allow-leak (make: ALLOW_LEAK=1) copies of them are not looked for",
                       name, other->root);
    if (unread)
        add_unread(a, other, unread, first);
    return 0;
}

static int compare(audit_context *a, const hl_manifest *other, hl_fingerprint *f, int jobs,
                   hl_err *e)
{
    const size_t own = a->m->n, n = own + other->n;
    hl_duplicate *copies = hl_malloc(n, sizeof *copies);
    const int status = hl_duplicates_find(copies, f, n, jobs, e);
    if (status == 0) {
        size_t *original = find_originals(a, other, copies);
        for (size_t i = 0; i < own; i++)
            if (original[copies[i].group] != NONE)
                add_copy(a, &a->m->samples[i], &other->samples[original[copies[i].group]]);
        free(original);
    }
    free(copies);
    return status;
}

int audit_check_other_set(audit_context *a, hl_manifest *other, const char *name,
                          const hl_fingerprint_options *how, bool allow_unread, hl_err *e)
{
    hl_manifest_drop_augmented(other);
    const size_t own = a->m->n;
    hl_fingerprint *all = hl_calloc(own + other->n, sizeof *all);
    memcpy(all, a->fingerprints, own * sizeof *all); /* a still owns what they point to */
    int status = hl_fingerprint_set_read(all + own, other, how, e);
    if (status == 0)
        status = expect_readable(a, other, all + own, name, allow_unread, e);
    if (status == 0)
        status = compare(a, other, all, how->jobs, e);
    hl_fingerprint_set_free(all + own, other->n);
    free(all);
    return status;
}
