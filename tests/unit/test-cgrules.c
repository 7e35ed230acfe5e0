/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/cgrules.h: texts go in, a dump of the lines and the messages come out. */
#include "config.h"

#include "rule/cgrules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "helpers.h"

/* "LINE:USER_COLUMN:DESTINATION_COLUMN WHO[:PROCESS]|CONTROLLERS|DESTINATION[/][|OPTIONS]\n" */
static int dump_line(void *arg, const struct cgrules_line *line)
{
	static const char *const who[] = { "*", "", "@" };
	FILE *out = arg;

	(void)fprintf(out, "%u:%u:%u ", line->line, line->user_column, line->destination_column);
	(void)fprintf(out, "%s%s", line->continues ? "%" : who[line->who],
		      line->name ? line->name : "");
	if (line->process)
		(void)fprintf(out, ":%s", line->process);
	(void)fprintf(out, "|%s|%s%s", line->controllers, line->destination,
		      line->destination_is_open ? "/" : "");
	if (line->options & CGRULES_IGNORE)
		(void)fputs("|ignore", out);
	if (line->options & CGRULES_IGNORE_RT)
		(void)fputs("|ignore_rt", out);
	(void)fputc('\n', out);
	return 0;
}

/* The dump of a text, to be freed; the result must fit the messages. */
static char *parse_n(const char *text, size_t len, struct diag_list *diags)
{
	char *lines = NULL;
	size_t lines_len = 0;
	FILE *out = open_memstream(&lines, &lines_len);
	unsigned errors = diags->errors;
	int r;

	ck_assert_ptr_nonnull(out);
	r = cgrules_parse(text, len, "f", dump_line, out, diags);
	ck_assert_int_eq(r, diags->errors > errors ? -EINVAL : 0);
	ck_assert_int_eq(fclose(out), 0);
	return lines;
}

static char *parse(const char *text, struct diag_list *diags)
{
	return parse_n(text, strlen(text), diags);
}

struct row {
	const char *text, *want;
};

static void check_good(const struct row *row)
{
	struct diag_list diags = { 0 };
	cleanup_free char *lines = parse(row->text, &diags);
	cleanup_free char *messages = messages_of(&diags);

	ck_assert_str_eq(messages, "");
	ck_assert_str_eq(lines, row->want);
	diag_list_done(&diags);
}

static void check_bad(const struct row *row)
{
	struct diag_list diags = { 0 };
	cleanup_free char *messages = NULL;

	free(parse(row->text, &diags));
	messages = messages_of(&diags);
	ck_assert_str_eq(messages, row->want);
	diag_list_done(&diags);
}

static const struct row key_rows[] = {
	{ "john cpu d", "1:1:10 john|cpu|d\n" },
	{ "john:sh cpu d", "1:1:13 john:sh|cpu|d\n" },
	{ "john:/bin/sh cpu d", "1:1:18 john:/bin/sh|cpu|d\n" },
	{ "john:/bin/s* cpu d", "1:1:18 john:/bin/s*|cpu|d\n" },
	{ "john: cpu d", "1:1:11 john|cpu|d\n" },
	{ "john:a:b cpu d", "1:1:14 john:a:b|cpu|d\n" },
	{ "1000 cpu d", "1:1:10 1000|cpu|d\n" },
	{ "@staff cpu d", "1:1:12 @staff|cpu|d\n" },
	{ "@100:sh cpu d", "1:1:13 @100:sh|cpu|d\n" },
	{ "* cpu d", "1:1:7 *|cpu|d\n" },
	{ "*:sh cpu d", "1:1:10 *:sh|cpu|d\n" },
	{ "*: cpu d", "1:1:8 *|cpu|d\n" },
	{ "*:* cpu d", "1:1:9 *:*|cpu|d\n" },
	{ "%x cpu d", "1:1:8 %x|cpu|d\n" },
	{ "dom\\user cpu d", "1:1:14 dom\\user|cpu|d\n" },
	{ "jos\xc3\xa9 cpu d", "1:1:11 jos\xc3\xa9|cpu|d\n" },
};

START_TEST(reads_every_key)
{
	check_good(&key_rows[_i]);
}
END_TEST

