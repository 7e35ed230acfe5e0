#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a program forks at once is where the program is, whichever thread forks, orphan or not, and
# also when it has executed something else by then. The daemon is stopped for a second at the worst
# moment, or not.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper tree
make_group "$CG/a"
other=$(program other)
rules <<E
$n:tree  $C1,$C2  $CG/a
E
start_daemon_plain -v
stopped=$((2 * ROUNDS))
running=$((20 * ROUNDS))
failed=
# On a busy machine a single move can take the kernel a second: behind is not left behind. Who waited once for those that
# never came need not wait so long again.
patience=45

# try SHAPE TIMES PROCESSES [stopped]
try() {
	_shape=$1 _times=$2 _each=$3 _how=${4-running}
	: >"$T/born"
	chmod 666 "$T/born"
	for _try in $(seq "$_times"); do
		[ "$_how" = running ] || kill -STOP "$DAEMON"
		as "$n" "$n" "$T/bin/tree" "$T/born" "$_shape" "$other"
		[ "$_how" = running ] || sleep 1
		[ "$_how" = running ] || kill -CONT "$DAEMON"
	done
	_all=$((_times * _each))
	wait_for 20 has_lines "$T/born" $_all || fail "$_shape: $(lines "$T/born") of $_all: $(cat "$OUT")"
	_began=$(now_ms) _note=
	wait_for $patience none_missing "$CG/a" "$T/born" || :
	_took=$(($(now_ms) - _began))
	[ $_took -lt 5000 ] || _note="$_took ms"
	_lost=$(missing "$CG/a" "$T/born" | wc -l)
	figure 4 "$_shape, daemon $_how" $_all $((_all - _lost)) 0 "$_lost" 0 "$_note"
	[ "$_lost" -eq 0 ] || failed="$failed $_shape ($_how)" patience=5
	while read -r _pid; do
		kill -9 "$_pid" 2>/dev/null || :
	done <"$T/born"
}

try main $running 5
try main $stopped 5 stopped
try threads $running 9
try threads $stopped 9 stopped
try chain $running 7
try chain $stopped 7 stopped
try orphan $running 2
try orphan $stopped 2 stopped
try daemon $running 1
try daemon $stopped 1 stopped
try exec $running 5
try exec $stopped 5 stopped
try far $running 2
try far $stopped 2 stopped
stop_daemon
[ -z "$failed" ] || fail "left behind:$failed"
