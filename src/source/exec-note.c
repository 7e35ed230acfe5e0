/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "source/exec-note.h"

#include <linux/magic.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/sysmacros.h>

_Static_assert(sizeof(struct exec_note) == 344, "as the program writes it");

/* From linux/magic.h, where the build machine's may be older. */
#define MAGIC_XFS 0x58465342

struct exec_note_places exec_note_places(unsigned cpus)
{
	struct exec_note_places places = { .cpus = cpus ? cpus : 1 };

	if (cpus > EXEC_NOTE_CPUS_MAX)
		places.cpus = EXEC_NOTE_CPUS_MAX;

	while ((1U << places.shift) < EXEC_NOTES_PER_CPU ||
	       exec_note_count(&places) * 2 <= EXEC_NOTES)
		places.shift++;
	return places;
}

/* The kernel may be writing over it. */
static bool copy(const struct exec_note *note, struct exec_note *ret)
{
	const _Atomic uint64_t *from = (const _Atomic uint64_t *)note;
	uint64_t words[EXEC_NOTE_WORDS];
	uint64_t check = 0;

	for (size_t i = 0; i < EXEC_NOTE_WORDS; i++) {
		words[i] = atomic_load_explicit(&from[i], memory_order_relaxed);
		if (i != EXEC_NOTE_CHECK_WORD)
			check = exec_note_add(check, words[i]);
	}
	atomic_thread_fence(memory_order_acquire);
	if (check != words[EXEC_NOTE_CHECK_WORD] ||
	    check != atomic_load_explicit(&from[EXEC_NOTE_CHECK_WORD], memory_order_relaxed))
		return false;
	memcpy(ret, words, sizeof(*ret));
	return true;
}

/* Those of which statx() tells the inode's own numbers. */
static bool is_plain(uint64_t magic)
{
	return magic == EXT4_SUPER_MAGIC || magic == MAGIC_XFS || magic == TMPFS_MAGIC ||
	       magic == F2FS_SUPER_MAGIC;
}

static dev_t device_of(uint32_t dev)
{
	return makedev(dev >> 20, dev & 0xfffff);
}

static bool turn_path(const struct exec_note *note, char path[EXECUTED_PATH_BYTES])
{
	size_t end = note->path_len;
	size_t len = 0;

	if (end > sizeof(note->path) || (end && note->path[end - 1] != '\0'))
		return false;
	while (end) {
		size_t start = --end;

		while (start && note->path[start - 1] != '\0')
			start--;
		path[len++] = '/';
		memcpy(path + len, note->path + start, end - start);
		len += end - start;
		end = start;
	}
	path[len] = '\0';
	return true;
}

bool exec_note_find(const struct exec_note *notes, const struct exec_note_places *places,
		    uint32_t cpu, pid_t tgid, uint64_t time_ns, struct executed *ret)
{
	size_t mask = ((size_t)1 << places->shift) - 1;
	struct executed found;
	struct exec_note note;

	if (cpu >= places->cpus ||
	    !copy(&notes[((size_t)cpu << places->shift) + ((size_t)tgid & mask)], &note) ||
	    !note.identity || note.time_ns != time_ns || note.tgid != (uint32_t)tgid)
		return false;
	found = (struct executed){ .identity = note.identity,
				   .has_one_name = note.has_one_name == 1 };
	if (note.ino && is_plain(note.magic)) {
		found.exe_dev = device_of(note.dev);
		found.exe_ino = note.ino;
	}
	if (note.has_ids == 1) {
		found.has_ids = true;
		found.ppid = (pid_t)note.ppid;
		found.euid = note.euid;
		found.egid = note.egid;
	}
	if (note.has_groups == 1 && note.n_groups <= EXECUTED_GROUPS_MAX) {
		found.has_groups = true;
		found.n_groups = note.n_groups;
		memcpy(found.groups, note.groups, note.n_groups * sizeof(gid_t));
	}
	if (!turn_path(&note, found.exe))
		return false;
	*ret = found;
	return true;
}
