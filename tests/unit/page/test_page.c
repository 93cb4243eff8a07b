/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages: order of warnings, pictures, content of each form, and contrast of the palettes. */
#include "helpers.h"

#include "page/doc.h"

#include <math.h>

/* The start of a PNG file: signature and header of an image of 3 x 2 pixels. */
static const unsigned char png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13,
                                    'I',  'H', 'D', 'R', 0,    0,    0,    3,    0, 0, 0, 2};
static const char png_base64[] = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAAC";

static void warnings(void **state)
{
    (void)state;
    page_doc d = {0};
    page_block *b = page_warnings(&d);
    page_warn(b, "caution %d", 1);
    page_alarm(b, "alarm 1");
    page_warn(b, "caution 2");
    page_alarm(b, "alarm 2");
    page_warn(b, "caution 1");
    page_warn(b, "alarm 1");
    static const char *const want[] = {"alarm 1", "alarm 2", "caution 1", "caution 2"};
    assert_int_equal(b->nwarnings, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(b->warnings[i].text, want[i]);
        assert_int_equal(b->warnings[i].alarm, i < 2);
    }
    page_free(&d);
}

static void make(page_doc *d)
{
    page_start(d, "kick", "A <page>", "foot");
    page_alarm(page_warnings(d), "red");
    page_add_contents(d);
    page_add_text(d, PAGE_SECTION, "First & last");
    page_add_text(d, PAGE_FOLD, "folded");
    page_table *t = page_add_table(d, "a table");
    page_add_column(t, "name", PAGE_COL_TEXT);
    page_add_column(t, "seen", PAGE_COL_TEXT);
    page_add_column(t, "value", PAGE_COL_NUMBER);
    page_add_cell(t, "x\xff");
    page_add_picture_cell(t, png, sizeof png, "a \"lung\"");
    page_add_number(t, NAN);
    page_add_cell(t, "y");
    page_add_cell(t, "not seen");
    page_add_cell(t, "0.9 (0.8 to 1)");
    page_add_text(d, PAGE_PART, "after the fold");
    page_add_picture(page_add_gallery(d, "all of them"), png, sizeof png, "dark", "No. 1");
    page_add_figure(d, "f", "Figure", "in words", "<svg></svg>", json_pack("{s:i}", "x", 7));
}

static void html(void **state)
{
    (void)state;
    page_doc d;
    hl_strbuf t = {0};
    make(&d);
    page_write_html(&d, &t);
    assert_contains(t.data, "<title>A &lt;page&gt;</title>");
    assert_contains(t.data, "<li><a href=\"#s1\">First &amp; last</a></li>");
    assert_contains(t.data, "<h2 id=\"s1\">First &amp; last</h2>\n<details>\n<summary>folded<");
    assert_contains(t.data, "</table></div>\n</details>\n<h3>after the fold</h3>");
    assert_contains(t.data, "<td class=\"picture\"><img alt=\"a &quot;lung&quot;\" width=\"3\" "
                            "height=\"2\" src=\"data:image/png;base64,");
    assert_contains(t.data, png_base64);
    assert_contains(t.data, "<td class=\"num\">undefined</td>");
    assert_contains(t.data, "<td class=\"num pair\"><span>0.9</span> <span>(0.8 to 1)</span></td>");
    assert_contains(t.data, "default-src 'none'");
    assert_contains(t.data, "</section>\n</main>\n<footer>foot</footer>");
    hl_strbuf_free(&t);
    page_free(&d);
}

static void markdown(void **state)
{
    (void)state;
    page_doc d;
    hl_strbuf t = {0};
    make(&d);
    page_write_markdown(&d, &t);
    assert_contains(t.data, "> - **red**\n");
    assert_contains(t.data, "| x\xef\xbf\xbd | a \"lung\" | undefined |\n");
    assert_contains(t.data, "- No. 1: dark\n");
    assert_contains(t.data, "**Figure.** in words\n");
    hl_strbuf_free(&t);
    page_free(&d);
}

