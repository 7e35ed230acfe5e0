/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rules do beside placing: log, run commands, send signals, in this order, after the process
 * was placed and while it is held by its pidfd. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/runner.h"
#include "action/signal.h"
#include "base/hash.h"
#include "base/log.h"
#include "cgroup/hierarchy.h"
#include "cgroup/limits.h"
#include "engine/fired.h"
#include "engine/parts.h"
#include "engine/variables.h"
#include "process/process.h"
#include "rule/places.h"
#include "rule/ruleset.h"
#include "source/audit.h"

/* What a rule can do that needs no command. */
#define SIGNALS (YAML_KILL | YAML_INTERRUPT | YAML_TERM | YAML_STOP)

struct actions {
	struct runner *runner; /* NULL: no rule has had commands yet */
	struct runner_config config;
	char *procs_paths[HIERARCHIES_MAX + 1];
	char *commands_path; /* of their group, relative to the hierarchies */
	struct fired *fired;
	enum event_kind kind; /* what is being decided after … */
	const struct audit_record *record;
	struct variables variables;
};

void engine_act_begin(struct engine *engine, enum event_kind kind,
		      const struct audit_record *record)
{
	const struct runner *runner = engine->actions->runner;

	/* It is another when it was started anew. */
	engine->decider.runner = runner ? runner_pid(runner) : 0;
	engine->actions->kind = kind;
	engine->actions->record = record;
}

bool engine_is_commands_session(const struct engine *engine, unsigned session)
{
	const struct runner *runner = engine->actions->runner;

	return runner && session != 0 && session == runner_session(runner);
}

/* ---- when ----------------------------------------------------------------------------------- */

static bool is_killed_on_arrival(const struct decision *decision)
{
	const struct rule_details *details = decision->rule->details;

	return details->group && details->group->kill &&
	       (decision->verdict == VERDICT_PLACED || decision->verdict == VERDICT_IN_PLACE);
}

/* A scan finds a process again and again, and a rule acts once. */
static bool is_first_time(const struct engine *engine, struct decision *decision)
{
	const char *name = decision->rule->details->yaml->name.text;

	if (process_read(engine->reader, &decision->process, FACT_START) < 0)
		return false;
	return fired_note(engine->actions->fired, decision->process.tgid,
			  decision->process.start_ticks, hash_add(HASH_START, name, strlen(name)));
}

/* An exec is told of twice where the audit subsystem hears it. That is the more complete, and acts;
 * calls that failed only it can tell of. */
static bool is_told_otherwise(const struct engine *engine, const struct rule *rule)
{
	const struct actions *actions = engine->actions;

	if (rule_is_access(rule))
		return false;
	if (actions->kind == EVENT_ACCESS)
		return actions->record->success && !engine_accesses_hear(engine, rule);
	return engine_accesses_hear(engine, rule);
}

/* The actions that are due, as a mask of YAML_…; *ret_runs: the commands are. To kill twice does no
 * harm. */
static unsigned find_due(const struct engine *engine, struct decision *decision, bool *ret_runs)
{
	const struct actions *actions = engine->actions;
	unsigned all = decision->rule->details->actions;

	*ret_runs = false;
	switch (actions->kind) {
	case EVENT_EXEC:
	case EVENT_ACCESS:
		if (is_told_otherwise(engine, decision->rule))
			return all & YAML_KILL;
		if (decision->verdict != VERDICT_GONE)
			(void)is_first_time(engine, decision);
		break;
	case EVENT_SCAN:
		if (!engine->acts_on_found || !is_first_time(engine, decision))
			return 0;
		break;
	case EVENT_FORK:
	case EVENT_UID:
	case EVENT_GID:
	case EVENT_SID:
	case EVENT_COMM:
	case EVENT_EXIT:
		return is_killed_on_arrival(decision) ? YAML_KILL : 0;
	}
	*ret_runs = true;
	return all;
}

/* ---- what ----------------------------------------------------------------------------------- */

static const char *describe_kind(const struct actions *actions)
{
	if (actions->kind != EVENT_ACCESS)
		return actions->kind == EVENT_SCAN ? "runs" : "executed";
	if (actions->record->access & AUDIT_ACCESS_WRITE)
		return "opened for writing";
	return actions->record->access & AUDIT_ACCESS_READ ? "read" : "executed";
}

static const char *find_path(const struct actions *actions, const struct decision *decision)
{
	if (actions->record && actions->record->n_paths)
		return actions->record->paths[0];
	return decision->process.exe;
}

/* At a level that is shown: somebody wants to read it. */
static void do_log(const struct actions *actions, const struct decision *decision)
{
	log_warning("rule \"%s\": %d (%s, uid %u) %s %s%s",
		    decision->rule->details->yaml->name.text, (int)decision->process.tgid,
		    decision->process.exe, decision->process.euid, describe_kind(actions),
		    find_path(actions, decision),
		    actions->record && !actions->record->success ? ", which failed" : "");
}

