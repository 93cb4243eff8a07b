/* SPDX-License-Identifier: BSD-2-Clause */
#include "inputs.h"

#include "base/array.h"
#include "base/log.h"
#include "base/mem.h"
#include "data/dicom_columns.h"
#include "data/dicom_files.h"
#include "data/id_key.h"
#include "data/image_paths.h"
#include "data/naming_paths.h"
#include "format/text_encoding.h"
#include "format/tsv.h"
#include "patients.h"
#include "sys/find_files.h"
#include "sys/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Enough for the names of ten million files. */
static const size_t max_list_bytes = (size_t)1 << 30;

static void add(predict_inputs *in, char *path, bool is_found, size_t below)
{
    const size_t cap = in->cap;
    in->paths = hl_array_reserve(in->paths, in->n + 1, &in->cap, sizeof *in->paths);
    if (in->cap != cap) {
        in->is_found = hl_realloc(in->is_found, in->cap, sizeof *in->is_found);
        in->below = hl_realloc(in->below, in->cap, sizeof *in->below);
    }
    in->below[in->n] = below;
    in->is_found[in->n] = is_found;
    in->paths[in->n++] = path;
}

static int add_folder(predict_inputs *in, const char *folder, hl_err *e)
{
    hl_found_files s;
    if (hl_find_images(&s, folder, e))
        return -1;
    for (size_t i = 0; i < s.n; i++) {
        char *path = hl_image_path(folder, s.paths[i]);
        add(in, path, true, strlen(path) - strlen(s.paths[i]));
    }
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
    add(in, hl_strdup(name), false, 0);
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
        status = hl_fail(e, "no images found (in folders: " HL_IMAGE_NAMES ")");
    if (status == 0)
        status = expect_kept(in, e);
    if (status)
        predict_inputs_free(in);
    return status;
}

/* ---- DICOM files ---- */

/* The texts are plain, as hl_dicom_attributes has them. */
static char *describe(const hl_dicom_file *f, const hl_id_key *key)
{
    const bool is_image = f->kind == HL_DICOM_IMAGE;
    const char *study = is_image ? f->a.text[HL_DICOM_TEXT_STUDY] : "";
    char name[HL_PSEUDONYM_SIZE] = "";
    hl_strbuf t = {0};
    if (key && *study)
        hl_pseudonym_make(key, HL_PSEUDONYM_STUDY, study, "", name);
    hl_tsv_escape(&t, key ? name : study);
    if (!key) {
        hl_strbuf_puts(&t, "\t");
        hl_tsv_escape(&t, is_image ? f->a.text[HL_DICOM_TEXT_SOP_INSTANCE] : "");
    }
    return t.data;
}

static char *name_of(const hl_dicom_file *f, const char *path, const hl_id_key *key)
{
    char name[HL_PSEUDONYM_SIZE];
    hl_dicom_pseudonym(key, f, path, name);
    return hl_strdup(name);
}

/* Other images have the name of their path unless it tells a patient. */
static void identify(predict_inputs *in, const hl_dicom_file *files, const hl_id_key *key)
{
    hl_naming_paths naming = {0};
    for (size_t i = 0; i < in->n && key; i++)
        if (files[i].kind == HL_DICOM_IMAGE)
            hl_naming_paths_add(&naming, in->paths[i], &files[i].a);
    hl_naming_paths_end(&naming);
    in->names = hl_calloc(in->n, sizeof *in->names);
    in->carried = hl_calloc(in->n, sizeof *in->carried);
    for (size_t i = 0; i < in->n; i++) {
        in->carried[i] = describe(&files[i], key);
        if (key && (files[i].kind != HL_DICOM_NOT || hl_naming_paths_have(&naming, in->paths[i])))
            in->names[i] = name_of(&files[i], in->paths[i], key);
    }
    hl_naming_paths_free(&naming);
}

/* Reports, presentation states and key notes lie in a study's folder beside its images. */
static int drop_others(predict_inputs *in, hl_dicom_file *files, hl_err *e)
{
    const size_t all = in->n;
    size_t n = 0;
    for (size_t i = 0; i < all; i++) {
        if (in->is_found[i] && files[i].kind == HL_DICOM_NO_IMAGE) {
            free(in->paths[i]);
            continue;
        }
        const hl_dicom_file f = files[n];
        in->paths[n] = in->paths[i];
        in->below[n] = in->below[i];
        files[n] = files[i];
        files[i] = f; /* those that are dropped come last */
        n++;
    }
    in->n = n;
    if (n < all)
        hl_log_info("ignored DICOM files without an image (reports, presentation states, indices) "
                    "in the folders: %zu",
                    all - n);
    return n ? 0 : hl_fail(e, "no images found (in folders: " HL_IMAGE_NAMES ")");
}

int predict_inputs_identify(predict_inputs *in, const predict_identity *o, hl_err *e)
{
    hl_id_key key = {0};
    const size_t n = in->n;
    hl_dicom_file *files = hl_dicom_files_read("", (const char *const *)in->paths, n, o->jobs);
    int status = drop_others(in, files, e);
    for (size_t i = 0; i < in->n; i++)
        in->dicom += hl_dicom_is(&files[i]);
    const hl_id_key *hidden_by = in->dicom && !o->keep_ids ? &key : NULL;
    if (hidden_by && status == 0)
        status = hl_id_key_open(&key, o->id_key, e);
    if (in->dicom && status == 0)
        identify(in, files, hidden_by);
    if (o->unit != HL_UNIT_IMAGE && status == 0)
        status = predict_find_patients(in, files, hidden_by, o, e);
    hl_dicom_files_free(files, n);
    return status;
}

const char *predict_input_name(const predict_inputs *in, size_t i)
{
    return in->names && in->names[i] ? in->names[i] : in->paths[i];
}

int predict_input_fail(const predict_inputs *in, size_t i, const hl_err *why, hl_err *e)
{
    return hl_fail(e, "%s (--on-error skip, ON_ERROR=skip, lists such images at the end%s)",
                   why->msg,
                   predict_input_name(in, i) != in->paths[i] ? "; --keep-ids shows its path" : "");
}

static void free_texts(char **texts, size_t n)
{
    for (size_t i = 0; texts && i < n; i++)
        free(texts[i]);
    free(texts);
}

void predict_inputs_free(predict_inputs *in)
{
    free_texts(in->paths, in->n);
    free_texts(in->names, in->n);
    free_texts(in->carried, in->n);
    free_texts(in->patients, in->n);
    free_texts(in->unknown, in->n);
    free(in->is_found);
    free(in->below);
    *in = (predict_inputs){0};
}
