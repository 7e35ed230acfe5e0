/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_RUNNER_LINES_H
#define CGRED_ACTION_RUNNER_LINES_H

#include <stddef.h>

/* What a command prints, as lines that a log and a terminal can stand. */

/* A longer line becomes several. */
#define RUNNER_LINE_MAX 900

/* Zero-initialised is empty. */
struct runner_lines {
	size_t len;
	char bytes[RUNNER_LINE_MAX];
};

/* With a line, terminated, without its newline: control characters and what is no UTF-8 are \xNN.
 * Empty lines are left out. */
typedef void runner_line_fn(void *arg, const char *line);

void runner_lines_feed(struct runner_lines *lines, const char *bytes, size_t len,
		       runner_line_fn *fn, void *arg);

/* There is no more: what has no newline is a line, too. */
void runner_lines_end(struct runner_lines *lines, runner_line_fn *fn, void *arg);

#endif
