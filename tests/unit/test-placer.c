/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup/placer.h, on directories of plain files: what was written to cgroup.procs stays there, one
 * number behind the other. What only a kernel can answer (ESRCH, ENODEV, the removal of a group
 * with its files) is left to the system tests. */
#include "config.h"

#include "cgroup/placer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cgroup/cgconfig.h"
#include "cgroup/clean.h"
#include "cgroup/limited.h"
#include "helpers.h"

#define REMOVE_EMPTY_MS 1000

static struct placer *placer;
static struct diag_list diags;
static struct place_result result;
static struct cgconfig config;

static void add_hierarchy(struct hierarchies *hierarchies, const char *name,
			  const char *controllers, bool unified)
{
	struct hierarchy *item = &hierarchies->items[hierarchies->n++];

	item->mount = strdup(name);
	item->root = strdup("");
	item->controllers = strdup(controllers);
	item->unified = unified;
	item->fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(item->fd, 0);
}

/* Bits 1, 2 and 4. */
static void mount_all(void)
{
	struct hierarchies hierarchies = { .mode = CGROUP_HYBRID };

	add_hierarchy(&hierarchies, "cpu", "cpu,cpuacct", false);
	add_hierarchy(&hierarchies, "memory", "memory", false);
	add_hierarchy(&hierarchies, "unified", "pids io", true);
	placer_set_hierarchies(placer, &hierarchies);
	ck_assert_uint_eq(hierarchies.n, 0);
}

static void add_group(const char *path)
{
	cleanup_free char *name = NULL;

	ck_assert_int_ge(asprintf(&name, "%s/cgroup.procs", path), 0);
	dir_write(name, "");
}

static void setup(void)
{
	dir_make();
	add_group("cpu");
	add_group("cpu/a");
	add_group("cpu/b");
	add_group("memory");
	add_group("memory/a");
	add_group("memory/b");
	add_group("unified");
	add_group("unified/a");
	placer = placer_new(REMOVE_EMPTY_MS);
	mount_all();
}

static void teardown(void)
{
	placer_free(placer);
	cgconfig_done(&config);
	diag_list_done(&diags);
	dir_remove();
}

/* Where the process is at first. */
#define AT_ROOT "3:memory:/\n2:cpu,cpuacct:/\n0::/\n"
#define AT_A	"3:memory:/a\n2:cpu,cpuacct:/a\n0::/a\n"

static enum place_outcome place_n(const char *proc_cgroup, const struct placement *placements,
				  size_t n)
{
	return placer_place(placer, 4711, proc_cgroup, placements, n, 0, &diags, &result);
}

static enum place_outcome place(const char *proc_cgroup, const char *controllers, const char *path)
{
	const struct placement placement = { .controllers = controllers, .path = path };

	return place_n(proc_cgroup, &placement, 1);
}

static enum place_outcome place_on_demand(const char *controllers, const char *path,
					  const char *template_name)
{
	const struct placement placement = { controllers, path, template_name };

	return place_n(AT_ROOT, &placement, 1);
}

static struct placer_stats stats(void)
{
	struct placer_stats ret;

	placer_get_stats(placer, &ret);
	return ret;
}

/* ---- moves ----------------------------------------------------------------------------------- */

