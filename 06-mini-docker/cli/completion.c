// SPDX-License-Identifier: MIT
/*
 * completion: what a shell needs for Tab. The scripts are short, since each Tab asks `complete`,
 * which reads the same tables as the commands do: a new option needs nothing here.
 */
#include "show_commands.h"

#include "engine/files/volume.h"
#include "engine/images/image_index.h"
#include "engine/network/network_admin.h"
#include "engine/store/record.h"

#include <errno.h>
#include <string.h>

static const struct opt OPTS[] = {{0}};

static const char BASH[] =
    "# eval \"$(mini-docker completion bash)\", or as a file in /etc/bash_completion.d\n"
    "_mini_docker() {\n"
    "    local line words=(\"${COMP_WORDS[@]:1:COMP_CWORD}\")\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "        :files) mapfile -t COMPREPLY < <(compgen -f -- \"$2\"); compopt -o filenames ;;\n"
    "        :dirs) mapfile -t COMPREPLY < <(compgen -d -- \"$2\"); compopt -o filenames ;;\n"
    "        *) COMPREPLY+=(\"${line%%$'\\t'*}\") ;;\n"
    "        esac\n"
    "    done < <(\"${COMP_WORDS[0]}\" complete -- \"${words[@]}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _mini_docker mini-docker\n";

static const char ZSH[] =
    "#compdef mini-docker\n"
    "# source <(mini-docker completion zsh), or as a file _mini-docker in $fpath\n"
    "_mini_docker() {\n"
    "    local line\n"
    "    local -a found\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "        :files) _files ;;\n"
    "        :dirs) _files -/ ;;\n"
    "        *) found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
    "        esac\n"
    "    done < <(\"$words[1]\" complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
    "    (( $#found )) && _describe mini-docker found\n"
    "}\n"
    "compdef _mini_docker mini-docker\n";

static const char FISH[] =
    "# mini-docker completion fish | source, or as ~/.config/fish/completions/mini-docker.fish\n"
    "function __mini_docker\n"
    "    set -l words (commandline -opc)\n"
    "    for line in ($words[1] complete -- $words[2..] (commandline -ct) 2>/dev/null)\n"
    "        switch $line\n"
    "            case :files\n"
    "                __fish_complete_path (commandline -ct)\n"
    "            case :dirs\n"
    "                __fish_complete_directories (commandline -ct)\n"
    "            case '*'\n"
    "                echo $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c mini-docker -f -a '(__mini_docker)'\n";

static const struct {
    const char *shell, *script;
} SCRIPTS[] = {{"bash", BASH}, {"zsh", ZSH}, {"fish", FISH}};

static int completion_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    (void)argc;
    for (size_t i = 0; i < sizeof(SCRIPTS) / sizeof(SCRIPTS[0]); i++) {
        if (strcmp(SCRIPTS[i].shell, argv[0]) == 0) {
            fputs(SCRIPTS[i].script, stdout);
            return 0;
        }
    }
    err_refuse(err, EINVAL, "there is no completion for the shell '%s'", argv[0]);
    return err_hint(err, "the shells are bash, zsh and fish");
}

const struct command completion_command = {
    .name = "completion",
    .operands = "SHELL",
    .summary = "A script that lets bash, zsh or fish complete commands",
    .details = "For this shell:   eval \"$(mini-docker completion bash)\"",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .run = completion_run,
};

struct asked {
    struct store store;
    const char *typed; /* what the word begins with */
};

static void offer(const struct asked *asked, const char *name, const char *what)
{
    if (strncmp(name, asked->typed, strlen(asked->typed)) == 0)
        printf("%s\t%s\n", name, what);
}

static int offer_container(const char *id, void *arg, struct err *err)
{
    struct record record;
    struct err gone;

    (void)err;
    if (record_load(&((const struct asked *)arg)->store, id, &record, &gone) == 0)
        offer(arg, record.name, record.config.image ? record.config.image : "");
    record_free(&record);
    return 0;
}

static int offer_volume(const struct volume *volume, void *arg, struct err *err)
{
    (void)err;
    offer(arg, volume->name, "volume");
    return 0;
}

static int offer_containers(struct asked *asked, struct err *err)
{
    return record_each(&asked->store, offer_container, asked, err);
}

static int offer_volumes(struct asked *asked, struct err *err)
{
    return volume_each(&asked->store, offer_volume, asked, err);
}

static int offer_images(struct asked *asked, struct err *err)
{
    struct image_index index;
    int result = image_index_read(&asked->store, &index, err);

    for (size_t i = 0; result == 0 && i < index.count; i++) {
        if (index.rows[i].name[0])
            offer(asked, image_name_familiar(index.rows[i].name), "image");
    }
    image_index_free(&index);
    return result;
}

static int offer_networks(struct asked *asked, struct err *err)
{
    struct network_list list;
    int result = network_all(&asked->store, &list, err);

    for (size_t i = 0; result == 0 && i < list.count; i++)
        offer(asked, list.items[i].name, list.items[i].driver);
    network_list_free(&list);
    return result;
}

/* What the words of --help mean; the first whose name is in the word counts. Without a function the
 * shell knows: it is told which kind. */
static const struct {
    const char *name;
    int (*offer)(struct asked *asked, struct err *err);
    const char *shells;
} KINDS[] = {
    {"CONTAINER", offer_containers, NULL},
    {"IMAGE", offer_images, NULL},
    {"NETWORK", offer_networks, NULL},
    {"VOLUME", offer_volumes, NULL},
    {"NAME|ID", offer_containers, NULL},
    {"SHELL", NULL, "bash\nzsh\nfish"},
    {"DIR", NULL, ":dirs"},
    {"FILE", NULL, ":files"},
    {"PATH", NULL, ":files"},
};

static int complete_run(void *args, int argc, char **argv, struct err *err)
{
    struct asked asked = {.typed = argc > 0 ? argv[argc - 1] : ""};
    char kind[64];
    struct err ignored;
    int index = 0;

    (void)args;
    if (argc == 0 || command_complete(&PROGRAM_TABLE, argc, argv, kind) == 0)
        return 0;
    opt_parse(PROGRAM_TABLE.globals, argc - 1, argv, &index, &globals, &ignored);
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (!strstr(kind, KINDS[i].name))
            continue;
        if (KINDS[i].shells)
            puts(KINDS[i].shells);
        else if (store_is_there(globals.root)) /* a key that is pressed makes none */
            return cli_store(&asked.store, err) < 0 ? -1 : KINDS[i].offer(&asked, err);
        return 0;
    }
    return 0;
}

const struct command complete_command = {
    .name = "complete",
    .operands = "WORD...",
    .summary = "What can stand in the place of the last word; for completion's scripts",
    .hidden = true,
    .opts = OPTS,
    .run = complete_run,
};
