/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits of one group in one hierarchy: which files they are on v1 and on v2, writing them, and
 * telling whether they can have an effect. Nothing is written that is so already. */
#include "config.h"

#include "cgroup/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/num.h"
#include "cgroup/hierarchy.h"

#define UNLIMITED UINT64_MAX

/* "Unlimited" of v1's memory files is as many pages as a long can count, in bytes; with pages of 64
 * KiB that is this, with smaller ones more. */
#define MEMORY_MAX                                                                        \
	(sizeof(long) == 8 ? (uint64_t)LONG_MAX / LARGEST_PAGE_BYTES * LARGEST_PAGE_BYTES \
			   : (uint64_t)LONG_MAX * 4096)
#define LARGEST_PAGE_BYTES 65536

/* The kernel's bounds (min_cfs_quota_period, max_cfs_quota_period) and its default. */
#define CPU_QUOTA_MIN_US  1000
#define CPU_PERIOD_US	  100000
#define CPU_PERIOD_MAX_US 1000000

/* One group that is given its limits. */
struct target {
	const struct limits_machine *machine;
	const struct limits *limits;
	const struct hierarchy *hierarchy;
	const char *path;
	int fd; /* of the group */
	struct diag_list *diags;
};

#define warn_limit(target, ...)                                                                    \
	diag_add((target)->diags, DIAG_WARNING, (target)->limits->file, (target)->limits->line, 0, \
		 __VA_ARGS__)

/* ---- what is where --------------------------------------------------------------------------- */

void limits_machine_read(struct limits_machine *machine, int proc_fd)
{
	char swaps[1024];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	ssize_t len = file_read_buf(proc_fd, "swaps", swaps, sizeof(swaps));
	const char *end = len > 0 ? strchr(swaps, '\n') : NULL;

	machine->cpus = cpus > 0 ? (unsigned)cpus : 1;
	machine->has_swap = end && end[1]; /* a line below the heading */
}

/* The controller that a file is of: what is before the dot. 0: of none. */
static size_t controller_len(const char *file)
{
	size_t len = strcspn(file, ".");

	return file[len] ? len : 0;
}

static int add_name(char *buf, size_t size, const char *name, size_t len)
{
	size_t used = strlen(buf);
	int r;

	if (controllers_have(buf, name, len))
		return 0;
	r = snprintf(buf + used, size - used, "%s%.*s", used ? "," : "", (int)len, name);
	return r < 0 || (size_t)r >= size - used ? -ENOSPC : 0;
}

int limits_controllers(const struct limits *limits, char *buf, size_t size)
{
	int r = 0;

	if (size == 0)
		return -ENOSPC;
	buf[0] = '\0';
	if (limits->ram_bytes)
		r = add_name(buf, size, "memory", 6);
	if (r == 0 && limits->cpu_hundredths)
		r = add_name(buf, size, "cpu", 3);
	if (r == 0 && limits->pids)
		r = add_name(buf, size, "pids", 4);
	if (r == 0)
		r = add_name(buf, size, "freezer", 7);
	for (size_t i = 0; r == 0 && i < limits->n_set; i++) {
		size_t len = controller_len(limits->set[i].file);

		if (len > 0)
			r = add_name(buf, size, limits->set[i].file, len);
	}
	return r;
}

int limits_find_hierarchy(const struct hierarchies *hierarchies, const char *name, size_t len)
{
	char one[64];
	const char *missing;
	size_t missing_len;
	uint32_t mask;

	if (len == 0 || len >= sizeof(one) || memchr(name, ',', len) || memchr(name, '*', len))
		return -ENOENT;
	(void)snprintf(one, sizeof(one), "%.*s", (int)len, name);
	if (hierarchies_resolve(hierarchies, one, &mask, &missing, &missing_len) < 0 &&
	    (strcmp(one, "freezer") != 0 ||
	     hierarchies_resolve(hierarchies, "cgroup", &mask, &missing, &missing_len) < 0))
		return -ENOENT;
	return __builtin_ctz(mask);
}

/* Does a controller's part of the limits belong to the hierarchy? */
static bool is_here(const struct target *target, const char *name, size_t len)
{
	const struct hierarchies *all = target->machine->hierarchies;
	int index;

	if (!all)
		return target->hierarchy->unified ||
		       controllers_have(target->hierarchy->controllers, name, len);
	index = limits_find_hierarchy(all, name, len);
	return index >= 0 && &all->items[index] == target->hierarchy;
}

/* ---- reading and writing --------------------------------------------------------------------- */

