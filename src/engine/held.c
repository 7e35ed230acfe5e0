/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an exec will make of a process, told from the file and the process as it is. Where that is
 * wrong, the exec event decides anew. */
#include "config.h"

#include "engine/held.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"

/* Set-ids count for programs, not for scripts (execve(2)). */
static void read_ids(struct held_exec *held, int fd, const struct stat *st)
{
	struct statvfs fs;

	if (!(st->st_mode & (S_ISUID | S_ISGID)) || fstatvfs(fd, &fs) < 0 ||
	    (fs.f_flag & ST_NOSUID))
		return;
	held->set_uid = st->st_mode & S_ISUID;
	held->uid = st->st_uid;
	held->set_gid = (st->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	held->gid = st->st_gid;
}

bool held_exec_read(struct held_exec *held, int file_fd)
{
	char magic[2];
	struct stat st;

	held->exe[0] = held->script[0] = '\0';
	held->set_uid = held->set_gid = false;
	if (fstat(file_fd, &st) < 0)
		return false;
	held->file = (struct file_id){ .dev = st.st_dev, .ino = st.st_ino };
	if (pread(file_fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	    memcmp(magic, "#!", 2) == 0)
		return file_path_of_fd(file_fd, held->script);
	read_ids(held, file_fd, &st);
	return file_path_of_fd(file_fd, held->exe);
}

void held_exec_apply(const struct held_exec *held, struct process *process)
{
	process->exe = held->exe;
	process->exe_base = path_base(held->exe);
	process->exe_file = held->exe[0] ? held->file : (struct file_id){ 0 };
	process->invoked = held->script[0] ? held->script : NULL;
	process->invoked_base = held->script[0] ? path_base(held->script) : NULL;
	process->invoked_file = held->exe[0] ? (struct file_id){ 0 } : held->file;
	process->kthread = false;
	process->facts |= FACT_EXE | FACT_EXE_FILE | FACT_INVOKED;
}

unsigned held_exec_facts(const struct held_exec *held)
{
	return FACT_STATUS |
	       (held->set_uid || held->set_gid ? FACT_PRIVILEGES | FACT_USER_NAMESPACE : 0);
}

bool held_exec_apply_ids(struct held_exec *held, struct process *process)
{
	if (process->no_new_privs)
		held->set_uid = held->set_gid = false;
	if (!held->set_uid && !held->set_gid)
		return true;
	/* It depends on what the tracer may do; or on whether the owner is known there. */
	if (process->traced || process->other_user_namespace)
		return false;
	if (held->set_uid)
		process->euid = held->uid;
	if (held->set_gid)
		process->egid = held->gid;
	return true;
}

bool held_exec_was_right(const struct held_exec *held, const struct process *process)
{
	if (!process->has_exec_ids)
		return true;
	return (!held->set_uid || process->exec_euid == held->uid) &&
	       (!held->set_gid || process->exec_egid == held->gid);
}
