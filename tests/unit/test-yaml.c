/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/yaml.h: texts go in, a dump of what they say and the messages come out. */
#include "config.h"

#include "rule/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/file.h"
#include "helpers.h"

static void dump_text(FILE *out, const char *key, const struct yaml_text *text)
{
	if (text->text)
		(void)fprintf(out, " %s=%s", key, text->text);
}

static void dump_list(FILE *out, const char *key, const struct yaml_list *list)
{
	if (list->n)
		(void)fprintf(out, " %s=", key);
	for (size_t i = 0; i < list->n; i++)
		(void)fprintf(out, "%s%s", i ? "," : "", list->items[i].text);
}

static void dump_rule(FILE *out, const struct yaml_rule *rule)
{
	static const char *const accesses[] = { "", " read", " write" };
	static const char *const syncs[] = { "", " always", " never" };
	static const char *const actions[] = {
		"KILL", "INTERRUPT", "TERM", "STOP", "FREEZE", "LOG"
	};

	(void)fprintf(out, "rule %s%s", rule->name.text, accesses[rule->access]);
	dump_list(out, "paths", &rule->paths);
	dump_text(out, "group", &rule->group);
	dump_list(out, "triggers", &rule->triggers);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (rule->actions & 1U << i)
			(void)fprintf(out, " %s", actions[i]);
	dump_list(out, "users", &rule->users);
	dump_list(out, "comm", &rule->comm);
	dump_list(out, "containers", &rule->containers);
	dump_list(out, "cgroup", &rule->cgroup);
	dump_list(out, "parent", &rule->parent);
	(void)fprintf(out, "%s%s%s\n", syncs[rule->sync], rule->dry_run ? " dry_run" : "",
		      rule->failed ? " failed" : "");
}

static void dump_group(FILE *out, const struct yaml_group *group)
{
	(void)fprintf(out, "group %s", group->name.text);
	if (group->ram_bytes)
		(void)fprintf(out, " ram=%llu", (unsigned long long)group->ram_bytes);
	if (group->cpu_hundredths)
		(void)fprintf(out, " cpu=%u", group->cpu_hundredths);
	if (group->pids)
		(void)fprintf(out, " pids=%llu", (unsigned long long)group->pids);
	if (group->thaw_after_ms)
		(void)fprintf(out, " thaw_after=%u", group->thaw_after_ms);
	for (size_t i = 0; i < group->n_set; i++)
		dump_text(out, group->set[i].file.text, &group->set[i].value);
	(void)fprintf(out, "%s%s\n", group->freeze ? " freeze" : "", group->kill ? " kill" : "");
}

static void dump_trigger(FILE *out, const struct yaml_trigger *trigger)
{
	(void)fprintf(out, "trigger %s", trigger->name.text);
	dump_text(out, "run", &trigger->run);
	dump_list(out, "args", &trigger->args);
	dump_text(out, "user", &trigger->user);
	dump_text(out, "group", &trigger->group);
	dump_text(out, "cwd", &trigger->cwd);
	if (trigger->timeout_ms != YAML_TIMEOUT_MS)
		(void)fprintf(out, " timeout=%u", trigger->timeout_ms);
	if (trigger->max_running != YAML_MAX_RUNNING)
		(void)fprintf(out, " max_running=%u", trigger->max_running);
	if (trigger->rate)
		(void)fprintf(out, " rate=%u/%u", trigger->rate, trigger->rate_ms);
	(void)fputc('\n', out);
}

static void dump_top(FILE *out, const struct yaml_config *config)
{
	static const char *const modes[] = { "audit", "scanner" };
	static const char *const audits[] = { "preserve", "override", "reuse" };

	dump_text(out, "name", &config->name);
	if (config->has_mode)
		(void)fprintf(out, " mode=%s", modes[config->mode]);
	if (config->has_audit)
		(void)fprintf(out, " audit=%s", audits[config->audit]);
	dump_text(out, "file", &config->log_file);
	if (config->has_log_level)
		(void)fprintf(out, " level=%d", config->log_level);
	else
		ck_assert_int_eq(config->log_level, -1);
	if (ftell(out) > 0)
		(void)fputc('\n', out);
}

/* To be freed. */
static char *dump(const struct yaml_config *config)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	dump_top(out, config);
	for (size_t i = 0; i < config->n_rules; i++)
		dump_rule(out, &config->rules[i]);
	for (size_t i = 0; i < config->n_groups; i++)
		dump_group(out, &config->groups[i]);
	for (size_t i = 0; i < config->n_triggers; i++)
		dump_trigger(out, &config->triggers[i]);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static void parse(struct yaml_config *config, const char *text, size_t len, const char *file,
		  struct diag_list *diags)
{
	unsigned errors = diags->errors;
	int r = yaml_parse(config, text, len, file, diags);

	ck_assert_int_eq(r, diags->errors > errors ? -EINVAL : 0);
}

struct row {
	const char *text, *want;
};

/* Files have no check of their own: yaml_check() has its tests. */
static void check_good(const struct row *row)
{
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;
	cleanup_free char *found = NULL;

	parse(&config, row->text, strlen(row->text), "f", &diags);
	messages = messages_of(&diags);
	found = dump(&config);
	ck_assert_str_eq(messages, "");
	ck_assert_str_eq(found, row->want);
	yaml_done(&config);
	diag_list_done(&diags);
}

static void check_bad(const struct row *row)
{
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;

	parse(&config, row->text, strlen(row->text), "f", &diags);
	messages = messages_of(&diags);
	ck_assert_str_eq(messages, row->want);
	yaml_done(&config);
	diag_list_done(&diags);
}

