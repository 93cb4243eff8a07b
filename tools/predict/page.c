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

/* ---- small pictures ---- */

enum { SIDE = 128 }; /* pixels; the page shows them at 112 */

/* The entries of one table, and their pictures. */
typedef struct rows {
    const predict_worklist *w;
    const size_t *at; /* [n] places in the list, from 0 */
    size_t n;
    hl_strbuf *png; /* [n]; empty where there is none */
} rows;

/* A file that has gone since is no reason to lose the page: it is in the list all the same. */
static int draw(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)slot;
    const rows *r = ctx;
    const hl_fitting f = {.height = SIDE, .width = SIDE, .filter = HL_AREA, .fit = HL_PAD};
    uint8_t pixels[SIDE * SIDE * 3];
    int channels;
    hl_err unused;
    if (hl_image_read_fitted(r->w->entries[r->at[i]].image, &f, pixels, &channels, NULL, &unused))
        return 0;
    return hl_png_encode(&r->png[i], pixels, SIDE, SIDE, channels, e);
}

static int drawn(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)ctx;
    (void)i;
    (void)slot;
    (void)e;
    return 0;
}

static int draw_all(rows *r, const page_options *o, hl_err *e)
{
    r->png = hl_calloc(r->n, sizeof *r->png);
    return o->pictures && r->n ? hl_ordered_map(r->n, o->jobs, draw, drawn, r, e) : 0;
}

static void free_pictures(rows *r)
{
    for (size_t i = 0; i < r->n; i++)
        hl_strbuf_free(&r->png[i]);
    free(r->png);
}

/* ---- tables ---- */

/* No rounding to a certainty that nobody has. */
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
        hl_strbuf_printf(&alt, "Small picture of %s", e->image);
        page_add_picture_cell(t, r->png[i].data, r->png[i].len, alt.data);
        hl_strbuf_free(&alt);
    } else if (pictures) {
        page_add_cell(t, "none");
    }
    page_add_cell(t, "%s", e->image);
    add_probability(t, e->p);
    page_add_cell(t, "%s", w->classes[e->answer]);
    if (isfinite(w->unlike_from))
        page_add_cell(t, "%s", e->unlike ? "unlike the training data" : "");
}

static int add_table(page_doc *d, rows *r, const page_options *o, const char *caption, hl_err *e)
{
    const predict_worklist *w = r->w;
    if (draw_all(r, o, e)) {
        free_pictures(r);
        return -1;
    }
    hl_strbuf p = {0};
    hl_strbuf_printf(&p, "p(%s)", w->classes[w->positive_class]);
    page_table *t = page_add_table(d, caption);
    page_add_column(t, "Rank", PAGE_COL_NUMBER);
    if (o->pictures)
        page_add_column(t, "Picture", PAGE_COL_TEXT);
    page_add_column(t, "Image", PAGE_COL_TEXT);
    page_add_column(t, p.data, PAGE_COL_NUMBER);
    page_add_column(t, "Answer", PAGE_COL_TEXT);
    if (isfinite(w->unlike_from))
        page_add_column(t, "Flag", PAGE_COL_TEXT);
    for (size_t i = 0; i < r->n; i++)
        add_row(r, i, o->pictures, t);
    hl_strbuf_free(&p);
    free_pictures(r);
    return 0;
}

/* Places of entries from `from` on that are in the list, flagged where that is asked for. */
static size_t pick(const predict_worklist *w, size_t from, bool only_unlike, size_t most,
                   size_t *at)
{
    size_t n = 0;
    for (size_t i = from; i < w->n - w->unread && n < most; i++)
        if (!only_unlike || w->entries[i].unlike)
            at[n++] = i;
    return n;
}

static int add_list(page_doc *d, const predict_worklist *w, const page_options *o, size_t *at,
                    hl_err *e)
{
    const size_t read = w->n - w->unread;
    rows top = {.w = w, .at = at, .n = pick(w, 0, false, o->rows, at)};
    page_add_text(d, PAGE_SECTION, "Worklist");
    if (top.n < read)
        page_add_text(d, PAGE_TEXT,
                      "The first %zu of %zu images; the table of the list has them all.", top.n,
                      read);
    return add_table(d, &top, o, "Most urgent first.", e);
}

