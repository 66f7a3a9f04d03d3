// SPDX-License-Identifier: MIT
/*
 * doctor: what this host can do, lab by lab, and how to mend what it cannot.
 *
 *     doctor LAB-PROGRAM… NEEDS-FILE…      run by `make doctor`
 *
 * It first says what it found, then asks each lab itself (its `list`), so that it can never say
 * something else than the lab will. Lab 06 is no list of experiments, and may not be built yet: its
 * file has a line for each thing that it can do, with what that needs. The same reason is printed
 * once, with all it stops.
 */
#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { REASONS = 64 };

struct reason {
    char what[300], hint[300], stops[400];
};

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
    print_line(
        "v2 groups in", host_v2_parent(path) ? path : "nowhere: not root, nothing delegated");
}

/* A container, the throwaway machine or WSL2, by what each leaves for all to see. */
static const char *surroundings(const struct utsname *uts)
{
    if (getenv("LABS_VM"))
        return "the throwaway machine (make vm)";
    if (strstr(uts->release, "icrosoft"))
        return "WSL2";
    if (fsio_exists(NULL, "/.dockerenv") || fsio_exists(NULL, "/run/.containerenv"))
        return "inside a container";
    return "no container that shows";
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
    print_line("root", host_is_root() ? "yes (CAP_SYS_ADMIN)" : "no: sudo, or make vm");
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

static void add_reason(struct reason *reasons, const char *what, const char *hint, const char *name)
{
    for (struct reason *r = reasons; r < reasons + REASONS; r++) {
        if (!r->what[0]) {
            snprintf(r->what, sizeof(r->what), "%s", what);
            snprintf(r->hint, sizeof(r->hint), "%s", hint);
        }
        if (strcmp(r->what, what) == 0) {
            size_t used = strlen(r->stops);
            snprintf(r->stops + used, sizeof(r->stops) - used, " %s", name);
            return;
        }
    }
}

static void print_lab(
    const char *title, int yes, int all, const char *what_all, const struct reason *reasons)
{
    printf("%s: %d of %d %s here\n", title, yes, all, what_all);
    for (const struct reason *r = reasons; r < reasons + REASONS && r->what[0]; r++)
        printf("   no:%s\n       %s\n       %s\n", r->stops, r->what, r->hint);
}

/*
 * The list has two lines for an experiment that runs here, "NAME yes SUMMARY" and its needs, and
 * four for one that does not: what is missing and a hint follow.
 */
static void examine_list(char *text)
{
    struct reason reasons[REASONS] = {{{0}}};
    char name[32], here[8], *rest = text;
    int yes = 0, all = 0;
    const char *title = next_line(&rest);

    for (char *line; (line = next_line(&rest));) {
        if (sscanf(line, "%31s %7s", name, here) != 2)
            continue;
        next_line(&rest); /* its needs */
        all++;
        yes += strcmp(here, "yes") == 0;
        if (strcmp(here, "yes") == 0)
            continue;
        const char *what = next_line(&rest), *hint = next_line(&rest);
        add_reason(reasons, what ?: "", hint ?: "", name);
    }
    print_lab(title, yes, all, "experiments run", reasons);
}

static void examine_needs(char *text)
{
    struct reason reasons[REASONS] = {{{0}}};
    char name[32], hint[sizeof(((struct err *)0)->hint) + 8], *rest = text;
    int yes = 0, all = 0, needs;
    const char *title = next_line(&rest);
    struct err err;

    for (char *line; (line = next_line(&rest));) {
        if (sscanf(line, "%31s %n", name, &needs) != 1)
            continue;
        all++;
        if (host_check(line + needs, "make vm-06", &err) == 0) {
            yes++;
            continue;
        }
        snprintf(hint, sizeof(hint), "hint: %s", err.hint);
        add_reason(reasons, err.what, hint, name);
    }
    print_lab(title, yes, all, "things work", reasons);
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
