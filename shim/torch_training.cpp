// SPDX-License-Identifier: BSD-2-Clause
// The part of the shim that trains: gradients, losses, batch norm, optimiser steps.
#include "internal.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
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

int ts_cross_entropy(ts_tensor **out, const ts_tensor *logits, const ts_tensor *labels,
                     const ts_tensor *weights)
{
    return produce(out, [&] {
        const at::Tensor log_p = at::log_softmax(logits->t, 1);
        const at::Tensor picked = -log_p.gather(1, labels->t.unsqueeze(1)).squeeze(1);
        return weights ? (picked * weights->t).mean() : picked.mean();
    });
}

int ts_element(ts_tensor **out, const ts_tensor *t, int64_t at)
{
    return produce(out, [&] { return t->t.flatten()[at]; });
}

int ts_sum_squares(ts_tensor **out, const ts_tensor *x)
{
    return produce(out, [&] { return x->t.square().sum(); });
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

int ts_backward(const ts_tensor *scalar)
{
    return guard([&] { scalar->t.backward(); });
}

namespace
{

// The four arrays of an optimiser step on the CPU: checked once, then plain memory.
float *plain(const at::Tensor &t, int64_t n)
{
    if (!t.is_contiguous() || t.numel() != n || t.scalar_type() != at::kFloat || !t.is_cpu())
        throw std::runtime_error("an optimiser step needs contiguous float32 tensors of one size");
    return t.data_ptr<float>();
}

const at::Tensor gradient_of(const at::Tensor &p)
{
    if (!p.grad().defined())
        throw std::runtime_error("there is no gradient: nothing was computed from the tensor");
    return p.grad().contiguous();
}

} // namespace

int ts_gradient(ts_tensor **out, const ts_tensor *t)
{
    return produce(out, [&] { return gradient_of(t->t); });
}

namespace
{

struct adam_factors {
    float rate, keep1, keep2, epsilon;
};

// One pass over memory instead of the dozen that separate operations would make, compiled for the
// widths that processors have: square root and division are what it costs.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void adam_update(float *__restrict p, float *__restrict m, float *__restrict v,
                 const float *__restrict g, int64_t n, adam_factors f)
{
    for (int64_t i = 0; i < n; i++) {
        m[i] += (g[i] - m[i]) * f.keep1;
        v[i] += (g[i] * g[i] - v[i]) * f.keep2;
        p[i] -= f.rate * m[i] / (__builtin_sqrtf(v[i]) + f.epsilon);
    }
}

} // namespace

int ts_adam_step(ts_tensor *p, ts_tensor *m, ts_tensor *v, const ts_adam *a)
{
    return guard([&] {
        at::NoGradGuard no_grad;
        const int64_t n = p->t.numel();
        const at::Tensor g = gradient_of(p->t);
        float *const pp = plain(p->t, n), *const pm = plain(m->t, n), *const pv = plain(v->t, n);
        const float *const pg = plain(g, n);
        const double t = double(a->step);
        const float rate =
            float(a->rate * std::sqrt(1 - std::pow(a->beta2, t)) / (1 - std::pow(a->beta1, t)));
        const adam_factors f = {rate, float(1 - a->beta1), float(1 - a->beta2), float(a->epsilon)};
        at::parallel_for(0, n, 1 << 15, [&](int64_t begin, int64_t end) {
            adam_update(pp + begin, pm + begin, pv + begin, pg + begin, end - begin, f);
        });
        p->t.mutable_grad().reset();
    });
}

int ts_sgd_step(ts_tensor *p, ts_tensor *momentum, double rate, double beta)
{
    return guard([&] {
        at::NoGradGuard no_grad;
        momentum->t.mul_(beta).sub_(gradient_of(p->t), rate);
        p->t.add_(momentum->t);
        p->t.mutable_grad().reset();
    });
}

int ts_zeros_like(ts_tensor **out, const ts_tensor *t)
{
    return produce(out, [&] { return at::zeros_like(t->t.detach()); });
}

int ts_copy_into(ts_tensor *to, const ts_tensor *from)
{
    return guard([&] {
        at::NoGradGuard no_grad;
        to->t.copy_(from->t);
    });
}
