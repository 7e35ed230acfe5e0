/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup/group.h, on directories of plain files. What a kernel does when a directory is made, the
 * call-back of group_make() does here. */
#include "config.h"

#include "cgroup/group.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/cgconfig.h"
#include "cgroup/hierarchy.h"
#include "helpers.h"

static char mount_path[] = "/cg", root[] = "";
static struct hierarchy hierarchy;
static struct diag_list diags;
static struct cgconfig config;

static void setup_as(const char *controllers, bool unified)
{
	dir_make();
	hierarchy = (struct hierarchy){
		.mount = mount_path,
		.root = root,
		.controllers = strdup(controllers),
		.unified = unified,
		.fd = dir_fd,
	};
}

static void setup(void)
{
	setup_as("cpuset,cpu", false);
}

static void setup_unified(void)
{
	setup_as("cpuset cpu", true);
}

static void teardown(void)
{
	free(hierarchy.controllers);
	cgconfig_done(&config);
	diag_list_done(&diags);
	dir_remove();
}

/* ---- making ---------------------------------------------------------------------------------- */

static char made[256]; /* the directories that were made, separated by blanks */

/* The files of a group. */
static void populate(void *arg, const char *path, size_t len)
{
	static const struct {
		const char *name, *text;
	} files[] = {
		{ "cgroup.procs", "" },	       { "tasks", "" },
		{ "cpu.shares", "1024\n" },    { "cpuset.cpus", "\n" },
		{ "cpuset.mems", "" },	       { "notify_on_release", "1\n" },
		{ "cpuset.exclusive", "0\n" },
	};
	char name[256];
	size_t used = strlen(made);

	(void)arg;
	(void)snprintf(made + used, sizeof(made) - used, "%.*s ", (int)len, path);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		(void)snprintf(name, sizeof(name), "%.*s/%s", (int)len, path, files[i].name);
		dir_write(name, files[i].text);
	}
	(void)snprintf(name, sizeof(name), "%.*s/cpuset.exclusive", (int)len, path);
	ck_assert_int_eq(fchmodat(dir_fd, name, 0444, 0), 0);
}

static int make_group(const char *path, const char *config_text)
{
	const struct cgconfig_group *group = NULL;

	if (config_text) {
		ck_assert_int_eq(
			cgconfig_parse(&config, config_text, strlen(config_text), "f", &diags), 0);
		cgconfig_resolve(&config, &diags);
		group = &config.groups[0];
	}
	return group_make(&hierarchy, path, group, populate, NULL, &diags);
}

static void assert_messages(const char *want)
{
	cleanup_free char *messages = messages_of(&diags);

	ck_assert_str_eq(messages, want);
}

START_TEST(makes_what_is_missing_from_the_top_down)
{
	dir_add("a");
	ck_assert_int_eq(make_group("a/b/c d", NULL), 0);
	ck_assert_str_eq(made, "a/b a/b/c d ");
	ck_assert(dir_has("a/b/c d"));
	ck_assert_int_eq(make_group("a/b", NULL), 0);
	ck_assert_int_eq(make_group("", NULL), 0);
	ck_assert_str_eq(made, "a/b a/b/c d ");
	assert_messages("");
}
END_TEST

START_TEST(says_why_it_cannot_make_a_group)
{
	cleanup_free char *longer = repeat('x', NAME_MAX + 1);
	cleanup_free char *longest = repeat('x', PATH_MAX);

	dir_write("file", "");
	ck_assert_int_eq(make_group("file/a", NULL), -ENOTDIR);
	ck_assert_int_eq(make_group(longer, NULL), -ENAMETOOLONG);
	ck_assert_int_eq(make_group(longest, NULL), -ENAMETOOLONG);
	ck_assert_str_eq(made, "");
}
END_TEST

START_TEST(new_cpuset_has_what_its_parent_has)
{
	dir_write("cpuset.cpus", "0-3\n");
	dir_write("cpuset.mems", "0\n");
	ck_assert_int_eq(make_group("a/b", NULL), 0);
	assert_file("a/cpuset.cpus", "0-3\n");
	assert_file("a/b/cpuset.cpus", "0-3\n");
	assert_file("a/b/cpuset.mems", "0\n");
}
END_TEST

