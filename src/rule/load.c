/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From files to a rule set: finds the files and hands their lines to the compiler. */
#include "config.h"

#include "rule/load.h"

#include <errno.h>
#include <string.h>

#include "base/confdir.h"
#include "base/diag.h"
#include "rule/cgrules.h"
#include "rule/compile.h"
#include "rule/lint.h"
#include "rule/ruleset.h"
#include "rule/yaml.h"

struct loading {
	struct compiler *compiler;
	struct diag_list *diags;
};

static int compile_line(void *arg, const struct cgrules_line *line)
{
	return compiler_add(arg, line);
}

/* Mistakes are in diags; negative only for -ENOMEM. */
static int load_text(void *arg, const char *name, const char *text, size_t len)
{
	const struct loading *loading = arg;
	int r = compiler_begin_source(loading->compiler, name, text, len);

	if (r == 0)
		r = cgrules_parse(text, len, name, compile_line, loading->compiler, loading->diags);
	return r == -EINVAL ? 0 : r;
}

/* The same for a YAML file. */
static int load_yaml(void *arg, const char *name, const char *text, size_t len)
{
	const struct loading *loading = arg;
	int r = compiler_begin_source(loading->compiler, name, text, len);

	if (r == 0)
		r = yaml_parse(compiler_yaml(loading->compiler), text, len, name, loading->diags);
	return r == -EINVAL ? 0 : r;
}

static int load_rules(const struct rule_sources *sources, struct loading *loading)
{
	struct diag_list *diags = loading->diags;
	int r = 0;

	if (sources->file)
		r = confdir_read_file(sources->file, false, load_text, loading, diags);
	if (r == 0 && sources->directory)
		r = confdir_read_directory(sources->directory, ".conf", load_text, loading, diags);
	if (r == 0 && sources->yaml_file)
		r = confdir_read_file(sources->yaml_file, sources->yaml_must_exist, load_yaml,
				      loading, diags);
	if (r == 0 && sources->yaml_directory)
		r = confdir_read_directory(sources->yaml_directory, ".yaml", load_yaml, loading,
					   diags);
	if (r == 0)
		r = yaml_check(compiler_yaml(loading->compiler), diags);
	return r == -EINVAL ? 0 : r;
}

/* Hand the set over, or, where there were mistakes, only lint what was understood. */
static int finish(struct compiler *compiler, bool lint, unsigned errors_before,
		  struct diag_list *diags, struct ruleset **ret)
{
	bool good = diags->errors == errors_before;
	struct ruleset *set = NULL;
	int r = compiler_finish(compiler, &set);

	if (r == 0 && lint)
		r = ruleset_lint(set, diags);
	if (r == 0 && good) {
		*ret = set;
		return 0;
	}
	ruleset_unref(set);
	return r < 0 ? r : -EINVAL;
}

int ruleset_load(const struct rule_sources *sources, const struct ruleset *previous,
		 struct diag_list *diags, struct ruleset **ret)
{
	unsigned errors_before = diags->errors;
	struct compiler *compiler = compiler_new(previous, diags);
	struct loading loading = { compiler, diags };
	int r;

	if (!compiler)
		return -ENOMEM;
	r = load_rules(sources, &loading);
	if (r == 0)
		r = finish(compiler, sources->lint, errors_before, diags, ret);
	compiler_free(compiler);
	return r;
}

static int load_one(confdir_fn *fn, const char *text, const char *name, struct diag_list *diags,
		    struct ruleset **ret)
{
	unsigned errors_before = diags->errors;
	struct compiler *compiler = compiler_new(NULL, diags);
	struct loading loading = { compiler, diags };
	int r;

	if (!compiler)
		return -ENOMEM;
	r = fn(&loading, name, text, strlen(text));
	if (r == 0)
		(void)yaml_check(compiler_yaml(compiler), diags);
	if (r == 0)
		r = finish(compiler, false, errors_before, diags, ret);
	compiler_free(compiler);
	return r;
}

int ruleset_load_text(const char *text, const char *name, struct diag_list *diags,
		      struct ruleset **ret)
{
	return load_one(load_text, text, name, diags, ret);
}

int ruleset_load_yaml(const char *text, const char *name, struct diag_list *diags,
		      struct ruleset **ret)
{
	return load_one(load_yaml, text, name, diags, ret);
}