static const struct row top_rows[] = {
	{ "", "" },
	{ "# nothing\n", "" },
	{ "---\n", "" },
	{ "---\n...\n", "" },
	{ "~\n", "" },
	{ "{}\n", "" },
	{ "rules:\ngroups:\ntriggers:\naudit:\nlogging:\n", "" },
	{ "rules: {}\ngroups: {}\n", "" },
	{ "name: fetter\n", " name=fetter\n" },
	{ "name: //a///b/\n", " name=a/b\n" },
	{ "name: 5\n", " name=5\n" },
	{ "mode: audit\n", " mode=audit\n" },
	{ "mode: scanner\n", " mode=scanner\n" },
	{ "mode: SCANNER\n", " mode=scanner\n" },
	{ "audit: {mode: preserve}\n", " audit=preserve\n" },
	{ "audit:\n  mode: override\n", " audit=override\n" },
	{ "audit:\n  mode: 'reuse'\n", " audit=reuse\n" },
	{ "logging:\n  file: /var/log/x\n  level: info\n", " file=/var/log/x level=6\n" },
	{ "logging: {file: '-', level: DEBUG}\n", " file=- level=7\n" },
	{ "logging: {level: warn}\n", " level=4\n" },
	{ "logging: {level: fatal}\n", " level=2\n" },
	{ "\xef\xbb\xbfname: a\n", " name=a\n" },
	{ "name: a\r\nmode: audit\r\n", " name=a mode=audit\n" },
	{ "name: a", " name=a\n" },
	{ "name:\ta\t# b\n", " name=a\n" },
	{ "%YAML 1.1\n---\nname: jos\xc3\xa9\n", " name=jos\xc3\xa9\n" },
	{ "{\"name\": \"a\", \"mode\": \"audit\"}", " name=a mode=audit\n" },
};

START_TEST(reads_what_is_said_once)
{
	check_good(&top_rows[_i]);
}
END_TEST

static const struct row rule_rows[] = {
	{ "rules:\n  make:\n    paths: [/usr/bin/make]\n    action: execute\n    group: g\n",
	  "rule make paths=/usr/bin/make group=g\n" },
	{ "rules: {r: {paths: /a, action: read, group: g}}", "rule r read paths=/a group=g\n" },
	{ "rules: {r: {paths: /a, action: write}}", "rule r write paths=/a\n" },
	{ "rules: {r: {paths: [//a///b, /c/, /, /...]}}", "rule r paths=/a/b,/c/,/,/...\n" },
	{ "rules: {r: {paths: ['/with blank', /#x]}}", "rule r paths=/with blank,/#x\n" },
	/* a bracket at the start of a line */
	{ "rules: {\nr: {\ntrigger: [\nKILL\n]\n}\n}\n", "rule r KILL\n" },
	{ "rules: {r: {trigger: KILL}}", "rule r KILL\n" },
	{ "rules: {r: {trigger: \"KILL\"}}", "rule r KILL\n" },
	{ "rules: {r: {trigger: mail}}", "rule r triggers=mail\n" },
	{ "rules: {r: {trigger: kill}}", "rule r triggers=kill\n" },
	{ "rules: {r: {trigger: [a, KILL, b, INTERRUPT, TERM, STOP, FREEZE, LOG, c]}}",
	  "rule r triggers=a,b,c KILL INTERRUPT TERM STOP FREEZE LOG\n" },
	{ "rules: {r: {users: root}}", "rule r users=root\n" },
	{ "rules: {r: {users: [0, \"@staff\", '!@100', a b]}}",
	  "rule r users=0,@staff,!@100,a b\n" },
	{ "rules: {r: {users: [yes, 010, 1.5]}}", "rule r users=yes,010,1.5\n" },
	{ "rules: {r: {comm: ['*cc', '!cc1'], containers: [docker, none]}}",
	  "rule r comm=*cc,!cc1 containers=docker,none\n" },
	{ "rules: {r: {comm: abcdefghijklmno}}", "rule r comm=abcdefghijklmno\n" },
	{ "rules: {r: {comm: abcdefghijklmnop*}}", "rule r comm=abcdefghijklmnop*\n" },
	{ "rules: {r: {cgroup: user.slice/*, parent: [sshd, /usr/bin/x, '/*/y', '!z']}}",
	  "rule r cgroup=user.slice/* parent=sshd,/usr/bin/x,/*/y,!z\n" },
	{ "rules: {r: {sync: auto}, s: {sync: always}, t: {sync: never}}",
	  "rule r\nrule s always\nrule t never\n" },
	{ "rules: {r: {dry_run: true, failed: 'yes'}}", "rule r dry_run failed\n" },
	{ "rules: {r: {dry_run: On, failed: FALSE}}", "rule r dry_run\n" },
	{ "rules: {r: {dry_run: off, failed: No}}", "rule r\n" },
	{ "rules:\n  two words: {group: g}\n  5: {group: ~x}\n",
	  "rule two words group=g\nrule 5 group=~x\n" },
	/* a block, a folded text, a text over two lines */
	{ "rules:\n  r:\n    group: |-\n      a b\n    users: >-\n      c\n      d\n    comm: e\n      f\n",
	  "rule r group=a b users=c d comm=e f\n" },
	/* tags change nothing; an anchor alone neither */
	{ "rules: !!map\n  r: &r {group: !!str 5, dry_run: !!bool yes}\n",
	  "rule r group=5 dry_run\n" },
};

START_TEST(reads_rules)
{
	check_good(&rule_rows[_i]);
}
END_TEST

static const struct row group_rows[] = {
	{ "groups: {g: }", "group g\n" },
	{ "groups: {g: {}, h: ~}", "group g\ngroup h\n" },
	{ "groups: {g: {ram: 4500}}", "group g ram=4718592000\n" },
	{ "groups: {g: {ram: '256'}}", "group g ram=268435456\n" },
	{ "groups: {g: {ram: 256M}}", "group g ram=268435456\n" },
	{ "groups: {g: {ram: 4K}}", "group g ram=4096\n" },
	{ "groups: {g: {ram: 1.5g}}", "group g ram=1610612736\n" },
	{ "groups: {g: {ram: 0.5}}", "group g ram=524288\n" },
	{ "groups: {g: {cpu: 90}}", "group g cpu=9000\n" },
	{ "groups: {g: {cpu: 100}}", "group g cpu=10000\n" },
	{ "groups: {g: {cpu: 0.01}}", "group g cpu=1\n" },
	{ "groups: {g: {cpu: 12.50%}}", "group g cpu=1250\n" },
	{ "groups: {g: {cpu: 12.500}}", "group g cpu=1250\n" },
	{ "groups: {g: {pids: 1}, h: {pids: 4194304}}", "group g pids=1\ngroup h pids=4194304\n" },
	{ "groups: {g: {freeze: true, kill: on}}", "group g freeze kill\n" },
	{ "groups: {g: {freeze: false, kill: no}}", "group g\n" },
	{ "groups: {g: {thaw_after: 30}}", "group g thaw_after=30000\n" },
	{ "groups: {g: {thaw_after: 1.5s}}", "group g thaw_after=1500\n" },
	{ "groups: {g: {thaw_after: 10ms}}", "group g thaw_after=10\n" },
	{ "groups: {g: {thaw_after: 5m}}", "group g thaw_after=300000\n" },
	{ "groups: {g: {thaw_after: 576h}}", "group g thaw_after=2073600000\n" },
	{ "groups: {g: {thaw_after: 0}}", "group g\n" },
	{ "groups: {g: {set: {memory.high: 200M, cpu.weight: 50, io.max: '8:0 rbps=1'}}}",
	  "group g memory.high=200M cpu.weight=50 io.max=8:0 rbps=1\n" },
	{ "groups: {g: {set: {}}}", "group g\n" },
};