static const struct {
	const char *proc_cgroup, *controllers, *path;
	enum place_outcome outcome;
	uint32_t moved;
	const char *cpu, *memory, *unified; /* what is in cgroup.procs of PATH after it */
} move_rows[] = {
	{ AT_ROOT, "cpu", "a", PLACE_MOVED, 1, "4711", "", "" },
	{ AT_ROOT, "memory", "a", PLACE_MOVED, 2, "", "4711", "" },
	{ AT_ROOT, "cgroup", "a", PLACE_MOVED, 4, "", "", "4711" },
	{ AT_ROOT, "cpu,cpuacct,memory", "a", PLACE_MOVED, 3, "4711", "4711", "" },
	{ AT_ROOT, "*", "a", PLACE_MOVED, 7, "4711", "4711", "4711" },
	{ AT_A, "*", "", PLACE_MOVED, 7, "4711", "4711", "4711" },
	/* there already, in all of them or in some */
	{ AT_A, "*", "a", PLACE_IN_PLACE, 0, "", "", "" },
	{ AT_ROOT, "*", "", PLACE_IN_PLACE, 0, "", "", "" },
	{ "3:memory:/a\n2:cpu,cpuacct:/\n0::/\n", "cpu,memory", "a", PLACE_MOVED, 1, "4711", "",
	  "" },
	/* below the place: stays; a longer name is not below */
	{ "2:cpu,cpuacct:/a/b/c\n", "cpu", "a", PLACE_IN_PLACE, 0, "", "", "" },
	{ "2:cpu,cpuacct:/ab\n", "cpu", "a", PLACE_MOVED, 1, "4711", "", "" },
	/* above it */
	{ "2:cpu,cpuacct:/\n", "cpu", "a", PLACE_MOVED, 1, "4711", "", "" },
	/* not told where it is */
	{ "", "cpu", "a", PLACE_MOVED, 1, "4711", "", "" },
};

static void assert_procs(const char *mount, const char *path, const char *want)
{
	cleanup_free char *name = NULL;

	ck_assert_int_ge(asprintf(&name, "%s/%s/cgroup.procs", mount, path), 0);
	assert_file(name, want);
}

START_TEST(moves_to_the_places_where_it_is_not_yet)
{
	const char *path = move_rows[_i].path;

	ck_assert_int_eq(place(move_rows[_i].proc_cgroup, move_rows[_i].controllers, path),
			 move_rows[_i].outcome);
	ck_assert_uint_eq(result.moved, move_rows[_i].moved);
	ck_assert_int_eq(result.error, 0);
	assert_procs("cpu", path, move_rows[_i].cpu);
	assert_procs("memory", path, move_rows[_i].memory);
	assert_procs("unified", path, move_rows[_i].unified);
	ck_assert_uint_eq(stats().writes, (unsigned)__builtin_popcount(move_rows[_i].moved));
}
END_TEST

START_TEST(later_place_in_a_hierarchy_counts)
{
	static const struct placement placements[] = {
		{ .controllers = "cpu,memory", .path = "a" },
		{ .controllers = "cpuacct", .path = "b" },
	};

	ck_assert_int_eq(place_n(AT_ROOT, placements, 2), PLACE_MOVED);
	assert_procs("cpu", "a", "");
	assert_procs("cpu", "b", "4711");
	assert_procs("memory", "a", "4711");
}
END_TEST

START_TEST(keeps_descriptors_open)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(place(AT_ROOT, "cpu,memory", "a"), PLACE_MOVED);
	ck_assert_uint_eq(stats().descriptors, 2);
	ck_assert_uint_eq(stats().writes, 6);
	assert_procs("cpu", "a", "471147114711");
	mount_all(); /* what is mounted has changed */
	ck_assert_uint_eq(stats().descriptors, 0);
	ck_assert_int_eq(place(AT_ROOT, "cpu", "a"), PLACE_MOVED);
}
END_TEST

START_TEST(closes_descriptors_when_they_are_short)
{
	struct rlimit limit;
	char path[16];

	placer_free(placer);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 64;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	placer = placer_new(0);
	mount_all();
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(path, sizeof(path), "cpu/g%u", i);
		add_group(path);
		ck_assert_int_eq(place(AT_ROOT, "cpu", path + 4), PLACE_MOVED);
	}
	ck_assert_uint_gt(stats().descriptors, 8);
	ck_assert_uint_le(stats().descriptors, 32);
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(path, sizeof(path), "g%u", i);
		assert_procs("cpu", path, "4711");
	}
	ck_assert(placer_make_room(placer));
	while (placer_make_room(placer))
		continue;
	ck_assert_uint_eq(stats().descriptors, 0);
	ck_assert_int_eq(place(AT_ROOT, "cpu", "g0"), PLACE_MOVED);
	ck_assert_uint_eq(stats().descriptors, 1);
}
END_TEST

