/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of the audit source: what is changed in the kernel's configuration, in which order, and
 * how it is undone. Nothing is changed before the first watch is set, and the state file always
 * knows more than the kernel: it is written before a rule is added, and again when it is gone.
 */
#include "config.h"

#include "source/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/log.h"
#include "source/audit-kernel.h"
#include "source/audit-records.h"
#include "source/audit-socket.h"
#include "source/audit-state.h"
#include "source/audit-watches.h"

/* With the kernel's default of 64, tasks wait for the queue to be emptied in a burst. A record has
 * about a KiB. */
#define BACKLOG_LIMIT 8192

/* How often it is looked at what does not come by itself: the kernel's counter of lost records,
 * events without an end, rules that somebody removed. Only while records come. */
#define TICK_MS 1000

/* So many batches without an event of ours are read in one audit_read(). */
#define BATCHES 16

struct audit {
	enum audit_policy policy;
	char *state_path;
	pid_t pid;
	int fd; /* for requests */
	struct audit_socket *socket;
	struct audit_records *records;
	bool prepared;		  /* the kernel's configuration was changed: to be undone */
	struct audit_state state; /* the site's rules are its own; ours are gathered to save it */
	bool state_changed;	  /* since it was saved */
	struct audit_watches watches;
	struct audit_place *places; /* of the watches */
	uint32_t kernel_lost;	    /* the kernel's counter when it was last read */
	int64_t last_tick_ms;
	int64_t read_ms;    /* when there was something last */
	bool drained;	    /* when it was last read */
	bool tick_due;	    /* records came since */
	bool rules_changed; /* by somebody, it seems */
	bool lost;	    /* not said yet */
	struct audit_stats stats;
};

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the state file ----------------------------------------------------------------------------
 */

/* All rules of ours that may be in the kernel, into audit->state; they stay their watches'. */
static int gather_rules(struct audit *audit)
{
	size_t n;
	struct audit_rule_data **rules = audit_watches_gather(&audit->watches, &n);

	if (!rules)
		return -ENOMEM;
	free(audit->state.rules);
	audit->state.rules = rules;
	audit->state.n_rules = n;
	return 0;
}

static int save_state(struct audit *audit)
{
	int r;

	if (!audit->state_changed)
		return 0;
	r = gather_rules(audit);
	if (r == 0)
		r = audit_state_save(audit->state_path, &audit->state);
	audit->state_changed = r < 0;
	return r;
}

/* What an earlier run left behind when it was killed. */
static int undo_earlier(struct audit *audit)
{
	struct audit_state state;
	int r = audit_state_load(audit->state_path, &state);

	if (r == -ENOENT)
		return 0;
	if (r == -EBADMSG) {
		log_warning("%s cannot be read: what was changed in the audit configuration before "
			    "stays so",
			    audit->state_path);
		return unlink(audit->state_path) < 0 ? -errno : 0;
	}
	if (r < 0)
		return r;
	r = audit_state_undo(audit->fd, &state);
	audit_state_done(&state);
	if (r == -EPERM)
		return 0; /* locked: audit_set_watches() says so */
	if (r == 0)
		(void)unlink(audit->state_path);
	return r;
}

/* ---- open and close ----------------------------------------------------------------------------
 */

static int open_all(struct audit *audit, struct audit_links links, const char **ret_tried)
{
	struct audit_kernel_status status;
	int r;

	*ret_tried = "socket(AF_NETLINK, NETLINK_AUDIT)";
	audit->fd = audit_kernel_open();
	if (audit->fd < 0)
		return audit->fd;
	*ret_tried = "asking the kernel for its audit status";
	r = audit_kernel_get_status(audit->fd, &status);
	if (r < 0)
		return r;
	*ret_tried = "undoing what an earlier run has changed";
	r = undo_earlier(audit);
	if (r < 0)
		return r;
	*ret_tried = "auparse_init";
	audit->records = audit_records_new(links, audit->policy == AUDIT_REUSE);
	if (!audit->records)
		return -ENOMEM;
	audit->kernel_lost = status.lost;
	audit->stats.has_daemon = status.daemon_pid != 0;
	return audit_socket_open(&audit->socket, ret_tried);
}

/* The records of another listener's rules come to this one, too: numbers far apart from its. */
static unsigned first_id(void)
{
	uint32_t id;

	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != sizeof(id))
		id = (uint32_t)getpid() << 12;
	return id & 0xfffff000;
}

int audit_begin(enum audit_policy policy, const char *state_path, struct audit_links links,
		struct audit **ret, const char **ret_tried)
{
	struct audit *audit = calloc(1, sizeof(*audit));
	int r;

