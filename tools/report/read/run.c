/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "data/provenance.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool contains(const json_t *provenance, const json_t *entry)
{
    for (size_t i = 0; i < json_array_size(provenance); i++)
        if (json_equal(entry, json_array_get(provenance, i)))
            return true;
    return false;
}

/* Fails if a file belongs to another run. own is the number of its last steps that do not
 * contribute to the metrics; the step before these must be in the metrics' provenance. */
static int check_origin(const report_metrics *m, const char *file, const char *text, size_t own,
                        hl_err *e)
{
    if (hl_provenance_check(text, file, e))
        return -1;
    json_t *provenance = json_loads(text, 0, NULL);
    const size_t n = json_array_size(provenance);
    int status = 0;
    if (n > own && !contains(m->provenance, json_array_get(provenance, n - 1 - own))) {
        char *a = json_dumps(m->provenance, 0), *b = json_dumps(provenance, 0);
        hl_strbuf expected = {0}, found = {0};
        hl_provenance_differs(a, b, &expected, &found);
        status = hl_fail(e, "%s is from another run than %s: expected %s, found %s", file, m->file,
                         expected.data, found.data);
        hl_strbuf_free(&expected);
        hl_strbuf_free(&found);
        free(a);
        free(b);
    }
    json_decref(provenance);
    return status;
}

/* The head and the images of the heat maps must be among the inputs of the metrics. */
static int check_maps(const report_run *r, hl_err *e)
{
    static const char *const roles[] = {"head", "images"};
    char *provenance = json_dumps(r->metrics.provenance, 0);
    int status = 0;
    for (size_t i = 0; i < sizeof roles / sizeof *roles && status == 0; i++) {
        char digest[HL_DIGEST_SIZE];
        status = hl_provenance_input(r->maps.provenance, "explain", roles[i], digest, e);
        if (status == 0 && *digest && !hl_provenance_has_input(provenance, roles[i], digest))
            status =
                hl_fail(e, "%s was made from another %s than %s, whose provenance has no %s %s",
                        r->has.maps, strcmp(roles[i], "head") == 0 ? "head" : "set of images",
                        r->metrics.file, roles[i], digest);
    }
    free(provenance);
    return status;
}

static int check_positive(const report_run *r, hl_err *e)
{
    const int cls = r->predictions.positive;
    if (!r->has.predictions || cls == HL_NO_POSITIVE || cls == r->binary_metrics.cls)
        return 0;
    return hl_fail(e, "positive classes differ: '%s' in %s, '%s' in %s",
                   r->predictions.classes[cls], r->has.predictions,
                   r->binary_metrics.positive ? r->binary_metrics.positive : "none",
                   r->metrics.file);
}

static int check_origins(const report_run *r, hl_err *e)
{
    const struct {
        const char *file, *provenance;
        size_t own;
    } others[] = {
        {r->has.manifest, r->manifest.provenance, 0},
        {r->has.history, r->history.provenance, 0},
        {r->has.predictions, r->predictions.provenance, 0},
        {r->has.missing, r->missing.provenance, 0},
        {r->has.rejects, r->rejects.provenance, 0},
        {r->has.audit, r->audit.provenance, 1},
        {r->has.maps, r->maps.provenance, 1},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].provenance &&
            check_origin(&r->metrics, others[i].file, others[i].provenance, others[i].own, e))
            return -1;
    return r->has.maps && r->maps.provenance ? check_maps(r, e) : 0;
}

static const char *positive_of(const report_binary_metrics *bm)
{
    return bm->positive ? bm->positive : "none";
}

