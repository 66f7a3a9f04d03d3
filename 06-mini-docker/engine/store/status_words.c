// SPDX-License-Identifier: MIT
/* How a container is, in the words of `docker ps`. */
#include "status.h"

#include "engine/show/human.h"

#include <stdio.h>

static const char *health_words(enum status_health health)
{
    static const char *const words[] = {"", " (health: starting)", " (healthy)", " (unhealthy)"};

    return words[health];
}

/* "3 minutes" since the text's time */
static const char *since(const char *when, char buf[HUMAN_TEXT])
{
    struct timespec then, now;

    if (human_parse_time(when, &then) < 0)
        return human_duration(0, buf);
    clock_gettime(CLOCK_REALTIME, &now);
    return human_duration(now.tv_sec - then.tv_sec - (now.tv_nsec < then.tv_nsec), buf);
}

void status_describe(const struct status *status, char *ret, size_t size)
{
    char buf[HUMAN_TEXT];

    switch (status->kind) {
    case STATUS_CREATED:
        snprintf(ret, size, "Created");
        break;
    case STATUS_RUNNING:
        snprintf(
            ret, size, "Up %s%s", since(status->started_at, buf), health_words(status->health));
        break;
    case STATUS_PAUSED:
        snprintf(ret, size, "Up %s (Paused)", since(status->started_at, buf));
        break;
    case STATUS_RESTARTING:
        snprintf(ret, size, "Restarting (%d) %s ago", status->exit_code,
            since(status->finished_at, buf));
        break;
    case STATUS_REMOVING:
        snprintf(ret, size, "Removal In Progress");
        break;
    case STATUS_EXITED:
        snprintf(
            ret, size, "Exited (%d) %s ago", status->exit_code, since(status->finished_at, buf));
        break;
    case STATUS_DEAD:
        snprintf(ret, size, "Dead");
        break;
    }
}
