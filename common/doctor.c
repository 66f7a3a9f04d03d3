// SPDX-License-Identifier: MIT
/*
 * doctor: what this host can do, lab by lab, and how to mend what it cannot.
 *
 *     doctor LAB-PROGRAM… NEEDS-FILE…      run by `make doctor`
 *
 * It first says what it found, then asks each lab itself (its `list`), so that it can never say
 * something else than the lab will. Lab 06 is no list of experiments, and may not be built yet: its
 * file has a line for each thing that it can do, with what that needs. The same reason is printed
 * once, with all that it stops.
 */
#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "lacks.h"
#include "proc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static void print_line(const char *name, const char *text)
{
    printf("  %-18s %s\n", name, text);
}

static void print_cgroups(void)
{
    static const char *const subsystems[] = {"cpu", "cpuacct", "cpuset", "memory", "devices",
        "freezer", "blkio", "pids", "net_cls", "net_prio", "hugetlb", "perf_event"};
    char path[PATH_MAX], v1[200] = "";
    struct err ignored;

    print_line("cgroups", host_cgroups_name(host_cgroups()));
    for (size_t i = 0; i < sizeof(subsystems) / sizeof(subsystems[0]); i++) {
        if (host_v1_mount(subsystems[i], path))
            snprintf(
                v1 + strlen(v1), sizeof(v1) - strlen(v1), "%s%s", v1[0] ? " " : "", subsystems[i]);
    }
    if (v1[0])
        print_line("v1 subsystems", v1);
    if (!host_v2_mount(path))
        return;
    cleanup_free char *controllers = fsio_read(path, "cgroup.controllers", &ignored);
    print_line("v2 controllers", controllers && *controllers ? controllers : "none");
    const char *nowhere = host_is_root() ? "nowhere: no group here is ours to write to"
                                         : "nowhere: not root, nothing delegated";
    print_line("v2 groups in", host_v2_parent(path) ? path : nowhere);
}

/* The first one has this inode on every kernel (PROC_PID_INIT_INO in linux/proc_ns.h). */
static bool in_pid_namespace(void)
{
    struct stat pid;

    return stat("/proc/self/ns/pid", &pid) == 0 && pid.st_ino != 0xEFFFFFFC;
}

/* A container, the throwaway machine or WSL2, by what each leaves for all to see. */
static const char *surroundings(const struct utsname *uts)
{
    if (getenv("LABS_VM"))
        return "the throwaway machine (make vm)";
    if (strstr(uts->release, "icrosoft"))
        return "WSL2";
    if (fsio_exists(NULL, "/.dockerenv") || fsio_exists(NULL, "/run/.containerenv") ||
        in_pid_namespace())
        return "inside a container";
    return "no container that shows";
}

static const char *root(void)
{
    if (host_is_root())
        return host_in_userns() ? "of a user namespace (CAP_SYS_ADMIN there), not of the host"
                                : "yes (CAP_SYS_ADMIN)";
    return geteuid() == 0 ? "without CAP_SYS_ADMIN, as in a container: make vm, on the host"
                          : "no: sudo, or make vm";
}

static void print_host(void)
{
    struct utsname uts;
    char userns[200];
    const char *blocker = host_userns_blocker();

    uname(&uts);
    printf("this host\n");
    print_line("kernel", uts.release);
    print_line("surroundings", surroundings(&uts));
    print_line("root", root());
    snprintf(userns, sizeof(userns), "no%s%s", blocker ? ": blocked by " : "", blocker ?: "");
    print_line("user namespaces", host_has_userns() ? "yes" : userns);
    print_cgroups();
    for (const char *const *tool =
             (const char *const[]){"stress-ng", "busybox", "ip", "qemu-system-x86_64", NULL};
         *tool; tool++)
        print_line(*tool, proc_in_path(*tool) ? "yes" : "no: make deps");
}

static char *next_line(char **text)
{
    char *line = strsep(text, "\n");

    return line ? line + strspn(line, " ") : NULL;
}

/*
 * The list has two lines for an experiment, "NAME yes SUMMARY" or "NAME no SUMMARY" and its needs;
 * behind all of them comes, further to the right, why those with a "no" cannot run.
 */
static void examine_list(char *text)
{
    char name[32], here[8];
    int yes = 0, all = 0;
    const char *title = strsep(&text, "\n");
    char *why = text ? strstr(text, "\n   no:") : NULL;

    if (why)
        *why++ = '\0';
    for (char *line; (line = next_line(&text));) {
        if (sscanf(line, "%31s %7s", name, here) != 2 || strcmp(name, "needs:") == 0)
            continue;
        all++;
        yes += strcmp(here, "yes") == 0;
    }
    printf("%s: %d of %d experiments run here\n%s%s", title, yes, all, why ?: "", why ? "\n" : "");
}

static void examine_needs(char *text)
{
    struct lacks lacks = {0};
    char name[32];
    int yes = 0, all = 0, needs;
    const char *title = next_line(&text);
    struct err err;

    for (char *line; (line = next_line(&text));) {
        if (sscanf(line, "%31s %n", name, &needs) != 1)
            continue;
        all++;
        if (host_check(line + needs, "make vm-06", &err) == 0)
            yes++;
        else
            lacks_add(&lacks, name, &err);
    }
    printf("%s: %d of %d things work here\n", title, yes, all);
    lacks_print(stdout, &lacks);
}

static int examine(const char *path)
{
    const struct proc_spec list = {.argv = (const char *const[]){path, "list", NULL}};
    bool program = access(path, X_OK) == 0;
    struct err err;
    cleanup_free char *text =
        program ? proc_capture(&list, NULL, &err) : fsio_read(NULL, path, &err);

    if (!text) {
        err_print(stderr, "doctor", &err);
        return -1;
    }
    if (program)
        examine_list(text);
    else
        examine_needs(text);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 0;

    print_host();
    putchar('\n');
    for (int i = 1; i < argc; i++)
        status |= examine(argv[i]) < 0;
    return status;
}
