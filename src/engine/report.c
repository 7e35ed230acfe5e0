/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log's view of the engine. A rule that cannot be carried out fails at every event that it
 * matches: the administrator wants to read that once, not ten thousand times. */
#include "config.h"

#include "engine/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/log.h"
#include "base/table.h"
#include "engine/decide.h"
#include "rule/ruleset.h"

#define SAY_AGAIN_MS ((uint64_t)60 * 1000)

/* A load that goes wrong in more places than this is not read to the end. */
#define LOAD_MESSAGES_MAX 50

/* Texts come from rules and groups, so there are few; but on-demand groups can be many. */
#define SAID_MAX 4096

struct said {
	UT_hash_handle hh;
	uint64_t said_ms;
	uint64_t unsaid; /* since then */
	char key[];
};

struct report {
	struct said *said;
	bool no_memory; /* was said … */
	uint64_t no_memory_ms;
};

struct report *report_new(void)
{
	return calloc(1, sizeof(struct report));
}

void report_reset(struct report *report)
{
	struct said *said, *next;

	HASH_ITER (hh, report->said, said, next) {
		HASH_DEL(report->said, said);
		free(said);
	}
}

void report_free(struct report *report)
{
	if (!report)
		return;
	report_reset(report);
	free(report);
}

static struct said *find_said(struct report *report, const char *key)
{
	struct said *said;

	HASH_FIND_STR(report->said, key, said);
	return said;
}

static struct said *remember(struct report *report, const char *key)
{
	struct said *said;

	if (HASH_COUNT(report->said) >= SAID_MAX)
		report_reset(report);
	said = calloc(1, sizeof(*said) + strlen(key) + 1);
	if (!said)
		return NULL;
	memcpy(said->key, key, strlen(key));
	HASH_ADD_STR(report->said, key, said);
	if (!table_has(said)) {
		free(said);
		return NULL;
	}
	return said;
}

static void say_once(struct report *report, int level, const char *key, const char *text,
		     uint64_t now_ms)
{
	struct said *said = find_said(report, key);

	if (said && now_ms - said->said_ms < SAY_AGAIN_MS) {
		said->unsaid++;
		return;
	}
	if (said && said->unsaid)
		log_at(level, "%s (and %llu more times)", text, (unsigned long long)said->unsaid);
	else
		log_at(level, "%s", text);
	if (!said)
		said = remember(report, key);
	if (said) {
		said->said_ms = now_ms;
		said->unsaid = 0;
	}
}

static const char *event_name(enum event_kind kind)
{
	static const char *const names[] = {
		[EVENT_FORK] = "fork", [EVENT_EXEC] = "exec", [EVENT_UID] = "uid",
		[EVENT_GID] = "gid",   [EVENT_SID] = "sid",   [EVENT_COMM] = "comm",
		[EVENT_EXIT] = "exit", [EVENT_SCAN] = "scan", [EVENT_ACCESS] = "access",
	};

	return names[kind];
}

static const char *source_of(const struct ruleset *rules, const struct rule *rule)
{
	return rules->sources[rule->source];
}

/* The text is about the rule, not about the process: users cannot make up new ones. */
static void report_failure(struct report *report, const struct ruleset *rules,
			   const struct decision *decision, uint64_t now_ms)
{
	const struct rule *rule = decision->rule;
	const char *source = rule ? source_of(rules, rule) : "inherited";
	char text[1024];
	char key[512];

	(void)snprintf(key, sizeof(key), "%s:%u:%d", source, rule ? rule->line : 0,
		       decision->result.error);
	(void)snprintf(text, sizeof(text),
		       "%s:%u: a process that the rule matches stays where it is: %s", source,
		       rule ? rule->line : 0, decision->result.text);
	say_once(report, LOG_ERR, key, text, now_ms);
}

static void report_unreadable(struct report *report, const struct decision *decision,
			      uint64_t now_ms)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "processes cannot be read: %s; trying again",
		       strerror(-decision->error));
	say_once(report, LOG_WARNING, text, text, now_ms);
}

static void report_gave_up(struct report *report, const struct ruleset *rules,
			   const struct decision *decision, uint64_t now_ms)
{
	char text[512];

	(void)snprintf(
		text, sizeof(text),
		"%s:%u: somebody keeps moving processes away from \"%s\": they are left where "
		"they are",
		decision->rule ? source_of(rules, decision->rule) : "inherited",
		decision->rule ? decision->rule->line : 0, decision->destination);
	say_once(report, LOG_WARNING, text, text, now_ms);
}

