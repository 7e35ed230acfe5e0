/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records to events. libauparse sorts them by event and waits for the end of each; before it, what
 * belongs to nobody's watch of ours is dropped by its key and its serial number, since the library
 * takes some microseconds for a record. The only file that knows libauparse.
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
#include "source/audit-paths.h"
#include "source/audit-text.h"
#include "source/audit.h"

/* linux/audit.h has them under names that source/audit.h uses for fields. */
#define TYPE_SYSCALL 1300
#define TYPE_PATH    1302
#define TYPE_CWD     1307
#define TYPE_EOE     1320
#define TYPE_OPENAT2 1337

/* Events whose records come at the same time: as many as tasks are in the middle of a call. Two
 * whose serial numbers differ by a multiple of this would be in each other's way. */
#define SERIALS 4096

/* So often an end is looked for in vain: then the library does not have the event any more. */
#define IDLE_AGES 10

/* All strings of an event: four paths, an executable, and short ones. */
#define TEXT_BYTES ((AUDIT_PATHS_MAX + 1) * PATH_MAX + 4096)

struct entry {
	struct entry *next;
	struct audit_record record;
	size_t len;
	char text[TEXT_BYTES];
};

struct audit_records {
	auparse_state_t *parser;
	int proc_fd;
	bool any_key;
	const struct audit_place *places;
	size_t n_places;
	uint32_t serials[SERIALS]; /* of events of ours whose end has not come; 0: none */
	size_t n_serials;
	unsigned idle_ages;	    /* calls of audit_records_age() without a record in between */
	struct entry *first, *last; /* complete events */
	struct entry *given;	    /* the one whose strings the caller has */
	struct entry *spare;
	struct audit_call call; /* of the event at hand */
	char line[PATH_MAX * 4 + 1024];
};

/* ---- which records are ours --------------------------------------------------------------------
 */

static const struct audit_place *place_of_key(const struct audit_records *records, const char *key)
{
	unsigned id;
	char access;

	if (!audit_key_parse(key, &id, &access))
		return NULL;
	for (size_t i = 0; i < records->n_places; i++)
		if (records->places[i].id == id)
			return &records->places[i];
	return NULL;
}

