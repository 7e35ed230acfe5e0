/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program is made here, instruction by instruction, for the layout that the running kernel's
 * BTF tells. It runs where proc_exec_connector() sends the event, in the task that executes, when
 * that has its new ids and its new name. What it cannot read, it lets through.
 */
#include "config.h"

#include "source/exec-filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/cn_proc.h>
#include <linux/securebits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "engine/event.h"
#include "source/btf.h"
#include "source/connector-filter.h"

#define BTF_BYTES_MAX ((size_t)64 << 20)
#define CODE_MAX      1024
#define JUMPS_MAX     128

/* Notes are found again by the process's number: so many execs later they are written over. */
#define NOTES 4096U

/* Of a process in more groups than this, nothing is said. */
#define GROUPS_MAX 32

#define RECORD_BYTES 32U
#define NAME_BYTES   16

/* Where the event begins in the datagram, and how much of it counts. */
#define EVENT_AT    36
#define EVENT_BYTES 32

/* From linux/bpf.h, where the build machine's may be older. */
#define CALL_LOOKUP	     1
#define CALL_LOAD_BYTES	     26
#define CALL_CURRENT_TASK    35
#define CALL_PROBE_READ	     113
#define CALL_PROBE_READ_TEXT 115
#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif

/* One for each exec that was let through; the last one counts those that were not. The check tells
 * a whole one from one that is being written. */
struct note {
	_Atomic uint64_t time_ns, identity, tgid_and_name, check;
};

enum member {
	TASK_CRED,
	CRED_EUID,
	CRED_EGID,
	CRED_GROUPS,
	GROUPS_COUNT,
	GROUPS_IDS,
	NEEDED, /* the others are for notes */
	TASK_PID = NEEDED,
	PID_NUMBER,
	TASK_COMM,
	TASK_MM,
	MM_EXE,
	FILE_PATH,
	PATH_DENTRY,
	DENTRY_NAME,
	NAME_TEXT,
	MEMBERS
};

struct exec_filter {
	uint32_t at[MEMBERS];
	bool makes_notes;
	int notes_fd;
	struct note *notes;
};

static int bpf(int command, union bpf_attr *attr)
{
	int r = (int)syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : r;
}

/* ---- writing a program ------------------------------------------------------------------------
 */

struct program {
	const struct exec_filter *filter;
	struct bpf_insn code[CODE_MAX];
	size_t n;
	bool is_full;
};

/* Jumps to a place that is not known yet. */
struct label {
	size_t from[JUMPS_MAX];
	size_t n;
};

static void put(struct program *p, int code, int dst, int src, int off, int32_t imm)
{
	if (p->n == CODE_MAX) {
		p->is_full = true;
		return;
	}
	p->code[p->n++] = (struct bpf_insn){
		.code = (uint8_t)code,
		.dst_reg = (uint8_t)(dst & 0xf),
		.src_reg = (uint8_t)(src & 0xf),
		.off = (int16_t)off,
		.imm = imm,
	};
}

