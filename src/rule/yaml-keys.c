/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of rules, groups and triggers in YAML configuration files, and what they take. Pure:
 * whether a user, a program or a group exists is not asked here. */
#include "config.h"

#include "rule/yaml-keys.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "rule/destination.h"
#include "rule/yaml-values.h"

#define PIDS_MAX_OF_KERNEL ((uint64_t)4 << 20) /* PID_MAX_LIMIT, kernel/cgroup/pids.c */
#define MAX_RUNNING_MAX	   1024
#define COMM_MAX	   15 /* TASK_COMM_LEN without its zero byte */

/* ---- texts --------------------------------------------------------------------------------- */

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

const char *yaml_check_plain(char *text)
{
	if (!text[0])
		return "is empty";
	return has_control(text) ? "has a control character in it" : NULL;
}

const char *yaml_check_name(char *text)
{
	if (strchr(text, '/'))
		return "has a \"/\" in it";
	if (destination_find_dots(text))
		return "is no name";
	if (strlen(text) > NAME_MAX)
		return "has more than 255 bytes";
	return yaml_check_plain(text);
}

const char *yaml_check_top(char *text)
{
	destination_normalise(text);
	if (destination_find_dots(text))
		return "has a component \".\" or \"..\"";
	for (const char *at = text; *at; at += strspn(at, "/")) {
		size_t len = strcspn(at, "/");

		if (len > NAME_MAX)
			return "has a component of more than 255 bytes";
		at += len;
	}
	return yaml_check_plain(text);
}

/* The slash at the end stays. */
static const char *check_path(char *text)
{
	char *out = text;

	if (!text[0])
		return "is empty";
	if (text[0] != '/')
		return "is no absolute path";
	for (const char *in = text; *in; in++)
		if (*in != '/' || out == text || out[-1] != '/')
			*out++ = *in;
	*out = '\0';
	if (strlen(text) >= PATH_MAX)
		return "is longer than a path can be";
	return destination_find_dots(text) ? "has a component \".\" or \"..\"" : NULL;
}

/* A path without a slash at the end: a file, or the root. */
static const char *check_file(char *text)
{
	const char *problem = check_path(text);
	size_t len = strlen(text);

	if (!problem && len > 1 && text[len - 1] == '/')
		return "is no file: it ends in \"/\"";
	return problem;
}

const char *yaml_check_log_file(char *text)
{
	return strcmp(text, "-") == 0 ? NULL : check_file(text);
}

static const char *check_directory(char *text)
{
	const char *problem = check_path(text);
	size_t len = strlen(text);

	if (!problem && len > 1 && text[len - 1] == '/')
		text[len - 1] = '\0';
	return problem;
}

static const char *check_condition(char *text)
{
	if (text[0] == '!' && !text[1])
		return "has nothing behind the \"!\"";
	return yaml_check_plain(text);
}

static const char *check_user(char *text)
{
	char *name = text + (text[0] == '!');

	if (name[0] == '@' && !name[1])
		return "has no group behind the \"@\"";
	return check_condition(text);
}

static const char *check_comm(char *text)
{
	char *name = text + (text[0] == '!');

	if (strlen(name) > COMM_MAX && !strpbrk(name, "*?[\\"))
		return "never matches: the kernel keeps 15 bytes of such a name";
	return check_condition(text);
}

static const char *check_parent(char *text)
{
	char *name = text + (text[0] == '!');

	/* A base name, even if it is a pattern, has no slash. */
	if (strchr(name, '/') && name[0] != '/')
		return "never matches: it has a \"/\", but does not begin with one";
	return check_condition(text);
}

/* ---- values -------------------------------------------------------------------------------- */

static void read_bytes(struct yaml_reader *reader, const struct yaml_key *key,
		       const struct yaml_item *item, void *field)
{
	if (yaml_is_text(reader, key->name, item->value) &&
	    !yaml_value_bytes(item->value->text, field))
		yaml_say_takes(reader, key, item->value);
}

static void read_percent(struct yaml_reader *reader, const struct yaml_key *key,
			 const struct yaml_item *item, void *field)
{
	if (yaml_is_text(reader, key->name, item->value) &&
	    !yaml_value_percent(item->value->text, field))
		yaml_say_takes(reader, key, item->value);
}

