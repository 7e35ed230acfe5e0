/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup/cgconfig.h: texts go in, a dump of the structures and the messages come out. */
#include "config.h"

#include "cgroup/cgconfig.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static void dump_mode(FILE *out, const char *name, mode_t mode)
{
	if (mode != CGCONFIG_NO_MODE)
		(void)fprintf(out, " %s=%o", name, mode);
}

static void dump_owner(FILE *out, const char *name, const struct cgconfig_owner *owner)
{
	if (owner->user || owner->group)
		(void)fprintf(out, " %s=%s:%s", name, owner->user ? owner->user : "",
			      owner->group ? owner->group : "");
	if (owner->uid != CGCONFIG_NO_ID || owner->gid != (gid_t)-1)
		(void)fprintf(out, "(%d:%d)", (int)owner->uid, (int)owner->gid);
}

static void dump_perm(FILE *out, const struct cgconfig_perm *perm)
{
	dump_owner(out, "task", &perm->task);
	dump_mode(out, "fperm", perm->task_fperm);
	dump_owner(out, "admin", &perm->admin);
	dump_mode(out, "dperm", perm->admin_dperm);
	dump_mode(out, "fperm", perm->admin_fperm);
	(void)fputc('\n', out);
}

/* "group NAME PERM\n", then " CONTROLLER NAME=VALUE NAME=VALUE\n" for each controller. */
static char *dump(const struct cgconfig *config)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	if (config->has_default) {
		(void)fputs("default", out);
		dump_perm(out, &config->default_perm);
	}
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct cgconfig_group *group = &config->groups[i];

		(void)fprintf(out, "%s %s", group->is_template ? "template" : "group", group->name);
		dump_perm(out, &group->perm);
		for (size_t j = 0; j < group->n_controllers; j++) {
			const struct cgconfig_controller *controller = &group->controllers[j];

			(void)fprintf(out, " %s", controller->name);
			for (size_t k = 0; k < controller->n_values; k++)
				(void)fprintf(out, " %s=%s", controller->values[k].name,
					      controller->values[k].value);
			(void)fputc('\n', out);
		}
	}
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static char *messages(const struct diag_list *diags)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	for (const struct diag *diag = diags->head; diag; diag = diag->next) {
		char line[400];

		diag_format_full(diag, line, sizeof(line));
		(void)fprintf(out, "%s\n", line);
	}
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

struct row {
	const char *text, *want;
};

