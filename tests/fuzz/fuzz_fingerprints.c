/* SPDX-License-Identifier: BSD-2-Clause */
/* Fingerprint caches. An input whose size is a multiple of ROW is the data of a file with a valid
 * header, tensor by tensor; any other input is a complete file. */
#include "fuzz.h"

#include "base/strbuf.h"
#include "dedup/fingerprint_cache.h"
#include "format/tensorfile_header.h"

#include <stdlib.h>
#include <string.h>

enum { ROW = 1224 };

static void add_numbers(hl_tf_header *h, const char *name, int64_t rows, int64_t each)
{
    hl_tf_add_tensor(h, name, HL_I64, 2, (const int64_t[]){rows, each});
}

static const char *with_header(const uint8_t *values, size_t size)
{
    const int64_t rows = (int64_t)(size / ROW);
    hl_tf_header h = {0};
    hl_err e;
    add_numbers(&h, "state", rows, 4);
    add_numbers(&h, "image", rows, 7);
    add_numbers(&h, "levels", rows, 2);
    add_numbers(&h, "hash", rows, 4);
    hl_tf_add_tensor(&h, "file", HL_U8, 2, (const int64_t[]){rows, 32});
    hl_tf_add_tensor(&h, "pixels", HL_U8, 2, (const int64_t[]){rows, 32});
    hl_tf_add_tensor(&h, "thumb", HL_U8, 3, (const int64_t[]){rows, 32, 32});
    char *makers = hl_fingerprint_cache_makers();
    hl_tf_set_meta(&h, "hilum.kind", "fingerprints");
    hl_tf_set_meta(&h, "hilum.made-by", makers);
    free(makers);
    size_t len;
    char *text = hl_tf_header_format(&h, &len, &e);
    FUZZ_EXPECT(text);
    hl_strbuf file = {0};
    hl_strbuf_add(&file, &(uint64_t){len}, 8);
    hl_strbuf_add(&file, text, len);
    hl_strbuf_add(&file, values, size);
    const char *path = fuzz_framed((const uint8_t *)file.data, file.len);
    hl_strbuf_free(&file);
    hl_tf_header_free(&h);
    free(text);
    return path;
}

/* Checks what the tools rely on. */
static void use(const hl_fingerprint_cache *c, const uint8_t *values, size_t rows)
{
    FUZZ_EXPECT(c->n == rows);
    for (size_t i = 0; i < c->n; i++) {
        hl_file_stamp s;
        hl_fingerprint f;
        memcpy(&s, values + i * sizeof s, sizeof s);
        FUZZ_EXPECT(hl_fingerprint_cache_find(c, &s, &f));
        FUZZ_EXPECT(f.height && f.width && f.height * f.width <= HL_IMAGE_MAX_PIXELS);
        const double mean = hl_fingerprint_mean(&f), contrast = hl_fingerprint_contrast(&f);
        FUZZ_EXPECT(mean >= 0 && mean <= 255 && contrast >= 0 && contrast <= 255);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bool is_rows = size && size % ROW == 0;
    hl_fingerprint_cache c;
    hl_err e;
    if (hl_fingerprint_cache_read(&c, is_rows ? with_header(data, size) : fuzz_framed(data, size),
                                  &e))
        return 0;
    if (is_rows)
        use(&c, data, size / ROW);
    hl_fingerprint_cache_free(&c);
    return 0;
}
