/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "source/exec-program.h"

#include <linux/bpf.h>
#include <linux/cn_proc.h>

#include "base/bpf-code.h"
#include "source/connector-filter.h"
#include "source/exec-filter.h"

/* Of a process in more groups than this, nothing is said. */
#define GROUPS_MAX 32

#define NAME_BYTES 16

/* Components of a path and mounts on its way, together; and the bytes of one, with its zero. */
#define STEPS_MAX	20
#define COMPONENT_BYTES 64

/* How much of the event counts. */
#define EVENT_BYTES 32

/* From linux/bpf.h, where the build machine's may be older. */
#define CALL_LOAD_BYTES	  26
#define CALL_CURRENT_TASK 35

/* The stack. */
#define AT_EVENT	(-32)
#define AT_WHAT		(-32)
#define AT_CPU		(-28)
#define AT_TIME		(-24)
#define AT_PID		(-16)
#define AT_TGID		(-12)
#define AT_CHILD	(-8)
#define AT_CHILD_GROUP	(-4)
#define AT_POINTER	(-40)
#define AT_ID		(-44)
#define AT_KEY		(-48)
#define AT_COMM		(-64)
#define AT_NAME		(-80)
#define AT_IDENTITY	(-88)
#define AT_ROOT_DENTRY	(-96)
#define AT_ROOT_MOUNT	(-104)
#define AT_PARENT	(-112)
#define AT_SEQUENCE	(-116)
#define AT_SEQUENCE_NOW (-120)

#define NOTE_AT(member) ((int)offsetof(struct exec_note, member))

/* ---- reading ----------------------------------------------------------------------------------
 */

/* dst = the pointer at src + off; if it cannot be read, or is none: leave. */
static void put_follow(struct bpf_code *p, int dst, int src, uint32_t off, struct bpf_label *leave)
{
	bpf_put_follow(p, AT_POINTER, dst, src, off, leave);
}

/* ---- the audience -----------------------------------------------------------------------------
 */

/* Is the id at src + off one of the map's? */
static void put_is_in(struct bpf_code *p, int map_fd, int src, uint32_t off,
		      struct bpf_label *found)
{
	bpf_put_read_or(p, AT_ID, 4, src, off, found);
	bpf_put_look_up(p, map_fd, AT_ID);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, found);
}

/* r7 is the task. */
static void put_audience(struct bpf_code *p, const struct exec_program *program,
			 struct bpf_label *found)
{
	const uint32_t *at = program->at;
	struct bpf_label none = { .n = 0 };

	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_CRED], found);
	if (program->uids >= 0)
		put_is_in(p, program->uids, BPF_REG_8, at[CRED_EUID], found);
	if (program->gids < 0)
		return;
	put_is_in(p, program->gids, BPF_REG_8, at[CRED_EGID], found);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[CRED_GROUPS], found);
	bpf_put_read_or(p, AT_ID, 4, BPF_REG_8, at[GROUPS_COUNT], found);
	bpf_put_load(p, BPF_W, BPF_REG_9, BPF_REG_10, AT_ID);
	bpf_put_jump(p, BPF_JGT, BPF_REG_9, GROUPS_MAX, found);
	for (int i = 0; i < GROUPS_MAX; i++) {
		bpf_put_jump(p, BPF_JLE, BPF_REG_9, i, &none);
		put_is_in(p, program->gids, BPF_REG_8, at[GROUPS_IDS] + 4 * (uint32_t)i, found);
	}
	bpf_put_label(p, &none);
}

/* r0 = the note behind the last, or leave. */
static void put_find_last(struct bpf_code *p, const struct exec_program *program,
			  struct bpf_label *leave)
{
	bpf_put_number(p, BPF_REG_1, (int32_t)exec_note_count(&program->places));
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_KEY, BPF_REG_1);
	bpf_put_look_up(p, program->notes_fd, AT_KEY);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_0, 0, leave);
}

static void put_count(struct bpf_code *p, const struct exec_program *program)
{
	struct bpf_label leave = { .n = 0 };

	put_find_last(p, program, &leave);
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put(p, BPF_STX | BPF_XADD | BPF_DW, BPF_REG_0, BPF_REG_1, NOTE_AT(time_ns), 0);
	bpf_put_label(p, &leave);
}