/* No message at all, and this dump. */
static const struct row good_rows[] = {
	{ "", "" },
	{ "\n \t\n", "" },
	{ "# only", "" },
	{ "\xef\xbb\xbf# after a byte order mark\n", "" },
	{ "group a{cpu{cpu.shares=100;}}", "group a\n cpu cpu.shares=100\n" },
	{ "group\na\n{\n\tcpu\n{\ncpu.shares\n=\n100\n;\n}\n}\n",
	  "group a\n cpu cpu.shares=100\n" },
	{ "group a { cpu { } }", "group a\n cpu\n" },
	{ "group a { cpu { } memory { } }", "group a\n cpu\n memory\n" },
	{ "group a { cpu { } } group b { cpu { } }", "group a\n cpu\ngroup b\n cpu\n" },
	/* comments */
	{ "# x\n  # y { \"\ngroup a { # } z\ncpu { }# u\n } # \x01\f\n#v", "group a\n cpu\n" },
	{ "group a { cpu { x = \"#\"; } }", "group a\n cpu x=#\n" },
	/* names */
	{ "group /a//b-c.d_e,f@g/ { cpu { } }", "group a/b-c.d_e,f@g\n cpu\n" },
	{ "group \"/a b/c\" { \"cpu\" { \"x\" = \"1\"; } }", "group a b/c\n cpu x=1\n" },
	{ "group a..b/...{ cpu { } }", "group a..b/...\n cpu\n" },
	{ "group a:b*c?d+e~f!g { cpu { } }", "group a:b*c?d+e~f!g\n cpu\n" },
	{ "group gr\xc3\xbc\xc3\x9f"
	  "e { cpu { } }",
	  "group gr\xc3\xbc\xc3\x9f"
	  "e\n cpu\n" },
	{ "group a\\b { cpu { } }", "group a\\b\n cpu\n" },
	{ "group . { cpu { } }", "group \n cpu\n" },
	{ "group / { cpu { } }", "group \n cpu\n" },
	{ "group \".\" { cpu { } }", "group \n cpu\n" },
	{ "group default { cpu { } }", "group default\n cpu\n" },
	{ "group \"group\" { \"perm\" { } \"mount\" { } }", "group group\n perm\n mount\n" },
	{ "group a { \"name=foo\" { } }", "group a\n name=foo\n" },
	{ "group a { cpu,cpuacct { } }", "group a\n cpu,cpuacct\n" },
	/* values */
	{ "group a { devices { devices.deny = a; devices.allow = \"c 1:3 rw\"; "
	  "devices.allow = \"c 1:5 rw\"; } }",
	  "group a\n devices devices.deny=a devices.allow=c 1:3 rw devices.allow=c 1:5 rw\n" },
	{ "group a { devices { devices.allow = \"c 1:3 rw\nc\t1:5 rw\n\"; } }",
	  "group a\n devices devices.allow=c 1:3 rw\nc\t1:5 rw\n\n" },
	{ "group a { io { io.max = \"8:0 rbps=1\"; io.weight = 8:0; x = -1; y = \"\"; } }",
	  "group a\n io io.max=8:0 rbps=1 io.weight=8:0 x=-1 y=\n" },
	{ "group a { cpu { x = \"{};='\\\"; uid = perm; y = group; } }",
	  "group a\n cpu x={};='\\ uid=perm y=group\n" },
	/* templates */
	{ "template /users/%u/%U-%g.%G/%p:%P/%% { cpu { cpu.shares = %u; } }",
	  "template users/%u/%U-%g.%G/%p:%P/%%\n cpu cpu.shares=%u\n" },
	{ "template \"users/%u\" { }", "template users/%u\n" },
	{ "template \\%u { perm { task { uid = 1; } } }", "template \\%u task=1:\n" },
	{ "template a { cpu { } } group a { cpu { } }", "template a\n cpu\ngroup a\n cpu\n" },
	/* permissions: all of them, in another order, none */
	{ "group a { perm { task { uid = u; gid = g; fperm = 770; } "
	  "admin { uid = \"v\"; gid = 1; dperm = 0755; fperm = \"744\"; } } cpu { } }",
	  "group a task=u:g fperm=770 admin=v:1 dperm=755 fperm=744\n cpu\n" },
	{ "group a { cpu { } perm { admin { fperm = 0; gid = g; } task { gid = h; } } }",
	  "group a task=:h admin=:g fperm=0\n cpu\n" },
	{ "group a { perm { task { } admin { } } cpu { } }", "group a\n cpu\n" },
	{ "group a { perm { } cpu { } }", "group a\n cpu\n" },
	{ "group a { perm { task { uid = u; } } perm { task { gid = g; } } cpu { } }",
	  "group a task=u:g\n cpu\n" },
	{ "group a { perm { task { fperm = 00007777; } } cpu { } }", "group a fperm=7777\n cpu\n" },
	{ "default { perm { task { uid = 1; gid = 2; } admin { dperm = 711; } } }",
	  "default task=1:2 dperm=711\n" },
	{ "default { }", "default\n" },
};

START_TEST(reads_what_is_right)
{
	const struct row *row = &good_rows[_i];
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };
	cleanup_free char *got = NULL, *said = NULL;
	int ret = cgconfig_parse(&config, row->text, strlen(row->text), "f", &diags);

	said = messages(&diags);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(ret, 0);
	got = dump(&config);
	ck_assert_str_eq(got, row->want);
	cgconfig_done(&config);
	diag_list_done(&diags);
}
END_TEST

