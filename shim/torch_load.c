/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads the shim on demand. libtorch takes a third of a second to start, and most runs of most
 * tools don't need it. So the shim is a shared library next to the folder of the tools, which the
 * first call that needs it opens; tools link this file instead.
 */
#include "malloc_tuned.h"
#include "torch_shim.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <torch/version.h>

#define LIBRARY "libhilum-torch.so"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Atomic(void *) library; /* NULL until it is open */
static char failure[1024];      /* why it cannot be opened */
static int wanted_threads = 1;

static void *find(const char *name)
{
    void *f = dlsym(library, name);
    if (f)
        return f;
    fprintf(stderr,
            LIBRARY ": missing function %s: the library and the tool are from different builds\n",
            name);
    abort();
}

/* The function of this name in the library, with its type from the header. */
#define LOADED(name) ((__typeof__(&name))find(#name))

/* If a memory limit leaves no space for OpenBLAS' buffers, OpenBLAS retries forever, so space is
 * checked before it is loaded. */
static int has_memory(void)
{
    const size_t libraries = (size_t)1 << 30, buffer = (size_t)192 << 20;
    const size_t need = libraries + buffer * (size_t)(wanted_threads + 1);
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return 1;
    void *room = mmap(NULL, need, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room != MAP_FAILED)
        return munmap(room, need) == 0;
    snprintf(failure, sizeof failure, "out of memory: %zu MB of address space needed", need >> 20);
    return 0;
}

static void open_library(void)
{
    if (!has_memory())
        return;
    library = dlopen("$ORIGIN/../" LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(failure, sizeof failure, "%s", dlerror());
    } else if (LOADED(ts_init)(wanted_threads)) {
        snprintf(failure, sizeof failure, "%s", LOADED(ts_last_error)());
        library = NULL; /* not closed, as libtorch cannot be unloaded */
    }
}

static int load(void)
{
    pthread_once(&once, open_library);
    return library ? 0 : -1;
}

/* ---- functions that don't need the library ---- */

const char *ts_version(void)
{
    return TORCH_VERSION;
}

int ts_init(int threads)
{
    ts_tune_malloc();
    wanted_threads = threads;
    return 0;
}

int ts_set_threads(int threads)
{
    if (library)
        return LOADED(ts_set_threads)(threads);
    wanted_threads = threads;
    return 0;
}

int ts_threads(void)
{
    return library ? LOADED(ts_threads)() : wanted_threads;
}

const char *ts_last_error(void)
{
    return library ? LOADED(ts_last_error)() : failure;
}

int ts_was_out_of_memory(void)
{
    return library && LOADED(ts_was_out_of_memory)();
}

/* Without a driver there is no GPU, which is quick to find out. */
int ts_use_device(ts_device device)
{
    if (device == TS_CPU)
        return 0;
    void *driver = library ? NULL : dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (!library && !driver) {
        snprintf(failure, sizeof failure, "no NVIDIA driver: %s", dlerror());
        return -1;
    }
    return load() ? -1 : LOADED(ts_use_device)(device);
}

void ts_allow_tf32(int allowed)
{
    if (library || (allowed && load() == 0))
        LOADED(ts_allow_tf32)(allowed);
}

void ts_record_gradients(int recorded)
{
    if (load() == 0)
        LOADED(ts_record_gradients)(recorded);
}

/* ---- functions whose arguments exist only once it is open ---- */

void ts_free(ts_tensor *t)
{
    if (t)
        LOADED(ts_free)(t);
}

int ts_rank(const ts_tensor *t)
{
    return LOADED(ts_rank)(t);
}

int64_t ts_dim(const ts_tensor *t, int i)
{
    return LOADED(ts_dim)(t, i);
}

void ts_module_free(ts_module *m)
{
    if (m)
        LOADED(ts_module_free)(m);
}

/* ---- functions that open it ---- */

#define STATUS(name, params, args)                                                                 \
    int name params                                                                                \
    {                                                                                              \
        return load() ? -1 : LOADED(name) args;                                                    \
    }

/* clang-format off: it would format pointer types as multiplications */
STATUS(ts_free_memory, (ts_device device, uint64_t *bytes), (device, bytes))
STATUS(ts_own_stream, (ts_device device), (device))
STATUS(ts_wait, (ts_device device), (device))
STATUS(ts_from_data,
       (ts_tensor * *out, const void *data, ts_dtype dtype, int rank, const int64_t *shape),
       (out, data, dtype, rank, shape))
