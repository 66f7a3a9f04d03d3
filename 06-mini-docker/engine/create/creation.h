/* SPDX-License-Identifier: MIT */
/*
 * creation: what the files create*.c share: a record that is being made from words. Each of them
 * fills one part of it, and refuses what is wrong with it.
 */
#ifndef ENGINE_CREATION_H
#define ENGINE_CREATION_H

#include "create_options.h"
#include "engine/store/record.h"

struct creation {
    const struct store *store;
    const struct create_options *options;
    const struct record_config *image; /* what the image says; zeros where there is none */
    bool image_given;                  /* by create's caller, who holds it */
    char *const *command;              /* the words after the image's name; ends with NULL */
    struct record *record;
    struct json_reader memory; /* of the record; creation_alloc uses it */
    struct err *err;
};

/* A list that grows. `items` is always the record's memory, and ends with NULL. */
struct texts {
    const char **items;
    size_t count, room;
};

/* Words of which each key is there once, in the order in which they came. */
struct pairs {
    struct spec_pair *items;
    size_t count, room;
};

/* Memory that lives as long as the record; NULL with the error set when there is none. */
void *creation_alloc(struct creation *creation, size_t count, size_t size);

/* Both keep the text itself. Errors: no memory. */
int creation_add(struct creation *creation, struct texts *texts, const char *text);
int creation_set(
    struct creation *creation, struct pairs *pairs, const char *key, const char *value);

/* "KEY=VALUE" or "KEY", whose value is ""; of each word. `option`: "--label". Errors: no key. */
int creation_set_words(
    struct creation *creation, struct pairs *pairs, const char *option, const char *const *words);

/* ERR_USAGE: `invalid argument "WORD" for "OPTION" flag: …`, as Docker has it. Returns -1. */
int creation_refuse(struct creation *creation, const char *option, const char *word,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * The parts. Each returns 0, or -1 with the error set:
 * ERR_USAGE, in Docker's words.
 */
int create_config(struct creation *creation);       /* config, path, args */
int create_env(struct creation *creation);          /* config.env */
int create_labels(struct creation *creation);       /* config.labels */
int create_health(struct creation *creation);       /* config.health */
int create_limits(struct creation *creation);       /* host: numbers */
int create_devices(struct creation *creation);      /* host: devices, rates, ulimits, sysctls */
int create_refused(struct creation *creation);      /* nothing: what there is not here */
int create_restart(struct creation *creation);      /* host.restart_*, auto_remove */
int create_modes(struct creation *creation);        /* host: namespaces, restart, rights, logs */
int create_network(struct creation *creation);      /* host: the network, networks */
int create_ports(struct creation *creation);        /* host.ports, config.exposed_ports */
int create_mounts(struct creation *creation);       /* host: binds, mounts, tmpfs; config.volumes */
int create_volumes_from(struct creation *creation); /* host: volumes_from, inherited */

/*
 * "container:WORD" with the ID in place of the word. Other modes are given back as they are.
 * NULL with the error set: no such container.
 */
const char *creation_mode(struct creation *creation, const char *mode);

#endif