static void put_copy(struct program *p, int dst, int src)
{
	put(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void put_number(struct program *p, int dst, int32_t number)
{
	put(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, number);
}

static void put_add(struct program *p, int dst, int32_t number)
{
	put(p, BPF_ALU64 | BPF_ADD, dst, 0, 0, number); /* BPF_K is 0 */
}

/* dst = *(src + off); size: BPF_W or BPF_DW */
static void put_load(struct program *p, int size, int dst, int src, int off)
{
	put(p, BPF_LDX | BPF_MEM | size, dst, src, off, 0);
}

static void put_store(struct program *p, int size, int dst, int off, int src)
{
	put(p, BPF_STX | BPF_MEM | size, dst, src, off, 0);
}

static void put_call(struct program *p, int function)
{
	put(p, BPF_JMP | BPF_CALL, 0, 0, 0, function);
}

/* Jump if the register compares so. */
static void put_jump(struct program *p, int condition, int reg, int32_t number, struct label *to)
{
	if (to->n == JUMPS_MAX) {
		p->is_full = true;
		return;
	}
	to->from[to->n++] = p->n;
	put(p, BPF_JMP | condition | BPF_K, reg, 0, 0, number);
}

static void put_label(struct program *p, const struct label *label)
{
	for (size_t i = 0; i < label->n && !p->is_full; i++)
		p->code[label->from[i]].off = (int16_t)(p->n - label->from[i] - 1);
}

static void put_map(struct program *p, int dst, int map_fd)
{
	put(p, BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, map_fd); /* BPF_LD is 0 */
	put(p, 0, 0, 0, 0, 0);
}

/* r0 = the value of the key that is on the stack, or 0 */
static void put_look_up(struct program *p, int map_fd, int key)
{
	put_map(p, BPF_REG_1, map_fd);
	put_copy(p, BPF_REG_2, BPF_REG_10);
	put_add(p, BPF_REG_2, key);
	put_call(p, CALL_LOOKUP);
}

/* Memory of the kernel to the stack. r0: 0, or it cannot be read. */
static void put_read(struct program *p, int function, int stack, int32_t size, int src,
		     uint32_t off)
{
	put_copy(p, BPF_REG_3, src);
	put_add(p, BPF_REG_3, (int32_t)off);
	put_copy(p, BPF_REG_1, BPF_REG_10);
	put_add(p, BPF_REG_1, stack);
	put_number(p, BPF_REG_2, size);
	put_call(p, function);
}

/* ---- the program ------------------------------------------------------------------------------
 */

/* The stack. */
#define AT_EVENT       (-32)
#define AT_WHAT	       (-32)
#define AT_TIME	       (-24)
#define AT_PID	       (-16)
#define AT_TGID	       (-12)
#define AT_CHILD       (-8)
#define AT_CHILD_GROUP (-4)
#define AT_POINTER     (-40)
#define AT_ID	       (-44)
#define AT_KEY	       (-48)
#define AT_COMM	       (-64)
#define AT_NAME	       (-80)
#define AT_NOTE_TGID   (-88) /* and the flag: one word */
#define AT_NOTE_FLAG   (-84)

struct maps {
	int uids, gids; /* -1: none are needed */
};

/* dst = the pointer at src + off; if it cannot be read, or is none: leave. */
static void put_follow(struct program *p, int dst, int src, uint32_t off, struct label *leave)
{
	put_read(p, CALL_PROBE_READ, AT_POINTER, 8, src, off);
	put_jump(p, BPF_JNE, BPF_REG_0, 0, leave);
	put_load(p, BPF_DW, dst, BPF_REG_10, AT_POINTER);
	put_jump(p, BPF_JEQ, dst, 0, leave);
}

static void put_read_id(struct program *p, int src, uint32_t off, struct label *leave)
{
	put_read(p, CALL_PROBE_READ, AT_ID, 4, src, off);
	put_jump(p, BPF_JNE, BPF_REG_0, 0, leave);
}

/* Is the id at src + off one of the map's? */
static void put_is_in(struct program *p, int map_fd, int src, uint32_t off, struct label *found)
{
	put_read_id(p, src, off, found);
	put_look_up(p, map_fd, AT_ID);
	put_jump(p, BPF_JNE, BPF_REG_0, 0, found);
}

/* r7 is the task. */
static void put_audience(struct program *p, const struct maps *maps, struct label *found)
{
	const uint32_t *at = p->filter->at;
	struct label none = { .n = 0 };

	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_CRED], found);
	if (maps->uids >= 0)
		put_is_in(p, maps->uids, BPF_REG_8, at[CRED_EUID], found);
	if (maps->gids < 0)
		return;
	put_is_in(p, maps->gids, BPF_REG_8, at[CRED_EGID], found);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[CRED_GROUPS], found);
	put_read_id(p, BPF_REG_8, at[GROUPS_COUNT], found);
	put_load(p, BPF_W, BPF_REG_9, BPF_REG_10, AT_ID);
	put_jump(p, BPF_JGT, BPF_REG_9, GROUPS_MAX, found);
	for (int i = 0; i < GROUPS_MAX; i++) {
		put_jump(p, BPF_JLE, BPF_REG_9, i, &none);
		put_is_in(p, maps->gids, BPF_REG_8, at[GROUPS_IDS] + 4 * (uint32_t)i, found);
	}
	put_label(p, &none);
}

