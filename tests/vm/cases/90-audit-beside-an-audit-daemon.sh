#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# needs: program:auditctl program:auditd
# timeout: 300
# vm-only
# Both get all records; nothing goes into the kernel log; "enabled" stays on when the daemon came after the source.
. "$(dirname "$0")/../../lib.sh"
. "$(dirname "$0")/../../audit-lib.sh"

no_rules
mkdir -p /var/log/audit /etc/audit
cat >/etc/audit/auditd.conf <<'CONF'
local_events = yes
write_logs = yes
log_file = /var/log/audit/audit.log
log_format = RAW
flush = INCREMENTAL
freq = 50
max_log_file = 100
num_logs = 2
max_log_file_action = IGNORE
space_left = 2
admin_space_left = 1
space_left_action = IGNORE
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
CONF
chmod 640 /etc/audit/auditd.conf
AUDITD=
start_auditd() {
	auditd -n >"$T/auditd.out" 2>&1 &
	AUDITD=$!
	registered() {
		auditctl -s | grep -qx "pid $AUDITD"
	}
	wait_for 10 registered || fail "auditd does not register: $(cat "$T/auditd.out")"
}
stop_auditd() {
	kill -TERM "$AUDITD"
	wait_for 10 is_gone "$AUDITD" || fail "auditd does not end"
	wait "$AUDITD" 2>/dev/null || :
}
lines_of_kernel() {
	dmesg | grep -c 'audit: type=1300' || :
}

echo x >"$T/file"
start_auditd
auditctl -w "$T/file" -p r -k site >/dev/null 2>&1
auditctl -e 1 >/dev/null
listen -q "rw:$T/file" "r:$T/settle"
lines=$(lines_of_kernel)
count=$((10000 / SCALE))
"$T/bin/opens" 2 "$count" $((2500 / SCALE)) "$T/file" >"$T/out"
cat "$T/out"
all_told() {
	kill -USR1 "$LISTENER"
	sleep 0.2
	[ "$(figure events)" = $((count * 2)) ]
}
wait_for 20 all_told || fail "only $(figure events) of $((count * 2)) are told"
assert test "$(figure lost)" -eq 0
assert test "$(figure daemon)" -eq 1
grep '^figures' "$EVENTS" | tail -n 1
written() {
	grep -c 'type=SYSCALL.*key="cgred_' /var/log/audit/audit.log || :
}
all_written() {
	[ "$(written)" -eq $((count * 2)) ]
}
wait_for 20 all_written || fail "auditd wrote only $(written) of $((count * 2))"
[ "$(lines_of_kernel)" -eq "$lines" ] || fail "records are in the kernel log, too"
stop_listening
[ "$(auditctl -l)" = "-w $T/file -p r -k site" ] || fail "the rules are now: $(auditctl -l)"
auditctl -s | grep -qx 'enabled 1' || fail "audit was on before, and is off"
stop_auditd
auditctl -D >/dev/null 2>&1
auditctl -e 0 >/dev/null
as_found

# The daemon comes while the source is there: it needs "enabled" on.
listen "r:$T/settle"
start_auditd
stop_listening
auditctl -s | grep -qx 'enabled 1' || fail "the audit daemon was left without records"
stop_auditd
auditctl -e 0 >/dev/null
as_found
