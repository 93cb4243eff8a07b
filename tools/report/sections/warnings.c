/* SPDX-License-Identifier: BSD-2-Clause */
/* Warnings that a reader must see before any result. */
#include "../read/provenance_entry.h"
#include "sections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether the images came from phantom: from the generator itself, or through a split of its
 * folder. */
static bool has_phantom(const json_t *provenance)
{
    for (size_t i = 0; i < json_array_size(provenance); i++) {
        const json_t *entry = json_array_get(provenance, i);
        if (strcmp(report_provenance_text(entry, "tool"), "phantom") == 0 ||
            report_provenance_option_is(entry, "--source", "phantom"))
            return true;
    }
    return false;
}

static void warn_of_source(page_block *b, const json_t *provenance)
{
    if (has_phantom(provenance))
        page_alarm(b, "Synthetic phantoms, not X-rays: all images were drawn by a program.");
}

/* A head that was trained for fewer epochs than its options say. */
static void warn_of_interruption(page_block *b, const json_t *provenance)
{
    for (size_t i = 0; i < json_array_size(provenance); i++) {
        const json_t *epochs = json_object_get(json_array_get(provenance, i), "interrupted");
        if (epochs)
            page_warn(b,
                      "The training was interrupted after epoch %lld: the head is not the one that "
                      "its options would have given.",
                      (long long)json_integer_value(epochs));
    }
}

static void add_message(page_block *b, const char *text, bool alarm)
{
    if (!text || !*text)
        return;
    char *sentence = page_sentence(text);
    if (alarm)
        page_alarm(b, "%s", sentence);
    else
        page_warn(b, "%s", sentence);
    free(sentence);
}

/* A model that always predicts one class must not pass for a good one. */
static void warn_of_collapse(page_block *b, const report_metrics *r,
                             const report_binary_metrics *bm)
{
    const bool stated = bm->collapse_reasons != NULL;
    if (bm->collapsed)
        page_alarm(b,
                   "This model has collapsed: it is no better than always predicting one class.");
    for (size_t i = 0; bm->collapsed && i < json_array_size(bm->collapse_reasons); i++)
        add_message(b, json_string_value(json_array_get(bm->collapse_reasons, i)), true);
    for (size_t i = 0; i < json_array_size(r->warnings); i++)
        add_message(b, json_string_value(json_array_get(r->warnings, i)), bm->collapsed && !stated);
}

