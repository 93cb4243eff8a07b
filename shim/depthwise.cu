/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Depthwise convolution of images, channels last, with bias and activation in one pass over memory.
 * NVRTC compiles it where a GPU is used (depthwise.cpp); its test compiles it as C, and defines
 * what CUDA adds to that. The host needs no more of it than the shape.
 */
typedef struct depthwise_shape {
    unsigned outputs; /* vectors of the result, at most INT32_MAX */
    int channels, height, width, out_height, out_width;
    int kernel[2], stride[2], pad[2]; /* down, across; pad: above, left */
    float least, most;                /* of the activation */
} depthwise_shape;

#ifdef DEPTHWISE_KERNELS

#ifdef __CUDACC_RTC__
#define KERNEL extern "C" __global__ void
#define DEVICE __device__ __forceinline__
#define UNROLL _Pragma("unroll")

DEVICE float float_of_half(unsigned short half)
{
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(half));
    return f;
}

DEVICE unsigned short half_of_float(float f)
{
    unsigned short half;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(f));
    return half;
}
#endif

/* A vector is 16 bytes: four values in float32, eight in 16 bits. */

DEVICE void unpack_f32(uint4 v, float *values)
{
    values[0] = __uint_as_float(v.x);
    values[1] = __uint_as_float(v.y);
    values[2] = __uint_as_float(v.z);
    values[3] = __uint_as_float(v.w);
}

DEVICE uint4 pack_f32(const float *values)
{
    return make_uint4(__float_as_uint(values[0]), __float_as_uint(values[1]),
                      __float_as_uint(values[2]), __float_as_uint(values[3]));
}

DEVICE void unpack_f16(uint4 v, float *values)
{
    const unsigned words[4] = {v.x, v.y, v.z, v.w};
    UNROLL for (int i = 0; i < 4; i++)
    {
        values[2 * i] = float_of_half((unsigned short)(words[i] & 0xffff));
        values[2 * i + 1] = float_of_half((unsigned short)(words[i] >> 16));
    }
}

DEVICE uint4 pack_f16(const float *values)
{
    unsigned words[4];
    UNROLL for (int i = 0; i < 4; i++) words[i] =
        half_of_float(values[2 * i]) | (unsigned)half_of_float(values[2 * i + 1]) << 16;
    return make_uint4(words[0], words[1], words[2], words[3]);
}

DEVICE void unpack_bf16(uint4 v, float *values)
{
    const unsigned words[4] = {v.x, v.y, v.z, v.w};
    UNROLL for (int i = 0; i < 4; i++)
    {
        values[2 * i] = __uint_as_float(words[i] << 16);
        values[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
    }
}

/* To the nearest, ties to even; NaN stays NaN. */
DEVICE unsigned bf16_of_float(float f)
{
    const unsigned bits = __float_as_uint(f);
    return f == f ? (bits + 0x7fff + (bits >> 16 & 1)) >> 16 : 0x7fc0;
}

DEVICE uint4 pack_bf16(const float *values)
{
    unsigned words[4];
    UNROLL for (int i = 0; i < 4; i++) words[i] =
        bf16_of_float(values[2 * i]) | bf16_of_float(values[2 * i + 1]) << 16;
    return make_uint4(words[0], words[1], words[2], words[3]);
}

/*
 * x: [N, height, width, channels]; kernel: [kernel[0], kernel[1], channels]; bias: [channels];
 * y: [N, out_height, out_width, channels]. A thread computes one vector of y, in float32, which is
 * rounded once. The activation leaves NaN as it is.
 */
#define DEPTHWISE(type, lanes)                                                                     \
    KERNEL depthwise_##type(const uint4 *x, const uint4 *kernel, const uint4 *bias, uint4 *y,      \
                            depthwise_shape s)                                                     \
    {                                                                                              \
        const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;                                  \
        if (i >= s.outputs)                                                                        \
            return;                                                                                \
        const int vectors = s.channels / lanes;                                                    \
        const int vector = (int)i % vectors, pixel = (int)i / vectors;                             \
        const int across = pixel % s.out_width, row = pixel / s.out_width;                         \
        const int down = row % s.out_height, image = row / s.out_height;                           \
        const int top = down * s.stride[0] - s.pad[0], left = across * s.stride[1] - s.pad[1];     \
        const uint4 *from = x + (long long)image * s.height * s.width * vectors + vector;          \
        float sums[lanes];                                                                         \
        unpack_##type(bias[vector], sums);                                                         \
        for (int ky = 0; ky < s.kernel[0]; ky++)                                                   \
            for (int kx = 0; kx < s.kernel[1]; kx++) {                                             \
                const int at_y = top + ky, at_x = left + kx;                                       \
                if (at_y < 0 || at_y >= s.height || at_x < 0 || at_x >= s.width)                   \
                    continue;                                                                      \
                float values[lanes], weights[lanes];                                               \
                unpack_##type(from[((long long)at_y * s.width + at_x) * vectors], values);         \
                unpack_##type(kernel[(ky * s.kernel[1] + kx) * vectors + vector], weights);        \
                UNROLL for (int k = 0; k < lanes; k++) sums[k] += values[k] * weights[k];          \
            }                                                                                      \
        UNROLL for (int k = 0; k < lanes; k++)                                                     \
        {                                                                                          \
            sums[k] = sums[k] < s.least ? s.least : sums[k];                                       \
            sums[k] = sums[k] > s.most ? s.most : sums[k];                                         \
        }                                                                                          \
        y[i] = pack_##type(sums);                                                                  \
    }

DEPTHWISE(f32, 4)
DEPTHWISE(f16, 8)
DEPTHWISE(bf16, 8)

#endif
