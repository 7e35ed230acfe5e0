/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filter on a socket of another kind, that the test's own children send to: the kernel runs it
 * in them, as it does for the connector in who executes. Without the right to load one there is
 * nothing to see. */
#include "config.h"

#include "source/exec-filter.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/event.h"
#include "source/connector-filter.h"
#include "tests/unit/helpers.h"

#define ALL_KINDS (EVENT_MASK(EVENT_SCAN) - 1)
#define MARK	  7 /* an exec's number that no process has */

struct datagram {
	unsigned char before[36];
	uint32_t what, cpu;
	uint64_t time_ns;
	uint32_t data[6];
} __attribute__((packed));

static struct exec_filter *filter;
static int fds[2];

static void open_all(void)
{
	const char *tried;
	int r = exec_filter_new(EXEC_FILTER_BTF, &filter, &tried);

	ck_assert_msg(r == 0 || geteuid() != 0 || r == -ENOENT || r == -EPERM || r == -ENOSYS,
		      "%s: %s", tried, strerror(-r));
	if (r < 0)
		filter = NULL;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
}

static void close_all(void)
{
	exec_filter_free(filter);
	filter = NULL;
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static struct datagram datagram_of(uint32_t what, uint32_t tgid, uint64_t time_ns)
{
	return (struct datagram){ .what = what, .time_ns = time_ns, .data = { tgid, tgid, 9, 9 } };
}

static bool arrives(void)
{
	char buf[256];
	ssize_t got = recv(fds[1], buf, sizeof(buf), MSG_DONTWAIT);

	ck_assert(got == (ssize_t)sizeof(struct datagram) || (got < 0 && errno == EAGAIN));
	return got > 0;
}

static bool passes(const struct datagram *datagram)
{
	ck_assert_int_eq(send(fds[0], datagram, sizeof(*datagram), MSG_DONTWAIT),
			 (ssize_t)sizeof(*datagram));
	return arrives();
}

/* Who executes, in a process of its own. */
struct executor {
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;
	int n_groups;
	gid_t groups[40];
};

static bool passes_of(const struct executor *who)
{
	const struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (syscall(SYS_setgroups, who->n_groups, who->groups) < 0 ||
		    syscall(SYS_setresgid, who->rgid, who->egid, who->sgid) < 0 ||
		    syscall(SYS_setresuid, who->ruid, who->euid, who->suid) < 0)
			_exit(1);
		_exit(send(fds[0], &datagram, sizeof(datagram), 0) < 0);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	return arrives();
}

static const struct {
	struct executor who;
	bool passes;
} rows[] = {
	{ { 100, 100, 100, 5, 5, 5, 0, { 0 } }, true },
	{ { 100, 101, 100, 5, 5, 5, 0, { 0 } }, false }, /* only the effective one counts */
	{ { 101, 100, 101, 5, 5, 5, 0, { 0 } }, true },
	{ { 0, 0, 0, 0, 0, 0, 0, { 0 } }, false },
	{ { 200, 200, 200, 5, 5, 5, 0, { 0 } }, false }, /* a group's number */
	{ { 101, 101, 101, 200, 200, 200, 0, { 0 } }, true },
	{ { 101, 101, 101, 200, 201, 200, 0, { 0 } }, false },
	{ { 101, 101, 101, 201, 200, 201, 0, { 0 } }, true },
	{ { 101, 101, 101, 100, 100, 100, 0, { 0 } }, false }, /* a user's number */
	{ { 101, 101, 101, 5, 5, 5, 3, { 1, 2, 200 } }, true },
	{ { 101, 101, 101, 5, 5, 5, 3, { 1, 2, 3 } }, false },
	{ { 101, 101, 101, 5, 5, 5, 32, { [31] = 200 } }, true },
	{ { 101, 101, 101, 5, 5, 5, 32, { [31] = 199 } }, false },
	{ { 101, 101, 101, 5, 5, 5, 33, { [32] = 199 } }, true }, /* too many to look at */
};

START_TEST(execs_by_others_end_in_the_kernel)
{
	uint32_t uids[] = { 99, 100 };
	uint32_t gids[] = { 200, 300 };
	const struct exec_audience audience = {
		.uids = uids, .gids = gids, .n_uids = 2, .n_gids = 2
	};
	uint64_t dropped;

	if (!filter)
		return;
	dropped = exec_filter_count(filter);
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &audience), 0);
	ck_assert_int_eq(passes_of(&rows[_i].who), rows[_i].passes);
	ck_assert_uint_eq(exec_filter_count(filter) - dropped, !rows[_i].passes);
}
END_TEST

START_TEST(other_events_are_everybodys)
{
	static const uint32_t others[] = { PROC_EVENT_UID, PROC_EVENT_GID, PROC_EVENT_EXIT,
					   PROC_EVENT_FORK, PROC_EVENT_NONE };
	uint32_t nobody[] = { 12345 };
	const struct exec_audience audience = { .uids = nobody, .n_uids = 1 };
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &audience), 0);
	ck_assert(!passes(&datagram));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		datagram = datagram_of(others[i], MARK, 1);
		ck_assert(passes(&datagram));
	}
}
END_TEST

