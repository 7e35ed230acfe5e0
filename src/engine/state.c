/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state file: "cgred-state 1 BOOT-ID", then lines "sticky TGID START CHILDREN SINCE",
 * "unsticky TGID" and "group HIERARCHY PATH" (the path to the end of the line). */
#include "config.h"

#include "engine/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/num.h"

#define FILE_MAX_BYTES ((size_t)256 * 1024 * 1024)
#define LINE_MAX_BYTES (PATH_MAX + 512)

struct state {
	int fd;
	size_t lines;
	char path[PATH_MAX];
	char temporary[PATH_MAX + 8];
};

/* The next word of a line, moved over. */
static bool next_number(char **line, uint64_t *ret)
{
	char *word = strsep(line, " ");

	return word && num_parse_u64(word, strlen(word), ret);
}

static void read_sticky(char *line, const struct state_reader *reader, void *arg)
{
	uint64_t tgid, start, children, since;

	if (!next_number(&line, &tgid) || !next_number(&line, &start) ||
	    !next_number(&line, &children) || !next_number(&line, &since) || tgid > INT_MAX)
		return;
	reader->sticky(arg, &(struct sticky_entry){
				    .tgid = (pid_t)tgid,
				    .start_ticks = start,
				    .children = children != 0,
				    .since_ticks = since,
			    });
}

/* A line that was cut, by a full disk, is no line. */
static void read_line(char *line, const struct state_reader *reader, void *arg)
{
	const char *kind = strsep(&line, " ");
	const char *hierarchy;
	uint64_t tgid;

	if (!line)
		return;
	if (strcmp(kind, "sticky") == 0) {
		read_sticky(line, reader, arg);
	} else if (strcmp(kind, "unsticky") == 0) {
		if (next_number(&line, &tgid) && tgid <= INT_MAX)
			reader->unsticky(arg, (pid_t)tgid);
	} else if (strcmp(kind, "group") == 0) {
		hierarchy = strsep(&line, " ");
		if (line && line[0])
			reader->group(arg, hierarchy, line);
	}
}

int state_load(const char *path, const struct state_reader *reader, void *arg)
{
	cleanup_free char *text = NULL;
	char header[128];
	char *line;
	size_t len;
	int r;

	r = file_boot_header("cgred-state", header, sizeof(header));
	if (r < 0)
		return r;
	r = file_read_all(AT_FDCWD, path, FILE_MAX_BYTES, &text, &len);
	if (r < 0)
		return r;
	if (strncmp(text, header, strlen(header)) != 0)
		return 0;
	line = text + strlen(header);
	for (char *end = strchr(line, '\n'); end; end = strchr(line, '\n')) {
		*end = '\0';
		read_line(line, reader, arg);
		line = end + 1;
	}
	return 0;
}

static int append(struct state *state, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int append(struct state *state, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;
	ssize_t put;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (len >= (int)sizeof(line))
		return -ENAMETOOLONG;
	state->lines++;
	put = write(state->fd, line, (size_t)len);
	if (put == len)
		return 0;
	/* What a full disk took of it would become a fact with the next line's help. */
	if (put > 0)
		(void)!ftruncate(state->fd, lseek(state->fd, 0, SEEK_END) - put);
	return -EIO;
}

struct state *state_begin(const char *path)
{
	struct state *state = calloc(1, sizeof(*state));
	char header[128];
	int r;

	if (!state)
		return NULL;
	(void)snprintf(state->path, sizeof(state->path), "%s", path);
	(void)snprintf(state->temporary, sizeof(state->temporary), "%s.new", state->path);
	state->fd =
		open(state->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	r = state->fd < 0 ? -errno : file_boot_header("cgred-state", header, sizeof(header));
	if (r == 0)
		r = append(state, "%s", header);
	if (r < 0) {
		state_free(state);
		errno = -r;
		return NULL;
	}
	state->lines = 0;
	return state;
}

int state_commit(struct state *state)
{
	return rename(state->temporary, state->path) < 0 ? -errno : 0;
}

void state_free(struct state *state)
{
	if (!state)
		return;
	if (state->fd >= 0)
		(void)close(state->fd);
	free(state);
}

int state_add_sticky(struct state *state, const struct sticky_entry *entry)
{
	return append(state, "sticky %d %" PRIu64 " %d %" PRIu64 "\n", (int)entry->tgid,
		      entry->start_ticks, entry->children, entry->since_ticks);
}

int state_add_unsticky(struct state *state, pid_t tgid)
{
	return append(state, "unsticky %d\n", (int)tgid);
}

int state_add_group(struct state *state, const char *hierarchy, const char *path)
{
	return append(state, "group %s %s\n", hierarchy, path);
}

size_t state_lines(const struct state *state)
{
	return state->lines;
}
