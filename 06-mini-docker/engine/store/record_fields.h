/* SPDX-License-Identifier: MIT */
/* record_fields: the tables that the record's table is made of, in the files that are named here.
 */
#ifndef ENGINE_RECORD_FIELDS_H
#define ENGINE_RECORD_FIELDS_H

#include "record.h"

#include "runtime/json_write.h"

extern const struct json_table record_pair_table; /* record_table.c: struct spec_pair, of a map */
extern const struct json_table record_host_table; /* record_host_table.c: struct record_host */

#endif
