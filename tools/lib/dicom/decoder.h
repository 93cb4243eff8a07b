/* SPDX-License-Identifier: BSD-2-Clause */
/* Decodes compressed frames in a child process. The codecs' libraries are large, and damaged frames
 * are known to have made them crash or allocate without end; they never run in the process that
 * uses the pixels. A thread keeps its child for the next frames. */
#ifndef HILUM_DICOM_DECODER_H
#define HILUM_DICOM_DECODER_H

#include "base/error.h"
#include "shim/dicom/dicom_shim.h"

/* dc_decode with limits on time and memory. size: of the samples in bytes. *samples are in the
 * memory that the thread shares with its child, until the thread decodes the next frame or ends.
 * name: of the file, for messages. */
int hl_dicom_decode_frame(const dc_frame *frame, const uint8_t **samples, size_t size,
                          const char *name, hl_err *e);

#endif
