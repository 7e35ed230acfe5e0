/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_DIAG_H
#define CGRED_BASE_DIAG_H

#include <stddef.h>

/* What a person must read about a configuration file: where, how bad, and what is wrong. */

enum diag_level {
	DIAG_ERROR,   /* the file cannot be used */
	DIAG_WARNING, /* something in it has no effect, or not the one that was meant */
	DIAG_NOTICE,  /* left out on purpose */
};

/* More messages than these are counted, not kept: a file of noise must not fill the memory. */
#define DIAG_KEEP_MAX 1000

struct diag {
	struct diag *next;
	enum diag_level level;
	char *file;
	unsigned line;	 /* from 1; 0: the message is about the whole file */
	unsigned column; /* in bytes, from 1; 0: about the whole line */
	char text[240];
};

/* Zero-initialised is empty. */
struct diag_list {
	struct diag *head, *tail;
	unsigned errors, warnings, notices; /* all of them, also those not kept */
	unsigned kept;
};

/* Append a message; cut to the size of diag.text. A message for which there is no memory is
 * counted and dropped. */
void diag_add(struct diag_list *list, enum diag_level level, const char *file, unsigned line,
	      unsigned column, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* "FILE:LINE:COLUMN: error: TEXT" into buf, always terminated; without "error: " where the level is
 * said elsewhere. */
void diag_format_full(const struct diag *diag, char *buf, size_t size);
void diag_format(const struct diag *diag, char *buf, size_t size);

void diag_list_done(struct diag_list *list);

#endif
