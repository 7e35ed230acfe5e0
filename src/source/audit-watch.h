/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_WATCH_H
#define CGRED_SOURCE_AUDIT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One watch, and the rules that it takes in the kernel. */

struct audit_rule_data;

#define AUDIT_KEY_BYTES 48

struct audit_rule {
	char key[AUDIT_KEY_BYTES];
	struct audit_rule_data *data;
	bool is_set; /* in the kernel, when last seen */
	int error;   /* why not */
};

#define AUDIT_TARGET_RULES 3 /* read, write, execute */

/* What is given to the kernel: a directory with all below, or a name in a directory. */
struct audit_target {
	char *path;
	bool is_directory;
	/* What the kernel holds on to: the directory, or that which the name is in. When this
	 * changes the rules must be made again. And what is mounted below. */
	dev_t device;
	ino_t inode;
	uint64_t mounts;
	bool is_changed; /* since the kernel was told */
	struct audit_rule rules[AUDIT_TARGET_RULES];
	size_t n_rules;
};

/* The name itself, and the file that it is a symbolic link to. */
#define AUDIT_WATCH_TARGETS 2

struct audit_watched {
	unsigned id;
	char *path;	 /* without ".", ".." and "//" */
	char *real;	 /* NULL: it does not exist, or it is a link of somebody's */
	bool is_refused; /* the way there leads through a link of somebody's */
	bool is_directory;
	unsigned access;
	bool failed;
	struct audit_target targets[AUDIT_WATCH_TARGETS];
	size_t n_targets;
};

/* Rules that are to go. */
struct audit_retired {
	struct audit_rule_data **rules;
	size_t n, room;
};

/*
 * Look at where the path leads now, and make what rules it takes: those that are right already stay
 * as they are, those that are not wanted any more are moved to retired, and to stale those of a
 * directory that another has taken the place of: the kernel takes new rules of that name for the
 * old directory as long as they are there. mountinfo is the text of /proc/self/mountinfo;
 * *next_number is that of the next key. 0 or -errno.
 */
int audit_watched_plan(struct audit_watched *watched, const char *mountinfo, unsigned *next_number,
		       struct audit_retired *retired, struct audit_retired *stale);

/* Only where the path leads, without rules. 0 or -ENOMEM. */
int audit_watched_look(struct audit_watched *watched);

/* All of its rules are to go. */
int audit_watched_retire(struct audit_watched *watched, struct audit_retired *retired);

/* Are all its rules in the kernel? *ret_error says why one is not. */
bool audit_watched_is_set(const struct audit_watched *watched, int *ret_error);

void audit_watched_done(struct audit_watched *watched);

#endif
