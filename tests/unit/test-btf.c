/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/btf.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/helpers.h"

/* struct task { int pid; struct { union { long a; char b; }; int c : 3; int d; }; }, an enum before
 * it, two functions of one name and another behind it. Names by their place in the text of names.
 */
static const char names[] = "\0int\0task\0pid\0a\0b\0c\0d\0mode\0ON\0look\0see";

enum {
	N_INT = 1,
	N_TASK = 5,
	N_PID = 10,
	N_A = 14,
	N_B = 16,
	N_C = 18,
	N_D = 20,
	N_MODE = 22,
	N_ON = 27,
	N_LOOK = 30,
	N_SEE = 35
};

#define INFO(kind, vlen) ((uint32_t)(kind) << 24 | (vlen))
#define HAS_BITS	 (UINT32_C(1) << 31)

static const uint32_t types[] = {
	/* 1: enum mode */
	N_MODE,
	INFO(6, 1),
	4,
	N_ON,
	1,
	/* 2: int, and its encoding */
	N_INT,
	INFO(1, 0),
	4,
	0x01000020,
	/* 3: the union */
	0,
	INFO(5, 2),
	8,
	N_A,
	2,
	0,
	N_B,
	2,
	0,
	/* 4: the structure without a name, with a bit field */
	0,
	INFO(4, 3) | HAS_BITS,
	16,
	0,
	3,
	0,
	N_C,
	2,
	3U << 24 | 64,
	N_D,
	2,
	96,
	/* 5: a structure of the same name without the members */
	N_TASK,
	INFO(4, 0),
	0,
	/* 6: task */
	N_TASK,
	INFO(4, 2),
	24,
	N_PID,
	2,
	0,
	0,
	4,
	64,
	/* 7, 8, 9: functions (of the type that is 1, for short) */
	N_LOOK,
	INFO(12, 0),
	1,
	N_LOOK,
	INFO(12, 0),
	1,
	N_SEE,
	INFO(12, 0),
	1,
};

struct file {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_len, types_at, types_len, names_at, names_len;
	unsigned char bytes[sizeof(types) + sizeof(names)];
};

/* Without what the compiler may add. */
#define FILE_BYTES (offsetof(struct file, bytes) + sizeof(types) + sizeof(names))

static struct file make_file(void)
{
	struct file file = {
		.magic = 0xeb9f,
		.version = 1,
		.header_len = offsetof(struct file, bytes),
		.types_len = sizeof(types),
		.names_at = sizeof(types),
		.names_len = sizeof(names),
	};

	memcpy(file.bytes, types, sizeof(types));
	memcpy(file.bytes + sizeof(types), names, sizeof(names));
	return file;
}

/* From memory that ends where the file does. */
static int find_in(const void *bytes, size_t len, struct btf_member *members, size_t n)
{
	void *copy = malloc(len ? len : 1);
	int r;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	r = btf_find(copy, len, members, n);
	free(copy);
	return r;
}

START_TEST(finds_members_of_what_has_no_name)
{
	struct btf_member members[] = {
		{ "task", "pid", 99 }, { "task", "a", 99 }, { "task", "b", 99 }, { "task", "d", 99 }
	};
	struct file file = make_file();

	ck_assert_int_eq(find_in(&file, FILE_BYTES, members, 4), 0);
	ck_assert_uint_eq(members[0].offset, 0);
	ck_assert_uint_eq(members[1].offset, 8);
	ck_assert_uint_eq(members[2].offset, 8);
	ck_assert_uint_eq(members[3].offset, 20);
}
END_TEST

START_TEST(refuses_what_is_not_there)
{
	static const struct btf_member missing[] = {
		{ "task", "c", 0 }, /* a bit field */
		{ "task", "tgid", 0 },
		{ "cred", "pid", 0 },
		{ "mode", "ON", 0 },
	};
	struct file file = make_file();

	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		struct btf_member member = missing[i];

		ck_assert_int_eq(find_in(&file, FILE_BYTES, &member, 1), -ENOENT);
	}
}
END_TEST

START_TEST(finds_functions)
{
	struct file file = make_file();
	struct btf_function functions[] = { { "see", 99 }, { "look", 99 } };
	struct btf_function missing[] = { { "look", 0 }, { "task", 0 } };

	ck_assert_int_eq(btf_find_functions(&file, FILE_BYTES, functions, 2), 0);
	ck_assert_uint_eq(functions[0].number, 9);
	ck_assert_uint_eq(functions[1].number, 7);
	ck_assert_int_eq(btf_find_functions(&file, FILE_BYTES, missing, 2), -ENOENT);
	ck_assert_int_eq(btf_find_functions(&file, 10, functions, 2), -EBADMSG);
}
END_TEST

/* Every cut, and every byte changed, is an error or an answer, never a read outside. */
START_TEST(survives_files_that_are_broken)
{
	struct btf_member member = { "task", "d", 0 };
	struct file file = make_file();

	for (size_t len = 0; len < FILE_BYTES; len++)
		ck_assert_int_lt(find_in(&file, len, &member, 1), 0);
	for (size_t i = 0; i < FILE_BYTES; i++) {
		for (int value = 0; value < 256; value += 15) {
			struct file broken = make_file();

			((unsigned char *)&broken)[i] = (unsigned char)value;
			(void)find_in(&broken, FILE_BYTES, &member, 1);
		}
	}
	file.magic = 0x9feb;
	ck_assert_int_eq(find_in(&file, FILE_BYTES, &member, 1), -EBADMSG);
	file = make_file();
	file.bytes[7] = 31; /* a kind that is not known */
	ck_assert_int_eq(find_in(&file, FILE_BYTES, &member, 1), -EOPNOTSUPP);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("btf");

	tcase_add_test(tcase, finds_members_of_what_has_no_name);
	tcase_add_test(tcase, finds_functions);
	tcase_add_test(tcase, refuses_what_is_not_there);
	tcase_add_test(tcase, survives_files_that_are_broken);
	return run_tests(tcase);
}
