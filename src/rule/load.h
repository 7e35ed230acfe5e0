/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_LOAD_H
#define CGRED_RULE_LOAD_H

#include <stdbool.h>

struct diag_list;
struct ruleset;

struct rule_sources {
	const char *file;	    /* cgrules.conf, or NULL */
	const char *directory;	    /* cgrules.d: *.conf, sorted, after the file; or NULL */
	const char *yaml_file;	    /* cgred.yaml, or NULL */
	const char *yaml_directory; /* rules.d: *.yaml and *.yml, sorted, after the file; or NULL */
	bool yaml_must_exist;	    /* the file, as it was asked for by name */
	bool lint;		    /* also warn of rules that are never reached (rule/lint.h) */
};

/*
 * Read, parse, resolve and compile. Does file I/O and name look-ups: may take long. Mistakes go to
 * diags. previous (may be NULL): where the name service cannot answer now, names keep the ids that
 * they had there. Returns 0 and a set with one reference; -EINVAL when there were errors in the
 * files (no set); -ENOMEM.
 */
int ruleset_load(const struct rule_sources *sources, const struct ruleset *previous,
		 struct diag_list *diags, struct ruleset **ret);

/* Compile from text in memory, as if it were a file of that name. For tests and for rules that are
 * added at run time. */
int ruleset_load_text(const char *text, const char *name, struct diag_list *diags,
		      struct ruleset **ret);
int ruleset_load_yaml(const char *text, const char *name, struct diag_list *diags,
		      struct ruleset **ret);

#endif
