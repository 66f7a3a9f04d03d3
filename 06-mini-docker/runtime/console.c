// SPDX-License-Identifier: MIT
/*
 * Standard input, output and error. Without a terminal they are what the engine gave. With one, a
 * pty is made in the container's own /dev/pts; the program gets its slave and, as /dev/console, a
 * name for it; the master goes to the engine.
 *
 * The process leads a session of its own in both cases, so that it cannot reach the engine's
 * controlling terminal: not by /dev/tty, and not by pushing keys into it (TIOCSTI).
 */
#include "stages.h"

#include "cleanup.h"
#include "mount.h"
#include "tty.h"

#include <errno.h>
#include <sys/mount.h>

static int make_terminal(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;
    cleanup_close int ptmx =
        mount_open_in_root(container->root_fd, "/dev/pts/ptmx", MOUNT_MAKE_NOTHING, err);
    cleanup_close int master = -1, slave = -1;
    char path[32];

    if (ptmx < 0)
        return -1;
    explain_step(&container->explain, "pty(7), devpts", "open /dev/pts/ptmx, and send it out");
    if (tty_open_pty(ptmx, &master, &slave, err) < 0)
        return -1;
    if (process->console_size)
        ioctl(slave, TIOCSWINSZ, process->console_size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", slave);
    if (fchown(slave, process->user.uid, (gid_t)-1) < 0)
        return err_sys(err, "cannot give the terminal to user %u", process->user.uid);
    if (mount_bind_in_root(container->root_fd, path, "/dev/console", 0, err) < 0 ||
        tty_send(container->console_socket, master, err) < 0)
        return -1;
    return tty_take(slave, err);
}

int stage_console(struct container *container, struct err *err)
{
    explain_step(&container->explain, "setsid(2)", "setsid: a session without a terminal");
    if (setsid() < 0)
        return err_sys(err, "cannot begin a session");
    if (container->spec->process.terminal)
        return make_terminal(container, err);
    for (int i = 0; i <= 2; i++) {
        if (container->stdio[i] != i && dup2(container->stdio[i], i) < 0)
            return err_sys(err, "cannot pass on descriptor %d", i);
    }
    return 0;
}
