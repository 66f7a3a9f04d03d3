// SPDX-License-Identifier: MIT
/*
 * glibc has sigabbrev_np(3), from a number to a name, since 2.32; other C libraries have nothing.
 * So here is a table. Real-time signals have no names of their own and are counted from both ends:
 * C libraries keep the first few for themselves, so SIGRTMIN is known only at run time.
 */
#include "signals.h"

#include "size.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NAME(name)                                                                                 \
    {                                                                                              \
#name, SIG##name                                                                           \
    }

static const struct {
    const char *name;
    int number;
} NAMES[] = {NAME(HUP), NAME(INT), NAME(QUIT), NAME(ILL), NAME(TRAP), NAME(ABRT), NAME(BUS),
    NAME(FPE), NAME(KILL), NAME(USR1), NAME(SEGV), NAME(USR2), NAME(PIPE), NAME(ALRM), NAME(TERM),
    NAME(STKFLT), NAME(CHLD), NAME(CONT), NAME(STOP), NAME(TSTP), NAME(TTIN), NAME(TTOU), NAME(URG),
    NAME(XCPU), NAME(XFSZ), NAME(VTALRM), NAME(PROF), NAME(WINCH), NAME(IO), NAME(PWR), NAME(SYS),
    {"IOT", SIGIOT}, {"POLL", SIGPOLL}, {"CLD", SIGCHLD}};

/* "RTMIN", "RTMIN+n", "RTMAX-n"; 0 where it is none. */
static int real_time(const char *name)
{
    bool from_least = strncasecmp(name, "RTMIN", 5) == 0;
    uint64_t distance = 0;
    struct err ignored;

    if (!from_least && strncasecmp(name, "RTMAX", 5) != 0)
        return 0;
    if (name[5] && (name[5] != (from_least ? '+' : '-') ||
                       size_parse_u64("", name + 6, 0, (uint64_t)(SIGRTMAX - SIGRTMIN), &distance,
                           &ignored) < 0))
        return 0;
    return from_least ? SIGRTMIN + (int)distance : SIGRTMAX - (int)distance;
}

static int by_name(const char *name)
{
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        if (strcasecmp(name, NAMES[i].name) == 0)
            return NAMES[i].number;
    }
    return real_time(name);
}

static int refuse(const char *text, struct err *err)
{
    err_refuse(err, EINVAL, "invalid signal: %s", text);
    return err_hint(
        err, "a name, with or without SIG, or a number up to %d: kill -l lists them", SIGRTMAX);
}

int signals_number(const char *text, int *ret_signal, struct err *err)
{
    uint64_t number = 0;
    struct err ignored;

    if (size_parse_u64("", text, 0, (uint64_t)SIGRTMAX, &number, &ignored) < 0)
        number = (uint64_t)by_name(text);
    if (number == 0 && strcmp(text, "0") != 0)
        return refuse(text, err);
    *ret_signal = (int)number;
    return 0;
}

int signals_sent(const char *text, int *ret_signal, struct err *err)
{
    int signal;

    if (signals_number(text, &signal, err) < 0)
        return -1;
    if (signal == 0)
        return refuse(text, err);
    *ret_signal = signal;
    return 0;
}
