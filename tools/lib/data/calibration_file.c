/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/calibration_file.h"

#include "base/mem.h"
#include "base/parse.h"
#include "data/provenance.h"
#include "format/json.h"
#include "format/string_list.h"
#include "format/tensorfile.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void hl_calibration_free(hl_calibration *c)
{
    for (size_t k = 0; c->of_class && k < c->nclasses; k++)
        free(c->of_class[k].points);
    free(c->of_class);
    hl_string_list_free(c->classes, c->nclasses);
    free(c->provenance);
    free(c->points);
    hl_mahalanobis_free(&c->outlier);
    *c = (hl_calibration){0};
}

const hl_operating_point *hl_calibration_point(const hl_calibration *c, const char *name)
{
    for (size_t i = 0; i < c->npoints; i++)
        if (strcmp(c->points[i].name, name) == 0)
            return &c->points[i];
    return NULL;
}

hl_calibration hl_calibration_for_class(const hl_calibration *c, int cls)
{
    hl_calibration of = *c;
    of.positive = cls;
    if (cls != c->positive) {
        of.points = cls >= 0 && c->of_class ? c->of_class[cls].points : NULL;
        of.npoints = cls >= 0 && c->of_class ? c->of_class[cls].n : 0;
    }
    return of;
}

/* ---- writing ---- */

/* The seed is a string, since JSON readers keep only 53 or 63 bits of a number. */
static json_t *outlier_to_json(const hl_mahalanobis *o)
{
    if (o->dims == 0)
        return json_null();
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, o->seed);
    return json_pack("{s:I, s:s, s:f, s:f, s:f, s:I, s:I}", "inputs", (json_int_t)o->inputs, "seed",
                     seed, "threshold", o->threshold, "quantile", o->quantile, "shrinkage",
                     o->shrinkage, "trained", (json_int_t)o->trained, "held_out",
                     (json_int_t)o->held_out);
}

static json_t *points_to_json(const hl_operating_point *points, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const hl_operating_point *p = &points[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:o, s:f, s:f}", "name", p->name,
                                              "target", p->target, "value", p->value, "threshold",
                                              hl_json_of_real(p->threshold), "sensitivity",
                                              p->sensitivity, "specificity", p->specificity));
    }
    return list;
}

static json_t *class_points_to_json(const hl_calibration *c)
{
    json_t *list = json_array();
    for (size_t k = 0; k < c->nclasses; k++)
        json_array_append_new(list, points_to_json(c->of_class[k].points, c->of_class[k].n));
    return list;
}

static json_t *to_json(const hl_calibration *c)
{
    json_t *positive = c->positive < 0 ? json_null() : json_string(c->classes[c->positive]);
    json_t *o = json_pack("{s:f, s:o, s:o, s:o}", "temperature", c->temperature, "positive",
                          positive, "points", points_to_json(c->points, c->npoints), "outlier",
                          outlier_to_json(&c->outlier));
    if (*c->temperature_note)
        json_object_set_new(o, "temperature_note", json_string(c->temperature_note));
    if (c->of_class)
        json_object_set_new(o, "class_points", class_points_to_json(c));
    if (c->rule.unit != HL_UNIT_IMAGE) {
        json_object_set_new(o, "unit", json_string(hl_unit_names[c->rule.unit]));
        json_object_set_new(o, "combine", json_string(hl_combine_name(c->rule.combine)));
    }
    return o;
}

static int describe(const hl_calibration *c, hl_tf_header *h, hl_err *e)
{
    char *classes = hl_string_list_format(c->classes, c->nclasses),
         *feature_space = hl_feature_space_format(&c->feature_space);
    json_t *o = to_json(c);
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(o);
    const int status = classes && text ? 0 : hl_fail(e, "calibration: a class name is not UTF-8");
    if (status == 0) {
        hl_tf_set_meta(h, "hilum.kind", "calibration");
        hl_tf_set_meta(h, "hilum.classes", classes);
        hl_tf_set_meta(h, "hilum.feature_space", feature_space);
        hl_tf_set_meta(h, "hilum.head", c->head);
        hl_tf_set_meta(h, "hilum.provenance", c->provenance);
        hl_tf_set_meta(h, "hilum.calibration", text);
    }
    if (status == 0 && c->outlier.dims) {
        const int64_t d = (int64_t)c->outlier.dims;
        hl_tf_add_tensor(h, "outlier/means", HL_F32, 2,
                         (const int64_t[]){(int64_t)c->outlier.nmeans, d});
        hl_tf_add_tensor(h, "outlier/whitening", HL_F32, 2, (const int64_t[]){d, d});
    }
    free(text);
    free(feature_space);
    free(classes);
    return status;
}

