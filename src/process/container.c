/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Containers in the text of /proc/PID/cgroup. The kernel knows no containers; but each runtime puts
 * the processes of one below a group of its own that is named by a pattern. Only whole components
 * of a path are compared, and an id must look like one: docker.service and a user's group called
 * "docker" are no containers. Whoever may make groups may use such names, so this tells where a
 * process is, not what it may do.
 */
#include "config.h"

#include "process/container.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define ID_HEX_LEN	 64 /* of docker and all that follow it */
#define UUID_LEN	 36
#define MACHINE_NAME_MAX 255

/* A piece of the text. */
struct piece {
	const char *text;
	size_t len;
};

/* Where we are in a path. */
struct walk {
	struct piece above;	  /* the component before this one */
	struct piece above_above; /* and the one before that */
	bool in_kube;		  /* somewhere below kubepods */
	bool in_pod;		  /* above is the group of a pod */
	bool in_nspawn;		  /* above is the group of an nspawn container */
	struct container outer;	  /* what it is in itself */
};

typedef bool id_fn(struct piece piece);

static bool equals(struct piece piece, const char *text)
{
	return piece.len == strlen(text) && memcmp(piece.text, text, piece.len) == 0;
}

static bool skip_prefix(struct piece *piece, const char *prefix)
{
	size_t len = strlen(prefix);

	if (piece->len < len || memcmp(piece->text, prefix, len) != 0)
		return false;
	piece->text += len;
	piece->len -= len;
	return true;
}

