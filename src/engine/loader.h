/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_LOADER_H
#define CGRED_ENGINE_LOADER_H

#include <stdbool.h>

#include "base/diag.h"
#include "engine/commands.h"
#include "engine/configuration.h"
#include "engine/groups.h"
#include "rule/programs.h"

struct ruleset;

/* The thread for what may wait: reading the configuration, and the name service. One job at a time,
 * in order; answers come back through a descriptor. */
struct loader;

enum loader_job_kind {
	LOADER_RULES,	 /* rules and templates */
	LOADER_CGCONFIG, /* templates only */
	LOADER_PROGRAMS, /* the programs that rules mean which are loaded */
	LOADER_USER_NAME,
	LOADER_GROUP_NAME,
};

/* A job, then its answer. */
struct loader_job {
	struct loader_job *next;
	enum loader_job_kind kind;
	bool programs_wanted; /* find them, too */
	bool quiet;	      /* the caller's: a try that nobody asked for */
	bool refresh;	      /* the same, for the same rules: what their paths lead to now */

	unsigned id; /* of LOADER_…_NAME */
	char *name;  /* its name; NULL: it has none, or it cannot be told */

	struct ruleset *previous; /* a reference: for names that cannot be looked up now */
	struct ruleset
		*rules; /* a reference, or NULL when there were errors; of LOADER_PROGRAMS given */
	struct commands commands; /* of the rules */
	struct groups groups;	  /* the same */
	struct programs programs; /* that the rules mean */
	struct cgconfig cgconfig;
	struct diag_list diags;
	int error; /* 0 or -errno */
};

/* paths stays the caller's. 0 or -errno. */
int loader_new(const struct configuration_paths *paths, struct loader **ret);

/* Ends the thread; does not wait for a name service that hangs. */
void loader_free(struct loader *loader);

/* Readable when an answer waits. */
int loader_fd(const struct loader *loader);

/* Hand over a job (from loader_job_new()). A job to load that has not begun takes the place of a
 * later one of the same kind. */
void loader_submit(struct loader *loader, struct loader_job *job);

/* The next answer, to be freed by loader_job_free(), or NULL. */
struct loader_job *loader_next_answer(struct loader *loader);

struct loader_job *loader_job_new(enum loader_job_kind kind);
void loader_job_free(struct loader_job *job); /* takes NULL */

/* Do a job here and now: for the first load, and for --check. */
void loader_run(const struct configuration_paths *paths, struct loader_job *job);

#endif
