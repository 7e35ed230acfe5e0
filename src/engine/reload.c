/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration in force, and how it is replaced: the loader thread makes a new one, this swaps
 * it in, or keeps the old. Names that were looked up come back the same way. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/notify.h"
#include "engine/idnames.h"
#include "engine/loader.h"
#include "engine/parts.h"
#include "engine/report.h"
#include "rule/ruleset.h"

/* Users and groups that were unknown at a load are looked up again (a directory that comes up
 * late). */
#define RETRY_NAMES_MS (5UL * 60 * 1000)

static void swap_cgconfig(struct engine *engine, struct cgconfig *cgconfig)
{
	cgconfig_done(&engine->cgconfig);
	engine->cgconfig = *cgconfig;
	*cgconfig = (struct cgconfig){ 0 };
	placer_set_cgconfig(engine->placer, &engine->cgconfig);
}

static void arm_retry_timer(struct engine *engine)
{
	if (engine->rules && engine->rules->n_skipped)
		loop_timer_arm(engine->retry_timer, RETRY_NAMES_MS);
	else
		loop_timer_disarm(engine->retry_timer);
}

/* With what belongs to them, which is taken from the job. */
static void swap_rules(struct engine *engine, struct loader_job *job)
{
	commands_done(&engine->commands);
	placer_set_groups(engine->placer, NULL, 0);
	groups_done(&engine->groups);
	ruleset_unref(engine->rules);
	engine->rules = ruleset_ref(job->rules);
	engine->commands = job->commands;
	engine->groups = job->groups;
	job->commands = (struct commands){ 0 };
	job->groups = (struct groups){ 0 };
	idnames_reset(engine->names, job->rules);
	engine_unpark(engine);
}

/* What is chosen once, at the start. */
static void compare_modes(const struct engine *engine)
{
	bool scans_only = engine->rules->yaml.mode == YAML_MODE_SCANNER;

	if (engine->is_started && scans_only != engine->scans_only)
		log_warning("the new mode (%s) takes effect with the next start",
			    scans_only ? "scanner" : "audit");
}

static void take(struct engine *engine, struct loader_job *job)
{
	if (job->kind == LOADER_RULES)
		swap_rules(engine, job);
	swap_cgconfig(engine, &job->cgconfig);
	report_reset(engine->report);
	if (job->kind == LOADER_RULES) {
		compare_modes(engine);
		engine_take_kinds(engine);
		if (engine->is_started) {
			engine_groups_update(engine);
			engine_actions_update(engine);
			engine_accesses_update(engine);
		}
		engine_sync_programs(engine, &job->programs);
	} else {
		engine_sync_plan(engine);
	}
}

/* Nobody asked for it: it must bring the names that were missing, or other files, and nothing else.
 */
static bool is_wanted(const struct engine *engine, const struct loader_job *job)
{
	size_t skipped = engine->rules->n_skipped;

	if (!job->quiet)
		return true;
	return job->error == 0 && job->rules->text_hash == engine->rules->text_hash &&
	       (job->rules->n_skipped < skipped ||
		(job->refresh && job->rules->n_skipped == skipped));
}

void engine_find_programs(struct engine *engine, bool refresh)
{
	struct loader_job *job = loader_job_new(LOADER_PROGRAMS);

	if (!job)
		return;
	job->refresh = refresh;
	job->rules = ruleset_ref(engine->rules);
	loader_submit(engine->loader, job);
}

/* The same rules; templates stay what they are until somebody asks. */
static void take_refresh(struct engine *engine, struct loader_job *job)
{
	/* The rules' files are not as they are in force any more: their paths have to do. */
	if (!is_wanted(engine, job)) {
		engine_find_programs(engine, true);
		return;
	}
	/* The same groups, as they are. */
	if (job->groups.n && job->groups.n == engine->groups.n)
		memcpy(job->groups.thaws, engine->groups.thaws,
		       job->groups.n * sizeof(*job->groups.thaws));
	swap_rules(engine, job);
	placer_set_groups(engine->placer, engine->groups.items, engine->groups.n);
	engine_take_kinds(engine);
	engine_accesses_update(engine);
	engine_sync_programs(engine, &job->programs);
	log_info("what the rules' programs are was looked up anew");
}

static void take_configuration(struct engine *engine, struct loader_job *job)
{
	if (job->quiet && job->refresh) {
		take_refresh(engine, job);
	} else if (is_wanted(engine, job)) {
		report_load(&job->diags);
		if (job->error) {
			engine->stats.failed_reloads++;
			log_err("the configuration was not loaded: %s; the old one stays in force",
				job->error == -EINVAL ? "it has mistakes" : strerror(-job->error));
		} else {
			take(engine, job);
			engine->stats.reloads++;
			log_notice("reloaded: %zu rules, %zu groups and templates",
				   engine->rules->n_rules, engine->cgconfig.n_groups);
		}
		(void)notify_send("READY=1");
	}
	arm_retry_timer(engine);
}

void engine_on_answer(void *arg)
{
	struct engine *engine = arg;
	struct loader_job *job;

	while ((job = loader_next_answer(engine->loader))) {
		switch (job->kind) {
		case LOADER_RULES:
		case LOADER_CGCONFIG:
			take_configuration(engine, job);
			break;
		case LOADER_PROGRAMS:
			/* With other rules in force, their own are here or on the way. */
			if (job->error != 0 || job->rules != engine->rules)
				break;
			if (job->refresh)
				engine_sync_programs(engine, &job->programs);
			else
				engine_sync_programs_again(engine, &job->programs);
			break;
		case LOADER_USER_NAME:
		case LOADER_GROUP_NAME:
			idnames_answer(engine->names, job, engine_now_ms());
			engine_unpark(engine);
			break;
		}
		loader_job_free(job);
	}
}

/* NULL: no memory. */
static struct loader_job *new_reload(const struct engine *engine, enum loader_job_kind kind)
{
	struct loader_job *job = loader_job_new(kind);

	if (!job)
		return NULL;
	job->programs_wanted = engine->sync != NULL;
	job->previous = ruleset_ref(engine->rules);
	return job;
}

static void reload(struct engine *engine, enum loader_job_kind kind, bool quiet)
{
	struct loader_job *job = new_reload(engine, kind);

	if (!job) {
		log_err("no memory to reload the configuration");
		return;
	}
	job->quiet = quiet;
	loader_submit(engine->loader, job);
}

bool engine_refresh(struct engine *engine)
{
	struct loader_job *job = new_reload(engine, LOADER_RULES);

	if (!job)
		return false;
	job->quiet = job->refresh = true;
	loader_submit(engine->loader, job);
	return true;
}

void engine_reload(struct engine *engine)
{
	(void)notify_reloading();
	reload(engine, LOADER_RULES, false);
}

void engine_reload_templates(struct engine *engine)
{
	(void)notify_reloading();
	reload(engine, LOADER_CGCONFIG, false);
}

void engine_on_retry(void *arg)
{
	reload(arg, LOADER_RULES, true);
}

int engine_load_first(struct engine *engine)
{
	struct loader_job *job = loader_job_new(LOADER_RULES);
	int r;

	if (!job)
		return -ENOMEM;
	job->programs_wanted = !engine->config->sync_never;
	loader_run(&engine->config->paths, job);
	report_load(&job->diags);
	r = job->error;
	if (r == 0) {
		take(engine, job);
		engine->programs = job->programs;
		job->programs = (struct programs){ 0 };
		arm_retry_timer(engine);
		if (engine->rules->n_rules == 0)
			log_warning("there are no rules: no process will be placed");
	}
	loader_job_free(job);
	return r;
}
