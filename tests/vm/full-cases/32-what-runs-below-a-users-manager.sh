#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A user's own services, timers and scopes are the user's programs: placed by the rule, and still started, known and
# stopped by the user's manager. No name that a user gives to a unit keeps its programs from the rule.
# setup: yes
# inits: systemd
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	install_cgred idle-service idle-timer idle-scope idle-linger idle-session idle-podman idle-settled <<-END
		bob        pids  bobs
		@students  *     students/%u
	END
	mkdir -p /var/lib/systemd/linger
	: > /var/lib/systemd/linger/alice
	units=/home/alice/.config/systemd/user
	mkdir -p $units/default.target.wants
	printf '%s\n' '[Service]' 'ExecStart=/usr/local/bin/idle-linger' > $units/linger.service
	ln -s ../linger.service $units/default.target.wants/
	chown -R alice: /home/alice
	exit 0
fi

as_alice() { setpriv --reuid=1001 --regid=1001 --init-groups env XDG_RUNTIME_DIR=/run/user/1001 "$@"; }
main_pid() { as_alice systemctl --user show -p MainPID --value "$1"; }

wait_for 30 systemctl is-active --quiet user@1001.service || fail "the manager of a lingering user does not run"
placed idle-linger pids students/alice

as_alice systemd-run --user --quiet --unit=mine /usr/local/bin/idle-service
placed idle-service pids students/alice
as_alice systemctl --user is-active --quiet mine || fail "the user's service is not active"
[ "$(main_pid mine)" = "$pid" ] || fail "the user's manager lost its service"
as_alice systemctl --user restart mine || fail "restart of the user's service"
wait_for 20 is_gone "$pid" || fail "the user's service goes on after its restart"
placed idle-service pids students/alice
as_alice systemctl --user stop mine || fail "stop of the user's service"
wait_for 20 is_gone "$pid" || fail "the user's service goes on after its stop"

as_alice systemd-run --user --quiet --on-active=1 --timer-property=AccuracySec=100ms /usr/local/bin/idle-timer
placed idle-timer pids students/alice

as_alice systemd-run --user --quiet --scope --unit=mine.scope /usr/local/bin/idle-scope >/dev/null &
placed idle-scope pids students/alice

manager=$(systemctl show -p MainPID --value user@1001.service)
grep -q '/user@1001.service/init.scope$' "/proc/$manager/cgroup" ||
	fail "the manager was moved: $(cat "/proc/$manager/cgroup")"
systemctl is-active --quiet user@1001.service || fail "user@1001.service has ended"

# Names that would mean something outside.
as_alice systemd-run --user --quiet --scope --unit=session-9.scope setsid -w /usr/local/bin/idle-session >/dev/null &
placed idle-session pids students/alice
id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
as_alice systemd-run --user --quiet --scope --unit=libpod-$id.scope /usr/local/bin/idle-podman >/dev/null &
placed idle-podman pids students/alice
