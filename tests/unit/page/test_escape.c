/* SPDX-License-Identifier: BSD-2-Clause */
#include "page/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UNKNOWN "\xef\xbf\xbd" /* U+FFFD */

static void expect(void (*escape)(hl_strbuf *, const char *), const char *text, const char *want)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, "");
    escape(&t, text);
    assert_string_equal(t.data, want);
    hl_strbuf_free(&t);
}

static void html(void **state)
{
    (void)state;
    expect(page_escape_html, "", "");
    expect(page_escape_html, "a & b", "a &amp; b");
    expect(page_escape_html, "<b title=\"x\" id='y'>",
           "&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;");
    expect(page_escape_html, "\xc3\xa9 \xe2\x82\xac \xf0\x9f\xab\x81",
           "\xc3\xa9 \xe2\x82\xac \xf0\x9f\xab\x81");
}

static void markdown(void **state)
{
    (void)state;
    expect(page_escape_markdown, "person1_virus*|`x`", "person1\\_virus\\*\\|\\`x\\`");
    expect(page_escape_markdown, "[a](b) <c> & d", "\\[a\\](b) &lt;c&gt; &amp; d");
    expect(page_escape_markdown, "# not a # heading", "\\# not a # heading");
    expect(page_escape_markdown, "- x-ray", "\\- x-ray");
    expect(page_escape_markdown, "back\\slash", "back\\\\slash");
    expect(page_escape_markdown, "two\nlines", "two" UNKNOWN "lines");
}

static void bytes_that_are_not_text(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x01", "\x7f", "\xff", "\x80", "\xc0", "\xc1", "\xf5", "\xc3", "\xe2", "\xf0",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        expect(page_escape_html, bad[i], UNKNOWN);
        expect(page_escape_markdown, bad[i], UNKNOWN);
    }
    expect(page_escape_html, "\xc0\xaf", UNKNOWN UNKNOWN);             /* overlong */
    expect(page_escape_html, "\xe0\x80\xaf", UNKNOWN UNKNOWN UNKNOWN); /* overlong */
    expect(page_escape_html, "\xed\xa0\x80", UNKNOWN UNKNOWN UNKNOWN); /* surrogate */
    expect(page_escape_html, "\xf4\x90\x80\x80", UNKNOWN UNKNOWN UNKNOWN UNKNOWN);
    expect(page_escape_html, "\xe2\x82", UNKNOWN UNKNOWN); /* cut short */
    expect(page_escape_html, "\xc2\x85", UNKNOWN);         /* a control */
    expect(page_escape_html, "\xe2<", UNKNOWN "&lt;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html),
        cmocka_unit_test(markdown),
        cmocka_unit_test(bytes_that_are_not_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
