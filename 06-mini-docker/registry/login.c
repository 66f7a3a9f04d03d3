// SPDX-License-Identifier: MIT
/*
 * login: ask who it is, try it with the registry, and only then keep it. The password comes from a
 * terminal that does not show it, or on standard input; on the command line everybody who lists
 * processes would read it, which -p says.
 */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* SERVER as names have it: without a scheme and a path; the hub's other names are "docker.io". */
static int server_parse(const char *word, char ret[IMAGE_REPOSITORY], struct err *err)
{
    char text[IMAGE_REPOSITORY + 8];
    struct image_name name;
    const char *scheme = word ? strstr(word, "://") : NULL, *at = scheme ? scheme + 3 : word;

    snprintf(
        text, sizeof(text), "%.*s/x", word ? (int)strcspn(at, "/") : 9, word ? at : "docker.io");
    if (strlen(text) < IMAGE_REPOSITORY && image_name_parse(text, &name, err) == 0) {
        image_name_host(&name, ret);
        if (strncmp(text, ret, strlen(ret)) == 0 || strncmp(text, "index.docker.io/", 16) == 0)
            return 0;
    }
    err_set(err, ERR_USAGE, "'%.100s' is no registry", word);
    return err_hint(err, "a registry is a host, with a dot or a port in it, or localhost -> "
                         "mini-docker login HOST[:PORT]");
}

/* Standard input up to the end of a line, or to its end, for keys of many lines; without the last
 * line's end. */
static int read_input(const char *what, bool whole, char *ret, size_t size, struct err *err)
{
    size_t used = 0;
    char letter;
    ssize_t got;

    while ((got = read(STDIN_FILENO, &letter, 1)) == 1 && (whole || letter != '\n')) {
        if (used + 1 == size)
            return err_set(err, ERR_USAGE, "the %s is too long", what);
        ret[used++] = letter;
    }
    used -= used > 0 && ret[used - 1] == '\n';
    used -= used > 0 && ret[used - 1] == '\r';
    ret[used] = '\0';
    if (got < 0 || http_stopped)
        return err_refuse(err, ECANCELED, "stopped");
    return ret[0] ? 0 : err_set(err, ERR_USAGE, "%s is empty", what);
}

static int ask(const char *what, bool hidden, char *ret, size_t size, struct err *err)
{
    struct termios before, quiet;

    /* before the question is seen, so that no key of the answer is */
    if (hidden && tcgetattr(STDIN_FILENO, &before) == 0) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    printf("%s: ", what);
    fflush(stdout);
    int result = read_input(what, false, ret, size, err);
    if (hidden) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        putchar('\n');
    }
    return result;
}

static int check_words(const struct login_args *args, struct err *err)
{
    if (args->password && args->password_stdin)
        return err_set(err, ERR_USAGE, "--password and --password-stdin are mutually exclusive");
    if (args->password_stdin && !args->user)
        return err_set(err, ERR_USAGE, "Must provide --username with --password-stdin");
    if (!args->password_stdin && !(args->user && args->password) && !isatty(STDIN_FILENO)) {
        err_set(err, ERR_USAGE, "Cannot perform an interactive login from a non TTY device");
        return err_hint(err, "standard input is no terminal -> -u NAME --password-stdin");
    }
    if (args->password)
        fputs("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n", stderr);
    return 0;
}

static int who_is_it(const struct login_args *args, struct credentials *ret, struct err *err)
{
    bool password = args->password != NULL;

    *ret = (struct credentials){0};
    if (snprintf(ret->user, sizeof(ret->user), "%s", args->user ? args->user : "") >=
            (int)sizeof(ret->user) ||
        snprintf(ret->password, sizeof(ret->password), "%s", password ? args->password : "") >=
            (int)sizeof(ret->password) ||
        strchr(ret->user, ':'))
        return err_set(
            err, ERR_USAGE, "the name or the password is too long, or the name has a ':'");
    if (!args->user && ask("Username", false, ret->user, sizeof(ret->user), err) < 0)
        return -1;
    if (args->password_stdin)
        return read_input("password", true, ret->password, sizeof(ret->password), err);
    return password ? 0 : ask("Password", true, ret->password, sizeof(ret->password), err);
}

/* Does the registry believe it? */
static int try_it(struct remote *remote, struct err *err)
{
    char url[HTTP_URL];
    const struct http_request request = {.method = "GET", .url = url};
    struct http_answer answer = {0};

    remote->authorization[0] = '\0';
    if (remote_hello(remote, err) < 0)
        return -1;
    snprintf(url, sizeof(url), "%s/v2/", remote->base);
    int result = remote_ask(remote, &request, &answer, err);
    if (result == 0 && answer.status != 200) {
        result = http_refused(&answer, url, err);
        if (answer.status == 401)
            err_hint(err, "the name or the password is wrong -> try again");
    }
    http_free(&answer);
    return result;
}

static int keep(const struct remote *remote, struct err *err)
{
    char where[PATH_MAX];

    if (credentials_save(remote->host, &remote->credentials, where, err) < 0)
        return -1;
    if (where[0])
        fprintf(stderr,
            "WARNING! Your password is stored unencrypted in %s.\n"
            "A credential helper keeps it better: docker-credential-pass and the like, named there "
            "as credsStore.\n\n",
            where);
    return 0;
}

static int login_run(void *values, int argc, char **argv, struct err *err)
{
    static struct remote remote;
    const struct login_args *args = values;
    struct remote_options options = {.insecure = args->insecure, .stall_sec = globals.stall_sec};
    char host[IMAGE_REPOSITORY];

    if (server_parse(argc ? argv[0] : NULL, host, err) < 0 ||
        remote_prepare(host, &options, &remote, err) < 0)
        return -1;
    bool known = remote.credentials.user[0] && !args->user && !args->password;
    int result;
    if (known) {
        puts("Authenticating with existing credentials...");
        result = try_it(&remote, err);
    } else {
        result = check_words(args, err);
        if (result == 0)
            result = who_is_it(args, &remote.credentials, err);
        if (result == 0)
            result = try_it(&remote, err);
        if (result == 0)
            result = keep(&remote, err);
    }
    explicit_bzero(&remote, sizeof(remote));
    if (result == 0)
        puts("Login Succeeded");
    return result;
}

static int logout_run(void *values, int argc, char **argv, struct err *err)
{
    char host[IMAGE_REPOSITORY];
    bool known;

    (void)values;
    if (server_parse(argc ? argv[0] : NULL, host, err) < 0 ||
        credentials_forget(host, &known, err) < 0)
        return -1;
    printf(known ? "Removing login credentials for %s\n" : "Not logged in to %s\n", host);
    return 0;
}

const struct command login_command = {ROW_LOGIN, .run = login_run};
const struct command logout_command = {ROW_LOGOUT, .run = logout_run};
