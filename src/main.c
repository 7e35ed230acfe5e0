/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgred: options, requirements one by one, wiring. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/daemonize.h"
#include "base/diag.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/notify.h"
#include "control/sticky-socket.h"
#include "engine/engine.h"
#include "engine/loader.h"
#include "options.h"
#include "rule/ruleset.h"
#include "rule/yaml.h"

#define NICENESS (-10)

/* A kept group costs a descriptor. */
#define DESCRIPTORS_WANTED 65536

/* Pieces of memory of this size go back to the system when a rule set goes; they do not stay in a
 * heap that small things keep from shrinking. */
#define LARGE_BYTES (128 * 1024)

struct daemon {
	struct options options;
	struct engine_config config;
	struct loop *loop;
	struct engine *engine;
	struct sticky_socket *sticky_socket;
	struct loop_watch *on_signal[5];
	char socket_path[PATH_MAX], pid_path[PATH_MAX], state_path[PATH_MAX], audit_path[PATH_MAX];
	int lock_fd, ready_fd;
	bool has_pid_file;
};

static void configure_rules(const struct options *options, struct rule_sources *rules)
{
	rules->file = options->rules_file;
	rules->directory = options->rules_directory;
	rules->yaml_file = options->yaml_file;
	rules->yaml_must_exist = options->yaml_file != NULL;
	if (options->rules_file || options->yaml_file)
		return;
	rules->file = SYSCONFDIR "/cgrules.conf";
	if (!options->rules_directory)
		rules->directory = SYSCONFDIR "/cgrules.d";
	rules->yaml_file = SYSCONFDIR "/cgred/cgred.yaml";
	rules->yaml_directory = SYSCONFDIR "/cgred/rules.d";
}

static void configure(const struct options *options, struct engine_config *config)
{
	struct configuration_paths *paths = &config->paths;

	configure_rules(options, &paths->rules);
	paths->cgconfig_file = options->cgconfig_file;
	paths->cgconfig_file_must_exist = options->cgconfig_file != NULL;
	if (!options->cgconfig_file) {
		paths->cgconfig_file = SYSCONFDIR "/cgconfig.conf";
		paths->cgconfig_directory = SYSCONFDIR "/cgconfig.d";
	}
	config->remove_empty_ms = options->remove_empty_ms;
	config->scan = options->scan || options->once;
	config->once = options->once;
	config->sync_never = options->sync_never;
	config->sync_always = options->sync_always;
	config->favordynmods = options->favordynmods;
	config->cgroupfs = options->cgroupfs;
	config->policy = options->reassert ? PLACED_REASSERT : PLACED_YIELD;
	config->systemd = access("/run/systemd/system", F_OK) == 0;
}

/* ---- --check --------------------------------------------------------------------------------- */

static int check(struct configuration_paths *paths)
{
	struct loader_job *job = loader_job_new(LOADER_RULES);
	int status = EXIT_RULES;
	char text[512];

	if (!job)
		return EXIT_NOT_STARTED;
	paths->rules.lint = true;
	loader_run(paths, job);
	if (job->error == 0)
		status = EXIT_SUCCESS;
	for (const struct diag *diag = job->diags.head; diag; diag = diag->next) {
		diag_format_full(diag, text, sizeof(text));
		(void)puts(text);
	}
	if (job->diags.errors + job->diags.warnings + job->diags.notices > job->diags.kept)
		(void)printf("and more: %u errors and %u warnings in all\n", job->diags.errors,
			     job->diags.warnings);
	if (status == EXIT_SUCCESS)
		(void)printf("%zu rules, %zu groups and templates: no errors, %u warnings\n",
			     job->rules->n_rules, job->cgconfig.n_groups, job->diags.warnings);
	loader_job_free(job);
	return status;
}

/* ---- signals --------------------------------------------------------------------------------- */

static void on_end(void *arg)
{
	struct daemon *daemon = arg;

	(void)notify_send("STOPPING=1");
	loop_stop(daemon->loop);
}

static void on_reload(void *arg)
{
	struct daemon *daemon = arg;
	int r = log_reopen();

	if (r < 0)
		log_warning("cannot open the log file anew: %s", strerror(-r));
	engine_reload(daemon->engine);
}