/* ---- failures: all or none ------------------------------------------------------------------- */

static const struct {
	const char *controllers, *path;
	int error;
	const char *text;
} fail_rows[] = {
	{ "cpu,freezer", "a", -ENOENT, "no hierarchy with the controller \"freezer\" is mounted" },
	{ "nonsense", "a", -ENOENT, "no hierarchy with the controller \"nonsense\" is mounted" },
	{ "cpu", "none", -ENOENT, "group \"none\" does not exist in cpu, nor in cgconfig.conf" },
	{ "cpu,memory", "only-cpu", -ENOENT,
	  "group \"only-cpu\" does not exist in memory, nor in cgconfig.conf" },
	{ "cpu", "file", -ENOTDIR, "group \"file\" in cpu: Not a directory" },
};

START_TEST(moves_nothing_when_a_place_is_missing)
{
	add_group("cpu/only-cpu");
	dir_write("cpu/file", "");
	ck_assert_int_eq(place(AT_ROOT, fail_rows[_i].controllers, fail_rows[_i].path),
			 PLACE_FAILED);
	ck_assert_int_eq(result.error, fail_rows[_i].error);
	ck_assert_str_eq(result.text, fail_rows[_i].text);
	ck_assert_uint_eq(result.moved, 0);
	ck_assert_uint_eq(stats().writes, 0);
	ck_assert(!dir_has("cpu/none"));
}
END_TEST

/* A group of memory that takes no process: every write is ENOSPC. */
static void add_full_group(void)
{
	add_group("cpu/full");
	dir_add("memory/full");
	ck_assert_int_eq(symlinkat("/dev/full", dir_fd, "memory/full/cgroup.procs"), 0);
}

START_TEST(moves_back_when_a_later_move_fails)
{
	add_full_group();
	ck_assert_int_eq(place("3:memory:/b\n2:cpu,cpuacct:/b\n", "cpu,memory", "full"),
			 PLACE_FAILED);
	ck_assert_int_eq(result.error, -ENOSPC);
	ck_assert_str_eq(result.text,
			 "moving into group \"full\" in memory: the group has no CPUs or memory "
			 "nodes (cpuset.cpus, cpuset.mems)");
	assert_procs("cpu", "full", "4711");
	assert_procs("cpu", "b", "4711"); /* back there */
	assert_procs("memory", "b", "");
}
END_TEST

static const char *const lost_rows[] = {
	"3:memory:/b\n2:cpu,cpuacct:/gone\n", /* removed meanwhile */
	"3:memory:/b\n",		      /* not told */
};

START_TEST(says_so_when_it_cannot_move_back)
{
	add_full_group();
	ck_assert_int_eq(place(lost_rows[_i], "cpu,memory", "full"), PLACE_FAILED);
	ck_assert_ptr_nonnull(
		strstr(result.text, "; it could not be moved back in other hierarchies"));
}
END_TEST

START_TEST(warns_of_controllers_that_have_no_effect)
{
	cleanup_free char *messages = NULL;

	dir_write("unified/cgroup.subtree_control", "");
	dir_write("unified/a/cgroup.controllers", "pids\n");
	ck_assert_int_eq(place(AT_ROOT, "pids,io", "a"), PLACE_MOVED);
	assert_file("unified/cgroup.subtree_control", "+io");
	assert_procs("unified", "a", "4711");
	messages = messages_of(&diags);
	ck_assert_str_eq(messages,
			 "unified: warning: controller \"io\" cannot be enabled for group "
			 "\"a\": its limits have no effect\n");
	ck_assert_int_eq(place(AT_ROOT, "pids,io", "a"), PLACE_MOVED);
	ck_assert_uint_eq(diags.warnings, 1); /* not tried again at once */
}
END_TEST

/* ---- groups on demand ------------------------------------------------------------------------ */

static void configure(const char *text)
{
	ck_assert_int_eq(cgconfig_parse(&config, text, strlen(text), "f", &diags), 0);
	placer_set_cgconfig(placer, &config);
}

