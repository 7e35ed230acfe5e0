/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/report.h, through the log. */
#include "config.h"

#include "engine/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "engine/decide.h"
#include "helpers.h"
#include "rule/ruleset.h"

static struct report *report;
static const char *sources[] = { "/etc/cgrules.conf", "/etc/cgrules.d/a.conf" };
static struct ruleset rules;
static const struct rule rule = { .source = 1, .line = 7 };

static void setup(void)
{
	cleanup_free char *path = NULL;
	struct log_config config = { .level = LOG_DEBUG, .facility = -1 };

	dir_make();
	path = dir_join("log");
	config.file = path;
	ck_assert_int_eq(log_open(&config), 0);
	report = report_new();
	ck_assert_ptr_nonnull(report);
	rules.sources = sources;
	rules.n_sources = ARRAY_SIZE(sources);
}

static void teardown(void)
{
	report_free(report);
	log_close();
	dir_remove();
}

/* Everything that was logged so far, without times and pids. */
static void assert_log(const char *want)
{
	cleanup_free char *text = dir_read("log");
	char *out = text;

	ck_assert_ptr_nonnull(text);
	for (char *line = text; *line;) {
		char *start =
			strstr(line, "]: ") ? strstr(line, "]: ") + 3 : strstr(line, "] ") + 2;
		size_t len = strcspn(start, "\n") + 1;

		line = start + len;
		memmove(out, start, len);
		out += len;
	}
	*out = '\0';
	ck_assert_str_eq(text, want);
}

static struct decision decision_of(enum verdict verdict)
{
	struct decision decision = { .verdict = verdict, .rule = &rule };

	decision.process.tgid = 4711;
	decision.process.facts = FACT_EXE | FACT_STATUS;
	decision.process.exe = "/bin/sh";
	decision.process.euid = 1000;
	decision.process.egid = 100;
	(void)snprintf(decision.destination, sizeof(decision.destination), "a/b");
	return decision;
}

static void say(const struct decision *decision, uint64_t now_ms)
{
	report_decision(report, &rules, EVENT_EXEC, decision, now_ms);
}

/* ---- decisions ------------------------------------------------------------------------------- */

#define WHO "4711 (/bin/sh, uid 1000, gid 100)"

static const struct {
	enum verdict verdict;
	bool has_rule;
	const char *exempt;
	int error;
	const char *want;
} rows[] = {
	{ VERDICT_PLACED, true, NULL, 0,
	  "info: placed " WHO " into \"a/b\" by /etc/cgrules.d/a.conf:7 after exec\n" },
	{ VERDICT_IN_PLACE, true, NULL, 0,
	  "debug: in place: " WHO " by /etc/cgrules.d/a.conf:7 after exec\n" },
	{ VERDICT_IGNORED, true, NULL, 0,
	  "debug: ignored: " WHO " by /etc/cgrules.d/a.conf:7 after exec\n" },
	{ VERDICT_EXEMPT, true, "it is in a container", 0,
	  "debug: exempt: " WHO " by /etc/cgrules.d/a.conf:7 after exec: it is in a container\n" },
	{ VERDICT_EXEMPT, false, "it is PID 1", 0,
	  "debug: exempt: 4711 after exec: it is PID 1\n" },
	{ VERDICT_NO_RULE, false, NULL, 0, "debug: no rule: 4711 after exec\n" },
	{ VERDICT_STICKY, false, NULL, 0, "debug: sticky: 4711 after exec\n" },
	{ VERDICT_GONE, false, NULL, -ESRCH, "debug: gone: 4711 after exec: No such process\n" },
	{ VERDICT_UNREADABLE, false, NULL, -EMFILE,
	  "warning: processes cannot be read: Too many open files; trying again\n"
	  "debug: unreadable: 4711 after exec: Too many open files\n" },
};

START_TEST(logs_each_verdict_at_its_level)
{
	struct decision decision = decision_of(rows[_i].verdict);

	decision.rule = rows[_i].has_rule ? &rule : NULL;
	decision.exempt = rows[_i].exempt;
	decision.error = rows[_i].error;
	say(&decision, 0);
	assert_log(rows[_i].want);
}
END_TEST

START_TEST(logs_what_a_child_inherits)
{
	struct decision decision = decision_of(VERDICT_PLACED);

	decision.rule = NULL;
	decision.inherited = true;
	say(&decision, 0);
	assert_log("info: placed " WHO " into \"a/b\" as its parent, after exec\n");
}
END_TEST

START_TEST(every_verdict_has_a_name)
{
	for (unsigned i = 0; i < VERDICTS; i++)
		ck_assert_ptr_nonnull(verdict_name((enum verdict)i));
}
END_TEST

#define FAILURE                                                                                  \
	"error: /etc/cgrules.d/a.conf:7: a process that the rule matches stays where it is: no " \
	"such group"