static void on_reload_templates(void *arg)
{
	struct daemon *daemon = arg;

	engine_reload_templates(daemon->engine);
}

static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGUSR1 };

static int watch_signals(struct daemon *daemon)
{
	static loop_fn *const fns[] = { on_end, on_end, on_reload, on_reload, on_reload_templates };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		daemon->on_signal[i] = loop_watch_signal(daemon->loop, signals[i], fns[i], daemon);
		if (!daemon->on_signal[i])
			return -ENOMEM;
	}
	return 0;
}

/* ---- starting -------------------------------------------------------------------------------- */

static int not_started(const char *tried, int error)
{
	log_err("%s: %s", tried, strerror(-error));
	return EXIT_NOT_STARTED;
}

static int open_log(const struct options *options)
{
	const struct log_config config = {
		.level = options->log_level,
		.file = options->log_file,
		.facility = options->log_facility,
	};
	int r = log_open(&config);

	if (r < 0)
		return not_started(options->log_file, r);
	log_echo_errors(!options->foreground || !options->log_file ||
			strcmp(options->log_file, "-") != 0);
	return 0;
}

static void set_paths(struct daemon *daemon)
{
	const char *directory = daemon->options.runtime_directory;

	(void)snprintf(daemon->pid_path, sizeof(daemon->pid_path), "%s/cgred.pid", directory);
	(void)snprintf(daemon->socket_path, sizeof(daemon->socket_path), "%s/cgred.socket",
		       directory);
	(void)snprintf(daemon->state_path, sizeof(daemon->state_path), "%s/cgred.state", directory);
	daemon->config.state_path = daemon->state_path;
	(void)snprintf(daemon->audit_path, sizeof(daemon->audit_path), "%s/cgred.audit", directory);
	daemon->config.audit_state_path = daemon->audit_path;
}

static int lock(struct daemon *daemon)
{
	const char *directory = daemon->options.runtime_directory;

	daemon->lock_fd = daemonize_lock(directory, "cgred");
	if (daemon->lock_fd == -EWOULDBLOCK) {
		log_err("another cgred runs already (it holds %s/cgred.lock)", directory);
		return EXIT_NOT_STARTED;
	}
	return daemon->lock_fd < 0 ? not_started(directory, daemon->lock_fd) : 0;
}

/* What the configuration says about the log, where the command line does not. */
static int apply_log_settings(struct daemon *daemon)
{
	const struct yaml_config *settings = engine_settings(daemon->engine);
	struct options *options = &daemon->options;

	if (settings->has_log_level && !options->level_chosen)
		options->log_level = settings->log_level;
	if (settings->log_file.text && !options->log_chosen)
		options->log_file = settings->log_file.text;
	else if (!settings->has_log_level || options->level_chosen)
		return 0;
	return open_log(options);
}

static int make_engine(struct daemon *daemon)
{
	int r = engine_new(daemon->loop, &daemon->config, &daemon->engine);

	if (r == -EINVAL) {
		log_err("the configuration has mistakes");
		return EXIT_RULES;
	}
	if (r == -ENODEV) {
		log_err("no cgroup hierarchy is mounted");
		return EXIT_NO_CGROUP;
	}
	return r < 0 ? not_started("cannot start", r) : apply_log_settings(daemon);
}

static int start_engine(struct daemon *daemon)
{
	int r = sticky_socket_open(daemon->loop, daemon->engine, daemon->socket_path,
				   daemon->options.socket_uid, daemon->options.socket_gid,
				   &daemon->sticky_socket);
	if (r < 0)
		return not_started(daemon->socket_path, r);
	return engine_start(daemon->engine) < 0 ? EXIT_NOT_STARTED : 0;
}

static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Programs run while the daemon is late. On a busy machine it is as early as it would be on an idle
 * one only if it goes before what the events are about. Who has given it a niceness keeps that. */
static void raise_priority(void)
{
	errno = 0;
	if (getpriority(PRIO_PROCESS, 0) == 0 && errno == 0)
		(void)setpriority(PRIO_PROCESS, 0, NICENESS);
}

