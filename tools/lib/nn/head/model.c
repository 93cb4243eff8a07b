/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/head/model.h"

#include "nn/infer/extractor_for_feature_space.h"

#include <string.h>

int nn_model_load(nn_model *m, const char *path, int threads, hl_err *e)
{
    *m = (nn_model){.name = path};
    if (ts_init(threads))
        return hl_fail(e, "libtorch: %s", ts_last_error());
    if (nn_head_load(&m->head, path, e)) {
        m->head = NULL;
        return -1;
    }
    m->classes = nn_head_class_names(m->head);
    m->nclasses = nn_head_classes(m->head);
    return 0;
}

void nn_model_free(nn_model *m)
{
    nn_extractor_free(m->extractor);
    nn_head_free(m->head);
    *m = (nn_model){0};
}

int nn_model_open_backbone(nn_model *m, const char *weights, bool allow_code, ts_device device,
                           hl_err *e)
{
    const hl_feature_space *space = nn_head_feature_space(m->head);
    if (nn_extractor_for_feature_space(&m->extractor, space, m->name, weights, allow_code, false,
                                       device, e)) {
        m->extractor = NULL;
        return -1;
    }
    return nn_head_check_width(m->head, m->name, nn_extractor_width(m->extractor), weights, e);
}

int nn_model_find_class(const nn_model *m, const char *option, const char *name, uint32_t *cls,
                        hl_err *e)
{
    for (*cls = 0; *cls < m->nclasses; ++*cls)
        if (strcmp(m->classes[*cls], name) == 0)
            return 0;
    return hl_fail(e, "%s: expected a class of %s, found '%s'", option, m->name, name);
}
