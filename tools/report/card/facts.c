/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts about the data and the model in words, from the provenance and the feature space. */
#include "../read/provenance_entry.h"
#include "../sections/paper.h"
#include "../sections/sections.h"
#include "card.h"

#include <inttypes.h>
#include <string.h>

static const json_t *step(const report_run *run, const char *tool)
{
    return report_provenance_find(run->metrics.provenance, tool);
}

/* "LABEL VALUE" of an option, if the step states it. */
static void add_option(const json_t *entry, const char *option, const char *label, hl_strbuf *t)
{
    hl_strbuf value = {0};
    if (report_provenance_option(entry, option, &value) && value.len)
        hl_strbuf_printf(t, "%s%s %s", t->len ? ", " : "", label, value.data);
    hl_strbuf_free(&value);
}

/* ---- data ---- */

void report_fact_source(const report_run *run, hl_strbuf *t)
{
    const char *listing =
        report_provenance_text(json_object_get(step(run, "split"), "inputs"), "listing");
    if (*listing)
        hl_strbuf_printf(t,
                         "A folder of labelled images (digest of its listing: %.19s). Their origin "
                         "is for the authors to state.",
                         listing);
}

void report_fact_preprocessing(const report_run *run, hl_strbuf *t)
{
    const hl_feature_space *s = &run->metrics.feature_space;
    hl_strbuf_printf(t,
                     "Resized to %" PRId64 " \xc3\x97 %" PRId64
                     " pixels (%s, %s); pixel values normalised as '%s'.",
                     s->height, s->width, s->filter, s->fit, s->normalize);
}

void report_fact_nothing_missing(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "preprocess");
    if (report_provenance_option_is(entry, "--on-error", "stop"))
        hl_strbuf_puts(t, "None are missing: an image that cannot be read ends the run.");
    if (!report_provenance_option_is(entry, "--on-error", "skip"))
        return;
    hl_strbuf_puts(t, "Images that cannot be read are excluded");
    if (run->has.rejects)
        hl_strbuf_printf(t, ": %zu of %zu", run->rejects.table.nrows,
                         run->rejects.all.images[run->rejects.all.nclasses][HL_SUBSETS]);
    hl_strbuf_puts(t, ".");
}

void report_fact_labels(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "split");
    if (entry)
        hl_strbuf_puts(t, report_provenance_has(entry, "--labels")
                              ? "The labels come from a table."
                              : "The labels are the names of the folders.");
}

void report_fact_partition(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "split");
    if (report_provenance_option_is(entry, "--subsets", "folders")) {
        hl_strbuf_puts(t, "The data set's own subsets");
    } else if (report_provenance_option_is(entry, "--subsets", "own-test")) {
        hl_strbuf_puts(t, "The test set is the data set's own");
        add_option(entry, "--val", "validation set drawn at random from its other images: fraction",
                   t);
    } else if (entry) {
        hl_strbuf_puts(t, "Drawn at random");
        add_option(entry, "--test", "test fraction", t);
        add_option(entry, "--val", "validation fraction of the rest", t);
    }
    if (!report_provenance_option_is(entry, "--subsets", "folders"))
        add_option(entry, "--seed", "seed", t);
    hl_strbuf_puts(t, t->len ? "." : "");
}

void report_fact_disjoint(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "split");
    if (report_provenance_option_is(entry, "--group", "patient"))
        hl_strbuf_puts(t, "Patient");
    else if (report_provenance_option_is(entry, "--group", "none"))
        hl_strbuf_puts(t, "Image: a patient can be in several partitions");
    if (t->len && run->has.manifest)
        hl_strbuf_printf(t, "; patients in more than one partition: %zu",
                         report_shared_patients(&run->manifest));
    hl_strbuf_puts(t, t->len ? "." : "");
}

void report_fact_counts(const report_run *run, hl_strbuf *t)
{
    if (run->has.manifest && run->rejects.table.nrows)
        hl_strbuf_printf(t,
                         "%zu images were listed, and %zu of them, which cannot be read, excluded; "
                         "earlier exclusions are not known.",
                         run->manifest.n, run->rejects.table.nrows);
    else if (run->has.manifest)
        hl_strbuf_printf(t, "%zu images were listed and used; earlier exclusions are not known.",
                         run->manifest.n);
}

void report_fact_classes(const report_run *run, hl_strbuf *t)
{
    if (run->has.manifest)
        hl_strbuf_puts(t, "Images and patients by class and subset: section Data split.");
}

void report_fact_same_source(const report_run *run, hl_strbuf *t)
{
    if (step(run, "split"))
        hl_strbuf_puts(t, "One collection was divided; all subsets were prepared in the same way.");
}

void report_fact_audit(const report_run *run, hl_strbuf *t)
{
    if (run->has.audit)
        hl_strbuf_puts(t, "Duplicates, leakage and shortcuts in the data: section Data audit.");
}

/* ---- model and training ---- */

void report_fact_model_kind(const report_run *run, hl_strbuf *t)
{
    hl_strbuf_printf(t,
                     "Deep learning: a convolutional network (%s) pretrained on photographs, and a "
                     "classification head trained on its features.",
                     report_paper_model_name(&run->metrics));
}

