/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/find_files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test runs in an empty folder of its own, with subfolders, unlike those of helpers.h. */
static char home[256];
static int start_fd;

static int enter(void **state)
{
    (void)state;
    snprintf(home, sizeof home, "%s/test_find_files.XXXXXX", P_tmpdir);
    start_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return start_fd < 0 || !mkdtemp(home) || chdir(home);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static int leave(void **state)
{
    (void)state;
    const int failed = fchdir(start_fd);
    close(start_fd);
    return nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS) || failed;
}

static void make_file(const char *path)
{
    char folder[256];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        if (mkdir(folder, 0777))
            assert_int_equal(errno, EEXIST);
    }
    FILE *fp = fopen(path, "we");
    assert_non_null(fp);
    assert_int_equal(fclose(fp), 0);
}

static void assert_paths(const char *dir, const char *const *expected, size_t n, size_t others)
{
    hl_found_files s;
    hl_err e = {0};
    if (hl_find_images(&s, dir, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(s.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(s.paths[i], expected[i]);
    assert_int_equal(s.others, others);
    hl_found_files_free(&s);
}

static void assert_rejected(const char *dir, const char *expected)
{
    hl_found_files s;
    hl_err e = {0};
    assert_int_equal(hl_find_images(&s, dir, &e), -1);
    if (!strstr(e.msg, expected))
        fail_msg("expected '%s' in '%s'", expected, e.msg);
}

static void finds_images_in_order(void **state)
{
    (void)state;
    make_file("d/B/x.png");
    make_file("d/B-c/x.png"); /* '-' sorts before '/' */
    make_file("d/A/deep/er/y.JPeG");
    make_file("d/A/z.jpg");
    make_file("d/A/ with \"odd\"\tname\n.png");
    make_file("d/A/notes.txt");
    make_file("d/A/png");
    make_file("d/A/.hidden.png");
    make_file("d/.git/x.png");
    make_file("d/__MACOSX/A/x.png");
    const char *const expected[] = {"A/ with \"odd\"\tname\n.png", "A/deep/er/y.JPeG", "A/z.jpg",
                                    "B-c/x.png", "B/x.png"};
    assert_paths("d", expected, 5, 2);
    assert_paths("d/", expected, 5, 2);
    assert_paths("d//", expected, 5, 2);
    assert_paths("./d", expected, 5, 2);
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    make_file(path);
    FILE *fp = fopen(path, "we");
    assert_non_null(fp);
    assert_int_equal(fwrite(bytes, 1, len, fp), len);
    assert_int_equal(fclose(fp), 0);
}

/* A dot before digits is one of a UID; other files are known by their extension, and not opened. */
static void images_without_extension_are_known_by_their_first_bytes(void **state)
{
    (void)state;
    static const char jpeg[] = "\xff\xd8\xff\xe0", png[] = "\x89PNG\r\n\x1a\n";
    write_file("d/A/1", jpeg, 4);
    write_file("d/A/2", png, 8);
    write_file("d/A/1.2.840.10", jpeg, 4);
    write_file("d/A/cut", png, 3);
    write_file("d/A/README", "text", 4);
    write_file("d/A/x.dat", png, 8);
    make_file("d/A/empty");
    make_file("d/A/a.jfif");
    make_file("d/A/b.JPE");
    const char *const expected[] = {"A/1", "A/1.2.840.10", "A/2", "A/a.jfif", "A/b.JPE"};
    assert_paths("d", expected, 5, 4);
    assert_true(hl_is_image_file("d", "A/2"));
    assert_false(hl_is_image_file("d/A", "A/2"));
}

static void hidden_root_is_read(void **state)
{
    (void)state;
    make_file(".d/A/x.png");
    const char *const expected[] = {"A/x.png"};
    assert_paths(".d", expected, 1, 0);
    assert_int_equal(chdir(".d"), 0);
    assert_paths(".", expected, 1, 0);
}

static void links_are_followed(void **state)
{
    (void)state;
    make_file("elsewhere/C/1.png");
    make_file("d/A/x.png");
    assert_int_equal(symlink("../../elsewhere/C/1.png", "d/A/linked.png"), 0);
    assert_int_equal(symlink("../elsewhere/C", "d/C"), 0);
    const char *const expected[] = {"A/linked.png", "A/x.png", "C/1.png"};
    assert_paths("d", expected, 3, 0);
    assert_int_equal(symlink("d", "e"), 0);
    assert_paths("e", expected, 3, 0);
}

static void folders_are_listed_beside_files(void **state)
{
    (void)state;
    hl_found_files s;
    hl_err e = {0};
    const char *const expected[] = {"A", "A-b", "A/empty", "linked"};
    make_file("d/A/empty/.hidden/x");
    make_file("d/A-b/x.txt");
    assert_int_equal(symlink("A-b", "d/linked"), 0);
    assert_int_equal(hl_find_files(&s, "d", &e), 0);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.nfolders, 4);
    for (size_t i = 0; i < s.nfolders; i++)
        assert_string_equal(s.folders[i], expected[i]);
    hl_found_files_free(&s);
    assert_int_equal(hl_find_images(&s, "d", &e), 0);
    assert_int_equal(s.nfolders, 0);
    hl_found_files_free(&s);
}

static void bad_links_are_errors(void **state)
{
    (void)state;
    make_file("loop/A/x.png");
    assert_int_equal(symlink("..", "loop/A/up"), 0);
    assert_rejected("loop", "loop/A/up: the folder contains itself");
    make_file("dead/A/x.png");
    assert_int_equal(symlink("nothing", "dead/A/y"), 0);
    assert_rejected("dead", "dead/A/y: is a dangling link");
    assert_false(hl_has_dicom_files("dead"));
}

/* They may be folders otherwise. */
static void dangling_links_named_like_images_are_listed(void **state)
{
    (void)state;
    const char *const expected[] = {"A/b.PNG", "A/c.tif", "A/d.dcm", "A/x.png"};
    make_file("d/A/x.png");
    assert_int_equal(symlink("b.PNG", "d/A/b.PNG"), 0);
    assert_int_equal(symlink("/nowhere/c", "d/A/c.tif"), 0);
    assert_int_equal(symlink("nothing", "d/A/d.dcm"), 0);
    assert_paths("d", expected, 4, 0);
    for (size_t i = 0; i < 4; i++)
        assert_true(hl_is_image_file("d", expected[i]));
    make_file("d/A/e.mha");
    assert_false(hl_is_image_file("d", "A/e.mha"));
}

/* Beside DICOM files, names may be those of patients. */
static void bad_links_beside_dicom_files_are_not_named(void **state)
{
    (void)state;
    char dicom[132] = "";
    memcpy(dicom + 128, "DICM", 4);
    write_file("d/x", dicom, sizeof dicom);
    assert_true(hl_has_dicom_files("d"));
    assert_int_equal(symlink("nothing", "d/patient"), 0);
    hl_found_files s;
    hl_err e = {0};
    assert_int_equal(hl_find_images(&s, "d", &e), -1);
    assert_non_null(strstr(e.msg, "d: a link in it is dangling or "));
    assert_null(strstr(e.msg, "patient"));
}

static void no_folder_is_an_error(void **state)
{
    (void)state;
    make_file("file");
    assert_rejected("absent", "absent: cannot be read");
    assert_rejected("file", "file: is not a folder");
}

static void empty_folder_has_no_images(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_paths("d", NULL, 0, 0);
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(finds_images_in_order),
        IN_FOLDER(hidden_root_is_read),
        IN_FOLDER(images_without_extension_are_known_by_their_first_bytes),
        IN_FOLDER(links_are_followed),
        IN_FOLDER(folders_are_listed_beside_files),
        IN_FOLDER(bad_links_are_errors),
        IN_FOLDER(dangling_links_named_like_images_are_listed),
        IN_FOLDER(bad_links_beside_dicom_files_are_not_named),
        IN_FOLDER(no_folder_is_an_error),
        IN_FOLDER(empty_folder_has_no_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
