/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What single words of audit records mean. Bytes in, values out. */
#include "config.h"

#include "source/audit-text.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/num.h"
#include "source/audit-paths.h"
#include "source/audit.h"

bool audit_text_begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool audit_key_parse(const char *key, unsigned *ret_id, char *ret_access)
{
	uint64_t id, number;

	if (!audit_text_begins(key, "cgred_"))
		return false;
	key += strlen("cgred_");
	if (!num_scan_u64(&key, &id) || id > UINT_MAX || *key++ != '_')
		return false;
	if (*key != 'r' && *key != 'w' && *key != 'x')
		return false;
	*ret_access = *key++;
	if (*key++ != '_' || !num_scan_u64(&key, &number) || *key != '\0')
		return false;
	*ret_id = (unsigned)id;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool audit_text_decode(const char *value, size_t len, char *buf, size_t size)
{
	size_t n = 0;

	if (len > 0 && value[0] == '"') {
		len = len > 1 && value[len - 1] == '"' ? len - 2 : len - 1;
		if (len >= size)
			return false;
		memcpy(buf, value + 1, len);
		buf[len] = '\0';
		return true;
	}
	if (len == 0 || len % 2 != 0 || len / 2 >= size)
		return false;
	for (; n < len / 2; n++) {
		int high = hex_digit(value[2 * n]);
		int low = hex_digit(value[2 * n + 1]);

		if (high < 0 || low < 0 || high + low == 0)
			return false;
		buf[n] = (char)(high * 16 + low);
	}
	buf[n] = '\0';
	return true;
}

uint32_t audit_text_serial(const char *text)
{
	uint64_t serial;

	if (!audit_text_begins(text, "audit("))
		return 0;
	text = strchr(text, ':');
	if (!text)
		return 0;
	text++;
	if (!num_scan_u64(&text, &serial) || *text != ')' || serial > UINT32_MAX)
		return 0;
	return (uint32_t)serial;
}

static unsigned access_of_flags(uint64_t flags)
{
	unsigned access = (flags & O_TRUNC) ? AUDIT_ACCESS_WRITE : 0;

	if (flags & O_PATH)
		return 0;
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return access | AUDIT_ACCESS_READ;
	case O_WRONLY:
		return access | AUDIT_ACCESS_WRITE;
	default:
		return access | AUDIT_ACCESS_READ | AUDIT_ACCESS_WRITE;
	}
}

/* Of calls that are no open(): what the kernel holds them for (include/asm-generic/audit_read.h),
 * where the key does not tell. */
static unsigned access_of_name(const char *syscall)
{
	static const char *const readers[] = { "readlink",   "readlinkat", "listxattr",
					       "llistxattr", "flistxattr", "getxattr",
					       "lgetxattr",  "fgetxattr",  "listxattrat",
					       "getxattrat" };

	if (audit_text_begins(syscall, "execve"))
		return AUDIT_ACCESS_EXECUTE;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (strcmp(readers[i], syscall) == 0)
			return AUDIT_ACCESS_READ;
	return AUDIT_ACCESS_WRITE;
}

unsigned audit_access_of(const struct audit_call *call, const char *key, bool has_openat2)
{
	unsigned id;
	char access;

	if (strcmp(call->syscall, "open") == 0)
		return access_of_flags(call->arguments[1]);
	if (strcmp(call->syscall, "openat") == 0 || strcmp(call->syscall, "open_by_handle_at") == 0)
		return access_of_flags(call->arguments[2]);
	if (strcmp(call->syscall, "openat2") == 0 && has_openat2)
		return access_of_flags(call->arguments[1]);
	if (strcmp(call->syscall, "creat") == 0)
		return AUDIT_ACCESS_WRITE;
	if (!audit_key_parse(key, &id, &access))
		return access_of_name(call->syscall);
	if (access == 'r')
		return AUDIT_ACCESS_READ;
	return access == 'w' ? AUDIT_ACCESS_WRITE : AUDIT_ACCESS_EXECUTE;
}
