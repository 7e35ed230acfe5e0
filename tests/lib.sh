# shellcheck shell=sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What every system test needs. A test sources this file first; it runs under dash and busybox ash,
# as root, on the host or in a VM. Everything a test makes (processes, users, groups, cgroups,
# mounts, files) carries its tag, and is removed when the test ends, however it ends.
#
# Environment:
#   CGRED            the daemon                  (default: cgred at the root of the build)
#   CGRED_BUILD      the root of the build       (default: the source tree)
#   CGRED_HELPERS    the test programs           (default: $CGRED_BUILD/tests/helpers)
#   CGRED_SETUID     tests/setuid                (default: $CGRED_BUILD/tests/setuid)
#   CGRED_SCALE      every deadline times this   (default: 1; emulated machines need 10 to 50)
#   CGRED_BURST      how many processes a burst has (default: 2000)
#   CGRED_VM=1       this machine may be turned upside down: rules for root and for * are allowed
#
# What a test gets:
#   $T      its directory, removed at the end      $CG     its group, relative to each hierarchy
#   $C1 $C2 two controllers that can be used       $MODE   v1, hybrid or v2
#   $NEW $NEW_ID  the user or group made last      $PID    the process started last
#   $OUT    what the last process or command said  $LOG    what the daemon says
#   $BASE_UID and the 18 numbers after it: ids without a name, different in every test
#   $RUN_DIR the runtime directory of its daemons (a test may change it)
#   $SYNC   never: no exec is held, for a rule of a test may name a program that others on this machine
#           use, too. A test whose rules name only copies of its own sets it to auto.
set -eu

TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${CGRED_BUILD:-$TOP}
CGRED=${CGRED:-$BUILD/cgred}
HELPERS=${CGRED_HELPERS:-$BUILD/tests/helpers}
SETUID=${CGRED_SETUID:-$BUILD/tests/setuid}
SCALE=${CGRED_SCALE:-1}
SYNC=never
PATH=$PATH:/usr/sbin:/sbin

TAG=ct$$
CG=cgredtest-$$
DAEMON=
OUTS=0
LOG_MARK=0
MADE_USERS=
MADE_GROUPS=

# ---- results ------------------------------------------------------------------------------------

fail() {
	printf 'fail: %s\n' "$*"
	exit 1
}

skip() {
	printf '%s\n' "$*"
	exit 77
}

# What the first comments of the test say: "# modes: v1 hybrid" and "# vm-only".
obey_header() {
	_modes=$(sed -n -e '/^#/!q' -e 's/^# modes: *//p' "$0")
	case " $_modes " in
	"  " | *" $MODE "*) ;;
	*) skip "only for $_modes" ;;
	esac
	if sed '/^#/!q' "$0" | grep -qx '# vm-only'; then
		[ "${CGRED_VM-}" = 1 ] || skip "only in a VM (CGRED_VM=1): not safe on a machine in use"
	fi
}

need() {
	for _program; do
		command -v "$_program" >/dev/null || skip "$_program is not installed"
	done
}

# ---- waiting ------------------------------------------------------------------------------------

seconds() {
	cut -d. -f1 /proc/uptime
}

nap() {
	sleep 0.02
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails after the deadline.
wait_for() {
	_deadline=$(($(seconds) + $1 * SCALE + 1))
	shift
	until "$@"; do
		[ "$(seconds)" -lt "$_deadline" ] || return 1
		nap
	done
}

# stays_for SECONDS COMMAND...: the command goes on to succeed for so long.
stays_for() {
	_end=$(($(seconds) + $1 + 1))
	shift
	while "$@"; do
		[ "$(seconds)" -lt "$_end" ] || return 0
		nap
	done
	return 1
}

is_gone() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

# ---- the hierarchies ----------------------------------------------------------------------------

V2_ROOT=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)

# hierarchy CONTROLLER: where it is mounted; "cgroup" is the unified tree.
hierarchy() {
	_mount=$(awk -v name="$1" '$3 == "cgroup" {
		count = split($4, option, ",")
		for (i = 1; i <= count; i++)
			if (option[i] == name) { print $2; exit }
	}' /proc/self/mounts)
	if [ -n "$_mount" ]; then
		echo "$_mount"
	elif [ -n "$V2_ROOT" ]; then
		[ "$1" = cgroup ] || grep -qw "$1" "$V2_ROOT/cgroup.controllers" || return 1
		echo "$V2_ROOT"
	else
		return 1
	fi
}

