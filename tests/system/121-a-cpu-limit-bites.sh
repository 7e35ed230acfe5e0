#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that want all CPUs get the share of all CPUs together that their group may have, within a tenth;
# other values arrive in their files.
#
# vm: yes
# timeout: 180
. "$(dirname "$0")/../lib.sh"

need_controller cpu
cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo)
# First among all that runs here: else a machine that is busy would give less than the limit.
if is_unified cpu; then
	first=cpu.weight=10000
else
	first=cpu.shares=262144
fi

# used: ten-thousandths of the CPU time of all CPUs.
used() {
	awk -v cpus="$cpus" '$1 == "cpu" { print int($2 * 10000 / $4 / cpus) }' "$OUT"
}

# has_share HUNDREDTHS: within a tenth. More is a limit that does not bite.
has_share() {
	share=$(used)
	echo "of 10000 of $cpus CPUs: wanted $1, got $share"
	[ $((share * 10)) -le $(($1 * 11)) ] || fail "more than the limit: $(cat "$OUT")"
	[ $((share * 10)) -ge $(($1 * 9)) ]
}

# The slower the machine, the more the beginning and the end weigh.
time=5
[ "$SCALE" -eq 1 ] || time=12
for hundredths in 1000 2500; do
	for try in 1 2 3; do
		limited <<E
group $CG $first
group $CG/c cpu=$hundredths $first
load
run $CG/c $T/bin/eat cpu $cpus $time
E
		says 'exit 0' && ! says warning || fail "$(cat "$OUT")"
		# Less may be the machine: seen in a VM on one that was busy, and not again on the same when it was not.
		! has_share $hundredths || break
		[ $try -lt 3 ] || fail "less than the limit: $(cat "$OUT" "$(group_dir cpu "$CG/c")/cpu.stat")"
	done
done
[ "$(cat "$(group_dir cpu "$CG/c")/${first%=*}")" = "${first#*=}" ] || fail "a value did not arrive"

# What is not limited gets more.
limited <<E
group $CG $first
group $CG/c $first
load
run $CG/c $T/bin/eat cpu $cpus 2
E
[ "$(used)" -gt 5000 ] || fail "without a limit, no more: $(cat "$OUT")"

# A hundredth of a percent of all CPUs is less than the kernel's least, and a group above may allow less.
limited <<E
group $CG cpu=500
group $CG/c cpu=1
load
E
if [ "$cpus" -lt 10 ]; then
	assert_limited "stdin:2: warning: group \"$CG/c\" gets more CPU time than its limit: less than 1 ms in a second cannot be"
fi
limited <<E
group $CG cpu=500
group $CG/c cpu=1000
load
E
says 'stdin:2: warning: .* above' || fail "nothing is said of the group above: $(cat "$OUT")"
