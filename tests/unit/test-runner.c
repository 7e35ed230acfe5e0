/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* action/runner.h, with real commands. What needs root says so and is left out without. The log is
 * a file, from which the tests read what was reported. */
#include "config.h"

#include "action/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "action/runner-lines.h"
#include "action/runner-protocol.h"
#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "helpers.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define PROBE "tests/helpers/trigger-probe"

/* Of nobody's, for tests as root. */
#define OTHER_UID 64123
#define OTHER_GID 64124

static struct loop *loop;
static struct runner *runner;
static const char *no_paths[] = { NULL };
static struct runner_config config = { .procs_paths = no_paths };
static gid_t own_groups[256];
static char probe[PATH_MAX];

/* The command of a trigger, as whoever runs the tests. */
static struct trigger trigger_of(const char *name, const char *run, const char *const *args)
{
	int n_groups = getgroups((int)ARRAY_SIZE(own_groups), own_groups);

	ck_assert_int_ge(n_groups, 0);
	return (struct trigger){
		.name = name,
		.run = run,
		.args = args,
		.cwd = "/",
		.user = "somebody",
		.home = "/nowhere",
		.uid = getuid(),
		.gid = getgid(),
		.groups = own_groups,
		.n_groups = (size_t)n_groups,
		.max_running = 4,
	};
}

/* "/bin/sh -c SCRIPT", for the test's purposes only: the runner knows no shell. */
static struct trigger shell(const char *name, const char *script)
{
	static const char *args[8][3];
	static int used;
	const char **own = args[used++ % 8];

	own[0] = "-c";
	own[1] = script;
	own[2] = NULL;
	return trigger_of(name, "/bin/sh", own);
}

static void fire(const struct trigger *trigger)
{
	ck_assert_int_eq(runner_fire(runner, trigger, NULL, 0), 0);
}

static void setup(void)
{
	cleanup_free char *path = NULL;

	dir_make();
	ck_assert_int_eq(fchmod(dir_fd, 0777), 0); /* other users write there */
	path = dir_join("log");
	ck_assert_int_eq(log_open(&(struct log_config){ LOG_DEBUG, path, -1 }), 0);
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ck_assert_ptr_nonnull(realpath(PROBE, probe));
	ck_assert_int_eq(runner_new(loop, &config, &runner), 0);
}

static void teardown(void)
{
	runner_free(runner);
	loop_free(loop);
	log_close();
	dir_remove();
}

/* ---- waiting ----------------------------------------------------------------------------------
 */

static void stop(void *arg)
{
	loop_stop(arg);
}

/* A round of the loop, of some milliseconds. */
static void turn(void)
{
	struct loop_watch *timer = loop_watch_timer(loop, stop, loop);

	loop_timer_arm(timer, 5);
	ck_assert_int_eq(loop_run(loop), 0);
	loop_watch_free(timer);
}

static struct runner_stats stats(void)
{
	struct runner_stats ret;

	runner_get_stats(runner, &ret);
	return ret;
}

/* Until the condition holds: Check's time-out is the deadline. */
#define await(condition) \
	do {             \
		turn();  \
	} while (!(condition))

static bool log_has(const char *text)
{
	cleanup_free char *log = dir_read("log");

	return log && strstr(log, text);
}

static bool file_is(const char *file, const char *want)
{
	cleanup_free char *text = dir_read(file);

	return text && strcmp(text, want) == 0;
}

