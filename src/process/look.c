/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "process/look.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bpf-code.h"
#include "base/btf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "process/identity.h"

/* From linux/bpf.h, where the build machine's may be older. */
#define TYPE_SYSCALL   31
#define FLAG_SLEEPABLE 0x10

/* From the kernel's linux/sched.h: the task is in do_exit(). */
#define TASK_IS_EXITING 0x4

/* Members of the kernel's structures. */
enum member {
	TASK_TGID,
	TASK_FLAGS,
	TASK_EXIT_STATE,
	TASK_PARENT,
	TASK_PID,
	PID_NUMBER,
	TASK_CRED,
	CRED_EUID,
	CRED_EGID,
	TASK_SET,
	SET_LINKS,
	LINK_IN_SET,
	LINK_CGROUP,
	LIST_NEXT,
	CGROUP_NODE,
	NODE_NUMBER,
	MEMBERS
};

enum function {
	TASK_FROM_PID,
	TASK_RELEASE,
	RCU_LOCK,
	RCU_UNLOCK,
	FUNCTIONS
};

/* Where the kernel has what. */
struct layout {
	struct btf_member members[MEMBERS];
	struct btf_function functions[FUNCTIONS];
};

/* What the program is given, and fills in. The kernel wants all of a program's accesses to be at
 * places that are known when it is loaded. */
struct context {
	uint64_t pid;
	uint64_t is_done; /* 1: the rest is there */
	uint64_t identity, task;
	uint32_t ppid, euid, egid, unused;
	uint64_t n_cgroups;
	uint64_t cgroups[LOOK_CGROUPS_MAX];
};

struct look {
	int program_fd;
};

/* ---- the program: r6 is the context, r7 the task ----------------------------------------------
 */

/* The stack. */
#define AT_POINTER (-8)
#define AT_WORD	   (-16)
#define AT_SET	   (-24)

#define IN_CONTEXT(member) ((int)offsetof(struct context, member))

static uint32_t at(const struct layout *layout, enum member member)
{
	return layout->members[member].offset;
}

static void put_follow(struct bpf_code *p, int dst, int src, uint32_t off, struct bpf_label *leave)
{
	bpf_put_follow(p, AT_POINTER, dst, src, off, leave);
}

/* dst = the 32 bits at src + off; or leave. */
static void put_word(struct bpf_code *p, int dst, int src, uint32_t off, struct bpf_label *leave)
{
	bpf_put_read_or(p, AT_WORD, 4, src, off, leave);
	bpf_put_load(p, BPF_W, dst, BPF_REG_10, AT_WORD);
}

/* *(context + to) = the 32 bits at src + off; or leave. */
static void put_take(struct bpf_code *p, int to, int src, uint32_t off, struct bpf_label *leave)
{
	put_word(p, BPF_REG_1, src, off, leave);
	bpf_put_store(p, BPF_W, BPF_REG_6, to, BPF_REG_1);
}

/* Not a thread's number, and not on its way out: /proc knows of these what is to be done. */
static void put_check(struct bpf_code *p, const struct layout *layout, struct bpf_label *leave)
{
	put_word(p, BPF_REG_8, BPF_REG_7, at(layout, TASK_TGID), leave);
	bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_6, IN_CONTEXT(pid));
	bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_8, BPF_REG_1, 0, 0);
	bpf_put_jump(p, BPF_JNE, BPF_REG_8, 0, leave);
	put_word(p, BPF_REG_1, BPF_REG_7, at(layout, TASK_EXIT_STATE), leave);
	bpf_put_jump(p, BPF_JNE, BPF_REG_1, 0, leave);
	put_word(p, BPF_REG_1, BPF_REG_7, at(layout, TASK_FLAGS), leave);
	bpf_put_jump(p, BPF_JSET, BPF_REG_1, TASK_IS_EXITING, leave);
}

static void put_identity(struct bpf_code *p, const struct layout *layout, struct bpf_label *leave)
{
	put_follow(p, BPF_REG_8, BPF_REG_7, at(layout, TASK_PID), leave);
	put_follow(p, BPF_REG_8, BPF_REG_8, at(layout, PID_NUMBER), leave);
	bpf_put_store(p, BPF_DW, BPF_REG_6, IN_CONTEXT(identity), BPF_REG_8);
	bpf_put_store(p, BPF_DW, BPF_REG_6, IN_CONTEXT(task), BPF_REG_7);
}

static void put_ids(struct bpf_code *p, const struct layout *layout, struct bpf_label *leave)
{
	put_follow(p, BPF_REG_8, BPF_REG_7, at(layout, TASK_PARENT), leave);
	put_take(p, IN_CONTEXT(ppid), BPF_REG_8, at(layout, TASK_TGID), leave);
	put_follow(p, BPF_REG_8, BPF_REG_7, at(layout, TASK_CRED), leave);
	put_take(p, IN_CONTEXT(euid), BPF_REG_8, at(layout, CRED_EUID), leave);
	put_take(p, IN_CONTEXT(egid), BPF_REG_8, at(layout, CRED_EGID), leave);
}

