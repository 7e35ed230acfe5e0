/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users and groups by name and by number, with buffers that grow: a group of a directory service
 * can have tens of thousands of members. */
#include "config.h"

#include "base/names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"

/* The overflow group of the kernel: of who has no account nobody can say more. */
#define NOBODYS_GID 65534

#define BUFFER_START ((size_t)1024)
#define BUFFER_MAX   ((size_t)64 * 1024 * 1024)

/* getpwnam(3) lists what the functions return, on which systems, for "there is none". */
static int no_entry(int error)
{
	switch (error) {
	case 0:
	case ENOENT:
	case ESRCH:
	case EBADF:
	case EPERM:
		return -ENOENT;
	default:
		return -error;
	}
}

/* Call the look-up with a larger buffer until the answer fits. */
#define LOOK_UP(call, found, buf, size)                        \
	for (;;) {                                             \
		char *grown_;                                  \
		int error_;                                    \
                                                               \
		grown_ = realloc(buf, size);                   \
		if (!grown_)                                   \
			return -ENOMEM;                        \
		(buf) = grown_;                                \
		error_ = (call);                               \
		if (error_ == EINTR)                           \
			continue;                              \
		if (error_ == ERANGE && (size) < BUFFER_MAX) { \
			(size) *= 4;                           \
			continue;                              \
		}                                              \
		if (!(found))                                  \
			return no_entry(error_);               \
		break;                                         \
	}

static int find_passwd(const char *name, uid_t uid, struct passwd *passwd, char **buf)
{
	struct passwd *found = NULL;
	size_t size = BUFFER_START;

	LOOK_UP(name ? getpwnam_r(name, passwd, *buf, size, &found)
		     : getpwuid_r(uid, passwd, *buf, size, &found),
		found, *buf, size);
	return 0;
}

static int find_group(const char *name, gid_t gid, struct group *group, char **buf)
{
	struct group *found = NULL;
	size_t size = BUFFER_START;

	LOOK_UP(name ? getgrnam_r(name, group, *buf, size, &found)
		     : getgrgid_r(gid, group, *buf, size, &found),
		found, *buf, size);
	return 0;
}

/* Minus one is no id: the kernel means "unchanged" by it. */
static bool parse_id(const char *name, uint32_t *ret)
{
	uint32_t id;

	if (!num_parse_u32(name, strlen(name), &id) || id == UINT32_MAX)
		return false;
	*ret = id;
	return true;
}

int names_find_uid(const char *name, uid_t *ret_uid)
{
	cleanup_free char *buf = NULL;
	struct passwd passwd;
	int r;

	if (parse_id(name, ret_uid))
		return 0;
	r = find_passwd(name, 0, &passwd, &buf);
	if (r == 0)
		*ret_uid = passwd.pw_uid;
	return r;
}

int names_find_gid(const char *name, gid_t *ret_gid)
{
	cleanup_free char *buf = NULL;
	struct group group;
	int r;

	if (parse_id(name, ret_gid))
		return 0;
	r = find_group(name, 0, &group, &buf);
	if (r == 0)
		*ret_gid = group.gr_gid;
	return r;
}

int names_each_member(gid_t gid, names_member_fn *fn, void *arg)
{
	cleanup_free char *buf = NULL;
	struct group group;
	int r = find_group(NULL, gid, &group, &buf);

	for (size_t i = 0; r == 0 && group.gr_mem[i]; i++)
		r = fn(arg, group.gr_mem[i]);
	return r;
}

int names_find_user(uid_t uid, char **ret_name)
{
	cleanup_free char *buf = NULL;
	struct passwd passwd;
	int r;

	r = find_passwd(NULL, uid, &passwd, &buf);
	if (r < 0)
		return r;
	*ret_name = strdup(passwd.pw_name);
	return *ret_name ? 0 : -ENOMEM;
}

int names_find_group(gid_t gid, char **ret_name)
{
	cleanup_free char *buf = NULL;
	struct group group;
	int r;

	r = find_group(NULL, gid, &group, &buf);
	if (r < 0)
		return r;
	*ret_name = strdup(group.gr_name);
	return *ret_name ? 0 : -ENOMEM;
}

/* ---- accounts ------------------------------------------------------------------------------- */

static int find_groups(struct names_account *account)
{
	int room = 32;
	int n = room;

	for (;;) {
		gid_t *groups = reallocarray(account->groups, (size_t)room, sizeof(*groups));

		if (!groups)
			return -ENOMEM;
		account->groups = groups;
		n = room;
		if (getgrouplist(account->name, account->gid, groups, &n) >= 0)
			break;
		room = n > room ? n : room * 2;
	}
	account->n_groups = (size_t)n;
	return 0;
}

static int fill_account(struct names_account *account, const struct passwd *passwd)
{
	account->uid = passwd->pw_uid;
	account->gid = passwd->pw_gid;
	account->name = strdup(passwd->pw_name);
	account->home = strdup(passwd->pw_dir);
	return account->name && account->home ? find_groups(account) : -ENOMEM;
}

static int fill_number(struct names_account *account, const char *name, uid_t uid)
{
	account->uid = uid;
	account->gid = NOBODYS_GID;
	account->name = strdup(name);
	account->home = strdup("/");
	return account->name && account->home ? 0 : -ENOMEM;
}

int names_find_account(const char *name, struct names_account *ret)
{
	cleanup_free char *buf = NULL;
	struct passwd passwd;
	uid_t uid = 0;
	bool is_number = parse_id(name, &uid);
	int r = find_passwd(is_number ? NULL : name, uid, &passwd, &buf);

	*ret = (struct names_account){ 0 };
	if (r == 0)
		r = fill_account(ret, &passwd);
	else if (r == -ENOENT && is_number)
		r = fill_number(ret, name, uid);
	if (r < 0)
		names_account_done(ret);
	return r;
}

void names_account_done(struct names_account *account)
{
	free(account->name);
	free(account->home);
	free(account->groups);
	*account = (struct names_account){ 0 };
}
