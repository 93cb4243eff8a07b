/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads weights from tensor files: hilum's own (kind `weights`, tensors LAYER/WEIGHT in Keras'
 * layout), and state dicts of timm and torchvision saved as safetensors, whose kernels are
 * [O, I, KH, KW], or [C, 1, KH, KW] for depthwise convolutions.
 */
#include "base/log.h"
#include "base/mem.h"
#include "format/convert.h"
#include "format/tensorfile.h"
#include "nn/arch/weight_specs.h"
#include "nn/weights/torch_names.h"
#include "nn/weights/weight_readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char kind[] = "weights";

/* A weight of the network, with its name and shape in the file. */
typedef struct target {
    char name[2 * NN_NAME];
    nn_weight_spec spec;
    int64_t shape[4];
    float *to;
    bool found;
} target;

typedef struct targets {
    target *t;
    size_t n;
} targets;

static bool is_hilum(const hl_tf_header *h)
{
    return hl_tf_meta(h, "hilum.kind") != NULL;
}

/* ---- expected tensors ---- */

/* PyTorch's shape of a kernel that is [KH, KW, I, O] in Keras. */
static void torch_shape(const nn_weight_spec *s, int64_t shape[4])
{
    const bool depthwise = strcmp(s->name, "depthwise_kernel") == 0;
    memcpy(shape, s->shape, 4 * sizeof *shape);
    if (s->rank != 4)
        return;
    shape[0] = s->shape[depthwise ? 2 : 3];
    shape[1] = depthwise ? 1 : s->shape[2];
    shape[2] = s->shape[0];
    shape[3] = s->shape[1];
}

/* prefixes: PyTorch's names of the layers; NULL for hilum's own file. */
static targets list_targets(const nn_import *in, char (*prefixes)[NN_TORCH_NAME])
{
    targets l = {.t = hl_calloc((size_t)in->n->n * NN_MAX_WEIGHTS, sizeof *l.t)};
    for (int i = 0; i < in->n->n; i++) {
        nn_weight_spec specs[NN_MAX_WEIGHTS];
        const int layer = in->n->order[i], count = nn_net_weight_specs(in->n, layer, specs);
        for (int k = 0; k < count; k++) {
            target *t = &l.t[l.n++];
            *t = (target){.spec = specs[k], .to = in->w->values[layer][k]};
            memcpy(t->shape, specs[k].shape, sizeof t->shape);
            if (prefixes) {
                torch_shape(&specs[k], t->shape);
                snprintf(t->name, sizeof t->name, "%s.%s", prefixes[layer],
                         nn_torch_weight_name(specs[k].name));
            } else {
                snprintf(t->name, sizeof t->name, "%s/%s", in->n->layers[layer].name,
                         specs[k].name);
            }
        }
    }
    return l;
}

static target *find_target(const targets *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->t[i].name, name) == 0)
            return &l->t[i];
    return NULL;
}

/* Targets named as in timm or torchvision, whichever matches more tensors of the file. */
static targets torch_targets(const nn_import *in, const hl_tf_header *h)
{
    targets best = {0};
    size_t most = 0;
    char(*prefixes)[NN_TORCH_NAME] = hl_calloc((size_t)in->n->n, sizeof *prefixes);
    for (int source = 0; source < NN_NAMES_SOURCES; source++) {
        if (!nn_torch_names(in->n, (nn_names_source)source, prefixes))
            continue;
        targets l = list_targets(in, prefixes);
        size_t known = 0;
        for (size_t i = 0; i < h->ntensors; i++)
            known += find_target(&l, h->tensors[i].name) != NULL;
        if (!best.t || known > most) {
            free(best.t);
            best = l;
            most = known;
        } else {
            free(l.t);
        }
    }
    free(prefixes);
    return best;
}

/* ---- one tensor ---- */

static bool fits(const nn_import *in, const target *t, const hl_tensor_desc *d)
{
    bool same = d->rank == t->spec.rank;
    for (int i = 0; same && i < d->rank; i++)
        same = d->shape[i] == t->shape[i];
    if (!same)
        nn_add_problem_shape(in, t->name, t->shape, t->spec.rank, d->shape, d->rank);
    else if (d->dtype != HL_F32 && d->dtype != HL_F16 && d->dtype != HL_BF16)
        nn_add_problem(in->problems, "%s: expected F32, F16 or BF16, found %s", t->name,
                       hl_dtype_names[d->dtype]);
    else
        return true;
    return false;
}

/* From PyTorch's layout to Keras': [O, I, KH, KW] -> [KH, KW, I, O], [C, 1, KH, KW] -> [KH, KW, C,
 * 1]. */
static void to_keras(const float *from, const int64_t shape[4], bool depthwise, float *to)
{
    const int64_t out = shape[0], inputs = shape[1], area = shape[2] * shape[3];
    for (int64_t o = 0; o < out; o++)
        for (int64_t i = 0; i < inputs; i++)
            for (int64_t a = 0; a < area; a++)
                to[depthwise ? a * out + o : (a * inputs + i) * out + o] =
                    from[(o * inputs + i) * area + a];
}

