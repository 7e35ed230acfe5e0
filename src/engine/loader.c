/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loader thread. It shares nothing with the main thread but the two queues. */
#include "config.h"

#include "engine/loader.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "base/names.h"
#include "base/thread.h"
#include "rule/ruleset.h"

/* How long the end waits for the thread: the name service may hang for ever. */
#define END_WAIT_S 1

struct loader {
	const struct configuration_paths *paths;
	pthread_t thread;
	int fd;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake;
	struct loader_job *jobs, *answers;
	bool ending;
};

struct loader_job *loader_job_new(enum loader_job_kind kind)
{
	struct loader_job *job = calloc(1, sizeof(*job));

	if (job)
		job->kind = kind;
	return job;
}

void loader_job_free(struct loader_job *job)
{
	if (!job)
		return;
	free(job->name);
	ruleset_unref(job->previous);
	commands_done(&job->commands);
	groups_done(&job->groups);
	ruleset_unref(job->rules);
	programs_done(&job->programs);
	cgconfig_done(&job->cgconfig);
	diag_list_done(&job->diags);
	free(job);
}

/* Users that are not there yet are looked for again, as those of rules. */
static int load_commands(struct loader_job *job)
{
	unsigned unknown;
	int r = commands_new(&job->rules->yaml, &job->diags, &job->commands, &unknown);

	if (r == 0)
		job->rules->n_skipped += unknown;
	return r;
}

static void load_rules(const struct configuration_paths *paths, struct loader_job *job)
{
	int r;

	/* Both are read whatever the other is like: one look at the log shows all mistakes. */
	job->error = ruleset_load(&paths->rules, job->previous, &job->diags, &job->rules);
	r = configuration_load_cgconfig(paths, &job->cgconfig, &job->diags);
	if (job->error == 0)
		job->error = r;
	if (job->error == 0)
		job->error = load_commands(job);
	if (job->error == 0)
		job->error = groups_new(job->rules, &job->groups);
	if (job->error == 0 && job->programs_wanted)
		job->error = programs_find(job->rules, &job->programs);
}

void loader_run(const struct configuration_paths *paths, struct loader_job *job)
{
	switch (job->kind) {
	case LOADER_RULES:
		load_rules(paths, job);
		break;
	case LOADER_CGCONFIG:
		job->error = configuration_load_cgconfig(paths, &job->cgconfig, &job->diags);
		break;
	case LOADER_PROGRAMS:
		job->error = programs_find(job->rules, &job->programs);
		break;
	case LOADER_USER_NAME:
		job->error = names_find_user(job->id, &job->name);
		break;
	case LOADER_GROUP_NAME:
		job->error = names_find_group(job->id, &job->name);
		break;
	}
}

static struct loader_job *wait_for_job(struct loader *loader)
{
	struct loader_job *job;

	(void)pthread_mutex_lock(&loader->lock);
	while (!loader->jobs && !loader->ending)
		(void)pthread_cond_wait(&loader->wake, &loader->lock);
	job = loader->ending ? NULL : loader->jobs;
	if (job)
		LL_DELETE(loader->jobs, job);
	(void)pthread_mutex_unlock(&loader->lock);
	return job;
}

static void answer(struct loader *loader, struct loader_job *job)
{
	const uint64_t one = 1;

	(void)pthread_mutex_lock(&loader->lock);
	LL_APPEND(loader->answers, job);
	(void)pthread_mutex_unlock(&loader->lock);
	/* Cannot fail: an eventfd that is full is readable already. */
	(void)!write(loader->fd, &one, sizeof(one));
}

static void *run(void *arg)
{
	struct loader *loader = arg;
	struct loader_job *job;

	/* What takes long is not what the daemon has its priority for. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), 0);
	while ((job = wait_for_job(loader))) {
		loader_run(loader->paths, job);
		answer(loader, job);
	}
	return NULL;
}

int loader_new(const struct configuration_paths *paths, struct loader **ret)
{
	struct loader *loader = calloc(1, sizeof(*loader));
	int r;

	if (!loader)
		return -ENOMEM;
	loader->paths = paths;
	(void)pthread_mutex_init(&loader->lock, NULL);
	(void)pthread_cond_init(&loader->wake, NULL);
	loader->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = loader->fd < 0 ? -errno : thread_start(&loader->thread, run, loader);
	if (r < 0) {
		if (loader->fd >= 0)
			(void)close(loader->fd);
		free(loader);
		return r;
	}
	*ret = loader;
	return 0;
}

static void free_jobs(struct loader_job *jobs)
{
	struct loader_job *job, *next;

	LL_FOREACH_SAFE(jobs, job, next)
	loader_job_free(job);
}

void loader_free(struct loader *loader)
{
	struct timespec until;

	if (!loader)
		return;
	(void)pthread_mutex_lock(&loader->lock);
	loader->ending = true;
	(void)pthread_cond_signal(&loader->wake);
	(void)pthread_mutex_unlock(&loader->lock);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_WAIT_S;
	if (pthread_timedjoin_np(loader->thread, NULL, &until) != 0)
		return; /* it still uses the loader, until the process ends */
	free_jobs(loader->jobs);
	free_jobs(loader->answers);
	(void)close(loader->fd);
	(void)pthread_cond_destroy(&loader->wake);
	(void)pthread_mutex_destroy(&loader->lock);
	free(loader);
}

int loader_fd(const struct loader *loader)
{
	return loader->fd;
}

/* Is the same load waiting already? It will see whatever the later one would have seen. */
static struct loader_job *find_waiting(const struct loader *loader, const struct loader_job *job)
{
	struct loader_job *waiting;

	LL_FOREACH(loader->jobs, waiting)
	{
		if (waiting->kind == job->kind && waiting->id == job->id)
			return waiting;
	}
	return NULL;
}

void loader_submit(struct loader *loader, struct loader_job *job)
{
	struct loader_job *waiting;

	(void)pthread_mutex_lock(&loader->lock);
	waiting = find_waiting(loader, job);
	if (waiting) {
		waiting->quiet = waiting->quiet && job->quiet;
		waiting->refresh = waiting->refresh || job->refresh;
	} else {
		LL_APPEND(loader->jobs, job);
	}
	(void)pthread_cond_signal(&loader->wake);
	(void)pthread_mutex_unlock(&loader->lock);
	if (waiting)
		loader_job_free(job);
}

struct loader_job *loader_next_answer(struct loader *loader)
{
	struct loader_job *job;
	uint64_t count;

	(void)!read(loader->fd, &count, sizeof(count));
	(void)pthread_mutex_lock(&loader->lock);
	job = loader->answers;
	if (job)
		LL_DELETE(loader->answers, job);
	(void)pthread_mutex_unlock(&loader->lock);
	return job;
}