static size_t log_count(const char *text)
{
	cleanup_free char *log = dir_read("log");
	size_t n = 0;

	for (const char *at = log; at && (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void await_idle(void)
{
	struct runner_stats now;

	do {
		turn();
		now = stats();
	} while (now.running > 0 || now.waiting > 0 ||
		 now.started + now.dropped_rate + now.dropped_full + now.failed < now.fired);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- what a command is given ------------------------------------------------------------------
 */

/* The lines of a section of the probe's file, without its name, to be freed. */
static char *section(const char *file, const char *name)
{
	cleanup_free char *text = dir_read(file);
	char *found = NULL, *line, *rest = text;
	size_t len, name_len = strlen(name);
	FILE *out = open_memstream(&found, &len);

	ck_assert(text && out);
	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, name, name_len) == 0 && strncmp(line + name_len, ": ", 2) == 0)
			(void)fprintf(out, "%s\n", line + name_len + 2);
	}
	ck_assert_int_eq(fclose(out), 0);
	return found;
}

#define assert_section(file, name, want)                         \
	do {                                                     \
		cleanup_free char *found_ = section(file, name); \
		ck_assert_str_eq(found_, want);                  \
	} while (0)

/* Has a section this line? */
static bool section_has(const char *file, const char *name, const char *line)
{
	cleanup_free char *found = section(file, name);
	size_t len = strlen(line);

	for (const char *at = found; *at; at = strchr(at, '\n') + 1) {
		if (strncmp(at, line, len) == 0 && at[len] == '\n')
			return true;
	}
	return false;
}

START_TEST(gives_exactly_this_environment)
{
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out, NULL };
	const struct trigger_variable variables[] = {
		{ "CGRED_EXE", "/usr/bin/id" },
		{ "FETTER_EXE", "" },
		{ "PATH", "/tmp/evil" },
		{ "CGRED_ARGV", "a b\nc" },
	};
	struct trigger trigger = trigger_of("probe", probe, args);

	ck_assert_int_eq(setenv("LD_CGRED_TEST", "daemon's", 1), 0);
	ck_assert_int_eq(runner_fire(runner, &trigger, variables, ARRAY_SIZE(variables)), 0);
	await(dir_has("out"));
	assert_section("out", "environment",
		       "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
		       "HOME=/nowhere\nUSER=somebody\nLOGNAME=somebody\nSHELL=/bin/sh\n"
		       "CGRED_EXE=/usr/bin/id\nFETTER_EXE=\nCGRED_ARGV=a b\\nc\n");
}
END_TEST

START_TEST(gives_arguments_as_they_are)
{
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out,     "two words", "$HOME `id` ; *", "new\nline", "",
				     "\"'\\", NULL };
	struct trigger trigger = trigger_of("probe", probe, args);

	fire(&trigger);
	await(dir_has("out"));
	assert_section("out", "argument", "two words\n$HOME `id` ; *\nnew\\nline\n\n\"'\\\n");
}
END_TEST

static void start_anew(void)
{
	runner_free(runner);
	runner = NULL;
	ck_assert_int_eq(runner_new(loop, &config, &runner), 0);
}

/* What a daemon may have, and no command of it. */
static void spoil_the_daemon(void)
{
	const unsigned long ignored[8] = { (unsigned long)SIG_IGN };
	sigset_t some;
	int fd = open("/etc/passwd", O_RDONLY); /* not O_CLOEXEC */

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, 200), 200);
	(void)umask(0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	/* Which signal(3) refuses. */
	ck_assert_int_eq(syscall(SYS_rt_sigaction, 32, ignored, NULL, 8), 0);
	ck_assert_int_eq(syscall(SYS_rt_sigaction, 33, ignored, NULL, 8), 0);
	(void)sigemptyset(&some);
	(void)sigaddset(&some, SIGUSR1);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &some, NULL), 0);
}

static void assert_nothing_given(const char *file)
{
	cleanup_free char *fds = section(file, "fd");
	unsigned long pipes[2];

	ck_assert_msg(
		sscanf(fds, "0 /dev/null\n1 pipe:[%lu]\n2 pipe:[%lu]\n", &pipes[0], &pipes[1]) == 2,
		"%s", fds);
	ck_assert_uint_eq(pipes[0], pipes[1]);
	ck_assert_msg(strstr(fds, "]\n2 pipe:") && strcspn(strstr(fds, "\n2 ") + 1, "\n") + 1 ==
							   strlen(strstr(fds, "\n2 ") + 1),
		      "%s", fds);
	assert_section(file, "umask", "022\n");
	ck_assert(section_has(file, "status", "SigBlk:\t0000000000000000"));
	ck_assert(section_has(file, "status", "SigIgn:\t0000000000000000"));
}

START_TEST(gives_nothing_of_the_daemon)
{
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);

	spoil_the_daemon();
	start_anew();
	trigger.cwd = dir_path;
	fire(&trigger);
	await(dir_has("out"));
	assert_nothing_given("out");
	ck_assert(section_has("out", "cwd", dir_path));
	ck_assert(section_has("out", "status", "NoNewPrivs:\t0"));
}
END_TEST

