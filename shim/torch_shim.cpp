// SPDX-License-Identifier: BSD-2-Clause
#include "internal.hpp"
#include "malloc_tuned.h"

#include <torch/torch.h>

#include <dlfcn.h>
#include <unistd.h>

#include <cmath>
#include <exception>
#include <string>
#include <vector>

namespace
{

thread_local std::string last_error;
thread_local bool out_of_memory;

at::ScalarType scalar_type(ts_dtype d)
{
    switch (d) {
    case TS_U8:
        return at::kByte;
    case TS_F16:
        return at::kHalf;
    case TS_BF16:
        return at::kBFloat16;
    case TS_F32:
        return at::kFloat;
    case TS_I64:
        return at::kLong;
    }
    throw std::invalid_argument("unknown dtype");
}

at::Device torch_device(ts_device d)
{
    return at::Device(d == TS_CUDA ? at::kCUDA : at::kCPU);
}

bool symmetric(const ts_window *w)
{
    return w->pad[0] == w->pad[1] && w->pad[2] == w->pad[3];
}

at::Tensor pad(const at::Tensor &x, const int64_t *p, double value)
{
    return at::constant_pad_nd(x, {p[2], p[3], p[0], p[1]}, value)
        .contiguous(at::MemoryFormat::ChannelsLast);
}

at::IntArrayRef pair(const int64_t *v)
{
    return at::IntArrayRef(v, 2);
}

} // namespace

// libtorch's messages end in a C++ backtrace; the first line is what a user can act on.
void ts_remember_error(const std::string &what)
{
    const size_t cause = what.rfind("\nRuntimeError: "); // where TorchScript says why
    const size_t from = cause == std::string::npos ? 0 : cause + 1;
    last_error = what.substr(from, what.find('\n', from) - from);
    out_of_memory = false;
    for (const char *sign : {"out of memory", "can't allocate memory", "bad_alloc"})
        out_of_memory |= what.find(sign) != std::string::npos;
}

const char *ts_version(void)
{
    return TORCH_VERSION;
}

const char *ts_last_error(void)
{
    return last_error.c_str();
}

int ts_was_out_of_memory(void)
{
    return out_of_memory;
}

int ts_init(int threads)
{
    ts_tune_malloc();
    return guard([&] {
        at::set_num_threads(threads);
        ts_allow_tf32(0);
        at::mm(at::ones({1, 1}), at::ones({1, 1})); // takes the BLAS's buffers while there is room
    });
}

int ts_set_threads(int threads)
{
    return guard([&] { at::set_num_threads(threads); });
}

int ts_threads(void)
{
    return at::get_num_threads();
}

void ts_allow_tf32(int allowed)
{
    at::globalContext().setAllowTF32CuBLAS(allowed != 0);
    at::globalContext().setAllowTF32CuDNN(allowed != 0);
}

int ts_use_device(ts_device device)
{
    if (device == TS_CPU)
        return 0;
    return guard([&] {
        // libtorch registers its CUDA kernels when these are loaded. They stand beside
        // libtorch_cpu.
        for (const char *lib : {"libc10_cuda.so", "libtorch_cuda.so"})
            if (!dlopen(lib, RTLD_NOW | RTLD_GLOBAL))
                throw std::runtime_error(std::string("no CUDA build of libtorch: ") + dlerror());
        if (!at::hasCUDA() || at::detail::getCUDAHooks().getNumGPUs() == 0)
            throw std::runtime_error("libtorch's CUDA libraries find no usable GPU");
    });
}

