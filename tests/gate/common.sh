# shellcheck shell=sh disable=SC2034  # the variables are for the tests
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of the exec gate need beside tests/lib.sh, which a test sources first. All programs that
# are marked here are copies, made by the test: an exec of a marked file waits for the daemon of the test.
#
# Environment:
#   CGRED_TIMES    how often a program is started in each way   (default: 200; in a VM 40)
#   CGRED_MANY     how often in a row in the plainest one       (1000; 200)
#   CGRED_WAYS     which of the ways, by their names: "by a thread|a script"   (all)
#   CGRED_FIGURES  a file that gets a line for every figure, too
. "$(dirname "$0")/../reliability/common.sh"

SYNC=auto
TIMES=${CGRED_TIMES:-$((200 / SCALE))}
MANY=${CGRED_MANY:-$((1000 / SCALE))}
LOAD=idle
n=$BASE_UID
helper starter

# start_gate [ARG...]: the daemon, with its gate; where there is none, the test cannot run.
start_gate() {
	start_daemon "$@"
	logged 'before their first instruction' || skip "$(log | grep 'no exec gate')"
}

# The daemon's process that answers when it does not (src/source/guard.h).
guard() {
	for _pid in $(ours 'bin/cgred.*'); do
		[ "$(sed 's/.*) //' "/proc/$_pid/stat" | cut -d' ' -f2)" != "$DAEMON" ] || echo "$_pid"
	done
}

# first NAME: a program that says its group as its first act. Prints its path.
first() {
	[ -e "$T/bin/$1" ] || cp "$HELPERS/first" "$T/bin/$1"
	printf '%s\n' "$T/bin/$1"
}

# by_user PROGRAM [ARG...]: as the user that the rules are for. Does not come back.
by_user() {
	exec "$T/bin/steps" groups "" gid "$n" uid "$n" exec "$@"
}

# many HOW PROGRAM [ARG...]: started $TIMES times, see helpers/starter.c. Does not come back.
many() {
	by_user "$T/bin/starter" "$TIMES" "$@"
}

# How /proc/PID/cgroup begins its line of $C1.
case $MODE:$C1 in
v2:* | *:cgroup) LINE='^0::' ;;
*) LINE=":\\([^:]*,\\)*$C1\\(,[^:]*\\)*:" ;;
esac

# How many programs have said that they are in the group, or in any, so far: saw GROUP|any
saw() {
	case $1 in
	any) grep -c "$LINE" "$OUT" || : ;;
	*) grep -c "$LINE/$1\$" "$OUT" || : ;;
	esac
}

# gate_figure WAY RIGHT OF: a line of the table that "run" makes.
gate_figure() {
	_line="$1|$LOAD|$2|$3"
	echo "$_line"
	[ -z "${CGRED_FIGURES-}" ] || echo "$_line" >>"$CGRED_FIGURES"
}

# see_first WAY COUNT COMMAND...: what it starts, COUNT programs, says where it is.
see_first() {
	_way=$1 _count=$2
	shift 2
	start "$@"
	wait "$PID" || fail "$_way: status $?: $(grep -v "^[0-9]*:" "$OUT" | tail -n 3)"
	[ "$(saw any)" -eq "$_count" ] || fail "$_way: $(saw any) of $_count ran: $(tail -n 3 "$OUT")"
}

# is_wanted WAY: see CGRED_WAYS.
is_wanted() {
	case "|${CGRED_WAYS-}|" in
	'||' | *"|$1|"*) ;;
	*) return 1 ;;
	esac
}

# all_first WAY GROUP COMMAND...: $TIMES programs, or $COUNT, all in the group with their first instruction.
all_first() {
	is_wanted "$1" || return 0
	_way=$1 _group=$2
	shift 2
	see_first "$_way" "${COUNT:-$TIMES}" "$@"
	gate_figure "$_way" "$(saw "$_group")" "$_count"
	[ "$(saw "$_group")" -eq "$_count" ] ||
		fail "$_way, $LOAD: $(saw "$_group") of $_count first instructions ran in $_group, the rest in" \
			"$(grep "$LINE" "$OUT" | grep -v "$LINE/$_group\$" | sort | uniq -c | tr -s '\n ' ' ')"
}

# by_events WAY GROUP COMMAND...: a way that the gate does not see. It is known: how many were in the group
# is a figure, nothing more.
by_events() {
	_way=$1 _group=$2
	shift 2
	see_first "$_way" "${COUNT:-$TIMES}" "$@"
	gate_figure "$_way (events)" "$(saw "$_group")" "$_count"
}

# idle_and_busy COMMAND...: as the machine is, and with all CPUs busy.
idle_and_busy() {
	LOAD=idle
	"$@"
	LOAD=busy
	under_load $((600 * SCALE)) "$@"
	LOAD=idle
}