static int read_target(const target *t, const hl_tensor_desc *d, bool torch, hl_tf_reader *r,
                       hl_err *e)
{
    const size_t n = (size_t)t->spec.size;
    void *raw = hl_malloc((size_t)d->bytes, 1);
    const int status = hl_tf_read(r, raw, (size_t)d->bytes, e);
    if (status == 0 && torch && t->spec.rank == 4) {
        float *wide = hl_malloc(n, sizeof *wide);
        hl_to_f32(d->dtype, raw, n, wide);
        to_keras(wide, t->shape, strcmp(t->spec.name, "depthwise_kernel") == 0, t->to);
        free(wide);
    } else if (status == 0) {
        hl_to_f32(d->dtype, raw, n, t->to);
    }
    free(raw);
    return status;
}

/* Reports a tensor that the network does not have. */
static void report_unused(const nn_import *in, const char *name, bool torch)
{
    if (torch && nn_torch_is_top(name))
        hl_log_info("%s: %s belongs to the top and is not used", in->path, name);
    else if (!torch || !nn_torch_is_counter(name))
        nn_add_problem_left_over(in, name);
}

static int read_data(const nn_import *in, targets *l, bool torch, hl_tf_reader *r, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    int status = 0;
    for (size_t i = 0; i < h->ntensors && status == 0; i++) {
        const hl_tensor_desc *d = &h->tensors[i];
        target *t = find_target(l, d->name);
        if (t)
            t->found = true;
        else
            report_unused(in, d->name, torch);
        status = t && fits(in, t, d) ? read_target(t, d, torch, r, e) : hl_tf_skip(r, d->bytes, e);
    }
    if (status)
        return -1;
    for (size_t i = 0; i < l->n; i++)
        if (!l->t[i].found)
            nn_add_problem_missing(in, l->t[i].name, l->t[i].shape, l->t[i].spec.rank);
    return hl_tf_end(r, e);
}

/* ---- the file ---- */

static int check_hilum(const hl_tf_header *h, const char *path, hl_err *e)
{
    const char *found = hl_tf_meta(h, "hilum.kind");
    const char *identity = hl_tf_meta(h, "hilum.identity");
    if (strcmp(found, kind) != 0)
        return hl_fail(e, "%s: expected a file of kind '%s', found '%s'", path, kind, found);
    if (!hl_tf_meta(h, "hilum.backbone") || !hl_tf_meta(h, "hilum.framework") || !identity ||
        strlen(identity) >= HL_DIGEST_SIZE)
        return hl_fail(e, "%s: expected hilum.backbone, hilum.framework and hilum.identity", path);
    return 0;
}

static int framework_of(const hl_tf_header *h, const char *path, nn_framework *framework, hl_err *e)
{
    *framework = NN_TORCH;
    if (!is_hilum(h))
        return 0;
    if (check_hilum(h, path, e))
        return -1;
    const char *stated = hl_tf_meta(h, "hilum.framework");
    for (int i = 0; i < NN_FRAMEWORKS; i++)
        if (strcmp(nn_framework_names[i], stated) == 0) {
            *framework = (nn_framework)i;
            return 0;
        }
    return hl_fail(e, "%s: expected hilum.framework keras or torch, found '%s'", path, stated);
}

int nn_tensors_framework(const char *path, nn_framework *framework, hl_err *e)
{
    hl_tf_reader *r;
    if (hl_tf_open_any(&r, path, e))
        return -1;
    const int status = framework_of(hl_tf_get_header(r), path, framework, e);
    hl_tf_close(r);
    return status;
}

static int read_all(const nn_import *in, hl_tf_reader *r, hl_err *e)
{
    const hl_tf_header *h = hl_tf_get_header(r);
    nn_framework framework;
    if (framework_of(h, in->path, &framework, e))
        return -1;
    if (framework != in->n->framework)
        return hl_fail(e, "%s: expected weights of the %s variant, found %s", in->path,
                       nn_framework_names[in->n->framework], nn_framework_names[framework]);
    if (is_hilum(h)) {
        const char *backbone = hl_tf_meta(h, "hilum.backbone");
        if (strcmp(backbone, in->n->name) != 0)
            return hl_fail(e, "%s: expected the weights of %s, found those of %s", in->path,
                           in->n->name, backbone);
        snprintf(in->w->identity, sizeof in->w->identity, "%s", hl_tf_meta(h, "hilum.identity"));
    }
    targets l = is_hilum(h) ? list_targets(in, NULL) : torch_targets(in, h);
    const int status = read_data(in, &l, !is_hilum(h), r, e);
    free(l.t);
    return status;
}

int nn_read_tensors(const nn_import *in, hl_err *e)
{
    hl_tf_reader *r;
    if (hl_tf_open_any(&r, in->path, e))
        return -1;
    const int status = read_all(in, r, e);
    hl_tf_close(r);
    return status;
}
