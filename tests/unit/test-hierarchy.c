/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup/hierarchy.h: mount tables go in, a dump of the hierarchies comes out. */
#include "config.h"

#include "cgroup/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers.h"

/* Lines as the kernel writes them. */
#define NOISE                                                                         \
	"22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"                     \
	"24 28 0:6 / /dev rw,nosuid shared:2 - devtmpfs udev rw,size=4k,mode=755\n"   \
	"28 0 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n" \
	"30 22 0:25 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755\n"
#define CPU	"31 30 0:27 / /cg/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct\n"
#define MEMORY	"32 30 0:28 / /cg/memory rw shared:12 - cgroup cgroup rw,memory\n"
#define BLKIO	"33 30 0:29 / /cg/blkio rw shared:13 - cgroup cgroup rw,blkio\n"
#define SYSTEMD "34 30 0:30 / /cg/systemd rw shared:14 - cgroup cgroup rw,xattr,name=systemd\n"
#define UNIFIED "35 30 0:31 / /cg/unified rw shared:15 - cgroup2 cgroup2 rw,nsdelegate\n"

static const struct {
	const char *mountinfo, *want;
} parse_rows[] = {
	{ "", "none\n" },
	{ NOISE, "none\n" },
	{ NOISE CPU MEMORY SYSTEMD, "v1\n/cg/cpu,cpuacct [] cpu,cpuacct\n/cg/memory [] memory\n"
				    "/cg/systemd [] name=systemd\n" },
	{ NOISE UNIFIED, "v2\n/cg/unified [] 2\n" },
	{ UNIFIED NOISE BLKIO, "hybrid\n/cg/unified [] 2\n/cg/blkio [] blkio\n" },
	{ SYSTEMD UNIFIED, "v2\n/cg/systemd [] name=systemd\n/cg/unified [] 2\n" },
	/* options that are no controllers; co-mounted ones; no optional fields; several of them */
	{ "1 2 0:1 / /a rw - cgroup x rw,xattr,clone_children,cpuset,noprefix,release_agent=/x,pids\n",
	  "v1\n/a [] cpuset,pids\n" },
	{ "1 2 0:1 / /a rw shared:1 master:2 propagate_from:3 - cgroup x rw,net_cls,net_prio\n",
	  "v1\n/a [] net_cls,net_prio\n" },
	{ "1 2 0:1 / /a rw - cgroup x rw,name=my-own\n", "v1\n/a [] name=my-own\n" },
	{ "1 2 0:1 / /a rw - cgroup  rw,pids\n", "v1\n/a [] pids\n" }, /* the source is "" */
	{ "1 2 0:1 / /a rw - cgroup x rw,pids", "v1\n/a [] pids\n" },  /* no end of line */
	/* a v1 hierarchy of no controller that is known */
	{ "1 2 0:1 / /a rw - cgroup x rw,xattr\n", "none\n" },
	{ "1 2 0:1 / /a rw - cgroup x rw,name=\n", "none\n" },
	/* octal escapes */
	{ "1 2 0:1 / /my\\040cg\\011\\134x rw - cgroup2 x rw\n", "v2\n/my cg\t\\x [] 2\n" },
	{ "1 2 0:1 /s\\040t /a rw - cgroup2 x rw\n", "v2\n/a [/s t] 2\n" },
	{ "1 2 0:1 / /a\\04 rw - cgroup2 x rw\n", "v2\n/a\\04 [] 2\n" }, /* no escape */
	/* more than one mount: the one that shows most of it, then the first */
	{ MEMORY "36 30 0:28 / /again rw - cgroup cgroup rw,memory\n",
	  "v1\n/cg/memory [] memory\n" },
	{ "36 30 0:28 /sub /bound rw - cgroup cgroup rw,memory\n" MEMORY,
	  "v1\n/cg/memory [] memory\n" },
	{ MEMORY "36 30 0:28 /sub /bound rw - cgroup cgroup rw,memory\n",
	  "v1\n/cg/memory [] memory\n" },
	{ "1 2 0:1 /a/b /x rw - cgroup2 x rw\n1 2 0:1 /a /y rw - cgroup2 x rw\n"
	  "1 2 0:1 /a /z rw - cgroup2 x rw\n",
	  "v2\n/y [/a] 2\n" },
	/* a container: part of the tree; a cgroup namespace: outside of its own root */
	{ "1 2 0:1 /docker/0123 /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n",
	  "v1\n/sys/fs/cgroup/pids [/docker/0123] pids\n" },
	{ "1 2 0:1 /.. /a rw - cgroup2 x rw\n", "v2\n/a [/..] 2\n" },
	/* what looks like a cgroup mount */
	{ "1 2 0:1 / /cgroup rw - tmpfs cgroup rw,cpu\n", "none\n" },
	{ "1 2 0:1 / /a rw - cgroup3 x rw,cpu\n", "none\n" },
	{ "1 2 0:1 / /a rw - fuse.cgroup cgroup rw,cpu\n", "none\n" },
	/* what the kernel does not write */
	{ "\n\n1\n1 2\n1 2 3 4\n1 2 3 4 5 6 7 8\n - cgroup x cpu\n", "none\n" },
	{ "1 2 0:1 / /a rw - cgroup\n1 2 0:1 / /a rw - cgroup x\n", "none\n" },
	{ "1 2 0:1 / /a rw cgroup x rw,cpu\n" MEMORY, "v1\n/cg/memory [] memory\n" },
};

