/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals wait while a math library computes. oneDNN up to 3.11.1 has matrix products that use the
 * stack pointer for data (uxlfoundation/oneDNN issue 4845): the frame of a signal handler is then
 * written over the heap, and the product is wrong or the program aborts. A thread that computes
 * holds its signals back:
 *
 *     sigset_t before;
 *     hold_signals(&before);
 *     dnnl_sgemm(...);
 *     release_signals(&before);
 *
 * Threads that are started in between, OpenMP's say, inherit this and keep it. A handler runs when
 * the signals are released, or at once on a thread that does not compute.
 */
#ifndef HILUM_SHIM_HELD_SIGNALS_H
#define HILUM_SHIM_HELD_SIGNALS_H

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

/* All but those that an instruction of the thread itself raises: held back, they kill. */
static inline void hold_signals(sigset_t *before)
{
    sigset_t held;
    sigfillset(&held);
    sigdelset(&held, SIGSEGV);
    sigdelset(&held, SIGBUS);
    sigdelset(&held, SIGFPE);
    sigdelset(&held, SIGILL);
    sigdelset(&held, SIGTRAP);
    pthread_sigmask(SIG_BLOCK, &held, before);
}

static inline void release_signals(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

#endif
