/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of a family share one origin: the process whose placement decides for all of them. A new
 * origin of a member remembers the one before, which counts as long as the new one is not placed.
 */
#include "config.h"

#include "engine/family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/table.h"

struct origin {
	unsigned refs;
	pid_t opener; /* the process that is, or was, to be decided about */
	bool placed;  /* else the decision is still due … */
	bool gone;    /* … or the process has ended before it */
	bool waited;  /* the member waited for what was before */
	struct origin *before;
	struct family_place place;
	char *strings; /* of place */
};

struct member {
	UT_hash_handle hh;
	struct member *prev, *next; /* by joined_ms */
	struct origin *origin;
	pid_t tgid;
	bool waits; /* a child that was not decided about when its origin was still open */
	uint64_t joined_ms;
};

struct family {
	struct member *members; /* by tgid */
	struct member *order;
};

struct family *family_new(void)
{
	return calloc(1, sizeof(struct family));
}

static void origin_unref(struct origin *origin)
{
	while (origin && --origin->refs == 0) {
		struct origin *before = origin->before;

		free(origin->strings);
		free(origin);
		origin = before;
	}
}

static struct origin *origin_ref(struct origin *origin)
{
	if (origin)
		origin->refs++;
	return origin;
}

/* With no reference yet but the caller's. NULL: no memory. */
static struct origin *origin_new(pid_t opener, struct origin *before, bool waited)
{
	struct origin *origin = calloc(1, sizeof(*origin));

	if (!origin)
		return NULL;
	origin->refs = 1;
	origin->opener = opener;
	origin->waited = waited;
	origin->before = origin_ref(before);
	return origin;
}

static void drop(struct family *family, struct member *member)
{
	HASH_DEL(family->members, member);
	DL_DELETE(family->order, member);
	origin_unref(member->origin);
	free(member);
}

void family_free(struct family *family)
{
	if (!family)
		return;
	while (family->order)
		drop(family, family->order);
	free(family);
}

static struct member *find(const struct family *family, pid_t tgid)
{
	struct member *member = NULL;

	if (family->members)
		HASH_FIND_INT(family->members, &tgid, member);
	return member;
}

/* The member, new or renewed, with this origin (whose reference it takes, also on failure). */
static struct member *join(struct family *family, pid_t tgid, struct origin *origin,
			   uint64_t now_ms)
{
	struct member *member = find(family, tgid);

	if (!member) {
		member = calloc(1, sizeof(*member));
		if (!member) {
			origin_unref(origin);
			return NULL;
		}
		member->tgid = tgid;
		HASH_ADD_INT(family->members, tgid, member);
		if (!table_has(member)) {
			origin_unref(origin);
			free(member);
			return NULL;
		}
	} else {
		DL_DELETE(family->order, member);
		origin_unref(member->origin);
	}
	member->origin = origin;
	member->waits = false;
	member->joined_ms = now_ms;
	DL_APPEND(family->order, member);
	return member;
}

int family_open(struct family *family, pid_t tgid, uint64_t now_ms)
{
	struct member *member = find(family, tgid);
	struct origin *origin;

	if (member && !member->origin->placed && !member->origin->gone && !member->waits)
		return 0;
	origin = member ? origin_new(tgid, member->origin, member->waits)
			: origin_new(tgid, NULL, false);
	if (!origin)
		return -ENOMEM;
	return join(family, tgid, origin, now_ms) ? 0 : -ENOMEM;
}

static const char *copy_to(char **at, const char *text)
{
	const char *copy = *at;
	size_t size = strlen(text) + 1;

	memcpy(*at, text, size);
	*at += size;
	return copy;
}

/* Copy the strings of a place into one piece of memory. */
static int set_place(struct origin *origin, const struct family_place *place)
{
	size_t size = 0;
	char *strings;
	char *at;

	for (size_t i = 0; i < place->n; i++)
		size += strlen(place->items[i].controllers) + strlen(place->items[i].path) + 2;
	strings = malloc(size ? size : 1);
	if (!strings)
		return -ENOMEM;
	origin->place = *place;
	at = strings;
	for (size_t i = 0; i < place->n; i++) {
		struct placement *item = &origin->place.items[i];

		item->controllers = copy_to(&at, item->controllers);
		item->path = copy_to(&at, item->path);
		/* The group is there: the parent went in. */
		item->template_name = NULL;
	}
	free(origin->strings);
	origin->strings = strings;
	origin->placed = true;
	origin_unref(origin->before);
	origin->before = NULL;
	return 0;
}