/* The mode, then "MOUNT [ROOT] CONTROLLERS" or "2" a line; to be freed. */
static char *dump(const struct hierarchies *hierarchies)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	(void)fprintf(out, "%s\n", cgroup_mode_name(hierarchies->mode));
	for (size_t i = 0; i < hierarchies->n; i++) {
		const struct hierarchy *item = &hierarchies->items[i];

		ck_assert_int_eq(item->fd, -1);
		ck_assert(!item->unified || item->controllers[0] == '\0');
		(void)fprintf(out, "%s [%s] %s\n", item->mount, item->root,
			      item->unified ? "2" : item->controllers);
	}
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

START_TEST(finds_the_hierarchies_in_the_mount_table)
{
	struct hierarchies hierarchies;
	cleanup_free char *got = NULL;

	ck_assert_int_eq(hierarchies_parse(&hierarchies, parse_rows[_i].mountinfo, NULL), 0);
	got = dump(&hierarchies);
	ck_assert_str_eq(got, parse_rows[_i].want);
	hierarchies_done(&hierarchies);
	ck_assert_uint_eq(hierarchies.n, 0);
}
END_TEST

START_TEST(keeps_as_many_as_a_mask_has_bits)
{
	struct hierarchies hierarchies;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	uint32_t mask;

	for (int i = 0; i < 50; i++)
		(void)fprintf(out, "1 2 0:1 / /%d rw - cgroup x rw,name=n%d\n", i, i);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(hierarchies_parse(&hierarchies, text, NULL), 0);
	free(text);
	ck_assert_uint_eq(hierarchies.n, HIERARCHIES_MAX);
	ck_assert_str_eq(hierarchies.items[31].mount, "/31");
	ck_assert_int_eq(hierarchies_resolve(&hierarchies, "*", &mask, NULL, NULL), 0);
	ck_assert_uint_eq(mask, UINT32_MAX);
	hierarchies_done(&hierarchies);
}
END_TEST

/* ---- what cannot be used --------------------------------------------------------------------- */

static unsigned probed;

/* Mounts at /bad… cannot be used; what can has a descriptor. */
static int probe(struct hierarchy *hierarchy)
{
	probed++;
	if (strncmp(hierarchy->mount, "/bad", 4) == 0)
		return -ENODEV;
	hierarchy->fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return 0;
}

START_TEST(takes_another_mount_for_one_that_cannot_be_used)
{
	static const char text[] = "1 2 0:1 / /bad rw - cgroup2 x rw\n"
				   "1 2 0:1 /sub /good rw - cgroup2 x rw\n"
				   "1 2 0:1 / /bad2 rw - cgroup x rw,cpu\n"
				   "1 2 0:1 / /good2 rw - cgroup x rw,pids\n"
				   "1 2 0:1 /sub /good3 rw - cgroup x rw,pids\n";
	struct hierarchies hierarchies;

	ck_assert_int_eq(hierarchies_parse(&hierarchies, text, probe), 0);
	ck_assert_uint_eq(probed, 5);
	ck_assert_uint_eq(hierarchies.n, 2);
	ck_assert_str_eq(hierarchies.items[0].mount, "/good");
	ck_assert_str_eq(hierarchies.items[1].mount, "/good2");
	ck_assert_int_ge(hierarchies.items[0].fd, 0);
	ck_assert_int_ge(hierarchies.items[1].fd, 0);
	hierarchies_done(&hierarchies); /* with the descriptors */
	ck_assert_int_eq(hierarchies_parse(&hierarchies, "1 2 0:1 / /bad rw - cgroup2 x rw", probe),
			 0);
	ck_assert_int_eq(hierarchies.mode, CGROUP_NONE);
	hierarchies_done(&hierarchies);
}
END_TEST

