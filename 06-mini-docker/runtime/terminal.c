// SPDX-License-Identifier: MIT
/*
 * /dev/pts in a running container is what its processes made of it, and they may wait for us with
 * something else: a FIFO that never opens, a link to another file. So the directory is opened
 * first, seen to be a devpts, and only then the ptmx that the kernel keeps in it, over which
 * nothing is mounted. /dev/console is not touched: it belongs to the first process.
 */
#include "terminal.h"

#include "cleanup.h"
#include "mount.h"
#include "sock.h"
#include "tty.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static int open_ptmx(struct err *err)
{
    struct open_how how = {
        .flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
    };
    struct statfs fs;
    cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int pts = mount_open_in_root(root, "/dev/pts", MOUNT_MAKE_NOTHING, err);

    if (pts < 0)
        return err_hint(err, "a terminal wants a devpts there -> mount one, or exec without one");
    if (fstatfs(pts, &fs) < 0 || fs.f_type != DEVPTS_SUPER_MAGIC) {
        err_set(err, ERR_SYS, "cannot make a terminal: /dev/pts of the container is no devpts");
        return err_hint(err, "what is there was not put there by the kernel -> exec without a "
                             "terminal, or look at it with ls -l");
    }
    int ptmx = (int)syscall(SYS_openat2, pts, "ptmx", &how, sizeof(how));
    return ptmx < 0 ? err_sys(err, "cannot open /dev/pts/ptmx of the container") : ptmx;
}

int terminal_take(const struct spec_process *process, int console_socket, struct err *err)
{
    cleanup_close int master = open_ptmx(err);
    cleanup_close int slave = -1;

    if (master < 0 || tty_open_peer(master, &slave, err) < 0)
        return -1;
    fcntl(master, F_SETFL, 0);
    if (process->console_size)
        ioctl(slave, TIOCSWINSZ, process->console_size);
    if (fchown(slave, process->user.uid, (gid_t)-1) < 0)
        return err_sys(err, "cannot give the terminal to user %u", process->user.uid);
    if (sock_send_fd(console_socket, master, "", "the terminal", err) < 0)
        return -1;
    return tty_take(slave, err);
}
