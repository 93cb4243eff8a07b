/* SPDX-License-Identifier: BSD-2-Clause */
#include "page.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/version.h"
#include "image/load.h"
#include "image/png_encode.h"
#include "page/doc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- thumbnails ---- */

enum { SIDE = 128 }; /* pixels; the page shows them at 112 */

/* The entries of one table, and their thumbnails. */
typedef struct rows {
    const predict_worklist *w;
    const size_t *at; /* [n] indices of entries in the list */
    size_t n;
    hl_rendition as;
    hl_strbuf *png; /* [n]; empty: none */
} rows;

/* A file that has disappeared meanwhile does not fail the page; it stays in the list. */
static int make_thumbnail(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)slot;
    const rows *r = ctx;
    const hl_fitting f = {
        .height = SIDE, .width = SIDE, .filter = HL_AREA, .fit = HL_PAD, .as = r->as};
    uint8_t pixels[SIDE * SIDE * 3];
    hl_fitted fitted;
    hl_err unused;
    const predict_entry *of = &r->w->entries[r->at[i]];
    if (hl_image_read_fitted(of->file ? of->file : of->image, &f, pixels, &fitted, &unused))
        return 0;
    return hl_png_encode(&r->png[i], pixels, SIDE, SIDE, fitted.channels, e);
}

static int keep_thumbnail(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)ctx;
    (void)i;
    (void)slot;
    (void)e;
    return 0;
}

static int make_thumbnails(rows *r, const predict_page_options *o, hl_err *e)
{
    r->as = o->as;
    r->png = hl_calloc(r->n, sizeof *r->png);
    return o->pictures && r->n ? hl_ordered_map(r->n, o->jobs, make_thumbnail, keep_thumbnail, r, e)
                               : 0;
}

static void free_thumbnails(rows *r)
{
    for (size_t i = 0; i < r->n; i++)
        hl_strbuf_free(&r->png[i]);
    free(r->png);
}

/* ---- tables ---- */

/* Never rounded to 0 or 1: that would show a certainty the model does not have. */
static void add_probability(page_table *t, double p)
{
    if (p > 0.999)
        page_add_cell(t, "> 0.999");
    else if (p < 0.001)
        page_add_cell(t, "< 0.001");
    else
        page_add_cell(t, "%.3f", p);
}

static void add_row(const rows *r, size_t i, bool pictures, page_table *t)
{
    const predict_worklist *w = r->w;
    const predict_entry *e = &w->entries[r->at[i]];
    page_add_cell(t, "%zu", r->at[i] + 1);
    if (pictures && r->png[i].len) {
        hl_strbuf alt = {0};
        hl_strbuf_printf(&alt, "Thumbnail of %s", e->image);
        page_add_picture_cell(t, r->png[i].data, r->png[i].len, alt.data);
        hl_strbuf_free(&alt);
    } else if (pictures) {
        page_add_cell(t, "none");
    }
    if (e->patient) {
        page_add_cell(t, "%s", e->patient);
        page_add_cell(t, "%u", e->images);
    }
    page_add_cell(t, "%s", e->image);
    add_probability(t, e->p);
    page_add_cell(t, "%s", w->classes[e->predicted]);
    if (isfinite(w->ood_threshold))
        page_add_cell(t, "%s", e->is_ood ? "out-of-distribution" : "");
}

static int add_table(page_doc *d, rows *r, const predict_page_options *o, const char *caption,
                     hl_err *e)
{
    const predict_worklist *w = r->w;
    if (make_thumbnails(r, o, e)) {
        free_thumbnails(r);
        return -1;
    }
    hl_strbuf p = {0};
    hl_strbuf_printf(&p, "p(%s)", w->classes[w->positive_class]);
    page_table *t = page_add_table(d, caption);
    page_add_column(t, "Rank", PAGE_COL_NUMBER);
    if (o->pictures)
        page_add_column(t, "Picture", PAGE_COL_TEXT);
    if (w->rule.unit != HL_UNIT_IMAGE) {
        page_add_column(t, "Patient", PAGE_COL_TEXT);
        page_add_column(t, "Images", PAGE_COL_NUMBER);
    }
    page_add_column(t, w->rule.unit == HL_UNIT_IMAGE ? "Image" : "Most probable image",
                    PAGE_COL_TEXT);
    page_add_column(t, p.data, PAGE_COL_NUMBER);
    page_add_column(t, "Prediction", PAGE_COL_TEXT);
    if (isfinite(w->ood_threshold))
        page_add_column(t, "Flag", PAGE_COL_TEXT);
    for (size_t i = 0; i < r->n; i++)
        add_row(r, i, o->pictures, t);
    hl_strbuf_free(&p);
    free_thumbnails(r);
    return 0;
}