/* These messages and no others; -EINVAL when an error is among them. */
static const struct row bad_rows[] = {
	/* left out, or of no effect */
	{ "mount { cpu = /sys/fs/cgroup/cpu; \"name=x\" = /x; systemd = /y; }",
	  "f:1:1: notice: \"mount\" is read over: cgred does not do that\n" },
	{ "\nnamespace { cpu = x; }\n systemd { slice = a.slice; scope = b.scope; setdefault = yes; }",
	  "f:2:1: notice: \"namespace\" is read over: cgred does not do that\n"
	  "f:3:2: notice: \"systemd\" is read over: cgred does not do that\n" },
	{ "group a { }", "f:1:7: warning: group \"a\" has no controller: it is nowhere\n" },
	{ "group a { cpu { } }\ngroup b { cpu { } }\ngroup /a/ { memory { } }",
	  "f:3: warning: group \"a\" was there in f:1: the last one counts\n" },
	{ "template a { }\n\ntemplate a { }\ntemplate a { }",
	  "f:3: warning: template \"a\" was there in f:1: the last one counts\n"
	  "f:4: warning: template \"a\" was there in f:3: the last one counts\n" },
	{ "default { }\ndefault { perm { } }",
	  "f:2:1: warning: default is here a second time: it adds to the first\n" },
	{ "default { perm { task { uid = 1; uid = 2; fperm = 1; fperm = 2; dperm = 3; x = 4; } } }",
	  "f:1:34: warning: \"uid\" is here a second time: the last one counts\n"
	  "f:1:54: warning: \"fperm\" is here a second time: the last one counts\n"
	  "f:1:65: warning: \"dperm\" has no effect here\n"
	  "f:1:76: warning: \"x\" has no effect here\n" },
	/* bytes */
	{ "group a { cpu { } }\r\n#\r\n\r\n",
	  "f:1:20: error: carriage return: lines must end as on Unix\n" },
	{ "group a { cpu { x = 1\r\n; } }",
	  "f:1:22: error: carriage return: lines must end as on Unix\n" },
	{ "group a\x01\x02"
	  "b { cpu\x7f { x = \"\n \x1b\"; } }",
	  "f:1:8: error: control character 0x01\n"
	  "f:1:17: error: control character 0x7f\n"
	  "f:2:2: error: control character 0x1b\n" },
	{ "group a#b { cpu { x = 'c'; } }",
	  "f:1:8: error: # in a word: put the word into double quotes\n"
	  "f:1:23: error: ' in a word: put the word into double quotes\n" },
	/* what is never closed */
	{ "group a {\n cpu { x = \"1; } }\n", "f:2:12: error: this quote is never closed\n" },
	{ "group \"a", "f:1:7: error: this quote is never closed\n" },
	{ "group a { cpu { }\n",
	  "f:1:9: error: this { is not closed before the end of the file in line 2\n" },
	{ "group a {\n cpu {",
	  "f:2:6: error: this { is not closed before the end of the file in line 2\n"
	  "f:1:9: error: this { is not closed before the end of the file in line 2\n" },
	{ "group a { cpu { }\ngroup b { cpu { } }\n\ntemplate c { perm {\nmount { }",
	  "f:1:9: error: this { is not closed before \"group\" in line 2\n"
	  "f:4:19: error: this { is not closed before \"mount\" in line 5\n"
	  "f:4:12: error: this { is not closed before \"mount\" in line 5\n"
	  "f:5:1: notice: \"mount\" is read over: cgred does not do that\n" },
	{ "foo { bar {", "f:1:1: error: expected group, template, default, mount, namespace or "
			 "systemd, not \"foo\"\nf:1:5: error: this { is never closed\n" },
	/* signs that are missing or too many */
	{ "group a { cpu { x = 1 } }",
	  "f:1:21: error: no ; after the value \"1\" (with blanks inside it needs quotes)\n" },
	{ "group a { devices { x = c 1:3 rw; y = 1; } }",
	  "f:1:25: error: no ; after the value \"c\" (with blanks inside it needs quotes)\n" },
	{ "group a { cpu { x = 1\n y 2; } }",
	  "f:1:21: error: no ; after the value \"1\" (with blanks inside it needs quotes)\n"
	  "f:2:4: error: expected =, not \"2\"\n" },
	{ "group a { cpu { x = \"a\"b; } }",
	  "f:1:21: error: no ; after the value \"a\" (with blanks inside it needs quotes)\n" },
	{ "group a { cpu { x = 1",
	  "f:1:21: error: no ; after the value \"1\" (with blanks inside it "
	  "needs quotes)\n"
	  "f:1:15: error: this { is not closed before the end of the file in line 1\n"
	  "f:1:9: error: this { is not closed before the end of the file in line 1\n" },
	{ "group a { cpu { x = 1;; } };",
	  "f:1:23: error: expected a name or }, not \";\"\n"
	  "f:1:28: error: expected group, template, default, mount, namespace or systemd, not "
	  "\";\"\n" },
	{ "group a { cpu { x = ; y = { z = 1; } = 2; } }",
	  "f:1:21: error: expected a value, not \";\"\n"
	  "f:1:27: error: expected a value, not \"{\"\n"
	  "f:1:38: error: expected a name or }, not \"=\"\n" },
	{ "group a { cpu { x 1; } name=foo { } }", "f:1:19: error: expected =, not \"1\"\n"
						   "f:1:28: error: expected {, not \"=\"\n" },
	{ "group a cpu { } }\ngroup { cpu { } } group",
	  "f:1:9: error: expected {, not \"cpu\"\n"
	  "f:1:17: error: this } has no {\n"
	  "f:2:7: error: expected a name, not \"{\"\n"
	  "f:2:24: error: expected a name, not the end of the file\n" },
	{ "}\n\"group\" a { cpu { } }\nGroup a { cpu { } }\n",
	  "f:1:1: error: this } has no {\n"
	  "f:2:1: error: expected group, template, default, mount, namespace or systemd, not "
	  "\"group\"\n"
	  "f:3:1: error: expected group, template, default, mount, namespace or systemd, not "
	  "\"Group\"\n" },
	/* several mistakes, each named */
	{ "group a {\n cpu { x = ; y = 1; = 2; }\n perm { foo { uid = 1; } task { fperm = 8; } }\n}\n"
	  "group .. { cpu { ./x = 1; } }\n",
	  "f:2:12: error: expected a value, not \";\"\n"
	  "f:2:21: error: expected a name or }, not \"=\"\n"
	  "f:3:9: error: expected task or admin, not \"foo\"\n"
	  "f:3:41: error: \"8\" is no octal mode between 0 and 7777\n"
	  "f:5:7: error: \"..\": . or .. as a name\n"
	  "f:5:18: error: \"./x\": a slash in a name\n" },
	/* names */
	{ "group a/../b { cpu { } } group ./a { cpu { } } template a/. { }",
	  "f:1:7: error: \"a/../b\": . or .. as a name\n"
	  "f:1:32: error: \"./a\": . or .. as a name\n"
	  "f:1:57: error: \"a/.\": . or .. as a name\n" },
	{ "group \"\" { cpu { } } group b { \"\" { \"\" = 1; } }",
	  "f:1:7: error: \"\": an empty name\n"
	  "f:1:32: error: \"\": an empty name\n"
	  "f:1:37: error: \"\": an empty name\n" },
	{ "group \"a\nb\" { \"a\tb\" { } a/b { .. = 1; } }",
	  "f:1:7: error: \"a?b\": a tab or a line break in a name\n"
	  "f:2:6: error: \"a?b\": a tab or a line break in a name\n"
	  "f:2:16: error: \"a/b\": a slash in a name\n"
	  "f:2:22: error: \"..\": . or .. as a name\n" },
	{ "group a { cpu { } cpu { } cpu { } } template a { b { } \"b\" { } }",
	  "f:1:19: error: controller \"cpu\" is in this group already\n"
	  "f:1:27: error: controller \"cpu\" is in this group already\n"
	  "f:1:56: error: controller \"b\" is in this template already\n" },
	/* permissions */
	{ "default { perm { admin { uid = \"\"; dperm = \"\"; dperm = 10000; fperm = -7; "
	  "fperm = 0x7; fperm = 77777777777777777777777777; } } }",
	  "f:1:32: error: \"uid\" is empty\n"
	  "f:1:44: error: \"\" is no octal mode between 0 and 7777\n"
	  "f:1:56: error: \"10000\" is no octal mode between 0 and 7777\n"
	  "f:1:71: error: \"-7\" is no octal mode between 0 and 7777\n"
	  "f:1:83: error: \"0x7\" is no octal mode between 0 and 7777\n"
	  "f:1:96: error: \"77777777777777777777777777\" is no octal mode between 0 and 7777\n" },
	{ "default { cpu { } perm { \"x\" = 1; } }",
	  "f:1:11: error: expected perm, not \"cpu\"\n"
	  "f:1:26: error: expected task or admin, not \"x\"\n" },
};