START_TEST(says_a_failure_once_a_minute_with_its_count)
{
	struct decision decision = decision_of(VERDICT_FAILED);
	struct log_config config = { .level = LOG_ERR, .facility = -1 };
	cleanup_free char *path = dir_join("log");

	config.file = path;
	ck_assert_int_eq(log_open(&config), 0);
	decision.result.error = -ENOENT;
	(void)snprintf(decision.result.text, sizeof(decision.result.text), "no such group");
	for (uint64_t now_ms = 1000; now_ms < 61000; now_ms += 1000)
		say(&decision, now_ms);
	assert_log(FAILURE "\n");
	say(&decision, 61000);
	say(&decision, 61001);
	assert_log(FAILURE "\n" FAILURE " (and 59 more times)\n");
	say(&decision, 200000);
	say(&decision, 300000); /* nothing was kept back */
	assert_log(FAILURE "\n" FAILURE " (and 59 more times)\n" FAILURE
			   " (and 1 more times)\n" FAILURE "\n");
	report_reset(report);
	say(&decision, 300001);
	assert_log(FAILURE "\n" FAILURE " (and 59 more times)\n" FAILURE
			   " (and 1 more times)\n" FAILURE "\n" FAILURE "\n");
}
END_TEST

START_TEST(other_failures_are_said_too)
{
	struct decision decision = decision_of(VERDICT_FAILED);
	static const struct rule other = { .source = 0, .line = 1 };

	decision.result.error = -ENOENT;
	(void)snprintf(decision.result.text, sizeof(decision.result.text), "one");
	report_decision(report, &rules, EVENT_SCAN, &decision, 0);
	decision.result.error = -ENOSPC;
	(void)snprintf(decision.result.text, sizeof(decision.result.text), "two");
	report_decision(report, &rules, EVENT_SCAN, &decision, 0);
	decision.rule = &other;
	report_decision(report, &rules, EVENT_SCAN, &decision, 0);
	{
		cleanup_free char *text = dir_read("log");

		ck_assert_ptr_nonnull(strstr(text,
					     "a.conf:7: a process that the rule matches stays "
					     "where it is: one\n"));
		ck_assert_ptr_nonnull(strstr(text, "where it is: two\n"));
		ck_assert_ptr_nonnull(strstr(text, "/etc/cgrules.conf:1: a process that the rule "
						   "matches stays where it is: two\n"));
	}
}
END_TEST

/* ---- messages -------------------------------------------------------------------------------- */

START_TEST(says_each_warning_of_placing_once)
{
	struct diag_list diags = { 0 };

	diag_add(&diags, DIAG_WARNING, "f", 1, 0, "one");
	diag_add(&diags, DIAG_WARNING, "f", 1, 0, "two");
	diag_add(&diags, DIAG_WARNING, "f", 1, 0, "one");
	report_warnings(report, &diags, 0);
	report_warnings(report, &diags, 1);
	assert_log("warning: f:1: one\nwarning: f:1: two\n");
	diag_list_done(&diags);
}
END_TEST

START_TEST(logs_messages_of_a_load_at_their_level)
{
	struct diag_list diags = { 0 };

	diag_add(&diags, DIAG_ERROR, "f", 1, 2, "one");
	diag_add(&diags, DIAG_WARNING, "f", 3, 0, "two");
	diag_add(&diags, DIAG_NOTICE, "f", 0, 0, "three");
	report_load(&diags);
	report_load(&diags); /* each load says all */
	assert_log("error: f:1:2: one\nwarning: f:3: two\nnotice: f: three\n"
		   "error: f:1:2: one\nwarning: f:3: two\nnotice: f: three\n");
	diag_list_done(&diags);
}
END_TEST

START_TEST(does_not_log_a_load_that_is_all_mistakes_to_the_end)
{
	struct diag_list diags = { 0 };
	cleanup_free char *text = NULL;
	unsigned lines = 0;

	for (unsigned i = 0; i < 2000; i++)
		diag_add(&diags, DIAG_ERROR, "f", i, 0, "x");
	report_load(&diags);
	text = dir_read("log");
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	ck_assert_uint_eq(lines, 51);
	ck_assert_ptr_nonnull(strstr(text, "warning: 1950 more messages about the configuration: "
					   "cgred --check shows them\n"));
	diag_list_done(&diags);
}
END_TEST

START_TEST(frees_nothing)
{
	report_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("report");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, logs_each_verdict_at_its_level, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, logs_what_a_child_inherits);
	tcase_add_test(tcase, every_verdict_has_a_name);
	tcase_add_test(tcase, says_a_failure_once_a_minute_with_its_count);
	tcase_add_test(tcase, other_failures_are_said_too);
	tcase_add_test(tcase, says_each_warning_of_placing_once);
	tcase_add_test(tcase, logs_messages_of_a_load_at_their_level);
	tcase_add_test(tcase, does_not_log_a_load_that_is_all_mistakes_to_the_end);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
