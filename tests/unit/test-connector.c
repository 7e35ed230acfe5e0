/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be checked without the kernel's connector: the decoder, and the filter on sockets of
 * another kind. */
#include "config.h"

#include "source/connector.h"

#include <check.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/event.h"
#include "source/connector-decode.h"
#include "source/connector-filter.h"

#define ALL_KINDS (EVENT_MASK(EVENT_SCAN) - 1)
#define TIME_NS	  0x0123456789abcdefULL

/* A datagram as the kernel sends it: 16 + 20 + 40 bytes. Packed, as the event is misaligned. */
struct datagram {
	struct nlmsghdr nlh;
	struct {
		struct cb_id id;
		uint32_t seq, ack;
		uint16_t len, flags;
	} cn;
	uint32_t what, cpu;
	uint64_t time_ns;
	int32_t data[6];
} __attribute__((packed));

_Static_assert(sizeof(struct datagram) == 76, "as long as the kernel's");

static struct datagram datagram_of(uint32_t what, int32_t a, int32_t b, int32_t c, int32_t d)
{
	struct datagram datagram = {
		.nlh = { .nlmsg_len = sizeof(datagram), .nlmsg_type = NLMSG_DONE },
		.cn = { .id = { CN_IDX_PROC, CN_VAL_PROC }, .seq = 9, .ack = 78, .len = 40 },
		.what = what,
		.cpu = 1,
		.time_ns = TIME_NS,
		.data = { a, b, c, d, 0, 0 },
	};

	return datagram;
}

/* From an odd address, as long as it says: sanitizers see a read behind the end, or a misaligned
 * one. */
static bool decode(const void *bytes, size_t len, struct event *ret_event)
{
	char *copy = malloc(len + 1);
	bool decoded;

	if (!copy)
		return false;
	memcpy(copy + 1, bytes, len);
	decoded = connector_decode(copy + 1, len, ret_event);
	free(copy);
	return decoded;
}

static const struct {
	uint32_t what;
	int32_t data[4];
	struct event want;
} good[] = {
	{ PROC_EVENT_FORK, { 10, 11, 12, 13 }, { EVENT_FORK, 12, 13, 11, TIME_NS, 0 } },
	{ PROC_EVENT_FORK, { 0, 0, 2, 2 }, { EVENT_FORK, 2, 2, 0, TIME_NS, 0 } },
	{ PROC_EVENT_EXEC, { 20, 21, -1, -1 }, { EVENT_EXEC, 20, 21, 0, TIME_NS, 0 } },
	{ PROC_EVENT_UID, { 30, 31, 0, -1 }, { EVENT_UID, 30, 31, 0, TIME_NS, 0 } },
	{ PROC_EVENT_GID, { 40, 41, 0, -1 }, { EVENT_GID, 40, 41, 0, TIME_NS, 0 } },
	{ PROC_EVENT_SID, { 50, 51, 0, 0 }, { EVENT_SID, 50, 51, 0, TIME_NS, 0 } },
	{ PROC_EVENT_COMM, { 60, 61, 0x6c6c6562, 0 }, { EVENT_COMM, 60, 61, 0, TIME_NS, 0 } },
	{ PROC_EVENT_EXIT, { 70, 71, 256, 17 }, { EVENT_EXIT, 70, 71, 0, TIME_NS, 0 } },
	{ PROC_EVENT_EXIT, { INT32_MAX, 1, 0, 0 }, { EVENT_EXIT, INT32_MAX, 1, 0, TIME_NS, 0 } },
};

START_TEST(decodes_each_kind)
{
	struct event want = good[_i].want;
	const int32_t *data = good[_i].data;
	struct datagram datagram = datagram_of(good[_i].what, data[0], data[1], data[2], data[3]);
	struct event event;

	ck_assert(decode(&datagram, sizeof(datagram), &event));
	ck_assert_int_eq(event.kind, want.kind);
	ck_assert_int_eq(event.tid, want.tid);
	ck_assert_int_eq(event.tgid, want.tgid);
	ck_assert_int_eq(event.parent_tgid, want.parent_tgid);
	ck_assert_uint_eq(event.time_ns, want.time_ns);
}
END_TEST

