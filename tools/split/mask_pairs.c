/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds masks that lie beside their X-rays, 0001_mask.png beside 0001.png. */
#include "base/mem.h"
#include "base/strbuf.h"
#include "folder_checks.h"
#include "mask_names.h"
#include "mask_pixels.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>

/* The image that the one at i is the mask of, by its name: 0001.png for 0001_mask.png and for
 * 0001_left_mask.png; t->n: none. */
static size_t find_image(const split_tree *t, size_t i, split_mask_word *word)
{
    const char *path = t->images[i], *base = hl_path_base(path);
    const split_mask_name name = split_mask_name_of(base);
    hl_strbuf stem = {0};
    size_t found = t->n;
    hl_strbuf_add(&stem, path, (size_t)(base - path));
    hl_strbuf_add(&stem, base + name.start, name.len);
    for (size_t n = name.len; name.word && found == t->n && n > 0; n--) {
        if (n < name.len && !strchr("_-. ", base[name.start + n]))
            continue;
        stem.data[(size_t)(base - path) + n] = '\0';
        found = split_tree_find(t, stem.data);
    }
    hl_strbuf_free(&stem);
    *word = name.word;
    return found;
}

/* "'*_mask.png'" or "'mask_*'"; the caller frees. */
static char *pair_exclusion(const char *path)
{
    const char *base = hl_path_base(path);
    const split_mask_name name = split_mask_name_of(base);
    char *word = name.start ? hl_strndup(base, name.start) : hl_strdup(base + name.len);
    char *quoted = split_exclusion_of(word);
    hl_strbuf pattern = {0};
    if (name.start)
        hl_strbuf_printf(&pattern, "%.*s*'", (int)strlen(quoted) - 1, quoted);
    else
        hl_strbuf_printf(&pattern, "'*%s", quoted + 1);
    free(word);
    free(quoted);
    return pattern.data;
}

static int refuse_pair(const split_tree *t, size_t image, size_t mask, hl_err *e)
{
    char *pattern = pair_exclusion(t->images[mask]);
    hl_fail(e,
            "%s: expected X-rays only, found '%s' and '%s', which look like an X-ray and its mask: "
            "leave the "
            "masks out (--exclude %s), or list the images in a table (--labels)",
            t->dir, t->images[image], t->images[mask], pattern);
    free(pattern);
    return -1;
}

static int check_pair_at(const split_tree *t, size_t i, hl_err *e)
{
    split_mask_word word;
    const size_t image = find_image(t, i, &word);
    if (image == t->n || (word == SPLIT_MAYBE_MASK &&
                          split_look_at_pixels(t->dir, t->images + i, 1) == SPLIT_PIXELS_GREY))
        return 0;
    return refuse_pair(t, image, i, e);
}

int split_check_mask_pairs(const split_tree *t, hl_err *e)
{
    for (size_t i = 0; i < t->n; i++)
        if (check_pair_at(t, i, e))
            return -1;
    return 0;
}
