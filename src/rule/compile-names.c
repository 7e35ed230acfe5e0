/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The compiler's users and groups: each is looked up once. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/grow.h"
#include "base/names.h"
#include "rule/compiler.h"
#include "rule/ruleset.h"

static void free_table(struct name_table *table)
{
	idmap_done(&table->map);
	free(table->items);
}

void compiler_free_names(struct compiler *compiler)
{
	textmap_done(&compiler->previous_users);
	textmap_done(&compiler->previous_groups);
	free_table(&compiler->users);
	free_table(&compiler->groups);
}

/* Without memory some are not found. */
static void index_previous_names(struct compiler *compiler)
{
	const struct ruleset *previous = compiler->previous;

	for (size_t i = 0; previous && i < previous->n_names; i++) {
		const struct ruleset_name *name = &previous->names[i];

		(void)textmap_put(name->is_group ? &compiler->previous_groups
						 : &compiler->previous_users,
				  name->name, (uint32_t)i);
	}
}

/* A name service that cannot answer now must not cost a rule that worked before. */
static int find_previous(struct compiler *compiler, const char *name, bool is_group,
			 unsigned *ret_id)
{
	const struct textmap *names =
		is_group ? &compiler->previous_groups : &compiler->previous_users;
	size_t len = strlen(name);
	uint32_t at;

	if (!compiler->previous_users.n && !compiler->previous_groups.n)
		index_previous_names(compiler);
	at = textmap_get(names, textmap_hash(name, len), name, len);
	if (at == IDMAP_NONE)
		return -ENOENT;
	*ret_id = compiler->previous->names[at].id;
	return 0;
}

/* NULL: no memory. */
static struct name *add_name(struct name_table *table, uint32_t number, const struct name *name)
{
	struct name *items = grow(table->items, table->n, &table->room, sizeof(*items));

	if (!items)
		return NULL;
	table->items = items;
	if (idmap_put(&table->map, number, (uint32_t)table->n) < 0)
		return NULL;
	items[table->n] = *name;
	return &items[table->n++];
}

/* A user, looked up the first time; until the next one is looked for. NULL: no memory. */
struct name *compiler_find_user(struct compiler *compiler, const char *text)
{
	struct name_table *table = &compiler->users;
	uint32_t number = compiler_intern(compiler, text);
	uint32_t at = number == NO_MEMORY ? IDMAP_NONE : idmap_get(&table->map, number);
	struct name user = { 0 };

	if (number == NO_MEMORY)
		return NULL;
	if (at != IDMAP_NONE)
		return &table->items[at];
	user.name = compiler->texts[number];
	user.error = names_find_uid(user.name, &user.id);
	if (user.error < 0 && user.error != -ENOENT &&
	    find_previous(compiler, user.name, false, &user.id) == 0)
		user.error = 0;
	return add_name(table, number, &user);
}

struct member_list {
	struct compiler *compiler;
	uid_t *uids;
	size_t n, room;
};

static int add_uid(struct member_list *list, uid_t uid)
{
	uid_t *uids = grow(list->uids, list->n, &list->room, sizeof(*uids));

	if (!uids)
		return -ENOMEM;
	list->uids = uids;
	uids[list->n++] = uid;
	return 0;
}

/* A member that does not exist is none. */
static int add_member(void *arg, const char *name)
{
	struct member_list *list = arg;
	const struct name *user = compiler_find_user(list->compiler, name);

	if (!user)
		return -ENOMEM;
	if (user->error == -ENOENT)
		return 0;
	return user->error < 0 ? user->error : add_uid(list, user->id);
}

static int copy_previous_members(struct member_list *list, gid_t gid)
{
	const struct ruleset *previous = list->compiler->previous;
	int r = 0;

	list->n = 0;
	for (size_t i = 0; previous && i < previous->n_groups; i++) {
		const struct rule_members *members = previous->groups[i];

		for (size_t j = 0; r == 0 && members->gid == gid && j < members->n_uids; j++)
			r = add_uid(list, members->uids[j]);
		if (list->n > 0)
			break;
	}
	return r;
}