# hierarchies: every mount that "*" stands for, each on a line.
hierarchies() {
	awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 !~ /name=systemd/) { print $2 }' \
		/proc/self/mounts | sort -u
}

# controllers: the names of all that "*" stands for.
controllers() {
	cut -d: -f2 /proc/self/cgroup | tr ',' '\n' | while read -r _name; do
		case $_name in
		'') [ -z "$V2_ROOT" ] || echo cgroup ;;
		name=*) ;;
		*) ! has_controller "$_name" || echo "$_name" ;;
		esac
	done
}

has_controller() {
	hierarchy "$1" >/dev/null
}

detect_mode() {
	if awk '$3 == "cgroup" && $4 !~ /name=/ { found = 1 } END { exit !found }' /proc/self/mounts; then
		MODE=${V2_ROOT:+hybrid}
		MODE=${MODE:-v1}
	else
		MODE=v2
	fi
	C1='' C2=''
	for _name in cpu memory pids freezer; do
		has_controller "$_name" || continue
		if [ -z "$C1" ]; then
			C1=$_name
		elif [ -z "$C2" ]; then
			C2=$_name
		fi
	done
	[ -n "$C2" ] || skip "fewer than two controllers are mounted"
}

# group_dir CONTROLLER GROUP
group_dir() {
	echo "$(hierarchy "$1")/$2"
}

# On v1 a new group has no CPUs; in the unified tree, of whatever mode, it has its parent's.
fill_cpuset() {
	[ -f "$1/cpuset.cpus" ] && [ ! -e "$1/cgroup.controllers" ] || return 0
	for _file in cpuset.cpus cpuset.mems; do
		[ -n "$(cat "$1/$_file")" ] || cat "$1/../$_file" >"$1/$_file"
	done
}

make_group_at() {
	_below=$1
	_rest=$2/
	while [ -n "$_rest" ]; do
		_below=$_below/${_rest%%/*}
		_rest=${_rest#*/}
		[ -d "$_below" ] || mkdir "$_below"
		fill_cpuset "$_below"
	done
}

# make_group GROUP [CONTROLLER...]: by default for both controllers.
make_group() {
	_group=$1
	shift
	[ $# -gt 0 ] || set -- "$C1" "$C2"
	for _name; do
		make_group_at "$(hierarchy "$_name")" "$_group"
	done
}

make_group_everywhere() {
	hierarchies | while read -r _root; do
		make_group_at "$_root" "$1"
	done
}

# where PID CONTROLLER: the path of its group, without the leading slash.
where() {
	awk -v name="$2" '{
		at = index($0, ":"); rest = substr($0, at + 1)
		at = index(rest, ":"); list = substr(rest, 1, at - 1); path = substr(rest, at + 1)
		if (list == "")
			unified = path
		count = split(list, item, ",")
		for (i = 1; i <= count; i++)
			if (item[i] == name) { print substr(path, 2); found = 1 }
	} END { if (!found) print substr(unified, 2) }' "/proc/$1/cgroup"
}

is_in() {
	[ "$(where "$1" "$2" 2>/dev/null)" = "$3" ]
}

# ---- users and groups ---------------------------------------------------------------------------

free_id() {
	awk -F: -v id=$((20000 + $$ % 9000)) '{ used[$3] } END { while (id in used) id++; print id }' \
		/etc/passwd /etc/group
}

# new_group NAME: sets NEW and NEW_ID.
# shellcheck disable=SC2034
new_group() {
	NEW=$TAG$1
	MADE_GROUPS="$MADE_GROUPS $NEW"
	if command -v groupadd >/dev/null; then
		groupadd "$NEW"
	else
		echo "$NEW:x:$(free_id):" >>/etc/group
	fi
	NEW_ID=$(awk -F: -v name="$NEW" '$1 == name { print $3 }' /etc/group)
}

# new_user NAME [GROUP [GROUP]]: with the first group as its own (else one of its name), and as a
# listed member of the second. Sets NEW, NEW_ID and NEW_IDS (UID:GID).
# shellcheck disable=SC2034
new_user() {
	_user=$TAG$1
	_primary=${2-}
	if [ -z "$_primary" ]; then
		new_group "$1"
		_primary=$NEW
	fi
	MADE_USERS="$MADE_USERS $_user"
	if command -v useradd >/dev/null; then
		useradd -M -N -g "$_primary" ${3:+-G "$3"} -s /bin/sh "$_user"
	else
		_gid=$(awk -F: -v name="$_primary" '$1 == name { print $3 }' /etc/group)
		echo "$_user:x:$(free_id):$_gid::/:/bin/sh" >>/etc/passwd
		[ -z "${3-}" ] || sed -i "s/^$3:.*[^:]\$/&,$_user/; s/^$3:.*:\$/&$_user/" /etc/group
	fi
	NEW=$_user
	NEW_ID=$(awk -F: -v name="$NEW" '$1 == name { print $3 }' /etc/passwd)
	NEW_IDS=$(awk -F: -v name="$NEW" '$1 == name { print $3 ":" $4 }' /etc/passwd)
}

