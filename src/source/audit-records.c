/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records to events. What belongs to nobody's watch of ours is dropped by its key and its serial
 * number; libauparse gets the records of one event at a time, for it takes some microseconds for
 * each. The only file that knows libauparse.
 */
#include "config.h"

#include "source/audit-records.h"

#include <auparse.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "source/audit-event.h"
#include "source/audit-gather.h"
#include "source/audit-paths.h"
#include "source/audit-text.h"
#include "source/audit.h"

/* linux/audit.h has them under names that source/audit.h uses for fields. */
#define TYPE_SYSCALL 1300
#define TYPE_PATH    1302
#define TYPE_CWD     1307
#define TYPE_EXECVE  1309
#define TYPE_EOE     1320
#define TYPE_OPENAT2 1337

/* An event that has got no record for so long will not get its end either. */
#define END_MS 2000

/* The arguments of an exec may fill hundreds of records, before those of its paths: those that
 * begin after so much of the event are not kept, lest there is no room for the paths. */
#define ARGUMENTS_BYTES 16384

struct audit_records {
	auparse_state_t *parser;
	struct audit_links links;
	bool any_key;
	struct audit_places places;
	struct audit_gather *gather;
	struct audit_event *first, *last; /* complete events */
	struct audit_event *given;	  /* the one whose strings the caller has */
	struct audit_event *spare;
	struct audit_call call; /* of the event at hand */
	char argv[AUDIT_ARGV_BYTES];
	size_t argv_len;
	char line[PATH_MAX * 4 + 1024];
};

/* ---- which records are ours --------------------------------------------------------------------
 */

static bool is_our_key(const struct audit_records *records, const char *key)
{
	if (records->any_key)
		return audit_text_begins(key, "cgred_") || audit_text_begins(key, "fetter_");
	return audit_places_find(&records->places, key) != NULL;
}

/* The key of ours in a value; a rule may have several, with \001 between them. */
static bool find_key(const struct audit_records *records, const char *value, size_t len, char *buf,
		     size_t size)
{
	char all[1024];
	char *rest = all;
	char *key;

	if (!audit_text_decode(value, len, all, sizeof(all)))
		return false;
	while ((key = strsep(&rest, "\001")))
		if (is_our_key(records, key))
			return (size_t)snprintf(buf, size, "%s", key) < size;
	return false;
}

/* No quoted value has a blank in it, so this is the field. */
static bool has_our_key(const struct audit_records *records, const char *line)
{
	const char *found = NULL;
	char key[256];

	for (const char *at = line; (at = strstr(at, " key=")); at++)
		found = at + strlen(" key=");
	return found && find_key(records, found, strcspn(found, " \n"), key, sizeof(key));
}

/* ---- one event ---------------------------------------------------------------------------------
 */

static struct audit_event *take_spare(struct audit_records *records)
{
	struct audit_event *event = records->spare;

	if (event)
		records->spare = event->next;
	else
		event = malloc(sizeof(*event));
	if (!event)
		return NULL;
	event->next = NULL;
	event->len = 0;
	memset(&event->record, 0, sizeof(event->record));
	return event;
}

static void put_spare(struct audit_records *records, struct audit_event *event)
{
	event->next = records->spare;
	records->spare = event;
}

/* How a field is to be read. */
enum reading {
	READ_PLAIN,
	READ_DECODED,
	READ_NAME,    /* as the library knows it */
	READ_ERRNO,   /* a number, or the name of an error */
	READ_ID,      /* "unset" for -1 */
	READ_SUCCESS, /* "success" or "fail" */
};

struct field {
	const char *name;
	enum audit_field field;
	enum reading reading;
};