/* As on a kernel before 5.9. */
START_TEST(gives_nothing_without_close_range)
{
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	spoil_the_daemon();
	start_anew();
	fire(&trigger);
	await(dir_has("out"));
	assert_nothing_given("out");
}
END_TEST

START_TEST(runs_in_a_session_of_its_own)
{
	cleanup_free char *out = dir_join("out");
	cleanup_free char *pid = NULL;
	const char *const args[] = { out, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);

	fire(&trigger);
	await(dir_has("out"));
	pid = section("out", "pid");
	assert_section("out", "pgid", pid);
	assert_section("out", "sid", pid);
}
END_TEST

/* With what the daemon raises: the runner that is started anew has it, too. */
START_TEST(takes_back_what_the_daemon_raised)
{
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);
	struct rlimit limit;
	bool lowered; /* not every root may */

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	if (getuid() == 0)
		ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, -10), 0);
	lowered = file_write_str(AT_FDCWD, "/proc/self/oom_score_adj", "-500") == 0;
	start_anew();
	fire(&trigger);
	await(dir_has("out"));
	if (limit.rlim_max >= 1024)
		assert_section("out", "nofile", "1024\n");
	if (getuid() == 0)
		assert_section("out", "nice", "0\n");
	if (lowered)
		assert_section("out", "oom", "0\n");
}
END_TEST

/* As root only: everything of /proc/PID/status that is a privilege. */
START_TEST(becomes_the_user_for_good)
{
	static const gid_t groups[] = { 64130, 64125, 64130 };
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);

	trigger.uid = OTHER_UID;
	trigger.gid = OTHER_GID;
	trigger.groups = groups;
	trigger.n_groups = ARRAY_SIZE(groups);
	ck_assert_int_eq(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECUREBITS, 4, 0, 0, 0), 0); /* NO_SETUID_FIXUP */
	start_anew();
	fire(&trigger);
	await(dir_has("out"));
	ck_assert(section_has("out", "status", "Uid:\t64123\t64123\t64123\t64123"));
	ck_assert(section_has("out", "status", "Gid:\t64124\t64124\t64124\t64124"));
	ck_assert(section_has("out", "status", "Groups:\t64125 64130 64130 ") ||
		  section_has("out", "status", "Groups:\t64125 64130 "));
	ck_assert(section_has("out", "status", "CapInh:\t0000000000000000"));
	ck_assert(section_has("out", "status", "CapPrm:\t0000000000000000"));
	ck_assert(section_has("out", "status", "CapEff:\t0000000000000000"));
	ck_assert(section_has("out", "status", "CapAmb:\t0000000000000000"));
}
END_TEST

START_TEST(leaves_no_group_of_root)
{
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);

	trigger.uid = OTHER_UID;
	trigger.gid = OTHER_GID;
	trigger.groups = NULL;
	trigger.n_groups = 0;
	fire(&trigger);
	await(dir_has("out"));
	ck_assert(section_has("out", "status", "Groups:\t ") ||
		  section_has("out", "status", "Groups:\t"));
}
END_TEST

/* Without privileges: nobody becomes somebody else. */
START_TEST(does_not_run_as_the_wrong_user)
{
	cleanup_free char *out = dir_join("out");
	const char *const args[] = { out, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);

	trigger.uid = OTHER_UID;
	fire(&trigger);
	await(stats().failed == 1);
	await(log_has("cannot become its user"));
	ck_assert(!dir_has("out"));
}
END_TEST

START_TEST(enters_the_groups_and_goes_on_where_it_cannot)
{
	cleanup_free char *out = dir_join("out");
	cleanup_free char *procs = dir_join("cgroup.procs");
	cleanup_free char *missing = dir_join("missing/cgroup.procs");
	const char *const args[] = { out, NULL };
	const char *paths[] = { missing, procs, NULL };
	struct trigger trigger = trigger_of("probe", probe, args);

	dir_write("cgroup.procs", "");
	config.procs_paths = paths;
	fire(&trigger);
	await(dir_has("out"));
	assert_file("cgroup.procs", "0");
	fire(&trigger);
	await(stats().started == 2);
	await_idle();
	turn();
	ck_assert_uint_eq(log_count("cannot enter its group"), 1);
	ck_assert(log_has(missing));
	ck_assert_uint_eq(stats().failed, 0);
}
END_TEST

