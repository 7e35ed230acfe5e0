#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A directory or a symbolic link above a program is replaced, or comes only now: what the rule's path leads to
# then is held, and placed before its first instruction, as soon as the daemon has seen it.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
first first >/dev/null

# install DIRECTORY: an application, which has a program. Copies: none of them may have a mark by another name.
install() {
	mkdir -p "$1/bin/deep"
	cp "$T/bin/first" "$1/bin/first"
	cp "$T/bin/first" "$1/bin/deep/first"
}

w=$T/w
for app in app app.new tree tree.new release-1 release-2 below/x/y below/x.new/y elsewhere/far elsewhere/far.new; do
	install "$w/$app"
done
ln -s release-1 "$w/current"
ln -s ../elsewhere/far "$w/below/link"
rules <<E
$n:$w/app/bin/first      $C1  $CG/a
$n:$w/tree/bin/*         $C1  $CG/a
$n:$w/current/bin/first  $C1  $CG/a
$n:$w/below/x/y/bin/f*   $C1  $CG/a
$n:$w/below/link/bin/first  $C1  $CG/a
$n:$w/later/bin/first    $C1  $CG/a
E
start_gate

# By its events a process may be in the group as early, too: the log knows what it was.
is_held() {
	start by_user "$1"
	wait "$PID" || return 1
	settle
	logged "placed $PID .* before its first instruction"
}

# replaced WAY PROGRAM
replaced() {
	wait_for 40 is_held "$2" || fail "$1: not held: $(tail -n 3 "$OUT")"
	all_first "$1" "$CG/a" many fork "$2"
}

swap() {
	mv "$1" "$1.old"
	mv "$1.new" "$1"
}

all_first "before a directory above is replaced" "$CG/a" many fork "$w/current/bin/first"
swap "$w/app"
swap "$w/tree"
swap "$w/below/x"
swap "$w/elsewhere/far"
ln -s release-2 "$w/current.new"
mv -T "$w/current.new" "$w/current"
replaced "after the directory above was replaced" "$w/app/bin/first"
replaced "after the directory above one of programs was" "$w/tree/bin/first"
replaced "the same, below it" "$w/tree/bin/deep/first"
replaced "after a directory further above was" "$w/below/x/y/bin/first"
replaced "after a symbolic link above was" "$w/current/bin/first"
replaced "after the directory where a link leads was" "$w/below/link/bin/first"
install "$w/later"
replaced "after the directories have come" "$w/later/bin/first"
settle
stop_daemon
