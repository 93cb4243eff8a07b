/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocks signals while a math library computes. oneDNN up to 3.11.1 has matrix products that use
 * the stack pointer as a data register (uxlfoundation/oneDNN issue 4845): a signal handler's frame
 * is then written over the heap, and the product is wrong or the program aborts. So a thread blocks
 * its signals around such calls:
 *
 *     sigset_t before;
 *     hold_signals(&before);
 *     dnnl_primitive_execute(...);
 *     release_signals(&before);
 *
 * Threads started in between, such as OpenMP's, inherit the mask and keep it. A handler runs when
 * the signals are unblocked, or at once on a thread that is not computing.
 */
#ifndef HILUM_SHIM_HELD_SIGNALS_H
#define HILUM_SHIM_HELD_SIGNALS_H

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

/* Blocks all signals but those that an instruction of the thread itself raises, which would kill
 * the process if blocked. */
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
