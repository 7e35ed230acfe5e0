/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_YAML_TREE_H
#define CGRED_RULE_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag_list;

/* A YAML document as a tree, or rather a graph: an alias is the node that it stands for. Aliases
 * cannot make cycles: one that stands for a node around it is an error. */

#define YAML_DEPTH_MAX 32 /* nodes in nodes; more is an error */

enum yaml_kind {
	YAML_SCALAR,
	YAML_SEQUENCE,
	YAML_MAPPING,
};

struct yaml_item {
	struct yaml_item *next;
	struct yaml_node *key; /* in a mapping: a scalar; no two of a mapping are equal */
	struct yaml_node *value;
};

struct yaml_node {
	enum yaml_kind kind;
	bool quoted;	/* or a block: never null */
	bool cut_short; /* it was not at its end when the parser gave up, or is none: that was said
			 */
	const char *text; /* of a scalar: terminated, no zero byte in it */
	size_t len;
	unsigned line, column; /* in bytes, from 1 */
	struct yaml_item *items;
	size_t n_items;
};

/*
 * Read text[0..len), in UTF-8, one document. All that is returned lives in the arena. Mistakes go
 * to diags: 0; -EINVAL, and *ret_root what was read before the first wrong place; -ENOMEM. NULL in
 * *ret_root: nothing is there.
 */
int yaml_tree_read(struct arena *arena, const char *text, size_t len, const char *file,
		   struct diag_list *diags, struct yaml_node **ret_root);

/* "", ~, null without quotes. */
bool yaml_is_null(const struct yaml_node *node);

#endif
