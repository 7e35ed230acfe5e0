# shellcheck shell=sh disable=SC2034  # the variables are for the tests
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the reliability tests need beside tests/lib.sh, which a test sources first.
#
# Environment:
#   CGRED_LIVING   how many living processes of rules a storm leaves (default: 10000, in a VM 400)
#   CGRED_ROUNDS   how often small things are done, times this       (default: 1)
#   CGRED_FIGURES  a file that gets a line for every figure, too

# The socket's buffer holds some 80,000 events; a flood makes two at a time.
if [ "${CGRED_VM-}" = 1 ]; then
	LIVING=${CGRED_LIVING:-400} FLOOD=46000 CHURN=400
else
	LIVING=${CGRED_LIVING:-10000} FLOOD=50000 CHURN=2000
fi
ROUNDS=${CGRED_ROUNDS:-1}

# helper NAME...: test programs, in the directory of the test.
helper() {
	for _helper; do
		[ -e "$HELPERS/$_helper" ] || skip "$HELPERS/$_helper is not built"
		[ -e "$T/bin/$_helper" ] || cp "$HELPERS/$_helper" "$T/bin/"
	done
}

# figure POINT WHAT DONE RIGHT WRONG LOST UNSEEN [NOTE]: a line of the table in doc/reliability.md.
figure() {
	_line="figure|$1|$2|$3|$4|$5|$6|$7|${8-}"
	echo "$_line"
	[ -z "${CGRED_FIGURES-}" ] || echo "$_line" >>"$CGRED_FIGURES"
}

procs_of() {
	cat "$(group_dir "$C1" "$1")/cgroup.procs"
}

count_in() {
	procs_of "$1" | wc -l
}

# has_count GROUP N
has_count() {
	[ "$(count_in "$1")" -eq "$2" ]
}

# Milliseconds since boot: in steps of 10.
now_ms() {
	awk '{ printf "%d", $1 * 1000 }' /proc/uptime
}

# waited_ms PID: how long its first thread was ready to run, and others had the CPUs.
waited_ms() {
	awk '{ printf "%d", $2 / 1000000 }' "/proc/$1/schedstat"
}

# drops: how many messages the kernel has dropped so far, for the sockets that the daemon has now.
drops() {
	# shellcheck disable=SC2012  # numbers only
	ls -l "/proc/$DAEMON/fd" | sed -n 's/.*socket:\[\([0-9]*\)\]$/\1/p' >"$T/sockets"
	awk 'FILENAME == ARGV[1] { ours[$1]; next } $10 in ours { n += $9 } END { print n + 0 }' \
		"$T/sockets" /proc/net/netlink
}

# least_ms FILE: how many milliseconds this machine needs at least to read and move the processes of the file, one
# after the other. It moves them: when all else is looked at.
least_ms() {
	helper yardstick
	make_group "$CG/yard"
	"$T/bin/yardstick" "$1" "$(group_dir "$C1" "$CG/yard")/cgroup.procs" 2>/dev/null
}

# lines_but FILE OTHER: the lines of the file that the other has not.
lines_but() {
	awk 'FILENAME == ARGV[1] { other[$0]; next } !($0 in other)' "$2" "$1"
}

# missing GROUP FILE: the living pids of the file that are not in the group.
missing() {
	procs_of "$1" >"$T/is"
	lines_but "$2" "$T/is" | while read -r _pid; do
		is_gone "$_pid" || echo "$_pid"
	done
}

# foreign GROUP FILE: pids in the group that are not of the file.
foreign() {
	procs_of "$1" >"$T/is"
	lines_but "$T/is" "$2"
}

none_missing() {
	[ -z "$(missing "$1" "$2")" ]
}

lines() {
	wc -l <"$1"
}

# has_lines FILE N
has_lines() {
	[ -e "$1" ] && [ "$(lines "$1")" -ge "$2" ]
}

# statistic NAME: a number of the log's last line.
statistic() {
	sed -n "s/.*ended:.* \([0-9]*\) $1.*/\1/p" "$LOG" | tail -n 1
}

# under_load SECONDS COMMAND...: with two processes for each CPU that want all of it.
under_load() {
	helper busy
	_out=$OUT
	start "$T/bin/busy" "$((2 * $(grep -c '^processor' /proc/cpuinfo)))" "$1"
	_busy=$PID OUT=$_out
	shift
	_under=0
	"$@" || _under=$?
	stop "$_busy"
	return $_under
}

# ---- faults (helpers/faults.c) -------------------------------------------------------------------

# faults_file: where "fault" writes what a daemon reads that is started with faults.so preloaded.
faults_file() {
	helper faults.so
	[ -s "$T/faults" ] || head -c 512 /dev/zero >"$T/faults"
	FAULTS=$T/faults
	export FAULTS
}

# start_faulty_daemon [ARG...]: one whose calls can be made to fail.
start_faulty_daemon() {
	faults_file
	LD_PRELOAD=$T/bin/faults.so start_daemon "$@"
}

# fault CALL ERRNO [PART]; fault none
fault() {
	printf '%-200s\n' "$*" 1<>"$T/faults"
}
