/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From program columns to files: what the exec gate marks. */
#include "config.h"

#include "rule/programs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
#include "base/walk.h"
#include "rule/listings.h"
#include "rule/ruleset.h"

/* Where a base name is looked for: the PATH of login(1), of root, and of games. */
static const char *const usual_directories[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",  "/usr/bin",
	"/sbin",	   "/bin",	     "/usr/games", "/usr/libexec",
};
/* More take a mark and a watch each, and a directory with so many below is not one of programs. */
#define DIRECTORIES_MAX 8192

/* Names on the way to programs, and directories that have them: a watch each. */
#define STEPS_MAX	1024
#define STEP_PLACES_MAX 256

#define N_USUAL (sizeof(usual_directories) / sizeof(usual_directories[0]))

struct entry {
	UT_hash_handle hh;
	enum program_kind kind;
	char path[];
};

struct finder {
	struct entry *files, *watched;
	struct entry *places; /* directories that were looked at */
	struct entry *steps, *step_places;
	size_t n_steps_left_out;
	struct listings listings;
	size_t n_directories;		    /* of trees */
	const struct rule_program *unknown; /* the first */
	size_t n_unknown;
	size_t n_always; /* of these: of rules with "sync: always" */
	bool no_memory;
};

static void add_unknown(struct finder *finder, const struct rule_program *program)
{
	if (finder->n_unknown++ == 0)
		finder->unknown = program;
}

static void add(struct finder *finder, struct entry **set, const char *path, enum program_kind kind)
{
	struct entry *entry;

	HASH_FIND_STR(*set, path, entry);
	if (entry) {
		entry->kind = kind > entry->kind ? kind : entry->kind;
		return;
	}
	entry = calloc(1, sizeof(*entry) + strlen(path) + 1);
	if (!entry) {
		finder->no_memory = true;
		return;
	}
	memcpy(entry->path, path, strlen(path));
	entry->kind = kind;
	HASH_ADD_STR(*set, path, entry);
	if (!table_has(entry)) {
		free(entry);
		finder->no_memory = true;
	}
}

bool programs_is_loader(const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	return fnmatch("ld-*.so*", base, 0) == 0 || strcmp(base, "ld.so") == 0;
}

static void watch(struct finder *finder, const char *directory)
{
	add(finder, &finder->watched, directory, PROGRAM_PLACE);
}

static bool has(struct entry *set, const char *path)
{
	struct entry *entry;

	HASH_FIND_STR(set, path, entry);
	return entry != NULL;
}

static void add_step(void *arg, const char *directory, const char *name)
{
	struct finder *finder = arg;
	const char *slash = strcmp(directory, "/") == 0 ? "" : "/";
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s%s%s", directory, slash, name) >= (int)sizeof(path) ||
	    has(finder->steps, path))
		return;
	if (HASH_COUNT(finder->steps) >= STEPS_MAX ||
	    (HASH_COUNT(finder->step_places) >= STEP_PLACES_MAX &&
	     !has(finder->step_places, directory))) {
		finder->n_steps_left_out++;
		return;
	}
	add(finder, &finder->step_places, directory, PROGRAM_PLACE);
	add(finder, &finder->steps, path, PROGRAM_PLACE);
}

/* Whatever takes the place of a directory or symbolic link above a program leads to another one. */
static void add_steps(struct finder *finder, const char *path)
{
	walk_path(path, add_step, finder);
}

