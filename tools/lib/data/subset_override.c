/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/subset_override.h"

#include "data/manifest_index.h"
#include "data/provenance.h"

#include <string.h>

static int check_agreement(const hl_sample *have, const char *file, const hl_sample *given,
                           const char *manifest, hl_err *e)
{
    if (strcmp(have->label, given->label) != 0)
        return hl_fail(e, "sample '%s': its label is '%s' in %s, '%s' in %s", have->path,
                       have->label, file, given->label, manifest);
    if (strcmp(have->patient, given->patient) != 0)
        return hl_fail(e, "sample '%s': its patient is '%s' in %s, '%s' in %s", have->path,
                       have->patient, file, given->patient, manifest);
    return 0;
}

static int apply_subsets(hl_samples *s, const hl_manifest *m, const char *name, hl_err *e)
{
    const char *file = hl_tf_name(s->file);
    hl_manifest_index given;
    hl_manifest_index_make(&given, m);
    int status = 0;
    for (size_t i = 0; i < s->n && status == 0; i++) {
        hl_sample *have = &s->manifest.samples[i];
        const hl_sample *other = hl_manifest_find(&given, have->path);
        status = other ? check_agreement(have, file, other, name, e)
                       : hl_fail(e, "sample '%s' of %s is not in %s", have->path, file, name);
        if (status == 0)
            have->subset = other->subset;
    }
    hl_manifest_index_free(&given);
    return status;
}

/* The first image of the manifest that is not among the samples. */
static const hl_sample *find_further(const hl_samples *s, const hl_manifest *m)
{
    hl_manifest_index have;
    const hl_sample *found = NULL;
    hl_manifest_index_make(&have, &s->manifest);
    for (size_t i = 0; i < m->n && !found; i++)
        if (!hl_manifest_find(&have, m->samples[i].path))
            found = &m->samples[i];
    hl_manifest_index_free(&have);
    return found;
}

/* Fails if the manifest lists further images: a split of more images is a different split. Only
 * those that preprocess left out may be there. */
static int check_further(const hl_samples *s, const hl_manifest *m, const char *name, hl_err *e)
{
    const char *file = hl_tf_name(s->file);
    char expected[HL_DIGEST_SIZE], found[HL_DIGEST_SIZE];
    const hl_sample *further = find_further(s, m);
    if (!further)
        return 0;
    if (hl_provenance_input(s->provenance, "preprocess", "left-out", expected, e))
        return -1;
    if (!*expected)
        return hl_fail(e, "sample '%s' of %s is not in %s", further->path, name, file);
    const size_t n = hl_manifest_left_out(m, &s->manifest, found);
    if (strcmp(expected, found) == 0)
        return 0;
    return hl_fail(e,
                   "%s: expected no images besides those of %s and those that preprocess left out, "
                   "found %zu other%s, such as '%s'",
                   name, file, n, n == 1 ? "" : "s", further->path);
}

static int override(hl_samples *s, const hl_manifest *m, const char *name, hl_err *e)
{
    if (hl_manifest_has_augmented(m))
        return hl_fail(e, "%s: expected original images only, found augmented copies", name);
    if (apply_subsets(s, m, name, e) || check_further(s, m, name, e) ||
        hl_provenance_join(&s->joined, s->provenance, m->provenance, e))
        return -1;
    s->provenance = s->joined;
    hl_manifest_digest(m, s->override);
    return 0;
}

int hl_subset_override(hl_samples *s, const char *path, hl_err *e)
{
    if (!path)
        return 0;
    hl_manifest m;
    if (hl_manifest_read(&m, path, e))
        return -1;
    const int status = override(s, &m, path, e);
    hl_manifest_free(&m);
    return status;
}