/* ---- which of them a rule means -------------------------------------------------------------- */

/* The hierarchies of a row, the v2 tree with these controllers at its root. */
static void parse_mounts(struct hierarchies *hierarchies, const char *mountinfo,
			 const char *unified_has)
{
	ck_assert_int_eq(hierarchies_parse(hierarchies, mountinfo, NULL), 0);
	for (size_t i = 0; i < hierarchies->n; i++) {
		if (!hierarchies->items[i].unified)
			continue;
		free(hierarchies->items[i].controllers);
		hierarchies->items[i].controllers = strdup(unified_has);
	}
}

#define V1     CPU MEMORY BLKIO SYSTEMD /* bits 1, 2, 4, 8 */
#define HYBRID CPU SYSTEMD UNIFIED	/* bits 1, 2, 4 */

static const struct {
	const char *mounts, *unified_has, *controllers;
	uint32_t mask;	     /* 0: none of them, -ENOENT */
	const char *missing; /* with the rest of the list */
} resolve_rows[] = {
	{ V1, "", "cpu", 1, NULL },
	{ V1, "", "cpuacct", 1, NULL },
	{ V1, "", "cpu,cpuacct", 1, NULL },
	{ V1, "", "cpu,memory", 3, NULL },
	{ V1, "", "blkio,memory,cpu", 7, NULL },
	{ V1, "", "*", 7, NULL }, /* not name=systemd */
	{ V1, "", "name=systemd", 8, NULL },
	{ V1, "", "systemd", 8, NULL },
	{ V1, "", "cpu,freezer", 0, "freezer" },
	{ V1, "", "nonsense,cpu", 0, "nonsense,cpu" },
	{ V1, "", "cp", 0, "cp" },
	{ V1, "", "cpuset", 0, "cpuset" },
	{ V1, "", "cgroup", 0, "cgroup" },
	{ HYBRID, "", "cgroup", 4, NULL },
	{ HYBRID, "", "cpu,cgroup", 5, NULL },
	{ HYBRID, "", "*", 5, NULL },
	{ HYBRID, "pids io", "pids", 4, NULL }, /* the tree has it */
	{ HYBRID, "pids io", "io,pids,cpu", 5, NULL },
	{ HYBRID, "pids io", "memory", 0, "memory" }, /* nobody has it */
	{ HYBRID, "", "systemd", 2, NULL },
	{ UNIFIED, "cpu memory", "cpu", 1, NULL },
	{ UNIFIED, "cpu memory", "cpu,memory,cgroup", 1, NULL },
	{ UNIFIED, "cpu memory", "*", 1, NULL },
	{ UNIFIED, "cpu memory", "pids", 1, NULL }, /* not to give now */
	{ UNIFIED, "cpu memory", "blkio,cpuacct,freezer,net_cls,devices", 1, NULL }, /* of v1 */
	{ UNIFIED, "", "cpu", 1, NULL },
	{ UNIFIED, "cpu memory", "nonsense", 0, "nonsense" },
	{ UNIFIED, "cpu memory", "cpu,nonsense,io", 0, "nonsense,io" },
	{ "", "", "cpu", 0, "cpu" },
};

START_TEST(finds_the_hierarchies_of_a_list)
{
	const char *missing = NULL;
	struct hierarchies hierarchies;
	size_t len = 0;
	uint32_t mask = 0;
	int r;

	parse_mounts(&hierarchies, resolve_rows[_i].mounts, resolve_rows[_i].unified_has);
	r = hierarchies_resolve(&hierarchies, resolve_rows[_i].controllers, &mask, &missing, &len);
	ck_assert_int_eq(r, resolve_rows[_i].missing ? -ENOENT : 0);
	ck_assert_uint_eq(mask, resolve_rows[_i].mask);
	ck_assert_pstr_eq(missing, resolve_rows[_i].missing);
	ck_assert_uint_eq(len, missing ? strcspn(missing, ",") : 0);
	hierarchies_done(&hierarchies);
}
END_TEST

