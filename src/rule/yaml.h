/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_YAML_H
#define CGRED_RULE_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag_list;

/* What YAML configuration files say (doc/cgred.yaml.5.scd), as plain data: the compiler makes rules
 * of it, the engine groups and triggers. A superset of fetter's language. */

/* A text, and where it stands, for messages about it later. text is NULL where there is none. */
struct yaml_text {
	char *text;
	const char *file; /* the configuration's */
	unsigned line, column;
};

struct yaml_list {
	struct yaml_text *items;
	size_t n;
};

enum yaml_access {
	YAML_EXECUTE,
	YAML_READ,
	YAML_WRITE,
};

enum yaml_sync {
	YAML_SYNC_AUTO,
	YAML_SYNC_ALWAYS,
	YAML_SYNC_NEVER,
};

/* Actions beside group and triggers: a rule's "trigger" can be one of these names. */
#define YAML_KILL      (1U << 0)
#define YAML_INTERRUPT (1U << 1)
#define YAML_TERM      (1U << 2)
#define YAML_STOP      (1U << 3)
#define YAML_FREEZE    (1U << 4)
#define YAML_LOG       (1U << 5)

#define YAML_TIMEOUT_MS	 (60 * 1000) /* of triggers that say nothing else */
#define YAML_MAX_RUNNING 16

struct yaml_rule {
	struct yaml_text name;
	struct yaml_list paths; /* absolute, without doubled slashes; "/" at the end stays */
	enum yaml_access access;
	struct yaml_text group;	   /* of groups */
	struct yaml_list triggers; /* of triggers */
	unsigned actions;	   /* YAML_KILL… */

	/* Conditions: each list is met by any of its items and by none of those that begin with
	 * "!"; all lists must be met. Empty: no condition. */
	struct yaml_list users;	     /* names, numbers, "@groups" */
	struct yaml_list comm;	     /* globs */
	struct yaml_list containers; /* runtime names, ids or beginnings of ids, "none", "any" */
	struct yaml_list cgroup;     /* globs over the present group's path */
	struct yaml_list parent;     /* executables of any ancestor: path, base name or glob */

	enum yaml_sync sync;
	bool dry_run;	 /* say what would be done, and go on with the next rule */
	bool failed;	 /* also system calls that failed */
	bool is_partial; /* there was a mistake in it: yaml_check() does not say what it lacks */
};

struct yaml_value {
	struct yaml_text file, value;
};

struct yaml_group {
	struct yaml_text name;
	uint64_t ram_bytes;	 /* 0: not limited */
	unsigned cpu_hundredths; /* of a percent of all CPUs together; 0: not limited */
	uint64_t pids;		 /* 0: not limited */
	bool freeze;
	bool kill;		/* who arrives dies */
	unsigned thaw_after_ms; /* 0: never */
	struct yaml_value *set; /* in the order of the file */
	size_t n_set;
};

struct yaml_trigger {
	struct yaml_text name;
	struct yaml_text run;  /* absolute */
	struct yaml_list args; /* without the program itself */
	struct yaml_text user; /* name or number; NULL: "nobody" */
	struct yaml_text group;
	struct yaml_text cwd; /* absolute; NULL: "/" */
	unsigned timeout_ms;
	unsigned max_running;
	unsigned rate, rate_ms; /* so many in such a time; 0: no limit */
};

enum yaml_mode {
	YAML_MODE_AUDIT,   /* events */
	YAML_MODE_SCANNER, /* a pass over /proc every second */
};

enum yaml_audit {
	YAML_AUDIT_PRESERVE, /* add rules to the site's */
	YAML_AUDIT_OVERRIDE, /* put the site's aside, until the end */
	YAML_AUDIT_REUSE,    /* add none: listen for the keys cgred_* and fetter_* */
};

/* All files together, in the order in which they were read. Zero-initialised is empty. */
struct yaml_config {
	struct yaml_text name; /* top group; NULL: "cgred" */
	enum yaml_mode mode;
	enum yaml_audit audit;
	struct yaml_text log_file;
	int log_level; /* of syslog(3); -1 where has_log_level is false */
	bool has_log_level, has_mode, has_audit;
	struct yaml_rule *rules;
	size_t n_rules;
	struct yaml_group *groups;
	size_t n_groups;
	struct yaml_trigger *triggers;
	size_t n_triggers;
	char **files; /* their names */
	size_t n_files;
	bool is_partial; /* the end of a file could not be read: what is missing may be there */
};

/*
 * Add what text[0..len), of that file, says. No I/O. Every mistake (unknown keys, with the one that
 * was meant; wrong types; relative paths; duplicate names) goes to diags with file, line and
 * column. 0; -EINVAL when there was an error (what was understood is in *config); -ENOMEM.
 */
int yaml_parse(struct yaml_config *config, const char *text, size_t len, const char *file,
	       struct diag_list *diags);

/*
 * When all files are there, also after errors in them: rules that name a group or a trigger that
 * none of them has, do nothing, or match everything, are errors; groups and triggers that no rule
 * names are warnings. 0; -EINVAL when there was an error; -ENOMEM.
 */
int yaml_check(const struct yaml_config *config, struct diag_list *diags);

void yaml_done(struct yaml_config *config);

#endif
