/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From bytes to nodes. libfyaml gives events, the tree is ours: its own documents resolve aliases
 * by copying, recurse, and have columns of characters. The only file that knows libfyaml. */
#include "config.h"

#include "rule/yaml-tree.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/grow.h"
#include "base/textmap.h"
#include "base/utf8.h"

#define TAGS		  "tag:yaml.org,2002:"
#define FEW_ITEMS	  16	 /* in a mapping: no table for them */
#define MERGED_MORE_BYTES 100000 /* merged keys, beside as many as the file has bytes */

struct frame {
	struct yaml_node *node, *key;
	struct yaml_item **end;
	bool is_flow; /* [ or { */
	bool merges;  /* it has a key << */
};

struct tree {
	struct arena *arena;
	struct diag_list *diags;
	const char *file, *text;
	size_t len;
	int err; /* 0, -EINVAL, -ENOMEM */
	bool stop;
	struct yaml_node *root;
	struct frame frames[YAML_DEPTH_MAX];
	size_t depth;
	size_t line_start; /* of cached_line */
	int cached_line;
	struct yaml_node **anchored; /* by the number of the anchor */
	size_t n_anchors, anchors_room;
	struct textmap anchors;
	size_t may_merge;
	bool had_document;
	bool had_syntax_error;
	unsigned last_line, last_column; /* of what was read last */
	char output[160];		 /* the first that libfyaml said without a place */
};

static void tree_error(struct tree *tree, unsigned line, unsigned column, const char *text)
{
	diag_add(tree->diags, DIAG_ERROR, tree->file, line, column, "%s", text);
	if (!tree->err)
		tree->err = -EINVAL;
}

static void node_error(struct tree *tree, const struct yaml_node *node, const char *text)
{
	tree_error(tree, node->line, node->column, text);
}

static void out_of_memory(struct tree *tree)
{
	tree->err = -ENOMEM;
	tree->stop = true;
}

/* What YAML does not allow anywhere is found here, where the place is known. */
static bool check_bytes(struct tree *tree)
{
	const unsigned char *text = (const unsigned char *)tree->text;
	size_t line_start = 0;
	unsigned line = 1;

	for (size_t i = 0; i < tree->len;) {
		size_t len = utf8_len(text + i, tree->len - i);
		bool is_control = len == 1 && (text[i] < 0x20 || text[i] == 0x7f) &&
				  text[i] != '\n' && text[i] != '\r' && text[i] != '\t';

		if (len == 0 || is_control) {
			tree->err = -EINVAL;
			diag_add(tree->diags, DIAG_ERROR, tree->file, line,
				 (unsigned)(i - line_start) + 1,
				 is_control ? "a control character (0x%02x)"
					    : "this is not UTF-8 (0x%02x)",
				 text[i]);
			return false;
		}
		i += len;
		if (text[i - len] == '\n') {
			line++;
			line_start = i;
		}
	}
	return true;
}

/* ---- places -------------------------------------------------------------------------------- */

/* Where the line of pos begins. */
static size_t line_start(const struct tree *tree, size_t pos)
{
	while (pos > 0 && tree->text[pos - 1] != '\n' && tree->text[pos - 1] != '\r')
		pos--;
	return pos;
}

/* Set the node's place to that of the token; libfyaml counts characters, from 0. Behind a quote or
 * an asterisk is not where a person looks. Without a token the node stays where it is. */
static void set_place(struct tree *tree, struct yaml_node *node, struct fy_token *token)
{
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
	size_t pos;

	if (!mark || mark->input_pos > tree->len)
		return;
	pos = mark->input_pos;
	if (pos > 0 &&
	    (tree->text[pos - 1] == '*' || (node->quoted && strchr("\"'", tree->text[pos - 1]))))
		pos--;
	if (mark->line != tree->cached_line || tree->line_start > pos) {
		tree->cached_line = mark->line;
		tree->line_start = line_start(tree, pos);
	}
	node->line = (unsigned)mark->line + 1;
	node->column = (unsigned)(pos - tree->line_start) + 1;
	tree->last_line = node->line;
	tree->last_column = node->column;
}

/* The byte where the character number *column of line *line stands (from 1): both become what is
 * true of that byte. libfyaml has a line of its own behind the end of a text. */