/*
 * A css_set has a link to a group of each hierarchy (kernel/cgroup/cgroup-internal.h). It stays as
 * it is while a task has it, unless hierarchies come or go: is it still the task's at the end?
 * r8 is a list_head in a link, r9 the one in the set.
 */
static void put_cgroups(struct bpf_code *p, const struct layout *layout, struct bpf_label *leave)
{
	struct bpf_label no_more = { .n = 0 };

	put_follow(p, BPF_REG_9, BPF_REG_7, at(layout, TASK_SET), leave);
	bpf_put_store(p, BPF_DW, BPF_REG_10, AT_SET, BPF_REG_9);
	bpf_put_add(p, BPF_REG_9, (int32_t)at(layout, SET_LINKS));
	put_follow(p, BPF_REG_8, BPF_REG_9, at(layout, LIST_NEXT), leave);
	for (int i = 0; i < LOOK_CGROUPS_MAX; i++) {
		const int to = IN_CONTEXT(cgroups) + i * (int)sizeof(uint64_t);

		put_follow(p, BPF_REG_1, BPF_REG_8,
			   at(layout, LINK_CGROUP) - at(layout, LINK_IN_SET), leave);
		put_follow(p, BPF_REG_1, BPF_REG_1, at(layout, CGROUP_NODE), leave);
		put_follow(p, BPF_REG_1, BPF_REG_1, at(layout, NODE_NUMBER), leave);
		bpf_put_store(p, BPF_DW, BPF_REG_6, to, BPF_REG_1);
		bpf_put_number(p, BPF_REG_1, i + 1);
		bpf_put_store(p, BPF_DW, BPF_REG_6, IN_CONTEXT(n_cgroups), BPF_REG_1);
		put_follow(p, BPF_REG_8, BPF_REG_8, at(layout, LIST_NEXT), leave);
		bpf_put_copy(p, BPF_REG_1, BPF_REG_8);
		bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_1, BPF_REG_9, 0, 0);
		bpf_put_jump(p, BPF_JEQ, BPF_REG_1, 0, &no_more);
	}
	bpf_put_jump(p, BPF_JA, 0, 0, leave); /* there are more */
	bpf_put_label(p, &no_more);
	put_follow(p, BPF_REG_8, BPF_REG_7, at(layout, TASK_SET), leave);
	bpf_put_is_same(p, BPF_REG_8, BPF_DW, AT_SET, leave);
}

static void build(const struct layout *layout, struct bpf_code *p)
{
	struct bpf_label leave = { .n = 0 };
	struct bpf_label nobody = { .n = 0 };

	bpf_put_copy(p, BPF_REG_6, BPF_REG_1);
	bpf_put_load(p, BPF_DW, BPF_REG_1, BPF_REG_6, IN_CONTEXT(pid));
	bpf_put_call_kernel(p, layout->functions[TASK_FROM_PID].number);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_0, 0, &nobody);
	bpf_put_copy(p, BPF_REG_7, BPF_REG_0);
	/* What a pointer leads to stays, as long as this is held. */
	bpf_put_call_kernel(p, layout->functions[RCU_LOCK].number);
	put_check(p, layout, &leave);
	put_identity(p, layout, &leave);
	put_ids(p, layout, &leave);
	put_cgroups(p, layout, &leave);
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put_store(p, BPF_DW, BPF_REG_6, IN_CONTEXT(is_done), BPF_REG_1);
	bpf_put_label(p, &leave);
	bpf_put_call_kernel(p, layout->functions[RCU_UNLOCK].number);
	bpf_put_copy(p, BPF_REG_1, BPF_REG_7);
	bpf_put_call_kernel(p, layout->functions[TASK_RELEASE].number);
	bpf_put_label(p, &nobody);
	bpf_put_end(p, 0);
}

/* ---- life ------------------------------------------------------------------------------------ */