static bool find_parent(const char *path, char directory[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (!slash || slash - path >= PATH_MAX)
		return false;
	(void)snprintf(directory, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	return true;
}

/* A place is held whole, so that a program that comes to it is held from its first execution on. */
static void add_place(struct finder *finder, const char *directory)
{
	cleanup_free char *real = NULL;
	struct stat st;

	if (has(finder->places, directory))
		return;
	add(finder, &finder->places, directory, PROGRAM_PLACE);
	real = realpath(directory, NULL);
	if (!real || stat(real, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	add(finder, &finder->files, real, PROGRAM_PLACE);
	watch(finder, real);
}

/* Whether it is there. */
static bool add_file(struct finder *finder, const char *path)
{
	cleanup_free char *real = NULL;
	char directory[PATH_MAX];
	struct stat st;

	add_steps(finder, path);
	if (remote_is(path) || !find_parent(path, directory))
		return false;
	/* Of a symbolic link, too: it may lead to another program tomorrow. */
	watch(finder, directory);
	real = realpath(path, NULL);
	if (!real || stat(real, &st) < 0 || !S_ISREG(st.st_mode) || programs_is_loader(real) ||
	    remote_is(real))
		return false;
	add(finder, &finder->files, real, PROGRAM_FILE);
	if (find_parent(real, directory))
		add_place(finder, directory);
	return true;
}

/* A full path. Where it is not there yet, it may come. */
static void add_path(struct finder *finder, const char *path)
{
	char directory[PATH_MAX];

	if (!add_file(finder, path) && !programs_is_loader(path) && !remote_is(path) &&
	    find_parent(path, directory))
		add_place(finder, directory);
}

static bool is_covered(const char *directory)
{
	/* All programs of the system are too many to hold: the exec events have to do for these. */
	static const char *const whole_systems[] = { "/", "/usr", "/proc", "/sys", "/dev" };

	for (size_t i = 0; i < sizeof(whole_systems) / sizeof(whole_systems[0]); i++) {
		if (strcmp(directory, whole_systems[i]) == 0)
			return false;
	}
	return !remote_is(directory);
}

static bool is_directory(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return false;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* path has this length, and is as it was when it returns. */
static bool add_below(struct finder *finder, char path[PATH_MAX], size_t len)
{
	cleanup_dir DIR *dir = NULL;
	const struct dirent *entry;
	bool whole = true;

	if (finder->n_directories >= DIRECTORIES_MAX || !is_covered(path))
		return false;
	finder->n_directories++;
	add(finder, &finder->files, path, PROGRAM_ALL);
	watch(finder, path);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		size_t name_len = strlen(entry->d_name);

		if (!is_directory(dir, entry) || len + 1 + name_len >= PATH_MAX)
			continue;
		path[len] = '/';
		memcpy(path + len + 1, entry->d_name, name_len + 1);
		whole = add_below(finder, path, len + 1 + name_len) && whole;
		path[len] = '\0';
	}
	return whole && dir;
}

/* A directory and all below it. Returns false when it, or a part of it, is left out. */
static bool add_tree(struct finder *finder, const char *directory)
{
	char path[PATH_MAX];
	size_t len = strlen(directory);

	if (len >= sizeof(path))
		return false;
	memcpy(path, directory, len + 1);
	return add_below(finder, path, len);
}

static const struct listing *list(struct finder *finder, const char *directory)
{
	static const struct listing none;
	const struct listing *listing = listings_find(&finder->listings, directory);

	if (!listing)
		finder->no_memory = true;
	else if (listing->readable)
		watch(finder, directory);
	return listing ? listing : &none;
}

static bool join(const struct listing *listing, const char *name, char path[PATH_MAX])
{
	const char *slash = strcmp(listing->directory, "/") == 0 ? "" : "/";

	return snprintf(path, PATH_MAX, "%s%s%s", listing->directory, slash, name) < PATH_MAX;
}

static void add_name(struct finder *finder, const struct rule_program *program)
{
	char path[PATH_MAX];
	bool found = false;

	for (size_t i = 0; i < N_USUAL; i++) {
		const struct listing *listing = list(finder, usual_directories[i]);

		if (listing_has(listing, program->text) && join(listing, program->text, path))
			found = add_file(finder, path) || found;
	}
	if (!found)
		add_unknown(finder, program);
}

/* What is there in a directory and begins with a prefix. Returns how many. */
static size_t add_in_directory(struct finder *finder, const char *directory, const char *prefix)
{
	const struct listing *listing = list(finder, directory);
	size_t len = strlen(prefix);
	char path[PATH_MAX];
	size_t n = 0;

	for (size_t i = listing_find(listing, prefix);
	     i < listing->n && strncmp(listing->names[i].name, prefix, len) == 0; i++) {
		const struct listing_name *name = &listing->names[i];

		if (name->name[0] == '.' || !join(listing, name->name, path))
			continue;
		n += name->type == DT_DIR ? add_tree(finder, path) : add_file(finder, path);
	}
	return n;
}

static void add_base_prefix(struct finder *finder, const struct rule_program *program)
{
	size_t n = 0;

	for (size_t i = 0; i < N_USUAL; i++)
		n += add_in_directory(finder, usual_directories[i], program->text);
	if (!n)
		add_unknown(finder, program);
}

static void add_prefix(struct finder *finder, const struct rule_program *program)
{
	const char *slash = strrchr(program->text, '/');
	char directory[PATH_MAX];

	if (!slash) {
		add_base_prefix(finder, program);
		return;
	}
	if (program->text[0] != '/' || slash - program->text >= PATH_MAX)
		return;
	(void)snprintf(directory, sizeof(directory), "%.*s", (int)(slash - program->text),
		       program->text);
	add_steps(finder, directory);
	if (slash[1]) {
		(void)add_in_directory(finder, directory[0] ? directory : "/", slash + 1);
		if (!remote_is(program->text))
			add_place(finder, directory[0] ? directory : "/");
	} else if (!add_tree(finder, directory[0] ? directory : "/"))
		add_unknown(finder, program);
}

static void add_program(struct finder *finder, const struct rule_program *program)
{
	switch ((enum rule_pattern)program->pattern) {
	case PATTERN_NONE:
		return;
	case PATTERN_PATH:
		add_path(finder, program->text);
		return;
	case PATTERN_NAME:
		if (!strchr(program->text, '/'))
			add_name(finder, program);
		return;
	case PATTERN_PREFIX:
		add_prefix(finder, program);
		return;
	}
}

static int by_path(const struct entry *a, const struct entry *b)
{
	return strcmp(a->path, b->path);
}

/* Into an array that has room for all. */
static int copy_paths(const struct entry *entry, char **paths, size_t *n)
{
	for (; entry; entry = entry->hh.next) {
		paths[*n] = strdup(entry->path);
		if (!paths[(*n)++])
			return -ENOMEM;
	}
	return 0;
}

static int hand_over(struct finder *finder, struct programs *ret)
{
	const struct entry *entry;

	ret->n_steps_left_out = finder->n_steps_left_out;
	ret->n_unknown = finder->n_unknown;
	ret->n_always = finder->n_always;
	if (finder->unknown) {
		bool is_prefix = finder->unknown->pattern == PATTERN_PREFIX;

		if (asprintf(&ret->unknown, "%s%s", finder->unknown->text, is_prefix ? "*" : "") <
		    0)
			ret->unknown = NULL;
	}

	HASH_SORT(finder->files, by_path);
	HASH_SORT(finder->watched, by_path);
	HASH_SORT(finder->steps, by_path);
	ret->items = calloc(HASH_COUNT(finder->files) + 1, sizeof(*ret->items));
	ret->directories = calloc(HASH_COUNT(finder->watched) + 1, sizeof(*ret->directories));
	ret->steps = calloc(HASH_COUNT(finder->steps) + 1, sizeof(*ret->steps));
	if (!ret->items || !ret->directories || !ret->steps || finder->no_memory)
		return -ENOMEM;
	for (entry = finder->files; entry; entry = entry->hh.next) {
		struct program *program = &ret->items[ret->n++];

		program->path = strdup(entry->path);
		program->kind = entry->kind;
		if (!program->path)
			return -ENOMEM;
	}
	if (copy_paths(finder->watched, ret->directories, &ret->n_directories) < 0)
		return -ENOMEM;
	return copy_paths(finder->steps, ret->steps, &ret->n_steps);
}

static void free_entries(struct entry *head)
{
	struct entry *entry, *next;

	HASH_ITER (hh, head, entry, next) {
		HASH_DEL(head, entry);
		free(entry);
	}
}

static int finish(struct finder *finder, struct programs *ret)
{
	int r;

	*ret = (struct programs){ 0 };
	r = hand_over(finder, ret);
	if (r < 0)
		programs_done(ret);
	free_entries(finder->files);
	free_entries(finder->watched);
	free_entries(finder->places);
	free_entries(finder->steps);
	free_entries(finder->step_places);
	listings_done(&finder->listings);
	return r;
}

int programs_find(const struct ruleset *set, struct programs *ret)
{
	struct finder finder = { 0 };

	for (size_t i = 0; i < set->n_programs; i++) {
		size_t unknown = finder.n_unknown;

		if (!(set->gated[i] & RULESET_GATED))
			continue;
		add_program(&finder, set->programs[i]);
		if (set->gated[i] & RULESET_GATED_ALWAYS)
			finder.n_always += finder.n_unknown - unknown;
	}
	return finish(&finder, ret);
}

int programs_find_below(const struct ruleset *set, const char *directory, struct programs *ret)
{
	struct finder finder = { 0 };
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/", directory);

	/* Its files' paths all begin with a prefix if what they have in common does. */
	if (len < (int)sizeof(path) && ruleset_names_program(set, path, path + len, NULL))
		(void)add_tree(&finder, directory);
	return finish(&finder, ret);
}

void programs_done(struct programs *programs)
{
	for (size_t i = 0; programs->items && i < programs->n; i++)
		free(programs->items[i].path);
	for (size_t i = 0; programs->directories && i < programs->n_directories; i++)
		free(programs->directories[i]);
	for (size_t i = 0; programs->steps && i < programs->n_steps; i++)
		free(programs->steps[i]);
	free(programs->items);
	free(programs->directories);
	free(programs->steps);
	free(programs->unknown);
	*programs = (struct programs){ 0 };
}

bool programs_want(const struct ruleset *set, const char *path)
{
	return !programs_is_loader(path) &&
	       ruleset_names_program(set, path, strrchr(path, '/') + 1, NULL);
}
