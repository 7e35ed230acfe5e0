/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option loop, and the help. */
#include "config.h"

#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/confdir.h"
#include "base/log.h"
#include "base/names.h"
#include "base/num.h"

#define DEFAULT_LOG_FILE	"/var/log/cgred.log"
#define DEFAULT_REMOVE_EMPTY_MS 60000UL

enum long_only {
	OPT_NOLOG = 256,
	OPT_CONFIG,
	OPT_SCAN,
	OPT_VERSION,
	OPT_SOCKET_USER,
	OPT_SOCKET_GROUP,
	OPT_CGCONFIG,
	OPT_RULES_DIR,
	OPT_RUNTIME_DIR,
	OPT_REMOVE_EMPTY,
	OPT_MANAGER,
	OPT_MOVED_AWAY,
	OPT_SYNC,
	OPT_ONCE,
	OPT_CLEAN,
	OPT_FAVORDYNMODS
};

static const struct option long_options[] = {
	{ "nodaemon", no_argument, NULL, 'n' },
	{ "nolog", no_argument, NULL, OPT_NOLOG },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "logfile", required_argument, NULL, 'f' },
	{ "syslog", optional_argument, NULL, 's' },
	{ "debug", no_argument, NULL, 'd' },
	{ "socket-user", required_argument, NULL, 'u' },
	{ "socket-group", required_argument, NULL, 'g' },
	{ "check", no_argument, NULL, 't' },
	{ "scan", no_argument, NULL, OPT_SCAN },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "clean", no_argument, NULL, OPT_CLEAN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "cgconfig", required_argument, NULL, OPT_CGCONFIG },
	{ "rules-dir", required_argument, NULL, OPT_RULES_DIR },
	{ "runtime-dir", required_argument, NULL, OPT_RUNTIME_DIR },
	{ "remove-empty", required_argument, NULL, OPT_REMOVE_EMPTY },
	{ "manager", required_argument, NULL, OPT_MANAGER },
	{ "sync", required_argument, NULL, OPT_SYNC },
	{ "favordynmods", no_argument, NULL, OPT_FAVORDYNMODS },
	{ "moved-away", required_argument, NULL, OPT_MOVED_AWAY },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: cgred [OPTION]...\n"
	"Place processes into cgroups, and act upon them, by the rules of /etc/cgrules.conf,\n"
	"/etc/cgrules.d, /etc/cgred/cgred.yaml and /etc/cgred/rules.d.\n"
	"\n"
	"  -n, --nodaemon             stay in the foreground\n"
	"      --nolog                log to standard output instead of a log file\n"
	"      --config FILE          rules from FILE (*.yaml: a YAML configuration), and only from\n"
	"                             what is named so: one file of each kind\n"
	"      --rules-dir DIR        more rules from DIR/*.conf (" SYSCONFDIR "/cgrules.d)\n"
	"      --cgconfig FILE        groups and templates from FILE, and not from /etc/cgconfig.d\n"
	"  -t, --check                read the configuration, say what is wrong, and leave\n"
	"      --scan                 also place the processes that run already\n"
	"      --once                 only that, without a daemon: one pass over them, and leave\n"
	"      --clean                remove the groups that were made for rules, and leave\n"
	"      --remove-empty SECONDS remove groups made on demand when empty so long (60; 0: never)\n"
	"      --sync auto|always|never\n"
	"                             place programs before their first instruction, where possible\n"
	"      --favordynmods         make single moves quick, for all of the system, until it is booted\n"
	"      --moved-away POLICY    what somebody else moved since: yield (default) or reassert\n"
	"      --manager cgroupfs     write to the cgroup tree also under systemd on cgroup v2\n"
	"  -u, --socket-user USER     owner of the socket for cgexec --sticky\n"
	"  -g, --socket-group GROUP   its group\n"
	"      --runtime-dir DIR      where the pid file and the socket are (" RUNSTATEDIR ")\n"
	"  -f, --logfile FILE         log to FILE; \"-\": to standard output\n"
	"  -s, --syslog[=FACILITY]    log to syslog; FACILITY: 0 to 7 for local0 to local7, D for daemon\n"
	"  -v, --verbose              log one level more: notices, placements, everything\n"
	"  -q, --quiet                log one level less\n"
	"  -Q                         log emergencies only\n"
	"  -d, --debug                stay in the foreground, log everything to standard output\n"
	"  -h, --help\n"
	"      --version\n"
	"\n"
	"SIGUSR2 and SIGHUP load the configuration anew, SIGUSR1 the templates only.\n"
	"Exit status: 0; 1 not root; 2 bad option; 3 bad -u or -g; 4 not started (another one runs, no\n"
	"proc connector, ...); 5 --clean left groups that are in use; 81 no cgroup hierarchy is mounted;\n"
	"99 mistakes in the configuration.\n";

static int usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int usage_error(const char *fmt, ...)
{
	va_list args;

	(void)fputs("cgred: ", stderr);
	va_start(args, fmt);
	(void)vfprintf(stderr, fmt, args);
	va_end(args);
	(void)fputs("\nTry \"cgred --help\".\n", stderr);
	return EXIT_USAGE;
}

/* "0" to "7", "D" or nothing: daemon. False: anything else. */
static bool parse_facility(const char *text, int *ret)
{
	static const int local[] = { LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3,
				     LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7 };

	*ret = LOG_DAEMON;
	if (!text || strcmp(text, "D") == 0 || strcmp(text, "d") == 0)
		return true;
	if (text[0] < '0' || text[0] > '7' || text[1])
		return false;
	*ret = local[text[0] - '0'];
	return true;
}

static int set_syslog(struct options *options, const char *value)
{
	if (!parse_facility(value, &options->log_facility))
		return usage_error("bad syslog facility \"%s\"", value);
	return -1;
}

