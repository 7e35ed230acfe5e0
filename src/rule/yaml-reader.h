/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_YAML_READER_H
#define CGRED_RULE_YAML_READER_H

#include "base/diag.h"
#include "rule/yaml-tree.h"
#include "rule/yaml.h"

/* From nodes to fields: what the keys of rules, groups and triggers have in common. The tables of
 * keys are in yaml.c. */

struct yaml_reader {
	struct diag_list *diags;
	const char *file;
	uint64_t left_bytes; /* that texts may still take: aliases can make much of little */
	int err;	     /* 0, -EINVAL, -ENOMEM */
	bool stop;	     /* no memory, or too much of it */
};

struct yaml_choice {
	const char *name; /* NULL: the end */
	unsigned value;
};

struct yaml_key;

/* Reads the value of a key into a field. */
typedef void yaml_read_fn(struct yaml_reader *reader, const struct yaml_key *key,
			  const struct yaml_item *item, void *field);

/* Looks at a text, and may change it in place. What is wrong with it ("is no absolute path"), or
 * NULL. */
typedef const char *yaml_text_fn(char *text);

struct yaml_key {
	const char *name; /* NULL: the end */
	yaml_read_fn *read;
	size_t offset;			   /* of the field */
	const char *takes;		   /* in words; not of texts and lists */
	const struct yaml_choice *choices; /* of yaml_read_choice() */
	yaml_text_fn *check;		   /* of yaml_read_text() and yaml_read_list() */
	bool may_be_empty;		   /* no value, or an empty list */
};

/* Report at a node. */
void yaml_say(struct yaml_reader *reader, const struct yaml_node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A text as it stands in messages: not too long, on one line. */
struct yaml_shown {
	char text[64];
};
struct yaml_shown yaml_show(const char *text);

/* A copy; false: out of memory. *ret was empty. */
bool yaml_copy(struct yaml_reader *reader, const struct yaml_node *node, struct yaml_text *ret);

/* The array with room for one more element behind its n: it grows at the powers of two. NULL: no
 * memory, and the array is as it was. */
void *yaml_grow(struct yaml_reader *reader, void *array, size_t n, size_t size);

void yaml_text_done(struct yaml_text *text);
void yaml_list_done(struct yaml_list *list);

/* A value that must be a scalar with something in it: false, and an error, when it is not. */
bool yaml_is_text(struct yaml_reader *reader, const char *key, const struct yaml_node *node);

/* Give each key of a mapping to its function, or say that there is no such key. */
void yaml_read_mapping(struct yaml_reader *reader, const struct yaml_key *keys,
		       const struct yaml_node *node, void *object);

/* Into a struct yaml_list (from a list, or one text), a struct yaml_text, an enum, a bool. */
yaml_read_fn yaml_read_list, yaml_read_text, yaml_read_choice, yaml_read_bool;

/* "KEY takes ..., not ...", with what may have been meant. */
void yaml_say_takes(struct yaml_reader *reader, const struct yaml_key *key,
		    const struct yaml_node *node);

#endif
