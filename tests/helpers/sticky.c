// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * sticky SOCKET PID FLAGS [whole|pieces|late|half|gone|never]: a client of the sticky socket, with
 * the manners that real clients have. Prints the answer, or "closed" when there was none.
 *
 *   whole   both words in one write           pieces  byte by byte, 20 ms apart
 *   late    nothing for 1.5 s, then both      half    the pid, 1.5 s, then the flags
 *   gone    the pid, then goes away           never   nothing at all, for two minutes
 *   deaf    both words, then goes away without reading
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_LEN 18

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -1 : fd;
}

static void send_bytes(int fd, const char *bytes, size_t from, size_t to)
{
	if (send(fd, bytes + from, to - from, MSG_NOSIGNAL) < 0)
		perror("sticky: send");
}

static int read_answer(int fd)
{
	char answer[64];
	size_t len = 0;
	ssize_t got;

	while (len < sizeof(answer) && (got = read(fd, answer + len, sizeof(answer) - len)) > 0)
		len += (size_t)got;
	if (len == 0)
		return puts("closed") < 0;
	if (len != ANSWER_LEN || answer[len - 1] != '\0')
		return printf("odd answer of %zu bytes\n", len) < 0;
	return puts(answer) < 0;
}

int main(int argc, char **argv)
{
	const char *manner = argc > 4 ? argv[4] : "whole";
	char words[2 * sizeof(int)];
	int pid, flags, fd;

	if (argc < 4)
		return 2;
	pid = (int)strtol(argv[2], NULL, 10);
	flags = (int)strtol(argv[3], NULL, 10);
	memcpy(words, &pid, sizeof(pid));
	memcpy(words + sizeof(pid), &flags, sizeof(flags));
	fd = connect_to(argv[1]);
	if (fd < 0) {
		perror("sticky: connect");
		return 1;
	}
	if (strcmp(manner, "never") == 0) {
		sleep(120);
	} else if (strcmp(manner, "gone") == 0) {
		send_bytes(fd, words, 0, sizeof(int));
		return 0;
	} else if (strcmp(manner, "deaf") == 0) {
		send_bytes(fd, words, 0, sizeof(words));
		return 0;
	} else if (strcmp(manner, "half") == 0) {
		send_bytes(fd, words, 0, sizeof(int));
		usleep(1500000);
		send_bytes(fd, words, sizeof(int), sizeof(words));
	} else if (strcmp(manner, "pieces") == 0) {
		for (size_t i = 0; i < sizeof(words); i++) {
			send_bytes(fd, words, i, i + 1);
			usleep(20000);
		}
	} else {
		if (strcmp(manner, "late") == 0)
			usleep(1500000);
		send_bytes(fd, words, 0, sizeof(words));
	}
	return read_answer(fd);
}