static bool drop_suffix(struct piece *piece, const char *suffix)
{
	size_t len = strlen(suffix);

	if (piece->len < len || memcmp(piece->text + piece->len - len, suffix, len) != 0)
		return false;
	piece->len -= len;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex_run(struct piece piece)
{
	for (size_t i = 0; i < piece.len; i++) {
		if (!is_hex(piece.text[i]))
			return false;
	}
	return piece.len > 0;
}

static bool is_number(struct piece piece)
{
	for (size_t i = 0; i < piece.len; i++) {
		if (!is_digit(piece.text[i]))
			return false;
	}
	return piece.len > 0 && piece.len <= 10;
}

static bool is_hex_id(struct piece piece)
{
	return piece.len == ID_HEX_LEN && is_hex_run(piece);
}

static unsigned hex_value(char c)
{
	return (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);
}

/* The length of "\x2d" or of a plain character at text; *ret_char is what it stands for. */
static size_t next_char(const char *text, size_t len, char *ret_char)
{
	if (len < 4 || text[0] != '\\' || text[1] != 'x' || !is_hex(text[2]) || !is_hex(text[3])) {
		*ret_char = text[0];
		return 1;
	}
	*ret_char = (char)(hex_value(text[2]) * 16 + hex_value(text[3]));
	return 4;
}

/* A name of a machine: what can be a host name, and '_'. */
static bool is_name(struct piece piece)
{
	size_t count = 0;
	char c;

	for (size_t i = 0; i < piece.len; count++) {
		i += next_char(piece.text + i, piece.len - i, &c);
		if (!is_alnum(c) && c != '-' && c != '_' && (c != '.' || count == 0))
			return false;
	}
	return count > 0 && count <= MACHINE_NAME_MAX;
}

/* 8-4-4-4-12 digits, with one of these characters between them. */
static bool is_uuid_with(struct piece piece, char dash)
{
	if (piece.len != UUID_LEN)
		return false;
	for (size_t i = 0; i < UUID_LEN; i++) {
		bool between = i == 8 || i == 13 || i == 18 || i == 23;

		if (between ? piece.text[i] != dash : !is_hex(piece.text[i]))
			return false;
	}
	return true;
}

/* The same in the name of a unit: systemd writes a '-' there as \x2d. */
static bool is_uuid_escaped(struct piece piece)
{
	char plain[UUID_LEN];
	size_t count = 0;

	for (size_t i = 0; i < piece.len; count++) {
		if (count == UUID_LEN)
			return false;
		i += next_char(piece.text + i, piece.len - i, &plain[count]);
	}
	return is_uuid_with((struct piece){ .text = plain, .len = count }, '-');
}

/* The uid of a pod: a UUID, with '_' in the name of a slice, or the hash of a static pod. */
static bool is_pod_uid(struct piece piece)
{
	return is_uuid_with(piece, '-') || is_uuid_with(piece, '_') ||
	       (piece.len == 32 && is_hex_run(piece));
}

/* Garden's handles: UUIDs, and others that are cut shorter. */
static bool is_handle(struct piece piece)
{
	if (piece.len < 20 || !memchr(piece.text, '-', piece.len))
		return false;
	for (size_t i = 0; i < piece.len; i++) {
		if (!is_hex(piece.text[i]) && piece.text[i] != '-')
			return false;
	}
	return true;
}

static bool is_openvz_id(struct piece piece)
{
	return is_number(piece) || is_uuid_with(piece, '-');
}

static bool set(struct container *ret, enum container_runtime runtime, struct piece id)
{
	*ret = (struct container){ .runtime = runtime, .id = id.text, .id_len = id.len };
	return true;
}

/* PREFIX-ID.scope, and PREFIX-ID of those who also do without systemd. The prefix holds the '-', so
 * that libpod-conmon-ID is none: "conmon-ID" is not an id. */
static bool by_prefix(struct piece name, struct container *ret)
{
	static const struct {
		const char *prefix;
		enum container_runtime runtime;
		bool bare;
	} prefixes[] = {
		{ "docker-", CONTAINER_DOCKER, false },
		{ "libpod-payload-", CONTAINER_PODMAN, true }, /* --cgroups=split */
		{ "libpod-", CONTAINER_PODMAN, true },
		{ "cri-containerd-", CONTAINER_CONTAINERD, false },
		{ "nerdctl-", CONTAINER_CONTAINERD, false },
		{ "crio-", CONTAINER_CRIO, true },
		{ "runsc-", CONTAINER_GVISOR, false },
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct piece id = name;

		if (!skip_prefix(&id, prefixes[i].prefix))
			continue;
		if (!drop_suffix(&id, ".scope") && !prefixes[i].bare)
			continue;
		if (is_hex_id(id))
			return set(ret, prefixes[i].runtime, id);
	}
	return false;
}

/* SLICE:PREFIX:ID, what systemd drivers hand to a runtime: where the runtime takes it for a path,
 * it is the name of a group. */
static bool by_colons(struct piece name, struct container *ret)
{
	static const struct {
		const char *suffix;
		enum container_runtime runtime;
	} suffixes[] = {
		{ ":docker:", CONTAINER_DOCKER },
		{ ":libpod:", CONTAINER_PODMAN },
		{ ":cri-containerd:", CONTAINER_CONTAINERD },
		{ ":crio:", CONTAINER_CRIO },
	};
	struct piece id;

	if (name.len <= ID_HEX_LEN)
		return false;
	id = (struct piece){ .text = name.text + name.len - ID_HEX_LEN, .len = ID_HEX_LEN };
	name.len -= ID_HEX_LEN;
	if (!is_hex_id(id))
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (drop_suffix(&name, suffixes[i].suffix))
			return set(ret, suffixes[i].runtime, id);
	}
	return false;
}

/* PARENT/ID */
static bool by_parent(struct piece name, const struct walk *walk, struct container *ret)
{
	static const struct {
		const char *parent;
		enum container_runtime runtime;
		id_fn *is_id;
	} parents[] = {
		{ "docker", CONTAINER_DOCKER, is_hex_id },
		{ "k8s.io", CONTAINER_CONTAINERD, is_hex_id }, /* containerd's name space */
		{ "lxc", CONTAINER_LXC, is_name },
		{ "lxc.payload", CONTAINER_LXC, is_name }, /* 3.1 to 4.0 */
		{ "garden", CONTAINER_GARDEN, is_handle },
		{ "runsc", CONTAINER_GVISOR, is_hex_id },
		{ "firejail", CONTAINER_FIREJAIL, is_number },
	};

	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++) {
		if (equals(walk->above, parents[i].parent) && parents[i].is_id(name))
			return set(ret, parents[i].runtime, name);
	}
	/* By what they use of the CPU. */
	if (equals(walk->above_above, "garden") && is_handle(name) &&
	    (equals(walk->above, "good") || equals(walk->above, "bad")))
		return set(ret, CONTAINER_GARDEN, name);
	if (walk->in_pod && is_hex_id(name))
		return set(ret, CONTAINER_KUBE, name);
	return false;
}

