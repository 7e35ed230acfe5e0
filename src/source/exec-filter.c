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
#include "source/bpf-code.h"
#include "source/btf.h"
#include "source/connector-filter.h"

#define BTF_BYTES_MAX ((size_t)64 << 20)

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

/* Whose program it is; and, unless all are to be told of, the maps of the audience. */
struct aim {
	const struct exec_filter *filter;
	bool everybody;
	int uids, gids; /* -1: none are needed */
};

/* dst = the pointer at src + off; if it cannot be read, or is none: leave. */
static void put_follow(struct bpf_code *p, int dst, int src, uint32_t off, struct bpf_label *leave)
{
	bpf_put_read(p, CALL_PROBE_READ, AT_POINTER, 8, src, off);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, leave);
	bpf_put_load(p, BPF_DW, dst, BPF_REG_10, AT_POINTER);
	bpf_put_jump(p, BPF_JEQ, dst, 0, leave);
}

static void put_read_id(struct bpf_code *p, int src, uint32_t off, struct bpf_label *leave)
{
	bpf_put_read(p, CALL_PROBE_READ, AT_ID, 4, src, off);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, leave);
}

/* Is the id at src + off one of the map's? */
static void put_is_in(struct bpf_code *p, int map_fd, int src, uint32_t off,
		      struct bpf_label *found)
{
	put_read_id(p, src, off, found);
	bpf_put_look_up(p, map_fd, AT_ID);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, found);
}

/* r7 is the task. */
static void put_audience(struct bpf_code *p, const struct aim *aim, struct bpf_label *found)
{
	const uint32_t *at = aim->filter->at;
	struct bpf_label none = { .n = 0 };

	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_CRED], found);
	if (aim->uids >= 0)
		put_is_in(p, aim->uids, BPF_REG_8, at[CRED_EUID], found);
	if (aim->gids < 0)
		return;
	put_is_in(p, aim->gids, BPF_REG_8, at[CRED_EGID], found);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[CRED_GROUPS], found);
	put_read_id(p, BPF_REG_8, at[GROUPS_COUNT], found);
	bpf_put_load(p, BPF_W, BPF_REG_9, BPF_REG_10, AT_ID);
	bpf_put_jump(p, BPF_JGT, BPF_REG_9, GROUPS_MAX, found);
	for (int i = 0; i < GROUPS_MAX; i++) {
		bpf_put_jump(p, BPF_JLE, BPF_REG_9, i, &none);
		put_is_in(p, aim->gids, BPF_REG_8, at[GROUPS_IDS] + 4 * (uint32_t)i, found);
	}
	bpf_put_label(p, &none);
}

/* Count, in the last note. */
static void put_count(struct bpf_code *p, const struct exec_filter *filter)
{
	struct bpf_label leave = { .n = 0 };

	bpf_put_number(p, BPF_REG_1, NOTES);
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_KEY, BPF_REG_1);
	bpf_put_look_up(p, filter->notes_fd, AT_KEY);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_0, 0, &leave);
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put(p, BPF_STX | BPF_XADD | BPF_DW, BPF_REG_0, BPF_REG_1, 0, 0);
	bpf_put_label(p, &leave);
}

/* Is the name of the task, which is that by which it was started, the one of its executable? As far
 * as the kernel keeps it; AT_NOTE_FLAG becomes 1. */
static void put_compare_names(struct bpf_code *p, const uint32_t at[MEMBERS])
{
	struct bpf_label differ = { .n = 0 };

	bpf_put_number(p, BPF_REG_1, 0);
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_NOTE_FLAG, BPF_REG_1);
	bpf_put_store(p, BPF_DW, BPF_REG_10, AT_NAME, BPF_REG_1);
	bpf_put_store(p, BPF_DW, BPF_REG_10, AT_NAME + 8, BPF_REG_1);
	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_MM], &differ);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[MM_EXE], &differ);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[FILE_PATH] + at[PATH_DENTRY], &differ);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[DENTRY_NAME] + at[NAME_TEXT], &differ);
	bpf_put_read(p, CALL_PROBE_READ_TEXT, AT_NAME, NAME_BYTES, BPF_REG_8, 0);
	bpf_put_jump(p, BPF_JSLT, BPF_REG_0, 2, &differ);
	bpf_put_read(p, CALL_PROBE_READ, AT_COMM, NAME_BYTES, BPF_REG_7, at[TASK_COMM]);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, &differ);
	for (int i = 0; i < NAME_BYTES; i += 8) {
		bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_NAME + i);
		bpf_put_load(p, BPF_DW, BPF_REG_2, BPF_REG_10, AT_COMM + i);
		bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
		bpf_put_jump(p, BPF_JNE, BPF_REG_1, 0, &differ);
	}
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_NOTE_FLAG, BPF_REG_1);
	bpf_put_label(p, &differ);
}