/* A directory has no cgroup.procs until the test makes it: the first try fails, the group stays. */
START_TEST(makes_groups_of_destinations_with_substitutions)
{
	ck_assert_int_eq(place_on_demand("cpu", "x/john", "x/%u"), PLACE_FAILED);
	ck_assert(dir_has("cpu/x/john"));
	ck_assert_uint_eq(stats().groups_made, 2);
	add_group("cpu/x/john");
	ck_assert_int_eq(place_on_demand("cpu", "x/john", "x/%u"), PLACE_MOVED);
	ck_assert_uint_eq(stats().groups_made, 2);
	ck_assert_int_eq(place_on_demand("cpu", "a", "%u"), PLACE_MOVED); /* it was there */
	ck_assert_uint_eq(stats().groups_made, 2);
}
END_TEST

START_TEST(template_gives_values_to_a_group_on_demand)
{
	cleanup_free char *messages = NULL;

	configure("template x/%u { cpu { cpu.no = 1; } }\ntemplate y/%u { cpu { cpu.no = 2; } }");
	(void)place_on_demand("cpu", "x/john", "x/%u");
	messages = messages_of(&diags);
	ck_assert_str_eq(messages, "f:1: warning: cannot set cpu.no to \"1\": No such file or "
				   "directory\n");
}
END_TEST

START_TEST(makes_groups_of_cgconfig_for_good)
{
	configure("group x/y { cpu { } }\ntemplate t { cpu { } }");
	ck_assert_int_eq(place(AT_ROOT, "cpu", "x/y"), PLACE_FAILED);
	ck_assert(dir_has("cpu/x/y"));
	ck_assert_uint_eq(stats().groups_made, 0);
	add_group("cpu/x/y");
	ck_assert_int_eq(place(AT_ROOT, "cpu", "x/y"), PLACE_MOVED);
	ck_assert_int_eq(place(AT_ROOT, "cpu", "t"), PLACE_FAILED); /* a template is no group */
	ck_assert(!dir_has("cpu/t"));
}
END_TEST

/* Removal itself is the kernel's: it takes a directory with its files. */
START_TEST(removes_groups_that_were_empty_for_a_while)
{
	(void)place_on_demand("cgroup", "x/john", "x/%u");
	ck_assert_uint_eq(stats().groups_made, 2);
	ck_assert_uint_eq(placer_sweep(placer, 5000), 2); /* cannot be read: not empty */
	dir_write("unified/x/john/cgroup.events", "populated 1\n");
	ck_assert_uint_eq(placer_sweep(placer, 6000), 2);
	ck_assert_uint_eq(placer_sweep(placer, 60000), 2);
	dir_write("unified/x/john/cgroup.events", "populated 0\n");
	ck_assert_uint_eq(placer_sweep(placer, 60001), 2);
	ck_assert_uint_eq(placer_sweep(placer, 60001 + REMOVE_EMPTY_MS - 1), 2);
	ck_assert(dir_has("unified/x/john"));
	/* Somebody else removes it. */
	ck_assert_int_eq(unlinkat(dir_fd, "unified/x/john/cgroup.events", 0), 0);
	ck_assert_int_eq(unlinkat(dir_fd, "unified/x/john", AT_REMOVEDIR), 0);
	ck_assert_uint_eq(placer_sweep(placer, 100000), 1);
	ck_assert_uint_eq(stats().groups_made, 1);
}
END_TEST

START_TEST(removes_nothing_when_told_so)
{
	placer_free(placer);
	placer = placer_new(0);
	mount_all();
	(void)place_on_demand("cgroup", "x", "%u");
	ck_assert_uint_eq(placer_sweep(placer, 1000000), 0);
	ck_assert(dir_has("unified/x"));
}
END_TEST

