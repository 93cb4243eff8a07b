/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Source compatibility with oneDNN 2 and 3. Version 3 made memory descriptors opaque and creates
 * primitive descriptors without operation descriptors; these functions have the form of version 3
 * and map it to version 2. Functions common to both versions are called directly.
 *
 * A memory descriptor is a pointer: onednn_md is owned, onednn_const_md is borrowed.
 */
#ifndef HILUM_NN_INFER_ONEDNN_COMPAT_H
#define HILUM_NN_INFER_ONEDNN_COMPAT_H

#include <oneapi/dnnl/dnnl.h>

#if DNNL_VERSION_MAJOR >= 3

typedef dnnl_memory_desc_t onednn_md;
typedef const_dnnl_memory_desc_t onednn_const_md;

static inline dnnl_status_t onednn_md_new(onednn_md *md, int rank, const dnnl_dims_t dims,
                                          dnnl_data_type_t type, dnnl_format_tag_t layout)
{
    return dnnl_memory_desc_create_with_tag(md, rank, dims, type, layout);
}

static inline dnnl_status_t onednn_md_copy(onednn_md *md, onednn_const_md from)
{
    return dnnl_memory_desc_clone(md, from);
}

static inline void onednn_md_free(onednn_md md)
{
    dnnl_memory_desc_destroy(md);
}

static inline dnnl_status_t onednn_convolution(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                               dnnl_alg_kind_t algorithm, onednn_const_md source,
                                               onednn_const_md kernel, onednn_const_md bias,
                                               onednn_const_md result, const dnnl_dims_t strides,
                                               const dnnl_dims_t before, const dnnl_dims_t after,
                                               const_dnnl_primitive_attr_t attr)
{
    return dnnl_convolution_forward_primitive_desc_create(pd, engine, dnnl_forward_inference,
                                                          algorithm, source, kernel, bias, result,
                                                          strides, NULL, before, after, attr);
}

static inline dnnl_status_t onednn_pooling(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                           dnnl_alg_kind_t algorithm, onednn_const_md source,
                                           onednn_const_md result, const dnnl_dims_t strides,
                                           const dnnl_dims_t kernel, const dnnl_dims_t before,
                                           const dnnl_dims_t after,
                                           const_dnnl_primitive_attr_t attr)
{
    const dnnl_dims_t dilation = {0};
    return dnnl_pooling_forward_primitive_desc_create(pd, engine, dnnl_forward_inference, algorithm,
                                                      source, result, strides, kernel, dilation,
                                                      before, after, attr);
}

static inline dnnl_status_t onednn_eltwise(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                           dnnl_alg_kind_t algorithm, onednn_const_md md,
                                           float alpha, float beta,
                                           const_dnnl_primitive_attr_t attr)
{
    return dnnl_eltwise_forward_primitive_desc_create(pd, engine, dnnl_forward_inference, algorithm,
                                                      md, md, alpha, beta, attr);
}

static inline dnnl_status_t onednn_concat(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, int n,
                                          int axis, const onednn_const_md *sources,
                                          const_dnnl_primitive_attr_t attr)
{
    return dnnl_concat_primitive_desc_create(pd, engine, NULL, n, axis, sources, attr);
}

static inline dnnl_status_t onednn_sum(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, int n,
                                       const float *scales, const onednn_const_md *sources,
                                       const_dnnl_primitive_attr_t attr)
{
    return dnnl_sum_primitive_desc_create(pd, engine, NULL, n, scales, sources, attr);
}

static inline dnnl_status_t onednn_append_sum(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_sum(ops, 1, 0, dnnl_data_type_undef);
}

static inline dnnl_status_t onednn_append_eltwise(dnnl_post_ops_t ops, dnnl_alg_kind_t algorithm,
                                                  float alpha, float beta)
{
    return dnnl_post_ops_append_eltwise(ops, algorithm, alpha, beta);
}

#else /* version 2 */

#include "base/mem.h"

#include <stdlib.h>

typedef dnnl_memory_desc_t *onednn_md;
typedef const dnnl_memory_desc_t *onednn_const_md;

static inline void onednn_md_free(onednn_md md)
{
    free(md);
}