START_TEST(reads_groups)
{
	check_good(&group_rows[_i]);
}
END_TEST

static const struct row trigger_rows[] = {
	{ "triggers: {t: {run: /bin/a}}", "trigger t run=/bin/a\n" },
	{ "triggers: {t: {run: //bin//a, args: [-x, 'a b', 5, yes, '', \"!\"]}}",
	  "trigger t run=/bin/a args=-x,a b,5,yes,,!\n" },
	{ "triggers: {t: {run: /bin/a, args: }, u: {run: /bin/b, args: []}}",
	  "trigger t run=/bin/a\ntrigger u run=/bin/b\n" },
	{ "triggers: {t: {run: /bin/a, args: one}}", "trigger t run=/bin/a args=one\n" },
	{ "triggers: {t: {run: /a, user: root, group: 5, cwd: /var/}}",
	  "trigger t run=/a user=root group=5 cwd=/var\n" },
	{ "triggers: {t: {run: /a, cwd: /}}", "trigger t run=/a cwd=/\n" },
	{ "triggers: {t: {run: /a, timeout: 2m, max_running: 1024}}",
	  "trigger t run=/a timeout=120000 max_running=1024\n" },
	{ "triggers: {t: {run: /a, timeout: 1ms, max_running: 1}}",
	  "trigger t run=/a timeout=1 max_running=1\n" },
	{ "triggers: {t: {run: /a, rate: 10/s}}", "trigger t run=/a rate=10/1000\n" },
	{ "triggers: {t: {run: /a, rate: 100/m}}", "trigger t run=/a rate=100/60000\n" },
	{ "triggers: {t: {run: /a, rate: 5/10s}}", "trigger t run=/a rate=5/10000\n" },
	{ "triggers: {t: {run: /a, rate: 1000000/250ms}}", "trigger t run=/a rate=1000000/250\n" },
	{ "triggers: {t: {run: /a, rate: 1/24h}}", "trigger t run=/a rate=1/86400000\n" },
};

START_TEST(reads_triggers)
{
	check_good(&trigger_rows[_i]);
}
END_TEST

static const struct row alias_rows[] = {
	{ "rules: {a: {paths: &p [/x, /y], group: &g g}, b: {paths: *p, group: *g}}",
	  "rule a paths=/x,/y group=g\nrule b paths=/x,/y group=g\n" },
	{ "rules: {a: &a {group: g}, b: *a}", "rule a group=g\nrule b group=g\n" },
	/* as a key; and the newest of two anchors */
	{ "rules: {&n a: {group: &x g}, b: {group: &x h, comm: *x}}\ngroups: {*n : {}}",
	  "rule a group=g\nrule b group=h comm=h\ngroup a\n" },
	{ "rules: {a: &a {group: g, users: u}, b: {<<: *a, group: h}}",
	  "rule a group=g users=u\nrule b group=h users=u\n" },
	/* its own keys first, wherever they stand; then the first of the list */
	{ "rules:\n  a: &a {group: g}\n  b: &b {group: h, users: u}\n"
	  "  c: {<<: [*a, *b]}\n  d: {comm: x, <<: *b, group: i}\n",
	  "rule a group=g\nrule b group=h users=u\nrule c group=g users=u\n"
	  "rule d group=i users=u comm=x\n" },
	{ "groups: {g: {set: {'<<': 5}}}", "group g <<=5\n" },
};

START_TEST(follows_aliases_and_merges_keys)
{
	check_good(&alias_rows[_i]);
}
END_TEST

static const struct row key_error_rows[] = {
	{ "nmae: a", "f:1:1: error: unknown key \"nmae\": did you mean \"name\"?\n" },
	{ "name: a\nfoo: 1\nbar: 2\n",
	  "f:2:1: error: unknown key \"foo\" (there are: name, mode, audit, logging, rules, groups, "
	  "triggers)\n"
	  "f:3:1: error: unknown key \"bar\" (there are: name, mode, audit, logging, rules, groups, "
	  "triggers)\n" },
	{ "audit: {mdoe: x}", "f:1:9: error: unknown key \"mdoe\": did you mean \"mode\"?\n" },
	{ "logging:\n  levle: x\n",
	  "f:2:3: error: unknown key \"levle\": did you mean \"level\"?\n" },
	{ "rules:\n  r:\n    path: [/a]\n    gruop: g\n    Trigger: KILL\n",
	  "f:3:5: error: unknown key \"path\": did you mean \"paths\"?\n"
	  "f:4:5: error: unknown key \"gruop\": did you mean \"group\"?\n"
	  "f:5:5: error: unknown key \"Trigger\": did you mean \"trigger\"?\n" },
	{ "groups: {g: {memory: 5}}",
	  "f:1:14: error: unknown key \"memory\" (there are: ram, cpu, pids, freeze, set, kill, "
	  "thaw_after)\n" },
	{ "triggers: {t: {run: /a, arg: 5}}",
	  "f:1:25: error: unknown key \"arg\": did you mean \"args\"?\n" },
	{ "jos\xc3\xa9\xc3\xa9: {}\n\"\\n\\t\": 5\n",
	  "f:1:1: error: unknown key \"jos\xc3\xa9\xc3\xa9\" (there are: name, mode, audit, logging, "
	  "rules, groups, triggers)\n"
	  "f:2:1: error: unknown key \"??\" (there are: name, mode, audit, logging, rules, groups, "
	  "triggers)\n" },
	{ "? [a]\n: b\n? {c: d}\n: e\n", "f:1:3: error: a list or a mapping cannot be a key\n"
					 "f:3:3: error: a list or a mapping cannot be a key\n" },
	/* columns are bytes */
	{ "rules: {\xc3\xa9\xc3\xa9: {x: y}}",
	  "f:1:16: error: unknown key \"x\" (there are: paths, action, group, trigger, users, comm, "
	  "containers, cgroup, parent, sync, dry_run, failed)\n" },
	/* "name" of a list, as other programs have it */
	{ "rules:\n- path: /a\n",
	  "f:2:1: error: \"rules\" takes names, each with its keys, not a list\n" },
	{ "groups: g", "f:1:9: error: \"groups\" takes names, each with its keys, not a text\n" },
	{ "triggers: [t]",
	  "f:1:11: error: \"triggers\" takes names, each with its keys, not a list\n" },
	{ "audit: preserve", "f:1:8: error: \"audit\" takes keys with values\n" },
	{ "logging: [/x]", "f:1:10: error: \"logging\" takes keys with values\n" },
	{ "rules: {r: /a}", "f:1:12: error: rule \"r\" takes keys with values, not a text\n" },
	{ "groups: {g: [5]}", "f:1:13: error: group \"g\" takes keys with values, not a list\n" },
	{ "text", "f:1:1: error: a configuration is made of keys and values, not of a text\n" },
	{ "- a\n", "f:1:1: error: a configuration is made of keys and values, not of a list\n" },
};

