/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_UTF8_H
#define CGRED_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The length of the character at text, or 0 where there is none: not in its shortest form, a
 * surrogate, or beyond Unicode. */
static inline size_t utf8_len(const unsigned char *text, size_t left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = text[0] < 0x80   ? 1
		     : text[0] < 0xc0 ? 0
		     : text[0] < 0xe0 ? 2
		     : text[0] < 0xf0 ? 3
		     : text[0] < 0xf8 ? 4
				      : 0;
	uint32_t code = len > 1 ? text[0] & (0x7fU >> len) : text[0];

	if (len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (len > 1 && (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
		return 0;
	return len;
}

#endif
