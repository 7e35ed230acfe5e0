/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading the program of exec-program.h, and trying it out: what the running kernel does not let it
 * do, or does otherwise, it is not asked to do. */
#include "config.h"

#include "source/exec-filter.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/cn_proc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bpf-code.h"
#include "base/btf.h"
#include "base/cleanup.h"
#include "base/executed.h"
#include "engine/event.h"
#include "source/exec-note.h"
#include "source/exec-program.h"

/* From the headers, where the build machine's may be older. */
#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif

struct exec_filter {
	uint32_t at[EXEC_MEMBERS];
	struct exec_program program; /* all but whom and what it lets through */
	struct exec_note *notes;
};

/* ---- loading ----------------------------------------------------------------------------------
 */

static int make_id_map(const uint32_t *ids, size_t n)
{
	cleanup_close int fd = -1;
	const uint8_t one = 1;

	fd = bpf_make_map(BPF_MAP_TYPE_HASH, sizeof(one), n ? (uint32_t)n : 1, 0);
	for (size_t i = 0; i < n && fd >= 0; i++) {
		union bpf_attr attr = { 0 };
		int r;

		attr.map_fd = (uint32_t)fd;
		attr.key = (uintptr_t)&ids[i];
		attr.value = (uintptr_t)&one;
		r = bpf_call(BPF_MAP_UPDATE_ELEM, &attr);
		if (r < 0)
			return r;
	}
	return fd < 0 ? fd : take_fd(&fd);
}

static int load_code(const struct bpf_code *code)
{
	return bpf_code_load(code, BPF_PROG_TYPE_SOCKET_FILTER, 0);
}

/* A descriptor of the program, or -errno. */
static int load(const struct exec_filter *filter, unsigned kinds,
		const struct exec_audience *audience)
{
	cleanup_free struct bpf_code *code = calloc(1, sizeof(*code));
	cleanup_close int uids = -1;
	cleanup_close int gids = -1;
	struct exec_program program = filter->program;

	if (!code)
		return -ENOMEM;
	if (!audience->everybody) {
		uids = audience->n_uids ? make_id_map(audience->uids, audience->n_uids) : -1;
		gids = audience->n_gids ? make_id_map(audience->gids, audience->n_gids) : -1;
		if (uids < -1 || gids < -1 || (audience->n_uids && uids < 0) ||
		    (audience->n_gids && gids < 0))
			return -ENOMEM;
	}
	program.kinds = kinds;
	program.everybody = audience->everybody;
	program.uids = uids;
	program.gids = gids;
	exec_program_build(&program, code);
	return load_code(code);
}

int exec_filter_attach(const struct exec_filter *filter, int socket_fd, unsigned kinds,
		       const struct exec_audience *audience)
{
	cleanup_close int fd = load(filter, kinds, audience);

	if (fd < 0)
		return fd;
	if (setsockopt(socket_fd, SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)) < 0)
		return -errno;
	return 0;
}

/* ---- notes ------------------------------------------------------------------------------------
 */

bool exec_filter_find(const struct exec_filter *filter, uint32_t cpu, pid_t tgid, uint64_t time_ns,
		      struct executed *ret)
{
	return exec_note_find(filter->notes, &filter->program.places, cpu, tgid, time_ns, ret);
}

const char *exec_filter_notes(const struct exec_filter *filter)
{
	if (!filter->program.makes_notes)
		return "nothing";
	if (filter->program.notes_paths && filter->program.notes_files)
		return "who executes which file, by which path";
	if (filter->program.notes_files)
		return "who executes which file";
	return filter->program.notes_paths ? "who executes, by which path" : "who executes";
}

static const struct exec_note *last_note(const struct exec_filter *filter)
{
	return &filter->notes[exec_note_count(&filter->program.places)];
}

uint64_t exec_filter_count(const struct exec_filter *filter)
{
	return atomic_load_explicit((const _Atomic uint64_t *)&last_note(filter)->time_ns,
				    memory_order_relaxed);
}

/* ---- the trial --------------------------------------------------------------------------------
 */

/* How it ends: the program does not do, or not all of it. */
#define TRIAL_FAILED   8U
#define TRIAL_NO_NOTES 1U
#define TRIAL_NO_PATHS 2U
#define TRIAL_NO_FILES 4U

/* Ids of the child that nobody else has, all of them different. */
enum trial_id {
	TRIAL_RUID = 0x7ffe0001,
	TRIAL_EUID,
	TRIAL_SUID,
	TRIAL_RGID,
	TRIAL_EGID,
	TRIAL_SGID,
	TRIAL_GROUP,
	TRIAL_OTHER_GROUP,
};

