/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/feature_space.h"

#include "format/old_names.h"

#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The text fields, in the order in which differences are reported. */
static const struct field {
    const char *key;
    size_t offset, size;
    const char *empty; /* name of the empty value in messages */
} fields[] = {
#define FIELD(f, empty)                                                                            \
    {                                                                                              \
#f, offsetof(hl_feature_space, f), sizeof((hl_feature_space *)0)->f, empty                 \
    }
    FIELD(backbone, "none"),      FIELD(framework, "keras"),
    FIELD(weights, "none"),       FIELD(normalize, "none"),
    FIELD(feature_layer, "none"), FIELD(pool, "none"),
    FIELD(filter, "none"),        FIELD(fit, "none"),
    FIELD(depth, "auto or full"), FIELD(window, "none (no DICOM)"),
#undef FIELD
};
enum { NFIELDS = sizeof fields / sizeof *fields };

static const char *text_of(const hl_feature_space *s, const struct field *f)
{
    return (const char *)s + f->offset;
}

hl_feature_space hl_feature_space_of_images(const hl_feature_space *s)
{
    hl_feature_space images = {.height = s->height, .width = s->width};
    memcpy(images.filter, s->filter, sizeof images.filter);
    memcpy(images.fit, s->fit, sizeof images.fit);
    memcpy(images.depth, s->depth, sizeof images.depth);
    memcpy(images.window, s->window, sizeof images.window);
    return images;
}

char *hl_feature_space_format(const hl_feature_space *s)
{
    json_t *o =
        json_pack("{s:I, s:I}", "height", (json_int_t)s->height, "width", (json_int_t)s->width);
    for (size_t i = 0; i < NFIELDS; i++)
        if (*text_of(s, &fields[i]))
            json_object_set_new(o, fields[i].key, json_string(text_of(s, &fields[i])));
    char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(o);
    return text;
}

static int parse_object(hl_feature_space *s, const json_t *o, hl_err *e)
{
    const json_t *h = json_object_get(o, "height"), *w = json_object_get(o, "width");
    if (json_integer_value(h) < 1 || json_integer_value(h) > HL_MAX_SIDE ||
        json_integer_value(w) < 1 || json_integer_value(w) > HL_MAX_SIDE)
        return hl_fail(
            e, "hilum.feature_space: expected height and width as whole numbers from 1 to %d",
            HL_MAX_SIDE);
    s->height = json_integer_value(h);
    s->width = json_integer_value(w);
    size_t known = 2;
    for (size_t i = 0; i < NFIELDS; i++) {
        const json_t *v = json_object_get(o, fields[i].key);
        if (!v)
            continue;
        known++;
        const char *text = json_string_value(v);
        if (!text || strlen(text) >= fields[i].size)
            return hl_fail(e, "hilum.feature_space: expected %s as a text of at most %zu bytes",
                           fields[i].key, fields[i].size - 1);
        strcpy((char *)s + fields[i].offset, text);
    }
    if (known != json_object_size(o))
        return hl_fail(e, "hilum.feature_space: it has fields that this version does not know");
    return 0;
}

int hl_feature_space_parse(hl_feature_space *s, const char *json, hl_err *e)
{
    *s = (hl_feature_space){0};
    json_t *o = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    hl_use_current_names(o);
    const int status = json_is_object(o) ? parse_object(s, o, e)
                                         : hl_fail(e, "hilum.feature_space: not a JSON object");
    json_decref(o);
    return status;
}

int hl_feature_space_match(const hl_feature_space *a, const char *a_name, const hl_feature_space *b,
                           const char *b_name, hl_err *e)
{
    if (a->height != b->height || a->width != b->width)
        return hl_fail(e,
                       "feature spaces differ in size: %s has %" PRId64 " x %" PRId64
                       ", %s has %" PRId64 " x %" PRId64,
                       a_name, a->height, a->width, b_name, b->height, b->width);
    for (size_t i = 0; i < NFIELDS; i++) {
        const char *x = text_of(a, &fields[i]), *y = text_of(b, &fields[i]);
        if (strcmp(x, y) != 0)
            return hl_fail(e, "feature spaces differ in %s: %s has %s, %s has %s", fields[i].key,
                           a_name, *x ? x : fields[i].empty, b_name, *y ? y : fields[i].empty);
    }
    return 0;
}