int ts_free_memory(ts_device device, uint64_t *bytes)
{
    return guard([&] {
        if (device == TS_CPU) {
            *bytes = uint64_t(sysconf(_SC_AVPHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
            return;
        }
        // The CUDA runtime's own function, found in the library that libtorch_cuda brought along.
        using mem_get_info = int (*)(size_t *, size_t *);
        auto f = reinterpret_cast<mem_get_info>(dlsym(RTLD_DEFAULT, "cudaMemGetInfo"));
        size_t available = 0, total = 0;
        if (!f || f(&available, &total) != 0)
            throw std::runtime_error("the GPU's free memory cannot be read");
        *bytes = available;
    });
}

int ts_from_data(ts_tensor **out, const void *data, ts_dtype dtype, int rank, const int64_t *shape)
{
    return produce(out, [&] {
        return at::from_blob(const_cast<void *>(data), at::IntArrayRef(shape, size_t(rank)),
                             scalar_type(dtype))
            .clone();
    });
}

int ts_view_data(ts_tensor **out, void *data, ts_dtype dtype, int rank, const int64_t *shape)
{
    return produce(out, [&] {
        return at::from_blob(data, at::IntArrayRef(shape, size_t(rank)), scalar_type(dtype));
    });
}

int ts_to_data(const ts_tensor *t, void *data, size_t bytes)
{
    return guard([&] {
        const at::Tensor host = t->t.detach().to(at::kCPU).contiguous();
        if (host.nbytes() != bytes)
            throw std::runtime_error("tensor of " + std::to_string(host.nbytes()) +
                                     " bytes read into " + std::to_string(bytes));
        memcpy(data, host.data_ptr(), bytes);
    });
}

void ts_free(ts_tensor *t)
{
    delete t;
}

int ts_rank(const ts_tensor *t)
{
    return int(t->t.dim());
}

int64_t ts_dim(const ts_tensor *t, int i)
{
    return t->t.size(i);
}

int ts_share(ts_tensor **out, const ts_tensor *t)
{
    return produce(out, [&] { return t->t; });
}

int ts_to(ts_tensor **out, const ts_tensor *t, ts_dtype dtype, ts_device device)
{
    return produce(out, [&] { return t->t.to(torch_device(device), scalar_type(dtype)); });
}

int ts_permute(ts_tensor **out, const ts_tensor *t, const int *order)
{
    return produce(out, [&] {
        const std::vector<int64_t> dims(order, order + t->t.dim());
        return t->t.permute(dims).contiguous();
    });
}

int ts_channels_last(ts_tensor **out, const ts_tensor *t)
{
    return produce(out, [&] { return t->t.contiguous(at::MemoryFormat::ChannelsLast); });
}

int ts_gather_rows(ts_tensor **out, const ts_tensor *t, const int64_t *rows, int64_t n)
{
    return produce(out, [&] {
        const at::Tensor index = at::from_blob(const_cast<int64_t *>(rows), {n}, at::kLong);
        return t->t.index_select(0, index.to(t->t.device()));
    });
}

int ts_lookup(ts_tensor **out, const ts_tensor *images, const float table[3][256],
              const int source[3], ts_device device)
{
    return produce(out, [&] {
        const at::Tensor x = images->t.to(torch_device(device));
        const int64_t n = x.size(0), h = x.size(1), w = x.size(2), c = x.size(3);
        at::Tensor y =
            at::empty({n, 3, h, w}, x.options().dtype(at::kFloat), at::MemoryFormat::ChannelsLast);
        if (device == TS_CPU) {
            const uint8_t *from = x.data_ptr<uint8_t>();
            float *to = y.data_ptr<float>();
            at::parallel_for(0, n * h * w, 1 << 14, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; i++)
                    for (int k = 0; k < 3; k++)
                        to[3 * i + k] = table[k][from[c * i + (c == 1 ? 0 : source[k])]];
            });
            return y;
        }
        const at::Tensor tables =
            at::from_blob(const_cast<float *>(&table[0][0]), {3, 256}, at::kFloat).to(x.device());
        for (int k = 0; k < 3; k++) {
            const at::Tensor index = x.select(3, c == 1 ? 0 : source[k]).to(at::kInt).flatten();
            y.select(1, k).copy_(tables[k].index_select(0, index).view({n, h, w}));
        }
        return y;
    });
}

