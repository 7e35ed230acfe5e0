/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/names.h, by the users and groups of this machine. */
#include "config.h"

#include "base/names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "helpers.h"

#define NO_SUCH_NAME "no-such-name-of-cgred-tests"

static const struct {
	const char *name;
	int error;
	unsigned id;
} rows[] = {
	{ "root", 0, 0 },
	{ "0", 0, 0 },
	{ "12345678", 0, 12345678 },
	{ "4294967294", 0, 4294967294U },
	{ "4294967295", -ENOENT, 0 }, /* means "no id" to the kernel */
	{ "4294967296", -ENOENT, 0 },
	{ "-1", -ENOENT, 0 },
	{ "", -ENOENT, 0 },
	{ NO_SUCH_NAME, -ENOENT, 0 },
	{ "root ", -ENOENT, 0 },
	{ "ROOT", -ENOENT, 0 },
};

START_TEST(finds_ids_of_names_and_numbers)
{
	uid_t uid = 77;
	gid_t gid = 77;

	ck_assert_int_eq(names_find_uid(rows[_i].name, &uid), rows[_i].error);
	ck_assert_int_eq(names_find_gid(rows[_i].name, &gid), rows[_i].error);
	if (rows[_i].error == 0) {
		ck_assert_uint_eq(uid, rows[_i].id);
		ck_assert_uint_eq(gid, rows[_i].id);
	} else {
		ck_assert_uint_eq(uid, 77);
		ck_assert_uint_eq(gid, 77);
	}
}
END_TEST

START_TEST(finds_names_of_ids)
{
	cleanup_free char *user = NULL;
	cleanup_free char *group = NULL;
	char *none = NULL;

	ck_assert_int_eq(names_find_user(0, &user), 0);
	ck_assert_str_eq(user, "root");
	ck_assert_int_eq(names_find_group(0, &group), 0);
	ck_assert_str_eq(group, "root");
	ck_assert_int_eq(names_find_user(4123456789U, &none), -ENOENT);
	ck_assert_int_eq(names_find_group(4123456789U, &none), -ENOENT);
	ck_assert_ptr_null(none);
}
END_TEST

static int append(void *arg, const char *name)
{
	FILE *out = arg;

	(void)fprintf(out, "%s ", name);
	return 0;
}

/* Each name and a blank, to be freed. */
static char *members_of(gid_t gid)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(names_each_member(gid, append, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static void check_members(const struct group *group)
{
	cleanup_free char *text = members_of(group->gr_gid);
	const char *at = text;

	for (char **member = group->gr_mem; *member; member++) {
		size_t len = strlen(*member);

		ck_assert(strncmp(at, *member, len) == 0 && at[len] == ' ');
		at += len + 1;
	}
	ck_assert_str_eq(at, "");
}

START_TEST(finds_the_members_of_every_group)
{
	const struct group *group;

	setgrent();
	while ((group = getgrent())) {
		const struct group *first = getgrgid(group->gr_gid);

		/* Two names can have one number: then the first counts. */
		if (first)
			check_members(first);
	}
	endgrent();
	ck_assert_int_eq(names_each_member(4123456789U, append, NULL), -ENOENT);
}
END_TEST

START_TEST(tells_a_failure_from_there_is_none)
{
	struct rlimit old, none;
	uid_t uid = 77;
	int r;

	ck_assert_int_eq(names_find_uid("root", &uid), 0); /* nsswitch.conf is read now */
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = (struct rlimit){ 0, old.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	r = names_find_uid("root", &uid);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	/* A name service cache, or the last service of nsswitch.conf, may know without a file. */
	ck_assert(r == -EMFILE || r == 0 || r == -ENOENT);
}
END_TEST

START_TEST(finds_what_a_process_of_a_user_is_given)
{
	struct names_account account;

	ck_assert_int_eq(names_find_account("root", &account), 0);
	ck_assert_uint_eq(account.uid, 0);
	ck_assert_uint_eq(account.gid, 0);
	ck_assert_str_eq(account.name, "root");
	ck_assert_str_eq(account.home, "/root");
	ck_assert_uint_ge(account.n_groups, 1);
	names_account_done(&account);
	/* By number; one that nobody has is a user all the same, a name that nobody has is none. */
	ck_assert_int_eq(names_find_account("0", &account), 0);
	ck_assert_str_eq(account.name, "root");
	names_account_done(&account);
	ck_assert_int_eq(names_find_account("4123456789", &account), 0);
	ck_assert_uint_eq(account.uid, 4123456789U);
	ck_assert_uint_eq(account.gid, 65534U);
	ck_assert_uint_eq(account.n_groups, 0);
	names_account_done(&account);
	ck_assert_int_eq(names_find_account("no-such-user-here", &account), -ENOENT);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("names");

	tcase_add_loop_test(tcase, finds_ids_of_names_and_numbers, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, finds_names_of_ids);
	tcase_add_test(tcase, finds_what_a_process_of_a_user_is_given);
	tcase_add_test(tcase, finds_the_members_of_every_group);
	tcase_add_test(tcase, tells_a_failure_from_there_is_none);
	return run_tests(tcase);
}
