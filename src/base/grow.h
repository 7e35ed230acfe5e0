/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_GROW_H
#define CGRED_BASE_GROW_H

#include <stddef.h>
#include <stdlib.h>

/* Room for one more element of an array; NULL: no memory (the array is still the caller's). */
static inline void *grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t new_room = *room ? *room * 2 : 16;
	void *grown;

	if (n < *room)
		return array;
	grown = reallocarray(array, new_room, size);
	if (grown)
		*room = new_room;
	return grown;
}

#endif