/* Metrics of another head would be compared as if they were of this one. */
static int check_internal(const report_run *r, hl_err *e)
{
    const report_metrics *sets[] = {&r->metrics, &r->internal};
    char head[2][HL_DIGEST_SIZE];
    for (size_t i = 0; i < 2; i++) {
        char *provenance = json_dumps(sets[i]->provenance, 0);
        const int status = hl_provenance_input(provenance, "evaluate", "head", head[i], e);
        free(provenance);
        if (status)
            return -1;
    }
    if (!report_is_external(&r->metrics))
        return hl_fail(e,
                       "--internal: expected metrics of an external test, see evaluate(1), "
                       "found others in %s",
                       r->metrics.file);
    if (!hl_unit_rule_equal(r->metrics.rule, r->internal.rule)) {
        char own[32], found[32];
        return hl_fail(e, "units differ: %s has metrics of %s, %s of %s", r->metrics.file,
                       hl_unit_rule_describe(r->metrics.rule, own, sizeof own), r->internal.file,
                       hl_unit_rule_describe(r->internal.rule, found, sizeof found));
    }
    if (r->binary_metrics.cls != r->internal_binary.cls)
        return hl_fail(e, "positive classes differ: %s has '%s', %s has '%s'", r->metrics.file,
                       positive_of(&r->binary_metrics), r->internal.file,
                       positive_of(&r->internal_binary));
    return strcmp(head[0], head[1]) == 0
               ? 0
               : hl_fail(e, "%s is of the head %s, %s of the head %s: expected one head",
                         r->metrics.file, head[0], r->internal.file, head[1]);
}

int report_run_read(report_run *r, const report_paths *p, hl_err *e)
{
    *r = (report_run){.has = *p};
    if (report_metrics_read(&r->metrics, p->metrics, e) ||
        report_binary_metrics_read(&r->binary_metrics, &r->metrics, e) ||
        report_classes_read(&r->classes, &r->metrics, e) ||
        (p->internal &&
         (report_metrics_read(&r->internal, p->internal, e) ||
          report_binary_metrics_read(&r->internal_binary, &r->internal, e) ||
          report_classes_read(&r->internal_classes, &r->internal, e) || check_internal(r, e))) ||
        (p->history && report_history_read(&r->history, p->history, e)) ||
        (p->predictions &&
         report_predictions_read(&r->predictions, p->predictions, &r->metrics, e)) ||
        (p->manifest && hl_manifest_read(&r->manifest, p->manifest, e)) ||
        (p->missing && report_missing_read(&r->missing, p->missing, e)) ||
        (p->rejects && report_rejects_read(&r->rejects, p->rejects, &r->manifest, e)) ||
        (p->knobs && report_pairs_read(&r->knobs, p->knobs, false, e)) ||
        (p->software && report_software_read(&r->software, p->software, e)) ||
        (p->audit && report_audit_read(&r->audit, p->audit, e)) ||
        (p->maps && report_maps_read(&r->maps, p->maps, e)) || check_positive(r, e) ||
        check_origins(r, e)) {
        report_run_free(r);
        return -1;
    }
    return 0;
}

int report_run_find(report_run *r, const char *operand, hl_err *e)
{
    struct stat st;
    if (stat(operand, &st) || !S_ISDIR(st.st_mode)) {
        const report_paths alone = {.metrics = operand};
        return report_run_read(r, &alone, e);
    }
    char *const metrics = hl_path_join(operand, "metrics.json"),
                *const predictions = hl_path_join(operand, "predictions.tsv"),
                *const history = hl_path_join(operand, "history.tsv");
    const report_paths beside = {.metrics = metrics,
                                 .predictions = access(predictions, F_OK) ? NULL : predictions,
                                 .history = access(history, F_OK) ? NULL : history};
    const int status = report_run_read(r, &beside, e);
    if (status == 0) { /* r->has points to the paths */
        r->owned[0] = metrics;
        r->owned[1] = predictions;
        r->owned[2] = history;
        return 0;
    }
    free(metrics);
    free(predictions);
    free(history);
    return -1;
}

void report_run_free(report_run *r)
{
    report_binary_metrics_free(&r->binary_metrics);
    report_classes_free(&r->classes);
    report_binary_metrics_free(&r->internal_binary);
    report_classes_free(&r->internal_classes);
    report_metrics_free(&r->internal);
    report_metrics_free(&r->metrics);
    report_history_free(&r->history);
    hl_predictions_free(&r->predictions);
    hl_manifest_free(&r->manifest);
    report_pairs_free(&r->knobs);
    report_software_free(&r->software);
    report_audit_free(&r->audit);
    report_maps_free(&r->maps);
    report_missing_free(&r->missing);
    report_rejects_free(&r->rejects);
    free(r->label);
    for (size_t i = 0; i < sizeof r->owned / sizeof *r->owned; i++)
        free(r->owned[i]);
    *r = (report_run){0};
}
