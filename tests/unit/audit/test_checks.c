/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks.h"
#include "audit/thumb.h"
#include "helpers.h"
#include "image/remarks.h"

#include <math.h>

enum { MAX = 400 };

static struct {
    hl_manifest m;
    hl_fingerprint fingerprints[MAX];
    hl_duplicate copies[MAX];
    audit_context a;
} set;

static int empty_set(void **state)
{
    (void)state;
    memset(&set, 0, sizeof set);
    set.a = (audit_context){.m = &set.m,
                            .positive = HL_NO_POSITIVE,
                            .fingerprints = set.fingerprints,
                            .copies = set.copies,
                            .shortcut_limit = 0.7};
    return 0;
}

static int free_set(void **state)
{
    (void)state;
    hl_manifest_free(&set.m);
    audit_findings_free(&set.a.findings);
    return 0;
}

/* A square image with sides of this many pixels. */
static void add(const char *label, hl_subset subset, size_t side)
{
    char path[32], patient[32];
    const size_t i = set.m.n;
    snprintf(path, sizeof path, "%04zu.png", i);
    snprintf(patient, sizeof patient, "p%zu", i);
    hl_manifest_add(&set.m, path, label, patient, subset);
    set.copies[i] = (hl_duplicate){.group = i, .other = i};
    set.fingerprints[i] = (hl_fingerprint){
        .read = true, .height = side, .width = side, .file_bytes = 1, .file_channels = 1};
}

/* The row of a shortcut. */
static const char *row_of(const char *property, const char *label)
{
    static char row[512];
    char start[64];
    snprintf(start, sizeof start, "\tshortcut\t%s\t\t%s\t", property, label);
    const char *at = strstr(set.a.findings.rows.data, start);
    if (!at)
        fail_msg("no row '%s' in '%s'", start, set.a.findings.rows.data);
    while (at > set.a.findings.rows.data && at[-1] != '\n')
        at--;
    snprintf(row, sizeof row, "%.*s", (int)strcspn(at, "\n"), at);
    return row;
}

/* 3 of 4 pairs are in order, one is a tie: (3 + 1/2) / 4. */
static void an_area_with_its_direction(void **state)
{
    (void)state;
    add("A", HL_TRAIN, 10);
    add("A", HL_TRAIN, 20);
    add("B", HL_TRAIN, 20);
    add("B", HL_TEST, 30);
    hl_manifest_finish(&set.m);
    audit_check_shortcuts(&set.a);
    assert_string_equal(
        row_of("width", "B"),
        "note\tshortcut\twidth\t\tB\t\t\t0.8750\t4\twidth is larger in B: AUROC 0.875 "
        "without looking at the image");
    assert_string_equal(
        row_of("aspect", "B"),
        "note\tshortcut\taspect\t\tB\t\t\t0.5000\t4\taspect ratio is the same in all images");
    assert_null(strstr(set.a.findings.rows.data, "\tA\t"));
}

static void the_class_is_the_positive_one(void **state)
{
    (void)state;
    add("A", HL_TRAIN, 20);
    add("B", HL_TRAIN, 10);
    hl_manifest_finish(&set.m);
    set.a.positive = 0;
    audit_check_shortcuts(&set.a);
    assert_contains(row_of("width", "A"), "width is larger in A");
    assert_null(strstr(set.a.findings.rows.data, "\tB\t"));
}

/* n images of each class; those of B are smaller, except for the first `wrong`. */
static void add_separable(size_t n, size_t wrong)
{
    for (size_t i = 0; i < n; i++) {
        add("A", HL_TRAIN, 1000 + i);
        add("B", HL_TRAIN, i < wrong ? 2000 + i : 500 + i);
    }
    hl_manifest_finish(&set.m);
    audit_check_shortcuts(&set.a);
}

static void chance_is_no_shortcut(void **state)
{
    (void)state;
    add_separable(3, 0); /* an area of 0, whose deviation by chance is sqrt(7 / 108) = 0.25 */
    assert_contains(row_of("width", "B"), "note\tshortcut\twidth\t\tB\t\t\t0.0000\t6\t");
    assert_int_equal(set.a.shortcuts, 0);
}

