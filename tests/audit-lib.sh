# shellcheck shell=sh disable=SC2034  # the variables are for the tests
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the tests of the audit source need beside tests/lib.sh, which a test sources first. Audit is the whole
# machine's: these tests watch files of their own only, and leave it as they find it. Each shows that at its end.
#
# The test's own shell may be older than audit is on, and then the kernel hears nothing of it: what shall be told
# is done by a process that is started after "listen" (fresh).

LISTENER=
EVENTS=$T/events

need auditctl
[ -x "$HELPERS/audit-listen" ] || skip "audit-listen is not built"
auditctl -s >/dev/null 2>&1 || skip "the kernel has no audit, or it is not for this namespace"
# Its name makes it one of those that cleanup() ends by SIGTERM.
cp "$HELPERS/audit-listen" "$T/bin/cgred-audit"
cp "$HELPERS/opens" "$T/bin/opens"

audit_now() {
	auditctl -s | grep -E '^(enabled|failure|rate_limit|backlog_limit|backlog_wait_time) '
	auditctl -l
}

# no_rules: the test makes rules of its own for a site, and takes them away again.
no_rules() {
	grep -qx 'No rules' "$T/audit.before" || skip "there are audit rules on this machine"
	SITE_RULES=yes
}

# Also when the test fails in the middle.
audit_end() {
	_status=$?
	trap - EXIT
	set +e
	if [ -n "$LISTENER" ] && ! is_gone "$LISTENER"; then
		kill -CONT "$LISTENER"
		kill -TERM "$LISTENER"
		wait_for 10 is_gone "$LISTENER"
	fi
	if [ -e "$T/state" ]; then
		"$T/bin/cgred-audit" -s "$T/state" >/dev/null 2>&1 &
		wait_for 5 test ! -e "$T/state"
		kill -TERM $!
		wait $!
	fi
	if [ -n "${SITE_RULES-}" ]; then
		auditctl -D >/dev/null 2>&1
		auditctl -e "$(awk '$1 == "enabled" { print $2 }' "$T/audit.before")" >/dev/null 2>&1
	fi
	if [ $_status -ne 0 ] && [ $_status -ne 77 ] && [ -s "$EVENTS" ]; then
		echo "--- the end of what the listener says:"
		tail -n 10 "$EVENTS"
	fi
	(exit $_status)
	cleanup
}
trap audit_end EXIT

audit_now >"$T/audit.before"
grep -q '^enabled 2' "$T/audit.before" && skip "the audit configuration is locked until the next boot"

# listen ARG...: starts the source with these watches. Sets LISTENER; what it says is in EVENTS.
listen() {
	: >"$EVENTS"
	"$T/bin/cgred-audit" -s "$T/state" "$@" </dev/null >"$EVENTS" 2>&1 &
	LISTENER=$!
	wait_for 10 grep -q '^ready' "$EVENTS" || fail "the source does not start: $(cat "$EVENTS")"
}

# fresh COMMAND: by a shell that audit knows.
fresh() {
	sh -c "$1" </dev/null >/dev/null 2>&1 || :
}

# told FIELD...: there is an event with all of these words.
told() {
	_told=$(sed -n '/^event/s/$/ /p' "$EVENTS")
	for _word; do
		_told=$(printf '%s\n' "$_told" | grep -F -e " $_word ") || return 1
	done
}

assert_told() {
	wait_for 5 told "$@" || fail "no event with: $*"
}

assert_not_told() {
	# One that is told for certain, behind it.
	settle_events
	! told "$@" || fail "an event with: $*"
}

# settle_events: until all that happened before is told. Every test watches this file, too.
settle_events() {
	SETTLED=$((${SETTLED:-0} + 1))
	: >"$T/settle"
	fresh "cat '$T/settle'"
	wait_for 5 settled || fail "nothing is told any more"
}

settled() {
	[ "$(grep -c " path=$T/settle " "$EVENTS")" -ge "$SETTLED" ]
}

# figure NAME: of the figures that it said last.
figure() {
	sed -n "s/^figures.* $1=\([0-9]*\).*/\1/p" "$EVENTS" | tail -n 1
}

# stop_listening: by SIGTERM, cleanly.
stop_listening() {
	kill -TERM "$LISTENER"
	wait_for 20 is_gone "$LISTENER" || fail "the source does not end"
	_status=0
	wait "$LISTENER" || _status=$?
	LISTENER=
	[ $_status -eq 0 ] || fail "the source ended with status $_status: $(tail -n 3 "$EVENTS")"
	grep -qx closed "$EVENTS" || fail "the source did not say that it has closed"
}

# as_found: audit is as it was when the test began; says how that is.
as_found() {
	audit_now >"$T/audit.after"
	cmp -s "$T/audit.before" "$T/audit.after" ||
		fail "audit was: $(cat "$T/audit.before") -- and is now: $(cat "$T/audit.after")"
	assert test ! -e "$T/state"
	echo "audit is as it was found:"
	cat "$T/audit.after"
}
