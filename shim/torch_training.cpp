// SPDX-License-Identifier: BSD-2-Clause
// Training: gradients, batch norm, matrix products.
#include "internal.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <dlfcn.h>
#include <omp.h>
#include <stdexcept>
#include <tuple>

int ts_require_grad(ts_tensor *t)
{
    return guard([&] { t->t.set_requires_grad(true); });
}

void ts_record_gradients(int recorded)
{
    at::GradMode::set_enabled(recorded != 0);
}

int ts_batch_norm(ts_tensor **out, const ts_tensor *x, const ts_tensor *gamma,
                  const ts_tensor *beta, ts_tensor *mean, ts_tensor *variance, double epsilon,
                  int training, double momentum)
{
    return produce(out, [&] {
        const at::Tensor g = gamma ? gamma->t : at::Tensor();
        if (!training)
            return at::batch_norm(x->t, g, beta->t, mean->t, variance->t, false, 0, epsilon, false);
        const auto [y, batch_mean, batch_scale] =
            at::native_batch_norm(x->t, g, beta->t, {}, {}, true, 0, epsilon);
        at::NoGradGuard no_grad;
        const at::Tensor batch_variance = batch_scale.square().reciprocal().sub(epsilon);
        mean->t.mul_(momentum).add_(batch_mean, 1 - momentum);
        variance->t.mul_(momentum).add_(batch_variance, 1 - momentum);
        return y;
    });
}

int ts_backward_from(const ts_tensor *t, const float *grad)
{
    return guard([&] {
        // A copy, because the graph may keep it longer than the caller's memory is valid.
        t->t.backward(at::from_blob(const_cast<float *>(grad), t->t.sizes()).clone());
    });
}

int ts_gradient(ts_tensor **out, const ts_tensor *t)
{
    return produce(out, [&] {
        if (!t->t.grad().defined())
            throw std::runtime_error("there is no gradient: nothing was computed from the tensor");
        return t->t.grad().contiguous();
    });
}

int ts_clear_gradient(ts_tensor *t)
{
    return guard([&] { t->t.mutable_grad().reset(); });
}

int ts_values(ts_tensor *t, float **values)
{
    return guard([&] {
        if (!t->t.is_contiguous() || t->t.scalar_type() != at::kFloat || !t->t.is_cpu())
            throw std::runtime_error("expected contiguous float32 values in host memory");
        *values = t->t.data_ptr<float>();
    });
}

namespace
{

at::Tensor matrix(const float *values, int64_t stride, bool transposed, int64_t rows,
                  int64_t columns)
{
    const int64_t down = transposed ? 1 : stride, across = transposed ? stride : 1;
    return at::from_blob(const_cast<float *>(values), {rows, columns}, {down, across});
}

// Limits the calling thread to one OpenMP thread, and one MKL thread if libtorch includes MKL,
// whose setting takes precedence. at::set_num_threads would create a new thread pool each time.
struct one_thread {
    using mkl_setter = int (*)(int);
    const int before = at::get_num_threads(); // which also initialises this thread's setting
    // Looked up once, as the search goes through all loaded libraries.
    static inline const mkl_setter set_mkl =
        reinterpret_cast<mkl_setter>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
    int mkl_before = 0;
    one_thread()
    {
        omp_set_num_threads(1);
        if (set_mkl)
            mkl_before = set_mkl(1);
    }
    ~one_thread()
    {
        if (set_mkl)
            set_mkl(mkl_before);
        omp_set_num_threads(before);
    }
};

} // namespace

int ts_gemm(const int64_t size[3], const float *a, int64_t a_stride, int a_transposed,
            const float *b, int64_t b_stride, int b_transposed, int add, float *c, int64_t c_stride)
{
    return guard([&] {
        const at::NoGradGuard no_grad;
        const one_thread alone;
        const int64_t m = size[0], n = size[1], k = size[2];
        matrix(c, c_stride, false, m, n)
            .addmm_(matrix(a, a_stride, a_transposed != 0, m, k),
                    matrix(b, b_stride, b_transposed != 0, k, n), add ? 1 : 0, 1);
    });
}
