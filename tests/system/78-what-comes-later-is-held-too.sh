#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A directory that a rule names holds all programs in it and below, also in directories that come later; a file that
# is written beside a program and then takes its place is held as soon as it has the name.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
SYNC=auto

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/b"
mkdir -p "$T/bin/tree/sub"
cp "$HELPERS/first" "$T/bin/tree/sub/deep"
cp "$HELPERS/first" "$T/bin/single"
rules <<E
$n:$T/bin/tree/*  $C1  $CG/a
$n:$T/bin/single  $C1  $CG/b
E
start_daemon
grep -q 'before their first instruction' "$LOG" || skip "$(grep 'no exec gate' "$LOG")"
case $MODE:$C1 in
v2:* | *:cgroup) line='^0::' ;;
*) line=":\\([^:]*,\\)*$C1\\(,[^:]*\\)*:" ;;
esac

# first_in GROUP PROGRAM: its first instruction runs there.
first_in() {
	steps groups "" gid "$n" uid "$n" exec "$2"
	wait "$PID"
	grep -q "$line/$1\$" "$OUT" || fail "$2 ran in $(grep "$line" "$OUT"), not in $1"
}
first_in "$CG/a" "$T/bin/tree/sub/deep"

# The watch of a new directory comes after the directory; what is made in it afterwards is held.
mkdir -p "$T/bin/tree/new/er"
settle
cp "$HELPERS/first" "$T/bin/tree/new/er/program"
i=0
while [ $i -lt 20 ]; do
	first_in "$CG/a" "$T/bin/tree/new/er/program"
	i=$((i + 1))
done

# As a package manager does it; the execution follows at once.
cat >"$T/replace" <<'E'
i=0
while [ $i -lt "$1" ]; do
	cp "$2" "$3.new" && mv "$3.new" "$3" && "$3"
	i=$((i + 1))
done
E
chown "$n" "$T/bin"
steps groups "" gid "$n" uid "$n" exec /bin/sh "$T/replace" $((200 / SCALE)) "$HELPERS/first" "$T/bin/single"
wait "$PID"
good=$(grep -c "$line/$CG/b\$" "$OUT" || :)
[ "$good" -eq $((200 / SCALE)) ] || fail "$good of $((200 / SCALE)) ran in $CG/b from the start"
stop_daemon
