/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_EXECUTED_H
#define CGRED_BASE_EXECUTED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EXECUTED_PATH_BYTES 201
#define EXECUTED_GROUPS_MAX 16

/* What the kernel has noted of an exec, when it was made (source/exec-filter.h), for who wants to
 * know of the process (process/process.h). It is of one process and no other, and what could be
 * found out without waiting for anything; the rest of it is empty. */
struct executed {
	uint64_t identity; /* identity_number() of the process; 0: nothing was noted */
	bool has_one_name; /* it was started by the name of its executable */
	dev_t exe_dev;	   /* of its executable; */
	ino_t exe_ino;	   /* 0: not known */
	bool has_ids;	   /* these three are here */
	pid_t ppid;
	uid_t euid;
	gid_t egid;
	bool has_groups; /* the supplementary groups are here */
	uint32_t n_groups;
	gid_t groups[EXECUTED_GROUPS_MAX];
	char exe[EXECUTED_PATH_BYTES]; /* its path, as a link in /proc would say it, or "" */
};

#endif
