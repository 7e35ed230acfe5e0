/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_DAEMONIZE_H
#define CGRED_BASE_DAEMONIZE_H

#include <stdbool.h>
#include <stddef.h>

/* What makes a program a daemon: going to the background, one instance, a pid file. */

/* The first thing in main(): descriptors 0 to 2 exist (else the next file that is opened would be
 * taken for standard output), the umask is 022, and the signals of the list can arrive. */
void daemonize_prepare(const int *signals, size_t n);

/*
 * Go to the background: returns in the child only, in a new session, with "/" as working directory.
 * The parent waits until the child calls daemonize_ready(), and leaves with the child's status
 * then, or when the child ends before. 0 or -errno (no child was made). *ret_ready_fd is for
 * daemonize_ready().
 */
int daemonize_begin(int *ret_ready_fd);

/* Tell the parent, and let go of the terminal: standard input, output and error become /dev/null.
 * ready_fd is closed; -1 (nobody waits) does nothing. */
void daemonize_ready(int ready_fd);

/* Take the lock of the only instance: <directory>/<name>.lock. A descriptor that holds it as long
 * as it is open; -EWOULDBLOCK: another has it, and had it for a second; another -errno. */
int daemonize_lock(const char *directory, const char *name);

/* Write our pid to a file, which appears complete or not at all. 0 or -errno. */
int daemonize_write_pid(const char *path);

#endif