static const struct {
	uint32_t what;
	int32_t data[4];
} bad[] = {
	{ PROC_EVENT_NONE, { 1, 1, 1, 1 } },
	{ PROC_EVENT_PTRACE, { 1, 1, 1, 1 } },
	{ PROC_EVENT_COREDUMP, { 1, 1, 1, 1 } },
	{ 0x20000000, { 1, 1, 1, 1 } }, /* PROC_EVENT_NONZERO_EXIT: only in masks */
	{ PROC_EVENT_FORK | PROC_EVENT_EXEC, { 1, 1, 1, 1 } },
	{ UINT32_MAX, { 1, 1, 1, 1 } },
	{ PROC_EVENT_EXEC, { 0, 1, 1, 1 } },
	{ PROC_EVENT_EXEC, { 1, 0, 1, 1 } },
	{ PROC_EVENT_EXEC, { -1, 1, 1, 1 } },
	{ PROC_EVENT_EXIT, { 1, INT32_MIN, 1, 1 } },
	{ PROC_EVENT_FORK, { 1, 1, 0, 1 } },
	{ PROC_EVENT_FORK, { 1, 1, 1, -1 } },
	{ PROC_EVENT_FORK, { 1, -1, 1, 1 } },
};

START_TEST(refuses_what_is_no_event_of_a_process)
{
	const int32_t *data = bad[_i].data;
	struct datagram datagram = datagram_of(bad[_i].what, data[0], data[1], data[2], data[3]);
	struct event event = { .tid = 4711 };

	ck_assert(!decode(&datagram, sizeof(datagram), &event));
	ck_assert_int_eq(event.tid, 4711);
}
END_TEST

START_TEST(refuses_datagram_cut_anywhere)
{
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, 1, 1, 0, 0);
	struct event event;

	for (size_t len = 0; len < sizeof(datagram); len++)
		ck_assert_msg(!decode(&datagram, len, &event), "%zu bytes", len);
	ck_assert(decode(&datagram, sizeof(datagram), &event));
}
END_TEST

START_TEST(refuses_wrong_header)
{
	const struct datagram right = datagram_of(PROC_EVENT_EXEC, 1, 1, 0, 0);
	struct datagram wrong[9];
	struct event event;

	for (size_t i = 0; i < 9; i++)
		wrong[i] = right;
	wrong[0].nlh.nlmsg_type = NLMSG_ERROR;
	wrong[1].nlh.nlmsg_type = NLMSG_MIN_TYPE;
	wrong[2].nlh.nlmsg_len = sizeof(right) + 1;
	wrong[3].nlh.nlmsg_len = 0;
	wrong[4].nlh.nlmsg_len = UINT32_MAX;
	wrong[5].cn.id.idx = CN_IDX_CIFS;
	wrong[6].cn.id.val = CN_VAL_PROC + 1;
	wrong[7].cn.len = 31;
	wrong[8].cn.len = 41;
	for (size_t i = 0; i < 9; i++)
		ck_assert_msg(!decode(&wrong[i], sizeof(wrong[i]), &event), "header %zu", i);
}
END_TEST

/* The union at the end of struct proc_event has grown before (comm, the parent of an exit). */
START_TEST(takes_shorter_and_longer_events)
{
	struct datagram datagram = datagram_of(PROC_EVENT_EXIT, 5, 6, 0, 0);
	unsigned char bytes[200] = { 0 };
	struct event event;

	datagram.cn.len = 32;
	datagram.nlh.nlmsg_len = 68;
	ck_assert(decode(&datagram, 68, &event));
	datagram.cn.len = (uint16_t)(sizeof(bytes) - 36);
	datagram.nlh.nlmsg_len = sizeof(bytes);
	memcpy(bytes, &datagram, sizeof(datagram));
	ck_assert(decode(bytes, sizeof(bytes), &event));
	ck_assert_int_eq(event.tgid, 6);
}
END_TEST

