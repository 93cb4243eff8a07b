/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts about the data in words, from the provenance and the line #listing of the manifest. */
#include "../read/provenance_entry.h"
#include "../sections/sections.h"
#include "card.h"

#include <inttypes.h>
#include <string.h>

const json_t *report_card_step(const report_run *run, const char *tool)
{
    return report_step_of_data(&run->metrics, tool);
}

void report_card_add_option(const json_t *entry, const char *option, const char *label,
                            hl_strbuf *t)
{
    hl_strbuf value = {0};
    if (report_provenance_option(entry, option, &value) && value.len)
        hl_strbuf_printf(t, "%s%s %s", t->len ? ", " : "", label, value.data);
    hl_strbuf_free(&value);
}

/* The digest of an input of split; "" if it had none of this name. */
static const char *split_input(const report_run *run, const char *name)
{
    return report_provenance_text(json_object_get(report_card_step(run, "split"), "inputs"), name);
}

static bool has_table(const report_run *run)
{
    return *split_input(run, "labels") != '\0';
}

/* The caller frees the result with json_decref; NULL where the manifest has no such line. */
static json_t *listing_of(const report_run *run)
{
    const bool known = run->has.manifest && run->manifest.listing;
    return known ? json_loads(run->manifest.listing, 0, NULL) : NULL;
}

static long long number(const json_t *listing, const char *key)
{
    return (long long)json_integer_value(json_object_get(listing, key));
}

void report_fact_source(const report_run *run, hl_strbuf *t)
{
    const char *listing = split_input(run, "listing");
    if (!*listing)
        return;
    if (has_table(run))
        hl_strbuf_printf(t,
                         "Images that a table lists (digest of the table: %.19s, of the listing: "
                         "%.19s).",
                         split_input(run, "labels"), listing);
    else
        hl_strbuf_printf(t, "A folder of labelled images (digest of its listing: %.19s).", listing);
    hl_strbuf_puts(t, " Their origin is for the authors to state.");
}

void report_fact_labels(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "split");
    if (!entry)
        return;
    hl_strbuf_puts(t, report_provenance_has(entry, "--label-regex")
                          ? "The labels are found in the paths of the images"
                      : has_table(run) ? "The labels come from a table"
                                       : "The labels are the names of the folders");
    if (report_provenance_has(entry, "--classes"))
        hl_strbuf_puts(t, "; classes are made of them");
    hl_strbuf_puts(t, run->manifest.listing ? ": section Labels." : ".");
}

/* ---- what was left out ---- */

void report_fact_criteria(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "split");
    report_card_add_option(entry, "--select", "only rows with", t);
    report_card_add_option(entry, "--exclude", "without the files", t);
    report_card_add_option(entry, "--classes", "only images of the classes", t);
    if (has_table(run) && report_provenance_option_is(entry, "--uncertain", "drop"))
        hl_strbuf_printf(t, "%swithout uncertain labels", t->len ? ", " : "");
    if (t->len == 0)
        return;
    t->data[0] = (char)(t->data[0] == 'o' ? 'O' : 'W');
    hl_strbuf_puts(t, ".");
}

/* Rows of the table whose image is not there. */
static void add_missing_rows(const json_t *entry, const json_t *listing, hl_strbuf *t)
{
    if (report_provenance_option_is(entry, "--missing", "stop"))
        hl_strbuf_puts(t, "No image of the table is missing: that ends the run. ");
    if (!report_provenance_option_is(entry, "--missing", "skip"))
        return;
    hl_strbuf_puts(t, "Rows whose image is not there are left out");
    if (listing)
        hl_strbuf_printf(t, ": %lld of %lld", number(listing, "missing"),
                         number(listing, "listed"));
    hl_strbuf_puts(t, ". ");
}

/* "Blank labels count as negative: 13 of 24 rows." The number is missing in older runs. */
static void add_counted(const json_t *entry, const char *option, const json_t *listing,
                        const char *key, const char *what, hl_strbuf *t)
{
    const bool zero = report_provenance_option_is(entry, option, "zero");
    if (!zero && !report_provenance_option_is(entry, option, "one"))
        return;
    hl_strbuf_printf(t, "%s labels count as %s", what, zero ? "negative" : "positive");
    if (json_object_get(listing, key))
        hl_strbuf_printf(t, ": %lld of %lld rows", number(listing, key), number(listing, "listed"));
    hl_strbuf_puts(t, ". ");
}

static void add_blank_labels(const json_t *entry, const json_t *listing, hl_strbuf *t)
{
    if (report_provenance_option_is(entry, "--blank", "stop"))
        hl_strbuf_puts(t, "No label is blank: that ends the run. ");
    add_counted(entry, "--blank", listing, "blank_kept", "Blank", t);
    if (!report_provenance_option_is(entry, "--blank", "drop"))
        return;
    hl_strbuf_puts(t, "Rows with a blank label are left out");
    if (listing)
        hl_strbuf_printf(t, ": %lld of %lld", number(listing, "blank"), number(listing, "listed"));
    hl_strbuf_puts(t, ". ");
}

static void add_unreadable(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "preprocess");
    if (report_provenance_option_is(entry, "--on-error", "stop"))
        hl_strbuf_puts(t, has_table(run)
                              ? "No image is unreadable: that ends the run."
                              : "None are missing: an image that cannot be read ends the run.");
    if (!report_provenance_option_is(entry, "--on-error", "skip"))
        return;
    hl_strbuf_puts(t, "Images that cannot be read are excluded");
    if (run->has.rejects)
        hl_strbuf_printf(t, ": %zu of %zu", run->rejects.table.nrows,
                         run->rejects.all.images[run->rejects.all.nclasses][HL_SUBSETS]);
    hl_strbuf_puts(t, ".");
}

