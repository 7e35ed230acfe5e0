/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format is of Documentation/bpf/btf.rst: a header, the types one after the other, their names.
 * A member of a structure or union without a name counts as one of what it is in. */
#include "config.h"

#include "base/btf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define BYTES_MAX   ((size_t)64 << 20)
#define BTF_MAGIC   0xeb9fU
#define BTF_VERSION 1
#define NESTING_MAX 8
#define TYPES_MAX   (4U << 20)
#define KIND_OF(t)  ((t)->info >> 24 & 0x1f)
#define VLEN_OF(t)  ((t)->info & 0xffff)
#define HAS_BITS(t) ((t)->info >> 31)
#define KIND_STRUCT 4U
#define KIND_UNION  5U
#define KIND_FUNC   12U
#define KIND_MAX    19U

struct header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_len, types_at, types_len, names_at, names_len;
};

struct type {
	uint32_t name, info, size;
};

struct member {
	uint32_t name, type, offset;
};

struct btf {
	const unsigned char *types;
	const char *names;
	size_t types_len, names_len;
	uint32_t *at; /* of each type in types; the first number is 1 */
	size_t n;
};

/* What follows a type of each kind: bytes, and bytes for each of its vlen. */
static const struct {
	uint8_t fixed, each;
} sizes[KIND_MAX + 1] = {
	[1] = { 4, 0 },	  /* INT */
	[3] = { 12, 0 },  /* ARRAY */
	[4] = { 0, 12 },  /* STRUCT */
	[5] = { 0, 12 },  /* UNION */
	[6] = { 0, 8 },	  /* ENUM */
	[13] = { 0, 8 },  /* FUNC_PROTO */
	[14] = { 4, 0 },  /* VAR */
	[15] = { 0, 12 }, /* DATASEC */
	[17] = { 4, 0 },  /* DECL_TAG */
	[19] = { 0, 12 }, /* ENUM64 */
};

int btf_read(const char *path, char **ret, size_t *ret_len)
{
	return file_read_all(AT_FDCWD, path, BYTES_MAX, ret, ret_len);
}

static int open_sections(const unsigned char *bytes, size_t len, struct btf *ret)
{
	struct header header;
	size_t left;

	if (len < sizeof(header))
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION || header.header_len > len)
		return -EBADMSG;
	left = len - header.header_len;
	if (header.types_at > left || header.types_len > left - header.types_at ||
	    header.names_at > left || header.names_len > left - header.names_at ||
	    header.names_len == 0)
		return -EBADMSG;
	ret->types = bytes + header.header_len + header.types_at;
	ret->types_len = header.types_len;
	ret->names = (const char *)bytes + header.header_len + header.names_at;
	ret->names_len = header.names_len;
	return ret->names[ret->names_len - 1] == '\0' ? 0 : -EBADMSG;
}

/* Where each type begins. */
static int index_types(struct btf *btf)
{
	size_t room = 0;

	for (size_t at = 0; at < btf->types_len;) {
		struct type type;
		size_t size = sizeof(type);

		if (btf->types_len - at < sizeof(type))
			return -EBADMSG;
		memcpy(&type, btf->types + at, sizeof(type));
		if (KIND_OF(&type) == 0 || KIND_OF(&type) > KIND_MAX)
			return -EOPNOTSUPP;
		size += sizes[KIND_OF(&type)].fixed;
		size += (size_t)sizes[KIND_OF(&type)].each * VLEN_OF(&type);
		if (btf->types_len - at < size)
			return -EBADMSG;
		if (btf->n == room) {
			uint32_t *more;

			room = room ? room * 2 : 4096;
			more = room > TYPES_MAX ? NULL
						: reallocarray(btf->at, room, sizeof(*btf->at));
			if (!more)
				return -ENOMEM;
			btf->at = more;
		}
		btf->at[btf->n++] = (uint32_t)at;
		at += size;
	}
	return 0;
}