static int compare_uids(const void *a, const void *b)
{
	uid_t left = *(const uid_t *)a;
	uid_t right = *(const uid_t *)b;

	return (left > right) - (left < right);
}

static int store_members(struct member_list *list, struct name *group)
{
	struct compiler *compiler = list->compiler;
	struct ruleset *set = compiler->set;
	struct rule_members *members = arena_alloc(&set->arena, sizeof(*members));
	uid_t *uids = arena_alloc(&set->arena, list->n * sizeof(*uids));
	const struct rule_members **groups =
		grow(set->groups, set->n_groups, &compiler->groups_room, sizeof(*groups));

	if (groups)
		set->groups = groups;
	if (!members || !uids || !groups)
		return -ENOMEM;
	if (list->n > 0) {
		qsort(list->uids, list->n, sizeof(*uids), compare_uids);
		memcpy(uids, list->uids, list->n * sizeof(*uids));
	}
	*members = (struct rule_members){ .gid = group->id, .uids = uids, .n_uids = list->n };
	groups[set->n_groups++] = members;
	group->members = members;
	return 0;
}

static int find_members(struct compiler *compiler, struct name *group)
{
	struct member_list list = { .compiler = compiler };
	int r = names_each_member(group->id, add_member, &list);

	if (r < 0 && r != -ENOMEM && r != -ENOENT) {
		diag_add(compiler->diags, DIAG_WARNING, compiler_source_name(compiler), 0, 0,
			 "the members of group \"%s\" cannot be looked up: %s", group->name,
			 strerror(-r));
		compiler->set->n_skipped++;
		r = copy_previous_members(&list, group->id);
	}
	if (r != -ENOMEM)
		r = store_members(&list, group);
	free(list.uids);
	return r;
}

/* The same for a group, with its members. */
struct name *compiler_find_group(struct compiler *compiler, const char *text)
{
	struct name_table *table = &compiler->groups;
	uint32_t number = compiler_intern(compiler, text);
	uint32_t at = number == NO_MEMORY ? IDMAP_NONE : idmap_get(&table->map, number);
	struct name group = { 0 };

	if (number == NO_MEMORY)
		return NULL;
	if (at != IDMAP_NONE)
		return &table->items[at];
	group.name = compiler->texts[number];
	group.error = names_find_gid(group.name, &group.id);
	if (group.error < 0 && group.error != -ENOENT &&
	    find_previous(compiler, group.name, true, &group.id) == 0)
		group.error = 0;
	if (group.error == 0 && find_members(compiler, &group) < 0)
		return NULL;
	return add_name(table, number, &group);
}

static bool is_number(const struct name *name)
{
	return name->name[0] >= '0' && name->name[0] <= '9';
}

/* By id; names of one id in the order of the files. */
static int by_id(const void *a, const void *b)
{
	const struct name *left = *(const struct name *const *)a;
	const struct name *right = *(const struct name *const *)b;

	if (left->id != right->id)
		return left->id > right->id ? 1 : -1;
	return (left > right) - (left < right);
}

static int store_table(struct ruleset *set, struct ruleset_name *names,
		       const struct name_table *table, bool is_group)
{
	cleanup_free const struct name **sorted = calloc(table->n + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < table->n; i++) {
		if (table->items[i].error == 0 && !is_number(&table->items[i]))
			sorted[n++] = &table->items[i];
	}
	qsort(sorted, n, sizeof(*sorted), by_id);
	for (size_t i = 0; i < n; i++)
		names[set->n_names++] = (struct ruleset_name){ sorted[i]->name, sorted[i]->id,
							       is_group, sorted[i]->of_rule };
	return 0;
}

int compiler_store_names(struct compiler *compiler)
{
	struct ruleset *set = compiler->set;
	size_t n = compiler->users.n + compiler->groups.n;
	struct ruleset_name *names = arena_alloc(&set->arena, n * sizeof(*names));
	int r = names ? store_table(set, names, &compiler->users, false) : -ENOMEM;

	set->names = names;
	return r < 0 ? r : store_table(set, names, &compiler->groups, true);
}
