/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/reject_list.h"
#include "helpers.h"

static const char table[] = "#hilum-rejects 1\n#provenance\t[]\npath\tlabel\tsubset\treason\n"
                            "a\\tb\tA\ttest\tno\\nimage\nc\tB\ttrain\ttruncated\n#sha256\t";
static const char rows[] = "a\\tb\tA\tp\ttest\tno\\nimage\nc\tB\tq\ttrain\ttruncated\n";

static hl_reject_list two(void)
{
    hl_reject_list r = {0};
    hl_manifest m = {0};
    hl_manifest_add(&m, "a\tb", "A", "p", HL_TEST);
    hl_manifest_add(&m, "c", "B", "q", HL_TRAIN);
    hl_manifest_finish(&m);
    hl_rejects_add(&r, &m.samples[0], "no\nimage");
    hl_rejects_add(&r, &m.samples[1], "truncated");
    hl_manifest_free(&m);
    return r;
}

static void round_trip(void **state)
{
    (void)state;
    hl_err e;
    hl_strbuf t = {0}, again = {0};
    hl_reject_list r = two(), read = {0};
    hl_rejects_format_rows(&r, &t);
    assert_string_equal(t.data, rows);
    assert_int_equal(hl_rejects_add_rows(&read, "f", t.data, t.len, &e), 0);
    assert_int_equal(hl_rejects_add_rows(&read, "f", "", 0, &e), 0);
    hl_rejects_format_rows(&read, &again);
    assert_string_equal(again.data, rows);
    again.len = 0;
    hl_rejects_format(&read, "[]", &again);
    assert_int_equal(strncmp(again.data, table, sizeof table - 1), 0);
    hl_strbuf_free(&t);
    hl_strbuf_free(&again);
    hl_rejects_free(&r);
    hl_rejects_free(&read);
}

static void rows_must_be_right(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "c\tB\tq\ttrain\ttruncated", "c\tB\tq\ttrain\n",
        "c\tB\tq\ttrain\tr\tmore\n", "c\tB\tq\tother\tr\n",
        "\tB\tq\ttrain\tr\n",        "c\tB\tq\ttrain\t\n",
        "c\\x\tB\tq\ttrain\tr\n",    "\n",
    };
    hl_err e;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        hl_reject_list r = {0};
        assert_int_equal(hl_rejects_add_rows(&r, "f", wrong[i], strlen(wrong[i]), &e), -1);
        assert_string_equal(e.msg, "f: rejects: expected lines of path, label, patient, subset and "
                                   "reason");
        hl_rejects_free(&r);
    }
    hl_reject_list r = {0};
    assert_int_equal(hl_rejects_add_rows(&r, "f", "c\tB\tq\ttrain\tr\n\0\n", 15, &e), -1);
    hl_rejects_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(rows_must_be_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
