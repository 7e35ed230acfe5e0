/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests to the kernel's audit subsystem, one at a time and waited for. The only file that knows
 * libaudit. */
#include "config.h"

#include "source/audit-kernel.h"

#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/grow.h"

/* The kernel answers at once, but from a thread of its own. */
#define ANSWER_MS 5000

/* Not libaudit's audit_open(): the name is taken (see source/audit.h). */
int audit_kernel_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	/* Errors are ours to tell. */
	set_aumessage_mode(MSG_QUIET, DBG_NO);
	return fd < 0 ? -errno : fd;
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The next message for this request: 0, or -errno. What an earlier one left behind is dropped. */
static int wait_for_reply(int fd, int sequence, int64_t deadline_ms, struct audit_reply *ret)
{
	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int64_t left_ms = deadline_ms - now_ms();
		int r;

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, (int)left_ms) <= 0)
			continue;
		r = audit_get_reply(fd, ret, GET_REPLY_NONBLOCKING, 0);
		if (r == -EAGAIN || r == -EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? r : -EIO;
		if (ret->nlh->nlmsg_seq != (uint32_t)sequence)
			continue;
		if (ret->type == NLMSG_ERROR && ret->error->error == 0)
			continue; /* the acknowledgement, before or behind the answer */
		return ret->type == NLMSG_ERROR ? ret->error->error : 0;
	}
}

int audit_kernel_get_status(int fd, struct audit_kernel_status *ret)
{
	const int64_t deadline_ms = now_ms() + ANSWER_MS;
	int sequence = audit_request_status(fd);
	struct audit_reply reply;

	if (sequence < 0)
		return sequence;
	do {
		int r = wait_for_reply(fd, sequence, deadline_ms, &reply);

		if (r < 0)
			return r;
	} while (reply.type != AUDIT_GET);
	*ret = (struct audit_kernel_status){
		.enabled = reply.status->enabled,
		.daemon_pid = reply.status->pid,
		.rate_limit = reply.status->rate_limit,
		.backlog_limit = reply.status->backlog_limit,
		.lost = reply.status->lost,
	};
	return 0;
}

int audit_kernel_set_enabled(int fd, uint32_t enabled)
{
	int r = audit_set_enabled(fd, enabled);

	return r < 0 ? r : 0;
}

int audit_kernel_set_backlog_limit(int fd, uint32_t limit)
{
	int r = audit_set_backlog_limit(fd, limit);

	return r < 0 ? r : 0;
}

static int permission_of(char access)
{
	switch (access) {
	case 'r':
		return AUDIT_PERM_READ;
	case 'w':
		return AUDIT_PERM_WRITE;
	default:
		return AUDIT_PERM_EXEC;
	}
}

