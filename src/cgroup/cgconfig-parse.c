/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads cgconfig.conf(5). The parser takes what libcgroup's takes, and more: sections, perm{} and
 * their settings in any order, all of them optional, comments behind a setting. It is stricter
 * where a file could only do harm: `.` and `..` in the name of a group, a slash in the name of a
 * file. */
#include "config.h"

#include "cgroup/cgconfig.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "cgroup/cgconfig-lex.h"

#define MODE_MAX 07777U
#define SHOW_LEN 60

struct parser {
	struct cgconfig *config;
	struct cgconfig_lexer lexer;
	struct cgconfig_token token; /* the next one, not yet used */
	unsigned errors_before;
	int err; /* -ENOMEM: every loop ends at the next token */
};

/* Takes at least the token that it is called with, which is a word or a string. */
typedef void item_fn(struct parser *parser, void *arg);

#define say_at(parser, level, token, ...)                                           \
	diag_add((parser)->lexer.diags, level, (parser)->lexer.file, (token)->line, \
		 (token)->column, __VA_ARGS__)

static const struct cgconfig_perm no_perm = {
	.task = { .uid = CGCONFIG_NO_ID, .gid = (gid_t)-1 },
	.admin = { .uid = CGCONFIG_NO_ID, .gid = (gid_t)-1 },
	.task_fperm = CGCONFIG_NO_MODE,
	.admin_fperm = CGCONFIG_NO_MODE,
	.admin_dperm = CGCONFIG_NO_MODE,
};

static void advance(struct parser *parser)
{
	if (parser->err)
		parser->token.kind = CGCONFIG_END;
	else
		parser->token = cgconfig_lex_next(&parser->lexer);
}

static void out_of_memory(struct parser *parser)
{
	parser->err = -ENOMEM;
	parser->token.kind = CGCONFIG_END;
}

/* The cause of the early end has been said already. */
static bool end_is_explained(const struct parser *parser)
{
	return parser->token.kind == CGCONFIG_END && (parser->err || parser->lexer.unclosed_quote);
}

/* What has errors is read to its end for more of them, but warnings would only be noise. */
static bool has_errors(const struct parser *parser)
{
	return parser->lexer.diags->errors != parser->errors_before;
}

static bool is_text(const struct cgconfig_token *token)
{
	return token->kind == CGCONFIG_WORD || token->kind == CGCONFIG_STRING;
}

static bool token_is(const struct cgconfig_token *token, const char *text)
{
	return token->len == strlen(text) && memcmp(token->text, text, token->len) == 0;
}

/* libcgroup reserves these words, so that inside a block they tell of a brace that was forgotten.
 */
static bool is_reserved(const struct cgconfig_token *token)
{
	static const char *const words[] = { "group", "template", "mount", "namespace", "default" };

	if (token->kind != CGCONFIG_WORD)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (token_is(token, words[i]))
			return true;
	}
	return false;
}

struct shown {
	char text[SHOW_LEN + 8];
};

/* A token as messages quote it. */
static struct shown show(const struct cgconfig_token *token)
{
	size_t len = token->len < SHOW_LEN ? token->len : SHOW_LEN;
	struct shown shown;
	char *out = shown.text;

	if (token->kind == CGCONFIG_END)
		return (struct shown){ "the end of the file" };
	*out++ = '"';
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)token->text[i];

		out[0] = '?';
		if (byte >= 0x20 && byte != 0x7f)
			out[0] = token->text[i];
		out++;
	}
	memcpy(out, len < token->len ? "...\"" : "\"", len < token->len ? 5 : 2);
	return shown;
}

