// SPDX-License-Identifier: MIT
/*
 * Children are tied to their parent's life, and a failed exec is reported by the parent: the child
 * writes its `struct err` into a close-on-exec pipe, which a successful exec closes unused.
 */
#include "proc.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

pid_t proc_fork(struct err *err)
{
    pid_t parent = getpid();

    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        err_sys(err, "cannot fork");
        if (errno == EAGAIN)
            err_hint(
                err, "a limit on processes -> compare pids.current with pids.max, and ulimit -u");
        return -1;
    }
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1); /* the parent died before prctl: nobody would end us */
    }
    return pid;
}

int proc_exec_error(const char *name, struct err *err)
{
    err_sys(err, "cannot run %s", name);
    bool there = err->code != ENOENT || (strchr(name, '/') && access(name, F_OK) == 0);
    err->kind = there ? ERR_NOT_EXECUTABLE : ERR_NOT_FOUND;
    if (!there)
        return err_hint(err, "no such program -> look at its name, and at PATH");
    if (err->code == ENOENT)
        return err_hint(err,
            "the file is there, but not the interpreter that it names -> head -1 %s | cat -A (^M "
            "is a Windows line end), or ldd %s",
            name, name);
    if (err->code == EACCES)
        return err_hint(err, "it is a directory, or its x bit is not set -> ls -ld %s", name);
    return -1;
}

static void exec_program(const char *const *argv, struct err *err)
{
    execvp(argv[0], (char *const *)argv);
    if (proc_exec_error(argv[0], err) < 0 && err->code == ENOENT && !strchr(argv[0], '/'))
        err_hint(err, "it is not in PATH -> make deps");
}

static void silence(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
}

static _Noreturn void run_child(const struct proc_spec *spec, int errors)
{
    struct err err;

    if (spec->quiet)
        silence();
    if (!spec->setup || spec->setup(spec->arg, &err) == 0)
        exec_program(spec->argv, &err);
    ssize_t ignored = write(errors, &err, sizeof(err));
    (void)ignored;
    _exit(127);
}

int proc_start(const struct proc_spec *spec, pid_t *ret_pid, struct err *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int errors_in = ends[0];
    cleanup_close int errors_out = ends[1];
    pid_t pid = proc_fork(err);
    if (pid < 0)
        return -1;
    if (pid == 0)
        run_child(spec, errors_out);
    close_fd(&errors_out);
    struct err child;
    if (read(errors_in, &child, sizeof(child)) == (ssize_t)sizeof(child)) {
        waitpid(pid, NULL, 0);
        *err = child;
        return -1;
    }
    *ret_pid = pid;
    return 0;
}

int proc_wait(pid_t pid, struct err *err)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return err_sys(err, "cannot wait for process %d", pid);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int proc_run(const struct proc_spec *spec, struct err *err)
{
    pid_t pid;

    if (proc_start(spec, &pid, err) < 0)
        return -1;
    return proc_wait(pid, err);
}

struct capture {
    const struct proc_spec *spec;
    int out;
};

static int setup_capture(void *arg, struct err *err)
{
    const struct capture *capture = arg;

    if (dup2(capture->out, STDOUT_FILENO) < 0)
        return err_sys(err, "cannot redirect standard output");
    return capture->spec->setup ? capture->spec->setup(capture->spec->arg, err) : 0;
}

char *proc_capture(const struct proc_spec *spec, int *ret_status, struct err *err)
{
    cleanup_close int file = memfd_create("output", MFD_CLOEXEC);
    struct capture capture = {spec, file};
    struct proc_spec inner = {spec->argv, spec->quiet, setup_capture, &capture};
    char path[64];

    if (file < 0) {
        err_sys(err, "cannot make a file for the output");
        return NULL;
    }
    int status = proc_run(&inner, err);
    if (status < 0)
        return NULL;
    if (ret_status)
        *ret_status = status;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    return fsio_read(NULL, path, err);
}

void proc_end(pid_t pid)
{
    struct err ignored;

    if (pid <= 0) /* kill(2) would take 0 and -1 for many processes */
        return;
    kill(pid, SIGKILL);
    proc_wait(pid, &ignored);
}

bool proc_in_path(const char *name)
{
    const char *list = getenv("PATH");
    char path[PATH_MAX];

    if (!list)
        list = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    while (*list) {
        size_t length = strcspn(list, ":");
        snprintf(path, sizeof(path), "%.*s/%s", (int)length, list, name);
        if (access(path, X_OK) == 0)
            return true;
        list += length + (list[length] == ':');
    }
    return false;
}

int proc_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int proc_pidfd_of(pid_t pid, unsigned long long started)
{
    cleanup_close int pidfd = proc_pidfd(pid);

    /* the descriptor first: from then on the number stays its own */
    return pidfd >= 0 && proc_start_time(pid) == started ? steal_fd(&pidfd) : -1;
}

bool proc_pidfd_ended(int pidfd, int timeout_ms)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    int ready;

    if (pidfd < 0)
        return true;
    do {
        ready = poll(&end, 1, timeout_ms);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

int proc_pidfd_signal(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int proc_signal(pid_t pid, int signal)
{
    cleanup_close int pidfd = proc_pidfd(pid);

    return pidfd < 0 ? -1 : proc_pidfd_signal(pidfd, signal);
}

enum { STAT_TEXT = 1024 };

/*
 * The text of /proc/PID/stat behind the program's name, which may itself hold spaces and brackets.
 * NULL: there is no such process. The kernel makes the line whole for the first read(2), and what
 * is asked of here stands in its first half.
 */
static const char *read_stat(pid_t pid, char text[STAT_TEXT])
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, STAT_TEXT - 1);
    text[length > 0 ? length : 0] = '\0';
    const char *bracket = strrchr(text, ')');
    return bracket && bracket[1] ? bracket + 2 : NULL;
}

/* `fields` begins at field 3, the state; the start time is field 22. 0: it is not there. */
static unsigned long long start_time(const char *fields)
{
    for (int field = 3; fields && field < 22; field++) {
        fields = strchr(fields, ' ');
        if (fields)
            fields++;
    }
    return fields ? strtoull(fields, NULL, 10) : 0;
}

unsigned long long proc_start_time(pid_t pid)
{
    char text[STAT_TEXT];

    return start_time(read_stat(pid, text));
}

bool proc_lives(pid_t pid, unsigned long long started)
{
    char text[STAT_TEXT];
    const char *fields = read_stat(pid, text);

    if (!fields) /* without a descriptor to look with, nobody is dead */
        return errno != ENOENT && errno != ESRCH;
    return *fields != 'Z' && *fields != 'X' && start_time(fields) == started;
}

char proc_state(pid_t pid)
{
    char text[STAT_TEXT];
    const char *fields = read_stat(pid, text);

    return fields ? *fields : 0;
}
