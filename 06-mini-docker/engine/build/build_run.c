// SPDX-License-Identifier: MIT
/*
 * RUN: a container of what was built so far, by the road that every container takes: create makes a
 * record, start a monitor. Two things differ. Its image is in no index; and it is held
 * (monitor_options): when we end, by whatever road, so does it, and when it has ended it stays for
 * the moment in which its changes are made a layer.
 */
#include "build_internal.h"
#include "build_mounts.h"

#include "engine/create/create.h"
#include "engine/files/diff.h"
#include "engine/files/upper.h"
#include "engine/files/view.h"
#include "engine/life/packet.h"
#include "engine/life/removal.h"
#include "engine/life/start.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* What is to run, and how. */
struct running {
    const struct build_at *at;
    struct build_words words;
    struct opt_list env;
    struct build_mounts mounts;
    char id[DIGEST_TEXT]; /* of the image, which is none: the step's key */
};

/* What was built so far, as a container has its image. VOLUMEs are for those who run the image:
 * what a RUN puts there is to stay. */
static int draft_image(
    const struct running *run, const char *lower, struct image *ret, struct err *err)
{
    struct json_object *config = run->at->stage->draft.config;
    struct json_reader reader = {.file = "the configuration", .memory = &ret->memory, .err = err};
    size_t length;

    *ret = (struct image){.lower = strdup(lower)};
    strcpy(ret->id, run->id);
    const char *text = json_object_to_json_string_length(config, JSON_C_TO_STRING_PLAIN, &length);
    if (!ret->lower || !text)
        return err_sys(err, "no memory for the configuration");
    if (json_parse(reader.file, text, length, &ret->memory, err) < 0 ||
        json_read(&reader, &RECORD_CONFIG_TABLE, &ret->config) < 0)
        return -1;
    ret->config.health = NULL;
    ret->config.volumes_count = ret->config.exposed_ports_count = ret->config.labels_count = 0;
    return 0;
}

/* Until it ends; its output is ours. */
static int follow(struct build *build, int client, struct packet_exit *ret, struct err *err)
{
    static struct packet packet; /* large for a stack */
    ssize_t length;

    while ((length = packet_receive(client, &packet, 0)) >= 0) {
        if (packet.type == PACKET_STDOUT || packet.type == PACKET_STDERR)
            build_progress_output(&build->progress, packet.bytes, (size_t)length);
        if (packet.type == PACKET_EXIT) {
            memcpy(ret, packet.bytes, sizeof(*ret));
            return 0;
        }
    }
    return err_set(err, ERR_SYS, "somebody has ended the container of this step");
}

static int failed(const struct running *run, const struct packet_exit *end, struct err *err)
{
    cleanup_free char *text = build_words_text(&run->words, NULL);

    err_refuse(err, 0, "process \"%.240s\" did not complete successfully: exit code: %d",
        text ?: "", end->status);
    if (end->status == 128 + SIGKILL && end->oom_kills > 0)
        err_hint(err, "the kernel ended it for want of memory -> a larger --memory");
    return -1;
}

struct taking {
    const char *upper;
    const struct build_mounts *mounts;
    int fd;
};