static inline dnnl_status_t onednn_md_copy(onednn_md *md, onednn_const_md from)
{
    *md = hl_malloc(1, sizeof **md);
    **md = *from;
    return dnnl_success;
}

static inline dnnl_status_t onednn_md_new(onednn_md *md, int rank, const dnnl_dims_t dims,
                                          dnnl_data_type_t type, dnnl_format_tag_t layout)
{
    dnnl_memory_desc_t d;
    const dnnl_status_t s = dnnl_memory_desc_init_by_tag(&d, rank, dims, type, layout);
    return s == dnnl_success ? onednn_md_copy(md, &d) : s;
}

static inline dnnl_status_t onednn_convolution(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                               dnnl_alg_kind_t algorithm, onednn_const_md source,
                                               onednn_const_md kernel, onednn_const_md bias,
                                               onednn_const_md result, const dnnl_dims_t strides,
                                               const dnnl_dims_t before, const dnnl_dims_t after,
                                               const_dnnl_primitive_attr_t attr)
{
    dnnl_convolution_desc_t d;
    const dnnl_status_t s =
        dnnl_convolution_forward_desc_init(&d, dnnl_forward_inference, algorithm, source, kernel,
                                           bias, result, strides, before, after);
    return s == dnnl_success ? dnnl_primitive_desc_create(pd, &d, attr, engine, NULL) : s;
}

static inline dnnl_status_t onednn_pooling(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                           dnnl_alg_kind_t algorithm, onednn_const_md source,
                                           onednn_const_md result, const dnnl_dims_t strides,
                                           const dnnl_dims_t kernel, const dnnl_dims_t before,
                                           const dnnl_dims_t after,
                                           const_dnnl_primitive_attr_t attr)
{
    dnnl_pooling_desc_t d;
    const dnnl_status_t s = dnnl_pooling_forward_desc_init(
        &d, dnnl_forward_inference, algorithm, source, result, strides, kernel, before, after);
    return s == dnnl_success ? dnnl_primitive_desc_create(pd, &d, attr, engine, NULL) : s;
}

static inline dnnl_status_t onednn_eltwise(dnnl_primitive_desc_t *pd, dnnl_engine_t engine,
                                           dnnl_alg_kind_t algorithm, onednn_const_md md,
                                           float alpha, float beta,
                                           const_dnnl_primitive_attr_t attr)
{
    dnnl_eltwise_desc_t d;
    const dnnl_status_t s =
        dnnl_eltwise_forward_desc_init(&d, dnnl_forward_inference, algorithm, md, alpha, beta);
    return s == dnnl_success ? dnnl_primitive_desc_create(pd, &d, attr, engine, NULL) : s;
}

/* Version 2 takes an array of descriptors. The caller frees it. */
static inline dnnl_memory_desc_t *onednn_md_array(int n, const onednn_const_md *sources)
{
    dnnl_memory_desc_t *array = hl_malloc((size_t)n, sizeof *array);
    for (int i = 0; i < n; i++)
        array[i] = *sources[i];
    return array;
}

static inline dnnl_status_t onednn_concat(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, int n,
                                          int axis, const onednn_const_md *sources,
                                          const_dnnl_primitive_attr_t attr)
{
    dnnl_memory_desc_t *array = onednn_md_array(n, sources);
    const dnnl_status_t s =
        dnnl_concat_primitive_desc_create(pd, NULL, n, axis, array, attr, engine);
    free(array);
    return s;
}

static inline dnnl_status_t onednn_sum(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, int n,
                                       const float *scales, const onednn_const_md *sources,
                                       const_dnnl_primitive_attr_t attr)
{
    dnnl_memory_desc_t *array = onednn_md_array(n, sources);
    const dnnl_status_t s =
        dnnl_sum_primitive_desc_create(pd, NULL, n, scales, array, attr, engine);
    free(array);
    return s;
}

static inline dnnl_status_t onednn_append_sum(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_sum(ops, 1);
}

static inline dnnl_status_t onednn_append_eltwise(dnnl_post_ops_t ops, dnnl_alg_kind_t algorithm,
                                                  float alpha, float beta)
{
    return dnnl_post_ops_append_eltwise(ops, 1, algorithm, alpha, beta);
}

#endif

#endif
