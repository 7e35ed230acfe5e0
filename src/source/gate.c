/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The gate's thread and its queue of held execs. It knows nothing of rules: fn decides. */
#include "config.h"

#include "source/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/thread.h"
#include "source/guard.h"

/* Of linux/fanotify.h, where the headers are older than Linux 5.15. */
#ifndef FAN_REPORT_PIDFD
#define FAN_REPORT_PIDFD	  0x00000080
#define FAN_EVENT_INFO_TYPE_PIDFD 4
#endif

#ifndef FAN_MARK_EVICTABLE /* Linux 5.19 */
#define FAN_MARK_EVICTABLE 0x00000200
#endif

/* Ignored files, where the kernel has none of these marks. */
#define IGNORED_MAX 16384

/* Two at a time: each costs two descriptors, and without a free one the kernel denies the exec. The
 * other threads may take some meanwhile. */
#define READ_BYTES	 64
#define READ_DESCRIPTORS 8

/* So often the thread shows the guard that it is there, while something waits. */
#define BEAT_MS 250

/* How long it leaves everything to the guard before it looks for descriptors again. */
#define ROOM_MS 100

/* Execs that are answered later. More are allowed at once. */
#define HELD_MAX 512

/* For files on more of them, it costs more to be of no interest. */
#define MOUNTS_MAX 256

struct held {
	uint32_t token; /* 0: free */
	int file_fd;
	uint64_t until_ms;
};

struct gate {
	int fd;
	int wake_fd;
	gate_fn *fn;
	void *arg;
	unsigned deadline_ms;
	pthread_t thread;
	bool has_thread;
	atomic_bool ending;
	uint32_t last_token; /* the gate thread's */
	bool has_room;	     /* the same */

	pthread_mutex_t lock; /* of the table; never held while waiting */
	struct held held[HELD_MAX];
	struct guard *guard;

	/* Of the marked directories and file systems; the main thread adds to them. */
	uint64_t mounts[MOUNTS_MAX];
	atomic_uint n_mounts;

