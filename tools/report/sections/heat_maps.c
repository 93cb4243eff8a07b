/* SPDX-License-Identifier: BSD-2-Clause */
/* Heat maps: what the model looked at, for its worst errors and its surest hits. */
#include "sections.h"

#include <string.h>

/* Words of the file, and of the page. */
static const struct {
    const char *word, *heading;
} reasons[] = {
    {"worst-error", "Worst errors"},
    {"surest-hit", "Surest hits"},
    {"asked", "Asked for"},
};

static const char *method_name(const char *word)
{
    return strcmp(word, "gradcam") == 0     ? "Grad-CAM"
           : strcmp(word, "occlusion") == 0 ? "occlusion map"
                                            : word;
}

static void add_map(page_block *gallery, const report_map *m)
{
    hl_strbuf alt = {0}, caption = {0};
    hl_strbuf_printf(
        &alt,
        "Image with the places that spoke for %s coloured, by %s; true class %s, answer "
        "%s",
        m->of_class, method_name(m->method), m->label, m->predicted);
    hl_strbuf_printf(&caption, "%s, answered %s (%.3f); %s of %s; %s", m->label, m->predicted, m->p,
                     method_name(m->method), m->of_class, m->sample);
    page_add_picture(gallery, m->png, m->len, alt.data, caption.data);
    hl_strbuf_free(&alt);
    hl_strbuf_free(&caption);
}

/* why NULL: the maps of no reason that is known here. */
static bool is_for(const report_map *m, const char *why)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(m->why, reasons[i].word) == 0)
            return why && strcmp(m->why, why) == 0;
    return !why;
}

static void add_group(page_doc *d, const report_maps *maps, const char *why, const char *heading)
{
    page_block *gallery = NULL;
    for (size_t i = 0; i < maps->n; i++) {
        if (!is_for(&maps->list[i], why))
            continue;
        if (!gallery) {
            page_add_text(d, PAGE_PART, "%s", heading);
            gallery = page_add_gallery(d, "Warm colours: what spoke for the class that is named.");
        }
        add_map(gallery, &maps->list[i]);
    }
}

void report_add_heat_maps(page_doc *d, const report_maps *maps)
{
    page_add_text(d, PAGE_SECTION, "Heat maps");
    page_add_text(
        d, PAGE_TEXT,
        "A map shows where the answer came from, not whether it is right: a model that reads "
        "the frame or a letter on the film shows it here.");
    if (maps->sanity)
        page_add_text(
            d, PAGE_NOTE,
            "Rank correlation of the maps with those of heads that learned nothing: %s. The "
            "nearer |rho| is to 0, the more a map shows what was learned.",
            maps->sanity);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        add_group(d, maps, reasons[i].word, reasons[i].heading);
    add_group(d, maps, NULL, "Others");
}