static void put_note(struct bpf_code *p, const struct exec_filter *filter)
{
	const uint32_t *at = filter->at;
	struct bpf_label leave = { .n = 0 };

	put_compare_names(p, at);
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_TGID);
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_NOTE_TGID, BPF_REG_1);
	bpf_put(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_1, 0, 0, NOTES - 1);
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_KEY, BPF_REG_1);
	put_follow(p, BPF_REG_8, BPF_REG_7, at[TASK_PID], &leave);
	put_follow(p, BPF_REG_8, BPF_REG_8, at[PID_NUMBER], &leave);
	bpf_put_look_up(p, filter->notes_fd, AT_KEY);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_0, 0, &leave);
	bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, AT_TIME);
	bpf_put_store(p, BPF_DW, BPF_REG_0, 0, BPF_REG_1);
	bpf_put_store(p, BPF_DW, BPF_REG_0, 8, BPF_REG_8);
	bpf_put_load(p, BPF_DW, BPF_REG_2, BPF_REG_10, AT_NOTE_TGID);
	bpf_put_store(p, BPF_DW, BPF_REG_0, 16, BPF_REG_2);
	bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_8, 0, 0);
	bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
	bpf_put_store(p, BPF_DW, BPF_REG_0, 24, BPF_REG_1);
	bpf_put_label(p, &leave);
}

static void put_exec(struct bpf_code *p, const struct aim *aim, struct bpf_label *drop)
{
	struct bpf_label found = { .n = 0 };

	bpf_put_call(p, CALL_CURRENT_TASK);
	bpf_put_copy(p, BPF_REG_7, BPF_REG_0);
	if (!aim->everybody) {
		put_audience(p, aim, &found);
		put_count(p, aim->filter);
		bpf_put_jump(p, BPF_JA, 0, 0, drop);
	}
	bpf_put_label(p, &found);
	if (aim->filter->makes_notes)
		put_note(p, aim->filter);
}

/* Everything that connector_filter_build() does, too. */
static void build(struct bpf_code *p, unsigned kinds, const struct aim *aim)
{
	struct bpf_label drop = { .n = 0 };
	struct bpf_label pass = { .n = 0 };
	struct bpf_label fork = { .n = 0 };

	bpf_put_copy(p, BPF_REG_6, BPF_REG_1);
	bpf_put_number(p, BPF_REG_2, EVENT_AT);
	bpf_put_copy(p, BPF_REG_3, BPF_REG_10);
	bpf_put_add(p, BPF_REG_3, AT_EVENT);
	bpf_put_number(p, BPF_REG_4, EVENT_BYTES);
	bpf_put_call(p, CALL_LOAD_BYTES);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, &drop);
	bpf_put_load(p, BPF_W, BPF_REG_9, BPF_REG_10, AT_WHAT);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_9, PROC_EVENT_NONE, &pass);
	bpf_put(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_9, 0, 0,
		(int32_t)connector_event_mask(kinds));
	bpf_put_jump(p, BPF_JEQ, BPF_REG_9, 0, &drop);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_9, PROC_EVENT_FORK, &fork);
	bpf_put_jump(p, BPF_JNE, BPF_REG_9, PROC_EVENT_EXEC, &pass);
	put_exec(p, aim, &drop);
	bpf_put_jump(p, BPF_JA, 0, 0, &pass);
	bpf_put_label(p, &fork);
	bpf_put_load(p, BPF_W, BPF_REG_1, BPF_REG_10, AT_CHILD);
	bpf_put_load(p, BPF_W, BPF_REG_2, BPF_REG_10, AT_CHILD_GROUP);
	bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
	bpf_put_jump(p, BPF_JNE, BPF_REG_1, 0, &drop);
	bpf_put_label(p, &pass);
	bpf_put_number(p, BPF_REG_0, -1);
	bpf_put(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	bpf_put_label(p, &drop);
	bpf_put_number(p, BPF_REG_0, 0);
	bpf_put(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
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
	return bpf_call(BPF_MAP_CREATE, &attr);
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
		r = bpf_call(BPF_MAP_UPDATE_ELEM, &attr);
		if (r < 0)
			return r;
	}
	return fd < 0 ? fd : take_fd(&fd);
}

/* A descriptor of the program, or -errno. */
static int load(const struct exec_filter *filter, unsigned kinds,
		const struct exec_audience *audience)
{
	cleanup_free struct bpf_code *code = calloc(1, sizeof(*code));
	cleanup_close int uids = -1;
	cleanup_close int gids = -1;
	struct aim aim = { .filter = filter, .everybody = audience->everybody };
	union bpf_attr attr = { 0 };

	if (!code)
		return -ENOMEM;
	if (!audience->everybody) {
		uids = audience->n_uids ? make_id_map(audience->uids, audience->n_uids) : -1;
		gids = audience->n_gids ? make_id_map(audience->gids, audience->n_gids) : -1;
		if (uids < -1 || gids < -1 || (audience->n_uids && uids < 0) ||
		    (audience->n_gids && gids < 0))
			return -ENOMEM;
	}
	aim.uids = uids;
	aim.gids = gids;
	build(code, kinds, &aim);
	if (code->is_full)
		return -E2BIG;
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code->insns;
	attr.insn_cnt = (uint32_t)code->n;
	/* As the LGPL allows: what reads the kernel's memory must say so. */
	attr.license = (uintptr_t) "GPL";
	return bpf_call(BPF_PROG_LOAD, &attr);
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
	if (bpf_call(BPF_PROG_TEST_RUN, &attr) < 0)
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