/* Skip "1\x2d" or "1-": libvirt puts the number of a domain between its driver and its name. */
static bool skip_domain_number(struct piece *name)
{
	struct piece rest = *name;

	while (rest.len > 0 && is_digit(*rest.text)) {
		rest.text++;
		rest.len--;
	}
	if (rest.len == name->len || (!skip_prefix(&rest, "\\x2d") && !skip_prefix(&rest, "-")))
		return false;
	*name = rest;
	return true;
}

static bool skip_driver(struct piece *name, const char *driver)
{
	struct piece rest = *name;

	if (!skip_prefix(&rest, driver))
		return false;
	if (!skip_prefix(&rest, "\\x2d") && !skip_prefix(&rest, "-"))
		return false;
	*name = rest;
	return true;
}

/* A virtual machine that libvirt has registered. */
static bool is_vm(struct piece name)
{
	static const char *const drivers[] = { "xen", "libxl", "ch", "vbox", "bhyve" };

	if (skip_driver(&name, "qemu"))
		return true;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		struct piece rest = name;

		if (skip_driver(&rest, drivers[i]) && skip_domain_number(&rest))
			return true;
	}
	return false;
}

/* NAME of machine-NAME.scope, which systemd-machined makes of the name that a machine registers by.
 */
static bool by_machine(struct piece name, struct container *ret)
{
	struct piece rest = name;

	if (skip_driver(&rest, "rkt") && is_uuid_escaped(rest))
		return set(ret, CONTAINER_RKT, rest);
	rest = name;
	if (skip_driver(&rest, "lxc") && skip_domain_number(&rest) && is_name(rest))
		return set(ret, CONTAINER_LXC_LIBVIRT, rest);
	if (is_vm(name) || !is_name(name))
		return false;
	return set(ret, CONTAINER_NSPAWN, name);
}

static bool by_unit(struct piece name, const struct walk *walk, struct container *ret)
{
	struct piece rest = name;

	if (skip_prefix(&rest, "lxc.payload."))
		return is_name(rest) && set(ret, CONTAINER_LXC, rest);
	if (drop_suffix(&rest, ".libvirt-lxc")) {
		struct piece id = rest;

		if (skip_prefix(&id, "lxc-") && skip_domain_number(&id))
			rest = id;
		return is_name(rest) && set(ret, CONTAINER_LXC_LIBVIRT, rest);
	}
	if (skip_prefix(&rest, "systemd-nspawn@"))
		return drop_suffix(&rest, ".service") && is_name(rest) &&
		       set(ret, CONTAINER_NSPAWN, rest);
	if (equals(walk->above, "machine.slice") && skip_prefix(&rest, "machine-"))
		return drop_suffix(&rest, ".scope") && by_machine(rest, ret);
	return false;
}

/* podUID, kubepods-burstable-podUID.slice */
static bool is_pod(struct piece name)
{
	const char *dash;

	if (drop_suffix(&name, ".slice")) {
		dash = memrchr(name.text, '-', name.len);
		if (!dash)
			return false;
		name.len -= (size_t)(dash + 1 - name.text);
		name.text = dash + 1;
	}
	return skip_prefix(&name, "pod") && is_pod_uid(name);
}

