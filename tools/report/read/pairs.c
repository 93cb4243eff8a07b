/* SPDX-License-Identifier: BSD-2-Clause */
#include "pairs.h"

#include "base/mem.h"
#include "format/text_encoding.h"
#include "sys/input.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20 };

static int parse(report_pairs *p, const char *name, size_t len, bool with_title, hl_err *e)
{
    size_t line_no = 0;
    for (char *line = p->text; line < p->text + len;) {
        char *end = strchr(line, '\n');
        line_no++;
        if (!end)
            return hl_fail(e, "%s: truncated: the last line does not end", name);
        *end = '\0';
        char *tab = strchr(line, '\t');
        if (tab && tab != line) {
            *tab = '\0';
            p->list = hl_realloc(p->list, p->n + 1, sizeof *p->list);
            p->list[p->n++] = (report_pair){line, tab + 1};
        } else if (!tab && *line && line_no == 1 && with_title) {
            p->title = line;
        } else {
            return hl_fail(e, "%s: line %zu: expected a name, a tab and a value", name, line_no);
        }
        line = end + 1;
    }
    return 0;
}

int report_pairs_read(report_pairs *p, const char *path, bool with_title, hl_err *e)
{
    const char *name;
    size_t len;
    *p = (report_pairs){0};
    FILE *fp = hl_in_open(path, &name, e);
    if (!fp)
        return -1;
    int status = hl_in_read_all(fp, name, MAX_BYTES, &p->text, &len, e);
    fclose(fp);
    if (status == 0)
        status = hl_encoding_normalize(p->text, &len, name, e);
    if (status == 0 && strlen(p->text) != len)
        status = hl_fail(e, "%s: expected text, found a zero byte", name);
    if (status == 0)
        status = parse(p, name, len, with_title, e);
    if (status)
        report_pairs_free(p);
    return status;
}

void report_pairs_free(report_pairs *p)
{
    free(p->text);
    free(p->list);
    *p = (report_pairs){0};
}
