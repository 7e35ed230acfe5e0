// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * audit-listen [-p preserve|override|reuse] [-s STATE] [-r MS] [-q] [ACCESS:PATH...]: the audit
 * source on the running kernel. ACCESS is letters of "rwx", and "f" for failed calls, too. Says
 * "ready UNSET", then each event as a line (with -q none); tries again every MS (200) what could
 * not be watched. SIGUSR1: says its figures. SIGUSR2: leaves the first watch out from now on.
 * SIGTERM: undoes everything, says its figures and "closed", and ends. It ends by itself after two
 * minutes.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "process/proc-file.h"
#include "process/process.h"
#include "source/audit.h"

#define WATCHES_MAX 256
#define LIFE_S	    120

static struct audit_watch watches[WATCHES_MAX];
static size_t n_watches;
static unsigned long counted[8]; /* by access */
static unsigned long events;

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* As the shell can read it: no control characters. */
static void put_text(const char *name, const char *text)
{
	printf(" %s=", name);
	for (; text && *text; text++)
		if (*text > ' ' && *text < 127 && *text != '\\')
			putchar(*text);
		else
			printf("\\%03o", (unsigned char)*text);
}

static void put_event(const struct audit_record *record)
{
	static const char *const names[AUDIT_FIELDS] = {
		"A0",	"A1",	  "A2",	  "A3",	   "ARCH",  "AUID",    "COMM",	"EGID",
		"EUID", "EXE",	  "EXIT", "FSGID", "FSUID", "GID",     "ITEMS", "PID",
		"PPID", "RESULT", "SES",  "SGID",  "SUID",  "SYSCALL", "TTY",	"UID",
	};

	printf("event serial=%llu time=%llu tid=%d access=%s%s%s success=%d",
	       (unsigned long long)record->serial, (unsigned long long)record->time_ms,
	       (int)record->tid, record->access & AUDIT_ACCESS_READ ? "r" : "",
	       record->access & AUDIT_ACCESS_WRITE ? "w" : "",
	       record->access & AUDIT_ACCESS_EXECUTE ? "x" : "", record->success);
	put_text("key", record->key);
	for (size_t i = 0; i < record->n_paths; i++)
		put_text("path", record->paths[i]);
	for (size_t i = 0; i < AUDIT_FIELDS; i++)
		if (record->fields[i])
			put_text(names[i], record->fields[i]);
	putchar('\n');
}