START_TEST(says_what_is_wrong_and_where)
{
	const struct row *row = &bad_rows[_i];
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };
	cleanup_free char *said = NULL;
	int ret = cgconfig_parse(&config, row->text, strlen(row->text), "f", &diags);

	said = messages(&diags);
	ck_assert_str_eq(said, row->want);
	ck_assert_int_eq(ret, diags.errors ? -EINVAL : 0);
	cgconfig_done(&config);
	diag_list_done(&diags);
}
END_TEST

/* Parse len bytes and want this one message. */
static void check_one(const char *text, size_t len, const char *want)
{
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };
	cleanup_free char *said = NULL;

	(void)cgconfig_parse(&config, text, len, "f", &diags);
	said = messages(&diags);
	ck_assert_str_eq(said, want);
	cgconfig_done(&config);
	diag_list_done(&diags);
}

START_TEST(refuses_nul_bytes)
{
	static const char outside[] = "group a { cpu { } }\n \0\0\n";
	static const char comment[] = "# a\0b\0c\n";
	static const char string[] = "group a { cpu { x = \"1\0002\"; } }";

	check_one(outside, sizeof(outside) - 1,
		  "f:2:2: error: control character 0x00\n"
		  "f:2:2: error: expected group, template, default, mount, namespace or systemd, "
		  "not \"?\?\"\n");
	check_one(comment, sizeof(comment) - 1, "f:1:4: error: control character 0x00\n");
	check_one(string, sizeof(string) - 1, "f:1:23: error: control character 0x00\n");
}
END_TEST

