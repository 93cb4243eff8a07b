/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/panel_product_kernels.h"

#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#endif

const nn_panel_product *nn_panel_product_for(size_t lanes)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (lanes == 16)
        return __builtin_cpu_supports("avx512f") ? &nn_panel_product_avx512 : NULL;
    if (lanes == 8)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                   ? &nn_panel_product_avx2
                   : NULL;
#endif
    return lanes == 4 ? &nn_panel_product_any : NULL;
}

static size_t most_lanes(void)
{
#if NN_HAS_ONEDNN && defined(__x86_64__)
    const unsigned isa = dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? 16
           : (isa & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2             ? 8
                                                                        : 4;
#else
    return 16;
#endif
}

const nn_panel_product *nn_panel_product_widest(void)
{
    for (size_t lanes = most_lanes(); lanes > 4; lanes /= 2)
        if (nn_panel_product_for(lanes))
            return nn_panel_product_for(lanes);
    return &nn_panel_product_any;
}
