/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_INDEX_H
#define CGRED_RULE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/idlists.h"
#include "base/idmap.h"
#include "base/textmap.h"

struct file_id;
struct ruleset;

/*
 * From what is known of a process to the rules that may be for it, at a cost that does not grow
 * with their number. Two kinds of numbers stand for the columns: a "who" for everybody, each user
 * and each group of the rules; a "node" for each program text and file. A pair of them leads to a
 * list of rules. Immutable once built; for rule/index.c and rule/match.c only.
 */

#define INDEX_EVERYBODY 0U /* the who of "*" */

struct index_who {
	uint32_t every_program; /* idlists value: rules without a program column */
	unsigned facts;		/* that its rules need: mask of enum process_fact */
};

/* All prefixes that a text begins with are the longest of them, and its parents. */
struct index_prefix {
	const char *text;
	uint32_t parent; /* the next shorter one, or IDMAP_NONE */
};

struct index_lengths {
	uint32_t *items; /* sorted, each once */
	size_t n;
};

struct rule_index {
	struct idmap groups;  /* gid to who */
	struct idlists users; /* uid to whos: its own, and of groups that list it */
	struct index_who *whos;

	struct textmap paths, names, prefixes; /* to nodes */
	struct idmap files;		       /* hash to node; of two alike, the later + 1 */
	struct index_prefix *prefix;	       /* by node: these are the first ones */
	const struct file_id **file;	       /* the next ones: from node prefixes.n on */
	struct index_lengths lengths[2]; /* of prefixes; [1]: of those that begin with a slash */

	struct idlists rules; /* index_pair() to numbers of rules, ascending */
};

static inline uint64_t index_pair(uint32_t who, uint32_t node)
{
	return (uint64_t)who << 32 | node;
}

/* The node of a file, or IDMAP_NONE. *ret_key: where it is in rule_index.files, or would be. */
uint32_t rule_index_find_file(const struct rule_index *index, const struct file_id *file,
			      uint64_t *ret_key);

/* Index the rules of a set, once all of them are there, and find out set->facts. The index is the
 * set's. 0 or -ENOMEM. */
int ruleset_index(struct ruleset *set);

void rule_index_free(struct rule_index *index); /* takes NULL */

/* The longest of the prefixes that text[0..len) begins with, or IDMAP_NONE. *ret_is_only: it has no
 * parent. */
uint32_t rule_index_find_prefix(const struct rule_index *index, const char *text, size_t len,
				bool *ret_is_only);

#endif
