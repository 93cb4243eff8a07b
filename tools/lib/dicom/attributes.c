/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/attributes.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "dicom/inflate.h"
#include "sys/input.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const int element_of[HL_DICOM_TEXTS] = {
    [HL_DICOM_TEXT_PATIENT_ID] = HL_DICOM_PATIENT_ID,
    [HL_DICOM_TEXT_PATIENT_ID_ISSUER] = HL_DICOM_PATIENT_ID_ISSUER,
    [HL_DICOM_TEXT_STUDY] = HL_DICOM_STUDY,
    [HL_DICOM_TEXT_SERIES] = HL_DICOM_SERIES,
    [HL_DICOM_TEXT_SOP_INSTANCE] = HL_DICOM_SOP_INSTANCE,
    [HL_DICOM_TEXT_SOP_CLASS] = HL_DICOM_SOP_CLASS,
    [HL_DICOM_TEXT_MODALITY] = HL_DICOM_MODALITY,
    [HL_DICOM_TEXT_VIEW] = HL_DICOM_VIEW,
    [HL_DICOM_TEXT_SEX] = HL_DICOM_SEX,
    [HL_DICOM_TEXT_AGE] = HL_DICOM_AGE,
    [HL_DICOM_TEXT_MANUFACTURER] = HL_DICOM_MANUFACTURER,
    [HL_DICOM_TEXT_PHOTOMETRIC] = HL_DICOM_PHOTOMETRIC,
    [HL_DICOM_TEXT_BODY_PART] = HL_DICOM_BODY_PART,
    [HL_DICOM_TEXT_BURNED_IN] = HL_DICOM_BURNED_IN,
    [HL_DICOM_TEXT_LOSSY] = HL_DICOM_LOSSY,
    [HL_DICOM_TEXT_SYNTAX] = HL_DICOM_TRANSFER_SYNTAX,
    [HL_DICOM_TEXT_INTENT] = HL_DICOM_INTENT,
    [HL_DICOM_TEXT_PATIENT_NAME] = HL_DICOM_PATIENT_NAME,
    [HL_DICOM_TEXT_BIRTH_DATE] = HL_DICOM_BIRTH_DATE,
    [HL_DICOM_TEXT_ACCESSION] = HL_DICOM_ACCESSION,
    [HL_DICOM_TEXT_STUDY_DATE] = HL_DICOM_STUDY_DATE,
};

/* ---- texts ---- */

/* Texts are UTF-8 where the file says or shows so. All others are taken for Latin-1, in which
 * different texts stay different; they are compared, not read. */
static char *from_latin_1(char *text)
{
    const size_t n = strlen(text);
    char *out = hl_malloc(2 * n + 1, 1), *to = out;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c < 0x80) {
            *to++ = (char)c;
        } else {
            *to++ = (char)(0xc0 | c >> 6);
            *to++ = (char)(0x80 | (c & 0x3f));
        }
    }
    *to = '\0';
    free(text);
    return out;
}

static void replace_controls(char *text)
{
    for (size_t n; *text; text += n) {
        n = hl_utf8_length(text);
        if (hl_is_control(text))
            memset(text, '?', n);
    }
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\0';
}

/* All components: a backslash within an identifier is part of it. */
static char *text_of(const hl_dicom_element *x)
{
    const uint8_t *p = x->value;
    size_t n = x->value ? x->len : 0;
    for (; n > 0 && is_blank(*p); p++)
        n--;
    while (n > 0 && is_blank(p[n - 1]))
        n--;
    char *text = hl_strndup(n ? (const char *)p : "", n);
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = '?';
    if (!hl_is_utf8(text))
        text = from_latin_1(text);
    replace_controls(text);
    return text;
}

/* ---- the view ---- */

/* Views of chests (PS3.16, CID 4010), as ViewPosition has them; other codes are not interpreted.
 * The codes of SNOMED CT are numbers, those of SNOMED RT begin with R-. */
static const struct {
    const char *code, *view;
} views[] = {{"272479007", "PA"},      {"R-10214", "PA"},     {"R-40888", "PA"},
             {"399348003", "AP"},      {"R-10206", "AP"},     {"399173006", "LL"},
             {"R-10236", "LL"},        {"399198007", "RL"},   {"R-10232", "RL"},
             {"399067008", "LATERAL"}, {"R-102CD", "LATERAL"}};

/* DX images may state the view by a code alone (C.8.11.5). */
static const char *coded_view(const hl_dicom_set *s)
{
    enum { CODE = 0x00080100, SCHEME = 0x00080102 };
    static const char *const schemes[] = {"SCT", "SRT", "SNM3", "99SDM"};
    const hl_dicom_element *x = &s->found[HL_DICOM_VIEW_CODE];
    hl_dicom_element code, scheme;
    if (hl_dicom_set_item(s, x, CODE, &code, NULL) ||
        hl_dicom_set_item(s, x, SCHEME, &scheme, NULL))
        return "";
    bool is_snomed = false;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        is_snomed |= hl_dicom_text_is(&scheme, schemes[i]);
    for (size_t i = 0; i < sizeof views / sizeof *views && is_snomed; i++)
        if (hl_dicom_text_is(&code, views[i].code))
            return views[i].view;
    return "";
}

