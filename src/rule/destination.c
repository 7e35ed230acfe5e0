/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Destinations and their substitutions. Values come from name services and from file names that
 * users choose: none of them may lead out of the component that it stands in. */
#include "config.h"

#include "rule/destination.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct writer {
	char *buf;
	size_t size, len;
	size_t component; /* where the component that is being written begins */
	bool full;
};

const char *destination_find_dots(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if ((len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.'))
			return path;
		path += len;
		path += strspn(path, "/");
	}
	return NULL;
}

void destination_normalise(char *path)
{
	char *out = path;

	for (const char *in = path; *in; in++) {
		if (*in == '/' && (out == path || out[-1] == '/'))
			continue;
		*out++ = *in;
	}
	if (out > path && out[-1] == '/')
		out--;
	*out = '\0';
}

unsigned destination_needs(const char *text, const char **ret_unknown)
{
	unsigned needs = 0;

	*ret_unknown = NULL;
	for (; *text; text++) {
		if (*text == '\\' && text[1]) {
			text++;
			continue;
		}
		if (*text != '%')
			continue;
		text++;
		switch (*text) {
		case 'u':
			needs |= DESTINATION_VARIES | DESTINATION_USER_NAME;
			break;
		case 'g':
			needs |= DESTINATION_VARIES | DESTINATION_GROUP_NAME;
			break;
		case 'p':
			needs |= DESTINATION_VARIES | DESTINATION_PROCESS;
			break;
		case 'U':
		case 'G':
		case 'P':
			needs |= DESTINATION_VARIES;
			break;
		case '%':
			break;
		default:
			if (!*ret_unknown)
				*ret_unknown = text - 1;
			text--;
		}
	}
	return needs;
}

static void put(struct writer *writer, char c)
{
	if (c != '/' && writer->len - writer->component >= NAME_MAX)
		return;
	if (writer->len + 1 >= writer->size) {
		writer->full = true;
		return;
	}
	writer->buf[writer->len++] = c;
}

/* "." and ".." are how a value would climb. */
static void end_component(struct writer *writer)
{
	char *component = writer->buf + writer->component;
	size_t len = writer->len - writer->component;

	if ((len == 1 && component[0] == '.') ||
	    (len == 2 && component[0] == '.' && component[1] == '.'))
		memset(component, '_', len);
}

static void put_literal(struct writer *writer, char c)
{
	if (c != '/') {
		put(writer, c);
		return;
	}
	end_component(writer);
	if (writer->len == writer->component)
		return; /* an escaped slash beside a slash */
	put(writer, c);
	writer->component = writer->len;
}

static void put_value(struct writer *writer, const char *value, uintmax_t number)
{
	char digits[24];

	if (!value || !value[0]) {
		(void)snprintf(digits, sizeof(digits), "%ju", number);
		value = digits;
	}
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		put(writer, (char)(c == '/' || c < 0x20 || c == 0x7f ? '_' : c));
	}
}

/* Returns how many further characters of text were used. */
static size_t substitute(struct writer *writer, char what, const struct destination_values *values)
{
	switch (what) {
	case 'u':
		put_value(writer, values->user, values->uid);
		return 1;
	case 'U':
		put_value(writer, NULL, values->uid);
		return 1;
	case 'g':
		put_value(writer, values->group, values->gid);
		return 1;
	case 'G':
		put_value(writer, NULL, values->gid);
		return 1;
	case 'p':
		put_value(writer, values->process, (uintmax_t)values->pid);
		return 1;
	case 'P':
		put_value(writer, NULL, (uintmax_t)values->pid);
		return 1;
	case '%':
		put(writer, '%');
		return 1;
	default:
		put(writer, '%');
		return 0;
	}
}

int destination_expand(const char *text, const struct destination_values *values, char *buf,
		       size_t size)
{
	struct writer writer = { .size = size };

	writer.buf = buf;
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			put_literal(&writer, *++text);
		else if (*text == '%')
			text += substitute(&writer, text[1], values);
		else
			put_literal(&writer, *text);
	}
	end_component(&writer);
	if (writer.len > 0 && writer.buf[writer.len - 1] == '/')
		writer.len--;
	writer.buf[writer.len] = '\0';
	return writer.full ? -ENAMETOOLONG : 0;
}