START_TEST(decodes_acknowledgement)
{
	struct datagram datagram = datagram_of(PROC_EVENT_NONE, EPERM, 0, 0, 0);
	uint32_t ack = 0;
	uint32_t error = 0;

	ck_assert(connector_decode_ack(&datagram, sizeof(datagram), &ack, &error));
	ck_assert_uint_eq(ack, 78);
	ck_assert_uint_eq(error, EPERM);
	ck_assert(!connector_decode_ack(&datagram, sizeof(datagram) - 1, &ack, &error));
	datagram.what = PROC_EVENT_EXEC;
	ck_assert(!connector_decode_ack(&datagram, sizeof(datagram), &ack, &error));
}
END_TEST

START_TEST(masks_what_the_kernel_sends)
{
	ck_assert_uint_eq(connector_event_mask(0), 0);
	ck_assert_uint_eq(connector_event_mask(EVENT_MASK(EVENT_SCAN)), 0);
	ck_assert_uint_eq(connector_event_mask(EVENT_MASK(EVENT_EXEC)), PROC_EVENT_EXEC);
	ck_assert_uint_eq(connector_event_mask(EVENT_MASK(EVENT_EXIT) | EVENT_MASK(EVENT_UID)),
			  0x80000004);
	ck_assert_uint_eq(connector_event_mask(UINT32_MAX), 0x800002c7);
}
END_TEST

static void attach(int fd, unsigned kinds)
{
	struct sock_filter program[CONNECTOR_FILTER_LEN];
	const struct sock_fprog fprog = { CONNECTOR_FILTER_LEN, program };

	connector_filter_build(kinds, program);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &fprog, sizeof(fprog)), 0);
}

/* The filter runs while the datagram is sent, so the answer is there at once. */
static bool passes(const int fds[2], const void *bytes, size_t len)
{
	char buf[256];
	ssize_t got;

	ck_assert_int_eq(send(fds[0], bytes, len, MSG_DONTWAIT), (ssize_t)len);
	got = recv(fds[1], buf, sizeof(buf), MSG_DONTWAIT);
	if (got < 0) {
		ck_assert_int_eq(errno, EAGAIN);
		return false;
	}
	/* Whole, or not at all. */
	ck_assert_int_eq(got, (ssize_t)len);
	return true;
}

static void open_pair(int ret_fds[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ret_fds), 0);
}

static void close_pair(const int fds[2])
{
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* Each set of kinds against each event, by the filter that the kernel runs. */
START_TEST(filter_passes_what_is_asked_for)
{
	int fds[2];

	open_pair(fds);
	for (unsigned kinds = 0; kinds <= ALL_KINDS; kinds++) {
		attach(fds[1], kinds);
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
			struct datagram datagram = datagram_of(good[i].what, 1, 1, 1, 1);
			bool want = kinds & EVENT_MASK(good[i].want.kind);

			ck_assert_msg(passes(fds, &datagram, sizeof(datagram)) == want,
				      "kinds %#x, event %#x", kinds, good[i].what);
		}
	}
	close_pair(fds);
}
END_TEST

START_TEST(filter_drops_new_threads)
{
	const struct datagram process = datagram_of(PROC_EVENT_FORK, 1, 1, 7, 7);
	const struct datagram thread = datagram_of(PROC_EVENT_FORK, 1, 1, 8, 7);
	const struct datagram of_thread = datagram_of(PROC_EVENT_EXEC, 8, 7, 8, 7);
	int fds[2];

	open_pair(fds);
	attach(fds[1], ALL_KINDS);
	ck_assert(passes(fds, &process, sizeof(process)));
	ck_assert(!passes(fds, &thread, sizeof(thread)));
	ck_assert(passes(fds, &of_thread, sizeof(of_thread)));
	close_pair(fds);
}
END_TEST

