#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who is never classified of a burst of programs that stay.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
rules_of programs 1
# As two users: one may not have that many processes.
sed "s/u0:/u1:/" "$T/rules" >>/etc/cgrules.conf
cp /etc/cgrules.conf "$T/rules"
PID_MAX=/proc/sys/kernel/pid_max
before=$(cat $PID_MAX)
placed=$(group_dir "$C1" "$CG/placed")/cgroup.procs

# burst N DAEMON
burst() {
	memory_kb=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
	if [ "$1" -ge $((memory_kb / 120)) ]; then
		echo "not enough memory for $1 processes"
		return
	fi
	limit=$((120 + $1 / 200))
	begin "$2"
	as "$UID_OURS" "$UID_OURS" "$T/bin/burst" $(($1 / 2)) "$PROG"
	one=$PID one_out=$OUT
	as $((UID_OURS + 1)) $((UID_OURS + 1)) "$T/bin/burst" $(($1 / 2)) "$PROG"
	wait_for $limit grep -q '^done' "$OUT" || fail "the burst does not end: $(tail -n 1 "$OUT")"
	wait_for $limit grep -q '^done' "$one_out" || fail "the burst does not end: $(tail -n 1 "$one_out")"
	quiet 2000 >/dev/null
	cat "$one_out" "$OUT" | grep -v "^done" | sort >"$T/born"
	sort "$placed" >"$T/placed"
	figure execs "$1" daemon "$2" lost "$(comm -23 "$T/born" "$T/placed" | wc -l)" \
		wrong "$(comm -13 "$T/born" "$T/placed" | wc -l)"
	stop "$PID"
	stop "$one"
	wait_for $limit is_empty || fail "the burst does not go away"
	finish
}

is_empty() {
	[ "$(wc -l <"$placed")" = 0 ]
}

trap 'echo "$before" >$PID_MAX; cleanup' EXIT
[ "$before" -ge 150000 ] || echo 150000 >$PID_MAX
# What the last ones took, but for starting and stopping, tells what so many would.
second_ms=0
for n in ${CGRED_BENCH_BURSTS:-2000 20000 100000}; do
	if [ $((second_ms * n / 1000)) -gt $(((END - $(seconds)) * 1000)) ]; then
		echo "no time for $n processes"
		continue
	fi
	began=$(seconds)
	for daemon in cgred cgrulesengd; do
		burst "$n" $daemon
	done
	second_ms=$((($(seconds) - began - 8) * 1000 * 1000 / n))
	[ $second_ms -ge 0 ] || second_ms=0
done