START_TEST(says_which_key_was_meant)
{
	check_bad(&key_error_rows[_i]);
}
END_TEST

static const struct row name_rows[] = {
	{ "name: a\nname: b\n",
	  "f:2:1: error: \"name\" is here a second time: the first is in line 1\n" },
	{ "rules:\n  a: {group: g}\n  b: {group: g}\n  a: {group: g}\n",
	  "f:4:3: error: \"a\" is here a second time: the first is in line 2\n" },
	{ "groups: {g: {ram: 5, cpu: 5,\n ram: 6}}",
	  "f:2:2: error: \"ram\" is here a second time: the first is in line 1\n" },
	/* more than are looked at one by one */
	{ "groups: {1: ,2: ,3: ,4: ,5: ,6: ,7: ,8: ,9: ,10: ,11: ,12: ,13: ,14: ,15: ,16: ,\n17: , 9: }",
	  "f:2:7: error: \"9\" is here a second time: the first is in line 1\n" },
	{ "groups: {a/b: {}}", "f:1:10: error: the group's name \"a/b\" has a \"/\" in it\n" },
	{ "groups: {..: {}}", "f:1:10: error: the group's name \"..\" is no name\n" },
	{ "groups: {.: {}}", "f:1:10: error: the group's name \".\" is no name\n" },
	{ "groups: {frozen: , triggers: {}}",
	  "f:1:10: error: the group's name \"frozen\" is that of cgred's own group for FREEZE\n"
	  "f:1:20: error: the group's name \"triggers\" is that of cgred's own group for triggers\n" },
	{ "groups: {\"\": {}}", "f:1:10: error: the group's name \"\" is empty\n" },
	{ "groups: {\"a\\nb\": {}}",
	  "f:1:10: error: the group's name \"a?b\" has a control character in it\n" },
	{ "rules: {\"\": {group: g}}", "f:1:9: error: the rule's name \"\" is empty\n" },
	{ "triggers: {KILL: {run: /a}}",
	  "f:1:12: error: the trigger's name \"KILL\" is the name of an action\n" },
	{ "triggers: {LOG: {run: /a}}",
	  "f:1:12: error: the trigger's name \"LOG\" is the name of an action\n" },
	{ "triggers: {\"\\x7f\": {run: /a}}",
	  "f:1:12: error: the trigger's name \"?\" has a control character in it\n" },
	{ "name: a/../b", "f:1:7: error: \"name\": \"a/../b\" has a component \".\" or \"..\"\n" },
	{ "name: .", "f:1:7: error: \"name\": \".\" has a component \".\" or \"..\"\n" },
	{ "name: /", "f:1:7: error: \"name\": \"/\" is empty\n" },
	{ "name: ''", "f:1:7: error: \"name\": \"\" is empty\n" },
	{ "triggers: {t: {user: x}}", "f:1:12: error: trigger \"t\" has no \"run\"\n" },
	{ "triggers: {t: }", "f:1:12: error: trigger \"t\" has no \"run\"\n" },
};

START_TEST(refuses_wrong_and_double_names)
{
	check_bad(&name_rows[_i]);
}
END_TEST

#define PATHS "rules: {r: {paths: "
#define RAM   "\"ram\" takes a number of MiB, or one with K, M or G behind it, from 4K, not "
#define CPU                                                                                     \
	"\"cpu\" takes a percentage of all processors, over 0 up to 100, with two decimals at " \
	"most, not "
#define PIDS "\"pids\" takes a number from 1 to 4194304, not "
#define THAW \
	"\"thaw_after\" takes seconds, or a number with ms, s, m or h behind it, up to 576h, not "
#define TIMEOUT \
	"\"timeout\" takes seconds over 0, or a number with ms, s, m or h behind it, up to 576h, not "
#define RATE "\"rate\" takes a number and a time, as 10/s, 100/m or 5/10s, not "

