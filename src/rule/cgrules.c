/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line parser of cgrules.conf: bytes in, lines out. It knows the syntax, not whether a user, a
 * program or a group exists. */
#include "config.h"

#include "rule/cgrules.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "rule/destination.h"

#define FIELDS_MAX 4

struct field {
	char *text; /* unquoted; in parser.scratch */
	size_t len;
	unsigned column;
};

struct parser {
	const char *file;
	struct diag_list *diags;
	unsigned line;
	unsigned first_error; /* errors in diags before this parse */
	bool has_rule;	      /* there is a good line above, for % to continue */
	bool bad_rule; /* the rule above was wrong: its % lines are wrong with it, in silence */
	char *scratch; /* unquoted fields: never longer than the line and 4 zero bytes */
	struct field fields[FIELDS_MAX + 1];
	size_t n_fields;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

#define parser_error(parser, column, ...) \
	diag_add((parser)->diags, DIAG_ERROR, (parser)->file, (parser)->line, column, __VA_ARGS__)

/* One field from text[*pos], unquoted, to out. Returns its length, or -1 for an unclosed quote. */
static ssize_t unquote(struct parser *parser, const char *text, size_t len, size_t *pos, char *out)
{
	size_t out_len = 0;
	size_t i = *pos;
	size_t quote = 0; /* column of the open quote, 0: outside */

	for (; i < len && (quote || !is_blank(text[i])); i++) {
		char c = text[i];

		if (c == '"') {
			quote = quote ? 0 : i + 1;
			continue;
		}
		if (quote && c == '\\' && i + 1 < len &&
		    (text[i + 1] == '"' || text[i + 1] == '\\'))
			c = text[++i];
		out[out_len++] = c;
	}
	*pos = i;
	out[out_len] = '\0';
	if (quote) {
		parser_error(parser, (unsigned)quote, "this quote is not closed");
		return -1;
	}
	return (ssize_t)out_len;
}

/* Split a line into fields. False: an error was reported. */
static bool split(struct parser *parser, const char *text, size_t len)
{
	char *out = parser->scratch;
	size_t pos = 0;

	parser->n_fields = 0;
	for (;;) {
		struct field *field = &parser->fields[parser->n_fields];
		ssize_t field_len;

		while (pos < len && is_blank(text[pos]))
			pos++;
		if (pos >= len || text[pos] == '#')
			return true;
		field->column = (unsigned)pos + 1;
		if (parser->n_fields == FIELDS_MAX) {
			parser_error(parser, field->column,
				     "a fifth field; quote names with blanks");
			return false;
		}
		field_len = unquote(parser, text, len, &pos, out);
		if (field_len < 0)
			return false;
		field->text = out;
		field->len = (size_t)field_len;
		out += field->len + 1;
		parser->n_fields++;
	}
}

/* Where in the line a byte of a field stands: exact when nothing was quoted before it. */
static unsigned column_of(const struct field *field, const char *at)
{
	return field->column + (unsigned)(at - field->text);
}

static bool parse_key(struct parser *parser, struct field *field, struct cgrules_line *line)
{
	char *colon = strchr(field->text, ':');
	char *user = field->text;

	line->user_column = field->column;
	if (colon) {
		*colon = '\0';
		if (colon[1])
			line->process = colon + 1;
	}
	if (strcmp(user, "%") == 0) {
		line->continues = true;
		return true;
	}
	if (strcmp(user, "*") == 0) {
		line->who = CGRULES_ANY;
		line->name = "";
		return true;
	}
	line->who = user[0] == '@' ? CGRULES_GROUP : CGRULES_USER;
	line->name = user + (user[0] == '@');
	if (!line->name[0]) {
		parser_error(parser, field->column, "the %s is missing",
			     line->who == CGRULES_GROUP ? "group after \"@\"" : "user");
		return false;
	}
	return true;
}

/* Leaves out empty items, in place. */
static bool parse_controllers(struct parser *parser, struct field *field, struct cgrules_line *line)
{
	char *out = field->text;
	const char *item = field->text;
	bool all = false;

	while (*item) {
		size_t item_len = strcspn(item, ",");

		if (memchr(item, '/', item_len)) {
			parser_error(parser, column_of(field, item),
				     "a controller has no \"/\" in its name");
			return false;
		}
		all = all || (item_len == 1 && item[0] == '*');
		if (item_len > 0) {
			if (out != field->text)
				*out++ = ',';
			memmove(out, item, item_len);
			out += item_len;
		}
		item += item_len;
		item += *item == ',';
	}
	*out = '\0';
	if (out == field->text) {
		parser_error(parser, field->column, "no controller is named");
		return false;
	}
	line->controllers = all ? "*" : field->text;
	return true;
}

static bool parse_destination(struct parser *parser, struct field *field, struct cgrules_line *line)
{
	const char *bad;

	line->destination_column = field->column;
	line->destination_is_open = field->len > 0 && field->text[field->len - 1] == '/';
	if (field->len == 0) {
		parser_error(parser, field->column, "the destination is empty");
		return false;
	}
	bad = destination_find_dots(field->text);
	if (bad) {
		parser_error(parser, column_of(field, bad),
			     "a component \".\" or \"..\" in the destination");
		return false;
	}
	destination_normalise(field->text);
	line->destination = field->text;
	return true;
}

static bool parse_options(struct parser *parser, struct field *field, struct cgrules_line *line)
{
	const char *item = field->text;

	while (*item) {
		size_t item_len = strcspn(item, ",");

		if (item_len == 6 && memcmp(item, "ignore", 6) == 0) {
			line->options |= CGRULES_IGNORE;
		} else if (item_len == 9 && memcmp(item, "ignore_rt", 9) == 0) {
			line->options |= CGRULES_IGNORE_RT;
		} else if (item_len > 0) {
			parser_error(parser, column_of(field, item),
				     "unknown option \"%.*s\" (there are: ignore, ignore_rt)",
				     (int)(item_len > 40 ? 40 : item_len), item);
			return false;
		}
		item += item_len;
		item += *item == ',';
	}
	return true;
}

static bool parse_fields(struct parser *parser, struct cgrules_line *line)
{
	static const char *const names[] = { "user", "controllers", "destination" };
	struct field *fields = parser->fields;

	line->line = parser->line;
	if (!parse_key(parser, &fields[0], line))
		return false;
	if (parser->n_fields < 3) {
		const struct field *last = &fields[parser->n_fields - 1];

		parser_error(parser, last->column, "the %s is missing behind \"%.40s\"",
			     names[parser->n_fields], last->text);
		return false;
	}
	if (!parse_controllers(parser, &fields[1], line) ||
	    !parse_destination(parser, &fields[2], line))
		return false;
	if (line->continues) {
		line->process = NULL;
		return true;
	}
	return parser->n_fields < 4 || parse_options(parser, &fields[3], line);
}

static bool check_bytes(struct parser *parser, const char *text, size_t len)
{
	if (len > CGRULES_LINE_MAX) {
		parser_error(parser, 0, "the line has %zu bytes, more than %zu", len,
			     CGRULES_LINE_MAX);
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
			parser_error(parser, (unsigned)i + 1, "a control character (0x%02x)", c);
			return false;
		}
	}
	return true;
}

