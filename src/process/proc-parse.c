/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of the files in /proc/PID that cgred reads: bytes in, struct out. A process chooses its
 * comm and its command line freely, so nothing in these two may be mistaken for another field. */
#include "config.h"

#include "process/proc-parse.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/num.h"

/* include/linux/sched.h; proc_pid_stat(5) documents that field 9 holds them. */
#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000

/* More than any type of an auxiliary vector is (include/uapi/linux/auxvec.h). */
#define AUXV_TYPE_MAX 255

enum status_field {
	STATUS_NAME = 1U << 0,
	STATUS_STATE = 1U << 1,
	STATUS_TGID = 1U << 2,
	STATUS_PPID = 1U << 3,
	STATUS_UID = 1U << 4,
	STATUS_GID = 1U << 5,
	STATUS_GROUPS = 1U << 6,
	STATUS_KTHREAD = 1U << 7,
	STATUS_TRACER = 1U << 8,
	STATUS_NO_NEW_PRIVS = 1U << 9,
};

#define STATUS_REQUIRED (STATUS_KTHREAD - 1U)

static const struct {
	const char *key;
	enum status_field field;
} status_keys[] = {
	{ "Name:", STATUS_NAME },	 { "State:", STATUS_STATE },
	{ "Tgid:", STATUS_TGID },	 { "PPid:", STATUS_PPID },
	{ "Uid:", STATUS_UID },		 { "Gid:", STATUS_GID },
	{ "Groups:", STATUS_GROUPS },	 { "Kthread:", STATUS_KTHREAD },
	{ "TracerPid:", STATUS_TRACER }, { "NoNewPrivs:", STATUS_NO_NEW_PRIVS },
};

/* The next word of *text..end, which is moved behind it. Returns its length; 0 at the end. */
static size_t next_word(const char **text, const char *end, const char **ret_word)
{
	const char *pos = *text;

	while (pos < end && (*pos == ' ' || *pos == '\t' || *pos == '\n'))
		pos++;
	*ret_word = pos;
	while (pos < end && *pos != ' ' && *pos != '\t' && *pos != '\n')
		pos++;
	*text = pos;
	return (size_t)(pos - *ret_word);
}

static bool next_u32(const char **text, const char *end, uint32_t *ret)
{
	const char *word;
	size_t len = next_word(text, end, &word);

	return num_parse_u32(word, len, ret);
}

static bool next_pid(const char **text, const char *end, pid_t *ret)
{
	uint32_t value;

	if (!next_u32(text, end, &value) || value > INT_MAX)
		return false;
	*ret = (pid_t)value;
	return true;
}

/* proc_pid_stat(5): one letter. */
static bool next_state(const char **text, const char *end, char *ret)
{
	const char *word;

	if (next_word(text, end, &word) != 1 || *word < 'A' || *word > 'z')
		return false;
	*ret = *word;
	return true;
}

/* The first two numbers of: real, effective, saved, filesystem. */
static bool parse_ids(const char *text, const char *end, uint32_t *ret_real,
		      uint32_t *ret_effective)
{
	return next_u32(&text, end, ret_real) && next_u32(&text, end, ret_effective);
}

/* The kernel escapes newlines and backslashes in the name here, and nothing else. Names of kernel
 * threads can be longer than comm. */
static void unescape_name(const char *text, const char *end, char comm[PROC_COMM_LEN + 1])
{
	size_t len = 0;

	while (text < end && len < PROC_COMM_LEN) {
		if (end - text >= 2 && text[0] == '\\' && (text[1] == 'n' || text[1] == '\\')) {
			comm[len++] = text[1] == 'n' ? '\n' : '\\';
			text += 2;
		} else {
			comm[len++] = *text++;
		}
	}
	comm[len] = '\0';
}

static bool parse_name(const char *text, const char *end, struct proc_status *status)
{
	if (text == end || *text != '\t')
		return false;
	unescape_name(text + 1, end, status->comm);
	return true;
}

static bool parse_bool(const char *text, const char *end, bool *ret)
{
	uint32_t value;

	if (!next_u32(&text, end, &value))
		return false;
	*ret = value != 0;
	return true;
}

