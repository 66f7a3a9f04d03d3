/* SPDX-License-Identifier: MIT */
/*
 * network_note: what a person should be told of the host, though nothing failed: that it passes
 * packets on from now, that somebody's firewall may be in the way. It is kept until somebody asks,
 * since libraries do not print.
 */
#ifndef ENGINE_NETWORK_NOTE_H
#define ENGINE_NETWORK_NOTE_H

/* Keep a note; a second goes behind the first, as far as there is room. */
void network_note_add(const char *text);

/* What was kept since the last call, lines with '\n' between; "": nothing. */
const char *network_note_take(void);

#endif
