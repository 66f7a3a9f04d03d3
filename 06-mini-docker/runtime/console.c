// SPDX-License-Identifier: MIT
/*
 * Standard input, output and error. Without a terminal they are what the engine gave. With one, a
 * pty is made in the container's own /dev/pts; the program gets its slave and, as /dev/console, a
 * name for it; the master goes to the engine.
 *
 * In an image /dev/pts/ptmx and /dev/console can be symlinks to anything. So the first must lie in
 * a devpts, and the second is replaced unless it is a file; and the slave is taken from the master
 * and bound by its descriptor, not by its name, which could be another file by then
 * (CVE-2025-52565).
 *
 * The process leads a session of its own in both cases, so that it cannot reach the engine's
 * controlling terminal: not by /dev/tty, and not by pushing keys into it (TIOCSTI).
 */
#include "stages.h"

#include "cleanup.h"
#include "mount.h"
#include "rootfs.h"
#include "sock.h"
#include "tty.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

static int open_ptmx(const struct container *container, struct err *err)
{
    cleanup_close int fd =
        mount_open_in_root(container->root_fd, "/dev/pts/ptmx", MOUNT_MAKE_NOTHING, err);
    struct statfs fs;

    if (fd < 0 && err->code != ENOENT)
        return -1;
    if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == DEVPTS_SUPER_MAGIC)
        return steal_fd(&fd);
    err_set(err, ERR_SYS, "cannot make a terminal: /dev/pts below the new root is no devpts");
    return err_hint(err, "nothing is mounted there, or the image leads it elsewhere -> mount a "
                         "devpts on /dev/pts");
}

/* The slave as /dev/console. */
static int bind_console(const struct container *container, int slave, struct err *err)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", slave);
    cleanup_close int dev = mount_open_in_root(container->root_fd, "/dev", MOUNT_MAKE_NOTHING, err);
    cleanup_close int target = dev < 0 ? -1 : rootfs_dev_target(dev, "console", err);
    cleanup_close int tree = target < 0 ? -1 : mount_clone(path, false, err);

    return tree < 0 ? -1 : mount_attach(tree, target, "/dev/console", err);
}

static int make_terminal(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;
    cleanup_close int ptmx = open_ptmx(container, err);
    cleanup_close int master = -1, slave = -1;

    if (ptmx < 0)
        return -1;
    explain_step(&container->explain, "pty(7), devpts", "open /dev/pts/ptmx, and send it out");
    if (tty_open_pty(ptmx, &master, &slave, err) < 0)
        return -1;
    if (process->console_size)
        ioctl(slave, TIOCSWINSZ, process->console_size);
    if (fchown(slave, process->user.uid, (gid_t)-1) < 0)
        return err_sys(err, "cannot give the terminal to user %u", process->user.uid);
    if (bind_console(container, slave, err) < 0 ||
        sock_send_fd(container->console_socket, master, "", "the terminal", err) < 0)
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