static bool parse_field(enum status_field field, const char *text, const char *end,
			struct proc_status *status)
{
	gid_t gid;

	switch (field) {
	case STATUS_NAME:
		return parse_name(text, end, status);
	case STATUS_STATE:
		return next_state(&text, end, &status->state);
	case STATUS_TGID:
		return next_pid(&text, end, &status->tgid);
	case STATUS_PPID:
		return next_pid(&text, end, &status->ppid);
	case STATUS_UID:
		return parse_ids(text, end, &status->uid, &status->euid);
	case STATUS_GID:
		return parse_ids(text, end, &gid, &status->egid);
	case STATUS_GROUPS:
		status->groups = text;
		status->groups_len = (size_t)(end - text);
		return true;
	case STATUS_KTHREAD:
		return parse_bool(text, end, &status->kthread);
	case STATUS_TRACER:
		return parse_bool(text, end, &status->traced);
	case STATUS_NO_NEW_PRIVS:
		return parse_bool(text, end, &status->no_new_privs);
	}
	return false;
}

/* Parse one line; *seen says which fields have been there. */
static bool parse_line(const char *line, const char *end, struct proc_status *status,
		       unsigned *seen)
{
	for (size_t i = 0; i < sizeof(status_keys) / sizeof(status_keys[0]); i++) {
		const char *key = status_keys[i].key;
		size_t len;

		/* There are fifty lines: memcmp() for all keys in each takes three times as long.
		 */
		if (line == end || *line != *key)
			continue;
		len = strlen(key);
		if ((size_t)(end - line) < len || memcmp(line, key, len) != 0)
			continue;
		if (*seen & status_keys[i].field)
			return false;
		*seen |= status_keys[i].field;
		return parse_field(status_keys[i].field, line + len, end, status);
	}
	return true;
}

int proc_parse_status(const char *text, size_t len, struct proc_status *ret)
{
	const char *end = text + len;
	struct proc_status status = { 0 };
	unsigned seen = 0;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		/* The kernel ends each line: the rest of a text that was cut says nothing. */
		if (!eol || !parse_line(text, eol, &status, &seen))
			return -EBADMSG;
		text = eol + 1;
	}
	if ((seen & STATUS_REQUIRED) != STATUS_REQUIRED)
		return -EBADMSG;
	*ret = status;
	return 0;
}

size_t proc_parse_groups(const char *text, size_t len, gid_t *groups, size_t max)
{
	const char *end = text + len;
	size_t count = 0;
	uint32_t gid;

	while (next_u32(&text, end, &gid)) {
		if (count < max)
			groups[count] = gid;
		count++;
	}
	return count;
}

int proc_parse_stat(const char *text, size_t len, struct proc_stat *ret)
{
	const char *end = text + len;
	const char *pos =
		memrchr(text, ')', len); /* comm may hold any byte, but all else numbers */
	struct proc_stat stat = { 0 };
	const char *word;
	uint64_t tty;
	uint32_t flags;

	if (!pos)
		return -EBADMSG;
	pos++;
	if (!next_state(&pos, end, &stat.state) || !next_pid(&pos, end, &stat.ppid))
		return -EBADMSG;
	for (unsigned field = 5; field < 7; field++)
		(void)next_word(&pos, end, &word);
	len = next_word(&pos, end, &word);
	if (num_parse_u64(word, len, &tty))
		stat.tty = (dev_t)tty;
	(void)next_word(&pos, end, &word);
	if (!next_u32(&pos, end, &flags))
		return -EBADMSG;
	stat.kthread = flags & PF_KTHREAD;
	stat.exiting = flags & PF_EXITING;
	for (unsigned field = 10; field < 22; field++)
		(void)next_word(&pos, end, &word);
	len = next_word(&pos, end, &word);
	if (!num_parse_u64(word, len, &stat.start_ticks))
		return -EBADMSG;
	*ret = stat;
	return 0;
}

int proc_parse_schedstat(const char *text, size_t len, struct proc_schedstat *ret)
{
	const char *end = text + len;
	uint64_t values[3]; /* the second: how long it has waited for one */

	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *word;

		len = next_word(&text, end, &word);
		if (!num_parse_u64(word, len, &values[i]))
			return -EBADMSG;
	}
	*ret = (struct proc_schedstat){ .ran_ns = values[0], .times = values[2] };
	return 0;
}