static const struct row blank_rows[] = {
	{ "", "" },
	{ "\n\n", "" },
	{ " \t \n", "" },
	{ "a b c", "1:1:5 a|b|c\n" }, /* the last line need not end */
	{ "  \ta \t b\t\tc \t\n", "1:4:11 a|b|c\n" },
	{ "a b c\r\nd e f\r\n", "1:1:5 a|b|c\n2:1:5 d|e|f\n" },
	{ "\r\na b c ignore\r\n", "2:1:5 a|b|c|ignore\n" },
	{ "a\rb\rc\n", "1:1:5 a|b|c\n" },
	{ "\n\n a b c\n\nd e f", "3:2:6 a|b|c\n5:1:5 d|e|f\n" },
};

START_TEST(takes_blanks_anywhere)
{
	check_good(&blank_rows[_i]);
}
END_TEST

static const struct row comment_rows[] = {
	{ "# a b c", "" },
	{ "#", "" },
	{ " \t# a b c\n#\n", "" },
	{ "a b c # d", "1:1:5 a|b|c\n" },
	{ "a b c #", "1:1:5 a|b|c\n" },
	{ "a b c\t#ignore", "1:1:5 a|b|c\n" },
	{ "a b c ignore # d", "1:1:5 a|b|c|ignore\n" },
	{ "a#x b#y c#z", "1:1:9 a#x|b#y|c#z\n" },
	{ "a b \"# c\"", "1:1:5 a|b|# c\n" },
	{ "a b \"#\"c # \"", "1:1:5 a|b|#c\n" },
	{ "a b c # \" \\ %", "1:1:5 a|b|c\n" },
};

START_TEST(cuts_comments)
{
	check_good(&comment_rows[_i]);
}
END_TEST

static const struct row quote_rows[] = {
	{ "john:\"two words\" cpu d", "1:1:22 john:two words|cpu|d\n" },
	{ "\"john:two words\" cpu d", "1:1:22 john:two words|cpu|d\n" },
	{ "john \"cpu\" \"my group\"", "1:1:12 john|cpu|my group\n" },
	{ "john cpu my\" \"group/\"a b\"", "1:1:10 john|cpu|my group/a b\n" },
	{ "\"@big staff\" cpu d", "1:1:18 @big staff|cpu|d\n" },
	{ "@\"big staff\":sh cpu d", "1:1:21 @big staff:sh|cpu|d\n" },
	{ "a b \"x\\\"y\"", "1:1:5 a|b|x\"y\n" },
	{ "a b \"x\\\\y\"", "1:1:5 a|b|x\\y\n" },
	{ "a b \"x\\y\"", "1:1:5 a|b|x\\y\n" }, /* only these two */
	{ "a b x\\\\y", "1:1:5 a|b|x\\\\y\n" }, /* and only inside */
	{ "a b \"\"c", "1:1:5 a|b|c\n" },
	{ "a:\"\" b c", "1:1:8 a|b|c\n" },
	{ "\"*\" b c", "1:1:7 *|b|c\n" },
	{ "a b c \"ignore\"", "1:1:5 a|b|c|ignore\n" },
	{ "a b c\"\t\"d", "1:1:5 a|b|c\td\n" },
};

START_TEST(takes_quotes_around_any_part)
{
	check_good(&quote_rows[_i]);
}
END_TEST

static const struct row controller_rows[] = {
	{ "a cpu,memory d", "1:1:14 a|cpu,memory|d\n" },
	{ "a cpu,,memory, d", "1:1:16 a|cpu,memory|d\n" },
	{ "a ,,,cpu d", "1:1:10 a|cpu|d\n" },
	{ "a * d", "1:1:5 a|*|d\n" },
	{ "a cpu,* d", "1:1:9 a|*|d\n" },
	{ "a *,,cpu, d", "1:1:11 a|*|d\n" },
	{ "a name=x,cgroup d", "1:1:17 a|name=x,cgroup|d\n" },
	{ "a cpu* d", "1:1:8 a|cpu*|d\n" },
};

START_TEST(leaves_out_empty_controllers)
{
	check_good(&controller_rows[_i]);
}
END_TEST

static const struct row destination_rows[] = {
	{ "a b c/d", "1:1:5 a|b|c/d\n" },
	{ "a b /c/d", "1:1:5 a|b|c/d\n" },
	{ "a b c/d/", "1:1:5 a|b|c/d/\n" },
	{ "a b //c///d//", "1:1:5 a|b|c/d/\n" },
	{ "a b /", "1:1:5 a|b|/\n" },
	{ "a b ///", "1:1:5 a|b|/\n" },
	{ "a b ...", "1:1:5 a|b|...\n" },
	{ "a b c/..d/.e/f./g..", "1:1:5 a|b|c/..d/.e/f./g..\n" },
	{ "a b *", "1:1:5 a|b|*\n" },
	{ "a b %u/%g", "1:1:5 a|b|%u/%g\n" },
	{ "a b c\\%d", "1:1:5 a|b|c\\%d\n" },
};

