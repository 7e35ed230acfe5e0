/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_RULE_H
#define CGRED_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process/process.h"
#include "rule/yaml.h"

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

/* A user or group that a condition names. */
struct rule_person {
	enum rule_who who;
	bool is_excluded;		    /* written with "!" */
	uid_t uid;			    /* of RULE_USER */
	const struct rule_members *members; /* of RULE_GROUP */
};

/*
 * What only rules of YAML files have. A rule of several paths and users is several struct rule, one
 * after the other, with the same details.
 */
struct rule_details {
	const struct yaml_rule *yaml;
	const struct yaml_group *group;	  /* NULL: none */
	const struct rule_person *people; /* that are a condition; others are columns of rules */
	size_t n_people;
	const unsigned *triggers; /* by their number in yaml_config.triggers */
	size_t n_triggers;
	const char *const *paths; /* of a rule for accesses, and where they lead to */
	size_t n_paths;
	unsigned actions;    /* YAML_KILL… */
	unsigned facts;	     /* that the conditions need */
	bool is_conditional; /* its columns do not say all */
};

struct rule {
	const struct rule_details *details;	  /* NULL: a line of cgrules.conf */
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

/* Is it for reads and writes of files? Then it is not found by who a process is. */
static inline bool rule_is_access(const struct rule *rule)
{
	return rule->details && rule->details->yaml->access != YAML_EXECUTE;
}

/* Do its columns say all? Else it may hand on to the next that has the same. */
static inline bool rule_is_conditional(const struct rule *rule)
{
	return rule->options || (rule->details && rule->details->is_conditional);
}

/* Has it more to do than to place? */
static inline bool rule_has_actions(const struct rule *rule)
{
	return rule->details && (rule->details->n_triggers || rule->details->actions);
}

static inline enum rule_pattern rule_pattern(const struct rule *rule)
{
	return rule->program ? (enum rule_pattern)rule->program->pattern : PATTERN_NONE;
}

#endif
