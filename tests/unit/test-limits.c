/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup/limits.h, on directories of plain files. A shorter text leaves the end of a longer one in
 * such a file: that is how a value "does not stay" here. What the kernel makes of the values is
 * left to the system tests. */
#include "config.h"

#include "cgroup/limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/hierarchy.h"
#include "helpers.h"

#define MIB UINT64_C(1048576)

static char mount_path[] = "/cg", root[] = "";
static char controllers[64];
static struct hierarchy hierarchy;
static struct limits_machine machine;
static struct limits limits;
static struct diag_list diags;

static void setup_as(const char *names, bool unified)
{
	dir_make();
	(void)strcpy(controllers, names);
	hierarchy = (struct hierarchy){
		.mount = mount_path,
		.root = root,
		.controllers = controllers,
		.unified = unified,
		.fd = dir_fd,
	};
	machine = (struct limits_machine){ .cpus = 2 };
	limits = (struct limits){ .file = "f", .line = 7 };
	dir_add("a/b");
}

static void setup(void)
{
	setup_as("memory,cpu,pids,freezer", false);
}

static void setup_unified(void)
{
	setup_as("memory cpu pids", true);
}

static void teardown(void)
{
	diag_list_done(&diags);
	dir_remove();
}

static void apply(void)
{
	ck_assert_int_eq(limits_apply_on(&machine, &limits, &hierarchy, "a/b", &diags), 0);
}

static void assert_messages(const char *want)
{
	cleanup_free char *messages = messages_of(&diags);

	ck_assert_str_eq(messages, want);
	diag_list_done(&diags);
	diags = (struct diag_list){ 0 };
}

static void link_to(const char *device, const char *path)
{
	ck_assert_int_eq(symlinkat(device, dir_fd, path), 0);
}

/* ---- the machine, and what is where ---------------------------------------------------------- */

START_TEST(swap_is_what_is_listed_below_the_heading)
{
	limits_machine_read(&machine, dir_fd);
	ck_assert(!machine.has_swap);
	ck_assert_uint_ge(machine.cpus, 1);
	dir_write("swaps", "Filename Type Size\n");
	limits_machine_read(&machine, dir_fd);
	ck_assert(!machine.has_swap);
	dir_write("swaps", "Filename Type Size\n/dev/vda2 partition 1\n");
	limits_machine_read(&machine, dir_fd);
	ck_assert(machine.has_swap);
}
END_TEST

