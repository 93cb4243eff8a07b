/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NN_HAS_ONEDNN: whether this build runs oneDNN by itself. Only -DHL_WITHOUT_ONEDNN says no, for a
 * libtorch that brings a copy of its own (LIBTORCH=...): libtorch then does all of the work. A
 * header that is missing is an error, since the same tools would be built several times slower.
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
