/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reader must know before any figure. */
#include "sections.h"

#include <ctype.h>
#include <string.h>

static const char *text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));
    return text ? text : "";
}

/* The generator itself, or a split of a folder that it has filled. */
static bool has_phantom(const json_t *chain)
{
    for (size_t i = 0; i < json_array_size(chain); i++) {
        const json_t *entry = json_array_get(chain, i);
        if (strcmp(text_of(entry, "tool"), "phantom") == 0 ||
            strstr(text_of(entry, "options"), "--source phantom"))
            return true;
    }
    return false;
}

static void warn_of_source(doc_block *b, const json_t *chain)
{
    if (has_phantom(chain))
        doc_warn(b, "Synthetic phantoms, not X-rays: the images were generated.");
}

void warn_of_metrics(doc_block *b, const report_metrics *r)
{
    warn_of_source(b, r->chain);
    if (strncmp(r->space.weights, "seeded:", 7) == 0)
        doc_warn(b,
                 "Untrained backbone: pseudo-random weights %s; the figures say nothing about "
                 "X-rays.",
                 r->space.weights);
    for (size_t i = 0; i < json_array_size(r->warnings); i++) {
        const char *text = json_string_value(json_array_get(r->warnings, i));
        if (text && *text) /* written for a log: no capital, no full stop */
            doc_warn(b, "%c%s.", toupper((unsigned char)*text), text + 1);
    }
}

static bool is_ancestor(const json_t *entry, const json_t *chain)
{
    for (size_t i = 0; i < json_array_size(chain); i++)
        if (json_equal(entry, json_array_get(chain, i)))
            return true;
    return false;
}

/* A file whose maker is not among the metrics' ancestors is of another run. */
static int warn_of_stranger(doc_block *b, const report_metrics *r, const char *what,
                            const char *text, hl_err *e)
{
    json_t *chain = json_loads(text, 0, NULL);
    if (!json_is_array(chain)) {
        json_decref(chain);
        return hl_fail(e, "the %s: its #chain line: expected a JSON list", what);
    }
    if (!has_phantom(r->chain))
        warn_of_source(b, chain);
    const size_t n = json_array_size(chain);
    if (n && !is_ancestor(json_array_get(chain, n - 1), r->chain))
        doc_warn(b, "The %s is of another run than the metrics: their provenance differs.", what);
    json_decref(chain);
    return 0;
}

static void warn_of_counts(doc_block *b, const report_metrics *r, const hl_manifest *m)
{
    const size_t shared = shared_patients(m);
    if (shared)
        doc_warn(b,
                 "%zu patients have images in more than one subset, so the figures are better "
                 "than they would be for new patients.",
                 shared);
    for (int s = 0; s < HL_SUBSETS; s++) {
        const json_t *of = json_object_get(r->subsets, hl_subset_names[s]);
        const size_t listed = hl_manifest_count(m, (hl_subset)s);
        const size_t measured = (size_t)json_integer_value(json_object_get(of, "n"));
        if (listed != measured)
            doc_warn(b, "The manifest lists %zu images in %s, the metrics count %zu.", listed,
                     hl_subset_names[s], measured);
    }
}

int warn_of(doc_block *b, const report_metrics *r, const hl_manifest *m, const report_history *h,
            hl_err *e)
{
    warn_of_metrics(b, r);
    if (m && warn_of_stranger(b, r, "manifest", m->chain, e))
        return -1;
    if (m)
        warn_of_counts(b, r, m);
    return h && h->chain ? warn_of_stranger(b, r, "history", h->chain, e) : 0;
}
