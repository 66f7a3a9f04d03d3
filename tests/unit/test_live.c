// SPDX-License-Identifier: MIT
/* What is drawn live fits into one line of the terminal, whatever its width, and so does the table
 * of claims. */
#include "live.h"
#include "unit.h"

#include <errno.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void draw(struct report *r)
{
    struct live live;
    struct err err;

    assert_ok(live_begin(&live, r, "MiB", 125, 100, &err));
    for (int i = 0; i < 60; i++)
        live_point(&live, "memory", i * 2.099);
    live_end(&live);
}

static void claim(struct report *r)
{
    claim_u64(r, "bytes above the limit, at its peak", 0, LT, 1048576, "memory.max_usage_in_bytes");
    claim_u64(r, "control: and nobody is killed", 0, EQ, 0, "memory.oom_control, oom_kill");
    report_claims(r);
}

/* What `what` prints to a terminal of so many columns. */
static char *seen(int columns, void (*what)(struct report *))
{
    static char text[65536];
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
    size_t used = 0;
    ssize_t got;
    int master, status;
    pid_t child = forkpty(&master, NULL, NULL, &size);

    if (child == 0) {
        struct report r;
        report_init(&r, 1);
        what(&r);
        fflush(stdout);
        _exit(0);
    }
    assert_true(child > 0);
    while ((got = read(master, text + used, sizeof(text) - used - 1)) > 0)
        used += (size_t)got;
    text[used] = '\0';
    close(master);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return text;
}

/* Characters, without what only controls the terminal. */
static size_t width(const char *line)
{
    size_t count = 0;

    for (const char *c = line; *c; c++) {
        if (*c == '\033')
            c += strcspn(c, "mK");
        else
            count += ((unsigned char)*c & 0xc0) != 0x80;
    }
    return count;
}

static size_t widest(char *text)
{
    size_t most = 0, one;

    for (char *line; (line = strsep(&text, "\r\n"));)
        most = (one = width(line)) > most ? one : most;
    return most;
}

static void drawings_fit(void **state)
{
    (void)state;
    for (int columns = 72; columns <= 140; columns++)
        assert_in_range(widest(seen(columns, draw)), 70, columns);
}

static void sparkline_has_the_rest(void **state)
{
    (void)state;
    assert_null(strstr(seen(80, draw), "▇"));
    assert_non_null(strstr(seen(100, draw), "▇"));
}

static void claims_fit(void **state)
{
    (void)state;
    assert_in_range(widest(seen(80, claim)), 50, 80);
    assert_non_null(strstr(seen(80, claim), "\r\n        memory.max_usage_in_bytes"));
    assert_in_range(widest(seen(100, claim)), 81, 100);
    assert_null(strstr(seen(100, claim), "\r\n        memory.max_usage_in_bytes"));
}

/* That of Emacs, or of an editor's output window: it would show the sequences as they are. */
static void a_dumb_terminal_gets_lines(void **state)
{
    (void)state;
    assert_non_null(strchr(seen(80, draw), '\033'));
    setenv("TERM", "dumb", 1);
    assert_null(strchr(seen(80, draw), '\033'));
    assert_null(strchr(seen(80, claim), '\033'));
    setenv("TERM", "xterm", 1);
}

/* Each point would be a line of its own, and sixty of them more than the screen has. */
static void where_it_does_not_fit_a_line_a_second(void **state)
{
    (void)state;
    assert_null(strchr(seen(40, draw), '\033'));
    assert_in_range(strlen(seen(40, draw)), 40, 79);
}

static char csv[] = "/tmp/test-live-XXXXXX";

static void draw_two(struct report *r)
{
    struct live live;
    struct err err;

    r->csv_path = csv;
    for (int i = 0; i < 2; i++) {
        r->csv_prefix = i ? "pids/" : "";
        assert_ok(live_begin(&live, r, "pids", 1, -1, &err));
        live_point(&live, "control", i);
        live_end(&live);
    }
    assert_true(r->csv_written);
}

/* ./run all writes the series of many experiments into one file. */
static void series_have_names_of_their_own(void **state)
{
    static const char *const lines[] = {
        "seconds,series,value\n", ",control,0\n", ",pids/control,1\n"};
    char line[64];

    (void)state;
    close(mkstemp(csv));
    seen(80, draw_two);
    FILE *file = fopen(csv, "r");
    for (int i = 0; i < 3; i++) {
        assert_non_null(fgets(line, sizeof(line), file));
        assert_non_null(strstr(line, lines[i]));
    }
    fclose(file);
    unlink(csv);
}

/* A disk that is full, and a file that cannot be made. */
static void says_what_the_csv_lacks(void **state)
{
    struct live live;
    struct report r;
    struct err err;

    (void)state;
    report_init(&r, 1);
    r.csv_path = "/dev/full";
    assert_ok(live_begin(&live, &r, "pids", 1, -1, &err));
    assert_int_equal(r.csv_errno, 0);
    live_point(&live, "control", 1);
    live_end(&live);
    assert_int_equal(r.csv_errno, ENOSPC);
    report_init(&r, 1);
    r.csv_path = "/dev/full";
    assert_ok(live_begin(&live, &r, "pids", 1, -1, &err));
    live_end(&live);
    assert_int_equal(r.csv_errno, ENOSPC);
    report_init(&r, 1);
    r.csv_path = "/no/such/folder/file";
    assert_int_equal(live_begin(&live, &r, "pids", 1, -1, &err), -1);
    assert_int_equal(r.csv_errno, ENOENT);
}

int main(void)
{
    setenv("TERM", "xterm", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawings_fit),
        cmocka_unit_test(sparkline_has_the_rest),
        cmocka_unit_test(claims_fit),
        cmocka_unit_test(a_dumb_terminal_gets_lines),
        cmocka_unit_test(where_it_does_not_fit_a_line_a_second),
        cmocka_unit_test(series_have_names_of_their_own),
        cmocka_unit_test(says_what_the_csv_lacks),
    };

    return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
