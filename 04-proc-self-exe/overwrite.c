// SPDX-License-Identifier: MIT
/*
 * overwrite: how /proc/self/exe let a container overwrite its runtime, and what stops it.
 *
 * In 2019 (CVE-2019-5736) a container's root could replace the runc of the host: the runtime's
 * process that came in had a /proc/PID/exe, and that is a door to the file itself. The next
 * container that anybody started ran the attacker's program, as root, on the host.
 *
 * Here it happens to a private copy of this program, in a directory of the run, in memory. Three
 * rounds: the bare runtime; one that runs from a sealed copy in memory; one that runs from a
 * read-only mount. attacker.c is the container, runtime.c the runtime. What came of it is read from
 * the copy itself, and by running it once more.
 */
#include "overwrite.h"
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { ENOUGH = 20 }; /* refusals, before the runtime ends */
static const char STAY[] = "60";

/* What came of one round. */
struct round {
    struct loot loot;
    uint64_t changed_bytes; /* of the copy's, against the program */
    int status;             /* of the copy, run once more */
};

/* The copy and the jail lie in a tmpfs that only this process sees: /run may be mounted noexec. */
static int make_place(struct run *run, char work[128], char jail[160], struct err *err)
{
    char proc[192];

    snprintf(work, 128, "%s/work", run->undo.dir);
    snprintf(jail, 160, "%s/jail", work);
    snprintf(proc, sizeof(proc), "%s/proc", jail);
    if (mkdir(work, 0700) < 0 || unshare(CLONE_NEWNS) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("work", work, "tmpfs", 0, "size=64m") < 0 || mkdir(jail, 0700) < 0 ||
        mkdir(proc, 0755) < 0)
        return err_sys(err, "cannot make a private place in %s", work);
    return 0;
}

static int copy_program(const char *path, struct err *err)
{
    cleanup_close int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    cleanup_close int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    struct stat st;

    if (from < 0 || to < 0 || fstat(from, &st) < 0)
        return err_sys(err, "cannot copy the program to %s", path);
    for (off_t done = 0; done < st.st_size;) {
        if (sendfile(to, from, &done, (size_t)(st.st_size - done)) <= 0)
            return err_sys(err, "cannot copy the program to %s", path);
    }
    return 0;
}

/* How many bytes of the copy are not those of the program, missing ones included. */
static int count_changes(const char *path, uint64_t *ret, struct err *err)
{
    cleanup_fclose FILE *program = fopen("/proc/self/exe", "re");
    cleanup_fclose FILE *copy = fopen(path, "re");
    int a = 0, b = 0;

    if (!program || !copy)
        return err_sys(err, "cannot compare %s", path);
    for (*ret = 0; a != EOF || b != EOF; *ret += a != b) {
        a = getc_unlocked(program);
        b = getc_unlocked(copy);
    }
    return 0;
}

struct start {
    const char *path, *guard, *seconds;
    pid_t container;
};

static int exec_runtime(void *arg)
{
    const struct start *start = arg;
    char number[16];

    snprintf(number, sizeof(number), "%d", start->container);
    execl(start->path, RUNTIME_ENTRY, start->guard, number, start->seconds, NULL);
    return 127;
}

/*
 * Runs the copy: it visits the container. When `loot` is not NULL it is ended once the attacker has
 * been refused a few times, or could write at once. Returns its status or -1.
 */
static int run_copy(const struct start *start, const struct loot *loot, struct err *err)
{
    struct spawn spawn = {.cgroup_fd = -1, .child = exec_runtime, .arg = (void *)start};
    struct spawned spawned;

    if (spawn_start(&spawn, &spawned, err) < 0)
        return -1;
    cleanup_close int pidfd = spawned.pidfd;
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    while (loot && loot->busy < ENOUGH && !loot->over && poll(&ended, 1, 10) == 0)
        ;
    if (loot)
        proc_pidfd_signal(pidfd, SIGTERM);
    return spawn_wait(&spawned, err);
}

static int start_attacker(struct attacker *a, struct spawned *ret, struct err *err)
{
    struct spawn spawn = {.namespaces = CLONE_NEWPID | CLONE_NEWNS,
        .cgroup_fd = -1,
        .child = attacker_main,
        .arg = a};

    if (sync_open(&a->sync, err) < 0 || spawn_start(&spawn, ret, err) < 0)
        return -1;
    sync_parent(&a->sync);
    int result = sync_wait(&a->sync, err);
    sync_close(&a->sync);
    return result;
}

static int rest(void *unused)
{
    (void)unused;
    pause();
    return 0;
}

/*
 * Runs the copy again: if it is still the runtime, it pays a container that does nothing a short
 * visit, and ends with 0. (Not ourselves: root of a user namespace may not enter the host's.)
 */
