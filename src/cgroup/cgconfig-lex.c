/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts cgconfig.conf into tokens. A word is wider than libcgroup's (any byte but blanks, control
 * characters, quotes, '#' and signs of the grammar), so that names in UTF-8 and values as 8:0 need
 * no quotes; a string has, as there, no escapes. */
#include "config.h"

#include "cgroup/cgconfig-lex.h"

#include <string.h>

#include "base/diag.h"

void cgconfig_lex_init(struct cgconfig_lexer *lexer, const char *text, size_t len, const char *file,
		       struct diag_list *diags)
{
	static const char bom[] = "\xef\xbb\xbf";

	if (len == 0)
		text = "";
	*lexer = (struct cgconfig_lexer){
		.pos = text,
		.end = text + len,
		.line = 1,
		.file = file,
		.diags = diags,
	};
	if (len >= strlen(bom) && memcmp(text, bom, strlen(bom)) == 0)
		lexer->pos += strlen(bom);
	lexer->line_start = lexer->pos;
}

static unsigned column_of(const struct cgconfig_lexer *lexer, const char *pos)
{
	return (unsigned)(pos - lexer->line_start) + 1;
}

static bool is_control(char byte)
{
	return (unsigned char)byte < 0x20 || byte == 0x7f;
}

/* The error for the byte at pos, if it can be neither in a word nor in a string. */
static void say_control(struct cgconfig_lexer *lexer, const char *pos)
{
	unsigned column = column_of(lexer, pos);

	if (*pos == '\r') {
		if (!lexer->said_cr)
			diag_add(lexer->diags, DIAG_ERROR, lexer->file, lexer->line, column,
				 "carriage return: lines must end as on Unix");
		lexer->said_cr = true;
		return;
	}
	diag_add(lexer->diags, DIAG_ERROR, lexer->file, lexer->line, column,
		 "control character 0x%02x", (unsigned char)*pos);
}

static void next_line(struct cgconfig_lexer *lexer, const char *newline)
{
	lexer->line++;
	lexer->line_start = newline + 1;
}

/* A comment may hold anything, but a NUL byte is no text file. */
static void skip_comment(struct cgconfig_lexer *lexer)
{
	bool clean = true;

	for (; lexer->pos < lexer->end && *lexer->pos != '\n'; lexer->pos++) {
		if (*lexer->pos == '\0' && clean) {
			say_control(lexer, lexer->pos);
			clean = false;
		}
	}
}

/* Leaves pos at the first byte of a token, or at the end. */
static void skip_blanks(struct cgconfig_lexer *lexer)
{
	for (; lexer->pos < lexer->end; lexer->pos++) {
		if (*lexer->pos == '#')
			skip_comment(lexer);
		if (lexer->pos == lexer->end)
			return;
		if (*lexer->pos == '\n')
			next_line(lexer, lexer->pos);
		else if (*lexer->pos == '\r')
			say_control(lexer, lexer->pos);
		else if (*lexer->pos != ' ' && *lexer->pos != '\t')
			return;
	}
}

static void check_size(const struct cgconfig_lexer *lexer, const struct cgconfig_token *token)
{
	if (token->len > CGCONFIG_TOKEN_MAX_BYTES)
		diag_add(lexer->diags, DIAG_ERROR, lexer->file, token->line, token->column,
			 "longer than %d bytes", CGCONFIG_TOKEN_MAX_BYTES);
}

/* pos is behind the opening quote. */
static void read_string(struct cgconfig_lexer *lexer, struct cgconfig_token *token)
{
	bool clean = true;

	token->kind = CGCONFIG_STRING;
	token->text = lexer->pos;
	for (; lexer->pos < lexer->end && *lexer->pos != '"'; lexer->pos++) {
		if (*lexer->pos == '\n') {
			next_line(lexer, lexer->pos);
		} else if (is_control(*lexer->pos) && *lexer->pos != '\t') {
			if (clean)
				say_control(lexer, lexer->pos);
			clean = false;
		}
	}
	token->len = (size_t)(lexer->pos - token->text);
	if (lexer->pos < lexer->end) {
		lexer->pos++;
		check_size(lexer, token);
		return;
	}
	lexer->unclosed_quote = true;
	diag_add(lexer->diags, DIAG_ERROR, lexer->file, token->line, token->column,
		 "this quote is never closed");
}

/* What a person may have meant with a '#' or a single quote inside a word is open, so it is an
 * error, as in libcgroup. */
static void say_in_word(struct cgconfig_lexer *lexer, const char *pos)
{
	if (is_control(*pos))
		say_control(lexer, pos);
	else
		diag_add(lexer->diags, DIAG_ERROR, lexer->file, lexer->line, column_of(lexer, pos),
			 "%c in a word: put the word into double quotes", *pos);
}

static void read_word(struct cgconfig_lexer *lexer, struct cgconfig_token *token)
{
	bool clean = true;

	token->kind = CGCONFIG_WORD;
	for (; lexer->pos < lexer->end; lexer->pos++) {
		char byte = *lexer->pos;

		if (byte && strchr(" \t\r\n{}=;\"", byte))
			break;
		if (byte != '#' && byte != '\'' && !is_control(byte))
			continue;
		if (clean)
			say_in_word(lexer, lexer->pos);
		clean = false;
	}
	token->len = (size_t)(lexer->pos - token->text);
	check_size(lexer, token);
}

struct cgconfig_token cgconfig_lex_next(struct cgconfig_lexer *lexer)
{
	struct cgconfig_token token = { .kind = CGCONFIG_END };

	skip_blanks(lexer);
	token.text = lexer->pos;
	token.line = lexer->line;
	token.column = column_of(lexer, lexer->pos);
	if (lexer->pos == lexer->end)
		return token;
	token.len = 1;
	lexer->pos++;
	switch (*token.text) {
	case '{':
		token.kind = CGCONFIG_OPEN;
		break;
	case '}':
		token.kind = CGCONFIG_CLOSE;
		break;
	case '=':
		token.kind = CGCONFIG_EQUAL;
		break;
	case ';':
		token.kind = CGCONFIG_SEMICOLON;
		break;
	case '"':
		read_string(lexer, &token);
		break;
	default:
		lexer->pos--;
		read_word(lexer, &token);
		break;
	}
	return token;
}
