#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A second one says so and ends; the first goes on. One that was killed leaves nothing in the way.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n  $C1  $CG/a
E
start_daemon
first=$DAEMON
assert [ "$(cat "$T/run/cgred.pid")" = "$first" ]

for options in "--nodaemon --nolog" "--logfile=$T/second"; do
	# shellcheck disable=SC2086
	cgred $options
	case $STATUS in 0 | 124) fail "the second started: $STATUS" ;; esac
	cat "$T/second" >>"$OUT" 2>/dev/null || :
	assert_says "running|already|another"
	assert [ "$(cat "$T/run/cgred.pid")" = "$first" ]
	assert [ -S "$T/run/cgred.socket" ]
done
settle
assert [ "$("$T/bin/sticky" "$T/run/cgred.socket" $$ 2)" = SUCCESS_STORE_PID ]

kill -KILL "$first"
wait "$first" || :
assert [ -e "$T/run/cgred.socket" ]
start_daemon
assert [ "$(cat "$T/run/cgred.pid")" = "$DAEMON" ]
assert [ "$("$T/bin/sticky" "$T/run/cgred.socket" $$ 2)" = SUCCESS_STORE_PID ]

# Its last thread may end after the main thread, and holds the lock until then.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	kill -KILL "$DAEMON"
	start_daemon
done
stop_daemon
