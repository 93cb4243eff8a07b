/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model card: what a run states about the items of two published checklists. Items have the
 * numbers of the checklists; their topics are abridged.
 *
 *   CLAIM 2024: Tejani et al., Radiology: Artificial Intelligence 2024; 6(4): e240300
 *   TRIPOD+AI: Collins et al., BMJ 2024; 385: e078378
 */
#include "card.h"

#include "../sections/sections.h"
#include "base/mem.h"

#include <stdlib.h>

enum { FULL = false, PART = true };

static const report_card_item claim[] = {
    {"1", "Study of AI methods, kind of technology", report_fact_model_kind, FULL},
    {"2", "Structured summary", NULL, FULL},
    {"3", "Background, intended use and role", NULL, FULL},
    {"4", "Aims and hypotheses", NULL, FULL},
    {"5", "Prospective or retrospective", NULL, FULL},
    {"6", "Study goal", NULL, FULL},
    {"7", "Data sources", report_fact_source, PART},
    {"8", "Inclusion and exclusion criteria", report_fact_criteria, PART},
    {"9", "Data preprocessing", report_fact_preprocessing, FULL},
    {"10", "Selection of data subsets", report_fact_partition, PART},
    {"11", "De-identification", NULL, FULL},
    {"12", "Handling of missing data", report_fact_missing, FULL},
    {"13", "Image acquisition protocol", NULL, FULL},
    {"14", "How the reference standard was obtained", report_fact_labels, PART},
    {"15", "Why this reference standard", NULL, FULL},
    {"16", "Source of the annotations", NULL, FULL},
    {"17", "Annotation of the test set", NULL, FULL},
    {"18", "Variability between and within raters", NULL, FULL},
    {"19", "Assignment to partitions", report_fact_partition, FULL},
    {"20", "Level at which partitions are disjoint", report_fact_disjoint, FULL},
    {"21", "Intended sample size", NULL, FULL},
    {"22", "Model in detail", report_fact_model, FULL},
    {"23", "Software libraries and frameworks", report_fact_libraries, FULL},
    {"24", "Initial parameters", report_fact_initial, FULL},
    {"25", "Training", report_fact_training, FULL},
    {"26", "Selection of the final model", report_fact_selection, FULL},
    {"27", "Ensembles", report_fact_one_model, FULL},
    {"28", "Metrics of performance", report_fact_metrics, FULL},
    {"29", "Significance and uncertainty", report_fact_uncertainty, FULL},
    {"30", "Robustness or sensitivity analysis", report_fact_audit, PART},
    {"31", "Explainability", report_fact_explained, FULL},
    {"32", "Evaluation on internal data", report_fact_internal, FULL},
    {"33", "Testing on external data", report_fact_external, FULL},
    {"34", "Clinical trial registration", NULL, FULL},
    {"35", "Patients or examinations included and excluded", report_fact_counts, PART},
    {"36", "Demographic and clinical characteristics", report_fact_classes, PART},
    {"37", "Performance and statistical uncertainty", report_fact_performance, FULL},
    {"38", "Diagnostic performance and its precision", report_fact_accuracy, FULL},
    {"39", "Analysis of failures", report_fact_errors, PART},
    {"40", "Limitations", NULL, FULL},
    {"41", "Implications for practice", NULL, FULL},
    {"42", "Full protocol or technical details", report_fact_protocol, PART},
    {"43", "Availability of software, model and data", report_fact_availability, PART},
    {"44", "Funding and the role of funders", NULL, FULL},
};