START_TEST(names_the_controllers_of_the_limits)
{
	static const struct limits_value set[] = {
		{ "memory.high", "1" },
		{ "io.weight", "1" },
		{ "notify_on_release", "0" },
	};
	char buf[64];
	char small[10];

	ck_assert_int_eq(limits_controllers(&limits, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "freezer");
	limits.set = set;
	limits.n_set = ARRAY_SIZE(set);
	ck_assert_int_eq(limits_controllers(&limits, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "freezer,memory,io");
	limits.ram_bytes = 1;
	limits.cpu_hundredths = 1;
	limits.pids = 1;
	ck_assert_int_eq(limits_controllers(&limits, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "memory,cpu,pids,freezer,io");
	ck_assert_int_eq(limits_controllers(&limits, small, sizeof(small)), -ENOSPC);
	ck_assert_int_eq(limits_controllers(&limits, small, 0), -ENOSPC);
}
END_TEST

START_TEST(finds_the_hierarchy_of_a_controller)
{
	struct hierarchies all;

	ck_assert_int_eq(hierarchies_parse(&all,
					   "1 0 0:1 / /c rw - cgroup cgroup rw,cpu\n"
					   "2 0 0:2 / /u rw - cgroup2 cgroup2 rw\n",
					   NULL),
			 0);
	ck_assert_int_eq(limits_find_hierarchy(&all, "cpu", 3), 0);
	ck_assert_int_eq(limits_find_hierarchy(&all, "freezer", 7), 1);
	ck_assert_int_eq(limits_find_hierarchy(&all, "memory", 6), -ENOENT);
	ck_assert_int_eq(limits_find_hierarchy(&all, "", 0), -ENOENT);
	ck_assert_int_eq(limits_find_hierarchy(&all, "*", 1), -ENOENT);
	hierarchies_done(&all);
	ck_assert_int_eq(hierarchies_parse(&all, "1 0 0:1 / /c rw - cgroup cgroup rw,cpu\n", NULL),
			 0);
	ck_assert_int_eq(limits_find_hierarchy(&all, "freezer", 7), -ENOENT);
	hierarchies_done(&all);
}
END_TEST

START_TEST(leaves_to_other_hierarchies_what_is_theirs)
{
	static const struct limits_value set[] = { { "cpu.shares", "2" }, { "pids.x", "3" } };
	struct hierarchies all = { .mode = CGROUP_HYBRID, .n = 2 };
	char v1_names[] = "cpu,freezer";

	all.items[0] = (struct hierarchy){ .controllers = v1_names, .fd = -1 };
	all.items[1] = hierarchy; /* unified */
	machine.hierarchies = &all;
	limits.cpu_hundredths = 1000;
	limits.freeze = true;
	limits.set = set;
	limits.n_set = ARRAY_SIZE(set);
	dir_write("a/b/cpu.max", "max 100000\n");
	dir_write("a/b/cpu.shares", "1");
	dir_write("a/b/pids.x", "1");
	dir_write("a/b/cgroup.freeze", "0\n");
	ck_assert_int_eq(limits_apply_on(&machine, &limits, &all.items[1], "a/b", &diags), 0);
	assert_file("a/b/cpu.max", "max 100000\n");
	assert_file("a/b/cpu.shares", "1");
	assert_file("a/b/pids.x", "3");
	assert_file("a/b/cgroup.freeze", "0\n");
	assert_messages("");
}
END_TEST

/* ---- v1 -------------------------------------------------------------------------------------- */

START_TEST(writes_the_files_of_v1)
{
	limits.ram_bytes = 256 * MIB;
	limits.cpu_hundredths = 2500;
	limits.pids = 100;
	limits.freeze = true;
	dir_write("a/b/memory.limit_in_bytes", "-1\n");
	dir_write("a/b/memory.memsw.limit_in_bytes", "-1\n");
	dir_write("a/b/memory.use_hierarchy", "0\n");
	dir_write("a/b/cpu.cfs_quota_us", "-1\n");
	dir_write("a/b/cpu.cfs_period_us", "100000\n");
	dir_write("a/b/pids.max", "max\n");
	dir_write("a/b/freezer.state", "THAWED\n");
	apply();
	assert_file("a/b/memory.limit_in_bytes", "268435456");
	assert_file("a/b/memory.memsw.limit_in_bytes", "268435456");
	assert_file("a/b/memory.use_hierarchy", "1\n");
	assert_file("a/b/cpu.cfs_quota_us", "50000");
	assert_file("a/b/pids.max", "100\n");
	assert_file("a/b/freezer.state", "FROZEN\n");
	assert_messages("");
}
END_TEST

START_TEST(raises_and_lowers_memory_with_and_without_swap)
{
	limits.ram_bytes = 256 * MIB;
	dir_write("a/b/memory.limit_in_bytes", "134217728\n");
	dir_write("a/b/memory.memsw.limit_in_bytes", "134217728\n");
	apply();
	assert_file("a/b/memory.limit_in_bytes", "268435456\n");
	assert_file("a/b/memory.memsw.limit_in_bytes", "268435456\n");
	limits.ram_bytes = 128 * MIB;
	apply();
	assert_file("a/b/memory.limit_in_bytes", "134217728\n");
	assert_file("a/b/memory.memsw.limit_in_bytes", "134217728\n");
	assert_messages("");
}
END_TEST

START_TEST(memory_is_not_limited_by_what_v1_says_without_a_limit)
{
	dir_write("a/b/memory.limit_in_bytes", "9223372036854771712 behind\n");
	dir_write("a/b/memory.memsw.limit_in_bytes", "9223372036854771712 behind\n");
	apply();
	assert_file("a/b/memory.limit_in_bytes", "9223372036854771712 behind\n");
	assert_file("a/b/memory.memsw.limit_in_bytes", "9223372036854771712 behind\n");
}
END_TEST

START_TEST(takes_limits_away_that_are_no_longer_configured)
{
	dir_write("a/b/memory.limit_in_bytes", "1000\n");
	dir_write("a/b/memory.memsw.limit_in_bytes", "1000\n");
	dir_write("a/b/cpu.cfs_quota_us", "50\n");
	dir_write("a/b/cpu.cfs_period_us", "200000\n");
	dir_write("a/b/pids.max", "100\n");
	dir_write("a/b/freezer.state", "FROZEN\n");
	apply();
	assert_file("a/b/memory.limit_in_bytes", "-100\n");
	assert_file("a/b/memory.memsw.limit_in_bytes", "-100\n");
	assert_file("a/b/cpu.cfs_quota_us", "-1\n");
	assert_file("a/b/cpu.cfs_period_us", "200000\n");
	assert_file("a/b/pids.max", "max\n");
	assert_file("a/b/freezer.state", "FROZEN\n");
}
END_TEST

START_TEST(gives_small_shares_less_often)
{
	static const struct {
		unsigned hundredths;
		const char *quota, *period;
	} cases[] = {
		{ 10000, "200000", "100000" }, /* all of two */
		{ 50, "1000", "100000" },      /* just as much as can be */
		{ 25, "1000", "200000" },      { 5, "1000", "1000000" }, { 1, "1000", "1000000" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		limits.cpu_hundredths = cases[i].hundredths;
		dir_write("a/b/cpu.cfs_quota_us", "-1");
		dir_write("a/b/cpu.cfs_period_us", "100000");
		apply();
		assert_file("a/b/cpu.cfs_quota_us", cases[i].quota);
		assert_file("a/b/cpu.cfs_period_us", cases[i].period);
	}
	assert_messages("f:7: warning: group \"a/b\" gets more CPU time than its limit: less than "
			"1 ms in a second cannot be\n");
}
END_TEST

START_TEST(warns_of_swap_that_v1_does_not_count)
{
	limits.ram_bytes = 256 * MIB;
	dir_write("a/b/memory.limit_in_bytes", "134217728\n");
	apply();
	assert_messages("");
	machine.has_swap = true;
	apply();
	assert_messages("f:7: warning: swap of group \"a/b\" is not limited: the kernel has no "
			"memory.memsw.limit_in_bytes (swapaccount=1)\n");
}
END_TEST

START_TEST(v1_counts_groups_below_where_it_is_told_to)
{
	limits.ram_bytes = 256 * MIB;
	dir_write("a/b/memory.limit_in_bytes", "268435456");
	dir_write("a/memory.limit_in_bytes", "1048576");
	dir_write("a/memory.use_hierarchy", "0\n");
	apply();
	assert_messages("");
	limits_count_below(&hierarchy, "a/b", 1);
	assert_file("a/memory.use_hierarchy", "1\n");
	apply();
	assert_messages("f:7: warning: group \"a/b\" gets less than its limit: "
			"memory.limit_in_bytes of \"a\" above it is 1048576\n");
}
END_TEST

START_TEST(v1_freezes_and_thaws)
{
	dir_write("a/b/freezer.state", "THAWED");
	ck_assert_int_eq(limits_freeze(&hierarchy, "a/b", true), 0);
	assert_file("a/b/freezer.state", "FROZEN");
	ck_assert_int_eq(limits_freeze(&hierarchy, "a/b", false), 0);
	assert_file("a/b/freezer.state", "THAWED");
	ck_assert_int_eq(limits_freeze(&hierarchy, "a", true), -ENOTSUP);
	ck_assert_int_eq(limits_freeze(&hierarchy, "c", true), -ENOENT);
	(void)strcpy(controllers, "cpu");
	ck_assert_int_eq(limits_freeze(&hierarchy, "a/b", true), -ENOTSUP);
}
END_TEST

/* ---- v2 -------------------------------------------------------------------------------------- */

START_TEST(writes_the_files_of_v2)
{
	static const struct limits_value set[] = {
		{ "memory.high", "200" },
		{ "cgroup.type", "x" },
	};

	limits.ram_bytes = 256 * MIB;
	limits.cpu_hundredths = 2500;
	limits.pids = 100;
	limits.freeze = true;
	limits.set = set;
	limits.n_set = ARRAY_SIZE(set);
	dir_write("a/b/memory.max", "max\n");
	dir_write("a/b/memory.high", "max\n");
	dir_write("a/b/cpu.max", "max 100000\n");
	dir_write("a/b/pids.max", "max\n");
	dir_write("a/b/cgroup.freeze", "0\n");
	dir_write("a/b/cgroup.type", "");
	apply();
	assert_file("a/b/memory.max", "268435456");
	assert_file("a/b/memory.high", "200\n");
	assert_file("a/b/cpu.max", "50000 100000");
	assert_file("a/b/pids.max", "100\n");
	assert_file("a/b/cgroup.freeze", "1\n");
	assert_file("a/b/cgroup.type", "x");
	assert_messages("");
}
END_TEST

START_TEST(v2_takes_limits_away_but_not_those_set_by_name)
{
	static const struct limits_value set[] = { { "memory.max", "300" } };

	limits.set = set;
	limits.n_set = 1;
	dir_write("a/b/memory.max", "200\n");
	dir_write("a/b/cpu.max", "500 1000\n");
	dir_write("a/b/pids.max", "100\n");
	apply();
	assert_file("a/b/memory.max", "300\n");
	assert_file("a/b/cpu.max", "max 1000\n");
	assert_file("a/b/pids.max", "max\n");
	assert_messages("");
}
END_TEST

START_TEST(does_not_write_what_is_so)
{
	limits.cpu_hundredths = 2500;
	limits.pids = 100;
	dir_write("a/b/memory.max", "max behind\n");
	dir_write("a/b/cpu.max", "50000 100000 behind\n");
	dir_write("a/b/pids.max", "100 behind\n");
	ck_assert_int_eq(fchmodat(dir_fd, "a/b/pids.max", 0444, 0), 0);
	apply();
	assert_file("a/b/memory.max", "max behind\n");
	assert_file("a/b/cpu.max", "50000 100000 behind\n");
	assert_file("a/b/pids.max", "100 behind\n");
	assert_messages("");
}
END_TEST

START_TEST(warns_of_files_that_are_missing)
{
	static const struct limits_value set[] = { { "memory.high", "200" }, { "../x", "1" } };

	limits.ram_bytes = MIB;
	limits.cpu_hundredths = 100;
	limits.pids = 1;
	limits.freeze = true;
	limits.set = set;
	limits.n_set = ARRAY_SIZE(set);
	dir_write("a/x", "0");
	apply();
	assert_file("a/x", "0");
	assert_messages(
		"f:7: warning: group \"a/b\" has no memory.max: the controller is not enabled "
		"there, and the limit has no effect\n"
		"f:7: warning: group \"a/b\" has no cpu.max: the controller is not enabled "
		"there, and the limit has no effect\n"
		"f:7: warning: group \"a/b\" has no pids.max: the controller is not enabled "
		"there, and the limit has no effect\n"
		"f:7: warning: cannot freeze group \"a/b\": Operation not supported\n"
		"f:7: warning: group \"a/b\" has no memory.high: the controller is not enabled "
		"there, and the limit has no effect\n"
		"f:7: warning: cannot set ../x of group \"a/b\" to 1: Invalid argument\n");
}
END_TEST

START_TEST(warns_of_values_that_do_not_stay)
{
	static const struct limits_value set[] = { { "memory.high", "200" } };

	limits.cpu_hundredths = 2500;
	limits.pids = 512;
	limits.set = set;
	limits.n_set = 1;
	dir_write("a/b/cpu.max", "12345 1000000000\n");
	dir_write("a/b/pids.max", "1048576\n");
	link_to("/dev/full", "a/b/memory.high");
	apply();
	assert_messages("f:7: warning: cpu.max of group \"a/b\" did not become 50000\n"
			"f:7: warning: pids.max of group \"a/b\" did not become 512\n"
			"f:7: warning: cannot set memory.high of group \"a/b\" to 200: No space "
			"left on device\n");
}
END_TEST

START_TEST(memory_is_counted_in_pages)
{
	limits.ram_bytes = MIB + 1;
	limits.pids = 4097;
	dir_write("a/b/memory.max", "1048576\n");
	dir_write("a/b/pids.max", "4096\n");
	apply();
	assert_file("a/b/memory.max", "1048576\n"); /* as it is */
	assert_file("a/b/pids.max", "4097\n");
	assert_messages("");
}
END_TEST

START_TEST(warns_of_ancestors_that_allow_less)
{
	limits.ram_bytes = 256 * MIB;
	limits.cpu_hundredths = 2500;
	limits.pids = 100;
	dir_write("a/b/memory.max", "max\n");
	dir_write("a/b/cpu.max", "max 100000\n");
	dir_write("a/b/pids.max", "max\n");
	dir_write("a/memory.max", "268435456\n");
	dir_write("a/cpu.max", "500 1000\n");
	dir_write("a/pids.max", "99\n");
	dir_write("memory.max", "268435455\n");
	dir_write("cpu.max", "49 100\n");
	dir_write("pids.max", "98\n");
	apply();
	assert_messages(
		"f:7: warning: group \"a/b\" gets less than its limit: memory.max of \"\" above "
		"it is 268435455\n"
		"f:7: warning: group \"a/b\" gets less than its limit: cpu.max of \"\" above it "
		"is 49 us of 100\n"
		"f:7: warning: group \"a/b\" gets less than its limit: pids.max of \"a\" above "
		"it is 99\n");
}
END_TEST

START_TEST(warns_of_swap_that_is_not_limited)
{
	static const struct limits_value set[] = { { "memory.swap.max", "0" } };
	static const char *const want =
		"f:7: warning: memory of group \"a/b\" is limited, its swap is not: set "
		"memory.swap.max, too\n";

	limits.ram_bytes = 256 * MIB;
	dir_write("a/b/memory.max", "268435456\n");
	dir_write("a/b/memory.swap.max", "max\n");
	apply();
	assert_messages("");
	machine.has_swap = true;
	apply();
	assert_messages(want);
	dir_write("a/memory.swap.max", "4096\n");
	apply();
	assert_messages("");
	dir_write("a/memory.swap.max", "max\n");
	dir_write("a/b/memory.swap.max", "9");
	limits.set = set;
	limits.n_set = 1;
	apply();
	assert_file("a/b/memory.swap.max", "0");
	assert_messages("");
}
END_TEST

START_TEST(v2_freezes_and_thaws)
{
	dir_write("a/b/cgroup.freeze", "0\n");
	ck_assert_int_eq(limits_freeze(&hierarchy, "a/b", true), 0);
	assert_file("a/b/cgroup.freeze", "1\n");
	ck_assert_int_eq(limits_freeze(&hierarchy, "a/b", false), 0);
	assert_file("a/b/cgroup.freeze", "0\n");
	ck_assert_int_eq(limits_freeze(&hierarchy, "a", true), -ENOTSUP);
	ck_assert_int_eq(limits_freeze(&hierarchy, "c", true), -ENOENT);
}
END_TEST

START_TEST(says_that_the_group_is_not_there)
{
	ck_assert_int_eq(limits_apply(&limits, &hierarchy, "c", &diags), -ENOENT);
	ck_assert_int_eq(limits_apply(&limits, &hierarchy, "a", &diags), 0);
	assert_messages("");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("limits");
	TCase *v1 = tcase_create("v1");
	TCase *v2 = tcase_create("v2");

	tcase_add_checked_fixture(v1, setup, teardown);
	tcase_add_test(v1, swap_is_what_is_listed_below_the_heading);
	tcase_add_test(v1, names_the_controllers_of_the_limits);
	tcase_add_test(v1, finds_the_hierarchy_of_a_controller);
	tcase_add_test(v1, writes_the_files_of_v1);
	tcase_add_test(v1, raises_and_lowers_memory_with_and_without_swap);
	tcase_add_test(v1, memory_is_not_limited_by_what_v1_says_without_a_limit);
	tcase_add_test(v1, takes_limits_away_that_are_no_longer_configured);
	tcase_add_test(v1, gives_small_shares_less_often);
	tcase_add_test(v1, warns_of_swap_that_v1_does_not_count);
	tcase_add_test(v1, v1_counts_groups_below_where_it_is_told_to);
	tcase_add_test(v1, v1_freezes_and_thaws);
	suite_add_tcase(suite, v1);
	tcase_add_checked_fixture(v2, setup_unified, teardown);
	tcase_add_test(v2, leaves_to_other_hierarchies_what_is_theirs);
	tcase_add_test(v2, writes_the_files_of_v2);
	tcase_add_test(v2, v2_takes_limits_away_but_not_those_set_by_name);
	tcase_add_test(v2, does_not_write_what_is_so);
	tcase_add_test(v2, warns_of_files_that_are_missing);
	tcase_add_test(v2, warns_of_values_that_do_not_stay);
	tcase_add_test(v2, memory_is_counted_in_pages);
	tcase_add_test(v2, warns_of_ancestors_that_allow_less);
	tcase_add_test(v2, warns_of_swap_that_is_not_limited);
	tcase_add_test(v2, v2_freezes_and_thaws);
	tcase_add_test(v2, says_that_the_group_is_not_there);
	suite_add_tcase(suite, v2);
	return run_suite(suite);
}
