/* SPDX-License-Identifier: BSD-2-Clause */
/* Single facts of a run, in words, from its provenance, space and figures. */
#include "card.h"

#include "../read/paper.h"
#include "../read/provenance_entry.h"
#include "../sections/sections.h"

#include <inttypes.h>
#include <string.h>

static const json_t *step(const report_run *run, const char *tool)
{
    return chain_find(run->metrics.chain, tool);
}

/* "label value" of an option, if the step states it. */
static void say_option(const json_t *entry, const char *option, const char *label, hl_text *t)
{
    hl_text value = {0};
    if (chain_option(entry, option, &value) && value.len)
        hl_text_printf(t, "%s%s %s", t->len ? ", " : "", label, value.data);
    hl_text_free(&value);
}

/* ---- data ---- */

void fact_source(const report_run *run, hl_text *t)
{
    const char *listing = chain_text(json_object_get(step(run, "split"), "inputs"), "listing");
    if (*listing)
        hl_text_printf(t,
                       "A folder of labelled images, listing %.19s. Where they come from is for "
                       "people to say.",
                       listing);
}

void fact_preprocessing(const report_run *run, hl_text *t)
{
    const hl_space *s = &run->metrics.space;
    hl_text_printf(t,
                   "Resized to %" PRId64 " \xc3\x97 %" PRId64 " pixels (%s, %s), scaled as '%s'.",
                   s->height, s->width, s->filter, s->fit, s->normalize);
}

void fact_nothing_missing(const report_run *run, hl_text *t)
{
    const json_t *entry = step(run, "preprocess");
    if (chain_option_is(entry, "--on-error", "stop"))
        hl_text_puts(t, "None: an image that cannot be read ends the run.");
    else if (chain_option_is(entry, "--on-error", "skip"))
        hl_text_puts(t, "Images that cannot be read are left out.");
}

void fact_labels(const report_run *run, hl_text *t)
{
    const json_t *entry = step(run, "split");
    if (entry)
        hl_text_puts(t, chain_has(entry, "--labels") ? "Labels are taken from a table."
                                                     : "Labels are the names of the folders.");
}

void fact_partition(const report_run *run, hl_text *t)
{
    const json_t *entry = step(run, "split");
    if (chain_option_is(entry, "--subsets", "folders")) {
        hl_text_puts(t, "The data set's own");
    } else if (chain_option_is(entry, "--subsets", "own-test")) {
        hl_text_puts(t, "The test set is the data set's own");
        say_option(entry, "--val", "validation drawn from its other images: share", t);
    } else if (entry) {
        hl_text_puts(t, "Drawn at random");
        say_option(entry, "--test", "test share", t);
        say_option(entry, "--val", "validation share of the rest", t);
    }
    if (!chain_option_is(entry, "--subsets", "folders"))
        say_option(entry, "--seed", "seed", t);
    hl_text_puts(t, t->len ? "." : "");
}

void fact_disjoint(const report_run *run, hl_text *t)
{
    const json_t *entry = step(run, "split");
    if (chain_option_is(entry, "--group", "patient"))
        hl_text_puts(t, "Patient");
    else if (chain_option_is(entry, "--group", "none"))
        hl_text_puts(t, "Image only: a patient can be in several partitions");
    if (t->len && run->has.manifest)
        hl_text_printf(t, "; %zu patients are in more than one", shared_patients(&run->manifest));
    hl_text_puts(t, t->len ? "." : "");
}

void fact_counts(const report_run *run, hl_text *t)
{
    if (run->has.manifest)
        hl_text_printf(t, "%zu images were listed and used; what was excluded before is not known.",
                       run->manifest.n);
}

void fact_classes(const report_run *run, hl_text *t)
{
    if (run->has.manifest)
        hl_text_puts(t, "Images and patients of each class and subset: section Data split.");
}

void fact_same_source(const report_run *run, hl_text *t)
{
    if (step(run, "split"))
        hl_text_puts(t, "One collection, divided; same preparation for all subsets.");
}

void fact_audit(const report_run *run, hl_text *t)
{
    if (run->has.audit)
        hl_text_puts(t, "Copies, leakage and shortcuts of the data: section Data audit.");
}

/* ---- model and training ---- */

void fact_model_kind(const report_run *run, hl_text *t)
{
    hl_text_printf(t,
                   "Deep learning: a convolutional network (%s) trained on photographs, and a "
                   "head trained on its features.",
                   paper_model_name(&run->metrics));
}