static const struct field fields[] = {
	{ "a0", AUDIT_A0, READ_PLAIN },	      { "a1", AUDIT_A1, READ_PLAIN },
	{ "a2", AUDIT_A2, READ_PLAIN },	      { "a3", AUDIT_A3, READ_PLAIN },
	{ "arch", AUDIT_ARCH, READ_NAME },    { "auid", AUDIT_AUID, READ_ID },
	{ "comm", AUDIT_COMM, READ_DECODED }, { "egid", AUDIT_EGID, READ_PLAIN },
	{ "euid", AUDIT_EUID, READ_PLAIN },   { "exe", AUDIT_EXE, READ_DECODED },
	{ "exit", AUDIT_EXIT, READ_ERRNO },   { "fsgid", AUDIT_FSGID, READ_PLAIN },
	{ "fsuid", AUDIT_FSUID, READ_PLAIN }, { "gid", AUDIT_GID, READ_PLAIN },
	{ "items", AUDIT_ITEMS, READ_PLAIN }, { "pid", AUDIT_PID, READ_PLAIN },
	{ "ppid", AUDIT_PPID, READ_PLAIN },   { "ses", AUDIT_SES, READ_ID },
	{ "sgid", AUDIT_SGID, READ_PLAIN },   { "success", AUDIT_RESULT, READ_SUCCESS },
	{ "suid", AUDIT_SUID, READ_PLAIN },   { "syscall", AUDIT_SYSCALL, READ_NAME },
	{ "tty", AUDIT_TTY, READ_PLAIN },     { "uid", AUDIT_UID, READ_PLAIN },
};

