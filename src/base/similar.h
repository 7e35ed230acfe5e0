/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_SIMILAR_H
#define CGRED_BASE_SIMILAR_H

/* "Did you mean": of many names, the one that somebody may have meant. { .wanted = text } is how it
 * starts. */
struct similar {
	const char *wanted;
	const char *best; /* NULL: none is near enough */
	unsigned distance;
};

/* Look at one more name, which stays the caller's. Capitals count as small letters; names of more
 * than 64 bytes are not looked at. */
void similar_try(struct similar *similar, const char *name);

#endif
