// SPDX-License-Identifier: MIT
/*
 * SCMP_ACT_NOTIFY from end to end: a child has its call reported, and we are the listener: we get
 * the descriptor and the state over a socket, and decide what the call returns.
 */
#include "cleanup.h"
#include "proc.h"
#include "runtime/seccomp.h"
#include "unit.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static struct err err;
static char top[] = "/tmp/test-listener-XXXXXX", path[64];
static const char STATE[] = "{\"fds\":[\"seccompFd\"]}";

static int listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static int filtered(const struct spec_seccomp *spec, const struct seccomp *seccomp)
{
    int socket_fd, notify = -1;

    if (seccomp_listener_connect(spec, &socket_fd, &err) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_install(seccomp, &notify, &err) < 0 ||
        seccomp_listener_send(socket_fd, notify, STATE, &err) < 0) {
        err_print(stderr, "child", &err);
        return 1;
    }
    close(notify);
    return syscall(SYS_getpgid, 0) == 4711 && syscall(SYS_getpgid, 1) < 0 && errno == EDOM ? 0 : 2;
}

/* The descriptor that came with the state. */
static int receive(int listener)
{
    cleanup_close int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    char text[128] = "", control[CMSG_SPACE(sizeof(int))];
    struct iovec bytes = {text, sizeof(text) - 1};
    struct msghdr message = {.msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof(control)};
    int fd;

    assert_true(recvmsg(peer, &message, MSG_CMSG_CLOEXEC) > 0);
    assert_string_equal(text, STATE);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    return fd;
}

/* Answer one call: with a value, or with an errno. */
static void answer(int notify, pid_t pid, int64_t value, int code)
{
    struct seccomp_notif call = {0};
    struct seccomp_notif_resp response = {.val = value, .error = -code};

    assert_int_equal(ioctl(notify, SECCOMP_IOCTL_NOTIF_RECV, &call), 0);
    assert_int_equal(call.pid, pid);
    assert_int_equal(call.data.nr, SYS_getpgid);
    response.id = call.id;
    assert_int_equal(ioctl(notify, SECCOMP_IOCTL_NOTIF_SEND, &response), 0);
}

static void a_call_is_answered_by_the_listener(void **state)
{
    static const char *const names[] = {"getpgid", NULL};
    static const struct spec_seccomp_rule rule = {names, "SCMP_ACT_NOTIFY"};
    struct spec_seccomp spec = {.default_action = "SCMP_ACT_ALLOW",
        .rules = &rule,
        .rules_count = 1,
        .listener_path = path};
    struct seccomp seccomp;

    (void)state;
    assert_ok(seccomp_prepare(&spec, NULL, &seccomp, &err));
    assert_true(seccomp.notify);
    cleanup_close int listener = listen_here();
    pid_t pid = proc_fork(&err);
    if (pid == 0)
        _exit(filtered(&spec, &seccomp));
    cleanup_close int notify = receive(listener);
    answer(notify, pid, 4711, 0);
    answer(notify, pid, 0, EDOM);
    assert_int_equal(proc_wait(pid, &err), 0);
    seccomp_free(&seccomp);
    unlink(path);
}

static void where_nobody_listens_it_says_so(void **state)
{
    char longer[200];
    struct spec_seccomp spec = {.listener_path = path};
    int fd;

    (void)state;
    assert_err(seccomp_listener_connect(&spec, &fd, &err), ERR_SYS);
    assert_non_null(strstr(err.what, path));
    assert_non_null(strstr(err.hint, "nobody listens there"));
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    spec.listener_path = longer;
    assert_err(seccomp_listener_connect(&spec, &fd, &err), ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_answered_by_the_listener),
        cmocka_unit_test(where_nobody_listens_it_says_so),
    };

    if (!mkdtemp(top))
        return 1;
    snprintf(path, sizeof(path), "%s/socket", top);
    int failed = cmocka_run_group_tests_name("seccomp listener", tests, NULL, NULL);
    unlink(path);
    rmdir(top);
    return failed;
}