# drop_user NAME, drop_group NAME: the whole name, as NEW had it.
drop_user() {
	case $1 in "$TAG"?*) ;; *) return ;; esac
	if command -v userdel >/dev/null; then
		userdel "$1" 2>/dev/null || :
	else
		sed -i "/^$1:/d" /etc/passwd
	fi
}

drop_group() {
	case $1 in "$TAG"?*) ;; *) return ;; esac
	if ! grep -q "^$1:" /etc/group; then
		return # userdel took the one of the same name along
	elif command -v groupdel >/dev/null; then
		groupdel "$1" 2>/dev/null || :
	else
		sed -i "/^$1:/d" /etc/group
	fi
}

# ---- processes ----------------------------------------------------------------------------------

# program NAME: a program of that name, in the test's directory, which idles. Prints its path.
program() {
	[ -e "$T/bin/$1" ] || cp "$HELPERS/idle" "$T/bin/$1"
	printf '%s\n' "$T/bin/$1"
}

# slow_close: a file system of the test's own at $T/slow, whose one file, "file", takes until end_slow_close to be
# closed; $T/closes has a line "closing" for each time. What is started meanwhile must not have descriptor 9.
slow_close() {
	[ -e "$HELPERS/slow-close" ] || skip "$HELPERS/slow-close is not built"
	mkdir "$T/slow"
	mkfifo "$T/end"
	"$HELPERS/slow-close" "$T/slow" <"$T/end" >"$T/closes" 2>&1 &
	CLOSER=$!
	exec 9>"$T/end"
	wait_for 5 grep -q ready "$T/closes" || skip "no file system of its own: $(cat "$T/closes")"
}

end_slow_close() {
	exec 9>&-
	wait "$CLOSER" || fail "slow-close: $(cat "$T/closes")"
}

# start PROGRAM [ARG...]: in the background. Sets PID, and OUT to the file of its output.
start() {
	OUTS=$((OUTS + 1))
	OUT=$T/out.$OUTS
	"$@" </dev/null >"$OUT" 2>&1 &
	PID=$!
}

# steps STEP...: one process that takes these steps; see helpers/steps.c.
steps() {
	start "$T/bin/steps" "$@"
}

# as UID GID PROGRAM [ARG...]: starts it with these ids and no supplementary groups.
as() {
	_uid=$1
	_gid=$2
	shift 2
	steps groups "" gid "$_gid" uid "$_uid" exec "$@"
}

# runs PROGRAM [PID]: the process (the last one by default) has come to its exec of the program.
runs() {
	[ "$(readlink "/proc/${2:-$PID}/exe")" = "$1" ]
}

assert_runs() {
	wait_for 5 runs "$@" || fail "process ${2:-$PID} does not run $1: $(cat "$OUT")"
}

# child: the pid that the last process said when it forked.
child() {
	wait_for 5 says '^child' || fail "no child: $(cat "$OUT")"
	sed -n 's/^child //p' "$OUT" | tail -n 1
}