static void run(struct engine *engine, const struct decision *decision)
{
	struct actions *actions = engine->actions;
	const struct rule_details *details = decision->rule->details;

	if (!actions->runner)
		return;
	variables_fill(&actions->variables, engine->proc_fd, decision, actions->record);
	for (size_t i = 0; i < details->n_triggers; i++) {
		const struct trigger *trigger = &engine->commands.items[details->triggers[i]];
		int r;

		if (!trigger->run)
			continue;
		r = runner_fire(actions->runner, trigger, actions->variables.items,
				actions->variables.n);
		if (r < 0 && r != -EAGAIN)
			log_err("trigger \"%s\" cannot be run: %s", trigger->name, strerror(-r));
	}
}

static void send_signal(struct engine *engine, int pidfd, int signo,
			const struct decision *decision)
{
	const struct process *process = &decision->process;
	const struct signal_target target = { .tgid = process->tgid, .pidfd = pidfd };
	const pid_t spared[] = { engine->decider.self, engine->decider.guard,
				 engine->decider.runner };
	const char *rule = decision->rule->details->yaml->name.text;
	int r = signal_send(engine->proc_fd, &target, signo, spared,
			    sizeof(spared) / sizeof(spared[0]));

	if (r == 0) {
		engine->stats.signals++;
		log_notice("%s to %d (%s, uid %u) by rule \"%s\"", signal_name(signo),
			   (int)process->tgid, process->exe, process->euid, rule);
	} else if (r != -ESRCH) {
		log_err("%s to %d by rule \"%s\": %s", signal_name(signo), (int)process->tgid, rule,
			strerror(-r));
	}
}

/* The one that ends it last. */
static void send_signals(struct engine *engine, int pidfd, unsigned due,
			 const struct decision *decision)
{
	static const struct {
		unsigned action;
		int signo;
	} signals[] = {
		{ YAML_STOP, SIGSTOP },
		{ YAML_INTERRUPT, SIGINT },
		{ YAML_TERM, SIGTERM },
		{ YAML_KILL, SIGKILL },
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (due & signals[i].action)
			send_signal(engine, pidfd, signals[i].signo, decision);
	}
}

/* A decider_act_fn. */
static void act(void *arg, int pidfd, struct decision *decision)
{
	struct engine *engine = arg;
	struct actions *actions = engine->actions;
	bool runs;
	unsigned due = find_due(engine, decision, &runs);

	if (due & YAML_LOG)
		do_log(actions, decision);
	if (runs && decision->rule->details->n_triggers)
		run(engine, decision);
	if (pidfd >= 0 && (due & SIGNALS))
		send_signals(engine, pidfd, due, decision);
}

/* ---- life ----------------------------------------------------------------------------------- */

int engine_actions_open(struct engine *engine)
{
	struct actions *actions = calloc(1, sizeof(*actions));

	if (!actions)
		return -ENOMEM;
	engine->actions = actions;
	actions->config.procs_paths = (const char *const *)actions->procs_paths;
	actions->fired = fired_new();
	if (!actions->fired)
		return -ENOMEM;
	engine->decider.act = act;
	engine->decider.act_arg = engine;
	return 0;
}

static void forget_paths(struct actions *actions)
{
	for (size_t i = 0; actions->procs_paths[i]; i++) {
		free(actions->procs_paths[i]);
		actions->procs_paths[i] = NULL;
	}
}

/* Where commands run, so that nobody takes them for what the rules are about. */
static void find_paths(struct engine *engine)
{
	struct actions *actions = engine->actions;
	const struct hierarchies *hierarchies = placer_hierarchies(engine->placer);
	int h = limits_find_hierarchy(hierarchies, PLACES_FREEZER, strlen(PLACES_FREEZER));

	forget_paths(actions);
	if (h < 0)
		log_warning("no hierarchy has \"%s\": commands of rules have no group, and rules "
			    "may be for them, too",
			    PLACES_FREEZER);
	else if (asprintf(&actions->procs_paths[0], "%s/%s/cgroup.procs",
			  hierarchies->items[h].mount, actions->commands_path) < 0)
		actions->procs_paths[0] = NULL;
}

static bool has_commands(const struct ruleset *rules)
{
	return rules->yaml.n_triggers > 0;
}

void engine_actions_update(struct engine *engine)
{
	struct actions *actions = engine->actions;
	int r;

	/* What runs still goes on to its end: to wait for that here would hold everything up. */
	if (!has_commands(engine->rules))
		return;
	free(actions->commands_path);
	actions->commands_path = NULL;
	if (asprintf(&actions->commands_path, "%s/%s", places_top(&engine->rules->yaml),
		     PLACES_TRIGGERS) < 0)
		actions->commands_path = NULL;
	engine->decider.exemptions.commands = actions->commands_path;
	if (actions->commands_path)
		find_paths(engine);
	if (actions->runner)
		return;
	r = runner_new(engine->loop, &actions->config, &actions->runner);
	if (r < 0)
		log_err("triggers cannot be run: %s", strerror(-r));
}

void engine_actions_close(struct engine *engine)
{
	struct actions *actions = engine->actions;

	if (!actions)
		return;
	runner_free(actions->runner);
	fired_free(actions->fired);
	forget_paths(actions);
	free(actions->commands_path);
	free(actions);
	engine->actions = NULL;
}

bool engine_actions_are_busy(const struct engine *engine)
{
	struct runner_stats stats;

	if (!engine->actions->runner)
		return false;
	runner_get_stats(engine->actions->runner, &stats);
	return stats.on_the_way + stats.waiting + stats.running > 0;
}
