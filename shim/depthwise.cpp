// SPDX-License-Identifier: BSD-2-Clause
#include "depthwise.hpp"

#include "depthwise.cu"
#include "internal.hpp"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/StringUtil.h>

#include <dlfcn.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

// The source of the kernels, for NVRTC.
asm(".pushsection .rodata\n"
    ".globl ts_depthwise_source\n"
    ".hidden ts_depthwise_source\n"
    "ts_depthwise_source: .incbin \"shim/depthwise.cu\"\n"
    ".byte 0\n"
    ".popsection");
extern "C" const char ts_depthwise_source[] __attribute__((visibility("hidden")));

namespace
{

// ---- NVRTC and the driver, without their headers ----

using status = int; // 0 is success

// NVRTC and the driver's library, as libtorch opens them; they stay open.
void *cuda_library()
{
    static void *const library = [] {
        void *opened = dlopen("libcaffe2_nvrtc.so", RTLD_NOW | RTLD_LOCAL);
        if (!opened)
            throw std::runtime_error(dlerror());
        return opened;
    }();
    return library;
}

template <typename F> F *cuda_function(const char *name)
{
    void *f = dlsym(cuda_library(), name);
    if (!f)
        throw std::runtime_error(std::string(name) + ": no such function");
    return reinterpret_cast<F *>(f);
}

std::string error_text(const std::string &function, status s)
{
    const char *text = nullptr;
    if (function.rfind("nvrtc", 0) == 0)
        text = cuda_function<const char *(status)>("nvrtcGetErrorString")(s);
    else
        cuda_function<status(status, const char **)>("cuGetErrorString")(s, &text);
    return text ? text : "status " + std::to_string(s);
}

// Calls a function that returns a status.
template <typename... A> void call_cuda(const char *name, A... arguments)
{
    const status s = cuda_function<status(A...)>(name)(arguments...);
    if (s != 0)
        throw std::runtime_error(std::string(name) + ": " + error_text(name, s));
}

std::string architecture_option()
{
    enum { MAJOR = 75, MINOR = 76 }; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_
    int device, major, minor;
    call_cuda("cuCtxGetDevice", &device);
    call_cuda("cuDeviceGetAttribute", &major, int(MAJOR), device);
    call_cuda("cuDeviceGetAttribute", &minor, int(MINOR), device);
    return "--gpu-architecture=sm_" + std::to_string(major) + std::to_string(minor);
}

std::string compiler_messages(void *program)
{
    size_t size;
    call_cuda("nvrtcGetProgramLogSize", program, &size);
    std::string messages(size, '\0');
    call_cuda("nvrtcGetProgramLog", program, &messages[0]);
    return messages;
}

std::vector<char> compile()
{
    void *program;
    const std::string arch = architecture_option();
    const char *const options[] = {arch.c_str(), "-DDEPTHWISE_KERNELS"};
    call_cuda("nvrtcCreateProgram", &program, &ts_depthwise_source[0], "depthwise.cu", 0,
              static_cast<const char *const *>(nullptr), static_cast<const char *const *>(nullptr));
    try {
        call_cuda("nvrtcCompileProgram", program, 2, &options[0]);
    } catch (const std::runtime_error &e) {
        throw std::runtime_error(e.what() + (": " + compiler_messages(program)));
    }
    size_t size;
    call_cuda("nvrtcGetCUBINSize", program, &size);
    std::vector<char> binary(size);
    call_cuda("nvrtcGetCUBIN", program, binary.data());
    call_cuda("nvrtcDestroyProgram", &program);
    return binary;
}

// Older versions of libtorch do not expose it.
template <typename S> auto stream_handle(const S &stream, int) -> decltype(stream.native_handle())
{
    return stream.native_handle();
}

template <typename S> void *stream_handle(const S &, long)
{
    throw std::runtime_error("this libtorch does not expose stream handles");
}

void *current_stream()
{
    const c10::impl::VirtualGuardImpl gpu(at::kCUDA);
    return stream_handle(gpu.getStream(gpu.getDevice()), 0);
}

// ---- kernels ----

struct kernels {
    void *f32, *f16, *bf16;
};

void *module_function(void *module, const char *name)
{
    void *f;
    call_cuda("cuModuleGetFunction", &f, module, name);
    return f;
}

const kernels &all_kernels()
{
    static const kernels k = [] {
        void *module;
        const std::vector<char> binary = compile();
        call_cuda("cuModuleLoadData", &module, static_cast<const void *>(binary.data()));
        return kernels{module_function(module, "depthwise_f32"),
                       module_function(module, "depthwise_f16"),
                       module_function(module, "depthwise_bf16")};
    }();
    return k;
}

void *kernel_for(at::ScalarType type)
{
    const kernels &k = all_kernels();
    return type == at::kFloat ? k.f32 : type == at::kHalf ? k.f16 : k.bf16;
}

// Values in a 16-byte vector.
int64_t lanes_of(at::ScalarType type)
{
    return type == at::kFloat ? 4 : 8;
}

int64_t out_size(int64_t in, const ts_window &w, int axis)
{
    const int64_t room = in + w.pad[2 * axis] + w.pad[2 * axis + 1] - w.kernel[axis];
    return room < 0 ? 0 : room / w.stride[axis] + 1;
}

int64_t vectors_of(const at::Tensor &x, const ts_window &w)
{
    return x.numel() / (x.size(2) * x.size(3)) * out_size(x.size(2), w, 0) *
           out_size(x.size(3), w, 1) / lanes_of(x.scalar_type());
}

depthwise_shape shape_of(const at::Tensor &x, const ts_window &w, ts_act act)
{
    depthwise_shape s = {};
    s.outputs = unsigned(vectors_of(x, w));
    s.channels = int(x.size(1));
    s.height = int(x.size(2));
    s.width = int(x.size(3));
    s.out_height = int(out_size(s.height, w, 0));
    s.out_width = int(out_size(s.width, w, 1));
    for (int axis = 0; axis < 2; axis++) {
        s.kernel[axis] = int(w.kernel[axis]);
        s.stride[axis] = int(w.stride[axis]);
        s.pad[axis] = int(w.pad[2 * axis]);
    }
    s.least = act == TS_ACT_NONE ? -INFINITY : 0;
    s.most = act == TS_ACT_RELU6 ? 6 : INFINITY;
    return s;
}

// ---- the comparison ----

// On small images, with the result of libtorch on the CPU.
void check_results(at::ScalarType type)
{
    const int64_t c = 16;
    const auto wave = [&](int64_t n) { return at::sin(at::arange(n, at::kFloat)).to(type); };
    const at::Tensor x = wave(2 * c * 7 * 6).view({2, c, 7, 6});
    const at::Tensor kernel = wave(c * 9).view({c, 1, 3, 3}), bias = wave(c);
    const auto f32 = [](const at::Tensor &t) { return t.to(at::kCPU, at::kFloat); };
    for (const ts_window &w :
         {ts_window{{3, 3}, {1, 1}, {1, 1, 1, 1}}, ts_window{{3, 3}, {2, 2}, {0, 1, 0, 1}}}) {
        const at::Tensor padded =
            at::constant_pad_nd(f32(x), {w.pad[2], w.pad[3], w.pad[0], w.pad[1]}, 0);
        const at::Tensor expected = at::clamp(
            at::conv2d(padded, f32(kernel), f32(bias), at::IntArrayRef{w.stride[0], w.stride[1]},
                       at::IntArrayRef{0, 0}, at::IntArrayRef{1, 1}, c),
            0, 6);
        const at::Tensor found =
            depthwise_convolution(x.to(at::kCUDA).contiguous(at::MemoryFormat::ChannelsLast),
                                  kernel.to(at::kCUDA), bias.to(at::kCUDA), w, TS_ACT_RELU6);
        const float error = (f32(found) - expected).abs().max().item<float>();
        if (!(error < (type == at::kFloat ? 1e-5F : type == at::kHalf ? 4e-3F : 3e-2F)))
            throw std::runtime_error(c10::str("results differ from the CPU's by ", error));
    }
}

std::atomic<bool> is_verified;

} // namespace

