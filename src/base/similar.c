/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The distance of two names: how many letters were left out, put in, mistaken, or swapped with
 * their neighbour (optimal string alignment). */
#include "config.h"

#include "base/similar.h"

#include <string.h>

#define LEN_MAX 64

static unsigned lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned)(c - 'A') + 'a' : (unsigned char)c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][LEN_MAX + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		before[j] = above[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *oldest = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned wrong = lower(a[i - 1]) != lower(b[j - 1]);

			row[j] = least(above[j - 1] + wrong, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_len];
}

void similar_try(struct similar *similar, const char *name)
{
	size_t len = strlen(similar->wanted), name_len = strlen(name);
	size_t longer = len > name_len ? len : name_len;
	/* One letter in three: of two letters none may be wrong but their case. */
	unsigned limit = (unsigned)longer / 3, found;

	if (len == 0 || longer > LEN_MAX || longer - (len < name_len ? len : name_len) > limit)
		return;
	found = distance(similar->wanted, len, name, name_len);
	if (found > limit || (similar->best && found >= similar->distance))
		return;
	similar->best = name;
	similar->distance = found;
}
