/* SPDX-License-Identifier: BSD-2-Clause */
#include "by_unit.h"

#include "base/mem.h"
#include "classify.h"
#include "data/units.h"

#include <stdlib.h>
#include <string.h>

/* [entries, nclasses] */
static double *gather(const predict_worklist *w, size_t nclasses)
{
    double *p = hl_malloc(w->n * nclasses, sizeof *p);
    for (size_t i = 0; i < w->n; i++)
        memcpy(p + i * nclasses, w->entries[i].all, nclasses * sizeof *p);
    return p;
}

static predict_entry entry_of(const predict_worklist *w, const hl_units *u, size_t unit,
                              const double *p, size_t nclasses, const predict_entry *most_probable)
{
    const hl_sample *s = &u->manifest.samples[unit];
    return (predict_entry){.image = hl_strdup(most_probable->image),
                           .file = most_probable->file ? hl_strdup(most_probable->file) : NULL,
                           .patient = hl_strdup(s->patient),
                           .images = u->count[unit],
                           .p = p[w->positive_class],
                           .predicted = u->count[unit] == 1 ? most_probable->predicted
                                                            : predict_class_of(w, p, nclasses),
                           .distance = most_probable->distance,
                           .carried = s->carried ? hl_strdup(s->carried) : NULL};
}

static void add_distances(predict_entry *entries, const predict_worklist *images, const hl_units *u)
{
    for (size_t i = 0; i < u->images; i++) {
        predict_entry *of = &entries[u->of[i]];
        const predict_entry *image = &images->entries[i];
        if (image->distance > of->distance)
            of->distance = image->distance;
        of->is_ood |= image->is_ood;
    }
}

static void replace(predict_worklist *w, const hl_units *u, size_t nclasses)
{
    const size_t n = u->manifest.n;
    double *p = gather(w, nclasses), *combined = hl_malloc(n * nclasses, sizeof *combined);
    size_t *image = hl_malloc(n, sizeof *image);
    predict_entry *entries = hl_malloc(n, sizeof *entries);
    hl_units_most_probable(u, nclasses, w->positive_class, p, image);
    hl_units_combine(u, w->rule.combine, nclasses, (int)w->positive_class, p, combined);
    for (size_t i = 0; i < n; i++)
        entries[i] = entry_of(w, u, i, combined + i * nclasses, nclasses, &w->entries[image[i]]);
    add_distances(entries, w, u);
    predict_worklist_clear(w);
    for (size_t i = 0; i < n; i++)
        predict_worklist_add(w, entries[i]);
    free(entries);
    free(image);
    free(combined);
    free(p);
}

int predict_combine(predict_worklist *w, size_t nclasses, const hl_manifest *m, const char *file,
                    hl_err *e)
{
    hl_units u;
    if (hl_units_group(&u, (hl_unit)w->rule.unit, m, false, file, e))
        return -1;
    replace(w, &u, nclasses);
    hl_units_free(&u);
    return 0;
}

/* Leaves the images that were read in w, and returns the others, [*n], which the caller frees. */
static predict_entry *take_unread(predict_worklist *w, size_t *n)
{
    predict_entry *unread = hl_malloc(w->unread, sizeof *unread);
    size_t read = 0;
    *n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->entries[i].reason)
            unread[(*n)++] = w->entries[i];
        else
            w->entries[read++] = w->entries[i];
    w->n = read;
    w->unread = 0;
    return unread;
}

int predict_combine_images(predict_worklist *w, size_t nclasses, hl_err *e)
{
    size_t n;
    predict_entry *unread = take_unread(w, &n);
    hl_manifest m = {0};
    hl_carried_copy(&m.carried, &w->carried);
    for (size_t i = 0; i < w->n; i++) {
        hl_manifest_add(&m, w->entries[i].image, "", w->entries[i].patient, HL_TEST);
        if (w->entries[i].carried)
            hl_manifest_carry(&m, w->entries[i].carried);
    }
    const int status = w->n ? predict_combine(w, nclasses, &m, "images", e) : 0;
    for (size_t i = 0; i < n; i++)
        predict_worklist_add(w, unread[i]);
    hl_manifest_free(&m);
    free(unread);
    return status;
}
