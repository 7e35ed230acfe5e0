// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * setuid: changes its effective gid, its effective uid or both, says so, and idles.
 *
 * It makes the kernel's uid and gid events for a rules daemon to act on. Names are looked up in
 * /etc/passwd and /etc/group themselves, so that a static build needs no NSS modules. It ends by
 * itself after two minutes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDLE_S 120

static int parse_number(const char *text, unsigned int *ret_id)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value >= (unsigned int)-1)
		return -EINVAL;
	*ret_id = (unsigned int)value;
	return 0;
}

static int find_user(const char *name, unsigned int *ret_uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry = NULL;

	while (file && (entry = fgetpwent(file)) && strcmp(entry->pw_name, name) != 0)
		continue;
	if (entry)
		*ret_uid = entry->pw_uid;
	if (file)
		(void)fclose(file);
	return entry ? 0 : parse_number(name, ret_uid);
}

static int find_group(const char *name, unsigned int *ret_gid)
{
	FILE *file = fopen("/etc/group", "re");
	struct group *entry = NULL;

	while (file && (entry = fgetgrent(file)) && strcmp(entry->gr_name, name) != 0)
		continue;
	if (entry)
		*ret_gid = entry->gr_gid;
	if (file)
		(void)fclose(file);
	return entry ? 0 : parse_number(name, ret_gid);
}

static int usage(void)
{
	fputs("usage: setuid [-g GROUP|GID] [-u USER|UID]\n"
	      "       setuid USER\n"
	      "Without arguments it changes its effective uid to root's.\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const char *user = NULL, *group = NULL;
	unsigned int id;
	int option;

	while ((option = getopt(argc, argv, "u:g:")) != -1) {
		if (option == 'u')
			user = optarg;
		else if (option == 'g')
			group = optarg;
		else
			return usage();
	}
	if (optind < argc && !user && !group)
		user = argv[optind++];
	if (optind < argc)
		return usage();
	if (!user && !group)
		user = "root";

	if (group && (find_group(group, &id) < 0 || setegid(id) < 0)) {
		fprintf(stderr, "setuid: cannot change the gid to %s\n", group);
		return 1;
	}
	if (user && (find_user(user, &id) < 0 || seteuid(id) < 0)) {
		fprintf(stderr, "setuid: cannot change the uid to %s\n", user);
		return 1;
	}
	printf("pid %d: euid %u, egid %u\n", (int)getpid(), geteuid(), getegid());
	fflush(stdout);
	sleep(IDLE_S);
	return 0;
}