static int write_tensors(const hl_mahalanobis *o, hl_tf_writer *w, hl_err *e)
{
    if (o->dims == 0)
        return 0;
    return hl_tf_write(w, o->means, o->nmeans * o->dims * sizeof *o->means, e) ||
                   hl_tf_write(w, o->whitening, o->dims * o->dims * sizeof *o->whitening, e)
               ? -1
               : 0;
}

int hl_calibration_complete(const hl_calibration *c, const char *path, hl_tf_writer **w, hl_err *e)
{
    hl_tf_header h = {0};
    *w = NULL;
    int status = describe(c, &h, e);
    if (status == 0)
        status = hl_tf_create(w, path, &h, HL_TF_LEVEL, e);
    hl_tf_header_free(&h);
    if (status)
        return -1;
    if (write_tensors(&c->outlier, *w, e) == 0 && hl_tf_complete(*w, e) == 0)
        return 0;
    hl_tf_discard(*w);
    *w = NULL;
    return -1;
}

int hl_calibration_write(const hl_calibration *c, const char *path, hl_err *e)
{
    hl_tf_writer *w;
    if (hl_calibration_complete(c, path, &w, e))
        return -1;
    const int status = hl_out_commit(hl_tf_output(w), e);
    hl_tf_discard(w);
    return status;
}

/* ---- reading ---- */

static int get_fraction(const json_t *o, const char *file, const char *key, double *to, hl_err *e)
{
    if (hl_json_real(o, file, key, to, e))
        return -1;
    return *to >= 0 && *to <= 1
               ? 0
               : hl_fail(e, "%s: '%s': expected a number from 0 to 1, found %g", file, key, *to);
}

static int get_positive_real(const json_t *o, const char *file, const char *key, double *to,
                             hl_err *e)
{
    if (hl_json_real(o, file, key, to, e))
        return -1;
    return *to > 0 ? 0
                   : hl_fail(e, "%s: '%s': expected a number above 0, found %g", file, key, *to);
}

static int get_text(const json_t *o, const char *file, const char *key, char *to, size_t size,
                    hl_err *e)
{
    const char *text = hl_json_text(o, file, key, e);
    if (!text)
        return -1;
    if (!*text || strlen(text) >= size)
        return hl_fail(e, "%s: '%s': expected a text of 1 to %zu bytes, found %zu", file, key,
                       size - 1, strlen(text));
    strcpy(to, text);
    return 0;
}

/* Null is no threshold, and so is what hilum 0.1.0 wrote for it. */
static int get_threshold(const json_t *o, const char *file, double *to, hl_err *e)
{
    static const double none_of_0_1_0 = 2;
    if (hl_json_real_or_null(o, file, "threshold", to, e))
        return -1;
    if (!(*to < none_of_0_1_0))
        *to = INFINITY;
    return 0;
}

static int read_point(const json_t *o, const char *file, hl_operating_point *p, hl_err *e)
{
    if (get_text(o, file, "name", p->name, sizeof p->name, e) ||
        get_text(o, file, "target", p->target, sizeof p->target, e) ||
        get_fraction(o, file, "value", &p->value, e) ||
        get_fraction(o, file, "sensitivity", &p->sensitivity, e) ||
        get_fraction(o, file, "specificity", &p->specificity, e) ||
        get_threshold(o, file, &p->threshold, e))
        return -1;
    return 0;
}

static int read_points(const json_t *list, const char *file, hl_class_points *to, hl_err *e)
{
    const size_t n = json_array_size(list);
    if (n > HL_MAX_POINTS)
        return hl_fail(e, "%s: 'points': expected at most %d, found %zu", file, HL_MAX_POINTS, n);
    to->points = hl_calloc(n, sizeof *to->points);
    for (; to->n < n; to->n++) {
        hl_operating_point *p = &to->points[to->n];
        if (read_point(json_array_get(list, to->n), file, p, e))
            return -1;
        for (size_t i = 0; i < to->n; i++)
            if (strcmp(to->points[i].name, p->name) == 0)
                return hl_fail(e, "%s: 'points': '%s' appears twice", file, p->name);
    }
    return 0;
}