/* ---- output, and how they end ----------------------------------------------------------------
 */

START_TEST(logs_what_is_printed)
{
	struct trigger trigger =
		shell("talk", "echo to stdout; echo to stderr >&2; printf 'bell \\a, tab \\t, "
			      "esc \\033[1m, c1 \\302\\233, bad \\377, good \\303\\244, nul \\0.\\n"
			      "no newline'");

	fire(&trigger);
	await(log_has("no newline"));
	ck_assert(log_has("info: trigger \"talk\" ("));
	ck_assert(log_has("): to stdout\n"));
	ck_assert(log_has("): to stderr\n"));
	ck_assert(log_has("): bell \\x07, tab \\x09, esc \\x1b[1m, c1 \\xc2\\x9b, bad \\xff, "
			  "good \303\244, nul \\x00.\n"));
	await(log_has("ended with status 0"));
	ck_assert_uint_eq(stats().failed, 0);
}
END_TEST

START_TEST(logs_bad_ends)
{
	struct trigger bad = shell("bad", "exit 3");
	struct trigger killed = shell("killed", "kill -SEGV $$");

	fire(&bad);
	fire(&killed);
	await(stats().failed == 2);
	await(log_has("warning: trigger \"bad\" (") && log_has("): ended with status 3\n"));
	await(log_has("): killed by signal 11 (Segmentation fault)\n"));
	ck_assert_uint_eq(stats().started, 2);
}
END_TEST

START_TEST(tells_why_a_command_does_not_run)
{
	cleanup_free char *plain = dir_join("plain");
	cleanup_free char *script = dir_join("script");
	cleanup_free char *nothing = dir_join("nothing");
	const char *const none[] = { NULL };
	struct trigger missing = trigger_of("t1", "/nonexistent/program", none);
	struct trigger directory = trigger_of("t2", dir_path, none);
	struct trigger not_executable = trigger_of("t3", plain, none);
	struct trigger no_interpreter = trigger_of("t4", script, none);
	struct trigger no_format = trigger_of("t5", nothing, none);
	struct trigger no_cwd = trigger_of("t6", "/bin/true", none);

	dir_write("plain", "");
	dir_write("script", "#!/nonexistent/sh\n");
	dir_write("nothing", "neither\n");
	ck_assert_int_eq(chmod(script, 0755), 0);
	ck_assert_int_eq(chmod(nothing, 0755), 0);
	no_cwd.cwd = "/nonexistent";
	fire(&missing);
	fire(&directory);
	fire(&not_executable);
	fire(&no_interpreter);
	fire(&no_format);
	fire(&no_cwd);
	await(stats().failed == 6);
	await(log_count("warning: trigger") == 6);
	ck_assert(log_has("cannot execute /nonexistent/program: No such file or directory"));
	ck_assert(log_has(": Is a directory"));
	ck_assert(log_has("/plain: Permission denied"));
	ck_assert(log_has("no such interpreter: "));
	ck_assert(log_has("/nothing: Exec format error"));
	ck_assert(log_has("cannot enter its directory /nonexistent: No such file or directory"));
	ck_assert_uint_eq(stats().started, 0);
}
END_TEST

START_TEST(a_flood_fills_no_log)
{
	struct trigger flood = shell("flood", "exec yes");
	cleanup_free char *log = NULL;

	flood.timeout_ms = 1500;
	fire(&flood);
	await(stats().timed_out == 1);
	await(log_has("more lines of its output are left out"));
	await_idle();
	/* Two seconds, and some of a third. */
	ck_assert_uint_ge(log_count("): y\n"), 100);
	ck_assert_uint_le(log_count("): y\n"), 300);
	log = dir_read("log");
	ck_assert_uint_lt(strlen(log), 100000);
}
END_TEST

/* ---- ending them ------------------------------------------------------------------------------
 */

static pid_t read_pid(const char *file)
{
	cleanup_free char *text = NULL;

	do {
		turn();
		free(text);
		text = dir_read(file);
	} while (!text || !strchr(text, '\n'));
	return (pid_t)strtol(text, NULL, 10);
}

