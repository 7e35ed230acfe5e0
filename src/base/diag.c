/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages about configuration files. They are collected, not printed: the caller knows whether
 * they belong into a log, on a terminal or into an answer. */
#include "config.h"

#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void count(struct diag_list *list, enum diag_level level)
{
	switch (level) {
	case DIAG_ERROR:
		list->errors++;
		break;
	case DIAG_WARNING:
		list->warnings++;
		break;
	case DIAG_NOTICE:
		list->notices++;
		break;
	}
}

void diag_add(struct diag_list *list, enum diag_level level, const char *file, unsigned line,
	      unsigned column, const char *fmt, ...)
{
	struct diag *diag;
	va_list args;

	count(list, level);
	if (list->kept >= DIAG_KEEP_MAX)
		return;
	diag = calloc(1, sizeof(*diag));
	if (!diag)
		return;
	diag->file = strdup(file ? file : "");
	diag->level = level;
	diag->line = line;
	diag->column = column;
	va_start(args, fmt);
	(void)vsnprintf(diag->text, sizeof(diag->text), fmt, args);
	va_end(args);
	if (list->tail)
		list->tail->next = diag;
	else
		list->head = diag;
	list->tail = diag;
	list->kept++;
}

static void format(const struct diag *diag, const char *level, char *buf, size_t size)
{
	char where[32] = "";

	if (diag->line && diag->column)
		(void)snprintf(where, sizeof(where), ":%u:%u", diag->line, diag->column);
	else if (diag->line)
		(void)snprintf(where, sizeof(where), ":%u", diag->line);
	(void)snprintf(buf, size, "%s%s: %s%s", diag->file ? diag->file : "", where, level,
		       diag->text);
}

void diag_format_full(const struct diag *diag, char *buf, size_t size)
{
	static const char *const levels[] = {
		[DIAG_ERROR] = "error: ",
		[DIAG_WARNING] = "warning: ",
		[DIAG_NOTICE] = "notice: ",
	};

	format(diag, levels[diag->level], buf, size);
}

void diag_format(const struct diag *diag, char *buf, size_t size)
{
	format(diag, "", buf, size);
}

void diag_list_done(struct diag_list *list)
{
	struct diag *diag = list->head;

	while (diag) {
		struct diag *next = diag->next;

		free(diag->file);
		free(diag);
		diag = next;
	}
	*list = (struct diag_list){ 0 };
}