static double subset_value(const report_metrics *r, hl_subset subset, const char *key)
{
    const json_t *of = json_object_get(r->subsets, hl_subset_names[subset]);
    const json_t *value = json_object_get(of, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Images of a subset, as the metrics count them. */
static size_t images_in(const report_metrics *r, hl_subset subset)
{
    const json_t *of = json_object_get(r->subsets, hl_subset_names[subset]);
    return (size_t)json_integer_value(
        json_object_get(of, r->rule.unit == HL_UNIT_IMAGE ? "n" : "images"));
}

/* Where the loss on the validation images is more than this many times that on the training images,
 * the head knows the training images rather than the disease. Less is usual: 4 times on the chest
 * X-rays with the default knobs. A small loss may differ without harm. */
#define FAR_BEYOND 5.0
#define SMALL_LOSS 0.02
/* With fewer validation images their loss says too little. */
enum { FEW_TO_COMPARE = 10 };

static void warn_of_overfitting(page_block *b, const report_metrics *r)
{
    /* A temperature that was fitted on the validation images makes their loss small. */
    const double before = subset_value(r, HL_VAL, "log_loss_before");
    const char *loss = isfinite(before) ? "log_loss_before" : "log_loss";
    const double train = subset_value(r, HL_TRAIN, loss), val = subset_value(r, HL_VAL, loss);
    const bool changed = isfinite(before) && before != subset_value(r, HL_VAL, "log_loss");
    const char *units = report_units(r);
    if (images_in(r, HL_VAL) >= FEW_TO_COMPARE && val > FAR_BEYOND * train &&
        val - train > SMALL_LOSS)
        page_warn(b,
                  "Training has gone far beyond validation: the log loss%s is %.4f on the training "
                  "%s, where the accuracy is %.3f, and %.4f on the validation %s. Expect "
                  "less on images of another hospital; make tune tries L2, DROPOUT and smaller "
                  "heads.",
                  changed ? " before calibration" : "", train, units,
                  subset_value(r, HL_TRAIN, "accuracy"), val, units);
}

void report_warn_of_metrics(page_block *b, const report_metrics *r, const report_binary_metrics *bm)
{
    warn_of_collapse(b, r, bm);
    warn_of_source(b, r->provenance);
    warn_of_overfitting(b, r);
    warn_of_interruption(b, r->provenance);
    if (strncmp(r->feature_space.weights, "seeded:", 7) == 0)
        page_alarm(b,
                   "Untrained backbone: its weights are pseudo-random (%s), and the metrics say "
                   "nothing about X-rays.",
                   r->feature_space.weights);
}

/* Images left out are those that the metrics cannot count. */
static void warn_of_counts(page_block *b, const report_metrics *r, const hl_manifest *m,
                           const report_rejects *left_out)
{
    const size_t shared = report_shared_patients(m);
    if (shared)
        page_warn(
            b,
            "%zu %s images in more than one subset: the metrics are better than they would be "
            "for new patients.",
            shared, shared == 1 ? "patient has" : "patients have");
    for (int s = 0; s < HL_SUBSETS; s++) {
        const size_t listed = hl_manifest_count(m, (hl_subset)s);
        const size_t measured = images_in(r, (hl_subset)s);
        if (listed != measured + report_rejects_in_subset(left_out, (hl_subset)s))
            page_warn(b, "The manifest lists %zu images in %s, but the metrics count %zu.", listed,
                      hl_subset_names[s], measured);
    }
}

/* An accuracy of 90 % on 100 images has the Wilson interval 83 to 94 %: with fewer images, chance
 * selects the epoch. */
enum { FEW_TO_VALIDATE = 100 };

static void warn_of_validation(page_block *b, const report_metrics *r, size_t n)
{
    if (!report_provenance_find(r->provenance, "train-head"))
        return;
    if (n == 0)
        page_warn(b,
                  "There were no validation images: the head is that of the last epoch, even if "
                  "an earlier one would have generalised better. Its accuracy on the training "
                  "%s is %.3f.",
                  report_units(r), subset_value(r, HL_TRAIN, "accuracy"));
    else if (n < FEW_TO_VALIDATE &&
             report_provenance_option_is(report_provenance_find(r->provenance, "split"),
                                         "--subsets", "folders"))
        page_warn(b,
                  "The data set has only %zu validation images of its own, too few to choose a "
                  "threshold: SUBSETS=own-test draws more of them from the training images.",
                  n);
}

/* In an external test: more images than twice what is expected, beyond chance. */
static void warn_of_distribution(page_block *b, const report_metrics *r)
{
    const json_t *external = json_object_get(r->json, "external");
    const json_t *ood = json_object_get(external, "out_of_distribution");
    const double expected = report_real(ood, "expected"), value = report_real(ood, "value");
    if (report_own_interval(ood).lo > 2 * expected)
        page_warn(b,
                  "%.1f" PAGE_PERCENT
                  " of the %s are out-of-distribution, where about %.1f" PAGE_PERCENT
                  " of images like those of the training would be: the head may not "
                  "know such images.",
                  100 * value, report_units(r), 100 * expected);
}

/* The images of an external test say nothing about the training of the head: its own metrics do. */
static void warn_of_training(page_block *b, const report_run *run)
{
    if (run->has.internal) {
        warn_of_overfitting(b, &run->internal);
        warn_of_validation(b, &run->internal, images_in(&run->internal, HL_VAL));
    } else if (run->has.manifest && !report_is_external(&run->metrics)) {
        warn_of_validation(b, &run->metrics, hl_manifest_count(&run->manifest, HL_VAL));
    }
}

void report_warn_of_run(page_block *b, const report_run *run)
{
    report_warn_of_metrics(b, &run->metrics, &run->binary_metrics);
    if (run->has.audit)
        report_warn_of_audit(b, &run->audit);
    if (run->has.rejects)
        report_warn_of_rejects(b, &run->rejects, &run->manifest);
    if (run->has.manifest) {
        report_warn_of_listing(b, &run->manifest);
        warn_of_counts(b, &run->metrics, &run->manifest, &run->rejects);
    }
    warn_of_training(b, run);
    warn_of_distribution(b, &run->metrics);
}
