// SPDX-License-Identifier: BSD-2-Clause
// Inference: pixels to numbers, and the layers of networks.
#include "depthwise.hpp"
#include "internal.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace
{

bool symmetric(const ts_window *w)
{
    return w->pad[0] == w->pad[1] && w->pad[2] == w->pad[3];
}

at::Tensor pad(const at::Tensor &x, const int64_t *p, double value)
{
    return at::constant_pad_nd(x, {p[2], p[3], p[0], p[1]}, value)
        .contiguous(x.suggest_memory_format());
}

at::IntArrayRef pair(const int64_t *v)
{
    return at::IntArrayRef(v, 2);
}

// A convolution's arguments, and the kernels that can compute it.
class convolution
{
  public:
    convolution(const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias,
                const ts_window *w, int64_t groups)
        : in_(symmetric(w) ? x->t : pad(x->t, w->pad, 0)), kernel_(kernel->t),
          bias_(bias ? bias->t : at::Tensor()), stride_(pair(w->stride)), groups_(groups)
    {
        if (symmetric(w)) {
            padding_[0] = w->pad[0];
            padding_[1] = w->pad[2];
        }
    }

    at::Tensor value() const
    {
        if (is_depthwise_on_gpu())
            return at::_conv_depthwise2d(in_, kernel_, kernel_.sizes().slice(2), bias_, stride_,
                                         padding_, dilation_);
        if (suits_onednn())
            return at::mkldnn_convolution(in_, kernel_, bias_, padding_, stride_, dilation_,
                                          groups_);
        return at::conv2d(in_, kernel_, bias_, stride_, padding_, dilation_, groups_);
    }

    // Whether cuDNN does convolution, bias, addition and activation in one pass over memory. Its
    // kernel for groups is many times slower than separate passes, and older cards have none for
    // bfloat16.
    bool has_fused_kernel() const
    {
        if (!in_.is_cuda() || groups_ != 1 || !bias_.defined())
            return false;
        const auto &hooks = at::detail::getCUDAHooks();
        return hooks.hasCuDNN() && (in_.scalar_type() != at::kBFloat16 ||
                                    hooks.supportsBFloat16ConvolutionWithCuDNNv8());
    }

    at::Tensor relu() const
    {
        return at::cudnn_convolution_relu(in_, kernel_, bias_, stride_, padding_, dilation_, 1);
    }

    at::Tensor relu_of_sum(const at::Tensor &added) const
    {
        return at::cudnn_convolution_add_relu(in_, kernel_, added, 1.0, bias_, stride_, padding_,
                                              dilation_, 1);
    }

  private:
    // For these, libtorch's own kernel is called by name: for float16, at::conv2d would call cuDNN,
    // which compiles a kernel for every shape in every thread.
    bool is_depthwise_on_gpu() const
    {
        return in_.is_cuda() && groups_ > 1 && groups_ == in_.size(1) && kernel_.size(1) == 1 &&
               in_.is_contiguous();
    }

    // For some batch sizes and numbers of threads, at::conv2d chooses other kernels, so that the
    // result for an image would depend on them.
    bool suits_onednn() const
    {
        return in_.is_cpu() && in_.scalar_type() == at::kFloat && at::hasMKLDNN() &&
               at::globalContext().userEnabledMkldnn();
    }

    at::Tensor in_, kernel_, bias_;
    at::IntArrayRef stride_;
    int64_t padding_[2] = {0, 0}, dilation_[2] = {1, 1};
    int64_t groups_;
};

bool is_2x2_stride_2(const ts_window *w)
{
    return w->kernel[0] == 2 && w->kernel[1] == 2 && w->stride[0] == 2 && w->stride[1] == 2;
}

// Max pooling of 2x2 pixels, channels last. libtorch's own kernel on the GPU also writes the
// position of each maximum, in 8 bytes, and takes a third longer.
at::Tensor max_pool_2x2(const at::Tensor &x)
{
    const int64_t h = x.size(2) / 2, w = x.size(3) / 2;
    const at::Tensor rows = x.permute({0, 2, 3, 1}).narrow(1, 0, 2 * h).narrow(2, 0, 2 * w);
    return rows.unflatten(2, {w, 2}).unflatten(1, {h, 2}).amax({2, 4}).permute({0, 3, 1, 2});
}

// Looks pixels up by one gather: for grey images from a table [256, 3], for colour images from a
// table [3 * 256] with a section per channel.
at::Tensor lookup_on_gpu(const at::Tensor &x, const float table[3][256], const int source[3])
{
    const int64_t n = x.size(0), h = x.size(1), w = x.size(2);
    const at::Tensor host = at::from_blob(const_cast<float *>(&table[0][0]), {3, 256}, at::kFloat);
    at::Tensor y;
    if (x.size(3) == 1) {
        const at::Tensor rows = host.t().contiguous().to(x.device());
        y = rows.index_select(0, x.to(at::kInt).flatten());
    } else {
        const int64_t order[3] = {source[0], source[1], source[2]}, sections[3] = {0, 256, 512};
        const auto on_device = [&](const int64_t *v) {
            return at::from_blob(const_cast<int64_t *>(v), {3}, at::kLong).to(x.device());
        };
        const at::Tensor index =
            x.index_select(3, on_device(order)).to(at::kInt).add_(on_device(sections).to(at::kInt));
        y = host.flatten().to(x.device()).index_select(0, index.flatten());
    }
    return y.view({n, h, w, 3}).permute({0, 3, 1, 2});
}

} // namespace