/* ---- notes: r6 is the note, r7 the task, r9 the executable's struct file -----------------------
 */

/* r6 = where the note goes; or leave. */
static void put_find_note(struct bpf_code *p, const struct exec_program *program,
			  struct bpf_label *leave)
{
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_CPU);
	bpf_put_jump(p, BPF_JGE, BPF_REG_1, (int32_t)program->places.cpus, leave);
	bpf_put(p, BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_1, 0, 0, (int32_t)program->places.shift);
	bpf_put_load(p, BPF_W, BPF_REG_2, BPF_REG_10, AT_TGID);
	bpf_put(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, (1 << program->places.shift) - 1);
	bpf_put(p, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_KEY, BPF_REG_1);
	bpf_put_look_up(p, program->notes_fd, AT_KEY);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_0, 0, leave);
	bpf_put_copy(p, BPF_REG_6, BPF_REG_0);
}

/* Who it is, and nothing of the file yet. */
static void put_begin(struct bpf_code *p)
{
	bpf_put_number(p, BPF_REG_1, 0);
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(check), BPF_REG_1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(has_one_name), BPF_REG_1);
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(ino), BPF_REG_1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(dev), BPF_REG_1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(path_len), BPF_REG_1);
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(magic), BPF_REG_1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(has_ids), BPF_REG_1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(has_groups), BPF_REG_1);
	bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_TIME);
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(time_ns), BPF_REG_1);
	bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_IDENTITY);
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(identity), BPF_REG_1);
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_TGID);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(tgid), BPF_REG_1);
}

/* *(r6 + to) = what has 32 bits at src + off; or leave. */
static void put_take(struct bpf_code *p, int to, int src, uint32_t off, struct bpf_label *leave)
{
	bpf_put_read_or(p, AT_ID, 4, src, off, leave);
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_ID);
	bpf_put_store(p, BPF_W, BPF_REG_6, to, BPF_REG_1);
}

/* Who it is; its supplementary groups, unless they are too many. */
static void put_ids(struct bpf_code *p, const uint32_t *at)
{
	struct bpf_label leave = { .n = 0 };

	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_PARENT], &leave);
	put_take(p, NOTE_AT(ppid), BPF_REG_8, at[TASK_TGID], &leave);
	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_CRED], &leave);
	put_take(p, NOTE_AT(euid), BPF_REG_8, at[CRED_EUID], &leave);
	put_take(p, NOTE_AT(egid), BPF_REG_8, at[CRED_EGID], &leave);
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(has_ids), BPF_REG_1);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[CRED_GROUPS], &leave);
	bpf_put_read_or(p, AT_ID, 4, BPF_REG_8, at[GROUPS_COUNT], &leave);
	bpf_put_load(p, BPF_W, BPF_REG_9, BPF_REG_10, AT_ID);
	bpf_put_jump(p, BPF_JGT, BPF_REG_9, EXECUTED_GROUPS_MAX, &leave);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(n_groups), BPF_REG_9);
	bpf_put_copy(p, BPF_REG_1, BPF_REG_6);
	bpf_put_add(p, BPF_REG_1, NOTE_AT(groups));
	bpf_put_copy(p, BPF_REG_2, BPF_REG_9);
	bpf_put(p, BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_2, 0, 0, 2);
	bpf_put_copy(p, BPF_REG_3, BPF_REG_8);
	bpf_put_add(p, BPF_REG_3, (int32_t)at[GROUPS_IDS]);
	bpf_put_call(p, BPF_CALL_READ);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, &leave);
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(has_groups), BPF_REG_1);
	bpf_put_label(p, &leave);
}

/* Is the name of the task, which is that by which it was started, the one of its executable? As far
 * as the kernel keeps it. */