static size_t find_place(const struct tree *tree, unsigned *line, unsigned *column)
{
	size_t pos = 0, start = 0;
	unsigned at_line = 1;

	for (; pos < tree->len && at_line < *line; pos++) {
		bool is_break = tree->text[pos] == '\n' ||
				(tree->text[pos] == '\r' &&
				 (pos + 1 == tree->len || tree->text[pos + 1] != '\n'));

		at_line += is_break;
		start = is_break ? pos + 1 : start;
	}
	for (unsigned i = 1; i < *column && pos < tree->len && tree->text[pos] != '\n'; i++)
		pos += utf8_len((const unsigned char *)tree->text + pos, tree->len - pos);
	*line = at_line;
	*column = (unsigned)(pos - start) + 1;
	return pos;
}

/* ---- nodes --------------------------------------------------------------------------------- */

/* A new node, at the place of what is around it until set_place() knows better. */
static struct yaml_node *new_node(struct tree *tree, enum yaml_kind kind)
{
	struct yaml_node *node = arena_alloc(tree->arena, sizeof(*node));
	const struct frame *frame = tree->depth ? &tree->frames[tree->depth - 1] : NULL;

	if (!node) {
		out_of_memory(tree);
		return NULL;
	}
	node->kind = kind;
	node->text = "";
	node->line = node->column = 1;
	if (frame) {
		node->line = frame->key ? frame->key->line : frame->node->line;
		node->column = frame->key ? frame->key->column : frame->node->column;
	}
	return node;
}

static struct yaml_item *append(struct tree *tree, struct frame *frame, struct yaml_node *key,
				struct yaml_node *value)
{
	struct yaml_item *item = arena_alloc(tree->arena, sizeof(*item));

	if (!item) {
		out_of_memory(tree);
		return NULL;
	}
	item->key = key;
	item->value = value;
	*frame->end = item;
	frame->end = &item->next;
	frame->node->n_items++;
	return item;
}

static bool is_merge_key(const struct yaml_node *key)
{
	return key->kind == YAML_SCALAR && !key->quoted && strcmp(key->text, "<<") == 0;
}

/* Put a node where the document has it. */
static void attach(struct tree *tree, struct yaml_node *node)
{
	struct frame *frame = tree->depth ? &tree->frames[tree->depth - 1] : NULL;

	if (!frame) {
		tree->root = node;
	} else if (frame->node->kind == YAML_SEQUENCE) {
		(void)append(tree, frame, NULL, node);
	} else if (!frame->key) {
		frame->key = node;
		frame->merges = frame->merges || is_merge_key(node);
	} else {
		(void)append(tree, frame, frame->key, node);
		frame->key = NULL;
	}
}

static void push(struct tree *tree, struct yaml_node *node, bool is_flow)
{
	attach(tree, node);
	node->cut_short = true;
	if (tree->depth == YAML_DEPTH_MAX) {
		node_error(tree, node, "too many lists and keys within each other");
		tree->stop = true;
		return;
	}
	tree->frames[tree->depth++] =
		(struct frame){ .node = node, .end = &node->items, .is_flow = is_flow };
}

/* ---- the end of a mapping: double keys, merged keys ------------------------------------------ */

/* The keys of a mapping, for finding doubles. */
struct keys {
	struct textmap map;
	struct yaml_node **nodes; /* by number */
	size_t n, room;
	bool has_map;
};

static struct yaml_node *keys_find(const struct keys *keys, const struct yaml_node *key)
{
	if (keys->has_map) {
		uint32_t i = textmap_get(&keys->map, textmap_hash(key->text, key->len), key->text,
					 key->len);

		return i == IDMAP_NONE ? NULL : keys->nodes[i];
	}
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->nodes[i]->text, key->text) == 0)
			return keys->nodes[i];
	return NULL;
}

static bool keys_add(struct tree *tree, struct keys *keys, struct yaml_node *key)
{
	struct yaml_node **nodes = grow(keys->nodes, keys->n, &keys->room, sizeof(*nodes));

	if (nodes)
		keys->nodes = nodes;
	if (!nodes ||
	    (keys->has_map && textmap_put(&keys->map, key->text, (uint32_t)keys->n) < 0)) {
		out_of_memory(tree);
		return false;
	}
	keys->nodes[keys->n++] = key;
	return true;
}

/* Is this key one to keep? It says why not. */
static bool check_key(struct tree *tree, struct keys *keys, struct yaml_node *key)
{
	const struct yaml_node *first;

	if (key->kind != YAML_SCALAR) {
		node_error(tree, key, "a list or a mapping cannot be a key");
		return false;
	}
	first = keys_find(keys, key);
	if (!first)
		return keys_add(tree, keys, key);
	diag_add(tree->diags, DIAG_ERROR, tree->file, key->line, key->column,
		 "\"%.60s\" is here a second time: the first is in line %u", key->text,
		 first->line);
	tree->err = tree->err ? tree->err : -EINVAL;
	return false;
}

