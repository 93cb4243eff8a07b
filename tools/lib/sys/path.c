/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/path.h"

#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *hl_path_join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = hl_malloc(size, 1);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

const char *hl_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Length of the path up to and including its last slash; 0 if it has none. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static char *folder_of(const char *path)
{
    const size_t len = folder_length(path);
    return len ? hl_strndup(path, len) : hl_strdup(".");
}

/* ---- links ---- */

/* The target of the link at path; a relative target is resolved from the link's folder. */
static char *follow(const char *path)
{
    char target[PATH_MAX];
    const ssize_t n = readlink(path, target, sizeof target - 1);
    if (n < 0)
        return NULL;
    target[n] = '\0';
    const size_t folder = *target == '/' ? 0 : folder_length(path);
    const size_t size = folder + (size_t)n + 1;
    char *joined = hl_malloc(size, 1);
    snprintf(joined, size, "%.*s%s", (int)folder, path, target);
    return joined;
}

char *hl_path_final(const char *path)
{
    enum { MOST_LINKS = 40 }; /* Linux's limit */
    char *at = hl_strdup(path);
    for (int i = 0; i < MOST_LINKS; i++) {
        struct stat st;
        if (lstat(at, &st) || !S_ISLNK(st.st_mode))
            return at;
        char *next = follow(at);
        free(at);
        if (!next)
            return NULL;
        at = next;
    }
    free(at);
    errno = ELOOP;
    return NULL;
}

/* ---- temporary names ---- */

static size_t longest_name(const char *path)
{
    char *folder = folder_of(path);
    const long most = pathconf(folder, _PC_NAME_MAX);
    free(folder);
    return most > 0 ? (size_t)most : NAME_MAX;
}

/* The largest length up to len at which no UTF-8 character of the name is cut in two. */
static size_t whole_characters(const char *name, size_t len)
{
    while (len > 0 && ((unsigned char)name[len] & 0xC0) == 0x80)
        len--;
    return len;
}

enum { SUFFIX_WORD = 16, SUFFIX = sizeof ".tmp---XXXXXX" + 2 * SUFFIX_WORD };

/* At most SUFFIX_WORD characters of text, and _ for those that are unusual in a file name. */
static size_t add_word(char *to, const char *text)
{
    size_t n = 0;
    for (; n < SUFFIX_WORD && text[n]; n++)
        to[n] = (char)(isalnum((unsigned char)text[n]) || strchr(".-", text[n]) ? text[n] : '_');
    to[n] = '\0';
    return n;
}

/* On a shared disk, several machines have a process of the same number; one job of a cluster can
 * run twice at once, on two nodes. */
static void make_suffix(char *suffix)
{
    char host[256] = "", pid[24];
    gethostname(host, sizeof host - 1);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    const char *node = getenv("HILUM_NODE"), *job = getenv("HILUM_JOB");
    char *at = stpcpy(suffix, ".tmp-");
    at += add_word(at, node ? node : host);
    *at++ = '-';
    at += add_word(at, job ? job : pid);
    strcpy(at, "-XXXXXX");
}

char *hl_path_temp(const char *path)
{
    char suffix[SUFFIX];
    const size_t folder = folder_length(path);
    make_suffix(suffix);
    if (folder + strlen(suffix) >= PATH_MAX)
        strcpy(suffix, ".tmpXXXXXX");
    const size_t added = strlen(suffix);
    const char *name = path + folder;
    const size_t most = longest_name(path);
    size_t keep = strlen(name);
    if (keep + added > most)
        keep = whole_characters(name, most > added ? most - added : 0);
    if (folder + keep + added >= PATH_MAX)
        keep =
            whole_characters(name, PATH_MAX > folder + added ? PATH_MAX - folder - added - 1 : 0);
    const size_t size = folder + keep + added + 1;
    char *temp = hl_malloc(size, 1);
    snprintf(temp, size, "%.*s%s", (int)(folder + keep), path, suffix);
    return temp;
}

/* ---- identity ---- */

static void set_id(hl_file_id *id, const struct stat *st)
{
    *id = (hl_file_id){
        .device = st->st_dev, .inode = st->st_ino, .mode = st->st_mode, .which = st->st_rdev};
}

bool hl_file_id_of_fd(int fd, hl_file_id *id)
{
    struct stat st;
    if (fstat(fd, &st))
        return false;
    set_id(id, &st);
    return true;
}

bool hl_file_id_of(const char *path, hl_file_id *id)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        set_id(id, &st);
        return true;
    }
    char *final = hl_path_final(path), *folder = final ? folder_of(final) : NULL;
    const bool found = folder && stat(folder, &st) == 0;
    if (found)
        *id = (hl_file_id){.device = st.st_dev,
                           .inode = st.st_ino,
                           .name = hl_strdup(final + folder_length(final))};
    free(folder);
    free(final);
    return found;
}

bool hl_file_id_same(const hl_file_id *a, const hl_file_id *b)
{
    if (a->device != b->device || a->inode != b->inode || !a->name != !b->name)
        return false;
    return !a->name || strcmp(a->name, b->name) == 0;
}

void hl_file_id_free(hl_file_id *id)
{
    free(id->name);
    *id = (hl_file_id){0};
}

/* ---- files about to be replaced ---- */

enum { MOST_REPLACED = 16 }; /* more than any tool has outputs */
static struct {
    dev_t device;
    ino_t inode;
    const char *name; /* of the option */
    char *file;       /* without the folder, links resolved; kept until the end */
} replaced[MOST_REPLACED];
static size_t nreplaced;

void hl_path_will_replace(const char *path, const char *name)
{
    struct stat st;
    if (stat(path, &st) || !S_ISREG(st.st_mode) || nreplaced == MOST_REPLACED)
        return;
    replaced[nreplaced].device = st.st_dev;
    replaced[nreplaced].inode = st.st_ino;
    char *final = hl_path_final(path);
    replaced[nreplaced].file = hl_strdup(final ? hl_path_base(final) : "");
    free(final);
    replaced[nreplaced++].name = name;
}

bool hl_path_replaces_any(void)
{
    return nreplaced > 0;
}

bool hl_path_replaces_name(const char *path)
{
    const char *file = hl_path_base(path);
    for (size_t i = 0; i < nreplaced; i++)
        if (strcmp(replaced[i].file, file) == 0)
            return true;
    return false;
}

int hl_path_expect_kept(const char *path, const struct stat *st, hl_err *e)
{
    for (size_t i = 0; i < nreplaced; i++)
        if (replaced[i].device == st->st_dev && replaced[i].inode == st->st_ino)
            return hl_fail(e, "%s: expected an input, found the file that %s would replace", path,
                           replaced[i].name);
    return 0;
}

bool hl_path_is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}
