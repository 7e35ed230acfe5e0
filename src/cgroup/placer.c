/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement: the kept-open descriptors, all-or-none moves, and the life of groups made on demand.
 */
#include "config.h"

#include "cgroup/placer.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uthash.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "cgroup/cgconfig.h"
#include "cgroup/group.h"

/* Each kept group costs a descriptor: a part of what the process may have. */
#define KEPT_MAX 8192

/* Keys are the index of the hierarchy, as a character, and the path. */
#define KEY_HIERARCHY(key) ((unsigned)((unsigned char)(key)[0] - '0'))
#define KEY_MAX		   (PATH_MAX + 2)

struct kept {
	UT_hash_handle hh;
	struct kept *prev, *next; /* least recently used first */
	int fd;
	char *controllers; /* v2: the list that was enabled last */
	char key[];
};

struct made {
	UT_hash_handle hh;
	uint64_t empty_since_ms; /* 0: not seen empty */
	char key[];
};

struct placer {
	struct hierarchies hierarchies;
	const struct cgconfig *cgconfig;
	unsigned long remove_empty_ms;
	struct kept *kept; /* by key */
	struct kept *kept_order;
	size_t kept_max;
	bool evicted;	   /* a kept descriptor was closed to make room */
	struct made *made; /* by key */
	uint64_t writes;
};

/* One hierarchy's part of a placement that is being carried out. */
struct move {
	const struct placement *placement; /* NULL: nothing to do in this hierarchy */
	int fd;				   /* of the kept group; stays the table's */
	const char *from;
	size_t from_len;
	bool moved;
};

struct placer *placer_new(unsigned long remove_empty_ms)
{
	struct placer *placer = calloc(1, sizeof(*placer));
	struct rlimit limit = { 0 };

	if (!placer)
		return NULL;
	placer->remove_empty_ms = remove_empty_ms;
	placer->kept_max = KEPT_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < KEPT_MAX)
		placer->kept_max = limit.rlim_cur / 2;
	return placer;
}

static void make_key(char *key, size_t hierarchy, const char *path)
{
	(void)snprintf(key, KEY_MAX, "%c%s", (int)('0' + hierarchy), path);
}

/* ---- kept descriptors ---------------------------------------------------------------------- */

static void drop_kept(struct placer *placer, struct kept *kept)
{
	HASH_DEL(placer->kept, kept);
	DL_DELETE(placer->kept_order, kept);
	(void)close(kept->fd);
	free(kept->controllers);
	free(kept);
}

static void drop_all_kept(struct placer *placer)
{
	while (placer->kept_order)
		drop_kept(placer, placer->kept_order);
}

static void evict_kept(struct placer *placer)
{
	placer->evicted = true;
	drop_kept(placer, placer->kept_order);
}

static struct kept *find_kept(struct placer *placer, const char *key)
{
	struct kept *kept;

	HASH_FIND_STR(placer->kept, key, kept);
	if (kept) {
		DL_DELETE(placer->kept_order, kept);
		DL_APPEND(placer->kept_order, kept);
	}
	return kept;
}

/* Takes the descriptor, also when it fails. */
static struct kept *add_kept(struct placer *placer, const char *key, int fd)
{
	size_t key_len = strlen(key);
	struct kept *kept = calloc(1, sizeof(*kept) + key_len + 1);

	if (!kept) {
		(void)close(fd);
		return NULL;
	}
	if (HASH_COUNT(placer->kept) >= placer->kept_max)
		evict_kept(placer);
	memcpy(kept->key, key, key_len);
	kept->fd = fd;
	HASH_ADD_STR(placer->kept, key, kept);
	DL_APPEND(placer->kept_order, kept);
	return kept;
}

/* ---- groups made on demand ----------------------------------------------------------------- */

struct making {
	struct placer *placer;
	size_t hierarchy;
};

static void remember_made(void *arg, const char *path, size_t len)
{
	const struct making *making = arg;
	struct placer *placer = making->placer;
	struct made *made;
	char key[KEY_MAX];

	(void)snprintf(key, sizeof(key), "%c%.*s", (int)('0' + making->hierarchy), (int)len, path);
	HASH_FIND_STR(placer->made, key, made);
	if (made)
		return;
	made = calloc(1, sizeof(*made) + strlen(key) + 1);
	if (!made)
		return; /* it will not be removed: less bad than not making it */
	memcpy(made->key, key, strlen(key));
	HASH_ADD_STR(placer->made, key, made);
}

static void forget_made(struct placer *placer, struct made *made)
{
	HASH_DEL(placer->made, made);
	free(made);
}

