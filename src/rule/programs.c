/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From program columns to files: what the exec gate marks. */
#include "config.h"

#include "rule/programs.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/remote.h"
#include "base/table.h"
#include "rule/ruleset.h"

/* Where a base name is looked for: the PATH of login(1), of root, and of games. */
static const char *const usual_directories[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",  "/usr/bin",
	"/sbin",	   "/bin",	     "/usr/games", "/usr/libexec",
};
#define N_USUAL (sizeof(usual_directories) / sizeof(usual_directories[0]))

struct entry {
	UT_hash_handle hh;
	bool is_directory;
	char path[];
};

struct finder {
	struct entry *files, *watched;
	bool no_memory;
};

static void add(struct finder *finder, struct entry **set, const char *path, bool is_directory)
{
	struct entry *entry;

	HASH_FIND_STR(*set, path, entry);
	if (entry)
		return;
	entry = calloc(1, sizeof(*entry) + strlen(path) + 1);
	if (!entry) {
		finder->no_memory = true;
		return;
	}
	memcpy(entry->path, path, strlen(path));
	entry->is_directory = is_directory;
	HASH_ADD_STR(*set, path, entry);
	if (!table_has(entry)) {
		free(entry);
		finder->no_memory = true;
	}
}

/* The kernel opens the loader of each dynamic program for its exec: marked, every exec would be
 * held, and taken for an exec of the loader. */
static bool is_loader(const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	return fnmatch("ld-*.so*", base, 0) == 0 || strcmp(base, "ld.so") == 0;
}

static void watch_parent(struct finder *finder, const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || slash - path >= PATH_MAX)
		return;
	(void)snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path), path);
	add(finder, &finder->watched, directory[0] ? directory : "/", true);
}

static void add_file(struct finder *finder, const char *path)
{
	cleanup_free char *real = NULL;
	struct stat st;

	watch_parent(finder, path);
	if (remote_is(path))
		return;
	real = realpath(path, NULL);
	if (!real || stat(real, &st) < 0 || !S_ISREG(st.st_mode) || is_loader(real))
		return;
	watch_parent(finder, real);
	add(finder, &finder->files, real, false);
}

static void add_in_directory(struct finder *finder, const char *directory, const char *prefix)
{
	cleanup_dir DIR *dir = remote_is(directory) ? NULL : opendir(directory);
	const struct dirent *entry;
	char path[PATH_MAX];

	add(finder, &finder->watched, directory, true);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name) >=
			    sizeof(path))
			continue;
		add_file(finder, path);
	}
}

static void add_name(struct finder *finder, const char *name)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < N_USUAL; i++) {
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", usual_directories[i], name) <
		    sizeof(path))
			add_file(finder, path);
	}
}

static void add_whole_directory(struct finder *finder, const char *directory)
{
	cleanup_free char *real = remote_is(directory) ? NULL : realpath(directory, NULL);

	/* All programs of the system are too many to hold: the exec events have to do for these. */
	if (!real || strcmp(real, "/") == 0 || strcmp(real, "/usr") == 0)
		return;
	add(finder, &finder->files, real, true);
}

static void add_prefix(struct finder *finder, const char *prefix)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(prefix, '/');

	if (!prefix[0])
		return;
	if (!slash) {
		for (size_t i = 0; i < N_USUAL; i++)
			add_in_directory(finder, usual_directories[i], prefix);
		return;
	}
	if (prefix[0] != '/' || slash - prefix >= PATH_MAX)
		return;
	(void)snprintf(directory, sizeof(directory), "%.*s", (int)(slash - prefix), prefix);
	if (slash[1])
		add_in_directory(finder, directory[0] ? directory : "/", slash + 1);
	else
		add_whole_directory(finder, directory);
}

static void add_program(struct finder *finder, const struct rule_program *program)
{
	switch ((enum rule_pattern)program->pattern) {
	case PATTERN_NONE:
		return;
	case PATTERN_PATH:
		add_file(finder, program->text);
		return;
	case PATTERN_NAME:
		if (!strchr(program->text, '/'))
			add_name(finder, program->text);
		return;
	case PATTERN_PREFIX:
		add_prefix(finder, program->text);
		return;
	}
}

static int by_path(const struct entry *a, const struct entry *b)
{
	return strcmp(a->path, b->path);
}

static int hand_over(struct finder *finder, struct programs *ret)
{
	const struct entry *entry;

	HASH_SORT(finder->files, by_path);
	HASH_SORT(finder->watched, by_path);
	ret->items = calloc(HASH_COUNT(finder->files) + 1, sizeof(*ret->items));
	ret->directories = calloc(HASH_COUNT(finder->watched) + 1, sizeof(*ret->directories));
	if (!ret->items || !ret->directories || finder->no_memory)
		return -ENOMEM;
	for (entry = finder->files; entry; entry = entry->hh.next) {
		struct program *program = &ret->items[ret->n++];

		program->path = strdup(entry->path);
		program->is_directory = entry->is_directory;
		if (!program->path)
			return -ENOMEM;
	}
	for (entry = finder->watched; entry; entry = entry->hh.next) {
		ret->directories[ret->n_directories] = strdup(entry->path);
		if (!ret->directories[ret->n_directories++])
			return -ENOMEM;
	}
	return 0;
}

static void free_entries(struct entry *head)
{
	struct entry *entry, *next;

	HASH_ITER (hh, head, entry, next) {
		HASH_DEL(head, entry);
		free(entry);
	}
}

int programs_find(const struct ruleset *set, struct programs *ret)
{
	struct finder finder = { 0 };
	int r;

	*ret = (struct programs){ 0 };
	for (size_t i = 0; i < set->n_programs; i++)
		add_program(&finder, set->programs[i]);
	r = hand_over(&finder, ret);
	if (r < 0)
		programs_done(ret);
	free_entries(finder.files);
	free_entries(finder.watched);
	return r;
}

void programs_done(struct programs *programs)
{
	for (size_t i = 0; programs->items && i < programs->n; i++)
		free(programs->items[i].path);
	for (size_t i = 0; programs->directories && i < programs->n_directories; i++)
		free(programs->directories[i]);
	free(programs->items);
	free(programs->directories);
	*programs = (struct programs){ 0 };
}

bool programs_want(const struct ruleset *set, const char *directory, const char *name)
{
	char path[PATH_MAX];

	return (size_t)snprintf(path, sizeof(path), "%s/%s", directory, name) < sizeof(path) &&
	       ruleset_names_program(set, path, name);
}
