/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_REPORT_H
#define CGRED_ENGINE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event.h"

struct decision;
struct diag_list;
struct ruleset;

/* What of decisions and loads goes into the log, and how often. */

/* Remembers which failures were said already. */
struct report;

/* NULL: no memory. */
struct report *report_new(void);
void report_free(struct report *report);

/* Say everything anew: the configuration has changed. */
void report_reset(struct report *report);

/* A decision: placements at LOG_INFO, a failure at LOG_ERR once and then once a minute with its
 * count, the rest at LOG_DEBUG. */
void report_decision(struct report *report, const struct ruleset *rules, enum event_kind kind,
		     const struct decision *decision, uint64_t now_ms);

/* Warnings of placing: each text once. */
void report_warnings(struct report *report, const struct diag_list *diags, uint64_t now_ms);

/* There is no memory for something: once a minute, whatever it is. */
void report_no_memory(struct report *report, const char *what, uint64_t now_ms);

/* Messages of a load, each at its level. */
void report_load(const struct diag_list *diags);

#endif
