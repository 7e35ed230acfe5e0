/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/loader.h */
#include "config.h"

#include "engine/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"
#include "rule/ruleset.h"

static struct configuration_paths paths;
static char *rules_path, *cgconfig_path;
static struct loader *loader;

static void setup(void)
{
	dir_make();
	rules_path = dir_join("rules");
	cgconfig_path = dir_join("cgconfig");
	paths = (struct configuration_paths){ .rules.file = rules_path,
					      .cgconfig_file = cgconfig_path };
	ck_assert_int_eq(loader_new(&paths, &loader), 0);
}

static void teardown(void)
{
	loader_free(loader);
	free(rules_path);
	free(cgconfig_path);
	dir_remove();
}

static struct loader_job *wait_for_answer(void)
{
	struct loader_job *job;

	while (!(job = loader_next_answer(loader)))
		wait_readable(loader_fd(loader));
	return job;
}

static void submit(enum loader_job_kind kind, unsigned id, bool quiet)
{
	struct loader_job *job = loader_job_new(kind);

	ck_assert_ptr_nonnull(job);
	job->id = id;
	job->quiet = quiet;
	loader_submit(loader, job);
}

/* The next answer is of that kind; to be freed. */
static struct loader_job *expect(enum loader_job_kind kind, unsigned id)
{
	struct loader_job *job = wait_for_answer();

	ck_assert_int_eq(job->kind, kind);
	ck_assert_uint_eq(job->id, id);
	return job;
}

START_TEST(loads_rules_and_templates)
{
	struct loader_job *job;

	dir_write("rules", "* cpu a\n");
	dir_write("cgconfig", "group a { cpu { } }\n");
	submit(LOADER_RULES, 0, false);
	job = expect(LOADER_RULES, 0);
	ck_assert_int_eq(job->error, 0);
	ck_assert_uint_eq(job->rules->n_rules, 1);
	ck_assert_uint_eq(job->cgconfig.n_groups, 1);
	loader_job_free(job);
	submit(LOADER_CGCONFIG, 0, false);
	job = expect(LOADER_CGCONFIG, 0);
	ck_assert_int_eq(job->error, 0);
	ck_assert_ptr_null(job->rules);
	ck_assert_uint_eq(job->cgconfig.n_groups, 1);
	loader_job_free(job);
}
END_TEST

static const struct {
	const char *rules, *cgconfig;
	unsigned errors;
} bad_rows[] = {
	{ "* cpu\n", "group a { cpu { } }\n", 1 },
	{ "* cpu a\n", "group\n", 1 },
	{ "* cpu\n", "group\n", 2 }, /* both are read */
};

START_TEST(an_error_in_one_file_is_an_error_of_both)
{
	struct loader_job *job;

	dir_write("rules", bad_rows[_i].rules);
	dir_write("cgconfig", bad_rows[_i].cgconfig);
	submit(LOADER_RULES, 0, false);
	job = expect(LOADER_RULES, 0);
	ck_assert_int_eq(job->error, -EINVAL);
	ck_assert_uint_eq(job->diags.errors, bad_rows[_i].errors);
	loader_job_free(job);
}
END_TEST

START_TEST(finds_names)
{
	struct loader_job *job;

	submit(LOADER_USER_NAME, 0, false);
	submit(LOADER_GROUP_NAME, 0, false);
	submit(LOADER_USER_NAME, 4123456789U, false);
	job = expect(LOADER_USER_NAME, 0);
	ck_assert_pstr_eq(job->name, "root");
	loader_job_free(job);
	job = expect(LOADER_GROUP_NAME, 0);
	ck_assert_pstr_eq(job->name, "root");
	loader_job_free(job);
	job = expect(LOADER_USER_NAME, 4123456789U);
	ck_assert_pstr_eq(job->name, NULL);
	ck_assert_int_eq(job->error, -ENOENT);
	loader_job_free(job);
	ck_assert_ptr_null(loader_next_answer(loader));
}
END_TEST

/* Keep the thread busy with a job until release(): the rules are a pipe, and the job waits for its
 * writer. Returns the descriptor to write to. */
static int block(void)
{
	int keep, fd;
	int unread = 1;

	ck_assert_int_eq(mkfifo(rules_path, 0600), 0);
	keep = open(rules_path, O_RDWR | O_CLOEXEC);
	fd = open(rules_path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "#", 1), 1);
	submit(LOADER_RULES, 0, false);
	/* It has begun when it has read the byte. */
	while (unread > 0) {
		ck_assert_int_eq(ioctl(fd, FIONREAD, &unread), 0);
		(void)sched_yield();
	}
	(void)close(keep);
	return fd;
}

