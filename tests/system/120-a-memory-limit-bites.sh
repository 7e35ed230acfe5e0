#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that wants more memory than its group may have dies, and one below the limit lives; limits are
# raised, lowered and taken away.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

need_controller memory
if is_unified memory; then
	file=memory.max unlimited=max
else
	file=memory.limit_in_bytes unlimited=9223372036854771712
fi
dir=$(group_dir memory "$CG/m")
mib=1048576

assert_limit() {
	[ "$(cat "$dir/$file")" = "$1" ] || fail "$file is $(cat "$dir/$file"), not $1"
	with_swap=$dir/memory.memsw.limit_in_bytes
	[ ! -e "$with_swap" ] || [ "$(cat "$with_swap")" = "$1" ] || fail "with swap, it is $(cat "$with_swap")"
}

limited <<E
group $CG/m ram=$((32 * mib))
group $CG/free in=memory
load
run $CG/m $T/bin/eat memory 8
run $CG/m $T/bin/eat memory 100
run $CG/free $T/bin/eat memory 100
E
assert_limited eaten 'exit 0' 'signal 9' eaten 'exit 0'
assert_limit $((32 * mib))

# raised
limited <<E
group $CG/m ram=$((160 * mib))
load
run $CG/m $T/bin/eat memory 100
E
assert_limited eaten 'exit 0'
assert_limit $((160 * mib))

# lowered
limited <<E
group $CG/m ram=$((16 * mib))
load
run $CG/m $T/bin/eat memory 100
E
assert_limited 'signal 9'
assert_limit $((16 * mib))

# taken away
limited <<E
group $CG/m in=memory
load
run $CG/m $T/bin/eat memory 100
E
assert_limited eaten 'exit 0'
assert_limit $unlimited

# A group above that allows less is told, and it does allow less.
limited <<E
group $CG ram=$((32 * mib))
group $CG/m ram=$((160 * mib))
load
run $CG/m $T/bin/eat memory 100
E
assert_limited "stdin:2: warning: group \"$CG/m\" gets less than its limit: $file of \"$CG\" above it is $((32 * mib))" 'signal 9'

# Below what is in use: v1 does not do it, v2 kills.
limited <<E
group $CG in=memory
group $CG/m in=memory
load
start $CG/m $T/bin/eat hold 64
E
wait_for 10 says eaten || fail "it does not eat: $(cat "$OUT")"
pid=$(sed -n 's/^pid //p' "$OUT")
limited <<E
group $CG in=memory
group $CG/m ram=$((16 * mib))
load
E
if is_unified memory; then
	assert_limit $((16 * mib))
	wait_for 5 is_gone "$pid" || fail "it lives"
else
	assert_limited "stdin:2: warning: cannot set $file of group \"$CG/m\" to $((16 * mib)): more than that is in use"
	assert_limit $unlimited
	! is_gone "$pid" || fail "it is dead"
fi
