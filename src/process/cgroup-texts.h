/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_CGROUP_TEXTS_H
#define CGRED_PROCESS_CGROUP_TEXTS_H

#include <stdbool.h>

#include "process/look.h"

/*
 * What PID/cgroup says of all processes that are in the same groups, by the numbers of these. It
 * stays true until one of them, or one above it, is renamed, which is for who uses this to notice.
 */
struct cgroup_texts;

struct cgroup_texts *cgroup_texts_new(void); /* NULL: no memory */
void cgroup_texts_free(struct cgroup_texts *texts);

/* The text, valid until one is added or all are forgotten; NULL: not known. */
const char *cgroup_texts_find(const struct cgroup_texts *texts, const struct cgroup_ids *ids);

/* Remember a copy of the text, if it says of everybody there what it says of one. all: the numbers
 * are of all hierarchies, else of the unified one. What does not fit, or finds no memory, is
 * forgotten. */
void cgroup_texts_add(struct cgroup_texts *texts, const struct cgroup_ids *ids, bool all,
		      const char *text);

/* A group was renamed, or other hierarchies are mounted. */
void cgroup_texts_forget(struct cgroup_texts *texts);

#endif
