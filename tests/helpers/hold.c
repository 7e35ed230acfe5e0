// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * hold FILE [deny]: whoever executes the file waits, as for a slow disk. Says "ready" when that is
 * so, and "held PID" for each. Ends with its standard input: then all go on, or their execs fail.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <unistd.h>

#define MAX_HELD 16

static int held[MAX_HELD];
static int n_held;

static void see(int fanotify)
{
	struct fanotify_event_metadata event;

	if (read(fanotify, &event, sizeof(event)) != sizeof(event))
		return;
	if (n_held < MAX_HELD)
		held[n_held++] = event.fd;
	(void)printf("held %d\n", (int)event.pid);
}

static void deny(int fanotify)
{
	while (n_held > 0) {
		const struct fanotify_response response = { held[--n_held], FAN_DENY };

		if (write(fanotify, &response, sizeof(response)) != sizeof(response))
			perror("hold: deny");
	}
}

int main(int argc, char **argv)
{
	int fanotify = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = fanotify, .events = POLLIN } };

	if (argc < 2 || fanotify < 0 ||
	    fanotify_mark(fanotify, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, argv[1]) < 0) {
		perror("hold");
		return 1;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)puts("ready");
	while (poll(fds, 2, -1) >= 0 && !fds[0].revents) {
		if (fds[1].revents)
			see(fanotify);
	}
	if (argc > 2)
		deny(fanotify);
	return 0;
}