START_TEST(takes_no_text)
{
	check_one(NULL, 0, "");
}
END_TEST

/* "group a { cpu { x = VALUE; } }" with a value of len bytes; to be freed. */
static char *long_value(int len, bool quoted)
{
	char *text = NULL;
	int ret = asprintf(&text, "group a { cpu { x = %s%0*d%s; } }", quoted ? "\"" : "", len, 0,
			   quoted ? "\"" : "");

	ck_assert_int_gt(ret, 0);
	return text;
}

START_TEST(takes_64_kib_a_token_and_no_more)
{
	for (unsigned quoted = 0; quoted < 2; quoted++) {
		cleanup_free char *fits = long_value(65536, quoted);
		cleanup_free char *over = long_value(65537, quoted);

		check_one(fits, strlen(fits), "");
		check_one(over, strlen(over), "f:1:21: error: longer than 65536 bytes\n");
	}
}
END_TEST

START_TEST(refuses_name_that_no_file_system_takes)
{
	char text[400], want[200];

	(void)snprintf(text, sizeof(text), "group a/%0255d/b { cpu { } }", 0);
	check_one(text, strlen(text), "");
	(void)snprintf(text, sizeof(text), "group a/%0256d/b { cpu { } }", 0);
	(void)snprintf(want, sizeof(want),
		       "f:1:7: error: \"a/%058d...\": a name of more than 255 bytes\n", 0);
	check_one(text, strlen(text), want);
}
END_TEST

