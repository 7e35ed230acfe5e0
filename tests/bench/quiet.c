// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * quiet PID IDLE_MS [SIGNAL]: sends the signal, and waits until the process has used little
 * processor time for so long. Prints, as members of a JSON object, how long and how much it worked.
 */
#define _GNU_SOURCE
#include <signal.h>

#include "daemon-cpu.h"

#define LIMIT_S 60

/* The rest of the machine makes events, too: only who uses a good part of a CPU works on what was
 * asked. */
#define STEP_US 2000
#define WORK_NS (STEP_US * 1000 / 4)

int main(int argc, char **argv)
{
	pid_t pid = argc > 2 ? (pid_t)strtol(argv[1], NULL, 10) : 0;
	uint64_t idle_ns, begin, last, first_cpu, work, cpu;

	if (argc < 3 || argc > 4 || pid <= 0) {
		(void)fputs("usage: quiet PID IDLE_MS [SIGNAL]\n", stderr);
		return 2;
	}
	idle_ns = strtoull(argv[2], NULL, 10) * 1000000;
	begin = last = now_ns();
	first_cpu = work = cpu = cpu_ns(pid);
	if (argc == 4 && kill(pid, (int)strtol(argv[3], NULL, 10)) < 0) {
		perror("quiet: kill");
		return 1;
	}
	while (now_ns() - last < idle_ns && now_ns() - begin < LIMIT_S * NS_PER_S) {
		uint64_t cpu_now;

		(void)usleep(STEP_US);
		cpu_now = cpu_ns(pid);
		if (cpu_now - cpu > WORK_NS) {
			last = now_ns();
			work = cpu_now;
		}
		cpu = cpu_now;
	}
	printf("\"busy_ms\": %.1f, \"busy_cpu_ms\": %.1f\n", (double)(last - begin) / 1e6,
	       (double)(work - first_cpu) / 1e6);
	return 0;
}
