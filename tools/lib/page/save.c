/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/json.h"
#include "page/doc.h"
#include "sys/output.h"

enum { MARKDOWN, JSON, HTML, FORMS };

static void put(hl_strbuf *t, FILE *fp)
{
    fwrite(t->data, 1, t->len, fp); /* hl_out_commit_all reports failures */
    t->len = 0;
}

static int fill(const page_doc *d, hl_out out[FORMS], const json_t *json, hl_err *e)
{
    hl_strbuf t = {0};
    if (out[MARKDOWN].fp) {
        page_write_markdown(d, &t);
        put(&t, out[MARKDOWN].fp);
    }
    page_write_html(d, &t);
    put(&t, out[HTML].fp);
    hl_strbuf_free(&t);
    return out[JSON].fp ? hl_json_write(json, out[JSON].fp, e) : 0;
}

int page_save(const page_doc *d, const page_paths *p, const json_t *json, hl_err *e)
{
    const char *const paths[FORMS] = {p->markdown, p->json, p->html};
    hl_out out[FORMS] = {0};
    int status = 0;
    for (int i = 0; status == 0 && i < FORMS; i++)
        if (paths[i] || i == HTML)
            status = hl_out_open(&out[i], paths[i], false, e);
    if (status == 0)
        status = fill(d, out, json, e);
    hl_out *asked_for[FORMS];
    size_t n = 0;
    for (int i = 0; i < FORMS; i++)
        if (out[i].fp)
            asked_for[n++] = &out[i];
    if (status == 0)
        status = hl_out_commit_all(asked_for, n, e);
    for (int i = 0; i < FORMS; i++)
        hl_out_abort(&out[i]);
    return status;
}
