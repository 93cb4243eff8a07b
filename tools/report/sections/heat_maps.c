/* SPDX-License-Identifier: BSD-2-Clause */
/* Heat maps of selected samples, grouped by the reason of their selection. */
#include "sections.h"

#include <string.h>

/* The reason of the selection in explain.tsv, and the heading of its group. */
static const struct {
    const char *word, *heading;
} reasons[] = {
    {"worst-error", "Worst errors"},
    {"surest-hit", "Most certain correct predictions"},
    {"asked", "Requested"},
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
        "Image overlaid with a heat map of the regions that support %s, by %s; true class %s, "
        "predicted class %s",
        m->of_class, method_name(m->method), m->label, m->predicted);
    hl_strbuf_printf(&caption, "%s, predicted %s (%.3f); %s for %s; %s", m->label, m->predicted,
                     m->p, method_name(m->method), m->of_class, m->sample);
    page_add_picture(gallery, m->png, m->len, alt.data, caption.data);
    hl_strbuf_free(&alt);
    hl_strbuf_free(&caption);
}

/* why NULL: whether the reason is unknown here. */
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
            gallery = page_add_gallery(d, "Warm colours: regions that support the named class.");
        }
        add_map(gallery, &maps->list[i]);
    }
}

void report_add_heat_maps(page_doc *d, const report_maps *maps)
{
    page_add_text(d, PAGE_SECTION, "Heat maps");
    page_add_text(
        d, PAGE_TEXT,
        "A heat map shows which regions of the image led to the prediction, not whether it is "
        "correct. A model that relies on the border of the image or on letters on the film gives "
        "itself away here.");
    if (maps->sanity)
        page_add_text(
            d, PAGE_NOTE,
            "Sanity check: rank correlation of the maps with those of heads with random weights: "
            "%s. The closer |rho| is to 0, the more the maps depend on what the head has learned.",
            maps->sanity);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        add_group(d, maps, reasons[i].word, reasons[i].heading);
    add_group(d, maps, NULL, "Others");
}
