#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Base name, path and %p of an executable that was deleted or replaced are those without " (deleted)".
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
make_group "$CG/base"
make_group "$CG/path"
for name in one two three; do
	cp "$T/bin/steps" "$T/bin/$name"
done
rules <<E
$u:one         $C1  $CG/base
$u:$T/bin/two  $C1  $CG/path
$u             $C1  $CG/%p
E
start_daemon

launch_and_replace() {
	start "$T/bin/$1" gid "$u" wait "$T/go.$1" uid "$u" idle
	assert_runs "$T/bin/$1"
	rm "$T/bin/$1"
	[ "$1" != two ] || program two >/dev/null
	: >"$T/go.$1"
}
launch_and_replace one
assert_in "$PID" "$C1" "$CG/base"
launch_and_replace two
assert_in "$PID" "$C1" "$CG/path"
launch_and_replace three
assert_in "$PID" "$C1" "$CG/three"
stop_daemon
