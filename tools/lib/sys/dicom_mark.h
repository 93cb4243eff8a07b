/* SPDX-License-Identifier: BSD-2-Clause */
/* How DICOM files are recognised (PS3.10 7.1): by the mark after a preamble that may hold anything.
 */
#ifndef HILUM_SYS_DICOM_MARK_H
#define HILUM_SYS_DICOM_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The first bytes of a file, which decide. */
enum { HL_DICOM_PREAMBLE = 132 };

static inline bool hl_is_dicom(const void *bytes, size_t len)
{
    return len >= HL_DICOM_PREAMBLE && memcmp((const char *)bytes + 128, "DICM", 4) == 0;
}

#endif
