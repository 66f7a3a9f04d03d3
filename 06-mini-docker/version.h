/* SPDX-License-Identifier: MIT */
/* What both programs of this lab print for --version. */
#ifndef VERSION_H
#define VERSION_H

#define VERSION "1.0"

#endif
