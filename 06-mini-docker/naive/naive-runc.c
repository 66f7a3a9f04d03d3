// SPDX-License-Identifier: MIT
/* naive-runc: a container runtime with the mistakes that runtimes have made. NEVER USE IT: it
 * exists so that checks-attacks.bats can watch each attack work on something, before it sees the
 * attack fail on mini-runc.
 *
 *     naive-runc --root DIR run --bundle DIR ID     also: exec ID CMD [ARG...]     kill ID SIGNAL
 *
 * It reads the same config.json as mini-runc, or the few parts of it that the attacks need. Every
 * mistake is marked WRONG, with what it opens; ATTACKS.md tells what to do instead. What a
 * container breaks here is only what the test has made: mounts are in a private mount namespace, as
 * everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <json-c/json_util.h>
#include <json-c/linkhash.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *state_root = "/run/naive-runc";
static char rootfs[2048];

static void die(const char *what)
{
    fprintf(stderr, "naive-runc: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The value at a path of keys, or NULL. */
static struct json_object *get(struct json_object *o, const char *key, const char *key2)
{
    struct json_object *v = json_object_object_get(o, key);
    return v && key2 ? json_object_object_get(v, key2) : v;
}

static char *path_of(const char *a, const char *b)
{
    char *path = NULL;
    return asprintf(&path, "%s%s%s", a, b[0] == '/' ? "" : "/", b) < 0 ? NULL : path;
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        die(path);
    close(fd);
}

/* WRONG: the image made this tree. Any name in the path may be a symlink, and mkdir(2) and mount(2)
 * follow it: out of the root, onto the host. */
static void make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    mkdir(path, 0755);
}

static void mount_one(struct json_object *m)
{
    const char *type = json_object_get_string(get(m, "type", NULL));
    const char *source = json_object_get_string(get(m, "source", NULL));
    char *target = path_of(rootfs, json_object_get_string(get(m, "destination", NULL)));
    unsigned long flags = type && strcmp(type, "bind") != 0 ? 0 : MS_BIND | MS_REC;
    make_directories(target);
    if (mount(source, target, type, flags, NULL) < 0)
        die(target);
    free(target);
}

/* WRONG: it trusts that <rootfs>/proc is procfs. When the image or a volume laid something else
 * there, a value goes to a file of the attacker's choice, with the rights of the host's root. */
static void set_sysctls(struct json_object *sysctls)
{
    json_object_object_foreach(sysctls, name, value)
    {
        char *key = path_of("/proc/sys", name), *path;
        for (char *dot = strchr(key, '.'); dot; dot = strchr(dot, '.'))
            *dot = '/';
        path = path_of(rootfs, key);
        write_file(path, json_object_get_string(value));
        free(path);
        free(key);
    }
}

/* WRONG: the container's own /dev/null may be a symlink. Then a mask is not an empty file but a
 * second way to what the symlink names, outside of the read-only paths. */
static void mask(struct json_object *paths)
{
    for (size_t i = 0; i < json_object_array_length(paths); i++)
        mount("/dev/null", json_object_get_string(json_object_array_get_idx(paths, i)), NULL,
            MS_BIND, NULL);
}

/* WRONG: /dev/console too may be a symlink, and what it names is mounted over. */
static void console(void)
{
    char *path = path_of(rootfs, "dev/console");
    close(open(path, O_RDONLY | O_CREAT, 0600));
    if (mount("/dev/tty", path, NULL, MS_BIND, NULL) < 0)
        die(path);
    free(path);
}

static char **strings(struct json_object *array)
{
    size_t count = array ? json_object_array_length(array) : 0;
    char **list = calloc(count + 1, sizeof(*list));
    for (size_t i = 0; list && i < count; i++)
        list[i] = strdup(json_object_get_string(json_object_array_get_idx(array, i)));
    return list;
}

/* The container's first process. WRONG, all of it: no limit, no device rule, no capability dropped,
 * no session keyring, no terminal of its own, a chroot, and every descriptor of ours and of our
 * caller's open. */
