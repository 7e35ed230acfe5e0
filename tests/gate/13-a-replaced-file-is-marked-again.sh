#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Right after a file was replaced, rewritten, made anew or moved to its name, its first instruction runs in
# the group. Each exec comes at once after the change, in the same process.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
make_group "$CG/new"
make_group "$CG/dir"
mkdir -p "$T/w/d" "$T/w/all"
first first >/dev/null
for dir in w w/d w/all; do
	cp "$T/bin/first" "$T/$dir/first"
	cp "$T/bin/first" "$T/$dir/new"
done
chown -R "$n:$n" "$T/w"
rules <<E
$n:$T/w/d/first  $C1  $CG/a
$n:$T/w/d/new*   $C1  $CG/new
$n:$T/w/all/*    $C1  $CG/dir
E
start_gate

ways() {
	all_first "rewritten in place" "$CG/a" many rewritten "$T/w/d/first"
	all_first "a new file, in a directory of programs" "$CG/dir" many made "$T/w/all/first"
	all_first "replaced, in a directory of programs" "$CG/dir" many replaced "$T/w/all/first"
	all_first "replaced by rename" "$CG/a" many replaced "$T/w/d/first"
	all_first "moved from another directory" "$CG/a" many moved "$T/w/d/first"
	all_first "removed and made again" "$CG/a" many removed "$T/w/d/first"
	all_first "a new file, by the beginning of its name" "$CG/new" many made "$T/w/d/new"
}
idle_and_busy ways
stop_daemon
