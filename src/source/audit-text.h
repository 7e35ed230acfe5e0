/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_TEXT_H
#define CGRED_SOURCE_AUDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_call;

bool audit_text_begins(const char *text, const char *prefix);

/*
 * What the kernel was given: it writes "text", or hexadecimal digits when there are blanks, quotes
 * or control characters in it (audit_log_untrustedstring()). False: no value, or longer than size.
 */
bool audit_text_decode(const char *value, size_t len, char *buf, size_t size);

/* Of "audit(1700000000.123:456): ...". 0: there is none. */
uint32_t audit_text_serial(const char *text);

/* "cgred_ID_ACCESS_NUMBER", ACCESS being r, w or x. */
bool audit_key_parse(const char *key, unsigned *ret_id, char *ret_access);

/* AUDIT_ACCESS_...: by the flags of an open(), else by the key, else by the name of the system
 * call. has_openat2: the flags of an openat2() are known, as the second argument. */
unsigned audit_access_of(const struct audit_call *call, const char *key, bool has_openat2);

#endif
