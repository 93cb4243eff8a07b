/* SPDX-License-Identifier: BSD-2-Clause */
/* Untrusted JSON: complete files, and metadata of tensor files. */
#include "fuzz.h"

#include "data/feature_space.h"
#include "data/provenance.h"
#include "format/json.h"
#include "format/string_list.h"
#include "nn/head/finetune.h"

#include <stdlib.h>

static void read_feature_space(const char *text)
{
    hl_feature_space s, again;
    hl_err e;
    if (hl_feature_space_parse(&s, text, &e))
        return;
    char *copy = hl_feature_space_format(&s);
    FUZZ_EXPECT(hl_feature_space_parse(&again, copy, &e) == 0);
    FUZZ_EXPECT(hl_feature_space_match(&s, "it", &again, "its copy", &e) == 0);
    free(copy);
}

static void read_names(const char *text)
{
    char **names;
    size_t n;
    hl_err e;
    if (hl_string_list_parse(&names, &n, text, &e))
        return;
    char *copy = hl_string_list_format(names, n);
    FUZZ_EXPECT(n > 0 && copy);
    free(copy);
    hl_string_list_free(names, n);
}

static void read_provenance(const char *text)
{
    static const char other[] = "[{\"tool\": \"split\", \"version\": \"1\", \"options\": \"-s 1\", "
                                "\"inputs\": {}}]";
    char digest[HL_DIGEST_SIZE], *joined;
    hl_strbuf a = {0}, b = {0};
    hl_err e;
    if (hl_provenance_check(text, "it", &e))
        return;
    FUZZ_EXPECT(!hl_provenance_differs(text, text, &a, &b));
    hl_provenance_differs(text, other, &a, &b);
    hl_provenance_differs(other, text, &a, &b);
    hl_provenance_input(text, "split", "images", digest, &e);
    hl_provenance_has_option(text, "split", "-s", "1");
    hl_provenance_has_input(text, "images", "sha256:0");
    if (hl_provenance_join(&joined, text, other, &e) == 0)
        free(joined);
    hl_strbuf_free(&a);
    hl_strbuf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *file;
    nn_finetune_options finetune;
    hl_err e;
    json_decref(hl_json_read(fuzz_file(data, size), &file, &e));
    char *text = fuzz_text(data, size);
    read_feature_space(text);
    read_names(text);
    read_provenance(text);
    nn_finetune_parse(&finetune, text, &e);
    free(text);
    return 0;
}