/* Behind an error: go on after the next `;` or block, or at the `}` that ends this block. */
static void recover(struct parser *parser)
{
	struct cgconfig_token open = { 0 };
	unsigned depth = 0;

	for (; parser->token.kind != CGCONFIG_END; advance(parser)) {
		if (depth == 0 &&
		    (parser->token.kind == CGCONFIG_CLOSE || is_reserved(&parser->token)))
			return;
		if (parser->token.kind == CGCONFIG_OPEN && depth++ == 0)
			open = parser->token;
		if (parser->token.kind == CGCONFIG_CLOSE)
			depth--;
		if (depth == 0 && (parser->token.kind == CGCONFIG_SEMICOLON ||
				   parser->token.kind == CGCONFIG_CLOSE)) {
			advance(parser);
			return;
		}
	}
	if (depth > 0 && !end_is_explained(parser))
		say_at(parser, DIAG_ERROR, &open, "this { is never closed");
}

static void unexpected(struct parser *parser, const char *want)
{
	if (!end_is_explained(parser))
		say_at(parser, DIAG_ERROR, &parser->token, "expected %s, not %s", want,
		       show(&parser->token).text);
	recover(parser);
}

/* `{ ... }`, where item() reads each of the things inside. */
static void parse_block(struct parser *parser, item_fn *item, void *arg)
{
	struct cgconfig_token open = parser->token;

	if (open.kind != CGCONFIG_OPEN) {
		unexpected(parser, "{");
		return;
	}
	advance(parser);
	while (parser->token.kind != CGCONFIG_CLOSE) {
		if (parser->token.kind == CGCONFIG_END || is_reserved(&parser->token)) {
			if (!end_is_explained(parser))
				say_at(parser, DIAG_ERROR, &open,
				       "this { is not closed before %s in line %u",
				       show(&parser->token).text, parser->token.line);
			return;
		}
		if (is_text(&parser->token))
			item(parser, arg);
		else
			unexpected(parser, "a name or }");
	}
	advance(parser);
}

/* `name = value;`. False, and the place behind it, when it is not that. */
static bool parse_setting(struct parser *parser, struct cgconfig_token *ret_name,
			  struct cgconfig_token *ret_value)
{
	struct cgconfig_token name = parser->token, value;

	advance(parser);
	if (parser->token.kind != CGCONFIG_EQUAL) {
		unexpected(parser, "=");
		return false;
	}
	advance(parser);
	value = parser->token;
	if (!is_text(&value)) {
		unexpected(parser, "a value");
		return false;
	}
	advance(parser);
	if (parser->token.kind != CGCONFIG_SEMICOLON) {
		if (!end_is_explained(parser))
			say_at(parser, DIAG_ERROR, &value,
			       "no ; after the value %s (with blanks inside it needs quotes)",
			       show(&value).text);
		/* In a later line it is most likely the next setting. */
		if (!is_text(&parser->token) || parser->token.line == value.line)
			recover(parser);
		return false;
	}
	advance(parser);
	*ret_name = name;
	*ret_value = value;
	return true;
}

static char *copy_text(struct parser *parser, const struct cgconfig_token *token)
{
	char *text = strndup(token->text, token->len);

	if (!text)
		out_of_memory(parser);
	return text;
}

/* The array with one more item behind the n that it has; it grows at the powers of two. NULL: no
 * memory, the old array is as it was. */
static void *append(struct parser *parser, void *array, size_t n, const void *item, size_t size)
{
	char *bigger = array;

	if ((n & (n - 1)) == 0)
		bigger = reallocarray(array, n ? 2 * n : 1, size);
	if (!bigger) {
		out_of_memory(parser);
		return NULL;
	}
	memcpy(bigger + n * size, item, size);
	return bigger;
}

/* One component of a path: of a group, or the name of a file. */
static bool check_name(struct parser *parser, const struct cgconfig_token *at, const char *text,
		       size_t len)
{
	const char *problem = NULL;

	if (len == 0)
		problem = "an empty name";
	else if (len > NAME_MAX)
		problem = "a name of more than 255 bytes";
	else if ((len == 1 && text[0] == '.') || (len == 2 && memcmp(text, "..", 2) == 0))
		problem = ". or .. as a name";
	else if (memchr(text, '/', len))
		problem = "a slash in a name";
	else if (memchr(text, '\n', len) || memchr(text, '\t', len))
		problem = "a tab or a line break in a name";
	if (problem)
		say_at(parser, DIAG_ERROR, at, "%s: %s", show(at).text, problem);
	return !problem;
}