bool proc_comm_is(const char *comm, const char *base, size_t len)
{
	if (len > PROC_COMM_LEN)
		len = PROC_COMM_LEN;
	return len > 0 && strnlen(comm, PROC_COMM_LEN + 1) == len && memcmp(comm, base, len) == 0;
}

bool proc_find_arg(const char *cmdline, size_t len, const char *comm, struct proc_arg *ret)
{
	const char *end = cmdline + len;

	/* No file is called that, but a process can be. */
	if (strcmp(comm, ".") == 0 || strcmp(comm, "..") == 0)
		return false;
	for (unsigned i = 0; i < PROC_ARGS_MAX && cmdline < end; i++) {
		size_t arg_len = strnlen(cmdline, (size_t)(end - cmdline));
		const char *slash = memrchr(cmdline, '/', arg_len);
		const char *base = slash ? slash + 1 : cmdline;

		if (proc_comm_is(comm, base, (size_t)(cmdline + arg_len - base))) {
			*ret = (struct proc_arg){ .text = cmdline, .len = arg_len, .index = i };
			return true;
		}
		cmdline += arg_len;
		if (cmdline < end)
			cmdline++;
	}
	return false;
}

/* Add one component to the path of *used bytes. */
static bool add_component(char *buf, size_t size, size_t *used, const char *name, size_t len)
{
	if (len == 0 || (len == 1 && name[0] == '.'))
		return true;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		while (*used > 0 && buf[--*used] != '/')
			;
		return true;
	}
	if (len >= size || *used + 1 >= size - len)
		return false;
	buf[(*used)++] = '/';
	memcpy(buf + *used, name, len);
	*used += len;
	return true;
}

static bool add_path(char *buf, size_t size, size_t *used, const char *path, size_t len)
{
	const char *end = path + len;

	while (path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		const char *stop = slash ? slash : end;

		if (!add_component(buf, size, used, path, (size_t)(stop - path)))
			return false;
		path = slash ? slash + 1 : end;
	}
	return true;
}

int proc_join_path(const char *dir, const char *path, size_t len, char *buf, size_t size)
{
	bool relative = len == 0 || path[0] != '/';
	size_t used = 0;

	if (size < sizeof("/") || size > INT_MAX)
		return -ENAMETOOLONG;
	if (relative && !add_path(buf, size, &used, dir, strlen(dir)))
		return -ENAMETOOLONG;
	if (!add_path(buf, size, &used, path, len))
		return -ENAMETOOLONG;
	if (used == 0)
		buf[used++] = '/';
	buf[used] = '\0';
	return (int)used;
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool proc_path_is_fd(const char *path)
{
	return starts_with(path, "/dev/fd/") || starts_with(path, "/proc/");
}

static uint64_t read_word(const char *at, size_t size)
{
	uint32_t half;
	uint64_t whole;

	if (size == sizeof(half)) {
		memcpy(&half, at, sizeof(half));
		return half;
	}
	memcpy(&whole, at, sizeof(whole));
	return whole;
}

/* Pairs of words of this size, ended by AT_NULL? */
static bool find_ids(const char *bytes, size_t len, size_t size, uid_t *ret_euid, gid_t *ret_egid)
{
	unsigned found = 0;

	for (size_t at = 0; at + 2 * size <= len; at += 2 * size) {
		uint64_t type = read_word(bytes + at, size);
		uint64_t value = read_word(bytes + at + size, size);

		if (type == AT_NULL)
			return found == 3;
		if (type > AUXV_TYPE_MAX)
			return false;
		if (type == AT_EUID) {
			*ret_euid = (uid_t)value;
			found |= 1;
		} else if (type == AT_EGID) {
			*ret_egid = (gid_t)value;
			found |= 2;
		}
	}
	return false;
}

bool proc_parse_auxv(const char *bytes, size_t len, uid_t *ret_euid, gid_t *ret_egid)
{
	return find_ids(bytes, len, sizeof(uint64_t), ret_euid, ret_egid) ||
	       find_ids(bytes, len, sizeof(uint32_t), ret_euid, ret_egid);
}
