// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * trigger-probe FILE [ARGUMENT...]: what a trigger's command is given, written into FILE, which
 * appears complete or not at all: a section for each of arguments, environment, status, cgroup,
 * limits, descriptors, and the rest, each line of it behind its name.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* Newlines in it are written as \n. */
static void put_line(FILE *out, const char *section, const char *text)
{
	(void)fprintf(out, "%s: ", section);
	for (; *text; text++) {
		if (*text == '\n')
			(void)fputs("\\n", out);
		else
			(void)fputc(*text, out);
	}
	(void)fputc('\n', out);
}

static void put_list(FILE *out, const char *section, char **list)
{
	for (; *list; list++)
		put_line(out, section, *list);
}

static void put_file(FILE *out, const char *section, const char *path)
{
	FILE *in = fopen(path, "re");
	char line[4096];

	if (!in)
		return;
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		put_line(out, section, line);
	}
	(void)fclose(in);
}

static void put_descriptors(FILE *out)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	char path[PATH_MAX], text[PATH_MAX + 300];

	while (dir && (entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		ssize_t len;

		if (entry->d_name[0] == '.' || fd == dirfd(dir) || fd == fileno(out))
			continue;
		len = readlinkat(dirfd(dir), entry->d_name, path, sizeof(path) - 1);
		path[len < 0 ? 0 : len] = '\0';
		(void)snprintf(text, sizeof(text), "%s %s", entry->d_name, path);
		put_line(out, "fd", text);
	}
	if (dir)
		(void)closedir(dir);
}

static void put_rest(FILE *out)
{
	char cwd[PATH_MAX];
	struct rlimit limit;
	mode_t mask = umask(0);

	(void)umask(mask);
	(void)fprintf(out, "umask: %03o\n", (unsigned)mask);
	(void)fprintf(out, "pid: %d\npgid: %d\nsid: %d\n", (int)getpid(), (int)getpgid(0),
		      (int)getsid(0));
	(void)fprintf(out, "cwd: %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : "?");
	(void)fprintf(out, "nice: %d\n", getpriority(PRIO_PROCESS, 0));
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		(void)fprintf(out, "nofile: %llu\n", (unsigned long long)limit.rlim_cur);
	put_file(out, "oom", "/proc/self/oom_score_adj");
}

int main(int argc, char **argv)
{
	char temporary[PATH_MAX];
	FILE *out;

	if (argc < 2)
		return 2;
	(void)snprintf(temporary, sizeof(temporary), "%s.new", argv[1]);
	out = fopen(temporary, "we");
	if (!out) {
		perror("trigger-probe");
		return 1;
	}
	put_list(out, "argument", argv + 2);
	put_list(out, "environment", environ);
	put_file(out, "status", "/proc/self/status");
	put_file(out, "cgroup", "/proc/self/cgroup");
	put_descriptors(out);
	put_rest(out);
	return fclose(out) != 0 || rename(temporary, argv[1]) != 0;
}