/* The text of a file of the group whose path is the first len bytes of the target's, without its
 * newline. 0 or -errno. */
static int read_at(const struct target *target, size_t len, const char *name, char *buf,
		   size_t size)
{
	char file[PATH_MAX + 64];
	ssize_t got;

	(void)snprintf(file, sizeof(file), "%.*s%s%s", (int)len, target->path, len ? "/" : "",
		       name);
	got = file_read_buf(target->hierarchy->fd, file, buf, size);
	if (got < 0)
		return (int)got;
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

/* A number, "max", or v1's -1. */
static bool scan_amount(const char **text, uint64_t *ret)
{
	if (strncmp(*text, "max", 3) == 0) {
		*text += 3;
		*ret = UNLIMITED;
		return true;
	}
	if (strncmp(*text, "-1", 2) == 0) {
		*text += 2;
		*ret = UNLIMITED;
		return true;
	}
	if (!num_scan_u64(text, ret))
		return false;
	if (*ret >= MEMORY_MAX)
		*ret = UNLIMITED;
	return true;
}

static int read_amount(const struct target *target, size_t len, const char *name, uint64_t *ret)
{
	char buf[64];
	const char *text = buf;
	int r = read_at(target, len, name, buf, sizeof(buf));

	if (r < 0)
		return r;
	return scan_amount(&text, ret) ? 0 : -EINVAL;
}

/* The length of the path of the group above one that is not the mount's root. */
static size_t parent_len(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 0 && path[len - 1] == '/')
		len--;
	return len;
}

/* A file is set by hand: then it is not for us to take its limit away. */
static bool is_set_by_name(const struct limits *limits, const char *name)
{
	for (size_t i = 0; i < limits->n_set; i++) {
		if (strcmp(limits->set[i].file, name) == 0)
			return true;
	}
	return false;
}

static void warn_missing(const struct target *target, const char *name, int error)
{
	if (error != -ENOENT)
		warn_limit(target, "cannot read %s of group \"%s\": %s", name, target->path,
			   strerror(-error));
	else if (target->hierarchy->unified)
		warn_limit(target,
			   "group \"%s\" has no %s: the controller is not enabled there, and the "
			   "limit has no effect",
			   target->path, name);
	else
		warn_limit(target, "group \"%s\" has no %s in %s: the limit has no effect",
			   target->path, name, target->hierarchy->mount);
}

/* Memory is counted in whole pages. */
static bool is_same_amount(const char *name, uint64_t have, uint64_t want)
{
	long page = sysconf(_SC_PAGESIZE);

	if (have == want)
		return true;
	return want != UNLIMITED && strncmp(name, "memory.", 7) == 0 && page > 0 &&
	       have == want - want % (uint64_t)page;
}

static const char *format_amount(const struct target *target, uint64_t amount, char buf[32])
{
	if (amount == UNLIMITED)
		return target->hierarchy->unified ? "max" : "-1";
	(void)snprintf(buf, 32, "%" PRIu64, amount);
	return buf;
}

static void warn_not_written(const struct target *target, const char *name, const char *text,
			     int error)
{
	const char *why = error == -EBUSY ? "more than that is in use" : strerror(-error);

	warn_limit(target, "cannot set %s of group \"%s\" to %s: %s", name, target->path, text,
		   why);
}

static void warn_lower_ancestor(const struct target *target, size_t len, const char *name,
				const char *text)
{
	warn_limit(target, "group \"%s\" gets less than its limit: %s of \"%.*s\" above it is %s",
		   target->path, name, (int)len, target->path, text);
}

/* An amount of a file that the group has. 0 or -errno: it is not what it should be. */
static int write_amount(const struct target *target, const char *name, uint64_t want,
			const char *text)
{
	uint64_t have = 0;
	int r = file_write_str(target->fd, name, text);

	if (r < 0) {
		warn_not_written(target, name, text, r);
		return r;
	}
	r = read_amount(target, strlen(target->path), name, &have);
	if (r == 0 && is_same_amount(name, have, want))
		return 0;
	warn_limit(target, "%s of group \"%s\" did not become %s", name, target->path, text);
	return -EIO;
}

/* have: what read_amount() said of it; a limit that is so already is not written. */
static int apply_amount(const struct target *target, const char *name, uint64_t want,
			const char *text)
{
	uint64_t have;
	int r = read_amount(target, strlen(target->path), name, &have);

	if (want == UNLIMITED && (r < 0 || is_set_by_name(target->limits, name)))
		return 0;
	if (r < 0) {
		warn_missing(target, name, r);
		return r;
	}
	return is_same_amount(name, have, want) ? 0 : write_amount(target, name, want, text);
}