/* Count, in the last note. */
static void put_count(struct program *p)
{
	struct label leave = { .n = 0 };

	put_number(p, BPF_REG_1, NOTES);
	put_store(p, BPF_W, BPF_REG_10, AT_KEY, BPF_REG_1);
	put_look_up(p, p->filter->notes_fd, AT_KEY);
	put_jump(p, BPF_JEQ, BPF_REG_0, 0, &leave);
	put_number(p, BPF_REG_1, 1);
	put(p, BPF_STX | BPF_XADD | BPF_DW, BPF_REG_0, BPF_REG_1, 0, 0);
	put_label(p, &leave);
}

/* Is the name of the task, which is that by which it was started, the one of its executable? As far
 * as the kernel keeps it; AT_NOTE_FLAG becomes 1. */
static void put_compare_names(struct program *p)
{
	const uint32_t *at = p->filter->at;
	struct label differ = { .n = 0 };

	put_number(p, BPF_REG_1, 0);
	put_store(p, BPF_W, BPF_REG_10, AT_NOTE_FLAG, BPF_REG_1);
	put_store(p, BPF_DW, BPF_REG_10, AT_NAME, BPF_REG_1);
	put_store(p, BPF_DW, BPF_REG_10, AT_NAME + 8, BPF_REG_1);
	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_MM], &differ);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[MM_EXE], &differ);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[FILE_PATH] + at[PATH_DENTRY], &differ);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[DENTRY_NAME] + at[NAME_TEXT], &differ);
	put_read(p, CALL_PROBE_READ_TEXT, AT_NAME, NAME_BYTES, BPF_REG_8, 0);
	put_jump(p, BPF_JSLT, BPF_REG_0, 2, &differ);
	put_read(p, CALL_PROBE_READ, AT_COMM, NAME_BYTES, BPF_REG_7, at[TASK_COMM]);
	put_jump(p, BPF_JNE, BPF_REG_0, 0, &differ);
	for (int i = 0; i < NAME_BYTES; i += 8) {
		put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_NAME + i);
		put_load(p, BPF_DW, BPF_REG_2, BPF_REG_10, AT_COMM + i);
		put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
		put_jump(p, BPF_JNE, BPF_REG_1, 0, &differ);
	}
	put_number(p, BPF_REG_1, 1);
	put_store(p, BPF_W, BPF_REG_10, AT_NOTE_FLAG, BPF_REG_1);
	put_label(p, &differ);
}

static void put_note(struct program *p)
{
	const uint32_t *at = p->filter->at;
	struct label leave = { .n = 0 };

	put_compare_names(p);
	put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_TGID);
	put_store(p, BPF_W, BPF_REG_10, AT_NOTE_TGID, BPF_REG_1);
	put(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_1, 0, 0, NOTES - 1);
	put_store(p, BPF_W, BPF_REG_10, AT_KEY, BPF_REG_1);
	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_PID], &leave);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[PID_NUMBER], &leave);
	put_look_up(p, p->filter->notes_fd, AT_KEY);
	put_jump(p, BPF_JEQ, BPF_REG_0, 0, &leave);
	put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_TIME);
	put_store(p, BPF_DW, BPF_REG_0, 0, BPF_REG_1);
	put_store(p, BPF_DW, BPF_REG_0, 8, BPF_REG_8);
	put_load(p, BPF_DW, BPF_REG_2, BPF_REG_10, AT_NOTE_TGID);
	put_store(p, BPF_DW, BPF_REG_0, 16, BPF_REG_2);
	put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_8, 0, 0);
	put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
	put_store(p, BPF_DW, BPF_REG_0, 24, BPF_REG_1);
	put_label(p, &leave);
}

