#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With the exec gate, the first instruction of a program that a rule names runs in its group: also through a
# symbolic link, when the file was replaced, and in a group that is made on demand.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
SYNC=auto

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/made"
cp "$HELPERS/first" "$T/bin/first"
cp "$HELPERS/first" "$T/bin/second"
ln -s first "$T/bin/link"
rules <<E
$n:$T/bin/first           $C1  $CG/a
$((n + 1)):$T/bin/second  $C1  $CG/made/%U
E
start_daemon
grep -q 'before their first instruction' "$LOG" || skip "$(grep 'no exec gate' "$LOG")"

cat >"$T/repeat" <<'E'
i=0
while [ $i -lt "$1" ]; do
	"$2"
	i=$((i + 1))
done
E
case $MODE:$C1 in
v2:* | *:cgroup) line='^0::' ;;
*) line=":\\([^:]*,\\)*$C1\\(,[^:]*\\)*:" ;;
esac

# all_first COUNT UID PROGRAM GROUP: each of them has seen itself in the group.
all_first() {
	steps groups "" gid "$2" uid "$2" exec /bin/sh "$T/repeat" "$1" "$3"
	wait "$PID"
	total=$(grep -c "$line" "$OUT" || :)
	good=$(grep -c "$line/$4\$" "$OUT" || :)
	[ "$total" -eq "$1" ] || fail "$total of $1 ran: $(head -n 3 "$OUT")"
	[ "$good" -eq "$1" ] || fail "$good of $1 first instructions of $3 ran in $4"
}
all_first $((1000 / SCALE)) "$n" "$T/bin/first" "$CG/a"
all_first 50 "$n" "$T/bin/link" "$CG/a"
all_first 50 $((n + 1)) "$T/bin/second" "$CG/made/$((n + 1))"

cp "$HELPERS/first" "$T/bin/new"
mv "$T/bin/new" "$T/bin/first"
settle
all_first 50 "$n" "$T/bin/first" "$CG/a"
stop_daemon
