/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the keys of YAML configuration files have in common: unknown ones, texts, lists, choices,
 * and how to say what is wrong. */
#include "config.h"

#include "rule/yaml-reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/similar.h"
#include "rule/yaml-values.h"

#define TEXT_BYTES 32 /* that a text takes, beside its length */

void yaml_say(struct yaml_reader *reader, const struct yaml_node *node, const char *fmt, ...)
{
	char text[sizeof(((struct diag *)NULL)->text)];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	diag_add(reader->diags, DIAG_ERROR, reader->file, node->line, node->column, "%s", text);
	if (!reader->err)
		reader->err = -EINVAL;
}

static void out_of_memory(struct yaml_reader *reader)
{
	reader->err = -ENOMEM;
	reader->stop = true;
}

struct yaml_shown yaml_show(const char *text)
{
	struct yaml_shown shown;
	size_t len = strnlen(text, sizeof(shown.text) - 4);
	bool is_cut = text[len] != '\0';

	/* Not in the middle of a character. */
	while (is_cut && len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	memcpy(shown.text, text, len);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			shown.text[i] = '?';
	memcpy(shown.text + len, is_cut ? "..." : "", is_cut ? 4 : 1);
	return shown;
}

bool yaml_copy(struct yaml_reader *reader, const struct yaml_node *node, struct yaml_text *ret)
{
	uint64_t size = node->len + TEXT_BYTES;

	if (size > reader->left_bytes) {
		yaml_say(reader, node, "the aliases of this file stand for too much");
		reader->stop = true;
		return false;
	}
	reader->left_bytes -= size;
	ret->text = strdup(node->text);
	if (!ret->text) {
		out_of_memory(reader);
		return false;
	}
	ret->file = reader->file;
	ret->line = node->line;
	ret->column = node->column;
	return true;
}

void *yaml_grow(struct yaml_reader *reader, void *array, size_t n, size_t size)
{
	void *grown = array;

	if ((n & (n - 1)) == 0)
		grown = reallocarray(array, n ? 2 * n : 1, size);
	if (!grown)
		out_of_memory(reader);
	return grown;
}

void yaml_text_done(struct yaml_text *text)
{
	free(text->text);
	*text = (struct yaml_text){ 0 };
}

void yaml_list_done(struct yaml_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		yaml_text_done(&list->items[i]);
	free(list->items);
	*list = (struct yaml_list){ 0 };
}

bool yaml_is_text(struct yaml_reader *reader, const char *key, const struct yaml_node *node)
{
	if (node->kind == YAML_SCALAR && node->cut_short)
		return false; /* said already */
	if (node->kind == YAML_SCALAR && !yaml_is_null(node))
		return true;
	if (node->kind == YAML_SCALAR)
		yaml_say(reader, node, "\"%s\" has no value here", yaml_show(key).text);
	else
		yaml_say(reader, node, "\"%s\" takes no %s here", yaml_show(key).text,
			 node->kind == YAML_SEQUENCE ? "list" : "keys");
	return false;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static void say_unknown(struct yaml_reader *reader, const struct yaml_key *keys,
			const struct yaml_node *node)
{
	struct similar similar = { .wanted = node->text };
	char all[160];
	size_t len = 0;

	all[0] = '\0';
	for (const struct yaml_key *key = keys; key->name; key++) {
		similar_try(&similar, key->name);
		if (len < sizeof(all))
			len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s",
						len ? ", " : "", key->name);
	}
	if (similar.best)
		yaml_say(reader, node, "unknown key \"%s\": did you mean \"%s\"?",
			 yaml_show(node->text).text, similar.best);
	else
		yaml_say(reader, node, "unknown key \"%s\" (there are: %s)",
			 yaml_show(node->text).text, all);
}

static void read_item(struct yaml_reader *reader, const struct yaml_key *keys,
		      const struct yaml_item *item, char *object)
{
	const struct yaml_key *key = keys;

	while (key->name && strcmp(key->name, item->key->text) != 0)
		key++;
	if (!key->name)
		say_unknown(reader, keys, item->key);
	else if (!yaml_is_null(item->value))
		key->read(reader, key, item, object + key->offset);
	else if (!key->may_be_empty)
		yaml_say(reader, item->key, "\"%s\" has no value", key->name);
}

void yaml_read_mapping(struct yaml_reader *reader, const struct yaml_key *keys,
		       const struct yaml_node *node, void *object)
{
	for (const struct yaml_item *item = node->items; item && !reader->stop; item = item->next)
		read_item(reader, keys, item, object);
}

/* ---- values -------------------------------------------------------------------------------- */

void yaml_say_takes(struct yaml_reader *reader, const struct yaml_key *key,
		    const struct yaml_node *node)
{
	struct similar similar = { .wanted = node->text };

	for (const struct yaml_choice *choice = key->choices; choice && choice->name; choice++)
		similar_try(&similar, choice->name);
	yaml_say(reader, node, "\"%s\" takes %s, not \"%s\"%s%s%s", key->name, key->takes,
		 yaml_show(node->text).text, similar.best ? ": did you mean \"" : "",
		 similar.best ? similar.best : "", similar.best ? "\"?" : "");
}

void yaml_read_choice(struct yaml_reader *reader, const struct yaml_key *key,
		      const struct yaml_item *item, void *field)
{
	unsigned *number = field;

	if (!yaml_is_text(reader, key->name, item->value))
		return;
	for (const struct yaml_choice *choice = key->choices; choice->name; choice++) {
		if (strcasecmp(choice->name, item->value->text) != 0)
			continue;
		*number = choice->value;
		return;
	}
	yaml_say_takes(reader, key, item->value);
}

void yaml_read_bool(struct yaml_reader *reader, const struct yaml_key *key,
		    const struct yaml_item *item, void *field)
{
	if (yaml_is_text(reader, key->name, item->value) &&
	    !yaml_value_bool(item->value->text, field))
		yaml_say_takes(reader, key, item->value);
}

/* A copy of a text that is as it must be; false otherwise. */
static bool read_checked(struct yaml_reader *reader, const struct yaml_key *key,
			 const struct yaml_node *node, struct yaml_text *ret)
{
	struct yaml_text text = { 0 };
	const char *problem;

	if (!yaml_is_text(reader, key->name, node) || !yaml_copy(reader, node, &text))
		return false;
	problem = key->check ? key->check(text.text) : NULL;
	if (problem) {
		yaml_say(reader, node, "\"%s\": \"%s\" %s", key->name, yaml_show(node->text).text,
			 problem);
		yaml_text_done(&text);
		return false;
	}
	*ret = text;
	return true;
}

void yaml_read_text(struct yaml_reader *reader, const struct yaml_key *key,
		    const struct yaml_item *item, void *field)
{
	struct yaml_text text, *old = field;

	if (!read_checked(reader, key, item->value, &text))
		return;
	yaml_text_done(old);
	*old = text;
}

static void append_text(struct yaml_reader *reader, const struct yaml_key *key,
			const struct yaml_node *node, struct yaml_list *list)
{
	struct yaml_text text, *items;

	if (!read_checked(reader, key, node, &text))
		return;
	items = yaml_grow(reader, list->items, list->n, sizeof(*items));
	if (!items) {
		yaml_text_done(&text);
		return;
	}
	list->items = items;
	items[list->n++] = text;
}

void yaml_read_list(struct yaml_reader *reader, const struct yaml_key *key,
		    const struct yaml_item *item, void *field)
{
	const struct yaml_node *node = item->value;

	if (node->kind != YAML_SEQUENCE) {
		append_text(reader, key, node, field);
		return;
	}
	if (!node->items && !node->cut_short && !key->may_be_empty)
		yaml_say(reader, node, "\"%s\" is an empty list", key->name);
	for (const struct yaml_item *i = node->items; i && !reader->stop; i = i->next)
		append_text(reader, key, i->value, field);
}