int ts_lookup(ts_tensor **out, const ts_tensor *images, const float table[3][256],
              const int source[3], ts_device device)
{
    return produce(out, [&] {
        const at::Tensor x = images->t.to(ts_torch_device(device));
        const int64_t n = x.size(0), h = x.size(1), w = x.size(2), c = x.size(3);
        if (device == TS_CUDA)
            return lookup_on_gpu(x, table, source);
        at::Tensor y =
            at::empty({n, 3, h, w}, x.options().dtype(at::kFloat), at::MemoryFormat::ChannelsLast);
        const uint8_t *from = x.data_ptr<uint8_t>();
        float *to = y.data_ptr<float>();
        at::parallel_for(0, n * h * w, 1 << 14, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++)
                for (int k = 0; k < 3; k++)
                    to[3 * i + k] = table[k][from[c * i + (c == 1 ? 0 : source[k])]];
        });
        return y;
    });
}

int ts_conv2d(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias,
              const ts_window *w, int64_t groups)
{
    return produce(out, [&] {
        const convolution c(x, kernel, bias, w, groups);
        return c.value();
    });
}

int ts_prepare_depthwise(void)
{
    return guard([] { depthwise_prepare(); });
}

int ts_conv2d_fused(ts_tensor **out, const ts_tensor *x, const ts_tensor *kernel,
                    const ts_tensor *bias, const ts_window *w, int64_t groups,
                    const ts_tensor *added, ts_act act)
{
    return produce(out, [&] {
        if (!added && depthwise_suits(x->t, kernel->t, bias, *w, groups))
            return depthwise_convolution(x->t, kernel->t, bias->t, *w, act);
        const convolution c(x, kernel, bias, w, groups);
        at::Tensor y;
        if (act != TS_ACT_NONE && c.has_fused_kernel()) {
            y = added ? c.relu_of_sum(added->t) : c.relu();
        } else {
            y = c.value();
            if (added)
                y.add_(added->t);
            if (act != TS_ACT_NONE)
                at::relu_(y);
        }
        if (act == TS_ACT_RELU6)
            at::clamp_max_(y, 6);
        return y;
    });
}

int ts_max_pool2d(ts_tensor **out, const ts_tensor *x, const ts_window *w)
{
    return produce(out, [&] {
        const bool is_padded = w->pad[0] || w->pad[1] || w->pad[2] || w->pad[3];
        const at::Tensor in = is_padded ? pad(x->t, w->pad, -INFINITY) : x->t;
        if (in.is_cuda() && is_2x2_stride_2(w) && in.is_contiguous(at::MemoryFormat::ChannelsLast))
            return max_pool_2x2(in);
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

int ts_pad_channels(ts_tensor **out, const ts_tensor *x, int64_t channels)
{
    return produce(out, [&] {
        return at::constant_pad_nd(x->t, {0, 0, 0, 0, 0, channels - x->t.size(1)}, 0)
            .contiguous(at::MemoryFormat::ChannelsLast);
    });
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

int ts_activate(ts_tensor *x, ts_act act)
{
    return guard([&] {
        if (act == TS_ACT_RELU)
            at::relu_(x->t);
        else if (act == TS_ACT_RELU6)
            at::clamp_(x->t, 0, 6);
    });
}

int ts_add_scaled(ts_tensor **out, const ts_tensor *x, const ts_tensor *y, double scale)
{
    return produce(out, [&] { return at::add(x->t, y->t, scale); });
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