static void read_pids(struct yaml_reader *reader, const struct yaml_key *key,
		      const struct yaml_item *item, void *field)
{
	if (yaml_is_text(reader, key->name, item->value) &&
	    !yaml_value_number(item->value->text, 1, PIDS_MAX_OF_KERNEL, field))
		yaml_say_takes(reader, key, item->value);
}

static void read_max_running(struct yaml_reader *reader, const struct yaml_key *key,
			     const struct yaml_item *item, void *field)
{
	unsigned *number = field;
	uint64_t value;

	if (!yaml_is_text(reader, key->name, item->value))
		return;
	if (yaml_value_number(item->value->text, 1, MAX_RUNNING_MAX, &value))
		*number = (unsigned)value;
	else
		yaml_say_takes(reader, key, item->value);
}

static void read_thaw_after(struct yaml_reader *reader, const struct yaml_key *key,
			    const struct yaml_item *item, void *field)
{
	if (yaml_is_text(reader, key->name, item->value) &&
	    !yaml_value_duration(item->value->text, field))
		yaml_say_takes(reader, key, item->value);
}

static void read_timeout(struct yaml_reader *reader, const struct yaml_key *key,
			 const struct yaml_item *item, void *field)
{
	unsigned *number = field, ms;

	if (!yaml_is_text(reader, key->name, item->value))
		return;
	if (yaml_value_duration(item->value->text, &ms) && ms > 0)
		*number = ms;
	else
		yaml_say_takes(reader, key, item->value);
}

static void read_rate(struct yaml_reader *reader, const struct yaml_key *key,
		      const struct yaml_item *item, void *field)
{
	struct yaml_trigger *trigger = field;

	if (yaml_is_text(reader, key->name, item->value) &&
	    !yaml_value_rate(item->value->text, &trigger->rate, &trigger->rate_ms))
		yaml_say_takes(reader, key, item->value);
}

/* ---- rules --------------------------------------------------------------------------------- */

static const struct yaml_choice actions[] = {
	{ "KILL", YAML_KILL }, { "INTERRUPT", YAML_INTERRUPT }, { "TERM", YAML_TERM },
	{ "STOP", YAML_STOP }, { "FREEZE", YAML_FREEZE },	{ "LOG", YAML_LOG },
	{ NULL, 0 },
};

unsigned yaml_find_action(const char *name)
{
	for (const struct yaml_choice *action = actions; action->name; action++)
		if (strcmp(action->name, name) == 0)
			return action->value;
	return 0;
}