START_TEST(groups_on_demand_keep_their_hierarchy)
{
	struct hierarchies hierarchies = { .mode = CGROUP_HYBRID };

	(void)place_on_demand("memory", "x", "%u");
	(void)place_on_demand("cpu", "y", "%u");
	ck_assert_uint_eq(stats().groups_made, 2);
	add_hierarchy(&hierarchies, "unified", "", true);
	add_hierarchy(&hierarchies, "memory", "memory", false);
	placer_set_hierarchies(placer, &hierarchies);
	ck_assert_uint_eq(stats().groups_made, 1); /* that of cpu is not ours any more */
	ck_assert_int_eq(unlinkat(dir_fd, "memory/x", AT_REMOVEDIR), 0);
	ck_assert_uint_eq(placer_sweep(placer, 1), 0);
	ck_assert(dir_has("cpu/y"));
}
END_TEST

/* ---- groups with limits ---------------------------------------------------------------------- */

static struct limited_group limited_groups[] = {
	{ "top/x", "memory,freezer", { .ram_bytes = 4096 << 8, .file = "g", .line = 3 } },
	{ "top/y", "pids,freezer", { .pids = 100, .freeze = true, .file = "g", .line = 5 } },
};

static void assert_messages(const char *want)
{
	cleanup_free char *messages = messages_of(&diags);

	ck_assert_str_eq(messages, want);
	diag_list_done(&diags);
	diags = (struct diag_list){ 0 };
}

/* The files of the groups are there before the groups are made. */
static void make_limited(size_t n)
{
	dir_write("memory/top/x/cgroup.procs", "");
	dir_write("memory/top/x/memory.limit_in_bytes", "-1\n");
	dir_write("unified/top/x/cgroup.procs", "");
	dir_write("unified/top/x/cgroup.controllers", "pids\n");
	dir_write("unified/top/x/cgroup.freeze", "0\n");
	dir_write("unified/top/y/cgroup.procs", "");
	dir_write("unified/top/y/cgroup.controllers", "pids\n");
	dir_write("unified/top/y/cgroup.freeze", "0\n");
	dir_write("unified/top/y/pids.max", "max\n");
	placer_set_groups(placer, limited_groups, n);
	placer_make_groups(placer, &diags);
}

START_TEST(gives_limits_to_groups_that_are_there)
{
	make_limited(2);
	assert_messages("");
	assert_file("memory/top/x/memory.limit_in_bytes", "1048576");
	assert_file("unified/top/x/cgroup.freeze", "0\n");
	assert_file("unified/top/y/cgroup.freeze", "1\n");
	assert_file("unified/top/y/pids.max", "100\n");
	ck_assert(!dir_has("memory/top/y"));
	ck_assert(!dir_has("cpu/top"));
	ck_assert_int_eq(place(AT_ROOT, "memory,freezer", "top/x"), PLACE_MOVED);
	assert_procs("memory", "top/x", "4711");
	assert_procs("unified", "top/x", "4711");
	ck_assert_uint_eq(stats().groups_made, 0);
}
END_TEST

START_TEST(makes_groups_with_limits_where_they_are_missing)
{
	placer_set_groups(placer, limited_groups, 2);
	placer_make_groups(placer, &diags);
	ck_assert(dir_has("memory/top/x"));
	ck_assert(dir_has("unified/top/x"));
	ck_assert(dir_has("unified/top/y"));
	ck_assert(!dir_has("memory/top/y"));
	ck_assert_uint_eq(stats().groups_made, 0);
	assert_messages("g:3: warning: group \"top/x\" has no memory.limit_in_bytes in memory: the "
			"limit has no effect\n"
			"g:5: warning: group \"top/y\" has no pids.max: the controller is not "
			"enabled there, and the limit has no effect\n"
			"g:5: warning: cannot freeze group \"top/y\": Operation not supported\n");
}
END_TEST

START_TEST(makes_a_group_with_limits_when_it_is_needed)
{
	placer_set_groups(placer, limited_groups, 2);
	ck_assert_int_eq(place(AT_ROOT, "memory", "top/x"), PLACE_FAILED);
	ck_assert(dir_has("memory/top/x"));
	ck_assert_uint_eq(stats().groups_made, 0);
	/* Those above a group on demand, too. */
	ck_assert_int_eq(place_on_demand("cgroup", "top/y/john", "top/y/%u"), PLACE_FAILED);
	ck_assert(dir_has("unified/top/y/john"));
	ck_assert_uint_eq(stats().groups_made, 1);
	ck_assert_uint_eq(diags.warnings, 3);
}
END_TEST

