/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NN_HAS_ONEDNN: whether this build calls oneDNN directly. It does unless HL_WITHOUT_ONEDNN is
 * defined, for a libtorch that contains a copy of oneDNN (LIBTORCH=...) and then does all the work.
 * A missing header is an error rather than a fallback, which would be several times slower.
 */
#ifndef HILUM_NN_INFER_ONEDNN_AVAILABLE_H
#define HILUM_NN_INFER_ONEDNN_AVAILABLE_H

#ifdef HL_WITHOUT_ONEDNN
#define NN_HAS_ONEDNN 0
#elif !__has_include(<oneapi/dnnl/dnnl.h>)
#error                                                                                             \
    "oneDNN's header oneapi/dnnl/dnnl.h is missing: install libdnnl-dev, or build with LIBTORCH=DIR"
#else
#define NN_HAS_ONEDNN 1
#include <oneapi/dnnl/dnnl_version.h>
#if DNNL_VERSION_MAJOR < 2
#error "oneDNN 2 or later is needed: install libdnnl-dev of Debian 12 or later"
#endif
#endif

#endif
