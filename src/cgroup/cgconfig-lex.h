/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_CGCONFIG_LEX_H
#define CGRED_CGROUP_CGCONFIG_LEX_H

#include <stdbool.h>
#include <stddef.h>

struct diag_list;

/* The words and signs of cgconfig.conf. */

#define CGCONFIG_TOKEN_MAX_BYTES 65536

enum cgconfig_token_kind {
	CGCONFIG_END,
	CGCONFIG_WORD,
	CGCONFIG_STRING, /* was in quotes; token.text is what is between them */
	CGCONFIG_OPEN,
	CGCONFIG_CLOSE,
	CGCONFIG_EQUAL,
	CGCONFIG_SEMICOLON,
};

/* Points into the text that is read: nothing to free. */
struct cgconfig_token {
	enum cgconfig_token_kind kind;
	const char *text;
	size_t len;
	unsigned line, column; /* from 1; of a string: of its opening quote */
};

struct cgconfig_lexer {
	const char *pos, *end;
	const char *line_start;
	unsigned line;
	const char *file;
	struct diag_list *diags;
	bool said_cr; /* files with DOS line ends get one message, not one a line */
	bool unclosed_quote;
};

/* text, file and diags must outlive the lexer. */
void cgconfig_lex_init(struct cgconfig_lexer *lexer, const char *text, size_t len, const char *file,
		       struct diag_list *diags);

/* The next token. Bytes that cannot be are errors in diags; the tokens go on behind them. */
struct cgconfig_token cgconfig_lex_next(struct cgconfig_lexer *lexer);

#endif