/* Indices of at most max_entries read entries, from entry `from` on; only_ood: of flagged ones. */
static size_t select_entries(const predict_worklist *w, size_t from, bool only_ood,
                             size_t max_entries, size_t *at)
{
    size_t n = 0;
    for (size_t i = from; i < w->n - w->unread && n < max_entries; i++)
        if (!only_ood || w->entries[i].is_ood)
            at[n++] = i;
    return n;
}

static int add_list(page_doc *d, const predict_worklist *w, const predict_page_options *o,
                    size_t *at, hl_err *e)
{
    const size_t read = w->n - w->unread;
    rows top = {.w = w, .at = at, .n = select_entries(w, 0, false, o->rows, at)};
    page_add_text(d, PAGE_SECTION, "Worklist");
    if (top.n < read)
        page_add_text(d, PAGE_TEXT, "The first %zu of %zu %s; the TSV file lists all of them.",
                      top.n, read, hl_unit_plurals[w->rule.unit]);
    return add_table(d, &top, o, "Most urgent first.", e);
}

/* Flagged images may be far down the list, where nobody looks, although their probabilities are not
 * reliable. */
static int add_ood(page_doc *d, const predict_worklist *w, const predict_page_options *o,
                   size_t *at, hl_err *e)
{
    const size_t shown = w->n - w->unread < o->rows ? w->n - w->unread : o->rows;
    rows rest = {.w = w, .at = at, .n = select_entries(w, shown, true, o->rows, at)};
    if (rest.n == 0)
        return 0;
    const char *units = hl_unit_plurals[w->rule.unit];
    page_add_text(d, PAGE_SECTION, "Out-of-distribution %s", units);
    page_add_text(
        d, PAGE_TEXT,
        "These %s are further down the list and flagged: they differ from the training data, "
        "and the model's probabilities for them are not reliable.",
        units);
    return add_table(d, &rest, o, "Flagged images that are not in the table above.", e);
}

static void add_unread(page_doc *d, const predict_worklist *w)
{
    if (w->unread == 0)
        return;
    page_add_text(d, PAGE_SECTION, "Unreadable images");
    page_table *t =
        page_add_table(d, "The model has not seen these images. A person has to look at them.");
    if (w->rule.unit != HL_UNIT_IMAGE)
        page_add_column(t, "Patient", PAGE_COL_TEXT);
    page_add_column(t, "Image", PAGE_COL_TEXT);
    page_add_column(t, "Reason", PAGE_COL_TEXT);
    for (size_t i = w->n - w->unread; i < w->n; i++) {
        if (w->rule.unit != HL_UNIT_IMAGE)
            page_add_cell(t, "%s", w->entries[i].patient ? w->entries[i].patient : "unknown");
        page_add_cell(t, "%s", w->entries[i].image);
        page_add_cell(t, "%s", w->entries[i].reason);
    }
}

/* ---- the page ---- */

