/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"

#include "base/rng.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

const char *const phantom_class_names[PHANTOM_CLASSES] = {"NORMAL", "PNEUMONIA"};

int phantom_class_of(const phantom_patient *p)
{
    return p->kind == PHANTOM_NORMAL ? 0 : 1;
}

/* 27 % of the patients are normal, spread evenly, so that patient i is the same whatever the
 * number of patients is. */
static bool is_normal(uint64_t i)
{
    return (27 * (i + 1) + 73) / 100 > (27 * i + 73) / 100;
}

static void plan_patient(uint64_t i, const phantom_options *o, phantom_patient *p)
{
    char purpose[48];
    snprintf(purpose, sizeof purpose, "phantom/plan/%" PRIu64, i);
    hl_rng r = hl_rng_make(o->seed, purpose);
    const double which = hl_rng_uniform(&r);
    if (is_normal(i)) {
        p->kind = PHANTOM_NORMAL;
        p->series = which < 0.45 ? PHANTOM_IM : PHANTOM_NORMAL2;
    } else {
        p->kind = which < 0.65 ? PHANTOM_BACTERIA : PHANTOM_VIRUS;
        p->series = p->kind == PHANTOM_BACTERIA ? PHANTOM_PERSON_BACTERIA : PHANTOM_PERSON_VIRUS;
    }
    const double more = 1.0 - 1.0 / o->images;
    p->nimages = 1;
    while (p->nimages < (size_t)o->max_images && hl_rng_uniform(&r) < more)
        p->nimages++;
}

void phantom_plan(phantom_patient *patients, const phantom_options *o)
{
    uint64_t numbers[PHANTOM_NSERIES] = {0}, images[PHANTOM_NSERIES] = {0};
    for (size_t i = 0; i < (size_t)o->patients; i++) {
        phantom_patient *p = &patients[i];
        plan_patient(i, o, p);
        p->number = ++numbers[p->series];
        p->first_image = images[p->series] + 1;
        images[p->series] += p->nimages;
    }
}

void phantom_image_name(const phantom_patient *p, size_t image, char name[PHANTOM_NAME_SIZE])
{
    const char *folder = phantom_class_names[phantom_class_of(p)];
    const uint64_t running = p->first_image + image, own = image + 1;
    switch (p->series) {
    case PHANTOM_IM:
    case PHANTOM_NORMAL2:
        snprintf(name, PHANTOM_NAME_SIZE, "%s/%sIM-%04" PRIu64 "-%04" PRIu64 ".png", folder,
                 p->series == PHANTOM_NORMAL2 ? "NORMAL2-" : "", p->number, own);
        return;
    case PHANTOM_PERSON_BACTERIA:
    case PHANTOM_PERSON_VIRUS:
    case PHANTOM_NSERIES:
        snprintf(name, PHANTOM_NAME_SIZE, "%s/person%" PRIu64 "_%s_%" PRIu64 ".png", folder,
                 p->number, p->series == PHANTOM_PERSON_BACTERIA ? "bacteria" : "virus", running);
        return;
    }
}