static int read_class_points(hl_calibration *c, const json_t *o, const char *file, hl_err *e)
{
    if (!json_object_get(o, "class_points"))
        return 0;
    const json_t *lists = hl_json_list(o, file, "class_points", e);
    if (!lists)
        return -1;
    if (json_array_size(lists) != c->nclasses)
        return hl_fail(e, "%s: 'class_points': expected %zu lists, found %zu", file, c->nclasses,
                       json_array_size(lists));
    c->of_class = hl_calloc(c->nclasses, sizeof *c->of_class);
    for (size_t k = 0; k < c->nclasses; k++) {
        if (!json_is_array(json_array_get(lists, k)))
            return hl_fail(e, "%s: 'class_points': expected lists, found something else", file);
        if (read_points(json_array_get(lists, k), file, &c->of_class[k], e))
            return -1;
    }
    return 0;
}

static int read_all_points(hl_calibration *c, const json_t *o, const char *file, hl_err *e)
{
    const json_t *list = hl_json_list(o, file, "points", e);
    if (!list)
        return -1;
    if (json_array_size(list) && c->positive < 0)
        return hl_fail(e, "%s: 'points': expected at most 0, found %zu", file,
                       json_array_size(list));
    hl_class_points own = {0};
    const int status = read_points(list, file, &own, e);
    c->points = own.points;
    c->npoints = own.n;
    return status ? status : read_class_points(c, o, file, e);
}

static int read_positive(hl_calibration *c, const json_t *o, const char *file, hl_err *e)
{
    const json_t *v = json_object_get(o, "positive");
    c->positive = HL_NO_POSITIVE;
    if (json_is_null(v))
        return 0;
    const char *name = hl_json_text(o, file, "positive", e);
    if (!name)
        return -1;
    c->positive = hl_positive_find(c->classes, c->nclasses, name);
    if (c->positive == HL_NO_POSITIVE)
        return hl_fail(e, "%s: 'positive': expected one of its classes, found '%s'", file, name);
    return 0;
}

static int read_outlier(hl_mahalanobis *r, const json_t *o, const char *file, hl_err *e)
{
    uint64_t inputs;
    char seed[32];
    if (json_is_null(json_object_get(o, "outlier")))
        return 0;
    if (!(o = hl_json_object(o, file, "outlier", e)) ||
        hl_json_count(o, file, "inputs", &inputs, e) ||
        get_text(o, file, "seed", seed, sizeof seed, e) ||
        get_positive_real(o, file, "threshold", &r->threshold, e) ||
        get_fraction(o, file, "quantile", &r->quantile, e) ||
        get_fraction(o, file, "shrinkage", &r->shrinkage, e) ||
        hl_json_count(o, file, "trained", &r->trained, e) ||
        hl_json_count(o, file, "held_out", &r->held_out, e))
        return -1;
    if (inputs < 1 || inputs > INT32_MAX)
        return hl_fail(e, "%s: 'inputs': expected 1 to %d, found %" PRIu64, file, INT32_MAX,
                       inputs);
    if (!hl_parse_u64(seed, &r->seed))
        return hl_fail(e, "%s: 'seed': expected a whole number in quotes, found '%s'", file, seed);
    r->inputs = (size_t)inputs;
    r->dims = hl_mahalanobis_dims(r->inputs);
    return 0;
}

static int read_rule(hl_calibration *c, const json_t *o, const char *file, hl_err *e)
{
    const char *unit = NULL, *combine = NULL;
    if ((json_object_get(o, "unit") && !(unit = hl_json_text(o, file, "unit", e))) ||
        (json_object_get(o, "combine") && !(combine = hl_json_text(o, file, "combine", e))))
        return -1;
    return hl_unit_rule_parse(&c->rule, unit, combine, file, e);
}

static int read_note(hl_calibration *c, const json_t *o, const char *file, hl_err *e)
{
    return json_object_get(o, "temperature_note")
               ? get_text(o, file, "temperature_note", c->temperature_note,
                          sizeof c->temperature_note, e)
               : 0;
}

static int read_object(hl_calibration *c, const char *text, const char *file, hl_err *e)
{
    json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    int status = -1;
    if (!json_is_object(o))
        hl_fail(e, "%s: hilum.calibration: not a JSON object", file);
    else if (get_positive_real(o, file, "temperature", &c->temperature, e) == 0 &&
             read_note(c, o, file, e) == 0 && read_positive(c, o, file, e) == 0 &&
             read_rule(c, o, file, e) == 0 && read_all_points(c, o, file, e) == 0)
        status = read_outlier(&c->outlier, o, file, e);
    json_decref(o);
    return status;
}

