/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/outdir.h"

#include "base/mem.h"
#include "sys/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t caught; /* number of the signal, 0 for none */

static void on_signal(int sig)
{
    caught = sig;
}

static void watch_signals(void)
{
    static const int fatal[] = {SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct sigaction now, ours = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
        /* Signals that the parent chose to ignore stay ignored. */
        if (sigaction(fatal[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(fatal[i], &ours, NULL);
    }
}

bool hl_outdir_interrupted(void)
{
    return caught != 0;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static int remove_tree(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folder being written, one at a time, which is removed if the process exits first. The exit
 * may be due to lack of memory; `spare` is freed for the removal, which needs some. */
static char *unfinished;
static void *spare;

/* Other threads may still be creating files in it, so removing it may take several attempts. */
static void remove_unfinished(void)
{
    enum { TRIES = 100, PAUSE = 10000 };
    free(spare);
    for (int i = 0; unfinished && i < TRIES && remove_tree(unfinished); i++)
        usleep(PAUSE);
}

static void watch_exit(char *temp)
{
    enum { SPARE = 256 << 10 };
    if (!spare) {
        spare = hl_malloc(SPARE, 1);
        hl_at_end(remove_unfinished);
    }
    unfinished = temp;
}

/* ---- checking before replacing ---- */

static bool has_card(const char *path, const hl_outdir_kind *kind)
{
    char *card = hl_path_join(path, kind->card);
    struct stat st; /* opening a named pipe would block */
    const bool found = stat(card, &st) == 0 && S_ISREG(st.st_mode) && kind->is_card(card);
    free(card);
    return found;
}

int hl_outdir_check(const char *path, const hl_outdir_kind *kind, bool *replace, hl_err *e)
{
    *replace = false;
    if (!*path)
        return hl_fail(e, "expected the name of a folder to make, found an empty one");
    DIR *d = opendir(path);
    if (!d)
        return errno == ENOENT ? 0 : hl_fail_errno(e, "%s: cannot be used as a folder", path);
    int status = 0;
    size_t entries = 0;
    for (const struct dirent *it; status == 0 && (it = readdir(d));) {
        if (strcmp(it->d_name, ".") == 0 || strcmp(it->d_name, "..") == 0)
            continue;
        entries++;
        if (!kind->is_own(it->d_name))
            status = hl_fail(e,
                             "%s: is not empty: expected a new name, an empty folder or %s, "
                             "found '%s'",
                             path, kind->what, it->d_name);
    }
    closedir(d);
    if (status == 0 && entries > 0 && !has_card(path, kind))
        status = hl_fail(e,
                         "%s: is not empty: expected a new name, an empty folder or %s, found no "
                         "%s made by this tool",
                         path, kind->what, kind->card);
    *replace = entries > 0;
    return status;
}

/* ---- creating ---- */

/* Creates an empty folder next to path (see hl_path_temp); NULL on failure. */
static char *make_beside(const char *path)
{
    char *temp = hl_path_temp(path);
    if (mkdtemp(temp))
        return temp;
    free(temp);
    return NULL;
}

/* The path without trailing slashes and with symbolic links resolved. */
static char *final_name(const char *path)
{
    char *real = realpath(path, NULL);
    if (real) {
        char *copy = hl_strdup(real);
        free(real);
        return copy;
    }
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    char *name = hl_strndup(path, len), *final = hl_path_final(name);
    if (!final)
        return name; /* a link to itself: creating the folder fails */
    free(name);
    return final;
}

int hl_outdir_try(const char *path, const hl_outdir_kind *kind, hl_err *e)
{
    bool replace;
    sigset_t all, before;
    if (hl_outdir_check(path, kind, &replace, e))
        return -1;
    char *final = final_name(path);
    /* Blocked rather than caught: until a tool opens its folder, a signal should kill it. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    char *temp = make_beside(final);
    const int status =
        temp && rmdir(temp) == 0 ? 0 : hl_fail_errno(e, "%s: cannot be created", path);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(temp);
    free(final);
    return status;
}

int hl_outdir_open(hl_outdir *o, const char *path, hl_err *e)
{
    *o = (hl_outdir){.path = final_name(path)};
    watch_signals();
    o->temp = make_beside(o->path);
    if (!o->temp) {
        hl_fail_errno(e, "%s: cannot be created", path);
        hl_outdir_abort(o);
        return -1;
    }
    watch_exit(o->temp);
    /* mkdtemp creates a private folder; the result gets the mode that the umask allows. */
    const mode_t mask = umask(0);
    umask(mask);
    (void)chmod(o->temp, 0777 & ~mask);
    return 0;
}

int hl_outdir_mkdir(const hl_outdir *o, const char *name, hl_err *e)
{
    char *path = hl_path_join(o->temp, name);
    int status = 0;
    if (mkdir(path, 0777))
        status = hl_fail_errno(e, "%s/%s: cannot be created", o->path, name);
    free(path);
    return status;
}

int hl_outdir_write(const hl_outdir *o, const char *name, const void *bytes, size_t len, hl_err *e)
{
    char *path = hl_path_join(o->temp, name);
    FILE *fp = fopen(path, "wxe");
    free(path);
    bool written = fp && fwrite(bytes, 1, len, fp) == len;
    if (fp && fclose(fp))
        written = false;
    return written ? 0 : hl_fail_errno(e, "%s/%s: cannot be written", o->path, name);
}

static int sync_all(const hl_outdir *o)
{
    const int fd = open(o->temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const int status = syncfs(fd);
    close(fd);
    return status;
}

/* For file systems that cannot exchange two names: the old folder is moved aside first. */
static int move_aside(hl_outdir *o, hl_err *e)
{
    char *aside = make_beside(o->path);
    if (!aside)
        return hl_fail_errno(e, "%s: cannot be replaced", o->path);
    int status = 0;
    if (rename(o->path, aside)) {
        status = hl_fail_errno(e, "%s: cannot be replaced", o->path);
        rmdir(aside);
    } else if (rename(o->temp, o->path)) {
        status = hl_fail_errno(e, "%s: cannot be replaced", o->path);
        (void)rename(aside, o->path);
    } else if (remove_tree(aside)) {
        status = hl_fail_errno(e, "%s: the replaced folder cannot be removed", aside);
    }
    free(aside);
    return status;
}

/* Puts the new folder in place of an old one. */
static int exchange(hl_outdir *o, hl_err *e)
{
    if (renameat2(AT_FDCWD, o->temp, AT_FDCWD, o->path, RENAME_EXCHANGE))
        return errno == EINVAL || errno == ENOSYS
                   ? move_aside(o, e)
                   : hl_fail_errno(e, "%s: cannot be replaced", o->path);
    return remove_tree(o->temp)
               ? hl_fail_errno(e, "%s: the replaced folder cannot be removed", o->temp)
               : 0;
}

int hl_outdir_commit(hl_outdir *o, bool replace, hl_err *e)
{
    int status = 0;
    if (sync_all(o))
        status = hl_fail_errno(e, "%s: cannot be written", o->path);
    else if (replace && access(o->path, F_OK) == 0)
        status = exchange(o, e);
    else if (rename(o->temp, o->path)) /* replaces an empty folder, refuses any other */
        status = hl_fail_errno(e, "%s: cannot be created", o->path);
    if (status) {
        hl_outdir_abort(o);
        return -1;
    }
    unfinished = NULL;
    free(o->temp);
    free(o->path);
    *o = (hl_outdir){0};
    return 0;
}

void hl_outdir_abort(hl_outdir *o)
{
    if (o->temp)
        (void)remove_tree(o->temp);
    unfinished = NULL;
    free(o->temp);
    free(o->path);
    *o = (hl_outdir){0};
    if (caught)
        raise(caught); /* SA_RESETHAND has put the default action back */
}