/* Before Linux 5.11, v1 counts a group in those above it only if it is told to. */
static bool is_counted_below(const struct target *target, size_t len)
{
	char text[8];

	return target->hierarchy->unified ||
	       read_at(target, len, "memory.use_hierarchy", text, sizeof(text)) < 0 ||
	       strcmp(text, "0") != 0;
}

/* The nearest group above that allows less. */
static void check_ancestors(const struct target *target, const char *name, uint64_t want)
{
	size_t len = strlen(target->path);
	uint64_t have;
	char text[32];

	while (want != UNLIMITED && len > 0) {
		len = parent_len(target->path, len);
		if (strncmp(name, "memory.", 7) == 0 && !is_counted_below(target, len))
			return;
		if (read_amount(target, len, name, &have) < 0 || have >= want)
			continue;
		(void)snprintf(text, sizeof(text), "%" PRIu64, have);
		warn_lower_ancestor(target, len, name, text);
		return;
	}
}

/* ---- memory ---------------------------------------------------------------------------------- */

void limits_count_below(const struct hierarchy *hierarchy, const char *path, size_t len)
{
	char file[PATH_MAX + 64];

	if (hierarchy->unified || !controllers_have(hierarchy->controllers, "memory", 6))
		return;
	(void)snprintf(file, sizeof(file), "%.*s/memory.use_hierarchy", (int)len, path);
	(void)file_write_str(hierarchy->fd, file, "1");
}

/* The kernel takes it as long as there are no groups below. */
static void count_below(const struct target *target)
{
	size_t len = strlen(target->path);

	if (is_counted_below(target, len))
		return;
	limits_count_below(target->hierarchy, target->path, len);
	if (!is_counted_below(target, len))
		warn_limit(target,
			   "groups below \"%s\" have their memory for themselves: its "
			   "memory.use_hierarchy is 0, and cannot be set any more",
			   target->path);
}

/* Memory with swap may never be less than memory alone, not even for a moment. */
static void apply_memory_v1(const struct target *target, uint64_t want)
{
	const char *const limit = "memory.limit_in_bytes";
	const char *const with_swap = "memory.memsw.limit_in_bytes";
	char buf[32];
	const char *text = format_amount(target, want, buf);
	uint64_t have;
	bool has_memsw = read_amount(target, strlen(target->path), with_swap, &have) == 0;

	if (want != UNLIMITED)
		count_below(target);
	if (has_memsw && have < want)
		(void)apply_amount(target, with_swap, want, text);
	if (apply_amount(target, limit, want, text) == 0 && has_memsw && have >= want)
		(void)apply_amount(target, with_swap, want, text);
	if (want == UNLIMITED)
		return;
	check_ancestors(target, limit, want);
	if (!has_memsw && target->machine->has_swap)
		warn_limit(target,
			   "swap of group \"%s\" is not limited: the kernel has no %s "
			   "(swapaccount=1)",
			   target->path, with_swap);
}

static void apply_memory_v2(const struct target *target, uint64_t want)
{
	char buf[32];

	if (apply_amount(target, "memory.max", want, format_amount(target, want, buf)) == 0)
		check_ancestors(target, "memory.max", want);
}

/* Last, for it may be set by name. A limit of a group above is one, too. */
static void check_swap(const struct target *target)
{
	size_t len = strlen(target->path);
	uint64_t have;

	for (;;) {
		if (read_amount(target, len, "memory.swap.max", &have) == 0 && have != UNLIMITED)
			return;
		if (len == 0)
			break;
		len = parent_len(target->path, len);
	}
	warn_limit(target,
		   "memory of group \"%s\" is limited, its swap is not: set memory.swap.max, too",
		   target->path);
}

/* ---- CPU time -------------------------------------------------------------------------------- */

struct bandwidth {
	uint64_t quota_us, period_us;
};

/* Of all CPUs together. The kernel gives nobody less than a millisecond at a time, so small shares
 * get it less often. */
static struct bandwidth wanted_bandwidth(const struct target *target)
{
	uint64_t share = (uint64_t)target->limits->cpu_hundredths * target->machine->cpus;
	struct bandwidth want = { UNLIMITED, CPU_PERIOD_US };