static void one_component(struct piece name, struct walk *walk, struct container *found)
{
	struct container here = { 0 };
	bool matches = by_prefix(name, &here) || by_colons(name, &here) ||
		       by_parent(name, walk, &here) || by_unit(name, walk, &here);

	if (matches) {
		walk->outer = *found;
		*found = here;
	} else if (walk->in_nspawn && equals(name, "supervisor")) {
		*found = walk->outer;
	}
	walk->in_nspawn = matches && here.runtime == CONTAINER_NSPAWN;
	walk->in_kube = walk->in_kube || memmem(name.text, name.len, "kubepods", 8);
	walk->in_pod = walk->in_kube && is_pod(name);
	walk->above_above = walk->above;
	walk->above = name;
}

/* OpenVZ's kernel has a controller that is there for containers alone. */
static bool by_controller(struct piece controllers, struct piece path, struct container *ret)
{
	if (!equals(controllers, "ve"))
		return false;
	(void)skip_prefix(&path, "/machine.slice");
	return skip_prefix(&path, "/") && is_openvz_id(path) && set(ret, CONTAINER_OPENVZ, path);
}

static bool by_path(struct piece path, struct container *ret)
{
	struct container found = { 0 };
	struct walk walk = { .above = { .text = path.text }, .above_above = { .text = path.text } };
	const char *end = path.text + path.len;

	for (const char *pos = path.text; pos < end;) {
		const char *slash = memchr(pos, '/', (size_t)(end - pos));
		const char *stop = slash ? slash : end;

		if (stop > pos)
			one_component((struct piece){ .text = pos, .len = (size_t)(stop - pos) },
				      &walk, &found);
		pos = slash ? slash + 1 : end;
	}
	if (found.runtime == CONTAINER_NONE)
		return false;
	*ret = found;
	return true;
}

/* NUMBER:CONTROLLERS:PATH; the path can hold colons. */
static bool one_line(const char *line, size_t len, struct container *ret)
{
	const char *end = line + len;
	const char *first = memchr(line, ':', len);
	const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	struct piece controllers;
	struct piece path;

	if (!second)
		return false;
	controllers = (struct piece){ .text = first + 1, .len = (size_t)(second - first - 1) };
	path = (struct piece){ .text = second + 1, .len = (size_t)(end - second - 1) };
	/* What the kernel adds for a zombie whose group is gone. */
	(void)drop_suffix(&path, " (deleted)");
	return by_controller(controllers, path, ret) || by_path(path, ret);
}

bool container_of(const char *cgroup_text, struct container *ret)
{
	while (*cgroup_text) {
		size_t len = strcspn(cgroup_text, "\n");

		if (one_line(cgroup_text, len, ret))
			return true;
		cgroup_text += len;
		if (*cgroup_text)
			cgroup_text++;
	}
	return false;
}

int container_id(const struct container *container, char *buf, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < container->id_len;) {
		if (len + 1 >= size || len >= INT_MAX)
			return -ENOSPC;
		i += next_char(container->id + i, container->id_len - i, &buf[len++]);
	}
	if (len >= size)
		return -ENOSPC;
	buf[len] = '\0';
	return (int)len;
}

const char *container_runtime_name(enum container_runtime runtime)
{
	switch (runtime) {
	case CONTAINER_NONE:
		return "none";
	case CONTAINER_DOCKER:
		return "docker";
	case CONTAINER_PODMAN:
		return "podman";
	case CONTAINER_CONTAINERD:
		return "containerd";
	case CONTAINER_CRIO:
		return "cri-o";
	case CONTAINER_KUBE:
		return "kube";
	case CONTAINER_LXC:
		return "lxc";
	case CONTAINER_LXC_LIBVIRT:
		return "lxc-libvirt";
	case CONTAINER_NSPAWN:
		return "systemd-nspawn";
	case CONTAINER_RKT:
		return "rkt";
	case CONTAINER_GARDEN:
		return "garden";
	case CONTAINER_OPENVZ:
		return "openvz";
	case CONTAINER_GVISOR:
		return "gvisor";
	case CONTAINER_FIREJAIL:
		return "firejail";
	}
	return "none";
}
