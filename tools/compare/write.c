/* SPDX-License-Identifier: BSD-2-Clause */
#include "write.h"

#include "base/strbuf.h"
#include "format/json.h"
#include "format/tsv.h"

#include <math.h>

/* ---- TSV ---- */

static void put_real(hl_strbuf *t, double v)
{
    if (isfinite(v))
        hl_strbuf_printf(t, "\t%.6g", v);
    else
        hl_strbuf_puts(t, "\t");
}

static void put_names(hl_strbuf *t, const char *kind, const char *a, const char *b,
                      const char *metric)
{
    hl_strbuf_printf(t, "%s\t", kind);
    hl_tsv_escape(t, a);
    hl_strbuf_puts(t, "\t");
    hl_tsv_escape(t, b);
    hl_strbuf_printf(t, "\t%s", metric);
}

static void put_value(hl_strbuf *t, double value, const hl_estimate *e)
{
    put_real(t, value);
    put_real(t, e->interval.lo);
    put_real(t, e->interval.hi);
}

static void put_test(hl_strbuf *t, const char *name, double statistic, double p, double holm)
{
    hl_strbuf_printf(t, "\t%s", name);
    put_real(t, statistic);
    put_real(t, p);
    put_real(t, holm);
}

static void put_no_test(hl_strbuf *t)
{
    hl_strbuf_puts(t, "\t\t\t\t");
}

/* The last column: how the interval was made. */
static void put_method(hl_strbuf *t, const hl_estimate *e)
{
    hl_strbuf_printf(t, "\t%s\n", hl_interval_method_names[e->method]);
}

static void put_pair(hl_strbuf *t, const comparison *c, const compare_pair *p)
{
    const char *a = c->models[p->a].name, *b = c->models[p->b].name;
    for (int f = 0; f < COMPARE_METRICS; f++) {
        if (!isfinite(p->difference[f]))
            continue;
        put_names(t, "difference", a, b, compare_metric_names[f]);
        put_value(t, p->difference[f], &p->estimate[f]);
        if (f == COMPARE_ACCURACY)
            put_test(t, p->mcnemar.exact ? "McNemar, exact" : "McNemar, chi-square",
                     p->mcnemar.statistic, p->mcnemar.p, p->mcnemar_holm);
        else if (f == COMPARE_AUROC)
            put_test(t, "DeLong", p->delong.z, p->delong.p, p->delong_holm);
        else
            put_no_test(t);
        put_method(t, &p->estimate[f]);
    }
}

/* Of each class against the rest: the AUROCs of the models, and their differences. */
static void put_class(hl_strbuf *t, const comparison *c)
{
    hl_strbuf metric = {0};
    hl_strbuf_puts(&metric, "auroc:");
    hl_tsv_escape(&metric, c->classes[c->positive]);
    for (size_t m = 0; m < c->nmodels; m++) {
        if (!isfinite(c->models[m].metric[COMPARE_AUROC]))
            continue;
        put_names(t, "model", c->models[m].name, "", metric.data);
        put_value(t, c->models[m].metric[COMPARE_AUROC], &c->models[m].estimate[COMPARE_AUROC]);
        put_no_test(t);
        put_method(t, &c->models[m].estimate[COMPARE_AUROC]);
    }
    for (size_t i = 0; i < c->npairs; i++) {
        const compare_pair *p = &c->pairs[i];
        if (!isfinite(p->difference[COMPARE_AUROC]))
            continue;
        put_names(t, "difference", c->models[p->a].name, c->models[p->b].name, metric.data);
        put_value(t, p->difference[COMPARE_AUROC], &p->estimate[COMPARE_AUROC]);
        put_test(t, "DeLong", p->delong.z, p->delong.p, p->delong_holm);
        put_method(t, &p->estimate[COMPARE_AUROC]);
    }
    hl_strbuf_free(&metric);
}

void compare_write_table(const comparison *c, const char *subset, FILE *fp)
{
    hl_strbuf t = {0};
    const int unit = c->models[0].predictions.rule.unit;
    hl_strbuf_printf(&t,
                     "#hilum-compare 1\n#subset\t%s\n#%s\t%zu\n#patients\t%zu\n"
                     "#resamples\t%zu\n#resamples_without_a_class\t%zu\n",
                     subset, unit == HL_UNIT_IMAGE ? "images" : "n", c->n, c->patients,
                     c->resamples, c->lacking);
    if (unit != HL_UNIT_IMAGE)
        hl_strbuf_printf(&t, "#unit\t%s\n", hl_unit_names[unit]);
    if (c->positive != HL_NO_POSITIVE) {
        hl_strbuf_puts(&t, "#positive\t");
        hl_tsv_escape(&t, c->classes[c->positive]);
        hl_strbuf_puts(&t, "\n");
    }
    hl_strbuf_puts(&t, "kind\ta\tb\tmetric\tvalue\tlo\thi\ttest\tstatistic\tp\tp_holm\tmethod\n");
    for (size_t m = 0; m < c->nmodels; m++)
        for (int f = 0; f < COMPARE_METRICS; f++) {
            if (!isfinite(c->models[m].metric[f]))
                continue;
            put_names(&t, "model", c->models[m].name, "", compare_metric_names[f]);
            put_value(&t, c->models[m].metric[f], &c->models[m].estimate[f]);
            put_no_test(&t);
            put_method(&t, &c->models[m].estimate[f]);
        }
    for (size_t i = 0; i < c->npairs; i++)
        put_pair(&t, c, &c->pairs[i]);
    for (size_t k = 0; c->of_class && k < c->nclasses; k++)
        put_class(&t, &c->of_class[k]);
    fwrite(t.data, 1, t.len, fp);
    hl_strbuf_free(&t);
}

