/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment of commands. */
#include "config.h"

#include "engine/variables.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "base/num.h"
#include "engine/decide.h"
#include "process/container.h"
#include "rule/rule.h"
#include "source/audit.h"

/* Of Documentation/admin-guide/devices.txt. */
#define MAJOR_TTY     4
#define MAJOR_PTS     136
#define MAJOR_PTS_END 144
#define SERIAL_FIRST  64

#define FETTER	"FETTER_"
#define NAME(x) FETTER #x, "CGRED_" #x

static const char *const field_names[AUDIT_FIELDS][2] = {
	[AUDIT_A0] = { NAME(A0) },	 [AUDIT_A1] = { NAME(A1) },
	[AUDIT_A2] = { NAME(A2) },	 [AUDIT_A3] = { NAME(A3) },
	[AUDIT_ARCH] = { NAME(ARCH) },	 [AUDIT_AUID] = { NAME(AUID) },
	[AUDIT_COMM] = { NAME(COMM) },	 [AUDIT_EGID] = { NAME(EGID) },
	[AUDIT_EUID] = { NAME(EUID) },	 [AUDIT_EXE] = { NAME(EXE) },
	[AUDIT_EXIT] = { NAME(EXIT) },	 [AUDIT_FSGID] = { NAME(FSGID) },
	[AUDIT_FSUID] = { NAME(FSUID) }, [AUDIT_GID] = { NAME(GID) },
	[AUDIT_ITEMS] = { NAME(ITEMS) }, [AUDIT_PID] = { NAME(PID) },
	[AUDIT_PPID] = { NAME(PPID) },	 [AUDIT_RESULT] = { NAME(RESULT) },
	[AUDIT_SES] = { NAME(SES) },	 [AUDIT_SGID] = { NAME(SGID) },
	[AUDIT_SUID] = { NAME(SUID) },	 [AUDIT_SYSCALL] = { NAME(SYSCALL) },
	[AUDIT_TTY] = { NAME(TTY) },	 [AUDIT_UID] = { NAME(UID) },
};

static void add(struct variables *variables, const char *name, const char *value)
{
	if (value && variables->n < VARIABLES_MAX)
		variables->items[variables->n++] = (struct trigger_variable){ name, value };
}

/* A text that is kept here; NULL: there is no room. */
static const char *keep(struct variables *variables, const char *text, size_t len)
{
	char *kept = variables->texts + variables->used;

	if (len >= sizeof(variables->texts) - variables->used)
		return NULL;
	memcpy(kept, text, len);
	kept[len] = '\0';
	variables->used += len + 1;
	return kept;
}

static const char *print(struct variables *variables, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static const char *print(struct variables *variables, const char *fmt, ...)
{
	char text[512];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return len < 0 || (size_t)len >= sizeof(text) ? NULL : keep(variables, text, (size_t)len);
}

static void add_field(struct variables *variables, enum audit_field field, const char *value)
{
	add(variables, field_names[field][0], value);
	add(variables, field_names[field][1], value);
}

/* ---- from /proc ------------------------------------------------------------------------------ */

static ssize_t read_proc(int proc_fd, pid_t tgid, const char *file, char *buf, size_t size)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/%s", (int)tgid, file);
	return file_read_buf(proc_fd, path, buf, size);
}

/* A file with a number. */
static void add_number(struct variables *variables, int proc_fd, pid_t tgid, const char *file,
		       enum audit_field field)
{
	char text[32];

