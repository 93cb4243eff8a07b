/* SPDX-License-Identifier: BSD-2-Clause */
#include "sources.h"

#include "base/mem.h"
#include "data/feature_file.h"
#include "data/provenance.h"
#include "nn/infer/extractor_for_feature_space.h"
#include "nn/infer/pooling.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int explain_check_images(const hl_samples *images, const nn_model *model, hl_err *e)
{
    const hl_tensor_desc *p = &images->payload;
    const char *file = hl_tf_name(images->file);
    const hl_feature_space want = hl_feature_space_of_images(nn_head_feature_space(model->head));
    if (hl_feature_space_match(&images->feature_space, file, &want, model->name, e))
        return -1;
    if (p->dtype != HL_U8 || p->rank != 4 || (p->shape[3] != 1 && p->shape[3] != 3) ||
        p->shape[1] != want.height || p->shape[2] != want.width)
        return hl_fail(e, "%s: expected images U8 [N, %" PRId64 ", %" PRId64 ", 1 or 3]", file,
                       want.height, want.width);
    return nn_head_check_classes(model->head, model->name, images->classes, images->nclasses, file,
                                 e);
}

int explain_check_origin(const char *file, const char *provenance, const char *role, const char *id,
                         const char *of, hl_err *e)
{
    if (provenance && hl_provenance_has_input(provenance, role, id))
        return 0;
    return hl_fail(e, "%s: was not made with %s: its provenance has no %s %s", file, of, role, id);
}

static int read_file(explain_maps_source *m, explain_samples *s, const nn_model *model,
                     hl_features *f, const char *images_id, hl_err *e)
{
    const char *file = hl_tf_name(f->samples.file);
    hl_feature_space want = *nn_head_feature_space(model->head);
    strcpy(want.pool, nn_pool_names[NN_POOL_FLATTEN]);
    if (hl_feature_space_match(&f->samples.feature_space, file, &want, model->name, e) ||
        explain_check_origin(file, f->samples.provenance, "images", images_id, "these images", e) ||
        nn_map_shape(&want, m->shape, e))
        return -1;
    const size_t width = (size_t)(m->shape[0] * m->shape[1] * m->shape[2]);
    if (f->width != width)
        return hl_fail(e, "%s: expected maps of %zu values, found %zu", file, width, f->width);
    m->role = "features";
    strcpy(m->id, hl_tf_id(f->samples.file));
    m->id_is_old = !hl_tf_id_covers_data(f->samples.file);
    return explain_samples_read_features(s, f, e);
}

int explain_maps_read(explain_maps_source *m, explain_samples *s, const nn_model *model,
                      const char *path, const char *images_id, hl_err *e)
{
    hl_features f;
    if (hl_features_open(&f, path, e))
        return -1;
    const int status = read_file(m, s, model, &f, images_id, e);
    hl_features_close(&f);
    return status;
}

/* The maps of all samples, whose images have this many bytes each. */
static int compute_all(nn_extractor *x, explain_samples *s, int channels, size_t bytes, hl_err *e)
{
    const size_t width = nn_extractor_width(x);
    uint8_t *images = hl_malloc(s->n, bytes);
    float *features = hl_malloc(s->n * width, sizeof *features);
    for (size_t i = 0; i < s->n; i++)
        memcpy(images + i * bytes, s->list[i].image, bytes);
    const int status = nn_extractor_run_all(x, images, s->n, channels, features, e);
    for (size_t i = 0; i < s->n && status == 0; i++) {
        s->list[i].features = hl_malloc(width, sizeof *features);
        memcpy(s->list[i].features, features + i * width, width * sizeof *features);
    }
    free(images);
    free(features);
    return status;
}

int explain_maps_compute(explain_maps_source *m, explain_samples *s, const nn_model *model,
                         const char *weights, bool allow_code, int channels, hl_err *e)
{
    const hl_feature_space *fs = nn_head_feature_space(model->head);
    nn_extractor *x;
    if (nn_extractor_for_feature_space(&x, fs, model->name, weights, allow_code, true, TS_CPU, e))
        return -1;
    nn_extractor_map_shape(x, m->shape);
    m->role = "weights";
    strcpy(m->id, fs->weights);
    m->id_is_old = false;
    const int status =
        compute_all(x, s, channels, (size_t)(fs->height * fs->width) * (size_t)channels, e);
    nn_extractor_free(x);
    return status;
}
