// SPDX-License-Identifier: MIT
/*
 * Docker's rule: a tenth of a second, then twice as long each time, a minute at most; whoever lived
 * for ten seconds begins anew. So a program that cannot run costs little, and one that crashes once
 * a day is back at once.
 */
#include "restart.h"

#include <string.h>

enum { FIRST_MSEC = 100, MOST_MSEC = 60000, LONG_MSEC = 10000 };

static bool is_restarted(
    const struct restart *restart, const struct record_host *host, const struct status *status)
{
    const char *policy = host->restart_policy ? host->restart_policy : "no";

    if (status->stopped_by_hand)
        return false;
    if (strcmp(policy, "on-failure") == 0)
        return status->exit_code != 0 &&
               (host->restart_most == 0 || restart->failures < host->restart_most);
    return strcmp(policy, "always") == 0 || strcmp(policy, "unless-stopped") == 0;
}

int64_t restart_delay(struct restart *restart, const struct record_host *host,
    const struct status *status, int64_t lived_msec)
{
    if (!is_restarted(restart, host, status))
        return -1;
    restart->failures++;
    if (restart->delay_msec == 0 || lived_msec >= LONG_MSEC)
        restart->delay_msec = FIRST_MSEC;
    else if ((restart->delay_msec *= 2) > MOST_MSEC)
        restart->delay_msec = MOST_MSEC;
    return restart->delay_msec;
}
