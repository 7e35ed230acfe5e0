/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* YAML configuration files: their sections, and what has a name in them. No I/O. */
#include "config.h"

#include "rule/yaml.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/arena.h"
#include "base/textmap.h"
#include "rule/places.h"
#include "rule/yaml-keys.h"
#include "rule/yaml-tree.h"

/* Beside what a file without aliases can need: 32 bytes for each of its bytes. */
#define SPARE_BYTES ((uint64_t)16 << 20)

/* What the functions of a section's keys need beside their field. */
struct sections {
	struct yaml_reader reader;
	struct yaml_config *config;
	struct textmap rules, groups, triggers; /* all names, to their numbers */
};

/* ---- what has a name ----------------------------------------------------------------------- */

/* A rule, group or trigger; each begins with its name. */
union named {
	struct yaml_text name;
	struct yaml_rule rule;
	struct yaml_group group;
	struct yaml_trigger trigger;
};

struct named_kind {
	const char *what;
	const struct yaml_key *keys;
	yaml_text_fn *check;
	void (*done)(union named *named);
	size_t size;
};

static void rule_done(union named *named)
{
	struct yaml_rule *rule = &named->rule;
	struct yaml_list *lists[] = { &rule->paths,	 &rule->triggers, &rule->users, &rule->comm,
				      &rule->containers, &rule->cgroup,	  &rule->parent };

	yaml_text_done(&rule->name);
	yaml_text_done(&rule->group);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		yaml_list_done(lists[i]);
}

static void group_done(union named *named)
{
	struct yaml_group *group = &named->group;

	yaml_text_done(&group->name);
	for (size_t i = 0; i < group->n_set; i++)
		yaml_value_done(&group->set[i]);
	free(group->set);
}

static void trigger_done(union named *named)
{
	struct yaml_trigger *trigger = &named->trigger;

	yaml_text_done(&trigger->name);
	yaml_text_done(&trigger->run);
	yaml_text_done(&trigger->user);
	yaml_text_done(&trigger->group);
	yaml_text_done(&trigger->cwd);
	yaml_list_done(&trigger->args);
}

static const char *check_trigger(char *text)
{
	return yaml_find_action(text) ? "is the name of an action" : yaml_check_plain(text);
}

/* Below the top group two names are taken. */
static const char *check_group(char *text)
{
	if (strcmp(text, PLACES_FROZEN) == 0)
		return "is that of cgred's own group for FREEZE";
	if (strcmp(text, PLACES_TRIGGERS) == 0)
		return "is that of cgred's own group for triggers";
	return yaml_check_name(text);
}

static const struct named_kind rule_kind = { "rule", yaml_rule_keys, yaml_check_plain, rule_done,
					     sizeof(struct yaml_rule) };
static const struct named_kind group_kind = { "group", yaml_group_keys, check_group, group_done,
					      sizeof(struct yaml_group) };
static const struct named_kind trigger_kind = { "trigger", yaml_trigger_keys, check_trigger,
						trigger_done, sizeof(struct yaml_trigger) };

static bool put_name(struct yaml_reader *reader, struct textmap *map, const char *name, size_t i)
{
	if (textmap_put(map, name, (uint32_t)i) == 0)
		return true;
	reader->err = -ENOMEM;
	reader->stop = true;
	return false;
}

/* Is there one of this name? Then it is said where. */
static bool is_double(struct yaml_reader *reader, const struct named_kind *kind,
		      const struct textmap *map, const char *array, const struct yaml_node *key)
{
	uint32_t i = textmap_get(map, textmap_hash(key->text, key->len), key->text, key->len);
	struct yaml_text first;

	if (i == IDMAP_NONE)
		return false;
	memcpy(&first, array + i * kind->size, sizeof(first));
	yaml_say(reader, key, "%s \"%s\" is there already: %s:%u:%u", kind->what,
		 yaml_show(key->text).text, first.file, first.line, first.column);
	return true;
}

