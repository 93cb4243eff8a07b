/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "page/escape.h"
#include "page/html_parts.h"

#include <stdlib.h>
#include <string.h>

/* In a narrow table, the interval after an estimate goes to a line of its own. */
static void write_number(const char *text, hl_strbuf *t)
{
    const char *interval = strstr(text, " (");
    if (!interval) {
        page_html_element(t, "<td class=\"num\">", text, "</td>");
        return;
    }
    hl_strbuf_puts(t, "<td class=\"num pair\">");
    char *estimate = hl_strndup(text, (size_t)(interval - text));
    page_html_element(t, "<span>", estimate, "</span> ");
    free(estimate);
    page_html_element(t, "<span>", interval + 1, "</span></td>");
}

static void write_cell(const page_cell *c, const page_column *col, bool heads_row, hl_strbuf *t)
{
    if (heads_row) {
        page_html_element(t, "<th scope=\"row\">", c->text, "</th>");
    } else if (c->picture) {
        hl_strbuf_puts(t, "<td class=\"picture\">");
        page_html_picture(c->picture, t);
        hl_strbuf_puts(t, "</td>");
    } else if (c->shade != PAGE_SHADE_NONE) {
        hl_strbuf_printf(t, "<td class=\"shade %s\" style=\"--s:%.3f\">",
                         c->shade == PAGE_SHADE_RIGHT ? "right" : "wrong", c->fraction);
        page_escape_html(t, c->text);
        page_html_element(t, "<small>", c->small ? c->small : "", "</small></td>");
    } else if (col->kind == PAGE_COL_CODE) {
        page_html_element(t, "<td class=\"code\"><code>", c->text, "</code></td>");
    } else if (col->kind == PAGE_COL_NUMBER) {
        write_number(c->text, t);
    } else {
        page_html_element(t, "<td>", c->text, "</td>");
    }
}

static void write_head(const page_table *table, bool is_matrix, hl_strbuf *t)
{
    hl_strbuf_puts(t, "<thead><tr>");
    for (size_t c = 0; c < table->ncolumns; c++) {
        const bool right = table->columns[c].kind == PAGE_COL_NUMBER && !is_matrix;
        page_html_element(t, right ? "<th scope=\"col\" class=\"num\">" : "<th scope=\"col\">",
                          table->columns[c].name, "</th>");
    }
    hl_strbuf_puts(t, "</tr></thead>\n");
}

static void write_body(const page_table *table, hl_strbuf *t)
{
    const size_t width = table->ncolumns, rows = width ? table->ncells / width : 0;
    hl_strbuf_puts(t, "<tbody>\n");
    for (size_t r = 0; r < rows; r++) {
        if (r == table->summary_from && r)
            hl_strbuf_puts(t, "</tbody>\n<tbody class=\"sum\">\n");
        hl_strbuf_puts(t, "<tr>");
        for (size_t c = 0; c < width; c++)
            write_cell(&table->cells[r * width + c], &table->columns[c], c == 0, t);
        hl_strbuf_puts(t, "</tr>\n");
    }
    hl_strbuf_puts(t, "</tbody>\n");
}

/* A table wider than the screen scrolls on its own; tabindex makes it scroll by keyboard as well.
 */
void page_html_table(const page_table *table, size_t number, hl_strbuf *t)
{
    const bool is_matrix = table->ncells > 1 && table->cells[1].shade != PAGE_SHADE_NONE;
    hl_strbuf_printf(t,
                     "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-labelledby=\"t%zu\">"
                     "<table%s>\n<caption id=\"t%zu\">",
                     number, is_matrix ? " class=\"matrix\"" : "", number);
    page_html_element(t, "", table->caption, "</caption>\n");
    write_head(table, is_matrix, t);
    write_body(table, t);
    hl_strbuf_puts(t, "</table></div>\n");
}