START_TEST(filter_passes_acknowledgements)
{
	struct datagram ack = datagram_of(PROC_EVENT_NONE, 0, 0, 0, 0);
	int fds[2];

	open_pair(fds);
	attach(fds[1], 0);
	ck_assert(passes(fds, &ack, sizeof(ack)));
	attach(fds[1], ALL_KINDS);
	ck_assert(passes(fds, &ack, sizeof(ack)));
	close_pair(fds);
}
END_TEST

START_TEST(filter_drops_what_nobody_can_ask_for)
{
	static const uint32_t kernel_events[] = { PROC_EVENT_PTRACE, PROC_EVENT_COREDUMP,
						  0x20000000, 0x00000400 };
	int fds[2];

	open_pair(fds);
	attach(fds[1], UINT32_MAX);
	for (size_t i = 0; i < sizeof(kernel_events) / sizeof(kernel_events[0]); i++) {
		struct datagram datagram = datagram_of(kernel_events[i], 1, 1, 1, 1);

		ck_assert(!passes(fds, &datagram, sizeof(datagram)));
	}
	close_pair(fds);
}
END_TEST

START_TEST(filter_drops_short_datagrams)
{
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, 1, 1, 1, 1);
	int fds[2];

	open_pair(fds);
	attach(fds[1], ALL_KINDS);
	for (size_t len = 1; len < 40; len++)
		ck_assert_msg(!passes(fds, &datagram, len), "%zu bytes", len);
	ck_assert(passes(fds, &datagram, 40));
	close_pair(fds);
}
END_TEST

/* The kernel answers only its first namespaces. Each of these tests has a process of its own. */
START_TEST(refuses_another_network_namespace)
{
	struct connector *connector = NULL;
	const char *tried = NULL;
	int r;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return;
	r = connector_open(ALL_KINDS, 50, &connector, &tried);
	ck_assert_msg(r == -ECONNREFUSED || r == -EPERM || r == -EPROTONOSUPPORT, "%d", r);
	ck_assert_ptr_null(connector);
	ck_assert_ptr_nonnull(tried);
}
END_TEST

START_TEST(gives_up_when_the_kernel_is_silent)
{
	struct connector *connector = NULL;
	const char *tried = NULL;
	int r;

	if (unshare(CLONE_NEWUSER) < 0)
		return;
	r = connector_open(ALL_KINDS, 50, &connector, &tried);
	ck_assert_msg(r == -EPERM || r == -ECONNREFUSED || r == -EPROTONOSUPPORT, "%d", r);
	ck_assert_ptr_null(connector);
	ck_assert_ptr_nonnull(tried);
}
END_TEST

START_TEST(closes_nothing)
{
	connector_close(NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("connector");
	TCase *tcase = tcase_create("connector");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, decodes_each_kind, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(tcase, refuses_what_is_no_event_of_a_process, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, refuses_datagram_cut_anywhere);
	tcase_add_test(tcase, refuses_wrong_header);
	tcase_add_test(tcase, takes_shorter_and_longer_events);
	tcase_add_test(tcase, decodes_acknowledgement);
	tcase_add_test(tcase, masks_what_the_kernel_sends);
	tcase_add_test(tcase, filter_passes_what_is_asked_for);
	tcase_add_test(tcase, filter_drops_new_threads);
	tcase_add_test(tcase, filter_passes_acknowledgements);
	tcase_add_test(tcase, filter_drops_what_nobody_can_ask_for);
	tcase_add_test(tcase, filter_drops_short_datagrams);
	tcase_add_test(tcase, closes_nothing);
	tcase_add_test(tcase, refuses_another_network_namespace);
	tcase_add_test(tcase, gives_up_when_the_kernel_is_silent);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
