// SPDX-License-Identifier: MIT
/*
 * argv: a command that arrives as it was typed.
 *
 * The init gets the user's command through a pipe. The obvious way joins its words with spaces and
 * splits at spaces on the other side, so "two words" become two, and a shell's one long argument of
 * -c becomes many. A pipe carries bytes, and the one byte that no argument can hold is NUL: a word
 * ended by NUL needs no quoting, whatever is in it (words_send and words_receive in container.c).
 * execve(2) and /proc/PID/cmdline keep words in just that form.
 *
 * What arrived is read from the kernel: /proc/PID/cmdline of the program that was run with it.
 */
#include "container.h"
#include "experiments.h"

#include "cleanup.h"
#include "proc.h"

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 6, LONG_WORD = 100000, ROOM = LONG_WORD + 1024 };

struct message {
    struct sync sync;
    bool joined; /* the broken way */
};

/* Its arguments are all that matters; it ends with its parent. */
int witness_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    pause();
    return 0;
}

/* "a b c" -> a, b, c: an empty word where two spaces meet. For the broken way only. */
static char **split(char *text)
{
    char **words = calloc(ROOM, sizeof(*words));
    size_t count = 0;

    while (words && text)
        words[count++] = strsep(&text, " ");
    return words;
}

static int child_main(void *arg)
{
    struct message *message = arg;
    struct err err;

    sync_child(&message->sync);
    char **words = words_receive(steal_fd(&message->sync.in), &err);
    if (words && message->joined)
        words = split(words[0]);
    if (words)
        execv("/proc/self/exe", words);
    err_sys(&err, "cannot run /proc/self/exe");
    sync_fail(&message->sync, &err);
    return 1;
}

static char *join(char *const words[])
{
    char *text = calloc(1, ROOM);

    for (; text && *words; words++)
        sprintf(text + strlen(text), "%s%s", *text ? " " : "", *words);
    return text;
}

/* The whole of /proc/PID/cmdline, NULs and all. Returns its length. */
static ssize_t read_cmdline(pid_t pid, char *ret, size_t room, struct err *err)
{
    char path[64];
    ssize_t got, length = 0;

    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    while ((got = read(fd, ret + length, room - (size_t)length)) > 0)
        length += got;
    return length;
}

/* "[two words] []", with \n and \t written so and long words cut. Returns how many there are. */
static uint64_t show_words(struct report *r, const char *text, size_t length)
{
    char line[400] = "";
    size_t used = 0;
    uint64_t count = 0;

    for (size_t at = 0; at < length; at += strlen(text + at) + 1, count++) {
        used += (size_t)snprintf(line + used, sizeof(line) - used, "%s[", count ? " " : "");
        for (size_t i = 0; text[at + i] && i < 14; i++) {
            char c = text[at + i];
            const char *form = c == '\n' ? "\\n" : c == '\t' ? "\\t" : "%c";
            used += (size_t)snprintf(line + used, sizeof(line) - used, form, c);
        }
        used += (size_t)snprintf(
            line + used, sizeof(line) - used, strlen(text + at) > 14 ? "...]" : "]");
        if (used > sizeof(line) - 24)
            break;
    }
    note(r, "%s", line);
    return count;
}

/* Send the words one way or the other; *ret_words arrived, *ret_same bytes of them as sent. */
static int deliver(struct run *run, char *const words[], bool joined, const char *sent,
    size_t length, uint64_t *ret_words, uint64_t *ret_same, struct err *err)
{
    cleanup_free char *text = joined ? join(words) : NULL, *arrived = calloc(1, ROOM);
    char *const one[] = {text, NULL};
    struct message message = {.joined = joined};
    struct spawn spawn = {.cgroup_fd = -1, .child = child_main, .arg = &message};
    struct spawned spawned;

    if (!arrived || (joined && !text))
        return err_sys(err, "no memory for the words");
    if (sync_open(&message.sync, err) < 0 || spawn_start(&spawn, &spawned, err) < 0)
        return -1;
    cleanup_close int pidfd = spawned.pidfd;
    sync_parent(&message.sync);
    int result = words_send(message.sync.out, joined ? one : words, err);
    close_fd(&message.sync.out);
    if (result < 0 || sync_wait_exec(&message.sync, err) < 0)
        return -1;
    ssize_t got = read_cmdline(spawned.pid, arrived, ROOM, err);
    proc_pidfd_signal(pidfd, SIGKILL);
    sync_close(&message.sync);
    if (got < 0 || spawn_wait(&spawned, err) < 0)
        return -1;
    *ret_words = show_words(&run->report, arrived, (size_t)got);
    for (*ret_same = 0; *ret_same < length && arrived[*ret_same] == sent[*ret_same]; (*ret_same)++)
        ;
    return 0;
}

static int argv_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    cleanup_free char *long_word = malloc(LONG_WORD + 1), *sent = calloc(1, ROOM);
    char *const words[] = {
        WITNESS_ENTRY, "two words", "", "it's a \"quote\"", "tab\tand\nline", long_word, NULL};
    uint64_t length = 0, joined_words, joined_same, whole_words, whole_same;

    if (!long_word || !sent)
        return err_sys(err, "no memory for the words");
    memset(long_word, 'x', LONG_WORD);
    long_word[LONG_WORD] = '\0';
    for (char *const *word = words; *word; word++) {
        strcpy(sent + length, *word);
        length += strlen(*word) + 1;
    }
    step(r, "execve(2)", "the command: %d words, %lu bytes with their NULs", WORDS, length);
    show_words(r, sent, length);
    step(r, "pipe(7)", "broken: joined with spaces, split at spaces");
    if (deliver(run, words, true, sent, length, &joined_words, &joined_same, err) < 0)
        return -1;
    step(r, "pipe(7), proc_pid_cmdline(5)", "mended: each word with its NUL, then the end of file");
    explain(r, "the last word is longer than a pipe holds, 64 KiB: both sides go in pieces");
    if (deliver(run, words, false, sent, length, &whole_words, &whole_same, err) < 0)
        return -1;

    claim_u64(
        r, "control: split at spaces, more words", joined_words, GT, WORDS, "/proc/PID/cmdline");
    claim_u64(
        r, "control: ... fewer bytes are right", joined_same, LT, length, "/proc/PID/cmdline");
    claim_u64(r, "with NULs: as many words", whole_words, EQ, WORDS, "/proc/PID/cmdline");
    claim_u64(r, "... and every byte as it was sent", whole_same, EQ, length, "/proc/PID/cmdline");
    return 0;
}

const struct experiment argv_experiment = {
    .name = "argv",
    .summary = "a command through a pipe, with the spaces in its words",
    .needs = "clone3",
    .steps = 3,
    .run = argv_run,
};