/* A command that tells its pid in a file before its time is over: a busy machine may need more. */
static pid_t fire_in_time(struct trigger *trigger, const char *file)
{
	for (;; trigger->timeout_ms *= 2) {
		uint64_t before = stats().timed_out;

		fire(trigger);
		await(dir_has(file) || stats().timed_out > before);
		if (dir_has(file))
			return read_pid(file);
	}
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

START_TEST(a_time_out_ends_the_whole_group)
{
	struct trigger slow = shell("slow", "sleep 1000 & echo $! >child; wait");
	uint64_t start_ms = now_ms();
	pid_t child;

	slow.cwd = dir_path;
	slow.timeout_ms = 500;
	child = fire_in_time(&slow, "child");
	await(stats().timed_out > 0 && stats().running == 0);
	ck_assert_uint_ge(now_ms() - start_ms, 500);
	await(is_gone(child));
	await(log_has("ms, and is ended"));
	ck_assert_uint_eq(stats().failed, 0);
}
END_TEST

START_TEST(who_ignores_TERM_is_killed)
{
	struct trigger deaf = shell("deaf", "trap '' TERM; sleep 1000 & echo $! >child; "
					    "while :; do sleep 1000; done");
	uint64_t start_ms = now_ms();
	pid_t child;

	deaf.cwd = dir_path;
	deaf.timeout_ms = 500;
	child = fire_in_time(&deaf, "child");
	await(stats().running == 0 && stats().timed_out > 0);
	ck_assert_uint_ge(now_ms() - start_ms, 500 + RUNNER_KILL_MS);
	await(is_gone(child));
	await(log_has("killed by signal 9"));
}
END_TEST

START_TEST(a_child_in_the_background_keeps_no_place)
{
	struct trigger forks = shell("forks", "sleep 1000 & echo $! >child; echo done");
	pid_t child;

	forks.cwd = dir_path;
	forks.max_running = 1;
	fire(&forks);
	child = read_pid("child");
	await(stats().running == 0);
	await(log_has("): done\n"));
	ck_assert(!is_gone(child));
	ck_assert_int_eq(kill(child, SIGKILL), 0);
}
END_TEST

START_TEST(the_end_ends_all)
{
	struct trigger deaf = shell("deaf", "trap '' TERM; echo $$ >one; "
					    "while :; do sleep 1000; done");
	struct trigger polite = shell("polite", "trap 'echo bye >said; exit' TERM; echo $$ >two; "
						"while :; do sleep 0.1; done");
	pid_t pids[3];
	uint64_t start_ms;

	deaf.cwd = polite.cwd = dir_path;
	deaf.max_running = 1;
	fire(&deaf);
	fire(&deaf);
	fire(&polite);
	pids[0] = read_pid("one");
	pids[1] = read_pid("two");
	pids[2] = runner_pid(runner);
	start_ms = now_ms();
	runner_free(runner);
	runner = NULL;
	ck_assert_uint_lt(now_ms() - start_ms, RUNNER_KILL_MS + 1000);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		ck_assert(is_gone(pids[i]));
	assert_file("said", "bye\n");
}
END_TEST

/* Whatever ends the daemon, ends them. */
START_TEST(nothing_outlives_the_daemon)
{
	struct trigger slow = shell("slow", "echo $$ >command; exec sleep 1000");
	pid_t daemon, command, process;

	slow.cwd = dir_path;
	runner_free(runner);
	runner = NULL;
	daemon = fork();
	if (daemon == 0) {
		char text[32];

		loop = loop_new();
		ck_assert_int_eq(runner_new(loop, &config, &runner), 0);
		fire(&slow);
		(void)read_pid("command");
		(void)snprintf(text, sizeof(text), "%d\n", (int)runner_pid(runner));
		dir_write("process", text);
		(void)pause();
		_exit(0);
	}
	process = read_pid("process");
	command = read_pid("command");
	ck_assert_int_eq(kill(daemon, SIGKILL), 0);
	ck_assert_int_eq(waitpid(daemon, NULL, 0), daemon);
	await(is_gone(command) && is_gone(process));
}
END_TEST

START_TEST(a_runner_that_dies_is_started_anew)
{
	struct trigger slow = shell("slow", "echo $$ >command; exec sleep 1000");
	struct trigger quick = shell("quick", "echo again");
	pid_t before = runner_pid(runner);
	pid_t command;

	slow.cwd = dir_path;
	slow.max_running = 1;
	for (int i = 0; i < 3; i++)
		fire(&slow);
	command = read_pid("command");
	await(stats().running == 1 && stats().waiting == 2);
	ck_assert_int_eq(kill(before, SIGKILL), 0);
	await(runner_pid(runner) != before && runner_pid(runner) != 0);
	ck_assert_uint_eq(stats().failed, 3);
	ck_assert_uint_eq(stats().running + stats().waiting, 0);
	ck_assert(log_has("has ended, and is started anew"));
	await(is_gone(command));
	ck_assert_int_eq(waitpid(before, NULL, WNOHANG), -1); /* it was waited for */
	fire(&quick);
	await(log_has("): again\n"));
}
END_TEST

START_TEST(signals_to_the_runner_are_ignored)
{
	struct trigger quick = shell("quick", "echo here");
	pid_t pid = runner_pid(runner);

	fire(&quick);
	await(log_has("): here\n")); /* it is ready */
	for (int signo = 1; signo <= 31; signo++) {
		if (signo != SIGKILL && signo != SIGSTOP)
			(void)kill(pid, signo);
	}
	fire(&quick);
	await(log_count("): here\n") == 2);
	ck_assert_int_eq(runner_pid(runner), pid);
}
END_TEST

/* ---- limits -----------------------------------------------------------------------------------
 */

START_TEST(no_more_run_than_may)
{
	struct trigger slow = shell("slow", "echo x >>started; exec sleep 1000");

	slow.cwd = dir_path;
	slow.max_running = 3;
	for (int i = 0; i < 10; i++)
		fire(&slow);
	await(stats().running == 3 && stats().waiting == 7 && stats().started == 3);
	await(file_is("started", "x\nx\nx\n"));
	for (int i = 0; i < 20; i++)
		turn();
	ck_assert_uint_eq(stats().running, 3);
	ck_assert_uint_eq(stats().started, 3);
}
END_TEST

START_TEST(they_run_in_the_order_of_their_events)
{
	static const char *names[] = { "1", "2", "3", "4", "5", "6" };
	struct trigger order = shell("order", "echo $CGRED_N >>order");

	order.cwd = dir_path;
	order.max_running = 1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct trigger_variable variable = { "CGRED_N", names[i] };

		ck_assert_int_eq(runner_fire(runner, &order, &variable, 1), 0);
	}
	await_idle();
	assert_file("order", "1\n2\n3\n4\n5\n6\n");
}
END_TEST

