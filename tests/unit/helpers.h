/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_TESTS_HELPERS_H
#define CGRED_TESTS_HELPERS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/diag.h"

/* What the unit tests share. A failure in any of these fails the test. */

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A directory of its own for each test: a checked fixture. Paths below are relative to it. */
extern char dir_path[64];
extern int dir_fd;
void dir_make(void);
void dir_remove(void);

/* The absolute path of name, to be freed. */
char *dir_join(const char *name);

/* Make a directory and those above it; a file of this text, and the directories above it. */
void dir_add(const char *path);
void dir_write(const char *path, const char *text);

/* The text of a file, to be freed; NULL when there is none. */
char *dir_read(const char *path);
bool dir_has(const char *path);

/* Compare the text of a file. */
void assert_file(const char *path, const char *want);

/* All messages as "FILE:LINE:COLUMN: LEVEL: TEXT\n", to be freed. */
char *messages_of(const struct diag_list *diags);

/* len times c, to be freed. */
char *repeat(char c, size_t len);

/* Wait for a descriptor to be readable; the test fails after ten seconds. */
void wait_readable(int fd);

/* Run all tests, and free them. What main() returns. */
int run_suite(Suite *suite);
int run_tests(TCase *tcase);

#endif