static bool get_type(const struct btf *btf, uint32_t number, struct type *ret)
{
	if (number == 0 || number > btf->n)
		return false;
	memcpy(ret, btf->types + btf->at[number - 1], sizeof(*ret));
	return true;
}

static const char *name_of(const struct btf *btf, uint32_t at)
{
	return at < btf->names_len ? btf->names + at : "";
}

static bool is_composite(const struct type *type)
{
	return KIND_OF(type) == KIND_STRUCT || KIND_OF(type) == KIND_UNION;
}

static bool find_member(const struct btf *btf, uint32_t number, const char *name, unsigned nesting,
			uint32_t *ret_bits)
{
	struct type type;

	if (!get_type(btf, number, &type) || !is_composite(&type) || nesting > NESTING_MAX)
		return false;
	for (size_t i = 0; i < VLEN_OF(&type); i++) {
		struct member member;
		uint32_t bits, inner;

		memcpy(&member,
		       btf->types + btf->at[number - 1] + sizeof(type) + i * sizeof(member),
		       sizeof(member));
		bits = HAS_BITS(&type) ? member.offset & 0xffffff : member.offset;
		if (HAS_BITS(&type) && member.offset >> 24)
			continue;
		if (strcmp(name_of(btf, member.name), name) == 0) {
			*ret_bits = bits;
			return true;
		}
		if (name_of(btf, member.name)[0] == '\0' &&
		    find_member(btf, member.type, name, nesting + 1, &inner)) {
			*ret_bits = bits + inner;
			return true;
		}
	}
	return false;
}

/* Whatever of a structure is asked for. Several can have one name: the first that has a member
 * counts. Returns how many were found. */
static size_t find_of(const struct btf *btf, uint32_t number, const char *structure,
		      struct btf_member *members, size_t n, bool *found)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t bits;

		if (found[i] || strcmp(structure, members[i].structure) != 0 ||
		    !find_member(btf, number, members[i].name, 0, &bits) || bits % 8)
			continue;
		members[i].offset = bits / 8;
		found[i] = true;
		count++;
	}
	return count;
}

static int find_all(const struct btf *btf, struct btf_member *members, size_t n)
{
	cleanup_free bool *found = calloc(n + 1, sizeof(*found));
	size_t left = n;

	if (!found)
		return -ENOMEM;
	for (uint32_t number = 1; left && number <= btf->n; number++) {
		struct type type;

		if (get_type(btf, number, &type) && KIND_OF(&type) == KIND_STRUCT)
			left -= find_of(btf, number, name_of(btf, type.name), members, n, found);
	}
	return left ? -ENOENT : 0;
}

static size_t find_functions(const struct btf *btf, struct btf_function *functions, size_t n)
{
	size_t found = 0;

	for (uint32_t number = 1; number <= btf->n; number++) {
		struct type type;

		if (!get_type(btf, number, &type) || KIND_OF(&type) != KIND_FUNC)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (functions[i].number == 0 &&
			    strcmp(name_of(btf, type.name), functions[i].name) == 0) {
				functions[i].number = number;
				found++;
			}
		}
	}
	return found;
}

static int open_btf(const void *bytes, size_t len, struct btf *ret)
{
	int r = open_sections(bytes, len, ret);

	return r < 0 ? r : index_types(ret);
}

int btf_find(const void *bytes, size_t len, struct btf_member *members, size_t n)
{
	struct btf btf = { 0 };
	int r = open_btf(bytes, len, &btf);

	if (r == 0)
		r = find_all(&btf, members, n);
	free(btf.at);
	return r;
}

int btf_find_functions(const void *bytes, size_t len, struct btf_function *functions, size_t n)
{
	struct btf btf = { 0 };
	int r = open_btf(bytes, len, &btf);

	for (size_t i = 0; i < n; i++)
		functions[i].number = 0;
	if (r == 0 && find_functions(&btf, functions, n) < n)
		r = -ENOENT;
	free(btf.at);
	return r;
}
