/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The marks of the exec gate. A mark is on a file, not on a name, so directories are watched with
 * inotify(7) for what comes later, or takes the place of a marked file, or of a directory or
 * symbolic link on the way to it. */
#include "config.h"

#include "engine/marks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/filesystems.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/table.h"
#include "rule/programs.h"
#include "source/gate.h"

/* Of one directory. The rest of it is held once. */
#define PASSED_OVER_MAX 16384

/* How often a new directory is searched at most. Each time it may have grown. */
#define SEARCHES_MAX 16

/* A directory may be watched for programs, for what is on the way to some, or both. */
#define WAY_MASK   (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR | IN_MASK_ADD)
#define WATCH_MASK (WAY_MASK | IN_ATTRIB)

struct watched {
	UT_hash_handle hh;
	int watch; /* inotify's */
	bool old;  /* of the rules before */
	char *path;
};

/* What the log has been told. No padding: it is compared as it is. */
struct said {
	size_t n, n_unknown, n_steps_left_out, has_filesystems;
};

struct marks {
	struct gate *gate;
	bool everywhere;
	marks_lost_fn *lost;
	void *arg;
	const struct ruleset *rules;
	struct programs programs; /* that are marked */
	int inotify_fd;
	struct loop_watch *on_files;
	struct watched *watched;
	size_t unwatched;     /* directories, since the last marks_set() */
	bool has_filesystems; /* they are marked */
	struct said said;
	bool has_said;
};

