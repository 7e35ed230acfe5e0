#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# While a reload waits ten seconds for a name service, while the log cannot be written, and where the reader of
# the log is itself held: programs start, in their group, and at once.
#
# vm: yes
# needs: program:unshare
# timeout: 300
. "$(dirname "$0")/../lib.sh"
private_mounts
. "$(dirname "$0")/common.sh"

[ -e "$HELPERS/libnss_cgredslow.so.2" ] || skip "libnss_cgredslow.so.2 is not built"
make_group "$CG/a"
first=$(first first)
cp /bin/cat "$T/bin/reader"

# ---- a name service

cp "$HELPERS/libnss_cgredslow.so.2" "$T/bin/"
echo 'passwd: files cgredslow' >/etc/nsswitch.conf
rules <<E
$n:$first  $C1  $CG/a
E
export LD_LIBRARY_PATH="$T/bin" CGRED_SLOW_MARK="$T/slow"
start_gate
unset LD_LIBRARY_PATH
rules <<E
$n:$first        $C1  $CG/a
${TAG}nobody     $C1  $CG/a
E
kill -USR2 "$DAEMON"
wait_for 5 test -e "$T/slow.began" || fail "the name service is not asked"
all_first "a name service takes ten seconds" "$CG/a" many fork "$first"
assert [ ! -e "$T/slow.ended" ]
wait_for 20 test -e "$T/slow.ended" || fail "the name service does not end"
settle
assert_logged "${TAG}nobody"
stop_daemon

# ---- the log

rules <<E
$n:$first         $C1  $CG/a
$n:$T/bin/reader  $C1  $CG/a
E
rm -f "$T/pipe"
mkfifo "$T/pipe"
chmod 666 "$T/pipe"
exec 9<>"$T/pipe"
"$CGRED" --nodaemon --nolog --config "$T/rules" --cgconfig "$T/cgconfig.conf" --runtime-dir "$RUN_DIR" \
	-d </dev/null >&9 2>&1 &
DAEMON=$!
wait_for_pid_file
settle
# A pipe holds 64 KiB.
TIMES=1000
see_first "filling the log" 1000 many fork "$first"
TIMES=${CGRED_TIMES:-$((200 / SCALE))}
all_first "the log is blocked" "$CG/a" many fork "$first"
# Its reader is a program that waits for the gate, too.
start by_user "$T/bin/reader" "$T/pipe"
assert_runs "$T/bin/reader"
assert_in "$PID" "$C1" "$CG/a"
wait_for 5 says 'before its first instruction' || fail "the reader reads nothing"
all_first "the reader of the log was held" "$CG/a" many fork "$first"
stop "$PID"
exec 9>&-
stop_daemon