static int find_layout(const char *btf_path, struct layout *ret)
{
	static const struct layout wanted = {
		.members = {
			[TASK_TGID] = { "task_struct", "tgid", 0 },
			[TASK_FLAGS] = { "task_struct", "flags", 0 },
			[TASK_EXIT_STATE] = { "task_struct", "exit_state", 0 },
			[TASK_PARENT] = { "task_struct", "real_parent", 0 },
			[TASK_PID] = { "task_struct", "thread_pid", 0 },
			[PID_NUMBER] = { "pid", "ino", 0 },
			[TASK_CRED] = { "task_struct", "real_cred", 0 },
			[CRED_EUID] = { "cred", "euid", 0 },
			[CRED_EGID] = { "cred", "egid", 0 },
			[TASK_SET] = { "task_struct", "cgroups", 0 },
			[SET_LINKS] = { "css_set", "cgrp_links", 0 },
			[LINK_IN_SET] = { "cgrp_cset_link", "cgrp_link", 0 },
			[LINK_CGROUP] = { "cgrp_cset_link", "cgrp", 0 },
			[LIST_NEXT] = { "list_head", "next", 0 },
			[CGROUP_NODE] = { "cgroup", "kn", 0 },
			[NODE_NUMBER] = { "kernfs_node", "id", 0 },
		},
		.functions = {
			[TASK_FROM_PID] = { "bpf_task_from_pid", 0 },
			[TASK_RELEASE] = { "bpf_task_release", 0 },
			[RCU_LOCK] = { "bpf_rcu_read_lock", 0 },
			[RCU_UNLOCK] = { "bpf_rcu_read_unlock", 0 },
		},
	};
	cleanup_free char *bytes = NULL;
	size_t len;
	int r = btf_read(btf_path, &bytes, &len);

	*ret = wanted;
	if (r == 0)
		r = btf_find(bytes, len, ret->members, MEMBERS);
	if (r == 0)
		r = btf_find_functions(bytes, len, ret->functions, FUNCTIONS);
	return r;
}

static int load(const struct layout *layout)
{
	cleanup_free struct bpf_code *code = calloc(1, sizeof(*code));

	if (!code)
		return -ENOMEM;
	build(layout, code);
	return bpf_code_load(code, TYPE_SYSCALL, FLAG_SLEEPABLE);
}

/* Hierarchies that nobody has mounted are not in the text. */
static bool is_right_number(uint64_t n)
{
	cleanup_free char *text = NULL;
	size_t len;
	uint64_t lines = 0;

	if (file_read_all(AT_FDCWD, "/proc/self/cgroup", 1U << 20, &text, &len) < 0)
		return false;
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return n >= lines && n <= lines + 1 && n > 0;
}

/* Does it say of us what we know? In a pid namespace of our own, our number is another's. */
static int try_out(const struct look *look)
{
	cleanup_close int pidfd = identity_open(getpid());
	struct identity_ids ids;
	struct looked looked;
	int r = look_at(look, getpid(), &looked);

	if (r < 0)
		return r;
	if (pidfd < 0 || !looked.identity || looked.identity != identity_number(pidfd) ||
	    looked.ppid != getppid() || looked.euid != geteuid() || looked.egid != getegid() ||
	    !is_right_number(looked.cgroups.n))
		return -ENOTSUP;
	if (identity_read_ids(pidfd, &ids) < 0 || !ids.cgroup_id)
		return 0;
	for (uint64_t i = 0; i < looked.cgroups.n; i++) {
		if (looked.cgroups.items[i] == ids.cgroup_id)
			return 0;
	}
	return -ENOTSUP;
}

int look_new(const char *btf_path, struct look **ret, const char **ret_tried)
{
	struct look *look = calloc(1, sizeof(*look));
	struct layout layout;
	int r;

	*ret_tried = "memory";
	if (!look)
		return -ENOMEM;
	look->program_fd = -1;
	*ret_tried = "the kernel's BTF";
	r = find_layout(btf_path, &layout);
	if (r == 0) {
		*ret_tried = "bpf(BPF_PROG_LOAD)";
		r = look->program_fd = load(&layout);
	}
	if (r >= 0) {
		*ret_tried = "the trial of the eBPF program";
		r = try_out(look);
	}
	if (r < 0) {
		look_free(look);
		return r;
	}
	*ret = look;
	return 0;
}

void look_free(struct look *look)
{
	if (!look)
		return;
	if (look->program_fd >= 0)
		(void)close(look->program_fd);
	free(look);
}

int look_at(const struct look *look, pid_t tgid, struct looked *ret)
{
	struct context context = { .pid = (uint64_t)tgid };
	union bpf_attr attr = { 0 };
	int r;

	attr.test.prog_fd = (uint32_t)look->program_fd;
	attr.test.ctx_in = (uintptr_t)&context;
	attr.test.ctx_size_in = sizeof(context);
	r = bpf_call(BPF_PROG_TEST_RUN, &attr);
	if (r < 0)
		return r;
	if (!context.is_done)
		return -ESRCH;
	*ret = (struct looked){
		.identity = context.identity,
		.task = context.task,
		.ppid = (pid_t)context.ppid,
		.euid = context.euid,
		.egid = context.egid,
	};
	ret->cgroups.n = context.n_cgroups;
	memcpy(ret->cgroups.items, context.cgroups, context.n_cgroups * sizeof(uint64_t));
	return 0;
}

bool look_same_cgroups(const struct cgroup_ids *one, const struct cgroup_ids *other)
{
	return one->n == other->n &&
	       memcmp(one->items, other->items, one->n * sizeof(one->items[0])) == 0;
}