static bool join(char path[PATH_MAX], const char *directory, const char *name)
{
	const char *slash = strcmp(directory, "/") == 0 ? "" : "/";

	return snprintf(path, PATH_MAX, "%s%s%s", directory, slash, name) < PATH_MAX;
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool has_program(const struct programs *programs, const struct program *wanted)
{
	size_t low = 0;
	size_t high = programs->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(programs->items[middle].path, wanted->path);

		if (order == 0)
			return (programs->items[middle].kind == PROGRAM_FILE) ==
			       (wanted->kind == PROGRAM_FILE);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/*
 * A directory's mark is for what will come to it, or take a program's place: all that is there now
 * and that no rule means is passed over, so that it costs nothing.
 */
static void pass_over_others(const struct marks *marks, const char *directory)
{
	size_t n = 0;
	cleanup_dir DIR *dir = opendir(directory);
	const struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;

	while (dir && n++ < PASSED_OVER_MAX && (entry = readdir(dir))) {
		if (entry->d_type != DT_REG ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !(st.st_mode & 0111) || !join(path, directory, entry->d_name))
			continue;
		if (programs_want(marks->rules, path))
			(void)gate_mark(marks->gate, path, false);
		else
			(void)gate_ignore(marks->gate, path);
	}
}

static bool are_same(const struct programs *a, const struct programs *b)
{
	if (a->n != b->n || a->n_steps != b->n_steps || a->n_always != b->n_always ||
	    a->n_unknown != b->n_unknown)
		return false;
	for (size_t i = 0; i < a->n_steps; i++) {
		if (strcmp(a->steps[i], b->steps[i]) != 0)
			return false;
	}
	for (size_t i = 0; i < a->n; i++) {
		if (a->items[i].kind != b->items[i].kind ||
		    strcmp(a->items[i].path, b->items[i].path) != 0)
			return false;
	}
	return true;
}

static void mark_program(const struct marks *marks, const struct program *program)
{
	int r;

	if (program->kind == PROGRAM_PLACE)
		pass_over_others(marks, program->path);
	r = gate_mark(marks->gate, program->path, program->kind != PROGRAM_FILE);
	if (r < 0)
		log_notice("%s cannot be marked (%s): it is placed after its start", program->path,
			   strerror(-r));
}

static void set_programs(struct marks *marks, struct programs *programs)
{
	/* Also those that had their marks: what was passed over may be meant now. */
	for (size_t i = 0; i < programs->n; i++)
		mark_program(marks, &programs->items[i]);
	for (size_t i = 0; i < marks->programs.n; i++) {
		const struct program *program = &marks->programs.items[i];

		if (!has_program(programs, program))
			(void)gate_unmark(marks->gate, program->path,
					  program->kind != PROGRAM_FILE);
	}
	programs_done(&marks->programs);
	marks->programs = *programs;
	*programs = (struct programs){ 0 };
}

/* ---- directories ----------------------------------------------------------------------------- */

static void unwatch(struct marks *marks, struct watched *watched)
{
	HASH_DEL(marks->watched, watched);
	free(watched->path);
	free(watched);
}

static void unwatch_old(struct marks *marks)
{
	struct watched *watched, *next;

	HASH_ITER (hh, marks->watched, watched, next) {
		if (!watched->old)
			continue;
		(void)inotify_rm_watch(marks->inotify_fd, watched->watch);
		unwatch(marks, watched);
	}
}

/* What is watched already goes on without a gap, and keeps its events. */
static void make_old(struct marks *marks)
{
	struct watched *watched, *next;

	HASH_ITER (hh, marks->watched, watched, next)
		watched->old = true;
}

static bool add_watched(struct marks *marks, int number, const char *path)
{
	struct watched *watched = calloc(1, sizeof(*watched));

	if (!watched)
		return false;
	watched->watch = number;
	watched->path = strdup(path);
	if (watched->path)
		HASH_ADD_INT(marks->watched, watch, watched);
	if (watched->path && table_has(watched))
		return true;
	free(watched->path);
	free(watched);
	return false;
}

/* By another name, or it has another now: the last one counts. */
static void rename_watched(struct watched *watched, const char *path)
{
	char *copy;

	watched->old = false;
	if (strcmp(watched->path, path) == 0)
		return;
	copy = strdup(path);
	if (!copy)
		return;
	free(watched->path);
	watched->path = copy;
}

/* True: it was not watched before, and what came to it since it was searched is not known. */
static bool watch(struct marks *marks, const char *path, uint32_t mask)
{
	struct watched *same;
	int number = inotify_add_watch(marks->inotify_fd, path, mask);

	if (number < 0) {
		/* A directory that is not there yet is nothing to speak of. */
		if (errno == ENOSPC && !marks->unwatched++)
			log_warning("%s and perhaps more cannot be watched for new programs: raise "
				    "fs.inotify.max_user_watches",
				    path);
		return false;
	}
	HASH_FIND_INT(marks->watched, &number, same);
	if (!same)
		return add_watched(marks, number, path);
	rename_watched(same, path);
	return false;
}

/* The directory that has it. */
static bool watch_above(struct marks *marks, const char *step)
{
	const char *slash = strrchr(step, '/');
	char directory[PATH_MAX];

	(void)snprintf(directory, sizeof(directory), "%.*s",
		       slash == step ? 1 : (int)(slash - step), step);
	return watch(marks, directory, WAY_MASK);
}

static bool watch_directories(struct marks *marks, const struct programs *programs)
{
	bool any_new = false;

	for (size_t i = 0; i < programs->n_directories; i++)
		any_new = watch(marks, programs->directories[i], WATCH_MASK) || any_new;
	return any_new;
}

/* The canonical names last. True: of some the watch is new. */
static bool watch_all(struct marks *marks, const struct programs *programs)
{
	bool any_new;

	make_old(marks);
	any_new = watch_directories(marks, programs);
	for (size_t i = 0; i < programs->n_steps; i++)
		any_new = watch_above(marks, programs->steps[i]) || any_new;
	unwatch_old(marks);
	return any_new;
}

static int by_path(const void *wanted, const void *item)
{
	return strcmp(wanted, *(char *const *)item);
}

/* Programs of the rules are behind this one. */
static bool is_step(const struct marks *marks, const char *path)
{
	return marks->programs.n_steps &&
	       bsearch(path, marks->programs.steps, marks->programs.n_steps,
		       sizeof(marks->programs.steps[0]), by_path);
}

/* Below one whose name a prefix begins with, or covers. What comes to a directory after it was
 * searched, and before it is watched, is found by the next search only. */
static void add_directory(struct marks *marks, const char *path)
{
	bool any_new = true;

	for (int searches = 0; any_new && searches < SEARCHES_MAX; searches++) {
		struct programs below;

		if (programs_find_below(marks->rules, path, &below) < 0)
			break;
		any_new = watch_directories(marks, &below);
		for (size_t i = 0; (any_new || searches == 0) && i < below.n; i++)
			mark_program(marks, &below.items[i]);
		programs_done(&below);
	}
	if (any_new)
		marks->lost(marks->arg);
}

/* ---- what comes later ------------------------------------------------------------------------ */

static void look_at_file(struct marks *marks, const struct inotify_event *event)
{
	struct watched *watched;
	char path[PATH_MAX];

	HASH_FIND_INT(marks->watched, &event->wd, watched);
	if (watched && (event->mask & IN_IGNORED))
		unwatch(marks, watched);
	else if (watched && event->len) {
		if (!join(path, watched->path, event->name))
			return;
		if (is_step(marks, path))
			marks->lost(marks->arg);
		if (event->mask & IN_ISDIR)
			add_directory(marks, path);
		else if (programs_want(marks->rules, path))
			(void)gate_mark(marks->gate, path, false);
	}
}

static void on_files(void *arg)
{
	struct marks *marks = arg;
	_Alignas(struct inotify_event) char buf[8192];
	ssize_t len = read(marks->inotify_fd, buf, sizeof(buf));

	for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= len;) {
		const struct inotify_event *event = (const void *)(buf + at);

		if (event->mask & IN_Q_OVERFLOW)
			marks->lost(marks->arg);
		else
			look_at_file(marks, event);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
}

/* ---- file systems ---------------------------------------------------------------------------- */

static void mark_filesystems(struct marks *marks)
{
	struct filesystems found;
	int r = filesystems_find(&found);

	if (r < 0) {
		log_warning("the file systems cannot be marked: %s", strerror(-r));
		return;
	}
	for (size_t i = 0; i < found.n; i++) {
		r = gate_mark_filesystem(marks->gate, found.mounts[i]);
		if (r < 0)
			log_debug("the file system at %s cannot be marked: %s", found.mounts[i],
				  strerror(-r));
	}
	filesystems_done(&found);
	marks->has_filesystems = true;
}

void marks_update_mounts(struct marks *marks)
{
	if (marks->has_filesystems)
		mark_filesystems(marks);
}

/* ---- all ------------------------------------------------------------------------------------- */

/* Once as long as it is the same: it is looked up anew whenever something on the way has changed.
 */
static void say(struct marks *marks)
{
	const struct programs *programs = &marks->programs;
	const struct said now = { programs->n, programs->n_unknown, programs->n_steps_left_out,
				  marks->has_filesystems };

	if (marks->has_said && memcmp(&marks->said, &now, sizeof(now)) == 0)
		return;
	marks->said = now;
	marks->has_said = true;
	log_notice("%zu programs and directories are marked: they are placed before their first "
		   "instruction%s",
		   programs->n, marks->has_filesystems ? ", as is every other program" : "");
	if (programs->n_unknown && !marks->has_filesystems)
		log_notice("%zu program columns (the first: \"%s\") are no known files: these are "
			   "placed after their start (--sync=always)",
			   programs->n_unknown, programs->unknown);
	if (programs->n_steps_left_out)
		log_notice("%zu directories above programs are not watched (these are too many): "
			   "when they are replaced, reload",
			   programs->n_steps_left_out);
}

/* When they are watched: what takes a program's place is marked from now on, or noticed. */
static void mark_all(struct marks *marks, struct programs *programs)
{
	bool had_filesystems = marks->has_filesystems;

	gate_forget_mounts(marks->gate);
	/* What was learned to be of no interest may be now. All goes that is on files; until they
	 * are marked anew, their file systems' marks hold them. */
	if (had_filesystems) {
		gate_forget_files(marks->gate);
		programs_done(&marks->programs);
	}
	marks->has_filesystems = false;
	if (programs->n_always || (marks->everywhere && programs->n_unknown))
		mark_filesystems(marks);
	set_programs(marks, programs);
	if (had_filesystems && !marks->has_filesystems)
		gate_unmark_filesystems(marks->gate);
	say(marks);
}

void marks_set(struct marks *marks, const struct ruleset *rules, struct programs *programs)
{
	marks->rules = rules;
	marks->unwatched = 0;
	(void)watch_all(marks, programs);
	mark_all(marks, programs);
}

bool marks_set_again(struct marks *marks, struct programs *programs)
{
	bool any_new = watch_all(marks, programs);

	if (any_new || !are_same(&marks->programs, programs))
		mark_all(marks, programs);
	return any_new;
}

int marks_new(struct loop *loop, struct gate *gate, bool everywhere, marks_lost_fn *lost, void *arg,
	      struct marks **ret, const char **ret_tried)
{
	struct marks *marks = calloc(1, sizeof(*marks));

	*ret_tried = "memory";
	if (!marks)
		return -ENOMEM;
	marks->gate = gate;
	marks->everywhere = everywhere;
	marks->lost = lost;
	marks->arg = arg;
	marks->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (marks->inotify_fd < 0) {
		int r = -errno;

		*ret_tried = "inotify";
		marks_free(marks);
		return r;
	}
	marks->on_files = loop_watch_read(loop, marks->inotify_fd, on_files, marks);
	if (!marks->on_files) {
		marks_free(marks);
		return -ENOMEM;
	}
	*ret = marks;
	return 0;
}

void marks_free(struct marks *marks)
{
	if (!marks)
		return;
	loop_watch_free(marks->on_files);
	if (marks->inotify_fd >= 0) {
		make_old(marks);
		unwatch_old(marks);
		(void)close(marks->inotify_fd);
	}
	programs_done(&marks->programs);
	free(marks);
}