static const struct row value_rows[] = {
	{ "mode: adit",
	  "f:1:7: error: \"mode\" takes audit or scanner, not \"adit\": did you mean \"audit\"?\n" },
	{ "mode: [audit]", "f:1:7: error: \"mode\" takes no list here\n" },
	{ "mode:\n", "f:1:1: error: \"mode\" has no value\n" },
	{ "audit: {mode: delete}",
	  "f:1:15: error: \"mode\" takes preserve, override or reuse, not \"delete\"\n" },
	{ "logging: {level: loud, file: x}",
	  "f:1:18: error: \"level\" takes emerg, alert, crit, err, warning, notice, info or debug, not "
	  "\"loud\"\n"
	  "f:1:30: error: \"file\": \"x\" is no absolute path\n" },
	{ PATHS "bin/x}}", "f:1:20: error: \"paths\": \"bin/x\" is no absolute path\n" },
	{ PATHS "[/a, b, '', /c/../d, /./e]}}",
	  "f:1:25: error: \"paths\": \"b\" is no absolute path\n"
	  "f:1:28: error: \"paths\": \"\" is empty\n"
	  "f:1:32: error: \"paths\": \"/c/../d\" has a component \".\" or \"..\"\n"
	  "f:1:41: error: \"paths\": \"/./e\" has a component \".\" or \"..\"\n" },
	{ PATHS "[]}}", "f:1:20: error: \"paths\" is an empty list\n" },
	{ PATHS "}}", "f:1:13: error: \"paths\" has no value\n" },
	{ PATHS "[/a, ~]}}", "f:1:25: error: \"paths\" has no value here\n" },
	{ PATHS "[/a, [/b]]}}", "f:1:25: error: \"paths\" takes no list here\n" },
	{ PATHS "{/a: /b}}}", "f:1:20: error: \"paths\" takes no keys here\n" },
	{ "rules: {r: {action: exec}}",
	  "f:1:21: error: \"action\" takes execute, read or write, not \"exec\"\n" },
	{ "rules: {r: {action: excute}}",
	  "f:1:21: error: \"action\" takes execute, read or write, not \"excute\": did you mean "
	  "\"execute\"?\n" },
	{ "rules: {r: {group: [g]}}", "f:1:20: error: \"group\" takes no list here\n" },
	{ "rules: {r: {group: a/b}}", "f:1:20: error: \"group\": \"a/b\" has a \"/\" in it\n" },
	{ "rules: {r: {trigger: ['']}}", "f:1:23: error: \"trigger\": \"\" is empty\n" },
	{ "rules: {r: {users: ['', '!', '@', '!@']}}",
	  "f:1:21: error: \"users\": \"\" is empty\n"
	  "f:1:25: error: \"users\": \"!\" has nothing behind the \"!\"\n"
	  "f:1:30: error: \"users\": \"@\" has no group behind the \"@\"\n"
	  "f:1:35: error: \"users\": \"!@\" has no group behind the \"@\"\n" },
	{ "rules: {r: {comm: [abcdefghijklmnop, '!']}}",
	  "f:1:20: error: \"comm\": \"abcdefghijklmnop\" never matches: the kernel keeps 15 bytes of "
	  "such a name\n"
	  "f:1:38: error: \"comm\": \"!\" has nothing behind the \"!\"\n" },
	{ "rules: {r: {containers: [], cgroup: ['!'], parent: bin/x}}",
	  "f:1:25: error: \"containers\" is an empty list\n"
	  "f:1:38: error: \"cgroup\": \"!\" has nothing behind the \"!\"\n"
	  "f:1:52: error: \"parent\": \"bin/x\" never matches: it has a \"/\", but does not begin with "
	  "one\n" },
	{ "rules: {r: {parent: ['*/x', '!a/b']}}",
	  "f:1:22: error: \"parent\": \"*/x\" never matches: it has a \"/\", but does not begin with "
	  "one\n"
	  "f:1:29: error: \"parent\": \"!a/b\" never matches: it has a \"/\", but does not begin with "
	  "one\n" },
	{ "rules: {r: {sync: often}}",
	  "f:1:19: error: \"sync\" takes auto, always or never, not \"often\"\n" },
	{ "rules: {r: {dry_run: 1, failed: maybe}}",
	  "f:1:22: error: \"dry_run\" takes true or false, not \"1\"\n"
	  "f:1:33: error: \"failed\" takes true or false, not \"maybe\"\n" },
	{ "groups: {g: {ram: 0}}", "f:1:19: error: " RAM "\"0\"\n" },
	{ "groups: {g: {ram: -1}}", "f:1:19: error: " RAM "\"-1\"\n" },
	{ "groups: {g: {ram: 010}}", "f:1:19: error: " RAM "\"010\"\n" },
	{ "groups: {g: {ram: 1_000}}", "f:1:19: error: " RAM "\"1_000\"\n" },
	{ "groups: {g: {ram: 0x10}}", "f:1:19: error: " RAM "\"0x10\"\n" },
	{ "groups: {g: {ram: 1e3}}", "f:1:19: error: " RAM "\"1e3\"\n" },
	{ "groups: {g: {ram: 5T}}", "f:1:19: error: " RAM "\"5T\"\n" },
	{ "groups: {g: {ram: 1.}}", "f:1:19: error: " RAM "\"1.\"\n" },
	{ "groups: {g: {ram: 3K}}", "f:1:19: error: " RAM "\"3K\"\n" },
	{ "groups: {g: {ram: 99999999999G}}", "f:1:19: error: " RAM "\"99999999999G\"\n" },
	{ "groups: {g: {ram: 18446744073709551616}}",
	  "f:1:19: error: " RAM "\"18446744073709551616\"\n" },
	{ "groups: {g: {cpu: 0}}", "f:1:19: error: " CPU "\"0\"\n" },
	{ "groups: {g: {cpu: 100.01}}", "f:1:19: error: " CPU "\"100.01\"\n" },
	{ "groups: {g: {cpu: 33.333}}", "f:1:19: error: " CPU "\"33.333\"\n" },
	{ "groups: {g: {cpu: 5 %}}", "f:1:19: error: " CPU "\"5 %\"\n" },
	{ "groups: {g: {pids: 0}}", "f:1:20: error: " PIDS "\"0\"\n" },
	{ "groups: {g: {pids: 4194305}}", "f:1:20: error: " PIDS "\"4194305\"\n" },
	{ "groups: {g: {pids: 5.0}}", "f:1:20: error: " PIDS "\"5.0\"\n" },
	{ "groups: {g: {thaw_after: 577h}}", "f:1:26: error: " THAW "\"577h\"\n" },
	{ "groups: {g: {thaw_after: 1d}}", "f:1:26: error: " THAW "\"1d\"\n" },
	{ "groups: {g: {set: 5}}",
	  "f:1:19: error: \"set\" takes names of files, each with its value\n" },
	{ "groups: {g: {set: {a/b: 5, c: , d: '', e: [5]}}}",
	  "f:1:20: error: the file \"a/b\" has a \"/\" in it\n"
	  "f:1:28: error: \"c\" has no value here\n"
	  "f:1:36: error: \"d\" has an empty value\n"
	  "f:1:43: error: \"e\" takes no list here\n" },
	{ "triggers: {t: {run: a}}", "f:1:21: error: \"run\": \"a\" is no absolute path\n" },
	{ "triggers: {t: {run: /a/}}",
	  "f:1:21: error: \"run\": \"/a/\" is no file: it ends in \"/\"\n" },
	{ "triggers: {t: {run: /a, args: [~], cwd: x, user: ''}}",
	  "f:1:32: error: \"args\" has no value here\n"
	  "f:1:41: error: \"cwd\": \"x\" is no absolute path\n"
	  "f:1:50: error: \"user\": \"\" is empty\n" },
	{ "triggers: {t: {run: /a, timeout: 0}}", "f:1:34: error: " TIMEOUT "\"0\"\n" },
	{ "triggers: {t: {run: /a, timeout: 0.0001}}", "f:1:34: error: " TIMEOUT "\"0.0001\"\n" },
	{ "triggers: {t: {run: /a, max_running: 0}}",
	  "f:1:38: error: \"max_running\" takes a number from 1 to 1024, not \"0\"\n" },
	{ "triggers: {t: {run: /a, rate: 10}}", "f:1:31: error: " RATE "\"10\"\n" },
	{ "triggers: {t: {run: /a, rate: 0/s}}", "f:1:31: error: " RATE "\"0/s\"\n" },
	{ "triggers: {t: {run: /a, rate: 1/0s}}", "f:1:31: error: " RATE "\"1/0s\"\n" },
	{ "triggers: {t: {run: /a, rate: 1/5}}", "f:1:31: error: " RATE "\"1/5\"\n" },
	{ "triggers: {t: {run: /a, rate: 1000001/s}}", "f:1:31: error: " RATE "\"1000001/s\"\n" },
	{ "name: \"a\\0b\"", "f:1:7: error: a zero byte in a text\n" },
	{ "rules: {r: {users: [!root, !<x> y]}}",
	  "f:1:21: error: this is a tag; a text that begins with \"!\" needs quotes\n"
	  "f:1:28: error: this is a tag; a text that begins with \"!\" needs quotes\n" },

};