	if (share == 0)
		return want;
	if (share * CPU_PERIOD_US / 10000 < CPU_QUOTA_MIN_US)
		want.period_us = (uint64_t)CPU_QUOTA_MIN_US * 10000 / share;
	if (want.period_us > CPU_PERIOD_MAX_US) {
		want.period_us = CPU_PERIOD_MAX_US;
		warn_limit(target,
			   "group \"%s\" gets more CPU time than its limit: less than 1 ms in a "
			   "second cannot be",
			   target->path);
	}
	want.quota_us = share * want.period_us / 10000;
	if (want.quota_us < CPU_QUOTA_MIN_US)
		want.quota_us = CPU_QUOTA_MIN_US;
	return want;
}

/* Of the target, or of a group above it. */
static int read_bandwidth(const struct target *target, size_t len, struct bandwidth *ret)
{
	char buf[64];
	const char *text = buf;
	struct bandwidth have;
	int r;

	if (!target->hierarchy->unified) {
		r = read_amount(target, len, "cpu.cfs_quota_us", &have.quota_us);
		if (r == 0)
			r = read_amount(target, len, "cpu.cfs_period_us", &have.period_us);
	} else {
		r = read_at(target, len, "cpu.max", buf, sizeof(buf));
		if (r == 0 && (!scan_amount(&text, &have.quota_us) || *text++ != ' ' ||
			       !scan_amount(&text, &have.period_us)))
			r = -EINVAL;
	}
	if (r == 0)
		*ret = have;
	return r;
}

/* Without a limit, the period means nothing. */
static bool is_same_bandwidth(const struct bandwidth *have, const struct bandwidth *want)
{
	return have->quota_us == want->quota_us &&
	       (want->quota_us == UNLIMITED || have->period_us == want->period_us);
}

/* v1. Between the two writes neither the groups above nor those below may be contradicted: without
 * a quota, none is. */
static int write_bandwidth_v1(const struct target *target, const struct bandwidth *have,
			      const struct bandwidth *want)
{
	char quota[32];
	char period[32];
	int r = 0;

	(void)snprintf(period, sizeof(period), "%" PRIu64, want->period_us);
	if (want->quota_us != UNLIMITED && have->period_us != want->period_us) {
		r = file_write_str(target->fd, "cpu.cfs_quota_us", "-1");
		if (r == 0)
			r = file_write_str(target->fd, "cpu.cfs_period_us", period);
	}
	return r < 0 ? r
		     : file_write_str(target->fd, "cpu.cfs_quota_us",
				      format_amount(target, want->quota_us, quota));
}

static int write_bandwidth(const struct target *target, const struct bandwidth *have,
			   const struct bandwidth *want)
{
	char text[64];

	if (!target->hierarchy->unified)
		return write_bandwidth_v1(target, have, want);
	if (want->quota_us == UNLIMITED)
		return file_write_str(target->fd, "cpu.max", "max");
	(void)snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64, want->quota_us, want->period_us);
	return file_write_str(target->fd, "cpu.max", text);
}

static void check_cpu_ancestors(const struct target *target, const char *name,
				const struct bandwidth *want)
{
	size_t len = strlen(target->path);
	struct bandwidth have;
	char text[64];

	while (len > 0) {
		len = parent_len(target->path, len);
		if (read_bandwidth(target, len, &have) < 0 || have.quota_us == UNLIMITED ||
		    have.quota_us * want->period_us >= want->quota_us * have.period_us)
			continue;
		(void)snprintf(text, sizeof(text), "%" PRIu64 " us of %" PRIu64, have.quota_us,
			       have.period_us);
		warn_lower_ancestor(target, len, name, text);
		return;
	}
}