/* What the program says to an exec of the calling process, as if it were told now; -errno. */
static int run_program(int program_fd, uint64_t time_ns, uint32_t *ret)
{
	struct {
		unsigned char ethernet[14]; /* the kernel takes it off */
		unsigned char before[EXEC_EVENT_AT];
		uint32_t words[10];
	} __attribute__((packed)) packet = { 0 };
	uint32_t tgid = (uint32_t)getpid();
	union bpf_attr attr = { 0 };
	int r;

	packet.words[0] = PROC_EVENT_EXEC;
	memcpy(&packet.words[2], &time_ns, sizeof(time_ns));
	packet.words[4] = packet.words[5] = tgid;
	attr.test.prog_fd = (uint32_t)program_fd;
	attr.test.data_in = (uintptr_t)&packet;
	attr.test.data_size_in = sizeof(packet);
	attr.test.repeat = 1;
	r = bpf_call(BPF_PROG_TEST_RUN, &attr);
	*ret = attr.test.retval;
	return r;
}

static bool lets_through(int program_fd, uint64_t time_ns)
{
	uint32_t result;

	if (run_program(program_fd, time_ns, &result) < 0)
		_exit(TRIAL_FAILED);
	return result != 0;
}

/* The capabilities that are still permitted take effect again. */
static bool raise_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, sets) < 0)
		return false;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].effective = sets[i].permitted;
	return syscall(SYS_capset, &header, sets) == 0;
}

static bool take_ids(void)
{
	const gid_t groups[] = { TRIAL_GROUP, TRIAL_OTHER_GROUP };

	/* As system calls: the library would tell the threads, which are not here. The program is
	 * run with what root may; to keep that needs no capability (capabilities(7)), unlike
	 * securebits, whose CAP_SETPCAP a service need not have. */
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && syscall(SYS_setgroups, 2, groups) == 0 &&
	       syscall(SYS_setresgid, TRIAL_RGID, TRIAL_EGID, TRIAL_SGID) == 0 &&
	       syscall(SYS_setresuid, TRIAL_RUID, TRIAL_EUID, TRIAL_SUID) == 0 &&
	       raise_capabilities();
}

/* What is noted of us. */
static unsigned try_notes(const struct exec_filter *filter, int program_fd)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	struct stat process, exe;
	struct executed executed;
	unsigned wrong = 0;
	const char *base;

	if (len <= 0 || pidfd < 0 || fstat(pidfd, &process) < 0 || stat("/proc/self/exe", &exe) < 0)
		return TRIAL_NO_NOTES;
	path[len] = '\0';
	base = strrchr(path, '/');
	if (!base || prctl(PR_SET_NAME, base + 1) < 0 || !lets_through(program_fd, 1) ||
	    !exec_filter_find(filter, 0, getpid(), 1, &executed) || !executed.has_one_name ||
	    executed.identity != process.st_ino)
		return TRIAL_NO_NOTES;
	if (!executed.has_ids || executed.ppid != getppid() || executed.euid != TRIAL_EUID ||
	    executed.egid != TRIAL_EGID)
		return TRIAL_NO_NOTES;
	if (!executed.has_groups || executed.n_groups != 2 || executed.groups[0] != TRIAL_GROUP ||
	    executed.groups[1] != TRIAL_OTHER_GROUP)
		return TRIAL_NO_NOTES;
	if (strcmp(executed.exe, path) != 0)
		wrong |= TRIAL_NO_PATHS;
	if (executed.exe_dev != exe.st_dev || executed.exe_ino != exe.st_ino)
		wrong |= TRIAL_NO_FILES;
	if (prctl(PR_SET_NAME, "another name") < 0 || !lets_through(program_fd, 2) ||
	    !exec_filter_find(filter, 0, getpid(), 2, &executed) || executed.has_one_name ||
	    exec_filter_find(filter, 0, getpid(), 1, &executed))
		return TRIAL_NO_NOTES;
	return wrong;
}

/* Programs that must let the child through, and the last one, that must not. */
#define TRIALS 4

/* In the child. Returns TRIAL_... */
static unsigned run_trials(const struct exec_filter *filter, const int programs[TRIALS])
{
	if (!take_ids())
		return TRIAL_FAILED;
	for (int i = 0; i < TRIALS; i++) {
		if (lets_through(programs[i], 3) != (i < TRIALS - 1))
			return TRIAL_FAILED;
	}
	return filter->program.makes_notes ? try_notes(filter, programs[0]) : 0;
}