START_TEST(takes_slashes_anywhere_in_a_destination)
{
	check_good(&destination_rows[_i]);
}
END_TEST

static const struct row option_rows[] = {
	{ "a b c ignore", "1:1:5 a|b|c|ignore\n" },
	{ "a b c ignore_rt", "1:1:5 a|b|c|ignore_rt\n" },
	{ "a b c ignore,ignore_rt", "1:1:5 a|b|c|ignore|ignore_rt\n" },
	{ "a b c ,ignore,,ignore,", "1:1:5 a|b|c|ignore\n" },
	{ "a b c \"\"", "1:1:5 a|b|c\n" },
};

START_TEST(knows_the_options)
{
	check_good(&option_rows[_i]);
}
END_TEST

static const struct row percent_rows[] = {
	{ "a b c\n% d e", "1:1:5 a|b|c\n2:1:5 %|d|e\n" },
	{ "a b c\n\n# x\n % d e\n% f g\n", "1:1:5 a|b|c\n4:2:6 %|d|e\n5:1:5 %|f|g\n" },
	{ "a b c\n%:sh d e", "1:1:5 a|b|c\n2:1:8 %|d|e\n" },
	{ "a b c\n% d e ignore", "1:1:5 a|b|c\n2:1:5 %|d|e\n" },
	{ "a b c\n% d e nonsense", "1:1:5 a|b|c\n2:1:5 %|d|e\n" },
	{ "a b c\n%: d e/", "1:1:5 a|b|c\n2:1:6 %|d|e/\n" },
};

START_TEST(percent_continues_the_rule_above)
{
	check_good(&percent_rows[_i]);
}
END_TEST

static const struct row bad_rows[] = {
	/* too few fields, too many */
	{ "a", "f:1:1: error: the controllers is missing behind \"a\"\n" },
	{ "  a b", "f:1:5: error: the destination is missing behind \"b\"\n" },
	{ "a b # c", "f:1:3: error: the destination is missing behind \"b\"\n" },
	{ "a b c ignore x", "f:1:14: error: a fifth field; quote names with blanks\n" },
	{ "a b c ignore   x y", "f:1:16: error: a fifth field; quote names with blanks\n" },
	{ "a b my group ignore", "f:1:14: error: a fifth field; quote names with blanks\n" },
	/* keys */
	{ ":sh b c", "f:1:1: error: the user is missing\n" },
	{ " \"\" b c", "f:1:2: error: the user is missing\n" },
	{ "@ b c", "f:1:1: error: the group after \"@\" is missing\n" },
	{ "\t@:sh b c", "f:1:2: error: the group after \"@\" is missing\n" },
	/* quotes */
	{ "\"a b c", "f:1:1: error: this quote is not closed\n" },
	{ "a b \"c d", "f:1:5: error: this quote is not closed\n" },
	{ "a b c\"d\" e\"f\\\"", "f:1:11: error: this quote is not closed\n" },
	{ "a b \"c\\", "f:1:5: error: this quote is not closed\n" },
	{ "a b \"c\nd\" e f", "f:1:5: error: this quote is not closed\n"
			      "f:2:2: error: this quote is not closed\n" },
	/* controllers */
	{ "a , c", "f:1:3: error: no controller is named\n" },
	{ "a \"\" c", "f:1:3: error: no controller is named\n" },
	{ "a cpu,m/n c", "f:1:7: error: a controller has no \"/\" in its name\n" },
	/* destinations */
	{ "a b \"\"", "f:1:5: error: the destination is empty\n" },
	{ "a b .", "f:1:5: error: a component \".\" or \"..\" in the destination\n" },
	{ "a b ..", "f:1:5: error: a component \".\" or \"..\" in the destination\n" },
	{ "a b ../c", "f:1:5: error: a component \".\" or \"..\" in the destination\n" },
	{ "a b c/./d", "f:1:7: error: a component \".\" or \"..\" in the destination\n" },
	{ "a b /c/d/..", "f:1:10: error: a component \".\" or \"..\" in the destination\n" },
	{ "a b c//../", "f:1:8: error: a component \".\" or \"..\" in the destination\n" },
	/* options */
	{ "a b c x", "f:1:7: error: unknown option \"x\" (there are: ignore, ignore_rt)\n" },
	{ "a b c ignore,Ignore",
	  "f:1:14: error: unknown option \"Ignore\" (there are: ignore, ignore_rt)\n" },
	{ "a b c ignore_r",
	  "f:1:7: error: unknown option \"ignore_r\" (there are: ignore, ignore_rt)\n" },
	{ "a b c *", "f:1:7: error: unknown option \"*\" (there are: ignore, ignore_rt)\n" },
	/* control characters */
	{ "a b c\001", "f:1:6: error: a control character (0x01)\n" },
	{ "a b \"c\033d\"", "f:1:7: error: a control character (0x1b)\n" },
	{ "\177 b c", "f:1:1: error: a control character (0x7f)\n" },
	{ "a b c # \v", "f:1:9: error: a control character (0x0b)\n" },
	/* "%" with no rule above it */
	{ "% b c", "f:1:1: error: \"%\" with no rule above it\n" },
	{ "# a\n\n  %:sh b c", "f:3:3: error: \"%\" with no rule above it\n" },
	{ "a b c\n% b\n", "f:2:3: error: the destination is missing behind \"b\"\n" },
	{ "a b c\n% d ..\n", "f:2:5: error: a component \".\" or \"..\" in the destination\n" },
	/* the % lines of a bad rule are no further mistakes */
	{ "a b\n% c d\n% e f\n", "f:1:3: error: the destination is missing behind \"b\"\n" },
	{ "% a b\n% c d\n", "f:1:1: error: \"%\" with no rule above it\n" },
	/* all mistakes of a file, at their lines */
	{ "a b\nc d e\n@ f g\n\nh i j k\n",
	  "f:1:3: error: the destination is missing behind \"b\"\n"
	  "f:3:1: error: the group after \"@\" is missing\n"
	  "f:5:7: error: unknown option \"k\" (there are: ignore, ignore_rt)\n" },
	{ "a b\r\nc d\r\n", "f:1:3: error: the destination is missing behind \"b\"\n"
			    "f:2:3: error: the destination is missing behind \"d\"\n" },
};

