/* SPDX-License-Identifier: BSD-2-Clause */
#include "inputs.h"

#include "base/array.h"
#include "base/mem.h"
#include "data/image_paths.h"
#include "format/text_encoding.h"
#include "sys/find_files.h"
#include "sys/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Enough for the names of ten million files. */
static const size_t max_list_bytes = (size_t)1 << 30;

static void add(predict_inputs *in, char *path)
{
    in->paths = hl_array_reserve(in->paths, in->n + 1, &in->cap, sizeof *in->paths);
    in->paths[in->n++] = path;
}

static int add_folder(predict_inputs *in, const char *folder, hl_err *e)
{
    hl_found_files s;
    if (hl_find_images(&s, folder, e))
        return -1;
    for (size_t i = 0; i < s.n; i++)
        add(in, hl_image_path(folder, s.paths[i]));
    in->others += s.others - s.dicomdirs;
    in->dicomdirs += s.dicomdirs;
    hl_found_files_free(&s);
    return 0;
}

static int add_name(predict_inputs *in, const char *name, hl_err *e)
{
    struct stat st;
    if (stat(name, &st) == 0 && S_ISDIR(st.st_mode))
        return add_folder(in, name, e);
    add(in, hl_strdup(name));
    return 0;
}

static int add_listed(predict_inputs *in, char *text, size_t len, char end, hl_err *e)
{
    size_t number = 1;
    for (char *at = text; at < text + len; number++) {
        char *stop = memchr(at, end, (size_t)(text + len - at));
        if (!stop)
            stop = text + len; /* the text ends with a NUL; the last name may lack its end */
        *stop = '\0';
        if (strlen(at) != (size_t)(stop - at))
            return hl_fail(e, "standard input: name %zu contains a zero byte: see --null", number);
        if (!*at)
            return hl_fail(e, "standard input: name %zu is empty", number);
        if (add_name(in, at, e))
            return -1;
        at = stop + 1;
    }
    return 0;
}

static int add_list(predict_inputs *in, bool nul, hl_err *e)
{
    char *text;
    size_t len;
    if (hl_in_read_all(stdin, "standard input", max_list_bytes, &text, &len, e))
        return -1;
    int status = nul ? 0 : hl_encoding_normalize(text, &len, "standard input", e);
    if (status == 0)
        status = add_listed(in, text, len, nul ? '\0' : '\n', e);
    free(text);
    return status;
}

/* The worklist must not replace an image that it lists. */
static int expect_kept(const predict_inputs *in, hl_err *e)
{
    for (size_t i = 0; i < in->n; i++)
        if (hl_image_expect_kept(in->paths[i], e))
            return -1;
    return 0;
}

int predict_inputs_gather(predict_inputs *in, char *const *names, size_t n, bool nul, hl_err *e)
{
    *in = (predict_inputs){0};
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i++)
        status = strcmp(names[i], "-") == 0 ? add_list(in, nul, e) : add_name(in, names[i], e);
    if (status == 0 && in->n == 0)
        status = hl_fail(e, "no images found (in folders: *.jpeg, *.jpg, *.png, and DICOM files)");
    if (status == 0)
        status = expect_kept(in, e);
    if (status)
        predict_inputs_free(in);
    return status;
}

void predict_inputs_free(predict_inputs *in)
{
    for (size_t i = 0; i < in->n; i++)
        free(in->paths[i]);
    free(in->paths);
    *in = (predict_inputs){0};
}