static void put_exec(struct program *p, const struct maps *maps, struct label *drop)
{
	struct label found = { .n = 0 };

	put_call(p, CALL_CURRENT_TASK);
	put_copy(p, BPF_REG_7, BPF_REG_0);
	if (maps) {
		put_audience(p, maps, &found);
		put_count(p);
		put_jump(p, BPF_JA, 0, 0, drop);
	}
	put_label(p, &found);
	if (p->filter->makes_notes)
		put_note(p);
}

/* Everything that connector_filter_build() does, too. */
static void build(struct program *p, unsigned kinds, const struct maps *maps)
{
	struct label drop = { .n = 0 };
	struct label pass = { .n = 0 };
	struct label fork = { .n = 0 };

	put_copy(p, BPF_REG_6, BPF_REG_1);
	put_number(p, BPF_REG_2, EVENT_AT);
	put_copy(p, BPF_REG_3, BPF_REG_10);
	put_add(p, BPF_REG_3, AT_EVENT);
	put_number(p, BPF_REG_4, EVENT_BYTES);
	put_call(p, CALL_LOAD_BYTES);
	put_jump(p, BPF_JNE, BPF_REG_0, 0, &drop);
	put_load(p, BPF_W, BPF_REG_9, BPF_REG_10, AT_WHAT);
	put_jump(p, BPF_JEQ, BPF_REG_9, PROC_EVENT_NONE, &pass);
	put(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_9, 0, 0, (int32_t)connector_event_mask(kinds));
	put_jump(p, BPF_JEQ, BPF_REG_9, 0, &drop);
	put_jump(p, BPF_JEQ, BPF_REG_9, PROC_EVENT_FORK, &fork);
	put_jump(p, BPF_JNE, BPF_REG_9, PROC_EVENT_EXEC, &pass);
	put_exec(p, maps, &drop);
	put_jump(p, BPF_JA, 0, 0, &pass);
	put_label(p, &fork);
	put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_CHILD);
	put_load(p, BPF_W, BPF_REG_2, BPF_REG_10, AT_CHILD_GROUP);
	put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
	put_jump(p, BPF_JNE, BPF_REG_1, 0, &drop);
	put_label(p, &pass);
	put_number(p, BPF_REG_0, -1);
	put(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	put_label(p, &drop);
	put_number(p, BPF_REG_0, 0);
	put(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* ---- loading ----------------------------------------------------------------------------------
 */

static int make_map(uint32_t type, uint32_t value_bytes, uint32_t n, uint32_t flags)
{
	union bpf_attr attr = { 0 };

	attr.map_type = type;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = value_bytes;
	attr.max_entries = n;
	attr.map_flags = flags;
	return bpf(BPF_MAP_CREATE, &attr);
}

static int make_id_map(const uint32_t *ids, size_t n)
{
	cleanup_close int fd = -1;
	const uint8_t one = 1;

	fd = make_map(BPF_MAP_TYPE_HASH, sizeof(one), n ? (uint32_t)n : 1, 0);
	for (size_t i = 0; i < n && fd >= 0; i++) {
		union bpf_attr attr = { 0 };
		int r;

		attr.map_fd = (uint32_t)fd;
		attr.key = (uintptr_t)&ids[i];
		attr.value = (uintptr_t)&one;
		r = bpf(BPF_MAP_UPDATE_ELEM, &attr);
		if (r < 0)
			return r;
	}
	return fd < 0 ? fd : take_fd(&fd);
}

/* A descriptor of the program, or -errno. */
static int load(const struct exec_filter *filter, unsigned kinds,
		const struct exec_audience *audience)
{
	cleanup_free struct program *program = calloc(1, sizeof(*program));
	cleanup_close int uids = -1;
	cleanup_close int gids = -1;
	struct maps maps;
	union bpf_attr attr = { 0 };

	if (!program)
		return -ENOMEM;
	program->filter = filter;
	if (!audience->everybody) {
		uids = audience->n_uids ? make_id_map(audience->uids, audience->n_uids) : -1;
		gids = audience->n_gids ? make_id_map(audience->gids, audience->n_gids) : -1;
		if (uids < -1 || gids < -1 || (audience->n_uids && uids < 0) ||
		    (audience->n_gids && gids < 0))
			return -ENOMEM;
	}
	maps = (struct maps){ uids, gids };
	build(program, kinds, audience->everybody ? NULL : &maps);
	if (program->is_full)
		return -E2BIG;
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)program->code;
	attr.insn_cnt = (uint32_t)program->n;
	/* As the LGPL allows: what reads the kernel's memory must say so. */
	attr.license = (uintptr_t) "GPL";
	return bpf(BPF_PROG_LOAD, &attr);
}

int exec_filter_attach(const struct exec_filter *filter, int socket_fd, unsigned kinds,
		       const struct exec_audience *audience)
{
	cleanup_close int fd = load(filter, kinds, audience);

	if (fd < 0)
		return fd;
	if (setsockopt(socket_fd, SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)) < 0)
		return -errno;
	return 0;
}