	*ret_tried = "calloc";
	if (!audit)
		return -ENOMEM;
	audit->policy = policy;
	audit->pid = getpid();
	audit->fd = -1;
	audit->watches.last_id = first_id();
	audit->state_path = strdup(state_path);
	r = audit->state_path ? open_all(audit, links, ret_tried) : -ENOMEM;
	if (r < 0) {
		audit_end(audit);
		return r;
	}
	*ret = audit;
	return 0;
}

/* The file stays when not all could be undone: for the next run. */
static void undo(struct audit *audit)
{
	if (gather_rules(audit) == 0 && audit_state_undo(audit->fd, &audit->state) == 0)
		(void)unlink(audit->state_path);
}

void audit_end(struct audit *audit)
{
	if (!audit)
		return;
	if (audit->prepared)
		undo(audit);
	audit_socket_close(audit->socket);
	audit_records_free(audit->records);
	audit_watches_done(&audit->watches);
	free(audit->places);
	/* Its own rules were those of the watches. */
	audit->state.n_rules = 0;
	audit_state_done(&audit->state);
	if (audit->fd >= 0)
		(void)close(audit->fd);
	free(audit->state_path);
	free(audit);
}

/* ---- the kernel's configuration ----------------------------------------------------------------
 */

/* The site's rules, and what else there is, as it was before the first change. */
static int note_configuration(struct audit *audit, const struct audit_kernel_status *status)
{
	audit->state.enabled = status->enabled;
	audit->state.backlog_limit = status->backlog_limit;
	audit->state.had_daemon = status->daemon_pid != 0;
	/* 0 is: no limit. */
	audit->state.our_backlog_limit = status->backlog_limit;
	if (status->backlog_limit != 0 && status->backlog_limit < BACKLOG_LIMIT)
		audit->state.our_backlog_limit = BACKLOG_LIMIT;
	if (audit->policy != AUDIT_OVERRIDE)
		return 0;
	audit_kernel_free_rules(audit->state.site, audit->state.n_site);
	audit->state.site = NULL;
	audit->state.n_site = 0;
	return audit_kernel_list_rules(audit->fd, &audit->state.site, &audit->state.n_site);
}

static int change_configuration(struct audit *audit)
{
	const struct audit_state *state = &audit->state;
	int r = 0;

	for (size_t i = 0; i < state->n_site && r == 0; i++) {
		r = audit_kernel_delete_rule(audit->fd, state->site[i]);
		if (r == -ENOENT)
			r = 0;
	}
	if (r == 0 && state->our_backlog_limit != state->backlog_limit)
		r = audit_kernel_set_backlog_limit(audit->fd, state->our_backlog_limit);
	if (r == 0 && state->enabled == 0)
		r = audit_kernel_set_enabled(audit->fd, 1);
	return r;
}

/* Once, before the first rule. */
static int prepare(struct audit *audit, const struct audit_kernel_status *status)
{
	int r = note_configuration(audit, status);

	if (r == 0)
		r = save_state(audit);
	if (r < 0)
		return r;
	audit->prepared = true;
	return change_configuration(audit);
}

/* Somebody has switched it off, such as an audit daemon at its end: that is how it shall be left,
 * but the watches need it on. */
static int keep_enabled(struct audit *audit, const struct audit_kernel_status *status)
{
	const bool has_daemon = status->daemon_pid != 0;
	int r;

	if (status->enabled != 0)
		return 0;
	audit->state_changed = audit->state_changed || audit->state.enabled != 0 ||
			       audit->state.had_daemon != has_daemon;
	audit->state.enabled = 0;
	audit->state.had_daemon = has_daemon; /* one that comes later keeps it on */
	r = save_state(audit);
	return r < 0 ? r : audit_kernel_set_enabled(audit->fd, 1);
}

static void add_rules(struct audit *audit, struct audit_target *target)
{
	for (size_t i = 0; i < target->n_rules; i++) {
		struct audit_rule *rule = &target->rules[i];

		if (rule->is_set)
			continue;
		/* Each attempt is a record in everybody's log. */
		rule->error = target->inode == 0 ? -ENOENT : 0;
		if (rule->error < 0)
			continue;
		/* Before the site's: the kernel tells the key of the first one only. */
		rule->error = audit_kernel_add_rule(audit->fd, rule->data, true);
		rule->is_set = rule->error == 0 || rule->error == -EEXIST;
	}
	/* The kernel shares what it knows of a directory between the rules for it. */
	if (target->is_directory && target->is_changed)
		(void)audit_kernel_cover(audit->fd, target->path);
	target->is_changed = false;
}

static void delete_rules(struct audit *audit, struct audit_retired *retired)
{
	size_t left = 0;

	for (size_t i = 0; i < retired->n; i++) {
		int r = audit_kernel_delete_rule(audit->fd, retired->rules[i]);

		if (r == 0 || r == -ENOENT)
			free(take_ptr(&retired->rules[i]));
		else
			retired->rules[left++] = retired->rules[i];
	}
	audit->state_changed = audit->state_changed || left < retired->n;
	retired->n = left;
}

