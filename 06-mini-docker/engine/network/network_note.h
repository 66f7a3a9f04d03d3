/* SPDX-License-Identifier: MIT */
/*
 * network_note: what a person should be told of the host, though nothing failed: that it passes
 * packets on from now, that somebody's firewall may be in the way. Libraries do not print, so who
 * does is said once.
 */
#ifndef ENGINE_NETWORK_NOTE_H
#define ENGINE_NETWORK_NOTE_H

/* Whom to tell each note from now on; until then nobody is told. The program's main does this. */
void network_note_tell(void (*tell)(const char *note));

/* Tell one line. */
void network_note_add(const char *note);

#endif