/* Copy the components to out, with one slash between two of them; out has room for all of token. */
static bool copy_components(struct parser *parser, const struct cgconfig_token *token, char *out)
{
	const char *pos = token->text, *end = pos + token->len, *start = out;

	while (pos < end) {
		const char *slash = memchr(pos, '/', (size_t)(end - pos));
		size_t len = (size_t)((slash ? slash : end) - pos);

		if (len > 0) {
			if (!check_name(parser, token, pos, len))
				return false;
			if (out != start)
				*out++ = '/';
			memcpy(out, pos, len);
			out += len;
		}
		pos += len + (slash ? 1 : 0);
	}
	*out = '\0';
	return token->len > 0 || check_name(parser, token, "", 0);
}

/* To be freed. With an error in the name, it is one all the same, so that the errors of the rest of
 * the group are found. NULL: no memory. */
static char *group_name(struct parser *parser, const struct cgconfig_token *token)
{
	char *name = calloc(1, token->len + 1);

	if (!name)
		out_of_memory(parser);
	else if (!token_is(token, ".")) /* the man page's name for the root; "/" is another */
		(void)copy_components(parser, token, name);
	return name;
}

static void say_twice(struct parser *parser, const struct cgconfig_token *name)
{
	say_at(parser, DIAG_WARNING, name, "%s is here a second time: the last one counts",
	       show(name).text);
}

static void set_owner(struct parser *parser, const struct cgconfig_token *name,
		      const struct cgconfig_token *value, char **owner)
{
	if (value->len == 0) {
		say_at(parser, DIAG_ERROR, value, "%s is empty", show(name).text);
		return;
	}
	if (*owner)
		say_twice(parser, name);
	free(*owner);
	*owner = copy_text(parser, value);
}

static void set_mode(struct parser *parser, const struct cgconfig_token *name,
		     const struct cgconfig_token *value, mode_t *mode)
{
	unsigned number = 0;
	bool good = value->len > 0;

	for (size_t i = 0; i < value->len && good; i++) {
		unsigned digit = (unsigned char)value->text[i] - (unsigned)'0';

		number = number * 8 + digit;
		good = digit < 8 && number <= MODE_MAX;
	}
	if (!good) {
		say_at(parser, DIAG_ERROR, value, "%s is no octal mode between 0 and %o",
		       show(value).text, MODE_MAX);
		return;
	}
	if (*mode != CGCONFIG_NO_MODE)
		say_twice(parser, name);
	*mode = number;
}

/* One half of perm{}. */
struct perm_side {
	struct cgconfig_owner *owner;
	mode_t *fperm, *dperm; /* dperm: NULL in task{} */
};

static void side_item(struct parser *parser, void *arg)
{
	const struct perm_side *side = arg;
	struct cgconfig_token name, value;

	if (!parse_setting(parser, &name, &value))
		return;
	if (token_is(&name, "uid"))
		set_owner(parser, &name, &value, &side->owner->user);
	else if (token_is(&name, "gid"))
		set_owner(parser, &name, &value, &side->owner->group);
	else if (token_is(&name, "fperm"))
		set_mode(parser, &name, &value, side->fperm);
	else if (token_is(&name, "dperm") && side->dperm)
		set_mode(parser, &name, &value, side->dperm);
	else
		say_at(parser, DIAG_WARNING, &name, "%s has no effect here", show(&name).text);
}

static void perm_item(struct parser *parser, void *arg)
{
	struct cgconfig_perm *perm = arg;
	struct perm_side task = { &perm->task, &perm->task_fperm, NULL };
	struct perm_side admin = { &perm->admin, &perm->admin_fperm, &perm->admin_dperm };

	if (token_is(&parser->token, "task")) {
		advance(parser);
		parse_block(parser, side_item, &task);
	} else if (token_is(&parser->token, "admin")) {
		advance(parser);
		parse_block(parser, side_item, &admin);
	} else {
		unexpected(parser, "task or admin");
	}
}