	atomic_bool has_filesystems; /* are marked */
	atomic_bool no_evictable;    /* the kernel has none of these marks */
	_Atomic uint64_t n_held, n_later, n_overdue, n_ignored;
	uint64_t n_told; /* of those overdue, by gate_check() */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void allow(const struct gate *gate, int file_fd)
{
	const struct fanotify_response response = { .fd = file_fd, .response = FAN_ALLOW };

	/* ENOENT: somebody has answered already. */
	(void)!write(gate->fd, &response, sizeof(response));
}

/* ---- events that wait for a later answer ----------------------------------------------------- */

/* False: the table is full. Takes the descriptor on success. */
static bool hold(struct gate *gate, const struct gate_event *event)
{
	bool done = false;

	(void)pthread_mutex_lock(&gate->lock);
	for (size_t i = 0; i < HELD_MAX && !done; i++) {
		struct held *held = &gate->held[i];

		if (held->token)
			continue;
		*held = (struct held){
			.token = event->token,
			.file_fd = event->file_fd,
			.until_ms = now_ms() + gate->deadline_ms,
		};
		done = true;
	}
	(void)pthread_mutex_unlock(&gate->lock);
	return done;
}

static void release(struct gate *gate, struct held *held)
{
	allow(gate, held->file_fd);
	(void)close(held->file_fd);
	held->token = 0;
}

/* With the lock. NULL: it has gone on. */
static struct held *find_held(struct gate *gate, uint32_t token)
{
	for (size_t i = 0; i < HELD_MAX; i++) {
		if (gate->held[i].token == token)
			return &gate->held[i];
	}
	return NULL;
}

bool gate_is_held(struct gate *gate, uint32_t token)
{
	bool is_held;

	(void)pthread_mutex_lock(&gate->lock);
	is_held = find_held(gate, token) != NULL;
	(void)pthread_mutex_unlock(&gate->lock);
	return is_held;
}

void gate_allow(struct gate *gate, uint32_t token)
{
	struct held *held;

	(void)pthread_mutex_lock(&gate->lock);
	held = find_held(gate, token);
	if (held)
		release(gate, held);
	(void)pthread_mutex_unlock(&gate->lock);
}

/* Let go what is overdue. Returns how long the next may wait, in ms; -1: nothing waits. */
static int release_overdue(struct gate *gate)
{
	uint64_t now = now_ms();
	int wait_ms = -1;

	(void)pthread_mutex_lock(&gate->lock);
	for (size_t i = 0; i < HELD_MAX; i++) {
		struct held *held = &gate->held[i];

		if (!held->token)
			continue;
		if (held->until_ms <= now) {
			release(gate, held);
			atomic_fetch_add(&gate->n_overdue, 1);
		} else if (wait_ms < 0 || held->until_ms - now < (uint64_t)wait_ms) {
			wait_ms = (int)(held->until_ms - now);
		}
	}
	(void)pthread_mutex_unlock(&gate->lock);
	return wait_ms;
}

void gate_forget_mounts(struct gate *gate)
{
	atomic_store(&gate->n_mounts, 0);
}

void gate_forget_files(struct gate *gate)
{
	(void)fanotify_mark(gate->fd, FAN_MARK_FLUSH, 0, AT_FDCWD, "/");
	atomic_store(&gate->n_ignored, 0);
}

/* ---- files that are of no interest ---------------------------------------------------------- */

static int ignore_with(struct gate *gate, unsigned flags, int fd, const char *path)
{
	flags |= FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY;
	return fanotify_mark(gate->fd, flags, FAN_OPEN_EXEC_PERM, fd, path) < 0 ? -errno : 0;
}

/* For good: the kernel keeps the file in memory. */
static int ignore_for_good(struct gate *gate, int fd, const char *path)
{
	if (atomic_load(&gate->n_ignored) >= IGNORED_MAX) {
		/* All files' marks go with it: only where file systems hold what had one. */
		if (!atomic_load(&gate->has_filesystems))
			return -ENOSPC;
		gate_forget_files(gate);
	}
	return ignore_with(gate, 0, fd, path);
}

static bool stat_file(int fd, const char *path, unsigned what, struct statx *ret)
{
	return statx(fd, path, AT_EMPTY_PATH | AT_NO_AUTOMOUNT, what, ret) == 0 &&
	       (ret->stx_mask & what) == what;
}

/* What is on this mount has the names there that the rules mean. */
static void learn_mount(struct gate *gate, const char *path)
{
	unsigned n = atomic_load(&gate->n_mounts);
	struct statx file;

	if (n == MOUNTS_MAX || !stat_file(AT_FDCWD, path, STATX_MNT_ID, &file))
		return;
	for (unsigned i = 0; i < n; i++) {
		if (gate->mounts[i] == file.stx_mnt_id)
			return;
	}
	gate->mounts[n] = file.stx_mnt_id;
	atomic_store(&gate->n_mounts, n + 1);
}

/* By another name, or by one in another mount of it, the same file may be meant. */
static bool has_one_name(const struct gate *gate, int fd, const char *path)
{
	struct statx file;
	unsigned n = atomic_load(&gate->n_mounts);

	if (path)
		return stat_file(fd, path, STATX_NLINK, &file) && file.stx_nlink == 1;
	if (!stat_file(fd, "", STATX_NLINK | STATX_MNT_ID, &file) || file.stx_nlink != 1)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (gate->mounts[i] == file.stx_mnt_id)
			return true;
	}
	return false;
}

