/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making, setting up and removing one cgroup. libcgroup could make groups from templates too, but
 * loses their permissions; see doc/design.md, section 4. */
#include "config.h"

#include "cgroup/group.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/num.h"
#include "cgroup/cgconfig.h"
#include "cgroup/hierarchy.h"

static int open_group(const struct hierarchy *hierarchy, const char *path)
{
	int fd = openat(hierarchy->fd, path[0] ? path : ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* ---- controllers of v2 --------------------------------------------------------------------- */

struct controller_name {
	const char *name;
	size_t len;
};

/* The name that v2 has for it; len 0: every group has the function. */
static struct controller_name unified_name(const char *name, size_t len)
{
	if (len == 5 && memcmp(name, "blkio", 5) == 0)
		return (struct controller_name){ "io", 2 };
	if ((len == 7 && memcmp(name, "cpuacct", 7) == 0) ||
	    (len == 7 && memcmp(name, "freezer", 7) == 0) ||
	    (len == 10 && memcmp(name, "perf_event", 10) == 0) ||
	    (len == 6 && memcmp(name, "cgroup", 6) == 0))
		return (struct controller_name){ name, 0 };
	return (struct controller_name){ name, len };
}

/*
 * May the group hand controllers down? One that has processes of its own may not, but for the real
 * root: of the controllers that can be threaded the kernel takes the request all the same, makes
 * the group the root of a threaded subtree, and then refuses every process below (cgroup-v2.rst,
 * "Threads").
 */
static bool may_hand_down(const struct hierarchy *hierarchy, const char *path, size_t len)
{
	char file[PATH_MAX + 32];
	char type[32];
	char byte[2];

	/* The real root has no type, and threaded ones may have both. */
	(void)snprintf(file, sizeof(file), "%.*s%scgroup.type", (int)len, path, len ? "/" : "");
	if (file_read_buf(hierarchy->fd, file, type, sizeof(type)) < 0 ||
	    strcmp(type, "domain\n") != 0)
		return true;
	(void)snprintf(file, sizeof(file), "%.*s%scgroup.procs", (int)len, path, len ? "/" : "");
	return file_read_buf(hierarchy->fd, file, byte, sizeof(byte)) == 0;
}

/* Enable in every group above path. Failures show in what path has in the end. */
static void enable_above(const struct hierarchy *hierarchy, const char *path, const char *list)
{
	char file[PATH_MAX + 32];
	size_t len = 0;

	for (;;) {
		(void)snprintf(file, sizeof(file), "%.*s%scgroup.subtree_control", (int)len, path,
			       len ? "/" : "");
		if (may_hand_down(hierarchy, path, len))
			(void)file_write_str(hierarchy->fd, file, list);
		len += strspn(path + len, "/");
		len += strcspn(path + len, "/");
		if (!path[len])
			return;
	}
}

const char *group_enable_controllers(const struct hierarchy *hierarchy, const char *path,
				     const char *controllers, size_t *ret_len, bool *ret_changed)
{
	char file[PATH_MAX + 32];
	char have[1024];

	if (!path[0])
		return NULL;
	(void)snprintf(file, sizeof(file), "%s/cgroup.controllers", path);
	while (*controllers) {
		size_t len = strcspn(controllers, ",");
		struct controller_name name = unified_name(controllers, len);
		char word[64];
		ssize_t got;

		for (int tries = 0; name.len > 0; tries++) {
			got = file_read_buf(hierarchy->fd, file, have, sizeof(have));
			if (got > 0 && have[got - 1] == '\n')
				have[got - 1] = '\0';
			if (got > 0 && controllers_have(have, name.name, name.len)) {
				*ret_changed = *ret_changed || tries > 0;
				break;
			}
			if (tries > 0) {
				*ret_len = len;
				return controllers;
			}
			(void)snprintf(word, sizeof(word), "+%.*s", (int)name.len, name.name);
			enable_above(hierarchy, path, word);
		}
		controllers += len;
		controllers += *controllers == ',';
	}
	return NULL;
}

bool group_has_controllers(const struct hierarchy *hierarchy, const char *path,
			   const char *controllers)
{
	char file[PATH_MAX + 32];
	char have[1024];
	ssize_t got;

	(void)snprintf(file, sizeof(file), "%s%scgroup.controllers", path, path[0] ? "/" : "");
	got = file_read_buf(hierarchy->fd, file, have, sizeof(have));
	if (got < 0)
		return false;
	have[strcspn(have, "\n")] = '\0';
	while (*controllers) {
		size_t len = strcspn(controllers, ",");
		struct controller_name name = unified_name(controllers, len);

		if (name.len > 0 && !controllers_have(have, name.name, name.len))
			return false;
		controllers += len;
		controllers += *controllers == ',';
	}
	return true;
}

/* ---- setting up a group that was made ------------------------------------------------------ */

static void inherit_cpuset_file(int group_fd, const char *name)
{
	char parent_name[64];
	char value[4096];
	ssize_t len = file_read_buf(group_fd, name, value, sizeof(value));

	if (len < 0 || (len > 0 && value[0] != '\n'))
		return;
	(void)snprintf(parent_name, sizeof(parent_name), "../%s", name);
	if (file_read_buf(group_fd, parent_name, value, sizeof(value)) > 0)
		(void)file_write_str(group_fd, name, value);
}

/* ENOSPC on every move into it, otherwise (Documentation/admin-guide/cgroup-v1/cpusets.rst). */
static void inherit_cpuset(const struct hierarchy *hierarchy, int group_fd)
{
	if (hierarchy->unified || !controllers_have(hierarchy->controllers, "cpuset", 6))
		return;
	inherit_cpuset_file(group_fd, "cpuset.cpus");
	inherit_cpuset_file(group_fd, "cpuset.mems");
}

static bool is_task_file(const char *name)
{
	return strcmp(name, "cgroup.procs") == 0 || strcmp(name, "tasks") == 0 ||
	       strcmp(name, "cgroup.threads") == 0;
}

#define warn_group(config, diags, ...) \
	diag_add(diags, DIAG_WARNING, (config)->file, (config)->line, 0, __VA_ARGS__)

static void own(int dir_fd, const char *name, const struct cgconfig_owner *owner, mode_t mode,
		const struct cgconfig_group *config, struct diag_list *diags)
{
	if ((owner->uid != CGCONFIG_NO_ID || owner->gid != (gid_t)CGCONFIG_NO_ID) &&
	    fchownat(dir_fd, name, owner->uid, owner->gid, 0) < 0)
		warn_group(config, diags, "cannot give %s its owner: %s", name, strerror(errno));
	if (mode != CGCONFIG_NO_MODE && fchmodat(dir_fd, name, mode, 0) < 0)
		warn_group(config, diags, "cannot give %s its mode: %s", name, strerror(errno));
}

/* fperm never adds a right that the kernel's own mode of the file does not have for anybody: a file
 * that can only be read stays so. */
static mode_t file_mode(int dir_fd, const char *name, mode_t wanted)
{
	struct stat st;
	mode_t possible = 0;

	if (wanted == CGCONFIG_NO_MODE || fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return CGCONFIG_NO_MODE;
	if (st.st_mode & 0444)
		possible |= 0444;
	if (st.st_mode & 0222)
		possible |= 0222;
	return wanted & possible;
}

static void own_files(int group_fd, const struct cgconfig_group *config, struct diag_list *diags)
{
	const struct cgconfig_perm *perm = &config->perm;
	cleanup_close int copy = openat(group_fd, ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	cleanup_dir DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;

	if (!dir) {
		warn_group(config, diags, "cannot read the group: %s", strerror(errno));
		return;
	}
	(void)take_fd(&copy); /* the stream's now */
	while ((entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (entry->d_type == DT_DIR)
			continue;
		if (is_task_file(name))
			own(group_fd, name, &perm->task,
			    file_mode(group_fd, name, perm->task_fperm), config, diags);
		else
			own(group_fd, name, &perm->admin,
			    file_mode(group_fd, name, perm->admin_fperm), config, diags);
	}
}

static bool has_perm(const struct cgconfig_perm *perm)
{
	return perm->task.uid != CGCONFIG_NO_ID || perm->task.gid != (gid_t)CGCONFIG_NO_ID ||
	       perm->admin.uid != CGCONFIG_NO_ID || perm->admin.gid != (gid_t)CGCONFIG_NO_ID ||
	       perm->task_fperm != CGCONFIG_NO_MODE || perm->admin_fperm != CGCONFIG_NO_MODE ||
	       perm->admin_dperm != CGCONFIG_NO_MODE;
}

/* Values of controllers that are in another hierarchy are for another directory. */
static bool has_controller(const struct hierarchy *hierarchy, const char *name)
{
	return hierarchy->unified || controllers_have(hierarchy->controllers, name, strlen(name));
}

static void write_values(const struct hierarchy *hierarchy, int group_fd,
			 const struct cgconfig_group *config, struct diag_list *diags)
{
	for (size_t i = 0; i < config->n_controllers; i++) {
		const struct cgconfig_controller *controller = &config->controllers[i];

		if (!has_controller(hierarchy, controller->name))
			continue;
		for (size_t j = 0; j < controller->n_values; j++) {
			const struct cgconfig_value *value = &controller->values[j];
			int r = strchr(value->name, '/')
					? -EINVAL
					: file_write_str(group_fd, value->name, value->value);

			if (r < 0)
				warn_group(config, diags, "cannot set %s to \"%s\": %s",
					   value->name, value->value, strerror(-r));
		}
	}
}

void group_set_values(const struct hierarchy *hierarchy, const char *path,
		      const struct cgconfig_group *config, struct diag_list *diags)
{
	cleanup_close int group_fd = open_group(hierarchy, path);

	if (group_fd >= 0)
		write_values(hierarchy, group_fd, config, diags);
}

/* What every group on the way needs. */
static void set_up_any(const struct hierarchy *hierarchy, int group_fd)
{
	if (hierarchy->unified)
		return;
	inherit_cpuset(hierarchy, group_fd);
	/* v1 hands the parent's setting down: the release agent must not remove what we still use.
	 */
	(void)file_write_str(group_fd, "notify_on_release", "0");
}

static void enable_configured(const struct hierarchy *hierarchy, const char *path,
			      const struct cgconfig_group *config, struct diag_list *diags)
{
	for (size_t i = 0; hierarchy->unified && i < config->n_controllers; i++) {
		const char *missing;
		bool changed = false;
		size_t len;

		missing = group_enable_controllers(hierarchy, path, config->controllers[i].name,
						   &len, &changed);
		if (missing)
			warn_group(config, diags, "controller \"%s\" cannot be enabled for \"%s\"",
				   missing, path);
	}
}

static void set_up(const struct hierarchy *hierarchy, const char *path,
		   const struct cgconfig_group *config, struct diag_list *diags)
{
	cleanup_close int group_fd = -1;

	/* First: the files of a controller appear with it. */
	enable_configured(hierarchy, path, config, diags);
	group_fd = open_group(hierarchy, path);
	if (group_fd < 0) {
		warn_group(config, diags, "cannot open the group \"%s\": %s", path,
			   strerror(-group_fd));
		return;
	}
	write_values(hierarchy, group_fd, config, diags);
	if (!has_perm(&config->perm))
		return;
	own_files(group_fd, config, diags);
	own(group_fd, ".", &config->perm.admin, config->perm.admin_dperm, config, diags);
}

/* ---- making -------------------------------------------------------------------------------- */

/* Make one directory. 1: made, 0: it was there, -errno. */
static int make_one(const struct hierarchy *hierarchy, const char *path)
{
	if (mkdirat(hierarchy->fd, path, 0755) == 0)
		return 1;
	return errno == EEXIST ? 0 : -errno;
}

int group_make(const struct hierarchy *hierarchy, const char *path,
	       const struct cgconfig_group *config, group_made_fn *made, void *arg,
	       struct diag_list *diags)
{
	char prefix[PATH_MAX];
	size_t total = strlen(path);
	size_t len = 0;
	int r = 0;

	if (total >= sizeof(prefix))
		return -ENAMETOOLONG;
	while (len < total) {
		cleanup_close int fd = -1;

		len += strcspn(path + len, "/");
		memcpy(prefix, path, len);
		prefix[len] = '\0';
		r = make_one(hierarchy, prefix);
		if (r < 0)
			return r;
		if (r > 0) {
			made(arg, path, len);
			fd = open_group(hierarchy, prefix);
			if (fd < 0)
				return fd;
			set_up_any(hierarchy, fd);
		}
		len++;
	}
	if (r > 0 && config)
		set_up(hierarchy, path, config, diags);
	return 0;
}

/* ---- use and removal ----------------------------------------------------------------------- */

int group_open_procs(const struct hierarchy *hierarchy, const char *path)
{
	char file[PATH_MAX + 32];
	int fd;

	(void)snprintf(file, sizeof(file), "%s%scgroup.procs", path, path[0] ? "/" : "");
	fd = openat(hierarchy->fd, file, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int group_add_process(int procs_fd, pid_t tgid)
{
	char digits[NUM_U32_DIGITS];
	const char *end = num_put_u32(digits, (uint32_t)tgid);
	ssize_t put;

	do {
		put = write(procs_fd, digits, (size_t)(end - digits));
	} while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : 0;
}

static bool has_subgroups(const struct hierarchy *hierarchy, const char *path)
{
	struct stat st;

	/* A directory of kernfs has two links and one for each directory in it. */
	return fstatat(hierarchy->fd, path[0] ? path : ".", &st, 0) < 0 || st.st_nlink > 2;
}

bool group_is_empty(const struct hierarchy *hierarchy, const char *path)
{
	char file[PATH_MAX + 32];
	char text[256];
	ssize_t len;

	if (has_subgroups(hierarchy, path))
		return false;
	if (hierarchy->unified) {
		(void)snprintf(file, sizeof(file), "%s/cgroup.events", path);
		len = file_read_buf(hierarchy->fd, file, text, sizeof(text));
		return len > 0 && strstr(text, "populated 0");
	}
	(void)snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	len = file_read_buf(hierarchy->fd, file, text, sizeof(text));
	return len == 0;
}

int group_remove(const struct hierarchy *hierarchy, const char *path)
{
	if (unlinkat(hierarchy->fd, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}
