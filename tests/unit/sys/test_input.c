/* SPDX-License-Identifier: BSD-2-Clause */
#include "helpers.h"
#include "sys/input.h"

static void input_is_opened(void **state)
{
    (void)state;
    hl_err e;
    const char *name;
    put_text("f", "x");
    FILE *fp = hl_in_open("f", &name, &e);
    assert_non_null(fp);
    assert_string_equal(name, "f");
    fclose(fp);
    assert_ptr_equal(hl_in_open("-", &name, &e), stdin);
    assert_string_equal(name, "standard input");
    assert_ptr_equal(hl_in_open(NULL, &name, &e), stdin);
    assert_null(hl_in_open("none", &name, &e));
    assert_string_equal(e.msg, "none: cannot be read: No such file or directory");
    assert_null(hl_in_open(".", &name, &e));
    assert_string_equal(e.msg, ".: cannot be read: Is a directory");
}

static void names_from_data_are_files(void **state)
{
    (void)state;
    hl_err e;
    assert_null(hl_in_open_file("-", &e));
    assert_string_equal(e.msg, "-: cannot be read: No such file or directory");
    put_text("-", "x");
    FILE *fp = hl_in_open_file("-", &e);
    assert_non_null(fp);
    assert_ptr_not_equal(fp, stdin);
    assert_int_equal(getc(fp), 'x');
    fclose(fp);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_null(hl_in_open_file("pipe", &e));
    assert_string_equal(e.msg, "pipe: is not a file");
}

static void files_read_twice_are_regular(void **state)
{
    (void)state;
    hl_err e;
    put_text("file", "x");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(hl_in_check_regular("file", &e), 0);
    assert_int_equal(hl_in_check_regular("link", &e), 0);
    assert_int_equal(hl_in_check_regular("pipe", &e), -1);
    assert_string_equal(e.msg, "pipe: expected a regular file, because it is read more than once, "
                               "found a pipe");
    assert_int_equal(hl_in_check_regular("/dev/null", &e), -1);
    assert_contains(e.msg, "found a device");
    assert_int_equal(hl_in_check_regular(".", &e), -1);
    assert_string_equal(e.msg, ".: cannot be read: Is a directory");
    assert_int_equal(hl_in_check_regular("none", &e), -1);
    assert_string_equal(e.msg, "none: cannot be read: No such file or directory");
}

static int read_all(const char *path, size_t max, char **data, size_t *len, hl_err *e)
{
    FILE *fp = fopen(path, "rb");
    assert_non_null(fp);
    const int status = hl_in_read_all(fp, path, max, data, len, e);
    fclose(fp);
    return status;
}

static void size_is_limited(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 10, 65535, 65536, 65537, 131072, 200000};
    char *bytes = malloc(200001), *data;
    assert_non_null(bytes);
    memset(bytes, 'x', 200001);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        hl_err e;
        const size_t n = sizes[i];
        size_t len;
        put_file("f", bytes, n);
        assert_int_equal(read_all("f", n, &data, &len, &e), 0);
        assert_int_equal(len, n);
        assert_int_equal(data[n], '\0');
        assert_memory_equal(data, bytes, n);
        free(data);
        assert_int_equal(read_all("f", 1 << 30, &data, &len, &e), 0);
        assert_int_equal(len, n);
        free(data);
        put_file("f", bytes, n + 1);
        assert_int_equal(read_all("f", n, &data, &len, &e), -1);
        assert_contains(e.msg, "f: too large: expected at most");
    }
    free(bytes);
}

static void unreadable_input_fails(void **state)
{
    (void)state;
    hl_err e;
    char *data;
    size_t len;
    FILE *fp = fopen(".", "r"); /* opens, but does not read */
    assert_non_null(fp);
    assert_int_equal(hl_in_read_all(fp, "input", 100, &data, &len, &e), -1);
    assert_string_equal(e.msg, "input: cannot be read: Is a directory");
    fclose(fp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(input_is_opened),
        IN_FOLDER(names_from_data_are_files),
        IN_FOLDER(files_read_twice_are_regular),
        IN_FOLDER(size_is_limited),
        IN_FOLDER(unreadable_input_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
