/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/loop.h. Timers here are the conditions that are waited for; Check's time-out is the
 * deadline. */
#include "config.h"

#include "base/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "helpers.h"

static struct loop *loop;
static char calls[64]; /* a letter for each call-back, in order */

static void setup(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
}

static void teardown(void)
{
	loop_free(loop);
}

static void note(const char *letter)
{
	ck_assert_uint_lt(strlen(calls), sizeof(calls) - 1);
	(void)strncat(calls, letter, 1);
}

/* arg: a letter; a capital one ends the loop. */
static void on_call(void *arg)
{
	const char *letter = arg;

	note(letter);
	if (*letter >= 'A' && *letter <= 'Z')
		loop_stop(loop);
}

static char a[] = "a", b[] = "b", stop[] = "S";

struct reading {
	int fd;
	int wanted;
};

static void on_readable(void *arg)
{
	struct reading *reading = arg;
	char byte;

	ck_assert_int_eq(read(reading->fd, &byte, 1), 1);
	note(&byte);
	if (--reading->wanted == 0)
		loop_stop(loop);
}

START_TEST(calls_for_as_long_as_there_is_something_to_read)
{
	struct reading reading = { .wanted = 3 };
	struct loop_watch *watch;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	reading.fd = fds[0];
	watch = loop_watch_read(loop, fds[0], on_readable, &reading);
	ck_assert_ptr_nonnull(watch);
	ck_assert_int_eq(write(fds[1], "xyz", 3), 3);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_str_eq(calls, "xyz");
	loop_watch_free(watch);
	ck_assert_int_eq(close(fds[0]), 0); /* the descriptor stayed the caller's */
	ck_assert_int_eq(close(fds[1]), 0);
}
END_TEST

START_TEST(calls_for_each_signal_outside_of_the_handler)
{
	struct loop_watch *usr1 = loop_watch_signal(loop, SIGUSR1, on_call, a);
	struct loop_watch *usr2 = loop_watch_signal(loop, SIGUSR2, on_call, stop);

	ck_assert_int_eq(raise(SIGUSR1), 0);
	ck_assert_str_eq(calls, "");
	ck_assert_int_eq(raise(SIGUSR2), 0);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_ptr_nonnull(strchr(calls, 'S'));
	loop_watch_free(usr1);
	loop_watch_free(usr2);
}
END_TEST

START_TEST(fires_timers_in_order_and_once)
{
	struct loop_watch *last = loop_watch_timer(loop, on_call, stop);
	struct loop_watch *second = loop_watch_timer(loop, on_call, b);
	struct loop_watch *first = loop_watch_timer(loop, on_call, a);

	loop_timer_arm(last, 30);
	loop_timer_arm(second, 10);
	loop_timer_arm(first, 1);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_str_eq(calls, "abS");
	loop_watch_free(first);
	loop_watch_free(second);
	loop_watch_free(last);
}
END_TEST

static long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

START_TEST(timer_waits_for_its_time)
{
	struct loop_watch *timer = loop_watch_timer(loop, on_call, stop);
	struct timespec start;

	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	loop_timer_arm(timer, 1020); /* more than a second: both parts of a timeval */
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_int_ge(elapsed_ms(&start), 1008); /* a tick early */
	loop_watch_free(timer);
}
END_TEST

START_TEST(timer_is_born_unarmed_and_can_be_disarmed)
{
	struct loop_watch *unarmed = loop_watch_timer(loop, on_call, a);
	struct loop_watch *disarmed = loop_watch_timer(loop, on_call, b);
	struct loop_watch *last = loop_watch_timer(loop, on_call, stop);

	loop_timer_arm(disarmed, 1);
	loop_timer_disarm(disarmed);
	loop_timer_disarm(unarmed);
	loop_timer_arm(last, 20);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_str_eq(calls, "S");
	loop_watch_free(unarmed);
	loop_watch_free(disarmed);
	loop_watch_free(last);
}
END_TEST

START_TEST(arming_again_moves_a_timer)
{
	struct loop_watch *later = loop_watch_timer(loop, on_call, stop);
	struct loop_watch *sooner = loop_watch_timer(loop, on_call, a);

	loop_timer_arm(later, 1);
	loop_timer_arm(later, 40);
	loop_timer_arm(sooner, 100000);
	loop_timer_arm(sooner, 0);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_str_eq(calls, "aS");
	loop_watch_free(later);
	loop_watch_free(sooner);
}
END_TEST

struct self_ending {
	struct loop_watch *watch;
};

static void on_free(void *arg)
{
	struct self_ending *self = arg;

	loop_watch_free(self->watch);
	self->watch = NULL;
	note(a);
}

START_TEST(call_back_may_free_its_own_watch)
{
	struct loop_watch *last = loop_watch_timer(loop, on_call, stop);
	struct self_ending self = { NULL };

	self.watch = loop_watch_timer(loop, on_free, &self);
	loop_timer_arm(self.watch, 1);
	loop_timer_arm(last, 20);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_str_eq(calls, "aS");
	loop_watch_free(last);
}
END_TEST

START_TEST(freed_watch_is_not_called)
{
	struct loop_watch *last = loop_watch_timer(loop, on_call, stop);
	struct loop_watch *freed = loop_watch_timer(loop, on_call, a);

	loop_timer_arm(freed, 0);
	loop_timer_arm(last, 10);
	loop_watch_free(freed);
	ck_assert_int_eq(loop_run(loop), 0);
	ck_assert_str_eq(calls, "S");
	loop_watch_free(last);
}
END_TEST

START_TEST(runs_again_after_a_stop)
{
	struct loop_watch *timer = loop_watch_timer(loop, on_call, stop);

	for (int i = 0; i < 3; i++) {
		loop_timer_arm(timer, 1);
		ck_assert_int_eq(loop_run(loop), 0);
	}
	ck_assert_str_eq(calls, "SSS");
	loop_watch_free(timer);
}
END_TEST

START_TEST(frees_nothing)
{
	loop_free(NULL);
	loop_watch_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("loop");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, calls_for_as_long_as_there_is_something_to_read);
	tcase_add_test(tcase, calls_for_each_signal_outside_of_the_handler);
	tcase_add_test(tcase, fires_timers_in_order_and_once);
	tcase_add_test(tcase, timer_waits_for_its_time);
	tcase_add_test(tcase, timer_is_born_unarmed_and_can_be_disarmed);
	tcase_add_test(tcase, arming_again_moves_a_timer);
	tcase_add_test(tcase, call_back_may_free_its_own_watch);
	tcase_add_test(tcase, freed_watch_is_not_called);
	tcase_add_test(tcase, runs_again_after_a_stop);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