START_TEST(a_slow_trigger_holds_up_no_other)
{
	struct trigger slow = shell("slow", "exec sleep 1000");
	struct trigger quick = shell("quick", "echo here");

	slow.max_running = 1;
	for (int i = 0; i < 100; i++)
		fire(&slow);
	fire(&quick);
	await(log_has("): here\n"));
	await(stats().running == 1);
}
END_TEST

START_TEST(a_rate_is_kept)
{
	struct trigger rated = shell("rated", ":");

	rated.rate = 5;
	rated.rate_ms = 60000;
	for (int i = 0; i < 50; i++)
		fire(&rated);
	await_idle();
	ck_assert_uint_eq(stats().started, 5);
	ck_assert_uint_eq(stats().dropped_rate, 45);
	await(log_has("45 were dropped: more than its rate"));
}
END_TEST

START_TEST(a_rate_comes_back)
{
	struct trigger rated = shell("rated", ":");

	rated.rate = 2;
	rated.rate_ms = 500;
	for (int i = 0; i < 3; i++)
		fire(&rated);
	await(stats().dropped_rate == 1);
	await((fire(&rated), turn(), stats().started == 4));
}
END_TEST

/* Every one of them is counted, nothing runs that may not, and the memory is bounded. */
START_TEST(a_burst_stays_within_all_limits)
{
	struct trigger burst = shell("burst", "echo x >>started; exec sleep 0.01");
	struct trigger_variable variables[54];
	char names[54][16];
	struct timespec begin, end;
	struct runner_stats now;
	size_t most_running = 0, most_waiting = 0, taken = 0;
	cleanup_free char *text = NULL;
	double each_us;

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "CGRED_X%zu", i);
		variables[i] = (struct trigger_variable){ names[i], "/some/value/of/it" };
	}
	burst.cwd = dir_path;
	burst.rate = 200;
	burst.rate_ms = 60000;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < 10000; i++) {
		int r = runner_fire(runner, &burst, variables, ARRAY_SIZE(variables));

		ck_assert(r == 0 || r == -EAGAIN);
		taken += r == 0;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	each_us = ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
		   (double)(end.tv_nsec - begin.tv_nsec)) /
		  1e3 / 10000;
	printf("a firing takes %.2f us; %zu of 10000 were taken at once\n", each_us, taken);
	do {
		turn();
		now = stats();
		most_running = now.running > most_running ? now.running : most_running;
		most_waiting = now.waiting > most_waiting ? now.waiting : most_waiting;
	} while (now.running + now.waiting > 0 ||
		 now.started + now.dropped_rate + now.dropped_full < 10000);
	ck_assert_uint_le(most_running, 4);
	ck_assert_uint_le(most_waiting, RUNNER_QUEUE_MAX);
	ck_assert_uint_eq(now.fired, 10000);
	ck_assert_uint_ge(now.started, 200);
	ck_assert_uint_le(now.started, 400); /* what the time of the test has earned */
	ck_assert_uint_eq(now.started + now.dropped_rate + now.dropped_full, 10000);
	ck_assert_uint_eq(now.failed, 0);
	text = dir_read("started");
	ck_assert_uint_eq(strlen(text), 2 * now.started);
}
END_TEST