START_TEST(leaves_controllers_out_that_are_not_mounted)
{
	limited_groups[0].controllers = "memory,freezer,rdma";
	make_limited(1);
	assert_messages("g:3: warning: group \"top/x\": no hierarchy with the controller \"rdma\" "
			"is mounted: its limits have no effect\n");
	ck_assert_int_eq(place(AT_ROOT, "memory,freezer,rdma", "top/x"), PLACE_MOVED);
	ck_assert_uint_eq(result.moved, 6);
	ck_assert_int_eq(place(AT_ROOT, "memory,freezer,rdma", "a"), PLACE_FAILED);
}
END_TEST

START_TEST(thaws_what_was_frozen_by_the_configuration_only)
{
	make_limited(2);
	assert_file("unified/top/y/cgroup.freeze", "1\n");
	/* By hand: it stays thawed, until the next load. */
	dir_write("unified/top/y/cgroup.freeze", "0\n");
	placer_check_groups(placer, &diags);
	assert_file("unified/top/y/cgroup.freeze", "0\n");
	placer_make_groups(placer, &diags);
	assert_file("unified/top/y/cgroup.freeze", "1\n");
	limited_groups[1].limits.freeze = false;
	placer_make_groups(placer, &diags);
	assert_file("unified/top/y/cgroup.freeze", "0\n");
	/* Not ours. */
	dir_write("unified/top/y/cgroup.freeze", "1\n");
	placer_make_groups(placer, &diags);
	assert_file("unified/top/y/cgroup.freeze", "1\n");
	assert_messages("");
}
END_TEST

START_TEST(removes_groups_that_are_no_longer_configured)
{
	placer_set_groups(placer, limited_groups, 2);
	placer_make_groups(placer, &diags);
	diag_list_done(&diags);
	diags = (struct diag_list){ 0 };
	placer_set_groups(placer, limited_groups, 1);
	dir_write("unified/top/y/cgroup.events", "populated 1\n");
	placer_make_groups(placer, &diags);
	ck_assert(dir_has("memory/top/x"));
	ck_assert(dir_has("unified/top/y"));
	ck_assert_uint_eq(stats().groups_made, 1);
	assert_messages("g:3: warning: group \"top/x\" has no memory.limit_in_bytes in memory: the "
			"limit has no effect\n"
			"unified: warning: group \"top/y\" is no longer configured, but in use: it "
			"stays as it is\n");
	/* Once more it is: it will not be removed. */
	placer_set_groups(placer, limited_groups, 2);
	placer_make_groups(placer, &diags);
	ck_assert_uint_eq(stats().groups_made, 0);
}
END_TEST

START_TEST(leaves_limits_alone_while_no_controller_comes_back)
{
	limited_groups[1].controllers = "pids,io,freezer";
	make_limited(2);
	assert_messages("");
	/* io cannot be enabled on plain files, so nothing changes. */
	dir_write("unified/top/y/pids.max", "max\n");
	placer_check_groups(placer, &diags);
	assert_messages("");
	assert_file("unified/top/y/pids.max", "max\n");
}
END_TEST

START_TEST(freezes_in_the_hierarchy_of_the_freezer)
{
	dir_write("unified/a/cgroup.freeze", "0\n");
	ck_assert_int_eq(placer_freeze(placer, "a", true), 0);
	assert_file("unified/a/cgroup.freeze", "1\n");
	ck_assert_int_eq(placer_freeze(placer, "a", false), 0);
	assert_file("unified/a/cgroup.freeze", "0\n");
	ck_assert_int_eq(placer_freeze(placer, "b", true), -ENOENT);
	dir_add("unified/c");
	ck_assert_int_eq(placer_freeze(placer, "c", true), -ENOTSUP);
}
END_TEST