# stop PID: a process that the test started.
stop() {
	kill -9 "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

# ours [NAME]: the pids of the programs (of one of them) that run from the test's directory.
ours() {
	# One ls for all: there may be thousands. Not even the strangest name has a slash in it.
	# shellcheck disable=SC2012
	ls -ld /proc/[0-9]*/exe 2>/dev/null | sed -n "s|.* /proc/\([0-9]*\)/exe -> $T/${1-.*}\$|\1|p"
}

# ---- the daemon ---------------------------------------------------------------------------------

# rules <FILE: the rules file, with a last rule that settle needs. Line numbers stay.
rules() {
	cat >"$T/rules.new"
	add_barrier "$T/rules.new"
	mv "$T/rules.new" "$T/rules"
}

# rules_for_all <FILE: as "rules", for rules that mean everybody: the one that settle needs is the first.
rules_for_all() {
	: >"$T/rules.new"
	add_barrier "$T/rules.new"
	cat >>"$T/rules.new"
	mv "$T/rules.new" "$T/rules"
}

add_barrier() {
	_barrier=$CG/barrier$(($(barriers) + 1))
	echo x >>"$T/barriers"
	make_group "$_barrier" "$C1"
	echo "$BARRIER_UID:$T/bin/barrier $C1 $_barrier" >>"$1"
}

# How many there were: in a file, since "rules" may stand behind a pipe.
barriers() {
	wc -l <"$T/barriers"
}

# yaml <FILE: a YAML configuration beside the rules. Its top group is the test's: it begins with "name: $CG".
yaml() {
	cat >"$T/new.yaml"
	mv "$T/new.yaml" "$T/rules.yaml"
	YAML=$T/rules.yaml
	[ -e "$T/rules" ] || rules </dev/null
}

# cgred ARG...: the daemon with the files of this test, bounded in time. Its output is in OUT,
# its exit status in STATUS.
cgred() {
	OUTS=$((OUTS + 1))
	OUT=$T/out.$OUTS
	STATUS=0
	timeout $((10 * SCALE)) "$CGRED" --config "$T/rules" ${YAML:+--config "$YAML"} --cgconfig "$T/cgconfig.conf" \
		--runtime-dir "$RUN_DIR" "$@" >"$OUT" 2>&1 || STATUS=$?
}

check() {
	cgred --check "$@"
}

# launch ARG...: starts the daemon in the foreground and does not wait. Sets DAEMON.
launch() {
	: >>"$LOG"
	"$CGRED" --nodaemon --nolog --config "$T/rules" ${YAML:+--config "$YAML"} --cgconfig "$T/cgconfig.conf" \
		--runtime-dir "$RUN_DIR" --sync "$SYNC" "$@" </dev/null >>"$LOG" 2>&1 &
	DAEMON=$!
}

says_ready() {
	tail -c +$((LOG_MARK + 1)) "$LOG" | grep -q ready && return
	! is_gone "$DAEMON" || fail "the daemon ended at once"
	return 1
}

# start_daemon [ARG...]: tells every placement; waits until it is ready.
start_daemon() {
	mark_log
	launch -v -v "$@"
	wait_for 10 says_ready || fail "the daemon is not ready"
	settle
}

# start_daemon_plain [ARG...]: at the default log level.
start_daemon_plain() {
	mark_log
	launch "$@"
	wait_for_pid_file
	settle
}

wait_for_pid_file() {
	wait_for 10 test -s "$RUN_DIR/cgred.pid" || fail "the daemon writes no pid file"
}

# settle: until the daemon has worked on everything that happened before, by the last rules made.
settle() {
	_settle_end=$(($(seconds) + 15 * SCALE))
	until pass_barrier; do
		! is_gone "$DAEMON" || fail "the daemon has ended"
		[ "$(seconds)" -lt "$_settle_end" ] || fail "the daemon does not act on the last rules"
	done
}

pass_barrier() {
	_pid=$PID _out=$OUT
	as "$BARRIER_UID" "$BARRIER_UID" "$T/bin/barrier"
	wait_for 1 at_barrier "$PID" || :
	_passed=1
	! is_in "$PID" "$C1" "$CG/barrier$(barriers)" || _passed=0
	stop "$PID"
	PID=$_pid OUT=$_out
	return $_passed
}

at_barrier() {
	case $(where "$1" "$C1" 2>/dev/null) in "$CG/barrier"*) ;; *) return 1 ;; esac
}

# reload <FILE: new rules, and they are in force.
reload() {
	rules
	kill -USR2 "$DAEMON"
	settle
}

# stop_daemon: a clean end with status 0.
stop_daemon() {
	kill -TERM "$DAEMON"
	wait_for 5 is_gone "$DAEMON" || fail "the daemon does not end on SIGTERM"
	_status=0
	wait "$DAEMON" || _status=$?
	DAEMON=
	[ $_status -eq 0 ] || fail "the daemon ended with status $_status"
}

daemon_lives() {
	! is_gone "$DAEMON" || fail "the daemon has ended"
}

# limited <COMMANDS: groups with limits, without a daemon; see helpers/limited.c. Its output is in OUT.
limited() {
	[ -e "$T/bin/limited" ] || cp "$HELPERS/limited" "$HELPERS/eat" "$T/bin/"
	OUTS=$((OUTS + 1))
	OUT=$T/out.$OUTS
	"$T/bin/limited" >"$OUT" 2>&1 || fail "limited: $(cat "$OUT")"
}