/* What is flagged may stand far down, where nobody looks: its probability means little. */
static int add_unlike(page_doc *d, const predict_worklist *w, const page_options *o, size_t *at,
                      hl_err *e)
{
    const size_t shown = w->n - w->unread < o->rows ? w->n - w->unread : o->rows;
    rows rest = {.w = w, .at = at, .n = pick(w, shown, true, o->rows, at)};
    if (rest.n == 0)
        return 0;
    page_add_text(d, PAGE_SECTION, "Unlike the training data");
    page_add_text(
        d, PAGE_TEXT,
        "These stand further down and are flagged: the model has seen nothing like them, and its "
        "probabilities for them mean little.");
    return add_table(d, &rest, o, "Flagged images that are not in the table above.", e);
}

static void add_unread(page_doc *d, const predict_worklist *w)
{
    if (w->unread == 0)
        return;
    page_add_text(d, PAGE_SECTION, "Not readable");
    page_table *t =
        page_add_table(d, "Nothing is known of these images. Somebody has to look at them.");
    page_add_column(t, "Image", PAGE_COL_TEXT);
    page_add_column(t, "Reason", PAGE_COL_TEXT);
    for (size_t i = w->n - w->unread; i < w->n; i++) {
        page_add_cell(t, "%s", w->entries[i].image);
        page_add_cell(t, "%s", w->entries[i].reason);
    }
}

/* ---- the page ---- */

static void add_warnings(page_doc *d, const predict_worklist *w, const hl_feature_space *space)
{
    page_block *b = page_warnings(d);
    if (strncmp(space->weights, "seeded:", 7) == 0)
        page_alarm(
            b, "Untrained backbone: pseudo-random weights %s; the list says nothing about X-rays.",
            space->weights);
    page_warn(b, "Research software, not a medical device: do not diagnose or treat anyone by it.");
    if (!w->is_calibrated)
        page_warn(b,
                  "No calibration: probabilities may be too sure of themselves, and nothing tells "
                  "which images are unlike the training data.");
    else if (!isfinite(w->unlike_from))
        page_warn(
            b, "The calibration has no reference of the training data: nothing tells which images "
               "are unlike them.");
    if (w->unlike)
        page_warn(
            b, "Images that are unlike the training data: %zu. Do not go by their probabilities.",
            w->unlike);
    if (w->unread)
        page_warn(b, "Images that cannot be read: %zu.", w->unread);
}

static void add_stats(page_doc *d, const predict_worklist *w)
{
    page_block *b = page_stats(d);
    page_add_stat(b, "Images", "in the list", "%zu", w->n - w->unread);
    if (w->point)
        page_add_stat(b, w->classes[w->positive_class], w->point, "%zu", w->positive);
    else
        page_add_stat(b, w->classes[w->positive_class],
                      isfinite(w->threshold) ? "by the threshold that was given"
                                             : "by the largest probability",
                      "%zu", w->positive);
    if (isfinite(w->unlike_from))
        page_add_stat(b, "Unlike", "the training data", "%zu", w->unlike);
    page_add_stat(b, "Not readable", "at the end of the list", "%zu", w->unread);
}

static void add_meaning(page_doc *d, const predict_worklist *w, const nn_head *head)
{
    page_add_text(d, PAGE_SECTION, "What it means");
    page_add_text(
        d, PAGE_TEXT,
        "Images are sorted by the probability of %s that the model gives them%s. A high place is a "
        "reason to look soon, a low one is no reason not to look.",
        w->classes[w->positive_class], w->is_calibrated ? ", calibrated on validation images" : "");
    if (isfinite(w->threshold))
        page_add_text(d, PAGE_TEXT, "The answer is %s from a probability of %.4f on%s%s.",
                      w->classes[w->positive_class], w->threshold,
                      w->point ? ", the operating point " : "", w->point ? w->point : "");
    page_add_text(d, PAGE_NOTE, "Head %s, on %s, layer %s, weights %s.", nn_head_id(head),
                  nn_head_feature_space(head)->backbone, nn_head_feature_space(head)->feature_layer,
                  nn_head_feature_space(head)->weights);
}

static void add_lead(page_doc *d, const predict_worklist *w)
{
    page_add_text(d, PAGE_LEAD, "%zu image%s, the most urgent first: %zu answered with %s.",
                  w->n - w->unread, w->n - w->unread == 1 ? "" : "s", w->positive,
                  w->classes[w->positive_class]);
}

int predict_page_write(const predict_worklist *w, const page_options *o, hl_strbuf *html, hl_err *e)
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
        status = add_unlike(&d, w, o, at, e);
    free(at);
    add_unread(&d, w);
    add_meaning(&d, w, o->head);
    if (status == 0)
        page_write_html(&d, html);
    page_free(&d);
    return status;
}
