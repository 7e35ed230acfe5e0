/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sticky socket. Clients may be slow, silent or gone: each has a few bytes of memory, a time,
 * and nobody waits for it. */
#include "config.h"

#include "control/sticky-socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/engine.h"

/* And not more than a quarter of the descriptors: the rest is for the work. */
#define CLIENTS_MAX	  128
#define CLIENT_TIMEOUT_MS 30000

#define FLAG_CHILDREN (1 << 0)
#define FLAG_FORGET   (1 << 1)

static const char answer[] = "SUCCESS_STORE_PID";

struct request {
	pid_t pid;
	int flags;
};

struct client {
	struct client *prev, *next;
	struct sticky_socket *socket;
	int fd;
	uid_t uid;
	struct loop_watch *watch, *timer;
	char bytes[sizeof(struct request)];
	size_t n_bytes;
};

struct sticky_socket {
	struct loop *loop;
	struct engine *engine;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	int fd;
	struct loop_watch *watch;
	struct client *clients; /* oldest first */
	size_t n_clients, max_clients;
};

static void drop(struct client *client)
{
	struct sticky_socket *parent = client->socket;

	DL_DELETE(parent->clients, client);
	parent->n_clients--;
	loop_watch_free(client->watch);
	loop_watch_free(client->timer);
	(void)close(client->fd);
	free(client);
}

/* Root, or whoever the process runs as. */
static bool may_speak_for(const struct client *client, pid_t pid)
{
	uid_t uid;

	return client->uid == 0 ||
	       (engine_find_user(client->socket->engine, pid, &uid) == 0 && uid == client->uid);
}

static int carry_out(struct client *client, const struct request *request)
{
	if (request->pid <= 0)
		return -ESRCH;
	if (!may_speak_for(client, request->pid))
		return -EPERM;
	if (request->flags & FLAG_FORGET)
		return engine_unstick(client->socket->engine, request->pid);
	return engine_stick(client->socket->engine, request->pid, request->flags & FLAG_CHILDREN);
}

static void answer_client(struct client *client)
{
	struct request request;
	int r;

	memcpy(&request, client->bytes, sizeof(request));
	r = carry_out(client, &request);
	if (r < 0)
		log_notice("sticky socket: uid %u asked for process %d: %s", client->uid,
			   (int)request.pid, strerror(-r));
	else
		(void)!send(client->fd, answer, sizeof(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void on_client(void *arg)
{
	struct client *client = arg;
	ssize_t got = recv(client->fd, client->bytes + client->n_bytes,
			   sizeof(client->bytes) - client->n_bytes, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		client->n_bytes += (size_t)got;
		if (client->n_bytes < sizeof(client->bytes))
			return;
		answer_client(client);
	}
	drop(client);
}

static void on_timeout(void *arg)
{
	drop(arg);
}

static int add_client(struct sticky_socket *parent, int fd)
{
	struct client *client = calloc(1, sizeof(*client));
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (!client) {
		(void)close(fd);
		return -ENOMEM;
	}
	client->socket = parent;
	client->fd = fd;
	DL_APPEND(parent->clients, client);
	parent->n_clients++;
	client->watch = loop_watch_read(parent->loop, fd, on_client, client);
	client->timer = loop_watch_timer(parent->loop, on_timeout, client);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || !client->watch ||
	    !client->timer) {
		drop(client);
		return -ENOMEM;
	}
	client->uid = peer.uid;
	loop_timer_arm(client->timer, CLIENT_TIMEOUT_MS);
	return 0;
}

static void on_connection(void *arg)
{
	struct sticky_socket *parent = arg;
	int fd = accept4(parent->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	/* Out of descriptors, the connection would stay readable: give up a silent client for it.
	 */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE) && parent->clients)
		drop(parent->clients);
	if (fd < 0)
		return;
	if (parent->n_clients >= parent->max_clients)
		drop(parent->clients);
	if (add_client(parent, fd) < 0)
		log_warning("sticky socket: no memory for a client");
}

static size_t max_clients(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur / 4 >= CLIENTS_MAX)
		return CLIENTS_MAX;
	return limit.rlim_cur < 4 ? 1 : (size_t)limit.rlim_cur / 4;
}

static int listen_at(const char *path, uid_t uid, gid_t gid)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int r;

	if (fd < 0)
		return -errno;
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	/* Nobody may connect before the owner is set. */
	mask = umask(0777);
	r = bind(fd, (const struct sockaddr *)&addr, sizeof(addr));
	(void)umask(mask);
	if (r < 0)
		return -errno;
	if (lchown(path, uid, gid) < 0 || chmod(path, 0660) < 0 || listen(fd, SOMAXCONN) < 0)
		return -errno;
	return take_fd(&fd);
}

int sticky_socket_open(struct loop *loop, struct engine *engine, const char *path, uid_t uid,
		       gid_t gid, struct sticky_socket **ret)
{
	struct sticky_socket *opened = calloc(1, sizeof(*opened));
	int r = -ENOMEM;

	if (!opened)
		return r;
	opened->loop = loop;
	opened->engine = engine;
	opened->max_clients = max_clients();
	if (strlen(path) >= sizeof(opened->path)) {
		free(opened);
		return -ENAMETOOLONG;
	}
	opened->fd = listen_at(path, uid, gid);
	if (opened->fd < 0) {
		r = opened->fd;
		free(opened);
		return r;
	}
	(void)snprintf(opened->path, sizeof(opened->path), "%s", path);
	opened->watch = loop_watch_read(loop, opened->fd, on_connection, opened);
	if (!opened->watch) {
		sticky_socket_close(opened);
		return r;
	}
	*ret = opened;
	return 0;
}

void sticky_socket_close(struct sticky_socket *socket)
{
	if (!socket)
		return;
	while (socket->clients)
		drop(socket->clients);
	loop_watch_free(socket->watch);
	(void)close(socket->fd);
	(void)unlink(socket->path);
	free(socket);
}