START_TEST(what_waits_is_bounded)
{
	struct trigger slow = shell("slow", "exec sleep 1000");

	slow.max_running = 1;
	for (int i = 0; i < 3000; i++)
		(void)runner_fire(runner, &slow, NULL, 0);
	await(stats().running == 1 && stats().dropped_full == 3000 - 1 - RUNNER_QUEUE_MAX);
	ck_assert_uint_eq(stats().waiting, RUNNER_QUEUE_MAX);
	await(log_has("were dropped: too many wait") || log_has("the runner is behind"));
}
END_TEST

START_TEST(a_runner_that_hangs_holds_nothing_up)
{
	struct trigger quick = shell("quick", ":");
	uint64_t start_ms = now_ms();
	int r = 0;

	ck_assert_int_eq(kill(runner_pid(runner), SIGSTOP), 0);
	for (int i = 0; i < 100000 && r == 0; i++)
		r = runner_fire(runner, &quick, NULL, 0);
	ck_assert_int_eq(r, -EAGAIN);
	ck_assert_uint_eq(stats().dropped_full, 1);
	ck_assert_uint_lt(now_ms() - start_ms, 10000);
	await(log_has("1 were dropped: the runner is behind"));
	start_ms = now_ms();
	runner_free(runner);
	runner = NULL;
	ck_assert_uint_lt(now_ms() - start_ms, RUNNER_KILL_MS + 3000);
}
END_TEST

/* ---- requests and lines -----------------------------------------------------------------------
 */

START_TEST(long_values_are_cut_between_characters)
{
	static char buf[RUNNER_REQUEST_MAX];
	cleanup_free char *plain = repeat('x', RUNNER_VALUE_MAX + 1);
	cleanup_free char *accents = repeat('x', RUNNER_VALUE_MAX + 1);
	cleanup_free char *exact = repeat('x', RUNNER_VALUE_MAX);
	const struct trigger_variable variables[] = { { "A", plain },
						      { "B", accents },
						      { "C", exact } };
	struct trigger trigger = shell("x", ":");
	struct runner_request *request;
	ssize_t len;

	memcpy(accents + RUNNER_VALUE_MAX - 1, "\303\244", 2);
	len = runner_request_encode(buf, sizeof(buf), &trigger, variables, 3, NULL);
	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(runner_request_decode(buf, (size_t)len, &request), 0);
	ck_assert_uint_eq(strlen(request->environment[5]), 2 + RUNNER_VALUE_MAX);
	ck_assert_uint_eq(strlen(request->environment[6]), 2 + RUNNER_VALUE_MAX - 1);
	ck_assert_uint_eq(strlen(request->environment[7]), 2 + RUNNER_VALUE_MAX);
	ck_assert_ptr_null(request->environment[8]);
	free(request);
	/* Nothing shorter than a request is one. */
	for (size_t part = 0; part < (size_t)len; part++)
		ck_assert_int_eq(runner_request_decode(buf, part, &request), -EBADMSG);
}
END_TEST

