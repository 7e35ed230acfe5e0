/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In the place of the audit source where it was not built: it does not open. */
#include "config.h"

#include "source/audit.h"

#include <errno.h>

int audit_begin(enum audit_policy policy, const char *state_path, struct audit_links links,
		struct audit **ret, const char **ret_tried)
{
	(void)policy;
	(void)state_path;
	(void)links;
	(void)ret;
	*ret_tried = "built without libaudit";
	return -ENOTSUP;
}

void audit_end(struct audit *audit)
{
	(void)audit;
}

int audit_set_watches(struct audit *audit, const struct audit_watch *watches, size_t n,
		      struct diag_list *diags)
{
	(void)audit;
	(void)watches;
	(void)n;
	(void)diags;
	return -ENOTSUP;
}

size_t audit_retry(struct audit *audit)
{
	(void)audit;
	return 0;
}

int audit_fd(const struct audit *audit)
{
	(void)audit;
	return -1;
}

int audit_read(struct audit *audit, struct audit_record *ret)
{
	(void)audit;
	(void)ret;
	return -ENOTSUP;
}

int audit_timeout_ms(const struct audit *audit)
{
	(void)audit;
	return -1;
}

void audit_get_stats(const struct audit *audit, struct audit_stats *ret)
{
	(void)audit;
	*ret = (struct audit_stats){ 0 };
}
