// SPDX-License-Identifier: MIT
/* Descriptors that cross a socket: the receiver has one of its own, of the same open file. */
#include "unit.h"

#include "sock.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static void a_descriptor_crosses_a_socket(void **state)
{
    struct err err;
    int ends[2], copy = -1, pipe_ends[2];
    char byte = 0;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
    assert_ok(sock_send_fd(ends[0], pipe_ends[1], "", "it", &err));
    assert_ok(sock_receive_fd(ends[1], "it", &copy, &err));
    assert_true(fcntl(copy, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(write(copy, "x", 1), 1);
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'x');
    assert_int_equal(write(ends[0], "y", 1), 1); /* a byte without a descriptor */
    assert_err(sock_receive_fd(ends[1], "it", &copy, &err), ERR_SYS);
    close(ends[0]);
    assert_err(sock_receive_fd(ends[1], "it", &copy, &err), ERR_SYS); /* and the end */
    close(ends[1]);
    close(copy);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

static void a_text_goes_along(void **state)
{
    struct err err;
    int ends[2];
    char text[8] = "";

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_ok(sock_send_fd(ends[0], ends[0], "state", "it", &err));
    assert_int_equal(read(ends[1], text, sizeof(text)), 5); /* the descriptor is closed with it */
    assert_string_equal(text, "state");
    close(ends[1]);
    assert_err(sock_send_fd(ends[0], ends[0], "state", "it", &err), ERR_SYS); /* no SIGPIPE */
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_descriptor_crosses_a_socket),
        cmocka_unit_test(a_text_goes_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
