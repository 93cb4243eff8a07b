/* SPDX-License-Identifier: BSD-2-Clause */
#include "dense.h"

#include "../common/mem.h"
#include "onednn_here.h"

#include <stdlib.h>
#include <string.h>

#if HL_ONEDNN_HERE

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

static int multiply(const float *x, size_t n, const float *kernel, const float *bias, size_t inputs,
                    size_t units, float *y, hl_err *e)
{
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * units, bias, units * sizeof *y);
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    const dnnl_status_t s =
        dnnl_sgemm('N', 'N', (dnnl_dim_t)n, (dnnl_dim_t)units, (dnnl_dim_t)inputs, 1, x,
                   (dnnl_dim_t)inputs, kernel, (dnnl_dim_t)units, 1, y, (dnnl_dim_t)units);
    omp_set_num_threads(threads);
    return s == dnnl_success ? 0 : hl_fail(e, "dense: oneDNN: a product failed");
}

#else

#include "../../shim/torch_shim.h"

static int multiply(const float *x, size_t n, const float *kernel, const float *bias, size_t inputs,
                    size_t units, float *y, hl_err *e)
{
    const int64_t rows[2] = {(int64_t)n, (int64_t)inputs}, width = (int64_t)units,
                  shape[2] = {(int64_t)inputs, width};
    const int threads = ts_threads();
    ts_tensor *in = NULL, *k = NULL, *b = NULL, *out = NULL;
    const int failed = ts_set_threads(1) || ts_view_data(&in, (float *)x, TS_F32, 2, rows) ||
                       ts_view_data(&k, (float *)kernel, TS_F32, 2, shape) ||
                       ts_view_data(&b, (float *)bias, TS_F32, 1, &width) ||
                       ts_dense(&out, in, k, b) || ts_to_data(out, y, n * units * sizeof *y) ||
                       ts_set_threads(threads);
    ts_free(out);
    ts_free(b);
    ts_free(k);
    ts_free(in);
    return failed ? hl_fail(e, "dense: libtorch: %s", ts_last_error()) : 0;
}

#endif

/* Always so many rows at a time, the last ones filled up: the order in which a product is added up
 * depends on the number of its rows. */
enum { ROWS = 32 };

static int multiply_rest(const float *x, size_t n, const float *kernel, const float *bias,
                         size_t inputs, size_t units, float *y, hl_err *e)
{
    float *in = hl_calloc(ROWS * inputs, sizeof *in), *out = hl_malloc(ROWS * units, sizeof *out);
    memcpy(in, x, n * inputs * sizeof *in);
    const int status = multiply(in, ROWS, kernel, bias, inputs, units, out, e);
    if (status == 0)
        memcpy(y, out, n * units * sizeof *y);
    free(out);
    free(in);
    return status;
}

int net_dense(const float *x, size_t n, const float *kernel, const float *bias, size_t inputs,
              size_t units, bool relu, float *y, hl_err *e)
{
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i += ROWS) {
        const float *from = x + i * inputs;
        float *to = y + i * units;
        status = n - i < ROWS ? multiply_rest(from, n - i, kernel, bias, inputs, units, to, e)
                              : multiply(from, ROWS, kernel, bias, inputs, units, to, e);
    }
    for (size_t i = 0; relu && i < n * units; i++)
        y[i] = y[i] < 0 ? 0 : y[i];
    return status;
}