static void a_shortcut_is_a_warning(void **state)
{
    (void)state;
    add_separable(100, 20);
    assert_string_equal(row_of("height", "B"),
                        "warning\tshortcut\theight\t\tB\t\t\t0.2000\t200\theight is smaller in B: "
                        "AUROC 0.800 without looking at the image");
    assert_int_equal(set.a.shortcuts, 2); /* width and height */
}

static void below_the_limit_it_is_a_note(void **state)
{
    (void)state;
    set.a.shortcut_limit = 0.81;
    add_separable(100, 20);
    assert_contains(row_of("height", "B"), "note\tshortcut");
    assert_int_equal(set.a.shortcuts, 0);
}

static void three_classes_each_against_the_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < 30; i++) {
        add("A", HL_TRAIN, 100 + i);
        add("B", HL_TRAIN, 200 + i);
        add("C", HL_TRAIN, 300 + i);
    }
    hl_manifest_finish(&set.m);
    audit_check_shortcuts(&set.a);
    assert_contains(row_of("width", "A"), "warning\tshortcut\twidth\t\tA\t\t\t0.0000\t90\t");
    assert_contains(row_of("width", "B"), "note\tshortcut\twidth\t\tB\t\t\t0.5000\t90\t");
    assert_contains(row_of("width", "C"), "warning\tshortcut\twidth\t\tC\t\t\t1.0000\t90\t");
}

static void unreadable_files_have_no_properties(void **state)
{
    (void)state;
    char why[] = "damaged";
    add("A", HL_TRAIN, 10);
    add("A", HL_VAL, 99);
    add("B", HL_TRAIN, 20);
    set.fingerprints[1].why = why;
    hl_manifest_finish(&set.m);
    audit_check_shortcuts(&set.a);
    assert_contains(row_of("width", "B"), "\t1.0000\t2\t");
    audit_check_unreadable(&set.a);
    assert_contains(set.a.findings.rows.data,
                    "error\tunreadable\t\tval\tA\t0001.png\t\t\t1\tdamaged\n");
    assert_int_equal(set.a.unreadable, 1);
}

static void give_levels(size_t i, uint8_t least, uint8_t most)
{
    memset(set.fingerprints[i].thumb, least, sizeof set.fingerprints[i].thumb);
    set.fingerprints[i].thumb[500] = most;
}

/* 16 is what 12 of 16 bits reach, 64 what 14 do. */
static void a_small_range_is_one_warning(void **state)
{
    (void)state;
    static const uint8_t levels[][2] = {{0, 255}, {0, 64}, {0, 65}, {200, 254}, {4, 15}};
    for (size_t i = 0; i < 5; i++) {
        add(i % 2 ? "B" : "A", HL_TRAIN, 10);
        give_levels(i, levels[i][0], levels[i][1]);
    }
    hl_manifest_finish(&set.m);
    audit_check_range(&set.a);
    assert_string_equal(set.a.findings.rows.data,
                        "warning\trange\tmixed\t\t\t0001.png\t\t0.4000\t2\t2 of 5 images are dark, "
                        "with grey levels up "
                        "to 64 of 255 at most, and the others are not\n"
                        "warning\trange\tflat\t\t\t0003.png\t\t0.2000\t1\t1 of 5 images have grey "
                        "levels that differ "
                        "by at most 64 of 255\n");
}

/* n images, of which the first `dark` are dark. */
static void add_dark(size_t n, size_t dark)
{
    for (size_t i = 0; i < n; i++) {
        add(i % 2 ? "B" : "A", HL_TRAIN, 10);
        give_levels(i, 0, i < dark ? 15 : 200);
    }
    hl_manifest_finish(&set.m);
    audit_check_range(&set.a);
    assert_int_equal(set.a.findings.count[AUDIT_WARNING], 1);
}

static void equally_dark_images_are_not_mixed(void **state)
{
    (void)state;
    add_dark(3, 3);
    assert_contains(set.a.findings.rows.data, "\trange\tdark\t\t\t0000.png\t\t1.0000\t3\t");
}

static void a_few_dark_images_are_no_mixture(void **state)
{
    (void)state;
    add_dark(200, 9);
    assert_contains(set.a.findings.rows.data, "\trange\tdark\t");
}

static void many_dark_images_are_a_mixture(void **state)
{
    (void)state;
    add_dark(200, 10);
    assert_contains(set.a.findings.rows.data, "\trange\tmixed\t");
}