void report_fact_missing(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "split");
    json_t *listing = listing_of(run);
    if (has_table(run)) {
        add_missing_rows(entry, listing, t);
        add_blank_labels(entry, listing, t);
        add_counted(entry, "--uncertain", listing, "uncertain_kept", "Uncertain", t);
    }
    add_unreadable(run, t);
    json_decref(listing);
}

/* "50 rows of a table were listed; left out: 12 whose image is not there, 3 with a blank label." */
static void add_listing(const json_t *listing, hl_strbuf *t)
{
    static const struct {
        const char *key, *text;
    } reasons[] = {{"select", "not selected"},
                   {"exclude", "excluded by name"},
                   {"blank", "with a blank label"},
                   {"uncertain", "with an uncertain label"},
                   {"classes", "in no class"},
                   {"missing", "whose image is not there"},
                   {"repeated", "of an image that another row names"}};
    const char *source = json_string_value(json_object_get(listing, "source"));
    hl_strbuf_printf(t, "%lld %s were listed", number(listing, "listed"),
                     source && strcmp(source, "table") == 0 ? "rows of a table" : "images");
    bool first = true;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const long long n = number(listing, reasons[i].key);
        if (n)
            hl_strbuf_printf(t, "%s %lld %s", first ? "; left out:" : ",", n, reasons[i].text);
        first = first && n == 0;
    }
    hl_strbuf_puts(t, ". ");
}

void report_fact_counts(const report_run *run, hl_strbuf *t)
{
    if (!run->has.manifest)
        return;
    json_t *listing = listing_of(run);
    if (listing)
        add_listing(listing, t);
    hl_strbuf_printf(t, "%zu images were %s", run->manifest.n,
                     !listing                            ? "listed"
                     : report_is_external(&run->metrics) ? "to be tested"
                                                         : "divided into subsets");
    if (run->rejects.table.nrows)
        hl_strbuf_printf(t, ", and %zu of them, which cannot be read, excluded; ",
                         run->rejects.table.nrows);
    else
        hl_strbuf_puts(t, " and used; ");
    hl_strbuf_puts(t, "earlier exclusions are not known.");
    json_decref(listing);
}

/* ---- preparation and subsets ---- */

void report_fact_preprocessing(const report_run *run, hl_strbuf *t)
{
    const hl_feature_space *s = &run->metrics.feature_space;
    hl_strbuf_printf(t,
                     "Resized to %" PRId64 " \xc3\x97 %" PRId64
                     " pixels (%s, %s); pixel values normalised as '%s'.",
                     s->height, s->width, s->filter, s->fit, s->normalize);
}

void report_fact_partition(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "split");
    if (report_is_external(&run->metrics)) {
        hl_strbuf_puts(t, "All images are test images; the training images are of another "
                          "collection.");
        return;
    }
    if (report_provenance_option_is(entry, "--subsets", "folders")) {
        hl_strbuf_puts(t, "The data set's own subsets");
    } else if (report_provenance_option_is(entry, "--subsets", "own-test")) {
        hl_strbuf_puts(t, "The test set is the data set's own");
        report_card_add_option(entry, "--val",
                               "validation set drawn at random from its other images: fraction", t);
    } else if (entry) {
        hl_strbuf_puts(t, "Drawn at random");
        report_card_add_option(entry, "--test", "test fraction", t);
        report_card_add_option(entry, "--val", "validation fraction of the rest", t);
    }
    if (!report_provenance_option_is(entry, "--subsets", "folders"))
        report_card_add_option(entry, "--seed", "seed", t);
    hl_strbuf_puts(t, t->len ? "." : "");
}

void report_fact_disjoint(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "split");
    if (report_is_external(&run->metrics)) {
        hl_strbuf_puts(t, run->has.audit ? "Collection; section Data audit has copies of images in "
                                           "both, and how many images could not be searched."
                                         : "Collection.");
        return;
    }
    if (report_provenance_option_is(entry, "--group", "patient"))
        hl_strbuf_puts(t, "Patient");
    else if (report_provenance_option_is(entry, "--group", "none"))
        hl_strbuf_puts(t, "Image: a patient can be in several partitions");
    if (t->len && run->has.manifest)
        hl_strbuf_printf(t, "; patients in more than one partition: %zu",
                         report_shared_patients(&run->manifest));
    hl_strbuf_puts(t, t->len ? "." : "");
}

void report_fact_classes(const report_run *run, hl_strbuf *t)
{
    if (run->has.manifest)
        hl_strbuf_puts(t, "Images and patients by class and subset: section Data split.");
}

void report_fact_same_source(const report_run *run, hl_strbuf *t)
{
    if (report_is_external(&run->metrics))
        hl_strbuf_puts(t, "Another collection than that of the training, prepared in the same "
                          "way.");
    else if (report_card_step(run, "split"))
        hl_strbuf_puts(t, "One collection was divided; all subsets were prepared in the same way.");
}

void report_fact_audit(const report_run *run, hl_strbuf *t)
{
    if (run->has.audit)
        hl_strbuf_puts(t, "Duplicates, leakage and shortcuts in the data: section Data audit.");
}
