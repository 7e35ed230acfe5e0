/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_RUNNER_CHILD_H
#define CGRED_ACTION_RUNNER_CHILD_H

#include <stdint.h>
#include <sys/types.h>

struct runner_request;

/* What the process of a command could not do before it executes its program. */
enum child_step {
	CHILD_GROUP, /* not the end: it goes on outside the group */
	CHILD_DESCRIPTORS,
	CHILD_USER,
	CHILD_CWD,
	CHILD_EXEC,
	CHILD_INTERPRETER,
};

struct child_problem {
	int32_t step;
	int32_t error;
	int32_t index; /* CHILD_GROUP: of its path */
};

/*
 * In a process that was just forked for it, by the process parent: becomes the command. Problems
 * are written to a descriptor, which is closed when the program is executed. Both descriptors are
 * above 3; 0 is /dev/null.
 */
_Noreturn void runner_child_run(const struct runner_request *request, pid_t parent, int output_fd,
				int problem_fd);

/* "cannot …", for a message. */
const char *runner_child_step_text(enum child_step step);

/* Close every descriptor from first on, also above the limit for new ones. */
void runner_child_close_from(unsigned first);

#endif