static const struct field *find_field(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

/* The library says "ENOENT(No such file or directory)". */
static const char *read_errno(struct audit_records *records, const char *value, char *buf,
			      size_t size)
{
	const char *name = value[0] == '-' ? auparse_interpret_field(records->parser) : NULL;

	if (!name)
		return value;
	(void)snprintf(buf, size, "%.*s", (int)strcspn(name, "("), name);
	return buf;
}

static const char *read_field(struct audit_records *records, enum reading reading,
			      const char *value, char *buf, size_t size)
{
	const char *name;

	switch (reading) {
	case READ_PLAIN:
		return value;
	case READ_DECODED:
		return audit_text_decode(value, strlen(value), buf, size) ? buf : value;
	case READ_NAME:
		name = auparse_interpret_field(records->parser);
		return name ? name : value;
	case READ_ERRNO:
		return read_errno(records, value, buf, size);
	case READ_ID:
		return strcmp(value, "4294967295") == 0 ? "unset" : value;
	case READ_SUCCESS:
		return strcmp(value, "yes") == 0 ? "success" : "fail";
	}
	return value;
}

static void read_syscall(struct audit_records *records, struct audit_event *event)
{
	auparse_state_t *parser = records->parser;
	struct audit_record *record = &event->record;
	char buf[PATH_MAX];

	do {
		const char *name = auparse_get_field_name(parser);
		const char *value = auparse_get_field_str(parser);
		const struct field *field = name ? find_field(name) : NULL;

		if (!name || !value)
			continue;
		if (field)
			record->fields[field->field] =
				audit_event_keep(event, read_field(records, field->reading, value,
								   buf, sizeof(buf)));
		else if (strcmp(name, "key") == 0 &&
			 find_key(records, value, strlen(value), buf, sizeof(buf)))
			record->key = audit_event_keep(event, buf);
	} while (auparse_next_field(parser) > 0);
}

static enum audit_nametype read_nametype(const char *value)
{
	if (strcmp(value, "PARENT") == 0)
		return AUDIT_NAME_PARENT;
	if (strcmp(value, "CREATE") == 0)
		return AUDIT_NAME_CREATE;
	return strcmp(value, "DELETE") == 0 ? AUDIT_NAME_DELETE : AUDIT_NAME_NORMAL;
}

static void read_path(struct audit_records *records)
{
	auparse_state_t *parser = records->parser;
	struct audit_item *item = &records->call.items[records->call.n_items];

	if (records->call.n_items == AUDIT_ITEMS_MAX)
		return;
	item->is_named = false;
	item->type = AUDIT_NAME_NORMAL;
	item->inode = 0;
	do {
		const char *name = auparse_get_field_name(parser);
		const char *value = auparse_get_field_str(parser);

		if (!name || !value)
			continue;
		if (strcmp(name, "name") == 0)
			item->is_named = audit_text_decode(value, strlen(value), item->name,
							   sizeof(item->name));
		else if (strcmp(name, "inode") == 0)
			(void)num_parse_u64(value, strlen(value), &item->inode);
		else if (strcmp(name, "nametype") == 0)
			item->type = read_nametype(value);
	} while (auparse_next_field(parser) > 0);
	records->call.n_items++;
}

static void read_cwd(struct audit_records *records)
{
	const char *value = auparse_find_field(records->parser, "cwd");

	if (value)
		(void)audit_text_decode(value, strlen(value), records->call.cwd,
					sizeof(records->call.cwd));
}

/* "a0", "a1", …; of a long one, "a1[0]", "a1[1]", … (audit_log_execve_info()). Another name: not
 * one. */
static bool is_argument(const char *name, bool *ret_goes_on)
{
	const char *rest;
	size_t digits;

	if (name[0] != 'a')
		return false;
	digits = strspn(name + 1, "0123456789");
	rest = name + 1 + digits;
	if (digits == 0 || (*rest != '\0' && *rest != '['))
		return false;
	*ret_goes_on = *rest == '[' && strcmp(rest, "[0]") != 0;
	return true;
}

/* With blanks between them; what does not fit is left out. */
static void read_arguments(struct audit_records *records)
{
	auparse_state_t *parser = records->parser;
	char text[AUDIT_ARGV_BYTES * 2];

	do {
		const char *name = auparse_get_field_name(parser);
		const char *value = auparse_get_field_str(parser);
		bool goes_on;
		size_t left = sizeof(records->argv) - records->argv_len;
		int n;

		if (!name || !value || !is_argument(name, &goes_on) ||
		    !audit_text_decode(value, strlen(value), text, sizeof(text)))
			continue;
		n = snprintf(records->argv + records->argv_len, left, "%s%s",
			     records->argv_len == 0 || goes_on ? "" : " ", text);
		records->argv_len += (size_t)n < left ? (size_t)n : left - 1;
	} while (auparse_next_field(parser) > 0);
}

/* Octal, of the record that openat2() has in addition since Linux 5.16. */
static void read_openat2(struct audit_records *records)
{
	const char *value = auparse_find_field(records->parser, "oflag");

	if (value)
		records->call.arguments[1] = strtoull(value, NULL, 8);
}

/* ---- complete events ---------------------------------------------------------------------------
 */

static uint64_t number_of(const char *text, int base)
{
	return text ? strtoull(text, NULL, base) : 0;
}

/* False: no event of ours, or one that lost the record that says what it was. */
static bool finish(struct audit_records *records, struct audit_event *event, bool has_openat2)
{
	struct audit_record *record = &event->record;
	struct audit_call *call = &records->call;

	if (!record->key || !record->fields[AUDIT_SYSCALL] || !record->fields[AUDIT_PID])
		return false;
	record->tid = (pid_t)number_of(record->fields[AUDIT_PID], 10);
	record->success = record->fields[AUDIT_RESULT] &&
			  strcmp(record->fields[AUDIT_RESULT], "success") == 0;
	call->tid = record->tid;
	call->syscall = record->fields[AUDIT_SYSCALL];
	for (int i = 0; i < 4; i++)
		if (!has_openat2 || i != 1)
			call->arguments[i] = number_of(record->fields[AUDIT_A0 + i], 16);
	record->access = audit_access_of(call, record->key, has_openat2);
	if (record->tid <= 0 || record->access == 0)
		return false;
	audit_event_find_paths(event, &records->places, call, records->links);
	if (records->argv_len > 0)
		record->argv = audit_event_keep(event, records->argv);
	return record->success || audit_event_may_fail(event, &records->places);
}

static void read_event(struct audit_records *records, struct audit_event *event)
{
	auparse_state_t *parser = records->parser;
	bool has_openat2 = false;
	bool complete;

	records->call.n_items = 0;
	records->call.cwd[0] = '\0';
	records->argv_len = 0;
	event->record.serial = auparse_get_serial(parser);
	event->record.time_ms =
		(uint64_t)auparse_get_time(parser) * 1000 + auparse_get_milli(parser);
	if (auparse_first_record(parser) > 0) {
		do {
			if (auparse_first_field(parser) <= 0)
				continue;
			switch (auparse_get_type(parser)) {
			case TYPE_SYSCALL:
				read_syscall(records, event);
				break;
			case TYPE_PATH:
				read_path(records);
				break;
			case TYPE_CWD:
				read_cwd(records);
				break;
			case TYPE_EXECVE:
				read_arguments(records);
				break;
			case TYPE_OPENAT2:
				read_openat2(records);
				has_openat2 = true;
				break;
			default:
				break;
			}
		} while (auparse_next_record(parser) > 0);
	}
	complete = finish(records, event, has_openat2);
	if (!complete) {
		put_spare(records, event);
		return;
	}
	if (records->last)
		records->last->next = event;
	else
		records->first = event;
	records->last = event;
}

/* Now, not when it gets the record of another event. */
static void parse_event(void *arg, const char *lines, size_t len)
{
	struct audit_records *records = arg;

	if (auparse_feed(records->parser, lines, len) == 0)
		(void)auparse_flush_feed(records->parser);
}

static void on_event(auparse_state_t *parser, auparse_cb_event_t what, void *user_data)
{
	struct audit_records *records = user_data;
	struct audit_event *event;

	(void)parser; /* the records' own */
	if (what != AUPARSE_CB_EVENT_READY)
		return;
	event = take_spare(records);
	if (event)
		read_event(records, event);
}

/* ---- from outside ------------------------------------------------------------------------------
 */

struct audit_records *audit_records_new(struct audit_links links, bool any_key)
{
	struct audit_records *records = calloc(1, sizeof(*records));

	if (!records)
		return NULL;
	records->links = links;
	records->any_key = any_key;
	records->gather = audit_gather_new(parse_event, records);
	records->parser = auparse_init(AUSOURCE_FEED, NULL);
	if (!records->parser || !records->gather) {
		audit_records_free(records);
		return NULL;
	}
	auparse_set_escape_mode(records->parser, AUPARSE_ESC_RAW);
	auparse_add_callback(records->parser, on_event, records, NULL);
	return records;
}

static void free_entries(struct audit_event *event)
{
	while (event) {
		struct audit_event *next = event->next;

		free(event);
		event = next;
	}
}

void audit_records_free(struct audit_records *records)
{
	if (!records)
		return;
	audit_gather_free(records->gather);
	if (records->parser)
		auparse_destroy(records->parser);
	free_entries(records->first);
	free_entries(records->given);
	free_entries(records->spare);
	free(records);
}

void audit_records_set_places(struct audit_records *records, const struct audit_place *places,
			      size_t n)
{
	records->places = (struct audit_places){ places, n };
}

static const char *type_name(unsigned type)
{
	switch (type) {
	case TYPE_SYSCALL:
		return "SYSCALL";
	case TYPE_PATH:
		return "PATH";
	case TYPE_CWD:
		return "CWD";
	case TYPE_EXECVE:
		return "EXECVE";
	case TYPE_EOE:
		return "EOE";
	case TYPE_OPENAT2:
		return "UNKNOWN[1337]"; /* older libraries have no name for it */
	default:
		return NULL; /* what nobody asks for */
	}
}

/* One line, as the library wants it. Returns its length; 0: too long. */
static size_t make_line(struct audit_records *records, const char *type, const char *text,
			size_t len)
{
	int head = snprintf(records->line, sizeof(records->line), "type=%s msg=", type);
	char *at = records->line + head;

	len = strnlen(text, len);
	if (head < 0 || len + 2 > sizeof(records->line) - (size_t)head)
		return 0;
	for (size_t i = 0; i < len; i++) {
		at[i] = text[i];
		if (at[i] == '\n')
			at[i] = ' ';
	}
	at[len] = '\n';
	at[len + 1] = '\0';
	return (size_t)head + len + 1;
}

bool audit_records_feed(struct audit_records *records, int64_t now_ms, unsigned type,
			const char *text, size_t len)
{
	const char *name = type_name(type);
	uint32_t serial;

	if (!name)
		return false;
	len = make_line(records, name, text, len);
	if (len == 0)
		return false;
	serial = audit_text_serial(strchr(records->line, ' ') + strlen(" msg="));
	if (serial == 0)
		return false;
	if (type == TYPE_SYSCALL && has_our_key(records, records->line) &&
	    audit_gather_begin(records->gather, serial, now_ms) < 0)
		return false;
	if (type == TYPE_EXECVE && audit_gather_len(records->gather, serial) >= ARGUMENTS_BYTES)
		return true;
	if (!audit_gather_has(records->gather, serial) ||
	    audit_gather_add(records->gather, serial, now_ms, records->line, len) < 0)
		return false;
	if (type == TYPE_EOE)
		audit_gather_end(records->gather, serial);
	return true;
}

bool audit_records_is_waiting(const struct audit_records *records)
{
	return audit_gather_count(records->gather) > 0;
}

void audit_records_age(struct audit_records *records, int64_t now_ms)
{
	audit_gather_age(records->gather, now_ms, END_MS);
}

bool audit_records_next(struct audit_records *records, struct audit_record *ret)
{
	struct audit_event *event = records->first;

	if (records->given)
		put_spare(records, take_ptr(&records->given));
	if (!event)
		return false;
	records->first = event->next;
	if (!records->first)
		records->last = NULL;
	event->next = NULL;
	records->given = event;
	*ret = event->record;
	return true;
}
