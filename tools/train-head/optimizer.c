/* SPDX-License-Identifier: BSD-2-Clause */
#include "optimizer.h"

#include "base/simd.h"

#include <math.h>

typedef struct factors {
    float rate, blend1, blend2, epsilon, decay;
} factors;

/* Square root and division dominate the cost, so wide vectors help. */
HL_FOR_ALL_WIDTHS static void adam(float *restrict p, float *restrict m, float *restrict v,
                                   const float *restrict gradient, size_t n, factors f)
{
    for (size_t i = 0; i < n; i++) {
        const float g = gradient[i] + f.decay * p[i];
        m[i] += (g - m[i]) * f.blend1;
        v[i] += (g * g - v[i]) * f.blend2;
        p[i] -= f.rate * m[i] / (sqrtf(v[i]) + f.epsilon);
    }
}

HL_FOR_ALL_WIDTHS static void sgd(float *restrict p, float *restrict momentum,
                                  const float *restrict gradient, size_t n, float rate, float beta,
                                  float decay)
{
    for (size_t i = 0; i < n; i++) {
        momentum[i] = beta * momentum[i] - rate * (gradient[i] + decay * p[i]);
        p[i] += momentum[i];
    }
}

void train_optimizer_step(const train_optimizer_rule *r, float *p, float *first, float *second,
                          const float *gradient, size_t n)
{
    static const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7;
    if (r->optimizer == TRAIN_SGD) {
        sgd(p, first, gradient, n, (float)r->rate, (float)r->momentum, (float)r->decay);
        return;
    }
    const double t = (double)r->step,
                 rate = r->rate * sqrt(1 - pow(beta2, t)) / (1 - pow(beta1, t));
    const factors f = {(float)rate, (float)(1 - beta1), (float)(1 - beta2), (float)epsilon,
                       (float)r->decay};
    adam(p, first, second, gradient, n, f);
}