/* 16 of 255 are 4095 of 65535; the thumbnail is brighter. */
static void the_hint_at_a_depth_is_for_16_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        add("A", HL_TRAIN, 10);
        give_levels(i, 0, 255);
        set.fingerprints[i].bits = 12;
        set.fingerprints[i].auto_bits = i ? 16 : 12;
    }
    hl_manifest_finish(&set.m);
    audit_check_range(&set.a);
    assert_contains(set.a.findings.rows.data,
                    "\tmixed\t\t\t0001.png\t\t0.6667\t2\t2 of 3 images are dark");
    assert_contains(set.a.findings.rows.data, "; of 16 bits, their values need 12: see DEPTH\n");
    audit_findings_free(&set.a.findings);
    for (size_t i = 0; i < 3; i++) {
        give_levels(i, 0, 20);
        set.fingerprints[i].bits = set.fingerprints[i].auto_bits = 0;
    }
    audit_check_range(&set.a);
    assert_null(strstr(set.a.findings.rows.data, "DEPTH"));
}

/* 8 of 10 in A and none of 10 in B: p is 0.0007. */
static void a_kind_that_goes_with_the_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < 20; i++) {
        add(i < 10 ? "A" : "B", HL_TRAIN, 10);
        give_levels(i, 0, i < 8 ? 15 : 200);
    }
    hl_manifest_finish(&set.m);
    audit_check_range(&set.a);
    assert_contains(set.a.findings.rows.data, "; more in A (8 of 10) than elsewhere (0 of 10)\n");
}

/* ---- inverted images ---- */

/* A bright middle and abdomen, dark sides and lungs, in the columns from `border` on. */
static void draw_chest(uint8_t *thumb, int border, uint8_t bar, bool is_inverted)
{
    for (int y = 0; y < HL_THUMB_SIDE; y++)
        for (int x = 0; x < HL_THUMB_SIDE; x++) {
            const double u = (x - border + 0.5) / (HL_THUMB_SIDE - 2 * border),
                         v = (y + 0.5) / HL_THUMB_SIDE;
            double level =
                40 + 170 * exp(-pow((u - 0.5) / 0.12, 2)) + 60 * v * (u > 0.1 && u < 0.9);
            level += 10 * sin(9 * u + 7 * v);
            level = is_inverted ? 255 - level : level;
            const bool is_bar = x < border || x >= HL_THUMB_SIDE - border;
            thumb[y * HL_THUMB_SIDE + x] = is_bar ? bar : (uint8_t)fmax(0, fmin(255, level));
        }
}

static void inverted_images_are_listed(void **state)
{
    (void)state;
    static const struct {
        int border;
        uint8_t bar;
        bool is_inverted;
    } images[] = {{0, 0, false}, {0, 0, true},   {5, 0, true},
                  {5, 0, false}, {5, 255, true}, {5, 255, false}};
    for (size_t i = 0; i < COUNT(images); i++) {
        add(i % 2 ? "B" : "A", i % 2 ? HL_TEST : HL_TRAIN, 10);
        draw_chest(set.fingerprints[i].thumb, images[i].border, images[i].bar,
                   images[i].is_inverted);
    }
    add("B", HL_TRAIN, 10); /* nothing to be seen */
    set.fingerprints[6].plain = true;
    hl_manifest_finish(&set.m);
    audit_check_inverted(&set.a);
    const char *rows = set.a.findings.rows.data;
    assert_int_equal(set.a.findings.count[AUDIT_WARNING], 4);
    assert_contains(rows, "warning\tinverted\t\ttest\tB\t0001.png\t\t-0.");
    assert_contains(rows, "warning\tinverted\t\ttrain\tA\t0002.png\t\t-0.");
    assert_contains(rows, "warning\tinverted\t\ttrain\tA\t0004.png\t\t-0.");
    assert_contains(
        rows, "warning\tinverted\tall\t\t\t0001.png\t\t0.4286\t3\t3 of 7 images look inverted\n");
}

/* ---- what the thumbnail shows ---- */