# assert_limited LINE...: these lines, and no others, are what "limited" said.
assert_limited() {
	printf '%s\n' "$@" >"$T/want"
	cmp -s "$T/want" "$OUT" || fail "not what it should say ($*): $(cat "$OUT")"
}

# is_unified CONTROLLER: it is one of the v2 tree.
is_unified() {
	[ -e "$(hierarchy "$1")/cgroup.controllers" ]
}

need_controller() {
	has_controller "$1" || skip "no $1 controller in mode $MODE of linux $(uname -r)"
}

# init_settings LINE...: what the init script shall read, for a daemon of this test.
init_settings() {
	CGRED_SYSCONFIG=$T/cgred.conf SUBSYS_LOCK=$T/subsys/cgred
	export CGRED_SYSCONFIG SUBSYS_LOCK
	cat >"$CGRED_SYSCONFIG" <<E
DAEMON="$CGRED"
RUNTIME_DIR="$RUN_DIR"
CONFIG_FILE="$T/rules"
LOG_FILE="$LOG"
OPTIONS="--cgconfig $T/cgconfig.conf -v -v"
E
	printf '%s\n' "$@" >>"$CGRED_SYSCONFIG"
}

# initd STATUS COMMAND: the init script's command, and the status that it must have. Sets DAEMON.
initd() {
	OUT=$T/out.initd
	STATUS=0
	timeout $((20 * SCALE)) sh "$TOP/scripts/init.d/cgred" "$2" >"$OUT" 2>&1 </dev/null || STATUS=$?
	assert_status "$1"
	DAEMON=$(cat "$RUN_DIR/cgred.pid" 2>/dev/null || :)
}

# ---- the log ------------------------------------------------------------------------------------

mark_log() {
	LOG_MARK=$(wc -c <"$LOG")
}

log() {
	tail -c +$((LOG_MARK + 1)) "$LOG"
}

logged() {
	log | grep -Eq -e "$1"
}

# placements PID: how many the log tells of it since the mark.
placements() {
	log | grep -c "placed $1 (" || :
}

# ---- assertions ---------------------------------------------------------------------------------

assert_in() {
	wait_for 5 is_in "$1" "$2" "$3" ||
		fail "process $1 ($(readlink "/proc/$1/exe")) is in '$(where "$1" "$2")' on $2, not in '$3'"
}

