/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of hilum 0.1.0, in which some names were others. */
#include "data/feature_space.h"
#include "data/manifest.h"
#include "format/old_names.h"
#include "format/tensorfile_header.h"
#include "format/tsv.h"
#include "helpers.h"

#include <stdlib.h>
#include <string.h>

static void names_go_both_ways(void **state)
{
    (void)state;
    assert_string_equal(hl_current_name("hilum.space"), "hilum.feature_space");
    assert_string_equal(hl_current_name("hilum.kind"), "hilum.kind");
    assert_string_equal(hl_old_name("provenance"), "chain");
    assert_null(hl_old_name("hilum.kind"));
}

static int parse(const char *json, hl_tf_header *h, hl_err *e)
{
    return hl_tf_header_parse(h, json, strlen(json), "x.st", e);
}

static void metadata_are_found(void **state)
{
    (void)state;
    hl_tf_header h;
    hl_err e;
    assert_int_equal(parse("{\"__metadata__\":{\"hilum.chain\":\"[]\"}}", &h, &e), 0);
    assert_string_equal(hl_tf_meta(&h, "hilum.provenance"), "[]");
    hl_tf_header_free(&h);
}

static void both_names_at_once_are_refused(void **state)
{
    (void)state;
    hl_tf_header h;
    hl_err e;
    assert_int_equal(
        parse("{\"__metadata__\":{\"hilum.chain\":\"[]\",\"hilum.provenance\":\"[]\"}}", &h, &e),
        -1);
    assert_string_equal(e.msg,
                        "x.st: metadata 'hilum.provenance' appears twice, once under its old name");
    hl_feature_space s;
    assert_int_equal(
        hl_feature_space_parse(
            &s, "{\"height\":1,\"width\":1,\"cut\":\"a\",\"feature_layer\":\"a\"}", &e),
        -1);
}

static void a_feature_space_is_the_same(void **state)
{
    (void)state;
    hl_feature_space old, now;
    hl_err e;
    assert_int_equal(
        hl_feature_space_parse(
            &old, "{\"height\":96,\"width\":96,\"cut\":\"out_relu\",\"flavour\":\"torch\"}", &e),
        0);
    assert_int_equal(
        hl_feature_space_parse(
            &now,
            "{\"height\":96,\"width\":96,\"feature_layer\":\"out_relu\",\"framework\":\"torch\"}",
            &e),
        0);
    assert_int_equal(hl_feature_space_match(&old, "old", &now, "now", &e), 0);
}

static void manifests_are_read(void **state)
{
    (void)state;
    static const char text[] =
        "#hilum-manifest 1\n#chain\t[]\npath\tlabel\tpatient\tsubset\tvariant\n"
        "a\tA\tp\ttrain\t0\na\tA\tp\ttrain\t1\n";
    hl_manifest m;
    hl_err e;
    assert_int_equal(hl_manifest_parse(&m, "m.tsv", text, sizeof text - 1, &e), 0);
    assert_string_equal(m.provenance, "[]");
    assert_true(hl_manifest_has_augmented(&m));
    hl_manifest_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(metadata_are_found),
        cmocka_unit_test(both_names_at_once_are_refused),
        cmocka_unit_test(a_feature_space_is_the_same),
        cmocka_unit_test(manifests_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
