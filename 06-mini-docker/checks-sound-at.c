// SPDX-License-Identifier: MIT
/*
 * checks-sound-at: run a command, and at one chosen system call of one chosen process of it do
 * harm.
 *
 *     checks-sound-at FILE WHO N kill[:VICTIM] CMD...     SIGKILL, in place of the call
 *     checks-sound-at FILE WHO N ERRNO[+] CMD...          the call is not made, and returns that
 * error; with + also all later ones of the same number
 *
 * Processes are counted as they are born: 0 is CMD. Calls are counted from 1, from CMD's first
 * exec. A process that executes another program, as the container's and hooks do, is followed no
 * further; nor is any once CMD has ended, and its status is ours. FILE gets the pids of all that
 * were seen, and a line "call N NUMBER" for the call that was hit; no such line: the process made
 * fewer. Status 124: it took longer than 20 s, and all were killed.
 *
 * As strace's --inject, but a call is chosen by its place alone, the victim may be another process
 * than the one that is at the call (a parent that dies while its child is just there), and what the
 * command leaves running is left alone in the end. Source: ptrace(2).
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

enum {
    TASKS = 64,
    SECONDS = 20,
    OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
              PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC
};

/* Calls that no kernel refuses, or that are the C library's own: an error would be no test of ours.
 */
static const long SURE[] = {
    SYS_getpid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_gettid,
    SYS_exit_group,
    SYS_exit,
    SYS_close,
    SYS_umask,
    SYS_rt_sigprocmask,
    SYS_rt_sigaction,
    SYS_set_tid_address,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_brk,
    SYS_mprotect,
    SYS_rt_sigreturn,
    SYS_restart_syscall,
    SYS_alarm,
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
};

static struct task {
    pid_t pid;
    long calls;
    bool failing; /* the call it is in gets the error at its end */
} tasks[TASKS];
static int count;

static FILE *out;
static int who, victim;
static long wanted, same = -1;
static int error; /* 0: kill */
static bool repeated, begun;

static struct task *find(pid_t pid)
{
    for (int i = 0; i < count; i++) {
        if (tasks[i].pid == pid)
            return &tasks[i];
    }
    if (count == TASKS)
        exit(125);
    fprintf(out, "pid %d\n", pid);
    tasks[count].pid = pid;
    return &tasks[count++];
}

static void give_up(int signal)
{
    (void)signal;
    for (int i = 0; i < count; i++)
        kill(tasks[i].pid, SIGKILL);
    _exit(124);
}

static bool is_sure(long number)
{
    for (size_t i = 0; i < sizeof(SURE) / sizeof(SURE[0]); i++) {
        if (SURE[i] == number)
            return true;
    }
    return false;
}

static void set_result(struct task *task, bool at_end)
{
#ifdef __x86_64__
    struct user_regs_struct regs;

    ptrace(PTRACE_GETREGS, task->pid, 0, &regs);
    if (at_end)
        regs.rax = (unsigned long long)-error;
    else
        regs.orig_rax = (unsigned long long)-1;
    ptrace(PTRACE_SETREGS, task->pid, 0, &regs);
#else
    (void)task, (void)at_end;
    exit(77);
#endif
}

static void do_harm(struct task *task, long number)
{
    bool first = same < 0;

    if (first) {
        fprintf(out, "call %ld %ld\n", wanted, number);
        fflush(out);
    }
    same = number;
    if (error && is_sure(number))
        return;
    if (error) {
        task->failing = true;
        set_result(task, false);
        return;
    }
    kill(tasks[victim].pid, SIGKILL);
    if (victim != who) {
        waitpid(tasks[victim].pid, NULL, __WALL);
        exit(0); /* the others go on from where they stand */
    }
}

static void at_call(struct task *task)
{
    struct ptrace_syscall_info info;

    ptrace(PTRACE_GET_SYSCALL_INFO, task->pid, sizeof(info), &info);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && task->failing) {
        task->failing = false;
        set_result(task, true);
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !begun || task != &tasks[who])
        return;
    long number = (long)info.entry.nr;
    if (++task->calls == wanted || (repeated && task->calls > wanted && number == same))
        do_harm(task, number);
}

/* Returns the signal to go on with, or -1: it has been let go. */
static int stopped(struct task *task, int status)
{
    int event = status >> 16, signal = WSTOPSIG(status);

    if (event == PTRACE_EVENT_EXEC) {
        begun = true;
        if (task != tasks) {
            ptrace(PTRACE_DETACH, task->pid, 0, 0);
            return -1;
        }
    }
    if (event)
        return 0;
    if (signal == (SIGTRAP | 0x80))
        at_call(task);
    return signal == (SIGTRAP | 0x80) || signal == SIGSTOP || signal == SIGTRAP ? 0 : signal;
}

static int follow(void)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0)
            return 125;
        struct task *task = find(pid);
        if (WIFSTOPPED(status)) {
            int signal = stopped(task, status);
            if (signal >= 0)
                ptrace(PTRACE_SYSCALL, pid, 0, signal);
        } else if (task == tasks) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 6 || !(out = fopen(argv[1], "we")))
        return 2;
    who = victim = atoi(argv[2]);
    wanted = atol(argv[3]);
    if (isdigit((unsigned char)argv[4][0]))
        error = atoi(argv[4]);
    else if (argv[4][4] == ':')
        victim = atoi(argv[4] + 5);
    repeated = argv[4][strlen(argv[4]) - 1] == '+';
    pid_t pid = fork();
    if (pid == 0) {
        raise(SIGSTOP);
        execvp(argv[5], argv + 5);
        _exit(127);
    }
    signal(SIGALRM, give_up);
    alarm(SECONDS);
    find(pid);
    waitpid(pid, NULL, WUNTRACED);
    /* and not PTRACE_TRACEME, with which new processes begin with a SIGSTOP: should we end before
     * they have taken it, they would be stopped for ever */
    ptrace(PTRACE_SEIZE, pid, 0, OPTIONS);
    kill(pid, SIGCONT);
    return follow();
}
