/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_CONTAINER_H
#define CGRED_PROCESS_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/* Which container a process is in, by the names that runtimes give to their groups. */

enum container_runtime {
	CONTAINER_NONE,
	CONTAINER_DOCKER,
	CONTAINER_PODMAN,
	CONTAINER_CONTAINERD,
	CONTAINER_CRIO,
	CONTAINER_KUBE, /* a pod's container whose runtime the path does not tell */
	CONTAINER_LXC,
	CONTAINER_LXC_LIBVIRT,
	CONTAINER_NSPAWN, /* systemd-nspawn, and what else is registered as a machine */
	CONTAINER_RKT,
	CONTAINER_GARDEN,
	CONTAINER_OPENVZ,
	CONTAINER_GVISOR,
	CONTAINER_FIREJAIL,
};

struct container {
	enum container_runtime runtime;
	const char *id; /* in the text it was found in; not terminated; systemd's \x2d as it is */
	size_t id_len;
};

/* cgroup_text: of /proc/PID/cgroup. Of nested containers the innermost. False, and *ret untouched,
 * when the process is in none; a container's monitor (conmon, the nspawn supervisor) is not in it.
 */
bool container_of(const char *cgroup_text, struct container *ret);

/* The id, without systemd's escapes and terminated, into buf. Its length, or -ENOSPC. */
int container_id(const struct container *container, char *buf, size_t size);

/* "docker", "podman", …; "none". Never NULL. */
const char *container_runtime_name(enum container_runtime runtime);

#endif
