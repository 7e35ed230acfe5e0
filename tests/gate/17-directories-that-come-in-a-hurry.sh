#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Trees of directories that are made as fast as can be, while the daemon looks at what it knows of them, or at its
# start, are marked whole.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

deep=a/b/c/d/e/f

# hurry NAME: trees, until there is the file $T/enough.
hurry() {
	_n=0
	until [ -e "$T/enough" ] || [ "$_n" -ge $((1000 / SCALE)) ]; do
		_n=$((_n + 1))
		mkdir -p "$T/w/tree/$1$_n/$deep"
	done
}

end_hurry() {
	: >"$T/enough"
	wait "$PID"
	rm "$T/enough"
	settle
}

# is_marked DIRECTORY: by the daemon, as the kernel says (proc_pid_fdinfo(5)).
is_marked() {
	grep -qs "^fanotify ino:$(printf %x "$(stat -c %i "$1")") " "/proc/$DAEMON/fdinfo/"*
}

# all_marked NAME: the deepest directory of each, and what comes to it is held.
all_marked() {
	for _tree in "$T/w/tree/$1"*; do
		wait_for 10 is_marked "$_tree/$deep" || fail "$_tree/$deep is not marked"
	done
	cp "$T/bin/first" "$_tree/$deep/deep"
	all_first "$1" "$CG/a" many fork "$_tree/$deep/deep"
}

make_group "$CG/a"
mkdir -p "$T/w/tree"
first first >/dev/null
rules <<E
$n:$T/w/tree/*  $C1  $CG/a
E
start_gate
start hurry later
sleep 0.5
end_hurry
all_marked later
stop_daemon

# Between the search for programs and the watches.
start hurry start
start_gate
end_hurry
all_marked start
stop_daemon
