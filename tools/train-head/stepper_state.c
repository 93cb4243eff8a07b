/* SPDX-License-Identifier: BSD-2-Clause */
#include "stepper_internal.h"

#include "format/convert.h"

#include <stdio.h>
#include <string.h>

void train_stepper_keep(train_stepper *t)
{
    for (size_t i = 0; i < nn_head_params(t->head); i++) {
        const train_slot *s = &t->slots[i];
        memcpy(s->kept, s->param.values, s->param.n * sizeof *s->kept);
    }
}

void train_stepper_restore(train_stepper *t)
{
    for (size_t i = 0; i < nn_head_params(t->head); i++) {
        const train_slot *s = &t->slots[i];
        memcpy(s->param.values, s->kept, s->param.n * sizeof *s->kept);
    }
}

bool train_stepper_is_finite(const train_stepper *t)
{
    for (size_t i = 0; i < nn_head_params(t->head); i++)
        if (!hl_all_finite(t->slots[i].param.values, t->slots[i].param.n))
            return false;
    return true;
}

int64_t train_stepper_steps(const train_stepper *t)
{
    return t->step;
}

void train_stepper_set_steps(train_stepper *t, int64_t steps)
{
    t->step = steps;
}

static size_t tensors_per_param(const train_stepper *t)
{
    return t->o.optimizer == TRAIN_ADAM ? 4 : 3;
}

size_t train_stepper_states(const train_stepper *t)
{
    return tensors_per_param(t) * nn_head_params(t->head);
}

train_state_tensor train_stepper_state(const train_stepper *t, size_t i)
{
    static const char *const adam_names[] = {"value", "best", "m", "v"};
    static const char *const sgd_names[] = {"value", "best", "momentum"};
    const size_t param = i / tensors_per_param(t), which = i % tensors_per_param(t);
    const train_slot *s = &t->slots[param];
    float *const all[] = {s->param.values, s->kept, s->first, s->second};
    train_state_tensor state = {.values = all[which], .n = s->param.n, .rank = s->param.rank};
    memcpy(state.shape, s->param.shape, sizeof state.shape);
    snprintf(state.name, sizeof state.name, "%s/%zu",
             (t->o.optimizer == TRAIN_ADAM ? adam_names : sgd_names)[which], param);
    return state;
}
