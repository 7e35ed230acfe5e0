/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/state.h */
#include "config.h"

#include "engine/state.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "helpers.h"

static char *path;
static char seen[1024]; /* what was read, a line a fact */

static void setup(void)
{
	dir_make();
	path = dir_join("state");
}

static void teardown(void)
{
	free(path);
	dir_remove();
}

static void see(const char *line)
{
	size_t len = strlen(seen);

	(void)snprintf(seen + len, sizeof(seen) - len, "%s\n", line);
}

static void see_sticky(void *arg, const struct sticky_entry *entry)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "sticky %d %" PRIu64 " %d %" PRIu64, (int)entry->tgid,
		       entry->start_ticks, entry->children, entry->since_ticks);
	see(line);
	ck_assert_ptr_eq(arg, seen);
}

static void see_unsticky(void *arg, pid_t tgid)
{
	char line[32];

	(void)arg;
	(void)snprintf(line, sizeof(line), "unsticky %d", (int)tgid);
	see(line);
}

static void see_group(void *arg, const char *hierarchy, const char *group)
{
	char line[256];

	(void)arg;
	(void)snprintf(line, sizeof(line), "group [%s] [%s]", hierarchy, group);
	see(line);
}

static const struct state_reader reader = { see_sticky, see_unsticky, see_group };

static void assert_loads(const char *want)
{
	seen[0] = '\0';
	ck_assert_int_eq(state_load(path, &reader, seen), 0);
	ck_assert_str_eq(seen, want);
}

static const struct sticky_entry entry = { 4711, UINT64_MAX, true, 123 };

START_TEST(remembers_facts_in_order)
{
	struct state *state = state_begin(path);

	ck_assert_ptr_nonnull(state);
	ck_assert_int_eq(state_add_sticky(state, &entry), 0);
	ck_assert_int_eq(state_add_group(state, "cpu,cpuacct", "a/my group"), 0);
	ck_assert_uint_eq(state_lines(state), 2);
	ck_assert_int_eq(state_load(path, &reader, seen), -ENOENT); /* not yet in its place */
	ck_assert_int_eq(state_commit(state), 0);
	ck_assert_int_eq(state_add_unsticky(state, 4711), 0); /* after the commit too */
	assert_loads("sticky 4711 18446744073709551615 1 123\ngroup [cpu,cpuacct] [a/my group]\n"
		     "unsticky 4711\n");
	state_free(state);
	assert_loads("sticky 4711 18446744073709551615 1 123\ngroup [cpu,cpuacct] [a/my group]\n"
		     "unsticky 4711\n");
	ck_assert(!dir_has("state.new"));
}
END_TEST

START_TEST(file_is_for_nobody_else)
{
	struct state *state = state_begin(path);
	struct stat st;

	ck_assert_int_eq(state_commit(state), 0);
	ck_assert_int_eq(fstatat(dir_fd, "state", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	state_free(state);
}
END_TEST

START_TEST(new_file_takes_the_place_of_the_old)
{
	struct state *old = state_begin(path);
	struct state *new;

	ck_assert_int_eq(state_add_unsticky(old, 1), 0);
	ck_assert_int_eq(state_commit(old), 0);
	new = state_begin(path);
	ck_assert_int_eq(state_add_unsticky(new, 2), 0);
	assert_loads("unsticky 1\n");
	ck_assert_int_eq(state_commit(new), 0);
	assert_loads("unsticky 2\n");
	state_free(old);
	state_free(new);
}
END_TEST

/* The header of this boot, and the text. */
static void write_state(const char *text)
{
	cleanup_free char *all = NULL;
	char boot_id[64];
	ssize_t len =
		file_read_buf(-1, "/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));

	ck_assert_int_gt(len, 0);
	ck_assert_int_ge(asprintf(&all, "cgred-state 1 %s%s", boot_id, text), 0);
	dir_write("state", all);
}

static const struct {
	const char *text, *want;
} rows[] = {
	{ "", "" },
	{ "unsticky 1\n", "unsticky 1\n" },
	{ "unsticky 1", "" }, /* cut */
	{ "unsticky 1\nunsticky 22", "unsticky 1\n" },
	{ "sticky 1 2 0 3\n", "sticky 1 2 0 3\n" },
	{ "sticky 1 2 3\n", "" },
	{ "sticky 1 2\nunsticky 1\n", "unsticky 1\n" },
	{ "sticky -1 2 0 3\nsticky x 2 0 3\nsticky 4294967296 2 0 3\n", "" },
	{ "unsticky\nunsticky x\nunsticky 2147483648\nunsticky 1 2\n", "unsticky 1\n" },
	{ "group cpu\ngroup cpu \ngroup  a\n", "group [] [a]\n" },
	{ "nonsense 1\n\n \n", "" },
};

START_TEST(reads_whole_lines_only)
{
	write_state(rows[_i].text);
	assert_loads(rows[_i].want);
}
END_TEST

static const char *const foreign[] = {
	"",
	"nonsense",
	"cgred-state 1 00000000-0000-0000-0000-000000000000\nunsticky 1\n",
	"cgred-state 2 x\nunsticky 1\n",
};

START_TEST(file_of_another_boot_says_nothing)
{
	dir_write("state", foreign[_i]);
	assert_loads("");
}
END_TEST

/* A limit on the size of a file cuts a write, as a full disk does. */
START_TEST(fact_that_was_cut_spoils_no_other)
{
	struct state *state = state_begin(path);
	struct rlimit old, small;
	struct stat st;

	ck_assert_int_eq(state_add_unsticky(state, 1), 0);
	ck_assert_int_eq(state_commit(state), 0);
	ck_assert_int_eq(fstatat(dir_fd, "state", &st, 0), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){ (rlim_t)st.st_size + 10, old.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_lt(state_add_unsticky(state, 22), 0); /* up to the first digit */
	ck_assert_int_lt(state_add_unsticky(state, 33), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
	ck_assert_int_eq(state_add_unsticky(state, 44), 0);
	assert_loads("unsticky 1\nunsticky 44\n");
	state_free(state);
}
END_TEST

START_TEST(refuses_what_cannot_be_a_line)
{
	cleanup_free char *longest = repeat('x', 10000);
	struct state *state = state_begin(path);

	ck_assert_int_eq(state_add_group(state, "cpu", longest), -ENAMETOOLONG);
	ck_assert_int_eq(state_add_group(state, "cpu", "a"), 0);
	ck_assert_int_eq(state_commit(state), 0);
	assert_loads("group [cpu] [a]\n");
	state_free(state);
}
END_TEST

START_TEST(says_why_it_cannot_begin)
{
	cleanup_free char *none = dir_join("none/state");

	errno = 0;
	ck_assert_ptr_null(state_begin(none));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(symlinkat("/dev/full", dir_fd, "state.new"), 0);
	ck_assert_ptr_null(state_begin(path));
	state_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("state");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, remembers_facts_in_order);
	tcase_add_test(tcase, file_is_for_nobody_else);
	tcase_add_test(tcase, new_file_takes_the_place_of_the_old);
	tcase_add_loop_test(tcase, reads_whole_lines_only, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, file_of_another_boot_says_nothing, 0, ARRAY_SIZE(foreign));
	tcase_add_test(tcase, fact_that_was_cut_spoils_no_other);
	tcase_add_test(tcase, refuses_what_cannot_be_a_line);
	tcase_add_test(tcase, says_why_it_cannot_begin);
	return run_tests(tcase);
}
