/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_TABLE_H
#define CGRED_BASE_TABLE_H

/* uthash without its habit of exit() when there is no memory: after HASH_ADD…, table_has() says
 * whether the entry is in the table. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define table_has(entry) ((entry)->hh.tbl != NULL)

#endif
