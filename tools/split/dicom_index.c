/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom_index.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "data/dicom_columns.h"
#include "data/dicom_files.h"
#include "data/dicom_patients.h"
#include "data/image_paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int compare_entries(const void *a, const void *b)
{
    const split_dicom_entry *x = a, *y = b;
    const int order = strcmp(x->key, y->key);
    return order ? order : strcmp(x->path, y->path);
}

static char *key_of(const hl_dicom_attributes *a, split_key by)
{
    if (by == SPLIT_KEY_PATIENT)
        return *a->text[HL_DICOM_TEXT_PATIENT_ID] ? hl_dicom_patient_of(a) : hl_strdup("");
    return hl_strdup(
        a->text[by == SPLIT_KEY_SOP ? HL_DICOM_TEXT_SOP_INSTANCE : HL_DICOM_TEXT_STUDY]);
}

static int add(split_dicom_index *x, const char *dir, const char *path, char *key, hl_err *e)
{
    struct stat st;
    char *file = hl_image_path(dir, path);
    const int status = stat(file, &st) ? hl_fail_errno(e, "%s: cannot be read", file) : 0;
    free(file);
    x->entries[x->n++] =
        (split_dicom_entry){.key = key, .path = path, .file = {st.st_dev, st.st_ino}};
    return status;
}

static int list(split_dicom_index *x, const char *dir, int jobs, hl_err *e)
{
    if (hl_find_images(&x->files, dir, e))
        return -1;
    const size_t n = x->files.n;
    hl_dicom_file *files = hl_dicom_files_read(dir, (const char *const *)x->files.paths, n, jobs);
    x->listed = true;
    x->entries = hl_malloc(n, sizeof *x->entries);
    if (x->by == SPLIT_KEY_PATIENT)
        hl_dicom_settle_patients(files, n);
    int status = 0;
    for (size_t i = 0; i < n && status == 0; i++)
        if (files[i].kind == HL_DICOM_IMAGE)
            status = add(x, dir, x->files.paths[i], key_of(&files[i].a, x->by), e);
    hl_dicom_files_free(files, n);
    if (x->n)
        qsort(x->entries, x->n, sizeof *x->entries, compare_entries);
    return status;
}

static size_t lower_bound(const split_dicom_index *x, const char *key)
{
    size_t low = 0, high = x->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(x->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The entries from lower_bound on whose key is this, or begins with it. */
static size_t count(split_dicom_index *x, const char *key, bool begins, split_dicom_entry **first)
{
    const size_t at = lower_bound(x, key), len = strlen(key);
    size_t end = at;
    while (end < x->n && strncmp(x->entries[end].key, key, len) == 0 &&
           (begins || !x->entries[end].key[len]))
        end++;
    *first = x->entries + at;
    return end - at;
}

/* "ID" also names "ID^^^ISSUER" if one issuer alone has given it. */
static int find_of_issuer(split_dicom_index *x, const char *id, split_dicom_entry **first,
                          size_t *n, hl_err *e)
{
    hl_strbuf key = {0};
    hl_strbuf_printf(&key, "%s^^^", id);
    *n = count(x, key.data, true, first);
    hl_strbuf_free(&key);
    return *n == 0 || strcmp((*first)[0].key, (*first)[*n - 1].key) == 0
               ? 0
               : hl_fail(e, "the patient may be one of several, whose IDs are of different "
                            "issuers: expected ID^^^ISSUER");
}

int split_dicom_index_find(split_dicom_index *x, const char *dir, int jobs, const char *key,
                           split_dicom_entry **first, size_t *n, hl_err *e)
{
    if (!x->listed && list(x, dir, jobs, e))
        return -1;
    *n = count(x, key, false, first);
    if (*n == 0 && x->by == SPLIT_KEY_PATIENT && find_of_issuer(x, key, first, n, e))
        return -1;
    for (size_t i = 0; i < *n; i++)
        (*first)[i].found = true;
    return 0;
}

size_t split_dicom_index_left(const split_dicom_index *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        n += !x->entries[i].found;
    return n;
}

void split_dicom_index_free(split_dicom_index *x)
{
    for (size_t i = 0; i < x->n; i++)
        free(x->entries[i].key);
    free(x->entries);
    hl_found_files_free(&x->files);
    *x = (split_dicom_index){0};
}
