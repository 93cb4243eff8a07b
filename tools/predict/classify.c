/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify.h"

#include "base/mem.h"
#include "stats/temperature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what answers mean ---- */

static int find_positive(predict_worklist *w, const nn_head *head, const char *name,
                         const char *head_name, hl_err *e)
{
    const size_t n = nn_head_classes(head);
    if (!name && n != 2)
        return hl_fail(e, "%s has %zu classes: expected --positive, the one to look for", head_name,
                       n);
    w->positive_class = 1;
    if (!name)
        return 0;
    for (uint32_t k = 0; k < n; k++)
        if (strcmp(nn_head_class(head, k), name) == 0) {
            w->positive_class = k;
            return 0;
        }
    return hl_fail(e, "--positive: expected a class of %s, found '%s'", head_name, name);
}

static void list_points(const hl_calibration *c, hl_strbuf *t)
{
    for (size_t i = 0; i < c->npoints; i++)
        hl_strbuf_printf(t, "%s%s", i ? ", " : "", c->points[i].name);
    if (c->npoints == 0)
        hl_strbuf_puts(t, "none");
}

static int find_point(predict_worklist *w, const hl_calibration *c, const char *name,
                      const char *file, hl_err *e)
{
    const hl_operating_point *p = hl_calibration_point(c, name);
    if (!p) {
        hl_strbuf known = {0};
        list_points(c, &known);
        hl_fail(e, "--operating: expected a point of %s (%s), found '%s'", file, known.data, name);
        hl_strbuf_free(&known);
        return -1;
    }
    if (c->positive < 0 || (uint32_t)c->positive != w->positive_class)
        return hl_fail(e, "--operating: the points of %s are for another class than %s", file,
                       w->classes[w->positive_class]);
    w->threshold = p->threshold;
    w->point = p->name;
    return 0;
}

int predict_classifier_start(predict_classifier *j, const predict_classifier_options *o,
                             const char *head_name, const char *calibration_name, hl_err *e)
{
    predict_worklist *w = j->list;
    const hl_calibration *c = j->calibration;
    if (c &&
        hl_calibration_check(c, calibration_name, nn_head_id(j->head),
                             nn_head_feature_space(j->head), nn_head_inputs(j->head), head_name, e))
        return -1;
    if (find_positive(w, j->head, o->positive, head_name, e))
        return -1;
    w->threshold = o->threshold;
    w->point = NULL;
    w->is_calibrated = c != NULL;
    w->temperature = c ? c->temperature : 1;
    w->unlike_from = c && c->outlier.dims ? c->outlier.threshold : NAN;
    return o->point ? find_point(w, c, o->point, calibration_name, e) : 0;
}

/* ---- answering ---- */

/* With a threshold: positive from there on, else the most probable of the others. */
static uint32_t answer(const predict_worklist *w, const double *p, size_t n)
{
    const bool by_threshold = isfinite(w->threshold);
    if (by_threshold && p[w->positive_class] >= w->threshold)
        return w->positive_class;
    uint32_t best = UINT32_MAX;
    for (uint32_t k = 0; k < n; k++)
        if (!(by_threshold && k == w->positive_class) && (best == UINT32_MAX || p[k] > p[best]))
            best = k;
    return best;
}

static predict_entry judge_one(const predict_classifier *j, const float *features, const double *p,
                               const char *image)
{
    const predict_worklist *w = j->list;
    predict_entry one = {.image = hl_strdup(image),
                         .p = p[w->positive_class],
                         .answer = answer(w, p, nn_head_classes(j->head)),
                         .distance = NAN};
    if (isfinite(w->unlike_from)) {
        one.distance = hl_mahalanobis_distance(&j->calibration->outlier, features);
        one.unlike = one.distance > w->unlike_from;
    }
    return one;
}

int predict_classifier_add(const predict_classifier *j, size_t n, const float *features,
                           const char *const *images, hl_err *e)
{
    const size_t k = nn_head_classes(j->head), width = nn_head_inputs(j->head);
    double *p = hl_malloc(n * k, sizeof *p);
    const int status = nn_head_predict(j->head, n, features, p, e);
    if (status == 0 && j->calibration)
        hl_temperature_apply(j->calibration->temperature, n, k, p);
    for (size_t i = 0; i < n && status == 0; i++)
        predict_worklist_add(j->list, judge_one(j, features + i * width, p + i * k, images[i]));
    free(p);
    return status;
}
