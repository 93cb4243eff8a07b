/* SPDX-License-Identifier: BSD-2-Clause */
/* manifest.tsv. A manifest that was read is written and read again, and must be the same. */
#include "fuzz.h"

#include "data/manifest.h"

#include <string.h>

static void expect_same_again(const hl_manifest *m)
{
    char digest[HL_DIGEST_SIZE], again[HL_DIGEST_SIZE];
    hl_strbuf text = {0};
    hl_manifest copy;
    hl_err e;
    hl_manifest_format(m, true, &text);
    FUZZ_EXPECT(hl_manifest_parse(&copy, "copy", text.data, text.len, &e) == 0);
    hl_manifest_digest(m, digest);
    hl_manifest_digest(&copy, again);
    FUZZ_EXPECT(strcmp(digest, again) == 0);
    FUZZ_EXPECT(strcmp(m->root, copy.root) == 0 && strcmp(m->provenance, copy.provenance) == 0);
    hl_manifest_free(&copy);
    hl_strbuf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hl_manifest m;
    hl_err e;
    if (hl_manifest_read(&m, fuzz_file(data, size), &e) == 0) {
        expect_same_again(&m);
        hl_manifest_drop_augmented(&m);
        hl_manifest_free(&m);
    }
    return 0;
}
