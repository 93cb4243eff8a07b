/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom/dataset.h"

#include "dicom/syntax.h"

#include <string.h>

enum {
    ITEM = (int)0xfffee000,
    END_OF_ITEM = (int)0xfffee00d,
    END_OF_SEQUENCE = (int)0xfffee0dd,
    MAX_DEPTH = 64, /* nested items and sequences of undefined length */
};
static const uint32_t undefined_length = 0xffffffff;

static const uint32_t tags[HL_DICOM_FOUND] = {
#define X(name, tag) [HL_DICOM_##name] = tag,
    HL_DICOM_ELEMENTS(X)
#undef X
};

typedef struct reader {
    const char *name;
    const uint8_t *bytes;
    size_t at, len; /* len: bytes that are there */
    size_t size;    /* bytes that there are */
    bool is_implicit, big_endian;
} reader;

typedef struct element_header {
    uint32_t tag, length;
    char vr[2];
} element_header;

static uint16_t get16(const uint8_t *p, bool big)
{
    return (uint16_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static uint32_t get32(const uint8_t *p, bool big)
{
    const uint32_t a = get16(p, big), b = get16(p + 2, big);
    return big ? a << 16 | b : b << 16 | a;
}

/* ---- headers of elements ---- */

/* Whether n bytes are there from r->at: 0, 1 if they have to be read first, or -1. */
static int expect(const reader *r, size_t n, hl_err *e)
{
    if (n > r->size - r->at)
        return hl_fail(e,
                       "%s: truncated: a DICOM element at byte %zu needs %zu bytes, %zu are left",
                       r->name, r->at, n, r->size - r->at);
    return n > r->len - r->at;
}

static bool is_letter(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* Whether the length has 16 bits (PS3.5 7.1.2). VRs that the standard may add have 32. */
static bool is_short(const char vr[2])
{
    static const char known[] = "AEASATCSDADSDTFDFLISLOLTPNSHSLSSSTTMUIULUS";
    for (size_t i = 0; i + 1 < sizeof known; i += 2)
        if (memcmp(known + i, vr, 2) == 0)
            return true;
    return false;
}

static int read_header(reader *r, element_header *h, hl_err *e)
{
    int status = expect(r, 8, e);
    if (status)
        return status;
    const uint8_t *p = r->bytes + r->at;
    *h = (element_header){.tag = (uint32_t)get16(p, r->big_endian) << 16 |
                                 get16(p + 2, r->big_endian)};
    if (r->is_implicit || h->tag >> 16 == 0xfffe) {
        h->length = get32(p + 4, r->big_endian);
        r->at += 8;
        return 0;
    }
    if (!is_letter(p[4]) || !is_letter(p[5]))
        return hl_fail(e, "%s: damaged: the DICOM element (%04X,%04X) at byte %zu has no type",
                       r->name, h->tag >> 16, h->tag & 0xffff, r->at);
    memcpy(h->vr, p + 4, 2);
    if (is_short(h->vr)) {
        h->length = get16(p + 6, r->big_endian);
        r->at += 8;
        return 0;
    }
    status = expect(r, 12, e);
    if (status)
        return status;
    h->length = get32(p + 8, r->big_endian);
    r->at += 12;
    return 0;
}

/* A value need not be there to be skipped. */
static int skip(reader *r, const element_header *h, hl_err *e)
{
    if (h->length > r->size - r->at)
        return hl_fail(e, "%s: truncated: (%04X,%04X) has %u bytes, %zu are left", r->name,
                       h->tag >> 16, h->tag & 0xffff, h->length, r->size - r->at);
    r->at += h->length;
    return r->at > r->len;
}

/* ---- values of undefined length ---- */

typedef struct level {
    bool in_item, is_implicit, big_endian;
} level;

typedef struct nesting {
    level levels[MAX_DEPTH];
    size_t n;
} nesting;

static int enter(reader *r, nesting *d, bool in_item, bool is_unknown, hl_err *e)
{
    if (d->n == MAX_DEPTH)
        return hl_fail(e, "%s: DICOM sequences are nested more than %d deep at byte %zu", r->name,
                       MAX_DEPTH / 2, r->at);
    d->levels[d->n++] = (level){in_item, r->is_implicit, r->big_endian};
    if (is_unknown) { /* PS3.5 6.2.2: UN holds implicit VR, little endian */
        r->is_implicit = true;
        r->big_endian = false;
    }
    return 0;
}

static void leave(reader *r, nesting *d)
{
    const level *l = &d->levels[--d->n];
    r->is_implicit = l->is_implicit;
    r->big_endian = l->big_endian;
}

static int step_in_sequence(reader *r, nesting *d, const element_header *h, hl_err *e)
{
    if (h->tag == (uint32_t)END_OF_SEQUENCE) {
        leave(r, d);
        return 0;
    }
    if (h->tag != (uint32_t)ITEM)
        return hl_fail(e, "%s: damaged: expected an item at byte %zu, found (%04X,%04X)", r->name,
                       r->at, h->tag >> 16, h->tag & 0xffff);
    return h->length == undefined_length ? enter(r, d, true, false, e) : skip(r, h, e);
}

static int step_in_item(reader *r, nesting *d, const element_header *h, hl_err *e)
{
    if (h->tag == (uint32_t)END_OF_ITEM) {
        leave(r, d);
        return 0;
    }
    if (h->tag >> 16 == 0xfffe)
        return hl_fail(e, "%s: damaged: found (%04X,%04X) within an item, at byte %zu", r->name,
                       h->tag >> 16, h->tag & 0xffff, r->at);
    return h->length == undefined_length ? enter(r, d, false, memcmp(h->vr, "UN", 2) == 0, e)
                                         : skip(r, h, e);
}

/* Goes on to behind the delimiters of all levels. */
static int leave_all(reader *r, nesting *d, hl_err *e)
{
    int status = 0;
    while (status == 0 && d->n > 0) {
        element_header inner;
        status = read_header(r, &inner, e);
        if (status == 0)
            status = d->levels[d->n - 1].in_item ? step_in_item(r, d, &inner, e)
                                                 : step_in_sequence(r, d, &inner, e);
    }
    return status;
}

/* From behind the header of a value of undefined length to behind its delimiter. */
static int skip_undefined(reader *r, const element_header *h, hl_err *e)
{
    nesting d;
    d.n = 0;
    const int status = enter(r, &d, false, memcmp(h->vr, "UN", 2) == 0, e);
    return status ? status : leave_all(r, &d, e);
}

/* ---- the top level ---- */

static int index_of(uint32_t tag)
{
    int lo = 0, hi = HL_DICOM_FOUND;
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        if (tags[mid] < tag)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < HL_DICOM_FOUND && tags[lo] == tag ? lo : -1;
}

/* Reads an element into x, and goes on behind it. */
static int read_element(reader *r, const element_header *h, hl_dicom_element *x, hl_err *e)
{
    const size_t from = r->at;
    const bool big_endian = r->big_endian;
    const int status = h->length == undefined_length ? skip_undefined(r, h, e) : skip(r, h, e);
    if (status)
        return status;
    const bool is_undefined = h->length == undefined_length;
    *x = (hl_dicom_element){.value = r->bytes + from,
                            .len = r->at - from - (is_undefined ? 8 : 0),
                            .big_endian = big_endian,
                            .is_undefined = is_undefined};
    memcpy(x->vr, h->vr, sizeof x->vr);
    return 0;
}

static void take_pixels(hl_dicom_set *s, const reader *r, const element_header *h)
{
    hl_dicom_element *x = &s->found[HL_DICOM_PIXELS];
    *x = (hl_dicom_element){.value = r->bytes + r->at,
                            .len = h->length,
                            .big_endian = r->big_endian,
                            .is_undefined = h->length == undefined_length};
    memcpy(x->vr, h->vr, sizeof x->vr);
    s->pixels_at = r->at;
}

/* An element that is there twice, which is not allowed, counts as it is first. */
static int read_data_set(hl_dicom_set *s, reader *r, hl_err *e)
{
    while (r->at < r->size) {
        element_header h;
        hl_dicom_element x;
        int status = read_header(r, &h, e);
        if (status)
            return status;
        if (h.tag == tags[HL_DICOM_PIXELS]) {
            take_pixels(s, r, &h);
            return 0;
        }
        status = read_element(r, &h, &x, e);
        if (status)
            return status;
        const int i = index_of(h.tag);
        if (i > HL_DICOM_TRANSFER_SYNTAX && !s->found[i].value)
            s->found[i] = x;
    }
    return 0;
}

/* Group 2 is always explicit VR, little endian (PS3.10 7.1). */
static int read_meta(hl_dicom_set *s, reader *r, hl_err *e)
{
    for (;;) {
        int status = r->at == r->size ? 0 : expect(r, 2, e);
        if (status)
            return status;
        if (r->at == r->size || get16(r->bytes + r->at, false) != 2)
            break;
        element_header h;
        hl_dicom_element x;
        status = read_header(r, &h, e);
        if (status == 0)
            status = read_element(r, &h, &x, e);
        if (status)
            return status;
        const int i = index_of(h.tag);
        if (i >= 0 && i <= HL_DICOM_TRANSFER_SYNTAX && !s->found[i].value)
            s->found[i] = x;
    }
    if (!hl_dicom_component(&s->found[HL_DICOM_TRANSFER_SYNTAX], 0, s->syntax, sizeof s->syntax))
        return hl_fail(e, "%s: the DICOM file states no transfer syntax (0002,0010)", s->name);
    return 0;
}

int hl_dicom_set_read_bare(hl_dicom_set *s, const uint8_t *bytes, size_t len, size_t size,
                           hl_err *e)
{
    const hl_dicom_syntax *syntax = hl_dicom_syntax_find(s->syntax);
    s->is_implicit = syntax && syntax->coding == HL_DICOM_IMPLICIT;
    s->big_endian = syntax && syntax->coding == HL_DICOM_BIG_ENDIAN;
    s->size = size;
    for (int i = HL_DICOM_TRANSFER_SYNTAX + 1; i < HL_DICOM_FOUND; i++)
        s->found[i] = (hl_dicom_element){0};
    reader r = {.name = s->name,
                .bytes = bytes,
                .len = len,
                .size = size,
                .is_implicit = s->is_implicit,
                .big_endian = s->big_endian};
    return read_data_set(s, &r, e);
}

int hl_dicom_refuse_syntax(const hl_dicom_set *s, hl_err *e)
{
    const hl_dicom_syntax *syntax = hl_dicom_syntax_find(s->syntax);
    char uid[sizeof s->syntax];
    memcpy(uid, s->syntax, sizeof uid);
    hl_one_line(uid);
    return hl_fail(e, "%s: the transfer syntax %s (%s) is not supported", s->name, uid,
                   syntax ? syntax->name : "unknown");
}

/* A private syntax may be of any coding. */
int hl_dicom_set_read(hl_dicom_set *s, const char *name, const uint8_t *bytes, size_t len,
                      size_t size, hl_err *e)
{
    *s = (hl_dicom_set){.name = name, .size = size};
    reader r = {.name = name, .bytes = bytes, .at = HL_DICOM_PREAMBLE, .len = len, .size = size};
    if (!hl_is_dicom(bytes, len))
        return hl_fail(e, "%s: expected a DICOM file", name);
    const int status = read_meta(s, &r, e);
    if (status)
        return status;
    const hl_dicom_syntax *syntax = hl_dicom_syntax_find(s->syntax);
    s->pixels_at = r.at; /* of a deflated data set: where it begins */
    if (syntax && syntax->coding == HL_DICOM_DEFLATED)
        return 0;
    s->is_implicit = r.is_implicit = syntax && syntax->coding == HL_DICOM_IMPLICIT;
    s->big_endian = r.big_endian = syntax && syntax->coding == HL_DICOM_BIG_ENDIAN;
    const int rest = read_data_set(s, &r, e);
    return rest < 0 && !syntax ? hl_dicom_refuse_syntax(s, e) : rest;
}

/* Archives that fill a last block leave zero bytes. */
static bool is_blank(const uint8_t *p, size_t n)
{
    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

int hl_dicom_set_check_rest(const hl_dicom_set *s, const uint8_t *bytes, size_t len, hl_err *e)
{
    const hl_dicom_element *pixels = &s->found[HL_DICOM_PIXELS];
    reader r = {.name = s->name,
                .bytes = bytes,
                .at = s->pixels_at,
                .len = len,
                .size = len,
                .is_implicit = s->is_implicit,
                .big_endian = s->big_endian};
    element_header h = {.tag = tags[HL_DICOM_PIXELS],
                        .length = pixels->is_undefined ? undefined_length : (uint32_t)pixels->len};
    hl_dicom_element x;
    int status = read_element(&r, &h, &x, e);
    while (status == 0 && r.at < len && !is_blank(bytes + r.at, len - r.at)) {
        status = read_header(&r, &h, e);
        if (status == 0)
            status = read_element(&r, &h, &x, e);
    }
    return status;
}

static reader reader_of(const hl_dicom_set *s, const hl_dicom_element *sequence)
{
    const bool is_unknown = memcmp(sequence->vr, "UN", 2) == 0;
    return (reader){.name = s->name,
                    .bytes = sequence->value,
                    .len = sequence->len,
                    .size = sequence->len,
                    .is_implicit = s->is_implicit || is_unknown,
                    .big_endian = sequence->big_endian && !is_unknown};
}

size_t hl_dicom_set_items(const hl_dicom_set *s, const hl_dicom_element *sequence)
{
    size_t n = 0;
    element_header h;
    hl_dicom_element item;
    if (!hl_dicom_is_there(sequence))
        return 0;
    reader r = reader_of(s, sequence);
    for (; r.at < r.size; n++) {
        if (read_header(&r, &h, NULL) || h.tag != (uint32_t)ITEM)
            return 0;
        nesting d;
        d.n = 0;
        if (h.length != undefined_length) {
            if (read_element(&r, &h, &item, NULL))
                return 0;
        } else if (enter(&r, &d, true, false, NULL) || leave_all(&r, &d, NULL)) {
            return 0;
        }
    }
    return n;
}

/* The first item of a sequence; r is then at its first element, and ends with it. */
static int enter_item(reader *r, hl_err *e)
{
    element_header h;
    if (read_header(r, &h, e))
        return -1;
    if (h.tag != (uint32_t)ITEM)
        return hl_fail(e, "%s: damaged: expected an item, found (%04X,%04X)", r->name, h.tag >> 16,
                       h.tag & 0xffff);
    if (h.length == undefined_length)
        return 0;
    if (h.length > r->size - r->at)
        return skip(r, &h, e);
    r->size = r->len = r->at + h.length;
    return 0;
}

int hl_dicom_set_item(const hl_dicom_set *s, const hl_dicom_element *sequence, uint32_t tag,
                      hl_dicom_element *found, hl_err *e)
{
    *found = (hl_dicom_element){0};
    if (!hl_dicom_is_there(sequence))
        return 0;
    reader r = reader_of(s, sequence);
    if (enter_item(&r, e))
        return -1;
    while (r.at < r.size) {
        element_header h;
        hl_dicom_element x;
        if (read_header(&r, &h, e))
            return -1;
        if (h.tag == (uint32_t)END_OF_ITEM)
            return 0;
        if (read_element(&r, &h, &x, e))
            return -1;
        if (h.tag == tag) {
            *found = x;
            return 0;
        }
    }
    return 0;
}
