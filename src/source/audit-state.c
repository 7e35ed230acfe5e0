/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state file: "cgred-audit 1 BOOT-ID", then lines "enabled WAS", "backlog WAS OURS", "daemon
 * WAS", and for each rule "rule HEX" or "site HEX": the bytes that the kernel takes. */
#include "config.h"

#include "source/audit-state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/log.h"
#include "base/num.h"
#include "source/audit-kernel.h"

#define FILE_MAX_BYTES ((size_t)64 * 1024 * 1024)

static void write_rules(FILE *file, const char *kind, struct audit_rule_data *const *rules,
			size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const unsigned char *bytes = (const unsigned char *)rules[i];

		(void)fprintf(file, "%s ", kind);
		for (size_t j = 0; j < audit_kernel_rule_bytes(rules[i]); j++)
			(void)fprintf(file, "%02x", bytes[j]);
		(void)fputc('\n', file);
	}
}

/* To the disk, also when the machine stops now: the rules of the site would be gone otherwise. */
static int write_file(const char *path, const struct audit_state *state)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	cleanup_file FILE *file = NULL;
	char header[128];
	int r = file_boot_header("cgred-audit", header, sizeof(header));

	if (fd < 0)
		return -errno;
	file = fdopen(fd, "we");
	if (!file) {
		(void)close(fd);
		return -ENOMEM;
	}
	if (r < 0)
		return r;
	(void)fputs(header, file);
	(void)fprintf(file, "enabled %" PRIu32 "\nbacklog %" PRIu32 " %" PRIu32 "\ndaemon %d\n",
		      state->enabled, state->backlog_limit, state->our_backlog_limit,
		      state->had_daemon);
	write_rules(file, "rule", state->rules, state->n_rules);
	write_rules(file, "site", state->site, state->n_site);
	if (fflush(file) != 0 || ferror(file))
		return errno ? -errno : -EIO;
	return fsync(fd) < 0 ? -errno : 0;
}

static void sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	cleanup_close int fd = -1;

	(void)snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path + 1) : 1,
		       slash ? path : ".");
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)fsync(fd); /* where it can; a tmpfs has no disk */
}

int audit_state_save(const char *path, const struct audit_state *state)
{
	char temporary[PATH_MAX];
	int r;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.new", path) >= sizeof(temporary))
		return -ENAMETOOLONG;
	r = write_file(temporary, state);
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(temporary);
		return r;
	}
	sync_directory(path);
	return 0;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In its own place. A line that was cut is no rule: NULL. */
static struct audit_rule_data *read_rule(char *hex)
{
	size_t len = strlen(hex) / 2;
	unsigned char *bytes = (unsigned char *)hex;
	struct audit_rule_data *rule;

	for (size_t i = 0; i < len; i++) {
		int high = digit_of(hex[2 * i]);
		int low = digit_of(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		bytes[i] = (unsigned char)(high * 16 + low);
	}
	rule = audit_kernel_rule_from_bytes(bytes, len);
	if (rule && audit_kernel_rule_bytes(rule) != len) {
		free(rule);
		return NULL;
	}
	return rule;
}

static int add_rule(char *hex, struct audit_rule_data ***rules, size_t *n, size_t *room)
{
	struct audit_rule_data *rule = read_rule(hex);
	struct audit_rule_data **grown;

	if (!rule)
		return -EBADMSG;
	grown = grow(*rules, *n, room, sizeof(**rules));
	if (!grown) {
		free(rule);
		return -ENOMEM;
	}
	grown[(*n)++] = rule;
	*rules = grown;
	return 0;
}

static int read_number(char **words, uint32_t *ret)
{
	const char *word = strsep(words, " ");

	return word && num_parse_u32(word, strlen(word), ret) ? 0 : -EBADMSG;
}

struct rooms {
	size_t rules, site;
};

static int read_line(char *words, struct audit_state *state, struct rooms *rooms)
{
	const char *kind = strsep(&words, " ");
	uint32_t daemon = 0;
	int r = -EBADMSG;

	if (!words)
		return r;
	if (strcmp(kind, "rule") == 0)
		return add_rule(words, &state->rules, &state->n_rules, &rooms->rules);
	if (strcmp(kind, "site") == 0)
		return add_rule(words, &state->site, &state->n_site, &rooms->site);
	if (strcmp(kind, "enabled") == 0)
		return read_number(&words, &state->enabled);
	if (strcmp(kind, "daemon") == 0) {
		r = read_number(&words, &daemon);
		state->had_daemon = daemon != 0;
		return r;
	}
	if (strcmp(kind, "backlog") != 0)
		return r;
	r = read_number(&words, &state->backlog_limit);
	return r < 0 ? r : read_number(&words, &state->our_backlog_limit);
}

int audit_state_load(const char *path, struct audit_state *ret)
{
	struct audit_state state = { 0 };
	struct rooms rooms = { 0 };
	cleanup_free char *text = NULL;
	char header[128];
	char *rest;
	char *line;
	size_t len;
	int r;

	r = file_boot_header("cgred-audit", header, sizeof(header));
	if (r < 0)
		return r;
	r = file_read_all(AT_FDCWD, path, FILE_MAX_BYTES, &text, &len);
	if (r < 0)
		return r;
	if (strncmp(text, header, strlen(header)) != 0)
		return -ENOENT;
	rest = text + strlen(header);
	while (r == 0 && (line = strsep(&rest, "\n")))
		if (*line)
			r = read_line(line, &state, &rooms);
	if (r < 0) {
		audit_state_done(&state);
		return r;
	}
	*ret = state;
	return 0;
}

void audit_state_done(struct audit_state *state)
{
	audit_kernel_free_rules(state->rules, state->n_rules);
	audit_kernel_free_rules(state->site, state->n_site);
	*state = (struct audit_state){ 0 };
}

static void note(int error, int *first)
{
	if (error < 0 && *first == 0)
		*first = error;
}

int audit_state_undo(int fd, const struct audit_state *state)
{
	struct audit_kernel_status now;
	int result = 0;
	int r = audit_kernel_get_status(fd, &now);

	if (r < 0)
		return r;
	if (now.enabled > 1)
		return -EPERM;
	for (size_t i = 0; i < state->n_rules; i++) {
		r = audit_kernel_delete_rule(fd, state->rules[i]);
		note(r == -ENOENT ? 0 : r, &result);
	}
	for (size_t i = 0; i < state->n_site; i++) {
		r = audit_kernel_add_rule(fd, state->site[i], false);
		/* What it was about may be gone: then it can be put back by nobody. */
		note(r == -EEXIST || r == -ENOENT || r == -ENOTDIR ? 0 : r, &result);
		if (r < 0 && r != -EEXIST)
			log_warning("a rule of the site's audit configuration cannot be put back: "
				    "%s",
				    strerror(-r));
	}
	if (now.backlog_limit == state->our_backlog_limit &&
	    state->our_backlog_limit != state->backlog_limit)
		note(audit_kernel_set_backlog_limit(fd, state->backlog_limit), &result);
	if (now.enabled != state->enabled && (state->had_daemon || now.daemon_pid == 0))
		note(audit_kernel_set_enabled(fd, state->enabled), &result);
	return result;
}