/* ---- notes ------------------------------------------------------------------------------------
 */

bool exec_filter_find(const struct exec_filter *filter, pid_t tgid, uint64_t time_ns,
		      struct exec_facts *ret)
{
	const struct note *note = &filter->notes[(uint32_t)tgid % NOTES];
	uint64_t time = atomic_load_explicit(&note->time_ns, memory_order_relaxed);
	uint64_t identity = atomic_load_explicit(&note->identity, memory_order_relaxed);
	uint64_t who = atomic_load_explicit(&note->tgid_and_name, memory_order_relaxed);
	uint64_t check = atomic_load_explicit(&note->check, memory_order_relaxed);
	uint32_t words[2];

	memcpy(words, &who, sizeof(words));
	if (!identity || time != time_ns || words[0] != (uint32_t)tgid ||
	    check != (time ^ identity ^ who))
		return false;
	*ret = (struct exec_facts){ .identity = identity, .has_one_name = words[1] == 1 };
	return true;
}

uint64_t exec_filter_count(const struct exec_filter *filter)
{
	return atomic_load_explicit(&filter->notes[NOTES].time_ns, memory_order_relaxed);
}

/* ---- the trial --------------------------------------------------------------------------------
 */

/* Ids of the child that nobody else has, all of them different. */
enum trial_id {
	TRIAL_RUID = 0x7ffe0001,
	TRIAL_EUID,
	TRIAL_SUID,
	TRIAL_RGID,
	TRIAL_EGID,
	TRIAL_SGID,
	TRIAL_GROUP,
	TRIAL_OTHER_GROUP,
};

/* An exec of the calling process, as if it were told now. */
static bool lets_through(int program_fd, uint64_t time_ns)
{
	struct {
		unsigned char ethernet[14]; /* the kernel takes it off */
		unsigned char before[EVENT_AT];
		uint32_t words[10];
	} __attribute__((packed)) packet = { 0 };
	uint32_t tgid = (uint32_t)getpid();
	union bpf_attr attr = { 0 };

	packet.words[0] = PROC_EVENT_EXEC;
	memcpy(&packet.words[2], &time_ns, sizeof(time_ns));
	packet.words[4] = packet.words[5] = tgid;
	attr.test.prog_fd = (uint32_t)program_fd;
	attr.test.data_in = (uintptr_t)&packet;
	attr.test.data_size_in = sizeof(packet);
	attr.test.repeat = 1;
	if (bpf(BPF_PROG_TEST_RUN, &attr) < 0)
		_exit(2);
	return attr.test.retval != 0;
}

