/* SPDX-License-Identifier: BSD-2-Clause */
#include "augmented_names.h"

#include "base/log.h"
#include "base/strbuf.h"
#include "sys/path.h"
#include "words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_letter(char c)
{
    return isalpha((unsigned char)c);
}

static bool is_separator(char c)
{
    return strchr("_-. ", c) != NULL;
}

/* Of a word without its number, as of "rot90". */
static bool is_augmentation(const char *s, size_t len)
{
    static const char *const words[] = {
        "aug",        "augmented", "augment", "flip",    "flipped",  "hflip", "vflip",   "mirror",
        "mirrored",   "rot",       "rotate",  "rotated", "rotation", "noise", "noisy",   "blur",
        "blurred",    "crop",      "cropped", "zoom",    "zoomed",   "shift", "shifted", "bright",
        "brightness", "contrast",  "shear",   "sheared", "gamma",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == len && strncasecmp(s, words[i], len) == 0)
            return true;
    return false;
}

/* The part of a name without an extension that is the original's: "0001" of "0001_flip_h" and of
 * "flip_0001"; empty if there is no such word. */
static split_word original_of(split_word stem)
{
    for (size_t i = 0, n; i < stem.len; i += n + 1) {
        for (n = 0; i + n < stem.len && is_letter(stem.s[i + n]);)
            n++;
        if (n < 3 || (i > 0 && !is_separator(stem.s[i - 1])) || !is_augmentation(stem.s + i, n))
            continue;
        size_t end = i + n;
        while (end < stem.len && isdigit((unsigned char)stem.s[end]))
            end++;
        if (i > 0)
            return (split_word){.s = stem.s, .len = i - 1};
        if (end < stem.len && is_separator(stem.s[end]))
            return (split_word){.s = stem.s + end + 1, .len = stem.len - end - 1};
    }
    return (split_word){.s = stem.s};
}

static split_word stem_of(const char *base)
{
    const char *dot = strrchr(base, '.');
    return (split_word){.s = base, .len = dot && dot > base ? (size_t)(dot - base) : strlen(base)};
}

/* The first sample whose path is not before the text. */
static size_t lower_bound(const hl_manifest *m, const char *text)
{
    size_t low = 0, high = m->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(m->samples[middle].path, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The sample that the name of this one says it was made from, in the same folder; m->n: none. */
static size_t find_original(const hl_manifest *m, const char *path)
{
    const char *base = hl_path_base(path);
    const split_word name = original_of(stem_of(base));
    if (name.len == 0)
        return m->n;
    hl_strbuf wanted = {0};
    hl_strbuf_add(&wanted, path, (size_t)(base - path));
    hl_strbuf_add(&wanted, name.s, name.len);
    hl_strbuf_puts(&wanted, ".");
    size_t i = lower_bound(m, wanted.data);
    while (i < m->n && strncmp(m->samples[i].path, wanted.data, wanted.len) == 0 &&
           strchr(m->samples[i].path + wanted.len, '.'))
        i++;
    const bool found = i < m->n && strncmp(m->samples[i].path, wanted.data, wanted.len) == 0;
    hl_strbuf_free(&wanted);
    return found ? i : m->n;
}

void split_warn_of_augmented_names(const hl_manifest *m, const split_dicom *d)
{
    size_t n = 0, first = 0, original = 0;
    for (size_t i = 0; i < m->n; i++) {
        const size_t of = find_original(m, m->samples[i].path);
        if (of == m->n || strcmp(m->samples[i].patient, m->samples[of].patient) == 0)
            continue;
        first = n ? first : i;
        original = n ? original : of;
        n++;
    }
    if (n)
        hl_log_warn("images that are augmented copies of others by their names, but count as other "
                    "patients: %zu of %zu; the first: %s of %s; the test set may have copies of "
                    "training images: leave them out (--exclude), or find the patient by "
                    "--patient-regex",
                    n, m->n, split_dicom_path(d, m->samples[first].path),
                    split_dicom_path(d, m->samples[original].path));
}
