/* SPDX-License-Identifier: BSD-2-Clause */
#include "page/escape.h"
#include "page/html_parts.h"

#include <openssl/evp.h>
#include <stdint.h>

static uint32_t big_endian(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void add_base64(const unsigned char *bytes, size_t len, hl_strbuf *t)
{
    enum { CHUNK = 3 << 12 }; /* a multiple of three, so that only the last chunk is padded */
    unsigned char text[CHUNK / 3 * 4 + 1];
    for (size_t done = 0; done < len; done += CHUNK) {
        const size_t n = len - done < CHUNK ? len - done : CHUNK;
        const int written = EVP_EncodeBlock(text, bytes + done, (int)n);
        hl_strbuf_add(t, text, (size_t)written);
    }
}

/* The width and height, which a PNG header holds at a fixed offset, let the browser lay out the
 * page before it has decoded the picture. */
void page_html_picture(const page_picture *p, hl_strbuf *t)
{
    page_html_element(t, "<img alt=\"", p->alt, "\"");
    hl_strbuf_printf(t, " width=\"%u\" height=\"%u\" src=\"data:image/png;base64,",
                     big_endian(p->png + 16), big_endian(p->png + 20));
    add_base64(p->png, p->len, t);
    hl_strbuf_puts(t, "\">");
}
