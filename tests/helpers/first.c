// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * first: reads its own /proc/self/cgroup as its very first act and writes it to standard output,
 * with no libc and no dynamic loader before it. With CHILDREN it is "brood", which first of all
 * forks so many children: each of them, and then it, does the same, and it ends last. For x86-64,
 * the machine that the tests run on.
 */
#ifndef __x86_64__
#error "first.c knows the system calls of x86-64 only"
#endif

#ifndef CHILDREN
#define CHILDREN 0
#endif

static long call(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

void _start(void);

void _start(void)
{
	static char text[4096];
	long fd, len;

	for (int i = 0; i < CHILDREN && call(57, 0, 0, 0, 0) > 0; i++) /* fork */
		;
	fd = call(2, (long)"/proc/self/cgroup", 0, 0, 0); /* open */
	len = call(0, fd, (long)text, sizeof(text), 0);	  /* read */
	call(1, 1, (long)text, len, 0);			  /* write */
	while (CHILDREN && call(61, -1, 0, 0, 0) > 0)	  /* wait4 */
		;
	call(60, 0, 0, 0, 0); /* exit */
}
