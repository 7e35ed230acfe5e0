/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_OPTIONS_H
#define CGRED_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

/* The command line of cgred (doc/cgred.8.scd), and its exit statuses. */

#define EXIT_NOT_ROOT	 1
#define EXIT_USAGE	 2
#define EXIT_OWNER	 3
#define EXIT_NOT_STARTED 4
#define EXIT_LEFT	 5
#define EXIT_NO_CGROUP	 81
#define EXIT_RULES	 99

struct options {
	bool foreground, check, scan, cgroupfs;
	bool once;	 /* one pass over /proc, and nothing else */
	bool clean;	 /* remove the groups that were made */
	bool log_chosen; /* where to log, and what, was said: no file has a say in it */
	bool level_chosen;
	bool sync_never;   /* no exec gate */
	bool sync_always;  /* the exec gate also holds what is not known by its file */
	bool favordynmods; /* make a lone move quick */
	bool reassert;	   /* put back what somebody else moved */
	int log_level;
	const char *log_file;	     /* path, "-", or NULL */
	int log_facility;	     /* or -1 */
	const char *rules_file;	     /* NULL: the default one */
	const char *yaml_file;	     /* the same */
	const char *rules_directory; /* NULL: the default one, unless a file is named */
	const char *cgconfig_file;
	const char *runtime_directory;
	unsigned long remove_empty_ms;
	uid_t socket_uid;
	gid_t socket_gid;
};

/* Parse argv; the strings are argv's, or live as long as the process: paths become absolute, as a
 * daemon leaves its directory. Returns -1 to go on, else the status to leave with (what was
 * wrong has been printed, or the help that was asked for). */
int options_parse(int argc, char *const argv[], struct options *ret);

#endif
