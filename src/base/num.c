/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in text: what strtoul() takes beside digits (signs, blanks, hexadecimal) is wrong in
 * every place where cgred reads a number. */
#include "config.h"

#include "base/num.h"

bool num_parse_u64(const char *text, size_t len, uint64_t *ret)
{
	uint64_t value = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)text[i] - (unsigned)'0';

		if (digit > 9)
			return false;
		if (__builtin_mul_overflow(value, 10U, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret = value;
	return true;
}

bool num_parse_u32(const char *text, size_t len, uint32_t *ret)
{
	uint64_t value;

	if (!num_parse_u64(text, len, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

bool num_scan_u64(const char **cursor, uint64_t *ret)
{
	const char *end = *cursor;

	while (*end >= '0' && *end <= '9')
		end++;
	if (!num_parse_u64(*cursor, (size_t)(end - *cursor), ret))
		return false;
	*cursor = end;
	return true;
}

char *num_put_u32(char *at, uint32_t value)
{
	char digits[NUM_U32_DIGITS];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (n > 0)
		*at++ = digits[--n];
	return at;
}
