// SPDX-License-Identifier: MIT
/*
 * The user's line of the container's own passwd file. An image may have put anything in its place:
 * so no symlink leads out of the root, and a FIFO or a device is not read. fgetpwent(3) asks none
 * of the host's name services.
 */
#include "home.h"

#include "cleanup.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static FILE *open_passwd(void)
{
    struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    struct stat st;
    cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int fd = (int)syscall(SYS_openat2, root, "/etc/passwd", &how, sizeof(how));

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return NULL;
    FILE *file = fdopen(fd, "r");
    if (file)
        steal_fd(&fd);
    return file;
}

/* "HOME=/root", malloc'ed. */
static char *find(uid_t uid)
{
    cleanup_fclose FILE *passwd = open_passwd();
    const char *home = "";
    char *text;

    for (struct passwd *entry; !*home && passwd && (entry = fgetpwent(passwd));)
        home = entry->pw_uid == uid ? entry->pw_dir : "";
    return asprintf(&text, "HOME=%s", *home ? home : "/") < 0 ? NULL : text;
}

/* "LISTEN_FDS=2" and for whom it is, malloc'ed (sd_listen_fds(3)). */
static bool add_listen(char **to, size_t *kept, unsigned fds)
{
    return asprintf(&to[(*kept)++], "LISTEN_FDS=%u", fds) > 0 &&
           asprintf(&to[(*kept)++], "LISTEN_PID=%d", getpid()) > 0;
}

static bool is_replaced(const char *entry, bool home, unsigned listen_fds)
{
    return (home && strncmp(entry, "HOME=", 5) == 0) ||
           (listen_fds &&
               (strncmp(entry, "LISTEN_FDS=", 11) == 0 || strncmp(entry, "LISTEN_PID=", 11) == 0));
}

char *const *home_environment(
    const struct spec_process *process, unsigned listen_fds, struct err *err)
{
    static char *const nothing[] = {NULL};
    char *const *from = process->env ? process->env : nothing;
    const char *given = spec_env(process, "HOME");
    bool home = !given || !*given;
    size_t count = 0, kept = 0;

    if (!home && !listen_fds)
        return from;
    while (from[count])
        count++;
    char **to = calloc(count + 4, sizeof(*to));
    for (size_t i = 0; to && i < count; i++) {
        if (!is_replaced(from[i], home, listen_fds))
            to[kept++] = from[i];
    }
    if (!to || (home && !(to[kept++] = find(process->user.uid))) ||
        (listen_fds && !add_listen(to, &kept, listen_fds))) {
        err_sys(err, "no memory for the environment");
        return NULL;
    }
    return to;
}
