// SPDX-License-Identifier: BSD-2-Clause
#include "internal.hpp"
#include "malloc_tuned.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

#include <dlfcn.h>
#include <unistd.h>

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
    }
    throw std::invalid_argument("unknown dtype");
}

} // namespace

at::Device ts_torch_device(ts_device d)
{
    return at::Device(d == TS_CUDA ? at::kCUDA : at::kCPU);
}

// libtorch's messages end in a C++ backtrace; the first line tells users what to do.
void ts_remember_error(const std::string &what)
{
    const size_t cause = what.rfind("\nRuntimeError: "); // TorchScript gives the reason here
    const size_t from = cause == std::string::npos ? 0 : cause + 1;
    last_error = what.substr(from, what.find('\n', from) - from);
    out_of_memory = false;
    // cuDNN gives the last message if no algorithm has enough memory, or if there is no algorithm.
    for (const char *sign : {"out of memory", "can't allocate memory", "bad_alloc", "ALLOC_FAILED",
                             "unable to find an engine"})
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
        at::mm(at::ones({1, 1}),
               at::ones({1, 1})); // allocates the BLAS buffers while there is memory
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
        // Loading these registers libtorch's CUDA kernels. They are in the folder of libtorch_cpu.
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
        // The CUDA runtime's function, from the library that libtorch_cuda has loaded.
        using mem_get_info = int (*)(size_t *, size_t *);
        auto f = reinterpret_cast<mem_get_info>(dlsym(RTLD_DEFAULT, "cudaMemGetInfo"));
        size_t available = 0, total = 0;
        if (!f || f(&available, &total) != 0)
            throw std::runtime_error("the GPU's free memory cannot be read");
        *bytes = available;
    });
}

int ts_own_stream(ts_device device)
{
    thread_local bool has_one = false;
    if (device == TS_CPU || has_one)
        return 0;
    return guard([&] {
        const c10::impl::VirtualGuardImpl gpu(at::kCUDA);
        gpu.exchangeStream(gpu.getStreamFromGlobalPool(gpu.getDevice()));
        has_one = true;
    });
}

int ts_wait(ts_device device)
{
    if (device == TS_CPU)
        return 0;
    return guard([&] {
        const c10::impl::VirtualGuardImpl gpu(at::kCUDA);
        gpu.getStream(gpu.getDevice()).synchronize();
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
    return produce(out, [&] { return t->t.to(ts_torch_device(device), scalar_type(dtype)); });
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

int ts_channels_first(ts_tensor **out, const ts_tensor *t)
{
    return produce(out, [&] { return t->t.contiguous(); });
}
