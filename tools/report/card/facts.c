/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts about the model in words, from the provenance and the feature space. */
#include "../read/provenance_entry.h"
#include "../sections/paper.h"
#include "../sections/sections.h"
#include "card.h"

#include <inttypes.h>
#include <string.h>

void report_fact_model_kind(const report_run *run, hl_strbuf *t)
{
    const bool seeded = strncmp(run->metrics.feature_space.weights, "seeded:", 7) == 0;
    hl_strbuf_printf(t,
                     "Deep learning: a convolutional network (%s) %s, and a classification head "
                     "trained on its features.",
                     report_paper_model_name(&run->metrics),
                     seeded ? "with pseudo-random weights" : "pretrained on photographs");
}

void report_fact_task(const report_run *run, hl_strbuf *t)
{
    const report_metrics *r = &run->metrics;
    hl_strbuf_puts(t, report_is_external(r) ? "External evaluation of a finished model; outcome:"
                                            : "Development and internal evaluation; outcome:");
    for (size_t k = 0; k < r->m.nclasses; k++)
        hl_strbuf_printf(t, "%s %s", k ? "," : "", r->classes[k]);
    hl_strbuf_puts(t, ".");
}

/* "dense layers of 256 units (ReLU) and 2 units (softmax)" */
static void describe_head(const report_run *run, hl_strbuf *t)
{
    const size_t classes = run->metrics.m.nclasses;
    hl_strbuf hidden = {0};
    const bool known =
        report_provenance_option(report_card_step(run, "train-head"), "--neurons", &hidden);
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
    if (report_provenance_option(report_card_step(run, "train-head"), "--seed", &seed))
        hl_strbuf_printf(t, "Backbone: weights %.19s. Head: Glorot uniform, biases 0; seed %s.",
                         run->metrics.feature_space.weights, seed.data);
    hl_strbuf_free(&seed);
}

void report_fact_training(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "train-head");
    report_card_add_option(entry, "--optimizer", "Optimiser", t);
    report_card_add_option(entry, "--lr", "learning rate", t);
    report_card_add_option(entry, "--lr-schedule", "schedule", t);
    report_card_add_option(entry, "--epochs", "maximum epochs", t);
    report_card_add_option(entry, "--batch", "batch size", t);
    report_card_add_option(entry, "--dropout", "dropout", t);
    report_card_add_option(entry, "--l2", "L2", t);
    if (t->len && report_provenance_option_is(entry, "--standardize", "yes"))
        hl_strbuf_puts(t, ", features standardised on the training images");
    hl_strbuf_puts(t, t->len ? "; loss: cross-entropy." : "");
}

void report_fact_selection(const report_run *run, hl_strbuf *t)
{
    const bool external = report_is_external(&run->metrics);
    const report_metrics *own = external ? &run->internal : &run->metrics;
    const json_t *of_val = json_object_get(own->subsets, "val");
    const json_t *step = report_card_step(run, "train-head");
    if (!step || (external && !run->has.internal))
        return;
    if (!of_val)
        hl_strbuf_puts(t, "The last epoch: there were no validation images");
    else if (report_provenance_option_is(step, "--patience", "0"))
        hl_strbuf_puts(t, "The last of a fixed number of epochs");
    else {
        hl_strbuf_puts(t, "The epoch with the lowest validation loss");
        report_card_add_option(step, "--patience", "patience", t);
    }
    hl_strbuf_puts(t, ".");
}

void report_fact_one_model(const report_run *run, hl_strbuf *t)
{
    (void)run;
    hl_strbuf_puts(t, "None: a single model.");
}

void report_fact_imbalance(const report_run *run, hl_strbuf *t)
{
    const json_t *entry = report_card_step(run, "train-head");
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
    if (report_lacks_temperature(&run->binary_metrics))
        hl_strbuf_puts(t, "None: the temperature was not estimable.");
    else if (run->binary_metrics.is_calibrated)
        hl_strbuf_puts(t, report_is_external(&run->metrics)
                              ? "None for these images: temperature scaling, fitted on the "
                                "validation set of the head's own collection."
                              : "Temperature scaling, fitted on the validation set.");
}

void report_fact_recalibrated(const report_run *run, hl_strbuf *t)
{
    if (run->binary_metrics.is_calibrated && !report_lacks_temperature(&run->binary_metrics))
        hl_strbuf_printf(t, "Temperature %.3f: section Calibration.",
                         run->binary_metrics.temperature);
}