/* Those that are actions go out of the list. */
static void read_triggers(struct yaml_reader *reader, const struct yaml_key *key,
			  const struct yaml_item *item, void *field)
{
	struct yaml_rule *rule = field;
	struct yaml_list *list = &rule->triggers;
	size_t kept = 0;

	yaml_read_list(reader, key, item, list);
	for (size_t i = 0; i < list->n; i++) {
		unsigned action = yaml_find_action(list->items[i].text);

		rule->actions |= action;
		if (action)
			yaml_text_done(&list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	/* yaml_grow() goes by the number: no more is added to a list once it is read. */
	list->n = kept;
}

static const struct yaml_choice accesses[] = {
	{ "execute", YAML_EXECUTE },
	{ "read", YAML_READ },
	{ "write", YAML_WRITE },
	{ NULL, 0 },
};

static const struct yaml_choice syncs[] = {
	{ "auto", YAML_SYNC_AUTO },
	{ "always", YAML_SYNC_ALWAYS },
	{ "never", YAML_SYNC_NEVER },
	{ NULL, 0 },
};

#define TRUE_OR_FALSE "true or false"

#define FIELD(field) .offset = offsetof(struct yaml_rule, field)

const struct yaml_key yaml_rule_keys[] = {
	{ "paths", yaml_read_list, FIELD(paths), .check = check_path },
	{ "action", yaml_read_choice, FIELD(access), .takes = "execute, read or write",
	  .choices = accesses },
	{ "group", yaml_read_text, FIELD(group), .check = yaml_check_name },
	{ "trigger", read_triggers, .check = yaml_check_plain },
	{ "users", yaml_read_list, FIELD(users), .check = check_user },
	{ "comm", yaml_read_list, FIELD(comm), .check = check_comm },
	{ "containers", yaml_read_list, FIELD(containers), .check = check_condition },
	{ "cgroup", yaml_read_list, FIELD(cgroup), .check = check_condition },
	{ "parent", yaml_read_list, FIELD(parent), .check = check_parent },
	{ "sync", yaml_read_choice, FIELD(sync), .takes = "auto, always or never",
	  .choices = syncs },
	{ "dry_run", yaml_read_bool, FIELD(dry_run), .takes = TRUE_OR_FALSE },
	{ "failed", yaml_read_bool, FIELD(failed), .takes = TRUE_OR_FALSE },
	{ 0 },
};

#undef FIELD

/* ---- groups -------------------------------------------------------------------------------- */

void yaml_value_done(struct yaml_value *value)
{
	yaml_text_done(&value->file);
	yaml_text_done(&value->value);
}

static bool read_file_and_value(struct yaml_reader *reader, const struct yaml_item *item,
				struct yaml_value *ret)
{
	const char *problem;

	if (!yaml_is_text(reader, item->key->text, item->value) ||
	    !yaml_copy(reader, item->key, &ret->file) ||
	    !yaml_copy(reader, item->value, &ret->value))
		return false;
	problem = yaml_check_name(ret->file.text);
	if (problem)
		yaml_say(reader, item->key, "the file \"%s\" %s", yaml_show(ret->file.text).text,
			 problem);
	else if (!ret->value.text[0])
		yaml_say(reader, item->value, "\"%s\" has an empty value",
			 yaml_show(ret->file.text).text);
	else
		return true;
	return false;
}

static void read_set(struct yaml_reader *reader, const struct yaml_key *key,
		     const struct yaml_item *item, void *field)
{
	struct yaml_group *group = field;

	if (item->value->kind != YAML_MAPPING) {
		yaml_say(reader, item->value, "\"%s\" takes names of files, each with its value",
			 key->name);
		return;
	}
	for (const struct yaml_item *i = item->value->items; i && !reader->stop; i = i->next) {
		struct yaml_value value = { 0 }, *set = NULL;

		if (read_file_and_value(reader, i, &value))
			set = yaml_grow(reader, group->set, group->n_set, sizeof(*set));
		if (!set) {
			yaml_value_done(&value);
			continue;
		}
		group->set = set;
		set[group->n_set++] = value;
	}
}

#define FIELD(field) .offset = offsetof(struct yaml_group, field)

const struct yaml_key yaml_group_keys[] = {
	{ "ram", read_bytes, FIELD(ram_bytes),
	  .takes = "a number of MiB, or one with K, M or G behind it, from 4K" },
	{ "cpu", read_percent, FIELD(cpu_hundredths),
	  .takes = "a percentage of all processors, over 0 up to 100, with two decimals at most" },
	{ "pids", read_pids, FIELD(pids), .takes = "a number from 1 to 4194304" },
	{ "freeze", yaml_read_bool, FIELD(freeze), .takes = TRUE_OR_FALSE },
	{ "set", read_set, .offset = 0 },
	{ "kill", yaml_read_bool, FIELD(kill), .takes = TRUE_OR_FALSE },
	{ "thaw_after", read_thaw_after, FIELD(thaw_after_ms),
	  .takes = "seconds, or a number with ms, s, m or h behind it, up to 576h" },
	{ 0 },
};

#undef FIELD

/* ---- triggers ------------------------------------------------------------------------------ */

#define FIELD(field) .offset = offsetof(struct yaml_trigger, field)

const struct yaml_key yaml_trigger_keys[] = {
	{ "run", yaml_read_text, FIELD(run), .check = check_file },
	{ "args", yaml_read_list, FIELD(args), .may_be_empty = true },
	{ "user", yaml_read_text, FIELD(user), .check = yaml_check_plain },
	{ "group", yaml_read_text, FIELD(group), .check = yaml_check_plain },
	{ "timeout", read_timeout, FIELD(timeout_ms),
	  .takes = "seconds over 0, or a number with ms, s, m or h behind it, up to 576h" },
	{ "max_running", read_max_running, FIELD(max_running), .takes = "a number from 1 to 1024" },
	{ "rate", read_rate, .takes = "a number and a time, as 10/s, 100/m or 5/10s" },
	{ "cwd", yaml_read_text, FIELD(cwd), .check = check_directory },
	{ 0 },
};

#undef FIELD