/* ---- where a process is ---------------------------------------------------------------------- */

static const struct {
	const char *mount; /* of one hierarchy */
	const char *proc_cgroup, *want;
} path_rows[] = {
	{ MEMORY, "5:memory:/a/b\n4:cpu,cpuacct:/c\n0::/d\n", "a/b" },
	{ CPU, "5:memory:/a/b\n4:cpu,cpuacct:/c\n0::/d\n", "c" },
	{ CPU, "4:cpuacct,cpu:/c\n", "c" },
	{ UNIFIED, "5:memory:/a/b\n4:cpu,cpuacct:/c\n0::/d/e\n", "d/e" },
	{ SYSTEMD, "1:name=systemd:/x y\n", "x y" },
	{ MEMORY, "5:memory:/\n", "" },
	{ UNIFIED, "0::/", "" },
	{ UNIFIED, "0::/a:b:c\n", "a:b:c" },
	{ UNIFIED, "0::/a (deleted)\n", "a (deleted)" },
	{ MEMORY, "0::/d\n", NULL },
	{ MEMORY, "5:memory2:/a\n", NULL },
	{ UNIFIED, "5:memory:/a\n", NULL },
	{ UNIFIED, "", NULL },
	{ UNIFIED, "0:\n0\n\n", NULL },
	/* a mount of a part */
	{ "1 2 0:1 /s/t /a rw - cgroup2 x rw\n", "0::/s/t/u/v\n", "u/v" },
	{ "1 2 0:1 /s/t /a rw - cgroup2 x rw\n", "0::/s/t\n", "" },
	{ "1 2 0:1 /s/t /a rw - cgroup2 x rw\n", "0::/s/tu\n", NULL },
	{ "1 2 0:1 /s/t /a rw - cgroup2 x rw\n", "0::/s\n", NULL },
	{ "1 2 0:1 /s/t /a rw - cgroup2 x rw\n", "0::/\n", NULL },
	{ "1 2 0:1 /.. /a rw - cgroup2 x rw\n", "0::/../b\n", "b" },
	{ "1 2 0:1 /.. /a rw - cgroup2 x rw\n", "0::/b\n", NULL },
};

START_TEST(finds_where_a_process_is)
{
	struct hierarchies hierarchies;
	const char *path = NULL;
	size_t len = 0;
	bool found;

	ck_assert_int_eq(hierarchies_parse(&hierarchies, path_rows[_i].mount, NULL), 0);
	found = hierarchy_find_path(&hierarchies.items[0], path_rows[_i].proc_cgroup, &path, &len);
	ck_assert_int_eq(found, path_rows[_i].want != NULL);
	if (found) {
		ck_assert_uint_eq(len, strlen(path_rows[_i].want));
		ck_assert_int_eq(strncmp(path, path_rows[_i].want, len), 0);
	}
	hierarchies_done(&hierarchies);
}
END_TEST

/* ---- lists ----------------------------------------------------------------------------------- */

static const struct {
	const char *list, *name;
	bool has;
} list_rows[] = {
	{ "cpu,memory", "cpu", true },	   { "cpu,memory", "memory", true },
	{ "cpu memory", "memory", true },  { "cpu", "cpu", true },
	{ "cpu,memory", "cp", false },	   { "cpu,memory", "cpuset", false },
	{ "cpuset,memory", "cpu", false }, { "", "cpu", false },
	{ ",cpu,", "cpu", true },	   { "name=a,b", "name=a", true },
};

START_TEST(list_has_a_controller)
{
	ck_assert_int_eq(controllers_have(list_rows[_i].list, list_rows[_i].name,
					  strlen(list_rows[_i].name)),
			 list_rows[_i].has);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("hierarchy");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, finds_the_hierarchies_in_the_mount_table, 0,
			    ARRAY_SIZE(parse_rows));
	tcase_add_test(tcase, keeps_as_many_as_a_mask_has_bits);
	tcase_add_test(tcase, takes_another_mount_for_one_that_cannot_be_used);
	tcase_add_loop_test(tcase, finds_the_hierarchies_of_a_list, 0, ARRAY_SIZE(resolve_rows));
	tcase_add_loop_test(tcase, finds_where_a_process_is, 0, ARRAY_SIZE(path_rows));
	tcase_add_loop_test(tcase, list_has_a_controller, 0, ARRAY_SIZE(list_rows));
	return run_tests(tcase);
}
