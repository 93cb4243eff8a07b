/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether this build has oneDNN: version 2, whose C interface later ones changed. Without it, and
 * beside a libtorch that brings a copy of its own, libtorch does all of the work.
 */
#ifndef HL_NET_ONEDNN_HERE_H
#define HL_NET_ONEDNN_HERE_H

#define HL_ONEDNN_HERE 0
#if !defined HL_WITHOUT_ONEDNN && __has_include(<oneapi/dnnl/dnnl_version.h>)
#include <oneapi/dnnl/dnnl_version.h>
#if DNNL_VERSION_MAJOR == 2
#undef HL_ONEDNN_HERE
#define HL_ONEDNN_HERE 1
#endif
#endif

#endif
