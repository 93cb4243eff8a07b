/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/output.h"

#include "base/mem.h"
#include "sys/path.h"
#include "sys/temp_files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_terminal(int fd, const char *name, bool binary, hl_err *e)
{
    if (!binary || !isatty(fd))
        return 0;
    return hl_fail(e, "%s: refusing to write binary data to a terminal; use -o FILE or a pipe",
                   name);
}

static int open_stdout(hl_out *o, bool binary, hl_err *e)
{
    static const char name[] = "standard output";
    if (check_terminal(STDOUT_FILENO, name, binary, e))
        return -1;
    *o = (hl_out){.fp = stdout, .name = name};
    return 0;
}

/* A device or a pipe is written to directly: a regular file in place of /dev/null would harm every
 * program on the machine. */
static int open_special(hl_out *o, const char *path, bool binary, hl_err *e)
{
    FILE *fp = fopen(path, "we");
    if (!fp)
        return hl_fail_errno(e, "%s: cannot be written", path);
    if (check_terminal(fileno(fp), path, binary, e)) {
        fclose(fp);
        return -1;
    }
    o->fp = fp;
    o->name = o->path = hl_strdup(path);
    return 0;
}

/* mkostemp creates private files; the result gets the mode that the umask allows. */
static void apply_umask(int fd)
{
    const mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask);
}

/* Names that no file can have are refused here, not by the rename after all the work. */
static int check_name(const char *path, const char *final, hl_err *e)
{
    struct stat st;
    if (!*path)
        return hl_fail(e, "expected the name of a file to write, found an empty one");
    if (!final)
        return hl_fail_errno(e, "%s: cannot be created", path);
    if (stat(final, &st) || !S_ISDIR(st.st_mode))
        return 0;
    errno = EISDIR;
    return hl_fail_errno(e, "%s: cannot be written", path);
}

static int open_named(hl_out *o, const char *path, hl_err *e)
{
    char *final = hl_path_final(path);
    if (check_name(path, final, e)) {
        free(final);
        return -1;
    }
    o->name = o->path = final;
    o->temp = hl_path_temp(final);
    const int fd = hl_temp_file_make(o->temp);
    if (fd < 0) {
        hl_fail_errno(e, "%s: cannot be created", path);
        free(o->temp);
        free(o->path);
        *o = (hl_out){0};
        return -1;
    }
    apply_umask(fd);
    if ((o->fp = fdopen(fd, "w")))
        return 0;
    hl_fail_errno(e, "%s: cannot be written", path);
    close(fd);
    hl_out_abort(o);
    return -1;
}

int hl_out_open(hl_out *o, const char *path, bool binary, hl_err *e)
{
    *o = (hl_out){0};
    if (!path || strcmp(path, "-") == 0)
        return open_stdout(o, binary, e);
    return hl_path_is_special(path) ? open_special(o, path, binary, e) : open_named(o, path, e);
}

int hl_out_try(const char *path, bool binary, hl_err *e)
{
    hl_out o;
    if (path && strcmp(path, "-") != 0 && hl_path_is_special(path))
        return access(path, W_OK) ? hl_fail_errno(e, "%s: cannot be written", path) : 0;
    if (hl_out_open(&o, path, binary, e))
        return -1;
    hl_out_abort(&o);
    return 0;
}

/* So that the rename survives a power failure, the directory is synced, too. */
static void sync_directory(const char *path)
{
    char *copy = hl_strdup(path);
    const int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(copy);
}

/* Afterwards all bytes are stored, though not yet under their final name. */
static int complete(hl_out *o, hl_err *e)
{
    FILE *fp = o->fp;
    int failed = fflush(fp) || ferror(fp);
    if (!failed && o->temp && fsync(fileno(fp)))
        failed = 1;
    const int cause = errno;
    o->fp = NULL;
    if (fclose(fp) && !failed)
        failed = 1;
    else
        errno = cause;
    return failed ? hl_fail_errno(e, "%s: cannot be written", o->name) : 0;
}

/* Bytes sent to a pipe cannot be taken back, so the files come first. */
static int complete_all(hl_out *const *outs, size_t n, hl_err *e)
{
    for (int files = 1; files >= 0; files--)
        for (size_t i = 0; i < n; i++)
            if (!outs[i]->temp == !files && complete(outs[i], e))
                return -1;
    return 0;
}

/* Gives a file its final name. If that may have to be undone, the two names are exchanged, so that
 * the previous file is kept under the temporary one. */
static int put_in_place(hl_out *o, bool undoable)
{
    struct stat st;
    if (undoable && lstat(o->path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) {
            errno = EISDIR;
            return -1;
        }
        o->exchanged = renameat2(AT_FDCWD, o->temp, AT_FDCWD, o->path, RENAME_EXCHANGE) == 0;
        if (o->exchanged || (errno != EINVAL && errno != ENOSYS && errno != ENOENT))
            return o->exchanged ? 0 : -1;
        /* Without an exchange of names, undoing loses the previous file. */
    }
    return rename(o->temp, o->path);
}

static void undo(hl_out *o)
{
    if (o->exchanged)
        (void)renameat2(AT_FDCWD, o->temp, AT_FDCWD, o->path, RENAME_EXCHANGE);
    else
        (void)rename(o->path, o->temp);
}

/* Gives all files their final names, or none. */
static int put_all_in_place(hl_out *const *outs, size_t n, hl_err *e)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    size_t done = 0;
    while (done < n && (!outs[done]->temp || put_in_place(outs[done], n > 1) == 0))
        done++;
    const int status = done < n ? hl_fail_errno(e, "%s: cannot be written", outs[done]->name) : 0;
    for (size_t i = 0; status && i < done; i++)
        if (outs[i]->temp)
            undo(outs[i]);
    for (size_t i = 0; status == 0 && i < n; i++)
        if (outs[i]->exchanged)
            unlink(outs[i]->temp);
    for (size_t i = 0; status == 0 && i < n; i++)
        if (outs[i]->temp)
            hl_temp_file_forget(outs[i]->temp);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

int hl_out_commit_all(hl_out *const *outs, size_t n, hl_err *e)
{
    if (complete_all(outs, n, e) || put_all_in_place(outs, n, e)) {
        for (size_t i = 0; i < n; i++)
            hl_out_abort(outs[i]);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (outs[i]->temp)
            sync_directory(outs[i]->path);
        free(outs[i]->temp);
        free(outs[i]->path);
        *outs[i] = (hl_out){0};
    }
    return 0;
}

int hl_out_commit(hl_out *o, hl_err *e)
{
    return hl_out_commit_all(&o, 1, e);
}

int hl_out_push(hl_out *o, hl_err *e)
{
    if (fflush(o->fp))
        return hl_fail_errno(e, "%s: cannot be written", o->name);
    if (o->temp)
        (void)sync_file_range(fileno(o->fp), 0, 0, SYNC_FILE_RANGE_WRITE); /* only a hint */
    return 0;
}

void hl_out_abort(hl_out *o)
{
    if (o->fp && o->fp != stdout)
        fclose(o->fp);
    if (o->temp) {
        hl_temp_file_forget(o->temp);
        unlink(o->temp);
    }
    free(o->temp);
    free(o->path);
    *o = (hl_out){0};
}

int hl_out_write_file(const char *path, const void *bytes, size_t len, hl_err *e)
{
    hl_out o;
    if (hl_out_open(&o, path, false, e))
        return -1;
    fwrite(bytes, 1, len, o.fp); /* a failure shows in ferror at commit */
    return hl_out_commit(&o, e);
}
