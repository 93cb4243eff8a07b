/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/head/gemm.h"

#include "nn/infer/onednn_available.h"

#if NN_HAS_ONEDNN

#include "base/mem.h"
#include "shim/held_signals.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>

/* oneDNN compiles its kernels at the first product, and crashes if memory for them runs out. */
static void reserve_memory(void)
{
    hl_mem_expect((size_t)48 << 20);
}

int nn_gemm(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, bool add, float *c,
            size_t stride, hl_err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, reserve_memory);
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    sigset_t before;
    hold_signals(&before);
    const dnnl_status_t s =
        dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', (dnnl_dim_t)m, (dnnl_dim_t)n,
                   (dnnl_dim_t)k, 1, a.values, (dnnl_dim_t)a.stride, b.values, (dnnl_dim_t)b.stride,
                   add ? 1 : 0, c, (dnnl_dim_t)stride);
    release_signals(&before);
    omp_set_num_threads(threads);
    return s == dnnl_success ? 0 : hl_fail(e, "dense: oneDNN: a matrix product failed");
}

#else

#include "shim/torch_shim.h"

int nn_gemm(size_t m, size_t n, size_t k, nn_matrix a, nn_matrix b, bool add, float *c,
            size_t stride, hl_err *e)
{
    const int64_t size[3] = {(int64_t)m, (int64_t)n, (int64_t)k};
    const int failed = ts_gemm(size, a.values, (int64_t)a.stride, a.transposed, b.values,
                               (int64_t)b.stride, b.transposed, add, c, (int64_t)stride);
    return failed ? hl_fail(e, "dense: libtorch: %s", ts_last_error()) : 0;
}

#endif