void report_fact_task(const report_run *run, hl_strbuf *t)
{
    const report_metrics *r = &run->metrics;
    hl_strbuf_puts(t, "Development and internal evaluation; outcome:");
    for (size_t k = 0; k < r->m.nclasses; k++)
        hl_strbuf_printf(t, "%s %s", k ? "," : "", r->classes[k]);
    hl_strbuf_puts(t, ".");
}

/* "dense layers of 256 units (ReLU) and 2 units (softmax)" */
static void describe_head(const report_run *run, hl_strbuf *t)
{
    const size_t classes = run->metrics.m.nclasses;
    hl_strbuf hidden = {0};
    const bool known = report_provenance_option(step(run, "train-head"), "--neurons", &hidden);
    if (known && strcmp(hidden.data, "0") != 0)
        hl_strbuf_printf(t, "dense layers of %s units (ReLU) and %zu units (softmax)", hidden.data,
                         classes);
    else
        hl_strbuf_printf(t, "%s of %zu units (softmax)",
                         known ? "a dense layer" : "a last dense layer", classes);
    hl_strbuf_free(&hidden);
}

void report_fact_model(const report_run *run, hl_strbuf *t)
{
    const hl_feature_space *s = &run->metrics.feature_space;
    hl_strbuf_printf(t, "%s up to layer %s, pooling %s, weights %.19s; ",
                     report_paper_model_name(&run->metrics), s->feature_layer, s->pool, s->weights);
    describe_head(run, t);
    hl_strbuf_puts(t, ".");
}

void report_fact_libraries(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = json_array_get(run->metrics.provenance, 0);
    if (entry)
        hl_strbuf_printf(t, "hilum %s", report_provenance_text(entry, "version"));
    if (run->has.software)
        hl_strbuf_puts(t, "; libraries: section Software");
    hl_strbuf_puts(t, t->len ? "." : "");
}

void report_fact_initial(const report_run *run, hl_strbuf *t)
{
    hl_strbuf seed = {0};
    if (report_provenance_option(step(run, "train-head"), "--seed", &seed))
        hl_strbuf_printf(t, "Backbone: weights %.19s. Head: Glorot uniform, biases 0; seed %s.",
                         run->metrics.feature_space.weights, seed.data);
    hl_strbuf_free(&seed);
}

void report_fact_training(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "train-head");
    add_option(entry, "--optimizer", "Optimiser", t);
    add_option(entry, "--lr", "learning rate", t);
    add_option(entry, "--lr-schedule", "schedule", t);
    add_option(entry, "--epochs", "maximum epochs", t);
    add_option(entry, "--batch", "batch size", t);
    add_option(entry, "--dropout", "dropout", t);
    add_option(entry, "--l2", "L2", t);
    if (t->len && report_provenance_option_is(entry, "--standardize", "yes"))
        hl_strbuf_puts(t, ", features standardised on the training images");
    hl_strbuf_puts(t, t->len ? "; loss: cross-entropy." : "");
}

void report_fact_selection(const report_run *run, hl_strbuf *t)
{
    const json_t *of_val = json_object_get(run->metrics.subsets, "val");
    if (!step(run, "train-head"))
        return;
    if (of_val)
        hl_strbuf_puts(t, "The epoch with the lowest validation loss");
    else
        hl_strbuf_puts(t, "The last epoch: there were no validation images");
    add_option(step(run, "train-head"), "--patience", "patience", t);
    hl_strbuf_puts(t, ".");
}

void report_fact_one_model(const report_run *run, hl_strbuf *t)
{
    (void)run;
    hl_strbuf_puts(t, "None: a single model.");
}

void report_fact_imbalance(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "train-head");
    if (report_provenance_option_is(entry, "--class-weight", "none"))
        hl_strbuf_puts(t, "No correction was made.");
    else if (report_provenance_option_is(entry, "--class-weight", "balanced"))
        hl_strbuf_puts(t, "The loss is weighted by the inverse class frequencies.");
}

void report_fact_output(const report_run *run, hl_strbuf *t)
{
    hl_strbuf_puts(t, "A probability for each class; the class with the largest one is predicted "
                      "(with two classes: the threshold 0.5)");
    if (json_array_size(run->binary_metrics.operating_points))
        hl_strbuf_puts(t, "; further thresholds were chosen on the validation set: section Choice "
                          "of threshold");
    hl_strbuf_puts(t, ".");
}

void report_fact_prediction(const report_run *run, hl_strbuf *t)
{
    (void)run;
    hl_strbuf_puts(t, "By the programs listed in section Provenance.");
}

void report_fact_recalibration(const report_run *run, hl_strbuf *t)
{
    if (run->binary_metrics.is_calibrated)
        hl_strbuf_puts(t, "Temperature scaling, fitted on the validation set.");
}

void report_fact_recalibrated(const report_run *run, hl_strbuf *t)
{
    if (run->binary_metrics.is_calibrated)
        hl_strbuf_printf(t, "Temperature %.3f: section Calibration.",
                         run->binary_metrics.temperature);
}