static void put_compare_names(struct bpf_code *p, const uint32_t *at)
{
	struct bpf_label differ = { .n = 0 };

	bpf_put_number(p, BPF_REG_1, 0);
	bpf_put_store(p, BPF_DW, BPF_REG_10, AT_NAME, BPF_REG_1);
	bpf_put_store(p, BPF_DW, BPF_REG_10, AT_NAME + 8, BPF_REG_1);
	put_follow(p, BPF_REG_8, BPF_REG_9, at[FILE_PATH] + at[PATH_DENTRY], &differ);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[DENTRY_NAME] + at[NAME_TEXT], &differ);
	bpf_put_read(p, BPF_CALL_READ_TEXT, AT_NAME, NAME_BYTES, BPF_REG_8, 0);
	bpf_put_jump(p, BPF_JSLT, BPF_REG_0, 2, &differ);
	bpf_put_read_or(p, AT_COMM, NAME_BYTES, BPF_REG_7, at[TASK_COMM], &differ);
	for (int i = 0; i < NAME_BYTES; i += 8) {
		bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_NAME + i);
		bpf_put_is_same(p, BPF_REG_1, BPF_DW, AT_COMM + i, &differ);
	}
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(has_one_name), BPF_REG_1);
	bpf_put_label(p, &differ);
}

/* The number counts last: it says that the rest is there. */
static void put_file(struct bpf_code *p, const uint32_t *at)
{
	struct bpf_label leave = { .n = 0 };

	put_follow(p, BPF_REG_8, BPF_REG_9, at[FILE_INODE], &leave);
	put_follow(p, BPF_REG_1, BPF_REG_8, at[INODE_NUMBER], &leave);
	bpf_put_store(p, BPF_DW, BPF_REG_10, AT_PARENT, BPF_REG_1);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[INODE_SUPER], &leave);
	put_follow(p, BPF_REG_1, BPF_REG_8, at[SUPER_MAGIC], &leave);
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(magic), BPF_REG_1);
	put_take(p, NOTE_AT(dev), BPF_REG_8, at[SUPER_DEV], &leave);
	bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_PARENT);
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(ino), BPF_REG_1);
	bpf_put_label(p, &leave);
}

/* ---- its path: r7 is how long it is, r8 the dentry, r9 the vfsmount ----------------------------
 */

/* Where the daemon's root is, now: paths are told from there. */
static void put_root(struct bpf_code *p, const struct exec_program *program,
		     struct bpf_label *leave)
{
	const uint32_t *at = program->at;

	bpf_put_number64(p, BPF_REG_8, program->fs);
	bpf_put_read_or(p, AT_ROOT_DENTRY, 8, BPF_REG_8, at[FS_ROOT] + at[PATH_DENTRY], leave);
	bpf_put_read_or(p, AT_ROOT_MOUNT, 8, BPF_REG_8, at[FS_ROOT] + at[PATH_MOUNT], leave);
}

/* The root of a mount: go on where that is mounted. One that is mounted nowhere, or is the root of
 * another namespace, has itself as its parent. */
static void put_cross(struct bpf_code *p, const uint32_t *at, struct bpf_label *leave)
{
	bpf_put_add(p, BPF_REG_9, -(int32_t)at[MOUNT_VFSMOUNT]);
	bpf_put_read_or(p, AT_PARENT, 8, BPF_REG_9, at[MOUNT_PARENT], leave);
	put_follow(p, BPF_REG_8, BPF_REG_9, at[MOUNT_POINT], leave);
	bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_PARENT);
	bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_9, BPF_REG_1, 0, 0);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_9, 0, leave);
	bpf_put_copy(p, BPF_REG_9, BPF_REG_1);
	bpf_put_add(p, BPF_REG_9, (int32_t)at[MOUNT_VFSMOUNT]);
}