START_TEST(refuses_what_is_too_large_or_no_name)
{
	cleanup_free char *large = repeat('x', RUNNER_REQUEST_MAX);
	const char *const args[] = { large, NULL };
	struct trigger trigger = trigger_of("large", "/bin/true", args);
	struct trigger fine = shell("fine", ":");
	const struct trigger_variable wrong = { "A=B", "" }, empty = { "", "" };

	ck_assert_int_eq(runner_fire(runner, &trigger, NULL, 0), -E2BIG);
	ck_assert_int_eq(runner_fire(runner, &fine, &wrong, 1), -EINVAL);
	ck_assert_int_eq(runner_fire(runner, &fine, &empty, 1), -EINVAL);
	ck_assert_uint_eq(stats().failed, 3);
}
END_TEST

static void append_line(void *arg, const char *line)
{
	char *joined;
	char **found = arg;

	ck_assert_int_ge(asprintf(&joined, "%s%s|", *found, line), 0);
	free(*found);
	*found = joined;
}

START_TEST(lines_are_put_together_and_cut)
{
	struct runner_lines lines = { 0 };
	cleanup_free char *found = strdup("");
	cleanup_free char *nearly = repeat('x', RUNNER_LINE_MAX - 1);
	cleanup_free char *wanted = NULL;

	runner_lines_feed(&lines, "a", 1, append_line, &found);
	runner_lines_feed(&lines, "b\n\nc\r\nd", 7, append_line, &found);
	runner_lines_end(&lines, append_line, &found);
	ck_assert_str_eq(found, "ab|c|d|");
	/* A line that is too long, with a character where it is cut. */
	runner_lines_feed(&lines, nearly, RUNNER_LINE_MAX - 1, append_line, &found);
	runner_lines_feed(&lines, "\303\244y\n", 4, append_line, &found);
	ck_assert_int_ge(asprintf(&wanted, "ab|c|d|%s|\303\244y|", nearly), 0);
	ck_assert_str_eq(found, wanted);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("runner");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, gives_exactly_this_environment);
	tcase_add_test(tcase, gives_arguments_as_they_are);
	tcase_add_test(tcase, gives_nothing_of_the_daemon);
	tcase_add_test(tcase, gives_nothing_without_close_range);
	tcase_add_test(tcase, runs_in_a_session_of_its_own);
	tcase_add_test(tcase, takes_back_what_the_daemon_raised);
	if (getuid() == 0) {
		tcase_add_test(tcase, becomes_the_user_for_good);
		tcase_add_test(tcase, leaves_no_group_of_root);
	} else {
		puts("not root: whether privileges are dropped is not tested");
		tcase_add_test(tcase, does_not_run_as_the_wrong_user);
	}
	tcase_add_test(tcase, enters_the_groups_and_goes_on_where_it_cannot);
	tcase_add_test(tcase, logs_what_is_printed);
	tcase_add_test(tcase, logs_bad_ends);
	tcase_add_test(tcase, tells_why_a_command_does_not_run);
	tcase_add_test(tcase, a_flood_fills_no_log);
	tcase_add_test(tcase, a_time_out_ends_the_whole_group);
	tcase_add_test(tcase, who_ignores_TERM_is_killed);
	tcase_add_test(tcase, a_child_in_the_background_keeps_no_place);
	tcase_add_test(tcase, the_end_ends_all);
	tcase_add_test(tcase, nothing_outlives_the_daemon);
	tcase_add_test(tcase, a_runner_that_dies_is_started_anew);
	tcase_add_test(tcase, signals_to_the_runner_are_ignored);
	tcase_add_test(tcase, no_more_run_than_may);
	tcase_add_test(tcase, they_run_in_the_order_of_their_events);
	tcase_add_test(tcase, a_slow_trigger_holds_up_no_other);
	tcase_add_test(tcase, a_rate_is_kept);
	tcase_add_test(tcase, a_rate_comes_back);
	tcase_add_test(tcase, a_burst_stays_within_all_limits);
	tcase_add_test(tcase, what_waits_is_bounded);
	tcase_add_test(tcase, a_runner_that_hangs_holds_nothing_up);
	tcase_add_test(tcase, long_values_are_cut_between_characters);
	tcase_add_test(tcase, refuses_what_is_too_large_or_no_name);
	tcase_add_test(tcase, lines_are_put_together_and_cut);
	return run_tests(tcase);
}
