/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom the rules are for, told to the kernel: execs by others do not even wake the daemon. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/btf.h"
#include "base/log.h"
#include "engine/parts.h"
#include "rule/ruleset.h"
#include "source/connector.h"
#include "source/exec-filter.h"

static void forget(struct exec_audience *audience)
{
	free(audience->uids);
	free(audience->gids);
	*audience = (struct exec_audience){ .everybody = true };
}

/* Without memory for it: everybody. */
static void find(const struct ruleset *rules, struct exec_audience *ret)
{
	struct ruleset_ids ids;

	forget(ret);
	if (rules && ruleset_who(rules, &ids) == 0)
		*ret = (struct exec_audience){
			.everybody = ids.everybody,
			.uids = ids.uids,
			.gids = ids.gids,
			.n_uids = ids.n_uids,
			.n_gids = ids.n_gids,
		};
}

void engine_update_audience(struct engine *engine)
{
	int r;

	if (!engine->exec_filter || !engine->connector)
		return;
	find(engine->rules, &engine->audience);
	r = connector_set_filter(engine->connector, engine->exec_filter, &engine->audience);
	if (r < 0)
		log_warning("the kernel does not take the filter of execs: %s", strerror(-r));
}

void engine_open_exec_filter(struct engine *engine)
{
	const char *tried;
	int r = exec_filter_new(BTF_KERNEL, &engine->exec_filter, &tried);

	if (r == 0)
		log_info("execs by users that no rule is for end in the kernel, which notes %s",
			 exec_filter_notes(engine->exec_filter));
	else
		log_info("every exec is looked at, whoever makes it (%s: %s)", tried, strerror(-r));
}

void engine_close_exec_filter(struct engine *engine)
{
	exec_filter_free(engine->exec_filter);
	engine->exec_filter = NULL;
	forget(&engine->audience);
}