int ts_conv2d(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias,
              const ts_window *w, int64_t groups)
{
    return produce(out, [&] {
        const at::Tensor b = bias ? bias->t : at::Tensor();
        const bool even = symmetric(w);
        const at::Tensor in = even ? x->t : pad(x->t, w->pad, 0);
        const int64_t rest[2] = {even ? w->pad[0] : 0, even ? w->pad[2] : 0};
        const int64_t dilation[2] = {1, 1};
        return at::conv2d(in, kernel->t, b, pair(w->stride), pair(rest), pair(dilation), groups);
    });
}

int ts_max_pool2d(ts_tensor **out, const ts_tensor *x, const ts_window *w)
{
    return produce(out, [&] {
        const at::Tensor in =
            symmetric(w) && w->pad[0] == 0 && w->pad[2] == 0 ? x->t : pad(x->t, w->pad, -INFINITY);
        return at::max_pool2d(in, pair(w->kernel), pair(w->stride));
    });
}

int ts_avg_pool2d(ts_tensor **out, const ts_tensor *x, const ts_window *w)
{
    return produce(out, [&] {
        if (!symmetric(w))
            throw std::runtime_error("average pooling with uneven padding is not supported");
        const int64_t p[2] = {w->pad[0], w->pad[2]};
        return at::avg_pool2d(x->t, pair(w->kernel), pair(w->stride), pair(p), false, false);
    });
}

int ts_pad2d(ts_tensor **out, const ts_tensor *x, const int64_t p[4])
{
    return produce(out, [&] { return pad(x->t, p, 0); });
}

int ts_channel_affine(ts_tensor **out, const ts_tensor *x, const ts_tensor *scale,
                      const ts_tensor *shift)
{
    return produce(out, [&] {
        return x->t * scale->t.view({1, -1, 1, 1}) + shift->t.view({1, -1, 1, 1});
    });
}

int ts_relu(ts_tensor **out, const ts_tensor *x)
{
    return produce(out, [&] { return at::relu(x->t); });
}

int ts_relu6(ts_tensor **out, const ts_tensor *x)
{
    return produce(out, [&] { return at::clamp(x->t, 0, 6); });
}

int ts_relu_inplace(ts_tensor *x)
{
    return guard([&] { at::relu_(x->t); });
}

int ts_relu6_inplace(ts_tensor *x)
{
    return guard([&] { at::clamp_(x->t, 0, 6); });
}

int ts_add_scaled(ts_tensor **out, const ts_tensor *x, const ts_tensor *y, double scale)
{
    return produce(out, [&] { return at::add(x->t, y->t, scale); });
}

int ts_mul(ts_tensor **out, const ts_tensor *x, const ts_tensor *y)
{
    return produce(out, [&] { return x->t * y->t; });
}

int ts_concat_channels(ts_tensor **out, const ts_tensor *const *xs, int n)
{
    return produce(out, [&] {
        std::vector<at::Tensor> parts;
        for (int i = 0; i < n; i++)
            parts.push_back(xs[i]->t);
        return at::cat(parts, 1);
    });
}

int ts_global_mean(ts_tensor **out, const ts_tensor *x)
{
    return produce(out, [&] { return x->t.to(at::kFloat).mean(at::IntArrayRef{2, 3}); });
}

int ts_global_max(ts_tensor **out, const ts_tensor *x)
{
    return produce(out, [&] { return x->t.amax(at::IntArrayRef{2, 3}); });
}

int ts_flatten_hwc(ts_tensor **out, const ts_tensor *x)
{
    return produce(out, [&] { return x->t.permute({0, 2, 3, 1}).flatten(1); });
}

int ts_from_hwc(ts_tensor **out, const ts_tensor *flat, int64_t h, int64_t w, int64_t c)
{
    return produce(out, [&] { return flat->t.view({-1, h, w, c}).permute({0, 3, 1, 2}); });
}

int ts_dense(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias)
{
    return produce(out, [&] { return at::addmm(bias->t, x->t, kernel->t); });
}