static const report_card_item tripod[] = {
    {"1", "Title: model, population, outcome", report_fact_task, PART},
    {"2", "Abstract", NULL, FULL},
    {"3a", "Background: healthcare context", NULL, FULL},
    {"3b", "Background: population, purpose, users", NULL, FULL},
    {"3c", "Background: known inequalities", NULL, FULL},
    {"4", "Objectives", NULL, FULL},
    {"5a", "Data: sources and representativeness", report_fact_source, PART},
    {"5b", "Data: dates", NULL, FULL},
    {"6a", "Participants: setting and centres", NULL, FULL},
    {"6b", "Participants: eligibility", NULL, FULL},
    {"6c", "Participants: treatments", NULL, FULL},
    {"7", "Data preparation", report_fact_preprocessing, PART},
    {"8a", "Outcome: definition", report_fact_labels, PART},
    {"8b", "Outcome: assessors", NULL, FULL},
    {"8c", "Outcome: blinding", NULL, FULL},
    {"9a", "Predictors: choice", NULL, FULL},
    {"9b", "Predictors: definition", report_fact_model, PART},
    {"9c", "Predictors: assessors", NULL, FULL},
    {"10", "Sample size", NULL, FULL},
    {"11", "Missing data", report_fact_missing, FULL},
    {"12a", "Analysis: use and partition of the data", report_fact_partition, FULL},
    {"12b", "Analysis: handling of predictors", report_fact_preprocessing, FULL},
    {"12c", "Analysis: model, building, internal validation", report_fact_training, FULL},
    {"12d", "Analysis: heterogeneity across clusters", NULL, FULL},
    {"12e", "Analysis: measures and plots", report_fact_metrics, FULL},
    {"12f", "Analysis: updating of the model", report_fact_recalibration, FULL},
    {"12g", "Analysis: how predictions were calculated", report_fact_prediction, FULL},
    {"13", "Class imbalance", report_fact_imbalance, FULL},
    {"14", "Fairness", report_fact_subgroups, PART},
    {"15", "Model output and thresholds", report_fact_output, FULL},
    {"16", "Training versus evaluation", report_fact_same_source, PART},
    {"17", "Ethical approval", NULL, FULL},
    {"18a", "Funding", NULL, FULL},
    {"18b", "Conflicts of interest", NULL, FULL},
    {"18c", "Protocol", NULL, FULL},
    {"18d", "Registration", NULL, FULL},
    {"18e", "Data sharing", NULL, FULL},
    {"18f", "Code sharing", report_fact_availability, FULL},
    {"19", "Patient and public involvement", NULL, FULL},
    {"20a", "Participants: flow", report_fact_counts, PART},
    {"20b", "Participants: characteristics", report_fact_classes, PART},
    {"20c", "Participants: evaluation beside development", report_fact_classes, PART},
    {"21", "Numbers in each analysis", report_fact_classes, FULL},
    {"22", "Model specification", report_fact_model, PART},
    {"23a", "Performance with intervals", report_fact_performance, PART},
    {"23b", "Performance across clusters", NULL, FULL},
    {"24", "Results of updating", report_fact_recalibrated, FULL},
    {"25", "Interpretation", NULL, FULL},
    {"26", "Limitations", NULL, FULL},
    {"27a", "Use: poor or missing input", NULL, FULL},
    {"27b", "Use: users and their expertise", NULL, FULL},
    {"27c", "Use: next steps", NULL, FULL},
};

const report_card_list report_card_claim = {
    "CLAIM 2024", "Checklist for Artificial Intelligence in Medical Imaging, update of 2024", claim,
    sizeof claim / sizeof *claim};
const report_card_list report_card_tripod = {
    "TRIPOD+AI", "Transparent reporting of prediction models with machine learning, 2024", tripod,
    sizeof tripod / sizeof *tripod};

static void add_list(page_doc *d, const report_card_list *list, const report_run *run)
{
    hl_strbuf *facts = hl_calloc(list->n, sizeof *facts);
    size_t stated = 0, part = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].fill)
            list->items[i].fill(run, &facts[i]);
        stated += facts[i].len && !list->items[i].in_part;
        part += facts[i].len && list->items[i].in_part;
    }
    page_add_text(d, PAGE_FOLD,
                  "%s: of %zu items, this run states %zu, and %zu in part; %zu are open",
                  list->name, list->n, stated, part, list->n - stated - part);
    hl_strbuf caption = {0};
    hl_strbuf_printf(&caption,
                     "%s. Items have the numbers of the checklist; their topics are abridged. Open "
                     "items are for the authors of a study to complete.",
                     list->source);
    page_table *t = page_add_table(d, caption.data);
    hl_strbuf_free(&caption);
    static const char *const columns[] = {"Item", "Topic", "State", "What this run states"};
    page_add_columns(t, columns, 4, PAGE_COL_TEXT);
    for (size_t i = 0; i < list->n; i++) {
        const report_card_item *item = &list->items[i];
        page_add_cell(t, "%s", item->number);
        page_add_cell(t, "%s", item->topic);
        page_add_cell(t, "%s", !facts[i].len ? "open" : item->in_part ? "in part" : "stated");
        page_add_cell(t, "%s", facts[i].len ? facts[i].data : "\xe2\x80\x93");
        hl_strbuf_free(&facts[i]);
    }
    free(facts);
}

void report_add_card(page_doc *d, const report_run *run)
{
    page_add_text(d, PAGE_SECTION, "Model card");
    page_add_text(
        d, PAGE_TEXT,
        "The items of two published checklists, as far as the files of this run answer them. This "
        "is not the report of a study: items that the files cannot answer are marked as open.");
    add_list(d, &report_card_claim, run);
    add_list(d, &report_card_tripod, run);
}
