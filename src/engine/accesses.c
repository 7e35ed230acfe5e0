/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Accesses to files: which of them the rules want to hear of, and what is decided about who makes
 * them. Executions are heard of here, too, where a rule does more than to place: no program is so
 * short-lived that the audit subsystem misses it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/parts.h"
#include "engine/report.h"
#include "process/process.h"
#include "rule/ruleset.h"
#include "source/audit.h"

/* Accesses that are handled before something else has its turn. */
#define RECORDS_PER_TURN 64

/* How often it is tried to watch what could not be watched. */
#define RETRY_MS 5000

struct accesses {
	struct audit *audit;
	struct loop_watch *on_records, *timer;
	enum yaml_audit policy;
	size_t n_unset; /* watches that could not be set */
	uint64_t retry_ms;
	uint64_t lost, overruns; /* that were told of */
};

static const enum audit_policy policies[] = {
	[YAML_AUDIT_PRESERVE] = AUDIT_PRESERVE,
	[YAML_AUDIT_OVERRIDE] = AUDIT_OVERRIDE,
	[YAML_AUDIT_REUSE] = AUDIT_REUSE,
};

/* ---- what to watch --------------------------------------------------------------------------- */

/* Executions are heard of by their events, when all that a rule does is to place. */
static bool is_heard(const struct rule *rule)
{
	const struct rule_details *details = rule->details;

	if (!details || !details->yaml->paths.n)
		return false;
	return details->yaml->access != YAML_EXECUTE || rule_has_actions(rule);
}

static unsigned access_of(const struct yaml_rule *yaml)
{
	switch (yaml->access) {
	case YAML_EXECUTE:
		return AUDIT_ACCESS_EXECUTE;
	case YAML_READ:
		return AUDIT_ACCESS_READ;
	case YAML_WRITE:
		return AUDIT_ACCESS_WRITE;
	}
	return 0;
}

/* Of a rule that is several, the first. */
static bool is_next(const struct ruleset *rules, size_t i)
{
	return is_heard(&rules->rules[i]) &&
	       (i == 0 || rules->rules[i - 1].details != rules->rules[i].details);
}

static size_t count_watches(const struct ruleset *rules)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n_rules; i++) {
		if (is_next(rules, i))
			n += rules->rules[i].details->yaml->paths.n;
	}
	return n;
}

static size_t fill_watches(const struct ruleset *rules, struct audit_watch *watches)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->n_rules; i++) {
		const struct yaml_rule *yaml;

		if (!is_next(rules, i))
			continue;
		yaml = rules->rules[i].details->yaml;
		for (size_t j = 0; j < yaml->paths.n; j++)
			watches[n++] = (struct audit_watch){
				.path = yaml->paths.items[j].text,
				.access = access_of(yaml),
				.failed = yaml->failed,
			};
	}
	return n;
}

bool engine_accesses_hear(const struct engine *engine, const struct rule *rule)
{
	return engine->accesses && engine->accesses->n_unset == 0 && is_heard(rule);
}

/* ---- what is heard --------------------------------------------------------------------------- */

static unsigned number_of(const struct audit_record *record, enum audit_field field)
{
	return record->fields[field] ? (unsigned)strtoul(record->fields[field], NULL, 10) : 0;
}

static unsigned accesses_of(const struct audit_record *record)
{
	unsigned accesses = 0;

	if (record->access & AUDIT_ACCESS_EXECUTE)
		accesses |= 1U << YAML_EXECUTE;
	if (record->access & AUDIT_ACCESS_READ)
		accesses |= 1U << YAML_READ;
	if (record->access & AUDIT_ACCESS_WRITE)
		accesses |= 1U << YAML_WRITE;
	return accesses;
}

static void handle(struct engine *engine, const struct audit_record *record)
{
	const struct accessed accessed = {
		.accesses = accesses_of(record),
		.success = record->success,
		.paths = record->paths,
		.n_paths = record->n_paths,
		.time_ms = record->time_ms,
		.ppid = (pid_t)number_of(record, AUDIT_PPID),
		.euid = number_of(record, AUDIT_EUID),
		.egid = number_of(record, AUDIT_EGID),
		.exe = record->fields[AUDIT_EXE],
		.comm = record->fields[AUDIT_COMM],
		.is_command = engine_is_commands_session(engine, number_of(record, AUDIT_SES)),
	};
	struct diag_list diags = { 0 };
	struct decision decision;
	uint64_t now_ms = engine_now_ms();

	engine->stats.accesses++;
	engine_begin_decision(engine, now_ms, 0);
	engine_act_begin(engine, EVENT_ACCESS, record);
	decide_access(&engine->decider, record->tid, &accessed, &diags, &decision);
	engine->stats.verdicts[decision.verdict]++;
	if (decision.verdict == VERDICT_FAILED || decision.dry || log_enabled(LOG_INFO))
		report_decision(engine->report, engine->rules, EVENT_ACCESS, &decision, now_ms);
	engine_groups_arrived(engine, EVENT_ACCESS, &decision);
	if (diags.head)
		report_warnings(engine->report, &diags, now_ms);
	diag_list_done(&diags);
}

