/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/old_names.h"

#include <stddef.h>
#include <string.h>

static const struct renamed {
    const char *old, *current;
} renamed[] = {
    /* metadata of tensor files */
    {"hilum.space", "hilum.feature_space"},
    {"hilum.chain", "hilum.provenance"},
    {"hilum.tail", "hilum.finetuned"},
    {"hilum.flavour", "hilum.framework"},
    {"hilum.standing", "hilum.training_state"},
    /* a feature space */
    {"flavour", "framework"},
    {"cut", "feature_layer"},
    /* comments of tables */
    {"chain", "provenance"},
    {"space", "feature_space"},
    /* metrics.json, compare.json */
    {"below_constant_answer", "below_majority_baseline"},
    {"figures", "metrics"},
};
enum { NRENAMED = sizeof renamed / sizeof *renamed };

const char *hl_current_name(const char *name)
{
    for (size_t i = 0; i < NRENAMED; i++)
        if (strcmp(renamed[i].old, name) == 0)
            return renamed[i].current;
    return name;
}

const char *hl_old_name(const char *current)
{
    for (size_t i = 0; i < NRENAMED; i++)
        if (strcmp(renamed[i].current, current) == 0)
            return renamed[i].old;
    return NULL;
}

void hl_use_current_names(json_t *object)
{
    for (size_t i = 0; i < NRENAMED; i++) {
        json_t *member = json_object_get(object, renamed[i].old);
        if (!member || json_object_get(object, renamed[i].current))
            continue;
        json_object_set(object, renamed[i].current, member);
        json_object_del(object, renamed[i].old);
    }
}