static bool is_our_key(const struct audit_records *records, const char *key)
{
	if (records->any_key)
		return audit_text_begins(key, "cgred_") || audit_text_begins(key, "fetter_");
	return place_of_key(records, key) != NULL;
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

static void forget_serial(struct audit_records *records, uint32_t serial)
{
	uint32_t *slot = &records->serials[serial % SERIALS];

	if (*slot != serial || serial == 0)
		return;
	*slot = 0;
	records->n_serials--;
}

static void note_serial(struct audit_records *records, uint32_t serial)
{
	uint32_t *slot = &records->serials[serial % SERIALS];

	if (*slot == 0)
		records->n_serials++;
	*slot = serial;
}

/* ---- one event ---------------------------------------------------------------------------------
 */

static struct entry *take_spare(struct audit_records *records)
{
	struct entry *entry = records->spare;

	if (entry)
		records->spare = entry->next;
	else
		entry = malloc(sizeof(*entry));
	if (!entry)
		return NULL;
	entry->next = NULL;
	entry->len = 0;
	memset(&entry->record, 0, sizeof(entry->record));
	return entry;
}

static void put_spare(struct audit_records *records, struct entry *entry)
{
	entry->next = records->spare;
	records->spare = entry;
}

/* A copy that lives as long as the event; NULL when it does not fit. */
static const char *keep(struct entry *entry, const char *text)
{
	size_t size = strlen(text) + 1;
	char *kept = entry->text + entry->len;

	if (size > sizeof(entry->text) - entry->len)
		return NULL;
	memcpy(kept, text, size);
	entry->len += size;
	return kept;
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

static void read_syscall(struct audit_records *records, struct entry *entry)
{
	auparse_state_t *parser = records->parser;
	struct audit_record *record = &entry->record;
	char buf[PATH_MAX];

	do {
		const char *name = auparse_get_field_name(parser);
		const char *value = auparse_get_field_str(parser);
		const struct field *field = name ? find_field(name) : NULL;

		if (!name || !value)
			continue;
		if (field)
			record->fields[field->field] =
				keep(entry,
				     read_field(records, field->reading, value, buf, sizeof(buf)));
		else if (strcmp(name, "key") == 0 &&
			 find_key(records, value, strlen(value), buf, sizeof(buf)))
			record->key = keep(entry, buf);
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

/* Octal, of the record that openat2() has in addition since Linux 5.16. */
static void read_openat2(struct audit_records *records)
{
	const char *value = auparse_find_field(records->parser, "oflag");

	if (value)
		records->call.arguments[1] = strtoull(value, NULL, 8);
}

/* ---- its paths ---------------------------------------------------------------------------------
 */

static void add_path(struct entry *entry, const char *path)
{
	struct audit_record *record = &entry->record;
	const char *kept;

	for (size_t i = 0; i < record->n_paths; i++)
		if (strcmp(record->paths[i], path) == 0)
			return;
	if (record->n_paths == AUDIT_PATHS_MAX)
		return;
	kept = keep(entry, path);
	if (kept)
		record->paths[record->n_paths++] = kept;
}

/* As each watch that it lies in is configured, that of the key first: the kernel tells only one of
 * all whose rules it met. */
static bool add_in_places(struct audit_records *records, struct entry *entry, const char *path)
{
	const struct audit_place *first = place_of_key(records, entry->record.key);
	char named[PATH_MAX];
	bool found = false;

	if (first && audit_path_in_place(first, path, named, sizeof(named))) {
		add_path(entry, named);
		found = true;
	}
	for (size_t i = 0; i < records->n_places; i++) {
		if (!audit_path_in_place(&records->places[i], path, named, sizeof(named)))
			continue;
		add_path(entry, named);
		found = true;
	}
	return found;
}

/* Not what was added as a watch has it. */
static void add_outside(struct audit_records *records, struct entry *entry, const char *path)
{
	char named[PATH_MAX];

	for (size_t i = 0; i < records->n_places; i++)
		if (audit_path_in_place(&records->places[i], path, named, sizeof(named)))
			return;
	add_path(entry, path);
}

/* What is done with the paths of an event. */
enum pass {
	PASS_INSIDE,  /* add what looks like a watch */
	PASS_REALLY,  /* add what leads into a watch by a link or another mount */
	PASS_OUTSIDE, /* add all others */
};

/* Returns whether one was added that lies in a watch. */
static bool add_paths(struct audit_records *records, struct entry *entry, bool parents,
		      enum pass pass)
{
	char path[PATH_MAX];
	char real[PATH_MAX];
	bool found = false;

	for (size_t i = 0; i < records->call.n_items; i++) {
		const struct audit_item *item = &records->call.items[i];

		if ((item->type == AUDIT_NAME_PARENT) != parents ||
		    !audit_path_resolve(records->proc_fd, &records->call, item, path, sizeof(path)))
			continue;
		if (pass == PASS_INSIDE)
			found |= add_in_places(records, entry, path);
		else if (pass == PASS_OUTSIDE)
			add_outside(records, entry, path);
		else if (audit_path_really(path, real, sizeof(real)))
			found |= add_in_places(records, entry, real);
	}
	return found;
}

/*
 * Directories that something happened in are told only when it is not told what. Where no name
 * leads into a watch, and yet the kernel says that it was one, the watch itself is told: the name
 * is relative to what is gone, or of another mount namespace.
 */
static void find_paths(struct audit_records *records, struct entry *entry)
{
	const struct audit_place *place = place_of_key(records, entry->record.key);

	if (!add_paths(records, entry, false, PASS_INSIDE) &&
	    !add_paths(records, entry, true, PASS_INSIDE) &&
	    !add_paths(records, entry, false, PASS_REALLY) && place)
		add_path(entry, place->path);
	(void)add_paths(records, entry, false, PASS_OUTSIDE);
	if (entry->record.n_paths == 0)
		(void)add_paths(records, entry, true, PASS_OUTSIDE);
}

/* ---- complete events ---------------------------------------------------------------------------
 */

static uint64_t number_of(const char *text, int base)
{
	return text ? strtoull(text, NULL, base) : 0;
}

/* The kernel's rule may be for more calls than the watch. */
static bool is_failure_wanted(const struct audit_records *records,
			      const struct audit_record *record)
{
	char named[PATH_MAX];

	if (!place_of_key(records, record->key))
		return true; /* somebody else's rule */
	for (size_t i = 0; i < records->n_places; i++)
		for (size_t j = 0; j < record->n_paths && records->places[i].failed; j++)
			if (audit_path_in_place(&records->places[i], record->paths[j], named,
						sizeof(named)))
				return true;
	return false;
}

/* False: no event of ours, or one that lost the record that says what it was. */
static bool finish(struct audit_records *records, struct entry *entry, bool has_openat2)
{
	struct audit_record *record = &entry->record;
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
	find_paths(records, entry);
	return record->success || is_failure_wanted(records, record);
}

static void read_event(struct audit_records *records, struct entry *entry)
{
	auparse_state_t *parser = records->parser;
	bool has_openat2 = false;
	bool complete;

	records->call.n_items = 0;
	records->call.cwd[0] = '\0';
	entry->record.serial = auparse_get_serial(parser);
	entry->record.time_ms =
		(uint64_t)auparse_get_time(parser) * 1000 + auparse_get_milli(parser);
	if (auparse_first_record(parser) > 0) {
		do {
			if (auparse_first_field(parser) <= 0)
				continue;
			switch (auparse_get_type(parser)) {
			case TYPE_SYSCALL:
				read_syscall(records, entry);
				break;
			case TYPE_PATH:
				read_path(records);
				break;
			case TYPE_CWD:
				read_cwd(records);
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
	complete = finish(records, entry, has_openat2);
	if (!complete) {
		put_spare(records, entry);
		return;
	}
	if (records->last)
		records->last->next = entry;
	else
		records->first = entry;
	records->last = entry;
}

static void on_event(auparse_state_t *parser, auparse_cb_event_t what, void *user_data)
{
	struct audit_records *records = user_data;
	struct entry *entry;

	if (what != AUPARSE_CB_EVENT_READY)
		return;
	forget_serial(records, (uint32_t)auparse_get_serial(parser));
	entry = take_spare(records);
	if (entry)
		read_event(records, entry);
}

/* ---- from outside ------------------------------------------------------------------------------
 */

struct audit_records *audit_records_new(int proc_fd, bool any_key)
{
	struct audit_records *records = calloc(1, sizeof(*records));

	if (!records)
		return NULL;
	records->proc_fd = proc_fd;
	records->any_key = any_key;
	records->parser = auparse_init(AUSOURCE_FEED, NULL);
	if (!records->parser) {
		free(records);
		return NULL;
	}
	auparse_set_escape_mode(records->parser, AUPARSE_ESC_RAW);
	auparse_add_callback(records->parser, on_event, records, NULL);
	return records;
}

static void free_entries(struct entry *entry)
{
	while (entry) {
		struct entry *next = entry->next;

		free(entry);
		entry = next;
	}
}

void audit_records_free(struct audit_records *records)
{
	if (!records)
		return;
	auparse_destroy(records->parser);
	free_entries(records->first);
	free_entries(records->given);
	free_entries(records->spare);
	free(records);
}

void audit_records_set_places(struct audit_records *records, const struct audit_place *places,
			      size_t n)
{
	records->places = places;
	records->n_places = n;
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
	case TYPE_EOE:
		return "EOE";
	case TYPE_OPENAT2:
		return "UNKNOWN[1337]"; /* older libraries have no name for it */
	default:
		return NULL; /* what nobody asks for */
	}
}

bool audit_records_feed(struct audit_records *records, unsigned type, const char *text, size_t len)
{
	const char *name = type_name(type);
	uint32_t serial;
	int head;

	if (!name)
		return false;
	head = snprintf(records->line, sizeof(records->line), "type=%s msg=", name);
	len = strnlen(text, len);
	if (head < 0 || len + 2 > sizeof(records->line) - (size_t)head)
		return false;
	memcpy(records->line + head, text, len);
	records->line[(size_t)head + len] = '\0';
	serial = audit_text_serial(records->line + head);
	if (serial == 0)
		return false;
	if (type == TYPE_SYSCALL && has_our_key(records, records->line + head))
		note_serial(records, serial);
	if (records->serials[serial % SERIALS] != serial)
		return false;
	/* The library cuts at the ends of lines. */
	for (size_t i = 0; i < len; i++)
		if (records->line[(size_t)head + i] == '\n')
			records->line[(size_t)head + i] = ' ';
	records->line[(size_t)head + len] = '\n';
	records->idle_ages = 0;
	if (auparse_feed(records->parser, records->line, (size_t)head + len + 1) != 0)
		return false;
	if (type != TYPE_EOE)
		return true;
	/* The library looks for what is complete before it takes a record, not after: the event
	 * would wait for the next one. */
	auparse_feed_age_events(records->parser);
	forget_serial(records, serial);
	return true;
}

bool audit_records_is_waiting(const struct audit_records *records)
{
	return records->n_serials > 0;
}

void audit_records_age(struct audit_records *records)
{
	auparse_feed_age_events(records->parser);
	if (++records->idle_ages < IDLE_AGES)
		return;
	memset(records->serials, 0, sizeof(records->serials));
	records->n_serials = 0;
}

bool audit_records_next(struct audit_records *records, struct audit_record *ret)
{
	struct entry *entry = records->first;

	if (records->given)
		put_spare(records, take_ptr(&records->given));
	if (!entry)
		return false;
	records->first = entry->next;
	if (!records->first)
		records->last = NULL;
	entry->next = NULL;
	records->given = entry;
	*ret = entry->record;
	return true;
}