static int run_again(const char *path, struct err *err)
{
    struct spawn spawn = {.namespaces = CLONE_NEWPID | CLONE_NEWNS, .cgroup_fd = -1, .child = rest};
    struct spawned quiet;

    if (spawn_start(&spawn, &quiet, err) < 0)
        return -1;
    cleanup_close int pidfd = quiet.pidfd;
    int status = run_copy(&(struct start){path, GUARD_NONE, "0", quiet.pid}, NULL, err);
    proc_pidfd_signal(pidfd, SIGKILL);
    return spawn_wait(&quiet, err) < 0 ? -1 : status;
}

static int play(struct run *run, const char *work, const char *jail, const char *guard,
    struct round *ret, struct err *err)
{
    char path[160];
    struct loot *loot =
        mmap(NULL, sizeof(*loot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct attacker attacker = {.loot = loot, .jail = jail};
    struct spawned container;

    snprintf(path, sizeof(path), "%s/runtime", work);
    unlink(path); /* a new file each round */
    if (loot == MAP_FAILED || stat("/proc/self/exe", &loot->never) < 0)
        return err_sys(err, "no shared memory");
    loot->path = path;
    loot->write_code = ECANCELED;
    if (copy_program(path, err) < 0 || start_attacker(&attacker, &container, err) < 0)
        return -1;
    int status = run_copy(&(struct start){path, guard, STAY, container.pid}, loot, err);
    if (status >= 0 && status != 128 + SIGTERM)
        err_set(err, ERR_SYS, "the runtime ended with status %d", status);
    if (status != 128 + SIGTERM || spawn_wait(&container, err) < 0)
        return -1;
    close(container.pidfd);
    ret->loot = *loot;
    munmap(loot, sizeof(*loot));
    note(&run->report, "/proc/PID/exe: %s; to write: %d times ETXTBSY, then %s",
        ret->loot.exe_code ? err_name(ret->loot.exe_code) : "opened", ret->loot.busy,
        ret->loot.write_code ? err_name(ret->loot.write_code) : "written");
    if (count_changes(path, &ret->changed_bytes, err) < 0)
        return -1;
    ret->status = run_again(path, err);
    return ret->status < 0 ? -1 : 0;
}

static int overwrite_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct round bare, sealed, read_only;
    char work[128], jail[160];

    step(
        r, "proc_pid_exe(5)", "a private copy of this program, the runtime, in a tmpfs of its own");
    if (make_place(run, work, jail, err) < 0)
        return -1;
    step(r, "CVE-2019-5736", "broken: the runtime enters a container whose root waits for it");
    explain(r, "ETXTBSY guards a program only while it runs; the open descriptor outlives that");
    if (play(run, work, jail, GUARD_NONE, &bare, err) < 0)
        return -1;
    step(r, "memfd_create(2), fcntl(2)", "mended: the runtime runs from a sealed copy in memory");
    explain(r, "the attacker gets hold of the copy, which nobody can write and nobody runs again");
    if (play(run, work, jail, GUARD_SEALED, &sealed, err) < 0)
        return -1;
    step(r, "mount(2) MS_RDONLY",
        "mended: the runtime runs from a read-only bind mount of its file");
    explain(r, "a descriptor opened through a read-only mount is never opened again for writing");
    if (play(run, work, jail, GUARD_READ_ONLY, &read_only, err) < 0)
        return -1;

    claim_errno(
        r, "control: by its path it is out of reach", bare.loot.path_code, ENOENT, "open(2)");
    claim_errno(r, "bare: through /proc/PID/exe it is not", bare.loot.write_code, 0, "write(2)");
    claim_u64(r, "... the file has changed", bare.changed_bytes, GT, 0, "bytes that differ");
    claim_u64(r, "... and runs the container's program", (uint64_t)bare.status, EQ, LOOT_STATUS,
        "its exit status");
    claim_errno(r, "sealed: nothing can be written", sealed.loot.write_code, EPERM, "write(2)");
    claim_u64(
        r, "control: ... the file is whole", sealed.changed_bytes, EQ, 0, "bytes that differ");
    claim_u64(r, "control: ... and is still the runtime", (uint64_t)sealed.status, EQ, 0,
        "its exit status");
    claim_errno(
        r, "read-only: it cannot be opened to write", read_only.loot.write_code, EROFS, "open(2)");
    claim_u64(
        r, "control: ... the file is whole", read_only.changed_bytes, EQ, 0, "bytes that differ");
    return 0;
}

const struct experiment overwrite_experiment = {
    .name = "overwrite",
    .summary = "a container overwrites its runtime through /proc/PID/exe, and what stops it",
    .needs = "root",
    .steps = 4,
    .run = overwrite_run,
};