static int ignore(struct gate *gate, int fd, const char *path)
{
	int r = -EINVAL;

	if (!has_one_name(gate, fd, path))
		return -EMLINK;
	if (!atomic_load(&gate->no_evictable))
		r = ignore_with(gate, FAN_MARK_EVICTABLE, fd, path);
	if (r == -EEXIST && path) {
		/* It has a mark of its own, of a rule that is no more. (Where the gate's thread
		 * meets one, it may be of a rule that is newer than its plan.) */
		(void)fanotify_mark(gate->fd, FAN_MARK_REMOVE, FAN_OPEN_EXEC_PERM, fd, path);
		r = ignore_with(gate, FAN_MARK_EVICTABLE, fd, path);
	}
	if (r == -EINVAL) {
		atomic_store(&gate->no_evictable, true);
		r = ignore_for_good(gate, fd, path);
	}
	if (r == 0)
		atomic_fetch_add(&gate->n_ignored, 1);
	return r;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void handle(struct gate *gate, struct gate_event *event)
{
	enum gate_answer answer;

	atomic_fetch_add(&gate->n_held, 1);
	if (++gate->last_token == 0)
		gate->last_token = 1;
	event->token = gate->last_token;
	/* In the table before fn, which may hand the token on, returns. */
	if (!hold(gate, event)) {
		allow(gate, event->file_fd);
		(void)close(event->file_fd);
		return;
	}
	answer = gate->fn(gate->arg, event);
	if (answer == GATE_LATER)
		atomic_fetch_add(&gate->n_later, 1);
	if (answer == GATE_NEVER)
		(void)ignore(gate, event->file_fd, NULL);
	if (answer != GATE_LATER)
		gate_allow(gate, event->token);
}

/* The pidfd of an event, which follows it as a record of its own. */
static int find_pidfd(const struct fanotify_event_metadata *event)
{
	const char *at = (const char *)event + event->metadata_len;
	const char *end = (const char *)event + event->event_len;

	while ((size_t)(end - at) >= sizeof(struct fanotify_event_info_header)) {
		struct fanotify_event_info_header header;
		int pidfd;

		memcpy(&header, at, sizeof(header));
		if (header.len < sizeof(header) || header.len > end - at)
			return -1;
		if (header.info_type == FAN_EVENT_INFO_TYPE_PIDFD &&
		    header.len >= sizeof(header) + sizeof(pidfd)) {
			memcpy(&pidfd, at + sizeof(header), sizeof(pidfd));
			return pidfd;
		}
		at += header.len;
	}
	return -1;
}

static void handle_metadata(struct gate *gate, const struct fanotify_event_metadata *metadata)
{
	cleanup_close int pidfd = find_pidfd(metadata);
	struct gate_event event = {
		.tgid = metadata->pid,
		.pidfd = pidfd,
		.file_fd = metadata->fd,
	};

	if (metadata->fd < 0)
		return; /* an overflow, or no descriptor was free */
	if (!(metadata->mask & FAN_OPEN_EXEC_PERM)) {
		(void)close(metadata->fd);
		return;
	}
	handle(gate, &event);
}

static void read_events(struct gate *gate)
{
	alignas(struct fanotify_event_metadata) char buf[READ_BYTES];
	struct fanotify_event_metadata *event = (void *)buf;
	ssize_t len = read(gate->fd, buf, sizeof(buf));

	while (len > 0 && FAN_EVENT_OK(event, len)) {
		handle_metadata(gate, event);
		event = FAN_EVENT_NEXT(event, len);
	}
}

static bool has_descriptors(const struct gate *gate)
{
	int fds[READ_DESCRIPTORS];
	size_t n = 0;
	bool has;

	while (n < READ_DESCRIPTORS && (fds[n] = fcntl(gate->wake_fd, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	has = n == READ_DESCRIPTORS;
	while (n > 0)
		(void)close(fds[--n]);
	return has;
}

/* Are there enough to read events? If not, the guard does that. */
static bool find_room(struct gate *gate)
{
	gate->has_room = has_descriptors(gate);
	guard_take_over(gate->guard, !gate->has_room);
	return gate->has_room;
}

/* One round. The guard sees whether it comes to the next. */
static void turn(struct gate *gate)
{
	struct pollfd fds[] = {
		{ .fd = gate->wake_fd, .events = POLLIN },
		{ .fd = gate->fd, .events = POLLIN },
	};
	bool has_room = gate->has_room || find_room(gate);
	int wait_ms = release_overdue(gate);

	guard_alive(gate->guard, wait_ms >= 0);
	if (wait_ms > BEAT_MS)
		wait_ms = BEAT_MS;
	if (!has_room && (wait_ms < 0 || wait_ms > ROOM_MS))
		wait_ms = ROOM_MS;
	if (poll(fds, has_room ? 2 : 1, wait_ms) <= 0 || !(fds[1].revents & POLLIN))
		return;
	guard_alive(gate->guard, true);
	if (find_room(gate))
		read_events(gate);
}

static void *run(void *arg)
{
	struct gate *gate = arg;

	/* Somebody waits for each answer. Only this thread has the priority. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), -20);
	guard_set_thread(gate->guard, gettid());
	while (!atomic_load(&gate->ending))
		turn(gate);
	return NULL;
}

/* ---- life ------------------------------------------------------------------------------------ */

static int start_thread(struct gate *gate)
{
	int r = thread_start(&gate->thread, run, gate);

	gate->has_thread = r == 0;
	return r;
}

/* The pidfd in each event is of Linux 5.15. */
static int open_group(void)
{
	const unsigned flags = FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK |
			       FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS;
	const unsigned file_flags = O_RDONLY | O_LARGEFILE | O_CLOEXEC;
	int fd = fanotify_init(flags | FAN_REPORT_PIDFD, file_flags);

	if (fd < 0 && errno == EINVAL)
		fd = fanotify_init(flags, file_flags);
	return fd < 0 ? -errno : fd;
}

int gate_open(gate_fn *fn, void *arg, unsigned deadline_ms, struct gate **ret,
	      const char **ret_tried)
{
	struct gate *gate = calloc(1, sizeof(*gate));
	int r;

	*ret_tried = "memory";
	if (!gate)
		return -ENOMEM;
	gate->fn = fn;
	gate->arg = arg;
	gate->deadline_ms = deadline_ms;
	gate->wake_fd = -1;
	(void)pthread_mutex_init(&gate->lock, NULL);
	*ret_tried = "fanotify_init";
	gate->fd = open_group();
	r = gate->fd < 0 ? gate->fd : 0;
	if (r == 0) {
		*ret_tried = "eventfd";
		gate->wake_fd = eventfd(0, EFD_CLOEXEC);
		r = gate->wake_fd < 0 ? -errno : 0;
	}
	if (r == 0) {
		*ret_tried = "a process";
		r = guard_start(gate->fd, &gate->guard);
	}
	if (r == 0) {
		*ret_tried = "a thread";
		r = start_thread(gate);
	}
	if (r < 0) {
		gate_close(gate);
		return r;
	}
	*ret = gate;
	return 0;
}

void gate_close(struct gate *gate)
{
	const uint64_t one = 1;

	if (!gate)
		return;
	atomic_store(&gate->ending, true);
	/* Closing the group lets everything go on that is held, and what fn waits for with it. */
	if (gate->has_thread) {
		(void)!write(gate->wake_fd, &one, sizeof(one));
		(void)pthread_join(gate->thread, NULL);
	}
	guard_stop(gate->guard);
	if (gate->fd >= 0)
		(void)close(gate->fd);
	if (gate->wake_fd >= 0)
		(void)close(gate->wake_fd);
	for (size_t i = 0; i < HELD_MAX; i++) {
		if (gate->held[i].token)
			(void)close(gate->held[i].file_fd);
	}
	(void)pthread_mutex_destroy(&gate->lock);
	free(gate);
}

static int mark(struct gate *gate, unsigned what, const char *path, bool is_directory)
{
	uint64_t mask = FAN_OPEN_EXEC_PERM | (is_directory ? FAN_EVENT_ON_CHILD : 0);

	if (fanotify_mark(gate->fd, what | (is_directory ? FAN_MARK_ONLYDIR : 0), mask, AT_FDCWD,
			  path) < 0)
		return -errno;
	if (is_directory || (what & FAN_MARK_FILESYSTEM))
		learn_mount(gate, path);
	return 0;
}

int gate_mark(struct gate *gate, const char *path, bool is_directory)
{
	if (!is_directory)
		(void)fanotify_mark(gate->fd, FAN_MARK_REMOVE | FAN_MARK_IGNORED_MASK,
				    FAN_OPEN_EXEC_PERM, AT_FDCWD, path);
	return mark(gate, FAN_MARK_ADD, path, is_directory);
}

int gate_ignore(struct gate *gate, const char *path)
{
	return ignore(gate, AT_FDCWD, path);
}

int gate_unmark(struct gate *gate, const char *path, bool is_directory)
{
	return mark(gate, FAN_MARK_REMOVE, path, is_directory);
}

int gate_mark_filesystem(struct gate *gate, const char *path)
{
	int r = mark(gate, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, path, false);

	if (r == 0)
		atomic_store(&gate->has_filesystems, true);
	return r;
}

void gate_unmark_filesystems(struct gate *gate)
{
	(void)fanotify_mark(gate->fd, FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, AT_FDCWD, "/");
	atomic_store(&gate->has_filesystems, false);
}

uint64_t gate_check(struct gate *gate)
{
	uint64_t told = gate->n_told;

	atomic_fetch_add(&gate->n_overdue, guard_check(gate->guard));
	gate->n_told = atomic_load(&gate->n_overdue);
	return gate->n_told - told;
}

pid_t gate_guard(const struct gate *gate)
{
	return guard_pid(gate->guard);
}

void gate_get_stats(struct gate *gate, struct gate_stats *ret)
{
	*ret = (struct gate_stats){
		.held = atomic_load(&gate->n_held),
		.later = atomic_load(&gate->n_later),
		.overdue = atomic_load(&gate->n_overdue),
		.ignored = atomic_load(&gate->n_ignored),
	};
}
