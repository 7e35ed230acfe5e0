/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CONTROL_STICKY_SOCKET_H
#define CGRED_CONTROL_STICKY_SOCKET_H

#include <sys/types.h>

struct engine;
struct loop;

/*
 * The socket of libcgroup's cgexec --sticky and cgclassify --sticky. A client writes pid_t pid,
 * then int flags, in native order, and reads 18 bytes, "SUCCESS_STORE_PID" with its zero byte.
 * flags 0: never move this process; bit 0: nor those that it forks from now on; bit 1: forget it.
 * Root may name any process, others only their own.
 */
struct sticky_socket;

/* Owner uid and gid, mode 0660; a file that is there is replaced. path and the rest stay the
 * caller's. 0 or -errno. */
int sticky_socket_open(struct loop *loop, struct engine *engine, const char *path, uid_t uid,
		       gid_t gid, struct sticky_socket **ret);

/* Removes the file. Takes NULL. */
void sticky_socket_close(struct sticky_socket *socket);

#endif