static void apply_cpu(const struct target *target)
{
	const char *name = target->hierarchy->unified ? "cpu.max" : "cpu.cfs_quota_us";
	struct bandwidth want = wanted_bandwidth(target);
	size_t len = strlen(target->path);
	struct bandwidth have;
	int r = read_bandwidth(target, len, &have);

	if (want.quota_us == UNLIMITED && (r < 0 || is_set_by_name(target->limits, name)))
		return;
	if (r < 0) {
		warn_missing(target, name, r);
		return;
	}
	if (!is_same_bandwidth(&have, &want)) {
		r = write_bandwidth(target, &have, &want);
		if (r < 0)
			warn_limit(target, "cannot set %s of group \"%s\": %s%s", name,
				   target->path, strerror(-r),
				   r == -EINVAL ? "; a group above allows less, or one below more"
						: "");
		else if (read_bandwidth(target, len, &have) < 0 || !is_same_bandwidth(&have, &want))
			warn_limit(target, "%s of group \"%s\" did not become %" PRIu64, name,
				   target->path, want.quota_us);
	}
	if (want.quota_us != UNLIMITED)
		check_cpu_ancestors(target, name, &want);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void apply_pids(const struct target *target)
{
	uint64_t want = target->limits->pids ? target->limits->pids : UNLIMITED;
	char text[32] = "max"; /* of v1, too */

	if (want != UNLIMITED)
		(void)snprintf(text, sizeof(text), "%" PRIu64, want);
	if (apply_amount(target, "pids.max", want, text) == 0)
		check_ancestors(target, "pids.max", want);
}

static int open_group(const struct hierarchy *hierarchy, const char *path)
{
	int fd = openat(hierarchy->fd, path[0] ? path : ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* While processes are on their way, v1 says FREEZING. 0 or -errno. */
static int freeze_group(const struct hierarchy *hierarchy, int group_fd, bool freeze)
{
	const char *name = hierarchy->unified ? "cgroup.freeze" : "freezer.state";
	const char *want =
		hierarchy->unified ? (freeze ? "1" : "0") : (freeze ? "FROZEN" : "THAWED");
	char have[32];
	ssize_t len = file_read_buf(group_fd, name, have, sizeof(have));
	int r;

	if (len == -ENOENT)
		return -ENOTSUP;
	if (len < 0)
		return (int)len;
	r = file_write_str(group_fd, name, want);
	if (r < 0)
		return r;
	len = file_read_buf(group_fd, name, have, sizeof(have));
	if (len < 0)
		return (int)len;
	have[strcspn(have, "\n")] = '\0';
	/* A group above it is frozen. */
	if (!hierarchy->unified && !freeze && strcmp(have, want) != 0)
		return -EBUSY;
	return strcmp(have, want) == 0 || (freeze && strcmp(have, "FREEZING") == 0) ? 0 : -EIO;
}

int limits_freeze(const struct hierarchy *hierarchy, const char *path, bool freeze)
{
	cleanup_close int group_fd = -1;

	if (!hierarchy->unified && !controllers_have(hierarchy->controllers, "freezer", 7))
		return -ENOTSUP;
	group_fd = open_group(hierarchy, path);
	return group_fd < 0 ? group_fd : freeze_group(hierarchy, group_fd, freeze);
}

static void apply_freeze(const struct target *target)
{
	int r = freeze_group(target->hierarchy, target->fd, true);

	if (r < 0)
		warn_limit(target, "cannot freeze group \"%s\": %s", target->path, strerror(-r));
}

static void apply_set(const struct target *target)
{
	for (size_t i = 0; i < target->limits->n_set; i++) {
		const struct limits_value *value = &target->limits->set[i];
		size_t len = controller_len(value->file);
		int r;

		if (len > 0 && !is_here(target, value->file, len))
			continue;
		r = strchr(value->file, '/')
			    ? -EINVAL
			    : file_write_str(target->fd, value->file, value->value);
		if (r == -ENOENT)
			warn_missing(target, value->file, r);
		else if (r < 0)
			warn_not_written(target, value->file, value->value, r);
	}
}

int limits_apply_on(const struct limits_machine *machine, const struct limits *limits,
		    const struct hierarchy *hierarchy, const char *path, struct diag_list *diags)
{
	uint64_t ram = limits->ram_bytes ? limits->ram_bytes : UNLIMITED;
	cleanup_close int group_fd = open_group(hierarchy, path);
	struct target target = { machine, limits, hierarchy, path, group_fd, diags };
	bool has_memory = is_here(&target, "memory", 6);

	if (group_fd < 0)
		return group_fd;
	if (has_memory && hierarchy->unified)
		apply_memory_v2(&target, ram);
	else if (has_memory)
		apply_memory_v1(&target, ram);
	if (is_here(&target, "cpu", 3))
		apply_cpu(&target);
	if (is_here(&target, "pids", 4))
		apply_pids(&target);
	if (limits->freeze && is_here(&target, "freezer", 7))
		apply_freeze(&target);
	apply_set(&target);
	if (has_memory && hierarchy->unified && limits->ram_bytes && machine->has_swap)
		check_swap(&target);
	return 0;
}

int limits_apply(const struct limits *limits, const struct hierarchy *hierarchy, const char *path,
		 struct diag_list *diags)
{
	cleanup_close int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct limits_machine machine = { 0 };

	limits_machine_read(&machine, proc_fd);
	return limits_apply_on(&machine, limits, hierarchy, path, diags);
}
