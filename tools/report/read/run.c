/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "data/provenance.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool contains(const json_t *chain, const json_t *entry)
{
    for (size_t i = 0; i < json_array_size(chain); i++)
        if (json_equal(entry, json_array_get(chain, i)))
            return true;
    return false;
}

/* A file of which the last step but `own` is not among the metrics' ancestors is of another run;
 * own is 1 for one whose maker is itself no ancestor of the metrics. */
static int check_origin(const report_metrics *m, const char *file, const char *text, size_t own,
                        hl_err *e)
{
    if (hl_provenance_check(text, file, e))
        return -1;
    json_t *chain = json_loads(text, 0, NULL);
    const size_t n = json_array_size(chain);
    int status = 0;
    if (n > own && !contains(m->chain, json_array_get(chain, n - 1 - own))) {
        char *a = json_dumps(m->chain, 0), *b = json_dumps(chain, 0);
        hl_strbuf expected = {0}, found = {0};
        hl_provenance_differs(a, b, &expected, &found);
        status = hl_fail(e, "%s is of another run than %s: expected %s, found %s", file, m->file,
                         expected.data, found.data);
        hl_strbuf_free(&expected);
        hl_strbuf_free(&found);
        free(a);
        free(b);
    }
    json_decref(chain);
    return status;
}

/* Heat maps must be of the head and the images that were measured: whatever made the maps, the
 * identities of those two are among the metrics' inputs. */
static int check_maps(const report_run *r, hl_err *e)
{
    static const char *const roles[] = {"head", "images"};
    char *chain = json_dumps(r->metrics.chain, 0);
    int status = 0;
    for (size_t i = 0; i < sizeof roles / sizeof *roles && status == 0; i++) {
        char digest[HL_DIGEST_SIZE];
        status = hl_provenance_input(r->maps.chain, "explain", roles[i], digest, e);
        if (status == 0 && *digest && !hl_provenance_has_input(chain, roles[i], digest))
            status = hl_fail(e, "%s is of another %s than %s, whose provenance has no %s %s",
                             r->has.maps, strcmp(roles[i], "head") == 0 ? "head" : "set of images",
                             r->metrics.file, roles[i], digest);
    }
    free(chain);
    return status;
}

static int check_origins(const report_run *r, hl_err *e)
{
    const struct {
        const char *file, *chain;
        size_t own;
    } others[] = {
        {r->has.manifest, r->manifest.chain, 0},
        {r->has.history, r->history.chain, 0},
        {r->has.predictions, r->predictions.chain, 0},
        {r->has.audit, r->audit.chain, 1},
        {r->has.maps, r->maps.chain, 1},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].chain &&
            check_origin(&r->metrics, others[i].file, others[i].chain, others[i].own, e))
            return -1;
    return r->has.maps && r->maps.chain ? check_maps(r, e) : 0;
}

int report_run_read(report_run *r, const report_paths *p, hl_err *e)
{
    *r = (report_run){.has = *p};
    if (report_metrics_read(&r->metrics, p->metrics, e) ||
        report_binary_read(&r->evidence, &r->metrics, e) ||
        (p->history && report_history_read(&r->history, p->history, e)) ||
        (p->predictions &&
         report_predictions_read(&r->predictions, p->predictions, &r->metrics, e)) ||
        (p->manifest && hl_manifest_read(&r->manifest, p->manifest, e)) ||
        (p->knobs && report_pairs_read(&r->knobs, p->knobs, false, e)) ||
        (p->software && report_software_read(&r->software, p->software, e)) ||
        (p->audit && report_audit_read(&r->audit, p->audit, e)) ||
        (p->maps && report_maps_read(&r->maps, p->maps, e)) || check_origins(r, e)) {
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
    if (status == 0) { /* which goes on pointing to the names */
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
    report_binary_free(&r->evidence);
    report_metrics_free(&r->metrics);
    report_history_free(&r->history);
    hl_predictions_free(&r->predictions);
    hl_manifest_free(&r->manifest);
    report_pairs_free(&r->knobs);
    report_software_free(&r->software);
    report_audit_free(&r->audit);
    report_maps_free(&r->maps);
    free(r->label);
    for (size_t i = 0; i < sizeof r->owned / sizeof *r->owned; i++)
        free(r->owned[i]);
    *r = (report_run){0};
}
