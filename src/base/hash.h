/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_HASH_H
#define CGRED_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* FNV-1a, 64 bits: begin with HASH_START, then add bytes. To tell texts apart, not against somebody
 * who looks for two that are alike. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_add(uint64_t hash, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/*
 * For tables: a faster one, by words. Who knows it can make texts that are alike; so whoever finds
 * something by it looks whether it is what was sought.
 */
static inline uint64_t hash_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 32);
}

/* Hashes of the beginnings of one text, from the shorter to the longer. */
struct hash_walk {
	const char *text;
	uint64_t hash; /* of what is before at */
	size_t at;     /* a multiple of 8 */
};

/* Of text[0..len); no call has a smaller len than the one before it. */
static inline uint64_t hash_walk_to(struct hash_walk *walk, size_t len)
{
	uint64_t word;

	for (; walk->at + sizeof(word) <= len; walk->at += sizeof(word)) {
		memcpy(&word, walk->text + walk->at, sizeof(word));
		walk->hash = hash_word(walk->hash, word);
	}
	word = (uint64_t)(len - walk->at + 1) << 56; /* zero bytes at the end count, too */
	for (size_t i = walk->at; i < len; i++)
		word |= (uint64_t)(unsigned char)walk->text[i] << (8 * (i - walk->at));
	return hash_word(walk->hash, word);
}

static inline uint64_t hash_text(const char *text, size_t len)
{
	struct hash_walk walk = { .text = text };

	return hash_walk_to(&walk, len);
}

#endif