START_TEST(an_audience_of_nobody_drops_all)
{
	const struct exec_audience nobody = { 0 };
	const struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &nobody), 0);
	ck_assert(!passes(&datagram));
}
END_TEST

/* Each kind for itself, and new threads: the same as by the plain one. */
START_TEST(does_what_the_plain_filter_does)
{
	const struct exec_audience everybody = { .everybody = true };
	static const uint32_t whats[] = { PROC_EVENT_NONE, PROC_EVENT_FORK, PROC_EVENT_EXEC,
					  PROC_EVENT_UID,  PROC_EVENT_GID,  PROC_EVENT_SID,
					  PROC_EVENT_COMM, PROC_EVENT_EXIT, 0x100,
					  0x20000000 };

	if (!filter)
		return;
	for (unsigned kind = 0; kind <= EVENT_SCAN; kind++) {
		unsigned kinds = kind == EVENT_SCAN ? ALL_KINDS : EVENT_MASK(kind);
		struct sock_filter plain[CONNECTOR_FILTER_LEN];
		const struct sock_fprog fprog = { CONNECTOR_FILTER_LEN, plain };

		for (size_t i = 0; i < ARRAY_SIZE(whats) * 2; i++) {
			struct datagram datagram =
				datagram_of(whats[i % ARRAY_SIZE(whats)], MARK, 1);
			bool want;

			datagram.data[2] += i >= ARRAY_SIZE(whats);
			connector_filter_build(kinds, plain);
			ck_assert_int_eq(setsockopt(fds[1], SOL_SOCKET, SO_ATTACH_FILTER, &fprog,
						    sizeof(fprog)),
					 0);
			want = passes(&datagram);
			ck_assert_int_eq(exec_filter_attach(filter, fds[1], kinds, &everybody), 0);
			ck_assert_msg(passes(&datagram) == want, "kinds %#x, event %#x", kinds,
				      datagram.what);
		}
	}
}
END_TEST

START_TEST(notes_are_of_one_exec)
{
	const struct exec_audience everybody = { .everybody = true };
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 77);
	struct exec_facts facts;

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &everybody), 0);
	ck_assert(!exec_filter_find(filter, MARK, 77, &facts));
	ck_assert(passes(&datagram));
	if (!exec_filter_find(filter, MARK, 77, &facts))
		return; /* a kernel without numbers of processes */
	ck_assert_uint_ne(facts.identity, 0);
	ck_assert(!exec_filter_find(filter, MARK, 78, &facts));
	ck_assert(!exec_filter_find(filter, MARK + 4096, 77, &facts));
	datagram = datagram_of(PROC_EVENT_EXEC, MARK + 4096, 78);
	ck_assert(passes(&datagram));
	ck_assert(exec_filter_find(filter, MARK + 4096, 78, &facts));
	ck_assert(!exec_filter_find(filter, MARK, 77, &facts));
}
END_TEST

START_TEST(knows_who_was_started_by_another_name)
{
	const struct exec_audience everybody = { .everybody = true };
	static const char *const others[] = { "x", "", "test-exec-filt", "test-exec-filte2" };
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);
	struct exec_facts facts;

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &everybody), 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "test-exec-filter"), 0);
	ck_assert(passes(&datagram));
	if (!exec_filter_find(filter, MARK, 1, &facts))
		return;
	ck_assert(facts.has_one_name);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(prctl(PR_SET_NAME, others[i]), 0);
		datagram.time_ns++;
		ck_assert(passes(&datagram));
		ck_assert(exec_filter_find(filter, MARK, datagram.time_ns, &facts));
		ck_assert_msg(!facts.has_one_name, "\"%s\"", others[i]);
	}
}
END_TEST

START_TEST(says_what_is_missing)
{
	struct exec_filter *none = NULL;
	const char *tried = NULL;

	ck_assert_int_eq(exec_filter_new("/nonexistent", &none, &tried), -ENOENT);
	ck_assert_str_eq(tried, "the kernel's BTF");
	ck_assert_int_eq(exec_filter_new("/proc/self/comm", &none, &tried), -EBADMSG);
	ck_assert_ptr_null(none);
	exec_filter_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("exec-filter");

	tcase_add_checked_fixture(tcase, open_all, close_all);
	tcase_add_loop_test(tcase, execs_by_others_end_in_the_kernel, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, other_events_are_everybodys);
	tcase_add_test(tcase, an_audience_of_nobody_drops_all);
	tcase_add_test(tcase, does_what_the_plain_filter_does);
	tcase_add_test(tcase, notes_are_of_one_exec);
	tcase_add_test(tcase, knows_who_was_started_by_another_name);
	tcase_add_test(tcase, says_what_is_missing);
	return run_tests(tcase);
}
