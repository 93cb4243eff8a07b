/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What DICOM files say of themselves and a model could learn instead of the disease, by class: text
 * that is burned into the pixels, lossy compression, and the modality. They are carried columns of
 * the manifest; audit_check_columns tries the others, too.
 */
#include "base/mem.h"
#include "data/carried_values.h"
#include "data/dicom_columns.h"
#include "kinds.h"

#include <stdlib.h>
#include <string.h>

/* The carried column of this name, or m->carried.n. */
static size_t find_column(const hl_manifest *m, const char *name)
{
    size_t c = 0;
    while (c < m->carried.n && strcmp(m->carried.names[c], name) != 0)
        c++;
    return c;
}

/* Marks the images that have the value; with `other`, those that have any other but blank. */
static void mark(const audit_context *a, const hl_carried_values *v, const char *value, bool other,
                 bool *is_in)
{
    for (size_t i = 0; i < a->m->n; i++) {
        const char *has = v->names[v->of[i]];
        is_in[i] = !a->fingerprints[i].why &&
                   (other ? *has && strcmp(has, value) != 0 : strcmp(has, value) == 0);
    }
}

static void put_classes(const audit_context *a, const bool *is_in, hl_strbuf *text)
{
    for (uint32_t cls = 0; cls < a->m->nclasses; cls++) {
        size_t n = 0, all = 0;
        for (size_t i = 0; i < a->m->n; i++) {
            all += a->m->samples[i].cls == cls && !a->fingerprints[i].why;
            n += a->m->samples[i].cls == cls && is_in[i];
        }
        hl_strbuf_printf(text, "%s %zu of %zu in %s", cls ? "," : ":", n, all, a->m->classes[cls]);
    }
}

/* A finding of these images: a warning where there are more in a class than chance explains. */
static void add(audit_context *a, const char *item, const char *what, const bool *is_in)
{
    audit_kind k = audit_kind_count(a, is_in);
    hl_strbuf text = {0};
    if (k.n == 0)
        return;
    k.check = "dicom";
    k.item = item;
    k.is_note = true;
    hl_strbuf_puts(&text, what);
    put_classes(a, is_in, &text);
    audit_kind_add(a, &k, &text);
    hl_strbuf_free(&text);
}

/* The value that most images have, of those that have one. */
static const char *most_frequent(const hl_carried_values *v, size_t n)
{
    size_t *count = hl_calloc(v->n, sizeof *count), most = 0;
    for (size_t i = 0; i < n; i++)
        count[v->of[i]] += *v->names[v->of[i]] != '\0';
    for (size_t i = 0; i < v->n; i++)
        if (count[i] > count[most])
            most = i;
    free(count);
    return v->names[most];
}

static void check_column(audit_context *a, hl_dicom_column column)
{
    const size_t c = find_column(a->m, hl_dicom_columns[column]);
    if (c == a->m->carried.n)
        return;
    bool *is_in = hl_calloc(a->m->n, sizeof *is_in);
    hl_carried_values v;
    hl_carried_values_of(&v, a->m, c, HL_SUBSETS);
    if (column == HL_DICOM_CARRIED_MODALITY) {
        mark(a, &v, most_frequent(&v, a->m->n), true, is_in);
        add(a, "modality", "images of another modality than most", is_in);
    } else {
        const bool burned_in = column == HL_DICOM_CARRIED_BURNED_IN;
        mark(a, &v, "YES", false, is_in);
        add(a, burned_in ? "burned-in" : "lossy",
            burned_in ? "images with text burned into their pixels, as the files state"
                      : "images with lossy compression, as the files state",
            is_in);
    }
    hl_carried_values_free(&v);
    free(is_in);
}

void audit_check_dicom(audit_context *a)
{
    check_column(a, HL_DICOM_CARRIED_BURNED_IN);
    check_column(a, HL_DICOM_CARRIED_LOSSY);
    check_column(a, HL_DICOM_CARRIED_MODALITY);
}
