/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/bpf-code.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/bpf.h, where the build machine's may be older. */
#define CALL_LOOKUP    1
#define CALL_OF_KERNEL 2

int bpf_call(int command, union bpf_attr *attr)
{
	int r = (int)syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : r;
}

int bpf_make_map(uint32_t type, uint32_t value_bytes, uint32_t n, uint32_t flags)
{
	union bpf_attr attr = { 0 };

	attr.map_type = type;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = value_bytes;
	attr.max_entries = n;
	attr.map_flags = flags;
	return bpf_call(BPF_MAP_CREATE, &attr);
}

int bpf_code_load(const struct bpf_code *code, uint32_t type, uint32_t flags)
{
	union bpf_attr attr = { 0 };
	int r = -EAGAIN;

	if (code->is_full)
		return -E2BIG;
	attr.prog_type = type;
	attr.prog_flags = flags;
	attr.insns = (uintptr_t)code->insns;
	attr.insn_cnt = (uint32_t)code->n;
	/* As the LGPL allows: what reads the kernel's memory must say so. */
	attr.license = (uintptr_t) "GPL";
	for (int i = 0; i < BPF_LOAD_TRIES && r == -EAGAIN; i++)
		r = bpf_call(BPF_PROG_LOAD, &attr);
	return r;
}

void bpf_put(struct bpf_code *p, int code, int dst, int src, int off, int32_t imm)
{
	if (p->n == BPF_CODE_MAX) {
		p->is_full = true;
		return;
	}
	p->insns[p->n++] = (struct bpf_insn){
		.code = (uint8_t)code,
		.dst_reg = (uint8_t)(dst & 0xf),
		.src_reg = (uint8_t)(src & 0xf),
		.off = (int16_t)off,
		.imm = imm,
	};
}

void bpf_put_copy(struct bpf_code *p, int dst, int src)
{
	bpf_put(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

void bpf_put_number(struct bpf_code *p, int dst, int32_t number)
{
	bpf_put(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, number);
}

void bpf_put_number64(struct bpf_code *p, int dst, uint64_t number)
{
	bpf_put(p, BPF_DW | BPF_IMM, dst, 0, 0, (int32_t)(uint32_t)number); /* BPF_LD is 0 */
	bpf_put(p, 0, 0, 0, 0, (int32_t)(uint32_t)(number >> 32));
}

void bpf_put_add(struct bpf_code *p, int dst, int32_t number)
{
	bpf_put(p, BPF_ALU64 | BPF_ADD, dst, 0, 0, number); /* BPF_K is 0 */
}

void bpf_put_load(struct bpf_code *p, int size, int dst, int src, int off)
{
	bpf_put(p, BPF_LDX | BPF_MEM | size, dst, src, off, 0);
}

void bpf_put_store(struct bpf_code *p, int size, int dst, int off, int src)
{
	bpf_put(p, BPF_STX | BPF_MEM | size, dst, src, off, 0);
}

void bpf_put_call(struct bpf_code *p, int function)
{
	bpf_put(p, BPF_JMP | BPF_CALL, 0, 0, 0, function);
}

void bpf_put_call_kernel(struct bpf_code *p, uint32_t function)
{
	bpf_put(p, BPF_JMP | BPF_CALL, 0, CALL_OF_KERNEL, 0, (int32_t)function);
}

void bpf_put_jump(struct bpf_code *p, int condition, int reg, int32_t number, struct bpf_label *to)
{
	if (to->n == BPF_JUMPS_MAX) {
		p->is_full = true;
		return;
	}
	to->from[to->n++] = p->n;
	bpf_put(p, BPF_JMP | condition | BPF_K, reg, 0, 0, number);
}

void bpf_put_label(struct bpf_code *p, const struct bpf_label *label)
{
	for (size_t i = 0; i < label->n && !p->is_full; i++)
		p->insns[label->from[i]].off = (int16_t)(p->n - label->from[i] - 1);
}

void bpf_put_look_up(struct bpf_code *p, int map_fd, int key)
{
	bpf_put(p, BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map_fd); /* BPF_LD is 0 */
	bpf_put(p, 0, 0, 0, 0, 0);
	bpf_put_copy(p, BPF_REG_2, BPF_REG_10);
	bpf_put_add(p, BPF_REG_2, key);
	bpf_put_call(p, CALL_LOOKUP);
}

void bpf_put_read(struct bpf_code *p, int helper, int stack, int32_t size, int src, uint32_t off)
{
	bpf_put_copy(p, BPF_REG_3, src);
	bpf_put_add(p, BPF_REG_3, (int32_t)off);
	bpf_put_copy(p, BPF_REG_1, BPF_REG_10);
	bpf_put_add(p, BPF_REG_1, stack);
	bpf_put_number(p, BPF_REG_2, size);
	bpf_put_call(p, helper);
}

void bpf_put_read_or(struct bpf_code *p, int stack, int32_t size, int src, uint32_t off,
		     struct bpf_label *leave)
{
	bpf_put_read(p, BPF_CALL_READ, stack, size, src, off);
	bpf_put_jump(p, BPF_JNE, BPF_REG_0, 0, leave);
}

void bpf_put_follow(struct bpf_code *p, int stack, int dst, int src, uint32_t off,
		    struct bpf_label *leave)
{
	bpf_put_read_or(p, stack, 8, src, off, leave);
	bpf_put_load(p, BPF_DW, dst, BPF_REG_10, stack);
	bpf_put_jump(p, BPF_JEQ, dst, 0, leave);
}

void bpf_put_is_same(struct bpf_code *p, int dst, int size, int stack, struct bpf_label *leave)
{
	bpf_put_load(p, size, BPF_REG_5, BPF_REG_10, stack);
	bpf_put(p, BPF_ALU64 | BPF_XOR | BPF_X, dst, BPF_REG_5, 0, 0);
	bpf_put_jump(p, BPF_JNE, dst, 0, leave);
}

void bpf_put_end(struct bpf_code *p, int32_t result)
{
	bpf_put_number(p, BPF_REG_0, result);
	bpf_put(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}
