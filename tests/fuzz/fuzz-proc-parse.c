/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each file of /proc/PID that is parsed; the command line with a comm before its first newline. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "process/container.h"
#include "process/proc-parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void fuzz_cmdline(const char *text, size_t len)
{
	const char *eol = memchr(text, '\n', len);
	char comm[PROC_COMM_LEN + 1] = "";
	struct proc_arg arg;
	char path[64];
	int path_len;

	if (!eol || eol - text > PROC_COMM_LEN)
		return;
	memcpy(comm, text, (size_t)(eol - text));
	if (!proc_find_arg(eol + 1, len - (size_t)(eol + 1 - text), comm, &arg))
		return;
	require(arg.index < PROC_ARGS_MAX && arg.text > eol && arg.text + arg.len <= text + len);
	path_len = proc_join_path("/a/../home/u", arg.text, arg.len, path, sizeof(path));
	require(path_len < 0 || (path[0] == '/' && strlen(path) == (size_t)path_len));
	require(path_len < 0 || (!strstr(path, "//") && !strstr(path, "/../")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1);
	struct container container;
	struct proc_status status;
	struct proc_stat stat;
	gid_t groups[4];
	char id[1024];

	require(text);
	memcpy(text, data, size);
	if (proc_parse_status(text, size, &status) == 0) {
		require(strlen(status.comm) <= PROC_COMM_LEN && status.tgid >= 0 && status.state);
		(void)proc_parse_groups(status.groups, status.groups_len, groups, 4);
	}
	if (proc_parse_stat(text, size, &stat) == 0)
		require(stat.ppid >= 0 && stat.state);
	fuzz_cmdline(text, size);
	if (container_of(text, &container))
		require(container_id(&container, id, sizeof(id)) > 0 && !strchr(id, '/'));
	free(text);
	return 0;
}