/* Groups that are configured as they stand are there to stay. */
static void made_for_good(void *arg, const char *path, size_t len)
{
	(void)arg;
	(void)path;
	(void)len;
}

static int make_group(struct placer *placer, size_t index, const struct placement *placement,
		      struct diag_list *diags)
{
	const struct hierarchy *hierarchy = &placer->hierarchies.items[index];
	struct making making = { placer, index };
	const struct cgconfig_group *config = NULL;

	if (placement->template_name) {
		if (placer->cgconfig)
			config = cgconfig_find(placer->cgconfig, placement->template_name, true);
		return group_make(hierarchy, placement->path, config, remember_made, &making,
				  diags);
	}
	if (placer->cgconfig)
		config = cgconfig_find(placer->cgconfig, placement->path, false);
	if (!config)
		return -ENOENT;
	return group_make(hierarchy, placement->path, config, made_for_good, NULL, diags);
}

static int deepest_first(const struct made *a, const struct made *b)
{
	size_t left = strlen(a->key);
	size_t right = strlen(b->key);

	return (left < right) - (left > right);
}

size_t placer_sweep(struct placer *placer, uint64_t now_ms)
{
	struct made *made, *next;

	if (placer->remove_empty_ms == 0)
		return 0;
	HASH_SORT(placer->made, deepest_first);
	HASH_ITER (hh, placer->made, made, next) {
		const struct hierarchy *hierarchy =
			&placer->hierarchies.items[KEY_HIERARCHY(made->key)];
		struct kept *kept;

		if (!group_is_empty(hierarchy, made->key + 1)) {
			made->empty_since_ms = 0;
			if (faccessat(hierarchy->fd, made->key + 1, F_OK, 0) < 0)
				forget_made(placer, made);
			continue;
		}
		if (!made->empty_since_ms)
			made->empty_since_ms = now_ms;
		if (now_ms - made->empty_since_ms < placer->remove_empty_ms ||
		    group_remove(hierarchy, made->key + 1) < 0)
			continue;
		HASH_FIND_STR(placer->kept, made->key, kept);
		if (kept)
			drop_kept(placer, kept);
		forget_made(placer, made);
	}
	return HASH_COUNT(placer->made);
}

/* ---- what is mounted ----------------------------------------------------------------------- */

static bool same_hierarchy(const struct hierarchy *a, const struct hierarchy *b)
{
	if (a->unified || b->unified)
		return a->unified == b->unified && strcmp(a->root, b->root) == 0;
	return strcmp(a->controllers, b->controllers) == 0 && strcmp(a->root, b->root) == 0;
}

/* Groups made on demand keep their owner when hierarchies come and go around them. */
static void renumber_made(struct placer *placer, const struct hierarchies *new)
{
	struct made *old = placer->made;
	struct made *made, *next;

	placer->made = NULL;
	HASH_ITER (hh, old, made, next) {
		const struct hierarchy *was = &placer->hierarchies.items[KEY_HIERARCHY(made->key)];
		size_t i = 0;

		HASH_DEL(old, made);
		while (i < new->n && !same_hierarchy(was, &new->items[i]))
			i++;
		if (i == new->n) {
			free(made);
			continue;
		}
		made->key[0] = (char)('0' + i);
		HASH_ADD_STR(placer->made, key, made);
	}
}

void placer_set_hierarchies(struct placer *placer, struct hierarchies *hierarchies)
{
	drop_all_kept(placer);
	renumber_made(placer, hierarchies);
	hierarchies_done(&placer->hierarchies);
	placer->hierarchies = *hierarchies;
	*hierarchies = (struct hierarchies){ 0 };
}

const struct hierarchies *placer_hierarchies(const struct placer *placer)
{
	return &placer->hierarchies;
}

void placer_set_cgconfig(struct placer *placer, const struct cgconfig *cgconfig)
{
	placer->cgconfig = cgconfig;
}

void placer_free(struct placer *placer)
{
	struct made *made, *next;

	if (!placer)
		return;
	drop_all_kept(placer);
	HASH_ITER (hh, placer->made, made, next)
		forget_made(placer, made);
	hierarchies_done(&placer->hierarchies);
	free(placer);
}

/* ---- placing ------------------------------------------------------------------------------- */

