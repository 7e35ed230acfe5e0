// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * limited: groups with limits, without a daemon. Commands are lines on standard input:
 *   group PATH [ram=BYTES] [cpu=HUNDREDTHS] [pids=N] [freeze] [in=CONTROLLERS] [FILE=VALUE]...
 *                             a group of the next configuration
 *   load                      make that the configuration
 *   check                     make good what others did to the groups
 *   run PATH PROGRAM ARG...   in the group; says how it ended
 *   start PATH PROGRAM ARG... the same without waiting; says its pid
 *   freeze PATH, thaw PATH
 *   clean PATH [TO]           says what became of the groups
 * Mistakes and warnings go to standard output, too. It ends with status 1 at the first that fails.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/file.h"
#include "cgroup/clean.h"
#include "cgroup/limited.h"
#include "cgroup/mounts.h"
#include "cgroup/placer.h"

#define WORDS_MAX  32
#define GROUPS_MAX 32

/* A configuration: the one before must outlive the loading of the next. */
struct configuration {
	char lines[GROUPS_MAX][1024];
	char controllers[GROUPS_MAX][128];
	struct limits_value set[GROUPS_MAX][WORDS_MAX];
	struct limited_group groups[GROUPS_MAX];
	size_t n;
};

static struct configuration configurations[2];
static struct configuration *next = &configurations[0];
static struct placer *placer;
static struct diag_list diags;

static void say_messages(void)
{
	char text[512];

	for (const struct diag *diag = diags.head; diag; diag = diag->next) {
		diag_format_full(diag, text, sizeof(text));
		puts(text);
	}
	diag_list_done(&diags);
	diags = (struct diag_list){ 0 };
}

static int split(char *line, char **words)
{
	char *rest;
	int n = 0;

	for (char *word = strtok_r(line, " \n", &rest); word && n < WORDS_MAX - 1;
	     word = strtok_r(NULL, " \n", &rest))
		words[n++] = word;
	words[n] = NULL;
	return n;
}

static int add_group(const char *line)
{
	struct configuration *config = next;
	struct limited_group *group = &config->groups[config->n];
	struct limits *limits = &group->limits;
	char *controllers = config->controllers[config->n];
	const char *more = NULL;
	char *words[WORDS_MAX];
	size_t len;
	int n;

	if (config->n == GROUPS_MAX)
		return -ENOSPC;
	(void)snprintf(config->lines[config->n], sizeof(config->lines[0]), "%s", line);
	n = split(config->lines[config->n], words);
	if (n < 2)
		return -EINVAL;
	*limits = (struct limits){
		.file = "stdin",
		.line = (unsigned)config->n + 1,
		.set = config->set[config->n],
	};
	group->path = words[1];
	for (int i = 2; i < n; i++) {
		char *value = strchr(words[i], '=');

		if (strcmp(words[i], "freeze") == 0)
			limits->freeze = true;
		else if (!value)
			return -EINVAL;
		else if (strncmp(words[i], "ram=", 4) == 0)
			limits->ram_bytes = strtoull(value + 1, NULL, 10);
		else if (strncmp(words[i], "cpu=", 4) == 0)
			limits->cpu_hundredths = (unsigned)strtoul(value + 1, NULL, 10);
		else if (strncmp(words[i], "pids=", 5) == 0)
			limits->pids = strtoull(value + 1, NULL, 10);
		else if (strncmp(words[i], "in=", 3) == 0)
			more = value + 1;
		else {
			*value = '\0';
			config->set[config->n][limits->n_set++] =
				(struct limits_value){ words[i], value + 1 };
		}
	}
	group->controllers = controllers;
	if (limits_controllers(limits, controllers, sizeof(config->controllers[0])) < 0)
		return -ENOSPC;
	len = strlen(controllers);
	if (more)
		(void)snprintf(controllers + len, sizeof(config->controllers[0]) - len, ",%s",
			       more);
	config->n++;
	return 0;
}