static void add_warnings(page_doc *d, const predict_worklist *w, const hl_feature_space *space)
{
    page_block *b = page_warnings(d);
    if (strncmp(space->weights, "seeded:", 7) == 0)
        page_alarm(b, "Untrained backbone: pseudo-random weights %s; the ranking is meaningless.",
                   space->weights);
    page_warn(b, "Research software, not a medical device: do not diagnose or treat anyone by it.");
    if (!w->is_calibrated)
        page_warn(b, "No calibration: probabilities may be overconfident, and out-of-distribution "
                     "images are not flagged.");
    else if (!isfinite(w->ood_threshold))
        page_warn(
            b, "The calibration has no OOD reference: out-of-distribution images are not flagged.");
    if (w->temperature_note) {
        char *sentence = page_sentence(w->temperature_note);
        page_warn(b, "%s", sentence);
        free(sentence);
    }
    if (w->ood)
        page_warn(b, "Out-of-distribution %s: %zu. Do not rely on their probabilities.",
                  hl_unit_plurals[w->rule.unit], w->ood);
    if (w->unread)
        page_warn(b, "Images that cannot be read: %zu.", w->unread);
}

static void add_stats(page_doc *d, const predict_worklist *w)
{
    page_block *b = page_stats(d);
    page_add_stat(b, hl_unit_titles[w->rule.unit], "in the list", "%zu", w->n - w->unread);
    if (w->point)
        page_add_stat(b, w->classes[w->positive_class], w->point, "%zu", w->positive);
    else
        page_add_stat(b, w->classes[w->positive_class],
                      isfinite(w->threshold) ? "at the given threshold" : "by largest probability",
                      "%zu", w->positive);
    if (isfinite(w->ood_threshold))
        page_add_stat(b, "OOD", "out-of-distribution", "%zu", w->ood);
    page_add_stat(b, "Unreadable", "at the end of the list", "%zu", w->unread);
}

static void add_meaning(page_doc *d, const predict_worklist *w, const nn_head *head)
{
    page_add_text(d, PAGE_SECTION, "How to read this list");
    page_add_text(d, PAGE_TEXT,
                  "%s are ranked by the probability of %s that the model assigns to them%s. A "
                  "high rank is "
                  "a reason to look soon; a low rank is not a reason not to look.",
                  hl_unit_titles[w->rule.unit], w->classes[w->positive_class],
                  w->is_calibrated && w->temperature != 1 ? ", calibrated on validation images"
                                                          : "");
    if (w->rule.unit != HL_UNIT_IMAGE)
        page_add_text(d, PAGE_TEXT,
                      "The probability of a %s is the %s of those of its images; the image in "
                      "which %s is most probable is shown.",
                      hl_unit_names[w->rule.unit],
                      w->rule.combine == HL_COMBINE_MAX ? "largest" : "mean",
                      w->classes[w->positive_class]);
    if (isfinite(w->threshold))
        page_add_text(d, PAGE_TEXT, "The prediction is %s from a probability of %.4f upwards%s%s.",
                      w->classes[w->positive_class], w->threshold,
                      w->point ? ", the operating point " : "", w->point ? w->point : "");
    page_add_text(d, PAGE_NOTE, "Head %s, on %s, layer %s, weights %s.", nn_head_id(head),
                  nn_head_feature_space(head)->backbone, nn_head_feature_space(head)->feature_layer,
                  nn_head_feature_space(head)->weights);
}

static void add_lead(page_doc *d, const predict_worklist *w)
{
    const size_t n = w->n - w->unread;
    page_add_text(d, PAGE_LEAD, "%zu %s, the most urgent first: %zu predicted as %s.", n,
                  (n == 1 ? hl_unit_names : hl_unit_plurals)[w->rule.unit], w->positive,
                  w->classes[w->positive_class]);
}

int predict_page_write(const predict_worklist *w, const predict_page_options *o, hl_strbuf *html,
                       hl_err *e)
{
    page_doc d;
    page_start(&d, "hilum, worklist", "Worklist",
               "Written by predict, hilum " HL_VERSION ". Not a medical device.");
    add_lead(&d, w);
    add_warnings(&d, w, nn_head_feature_space(o->head));
    add_stats(&d, w);
    size_t *at = hl_malloc(o->rows, sizeof *at);
    int status = add_list(&d, w, o, at, e);
    if (status == 0)
        status = add_ood(&d, w, o, at, e);
    free(at);
    add_unread(&d, w);
    add_meaning(&d, w, o->head);
    if (status == 0)
        page_write_html(&d, html);
    page_free(&d);
    return status;
}