static bool take_ids(void)
{
	const gid_t groups[] = { TRIAL_GROUP, TRIAL_OTHER_GROUP };

	/* As system calls: the library would tell the threads, which are not here. */
	return prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) == 0 &&
	       syscall(SYS_setgroups, 2, groups) == 0 &&
	       syscall(SYS_setresgid, TRIAL_RGID, TRIAL_EGID, TRIAL_SGID) == 0 &&
	       syscall(SYS_setresuid, TRIAL_RUID, TRIAL_EUID, TRIAL_SUID) == 0;
}

/* What is noted of us. */
static bool notes_are_right(const struct exec_filter *filter, int program_fd)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	struct exec_facts facts;
	const char *base;
	struct stat st;

	if (len <= 0 || pidfd < 0 || fstat(pidfd, &st) < 0)
		return false;
	path[len] = '\0';
	base = strrchr(path, '/');
	if (!base || prctl(PR_SET_NAME, base + 1) < 0 || !lets_through(program_fd, 1) ||
	    !exec_filter_find(filter, getpid(), 1, &facts) || !facts.has_one_name ||
	    facts.identity != st.st_ino)
		return false;
	return prctl(PR_SET_NAME, "another name") == 0 && lets_through(program_fd, 2) &&
	       exec_filter_find(filter, getpid(), 2, &facts) && !facts.has_one_name &&
	       !exec_filter_find(filter, getpid(), 1, &facts);
}

/* Programs that must let the child through, and the last one, that must not. */
#define TRIALS 4

/* In the child. 0: all is right; 1: the notes are not. */
static int run_trials(const struct exec_filter *filter, const int programs[TRIALS])
{
	if (!take_ids())
		return 2;
	for (int i = 0; i < TRIALS; i++) {
		if (lets_through(programs[i], 3) != (i < TRIALS - 1))
			return 2;
	}
	return filter->makes_notes && !notes_are_right(filter, programs[0]) ? 1 : 0;
}

static int try_on_child(struct exec_filter *filter, const int programs[TRIALS])
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(run_trials(filter, programs));
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		return -ENOTSUP;
	if (WEXITSTATUS(status) == 1)
		filter->makes_notes = false;
	return 0;
}

/* By their effective ids and groups they are known, and by nothing else. */
static int try_out(struct exec_filter *filter)
{
	uint32_t uid = TRIAL_EUID;
	uint32_t gid = TRIAL_EGID;
	uint32_t group = TRIAL_OTHER_GROUP;
	uint32_t no_uids[] = { 0, TRIAL_RUID, TRIAL_SUID, TRIAL_EGID, TRIAL_GROUP };
	uint32_t no_gids[] = { 0, TRIAL_RGID, TRIAL_SGID, TRIAL_EUID };
	const struct exec_audience audiences[TRIALS] = {
		{ .uids = &uid, .n_uids = 1 },
		{ .gids = &gid, .n_gids = 1 },
		{ .gids = &group, .n_gids = 1 },
		{ .uids = no_uids, .gids = no_gids, .n_uids = 5, .n_gids = 4 },
	};
	int programs[TRIALS] = { -1, -1, -1, -1 };
	int r = 0;

	for (int i = 0; i < TRIALS && r >= 0; i++)
		r = programs[i] = load(filter, EVENT_MASK(EVENT_EXEC), &audiences[i]);
	if (r >= 0)
		r = try_on_child(filter, programs);
	for (int i = 0; i < TRIALS; i++) {
		if (programs[i] >= 0)
			(void)close(programs[i]);
	}
	return r;
}

/* ---- life -------------------------------------------------------------------------------------
 */

