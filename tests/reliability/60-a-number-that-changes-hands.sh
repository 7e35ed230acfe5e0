#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A process ends between the decision and the move, and its number goes to a stranger at once: the
# stranger is not left in the group. Hundreds of times, with the daemon running, and stopped.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper reuse
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:prog  $C1  $CG/a
E
start_faulty_daemon
times=$((200 * ROUNDS))
[ "${CGRED_VM-}" != 1 ] || times=$((60 * ROUNDS))

# reuse ARG...: sets hands, wrong and lost.
reuse() {
	_bad=0
	"$T/bin/reuse" $times "$n" "$prog" "$T/notes" "$CG/a" "$@" >"$T/reuse" 2>&1 || _bad=$?
	[ $_bad -le 1 ] || fail "status $_bad: $(cat "$T/reuse")"
	# shellcheck disable=SC2046
	set -- $(cat "$T/reuse")
	[ $# -eq 8 ] || fail "$(cat "$T/reuse")"
	hands=$4 wrong=$6 lost=$8
	[ "$hands" -gt 0 ] || skip "no number can be given away on this kernel"
}
total=0
# race WHAT [DAEMON]
race() {
	_what=$1
	shift
	reuse "$@"
	figure 6 "number given away $_what" "$hands" $((hands - wrong - lost)) "$wrong" "$lost" 0
	total=$((total + wrong + lost))
}
race "during the move"
race "while the daemon was stopped" "$DAEMON"
# Between the last look and the write there are microseconds: here there are more.
fault slow 15 "$CG/a"
race "during a move that takes 15 ms longer"
fault none
settle
stop_daemon
echo "$(statistic 'numbers reused') numbers had another process after the move"
[ $total -eq 0 ] || fail "$total processes are not where they belong"