START_TEST(refuses_wrong_values)
{
	check_bad(&value_rows[_i]);
}
END_TEST

static const struct row alias_error_rows[] = {
	{ "rules: {r: {comm: *cc}}",
	  "f:1:19: error: no anchor \"&cc\" above this alias; a text that begins with \"*\" needs quotes\n" },
	{ "rules: &a {r: *a}",
	  "f:1:15: error: this alias stands for something that it is in itself\n" },
	{ "rules: {r: &r {<<: *r}}",
	  "f:1:20: error: this alias stands for something that it is in itself\n"
	  "f:1:16: error: \"<<\" takes an alias of a mapping, or a list of such\n" },
	{ "rules: {r: {<<: 5}}",
	  "f:1:13: error: \"<<\" takes an alias of a mapping, or a list of such\n" },
	{ "name: a\n---\nname: b\n", "f:2:1: error: a second document; a file has only one\n" },
};

START_TEST(refuses_aliases_of_nothing_and_of_themselves)
{
	check_bad(&alias_error_rows[_i]);
}
END_TEST

/* The words are libfyaml's, and differ between its versions; the place and the hint do not. */
static const struct {
	const char *text, *place, *hint;
} syntax_rows[] = {
	{ "rules:\n  r: {users: @staff}\n", "f:2:14: error: ", "character needs quotes" },
	{ "rules:\n  r:\n    cgroup: *\n", "f:3:", "begins with \"*\" needs quotes" },
	{ "rules:\n\tr: x\n", "f:2:1: error: ", "indent with blanks" },
	{ "name: \"a\n", "f:", "quote" },
	{ "rules: [a\nname: b\n", "f:", "(the [ of line 1 is open)" },
	{ "rules:\n  r: {a: b\n", "f:", "(the { of line 2 is open)" },
	{ "%YAML 2.2\n---\nname: a\n", "f:1:1: error: ", "2.2" },
	{ "rules:\n  r: a: b\n", "f:2:", "" },
	{ "name: a\n b: c\n", "f:", "" },
	{ "name: \"\\q\"\n", "f:1:", "" },
};

START_TEST(says_where_the_syntax_is_wrong)
{
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;
	const char *text = syntax_rows[_i].text;

	parse(&config, text, strlen(text), "f", &diags);
	messages = messages_of(&diags);
	ck_assert_uint_ge(diags.errors, 1);
	ck_assert_msg(strncmp(messages, syntax_rows[_i].place, strlen(syntax_rows[_i].place)) == 0,
		      "%s", messages);
	ck_assert_msg(strstr(messages, syntax_rows[_i].hint), "%s", messages);
	ck_assert(config.is_partial);
	yaml_done(&config);
	diag_list_done(&diags);
}
END_TEST

static const struct {
	const char *text;
	size_t len;
	const char *want;
} byte_rows[] = {
	{ "name: a\0b\n", 10, "f:1:8: error: a control character (0x00)\n" },
	{ "name: a\nmode: \x01\n", 16, "f:2:7: error: a control character (0x01)\n" },
	{ "name: \x7f\n", 8, "f:1:7: error: a control character (0x7f)\n" },
	{ "name: \xc3\xa9 \xe9\n", 11, "f:1:10: error: this is not UTF-8 (0xe9)\n" },
	{ "name: \xc3", 7, "f:1:7: error: this is not UTF-8 (0xc3)\n" },
	{ "name: \xc0\xaf", 8, "f:1:7: error: this is not UTF-8 (0xc0)\n" },
	{ "name: \xed\xa0\x80", 9, "f:1:7: error: this is not UTF-8 (0xed)\n" },
	{ "name: \xf4\x90\x80\x80", 10, "f:1:7: error: this is not UTF-8 (0xf4)\n" },
	{ "\xff\xfen\0a\0", 6, "f:1:1: error: this is not UTF-8 (0xff)\n" },
};

START_TEST(refuses_bytes_that_are_no_text)
{
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;

	parse(&config, byte_rows[_i].text, byte_rows[_i].len, "f", &diags);
	messages = messages_of(&diags);
	ck_assert_str_eq(messages, byte_rows[_i].want);
	yaml_done(&config);
	diag_list_done(&diags);
}
END_TEST

START_TEST(keeps_the_places)
{
	static const char text[] = "rules:\n  r:\n    group:  'g'\n    users: [a,\n      b]\n";
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	const struct yaml_rule *rule;

	parse(&config, text, strlen(text), "f", &diags);
	ck_assert_uint_eq(config.n_rules, 1);
	rule = config.rules;
	ck_assert_str_eq(rule->name.file, "f");
	ck_assert_uint_eq(rule->name.line, 2);
	ck_assert_uint_eq(rule->name.column, 3);
	ck_assert_uint_eq(rule->group.line, 3);
	ck_assert_uint_eq(rule->group.column, 13);
	ck_assert_uint_eq(rule->users.items[1].line, 5);
	ck_assert_uint_eq(rule->users.items[1].column, 7);
	yaml_done(&config);
}
END_TEST

/* ---- several files ----------------------------------------------------------------------------
 */

