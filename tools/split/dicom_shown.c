/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom_shown.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "data/dicom_files.h"
#include "data/image_paths.h"
#include "sys/find_files.h"

#include <stdlib.h>

/* What an error calls the image at a path; NULL: as it is. Other images in the data set may lie in
 * a folder that is called like a patient. */
static const char *words_for(const split_dicom_rule *rule, const char *path)
{
    if (rule->keep_ids)
        return NULL;
    char *file = hl_image_path(rule->dir, path);
    const bool is_dicom = hl_begins_as_dicom(file);
    free(file);
    if (is_dicom)
        return "a DICOM file (--keep-ids shows its path)";
    return split_dicom_hides_rows(rule) ? "an image beside DICOM files (--keep-ids shows its path)"
                                        : NULL;
}

bool split_dicom_hides_path(const split_dicom_rule *rule, const char *path)
{
    return words_for(rule, path) != NULL;
}

char *split_dicom_shown(const split_dicom_rule *rule, const char *path)
{
    hl_strbuf t = {0};
    const char *words = words_for(rule, path);
    if (words)
        hl_strbuf_puts(&t, words);
    else
        hl_strbuf_printf(&t, "'%s'", path);
    return t.data;
}

void split_dicom_hide_path(const split_dicom_rule *rule, const char *path, hl_err *e)
{
    hl_hide_file(e, path, words_for(rule, path));
}

bool split_dicom_hides_rows(const split_dicom_rule *rule)
{
    return !rule->keep_ids && hl_has_dicom_files(rule->dir);
}

int split_dicom_hide_folders(const split_dicom_rule *rule, hl_err *e)
{
    if (split_dicom_hides_rows(rule))
        hl_fail(e,
                "%s: expected a folder for each class, alone or in train, val and test, with all "
                "images in them (--keep-ids says what was found)",
                rule->dir);
    return -1;
}