START_TEST(says_what_is_wrong_and_where)
{
	check_bad(&bad_rows[_i]);
}
END_TEST

START_TEST(gives_the_good_lines_of_a_bad_file)
{
	struct diag_list diags = { 0 };
	cleanup_free char *lines = parse("a b c\nd e\n% f g\nh i j\n% k l\n% ..\n% m n\n", &diags);

	ck_assert_str_eq(lines, "1:1:5 a|b|c\n4:1:5 h|i|j\n5:1:5 %|k|l\n7:1:5 %|m|n\n");
	ck_assert_uint_eq(diags.errors, 2);
	diag_list_done(&diags);
}
END_TEST

START_TEST(refuses_nul_bytes)
{
	static const char text[] = "a b c\0d\ne f g\n";
	struct diag_list diags = { 0 };
	cleanup_free char *lines = parse_n(text, sizeof(text) - 1, &diags);
	cleanup_free char *messages = messages_of(&diags);

	ck_assert_str_eq(messages, "f:1:6: error: a control character (0x00)\n");
	ck_assert_str_eq(lines, "2:1:5 e|f|g\n");
	diag_list_done(&diags);
}
END_TEST

/* A line of len bytes, the destination as long as it takes. */
static char *line_of(size_t len)
{
	char *text = repeat('x', len);

	memcpy(text, "a b ", 4);
	return text;
}

static const struct {
	size_t len;
	const char *end;
	bool good;
} length_rows[] = {
	{ 4096, "\n", true },
	{ 4 + 4096, "\n", true },
	{ 65536, "\n", true },
	{ CGRULES_LINE_MAX, "\n", true },
	{ CGRULES_LINE_MAX, "", true },
	{ CGRULES_LINE_MAX + 1, "\n", false },
	{ CGRULES_LINE_MAX + 1, "", false },
	{ 1000000, "\n", false },
};

