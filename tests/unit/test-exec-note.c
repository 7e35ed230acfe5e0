/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes as the program in the kernel writes them, and as it could leave them half written. */
#include "config.h"

#include "source/exec-note.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/executed.h"
#include "tests/unit/helpers.h"

#define TGID	 4711
#define OTHER_FS 0x794c7630 /* an overlay: statx() tells other numbers than the inode's */

static const struct exec_note_places places = { .cpus = 2, .shift = 3 };
static struct exec_note notes[17];

static void seal(struct exec_note *note)
{
	uint64_t words[EXEC_NOTE_WORDS];

	note->check = 0;
	memcpy(words, note, sizeof(words));
	for (size_t i = 0; i < EXEC_NOTE_WORDS; i++) {
		if (i != EXEC_NOTE_CHECK_WORD)
			note->check = exec_note_add(note->check, words[i]);
	}
}

static struct exec_note *put_note(uint32_t cpu)
{
	struct exec_note *note = &notes[cpu * 8 + TGID % 8];

	memset(notes, 0, sizeof(notes));
	*note = (struct exec_note){
		.time_ns = 99,
		.identity = 5,
		.tgid = TGID,
		.has_one_name = 1,
		.ino = 6,
		.dev = 253 << 20 | 3,
		.magic = EXT4_SUPER_MAGIC,
		.has_ids = 1,
		.ppid = 7,
		.euid = 8,
		.egid = 9,
		.has_groups = 1,
		.n_groups = 2,
		.groups = { 10, 11, 12 },
		.path_len = 13,
		.path = "prog\0bin\0usr",
	};
	seal(note);
	return note;
}

START_TEST(tells_what_was_noted)
{
	struct executed executed;

	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		(void)put_note(cpu);
		ck_assert(exec_note_find(notes, &places, cpu, TGID, 99, &executed));
		ck_assert_uint_eq(executed.identity, 5);
		ck_assert(executed.has_one_name && executed.has_ids && executed.has_groups);
		ck_assert_str_eq(executed.exe, "/usr/bin/prog");
		ck_assert_uint_eq(executed.exe_ino, 6);
		ck_assert_uint_eq(executed.exe_dev, makedev(253, 3));
		ck_assert_int_eq(executed.ppid, 7);
		ck_assert_uint_eq(executed.euid, 8);
		ck_assert_uint_eq(executed.egid, 9);
		ck_assert_uint_eq(executed.n_groups, 2);
		ck_assert_uint_eq(executed.groups[0], 10);
		ck_assert_uint_eq(executed.groups[1], 11);
	}
}
END_TEST

START_TEST(tells_nothing_of_another_exec)
{
	struct executed executed;

	(void)put_note(1);
	ck_assert(!exec_note_find(notes, &places, 0, TGID, 99, &executed));
	ck_assert(!exec_note_find(notes, &places, 2, TGID, 99, &executed));
	ck_assert(!exec_note_find(notes, &places, UINT32_MAX, TGID, 99, &executed));
	ck_assert(!exec_note_find(notes, &places, 1, TGID + 1, 99, &executed));
	ck_assert(!exec_note_find(notes, &places, 1, TGID + 8, 99, &executed));
	ck_assert(!exec_note_find(notes, &places, 1, TGID, 98, &executed));
}
END_TEST

/* Whichever word of it is already another's. */
START_TEST(tells_nothing_of_a_note_that_is_being_written)
{
	struct exec_note *note = put_note(0);
	struct executed executed;

	for (size_t i = 0; i < EXEC_NOTE_WORDS; i++) {
		uint64_t word, other;

		memcpy(&word, (char *)note + i * sizeof(word), sizeof(word));
		other = i == EXEC_NOTE_CHECK_WORD ? 0 : word ^ 0x100;
		memcpy((char *)note + i * sizeof(word), &other, sizeof(word));
		ck_assert_msg(!exec_note_find(notes, &places, 0, TGID, 99, &executed), "word %zu",
			      i);
		memcpy((char *)note + i * sizeof(word), &word, sizeof(word));
		ck_assert(exec_note_find(notes, &places, 0, TGID, 99, &executed));
	}
}
END_TEST

START_TEST(parts_may_be_missing)
{
	struct exec_note *note = put_note(0);
	struct executed executed;

	note->path_len = note->has_ids = note->has_groups = note->has_one_name = 0;
	note->magic = OTHER_FS;
	seal(note);
	ck_assert(exec_note_find(notes, &places, 0, TGID, 99, &executed));
	ck_assert(!executed.has_one_name && !executed.has_ids && !executed.has_groups);
	ck_assert_str_eq(executed.exe, "");
	ck_assert_uint_eq(executed.exe_ino, 0);
	note->identity = 0;
	seal(note);
	ck_assert(!exec_note_find(notes, &places, 0, TGID, 99, &executed));
}
END_TEST

START_TEST(the_longest_path_fits)
{
	struct exec_note *note = put_note(0);
	struct executed executed;

	memset(note->path, 'x', sizeof(note->path));
	note->path_len = sizeof(note->path);
	seal(note);
	/* No zero byte at its end: it was not written so. */
	ck_assert(!exec_note_find(notes, &places, 0, TGID, 99, &executed));
	note->path[sizeof(note->path) - 1] = '\0';
	seal(note);
	ck_assert(exec_note_find(notes, &places, 0, TGID, 99, &executed));
	ck_assert_uint_eq(strlen(executed.exe), sizeof(note->path));
	note->path_len++;
	seal(note);
	ck_assert(!exec_note_find(notes, &places, 0, TGID, 99, &executed));
}
END_TEST

START_TEST(each_processor_has_places_of_its_own)
{
	static const unsigned cpus[] = { 0, 1, 2, 3, 4, 63, 64, 65, 512, 8192 };

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		struct exec_note_places found = exec_note_places(cpus[i]);
		size_t n = exec_note_count(&found);

		ck_assert_uint_eq(found.cpus, cpus[i] > 512 ? 512 : cpus[i] ? cpus[i] : 1);
		ck_assert_uint_ge(1U << found.shift, EXEC_NOTES_PER_CPU);
		ck_assert(n * 2 > EXEC_NOTES);
		ck_assert(n <= EXEC_NOTES || 1U << found.shift == EXEC_NOTES_PER_CPU);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("exec-note");

	tcase_add_test(tcase, tells_what_was_noted);
	tcase_add_test(tcase, tells_nothing_of_another_exec);
	tcase_add_test(tcase, tells_nothing_of_a_note_that_is_being_written);
	tcase_add_test(tcase, parts_may_be_missing);
	tcase_add_test(tcase, the_longest_path_fits);
	tcase_add_test(tcase, each_processor_has_places_of_its_own);
	return run_tests(tcase);
}
