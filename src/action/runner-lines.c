/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of what a command prints. No I/O. */
#include "config.h"

#include "action/runner-lines.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The bytes of the character of UTF-8 at text; 0: there is none, or it is a control character. */
static size_t printable_len(const unsigned char *text, size_t len)
{
	static const uint32_t least[] = { 0x20, 0xa0, 0x800, 0x10000 };
	unsigned char first = text[0];
	size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t code;

	if (first < 0x80)
		return first >= 0x20 && first != 0x7f ? 1 : 0;
	if (first < 0xc2 || first > 0xf4 || n > len)
		return 0;
	code = first & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[n - 1] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	/* The line and paragraph separators, and what turns the direction of a text around. */
	if ((code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069))
		return 0;
	return n;
}

static void make_safe(const char *bytes, size_t len, char *safe)
{
	for (size_t i = 0; i < len;) {
		size_t n = printable_len((const unsigned char *)bytes + i, len - i);

		if (n == 0) {
			safe += snprintf(safe, 5, "\\x%02x", (unsigned char)bytes[i++]);
			continue;
		}
		memcpy(safe, bytes + i, n);
		safe += n;
		i += n;
	}
	*safe = '\0';
}

static void hand_over(const char *bytes, size_t len, runner_line_fn *fn, void *arg)
{
	char safe[RUNNER_LINE_MAX * 4 + 1];

	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (len == 0)
		return;
	make_safe(bytes, len, safe);
	fn(arg, safe);
}

/* A full line that has no end yet: all of it, but the beginning of a character at its end. */
static void hand_over_full(struct runner_lines *lines, runner_line_fn *fn, void *arg)
{
	size_t len = lines->len, back = 1;

	while (back < 4 && ((unsigned char)lines->bytes[len - back] & 0xc0) == 0x80)
		back++;
	if ((unsigned char)lines->bytes[len - back] < 0xc0)
		back = 0;
	hand_over(lines->bytes, len - back, fn, arg);
	memmove(lines->bytes, lines->bytes + len - back, back);
	lines->len = back;
}

void runner_lines_feed(struct runner_lines *lines, const char *bytes, size_t len,
		       runner_line_fn *fn, void *arg)
{
	while (len > 0) {
		const char *newline = memchr(bytes, '\n', len);
		size_t part = newline ? (size_t)(newline - bytes) : len;
		size_t room = sizeof(lines->bytes) - lines->len;
		size_t taken = part < room ? part : room;

		memcpy(lines->bytes + lines->len, bytes, taken);
		lines->len += taken;
		if (newline && taken == part) {
			runner_lines_end(lines, fn, arg);
			taken++;
		} else if (lines->len == sizeof(lines->bytes)) {
			hand_over_full(lines, fn, arg);
		}
		bytes += taken;
		len -= taken;
	}
}

void runner_lines_end(struct runner_lines *lines, runner_line_fn *fn, void *arg)
{
	hand_over(lines->bytes, lines->len, fn, arg);
	lines->len = 0;
}