static void json(void **state)
{
    (void)state;
    page_doc d;
    make(&d);
    json_t *o = page_to_json(&d), *blocks = json_object_get(o, "blocks");
    static const char *const kinds[] = {"warnings", "section", "fold",  "table",
                                        "part",     "gallery", "figure"};
    assert_int_equal(json_array_size(blocks), COUNT(kinds));
    for (size_t i = 0; i < COUNT(kinds); i++)
        assert_string_equal(json_string_value(json_object_get(json_array_get(blocks, i), "kind")),
                            kinds[i]);
    const json_t *row = json_array_get(json_object_get(json_array_get(blocks, 3), "rows"), 0);
    assert_string_equal(json_string_value(json_array_get(row, 0)), "x\xef\xbf\xbd");
    const json_t *data = json_object_get(json_array_get(blocks, 6), "data");
    assert_int_equal(json_integer_value(json_object_get(data, "x")), 7);
    json_decref(o);
    page_free(&d);
}

static void png_files_are_recognised(void **state)
{
    (void)state;
    unsigned char other[sizeof png];
    memcpy(other, png, sizeof png);
    assert_true(page_is_png(png, sizeof png));
    assert_false(page_is_png(png, sizeof png - 1));
    other[1] = 'J';
    assert_false(page_is_png(other, sizeof other));
}

/* ---- contrast as defined by WCAG 2 ---- */

/* Relative luminance of a variable's colour in the palette that begins at `from`. */
static double luminance(const char *from, const char *name)
{
    const char *at = strstr(from, name);
    if (!at || at[strlen(name)] != ':')
        fail_msg("the style sheet has no colour %s", name);
    const char *hex = at + strlen(name) + 2;
    const size_t digits = strspn(hex, "0123456789abcdef");
    assert_true(digits == 3 || digits == 6);
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (size_t i = 0; i < 3; i++) {
        const char part[3] = {hex[digits / 3 * i], hex[digits / 3 * (i + 1) - 1], '\0'};
        const double v = (double)strtol(part, NULL, 16) / 255;
        sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void check(const char *palette, const char *medium, const char *colour, const char *paper,
                  double least)
{
    const double a = luminance(palette, colour), b = luminance(palette, paper);
    const double contrast = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
    if (contrast < least)
        fail_msg("%s: %s on %s: contrast %.2f, expected at least %.1f", medium, colour, paper,
                 contrast, least);
}

static void contrast(void **state)
{
    (void)state;
    static const char *const media[] = {":root{color-scheme:light dark;", "scheme:dark){:root{",
                                        "@media print{:root{"};
    static const char *const texts[] = {"--ink", "--soft", "--c1"}; /* c1: links */
    static const char *const lines[] = {"--c1", "--c2", "--c3", "--c4", "--c5", "--soft"};
    for (size_t m = 0; m < COUNT(media); m++) {
        const char *palette = strstr(page_style, media[m]);
        assert_non_null(palette);
        for (size_t i = 0; i < COUNT(texts); i++)
            check(palette, media[m], texts[i], "--paper", 4.5);
        for (size_t i = 0; i < COUNT(lines); i++)
            check(palette, media[m], lines[i], "--paper", 3);
        check(palette, media[m], "--caution", "--caution-paper", 4.5);
        check(palette, media[m], "--alarm", "--alarm-paper", 4.5);
        check(palette, media[m], "--ink", "--alarm-paper", 4.5);
        check(palette, media[m], "--alarm-rule", "--paper", 3);
        check(palette, media[m], "--caution-rule", "--paper", 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warnings),
        cmocka_unit_test(html),
        cmocka_unit_test(markdown),
        cmocka_unit_test(json),
        cmocka_unit_test(png_files_are_recognised),
        cmocka_unit_test(contrast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
