/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of masks, in trees without files: images that cannot be read are no evidence. */
#include "split/folder_checks.h"
#include "split/mask_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void folders_are_known_by_their_words(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        split_mask_word word;
    } cases[] = {
        {"masks", SPLIT_MASK},           {"Lung masks", SPLIT_MASK},   {"leftMask", SPLIT_MASK},
        {"lung_seg", SPLIT_MASK},        {"Ground Truth", SPLIT_MASK}, {"labels", SPLIT_MAYBE_MASK},
        {"No label", SPLIT_MAYBE_MASK},  {"images", SPLIT_NO_MASK},    {"Segmental", SPLIT_NO_MASK},
        {"Subsegmental", SPLIT_NO_MASK}, {"labelled", SPLIT_NO_MASK},  {"", SPLIT_NO_MASK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(split_mask_folder(cases[i].name, strlen(cases[i].name)), cases[i].word);
}

static void check(const char *const *images, size_t n, const char *expected)
{
    hl_err e = {0};
    const split_tree t = {.dir = "absent", .images = (char **)images, .n = n};
    assert_int_equal(split_check_masks(&t, &e), expected ? -1 : 0);
    if (expected && !strstr(e.msg, expected))
        fail_msg("expected '%s' in '%s'", expected, e.msg);
}

#define CHECK(expected, ...)                                                                       \
    check((const char *const[]){__VA_ARGS__},                                                      \
          sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), expected)

static void masks_are_found_by_their_names(void **state)
{
    (void)state;
    CHECK("'A/images' and 'A/masks' with 1 file", "A/images/1.png", "A/masks/1.png", "B/1.png");
    CHECK(NULL, "A/site1/1.png", "A/site2/1.png", "B/1.png");
    CHECK(NULL, "A/images/1.png", "A/masks/2.png", "B/1.png");
    CHECK("'A' and 'A/masks' with 1 file", "A/1.png", "A/masks/1_mask.png", "B/1.png");
    CHECK("'A/1.png' and 'A/1_mask.png'", "A/1.png", "A/1_mask.png", "B/1.png");
    CHECK(NULL, "A/1.png", "A/2_mask.png", "B/1.png");
}

static void images_need_no_class_folders(void **state)
{
    (void)state;
    CHECK("'CXR_png' and 'ManualMask' with 2 file", "CXR_png/1.png", "CXR_png/2.png",
          "ManualMask/left/1.png", "ManualMask/left/2.png");
    CHECK("'.' and 'masks' with 2 file", "1.png", "2.png", "masks/1.png", "masks/2.png", "x.png");
    CHECK("'1.png' and '1_mask.png'", "1.png", "1_mask.png", "2.png");
    CHECK(NULL, "1.png", "2.png", "folder/1.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_known_by_their_words),
        cmocka_unit_test(masks_are_found_by_their_names),
        cmocka_unit_test(images_need_no_class_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
