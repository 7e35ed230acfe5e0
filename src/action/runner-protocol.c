/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests as bytes: a head, the groups, then texts that end with a zero byte each. */
#include "config.h"

#include "action/runner-protocol.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATH_OF_COMMANDS "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Where the next text goes. */
struct writer {
	char *at, *end;
	bool full;
};

static void put_bytes(struct writer *writer, const void *bytes, size_t len)
{
	if (writer->full || len > (size_t)(writer->end - writer->at)) {
		writer->full = true;
		return;
	}
	if (len > 0)
		memcpy(writer->at, bytes, len);
	writer->at += len;
}

static void put_text(struct writer *writer, const char *text)
{
	put_bytes(writer, text, strlen(text) + 1);
}

/* The length at which a longer text is cut: in front of a character that would be in two parts. */
static size_t cut_len(const char *text)
{
	size_t len = RUNNER_VALUE_MAX;

	while (len > RUNNER_VALUE_MAX - 4 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return ((unsigned char)text[len] & 0xc0) == 0x80 ? RUNNER_VALUE_MAX : len;
}

static void put_variable(struct writer *writer, const char *name, const char *value)
{
	size_t len = strnlen(value, RUNNER_VALUE_MAX + 1);

	if (len > RUNNER_VALUE_MAX)
		len = cut_len(value);
	put_bytes(writer, name, strlen(name));
	put_bytes(writer, "=", 1);
	put_bytes(writer, value, len);
	put_bytes(writer, "", 1);
}

static bool is_given_to_all(const char *name)
{
	static const char *const names[] = { "PATH", "HOME", "USER", "LOGNAME", "SHELL" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (name[0] == names[i][0] && strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static int put_environment(struct writer *writer, const struct trigger *trigger,
			   const struct trigger_variable *variables, size_t n_variables)
{
	int n = 5;

	put_variable(writer, "PATH", PATH_OF_COMMANDS);
	put_variable(writer, "HOME", trigger->home ? trigger->home : "/");
	put_variable(writer, "USER", trigger->user);
	put_variable(writer, "LOGNAME", trigger->user);
	put_variable(writer, "SHELL", "/bin/sh");
	for (size_t i = 0; i < n_variables; i++) {
		if (!variables[i].name[0] || strchr(variables[i].name, '='))
			return -EINVAL;
		if (is_given_to_all(variables[i].name))
			continue;
		put_variable(writer, variables[i].name, variables[i].value);
		n++;
	}
	return n;
}

static uint32_t put_list(struct writer *writer, const char *const *list)
{
	uint32_t n = 0;

	for (; list && list[n]; n++)
		put_text(writer, list[n]);
	return n;
}

ssize_t runner_request_encode(char *buf, size_t size, const struct trigger *trigger,
			      const struct trigger_variable *variables, size_t n_variables,
			      const char *const *paths)
{
	struct runner_request_head head = {
		.uid = trigger->uid,
		.gid = trigger->gid,
		.timeout_ms = trigger->timeout_ms,
		.max_running = trigger->max_running,
		.rate = trigger->rate,
		.rate_ms = trigger->rate_ms,
		.n_groups = (uint32_t)trigger->n_groups,
	};
	struct writer writer = { .at = buf + sizeof(head), .end = buf + size };
	int n;

	/* The groups first: they must be aligned. */
	if (trigger->n_groups > size / sizeof(gid_t))
		return -E2BIG;
	put_bytes(&writer, trigger->groups, trigger->n_groups * sizeof(gid_t));
	put_text(&writer, trigger->name);
	put_text(&writer, trigger->cwd ? trigger->cwd : "/");
	put_text(&writer, trigger->run);
	head.n_args = 1 + put_list(&writer, trigger->args);
	n = put_environment(&writer, trigger, variables, n_variables);
	if (n < 0)
		return n;
	head.n_variables = (uint32_t)n;
	head.n_paths = put_list(&writer, paths);
	if (writer.full)
		return -E2BIG;
	head.size_bytes = (uint32_t)(writer.at - buf);
	memcpy(buf, &head, sizeof(head));
	return writer.at - buf;
}

/* The next text, or NULL: there is no more. */
static char *take_text(char **at, const char *end)
{
	char *text = *at;
	char *zero = memchr(text, '\0', (size_t)(end - text));

	if (!zero)
		return NULL;
	*at = zero + 1;
	return text;
}

/* n texts into a list, which then ends at the returned place. NULL: there are not so many. */
static char **take_list(char **list, size_t n, char **at, const char *end)
{
	for (size_t i = 0; i < n; i++) {
		list[i] = take_text(at, end);
		if (!list[i])
			return NULL;
	}
	list[n] = NULL;
	return list + n + 1;
}

static int take_apart(struct runner_request *request, char **lists, char *bytes, size_t len)
{
	const struct runner_request_head *head = &request->head;
	char *at = bytes + sizeof(*head) + head->n_groups * sizeof(gid_t);
	const char *end = bytes + len;

	request->groups = (const gid_t *)(const void *)(bytes + sizeof(*head));
	request->name = take_text(&at, end);
	request->cwd = request->name ? take_text(&at, end) : NULL;
	if (!request->cwd)
		return -EBADMSG;
	request->argv = lists;
	request->environment = take_list(request->argv, head->n_args, &at, end);
	if (!request->environment)
		return -EBADMSG;
	request->paths = take_list(request->environment, head->n_variables, &at, end);
	if (!request->paths || !take_list(request->paths, head->n_paths, &at, end))
		return -EBADMSG;
	return at == end ? 0 : -EBADMSG;
}

int runner_request_decode(const char *bytes, size_t len, struct runner_request **ret)
{
	struct runner_request_head head;
	struct runner_request *request;
	size_t n_pointers, memory_bytes;
	char **lists;
	char *copy;
	int r;

	if (len < sizeof(head) || len > RUNNER_REQUEST_MAX)
		return -EBADMSG;
	memcpy(&head, bytes, sizeof(head));
	/* Each text has a byte at least, so no sum of these is too large. */
	if (head.size_bytes != len || head.n_groups > (len - sizeof(head)) / sizeof(gid_t) ||
	    head.n_args == 0 || head.n_args > len || head.n_variables > len || head.n_paths > len)
		return -EBADMSG;
	n_pointers = (size_t)head.n_args + head.n_variables + head.n_paths + 3;
	memory_bytes = sizeof(*request) + n_pointers * sizeof(char *) + len;
	request = malloc(memory_bytes);
	if (!request)
		return -ENOMEM;
	*request = (struct runner_request){ .head = head, .memory_bytes = memory_bytes };
	lists = (char **)(request + 1);
	copy = (char *)(lists + n_pointers);
	memcpy(copy, bytes, len);
	r = take_apart(request, lists, copy, len);
	if (r < 0) {
		free(request);
		return r;
	}
	*ret = request;
	return 0;
}