static bool is_perm(const struct cgconfig_token *token)
{
	return token->kind == CGCONFIG_WORD && token_is(token, "perm");
}

static void value_item(struct parser *parser, void *arg)
{
	struct cgconfig_controller *controller = arg;
	struct cgconfig_token name, text;
	struct cgconfig_value setting = { 0 }, *values = NULL;

	if (!parse_setting(parser, &name, &text) || !check_name(parser, &name, name.text, name.len))
		return;
	setting.name = copy_text(parser, &name);
	setting.value = copy_text(parser, &text);
	if (setting.name && setting.value)
		values = append(parser, controller->values, controller->n_values, &setting,
				sizeof(setting));
	if (!values) {
		free(setting.name);
		free(setting.value);
		return;
	}
	controller->values = values;
	controller->n_values++;
}

static struct cgconfig_controller *add_controller(struct parser *parser,
						  struct cgconfig_group *group)
{
	const struct cgconfig_token *name = &parser->token;
	struct cgconfig_controller added = { 0 }, *controllers = NULL;

	(void)check_name(parser, name, name->text, name->len);
	for (size_t i = 0; i < group->n_controllers; i++) {
		if (!token_is(name, group->controllers[i].name))
			continue;
		say_at(parser, DIAG_ERROR, name, "controller %s is in this %s already",
		       show(name).text, group->is_template ? "template" : "group");
		break;
	}
	added.name = copy_text(parser, name);
	if (added.name)
		controllers = append(parser, group->controllers, group->n_controllers, &added,
				     sizeof(added));
	if (!controllers) {
		free(added.name);
		return NULL;
	}
	group->controllers = controllers;
	return &controllers[group->n_controllers++];
}

static void group_item(struct parser *parser, void *arg)
{
	struct cgconfig_controller *controller;
	struct cgconfig_group *group = arg;

	if (is_perm(&parser->token)) {
		advance(parser);
		parse_block(parser, perm_item, &group->perm);
		return;
	}
	controller = add_controller(parser, group);
	advance(parser);
	if (controller)
		parse_block(parser, value_item, controller);
}

/* The token is the group's name. */
static struct cgconfig_group *add_group(struct parser *parser, bool is_template)
{
	struct cgconfig *config = parser->config;
	struct cgconfig_group added = { .is_template = is_template, .line = parser->token.line };
	struct cgconfig_group *groups = NULL;

	added.perm = no_perm;
	added.name = group_name(parser, &parser->token);
	added.file = strdup(parser->lexer.file);
	if (!added.file)
		out_of_memory(parser);
	if (added.name && added.file)
		groups = append(parser, config->groups, config->n_groups, &added, sizeof(added));
	if (!groups) {
		free(added.name);
		free(added.file);
		return NULL;
	}
	config->n_groups++;
	config->groups = groups;
	return &groups[config->n_groups - 1];
}

static void parse_group(struct parser *parser, const struct cgconfig_token *keyword)
{
	struct cgconfig_token name = parser->token;
	struct cgconfig_group *group;

	if (!is_text(&name)) {
		unexpected(parser, "a name");
		return;
	}
	group = add_group(parser, token_is(keyword, "template"));
	advance(parser);
	if (!group)
		return;
	parse_block(parser, group_item, group);
	if (group->n_controllers == 0 && !group->is_template && !has_errors(parser))
		say_at(parser, DIAG_WARNING, &name, "group %s has no controller: it is nowhere",
		       show(&name).text);
}

static void default_item(struct parser *parser, void *arg)
{
	if (!is_perm(&parser->token)) {
		unexpected(parser, "perm");
		return;
	}
	advance(parser);
	parse_block(parser, perm_item, arg);
}