static void bars_and_borders(void **state)
{
    (void)state;
    uint8_t thumb[HL_THUMB_SIDE * HL_THUMB_SIDE];
    draw_chest(thumb, 0, 0, false);
    assert_int_equal(audit_border_width(thumb), 0);
    draw_chest(thumb, 3, 0, false);
    assert_int_equal(audit_border_width(thumb), 6);
    draw_chest(thumb, 3, 200, false);
    assert_int_equal(audit_border_width(thumb), 6);
    memset(thumb, 0, 4 * HL_THUMB_SIDE); /* above, too */
    assert_int_equal(audit_border_width(thumb), 10);
    memset(thumb, 9, sizeof thumb);
    assert_true(audit_frame_level(thumb) == 9);
    assert_true(audit_border_width(thumb) > HL_THUMB_SIDE / 2);
    assert_true(audit_chest_correlation(thumb) == 0);
    thumb[0] = 9 + 124; /* of 124 pixels */
    assert_true(audit_frame_level(thumb) == 10);
    thumb[HL_THUMB_SIDE + 1] = 255; /* within */
    assert_true(audit_frame_level(thumb) == 10);
}

static void markers_in_corners(void **state)
{
    (void)state;
    static const struct {
        int y, x, corner;
    } markers[] = {{2, 3, AUDIT_TOP_LEFT},     {0, 0, AUDIT_TOP_LEFT},
                   {1, 29, AUDIT_TOP_RIGHT},   {31, 31, AUDIT_BOTTOM_RIGHT},
                   {27, 4, AUDIT_BOTTOM_LEFT}, {16, 2, AUDIT_CORNERS}, /* at the side */
                   {16, 16, AUDIT_CORNERS}};
    uint8_t thumb[HL_THUMB_SIDE * HL_THUMB_SIDE];
    for (size_t i = 0; i < COUNT(markers); i++) {
        int spots[AUDIT_CORNERS];
        memset(thumb, 50, sizeof thumb);
        thumb[markers[i].y * HL_THUMB_SIDE + markers[i].x] = 180;
        audit_corner_spots(thumb, spots);
        for (int c = 0; c < AUDIT_CORNERS; c++)
            assert_int_equal(spots[c], c == markers[i].corner ? 130 : 0);
    }
}

static void a_marker_in_one_class_is_a_shortcut(void **state)
{
    (void)state;
    for (size_t i = 0; i < 60; i++) {
        add(i % 2 ? "B" : "A", HL_TRAIN, 10);
        memset(set.fingerprints[i].thumb, (int)(20 + i), sizeof set.fingerprints[i].thumb);
        if (i % 2)
            set.fingerprints[i].thumb[3 * HL_THUMB_SIDE + 28] = 200;
    }
    hl_manifest_finish(&set.m);
    audit_check_shortcuts(&set.a);
    assert_contains(row_of("corners", "B"),
                    "warning\tshortcut\tcorners\t\tB\t\t\t1.0000\t60\t"
                    "brightness of the corners is larger in B: AUROC 1.000");
    assert_contains(row_of("frame", "B"), "note\tshortcut\tframe\t\tB\t");
}

/* The brightest of the corners is as bright in both classes. */
static void a_marker_that_changes_sides_is_a_shortcut(void **state)
{
    (void)state;
    for (size_t i = 0; i < 60; i++) {
        add(i % 2 ? "B" : "A", HL_TRAIN, 10);
        memset(set.fingerprints[i].thumb, (int)(20 + i), sizeof set.fingerprints[i].thumb);
        const size_t row = i % 4 < 2 ? 3 : 28;
        set.fingerprints[i].thumb[row * HL_THUMB_SIDE + (i % 2 ? 28 : 3)] = (uint8_t)(220 + i / 2);
    }
    hl_manifest_finish(&set.m);
    audit_check_shortcuts(&set.a);
    assert_contains(row_of("corners", "B"), "note\tshortcut\tcorners\t\tB\t");
    assert_contains(row_of("corners left - right", "B"),
                    "warning\tshortcut\tcorners left - right\t\tB\t\t\t0.0000\t60\t");
    assert_contains(row_of("top right corner", "B"), "warning\tshortcut\ttop right corner\t");
}