START_TEST(grows_to_many_groups_controllers_and_values)
{
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };
	const struct cgconfig_group *group;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	for (int i = 0; i < 100; i++) {
		(void)fprintf(out, "group g%d {\n", i);
		for (int j = 0; j < i; j++)
			(void)fprintf(out, "c%d { a = %d; b = 1; c = 2; }", j, j);
		(void)fprintf(out, "x { }\n}\n");
	}
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(cgconfig_parse(&config, text, len, "f", &diags), 0);
	ck_assert_uint_eq(config.n_groups, 100);
	group = cgconfig_find(&config, "g99", false);
	ck_assert_uint_eq(group->line, 298);
	ck_assert_uint_eq(group->n_controllers, 100);
	ck_assert_str_eq(group->controllers[98].name, "c98");
	ck_assert_uint_eq(group->controllers[98].n_values, 3);
	ck_assert_str_eq(group->controllers[98].values[0].value, "98");
	free(text);
	cgconfig_done(&config);
	diag_list_done(&diags);
}
END_TEST

/* Every file but the last one is right: an error belongs to the call that found it. */
START_TEST(adds_file_to_file)
{
	static const char first[] = "group a { cpu { } }\ntemplate t { cpu { } }";
	static const char second[] = "\ngroup a { memory { } }";
	static const char third[] = "group b { cpu { }";
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };
	cleanup_free char *said = NULL;

	ck_assert_int_eq(cgconfig_parse(&config, first, strlen(first), "1", &diags), 0);
	ck_assert_int_eq(cgconfig_parse(&config, second, strlen(second), "2", &diags), 0);
	ck_assert_int_eq(cgconfig_parse(&config, third, strlen(third), "3", &diags), -EINVAL);
	ck_assert_int_eq(cgconfig_parse(&config, "", 0, "4", &diags), 0);
	said = messages(&diags);
	ck_assert_str_eq(
		said, "2:2: warning: group \"a\" was there in 1:1: the last one counts\n"
		      "3:1:9: error: this { is not closed before the end of the file in line 1\n");
	ck_assert_uint_eq(config.n_groups, 4);
	ck_assert_str_eq(config.groups[2].file, "2");
	ck_assert_uint_eq(config.groups[2].line, 2);
	cgconfig_done(&config);
	diag_list_done(&diags);
}
END_TEST

/* root is user 0 and group 0 on every Linux; nothing else is sure. */
static const struct {
	const char *text, *want, *said;
} resolve_rows[] = {
	{ "group a { perm { task { uid = root; gid = 7; } admin { uid = 8; gid = root; } } x { } }",
	  "group a task=root:7(0:7) admin=8:root(8:0)\n x\n", "" },
	{ "group a { perm { task { uid = 4294967294; } } x { } }",
	  "group a task=4294967294:(-2:-1)\n x\n", "" },
	{ "group a { x { } }", "group a\n x\n", "" },
	/* unknown names */
	{ "\ngroup a { perm { task { uid = cgred-no-one; gid = 5; } "
	  "admin { gid = cgred-no-one; } } x { } }",
	  "group a task=cgred-no-one:5(-1:5) admin=:cgred-no-one\n x\n",
	  "f:2: warning: user \"cgred-no-one\": unknown; the owner stays as the kernel makes it\n"
	  "f:2: warning: group \"cgred-no-one\": unknown; the owner stays as the kernel makes it\n" },
	{ "group a { perm { task { uid = 4294967295; gid = 4294967296; } } x { } }",
	  "group a task=4294967295:4294967296\n x\n",
	  "f:1: warning: user \"4294967295\": unknown; the owner stays as the kernel makes it\n"
	  "f:1: warning: group \"4294967296\": unknown; the owner stays as the kernel makes it\n" },
	/* default: what is not said, before or behind it, not for templates */
	{ "group a { x { } }\n"
	  "default { perm { task { uid = 1; gid = 2; fperm = 1; } "
	  "admin { uid = 3; gid = root; fperm = 2; dperm = 3; } } }\n"
	  "group b { perm { task { gid = 9; } admin { uid = 8; dperm = 7; } } x { } }\n"
	  "template t { perm { task { uid = 6; } } }\n",
	  "default task=1:2(1:2) fperm=1 admin=3:root(3:0) dperm=3 fperm=2\n"
	  "group a(1:2) fperm=1(3:0) dperm=3 fperm=2\n x\n"
	  "group b task=:9(1:9) fperm=1 admin=8:(8:0) dperm=7 fperm=2\n x\n"
	  "template t task=6:(6:-1)\n",
	  "" },
	{ "default { perm { task { uid = 1; gid = cgred-no-one; } } } "
	  "group a { perm { task { uid = cgred-no-one; } } x { } } group b { x { } }",
	  "default task=1:cgred-no-one(1:-1)\n"
	  "group a task=cgred-no-one:\n x\n"
	  "group b(1:-1)\n x\n",
	  "default{}: warning: group \"cgred-no-one\": unknown; "
	  "the owner stays as the kernel makes it\n"
	  "f:1: warning: user \"cgred-no-one\": unknown; the owner stays as the kernel makes it\n" },
};