/* Is there anything in the kernel to change? Also where rules are set it may have been switched
 * off. */
static bool is_needed(const struct audit *audit)
{
	return audit->watches.n > 0 || audit->watches.retired.n > 0 || audit->watches.stale.n > 0;
}

/* New rules come before the old ones go: nothing is missed in between. */
static int apply(struct audit *audit)
{
	struct audit_kernel_status status;
	int r;

	if (!is_needed(audit))
		return 0;
	r = audit_kernel_get_status(audit->fd, &status);
	if (r == 0 && status.enabled > 1)
		r = -EPERM;
	if (r == 0)
		r = audit->prepared ? keep_enabled(audit, &status) : prepare(audit, &status);
	if (r == 0)
		r = save_state(audit);
	if (r < 0)
		return r;
	delete_rules(audit, &audit->watches.stale);
	for (size_t i = 0; i < audit->watches.n; i++)
		for (size_t j = 0; j < audit->watches.list[i].n_targets; j++)
			add_rules(audit, &audit->watches.list[i].targets[j]);
	delete_rules(audit, &audit->watches.retired);
	return save_state(audit);
}

/* ---- watches -----------------------------------------------------------------------------------
 */

/* Where the paths lead now; the rules in the kernel are not changed yet. */
static int plan(struct audit *audit)
{
	struct audit_place *places;
	bool changed;
	int r = audit_watches_plan(&audit->watches, audit->policy != AUDIT_REUSE, &changed);

	audit->state_changed = audit->state_changed || changed;
	/* They point into the watches: also when something went wrong. */
	places = audit_watches_places(&audit->watches);
	audit_records_set_places(audit->records, places, places ? audit->watches.n : 0);
	free(audit->places);
	audit->places = places;
	return places ? r : -ENOMEM;
}

/* ---- what a person should know -----------------------------------------------------------------
 */