	if (read_proc(proc_fd, tgid, file, text, sizeof(text)) <= 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	add_field(variables, field, keep(variables, text, strlen(text)));
}

/* A line of /proc/PID/status with four ids: real, effective, saved, of the file system. */
static void add_ids(struct variables *variables, const char *status, const char *key,
		    const enum audit_field fields[4])
{
	const char *line = strstr(status, key);

	if (!line)
		return;
	line += strlen(key);
	for (size_t i = 0; i < 4; i++) {
		uint64_t id;

		line += strspn(line, " \t");
		if (!num_scan_u64(&line, &id))
			return;
		add_field(variables, fields[i], print(variables, "%" PRIu64, id));
	}
}

static void add_all_ids(struct variables *variables, int proc_fd, pid_t tgid)
{
	static const enum audit_field uids[] = { AUDIT_UID, AUDIT_EUID, AUDIT_SUID, AUDIT_FSUID };
	static const enum audit_field gids[] = { AUDIT_GID, AUDIT_EGID, AUDIT_SGID, AUDIT_FSGID };
	char status[4096];

	if (read_proc(proc_fd, tgid, "status", status, sizeof(status)) <= 0)
		return;
	add_ids(variables, status, "\nUid:", uids);
	add_ids(variables, status, "\nGid:", gids);
}

/* Of field 7 of proc_pid_stat(5), as the audit subsystem names it. */
static const char *name_tty(struct variables *variables, dev_t device)
{
	unsigned major_number = major(device);
	unsigned minor_number = minor(device);

	if (major_number >= MAJOR_PTS && major_number < MAJOR_PTS_END)
		return print(variables, "pts%u", (major_number - MAJOR_PTS) * 256 + minor_number);
	if (major_number == MAJOR_TTY)
		return minor_number < SERIAL_FIRST
			       ? print(variables, "tty%u", minor_number)
			       : print(variables, "ttyS%u", minor_number - SERIAL_FIRST);
	return device ? print(variables, "%u:%u", major_number, minor_number) : NULL;
}

static void add_from_proc(struct variables *variables, int proc_fd, const struct process *process)
{
	char comm[32];

	add_field(variables, AUDIT_PID, print(variables, "%d", (int)process->tgid));
	add_field(variables, AUDIT_PPID, print(variables, "%d", (int)process->ppid));
	add_field(variables, AUDIT_EXE, process->facts & FACT_EXE ? process->exe : NULL);
	add_field(variables, AUDIT_SYSCALL, "execve");
	add_field(variables, AUDIT_RESULT, "success");
	add_field(variables, AUDIT_EXIT, "0");
	if (read_proc(proc_fd, process->tgid, "comm", comm, sizeof(comm)) > 0) {
		comm[strcspn(comm, "\n")] = '\0';
		add_field(variables, AUDIT_COMM, keep(variables, comm, strlen(comm)));
	}
	add_number(variables, proc_fd, process->tgid, "loginuid", AUDIT_AUID);
	add_number(variables, proc_fd, process->tgid, "sessionid", AUDIT_SES);
	add_all_ids(variables, proc_fd, process->tgid);
	if (process->facts & FACT_START)
		add_field(variables, AUDIT_TTY, name_tty(variables, process->tty));
}

/* ---- ours ------------------------------------------------------------------------------------ */

/* Arguments with blanks between them. */
static void add_argv(struct variables *variables, int proc_fd, pid_t tgid)
{
	char argv[4096];
	ssize_t len = read_proc(proc_fd, tgid, "cmdline", argv, sizeof(argv));

	while (len > 0 && argv[len - 1] == '\0')
		len--;
	if (len <= 0)
		return;
	for (ssize_t i = 0; i < len; i++) {
		if (argv[i] == '\0')
			argv[i] = ' ';
	}
	add(variables, "CGRED_ARGV", keep(variables, argv, (size_t)len));
}

static void add_container(struct variables *variables, const char *cgroup)
{
	struct container container;
	char id[256];

	if (!cgroup || !container_of(cgroup, &container)) {
		add(variables, "CGRED_CONTAINER", "none");
		return;
	}
	if (container_id(&container, id, sizeof(id)) < 0)
		id[0] = '\0';
	add(variables, "CGRED_CONTAINER",
	    print(variables, "%s:%s", container_runtime_name(container.runtime), id));
}

static const char *path_of(const struct decision *decision, const struct audit_record *record)
{
	const struct process *process = &decision->process;

	if (record)
		return record->n_paths ? record->paths[0] : NULL;
	return process->invoked && process->invoked[0] == '/' ? process->invoked : process->exe;
}

static bool has_tty(const struct audit_record *record)
{
	const char *tty = record->fields[AUDIT_TTY];

	return tty && strcmp(tty, "(none)") != 0;
}

void variables_fill(struct variables *variables, int proc_fd, const struct decision *decision,
		    const struct audit_record *record)
{
	const struct process *process = &decision->process;
	const struct rule_details *details = decision->rule->details;

	variables->n = variables->used = 0;
	if (record) {
		for (int i = 0; i < AUDIT_FIELDS; i++) {
			if (i != AUDIT_TTY || has_tty(record))
				add_field(variables, (enum audit_field)i, record->fields[i]);
		}
	} else {
		add_from_proc(variables, proc_fd, process);
	}
	add(variables, "CGRED_RULE", details->yaml->name.text);
	add(variables, "CGRED_PATH", path_of(decision, record));
	add(variables, "CGRED_GROUP", details->group ? details->group->name.text : NULL);
	/* Another process may have the number of one that is gone. */
	if (record && record->argv)
		add(variables, "CGRED_ARGV", record->argv);
	else if (decision->verdict != VERDICT_GONE)
		add_argv(variables, proc_fd, process->tgid);
	add_container(variables, process->cgroup);
}