static void merge_mapping(struct tree *tree, struct frame *frame, struct keys *keys,
			  const struct yaml_node *from, const struct yaml_node *at)
{
	if (from->kind != YAML_MAPPING || from->cut_short) {
		node_error(tree, at, "\"<<\" takes an alias of a mapping, or a list of such");
		return;
	}
	for (const struct yaml_item *item = from->items; item && !tree->stop; item = item->next) {
		if (tree->may_merge-- == 0) {
			node_error(tree, at, "the aliases of this file stand for too much");
			tree->stop = true;
			return;
		}
		if (!keys_find(keys, item->key) && keys_add(tree, keys, item->key))
			(void)append(tree, frame, item->key, item->value);
	}
}

static void merge(struct tree *tree, struct frame *frame, struct keys *keys,
		  const struct yaml_item *merges)
{
	for (; merges && !tree->stop; merges = merges->next) {
		const struct yaml_node *value = merges->value;

		if (value->kind != YAML_SEQUENCE || value->cut_short) {
			merge_mapping(tree, frame, keys, value, merges->key);
			continue;
		}
		for (const struct yaml_item *item = value->items; item && !tree->stop;
		     item = item->next)
			merge_mapping(tree, frame, keys, item->value, merges->key);
	}
}

static void finish_mapping(struct tree *tree, struct frame *frame)
{
	struct keys keys = { .has_map = frame->node->n_items > FEW_ITEMS || frame->merges };
	struct yaml_item *item = frame->node->items, *next;
	struct yaml_item *merges = NULL, **merges_end = &merges;

	frame->node->items = NULL;
	frame->node->n_items = 0;
	frame->end = &frame->node->items;
	for (; item; item = next) {
		next = item->next;
		item->next = NULL;
		if (is_merge_key(item->key)) {
			*merges_end = item;
			merges_end = &item->next;
		} else if (check_key(tree, &keys, item->key)) {
			*frame->end = item;
			frame->end = &item->next;
			frame->node->n_items++;
		}
	}
	merge(tree, frame, &keys, merges);
	textmap_done(&keys.map);
	free(keys.nodes);
}

static void pop(struct tree *tree, bool at_end)
{
	struct frame *frame = &tree->frames[tree->depth - 1];

	if (frame->node->kind == YAML_MAPPING)
		finish_mapping(tree, frame);
	frame->node->cut_short = !at_end;
	tree->depth--;
}

/* ---- events -------------------------------------------------------------------------------- */

static void set_anchor(struct tree *tree, struct yaml_node *node, struct fy_token *token)
{
	struct yaml_node **anchored;
	const char *name;
	size_t len = 0;
	uint32_t i;

	if (!token)
		return;
	name = fy_token_get_text(token, &len);
	i = textmap_get(&tree->anchors, textmap_hash(name, len), name, len);
	if (i != IDMAP_NONE) {
		tree->anchored[i] = node;
		return;
	}
	anchored = grow(tree->anchored, tree->n_anchors, &tree->anchors_room, sizeof(*anchored));
	if (anchored)
		tree->anchored = anchored;
	name = arena_strndup(tree->arena, name, len);
	if (!anchored || !name || textmap_put(&tree->anchors, name, (uint32_t)tree->n_anchors) < 0)
		out_of_memory(tree);
	else
		tree->anchored[tree->n_anchors++] = node;
}

/* "!!str 5" is a text as "5" is; the other tags of YAML change nothing, since it is the key that
 * says what a value must be. An unknown tag is most likely a "!" of ours. */
static void check_tag(struct tree *tree, struct yaml_node *node, struct fy_token *token)
{
	static const char *const known[] = { "str", "map", "seq", "int", "float", "bool", "null" };
	size_t len = 0;
	const char *text = token ? fy_token_get_text(token, &len) : NULL;
	struct yaml_node at = *node;

	if (!text || (len == 1 && text[0] == '!'))
		return;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t prefix = sizeof(TAGS) - 1;

		if (len == prefix + strlen(known[i]) && memcmp(text, TAGS, prefix) == 0 &&
		    memcmp(text + prefix, known[i], len - prefix) == 0) {
			node->quoted = node->quoted || i == 0;
			return;
		}
	}
	node->cut_short = node->kind == YAML_SCALAR;
	set_place(tree, &at, token);
	node_error(tree, &at, "this is a tag; a text that begins with \"!\" needs quotes");
}

