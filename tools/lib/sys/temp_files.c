/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/temp_files.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* A signal handler reads this table, so a slot is published with one atomic store and its string is
 * never freed while published. */
enum { MAX_TEMPS = 16 };
static char *_Atomic temps[MAX_TEMPS];
/* A file that is being created is not in the table yet; a signal is postponed until it is. */
static atomic_int making, postponed;

static void remove_temps(void)
{
    for (int i = 0; i < MAX_TEMPS; i++) {
        char *path = atomic_exchange(&temps[i], NULL);
        if (path)
            unlink(path);
    }
}

void hl_temp_files_on_signal(int sig)
{
    postponed = sig;
    if (making > 0)
        return;
    remove_temps();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void remove_at_end(void)
{
    static bool done;
    if (done)
        return;
    done = true;
    hl_at_end(remove_temps);
    static const int fatal[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGQUIT};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct sigaction now;
        /* Signals that the parent chose to ignore, or that the tool handles, stay as they are. */
        if (sigaction(fatal[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            signal(fatal[i], hl_temp_files_on_signal);
    }
}

static int remember(char *path)
{
    for (int i = 0; i < MAX_TEMPS; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&temps[i], &none, path))
            return 0;
    }
    return -1;
}

void hl_temp_file_forget(char *path)
{
    for (int i = 0; i < MAX_TEMPS; i++) {
        char *own = path;
        if (atomic_compare_exchange_strong(&temps[i], &own, NULL))
            return;
    }
}

int hl_temp_file_make(char *template)
{
    remove_at_end();
    making++;
    int fd = mkostemp(template, O_CLOEXEC);
    if (fd >= 0 && remember(template)) {
        close(fd);
        unlink(template);
        errno = EMFILE;
        fd = -1;
    }
    making--;
    if (postponed)
        hl_temp_files_on_signal(postponed);
    return fd;
}