void depthwise_prepare()
{
    static std::mutex one_at_a_time;
    static std::string reason;
    const std::lock_guard<std::mutex> lock(one_at_a_time);
    if (is_verified)
        return;
    try {
        if (!reason.empty())
            throw std::runtime_error(reason);
        const c10::impl::VirtualGuardImpl gpu(at::kCUDA);
        // A stream other than the default one, as the workers have.
        const c10::StreamGuard other(gpu.getStreamFromGlobalPool(gpu.getDevice()));
        for (at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16})
            check_results(type);
        is_verified = true;
    } catch (const std::exception &e) {
        reason = e.what();
        throw;
    }
}

bool depthwise_suits(const at::Tensor &x, const at::Tensor &kernel, const ts_tensor *bias,
                     const ts_window &w, int64_t groups)
{
    const at::ScalarType type = x.scalar_type();
    if (!is_verified || !bias || !x.is_cuda() || x.numel() == 0 ||
        !x.is_contiguous(at::MemoryFormat::ChannelsLast))
        return false;
    if (type != at::kFloat && type != at::kHalf && type != at::kBFloat16)
        return false;
    for (const at::Tensor &t : {kernel, bias->t})
        if (t.scalar_type() != type || t.device() != x.device())
            return false;
    const bool is_depthwise =
        groups > 1 && groups == x.size(1) && bias->t.sizes() == at::IntArrayRef{groups} &&
        kernel.sizes() == at::IntArrayRef{groups, 1, w.kernel[0], w.kernel[1]};
    const int64_t outputs = is_depthwise ? vectors_of(x, w) : 0;
    return outputs > 0 && outputs <= INT32_MAX && groups % lanes_of(type) == 0;
}

at::Tensor depthwise_convolution(const at::Tensor &x, const at::Tensor &kernel,
                                 const at::Tensor &bias, const ts_window &w, ts_act act)
{
    enum { THREADS = 256 };
    depthwise_shape s = shape_of(x, w, act);
    const at::Tensor weights = kernel.permute({2, 3, 1, 0}).contiguous(); // [KH, KW, 1, C]
    const at::Tensor offsets = bias.contiguous();
    const at::Tensor y = at::empty({x.size(0), s.channels, s.out_height, s.out_width}, x.options(),
                                   at::MemoryFormat::ChannelsLast);
    const void *x_data = x.data_ptr(), *weights_data = weights.data_ptr(),
               *bias_data = offsets.data_ptr();
    void *y_data = y.data_ptr();
    void *arguments[] = {&x_data, &weights_data, &bias_data, &y_data, &s};
    const unsigned blocks = (s.outputs + THREADS - 1) / THREADS, one = 1;
    call_cuda("cuLaunchKernel", kernel_for(x.scalar_type()), blocks, one, one, unsigned(THREADS),
              one, one, unsigned(0), current_stream(), &arguments[0],
              static_cast<void **>(nullptr));
    return y;
}