static void load(void)
{
	placer_set_groups(placer, next->groups, next->n);
	placer_make_groups(placer, &diags);
	next = &configurations[next == &configurations[0]];
	next->n = 0;
}

static const char *controllers_of(const char *path)
{
	const struct configuration *config = &configurations[next == &configurations[0]];

	for (size_t i = 0; i < config->n; i++) {
		if (strcmp(config->groups[i].path, path) == 0)
			return config->groups[i].controllers;
	}
	return "*";
}

/* A child that runs the program as soon as it is told to. */
static pid_t fork_child(char **argv, int *ret_go)
{
	int go[2];
	char byte;
	pid_t pid;

	if (pipe(go) < 0)
		return -1;
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)close(go[1]);
		if (read(go[0], &byte, 1) == 1) {
			(void)close(go[0]);
			(void)execvp(argv[0], argv);
			perror(argv[0]);
		}
		_exit(127);
	}
	(void)close(go[0]);
	*ret_go = go[1];
	return pid;
}

static int run(char **words, bool wait_for_it)
{
	struct placement placement = { controllers_of(words[1]), words[1], NULL };
	struct place_result result;
	char proc[64];
	char proc_cgroup[8192];
	int go = -1;
	int status = 0;
	pid_t pid = fork_child(words + 2, &go);

	if (pid < 0)
		return -errno;
	(void)snprintf(proc, sizeof(proc), "/proc/%d/cgroup", (int)pid);
	if (file_read_buf(-1, proc, proc_cgroup, sizeof(proc_cgroup)) < 0)
		return -EIO;
	if (placer_place(placer, pid, proc_cgroup, &placement, 1, 0, &diags, &result) !=
	    PLACE_MOVED) {
		printf("not moved: %s\n", result.text);
		return -EIO;
	}
	say_messages();
	if (!wait_for_it)
		printf("pid %d\n", (int)pid);
	(void)fflush(stdout);
	if (write(go, "x", 1) != 1)
		return -errno;
	(void)close(go);
	if (!wait_for_it)
		return 0;
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	else
		printf("exit %d\n", WEXITSTATUS(status));
	return 0;
}

static int clean(char **words, int n)
{
	struct clean_result result;
	int r = placer_clean(placer, words[1], n > 2 ? words[2] : NULL, &result);

	if (r == 0)
		printf("removed %zu remaining %zu moved %zu\n", result.removed, result.remaining,
		       result.moved);
	return r;
}

static int obey(const char *line)
{
	char copy[1024];
	char *words[WORDS_MAX];
	int n;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	n = split(copy, words);
	if (n == 0)
		return 0;
	if (strcmp(words[0], "group") == 0)
		return add_group(line);
	if (strcmp(words[0], "load") == 0)
		return load(), 0;
	if (strcmp(words[0], "check") == 0)
		return placer_check_groups(placer, &diags), 0;
	if (n >= 3 && strcmp(words[0], "run") == 0)
		return run(words, true);
	if (n >= 3 && strcmp(words[0], "start") == 0)
		return run(words, false);
	if (n == 2 && strcmp(words[0], "freeze") == 0)
		return placer_freeze(placer, words[1], true);
	if (n == 2 && strcmp(words[0], "thaw") == 0)
		return placer_freeze(placer, words[1], false);
	if (n >= 2 && strcmp(words[0], "clean") == 0)
		return clean(words, n);
	return -EINVAL;
}

int main(void)
{
	struct hierarchies hierarchies;
	char line[1024];
	int r = mounts_load(&hierarchies);

	(void)signal(SIGPIPE, SIG_IGN);
	placer = placer_new(0);
	if (r < 0 || !placer) {
		printf("cannot begin: %s\n", strerror(-r));
		return 1;
	}
	placer_set_hierarchies(placer, &hierarchies);
	while (r == 0 && fgets(line, sizeof(line), stdin)) {
		r = obey(line);
		say_messages();
		if (r < 0)
			printf("failed: %s: %s", strerror(-r), line);
		(void)fflush(stdout);
	}
	placer_free(placer);
	return r < 0;
}
