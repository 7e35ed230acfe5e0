/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_NOTED_H
#define CGRED_PROCESS_NOTED_H

#include <stdbool.h>

#include "process/process.h"

/* What was noted of an exec of a process (process.executed), in place of what /proc says: nobody
 * has to be asked, or waited for. */

#define NOTED_FACTS (FACT_GROUPS | FACT_EXE | FACT_EXE_FILE | FACT_INVOKED)

/* The note, if it is of this process, which pidfd holds; or NULL. */
const struct executed *noted_of(struct process *process);

/* Fill in those of the wanted facts that are missing, and were noted: of NOTED_FACTS. The strings
 * are the note's. */
void noted_take(const struct executed *executed, struct process *process, unsigned facts);

/* The same of the ids, and the parent, as they were then. False: they were not noted. */
bool noted_take_ids(struct process *process);

/* Are the ids that the process has, as far as they are known, those of then? If not, nothing of the
 * note goes with them. */
bool noted_is_of_now(const struct process *process);

#endif
