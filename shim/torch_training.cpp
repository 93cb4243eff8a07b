// SPDX-License-Identifier: BSD-2-Clause
// Training: gradients and batch norm.
#include "internal.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

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