/* The library looks for the operator by writing into the text. */
static int add_field(struct audit_rule_data **rule, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int add_field(struct audit_rule_data **rule, const char *format, ...)
{
	char pair[AUDIT_MAX_KEY_LEN + 32];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(pair, sizeof(pair), format, arguments);
	va_end(arguments);
	if (len < 0 || (size_t)len >= sizeof(pair))
		return -ENAMETOOLONG;
	return audit_rule_fieldpair_data(rule, pair, AUDIT_FILTER_EXIT) == 0 ? 0 : -EINVAL;
}

/*
 * The path does not go through add_field(): there, "a>=b" would be a comparison. The permission is
 * made the first field: the kernel compares in this order, and it is decided by the system call's
 * number.
 */
struct audit_rule_data *audit_kernel_make_rule(const struct audit_kernel_watch *watch)
{
	const int type = watch->is_directory ? AUDIT_DIR : AUDIT_WATCH;
	struct audit_rule_data *rule = NULL;

	if (strlen(watch->path) >= PATH_MAX)
		return NULL;
	if (audit_add_watch_dir(type, &rule, watch->path) != 0 ||
	    audit_update_watch_perms(rule, permission_of(watch->access)) != 0 ||
	    add_field(&rule, "pid!=%d", (int)getpid()) != 0 ||
	    (!watch->failed && add_field(&rule, "success=1") != 0) ||
	    add_field(&rule, "key=%s", watch->key) != 0) {
		free(rule);
		return NULL;
	}
	for (int i = 1; i < (int)rule->field_count; i++) {
		uint32_t value = rule->values[i];

		if (rule->fields[i] != AUDIT_PERM)
			continue;
		memmove(&rule->fields[1], &rule->fields[0], (size_t)i * sizeof(rule->fields[0]));
		memmove(&rule->values[1], &rule->values[0], (size_t)i * sizeof(rule->values[0]));
		memmove(&rule->fieldflags[1], &rule->fieldflags[0],
			(size_t)i * sizeof(rule->fieldflags[0]));
		rule->fields[0] = AUDIT_PERM;
		rule->values[0] = value;
		rule->fieldflags[0] = AUDIT_EQUAL;
		break;
	}
	return rule;
}

/* The library writes list and action into what it is given. */
static struct audit_rule_data *copy_rule(const struct audit_rule_data *rule)
{
	return audit_kernel_rule_from_bytes(rule, audit_kernel_rule_bytes(rule));
}

int audit_kernel_add_rule(int fd, const struct audit_rule_data *rule, bool first)
{
	cleanup_free struct audit_rule_data *copy = copy_rule(rule);
	int r;

	if (!copy)
		return -ENOMEM;
	r = audit_add_rule_data(fd, copy, (int)(copy->flags | (first ? AUDIT_FILTER_PREPEND : 0)),
				(int)copy->action);
	return r < 0 ? r : 0;
}

int audit_kernel_delete_rule(int fd, const struct audit_rule_data *rule)
{
	cleanup_free struct audit_rule_data *copy = copy_rule(rule);
	int r;

	if (!copy)
		return -ENOMEM;
	r = audit_delete_rule_data(fd, copy, (int)copy->flags, (int)copy->action);
	return r < 0 ? r : 0;
}

int audit_kernel_cover(int fd, const char *directory)
{
	int r = audit_make_equivalent(fd, directory, directory);

	return r < 0 ? r : 0;
}

void audit_kernel_free_rules(struct audit_rule_data **rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(rules[i]);
	free(rules);
}

static int append_rule(const struct audit_reply *reply, struct audit_rule_data ***rules, size_t *n,
		       size_t *room)
{
	struct audit_rule_data **grown = grow(*rules, *n, room, sizeof(**rules));

	if (!grown)
		return -ENOMEM;
	*rules = grown;
	grown[*n] =
		audit_kernel_rule_from_bytes(reply->ruledata, (size_t)reply->len - NLMSG_HDRLEN);
	if (!grown[*n])
		return -EPROTO;
	++*n;
	return 0;
}

int audit_kernel_list_rules(int fd, struct audit_rule_data ***ret, size_t *ret_n)
{
	const int64_t deadline_ms = now_ms() + ANSWER_MS;
	int sequence = audit_request_rules_list_data(fd);
	struct audit_rule_data **rules = NULL;
	struct audit_reply reply;
	size_t room = 0;
	size_t n = 0;
	int r;

	if (sequence < 0)
		return sequence;
	while ((r = wait_for_reply(fd, sequence, deadline_ms, &reply)) == 0) {
		if (reply.type == NLMSG_DONE)
			break;
		if (reply.type == AUDIT_LIST_RULES)
			r = append_rule(&reply, &rules, &n, &room);
		if (r < 0)
			break;
	}
	if (r < 0) {
		audit_kernel_free_rules(rules, n);
		return r;
	}
	*ret = rules;
	*ret_n = n;
	return 0;
}

/* The texts of a rule are one behind the other in its buffer, and the values are their lengths. */
static bool is_text(uint32_t field)
{
	switch (field) {
	case AUDIT_WATCH:
	case AUDIT_DIR:
	case AUDIT_FILTERKEY:
	case AUDIT_EXE:
	case AUDIT_SUBJ_USER:
	case AUDIT_SUBJ_ROLE:
	case AUDIT_SUBJ_TYPE:
	case AUDIT_SUBJ_SEN:
	case AUDIT_SUBJ_CLR:
	case AUDIT_OBJ_USER:
	case AUDIT_OBJ_ROLE:
	case AUDIT_OBJ_TYPE:
	case AUDIT_OBJ_LEV_LOW:
	case AUDIT_OBJ_LEV_HIGH:
		return true;
	default:
		return false;
	}
}

static bool has_key(const struct audit_rule_data *rule, const char *key)
{
	size_t at = 0;

	for (uint32_t i = 0; i < rule->field_count && i < AUDIT_MAX_FIELDS; i++) {
		size_t len = rule->values[i];

		if (!is_text(rule->fields[i]))
			continue;
		if (len > rule->buflen - at)
			return false;
		if (rule->fields[i] == AUDIT_FILTERKEY && len == strlen(key) &&
		    memcmp(rule->buf + at, key, len) == 0)
			return true;
		at += len;
	}
	return false;
}

bool audit_kernel_has_key_in(struct audit_rule_data *const *rules, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (has_key(rules[i], key))
			return true;
	return false;
}

bool audit_kernel_is_task_never(const struct audit_rule_data *rule)
{
	return rule->flags == AUDIT_FILTER_TASK && rule->action == AUDIT_NEVER;
}

size_t audit_kernel_rule_bytes(const struct audit_rule_data *rule)
{
	return sizeof(*rule) + rule->buflen;
}

struct audit_rule_data *audit_kernel_rule_from_bytes(const void *bytes, size_t len)
{
	const struct audit_rule_data *from = bytes;
	struct audit_rule_data *rule;
	uint32_t buflen;

	if (len < sizeof(*from))
		return NULL;
	memcpy(&buflen, (const char *)bytes + offsetof(struct audit_rule_data, buflen),
	       sizeof(buflen));
	if (buflen > len - sizeof(*from))
		return NULL;
	rule = malloc(sizeof(*rule) + buflen);
	if (rule)
		memcpy(rule, bytes, sizeof(*rule) + buflen);
	return rule;
}
