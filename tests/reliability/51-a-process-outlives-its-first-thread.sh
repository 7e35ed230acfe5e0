#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The first thread has ended: the process is decided about by what the others say.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/b"
cp "$T/bin/steps" "$T/bin/prog"
rules <<E
$n:prog          $C1  $CG/a
$((n + 1)):prog  $C1  $CG/b
E
start_daemon
# The directory of a process has nothing of its own then: that of a thread has.
threads_are_in() {
	_threads=0
	for _task in /proc/"$1"/task/*; do
		[ "${_task##*/}" != "$1" ] || continue
		[ "$(where "$1/task/${_task##*/}" "$C1")" = "$2" ] || return 1
		_threads=$((_threads + 1))
	done
	[ $_threads -gt 0 ]
}
times=$((5 * ROUNDS))
lost=0
for _ in $(seq $times); do
	# By the change of its user, long after; by its exec, at once.
	start "$T/bin/prog" leave ms 50 gid "$n" uid "$n" idle
	first=$PID
	as $((n + 1)) "$n" "$T/bin/prog" leave idle
	wait_for 3 threads_are_in "$first" "$CG/a" || lost=$((lost + 1))
	wait_for 3 threads_are_in "$PID" "$CG/b" || lost=$((lost + 1))
	stop "$first"
	stop "$PID"
done
figure 5 "the first thread has ended before the decision" $((2 * times)) $((2 * times - lost)) 0 $lost 0
[ $lost -eq 0 ] || fail "$lost of $((2 * times)) are elsewhere"
stop_daemon
