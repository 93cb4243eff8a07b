/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_BASE_VERSION_H
#define HILUM_BASE_VERSION_H
#define HL_VERSION "0.1.0"
#endif