static int find_layout(struct exec_filter *filter, const char *btf_path)
{
	static const struct btf_member all[MEMBERS] = {
		[TASK_CRED] = { "task_struct", "real_cred", 0 },
		[CRED_EUID] = { "cred", "euid", 0 },
		[CRED_EGID] = { "cred", "egid", 0 },
		[CRED_GROUPS] = { "cred", "group_info", 0 },
		[GROUPS_COUNT] = { "group_info", "ngroups", 0 },
		[GROUPS_IDS] = { "group_info", "gid", 0 },
		[TASK_PID] = { "task_struct", "thread_pid", 0 },
		[PID_NUMBER] = { "pid", "ino", 0 },
		[TASK_COMM] = { "task_struct", "comm", 0 },
		[TASK_MM] = { "task_struct", "mm", 0 },
		[MM_EXE] = { "mm_struct", "exe_file", 0 },
		[FILE_PATH] = { "file", "f_path", 0 },
		[PATH_DENTRY] = { "path", "dentry", 0 },
		[DENTRY_NAME] = { "dentry", "d_name", 0 },
		[NAME_TEXT] = { "qstr", "name", 0 },
	};
	struct btf_member members[MEMBERS];
	cleanup_free char *bytes = NULL;
	size_t len;
	int r = file_read_all(AT_FDCWD, btf_path, BTF_BYTES_MAX, &bytes, &len);

	if (r < 0)
		return r;
	memcpy(members, all, sizeof(members));
	r = btf_find(bytes, len, members, NEEDED);
	if (r < 0)
		return r;
	filter->makes_notes = btf_find(bytes, len, members + NEEDED, MEMBERS - NEEDED) == 0;
	for (int i = 0; i < MEMBERS; i++)
		filter->at[i] = members[i].offset;
	return 0;
}

static int make_notes_map(struct exec_filter *filter)
{
	/* Kernels before 5.11 count it as locked memory. */
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	const size_t len = (NOTES + 1) * sizeof(struct note);

	filter->notes_fd = make_map(BPF_MAP_TYPE_ARRAY, RECORD_BYTES, NOTES + 1, BPF_F_MMAPABLE);
	if (filter->notes_fd == -EPERM && setrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		filter->notes_fd =
			make_map(BPF_MAP_TYPE_ARRAY, RECORD_BYTES, NOTES + 1, BPF_F_MMAPABLE);
	if (filter->notes_fd < 0)
		return filter->notes_fd;
	filter->notes = mmap(NULL, len, PROT_READ, MAP_SHARED, filter->notes_fd, 0);
	return filter->notes == MAP_FAILED ? -errno : 0;
}

int exec_filter_new(const char *btf_path, struct exec_filter **ret, const char **ret_tried)
{
	struct exec_filter *filter = calloc(1, sizeof(*filter));
	int r;

	_Static_assert(sizeof(struct note) == RECORD_BYTES, "as the program writes it");
	*ret_tried = "memory";
	if (!filter)
		return -ENOMEM;
	filter->notes_fd = -1;
	filter->notes = MAP_FAILED;
	*ret_tried = "the kernel's BTF";
	r = find_layout(filter, btf_path);
	if (r == 0) {
		*ret_tried = "bpf(BPF_MAP_CREATE)";
		r = make_notes_map(filter);
	}
	if (r == 0) {
		*ret_tried = "the trial of the eBPF program";
		r = try_out(filter);
	}
	if (r < 0) {
		exec_filter_free(filter);
		return r;
	}
	*ret = filter;
	return 0;
}

void exec_filter_free(struct exec_filter *filter)
{
	if (!filter)
		return;
	if (filter->notes != MAP_FAILED)
		(void)munmap(filter->notes, (NOTES + 1) * sizeof(struct note));
	if (filter->notes_fd >= 0)
		(void)close(filter->notes_fd);
	free(filter);
}
