/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are no JPEG and no PNG, whatever their names say, recognised by their contents. */
#ifndef HILUM_IMAGE_FOREIGN_H
#define HILUM_IMAGE_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

typedef struct hl_foreign {
    const char *name;   /* with its article, as in "a TIFF image" */
    const char *remedy; /* what the user can do, as in "convert it to PNG" */
} hl_foreign;

/* What the bytes of a whole file are; NULL if that is unknown. No byte beyond len is read. */
const hl_foreign *hl_foreign_find(const uint8_t *bytes, size_t len);

#endif