# assert_unmoved PID [CONTROLLER...]: it is where the test itself is.
assert_unmoved() {
	_moved=$1
	shift
	[ $# -gt 0 ] || set -- "$C1" "$C2"
	settle
	for _name; do
		is_in "$_moved" "$_name" "$(where $$ "$_name")" ||
			fail "process $_moved was moved to '$(where "$_moved" "$_name")' on $_name"
	done
}

# assert_in_all PID GROUP: in every hierarchy that "*" means.
assert_in_all() {
	for _each in $(controllers); do
		assert_in "$1" "$_each" "$2"
	done
}

assert_logged() {
	wait_for 5 logged "$1" || fail "the log does not say: $1"
}

assert_not_logged() {
	settle
	! logged "$1" || fail "the log says: $(log | grep -E -e "$1" | head -n 3)"
}

assert_says() {
	grep -Eq -e "$1" "$OUT" || fail "the output does not say: $1 -- but: $(head -c 2000 "$OUT")"
}

assert_status() {
	[ "$STATUS" = "$1" ] || fail "status $STATUS instead of $1: $(head -c 2000 "$OUT")"
}

assert() {
	"$@" || fail "not true: $*"
}

# says TEXT: the last process has printed it.
says() {
	grep -q -e "$1" "$OUT"
}

assert_eventually() {
	wait_for 5 "$@" || fail "does not become true: $*"
}

# ---- a machine of its own for a test ------------------------------------------------------------

# private_mounts: runs the test again in a mount namespace of its own, with its own /etc and an
# empty /run, so that default paths can be used without touching the machine's.
private_mounts() {
	need unshare
	if [ "${CGRED_PRIVATE-}" != $$ ]; then
		cleanup_files
		trap - EXIT
		CGRED=$BUILT_CGRED CGRED_PRIVATE=$$ exec unshare -m "${CGRED_SH:-sh}" "$0"
	fi
	is_private || skip "no mount namespace of its own"
	mkdir "$T/etc"
	cp -a /etc/. "$T/etc/"
	rm -rf "$T/etc/cgrules.conf" "$T/etc/cgrules.d" "$T/etc/cgconfig.conf" "$T/etc/cgconfig.d" \
		"$T/etc/cgred" "$T/etc/sysconfig" "$T/etc/default/cgred"
	mount --bind "$T/etc" /etc
	mount -t tmpfs -o mode=755 cgredtest /run
}

# is_private: mounts made here are seen nowhere else.
is_private() {
	[ "$(readlink /proc/self/ns/mnt)" != "$(readlink /proc/$PPID/ns/mnt)" ] &&
		! grep -q ' shared:' /proc/self/mountinfo
}

# ---- the end ------------------------------------------------------------------------------------

kill_ours() {
	for _pid in $(ours 'bin/cgred.*'); do
		kill -CONT "$_pid" 2>/dev/null || :
		kill -TERM "$_pid" 2>/dev/null || :
		wait_for 3 is_gone "$_pid" || :
	done
	for _ in 1 2 3 4 5; do
		_left=$(ours)
		[ -n "$_left" ] || break
		# shellcheck disable=SC2086
		kill -KILL $_left 2>/dev/null || :
		nap
	done
}

remove_groups() {
	awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts | while read -r _root; do
		[ -d "$_root/$CG" ] || continue
		# Nobody else's process may be lost in a group that goes away: what is left goes up.
		find "$_root/$CG" -name cgroup.procs -exec cat {} + | while read -r _pid; do
			echo "$_pid" >"$_root/cgroup.procs" || :
		done 2>/dev/null
		wait_for 5 remove_tree "$_root/$CG" || echo "cannot remove $_root/$CG"
	done
}

remove_tree() {
	find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null
	[ ! -d "$1" ]
}

# A hierarchy that is unmounted while a group of it is still going away stays in the kernel, and in everybody's
# /proc/PID/cgroup. Mounted once more, it can go.
end_hierarchy() {
	for _ in 1 2 3 4 5; do
		grep -q ":name=cgredtest$$:" /proc/self/cgroup || return 0
		mkdir -p "$T/ending"
		mount -t cgroup -o "none,name=cgredtest$$" cgredtest "$T/ending" || return 0
		find "$T/ending" -depth -type d -exec rmdir {} \; 2>/dev/null
		sleep 0.1
		umount "$T/ending"
	done
}

cleanup_files() {
	awk -v below="$T/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r |
		while read -r _mount; do
			umount "$_mount" 2>/dev/null || umount -l "$_mount"
		done
	if awk -v below="$T/" 'index($2, below) == 1 { exit 1 }' /proc/self/mounts; then
		rm -rf "$T"
	fi
}

cleanup() {
	_result=$?
	trap - EXIT
	set +e
	if [ $_result -ne 0 ] && [ $_result -ne 77 ] && [ -s "$LOG" ]; then
		echo "--- the end of the daemon's log:"
		tail -n 30 "$LOG"
	fi
	kill_ours
	remove_groups
	for _name in $MADE_USERS; do drop_user "$_name"; done
	for _name in $MADE_GROUPS; do drop_group "$_name"; done
	cleanup_files
	end_hierarchy
	rmdir "$T/ending" "$T" 2>/dev/null
	exit $_result
}

# ---- the beginning ------------------------------------------------------------------------------

[ "$(id -u)" = 0 ] || skip "needs root"
for _file in "$CGRED" "$SETUID" "$HELPERS/steps"; do
	[ -x "$_file" ] || skip "$_file is not built"
done
T=$(mktemp -d /tmp/cgredtest.XXXXXX)
LOG=$T/log
RUN_DIR=$T/run
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$T"
mkdir "$T/bin" "$T/run"
# What a test runs, it runs from its directory: so that what is left can be told from all else.
cp "$CGRED" "$T/bin/cgred"
BUILT_CGRED=$CGRED
CGRED=$T/bin/cgred
cp "$HELPERS/steps" "$HELPERS/burst" "$HELPERS/sticky" "$HELPERS/listen" "$SETUID" "$T/bin/"
program barrier >/dev/null
: >"$T/cgconfig.conf"
: >"$LOG"
: >"$T/barriers"
PID='' OUT=/dev/null STATUS='' YAML=''
# Ids without an entry in /etc/passwd, different in every test.
BASE_UID=$((1900000000 + $$ * 20))
BARRIER_UID=$((BASE_UID + 19))
detect_mode
obey_header
