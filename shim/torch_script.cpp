// SPDX-License-Identifier: BSD-2-Clause
// TorchScript modules. A separate file because torch/script.h takes long to compile.
#include "internal.hpp"

#include <torch/script.h>

#include <stdexcept>

struct ts_module {
    torch::jit::Module m;
};

int ts_module_load(ts_module **out, const char *path, ts_device device)
{
    return guard([&] {
        torch::jit::Module m = torch::jit::load(path, device == TS_CUDA ? at::kCUDA : at::kCPU);
        m.eval();
        *out = new ts_module{m};
    });
}

void ts_module_free(ts_module *m)
{
    delete m;
}

int ts_module_forward(ts_tensor **out, ts_module *m, const ts_tensor *x)
{
    return produce(out, [&] {
        at::NoGradGuard no_grad;
        const torch::jit::IValue y = m->m.forward({x->t});
        if (!y.isTensor())
            throw std::runtime_error("expected the module to return one tensor");
        return y.toTensor();
    });
}