/* 0, or what fn returned. */
static int parse_line(struct parser *parser, const char *text, size_t len, cgrules_fn *fn,
		      void *arg)
{
	struct cgrules_line line = { 0 };
	bool continues;

	if (!check_bytes(parser, text, len) || !split(parser, text, len)) {
		parser->bad_rule = true;
		return 0;
	}
	if (parser->n_fields == 0)
		return 0;
	continues = parser->fields[0].text[0] == '%' &&
		    (parser->fields[0].text[1] == '\0' || parser->fields[0].text[1] == ':');
	if (continues && !parser->has_rule && !parser->bad_rule) {
		parser_error(parser, parser->fields[0].column, "\"%%\" with no rule above it");
		parser->bad_rule = true;
		return 0;
	}
	if (!parse_fields(parser, &line)) {
		parser->bad_rule = parser->bad_rule || !continues;
		return 0;
	}
	if (continues && parser->bad_rule)
		return 0;
	parser->has_rule = true;
	parser->bad_rule = false;
	return fn(arg, &line);
}

int cgrules_parse(const char *text, size_t len, const char *file, cgrules_fn *fn, void *arg,
		  struct diag_list *diags)
{
	cleanup_free char *scratch = malloc(CGRULES_LINE_MAX + FIELDS_MAX + 1);
	struct parser parser = {
		.file = file,
		.diags = diags,
		.scratch = scratch,
		.first_error = diags->errors,
	};
	size_t pos = 0;

	if (!scratch)
		return -ENOMEM;
	while (pos < len) {
		const char *end = memchr(text + pos, '\n', len - pos);
		size_t line_len = end ? (size_t)(end - text) - pos : len - pos;
		int r;

		parser.line++;
		r = parse_line(&parser, text + pos, line_len, fn, arg);
		if (r < 0)
			return r;
		pos += line_len + 1;
	}
	return diags->errors == parser.first_error ? 0 : -EINVAL;
}