static void on_scalar(struct tree *tree, const struct fy_event_scalar_data *event)
{
	struct yaml_node *node = new_node(tree, YAML_SCALAR);
	size_t len = 0;
	const char *text = event->value ? fy_token_get_text(event->value, &len) : NULL;
	const char *zero = text ? memchr(text, 0, len) : NULL;

	if (!node)
		return;
	node->quoted = event->value && fy_token_scalar_style(event->value) != FYSS_PLAIN;
	set_place(tree, node, event->value);
	check_tag(tree, node, event->tag);
	if (zero) {
		node_error(tree, node, "a zero byte in a text");
		len = (size_t)(zero - text);
	}
	node->text = len ? arena_strndup(tree->arena, text, len) : "";
	node->len = len;
	if (!node->text) {
		out_of_memory(tree);
		return;
	}
	set_anchor(tree, node, event->anchor);
	attach(tree, node);
}

static void on_alias(struct tree *tree, const struct fy_event_alias_data *event)
{
	struct yaml_node *node = new_node(tree, YAML_SCALAR);
	size_t len = 0;
	const char *name = fy_token_get_text(event->anchor, &len);
	uint32_t i = textmap_get(&tree->anchors, textmap_hash(name, len), name, len);

	if (!node)
		return;
	set_place(tree, node, event->anchor);
	if (i == IDMAP_NONE) {
		diag_add(tree->diags, DIAG_ERROR, tree->file, node->line, node->column,
			 "no anchor \"&%.*s\" above this alias; a text that begins with \"*\" "
			 "needs quotes",
			 (int)(len > 40 ? 40 : len), name);
		tree->err = tree->err ? tree->err : -EINVAL;
		/* Not null: that would be a second error. */
		node->quoted = true;
		node->cut_short = true;
	} else if (tree->anchored[i]->cut_short && tree->anchored[i]->kind != YAML_SCALAR) {
		node_error(tree, node, "this alias stands for something that it is in itself");
		node->cut_short = true;
	} else {
		node = tree->anchored[i];
	}
	attach(tree, node);
}

static void on_start(struct tree *tree, enum yaml_kind kind, struct fy_token *token,
		     struct fy_token *tag, struct fy_token *anchor)
{
	struct yaml_node *node = new_node(tree, kind);
	size_t len = 0;
	const char *text = token ? fy_token_get_text(token, &len) : NULL;

	if (!node)
		return;
	set_place(tree, node, token);
	check_tag(tree, node, tag);
	set_anchor(tree, node, anchor);
	push(tree, node, text && len == 1 && (text[0] == '[' || text[0] == '{'));
}

static void on_document(struct tree *tree, const struct fy_event_document_start_data *event)
{
	struct yaml_node at = { .line = 1, .column = 1 };

	if (tree->had_document) {
		set_place(tree, &at, event->document_start);
		node_error(tree, &at, "a second document; a file has only one");
		tree->stop = true;
	}
	tree->had_document = true;
}

static void on_event(struct tree *tree, const struct fy_event *event)
{
	switch (event->type) {
	case FYET_DOCUMENT_START:
		on_document(tree, &event->document_start);
		break;
	case FYET_MAPPING_START:
		on_start(tree, YAML_MAPPING, event->mapping_start.mapping_start,
			 event->mapping_start.tag, event->mapping_start.anchor);
		break;
	case FYET_SEQUENCE_START:
		on_start(tree, YAML_SEQUENCE, event->sequence_start.sequence_start,
			 event->sequence_start.tag, event->sequence_start.anchor);
		break;
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		pop(tree, true);
		break;
	case FYET_SCALAR:
		on_scalar(tree, &event->scalar);
		break;
	case FYET_ALIAS:
		on_alias(tree, &event->alias);
		break;
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_DOCUMENT_END:
		break;
	}
}

/* ---- syntax errors --------------------------------------------------------------------------- */

/* What people write, and what it takes to be what they mean. */
static const char *hint_at(const struct tree *tree, size_t pos)
{
	switch (pos < tree->len ? tree->text[pos] : '\0') {
	case '@':
	case '`':
	case '%':
		return ": a text that begins with this character needs quotes";
	case '*':
		return ": a text that begins with \"*\" needs quotes";
	case '\t':
		return ": indent with blanks";
	default:
		/* libfyaml is behind the asterisk when it finds no name. */
		return pos > 0 && tree->text[pos - 1] == '*'
			       ? ": a text that begins with \"*\" needs quotes"
			       : "";
	}
}