static int try_on_child(struct exec_filter *filter, const int programs[TRIALS])
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit((int)run_trials(filter, programs));
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!WIFEXITED(status) || (WEXITSTATUS(status) & TRIAL_FAILED))
		return -ENOTSUP;
	filter->program.makes_notes &= !(WEXITSTATUS(status) & TRIAL_NO_NOTES);
	filter->program.notes_paths &= !(WEXITSTATUS(status) & TRIAL_NO_PATHS);
	filter->program.notes_files &= !(WEXITSTATUS(status) & TRIAL_NO_FILES);
	return 0;
}

/* By their effective ids and groups they are known, and by nothing else. */
static int try_out(struct exec_filter *filter)
{
	uint32_t uid = TRIAL_EUID;
	uint32_t gid = TRIAL_EGID;
	uint32_t group = TRIAL_OTHER_GROUP;
	uint32_t no_uids[] = { 0, TRIAL_RUID, TRIAL_SUID, TRIAL_EGID, TRIAL_GROUP };
	uint32_t no_gids[] = { 0, TRIAL_RGID, TRIAL_SGID, TRIAL_EUID };
	const struct exec_audience audiences[TRIALS] = {
		{ .uids = &uid, .n_uids = 1 },
		{ .gids = &gid, .n_gids = 1 },
		{ .gids = &group, .n_gids = 1 },
		{ .uids = no_uids, .gids = no_gids, .n_uids = 5, .n_gids = 4 },
	};
	int programs[TRIALS] = { -1, -1, -1, -1 };
	int r = 0;

	for (int i = 0; i < TRIALS && r >= 0; i++)
		r = programs[i] = load(filter, EVENT_MASK(EVENT_EXEC), &audiences[i]);
	if (r >= 0)
		r = try_on_child(filter, programs);
	for (int i = 0; i < TRIALS; i++) {
		if (programs[i] >= 0)
			(void)close(programs[i]);
	}
	return r;
}

/* What the kernel does not take whole, it may take without some of the notes. */
static int try_less(struct exec_filter *filter)
{
	int r = try_out(filter);

	if (r < 0 && (filter->program.notes_paths || filter->program.notes_files)) {
		filter->program.notes_paths = filter->program.notes_files = false;
		r = try_out(filter);
	}
	if (r < 0 && filter->program.makes_notes) {
		filter->program.makes_notes = false;
		r = try_out(filter);
	}
	return r;
}

/* ---- life -------------------------------------------------------------------------------------
 */

static int find_layout(struct exec_filter *filter, const char *btf_path)
{
	static const struct btf_member all[EXEC_MEMBERS] = {
		[TASK_CRED] = { "task_struct", "real_cred", 0 },
		[CRED_EUID] = { "cred", "euid", 0 },
		[CRED_EGID] = { "cred", "egid", 0 },
		[CRED_GROUPS] = { "cred", "group_info", 0 },
		[GROUPS_COUNT] = { "group_info", "ngroups", 0 },
		[GROUPS_IDS] = { "group_info", "gid", 0 },
		[TASK_PID] = { "task_struct", "thread_pid", 0 },
		[PID_NUMBER] = { "pid", "ino", 0 },
		[TASK_TGID] = { "task_struct", "tgid", 0 },
		[TASK_PARENT] = { "task_struct", "real_parent", 0 },
		[TASK_COMM] = { "task_struct", "comm", 0 },
		[TASK_MM] = { "task_struct", "mm", 0 },
		[MM_EXE] = { "mm_struct", "exe_file", 0 },
		[FILE_PATH] = { "file", "f_path", 0 },
		[PATH_DENTRY] = { "path", "dentry", 0 },
		[DENTRY_NAME] = { "dentry", "d_name", 0 },
		[NAME_TEXT] = { "qstr", "name", 0 },
		[TASK_FS] = { "task_struct", "fs", 0 },
		[FS_ROOT] = { "fs_struct", "root", 0 },
		[PATH_MOUNT] = { "path", "mnt", 0 },
		[DENTRY_PARENT] = { "dentry", "d_parent", 0 },
		[DENTRY_SEQUENCE] = { "dentry", "d_seq", 0 },
		[DENTRY_HASH] = { "dentry", "d_hash", 0 },
		[HASH_PREVIOUS] = { "hlist_bl_node", "pprev", 0 },
		[VFSMOUNT_ROOT] = { "vfsmount", "mnt_root", 0 },
		[MOUNT_PARENT] = { "mount", "mnt_parent", 0 },
		[MOUNT_POINT] = { "mount", "mnt_mountpoint", 0 },
		[MOUNT_VFSMOUNT] = { "mount", "mnt", 0 },
		[FILE_INODE] = { "file", "f_inode", 0 },
		[INODE_NUMBER] = { "inode", "i_ino", 0 },
		[INODE_SUPER] = { "inode", "i_sb", 0 },
		[SUPER_DEV] = { "super_block", "s_dev", 0 },
		[SUPER_MAGIC] = { "super_block", "s_magic", 0 },
	};
	struct btf_member members[EXEC_MEMBERS];
	cleanup_free char *bytes = NULL;
	size_t len;
	int r = btf_read(btf_path, &bytes, &len);

	if (r < 0)
		return r;
	memcpy(members, all, sizeof(members));
	r = btf_find(bytes, len, members, EXEC_AUDIENCE_MEMBERS);
	if (r < 0)
		return r;
	filter->program.makes_notes = btf_find(bytes, len, members + EXEC_AUDIENCE_MEMBERS,
					       EXEC_NOTE_MEMBERS - EXEC_AUDIENCE_MEMBERS) == 0;
	filter->program.notes_paths =
		filter->program.makes_notes && btf_find(bytes, len, members + EXEC_NOTE_MEMBERS,
							EXEC_MEMBERS - EXEC_NOTE_MEMBERS) == 0;
	filter->program.notes_files = filter->program.notes_paths;
	for (int i = 0; i < EXEC_MEMBERS; i++)
		filter->at[i] = members[i].offset;
	return 0;
}