START_TEST(leaves_other_groups_cpus_alone)
{
	dir_write("cpuset.cpus", "0-3\n");
	dir_write("a/cpuset.cpus", "\n");
	ck_assert_int_eq(make_group("a", NULL), 0);
	assert_file("a/cpuset.cpus", "\n"); /* it was there */
	(void)strcpy(hierarchy.controllers, "cpu");
	ck_assert_int_eq(make_group("b", NULL), 0);
	assert_file("b/cpuset.cpus", "\n"); /* of another hierarchy */
}
END_TEST

START_TEST(unified_group_inherits_by_itself)
{
	dir_write("cpuset.cpus", "0-3\n");
	ck_assert_int_eq(make_group("a", NULL), 0);
	assert_file("a/cpuset.cpus", "\n");
	assert_file("a/notify_on_release", "1\n");
}
END_TEST

START_TEST(release_agent_does_not_remove_what_is_used)
{
	ck_assert_int_eq(make_group("a", NULL), 0);
	assert_file("a/notify_on_release", "0\n");
}
END_TEST

START_TEST(sets_values_in_the_order_of_the_file)
{
	dir_write("cpuset.cpus", "0-3\n");
	ck_assert_int_eq(make_group("a/b", "group x { cpu { cpu.shares = 7; cpu.shares = 8; }"
					   " cpuset { cpuset.cpus = 1; } }"),
			 0);
	assert_file("a/b/cpu.shares", "8024\n"); /* a plain file is not cut */
	assert_file("a/b/cpuset.cpus", "1-3\n");
	assert_file("a/cpu.shares", "1024\n"); /* only the last group is configured */
	assert_messages("");
}
END_TEST

START_TEST(leaves_values_of_other_hierarchies_alone)
{
	ck_assert_int_eq(make_group("a", "group x { memory { memory.limit = 7; } cpu { } }"), 0);
	assert_messages("");
}
END_TEST

START_TEST(warns_of_values_that_cannot_be_set)
{
	ck_assert_int_eq(make_group("a", "\ngroup x { cpu { no.such = 7; cpu.shares = 8; } }"), 0);
	assert_file("a/cpu.shares", "8024\n");
	assert_messages("f:2: warning: cannot set no.such to \"7\": No such file or directory\n");
}
END_TEST

static mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(fstatat(dir_fd, path, &st, 0), 0);
	return st.st_mode & 07777;
}

START_TEST(gives_files_their_modes)
{
	ck_assert_int_eq(make_group("a/b", "group x { perm { task { fperm = 664; }"
					   " admin { dperm = 750; fperm = 640; } } cpu { } }"),
			 0);
	ck_assert_uint_eq(mode_of("a/b"), 0750);
	ck_assert_uint_eq(mode_of("a/b/cgroup.procs"), 0664);
	ck_assert_uint_eq(mode_of("a/b/tasks"), 0664);
	ck_assert_uint_eq(mode_of("a/b/cpu.shares"), 0640);
	/* What can only be read stays so. */
	ck_assert_uint_eq(mode_of("a/b/cpuset.exclusive"), 0440);
	ck_assert_uint_eq(mode_of("a"), 0755);
	assert_messages("");
}
END_TEST

START_TEST(gives_files_their_owners)
{
	cleanup_free char *text = NULL;
	struct stat st;

	/* Everybody may give a file to oneself. */
	ck_assert_int_ge(asprintf(&text,
				  "group x { perm { task { uid = %u; gid = %u; }"
				  " admin { uid = %u; gid = %u; } } cpu { } }",
				  geteuid(), getegid(), geteuid(), getegid()),
			 0);
	ck_assert_int_eq(make_group("a", text), 0);
	ck_assert_int_eq(fstatat(dir_fd, "a/tasks", &st, 0), 0);
	ck_assert_uint_eq(st.st_uid, geteuid());
	assert_messages("");
}
END_TEST