/* ---- JSON ---- */

/* An interval that the bootstrap did not give has the name of its method. */
static json_t *value_of(double value, const hl_estimate *e)
{
    json_t *o = json_pack("{s:o, s:[o, o]}", "value", hl_json_of_real(value), "interval",
                          hl_json_of_real(e->interval.lo), hl_json_of_real(e->interval.hi));
    if (isfinite(value) && e->method != HL_BY_BOOTSTRAP)
        json_object_set_new(o, "method", json_string(hl_interval_method_names[e->method]));
    return o;
}

static json_t *metrics_of(const double *value, const hl_estimate *estimate)
{
    json_t *o = json_object();
    for (int f = 0; f < COMPARE_METRICS; f++)
        json_object_set_new(o, compare_metric_names[f], value_of(value[f], &estimate[f]));
    return o;
}

static json_t *test_of(const char *name, double statistic, double p, double holm)
{
    return json_pack("{s:s, s:o, s:o, s:o}", "test", name, "statistic", hl_json_of_real(statistic),
                     "p", hl_json_of_real(p), "p_holm", hl_json_of_real(holm));
}

static json_t *delong_of(const compare_pair *p)
{
    json_t *delong = test_of("DeLong", p->delong.z, p->delong.p, p->delong_holm);
    json_object_set_new(delong, "variance", hl_json_of_real(p->delong.variance));
    return delong;
}

static json_t *pair_of(const comparison *c, const compare_pair *p)
{
    json_t *mcnemar = test_of(p->mcnemar.exact ? "McNemar, exact" : "McNemar, chi-square",
                              p->mcnemar.statistic, p->mcnemar.p, p->mcnemar_holm);
    json_object_set_new(mcnemar, "only_a", json_integer((json_int_t)p->only_a));
    json_object_set_new(mcnemar, "only_b", json_integer((json_int_t)p->only_b));
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "a", c->models[p->a].name, "b",
                     c->models[p->b].name, "difference", metrics_of(p->difference, p->estimate),
                     "accuracy_test", mcnemar, "auroc_test", delong_of(p));
}

static json_t *class_of(const comparison *c)
{
    json_t *models = json_array(), *pairs = json_array();
    for (size_t m = 0; m < c->nmodels; m++)
        json_array_append_new(models, json_pack("{s:s, s:o}", "name", c->models[m].name, "auroc",
                                                value_of(c->models[m].metric[COMPARE_AUROC],
                                                         &c->models[m].estimate[COMPARE_AUROC])));
    for (size_t i = 0; i < c->npairs; i++) {
        const compare_pair *p = &c->pairs[i];
        json_array_append_new(
            pairs, json_pack("{s:s, s:s, s:{s:o}, s:o}", "a", c->models[p->a].name, "b",
                             c->models[p->b].name, "difference", "auroc",
                             value_of(p->difference[COMPARE_AUROC], &p->estimate[COMPARE_AUROC]),
                             "auroc_test", delong_of(p)));
    }
    return json_pack("{s:s, s:o, s:o}", "class", c->classes[c->positive], "models", models, "pairs",
                     pairs);
}

int compare_write_json(const comparison *c, const char *subset, FILE *fp, hl_err *e)
{
    json_t *models = json_array(), *pairs = json_array();
    for (size_t m = 0; m < c->nmodels; m++)
        json_array_append_new(models,
                              json_pack("{s:s, s:o}", "name", c->models[m].name, "metrics",
                                        metrics_of(c->models[m].metric, c->models[m].estimate)));
    for (size_t i = 0; i < c->npairs; i++)
        json_array_append_new(pairs, pair_of(c, &c->pairs[i]));
    json_t *o = json_pack(
        "{s:s, s:s, s:I, s:I, s:{s:s, s:f, s:I, s:I, s:o}, s:o, s:o}", "format", "hilum-compare 1",
        "subset", subset, "n", (json_int_t)c->n, "patients", (json_int_t)c->patients, "intervals",
        "method", "paired bootstrap over patients, percentile", "level", 0.95, "resamples",
        (json_int_t)c->resamples, "resamples_without_a_class", (json_int_t)c->lacking, "seed",
        hl_json_of_u64(c->seed), "models", models, "pairs", pairs);
    if (o)
        json_object_set_new(o, "unit",
                            json_string(hl_unit_names[c->models[0].predictions.rule.unit]));
    if (o && c->of_class) {
        json_t *list = json_array();
        for (size_t k = 0; k < c->nclasses; k++)
            json_array_append_new(list, class_of(&c->of_class[k]));
        json_object_set_new(o, "classes", list);
    }
    if (o && c->positive != HL_NO_POSITIVE)
        json_object_set_new(o, "positive", json_string(c->classes[c->positive]));
    const int status = o ? hl_json_write(o, fp, e) : hl_fail(e, "a name is not UTF-8");
    json_decref(o);
    return status;
}
