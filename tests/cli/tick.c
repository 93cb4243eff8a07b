/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded into a program, sends it SIGALRM every TICK_US microseconds. The handler does nothing,
 * so the program's results must stay the same; but each time a signal frame is written below the
 * stack pointer of a thread.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

static void do_nothing(int signal)
{
    (void)signal;
}

__attribute__((constructor)) static void start_ticking(void)
{
    const char *text = getenv("TICK_US");
    const long us = text ? strtol(text, NULL, 10) : 0;
    const struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
    const struct itimerval timer = {{us / 1000000, us % 1000000}, {us / 1000000, us % 1000000}};
    if (sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &timer, NULL))
        abort();
}
