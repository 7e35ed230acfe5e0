/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading cgconfig.conf and cgconfig.d; the rules have a loader of their own. */
#include "config.h"

#include "engine/configuration.h"

#include <errno.h>

#include "base/confdir.h"
#include "base/diag.h"

struct loading {
	struct cgconfig *cgconfig;
	struct diag_list *diags;
};

/* Mistakes are in diags; negative only for -ENOMEM. */
static int load_text(void *arg, const char *path, const char *text, size_t len)
{
	const struct loading *loading = arg;
	int r = cgconfig_parse(loading->cgconfig, text, len, path, loading->diags);

	return r == -EINVAL ? 0 : r;
}

int configuration_load_cgconfig(const struct configuration_paths *paths, struct cgconfig *ret,
				struct diag_list *diags)
{
	unsigned errors_before = diags->errors;
	struct loading loading = { ret, diags };
	int r = 0;

	*ret = (struct cgconfig){ 0 };
	if (paths->cgconfig_file)
		r = confdir_read_file(paths->cgconfig_file, paths->cgconfig_file_must_exist,
				      load_text, &loading, diags);
	if (r == 0 && paths->cgconfig_directory)
		r = confdir_read_directory(paths->cgconfig_directory, ".conf", load_text, &loading,
					   diags);
	if (r == 0 && diags->errors != errors_before)
		r = -EINVAL;
	if (r < 0) {
		cgconfig_done(ret);
		return r;
	}
	cgconfig_resolve(ret, diags);
	return 0;
}
