#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The name service takes ten seconds, and the decision about a program waits for a name: what the program forks
# meanwhile is in its group in the end, also when the program itself has ended by then.
#
# vm: yes
# needs: program:unshare
. "$(dirname "$0")/../lib.sh"
private_mounts

[ -e "$HELPERS/libnss_cgredslow.so.2" ] || skip "libnss_cgredslow.so.2 is not built"
n=$BASE_UID
make_group "$CG"
cp "$T/bin/steps" "$T/bin/prog"
cp "$HELPERS/tree" "$T/bin/tree"
cp "$HELPERS/libnss_cgredslow.so.2" "$T/bin/"
echo 'passwd: files cgredslow' >/etc/nsswitch.conf
rules <<E
$n:prog  $C1  $CG/%u
$n:tree  $C1  $CG/%u
E
export LD_LIBRARY_PATH="$T/bin" CGRED_SLOW_MARK="$T/slow"
start_daemon
unset LD_LIBRARY_PATH
rules <<E
$n:prog         $C1  $CG/%u
$n:tree         $C1  $CG/%u
${TAG}nobody    $C1  $CG/%u
E
kill -USR2 "$DAEMON"
wait_for 5 test -e "$T/slow.began" || fail "the name service is not asked"

# The first ends at once, and its grandchild stays.
: >"$T/born"
chmod 666 "$T/born"
as "$n" "$n" "$T/bin/tree" "$T/born" daemon
wait "$PID" || fail "tree: $?"
wait_for 5 test -s "$T/born" || fail "it has no grandchild"
orphan=$(cat "$T/born")
as "$n" "$n" "$T/bin/prog" fork fork idle
all_born() {
	[ "$(grep -c '^child' "$OUT")" -eq 2 ]
}
assert_eventually all_born
assert [ ! -e "$T/slow.ended" ]
wait_for 20 test -e "$T/slow.ended" || fail "the name service does not end"
assert_in "$PID" "$C1" "$CG/$n"
while read -r _ child; do
	assert_in "$child" "$C1" "$CG/$n"
done <"$OUT"
assert_in "$orphan" "$C1" "$CG/$n"
stop "$orphan"
stop_daemon