static void remarks_are_warnings(void **state)
{
    (void)state;
    add("A", HL_TRAIN, 10);
    add("B", HL_TEST, 10);
    set.fingerprints[1].remarks = HL_REMARK_CLEAR | HL_REMARK_CHECKSUM;
    hl_manifest_finish(&set.m);
    audit_check_remarks(&set.a);
    assert_int_equal(set.a.findings.count[AUDIT_WARNING], 2);
    assert_contains(set.a.findings.rows.data, "warning\tremark\ttransparent\ttest\tB\t0001.png\t");
    assert_contains(set.a.findings.rows.data, "warning\tremark\tchecksum\ttest\tB\t0001.png\t");
}

static void one_class_has_no_shortcut(void **state)
{
    (void)state;
    add("A", HL_TRAIN, 10);
    add("A", HL_TRAIN, 20);
    hl_manifest_finish(&set.m);
    audit_check_shortcuts(&set.a);
    assert_int_equal(set.a.findings.rows.len, 0);
}

static void severity_of_divisions(void **state)
{
    (void)state;
    const unsigned train = 1 << HL_TRAIN, val = 1 << HL_VAL, test = 1 << HL_TEST;
    assert_int_equal(audit_severity_of_division(train), AUDIT_NOTE);
    assert_int_equal(audit_severity_of_division(test), AUDIT_NOTE);
    assert_int_equal(audit_severity_of_division(train | val), AUDIT_WARNING);
    assert_int_equal(audit_severity_of_division(val | test), AUDIT_WARNING);
    assert_int_equal(audit_severity_of_division(train | test), AUDIT_ERROR);
    assert_int_equal(audit_severity_of_division(train | val | test), AUDIT_ERROR);
}

/* A group over three subsets leaks, although no two neighbours in the list do. */
static void leaks_are_found_across_a_group(void **state)
{
    (void)state;
    add("A", HL_TEST, 10);
    add("A", HL_VAL, 10);
    add("A", HL_TRAIN, 10);
    add("A", HL_TRAIN, 10);
    for (size_t i = 0; i < 3; i++)
        set.copies[i] = (hl_duplicate){
            .group = 0, .other = (i + 1) % 3, .likeness = HL_NEAR, .correlation = 0.97};
    hl_manifest_finish(&set.m);
    audit_check_copies(&set.a);
    assert_int_equal(set.a.groups, 1);
    assert_int_equal(set.a.copied, 3);
    assert_int_equal(set.a.leaking_groups, 1);
    assert_int_equal(set.a.findings.count[AUDIT_ERROR], 3);
    assert_contains(
        set.a.findings.rows.data,
        "error\tnear\t1\tval\tA\t0001.png\t0002.png\t0.9700\t3\t3 images of 3 patients: "
        "1 in train, 1 in val, 1 in test\n");
}

static void names_are_escaped(void **state)
{
    (void)state;
    audit_findings_add(
        &set.a.findings,
        &(audit_finding){
            .severity = AUDIT_NOTE, .check = "x", .sample = "a\tb\nc", .value = NAN, .text = "t"});
    assert_string_equal(set.a.findings.rows.data, "note\tx\t\t\t\ta\\tb\\nc\t\t\t0\tt\n");
}

#define OF_SET(test) cmocka_unit_test_setup_teardown(test, empty_set, free_set)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF_SET(an_area_with_its_direction),
        OF_SET(the_class_is_the_positive_one),
        OF_SET(chance_is_no_shortcut),
        OF_SET(a_shortcut_is_a_warning),
        OF_SET(below_the_limit_it_is_a_note),
        OF_SET(three_classes_each_against_the_others),
        OF_SET(unreadable_files_have_no_properties),
        OF_SET(remarks_are_warnings),
        OF_SET(a_small_range_is_one_warning),
        OF_SET(equally_dark_images_are_not_mixed),
        OF_SET(a_few_dark_images_are_no_mixture),
        OF_SET(many_dark_images_are_a_mixture),
        OF_SET(the_hint_at_a_depth_is_for_16_bits),
        OF_SET(a_kind_that_goes_with_the_class),
        OF_SET(inverted_images_are_listed),
        OF_SET(bars_and_borders),
        OF_SET(markers_in_corners),
        OF_SET(a_marker_in_one_class_is_a_shortcut),
        OF_SET(a_marker_that_changes_sides_is_a_shortcut),
        OF_SET(one_class_has_no_shortcut),
        OF_SET(severity_of_divisions),
        OF_SET(leaks_are_found_across_a_group),
        OF_SET(names_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