void fact_task(const report_run *run, hl_text *t)
{
    const report_metrics *r = &run->metrics;
    hl_text_puts(t, "Development and internal evaluation; outcome:");
    for (size_t k = 0; k < r->m.nclasses; k++)
        hl_text_printf(t, "%s %s", k ? "," : "", r->classes[k]);
    hl_text_puts(t, ".");
}

void fact_model(const report_run *run, hl_text *t)
{
    const hl_space *s = &run->metrics.space;
    hl_text units = {0};
    const bool known = chain_option(step(run, "train-head"), "--neurons", &units);
    hl_text_printf(t, "%s cut at layer %s, pooling %s, weights %.19s; dense layers of ",
                   paper_model_name(&run->metrics), s->cut, s->pool, s->weights);
    if (known && strcmp(units.data, "0") != 0)
        hl_text_printf(t, "%s and ", units.data);
    hl_text_printf(t, "%zu units, ReLU, then softmax.", run->metrics.m.nclasses);
    hl_text_free(&units);
}

void fact_libraries(const report_run *run, hl_text *t)
{
    const json_t *entry = json_array_get(run->metrics.chain, 0);
    if (entry)
        hl_text_printf(t, "hilum %s", chain_text(entry, "version"));
    if (run->has.software)
        hl_text_puts(t, "; libraries: section Software");
    hl_text_puts(t, t->len ? "." : "");
}

void fact_initial(const report_run *run, hl_text *t)
{
    hl_text seed = {0};
    if (chain_option(step(run, "train-head"), "--seed", &seed))
        hl_text_printf(t, "Backbone: weights %.19s. Head: Glorot uniform, biases 0, seed %s.",
                       run->metrics.space.weights, seed.data);
    hl_text_free(&seed);
}

void fact_training(const report_run *run, hl_text *t)
{
    const json_t *entry = step(run, "train-head");
    say_option(entry, "--optimizer", "Optimiser", t);
    say_option(entry, "--lr", "learning rate", t);
    say_option(entry, "--lr-schedule", "schedule", t);
    say_option(entry, "--epochs", "at most epochs", t);
    say_option(entry, "--batch", "batch", t);
    say_option(entry, "--dropout", "dropout", t);
    say_option(entry, "--l2", "L2", t);
    if (t->len && chain_option_is(entry, "--standardize", "yes"))
        hl_text_puts(t, ", features standardised over the training images");
    hl_text_puts(t, t->len ? "; loss: cross entropy." : "");
}

void fact_selection(const report_run *run, hl_text *t)
{
    const json_t *of_val = json_object_get(run->metrics.subsets, "val");
    if (!step(run, "train-head"))
        return;
    if (of_val)
        hl_text_puts(t, "The epoch with the lowest validation loss");
    else
        hl_text_puts(t, "The last epoch: there were no validation images");
    say_option(step(run, "train-head"), "--patience", "patience", t);
    hl_text_puts(t, ".");
}

void fact_one_model(const report_run *run, hl_text *t)
{
    (void)run;
    hl_text_puts(t, "None: one model.");
}

void fact_imbalance(const report_run *run, hl_text *t)
{
    const json_t *entry = step(run, "train-head");
    if (chain_option_is(entry, "--class-weight", "none"))
        hl_text_puts(t, "No method was used.");
    else if (chain_option_is(entry, "--class-weight", "balanced"))
        hl_text_puts(t, "Loss weighted by the inverse frequency of the classes.");
}

void fact_output(const report_run *run, hl_text *t)
{
    hl_text_puts(t, "A probability for each class; the answer is the largest, which is the "
                    "threshold 0.5 with two");
    if (json_array_size(run->evidence.operating_points))
        hl_text_puts(t, "; further thresholds were fixed on validation: section Choice of "
                        "threshold");
    hl_text_puts(t, ".");
}

void fact_prediction(const report_run *run, hl_text *t)
{
    (void)run;
    hl_text_puts(t, "By the programs and files of section Provenance.");
}

void fact_recalibration(const report_run *run, hl_text *t)
{
    if (run->evidence.is_calibrated)
        hl_text_puts(t, "Temperature scaling, fitted on validation.");
}

void fact_recalibrated(const report_run *run, hl_text *t)
{
    if (run->evidence.is_calibrated)
        hl_text_printf(t, "Temperature %.3f: section Calibration.", run->evidence.temperature);
}