START_TEST(adds_files_and_refuses_names_that_are_there)
{
	static const char *const texts[] = {
		"name: x\nmode: audit\nrules: {a: {group: g}}\ngroups: {g: }\n",
		"mode: scanner\nrules:\n  b: {group: g}\n  a: {group: h, sync: x}\ngroups: {h: , g: }\n",
		"triggers: {t: {run: /a}}\nlogging: {level: info}\n",
		"triggers: {t: {run: /b}}\nname: y\nlogging: {level: debug}\n",
	};
	static const char *const files[] = { "1", "2", "3", "4" };
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;
	cleanup_free char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		parse(&config, texts[i], strlen(texts[i]), files[i], &diags);
	messages = messages_of(&diags);
	found = dump(&config);
	ck_assert_str_eq(
		messages,
		"2:1:1: warning: \"mode\" was set by a file before this one: this counts\n"
		"2:4:23: error: \"sync\" takes auto, always or never, not \"x\"\n"
		"2:4:3: error: rule \"a\" is there already: 1:3:9\n"
		"2:5:15: error: group \"g\" is there already: 1:4:10\n"
		"4:1:12: error: trigger \"t\" is there already: 3:1:12\n"
		"4:2:1: warning: \"name\" was set by a file before this one: this counts\n"
		"4:3:11: warning: \"level\" was set by a file before this one: this counts\n");
	ck_assert_str_eq(found, " name=y mode=scanner level=7\n"
				"rule a group=g\nrule b group=g\ngroup g\ngroup h\n"
				"trigger t run=/a\n");
	ck_assert_uint_eq(config.n_files, 4);
	ck_assert_str_eq(config.files[3], "4");
	ck_assert_ptr_eq(config.rules[1].name.file, config.files[1]);
	ck_assert(!config.is_partial);
	yaml_done(&config);
	diag_list_done(&diags);
}
END_TEST

static const struct row check_rows[] = {
	{ "rules: {r: {paths: /a, group: g}}\ngroups: {g: }", "" },
	{ "rules: {r: {users: root, trigger: [t, KILL]}}\ntriggers: {t: {run: /a}}", "" },
	{ "rules: {r: {users: root, group: grup}}\ngroups: {group: , other: }",
	  "f:1:33: error: there is no group \"grup\": did you mean \"group\"?\n"
	  "f:2:10: warning: group \"group\" is used by no rule\n"
	  "f:2:19: warning: group \"other\" is used by no rule\n" },
	{ "rules: {r: {users: root, group: g}}", "f:1:33: error: there is no group \"g\"\n" },
	{ "rules: {r: {users: root, trigger: [kill, sned, x]}}\ntriggers: {send: {run: /a}}",
	  "f:1:36: error: there is no trigger or action \"kill\": did you mean \"KILL\"?\n"
	  "f:1:42: error: there is no trigger or action \"sned\": did you mean \"send\"?\n"
	  "f:1:48: error: there is no trigger or action \"x\"\n"
	  "f:2:12: warning: trigger \"send\" is used by no rule\n" },
	{ "rules:\n  r: {paths: /a}\n",
	  "f:2:3: error: rule \"r\" does nothing: it has no \"group\" and no \"trigger\"\n" },
	{ "rules:\n  r: {trigger: LOG}\n",
	  "f:2:3: error: rule \"r\" matches everything: it has no \"paths\" and no condition\n" },
	{ "rules: {r: {trigger: LOG, dry_run: yes, sync: always}}",
	  "f:1:9: error: rule \"r\" matches everything: it has no \"paths\" and no condition\n" },
	{ "rules: {r: }",
	  "f:1:9: error: rule \"r\" does nothing: it has no \"group\" and no \"trigger\"\n"
	  "f:1:9: error: rule \"r\" matches everything: it has no \"paths\" and no condition\n" },
	{ "rules: {r: {trigger: LOG, comm: a}, s: {trigger: LOG, containers: any},"
	  " t: {trigger: LOG, cgroup: a}, u: {trigger: LOG, parent: a}}",
	  "" },
	{ "rules: {r: {action: read, users: root, trigger: LOG}}",
	  "f:1:9: error: rule \"r\" has the action read, but no \"paths\"\n" },
	{ "rules: {r: {action: write, users: root, trigger: LOG}}",
	  "f:1:9: error: rule \"r\" has the action write, but no \"paths\"\n" },
	{ "rules: {r: {action: read, paths: /a, trigger: LOG}}", "" },
	/* what was said is not said again */
	{ "rules: {r: {gruop: g}}",
	  "f:1:13: error: unknown key \"gruop\": did you mean \"group\"?\n" },
	{ "rules: {r: {users: root, group: g}}\ngroups: {g: {ram: x}}",
	  "f:2:19: error: " RAM "\"x\"\n" },
};

START_TEST(checks_what_all_files_say_together)
{
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;
	const char *text = check_rows[_i].text;
	unsigned errors;
	int r;

	parse(&config, text, strlen(text), "f", &diags);
	errors = diags.errors;
	r = yaml_check(&config, &diags);
	ck_assert_int_eq(r, diags.errors > errors ? -EINVAL : 0);
	messages = messages_of(&diags);
	ck_assert_str_eq(messages, check_rows[_i].want);
	yaml_done(&config);
	diag_list_done(&diags);
}
END_TEST

START_TEST(does_not_miss_what_it_could_not_read)
{
	static const char text[] = "rules: {r: {users: root, group: g}}\ngroups:\n  x:\n  g: @\n";
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };

	parse(&config, text, strlen(text), "f", &diags);
	ck_assert_uint_eq(config.n_rules, 1);
	ck_assert_uint_eq(diags.errors, 1);
	ck_assert_int_eq(yaml_check(&config, &diags), 0);
	ck_assert_uint_eq(diags.errors + diags.warnings, 1);
	yaml_done(&config);
	diag_list_done(&diags);
}
END_TEST

/* ---- too much ---------------------------------------------------------------------------------
 */

static void check_too_much(const char *text, const char *want)
{
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;

	parse(&config, text, strlen(text), "f", &diags);
	messages = messages_of(&diags);
	ck_assert_msg(strstr(messages, want), "%s", messages);
	yaml_done(&config);
	diag_list_done(&diags);
}

START_TEST(refuses_deep_nesting)
{
	static const char *const levels[] = { "[", "{a: ", "- ", "? ", "[{a: " };

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		size_t len = strlen(levels[i]);
		cleanup_free char *text = repeat('x', 10000 * len);

		for (size_t j = 0; j < 10000; j++)
			memcpy(text + j * len, levels[i], len);
		check_too_much(text, ": error: too many lists and keys within each other\n");
	}
}
END_TEST