static int check_tensor(const hl_tf_header *h, size_t i, const char *name, int64_t least_rows,
                        int64_t most_rows, int64_t columns, const char *file, hl_err *e)
{
    const hl_tensor_desc *d = &h->tensors[i];
    if (strcmp(d->name, name) != 0 || d->dtype != HL_F32 || d->rank != 2 ||
        d->shape[0] < least_rows || d->shape[0] > most_rows || d->shape[1] != columns)
        return hl_fail(e, "%s: expected tensor %s F32 [%lld, %lld], found something else", file,
                       name, (long long)most_rows, (long long)columns);
    return 0;
}

static int read_tensor(hl_tf_reader *r, const hl_tensor_desc *d, float **values, hl_err *e)
{
    const size_t n = (size_t)d->bytes / sizeof **values;
    *values = hl_malloc(n, sizeof **values);
    return hl_tf_read_finite(r, d->name, *values, n, e);
}

static int read_tensors(hl_calibration *c, hl_tf_reader *r, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    const char *file = hl_tf_name(r);
    hl_mahalanobis *o = &c->outlier;
    const int64_t d = (int64_t)o->dims;
    if (h->ntensors != (d ? 2u : 0u))
        return hl_fail(e, "%s: expected %d tensors, found %zu", file, d ? 2 : 0, h->ntensors);
    if (d == 0)
        return 0;
    if (check_tensor(h, 0, "outlier/means", 1, (int64_t)c->nclasses, d, file, e) ||
        check_tensor(h, 1, "outlier/whitening", d, d, d, file, e))
        return -1;
    o->nmeans = (size_t)h->tensors[0].shape[0];
    return read_tensor(r, &h->tensors[0], &o->means, e) ||
                   read_tensor(r, &h->tensors[1], &o->whitening, e)
               ? -1
               : 0;
}

static int read_all(hl_calibration *c, hl_tf_reader *r, hl_err *e)
{
    static const char *const keys[] = {"hilum.classes", "hilum.feature_space", "hilum.head",
                                       "hilum.provenance", "hilum.calibration"};
    const char *value[sizeof keys / sizeof *keys], *file = hl_tf_name(r);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!(value[i] = hl_tf_meta(hl_tf_get_header(r), keys[i])))
            return hl_fail(e, "%s: expected metadata %s, found none", file, keys[i]);
    if (hl_string_list_parse(&c->classes, &c->nclasses, value[0], e) ||
        hl_feature_space_parse(&c->feature_space, value[1], e))
        return hl_fail_in(e, file);
    if (hl_provenance_check(value[3], file, e))
        return -1;
    if (strlen(value[2]) >= sizeof c->head)
        return hl_fail(e, "%s: hilum.head: expected a digest, found %zu bytes", file,
                       strlen(value[2]));
    strcpy(c->head, value[2]);
    c->provenance = hl_strdup(value[3]);
    memcpy(c->id, hl_tf_id(r), sizeof c->id);
    c->id_is_old = !hl_tf_id_covers_data(r);
    return read_object(c, value[4], file, e) || read_tensors(c, r, e) ? -1 : hl_tf_end(r, e);
}

int hl_calibration_read(hl_calibration *c, const char *path, hl_err *e)
{
    hl_tf_reader *r;
    *c = (hl_calibration){0};
    if (hl_tf_open(&r, path, "calibration", e))
        return -1;
    const int status = read_all(c, r, e);
    hl_tf_close(r);
    if (status)
        hl_calibration_free(c);
    return status;
}

int hl_calibration_check(const hl_calibration *c, const char *c_name, const char *head_id,
                         const hl_feature_space *feature_space, size_t inputs,
                         const char *head_name, hl_err *e)
{
    if (hl_feature_space_match(&c->feature_space, c_name, feature_space, head_name, e))
        return -1;
    if (strcmp(c->head, head_id) != 0)
        return hl_fail(e, "%s: it belongs to another head than %s: expected %s, found %s", c_name,
                       head_name, head_id, c->head);
    if (c->outlier.dims && c->outlier.inputs != inputs)
        return hl_fail(e, "%s: expected features of %zu values, as %s takes them, found %zu",
                       c_name, inputs, head_name, c->outlier.inputs);
    return 0;
}
