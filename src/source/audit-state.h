/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_STATE_H
#define CGRED_SOURCE_AUDIT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_rule_data;

/* What of the kernel's audit configuration was changed, and how it was before. */
struct audit_state {
	uint32_t enabled;	/* as it was */
	uint32_t backlog_limit; /* as it was */
	uint32_t our_backlog_limit;
	bool had_daemon;		/* an audit daemon was there */
	struct audit_rule_data **rules; /* ours: each may be in the kernel */
	size_t n_rules;
	struct audit_rule_data **site; /* taken out, in their order */
	size_t n_site;
};

/* So that it outlives a SIGKILL: on the disk when it returns. 0 or -errno. */
int audit_state_save(const char *path, const struct audit_state *state);

/* 0; -ENOENT: there is none, or of an earlier boot, when the rules were others; another -errno.
 * Release with audit_state_done(). */
int audit_state_load(const char *path, struct audit_state *ret);
void audit_state_done(struct audit_state *state);

/*
 * Make it as it was: our rules go, the others come back. "enabled" stays on where an audit daemon
 * came meanwhile, and the limit where somebody else has set it. Goes on after an error; returns the
 * first one, or 0.
 */
int audit_state_undo(int fd, const struct audit_state *state);

#endif
