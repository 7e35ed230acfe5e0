/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to sticky processes: asked for by clients, handed on by forks, ended. */
#include "config.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/parts.h"
#include "engine/state.h"
#include "process/process.h"
#include "process/sticky.h"

/* Now, on the clock of process.start_ticks. */
static uint64_t now_ticks(void)
{
	struct timespec now;
	uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK);

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * per_second + (uint64_t)now.tv_nsec * per_second / 1000000000U;
}

static int add(struct engine *engine, const struct sticky_entry *entry)
{
	int r = sticky_add(engine->sticky, entry);

	if (r == 0 && engine->state)
		(void)state_add_sticky(engine->state, entry);
	return r;
}

int engine_find_user(struct engine *engine, pid_t pid, uid_t *ret_uid)
{
	struct process process;
	pid_t tgid;
	int r;

	r = process_tgid_of(engine->reader, pid, &tgid);
	if (r < 0)
		return r;
	process_init(&process, tgid);
	r = process_read(engine->reader, &process, FACT_STATUS);
	if (r == 0)
		*ret_uid = process.euid;
	return r;
}

int engine_stick(struct engine *engine, pid_t pid, bool children)
{
	struct sticky_entry entry = { .children = children, .since_ticks = now_ticks() };
	struct process process;
	int r;

	r = process_tgid_of(engine->reader, pid, &entry.tgid);
	if (r < 0)
		return r;
	process_init(&process, entry.tgid);
	r = process_read(engine->reader, &process, FACT_START);
	if (r < 0)
		return r;
	entry.start_ticks = process.start_ticks;
	r = add(engine, &entry);
	if (r < 0)
		return r;
	/* Before the client has its answer: it may fork at once. */
	engine_update_kinds(engine);
	log_info("sticky: %d%s", (int)entry.tgid, children ? " and what it forks" : "");
	return 0;
}

int engine_unstick(struct engine *engine, pid_t pid)
{
	pid_t tgid;
	int r;

	r = process_tgid_of(engine->reader, pid, &tgid);
	if (r < 0)
		return r;
	sticky_remove(engine->sticky, tgid);
	if (engine->state)
		(void)state_add_unsticky(engine->state, tgid);
	log_info("not sticky any more: %d", (int)tgid);
	return 0;
}

/* The start of a process, 0: not known. */
static uint64_t start_of(struct engine *engine, pid_t tgid, int *ret_error)
{
	struct process process;

	process_init(&process, tgid);
	*ret_error = process_read(engine->reader, &process, FACT_START);
	return *ret_error < 0 ? 0 : process.start_ticks;
}

static bool is_there(void *arg, const struct sticky_entry *entry)
{
	int error;
	uint64_t start = start_of(arg, entry->tgid, &error);

	if (error < 0)
		return error != -ESRCH;
	return entry->start_ticks == 0 || entry->start_ticks == start;
}

/* It is sticky by no parent. When its number is known, that is of an earlier process; unless it was
 * made sticky before we have read of its fork. */
static void forget_earlier(struct engine *engine, pid_t tgid)
{
	const struct sticky_entry *entry = sticky_find(engine->sticky, tgid);

	if (entry && !is_there(engine, entry))
		sticky_remove(engine->sticky, tgid);
}

void engine_sticky_fork(struct engine *engine, const struct event *event)
{
	const struct sticky_entry *parent;
	struct sticky_entry child = { .tgid = event->tgid, .children = true };
	int error;

	/* Of a new thread, the kernel gives the parent of the process as its parent. */
	if (event->tid != event->tgid)
		return;
	parent = sticky_find(engine->sticky, event->parent_tgid);
	if (!parent || !parent->children) {
		forget_earlier(engine, event->tgid);
		return;
	}
	child.since_ticks = parent->since_ticks;
	/* When the child is gone already its own children still inherit: its end comes later. */
	child.start_ticks = start_of(engine, event->tgid, &error);
	if (add(engine, &child) < 0)
		log_err("no memory for sticky process %d", (int)event->tgid);
}

/* The end of the first thread is not the end of the process: the entry goes when /proc says so, now
 * or at a sweep. */
void engine_sticky_exit(struct engine *engine, const struct event *event)
{
	const struct sticky_entry *entry;

	if (event->tid != event->tgid)
		return;
	entry = sticky_find(engine->sticky, event->tgid);
	if (entry && (entry->start_ticks == 0 || !is_there(engine, entry)))
		sticky_remove(engine->sticky, event->tgid);
}

void engine_sticky_found(struct engine *engine, pid_t tgid)
{
	const struct sticky_entry *parent;
	struct sticky_entry child = { .tgid = tgid, .children = true };
	struct process process;

	if (!sticky_count(engine->sticky) || sticky_has(engine->sticky, tgid))
		return;
	process_init(&process, tgid);
	if (process_read(engine->reader, &process, FACT_START) < 0)
		return;
	parent = sticky_find(engine->sticky, process.ppid);
	if (!parent || !parent->children || process.start_ticks < parent->since_ticks)
		return;
	child.start_ticks = process.start_ticks;
	child.since_ticks = parent->since_ticks;
	(void)add(engine, &child);
}

void engine_sticky_sweep(struct engine *engine)
{
	sticky_filter(engine->sticky, is_there, engine);
	engine_update_kinds(engine);
}