static void read_named(struct yaml_reader *reader, const struct named_kind *kind,
		       const struct yaml_item *item, union named *named)
{
	const struct yaml_node *value = item->value;
	unsigned errors = reader->diags->errors;
	const char *problem;

	if (kind == &trigger_kind) {
		named->trigger.timeout_ms = YAML_TIMEOUT_MS;
		named->trigger.max_running = YAML_MAX_RUNNING;
	}
	if (!yaml_copy(reader, item->key, &named->name))
		return;
	problem = kind->check(named->name.text);
	if (problem)
		yaml_say(reader, item->key, "the %s's name \"%s\" %s", kind->what,
			 yaml_show(item->key->text).text, problem);
	if (value->kind == YAML_MAPPING)
		yaml_read_mapping(reader, kind->keys, value, named);
	else if (!yaml_is_null(value) && !value->cut_short)
		yaml_say(reader, value, "%s \"%s\" takes keys with values, not a %s", kind->what,
			 yaml_show(item->key->text).text,
			 value->kind == YAML_SCALAR ? "text" : "list");
	if (kind == &trigger_kind && !named->trigger.run.text && !value->cut_short &&
	    errors == reader->diags->errors)
		yaml_say(reader, item->key, "trigger \"%s\" has no \"run\"",
			 yaml_show(item->key->text).text);
	if (kind == &rule_kind)
		named->rule.is_partial = errors != reader->diags->errors || value->cut_short;
}

/* One of them, to the n in the array. */
static void add_named(struct yaml_reader *reader, const struct named_kind *kind,
		      const struct yaml_item *item, struct textmap *map, void **array, size_t *n)
{
	union named named = { 0 };
	char *grown = NULL;

	read_named(reader, kind, item, &named);
	if (named.name.text && !is_double(reader, kind, map, *array, item->key) &&
	    put_name(reader, map, named.name.text, *n))
		grown = yaml_grow(reader, *array, *n, kind->size);
	if (!grown) {
		kind->done(&named);
		return;
	}
	memcpy(grown + *n * kind->size, &named, kind->size);
	*array = grown;
	++*n;
}

/* A section: the names and what belongs to each. */
static const struct yaml_item *section_items(struct yaml_reader *reader, const char *key,
					     const struct yaml_node *node)
{
	if (node->kind == YAML_MAPPING)
		return node->items;
	if (!node->cut_short || node->kind == YAML_SEQUENCE)
		yaml_say(reader, node, "\"%s\" takes names, each with its keys, not a %s", key,
			 node->kind == YAML_SEQUENCE ? "list" : "text");
	return NULL;
}

static void read_rules(struct yaml_reader *reader, const struct yaml_key *key,
		       const struct yaml_item *item, void *field)
{
	struct sections *sections = field;
	struct yaml_config *config = sections->config;
	void *array = config->rules;

	item = section_items(reader, key->name, item->value);
	for (; item && !reader->stop; item = item->next) {
		add_named(reader, &rule_kind, item, &sections->rules, &array, &config->n_rules);
		config->rules = array;
	}
}

static void read_groups(struct yaml_reader *reader, const struct yaml_key *key,
			const struct yaml_item *item, void *field)
{
	struct sections *sections = field;
	struct yaml_config *config = sections->config;
	void *array = config->groups;

	item = section_items(reader, key->name, item->value);
	for (; item && !reader->stop; item = item->next) {
		add_named(reader, &group_kind, item, &sections->groups, &array, &config->n_groups);
		config->groups = array;
	}
}

static void read_trigger_section(struct yaml_reader *reader, const struct yaml_key *key,
				 const struct yaml_item *item, void *field)
{
	struct sections *sections = field;
	struct yaml_config *config = sections->config;
	void *array = config->triggers;

	item = section_items(reader, key->name, item->value);
	for (; item && !reader->stop; item = item->next) {
		add_named(reader, &trigger_kind, item, &sections->triggers, &array,
			  &config->n_triggers);
		config->triggers = array;
	}
}

/* ---- the file ------------------------------------------------------------------------------ */