START_TEST(warns_of_owners_that_cannot_be_given)
{
	cleanup_free char *messages = NULL;

	if (geteuid() == 0)
		return;
	ck_assert_int_eq(make_group("a", "group x { perm { task { uid = 0; } } cpu { } }"), 0);
	messages = messages_of(&diags);
	ck_assert_ptr_nonnull(strstr(messages, "f:1: warning: cannot give tasks its owner: "));
	ck_assert_uint_eq(diags.warnings, 2);
}
END_TEST

/* ---- controllers of v2 ----------------------------------------------------------------------- */

static const struct {
	const char *have; /* the group's cgroup.controllers */
	const char *list, *missing;
	const char *enabled; /* what was written above it last */
} enable_rows[] = {
	{ "cpu memory\n", "cpu", NULL, "" },
	{ "cpu memory\n", "memory,cpu", NULL, "" },
	{ "cpu memory\n", "cpu,io", "io", "+io" },
	{ "cpu memory\n", "pids,cpu", "pids", "+pids" },
	{ "cpu memory io\n", "blkio", NULL, "" },
	{ "cpu\n", "blkio", "blkio", "+io" },
	{ "", "cpu", "cpu", "+cpu" },
	/* every group has the function */
	{ "", "cpuacct,freezer,cgroup,perf_event", NULL, "" },
};

START_TEST(enables_what_is_not_there_yet)
{
	size_t len = 0;
	bool changed = false;
	const char *missing;

	dir_write("cgroup.subtree_control", "");
	dir_write("a/cgroup.subtree_control", "");
	dir_write("a/b/cgroup.subtree_control", "");
	dir_write("a/b/cgroup.controllers", enable_rows[_i].have);
	missing = group_enable_controllers(&hierarchy, "a/b", enable_rows[_i].list, &len, &changed);
	ck_assert_int_eq(missing != NULL, enable_rows[_i].missing != NULL);
	if (missing) {
		ck_assert_uint_eq(len, strlen(enable_rows[_i].missing));
		ck_assert_int_eq(strncmp(missing, enable_rows[_i].missing, len), 0);
	}
	assert_file("cgroup.subtree_control", enable_rows[_i].enabled);
	assert_file("a/cgroup.subtree_control", enable_rows[_i].enabled);
	ck_assert(!changed);			       /* plain files give no controller */
	assert_file("a/b/cgroup.subtree_control", ""); /* it could take no process any more */
}
END_TEST

START_TEST(tells_whether_a_group_has_controllers)
{
	dir_write("cgroup.controllers", "cpu io\n");
	dir_write("a/cgroup.controllers", "cpu pids\n");
	ck_assert(group_has_controllers(&hierarchy, "a", ""));
	ck_assert(group_has_controllers(&hierarchy, "a", "pids,cpu,freezer,cpuacct"));
	ck_assert(!group_has_controllers(&hierarchy, "a", "pids,io"));
	ck_assert(!group_has_controllers(&hierarchy, "a", "blkio"));
	ck_assert(group_has_controllers(&hierarchy, "", "blkio"));
	ck_assert(!group_has_controllers(&hierarchy, "b", ""));
}
END_TEST

START_TEST(root_has_its_controllers)
{
	size_t len;
	bool changed = false;

	ck_assert_ptr_null(group_enable_controllers(&hierarchy, "", "cpu", &len, &changed));
}
END_TEST

/* ---- use and removal ------------------------------------------------------------------------- */

START_TEST(opens_procs_for_writing)
{
	int fd;

	dir_write("cgroup.procs", "");
	dir_write("a/b/cgroup.procs", "");
	fd = group_open_procs(&hierarchy, "a/b");
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_WRONLY);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	ck_assert_int_eq(write(fd, "1", 1), 1);
	(void)close(fd);
	assert_file("a/b/cgroup.procs", "1");
	fd = group_open_procs(&hierarchy, "");
	ck_assert_int_eq(write(fd, "2", 1), 1);
	(void)close(fd);
	assert_file("cgroup.procs", "2");
	ck_assert_int_eq(group_open_procs(&hierarchy, "a"), -ENOENT);
	ck_assert_int_eq(group_open_procs(&hierarchy, "none"), -ENOENT);
}
END_TEST

