/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name that a process was started by, where that is not its executable's own. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "process/proc-parse.h"
#include "process/process-parts.h"

#define CMDLINE_MAX 32768U /* PROC_ARGS_MAX paths; all of it can be megabytes */

/* The working directory, in reader->cwd. 0; -ENOENT when it is not one that a path could start
 * with. */
static int read_cwd(struct process_reader *reader, const struct process *process)
{
	ssize_t len = proc_file_link(reader->proc_fd, process, "cwd", reader->cwd);
	struct file_id file = { 0 };

	if (len < 0)
		return proc_file_error(reader->proc_fd, process, (int)-len);
	if (reader->cwd[0] != '/')
		return -ENOENT;
	if (!proc_file_is_deleted(reader->cwd, (size_t)len))
		return 0;
	if (proc_file_target(reader->proc_fd, process, "cwd", &file) < 0 ||
	    !proc_file_is_literal(reader->proc_fd, process, reader->cwd, &file))
		return -ENOENT;
	return 0;
}

/* Where the argument leads, in reader->invoked: 0. -ENOENT when its directory is not known. */
static int path_of_arg(struct process_reader *reader, const struct process *process,
		       const struct proc_arg *arg)
{
	int ret;

	if (arg->index == 0 && !memchr(arg->text, '/', arg->len))
		return -ENOENT;
	reader->cwd[0] = '\0';
	if (arg->text[0] != '/') {
		ret = read_cwd(reader, process);
		if (ret < 0)
			return ret;
	}
	ret = proc_join_path(reader->cwd, arg->text, arg->len, reader->invoked,
			     sizeof(reader->invoked));
	return ret < 0 ? ret : 0;
}

static void store_base(struct process_reader *reader, const struct proc_arg *arg,
		       struct process *process)
{
	const char *slash = memrchr(arg->text, '/', arg->len);
	const char *base = slash ? slash + 1 : arg->text;
	size_t len = (size_t)(arg->text + arg->len - base);

	if (len >= sizeof(reader->invoked))
		return;
	memcpy(reader->invoked, base, len);
	reader->invoked[len] = '\0';
	process->invoked = process->invoked_base = reader->invoked;
}

static int store_invoked(struct process_reader *reader, const struct proc_arg *arg,
			 struct process *process)
{
	int ret = path_of_arg(reader, process, arg);

	if (ret == -ESRCH)
		return ret;
	if (ret < 0) {
		store_base(reader, arg, process);
		return 0;
	}
	if (proc_path_is_fd(reader->invoked))
		return 0;
	process->invoked = reader->invoked;
	process->invoked_base = strrchr(reader->invoked, '/') + 1;
	if (proc_file_id_in_root(reader->proc_fd, process, reader->invoked,
				 &process->invoked_file) < 0)
		process->invoked_file = (struct file_id){ 0 };
	return 0;
}

/* The command line as far as it is looked at. Returns its length or -errno. */
static ssize_t read_cmdline(struct process_reader *reader, const struct process *process)
{
	ssize_t len = proc_file_read_part(reader->proc_fd, process, "cmdline", &reader->text,
					  CMDLINE_MAX);

	/* The last element was cut. */
	if (len == CMDLINE_MAX) {
		while (len > 0 && reader->text.data[len - 1] != '\0')
			len--;
	}
	return len;
}

int process_read_invoked(struct process_reader *reader, struct process *process)
{
	struct proc_arg arg;
	ssize_t len;
	int ret = 0;

	process->invoked = process->invoked_base = NULL;
	process->invoked_file = (struct file_id){ 0 };
	if (process->exe[0] != '\0' && (process->facts & FACT_COMM) &&
	    !proc_comm_is(process->comm, process->exe_base, strlen(process->exe_base))) {
		len = read_cmdline(reader, process);
		if (len < 0)
			return (int)len;
		if (proc_find_arg(reader->text.data, (size_t)len, process->comm, &arg))
			ret = store_invoked(reader, &arg, process);
	}
	if (ret == 0)
		process->facts |= FACT_INVOKED;
	return ret;
}
