/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_HASH_H
#define CGRED_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits: begin with HASH_START, then add bytes. To tell texts apart, not against somebody
 * who looks for two that are alike. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_add(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

#endif
