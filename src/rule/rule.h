/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_RULE_H
#define CGRED_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process/process.h"

/* A compiled rule: names are resolved, strings are stored once. It points into its rule set. */

enum rule_who {
	RULE_ANYBODY,
	RULE_USER,
	RULE_GROUP
};

enum rule_pattern {
	PATTERN_NONE,	/* every program */
	PATTERN_PATH,	/* the path, or another name of the same file */
	PATTERN_NAME,	/* the base name */
	PATTERN_PREFIX, /* a prefix of the path or of the base name */
};

/* Lines of one rule: its own, and those that begin with "%". */
#define RULE_TARGETS_MAX 64

/* Destinations of one rule together, before substitution. */
#define RULE_TARGETS_BYTES 8192

#define RULE_IGNORE    (1U << 0)
#define RULE_IGNORE_RT (1U << 1)

/* One column pair "controllers destination". Equal ones are one object in a rule set. */
struct rule_target {
	const char *controllers; /* separated by commas, or "*" */
	const char *destination; /* rule/destination.h */
	bool is_open;		 /* the destination was written with a slash at its end */
	unsigned needs;		 /* DESTINATION_… */
	unsigned index;		 /* from 0, in the rule set */
};

/* A program column. Equal ones are one object in a rule set. */
struct rule_program {
	const char *text;      /* of the pattern, without a trailing "*" */
	const char *real_path; /* of PATTERN_PATH, where it differs, or NULL */
	struct file_id file;   /* of PATTERN_PATH, at load; ino 0: none that counts */
	unsigned index;	       /* from 0, in the rule set */
	unsigned char pattern; /* enum rule_pattern, not PATTERN_NONE */
};

/* A group column. Equal ones are one object in a rule set. */
struct rule_members {
	gid_t gid;
	const uid_t *uids; /* listed members, sorted */
	size_t n_uids;
};

struct rule {
	const struct rule_target *const *targets; /* the rule's own, then those of its % lines */
	const struct rule_members *members;	  /* of RULE_GROUP */
	const struct rule_program *program;	  /* NULL: every program */
	uid_t uid;				  /* of RULE_USER */
	unsigned n_targets;
	unsigned line;
	unsigned short column; /* of the user, in bytes, from 1 */
	unsigned short source; /* index of the file that it was read from */
	unsigned char who;     /* enum rule_who */
	unsigned char options; /* RULE_IGNORE… */
};

static inline enum rule_pattern rule_pattern(const struct rule *rule)
{
	return rule->program ? (enum rule_pattern)rule->program->pattern : PATTERN_NONE;
}

#endif