static void warn_if_set(struct yaml_reader *reader, const struct yaml_item *item, bool is_set)
{
	if (is_set)
		diag_add(reader->diags, DIAG_WARNING, reader->file, item->key->line,
			 item->key->column, "\"%s\" was set by a file before this one: this counts",
			 item->key->text);
}

static void read_top_name(struct yaml_reader *reader, const struct yaml_key *key,
			  const struct yaml_item *item, void *field)
{
	struct sections *sections = field;

	warn_if_set(reader, item, sections->config->name.text != NULL);
	yaml_read_text(reader, key, item, &sections->config->name);
}

static void read_mode(struct yaml_reader *reader, const struct yaml_key *key,
		      const struct yaml_item *item, void *field)
{
	struct yaml_config *config = ((struct sections *)field)->config;

	warn_if_set(reader, item, config->has_mode);
	config->has_mode = true;
	yaml_read_choice(reader, key, item, &config->mode);
}

static void read_audit_mode(struct yaml_reader *reader, const struct yaml_key *key,
			    const struct yaml_item *item, void *field)
{
	struct yaml_config *config = ((struct sections *)field)->config;

	warn_if_set(reader, item, config->has_audit);
	config->has_audit = true;
	yaml_read_choice(reader, key, item, &config->audit);
}

static void read_log_file(struct yaml_reader *reader, const struct yaml_key *key,
			  const struct yaml_item *item, void *field)
{
	struct yaml_config *config = ((struct sections *)field)->config;

	warn_if_set(reader, item, config->log_file.text != NULL);
	yaml_read_text(reader, key, item, &config->log_file);
}

static void read_log_level(struct yaml_reader *reader, const struct yaml_key *key,
			   const struct yaml_item *item, void *field)
{
	struct yaml_config *config = ((struct sections *)field)->config;
	unsigned level = UINT_MAX;

	warn_if_set(reader, item, config->has_log_level);
	yaml_read_choice(reader, key, item, &level);
	if (level == UINT_MAX)
		return;
	config->has_log_level = true;
	config->log_level = (int)level;
}

/* A section with keys of its own; field: the sections. */
static void read_keys(struct yaml_reader *reader, const struct yaml_key *keys,
		      const struct yaml_item *item, struct sections *sections)
{
	if (item->value->kind == YAML_MAPPING)
		yaml_read_mapping(reader, keys, item->value, sections);
	else if (!item->value->cut_short || item->value->kind == YAML_SEQUENCE)
		yaml_say(reader, item->value, "\"%s\" takes keys with values", item->key->text);
}

static void read_audit(struct yaml_reader *reader, const struct yaml_key *key,
		       const struct yaml_item *item, void *field)
{
	static const struct yaml_choice modes[] = {
		{ "preserve", YAML_AUDIT_PRESERVE },
		{ "override", YAML_AUDIT_OVERRIDE },
		{ "reuse", YAML_AUDIT_REUSE },
		{ NULL, 0 },
	};
	static const struct yaml_key keys[] = {
		{ "mode", read_audit_mode, .takes = "preserve, override or reuse",
		  .choices = modes },
		{ 0 },
	};

	(void)key;
	read_keys(reader, keys, item, field);
}