static void take_view(hl_dicom_attributes *a, const hl_dicom_set *s)
{
    char **view = &a->text[HL_DICOM_TEXT_VIEW];
    if (**view)
        return;
    free(*view);
    *view = hl_strdup(coded_view(s));
}

/* ---- attributes ---- */

static unsigned number_of(const hl_dicom_set *s, int element)
{
    const hl_dicom_element *x = &s->found[element];
    return hl_dicom_words(x) ? hl_dicom_word(x, 0) : 0;
}

static void take_spacing(const hl_dicom_element *x, double spacing[2])
{
    double found[2];
    if (hl_dicom_number(x, 0, &found[0]) && hl_dicom_number(x, 1, &found[1]) && found[0] > 0 &&
        found[1] > 0)
        memcpy(spacing, found, sizeof found);
}

void hl_dicom_attributes_take(hl_dicom_attributes *a, const hl_dicom_set *s)
{
    static const char directory[] = "1.2.840.10008.1.3.10";
    *a = (hl_dicom_attributes){0};
    for (int i = 0; i < HL_DICOM_TEXTS; i++)
        a->text[i] = text_of(&s->found[element_of[i]]);
    take_view(a, s);
    a->rows = number_of(s, HL_DICOM_ROWS);
    a->columns = number_of(s, HL_DICOM_COLUMNS);
    a->bits_stored = number_of(s, HL_DICOM_BITS_STORED);
    take_spacing(&s->found[HL_DICOM_SPACING], a->spacing);
    take_spacing(&s->found[HL_DICOM_IMAGER_SPACING], a->imager_spacing);
    a->is_directory = hl_dicom_text_is(&s->found[HL_DICOM_MEDIA_SOP_CLASS], directory);
}

void hl_dicom_attributes_free(hl_dicom_attributes *a)
{
    for (int i = 0; i < HL_DICOM_TEXTS; i++)
        free(a->text[i]);
    *a = (hl_dicom_attributes){0};
}

int hl_dicom_attributes_decode(hl_dicom_attributes *a, const char *name, const void *bytes,
                               size_t len, hl_err *e)
{
    *a = (hl_dicom_attributes){0};
    if (!hl_is_dicom(bytes, len))
        return 0;
    hl_dicom_set s;
    uint8_t *inflated = NULL;
    if (hl_dicom_set_read(&s, name, bytes, len, len, e) ||
        hl_dicom_inflate(&s, bytes, len, false, &inflated, e))
        return -1;
    hl_dicom_attributes_take(a, &s);
    free(inflated);
    return 1;
}

/* ---- files ---- */

enum { FIRST = 16 << 10 }; /* bytes; most headers are shorter */

/* A file that is read from its beginning as far as it is needed. */
typedef struct prefix {
    FILE *fp;
    const char *name;
    uint8_t *bytes;
    size_t len, size;
} prefix;

static int extend(prefix *p, size_t len, hl_err *e)
{
    len = len < p->size ? len : p->size;
    p->bytes = hl_realloc(p->bytes, len + 1, 1);
    p->len += fread(p->bytes + p->len, 1, len - p->len, p->fp);
    if (p->len == len)
        return 0;
    return ferror(p->fp) ? hl_fail_errno(e, "%s: cannot be read", p->name)
                         : hl_fail(e, "%s: changed while it was read", p->name);
}

static int read_prefix(prefix *p, hl_dicom_attributes *a, hl_err *e)
{
    if (extend(p, HL_DICOM_PREAMBLE, e))
        return -1;
    if (!hl_is_dicom(p->bytes, p->len))
        return 0;
    hl_dicom_set s;
    int status = 1;
    for (size_t len = FIRST; status > 0; len *= 8) {
        if (extend(p, len, e))
            return -1;
        status = hl_dicom_set_read(&s, p->name, p->bytes, p->len, p->size, e);
    }
    if (status)
        return -1;
    if (hl_dicom_is_deflated(&s))
        return extend(p, p->size, e) ? -1
                                     : hl_dicom_attributes_decode(a, p->name, p->bytes, p->len, e);
    hl_dicom_attributes_take(a, &s);
    return 1;
}

int hl_dicom_attributes_read(hl_dicom_attributes *a, const char *file, hl_err *e)
{
    *a = (hl_dicom_attributes){0};
    prefix p = {.fp = hl_in_open_file(file, e), .name = file};
    struct stat st;
    if (!p.fp)
        return -1;
    setvbuf(p.fp, NULL, _IONBF, 0); /* or the first 132 bytes would cost 4096 */
    int status = -1;
    if (fstat(fileno(p.fp), &st))
        hl_fail_errno(e, "%s: cannot be read", file);
    else if ((uint64_t)st.st_size > HL_DICOM_MAX_FILE)
        hl_fail(e, "%s: too large: expected at most %zu bytes", file, HL_DICOM_MAX_FILE);
    else if ((p.size = (size_t)st.st_size) < HL_DICOM_PREAMBLE)
        status = 0;
    else
        status = read_prefix(&p, a, e);
    fclose(p.fp);
    free(p.bytes);
    return status;
}