/* The runtime made these to mount its own files on; and maybe the directory for them. */
static void forget_mount_points(int upper, int image_root)
{
    static const char *const files[] = {"hostname", "hosts", "resolv.conf"};
    cleanup_close int etc = openat(upper, "etc", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    for (size_t i = 0; etc >= 0 && i < sizeof(files) / sizeof(files[0]); i++) {
        if (fstatat(etc, files[i], &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
            st.st_size == 0)
            unlinkat(etc, files[i], 0);
    }
    if (etc >= 0 && fstatat(image_root, "etc", &st, AT_SYMLINK_NOFOLLOW) < 0)
        unlinkat(upper, "etc", AT_REMOVEDIR);
}

static bool wanted(const char *path, const struct stat *st, void *arg)
{
    (void)arg;
    return !diff_is_mount_point(path, st);
}

static int take_upper(int root_fd, void *arg, struct err *err)
{
    const struct taking *taking = arg;
    cleanup_close int upper = open(taking->upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (upper < 0)
        return err_sys(err, "cannot open %s", taking->upper);
    forget_mount_points(upper, root_fd);
    build_mounts_forget(taking->mounts, upper, root_fd);
    return upper_archive(upper, true, wanted, taking->fd, err);
}

/* The container that was created: started, waited for, and its changes taken. */
static int run_created(
    const struct running *run, struct created *created, const char *lower, int fd, struct err *err)
{
    struct build *build = run->at->build;
    const struct monitor_options options = {
        .attach = true, .held = true, .explain = build->options->explain};
    struct packet_exit end = {0};
    char upper[PATH_MAX];
    cleanup_close int client = -1;

    if (start_container(build->store, &created->record, &created->image, &options, &client, err) <
            0 ||
        follow(build, client, &end, err) < 0)
        return -1;
    if (end.status != 0)
        return failed(run, &end, err);
    record_path(build->store, created->record.id, "upper", upper);
    struct taking taking = {upper, &run->mounts, fd};
    struct view view = {
        .store = build->store, .record = &created->record, .kind = VIEW_IMAGE, .lower = lower};
    return view_run(&view, take_upper, &taking, err);
}

static int make_run(const struct build_step *step, const char *room, int fd, struct err *err)
{
    struct running *run = step->arg;
    struct build *build = run->at->build;
    const char *network = dockerfile_flag(run->at->instruction, "network");
    static const char *log[] = {"max-size=1m", NULL}; /* nobody can read it afterwards */
    struct create_options options = build->options->run;
    struct created created = {0};
    struct image image;
    struct err ignored;
    cleanup_close int lock = -1;

    if (run->words.script &&
        build_mounts_script(&run->mounts, room, run->words.script, run->words.items[1], err) < 0)
        return -1;
    if (build_mounts_fill(run->at, &run->mounts, room, err) < 0)
        return -1;
    if (!step->lower[0])
        return err_refuse(err, 0, "there is nothing that could be run: FROM scratch is empty");
    options.remove = options.no_healthcheck = true;
    options.entrypoint = "";
    options.env = run->env;
    options.mounts = run->mounts.words;
    options.log_opt = (struct opt_list){log, 1};
    options.argc = (int)run->words.count;
    options.argv = run->words.items;
    if (network && strcmp(network, "default") != 0)
        options.networks = (struct opt_list){&network, 1};
    int result = draft_image(run, step->lower, &image, err);
    if (result == 0)
        result = create_of(build->store, &options, &image, &created, err);
    if (result == 0)
        result = run_created(run, &created, step->lower, fd, err);
    if (created.record.id && record_lock(build->store, created.record.id, &lock, &ignored) == 0)
        removal(build->store, &created.record, REMOVAL_VOLUMES, &ignored);
    image_free(&image);
    created_free(&created);
    return result;
}

/* All that decides what it does: flags, words, variables. */
static void sum_up_run(const struct running *run, struct build_key *key)
{
    const struct dockerfile_instruction *instruction = run->at->instruction;

    build_key_begin(key, &run->at->stage->draft);
    build_key_add(key, "RUN");
    for (size_t i = 0; i < instruction->flag_count; i++) {
        build_key_add(key, instruction->flags[i].name);
        build_key_add(key, instruction->flags[i].value);
    }
    for (size_t i = 0; i < run->env.count; i++)
        build_key_add(key, run->env.items[i]);
    build_key_add(key, run->words.script ?: "");
    for (size_t i = 1; i < run->words.count; i++)
        build_key_add(key, run->words.items[i]);
}

static int run_step(struct running *run, struct err *err)
{
    struct build *build = run->at->build;
    struct build_key key;
    cleanup_free char *text = build_words_text(&run->words, &run->env), *by = NULL;
    cleanup_free char *lower = image_draft_lower(build->store, &run->at->stage->draft, err);

    if (!lower)
        return -1;
    if (!text || asprintf(&by, "RUN %s", text) < 0)
        return err_sys(err, "no memory for RUN");
    sum_up_run(run, &key);
    if (build_mounts_of(run->at, &key, &run->mounts, err) < 0)
        return -1;
    struct build_key named = key;
    build_key_end(&named, run->id);
    build_args_free(&run->env);
    if (build_run_args(run->at, true, &run->env, err) < 0)
        return -1;
    struct build_step step = {
        .at = run->at, .key = &key, .created_by = by, .lower = lower, .make = make_run, .arg = run};
    return build_step_do(&step, err);
}

/* What would be another build without it. */
static int check_flags(const struct build_at *at, struct err *err)
{
    const char *security = dockerfile_flag(at->instruction, "security");

    if (security && strcmp(security, "sandbox") != 0) {
        err_set(err, ERR_USAGE, "RUN --security=%.40s is not known here", security);
        return err_hint(err, "a step has the rights of any container -> leave it out");
    }
    return 0;
}

int build_run(const struct build_at *at, struct err *err)
{
    struct running run = {.at = at};
    int result = check_flags(at, err) < 0 ? -1 : build_words_of(at, &run.words, err);

    if (result == 0)
        result = build_run_args(at, false, &run.env, err);
    if (result == 0)
        result = run_step(&run, err);
    build_args_free(&run.env);
    build_mounts_free(&run.mounts);
    build_words_free(&run.words);
    return result;
}