static int start(struct daemon *daemon)
{
	int status;
	int r;

	set_paths(daemon);
	status = open_log(&daemon->options);
	/* A single pass works beside a daemon. */
	if (status == 0 && !daemon->options.once)
		status = lock(daemon);
	if (status)
		return status;
	raise_limits();
	raise_priority();
	daemon->loop = loop_new();
	if (!daemon->loop)
		return not_started("cannot make an event loop", -ENOMEM);
	/* From here on a signal ends the daemon cleanly, also one that comes while the rules are
	 * read. */
	r = watch_signals(daemon);
	if (r < 0)
		return not_started("cannot watch signals", r);
	status = make_engine(daemon);
	if (status || daemon->options.once || daemon->options.clean)
		return status;
	status = start_engine(daemon);
	if (status)
		return status;
	r = daemonize_write_pid(daemon->pid_path);
	if (r < 0)
		return not_started(daemon->pid_path, r);
	daemon->has_pid_file = true;
	return 0;
}

static void say_ready(struct daemon *daemon)
{
	log_notice("ready (cgred " PACKAGE_VERSION ")");
	log_echo_errors(false);
	daemonize_ready(take_fd(&daemon->ready_fd));
	(void)notify_send("READY=1");
}

static void log_statistics(const struct engine *engine)
{
	struct engine_stats stats;

	engine_get_stats(engine, &stats);
	log_notice(
		"ended: %llu events, %llu placed, %llu in place, %llu failed, %llu overruns, "
		"%llu dropped, %llu scans, %llu subscribed anew, %llu numbers reused, %llu given up, "
		"%llu execs held, %llu filtered, %llu accesses, %llu signals",
		(unsigned long long)stats.events,
		(unsigned long long)stats.verdicts[VERDICT_PLACED],
		(unsigned long long)stats.verdicts[VERDICT_IN_PLACE],
		(unsigned long long)stats.verdicts[VERDICT_FAILED],
		(unsigned long long)stats.overruns, (unsigned long long)stats.dropped,
		(unsigned long long)stats.scans, (unsigned long long)stats.reopened,
		(unsigned long long)stats.reused, (unsigned long long)stats.given_up,
		(unsigned long long)stats.held, (unsigned long long)stats.filtered,
		(unsigned long long)stats.accesses, (unsigned long long)stats.signals);
}

static void end(struct daemon *daemon)
{
	sticky_socket_close(daemon->sticky_socket);
	for (size_t i = 0; i < sizeof(daemon->on_signal) / sizeof(daemon->on_signal[0]); i++)
		loop_watch_free(daemon->on_signal[i]);
	engine_free(daemon->engine);
	loop_free(daemon->loop);
	if (daemon->has_pid_file)
		(void)unlink(daemon->pid_path);
	if (daemon->lock_fd >= 0)
		(void)close(daemon->lock_fd);
	log_close();
}

/* What was asked for: to listen, or one thing only. */
static int work(struct daemon *daemon)
{
	int r;

	if (daemon->options.clean)
		return engine_clean(daemon->engine) < 0 ? EXIT_LEFT : EXIT_SUCCESS;
	if (daemon->options.once)
		(void)engine_pass(daemon->engine);
	else
		say_ready(daemon);
	r = loop_run(daemon->loop);
	log_statistics(daemon->engine);
	return r < 0 ? not_started("the event loop failed", r) : EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	static struct daemon daemon = { .lock_fd = -1, .ready_fd = -1 };
	int status;
	int r;

	daemonize_prepare(signals, sizeof(signals) / sizeof(signals[0]));
	status = options_parse(argc, argv, &daemon.options);
	if (status >= 0)
		return status;
	configure(&daemon.options, &daemon.config);
	if (daemon.options.check)
		return check(&daemon.config.paths);
	if (geteuid() != 0) {
		(void)fputs("cgred: only root can run this\n", stderr);
		return EXIT_NOT_ROOT;
	}
	(void)signal(SIGPIPE, SIG_IGN);
#ifdef M_MMAP_THRESHOLD
	(void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
	if (!daemon.options.foreground) {
		r = daemonize_begin(&daemon.ready_fd);
		if (r < 0)
			return not_started("cannot go to the background", r);
	}
	status = start(&daemon);
	if (status == 0)
		status = work(&daemon);
	end(&daemon);
	return status;
}