static _Noreturn void container(struct json_object *config)
{
    struct json_object *mounts = get(config, "mounts", NULL), *o;
    char **args = strings(get(config, "process", "args"));
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL) < 0)
        die(rootfs);
    for (size_t i = 0; mounts && i < json_object_array_length(mounts); i++)
        mount_one(json_object_array_get_idx(mounts, i));
    if ((o = get(config, "linux", "sysctl")))
        set_sysctls(o);
    if (json_object_get_boolean(get(config, "process", "terminal")))
        console();
    if (chroot(rootfs) < 0)
        die("chroot");
    if ((o = get(config, "linux", "maskedPaths")))
        mask(o);
    /* WRONG: with an open descriptor of a host's directory, cwd = /proc/self/fd/N is on the host.
     */
    if (chdir(json_object_get_string(get(config, "process", "cwd"))) < 0)
        die("cwd");
    environ = strings(get(config, "process", "env"));
    execvp(args[0], args);
    die(args[0]);
    _exit(127);
}

static int wait_for(pid_t pid)
{
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        die("fork");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run(const char *bundle, const char *id)
{
    char *file = path_of(bundle, "config.json"), text[32];
    struct json_object *config = json_object_from_file(file);
    char *state = path_of(state_root, id); /* WRONG: id may be ../../anything */
    if (!config)
        die(file);
    snprintf(rootfs, sizeof(rootfs), "%s/rootfs", bundle);
    mkdir(state, 0755);
    open(state_root,
        O_RDONLY | O_DIRECTORY); /* WRONG: not close-on-exec: a way out of the container */
    if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC) < 0)
        die("unshare");
    pid_t pid = fork();
    if (pid == 0)
        container(config);
    snprintf(text, sizeof(text), "%d\n", pid);
    write_file(path_of(state, "pid"), text);
    return wait_for(pid);
}

static pid_t pid_of(const char *id)
{
    char *path = path_of(state_root, id);
    FILE *f = fopen(path_of(path, "pid"), "re");
    int pid = 0;
    if (!f || fscanf(f, "%d", &pid) != 1)
        die(path);
    fclose(f);
    return pid;
}

/* WRONG: our process is in the container's PID namespace before it has become the program:
 * dumpable, so that PID 1 can open /proc/PID/exe (our file on the host) and /proc/PID/fd/N (all
 * that we hold). */
static int enter(const char *id, char **args)
{
    static const char *const names[] = {"uts", "ipc", "pid", "mnt"};
    char path[64];
    pid_t target = pid_of(id);
    snprintf(path, sizeof(path), "/proc/%d/root", target);
    int fds[4], root = open(path, O_PATH);
    open(state_root, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "/proc/%d/ns/%s", target, names[i]);
        fds[i] = open(path, O_RDONLY);
    }
    for (int i = 0; i < 4; i++)
        if (setns(fds[i], 0) < 0)
            die(names[i]);
    pid_t pid = fork();
    if (pid == 0) {
        usleep(300 *
               1000); /* what a runtime has to do here takes less; an attacker tries more often */
        if (fchdir(root) < 0 || chroot(".") < 0)
            die("chroot");
        execvp(args[0], args);
        die(args[0]);
    }
    return wait_for(pid);
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--root") == 0) {
        state_root = argv[2];
        argv += 2, argc -= 2;
    }
    if (argc == 5 && strcmp(argv[1], "run") == 0 && strcmp(argv[2], "--bundle") == 0)
        return run(argv[3], argv[4]);
    if (argc > 3 && strcmp(argv[1], "exec") == 0)
        return enter(argv[2], argv + 3);
    /* WRONG: that process may be gone, and its number another's */
    if (argc == 4 && strcmp(argv[1], "kill") == 0)
        return kill(pid_of(argv[2]), atoi(argv[3])) < 0;
    fprintf(stderr, "usage: see the head of naive-runc.c\n");
    return 1;
}
