// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * listen PATH: a datagram socket at PATH; prints each message as a line, for two minutes. It stands
 * in for syslog's /dev/log and for the notify socket of a service manager.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[4096];
	ssize_t len;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	memcpy(address.sun_path, argv[1], strlen(argv[1]) + 1);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("listen: bind");
		return 1;
	}
	alarm(120);
	while ((len = recv(fd, text, sizeof(text) - 1, 0)) >= 0) {
		text[len] = '\0';
		puts(text);
		fflush(stdout);
	}
	return 1;
}
