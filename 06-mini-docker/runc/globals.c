// SPDX-License-Identifier: MIT
/* What the options in front of the command mean for the commands. */
#include "commands.h"

#include "runtime/state.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int globals_root(char ret[PATH_MAX], struct err *err)
{
    char here[PATH_MAX];

    if (!globals.root)
        return state_default_root(ret, err);
    if (globals.root[0] == '\0')
        return err_set(err, ERR_USAGE, "--root is empty");
    if (globals.root[0] != '/' && !getcwd(here, sizeof(here)))
        return err_sys(err, "cannot find the current directory, which --root begins at");
    int length = globals.root[0] == '/' ? snprintf(ret, PATH_MAX, "%s", globals.root)
                                        : snprintf(ret, PATH_MAX, "%s/%s", here, globals.root);
    if (length >= PATH_MAX)
        return err_set(err, ERR_USAGE, "--root is too long");
    return 0;
}

int globals_groups(bool *ret_disabled, struct err *err)
{
    const char *manager = globals.cgroup_manager ? globals.cgroup_manager : "cgroupfs";

    if (globals.systemd_cgroup || strcmp(manager, "systemd") == 0) {
        err_set(err, ERR_USAGE, PROGRAM " does not drive systemd");
        return err_hint(err, "it makes the groups itself -> leave --systemd-cgroup out; podman: "
                             "--cgroup-manager=cgroupfs; dockerd: --exec-opt "
                             "native.cgroupdriver=cgroupfs; containerd: SystemdCgroup = false");
    }
    *ret_disabled = strcmp(manager, "disabled") == 0;
    return 0;
}

int globals_debug(void)
{
    return globals.debug ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1;
}

int globals_format(const char *format, struct err *err)
{
    if (!format || strcmp(format, "table") == 0 || strcmp(format, "json") == 0)
        return 0;
    err_set(err, ERR_USAGE, "--format '%s' is none that is known", format);
    return err_hint(err, "it is table or json");
}
