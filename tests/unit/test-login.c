/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process/login.h */
#include "config.h"

#include "process/login.h"

#include <stdio.h>
#include <string.h>

#include "helpers.h"

#define USER	"/user.slice/user-1001.slice"
#define MANAGER USER "/user@1001.service"

/* systemd's own path, in the text of a process: on v2, hybrid (systemd 252, with the controllers'
 * hierarchies as it leaves them) and v1. */
static const struct {
	const char *before, *behind;
} modes[] = {
	{ "0::", "\n" },
	{ "13:pids:" MANAGER "\n12:cpu,cpuacct:/\n7:devices:/user.slice\n1:name=systemd:",
	  "\n0::/moved/by/a/rule\n" },
	{ "9:name=elogind:/3\n5:pids:" USER "/session-7.scope\n1:name=systemd:", "\n" },
};

static const struct {
	const char *path;
	bool is_manager, is_users_choice;
} rows[] = {
	{ MANAGER "/init.scope", true, true },
	{ MANAGER, true, false }, /* before systemd 254, as it starts */
	{ MANAGER "/app.slice/mine.service", false, true },
	{ MANAGER "/app.slice/run-1.scope/init.scope", false, true },
	{ MANAGER "/init.scopes", false, true },
	{ USER "/session-7.scope", false, false },
	{ "/system.slice/cron.service", false, false },
	{ "/user.slice/user-x.slice/user@1001.service", false, false },
	{ "/user.slice/user-1001.slice", false, false },
	{ "/a" MANAGER, false, false },
	/* What a user may name a group. */
	{ MANAGER "/app.slice/1:name=systemd:" MANAGER, false, true },
	{ "/students/alice/:" MANAGER, false, false },
	{ "/students/alice/0::" MANAGER, false, false },
	{ "/students/alice/1:name=systemd:" MANAGER, false, false },
	{ "/", false, false },
};

START_TEST(knows_managers_and_what_users_name)
{
	for (size_t m = 0; m < ARRAY_SIZE(modes); m++) {
		char text[1024];

		(void)snprintf(text, sizeof(text), "%s%s%s", modes[m].before, rows[_i].path,
			       modes[m].behind);
		ck_assert_msg(login_is_manager(text) == rows[_i].is_manager, "%s", text);
		ck_assert_msg(login_is_users_choice(text) == rows[_i].is_users_choice, "%s", text);
	}
}
END_TEST

static const struct {
	const char *path;
	bool is_there;
} places[] = {
	{ "user.slice/user-1001.slice/user@1001.service/app.slice/mine.scope", true },
	{ "user.slice/user-1001.slice/user@1001.service", true },
	{ "user.slice", true },
	{ "", true },
	{ "user.slice/user-1001.slice/user@1001.service/app.slice/mine", false },
	{ "user.slice/user-1001.slice/user@1001.service/app.slice/mine.scope/sub", false },
	{ "user.slice/user-1002.slice", false },
	{ "students/alice", false },
};

START_TEST(knows_where_systemd_has_what_users_name)
{
	static const char scope[] = "0::" MANAGER "/app.slice/mine.scope\n";
	static const char session[] = "0::" USER "/session-7.scope\n";
	const char *path = places[_i].path;

	ck_assert_int_eq(login_is_at_users_choice(scope, path, strlen(path)), places[_i].is_there);
	ck_assert(!login_is_at_users_choice(session, path, strlen(path)));
	ck_assert(!login_is_at_users_choice("5:pids:/\n", path, strlen(path)));
}
END_TEST

START_TEST(knows_none_without_systemd)
{
	static const char *const texts[] = { "", "\n", "nonsense", "5:pids:" MANAGER "\n" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ck_assert(!login_is_manager(texts[i]));
		ck_assert(!login_is_users_choice(texts[i]));
		ck_assert_int_eq(login_find_leader(texts[i], dir_path), 0);
	}
}
END_TEST

static const struct {
	const char *exe;
	pid_t ppid;
	bool is_starting;
} starters[] = {
	{ "/usr/lib/systemd/systemd-executor", 1, true },
	{ "/usr/lib/systemd/systemd-executor", 700, true }, /* of a user's manager */
	{ "/lib/systemd/systemd", 1, true },
	{ "/usr/lib/systemd/systemd", 700, false },
	{ "/usr/lib/systemd/systemd-executor2", 1, false },
	{ "/home/alice/usr/lib/systemd/systemd-executor", 1, false },
	{ "", 1, false },
};

START_TEST(knows_systemd_on_its_way_to_a_program)
{
	ck_assert_int_eq(login_is_starting(starters[_i].exe, starters[_i].ppid),
			 starters[_i].is_starting);
}
END_TEST

START_TEST(finds_the_leader_that_logind_names)
{
	dir_write("7", "# This is private data.\nUID=1001\nLEADER=4711\nAUDIT=7\n");
	dir_write("c1", "UID=1001\nLEADER=nobody\n");
	dir_write("c2", "UID=1001\n");
	ck_assert_int_eq(login_find_leader("0::" USER "/session-7.scope\n", dir_path), 4711);
	ck_assert_int_eq(login_find_leader("0::" USER "/session-7.scope/own/group\n", dir_path),
			 4711);
	ck_assert_int_eq(login_find_leader("2:pids:/\n1:name=systemd:" USER
					   "/session-7.scope\n0::/students\n",
					   dir_path),
			 4711);
	ck_assert_int_eq(login_find_leader("0::" USER "/session-c1.scope\n", dir_path), 0);
	ck_assert_int_eq(login_find_leader("0::" USER "/session-c2.scope\n", dir_path), 0);
	ck_assert_int_eq(login_find_leader("0::" USER "/session-8.scope\n", dir_path), 0);
	ck_assert_int_eq(login_find_leader("0::" USER "/session-../7.scope\n", dir_path), 0);
	ck_assert_int_eq(login_find_leader("0::" MANAGER "/session-7.scope\n", dir_path), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("login");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, knows_managers_and_what_users_name, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, knows_where_systemd_has_what_users_name, 0, ARRAY_SIZE(places));
	tcase_add_test(tcase, knows_none_without_systemd);
	tcase_add_loop_test(tcase, knows_systemd_on_its_way_to_a_program, 0, ARRAY_SIZE(starters));
	tcase_add_test(tcase, finds_the_leader_that_logind_names);
	return run_tests(tcase);
}