/* The dentry's name, and on to its parent; both as they were at one moment (dentry.d_seq). */
static void put_component(struct bpf_code *p, const uint32_t *at, struct bpf_label *leave)
{
	bpf_put_jump(p, BPF_JGT, BPF_REG_7, EXEC_NOTE_PATH_BYTES - COMPONENT_BYTES, leave);
	bpf_put_read_or(p, AT_SEQUENCE, 4, BPF_REG_8, at[DENTRY_SEQUENCE], leave);
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_SEQUENCE);
	bpf_put_jump(p, BPF_JSET, BPF_REG_1, 1, leave);
	put_follow(p, BPF_REG_3, BPF_REG_8, at[DENTRY_NAME] + at[NAME_TEXT], leave);
	bpf_put_copy(p, BPF_REG_1, BPF_REG_6);
	bpf_put_add(p, BPF_REG_1, NOTE_AT(path));
	bpf_put(p, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_1, BPF_REG_7, 0, 0);
	bpf_put_number(p, BPF_REG_2, COMPONENT_BYTES);
	bpf_put_call(p, BPF_CALL_READ_TEXT);
	bpf_put_jump(p, BPF_JSLT, BPF_REG_0, 2, leave);
	bpf_put_jump(p, BPF_JGT, BPF_REG_0, COMPONENT_BYTES - 1, leave); /* it is cut */
	bpf_put(p, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_7, BPF_REG_0, 0, 0);
	bpf_put_read_or(p, AT_PARENT, 8, BPF_REG_8, at[DENTRY_PARENT], leave);
	bpf_put_read_or(p, AT_SEQUENCE_NOW, 4, BPF_REG_8, at[DENTRY_SEQUENCE], leave);
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_SEQUENCE);
	bpf_put_is_same(p, BPF_REG_1, BPF_W, AT_SEQUENCE_NOW, leave);
	bpf_put_load(p, BPF_DW, BPF_REG_8, BPF_REG_10, AT_PARENT);
}

/* As d_path() does it (prepend_path() in fs/d_path.c), but for an executable that was removed, or
 * that the daemon's root does not lead to: of these no path is noted. */
static void put_path(struct bpf_code *p, const struct exec_program *program)
{
	const uint32_t *at = program->at;
	struct bpf_label leave = { .n = 0 };
	struct bpf_label arrived = { .n = 0 };

	put_root(p, program, &leave);
	put_follow(p, BPF_REG_8, BPF_REG_9, at[FILE_PATH] + at[PATH_DENTRY], &leave);
	put_follow(p, BPF_REG_9, BPF_REG_9, at[FILE_PATH] + at[PATH_MOUNT], &leave);
	put_follow(p, BPF_REG_1, BPF_REG_8, at[DENTRY_HASH] + at[HASH_PREVIOUS], &leave);
	/* 0, but the kernel's verifier does not know: whatever it is, so a step is looked at once,
	 * not once for every number of components that may have come before. */
	bpf_put_load(p, BPF_W, BPF_REG_7, BPF_REG_6, NOTE_AT(path_len));
	for (int i = 0; i < STEPS_MAX; i++) {
		struct bpf_label below_root = { .n = 0 };
		struct bpf_label in_mount = { .n = 0 };
		struct bpf_label next = { .n = 0 };

		bpf_put_copy(p, BPF_REG_1, BPF_REG_8);
		bpf_put_is_same(p, BPF_REG_1, BPF_DW, AT_ROOT_DENTRY, &below_root);
		bpf_put_copy(p, BPF_REG_1, BPF_REG_9);
		bpf_put_is_same(p, BPF_REG_1, BPF_DW, AT_ROOT_MOUNT, &below_root);
		bpf_put_jump(p, BPF_JA, 0, 0, &arrived);
		bpf_put_label(p, &below_root);
		bpf_put_read_or(p, AT_POINTER, 8, BPF_REG_9, at[VFSMOUNT_ROOT], &leave);
		bpf_put_copy(p, BPF_REG_1, BPF_REG_8);
		bpf_put_is_same(p, BPF_REG_1, BPF_DW, AT_POINTER, &in_mount);
		put_cross(p, at, &leave);
		bpf_put_jump(p, BPF_JA, 0, 0, &next);
		bpf_put_label(p, &in_mount);
		put_component(p, at, &leave);
		bpf_put_label(p, &next);
	}
	bpf_put_jump(p, BPF_JA, 0, 0, &leave);
	bpf_put_label(p, &arrived);
	bpf_put_store(p, BPF_W, BPF_REG_6, NOTE_AT(path_len), BPF_REG_7);
	bpf_put_label(p, &leave);
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* Now it is whole. */
static void put_check(struct bpf_code *p)
{
	bpf_put_number64(p, BPF_REG_3, EXEC_NOTE_FACTOR);
	bpf_put_number(p, BPF_REG_1, 0);
	for (size_t i = 0; i < EXEC_NOTE_WORDS; i++) {
		if (i == EXEC_NOTE_CHECK_WORD)
			continue;
		bpf_put_load(p, BPF_DW, BPF_REG_2, BPF_REG_6, (int)(i * sizeof(uint64_t)));
		bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
		bpf_put(p, BPF_ALU64 | BPF_MUL | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0);
	}
	bpf_put_store(p, BPF_DW, BPF_REG_6, NOTE_AT(check), BPF_REG_1);
}

static void put_note(struct bpf_code *p, const struct exec_program *program)
{
	const uint32_t *at = program->at;
	struct bpf_label leave = { .n = 0 };
	struct bpf_label no_file = { .n = 0 };

	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_PID], &leave);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[PID_NUMBER], &leave);
	bpf_put_store(p, BPF_DW, BPF_REG_10, AT_IDENTITY, BPF_REG_8);
	put_find_note(p, program, &leave);
	put_begin(p);
	put_ids(p, at);
	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_MM], &no_file);
	put_follow(p, BPF_REG_9, BPF_REG_8, at[MM_EXE], &no_file);
	put_compare_names(p, at);
	if (program->notes_files)
		put_file(p, at);
	if (program->notes_paths)
		put_path(p, program);
	bpf_put_label(p, &no_file);
	put_check(p);
	bpf_put_label(p, &leave);
}