/* Some file systems do not count the directories in a directory as links, as cgroupfs does. */
static bool counts_links(void)
{
	struct stat st;

	dir_add("links");
	dir_add("links/below");
	return fstatat(dir_fd, "links", &st, 0) == 0 && st.st_nlink == 3;
}

START_TEST(group_without_processes_and_subgroups_is_empty)
{
	dir_write("empty/cgroup.procs", "");
	dir_write("used/cgroup.procs", "4711\n");
	dir_write("parent/cgroup.procs", "");
	dir_write("parent/below/cgroup.procs", "");
	dir_add("unreadable");
	ck_assert(group_is_empty(&hierarchy, "empty"));
	ck_assert(!group_is_empty(&hierarchy, "used"));
	ck_assert(!group_is_empty(&hierarchy, "unreadable"));
	ck_assert(!group_is_empty(&hierarchy, "none"));
	if (counts_links())
		ck_assert(!group_is_empty(&hierarchy, "parent"));
}
END_TEST

START_TEST(unified_group_says_whether_it_is_populated)
{
	dir_write("empty/cgroup.events", "populated 0\nfrozen 0\n");
	dir_write("used/cgroup.events", "populated 1\nfrozen 0\n");
	dir_write("parent/cgroup.events", "populated 0\n");
	dir_add("parent/below");
	dir_add("unreadable");
	ck_assert(group_is_empty(&hierarchy, "empty"));
	ck_assert(!group_is_empty(&hierarchy, "used"));
	ck_assert(!group_is_empty(&hierarchy, "unreadable"));
	ck_assert(!group_is_empty(&hierarchy, "none"));
	if (counts_links())
		ck_assert(!group_is_empty(&hierarchy, "parent"));
}
END_TEST

START_TEST(removes_a_group_once)
{
	dir_add("a");
	dir_add("a/b");
	ck_assert_int_lt(group_remove(&hierarchy, "a"), 0);
	ck_assert_int_eq(group_remove(&hierarchy, "a/b"), 0);
	ck_assert(!dir_has("a/b"));
	ck_assert_int_eq(group_remove(&hierarchy, "a/b"), 0);
	ck_assert_int_eq(group_remove(&hierarchy, "a"), 0);
	dir_write("file", "");
	ck_assert_int_eq(group_remove(&hierarchy, "file"), -ENOTDIR);
}
END_TEST

static void add_unified_tests(Suite *suite)
{
	TCase *tcase = tcase_create("unified");

	tcase_add_checked_fixture(tcase, setup_unified, teardown);
	tcase_add_test(tcase, unified_group_inherits_by_itself);
	tcase_add_loop_test(tcase, enables_what_is_not_there_yet, 0, ARRAY_SIZE(enable_rows));
	tcase_add_test(tcase, tells_whether_a_group_has_controllers);
	tcase_add_test(tcase, root_has_its_controllers);
	tcase_add_test(tcase, unified_group_says_whether_it_is_populated);
	suite_add_tcase(suite, tcase);
}

int main(void)
{
	Suite *suite = suite_create("group");
	TCase *tcase = tcase_create("v1");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, makes_what_is_missing_from_the_top_down);
	tcase_add_test(tcase, says_why_it_cannot_make_a_group);
	tcase_add_test(tcase, new_cpuset_has_what_its_parent_has);
	tcase_add_test(tcase, leaves_other_groups_cpus_alone);
	tcase_add_test(tcase, release_agent_does_not_remove_what_is_used);
	tcase_add_test(tcase, sets_values_in_the_order_of_the_file);
	tcase_add_test(tcase, leaves_values_of_other_hierarchies_alone);
	tcase_add_test(tcase, warns_of_values_that_cannot_be_set);
	tcase_add_test(tcase, gives_files_their_modes);
	tcase_add_test(tcase, gives_files_their_owners);
	tcase_add_test(tcase, warns_of_owners_that_cannot_be_given);
	tcase_add_test(tcase, opens_procs_for_writing);
	tcase_add_test(tcase, group_without_processes_and_subgroups_is_empty);
	tcase_add_test(tcase, removes_a_group_once);
	suite_add_tcase(suite, tcase);
	add_unified_tests(suite);
	return run_suite(suite);
}
