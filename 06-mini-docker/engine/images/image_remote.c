// SPDX-License-Identifier: MIT
/*
 * mini-docker-registry is started and waited for, and hands its error back through a pipe, as it is
 * (common/err.h): so whoever calls sees one function that failed, and one message is printed.
 */
#include "image_remote.h"

#include "cleanup.h"
#include "exec.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char REMOTE[] = "mini-docker-registry";

/* Beside this file? */
static bool is_beside(const char *self, char ret[PATH_MAX])
{
    char path[PATH_MAX];
    const char *slash = realpath(self, path) ? strrchr(path, '/') : NULL;

    if (!slash || slash - path + sizeof(REMOTE) + 1 > PATH_MAX)
        return false;
    snprintf(ret, PATH_MAX, "%.*s/%s", (int)(slash - path), path, REMOTE);
    return access(ret, X_OK) == 0;
}

/*
 * `run` and `create` were executed anew from a file without a directory (runtime/self.h), and know
 * only how they were called: by a path, or by a word that the shell looked up in PATH.
 */
static bool is_beside_called(char ret[PATH_MAX])
{
    const char *name = program_invocation_name, *path = getenv("PATH");
    char self[PATH_MAX];

    if (strchr(name, '/'))
        return is_beside(name, ret);
    for (; path && *path; path += strcspn(path, ":"), path += *path == ':') {
        int length = (int)strcspn(path, ":");
        if (snprintf(self, sizeof(self), "%.*s/%s", length, path, name) < (int)sizeof(self) &&
            access(self, X_OK) == 0)
            return is_beside(self, ret);
    }
    return false;
}

int image_remote_find(char ret[PATH_MAX], struct err *err)
{
    if (is_beside("/proc/self/exe", ret) || is_beside_called(ret))
        return 0;
    err_refuse(err, ENOENT, "%s is not there: no registry can be asked", REMOTE);
    return err_hint(err,
        "it lies beside mini-docker, and is built only where libcurl's headers are "
        "-> make deps, then make lab-06");
}

/* In the child: our standard error is its output too, and signals are as anybody expects them. */
static int arrange(void *arg, struct err *err)
{
    int error_fd = *(const int *)arg;

    exec_reset_signals();
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || fcntl(error_fd, F_SETFD, 0) < 0)
        return err_sys(err, "cannot arrange the output of %s", REMOTE);
    return 0;
}

static int wait_for(pid_t pid, int error_fd, struct err *err)
{
    struct err found;
    ssize_t got = read(error_fd, &found, sizeof(found));
    int status = proc_wait(pid, err);

    if (status <= 0)
        return status;
    if (got != sizeof(found))
        return err_refuse(err, 0, "%s ended with status %d", REMOTE, status);
    *err = found;
    return -1;
}

/* words: what follows the options that stand in front; ends with NULL. */
static int run_remote(const char *root, const char *const words[], struct err *err)
{
    const char *argv[16] = {0};
    char program[PATH_MAX], number[16];
    int ends[2];
    size_t count = 0;
    pid_t pid;

    if (image_remote_find(program, err) < 0)
        return -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int reads = ends[0], writes = ends[1];
    snprintf(number, sizeof(number), "%d", writes);
    argv[count++] = program;
    argv[count++] = "--error-fd";
    argv[count++] = number;
    if (root) {
        argv[count++] = "--root";
        argv[count++] = root;
    }
    while (*words)
        argv[count++] = *words++;
    const struct proc_spec spec = {.argv = argv, .setup = arrange, .arg = &writes};
    if (proc_start(&spec, &pid, err) < 0)
        return -1;
    close_fd(&writes);
    return wait_for(pid, reads, err);
}

int image_pull(
    const struct store *store, const char *word, const struct image_pull *pull, struct err *err)
{
    const char *words[10] = {"pull", "--for-run"};
    size_t count = 2, length = strlen(store->root);

    if (pull->missing && !pull->quiet)
        words[count++] = "--missing";
    if (pull->quiet)
        words[count++] = "--quiet";
    if (pull->platform) {
        words[count++] = "--platform";
        words[count++] = pull->platform;
    }
    words[count++] = "--";
    words[count] = word;
    /* the usual place it finds by itself; another has its RUN below it (store.h) */
    bool usual =
        strncmp(store->run, store->root, length) != 0 || strcmp(store->run + length, "/run") != 0;
    return run_remote(usual ? NULL : store->root, words, err);
}

int image_fetch(const char *url, const char *file, uint64_t most_bytes, struct err *err)
{
    char most[32];
    const char *words[] = {"fetch", "--max-size", most, "--", url, file, NULL};

    snprintf(most, sizeof(most), "%llu", (unsigned long long)most_bytes);
    return run_remote(NULL, words, err);
}
