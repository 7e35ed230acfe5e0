/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_DYNMODS_H
#define CGRED_CGROUP_DYNMODS_H

/*
 * What one move of a process costs on this kernel. Since Linux 6.0 the write to cgroup.procs waits
 * for an RCU grace period, milliseconds when it comes alone, unless a hierarchy is mounted with the
 * option favordynmods (Documentation/admin-guide/cgroup-v2.rst, kernel/cgroup/cgroup.c).
 */
enum dynmods {
	DYNMODS_NOT_NEEDED, /* an older kernel: microseconds always */
	DYNMODS_ON,	    /* microseconds; fork and exit cost a little more */
	DYNMODS_OFF,	    /* milliseconds */
};

/* From the texts of /sys/kernel/cgroup/features and /proc/self/mountinfo. No I/O. */
enum dynmods dynmods_parse(const char *features, const char *mountinfo);

enum dynmods dynmods_read(void);

/* Turn it on; the other options of the v2 tree stay as they are. It stays on when the daemon ends,
 * on some kernels until the next boot. 0 or -errno; -EPERM: not from this cgroup
 * namespace, -ENODEV: no v2 tree is mounted, which alone can be told. */
int dynmods_set(void);

#endif
