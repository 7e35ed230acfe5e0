/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a thread of a process still inside execve(2)? */
#include "config.h"

#include "process/executing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/num.h"
#include "process/proc-file.h"
#include "process/proc-parse.h"
#include "process/process.h"

#define NS_PER_MS UINT64_C(1000000)

/* What its threads do, as far as they are looked at. */
struct threads {
	bool any_sleeps, any_runs;
	uint64_t ran_ns; /* what they have had of a processor */
};

/* Not by stat or syscall: who reads these waits for a lock of an exec (process/patient.h). */
static void look_at(int proc_fd, const struct process *thread, struct proc_text *text,
		    struct threads *threads)
{
	ssize_t len = proc_file_read(proc_fd, thread, "status", text);
	struct proc_status status;
	struct proc_schedstat ran;

	if (len < 0 || proc_parse_status(text->data, (size_t)len, &status) < 0)
		return;
	threads->any_sleeps |= status.state == 'D';
	if (proc_file_schedstat(proc_fd, thread, &ran) < 0)
		return;
	threads->any_runs |= status.state == 'R' && ran.ran_ns != 0;
	threads->ran_ns += ran.ran_ns;
}

static void look_at_threads(int proc_fd, pid_t tgid, struct threads *threads)
{
	struct process thread = { .tgid = tgid };
	struct proc_file_path path = proc_file_path(&thread, "task");
	cleanup_close int fd = openat(proc_fd, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	struct proc_text text = { 0 };
	unsigned n = 0;

	if (!dir)
		return;
	(void)take_fd(&fd); /* the stream's */
	while (n < EXECUTING_THREADS && (entry = readdir(dir))) {
		uint32_t tid;

		if (!num_parse_u32(entry->d_name, strlen(entry->d_name), &tid))
			continue;
		thread.tid = (pid_t)tid;
		look_at(proc_fd, &thread, &text, threads);
		n++;
	}
	free(text.data);
}

bool executing_may_be(int proc_fd, pid_t tgid, uint64_t *first_ns)
{
	struct threads threads = { 0 };

	look_at_threads(proc_fd, tgid, &threads);
	if (threads.any_sleeps || !threads.any_runs)
		return threads.any_sleeps;
	/* One has ended: what the others have had since is not known. */
	if (!*first_ns || threads.ran_ns < *first_ns)
		*first_ns = threads.ran_ns;
	return threads.ran_ns - *first_ns < EXECUTING_MS * NS_PER_MS;
}