static void warn_of_configuration(struct audit *audit, struct diag_list *diags)
{
	struct audit_rule_data **rules = NULL;
	struct audit_kernel_status status;
	size_t n = 0;

	if (audit_kernel_get_status(audit->fd, &status) < 0)
		return;
	if (status.enabled == 0)
		diag_add(diags, DIAG_WARNING, "audit", 0, 0,
			 "is switched off, and stays so with \"reuse\": no event will come");
	if (status.rate_limit != 0)
		diag_add(diags, DIAG_WARNING, "audit", 0, 0,
			 "the kernel drops what is more than %u records a second (auditctl -r)",
			 status.rate_limit);
	if (audit_kernel_list_rules(audit->fd, &rules, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (audit_kernel_is_task_never(rules[i]))
			diag_add(diags, DIAG_WARNING, "audit", 0, 0,
				 "a rule of the site, \"-a task,never\", keeps new processes out "
				 "of it");
	audit_kernel_free_rules(rules, n);
}

static void warn_of_watches(const struct audit *audit, struct diag_list *diags)
{
	for (size_t i = 0; i < audit->watches.n && audit->policy != AUDIT_REUSE; i++) {
		const struct audit_watched *watched = &audit->watches.list[i];
		int error;

		if (audit_watched_is_set(watched, &error))
			continue;
		if (error == -ENOENT || error == -ENOTDIR)
			diag_add(diags, DIAG_WARNING, watched->path, 0, 0,
				 "cannot be watched yet: its directory does not exist");
		else if (error == -ELOOP)
			diag_add(diags, DIAG_WARNING, watched->path, 0, 0,
				 "cannot be watched: it leads through a symbolic link that neither "
				 "root nor the daemon owns");
		else
			diag_add(diags, DIAG_WARNING, watched->path, 0, 0, "cannot be watched: %s",
				 strerror(-error));
	}
}

int audit_set_watches(struct audit *audit, const struct audit_watch *watches, size_t n,
		      struct diag_list *diags)
{
	int planned;
	int r;

	audit_records_set_places(audit->records, NULL, 0);
	r = audit_watches_replace(&audit->watches, watches, n);
	audit->state_changed = true;
	planned = plan(audit);
	if (r == 0)
		r = planned;
	if (r == 0 && audit->policy != AUDIT_REUSE)
		r = apply(audit);
	if (r < 0)
		return r;
	if (n > 0)
		warn_of_configuration(audit, diags);
	warn_of_watches(audit, diags);
	return 0;
}

/* Rules can go without us: with their directory, by "auditctl -D", at the start of auditd. Returns
 * whether the site keeps all new processes out. */
static bool find_missing(struct audit *audit)
{
	struct audit_rule_data **rules;
	bool is_deaf = false;
	size_t n;

	if (audit->watches.n == 0 || audit_kernel_list_rules(audit->fd, &rules, &n) < 0)
		return false;
	audit_watches_compare(&audit->watches, rules, n);
	for (size_t i = 0; i < n; i++)
		is_deaf = is_deaf || audit_kernel_is_task_never(rules[i]);
	audit_kernel_free_rules(rules, n);
	return is_deaf;
}

static bool is_off(const struct audit *audit)
{
	struct audit_kernel_status status;

	return audit_kernel_get_status(audit->fd, &status) == 0 && status.enabled == 0;
}

size_t audit_retry(struct audit *audit)
{
	bool is_deaf;

	if (audit->policy == AUDIT_REUSE) {
		(void)plan(audit);
		return is_off(audit) ? audit->watches.n : 0;
	}
	is_deaf = find_missing(audit);
	if (plan(audit) == 0)
		(void)apply(audit);
	return is_deaf ? audit->watches.n : audit_watches_unset(&audit->watches);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

int audit_fd(const struct audit *audit)
{
	return audit_socket_fd(audit->socket);
}

static void count_lost(struct audit *audit, uint32_t n)
{
	audit->stats.lost += n;
	audit->lost = audit->lost || n > 0;
}

/* What the kernel could not say: its queue was full, or a rate limit was reached. */
static void ask_kernel_lost(struct audit *audit)
{
	struct audit_kernel_status status;

	if (audit_kernel_get_status(audit->fd, &status) < 0)
		return;
	/* Somebody may have set it to 0. */
	count_lost(audit, status.lost >= audit->kernel_lost ? status.lost - audit->kernel_lost
							    : status.lost);
	audit->kernel_lost = status.lost;
	audit->stats.has_daemon = status.daemon_pid != 0;
}

static bool needs_tick(const struct audit *audit)
{
	return audit->tick_due || audit->rules_changed || audit_records_is_waiting(audit->records);
}

static void tick(struct audit *audit)
{
	int64_t now = now_ms();

	if (!needs_tick(audit) || now - audit->last_tick_ms < TICK_MS)
		return;
	audit->last_tick_ms = now;
	audit->tick_due = false;
	if (audit->drained)
		audit_records_age(audit->records, now);
	ask_kernel_lost(audit);
	count_lost(audit, audit_socket_new_drops(audit->socket));
	if (audit->rules_changed) {
		audit->rules_changed = false;
		(void)audit_retry(audit);
	}
}

static void take_message(struct audit *audit, const struct audit_message *message)
{
	static const char removed[] = "remove_rule";
	static const char key[] = "key=\"cgred_";

	if (message->type == AUDIT_TYPE_CONFIG_CHANGE &&
	    memmem(message->text, message->len, removed, sizeof(removed) - 1) &&
	    memmem(message->text, message->len, key, sizeof(key) - 1))
		audit->rules_changed = true;
	if (audit_records_feed(audit->records, audit->read_ms, message->type, message->text,
			       message->len))
		audit->stats.records++;
}

/* 0: go on; 1: there is nothing more; or -errno. */
static int read_batch(struct audit *audit)
{
	struct audit_message messages[AUDIT_SOCKET_BATCH];
	size_t n;
	int got = audit_socket_read(audit->socket, messages, &n);

	audit->drained = got == 0;
	if (got == -ENOBUFS) {
		audit->stats.overruns++;
		audit->lost = true;
		audit->tick_due = true;
		audit->stats.lost += audit_socket_new_drops(audit->socket);
		return 0;
	}
	if (got <= 0)
		return got < 0 ? got : 1;
	audit->tick_due = true;
	audit->read_ms = now_ms();
	for (size_t i = 0; i < n; i++)
		take_message(audit, &messages[i]);
	return 0;
}

/* With "reuse" the rules are not ours, and this process may meet them, too. */
static bool next_event(struct audit *audit, struct audit_record *ret)
{
	while (audit_records_next(audit->records, ret))
		if (ret->tid != audit->pid)
			return true;
	return false;
}

int audit_read(struct audit *audit, struct audit_record *ret)
{
	int r = 0;

	tick(audit);
	for (int i = 0; i <= BATCHES; i++) {
		if (audit->lost) {
			audit->lost = false;
			return -ENOBUFS;
		}
		if (next_event(audit, ret)) {
			audit->stats.events++;
			return 1;
		}
		if (r != 0 || i == BATCHES)
			break;
		r = read_batch(audit);
	}
	return r < 0 ? r : 0;
}

int audit_timeout_ms(const struct audit *audit)
{
	int64_t left_ms = audit->last_tick_ms + TICK_MS - now_ms();

	if (!needs_tick(audit))
		return -1;
	return left_ms > 0 ? (int)left_ms : 0;
}

void audit_get_stats(const struct audit *audit, struct audit_stats *ret)
{
	*ret = audit->stats;
}
