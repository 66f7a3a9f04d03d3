/* SPDX-License-Identifier: MIT */
/* overwrite: what the halves of that experiment share: the attack, the runtime's defences. */
#ifndef LAB04_OVERWRITE_H
#define LAB04_OVERWRITE_H

#include "sync.h"

#include <stdatomic.h>
#include <sys/stat.h>

/* The attacker's program: what the container writes over the runtime. Its status tells it apart. */
#define LOOT_PROGRAM "#!/bin/sh\nexit 42\n"
enum { LOOT_STATUS = 42 };

/* In memory that the attacker shares with the experiment. */
struct loot {
    const char *path;  /* where the runtime is on the host */
    struct stat never; /* the file that must not be touched: the real program */
    int path_code;     /* errno of opening it by that path */
    int exe_code;      /* errno of opening /proc/PID/exe, 0: it was opened */
    atomic_int busy;   /* how often writing was refused with ETXTBSY, while the runtime ran */
    atomic_bool over;  /* the attacker has done what it could */
    int write_code;    /* errno of the write in the end, 0: it was overwritten */
};

struct attacker {
    struct loot *loot;
    const char *jail; /* its root directory */
    struct sync sync;
};

/* The container's process, given to spawn_start with new PID and mount namespaces. */
int attacker_main(void *attacker);

/* How the runtime guards itself: the word that it is started with. */
#define GUARD_NONE      "none"
#define GUARD_SEALED    "sealed"
#define GUARD_READ_ONLY "read-only"

#endif
