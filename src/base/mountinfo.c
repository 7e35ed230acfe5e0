/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount table, split into fields. What they mean is others' business. */
#include "config.h"

#include "base/mountinfo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"

#define MOUNTINFO	    "/proc/self/mountinfo"
#define MOUNTINFO_MAX_BYTES ((size_t)64 * 1024 * 1024)

/* The n-th field (from 0) that is separated by single blanks. */
static bool find_field(const char *line, const char *end, unsigned n, struct mountinfo_field *ret)
{
	const char *stop;

	for (; n > 0; n--) {
		line = memchr(line, ' ', (size_t)(end - line));
		if (!line)
			return false;
		line++;
	}
	stop = memchr(line, ' ', (size_t)(end - line));
	*ret = (struct mountinfo_field){ line, (size_t)((stop ? stop : end) - line) };
	return true;
}

/* "36 35 98:0 ROOT MOUNT options optional... - TYPE source SUPEROPTIONS" */
static bool split(const char *line, const char *end, struct mountinfo *ret)
{
	const char *dash;
	const char *id = line;

	if (!find_field(line, end, 2, &ret->device) || !find_field(line, end, 3, &ret->root) ||
	    !find_field(line, end, 4, &ret->mount) || !num_scan_u64(&id, &ret->id))
		return false;
	dash = memmem(ret->mount.text, (size_t)(end - ret->mount.text), " - ", 3);
	if (!dash)
		return false;
	dash += 3;
	return find_field(dash, end, 0, &ret->type) && find_field(dash, end, 2, &ret->options);
}

bool mountinfo_next(const char **text, struct mountinfo *ret)
{
	while (**text) {
		const char *line = *text;
		const char *end = strchrnul(line, '\n');

		*text = end + (*end == '\n');
		if (split(line, end, ret))
			return true;
	}
	return false;
}

bool mountinfo_next_option(struct mountinfo_field *options, struct mountinfo_field *ret)
{
	const char *comma;

	if (!options->len)
		return false;
	comma = memchr(options->text, ',', options->len);
	ret->text = options->text;
	ret->len = comma ? (size_t)(comma - options->text) : options->len;
	options->text += ret->len + (comma != NULL);
	options->len -= ret->len + (comma != NULL);
	return true;
}

bool mountinfo_is(struct mountinfo_field field, const char *text)
{
	return field.len == strlen(text) && memcmp(field.text, text, field.len) == 0;
}

char *mountinfo_unescape(struct mountinfo_field field)
{
	char *copy = malloc(field.len + 1);
	char *out = copy;
	const char *text = field.text;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < field.len; i++) {
		if (text[i] == '\\' && field.len - i > 3 && text[i + 1] >= '0' &&
		    text[i + 1] <= '3') {
			*out++ = (char)((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
					(text[i + 3] - '0'));
			i += 3;
		} else {
			*out++ = text[i];
		}
	}
	*out = '\0';
	return copy;
}

int mountinfo_read(char **ret)
{
	size_t len;

	return file_read_all(AT_FDCWD, MOUNTINFO, MOUNTINFO_MAX_BYTES, ret, &len);
}