static void syntax_error(struct tree *tree, const struct fy_diag_error *error)
{
	const struct frame *frame = tree->depth ? &tree->frames[tree->depth - 1] : NULL;
	unsigned line = error->line > 0 ? (unsigned)error->line : 1;
	unsigned column = error->column > 0 ? (unsigned)error->column : 1;
	size_t pos = find_place(tree, &line, &column);

	tree->err = tree->err ? tree->err : -EINVAL;
	tree->had_syntax_error = true;
	if (frame && frame->is_flow)
		diag_add(tree->diags, DIAG_ERROR, tree->file, line, column,
			 "%.120s%s (the %c of line %u is open)", error->msg, hint_at(tree, pos),
			 frame->node->kind == YAML_SEQUENCE ? '[' : '{', frame->node->line);
	else
		diag_add(tree->diags, DIAG_ERROR, tree->file, line, column, "%.160s%s", error->msg,
			 hint_at(tree, pos));
}

static void read_events(struct tree *tree, struct fy_parser *parser, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	struct fy_event *event;
	void *at = NULL;

	while (!tree->stop && (event = fy_parser_parse(parser))) {
		on_event(tree, event);
		fy_parser_event_free(parser, event);
	}
	if (tree->stop || !fy_parser_get_stream_error(parser))
		return;
	/* The first is the cause, the others come of it. */
	error = fy_diag_errors_iterate(diag, &at);
	if (error) {
		syntax_error(tree, error);
		return;
	}
	tree->had_syntax_error = true;
	tree_error(tree, tree->last_line, tree->last_column,
		   tree->output[0] ? tree->output : "the YAML cannot be read beyond this place");
}

/* It must not write to standard error. "[ERR]: text\n" */
static void on_output(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
	struct tree *tree = user;
	const char *text = memchr(buf, ':', len);
	size_t skip = text ? (size_t)(text - buf) + 1 : 0;

	(void)diag;
	while (skip < len && buf[skip] == ' ')
		skip++;
	len -= skip;
	while (len > 0 && buf[skip + len - 1] == '\n')
		len--;
	if (!tree->output[0] && len < sizeof(tree->output))
		memcpy(tree->output, buf + skip, len);
}

static void parse(struct tree *tree)
{
	struct fy_diag_cfg diag_cfg;
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_JSON_NONE |
					     FYPCF_SLOPPY_FLOW_INDENTATION };
	struct fy_parser *parser = NULL;

	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.output_fn = on_output;
	diag_cfg.user = tree;
	diag_cfg.colorize = false;
	cfg.diag = fy_diag_create(&diag_cfg);
	if (cfg.diag) {
		fy_diag_set_collect_errors(cfg.diag, true);
		parser = fy_parser_create(&cfg);
	}
	if (parser && fy_parser_set_string(parser, tree->text, tree->len) == 0)
		read_events(tree, parser, cfg.diag);
	else
		out_of_memory(tree);
	fy_parser_destroy(parser);
	fy_diag_destroy(cfg.diag);
}

int yaml_tree_read(struct arena *arena, const char *text, size_t len, const char *file,
		   struct diag_list *diags, struct yaml_node **ret_root)
{
	bool has_mark = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
	struct tree tree = {
		.arena = arena,
		.diags = diags,
		.file = file,
		.text = has_mark ? text + 3 : text,
		.len = has_mark ? len - 3 : len,
		.cached_line = -1,
		.last_line = 1,
		.last_column = 1,
		.may_merge = len + MERGED_MORE_BYTES,
	};

	*ret_root = NULL;
	if (tree.len == 0)
		return 0;
	if (!check_bytes(&tree))
		return tree.err;
	parse(&tree);
	while (tree.depth > 0)
		pop(&tree, false);
	textmap_done(&tree.anchors);
	free(tree.anchored);
	if (tree.root && (tree.stop || tree.had_syntax_error))
		tree.root->cut_short = true;
	if (tree.err != -ENOMEM)
		*ret_root = tree.root;
	return tree.err;
}

bool yaml_is_null(const struct yaml_node *node)
{
	static const char *const names[] = { "", "~", "null", "Null", "NULL" };

	if (node->kind != YAML_SCALAR || node->quoted)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(node->text, names[i]) == 0)
			return true;
	return false;
}