START_TEST(resolves_owners_and_defaults)
{
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };
	const char *text = resolve_rows[_i].text;

	ck_assert_int_eq(cgconfig_parse(&config, text, strlen(text), "f", &diags), 0);
	/* A second time, as at a retry for late LDAP, it comes to the same. */
	for (int i = 0; i < 2; i++) {
		cleanup_free char *got = NULL, *said = NULL;

		cgconfig_resolve(&config, &diags);
		got = dump(&config);
		said = messages(&diags);
		ck_assert_str_eq(got, resolve_rows[_i].want);
		ck_assert_str_eq(said, resolve_rows[_i].said);
		diag_list_done(&diags);
	}
	cgconfig_done(&config);
}
END_TEST

START_TEST(finds_the_last_of_a_name)
{
	static const char text[] = "group /a/ { x { } }\ngroup . { x { } }\ntemplate a { x { } }\n"
				   "group a { x { } }\ntemplate b/%u { x { } }\n";
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };

	ck_assert_int_eq(cgconfig_parse(&config, text, strlen(text), "f", &diags), 0);
	ck_assert_uint_eq(cgconfig_find(&config, "a", false)->line, 4);
	ck_assert_uint_eq(cgconfig_find(&config, "a", true)->line, 3);
	ck_assert_uint_eq(cgconfig_find(&config, "", false)->line, 2);
	ck_assert_uint_eq(cgconfig_find(&config, "b/%u", true)->line, 5);
	ck_assert_ptr_null(cgconfig_find(&config, "b/%u", false));
	ck_assert_ptr_null(cgconfig_find(&config, "", true));
	ck_assert_ptr_null(cgconfig_find(&config, "b", true));
	cgconfig_done(&config);
	diag_list_done(&diags);
}
END_TEST

START_TEST(done_takes_anything)
{
	struct cgconfig config = { 0 };

	cgconfig_done(&config);
	ck_assert_ptr_null(cgconfig_find(&config, "a", false));
	cgconfig_done(&config);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cgconfig");
	TCase *tcase = tcase_create("cgconfig");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, reads_what_is_right, 0, ARRAY_SIZE(good_rows));
	tcase_add_loop_test(tcase, says_what_is_wrong_and_where, 0, ARRAY_SIZE(bad_rows));
	tcase_add_test(tcase, refuses_nul_bytes);
	tcase_add_test(tcase, takes_no_text);
	tcase_add_test(tcase, takes_64_kib_a_token_and_no_more);
	tcase_add_test(tcase, refuses_name_that_no_file_system_takes);
	tcase_add_test(tcase, grows_to_many_groups_controllers_and_values);
	tcase_add_test(tcase, adds_file_to_file);
	tcase_add_loop_test(tcase, resolves_owners_and_defaults, 0, ARRAY_SIZE(resolve_rows));
	tcase_add_test(tcase, finds_the_last_of_a_name);
	tcase_add_test(tcase, done_takes_anything);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
