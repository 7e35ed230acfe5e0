// SPDX-License-Identifier: LGPL-2.1-or-later
/* stay: waits for a signal that ends it. stay ARGUMENT: ends at once. Static, and without a libc: a
 * hundred thousand of them shall fit, and the exec shall cost little. For x86-64. */
#ifndef __x86_64__
#error "stay.c knows the system calls of x86-64 only"
#endif

static long call(long number, long a)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a) : "rcx", "r11", "memory");
	return result;
}

void begin(const long *stack);

/* At the entry the stack pointer leads to argc. */
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n");

void begin(const long *stack)
{
	if (*stack > 1)
		call(60, 0); /* exit */
	for (;;)
		call(34, 0); /* pause */
}
