/* SPDX-License-Identifier: BSD-2-Clause */
#include "classify.h"

#include "base/log.h"
#include "base/mem.h"
#include "stats/temperature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- positive class and threshold ---- */

/* The positive class of a calibration. Those of 0.1.0 have the class that sorts last, which nobody
 * chose. */
static int positive_of(const hl_calibration *c, const nn_model *m)
{
    return c && c->positive != HL_NO_POSITIVE && !c->id_is_old
               ? hl_positive_find(m->classes, m->nclasses, c->classes[c->positive])
               : HL_NO_POSITIVE;
}

/* The class that is asked for, whatever the head records; else that of the head, that of its
 * calibration, or the one by names. */
static int find_positive(predict_worklist *w, const predict_classifier *c, const char *asked,
                         const char *calibration_name, hl_err *e)
{
    const nn_model *m = c->model;
    const int of_head = nn_head_positive(m->head), of_cal = positive_of(c->calibration, m);
    const hl_positive_choice choice = {.classes = m->classes,
                                       .n = m->nclasses,
                                       .of = m->name,
                                       .asked = asked,
                                       .recorded = asked                       ? HL_NO_POSITIVE
                                                   : of_head != HL_NO_POSITIVE ? of_head
                                                                               : of_cal};
    int positive;
    if (hl_positive_class(&positive, &choice, e))
        return -1;
    if (positive == HL_NO_POSITIVE)
        return hl_fail(e, "%s: has %zu classes: expected --positive CLASS, the one to look for",
                       m->name, m->nclasses);
    if (!asked && of_cal != HL_NO_POSITIVE && of_cal != positive)
        return hl_fail(e, "%s: expected the positive class '%s', as of %s, found '%s'",
                       calibration_name, m->classes[positive], m->name, m->classes[of_cal]);
    if (!asked && of_head == HL_NO_POSITIVE)
        hl_log_info("%s records no positive class; ranking by %s", m->name, m->classes[positive]);
    w->positive_class = (uint32_t)positive;
    return 0;
}

/* Those that have a threshold. */
static void list_points(const hl_calibration *c, hl_strbuf *t)
{
    size_t n = 0;
    for (size_t i = 0; i < c->npoints; i++)
        if (isfinite(c->points[i].threshold))
            hl_strbuf_printf(t, "%s%s", n++ ? ", " : "", c->points[i].name);
    if (n == 0)
        hl_strbuf_puts(t, "none");
}

/* A worklist on which nobody can be positive is none that was asked for. */
static int check_threshold(const predict_worklist *w, const hl_calibration *c,
                           const hl_operating_point *p, const char *file, hl_err *e)
{
    if (!isfinite(p->threshold)) {
        hl_strbuf known = {0};
        list_points(c, &known);
        hl_fail(e,
                "--operating: %s has no threshold for '%s' of %s: none reached a %s of %g on the "
                "validation samples and found a positive one: expected another operating point "
                "(%s) or --threshold P",
                file, p->name, w->classes[w->positive_class], p->target, p->value, known.data);
        hl_strbuf_free(&known);
        return -1;
    }
    if (p->sensitivity == 1 && p->specificity == 0)
        hl_log_warn("--operating %s: its threshold, %.4g, called all validation samples %s",
                    p->name, p->threshold, w->classes[w->positive_class]);
    return 0;
}

/* Those of the class that the worklist is ranked by, where the calibration has those of each. */
static int find_point(predict_worklist *w, const hl_calibration *all, const char *name,
                      const char *file, hl_err *e)
{
    const int cls = hl_positive_find(all->classes, all->nclasses, w->classes[w->positive_class]);
    const hl_calibration of = all->of_class ? hl_calibration_for_class(all, cls) : *all;
    const hl_calibration *c = &of;
    const hl_operating_point *p = hl_calibration_point(c, name);
    if (!p) {
        hl_strbuf known = {0};
        list_points(c, &known);
        hl_fail(e, "--operating: expected an operating point of %s (%s), found '%s'", file,
                known.data, name);
        hl_strbuf_free(&known);
        return -1;
    }
    if (c->positive < 0 || strcmp(c->classes[c->positive], w->classes[w->positive_class]) != 0)
        return hl_fail(e, "--operating: the operating points of %s are for another class than %s",
                       file, w->classes[w->positive_class]);
    if (!hl_unit_rule_equal(c->rule, w->rule)) {
        char points[32], asked[32];
        return hl_fail(
            e,
            "--operating: the operating points of %s are for %s, but this worklist is of "
            "%s (--unit, --combine)",
            file, hl_unit_rule_describe(c->rule, points, sizeof points),
            hl_unit_rule_describe(w->rule, asked, sizeof asked));
    }
    w->threshold = p->threshold;
    w->point = p->name;
    return check_threshold(w, c, p, file, e);
}

int predict_classifier_start(predict_classifier *c, const predict_classifier_options *o,
                             const char *calibration_name, hl_err *e)
{
    predict_worklist *w = c->list;
    const hl_calibration *cal = c->calibration;
    const nn_head *head = c->model->head;
    if (cal &&
        hl_calibration_check(cal, calibration_name, nn_head_id(head), nn_head_feature_space(head),
                             nn_head_inputs(head), c->model->name, e))
        return -1;
    if (find_positive(w, c, o->positive, calibration_name, e))
        return -1;
    w->rule = o->rule;
    if (hl_unit_rule_settle(&w->rule, c->model->nclasses, (int)w->positive_class, e))
        return -1;
    w->threshold = o->threshold;
    w->point = NULL;
    w->is_calibrated = cal != NULL;
    w->temperature = cal ? cal->temperature : 1;
    w->temperature_note = cal && *cal->temperature_note ? cal->temperature_note : NULL;
    if (w->temperature_note)
        hl_log_warn("%s: %s", calibration_name, w->temperature_note);
    w->ood_threshold = cal && cal->outlier.dims ? cal->outlier.threshold : NAN;
    return o->point ? find_point(w, cal, o->point, calibration_name, e) : 0;
}

/* ---- classifying ---- */

/* With a threshold: the positive class from there upwards, else the most probable other class. */
uint32_t predict_class_of(const predict_worklist *w, const double *p, size_t n)
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

static predict_entry classify(const predict_classifier *c, const float *features, const double *p,
                              const char *image)
{
    const predict_worklist *w = c->list;
    predict_entry one = {.image = hl_strdup(image),
                         .p = p[w->positive_class],
                         .predicted = predict_class_of(w, p, c->model->nclasses),
                         .distance = NAN};
    if (w->rule.unit != HL_UNIT_IMAGE) {
        one.all = hl_malloc(c->model->nclasses, sizeof *one.all);
        memcpy(one.all, p, c->model->nclasses * sizeof *one.all);
    }
    if (isfinite(w->ood_threshold)) {
        one.distance = hl_mahalanobis_distance(&c->calibration->outlier, features);
        one.is_ood = one.distance > w->ood_threshold;
    }
    return one;
}

int predict_classifier_add(const predict_classifier *c, size_t n, const float *features,
                           const char *const *images, hl_err *e)
{
    const size_t k = c->model->nclasses, width = nn_head_inputs(c->model->head);
    double *p = hl_malloc(n * k, sizeof *p);
    const int status = nn_head_predict(c->model->head, n, features, p, e);
    if (status == 0 && c->calibration)
        hl_temperature_apply(c->calibration->temperature, n, k, p);
    for (size_t i = 0; i < n && status == 0; i++)
        predict_worklist_add(c->list, classify(c, features + i * width, p + i * k, images[i]));
    free(p);
    return status;
}