int family_place(struct family *family, pid_t tgid, const struct family_place *place,
		 uint64_t now_ms)
{
	struct member *member = find(family, tgid);
	struct origin *old = member ? member->origin : NULL;
	int r;

	/* The place may be what family_find() gave. */
	(void)origin_ref(old);
	r = family_open(family, tgid, now_ms);
	member = find(family, tgid);
	if (r == 0)
		r = member ? set_place(member->origin, place) : -ENOMEM;
	origin_unref(old);
	return r;
}

static void set_origin(struct member *member, struct origin *origin, bool waits)
{
	(void)origin_ref(origin);
	origin_unref(member->origin);
	member->origin = origin;
	member->waits = waits;
}

/* All members of an origin that is still open, but one: they have another now, or (NULL) none. */
static void hand_over(struct family *family, const struct origin *origin, const struct member *but,
		      struct origin *to)
{
	struct member *member, *next;

	if (origin->refs <= 1)
		return;
	DL_FOREACH_SAFE (family->order, member, next) {
		if (member->origin != origin || member == but)
			continue;
		if (to)
			set_origin(member, to, true);
		else
			drop(family, member);
	}
}

void family_close(struct family *family, pid_t tgid)
{
	struct member *member = find(family, tgid);
	struct origin *before;

	if (!member || member->origin->placed || member->waits)
		return;
	before = member->origin->before;
	hand_over(family, member->origin, member, before);
	if (before)
		set_origin(member, before, member->origin->waited);
	else
		drop(family, member);
}

void family_forget(struct family *family, pid_t tgid)
{
	struct member *member = find(family, tgid);

	if (!member)
		return;
	if (!member->origin->placed && !member->waits)
		hand_over(family, member->origin, member, NULL);
	drop(family, member);
}

int family_orphan(struct family *family, pid_t tgid, uint64_t now_ms)
{
	struct member *member;
	int r = family_open(family, tgid, now_ms);

	member = find(family, tgid);
	if (r < 0 || !member)
		return -ENOMEM;
	member->origin->gone = true;
	return 0;
}

/* A child of one that has ended is on its own. */
static int stand_alone(struct member *member)
{
	struct origin *before = member->origin->before;
	struct origin *origin = origin_new(member->tgid, before, before && !before->placed);

	if (!origin)
		return -ENOMEM;
	set_origin(member, origin, false);
	origin_unref(origin);
	return 0;
}

enum family_fork family_fork(struct family *family, pid_t parent, pid_t child, uint64_t now_ms)
{
	struct member *old = find(family, child);
	struct member *member;

	if (old)
		drop(family, old);
	member = find(family, parent);
	if (!member)
		return FAMILY_STRANGER;
	member = join(family, child, origin_ref(member->origin), now_ms);
	if (!member)
		return FAMILY_STRANGER;
	if (member->origin->gone)
		return stand_alone(member) < 0 ? FAMILY_STRANGER : FAMILY_PLACED;
	member->waits = !member->origin->placed;
	return member->waits ? FAMILY_WAITS : FAMILY_PLACED;
}

const struct family_place *family_find(const struct family *family, pid_t tgid)
{
	const struct member *member = find(family, tgid);
	const struct origin *origin = member ? member->origin : NULL;

	while (origin && !origin->placed)
		origin = origin->before;
	return origin ? &origin->place : NULL;
}

pid_t family_take_waiting(struct family *family, pid_t tgid)
{
	const struct member *member = find(family, tgid);
	struct member *other;

	if (!member || member->origin->refs == 1 ||
	    !(member->origin->placed || member->origin->gone))
		return 0;
	DL_FOREACH (family->order, other) {
		if (!other->waits || other->origin != member->origin)
			continue;
		if (other->origin->gone)
			(void)stand_alone(other);
		other->waits = false;
		return other->tgid;
	}
	return 0;
}

static bool still_waits(const struct member *member, family_waits_fn *waits, void *arg)
{
	const struct origin *origin = member->origin;

	return !origin->placed && !origin->gone && waits(arg, origin->opener, member->tgid);
}

void family_expire(struct family *family, uint64_t now_ms, uint64_t for_ms, family_waits_fn *waits,
		   void *arg)
{
	struct member *member;

	while ((member = family->order) && now_ms - member->joined_ms >= for_ms &&
	       member->joined_ms < now_ms) {
		if (still_waits(member, waits, arg)) {
			member->joined_ms = now_ms;
			DL_DELETE(family->order, member);
			DL_APPEND(family->order, member);
		} else {
			drop(family, member);
		}
	}
}

void family_forget_places(struct family *family)
{
	struct member *member, *next;

	DL_FOREACH_SAFE (family->order, member, next) {
		if (member->origin->placed) {
			drop(family, member);
		} else {
			origin_unref(member->origin->before);
			member->origin->before = NULL;
		}
	}
}

size_t family_count(const struct family *family)
{
	return HASH_COUNT(family->members);
}
