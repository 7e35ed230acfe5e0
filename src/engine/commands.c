/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From triggers of a YAML file to commands that can be run. */
#include "config.h"

#include "engine/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/names.h"
#include "rule/yaml.h"

#define DEFAULT_USER "nobody"
#define DEFAULT_CWD  "/"

static void warn(struct diag_list *diags, const struct yaml_trigger *trigger,
		 const struct yaml_text *at, const char *what, const char *name, int error)
{
	const struct yaml_text *where = at->text ? at : &trigger->name;

	diag_add(diags, DIAG_WARNING, where->file, where->line, where->column,
		 "%s \"%.60s\": %s; trigger \"%.60s\" does not run", what, name,
		 error == -ENOENT ? "does not exist" : strerror(-error), trigger->name.text);
}

/* 1; 0: it is not to run (a warning); -ENOMEM. */
static int find_account(const struct yaml_trigger *trigger, struct diag_list *diags,
			struct names_account *ret)
{
	const char *user = trigger->user.text ? trigger->user.text : DEFAULT_USER;
	int r = names_find_account(user, ret);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		warn(diags, trigger, &trigger->user, "user", user, r);
		return 0;
	}
	if (!trigger->group.text)
		return 1;
	r = names_find_gid(trigger->group.text, &ret->gid);
	if (r < 0)
		warn(diags, trigger, &trigger->group, "group", trigger->group.text, r);
	/* Who is given a group has no others. */
	ret->n_groups = 0;
	return r == 0;
}

static size_t count_args(const struct yaml_config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_triggers; i++)
		n += config->triggers[i].args.n + 1;
	return n;
}

static void fill(const struct yaml_trigger *yaml, const struct names_account *account,
		 const char **args, struct trigger *ret)
{
	for (size_t i = 0; i < yaml->args.n; i++)
		args[i] = yaml->args.items[i].text;
	args[yaml->args.n] = NULL;
	*ret = (struct trigger){
		.name = yaml->name.text,
		.run = yaml->run.text,
		.args = args,
		.cwd = yaml->cwd.text ? yaml->cwd.text : DEFAULT_CWD,
		.user = account->name,
		.home = account->home,
		.uid = account->uid,
		.gid = account->gid,
		.groups = account->groups,
		.n_groups = account->n_groups,
		.timeout_ms = yaml->timeout_ms,
		.max_running = yaml->max_running,
		.rate = yaml->rate,
		.rate_ms = yaml->rate_ms,
	};
}

int commands_new(const struct yaml_config *config, struct diag_list *diags, struct commands *ret,
		 unsigned *ret_unknown)
{
	struct commands commands = { .n = config->n_triggers };
	size_t used = 0;
	int r = 0;

	*ret_unknown = 0;
	commands.items = calloc(commands.n + 1, sizeof(*commands.items));
	commands.accounts = calloc(commands.n + 1, sizeof(*commands.accounts));
	commands.args = calloc(count_args(config) + 1, sizeof(*commands.args));
	if (!commands.items || !commands.accounts || !commands.args)
		r = -ENOMEM;
	for (size_t i = 0; r >= 0 && i < commands.n; i++) {
		const struct yaml_trigger *yaml = &config->triggers[i];

		r = find_account(yaml, diags, &commands.accounts[i]);
		if (r > 0)
			fill(yaml, &commands.accounts[i], commands.args + used, &commands.items[i]);
		*ret_unknown += r == 0;
		used += yaml->args.n + 1;
	}
	if (r < 0) {
		commands_done(&commands);
		return r;
	}
	*ret = commands;
	return 0;
}

void commands_done(struct commands *commands)
{
	for (size_t i = 0; commands->accounts && i < commands->n; i++)
		names_account_done(&commands->accounts[i]);
	free(commands->items);
	free(commands->accounts);
	free(commands->args);
	*commands = (struct commands){ 0 };
}