/* Items of a list of 10000, for each of 10000 rules: a gigabyte from some hundred thousand bytes.
 */
START_TEST(bounds_what_aliases_make)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	(void)fputs("rules:\n  first: {trigger: LOG, users: &u [x", out);
	for (unsigned i = 0; i < 10000; i++)
		(void)fputs(",x", out);
	(void)fputs("]}\n", out);
	for (unsigned i = 0; i < 10000; i++)
		(void)fprintf(out, "  r%u: {users: *u}\n", i);
	ck_assert_int_eq(fclose(out), 0);
	check_too_much(text, ": error: the aliases of this file stand for too much\n");
	free(text);
}
END_TEST

START_TEST(bounds_what_merged_keys_make)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	(void)fputs("groups:\n  g: {set: &s {x: 1", out);
	for (unsigned i = 0; i < 10000; i++)
		(void)fprintf(out, ",k%u: 1", i);
	(void)fputs("}}\n", out);
	for (unsigned i = 0; i < 1000; i++)
		(void)fprintf(out, "  g%u: {set: {<<: *s}}\n", i);
	ck_assert_int_eq(fclose(out), 0);
	check_too_much(text, ": error: the aliases of this file stand for too much\n");
	free(text);
}
END_TEST

START_TEST(reads_many_rules)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };

	ck_assert_ptr_nonnull(out);
	(void)fputs("rules:\n", out);
	for (unsigned i = 0; i < 20000; i++)
		(void)fprintf(out, "  r%u: {paths: [/a%u, /b%u], group: g%u}\n", i, i, i, i);
	(void)fputs("groups:\n", out);
	for (unsigned i = 0; i < 20000; i++)
		(void)fprintf(out, "  g%u: {ram: %u}\n", i, i + 1);
	ck_assert_int_eq(fclose(out), 0);
	parse(&config, text, len, "f", &diags);
	ck_assert_int_eq(yaml_check(&config, &diags), 0);
	ck_assert_uint_eq(diags.errors + diags.warnings, 0);
	ck_assert_uint_eq(config.n_rules, 20000);
	ck_assert_str_eq(config.rules[19999].group.text, "g19999");
	ck_assert_uint_eq(config.rules[19999].group.line, 20001);
	ck_assert_uint_eq(config.groups[19999].ram_bytes >> 20, 20000);
	yaml_done(&config);
	free(text);
}
END_TEST

START_TEST(bounds_the_memory_of_mistakes)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };

	ck_assert_ptr_nonnull(out);
	for (unsigned i = 0; i < 5000; i++)
		(void)fprintf(out, "key%u: 5\n", i);
	ck_assert_int_eq(fclose(out), 0);
	parse(&config, text, len, "f", &diags);
	ck_assert_uint_eq(diags.errors, 5000);
	ck_assert_uint_eq(diags.kept, DIAG_KEEP_MAX);
	yaml_done(&config);
	diag_list_done(&diags);
	free(text);
}
END_TEST

/* ---- examples ---------------------------------------------------------------------------------
 */

static const char *const examples[] = { "samples/cgred.yaml", "tests/fuzz/corpus/yaml/fetter" };

START_TEST(reads_the_examples)
{
	const char *top = getenv("top_srcdir");
	cleanup_free char *path = NULL;
	cleanup_free char *text = NULL;
	cleanup_free char *messages = NULL;
	struct yaml_config config = { 0 };
	struct diag_list diags = { 0 };
	size_t len = 0;

	ck_assert_int_ge(asprintf(&path, "%s/%s", top ? top : ".", examples[_i]), 0);
	ck_assert_int_eq(file_read_all(AT_FDCWD, path, 1 << 20, &text, &len), 0);
	parse(&config, text, len, examples[_i], &diags);
	ck_assert_int_eq(yaml_check(&config, &diags), 0);
	messages = messages_of(&diags);
	ck_assert_str_eq(messages, "");
	ck_assert_uint_ge(config.n_rules, 4);
	ck_assert_uint_ge(config.n_groups, 2);
	ck_assert_uint_ge(config.n_triggers, 1);
	yaml_done(&config);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("yaml");

	tcase_add_loop_test(tcase, reads_what_is_said_once, 0, ARRAY_SIZE(top_rows));
	tcase_add_loop_test(tcase, reads_rules, 0, ARRAY_SIZE(rule_rows));
	tcase_add_loop_test(tcase, reads_groups, 0, ARRAY_SIZE(group_rows));
	tcase_add_loop_test(tcase, reads_triggers, 0, ARRAY_SIZE(trigger_rows));
	tcase_add_loop_test(tcase, follows_aliases_and_merges_keys, 0, ARRAY_SIZE(alias_rows));
	tcase_add_loop_test(tcase, says_which_key_was_meant, 0, ARRAY_SIZE(key_error_rows));
	tcase_add_loop_test(tcase, refuses_wrong_and_double_names, 0, ARRAY_SIZE(name_rows));
	tcase_add_loop_test(tcase, refuses_wrong_values, 0, ARRAY_SIZE(value_rows));
	tcase_add_loop_test(tcase, refuses_aliases_of_nothing_and_of_themselves, 0,
			    ARRAY_SIZE(alias_error_rows));
	tcase_add_loop_test(tcase, says_where_the_syntax_is_wrong, 0, ARRAY_SIZE(syntax_rows));
	tcase_add_loop_test(tcase, refuses_bytes_that_are_no_text, 0, ARRAY_SIZE(byte_rows));
	tcase_add_test(tcase, keeps_the_places);
	tcase_add_test(tcase, adds_files_and_refuses_names_that_are_there);
	tcase_add_loop_test(tcase, checks_what_all_files_say_together, 0, ARRAY_SIZE(check_rows));
	tcase_add_test(tcase, does_not_miss_what_it_could_not_read);
	tcase_add_test(tcase, refuses_deep_nesting);
	tcase_add_test(tcase, bounds_what_aliases_make);
	tcase_add_test(tcase, bounds_what_merged_keys_make);
	tcase_add_test(tcase, reads_many_rules);
	tcase_add_test(tcase, bounds_the_memory_of_mistakes);
	tcase_add_loop_test(tcase, reads_the_examples, 0, ARRAY_SIZE(examples));
	return run_tests(tcase);
}