static void parse_default(struct parser *parser, const struct cgconfig_token *keyword)
{
	struct cgconfig *config = parser->config;

	if (config->has_default)
		say_at(parser, DIAG_WARNING, keyword,
		       "default is here a second time: it adds to the first");
	else
		config->default_perm = no_perm;
	config->has_default = true;
	parse_block(parser, default_item, &config->default_perm);
}

static void ignored_item(struct parser *parser, void *arg)
{
	struct cgconfig_token name, value;

	(void)arg;
	(void)parse_setting(parser, &name, &value);
}

static void parse_ignored(struct parser *parser, const struct cgconfig_token *keyword)
{
	say_at(parser, DIAG_NOTICE, keyword, "%s is read over: cgred does not do that",
	       show(keyword).text);
	parse_block(parser, ignored_item, NULL);
}

static void parse_section(struct parser *parser)
{
	static const struct {
		const char *keyword;
		void (*parse)(struct parser *parser, const struct cgconfig_token *keyword);
	} sections[] = {
		{ "group", parse_group },	{ "template", parse_group },
		{ "default", parse_default },	{ "mount", parse_ignored },
		{ "namespace", parse_ignored }, { "systemd", parse_ignored },
	};
	struct cgconfig_token keyword = parser->token;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (keyword.kind == CGCONFIG_WORD && token_is(&keyword, sections[i].keyword)) {
			advance(parser);
			sections[i].parse(parser, &keyword);
			return;
		}
	}
	if (keyword.kind == CGCONFIG_CLOSE) {
		say_at(parser, DIAG_ERROR, &keyword, "this } has no {");
		advance(parser);
		return;
	}
	unexpected(parser, "group, template, default, mount, namespace or systemd");
}

/* By name, then in the order of the file. */
static int compare_groups(const void *a, const void *b)
{
	const struct cgconfig_group *const *left = a, *const *right = b;
	int order = (*left)->is_template - (*right)->is_template;

	if (order == 0)
		order = strcmp((*left)->name, (*right)->name);
	return order ? order : (*left > *right) - (*left < *right);
}

static bool same_group(const struct cgconfig_group *left, const struct cgconfig_group *right)
{
	return left->is_template == right->is_template && strcmp(left->name, right->name) == 0;
}

/* Groups from number first on that were there before. */
static void warn_of_doubles(struct parser *parser, size_t first)
{
	const struct cgconfig *config = parser->config;
	cleanup_free const struct cgconfig_group **sorted = NULL;

	if (parser->err || has_errors(parser) || config->n_groups < 2)
		return;
	sorted = calloc(config->n_groups, sizeof(struct cgconfig_group *));
	if (!sorted) {
		out_of_memory(parser);
		return;
	}
	for (size_t i = 0; i < config->n_groups; i++)
		sorted[i] = &config->groups[i];
	qsort(sorted, config->n_groups, sizeof(struct cgconfig_group *), compare_groups);
	for (size_t i = 1; i < config->n_groups; i++) {
		const struct cgconfig_group *before = sorted[i - 1], *group = sorted[i];

		if (group - config->groups >= (ptrdiff_t)first && same_group(before, group))
			diag_add(parser->lexer.diags, DIAG_WARNING, group->file, group->line, 0,
				 "%s \"%s\" was there in %s:%u: the last one counts",
				 group->is_template ? "template" : "group", group->name,
				 before->file, before->line);
	}
}

int cgconfig_parse(struct cgconfig *config, const char *text, size_t len, const char *file,
		   struct diag_list *diags)
{
	struct parser parser = { .config = config, .errors_before = diags->errors };
	size_t n_before = config->n_groups;

	cgconfig_lex_init(&parser.lexer, text, len, file, diags);
	advance(&parser);
	while (parser.token.kind != CGCONFIG_END)
		parse_section(&parser);
	warn_of_doubles(&parser, n_before);
	if (parser.err)
		return parser.err;
	return has_errors(&parser) ? -EINVAL : 0;
}