static size_t notes_bytes(const struct exec_filter *filter)
{
	return (exec_note_count(&filter->program.places) + 1) * sizeof(struct exec_note);
}

static int make_notes_map(struct exec_filter *filter)
{
	/* Kernels before 5.11 count it as locked memory. */
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	const long cpus = sysconf(_SC_NPROCESSORS_CONF);
	uint32_t n;

	filter->program.places = exec_note_places(cpus > 0 ? (unsigned)cpus : 1);
	n = (uint32_t)exec_note_count(&filter->program.places) + 1;
	filter->program.notes_fd =
		bpf_make_map(BPF_MAP_TYPE_ARRAY, sizeof(struct exec_note), n, BPF_F_MMAPABLE);
	if (filter->program.notes_fd == -EPERM && setrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		filter->program.notes_fd = bpf_make_map(
			BPF_MAP_TYPE_ARRAY, sizeof(struct exec_note), n, BPF_F_MMAPABLE);
	if (filter->program.notes_fd < 0)
		return filter->program.notes_fd;
	filter->notes =
		mmap(NULL, notes_bytes(filter), PROT_READ, MAP_SHARED, filter->program.notes_fd, 0);
	return filter->notes == MAP_FAILED ? -errno : 0;
}

/* Where the kernel has our root: what it is, later, is read there. Without it no paths are noted.
 */
static void find_fs(struct exec_filter *filter)
{
	cleanup_free struct bpf_code *code = calloc(1, sizeof(*code));
	cleanup_close int fd = -1;
	uint32_t result;

	if (code && filter->program.notes_paths) {
		exec_program_build_fs(&filter->program, code);
		fd = load_code(code);
		if (fd >= 0 && run_program(fd, 0, &result) == 0)
			filter->program.fs = atomic_load_explicit(
				(const _Atomic uint64_t *)&last_note(filter)->identity,
				memory_order_relaxed);
	}
	filter->program.notes_paths = filter->program.fs != 0;
}

int exec_filter_new(const char *btf_path, struct exec_filter **ret, const char **ret_tried)
{
	struct exec_filter *filter = calloc(1, sizeof(*filter));
	int r;

	*ret_tried = "memory";
	if (!filter)
		return -ENOMEM;
	filter->program =
		(struct exec_program){ .at = filter->at, .notes_fd = -1, .uids = -1, .gids = -1 };
	filter->notes = MAP_FAILED;
	*ret_tried = "the kernel's BTF";
	r = find_layout(filter, btf_path);
	if (r == 0) {
		*ret_tried = "bpf(BPF_MAP_CREATE)";
		r = make_notes_map(filter);
	}
	if (r == 0) {
		find_fs(filter);
		*ret_tried = "the trial of the eBPF program";
		r = try_less(filter);
	}
	if (r < 0) {
		exec_filter_free(filter);
		return r;
	}
	*ret = filter;
	return 0;
}

void exec_filter_free(struct exec_filter *filter)
{
	if (!filter)
		return;
	if (filter->notes != MAP_FAILED)
		(void)munmap(filter->notes, notes_bytes(filter));
	if (filter->program.notes_fd >= 0)
		(void)close(filter->program.notes_fd);
	free(filter);
}