STATUS(ts_view_data, (ts_tensor * *out, void *data, ts_dtype dtype, int rank, const int64_t *shape),
       (out, data, dtype, rank, shape))
STATUS(ts_to_data, (const ts_tensor *t, void *data, size_t bytes), (t, data, bytes))
STATUS(ts_share, (ts_tensor * *out, const ts_tensor *t), (out, t))
STATUS(ts_to, (ts_tensor * *out, const ts_tensor *t, ts_dtype dtype, ts_device device),
       (out, t, dtype, device))
STATUS(ts_permute, (ts_tensor * *out, const ts_tensor *t, const int *order), (out, t, order))
STATUS(ts_channels_last, (ts_tensor * *out, const ts_tensor *t), (out, t))
STATUS(ts_channels_first, (ts_tensor * *out, const ts_tensor *t), (out, t))
STATUS(ts_lookup,
       (ts_tensor * *out, const ts_tensor *images, const float table[3][256], const int source[3],
        ts_device device),
       (out, images, table, source, device))
STATUS(ts_conv2d,
       (ts_tensor * *out, const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias,
        const ts_window *w, int64_t groups),
       (out, x, kernel, bias, w, groups))
STATUS(ts_prepare_depthwise, (void), ())
STATUS(ts_conv2d_fused,
       (ts_tensor * *out, const ts_tensor *x, const ts_tensor *kernel, const ts_tensor *bias,
        const ts_window *w, int64_t groups, const ts_tensor *added, ts_act act),
       (out, x, kernel, bias, w, groups, added, act))
STATUS(ts_max_pool2d, (ts_tensor * *out, const ts_tensor *x, const ts_window *w), (out, x, w))
STATUS(ts_avg_pool2d, (ts_tensor * *out, const ts_tensor *x, const ts_window *w), (out, x, w))
STATUS(ts_pad2d, (ts_tensor * *out, const ts_tensor *x, const int64_t pad[4]), (out, x, pad))
STATUS(ts_pad_channels, (ts_tensor * *out, const ts_tensor *x, int64_t channels),
       (out, x, channels))
STATUS(ts_channel_affine,
       (ts_tensor * *out, const ts_tensor *x, const ts_tensor *scale, const ts_tensor *shift),
       (out, x, scale, shift))
STATUS(ts_relu, (ts_tensor * *out, const ts_tensor *x), (out, x))
STATUS(ts_relu6, (ts_tensor * *out, const ts_tensor *x), (out, x))
STATUS(ts_activate, (ts_tensor * x, ts_act act), (x, act))
STATUS(ts_add_scaled, (ts_tensor * *out, const ts_tensor *x, const ts_tensor *y, double scale),
       (out, x, y, scale))
STATUS(ts_concat_channels, (ts_tensor * *out, const ts_tensor *const *xs, int n), (out, xs, n))
STATUS(ts_global_mean, (ts_tensor * *out, const ts_tensor *x), (out, x))
STATUS(ts_global_max, (ts_tensor * *out, const ts_tensor *x), (out, x))
STATUS(ts_flatten_hwc, (ts_tensor * *out, const ts_tensor *x), (out, x))
STATUS(ts_from_hwc, (ts_tensor * *out, const ts_tensor *flat, int64_t h, int64_t w, int64_t c),
       (out, flat, h, w, c))
STATUS(ts_module_load, (ts_module * *out, const char *path, ts_device device), (out, path, device))
STATUS(ts_module_forward, (ts_tensor * *out, ts_module *m, const ts_tensor *x), (out, m, x))
STATUS(ts_require_grad, (ts_tensor * t), (t))
STATUS(ts_batch_norm,
       (ts_tensor * *out, const ts_tensor *x, const ts_tensor *gamma, const ts_tensor *beta,
        ts_tensor *mean, ts_tensor *variance, double epsilon, int training, double momentum),
       (out, x, gamma, beta, mean, variance, epsilon, training, momentum))
STATUS(ts_backward_from, (const ts_tensor *t, const float *grad), (t, grad))
STATUS(ts_gradient, (ts_tensor * *out, const ts_tensor *t), (out, t))
STATUS(ts_clear_gradient, (ts_tensor * t), (t))
STATUS(ts_values, (ts_tensor * t, float **values), (t, values))