START_TEST(reads_long_lines_and_cuts_nothing)
{
	cleanup_free char *line = line_of(length_rows[_i].len);
	cleanup_free char *text = NULL;
	cleanup_free char *want = NULL;
	cleanup_free char *lines = NULL;
	cleanup_free char *messages = NULL;
	struct diag_list diags = { 0 };

	ck_assert_int_ge(asprintf(&text, "%s%sc d e", line, length_rows[_i].end), 0);
	if (!length_rows[_i].end[0])
		text[length_rows[_i].len] = '\0';
	lines = parse(text, &diags);
	messages = messages_of(&diags);
	ck_assert_int_ge(asprintf(&want, "1:1:5 a|b|%s\n", line + 4), 0);
	if (length_rows[_i].good) {
		ck_assert_str_eq(messages, "");
		ck_assert_int_eq(strncmp(lines, want, strlen(want)), 0);
	} else {
		ck_assert_ptr_nonnull(strstr(messages, "f:1: error: the line has "));
		ck_assert_uint_eq(diags.errors, 1);
		ck_assert_ptr_null(strstr(lines, "a|b|"));
	}
	ck_assert_int_eq(strstr(lines, "2:1:5 c|d|e\n") != NULL, length_rows[_i].end[0] != 0);
	diag_list_done(&diags);
}
END_TEST

START_TEST(every_field_can_have_the_whole_line)
{
	static const char *const before[] = { "", "a:", "a ", "a b ", "a b c #" };
	static const char *const after[] = { " b c", " b c", " c", "", "" };

	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		size_t len = CGRULES_LINE_MAX - strlen(before[i]) - strlen(after[i]);
		cleanup_free char *middle = repeat('y', len);
		cleanup_free char *text = NULL;
		cleanup_free char *lines = NULL;
		struct diag_list diags = { 0 };

		ck_assert_int_ge(asprintf(&text, "%s%s%s", before[i], middle, after[i]), 0);
		lines = parse(text, &diags);
		ck_assert_uint_eq(diags.errors, 0);
		ck_assert_int_eq(strstr(lines, middle) != NULL, i < 4);
		diag_list_done(&diags);
	}
}
END_TEST

static int count_to_two(void *arg, const struct cgrules_line *line)
{
	unsigned *count = arg;

	(void)line;
	return ++*count == 2 ? -ECANCELED : 0;
}

START_TEST(stops_when_the_call_back_says_so)
{
	static const char text[] = "a b c\nd e f\ng h i\nj\n";
	struct diag_list diags = { 0 };
	unsigned count = 0;

	ck_assert_int_eq(cgrules_parse(text, strlen(text), "f", count_to_two, &count, &diags),
			 -ECANCELED);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(diags.errors, 0);
}
END_TEST

START_TEST(counts_only_its_own_mistakes)
{
	struct diag_list diags = { 0 };
	cleanup_free char *lines = NULL;

	free(parse("a\n", &diags));
	lines = parse("a b c\n", &diags);
	ck_assert_str_eq(lines, "1:1:5 a|b|c\n");
	diag_list_done(&diags);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("cgrules");

	tcase_add_loop_test(tcase, reads_every_key, 0, ARRAY_SIZE(key_rows));
	tcase_add_loop_test(tcase, takes_blanks_anywhere, 0, ARRAY_SIZE(blank_rows));
	tcase_add_loop_test(tcase, cuts_comments, 0, ARRAY_SIZE(comment_rows));
	tcase_add_loop_test(tcase, takes_quotes_around_any_part, 0, ARRAY_SIZE(quote_rows));
	tcase_add_loop_test(tcase, leaves_out_empty_controllers, 0, ARRAY_SIZE(controller_rows));
	tcase_add_loop_test(tcase, takes_slashes_anywhere_in_a_destination, 0,
			    ARRAY_SIZE(destination_rows));
	tcase_add_loop_test(tcase, knows_the_options, 0, ARRAY_SIZE(option_rows));
	tcase_add_loop_test(tcase, percent_continues_the_rule_above, 0, ARRAY_SIZE(percent_rows));
	tcase_add_loop_test(tcase, says_what_is_wrong_and_where, 0, ARRAY_SIZE(bad_rows));
	tcase_add_test(tcase, gives_the_good_lines_of_a_bad_file);
	tcase_add_test(tcase, refuses_nul_bytes);
	tcase_add_loop_test(tcase, reads_long_lines_and_cuts_nothing, 0, ARRAY_SIZE(length_rows));
	tcase_add_test(tcase, every_field_can_have_the_whole_line);
	tcase_add_test(tcase, stops_when_the_call_back_says_so);
	tcase_add_test(tcase, counts_only_its_own_mistakes);
	return run_tests(tcase);
}