static void read_logging(struct yaml_reader *reader, const struct yaml_key *key,
			 const struct yaml_item *item, void *field)
{
	/* Beside those of syslog, those of other programs' configurations. */
	static const struct yaml_choice levels[] = {
		{ "emerg", LOG_EMERG },	  { "alert", LOG_ALERT },     { "crit", LOG_CRIT },
		{ "err", LOG_ERR },	  { "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
		{ "info", LOG_INFO },	  { "debug", LOG_DEBUG },     { "error", LOG_ERR },
		{ "warn", LOG_WARNING },  { "panic", LOG_EMERG },     { "fatal", LOG_CRIT },
		{ "critical", LOG_CRIT }, { "trace", LOG_DEBUG },     { NULL, 0 },
	};
	static const struct yaml_key keys[] = {
		{ "file", read_log_file, .check = yaml_check_log_file },
		{ "level", read_log_level,
		  .takes = "emerg, alert, crit, err, warning, notice, info or debug",
		  .choices = levels },
		{ 0 },
	};

	(void)key;
	read_keys(reader, keys, item, field);
}

static void read_file(struct yaml_reader *reader, const struct yaml_node *root,
		      struct sections *sections)
{
	static const struct yaml_choice modes[] = {
		{ "audit", YAML_MODE_AUDIT },
		{ "scanner", YAML_MODE_SCANNER },
		{ NULL, 0 },
	};
	static const struct yaml_key keys[] = {
		{ "name", read_top_name, .check = yaml_check_top },
		{ "mode", read_mode, .takes = "audit or scanner", .choices = modes },
		{ "audit", read_audit, .may_be_empty = true },
		{ "logging", read_logging, .may_be_empty = true },
		{ "rules", read_rules, .may_be_empty = true },
		{ "groups", read_groups, .may_be_empty = true },
		{ "triggers", read_trigger_section, .may_be_empty = true },
		{ 0 },
	};

	if (root->kind == YAML_MAPPING)
		yaml_read_mapping(reader, keys, root, sections);
	else if (!yaml_is_null(root) && !root->cut_short)
		yaml_say(reader, root, "a configuration is made of keys and values, not of a %s",
			 root->kind == YAML_SCALAR ? "text" : "list");
}

/* The names of the files before this one. */
static bool put_names(struct sections *sections)
{
	const struct yaml_config *config = sections->config;
	struct yaml_reader *reader = &sections->reader;
	bool good = true;

	for (size_t i = 0; i < config->n_rules && good; i++)
		good = put_name(reader, &sections->rules, config->rules[i].name.text, i);
	for (size_t i = 0; i < config->n_groups && good; i++)
		good = put_name(reader, &sections->groups, config->groups[i].name.text, i);
	for (size_t i = 0; i < config->n_triggers && good; i++)
		good = put_name(reader, &sections->triggers, config->triggers[i].name.text, i);
	return good;
}

/* The configuration's own copy. NULL: no memory. */
static const char *add_file(struct yaml_reader *reader, struct yaml_config *config,
			    const char *file)
{
	char **files = yaml_grow(reader, config->files, config->n_files, sizeof(*files));
	char *copy = files ? strdup(file) : NULL;

	if (files)
		config->files = files;
	if (!copy) {
		reader->err = -ENOMEM;
		return NULL;
	}
	files[config->n_files++] = copy;
	return copy;
}

int yaml_parse(struct yaml_config *config, const char *text, size_t len, const char *file,
	       struct diag_list *diags)
{
	struct sections sections = {
		.config = config,
		.reader = { .diags = diags, .left_bytes = 32 * (uint64_t)len + SPARE_BYTES },
	};
	struct yaml_reader *reader = &sections.reader;
	struct arena arena = { 0 };
	struct yaml_node *root = NULL;

	if (!config->has_log_level)
		config->log_level = -1;
	reader->file = add_file(reader, config, file);
	if (reader->file && put_names(&sections))
		reader->err = yaml_tree_read(&arena, text, len, reader->file, diags, &root);
	if (reader->err == -EINVAL && (!root || root->cut_short))
		config->is_partial = true;
	if (root)
		read_file(reader, root, &sections);
	textmap_done(&sections.rules);
	textmap_done(&sections.groups);
	textmap_done(&sections.triggers);
	arena_done(&arena);
	return reader->err;
}

void yaml_done(struct yaml_config *config)
{
	yaml_text_done(&config->name);
	yaml_text_done(&config->log_file);
	for (size_t i = 0; i < config->n_rules; i++)
		rule_done((union named *)&config->rules[i]);
	for (size_t i = 0; i < config->n_groups; i++)
		group_done((union named *)&config->groups[i]);
	for (size_t i = 0; i < config->n_triggers; i++)
		trigger_done((union named *)&config->triggers[i]);
	for (size_t i = 0; i < config->n_files; i++)
		free(config->files[i]);
	free(config->rules);
	free(config->groups);
	free(config->triggers);
	free(config->files);
	*config = (struct yaml_config){ 0 };
}