static void put_figures(const struct audit *audit)
{
	struct audit_stats stats;
	struct rusage usage;

	audit_get_stats(audit, &stats);
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("figures events=%lu r=%lu w=%lu rw=%lu x=%lu records=%llu lost=%llu overruns=%llu "
	       "daemon=%d cpu_ms=%ld\n",
	       events, counted[AUDIT_ACCESS_READ], counted[AUDIT_ACCESS_WRITE],
	       counted[AUDIT_ACCESS_READ | AUDIT_ACCESS_WRITE], counted[AUDIT_ACCESS_EXECUTE],
	       (unsigned long long)stats.records, (unsigned long long)stats.lost,
	       (unsigned long long)stats.overruns, stats.has_daemon,
	       (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
		       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
	fflush(stdout);
}

static bool read_events(struct audit *audit, bool quiet)
{
	struct audit_record record;
	int r = 0;

	for (int i = 0; i < 64; i++) {
		r = audit_read(audit, &record);
		if (r == -ENOBUFS) {
			puts("lost");
			continue;
		}
		if (r <= 0)
			break;
		events++;
		counted[record.access]++;
		if (!quiet)
			put_event(&record);
	}
	fflush(stdout);
	if (r < 0 && r != -ENOBUFS)
		printf("audit_read: %s\n", strerror(-r));
	return r >= 0 || r == -ENOBUFS;
}

static bool parse_watch(char *text)
{
	struct audit_watch *watch = &watches[n_watches];
	char *colon = strchr(text, ':');

	if (!colon || n_watches == WATCHES_MAX)
		return false;
	*colon = '\0';
	watch->path = colon + 1;
	watch->access = (strchr(text, 'r') ? AUDIT_ACCESS_READ : 0) |
			(strchr(text, 'w') ? AUDIT_ACCESS_WRITE : 0) |
			(strchr(text, 'x') ? AUDIT_ACCESS_EXECUTE : 0);
	watch->failed = strchr(text, 'f') != NULL;
	n_watches++;
	return true;
}

static bool set_watches(struct audit *audit, size_t from)
{
	struct diag_list diags = { 0 };
	char line[512];
	int r = audit_set_watches(audit, watches + from, n_watches - from, &diags);

	for (const struct diag *diag = diags.head; diag; diag = diag->next) {
		diag_format_full(diag, line, sizeof(line));
		puts(line);
	}
	diag_list_done(&diags);
	if (r < 0)
		printf("audit_set_watches: %s\n", strerror(-r));
	return r == 0;
}

/* Returns how it ended. */
static int loop(struct audit *audit, int signals, int retry_ms, bool quiet)
{
	struct pollfd fds[] = { { .fd = audit_fd(audit), .events = POLLIN },
				{ .fd = signals, .events = POLLIN } };
	const int64_t end_ms = now_ms() + (int64_t)LIFE_S * 1000;
	int64_t retry_at_ms = 0;
	size_t unset = (size_t)-1;
	size_t from = 0;

	while (now_ms() < end_ms) {
		struct signalfd_siginfo info;
		int timeout_ms = audit_timeout_ms(audit);
		int64_t left_ms = retry_at_ms - now_ms();

		if (left_ms <= 0) {
			size_t now_unset = audit_retry(audit);

			if (now_unset != unset)
				printf("ready %zu\n", now_unset);
			fflush(stdout);
			unset = now_unset;
			retry_at_ms = now_ms() + retry_ms;
			continue;
		}
		if (timeout_ms < 0 || timeout_ms > left_ms)
			timeout_ms = (int)left_ms;
		if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
			return 1;
		if ((fds[1].revents & POLLIN) && read(signals, &info, sizeof(info)) > 0) {
			if (info.ssi_signo == SIGTERM)
				return 0;
			if (info.ssi_signo == SIGUSR2 && from < n_watches) {
				set_watches(audit, ++from);
				puts("replaced");
			}
			put_figures(audit);
		}
		if (!read_events(audit, quiet))
			return 1;
	}
	return 1;
}

/* One that may wait. */
static ssize_t read_link(void *arg, pid_t tid, int fd, char *buf)
{
	const int *proc_fd = arg;
	const struct process process = { .tgid = tid };
	char name[16];

	(void)snprintf(name, sizeof(name), "fd/%d", fd);
	return proc_file_link(*proc_fd, &process, name, buf);
}

static int run(enum audit_policy policy, const char *state, int retry_ms, bool quiet)
{
	int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct audit *audit;
	const char *tried;
	sigset_t set;
	int signals;
	int status;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	r = audit_begin(policy, state, (struct audit_links){ read_link, &proc_fd }, &audit, &tried);
	if (r < 0) {
		printf("audit_begin: %s: %s\n", tried, strerror(-r));
		return r == -ENOTSUP || r == -ECONNREFUSED ? 77 : 1;
	}
	status = set_watches(audit, 0) ? loop(audit, signals, retry_ms, quiet) : 1;
	put_figures(audit);
	audit_end(audit);
	puts("closed");
	return status;
}

int main(int argc, char **argv)
{
	enum audit_policy policy = AUDIT_PRESERVE;
	const char *state = "/tmp/audit-listen.state";
	int retry_ms = 200;
	bool quiet = false;
	int option;

	while ((option = getopt(argc, argv, "p:s:r:q")) != -1) {
		switch (option) {
		case 'p':
			policy = strcmp(optarg, "override") == 0 ? AUDIT_OVERRIDE
				 : strcmp(optarg, "reuse") == 0	 ? AUDIT_REUSE
								 : AUDIT_PRESERVE;
			break;
		case 's':
			state = optarg;
			break;
		case 'r':
			retry_ms = (int)strtol(optarg, NULL, 10);
			break;
		case 'q':
			quiet = true;
			break;
		default:
			return 2;
		}
	}
	for (; optind < argc; optind++)
		if (!parse_watch(argv[optind]))
			return 2;
	return run(policy, state, retry_ms, quiet);
}