START_TEST(cleans_up_a_tree_of_groups)
{
	struct clean_result cleaned;

	dir_add("cpu/top/x/y");
	dir_add("cpu/top/z");
	dir_add("unified/top");
	dir_write("memory/top/x/cgroup.procs", "12\n34\n");
	ck_assert_int_eq(placer_clean(placer, "top", NULL, &cleaned), 0);
	ck_assert(!dir_has("cpu/top"));
	ck_assert(!dir_has("unified/top"));
	ck_assert(dir_has("memory/top/x")); /* with a file in it */
	ck_assert_uint_eq(cleaned.removed, 5);
	ck_assert_uint_eq(cleaned.remaining, 2);
	ck_assert_uint_eq(cleaned.moved, 2);
	assert_procs("memory", "", "1234");
	ck_assert_int_eq(placer_clean(placer, "top/x", "a", &cleaned), 0);
	ck_assert_uint_eq(cleaned.moved, 2);
	assert_procs("memory", "a", "1234");
	dir_write("memory/cgroup.procs", "");
	ck_assert_int_eq(placer_clean(placer, "top/x", "top/x/y", &cleaned), 0); /* below it: no */
	assert_procs("memory", "", "1234");
	dir_write("memory/cgroup.procs", "");
	ck_assert_int_eq(placer_clean(placer, "top/x", "gone", &cleaned), 0);
	ck_assert_uint_eq(cleaned.moved, 2);
	assert_procs("memory", "", "1234");
}
END_TEST

static const char *const bad_tops[] = { "", "/", "/a", "a/", "a//b", ".", "a/..", "../a", "./a" };

START_TEST(cleans_up_no_more_than_a_group)
{
	struct clean_result cleaned;

	ck_assert_int_eq(placer_clean(placer, bad_tops[_i], NULL, &cleaned), -EINVAL);
	ck_assert_int_eq(placer_clean(placer, "none", bad_tops[_i], &cleaned),
			 bad_tops[_i][0] ? -EINVAL : 0);
}
END_TEST

/* ---- where a process is ---------------------------------------------------------------------- */

static const struct {
	const char *proc_cgroup, *controllers, *path;
	bool is_open, is_in;
} in_rows[] = {
	{ "2:cpu,cpuacct:/a\n", "cpu", "a", false, true },
	{ "2:cpu,cpuacct:/a\n", "cpu", "a", true, true },
	{ "2:cpu,cpuacct:/b\n", "cpu", "a", false, false },
	/* below it */
	{ "2:cpu,cpuacct:/a/b\n", "cpu", "a", true, true },
	{ "2:cpu,cpuacct:/a/b\n", "cpu", "a", false, true }, /* its path begins with it */
	{ "2:cpu,cpuacct:/a2\n", "cpu", "a", false, true },
	{ "2:cpu,cpuacct:/a2\n", "cpu", "a", true, false },
	{ "2:cpu,cpuacct:/\n", "cpu", "a", false, false },
	{ "2:cpu,cpuacct:/b/a\n", "cpu", "a", false, false },
	/* the root */
	{ "2:cpu,cpuacct:/x\n", "cpu", "", false, true },
	{ "2:cpu,cpuacct:/x\n", "cpu", "", true, true },
	/* on one of the controllers */
	{ "3:memory:/a\n2:cpu,cpuacct:/b\n", "cpu,memory", "a", false, true },
	{ "3:memory:/a\n2:cpu,cpuacct:/b\n", "cpu", "a", false, false },
	{ "3:memory:/b\n0::/a\n", "*", "a", false, true },
	{ "3:memory:/b\n0::/a\n", "memory,cgroup", "a", true, true },
	/* not told, not mounted */
	{ "", "cpu", "a", false, false },
	{ "2:cpu,cpuacct:/a\n", "cpu,freezer", "a", false, false },
};

