/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "process/renames.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bpf-code.h"
#include "base/cleanup.h"

#define TRACEPOINT "cgroup_rename"

#define AT_KEY (-8)

struct renames {
	void *counter; /* the memory of the map */
	int map_fd, tracepoint_fd;
};

static void build(int map_fd, struct bpf_code *p)
{
	struct bpf_label leave = { .n = 0 };

	bpf_put_number(p, BPF_REG_1, 0);
	bpf_put_store(p, BPF_W, BPF_REG_10, AT_KEY, BPF_REG_1);
	bpf_put_look_up(p, map_fd, AT_KEY);
	bpf_put_jump(p, BPF_JEQ, BPF_REG_0, 0, &leave);
	bpf_put_number(p, BPF_REG_1, 1);
	bpf_put(p, BPF_STX | BPF_XADD | BPF_DW, BPF_REG_0, BPF_REG_1, 0, 0);
	bpf_put_label(p, &leave);
	bpf_put_end(p, 0);
}

static int make_map(struct renames *renames)
{
	void *counter;

	renames->map_fd = bpf_make_map(BPF_MAP_TYPE_ARRAY, sizeof(uint64_t), 1, BPF_F_MMAPABLE);
	if (renames->map_fd < 0)
		return renames->map_fd;
	counter = mmap(NULL, sizeof(uint64_t), PROT_READ, MAP_SHARED, renames->map_fd, 0);
	if (counter == MAP_FAILED)
		return -errno;
	renames->counter = counter;
	return 0;
}

static int count(struct renames *renames)
{
	cleanup_free struct bpf_code *code = calloc(1, sizeof(*code));
	cleanup_close int program_fd = -1;
	union bpf_attr attr = { 0 };

	if (!code)
		return -ENOMEM;
	build(renames->map_fd, code);
	program_fd = bpf_code_load(code, BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	if (program_fd < 0)
		return program_fd;
	attr.raw_tracepoint.name = (uintptr_t)TRACEPOINT;
	attr.raw_tracepoint.prog_fd = (uint32_t)program_fd;
	renames->tracepoint_fd = bpf_call(BPF_RAW_TRACEPOINT_OPEN, &attr);
	return renames->tracepoint_fd < 0 ? renames->tracepoint_fd : 0;
}

int renames_new(struct renames **ret)
{
	struct renames *renames = calloc(1, sizeof(*renames));
	int r;

	if (!renames)
		return -ENOMEM;
	renames->map_fd = renames->tracepoint_fd = -1;
	r = make_map(renames);
	if (r == 0)
		r = count(renames);
	if (r < 0) {
		renames_free(renames);
		return r;
	}
	*ret = renames;
	return 0;
}

void renames_free(struct renames *renames)
{
	if (!renames)
		return;
	if (renames->tracepoint_fd >= 0)
		(void)close(renames->tracepoint_fd);
	if (renames->counter)
		(void)munmap(renames->counter, sizeof(uint64_t));
	if (renames->map_fd >= 0)
		(void)close(renames->map_fd);
	free(renames);
}

uint64_t renames_count(const struct renames *renames)
{
	return atomic_load_explicit((const _Atomic uint64_t *)renames->counter,
				    memory_order_acquire);
}
