/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What realpath(3) does, step by step. */
#include "config.h"

#include "base/walk.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/remote.h"

/* As the kernel has it. */
#define LINKS_MAX 40

struct walker {
	walk_fn *fn;
	void *arg;
	char at[PATH_MAX]; /* the directory that was reached; "": the root */
	size_t len;
	char rest[PATH_MAX]; /* still to go */
	dev_t dev;	     /* of the directory */
	unsigned links;
};

static void go_up(struct walker *walker)
{
	const char *slash = strrchr(walker->at, '/');

	walker->len = slash ? (size_t)(slash - walker->at) : 0;
	walker->at[walker->len] = '\0';
}

/* The next name of the rest, which loses it. False: there is none. */
static bool take_name(struct walker *walker, char name[NAME_MAX + 1])
{
	const char *begin = walker->rest + strspn(walker->rest, "/");
	size_t len = strcspn(begin, "/");

	if (len == 0 || len > NAME_MAX)
		return false;
	memcpy(name, begin, len);
	name[len] = '\0';
	memmove(walker->rest, begin + len, strlen(begin + len) + 1);
	return true;
}

/* The rest of the way is what the link says, and then what was left. */
static bool follow(struct walker *walker, const char *path)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target));
	size_t rest_len = strlen(walker->rest);

	if (len <= 0 || (size_t)len + 1 + rest_len >= sizeof(walker->rest) ||
	    ++walker->links > LINKS_MAX)
		return false;
	memmove(walker->rest + len + 1, walker->rest, rest_len + 1);
	memcpy(walker->rest, target, (size_t)len);
	walker->rest[len] = '/';
	if (target[0] == '/') {
		walker->len = 0;
		walker->at[0] = '\0';
	}
	return true;
}

/* False: that was the end of the way. */
static bool enter(struct walker *walker, const char *path, dev_t dev)
{
	if (dev != walker->dev && remote_is(path))
		return false;
	walker->dev = dev;
	walker->len = strlen(path);
	memcpy(walker->at, path, walker->len + 1);
	return true;
}

static bool step(struct walker *walker)
{
	char name[NAME_MAX + 1], path[PATH_MAX];
	struct stat st = { 0 };
	bool is_there;

	if (!take_name(walker, name))
		return false;
	if (strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0)
		return go_up(walker), true;
	if (snprintf(path, sizeof(path), "%s/%s", walker->at, name) >= (int)sizeof(path))
		return false;
	is_there = lstat(path, &st) == 0;
	if (!is_there && errno != ENOENT)
		return false;
	if (is_there && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode))
		return false;
	walker->fn(walker->arg, walker->len ? walker->at : "/", name);
	if (!is_there)
		return false;
	return S_ISLNK(st.st_mode) ? follow(walker, path) : enter(walker, path, st.st_dev);
}

void walk_path(const char *path, walk_fn *fn, void *arg)
{
	struct walker walker = { .fn = fn, .arg = arg };
	size_t len = strlen(path);
	struct stat st;

	if (path[0] != '/' || len >= sizeof(walker.rest) || stat("/", &st) < 0)
		return;
	walker.dev = st.st_dev;
	memcpy(walker.rest, path, len + 1);
	while (step(&walker))
		;
}

static void look_at_owner(void *arg, const char *directory, const char *name)
{
	bool *is_ours = arg;
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) < (int)sizeof(path) &&
	    lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != 0 &&
	    st.st_uid != geteuid())
		*is_ours = false;
}

bool walk_is_ours(const char *path)
{
	bool is_ours = true;

	walk_path(path, look_at_owner, &is_ours);
	return is_ours;
}