static int set_socket_owner(struct options *options, const char *name, bool is_group)
{
	int r = is_group ? names_find_gid(name, &options->socket_gid)
			 : names_find_uid(name, &options->socket_uid);

	if (r == 0)
		return -1;
	(void)fprintf(stderr, "cgred: no such %s: \"%s\"\n", is_group ? "group" : "user", name);
	return EXIT_OWNER;
}

static int set_remove_empty(struct options *options, const char *value)
{
	uint32_t seconds;

	if (!num_parse_u32(value, strlen(value), &seconds))
		return usage_error("\"%s\" is not a number of seconds", value);
	options->remove_empty_ms = seconds * 1000UL;
	return -1;
}

static void set_config(struct options *options, const char *path)
{
	if (confdir_has_ending(path, ".yaml") || confdir_has_ending(path, ".yml"))
		options->yaml_file = path;
	else
		options->rules_file = path;
}

static int set_sync(struct options *options, const char *value)
{
	options->sync_never = strcmp(value, "never") == 0;
	options->sync_always = strcmp(value, "always") == 0;
	if (!options->sync_never && !options->sync_always && strcmp(value, "auto") != 0)
		return usage_error("unknown --sync \"%s\" (there are: auto, always, never)", value);
	return -1;
}

/* Options that say where something is, or how the daemon works. */
static int set_working_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPT_CONFIG:
		set_config(options, value);
		return -1;
	case OPT_RULES_DIR:
		options->rules_directory = value;
		return -1;
	case OPT_CGCONFIG:
		options->cgconfig_file = value;
		return -1;
	case OPT_RUNTIME_DIR:
		options->runtime_directory = value;
		return -1;
	case OPT_REMOVE_EMPTY:
		return set_remove_empty(options, value);
	case OPT_MANAGER:
		if (strcmp(value, "cgroupfs") != 0)
			return usage_error("unknown manager \"%s\" (there is: cgroupfs)", value);
		options->cgroupfs = true;
		return -1;
	case OPT_SYNC:
		return set_sync(options, value);
	case OPT_FAVORDYNMODS:
		options->favordynmods = true;
		return -1;
	case OPT_MOVED_AWAY:
		options->reassert = strcmp(value, "reassert") == 0;
		if (!options->reassert && strcmp(value, "yield") != 0)
			return usage_error("unknown policy \"%s\" (there are: yield, reassert)",
					   value);
		return -1;
	case OPT_SCAN:
		options->scan = true;
		return -1;
	case OPT_ONCE:
		options->once = options->foreground = true;
		return -1;
	case OPT_CLEAN:
		options->clean = options->foreground = true;
		return -1;
	case 't':
		options->check = true;
		return -1;
	case 'u':
	case 'g':
		return set_socket_owner(options, value, option == 'g');
	default:
		(void)fputs("Try \"cgred --help\".\n", stderr);
		return EXIT_USAGE;
	}
}

static int set_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'h':
		(void)fputs(help, stdout);
		return EXIT_SUCCESS;
	case OPT_VERSION:
		(void)puts("cgred " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	case 'n':
		options->foreground = true;
		return -1;
	case 'd':
		options->foreground = true;
		options->log_level = LOG_DEBUG;
		options->log_file = "-";
		return -1;
	case OPT_NOLOG:
		options->log_file = "-";
		return -1;
	case 'f':
		options->log_file = value;
		return -1;
	case 's':
		return set_syslog(options, value);
	case 'v':
		options->log_level += options->log_level < LOG_DEBUG;
		return -1;
	case 'q':
		options->log_level -= options->log_level > LOG_EMERG;
		return -1;
	case 'Q':
		options->log_level = LOG_EMERG;
		return -1;
	default:
		return set_working_option(options, option, value);
	}
}

/* Not realpath(3): what is named need not be there yet. */
static int make_absolute(const char **path)
{
	cleanup_free char *directory = NULL;
	char *absolute;

	if (!*path || (*path)[0] == '/' || strcmp(*path, "-") == 0)
		return -1;
	directory = getcwd(NULL, 0);
	if (!directory || asprintf(&absolute, "%s/%s", directory, *path) < 0)
		return usage_error("the working directory cannot be told for \"%s\"", *path);
	*path = absolute;
	return -1;
}

static int make_all_absolute(struct options *options)
{
	const char **const paths[] = { &options->log_file,	&options->rules_file,
				       &options->yaml_file,	&options->rules_directory,
				       &options->cgconfig_file, &options->runtime_directory };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		int status = make_absolute(paths[i]);

		if (status >= 0)
			return status;
	}
	return -1;
}

int options_parse(int argc, char *const argv[], struct options *ret)
{
	int option;

	*ret = (struct options){
		.log_level = LOG_WARNING,
		.log_facility = -1,
		.runtime_directory = RUNSTATEDIR,
		.remove_empty_ms = DEFAULT_REMOVE_EMPTY_MS,
	};
	while ((option = getopt_long(argc, argv, "nvqQf:s::du:g:th", long_options, NULL)) != -1) {
		int status = set_option(ret, option, optarg);

		if (status >= 0)
			return status;
	}
	if (optind < argc)
		return usage_error("unexpected argument \"%s\"", argv[optind]);
	ret->level_chosen = ret->log_level != LOG_WARNING;
	ret->log_chosen = ret->log_file || ret->log_facility >= 0;
	/* Who calls it by hand wants to see what it does. */
	if (!ret->log_chosen)
		ret->log_file = ret->once || ret->clean ? "-" : DEFAULT_LOG_FILE;
	if (!ret->level_chosen && (ret->once || ret->clean))
		ret->log_level = LOG_NOTICE;
	return make_all_absolute(ret);
}
