/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of a family share one origin: the process whose placement decides for all of them. */
#include "config.h"

#include "engine/family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

struct origin {
	unsigned refs;
	bool placed; /* else the decision is still due */
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
	if (!origin || --origin->refs)
		return;
	free(origin->strings);
	free(origin);
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

	if (member && !member->origin->placed && !member->waits)
		return 0;
	origin = calloc(1, sizeof(*origin));
	if (!origin)
		return -ENOMEM;
	origin->refs = 1;
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
	return 0;
}

int family_place(struct family *family, pid_t tgid, const struct family_place *place,
		 uint64_t now_ms)
{
	struct member *member = find(family, tgid);
	struct origin *old = member ? member->origin : NULL;
	int r;

	/* The place may be what family_find() gave. */
	if (old)
		old->refs++;
	r = family_open(family, tgid, now_ms);
	member = find(family, tgid);
	if (r == 0)
		r = member ? set_place(member->origin, place) : -ENOMEM;
	origin_unref(old);
	return r;
}

void family_close(struct family *family, pid_t tgid)
{
	struct member *member = find(family, tgid);
	struct member *other, *next;
	struct origin *origin;

	if (!member || member->origin->placed || member->waits)
		return;
	origin = member->origin;
	drop(family, member);
	if (family->members == NULL)
		return;
	DL_FOREACH_SAFE (family->order, other, next) {
		if (other->origin == origin)
			drop(family, other);
	}
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
	member->origin->refs++;
	member = join(family, child, member->origin, now_ms);
	if (!member)
		return FAMILY_STRANGER;
	member->waits = !member->origin->placed;
	return member->waits ? FAMILY_WAITS : FAMILY_PLACED;
}

const struct family_place *family_find(const struct family *family, pid_t tgid)
{
	const struct member *member = find(family, tgid);

	return member && member->origin->placed ? &member->origin->place : NULL;
}

pid_t family_take_waiting(struct family *family, pid_t tgid)
{
	const struct member *member = find(family, tgid);
	struct member *other;

	if (!member || member->origin->refs == 1)
		return 0;
	DL_FOREACH (family->order, other) {
		if (other->waits && other->origin == member->origin) {
			other->waits = false;
			return other->tgid;
		}
	}
	return 0;
}

void family_expire(struct family *family, uint64_t then_ms)
{
	while (family->order && family->order->joined_ms <= then_ms)
		drop(family, family->order);
}

void family_forget_places(struct family *family)
{
	struct member *member, *next;

	DL_FOREACH_SAFE (family->order, member, next) {
		if (member->origin->placed)
			drop(family, member);
	}
}

size_t family_count(const struct family *family)
{
	return HASH_COUNT(family->members);
}