static void log_placed(const struct ruleset *rules, enum event_kind kind,
		       const struct decision *decision)
{
	const struct process *process = &decision->process;

	if (decision->inherited)
		log_info("placed %d (%s, uid %u, gid %u) into \"%s\" as its parent, after %s",
			 (int)process->tgid, process->exe, process->euid, process->egid,
			 decision->destination, event_name(kind));
	else
		log_info("placed %d (%s, uid %u, gid %u) into \"%s\" by %s:%u %s%s",
			 (int)process->tgid, process->exe, process->euid, process->egid,
			 decision->destination, source_of(rules, decision->rule),
			 decision->rule->line, decision->held ? "" : "after ",
			 decision->held ? "before its first instruction" : event_name(kind));
}

/* The administrator wants to see these, whatever else is logged. */
static void report_dry(const struct ruleset *rules, enum event_kind kind,
		       const struct decision *decision)
{
	const struct rule *rule = decision->dry;

	log_warning("dry run: rule \"%s\" (%s:%u) would be the one for %d (%s, uid %u) after %s",
		    rule->details->yaml->name.text, source_of(rules, rule), rule->line,
		    (int)decision->process.tgid,
		    decision->process.facts & FACT_EXE ? decision->process.exe : "?",
		    decision->process.euid, event_name(kind));
}

void report_decision(struct report *report, const struct ruleset *rules, enum event_kind kind,
		     const struct decision *decision, uint64_t now_ms)
{
	const struct process *process = &decision->process;

	if (decision->verdict == VERDICT_FAILED)
		report_failure(report, rules, decision, now_ms);
	if (decision->verdict == VERDICT_UNREADABLE)
		report_unreadable(report, decision, now_ms);
	if (decision->dry)
		report_dry(rules, kind, decision);
	if (decision->gave_up)
		report_gave_up(report, rules, decision, now_ms);
	if (decision->verdict == VERDICT_PLACED)
		log_placed(rules, kind, decision);
	else if (decision->rule)
		log_debug("%s: %d (%s, uid %u, gid %u) by %s:%u after %s%s%s",
			  verdict_name(decision->verdict), (int)process->tgid,
			  process->facts & FACT_EXE ? process->exe : "?", process->euid,
			  process->egid, source_of(rules, decision->rule), decision->rule->line,
			  event_name(kind), decision->exempt ? ": " : "",
			  decision->exempt ? decision->exempt : "");
	else
		log_debug("%s: %d after %s%s%s%s", verdict_name(decision->verdict),
			  (int)process->tgid, event_name(kind),
			  decision->error || decision->exempt ? ": " : "",
			  decision->error ? strerror(-decision->error) : "",
			  decision->exempt ? decision->exempt : "");
	if (process->by_thread)
		log_debug("another thread has read of %d", (int)process->tgid);
}

void report_warnings(struct report *report, const struct diag_list *diags, uint64_t now_ms)
{
	char text[512];

	for (const struct diag *diag = diags->head; diag; diag = diag->next) {
		diag_format(diag, text, sizeof(text));
		say_once(report, LOG_WARNING, text, text, now_ms);
	}
}

void report_no_memory(struct report *report, const char *what, uint64_t now_ms)
{
	if (report->no_memory && now_ms - report->no_memory_ms < SAY_AGAIN_MS)
		return;
	report->no_memory = true;
	report->no_memory_ms = now_ms;
	log_err("no memory for %s: what is missed is looked for later", what);
}

void report_load(const struct diag_list *diags)
{
	static const int levels[] = {
		[DIAG_ERROR] = LOG_ERR,
		[DIAG_WARNING] = LOG_WARNING,
		[DIAG_NOTICE] = LOG_NOTICE,
	};
	unsigned total = diags->errors + diags->warnings + diags->notices;
	unsigned said = 0;
	char text[512];

	for (const struct diag *diag = diags->head; diag && said < LOAD_MESSAGES_MAX;
	     diag = diag->next, said++) {
		diag_format(diag, text, sizeof(text));
		log_at(levels[diag->level], "%s", text);
	}
	if (total > said)
		log_warning("%u more messages about the configuration: cgred --check shows them",
			    total - said);
}