static void put_exec(struct bpf_code *p, const struct exec_program *program, struct bpf_label *drop)
{
	struct bpf_label found = { .n = 0 };

	bpf_put_call(p, CALL_CURRENT_TASK);
	bpf_put_copy(p, BPF_REG_7, BPF_REG_0);
	if (!program->everybody) {
		put_audience(p, program, &found);
		put_count(p, program);
		bpf_put_jump(p, BPF_JA, 0, 0, drop);
	}
	bpf_put_label(p, &found);
	if (program->makes_notes)
		put_note(p, program);
}

/* Everything that connector_filter_build() does, too. */
void exec_program_build(const struct exec_program *program, struct bpf_code *p)
{
	struct bpf_label drop = { .n = 0 };
	struct bpf_label pass = { .n = 0 };
	struct bpf_label fork = { .n = 0 };

	bpf_put_copy(p, BPF_REG_6, BPF_REG_1);
	bpf_put_number(p, BPF_REG_2, EXEC_EVENT_AT);
	bpf_put_copy(p, BPF_REG_3, BPF_REG_10);
	bpf_put_add(p, BPF_REG_3, AT_EVENT);
	bpf_put_number(p, BPF_REG_4, EVENT_BYTES);
	bpf_put_call(p, CALL_LOAD_BYTES);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, &drop);
	bpf_put_load(p, BPF_W, BPF_REG_9, BPF_REG_10, AT_WHAT);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_9, PROC_EVENT_NONE, &pass);
	bpf_put(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_9, 0, 0,
		(int32_t)connector_event_mask(program->kinds));
	bpf_put_jump(p, BPF_JEQ, BPF_REG_9, 0, &drop);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_9, PROC_EVENT_FORK, &fork);
	bpf_put_jump(p, BPF_JNE, BPF_REG_9, PROC_EVENT_EXEC, &pass);
	put_exec(p, program, &drop);
	bpf_put_jump(p, BPF_JA, 0, 0, &pass);
	bpf_put_label(p, &fork);
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_CHILD);
	bpf_put_is_same(p, BPF_REG_1, BPF_W, AT_CHILD_GROUP, &drop);
	bpf_put_label(p, &pass);
	bpf_put_end(p, -1);
	bpf_put_label(p, &drop);
	bpf_put_end(p, 0);
}

void exec_program_build_fs(const struct exec_program *program, struct bpf_code *p)
{
	struct bpf_label leave = { .n = 0 };

	bpf_put_call(p, CALL_CURRENT_TASK);
	bpf_put_copy(p, BPF_REG_7, BPF_REG_0);
	put_follow(p, BPF_REG_8, BPF_REG_7, program->at[TASK_FS], &leave);
	put_find_last(p, program, &leave);
	bpf_put_store(p, BPF_DW, BPF_REG_0, NOTE_AT(identity), BPF_REG_8);
	bpf_put_label(p, &leave);
	bpf_put_end(p, 0);
}
