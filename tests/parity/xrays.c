/* SPDX-License-Identifier: BSD-2-Clause */
#include "xrays.h"

#include "reference.h"

#include "base/mem.h"
#include "base/sha256.h"
#include "image/image.h"
#include "image/resize.h"
#include "sys/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *shared_folder(void)
{
    const char *stated = getenv("HILUM_SHARED");
    return stated ? stated : "../shared";
}

void need_shared(const char *what, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", shared_folder(), what);
    if (access(path, R_OK) == 0)
        return;
    print_message("# NOT RUN: needs ../shared/%s, which does not exist\n", what);
    skip();
}

/* Reads, decodes and resizes an X-ray; fails unless the pixels are those that Keras was given. */
static void read_xray(const char *path, size_t side, const char *digest, uint8_t *out)
{
    hl_err e;
    hl_image img;
    const char *name;
    char *bytes, found[HL_DIGEST_SIZE];
    size_t len;
    FILE *fp = hl_in_open(path, &name, &e);
    must(fp ? 0 : -1, &e);
    must(hl_in_read_all(fp, name, 1 << 24, &bytes, &len, &e), &e);
    must(hl_image_decode(&img, name, bytes, len, &e), &e);
    assert_int_equal(img.channels, 1);
    hl_resize(&img, HL_BILINEAR, HL_STRETCH, side, side, out);
    hl_digest_bytes(out, side * side, found);
    if (strcmp(found + strlen("sha256:"), digest) != 0)
        fail_msg("%s: the pixels differ from those of the reference", path);
    hl_image_free(&img);
    free(bytes);
    fclose(fp);
}

uint8_t *read_xrays(const reference *ref, const char *folder, size_t side, int64_t *count)
{
    enum { MOST = 64 };
    uint8_t *all = hl_malloc(MOST, side * side);
    char *names = hl_strdup(reference_meta(ref, "images"));
    char *digests = hl_strdup(reference_meta(ref, "images.sha256"));
    *count = 0;
    for (char *n = names, *d = digests; n; ++*count) {
        char path[512];
        assert_true(*count < MOST);
        snprintf(path, sizeof path, "%s/%s", folder, strsep(&n, " "));
        read_xray(path, side, strsep(&d, " "), all + (size_t)*count * side * side);
    }
    free(digests);
    free(names);
    return all;
}