static enum place_outcome fail(struct place_result *ret, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static enum place_outcome fail(struct place_result *ret, int error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(ret->text, sizeof(ret->text), fmt, args);
	va_end(args);
	ret->error = error;
	return PLACE_FAILED;
}

/* What the kernel means by the error of a move, and what helps. */
static const char *explain_move(int error)
{
	switch (-error) {
	case EBUSY:
		return "the group hands controllers to groups below it, so it takes no processes";
	case EOPNOTSUPP:
		return "the group is threaded, or below one that is";
	case EINVAL:
		return "a kernel thread, or a real-time process and no real-time run time "
		       "(cpu.rt_runtime_us) in the group";
	case ENOSPC:
		return "the group has no CPUs or memory nodes (cpuset.cpus, cpuset.mems)";
	case ENODEV:
		return "the group was removed";
	default:
		return strerror(-error);
	}
}

/* path == place, or below it. Only the root has nothing "below": all of the tree would be. */
static bool is_within(const char *path, size_t len, const char *place)
{
	size_t place_len = strlen(place);

	if (len < place_len || memcmp(path, place, place_len) != 0)
		return false;
	return len == place_len || (place_len > 0 && path[place_len] == '/');
}

/* Sort the placements by hierarchy: the later of two in one counts. */
static int plan(const struct placer *placer, const struct placement *placements, size_t n,
		struct move *moves, struct place_result *ret)
{
	for (size_t i = 0; i < n; i++) {
		const char *missing;
		size_t missing_len;
		uint32_t mask;

		if (hierarchies_resolve(&placer->hierarchies, placements[i].controllers, &mask,
					&missing, &missing_len) < 0) {
			(void)fail(ret, -ENOENT,
				   "no hierarchy with the controller \"%.*s\" is mounted",
				   (int)missing_len, missing);
			return -ENOENT;
		}
		for (size_t h = 0; h < placer->hierarchies.n; h++) {
			if (mask & (UINT32_C(1) << h))
				moves[h].placement = &placements[i];
		}
	}
	return 0;
}

static void enable_controllers(struct placer *placer, size_t index, struct kept *kept,
			       const struct placement *placement, struct diag_list *diags)
{
	const struct hierarchy *hierarchy = &placer->hierarchies.items[index];
	const char *missing;
	size_t len;

	if (!hierarchy->unified ||
	    (kept->controllers && strcmp(kept->controllers, placement->controllers) == 0))
		return;
	free(kept->controllers);
	kept->controllers = strdup(placement->controllers);
	missing =
		group_enable_controllers(hierarchy, placement->path, placement->controllers, &len);
	if (missing)
		diag_add(diags, DIAG_WARNING, hierarchy->mount, 0, 0,
			 "controller \"%.*s\" cannot be enabled for group \"%s\": its limits have "
			 "no effect",
			 (int)len, missing, placement->path);
}

/* The kept group of a placement, opened or made where it has to be. 0 or -errno. */
static int reach(struct placer *placer, size_t index, struct move *move, struct diag_list *diags)
{
	const struct hierarchy *hierarchy = &placer->hierarchies.items[index];
	const struct placement *placement = move->placement;
	struct kept *kept;
	char key[KEY_MAX];
	int fd;
	int r;

	make_key(key, index, placement->path);
	kept = find_kept(placer, key);
	if (!kept) {
		fd = group_open_procs(hierarchy, placement->path);
		while (fd == -EMFILE && placer->kept_order) {
			evict_kept(placer);
			fd = group_open_procs(hierarchy, placement->path);
		}
		if (fd == -ENOENT) {
			r = make_group(placer, index, placement, diags);
			if (r < 0)
				return r;
			fd = group_open_procs(hierarchy, placement->path);
		}
		if (fd < 0)
			return fd;
		kept = add_kept(placer, key, fd);
		if (!kept)
			return -ENOMEM;
	}
	enable_controllers(placer, index, kept, placement, diags);
	move->fd = kept->fd;
	return 0;
}

static int write_pid(int fd, pid_t tgid)
{
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%d", (int)tgid);
	ssize_t put;

	do {
		put = write(fd, digits, (size_t)len);
	} while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : 0;
}

/* The group may have been removed since it was opened: then it is made anew, once. */
static int move_one(struct placer *placer, size_t index, struct move *move, pid_t tgid,
		    struct diag_list *diags)
{
	struct kept *kept;
	char key[KEY_MAX];
	int r;

	placer->writes++;
	r = write_pid(move->fd, tgid);
	if (r != -ENODEV)
		return r;
	make_key(key, index, move->placement->path);
	kept = find_kept(placer, key);
	if (kept)
		drop_kept(placer, kept);
	r = reach(placer, index, move, diags);
	return r < 0 ? r : write_pid(move->fd, tgid);
}

/* Back to where it was. False: that was not possible everywhere. */
static bool move_back(const struct placer *placer, const struct move *moves, pid_t tgid)
{
	bool all = true;

	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const struct move *move = &moves[h];
		cleanup_close int fd = -1;
		char path[PATH_MAX];

		if (!move->moved)
			continue;
		(void)snprintf(path, sizeof(path), "%.*s", (int)move->from_len,
			       move->from ? move->from : "");
		fd = group_open_procs(&placer->hierarchies.items[h], path);
		if (fd < 0 || write_pid(fd, tgid) < 0)
			all = false;
	}
	return all;
}

