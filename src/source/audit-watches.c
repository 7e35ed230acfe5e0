/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of watches: replaced as a whole, while what stays keeps its rules in the kernel. */
#include "config.h"

#include "source/audit-watches.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mountinfo.h"
#include "source/audit-kernel.h"
#include "source/audit-paths.h"
#include "source/audit-records.h"
#include "source/audit.h"

static bool is_same_watch(const struct audit_watched *watched, const struct audit_watch *watch,
			  const char *path)
{
	return watched->path && watched->access == watch->access &&
	       watched->failed == watch->failed && strcmp(watched->path, path) == 0;
}

/* The one that is there already, or a new one. */
static int take_watch(struct audit_watches *watches, const struct audit_watch *watch,
		      struct audit_watched *ret)
{
	char path[PATH_MAX];

	if (watch->path[0] != '/' || !audit_path_join("/", watch->path, path, sizeof(path)))
		return -EINVAL;
	for (size_t i = 0; i < watches->n; i++) {
		if (!is_same_watch(&watches->list[i], watch, path))
			continue;
		*ret = watches->list[i];
		watches->list[i] = (struct audit_watched){ 0 };
		return 0;
	}
	*ret = (struct audit_watched){
		.id = ++watches->last_id,
		.path = strdup(path),
		.access = watch->access,
		.failed = watch->failed,
	};
	return ret->path ? 0 : -ENOMEM;
}

int audit_watches_replace(struct audit_watches *watches, const struct audit_watch *wanted, size_t n)
{
	struct audit_watched *taken = calloc(n + watches->n + 1, sizeof(*taken));
	size_t n_taken = 0;
	int r = 0;

	if (!taken)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		r = take_watch(watches, &wanted[i], &taken[n_taken]);
		n_taken += r == 0;
	}
	for (size_t i = 0; i < watches->n; i++) {
		struct audit_watched *left = &watches->list[i];

		if (!left->path)
			continue;
		/* After an error all stay. */
		if (r < 0 || audit_watched_retire(left, &watches->retired) < 0)
			taken[n_taken++] = *left;
		else
			audit_watched_done(left);
	}
	free(watches->list);
	watches->list = taken;
	watches->n = n_taken;
	return r;
}

int audit_watches_plan(struct audit_watches *watches, bool with_rules, bool *ret_changed)
{
	const unsigned number = watches->next_number;
	const size_t n_retired = watches->retired.n + watches->stale.n;
	cleanup_free char *mountinfo = NULL;
	int r = with_rules ? mountinfo_read(&mountinfo) : 0;

	for (size_t i = 0; i < watches->n && r == 0; i++)
		r = with_rules ? audit_watched_plan(&watches->list[i], mountinfo,
						    &watches->next_number, &watches->retired,
						    &watches->stale)
			       : audit_watched_look(&watches->list[i]);
	*ret_changed = watches->next_number != number ||
		       watches->retired.n + watches->stale.n != n_retired;
	return r;
}

static size_t count_rules(const struct audit_watches *watches)
{
	size_t n = watches->retired.n + watches->stale.n;

	for (size_t i = 0; i < watches->n; i++)
		for (size_t j = 0; j < watches->list[i].n_targets; j++)
			n += watches->list[i].targets[j].n_rules;
	return n;
}

struct audit_rule_data **audit_watches_gather(const struct audit_watches *watches, size_t *ret_n)
{
	struct audit_rule_data **rules = calloc(count_rules(watches) + 1, sizeof(*rules));
	size_t n = 0;

	if (!rules)
		return NULL;
	for (size_t i = 0; i < watches->retired.n; i++)
		rules[n++] = watches->retired.rules[i];
	for (size_t i = 0; i < watches->stale.n; i++)
		rules[n++] = watches->stale.rules[i];
	for (size_t i = 0; i < watches->n; i++) {
		for (size_t j = 0; j < watches->list[i].n_targets; j++) {
			const struct audit_target *target = &watches->list[i].targets[j];

			for (size_t k = 0; k < target->n_rules; k++)
				rules[n++] = target->rules[k].data;
		}
	}
	*ret_n = n;
	return rules;
}

void audit_watches_compare(struct audit_watches *watches, struct audit_rule_data *const *rules,
			   size_t n)
{
	for (size_t i = 0; i < watches->n; i++) {
		for (size_t j = 0; j < watches->list[i].n_targets; j++) {
			struct audit_target *target = &watches->list[i].targets[j];

			for (size_t k = 0; k < target->n_rules; k++)
				target->rules[k].is_set =
					audit_kernel_has_key_in(rules, n, target->rules[k].key);
		}
	}
}

size_t audit_watches_unset(const struct audit_watches *watches)
{
	size_t n = 0;
	int error;

	for (size_t i = 0; i < watches->n; i++)
		n += !audit_watched_is_set(&watches->list[i], &error);
	return n;
}

struct audit_place *audit_watches_places(const struct audit_watches *watches)
{
	struct audit_place *places = calloc(watches->n + 1, sizeof(*places));

	for (size_t i = 0; places && i < watches->n; i++) {
		const struct audit_watched *watched = &watches->list[i];

		places[i] = (struct audit_place){
			.id = watched->id,
			.path = watched->path,
			.real = watched->real,
			.is_directory = watched->is_directory,
			.failed = watched->failed,
		};
	}
	return places;
}

void audit_watches_done(struct audit_watches *watches)
{
	for (size_t i = 0; i < watches->n; i++)
		audit_watched_done(&watches->list[i]);
	free(watches->list);
	audit_kernel_free_rules(watches->retired.rules, watches->retired.n);
	audit_kernel_free_rules(watches->stale.rules, watches->stale.n);
	*watches = (struct audit_watches){ 0 };
}
