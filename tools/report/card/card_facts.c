/* SPDX-License-Identifier: BSD-2-Clause */
/* Single facts of a run, in words, from its provenance, space and figures. */
#include "../read/paper.h"
#include "../read/provenance_entry.h"
#include "../sections/sections.h"
#include "card.h"

#include <inttypes.h>
#include <string.h>

static const json_t *step(const report_run *run, const char *tool)
{
    return report_provenance_find(run->metrics.chain, tool);
}

/* "label value" of an option, if the step states it. */
static void say_option(const json_t *entry, const char *option, const char *label, hl_strbuf *t)
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
                         "A folder of labelled images, listing %.19s. Where they come from is for "
                         "people to say.",
                         listing);
}

void report_fact_preprocessing(const report_run *run, hl_strbuf *t)
{
    const hl_feature_space *s = &run->metrics.space;
    hl_strbuf_printf(t,
                     "Resized to %" PRId64 " \xc3\x97 %" PRId64 " pixels (%s, %s), scaled as '%s'.",
                     s->height, s->width, s->filter, s->fit, s->normalize);
}

void report_fact_nothing_missing(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "preprocess");
    if (report_provenance_option_is(entry, "--on-error", "stop"))
        hl_strbuf_puts(t, "None: an image that cannot be read ends the run.");
    else if (report_provenance_option_is(entry, "--on-error", "skip"))
        hl_strbuf_puts(t, "Images that cannot be read are left out.");
}

void report_fact_labels(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "split");
    if (entry)
        hl_strbuf_puts(t, report_provenance_has(entry, "--labels")
                              ? "Labels are taken from a table."
                              : "Labels are the names of the folders.");
}

void report_fact_partition(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "split");
    if (report_provenance_option_is(entry, "--subsets", "folders")) {
        hl_strbuf_puts(t, "The data set's own");
    } else if (report_provenance_option_is(entry, "--subsets", "own-test")) {
        hl_strbuf_puts(t, "The test set is the data set's own");
        say_option(entry, "--val", "validation drawn from its other images: share", t);
    } else if (entry) {
        hl_strbuf_puts(t, "Drawn at random");
        say_option(entry, "--test", "test share", t);
        say_option(entry, "--val", "validation share of the rest", t);
    }
    if (!report_provenance_option_is(entry, "--subsets", "folders"))
        say_option(entry, "--seed", "seed", t);
    hl_strbuf_puts(t, t->len ? "." : "");
}

void report_fact_disjoint(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "split");
    if (report_provenance_option_is(entry, "--group", "patient"))
        hl_strbuf_puts(t, "Patient");
    else if (report_provenance_option_is(entry, "--group", "none"))
        hl_strbuf_puts(t, "Image only: a patient can be in several partitions");
    if (t->len && run->has.manifest)
        hl_strbuf_printf(t, "; %zu patients are in more than one",
                         report_shared_patients(&run->manifest));
    hl_strbuf_puts(t, t->len ? "." : "");
}

void report_fact_counts(const report_run *run, hl_strbuf *t)
{
    if (run->has.manifest)
        hl_strbuf_printf(t,
                         "%zu images were listed and used; what was excluded before is not known.",
                         run->manifest.n);
}

void report_fact_classes(const report_run *run, hl_strbuf *t)
{
    if (run->has.manifest)
        hl_strbuf_puts(t, "Images and patients of each class and subset: section Data split.");
}

void report_fact_same_source(const report_run *run, hl_strbuf *t)
{
    if (step(run, "split"))
        hl_strbuf_puts(t, "One collection, divided; same preparation for all subsets.");
}

void report_fact_audit(const report_run *run, hl_strbuf *t)
{
    if (run->has.audit)
        hl_strbuf_puts(t, "Copies, leakage and shortcuts of the data: section Data audit.");
}

/* ---- model and training ---- */

void report_fact_model_kind(const report_run *run, hl_strbuf *t)
{
    hl_strbuf_printf(t,
                     "Deep learning: a convolutional network (%s) trained on photographs, and a "
                     "head trained on its features.",
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

void report_fact_model(const report_run *run, hl_strbuf *t)
{
    const hl_feature_space *s = &run->metrics.space;
    hl_strbuf units = {0};
    const bool known = report_provenance_option(step(run, "train-head"), "--neurons", &units);
    hl_strbuf_printf(t, "%s cut at layer %s, pooling %s, weights %.19s; dense layers of ",
                     report_paper_model_name(&run->metrics), s->feature_layer, s->pool, s->weights);
    if (known && strcmp(units.data, "0") != 0)
        hl_strbuf_printf(t, "%s and ", units.data);
    hl_strbuf_printf(t, "%zu units, ReLU, then softmax.", run->metrics.m.nclasses);
    hl_strbuf_free(&units);
}

void report_fact_libraries(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = json_array_get(run->metrics.chain, 0);
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
        hl_strbuf_printf(t, "Backbone: weights %.19s. Head: Glorot uniform, biases 0, seed %s.",
                         run->metrics.space.weights, seed.data);
    hl_strbuf_free(&seed);
}

void report_fact_training(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "train-head");
    say_option(entry, "--optimizer", "Optimiser", t);
    say_option(entry, "--lr", "learning rate", t);
    say_option(entry, "--lr-schedule", "schedule", t);
    say_option(entry, "--epochs", "at most epochs", t);
    say_option(entry, "--batch", "batch", t);
    say_option(entry, "--dropout", "dropout", t);
    say_option(entry, "--l2", "L2", t);
    if (t->len && report_provenance_option_is(entry, "--standardize", "yes"))
        hl_strbuf_puts(t, ", features standardised over the training images");
    hl_strbuf_puts(t, t->len ? "; loss: cross entropy." : "");
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
    say_option(step(run, "train-head"), "--patience", "patience", t);
    hl_strbuf_puts(t, ".");
}

void report_fact_one_model(const report_run *run, hl_strbuf *t)
{
    (void)run;
    hl_strbuf_puts(t, "None: one model.");
}

void report_fact_imbalance(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = step(run, "train-head");
    if (report_provenance_option_is(entry, "--class-weight", "none"))
        hl_strbuf_puts(t, "No method was used.");
    else if (report_provenance_option_is(entry, "--class-weight", "balanced"))
        hl_strbuf_puts(t, "Loss weighted by the inverse frequency of the classes.");
}

void report_fact_output(const report_run *run, hl_strbuf *t)
{
    hl_strbuf_puts(t, "A probability for each class; the answer is the largest, which is the "
                      "threshold 0.5 with two");
    if (json_array_size(run->evidence.operating_points))
        hl_strbuf_puts(t, "; further thresholds were fixed on validation: section Choice of "
                          "threshold");
    hl_strbuf_puts(t, ".");
}

void report_fact_prediction(const report_run *run, hl_strbuf *t)
{
    (void)run;
    hl_strbuf_puts(t, "By the programs and files of section Provenance.");
}

void report_fact_recalibration(const report_run *run, hl_strbuf *t)
{
    if (run->evidence.is_calibrated)
        hl_strbuf_puts(t, "Temperature scaling, fitted on validation.");
}

void report_fact_recalibrated(const report_run *run, hl_strbuf *t)
{
    if (run->evidence.is_calibrated)
        hl_strbuf_printf(t, "Temperature %.3f: section Calibration.", run->evidence.temperature);
}