/* Everything that can be checked before the first move. */
static enum place_outcome prepare(struct placer *placer, const char *proc_cgroup,
				  struct move *moves, struct diag_list *diags,
				  struct place_result *ret)
{
	enum place_outcome outcome = PLACE_IN_PLACE;

	placer->evicted = false;
	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const struct hierarchy *hierarchy = &placer->hierarchies.items[h];
		struct move *move = &moves[h];
		int r;

		if (!move->placement)
			continue;
		if (hierarchy_find_path(hierarchy, proc_cgroup, &move->from, &move->from_len) &&
		    is_within(move->from, move->from_len, move->placement->path)) {
			move->placement = NULL;
			continue;
		}
		r = reach(placer, h, move, diags);
		if (r == -ENOENT && !move->placement->template_name)
			return fail(ret, r,
				    "group \"%s\" does not exist in %s, nor in cgconfig.conf",
				    move->placement->path, hierarchy->mount);
		if (r < 0)
			return fail(ret, r, "group \"%s\" in %s: %s", move->placement->path,
				    hierarchy->mount, strerror(-r));
		outcome = PLACE_MOVED;
	}
	/* Opening one may have closed another of them. */
	for (size_t h = 0; placer->evicted && h < placer->hierarchies.n; h++) {
		if (moves[h].placement && reach(placer, h, &moves[h], diags) < 0)
			return fail(ret, -EMFILE, "too few file descriptors");
	}
	return outcome;
}

enum place_outcome placer_place(struct placer *placer, pid_t tgid, const char *proc_cgroup,
				const struct placement *placements, size_t n,
				struct diag_list *diags, struct place_result *ret)
{
	struct move moves[HIERARCHIES_MAX] = { 0 };
	enum place_outcome outcome;

	*ret = (struct place_result){ 0 };
	if (plan(placer, placements, n, moves, ret) < 0)
		return PLACE_FAILED;
	outcome = prepare(placer, proc_cgroup, moves, diags, ret);
	if (outcome != PLACE_MOVED)
		return outcome;
	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const struct hierarchy *hierarchy = &placer->hierarchies.items[h];
		struct move *move = &moves[h];
		int r;

		if (!move->placement)
			continue;
		r = move_one(placer, h, move, tgid, diags);
		if (r == -ESRCH)
			return PLACE_GONE;
		if (r < 0) {
			bool back = move_back(placer, moves, tgid);

			return fail(ret, r, "moving into group \"%s\" in %s: %s%s",
				    move->placement->path, hierarchy->mount, explain_move(r),
				    back ? ""
					 : "; it could not be moved back in other hierarchies");
		}
		move->moved = true;
		ret->moved |= UINT32_C(1) << h;
	}
	return PLACE_MOVED;
}

bool placer_is_in(const struct placer *placer, const char *proc_cgroup,
		  const struct placement *placement, bool is_open)
{
	const char *missing;
	size_t missing_len;
	size_t place_len = strlen(placement->path);
	uint32_t mask;

	if (strcmp(placement->path, "*") == 0)
		return true;
	if (hierarchies_resolve(&placer->hierarchies, placement->controllers, &mask, &missing,
				&missing_len) < 0)
		return false;
	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const char *path;
		size_t len;

		if (!(mask & (UINT32_C(1) << h)) ||
		    !hierarchy_find_path(&placer->hierarchies.items[h], proc_cgroup, &path, &len))
			continue;
		if (is_open && place_len > 0
			    ? is_within(path, len, placement->path)
			    : len >= place_len && memcmp(path, placement->path, place_len) == 0)
			return true;
	}
	return false;
}

void placer_get_stats(const struct placer *placer, struct placer_stats *ret)
{
	*ret = (struct placer_stats){
		.descriptors = HASH_COUNT(placer->kept),
		.groups_made = HASH_COUNT(placer->made),
		.writes = placer->writes,
	};
}
