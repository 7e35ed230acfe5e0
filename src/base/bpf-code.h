/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_BPF_CODE_H
#define CGRED_BASE_BPF_CODE_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* eBPF programs, written instruction by instruction (the kernel's
 * Documentation/bpf/standardization, linux/bpf.h). Nothing here fails: what does not fit is told by
 * is_full, at the end. */

#define BPF_CODE_MAX  4096
#define BPF_JUMPS_MAX 512

struct bpf_code {
	struct bpf_insn insns[BPF_CODE_MAX];
	size_t n;
	bool is_full;
};

/* Jumps to a place that is not known yet. */
struct bpf_label {
	size_t from[BPF_JUMPS_MAX];
	size_t n;
};

/* bpf(2). 0 or a descriptor; -errno. */
int bpf_call(int command, union bpf_attr *attr);

/* An array, a hash table … of 32-bit keys (BPF_MAP_TYPE_…; flags: BPF_F_…). A descriptor or -errno.
 */
int bpf_make_map(uint32_t type, uint32_t value_bytes, uint32_t n, uint32_t flags);

/* The kernel may be told to stop looking at a program by a signal: how often it is asked again. */
#define BPF_LOAD_TRIES 5

/* A descriptor of the program, of one of the kernel's types (BPF_PROG_TYPE_…), or -errno. */
int bpf_code_load(const struct bpf_code *code, uint32_t type, uint32_t flags);

void bpf_put(struct bpf_code *p, int code, int dst, int src, int off, int32_t imm);
void bpf_put_copy(struct bpf_code *p, int dst, int src);
void bpf_put_number(struct bpf_code *p, int dst, int32_t number);
void bpf_put_number64(struct bpf_code *p, int dst, uint64_t number);
void bpf_put_add(struct bpf_code *p, int dst, int32_t number);

/* dst = *(src + off), *(dst + off) = src; size: BPF_W or BPF_DW */
void bpf_put_load(struct bpf_code *p, int size, int dst, int src, int off);
void bpf_put_store(struct bpf_code *p, int size, int dst, int off, int src);

/* One of the kernel's helpers, by its number (enum bpf_func_id). */
void bpf_put_call(struct bpf_code *p, int function);

/* One of its functions, by the number of its type in the kernel's BTF (btf.h). */
void bpf_put_call_kernel(struct bpf_code *p, uint32_t function);

/* Jump if the register compares so (BPF_JEQ, …; BPF_JA: always). */
void bpf_put_jump(struct bpf_code *p, int condition, int reg, int32_t number, struct bpf_label *to);
/* Here is what the jumps so far lead to. */
void bpf_put_label(struct bpf_code *p, const struct bpf_label *label);

/* r0 = where the value of the key is that is on the stack, at r10 + key; or 0 */
void bpf_put_look_up(struct bpf_code *p, int map_fd, int key);

/* Helpers that read the kernel's memory: bytes, and text with its zero. From linux/bpf.h, where the
 * build machine's may be older. */
#define BPF_CALL_READ	   113
#define BPF_CALL_READ_TEXT 115

/* Memory of the kernel, at src + off, to the stack, by the helper. r0: what that says. */
void bpf_put_read(struct bpf_code *p, int helper, int stack, int32_t size, int src, uint32_t off);

/* The same of bytes; if they cannot be read: leave. */
void bpf_put_read_or(struct bpf_code *p, int stack, int32_t size, int src, uint32_t off,
		     struct bpf_label *leave);

/* dst = the pointer at src + off, by way of the stack; if it cannot be read, or is none: leave. */
void bpf_put_follow(struct bpf_code *p, int stack, int dst, int src, uint32_t off,
		    struct bpf_label *leave);

/* Is dst, which is lost, the same as what is on the stack? If not: leave. */
void bpf_put_is_same(struct bpf_code *p, int dst, int size, int stack, struct bpf_label *leave);

/* The program ends, with this result. */
void bpf_put_end(struct bpf_code *p, int32_t result);

#endif