START_TEST(tells_whether_a_process_is_in_a_place)
{
	const struct placement placement = { .controllers = in_rows[_i].controllers,
					     .path = in_rows[_i].path };

	ck_assert_int_eq(
		placer_is_in(placer, in_rows[_i].proc_cgroup, &placement, in_rows[_i].is_open),
		in_rows[_i].is_in);
}
END_TEST

static const struct {
	const char *proc_cgroup;
	uint32_t mask;
	bool same; /* as AT_A in all hierarchies */
} location_rows[] = {
	{ AT_A, 7, true },
	{ "0::/a\n2:cpu,cpuacct:/a\n3:memory:/a\n", 7, true },
	{ AT_A, 3, false },
	{ AT_ROOT, 7, false },
	{ "3:memory:/a\n2:cpu,cpuacct:/a\n0::/b\n", 7, false },
	{ "3:memory:/a\n2:cpu,cpuacct:/aa\n0::/\n", 7, false },
};

START_TEST(same_place_has_the_same_number)
{
	uint64_t want = placer_location(placer, AT_A, 7);

	ck_assert_int_eq(placer_location(placer, location_rows[_i].proc_cgroup,
					 location_rows[_i].mask) == want,
			 location_rows[_i].same);
}
END_TEST

START_TEST(remembers_where_a_process_was)
{
	ck_assert_int_eq(place(AT_A, "cpu,memory", "b"), PLACE_MOVED);
	ck_assert_uint_eq(result.moved, 3);
	ck_assert_uint_eq(result.from[0], placer_location(placer, AT_A, 1));
	ck_assert_uint_eq(result.from[1], placer_location(placer, AT_A, 2));
}
END_TEST

START_TEST(frees_nothing)
{
	placer_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("placer");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, moves_to_the_places_where_it_is_not_yet, 0,
			    ARRAY_SIZE(move_rows));
	tcase_add_test(tcase, later_place_in_a_hierarchy_counts);
	tcase_add_test(tcase, keeps_descriptors_open);
	tcase_add_test(tcase, closes_descriptors_when_they_are_short);
	tcase_add_loop_test(tcase, moves_nothing_when_a_place_is_missing, 0, ARRAY_SIZE(fail_rows));
	tcase_add_test(tcase, moves_back_when_a_later_move_fails);
	tcase_add_loop_test(tcase, says_so_when_it_cannot_move_back, 0, ARRAY_SIZE(lost_rows));
	tcase_add_test(tcase, warns_of_controllers_that_have_no_effect);
	tcase_add_test(tcase, makes_groups_of_destinations_with_substitutions);
	tcase_add_test(tcase, template_gives_values_to_a_group_on_demand);
	tcase_add_test(tcase, makes_groups_of_cgconfig_for_good);
	tcase_add_test(tcase, removes_groups_that_were_empty_for_a_while);
	tcase_add_test(tcase, removes_nothing_when_told_so);
	tcase_add_test(tcase, groups_on_demand_keep_their_hierarchy);
	tcase_add_test(tcase, gives_limits_to_groups_that_are_there);
	tcase_add_test(tcase, makes_groups_with_limits_where_they_are_missing);
	tcase_add_test(tcase, makes_a_group_with_limits_when_it_is_needed);
	tcase_add_test(tcase, leaves_controllers_out_that_are_not_mounted);
	tcase_add_test(tcase, thaws_what_was_frozen_by_the_configuration_only);
	tcase_add_test(tcase, removes_groups_that_are_no_longer_configured);
	tcase_add_test(tcase, leaves_limits_alone_while_no_controller_comes_back);
	tcase_add_test(tcase, freezes_in_the_hierarchy_of_the_freezer);
	tcase_add_test(tcase, cleans_up_a_tree_of_groups);
	tcase_add_loop_test(tcase, cleans_up_no_more_than_a_group, 0, ARRAY_SIZE(bad_tops));
	tcase_add_loop_test(tcase, tells_whether_a_process_is_in_a_place, 0, ARRAY_SIZE(in_rows));
	tcase_add_loop_test(tcase, same_place_has_the_same_number, 0, ARRAY_SIZE(location_rows));
	tcase_add_test(tcase, remembers_where_a_process_was);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