START_TEST(loads_that_wait_become_one)
{
	int fd = block();
	struct loader_job *job;

	submit(LOADER_RULES, 0, true);
	submit(LOADER_CGCONFIG, 0, false);
	submit(LOADER_RULES, 0, false);
	submit(LOADER_RULES, 0, true);
	submit(LOADER_CGCONFIG, 0, false);
	ck_assert_ptr_null(loader_next_answer(loader));
	(void)close(fd);
	loader_job_free(expect(LOADER_RULES, 0)); /* the one that had begun */
	job = expect(LOADER_RULES, 0);
	ck_assert(!job->quiet); /* somebody asked for one of them */
	ck_assert(!job->refresh);
	loader_job_free(job);
	loader_job_free(expect(LOADER_CGCONFIG, 0));
	submit(LOADER_USER_NAME, 7, false); /* whatever would come before it has come */
	loader_job_free(expect(LOADER_USER_NAME, 7));
	ck_assert_ptr_null(loader_next_answer(loader));
}
END_TEST

static void submit_refresh(void)
{
	struct loader_job *job = loader_job_new(LOADER_RULES);

	ck_assert_ptr_nonnull(job);
	job->quiet = job->refresh = true;
	loader_submit(loader, job);
}

/* A look at the files is part of whatever load it became one with. */
START_TEST(a_refresh_is_not_lost)
{
	int fd = block();
	struct loader_job *job;

	submit(LOADER_RULES, 0, true);
	submit(LOADER_RULES, 0, true);
	submit_refresh();
	(void)close(fd);
	loader_job_free(expect(LOADER_RULES, 0)); /* the one that had begun */
	job = expect(LOADER_RULES, 0);
	ck_assert(job->quiet && job->refresh);
	loader_job_free(job);
}
END_TEST

START_TEST(names_that_wait_become_one)
{
	int fd = block();

	submit(LOADER_USER_NAME, 1, false);
	submit(LOADER_USER_NAME, 2, false);
	submit(LOADER_GROUP_NAME, 1, false);
	submit(LOADER_USER_NAME, 1, false);
	(void)close(fd);
	loader_job_free(expect(LOADER_RULES, 0));
	loader_job_free(expect(LOADER_USER_NAME, 1));
	loader_job_free(expect(LOADER_USER_NAME, 2));
	loader_job_free(expect(LOADER_GROUP_NAME, 1));
	submit(LOADER_USER_NAME, 7, false);
	loader_job_free(expect(LOADER_USER_NAME, 7));
}
END_TEST

START_TEST(ends_with_jobs_and_answers_left)
{
	submit(LOADER_USER_NAME, 0, false);
	wait_readable(loader_fd(loader));
	for (unsigned i = 0; i < 100; i++)
		submit(LOADER_USER_NAME, i, false);
}
END_TEST

START_TEST(signals_are_not_the_threads)
{
	sigset_t blocked;

	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
	ck_assert_int_eq(sigismember(&blocked, SIGTERM), 0); /* still ours */
	/* From here on only the thread could take it, and it must not. */
	ck_assert_int_eq(sigaddset(&blocked, SIGUSR1), 0);
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, &blocked, NULL), 0);
	ck_assert_int_eq(kill(getpid(), SIGUSR1), 0);
	submit(LOADER_USER_NAME, 0, false);
	loader_job_free(expect(LOADER_USER_NAME, 0));
	ck_assert_int_eq(sigpending(&blocked), 0);
	ck_assert_int_eq(sigismember(&blocked, SIGUSR1), 1);
}
END_TEST

START_TEST(does_a_job_here_and_now)
{
	struct loader_job *job = loader_job_new(LOADER_RULES);

	dir_write("rules", "* cpu a\n");
	loader_run(&paths, job);
	ck_assert_int_eq(job->error, 0);
	ck_assert_uint_eq(job->rules->n_rules, 1);
	loader_job_free(job);
}
END_TEST

START_TEST(frees_nothing)
{
	loader_free(NULL);
	loader_job_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("loader");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, loads_rules_and_templates);
	tcase_add_loop_test(tcase, an_error_in_one_file_is_an_error_of_both, 0,
			    ARRAY_SIZE(bad_rows));
	tcase_add_test(tcase, finds_names);
	tcase_add_test(tcase, loads_that_wait_become_one);
	tcase_add_test(tcase, a_refresh_is_not_lost);
	tcase_add_test(tcase, names_that_wait_become_one);
	tcase_add_test(tcase, ends_with_jobs_and_answers_left);
	tcase_add_test(tcase, signals_are_not_the_threads);
	tcase_add_test(tcase, does_a_job_here_and_now);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