static void say_lost(struct accesses *accesses)
{
	struct audit_stats stats;

	audit_get_stats(accesses->audit, &stats);
	if (stats.lost == accesses->lost && stats.overruns == accesses->overruns)
		return;
	log_warning("accesses were lost: %llu records by the audit subsystem, %llu times by our "
		    "socket, in all",
		    (unsigned long long)stats.lost, (unsigned long long)stats.overruns);
	accesses->lost = stats.lost;
	accesses->overruns = stats.overruns;
}

static void arm_timer(struct accesses *accesses)
{
	int timeout_ms = audit_timeout_ms(accesses->audit);

	if (timeout_ms >= 0)
		loop_timer_arm(accesses->timer, (unsigned long)timeout_ms);
	else
		loop_timer_disarm(accesses->timer);
}

static void on_records(void *arg)
{
	struct engine *engine = arg;
	struct accesses *accesses = engine->accesses;
	int r = 1;

	for (int i = 0; r > 0 && i < RECORDS_PER_TURN; i++) {
		struct audit_record record;

		r = audit_read(accesses->audit, &record);
		if (r > 0)
			handle(engine, &record);
	}
	if (r == -ENOBUFS)
		say_lost(accesses);
	else if (r < 0)
		log_err("audit records cannot be read: %s", strerror(-r));
	/* What is complete and was not taken is not in the socket any more. */
	if (r > 0)
		loop_timer_arm(accesses->timer, 0);
	else
		arm_timer(accesses);
}

/* ---- life ----------------------------------------------------------------------------------- */

void engine_accesses_close(struct engine *engine)
{
	struct accesses *accesses = engine->accesses;

	if (!accesses)
		return;
	loop_watch_free(accesses->on_records);
	loop_watch_free(accesses->timer);
	audit_end(accesses->audit);
	free(accesses);
	engine->accesses = NULL;
}

static ssize_t read_link(void *arg, pid_t tid, int fd, char *buf)
{
	struct engine *engine = arg;
	char name[16];

	(void)snprintf(name, sizeof(name), "fd/%d", fd);
	return process_read_link(engine->others, tid, name, buf);
}

static int open_parts(struct engine *engine, const char **ret_tried)
{
	struct accesses *accesses = engine->accesses;
	const struct audit_links links = { read_link, engine };
	int r = audit_begin(policies[accesses->policy], engine->config->audit_state_path, links,
			    &accesses->audit, ret_tried);

	if (r < 0)
		return r;
	*ret_tried = "memory";
	accesses->on_records =
		loop_watch_read(engine->loop, audit_fd(accesses->audit), on_records, engine);
	accesses->timer = loop_watch_timer(engine->loop, on_records, engine);
	return accesses->on_records && accesses->timer ? 0 : -ENOMEM;
}

static bool open_accesses(struct engine *engine)
{
	const char *tried = "memory";
	int r = -ENOMEM;

	engine->accesses = calloc(1, sizeof(*engine->accesses));
	if (engine->accesses) {
		engine->accesses->policy = engine->rules->yaml.audit;
		r = open_parts(engine, &tried);
	}
	if (r == 0)
		return true;
	log_err("accesses to files cannot be watched: %s: %s; rules for reads and writes have no "
		"effect, and those for executions may miss what is over at once",
		tried, strerror(-r));
	engine_accesses_close(engine);
	return false;
}

static void set_watches(struct engine *engine, size_t n)
{
	struct accesses *accesses = engine->accesses;
	struct audit_watch *watches = calloc(n + 1, sizeof(*watches));
	struct diag_list diags = { 0 };
	int r = -ENOMEM;

	if (watches)
		r = audit_set_watches(accesses->audit, watches,
				      fill_watches(engine->rules, watches), &diags);
	free(watches);
	report_load(&diags);
	diag_list_done(&diags);
	if (r == -EPERM)
		log_err("the audit configuration is locked (enabled 2): until the next boot rules "
			"for reads and writes have no effect");
	else if (r < 0)
		log_err("accesses to files cannot be watched: %s", strerror(-r));
	else
		log_notice("%zu files and directories are watched for accesses", n);
	accesses->n_unset = r < 0 ? n : audit_retry(accesses->audit);
}

void engine_accesses_update(struct engine *engine)
{
	size_t n = count_watches(engine->rules);

	if (engine->accesses && (n == 0 || engine->accesses->policy != engine->rules->yaml.audit))
		engine_accesses_close(engine);
	/* What one that was killed has changed is undone, also when there is nothing to watch now.
	 */
	if (n == 0 && access(engine->config->audit_state_path, F_OK) == 0 && open_accesses(engine))
		engine_accesses_close(engine);
	if (n == 0 || (!engine->accesses && !open_accesses(engine)))
		return;
	set_watches(engine, n);
}

void engine_accesses_sweep(struct engine *engine)
{
	struct accesses *accesses = engine->accesses;
	uint64_t now_ms = engine_now_ms();

	if (!accesses)
		return;
	say_lost(accesses);
	if (now_ms < accesses->retry_ms)
		return;
	accesses->retry_ms = now_ms + RETRY_MS;
	accesses->n_unset = audit_retry(accesses->audit);
}

void engine_accesses_mounts(struct engine *engine)
{
	if (engine->accesses)
		engine->accesses->n_unset = audit_retry(engine->accesses->audit);
}
