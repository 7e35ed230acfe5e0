#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A user with a rule logs in, by su, login, machinectl and a service with PAM: the session and the user's service
# manager stay what systemd made of them, the user's programs go where the rule says, and the logout is clean.
# setup: yes
# inits: systemd
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	echo 'alice  pids,memory  users/alice' |
		install_cgred idle-su idle-login idle-machine idle-service idle-settled
	echo 'group users/alice { pids { pids.max = 500; } memory { } }' > /etc/cgconfig.conf
	exit 0
fi

no_processes() { ! pgrep -u alice >/dev/null; }

# What must hold while alice is logged in.
check_login() {
	local session leader manager line
	wait_for 30 has_sessions alice 1 || fail "$1: not one session: $(loginctl list-sessions)"
	session=$(sessions_of alice)
	wait_for 30 systemctl is-active --quiet user@1001.service || fail "$1: user@1001.service does not run"
	placed "$2" pids users/alice
	placed "$2" memory users/alice
	settled idle-settled pids users/alice
	sleep 1
	wait_for 10 has_sessions alice 1 || fail "$1: the session is forgotten"
	[ "$(loginctl show-session -p State --value "$session")" != closing ] || fail "$1: the session is closing"
	systemctl is-active --quiet "session-$session.scope" || fail "$1: the scope is forgotten"
	leader=$(loginctl show-session -p Leader --value "$session")
	grep -q "/user-1001.slice/session-$session.scope\$" "/proc/$leader/cgroup" ||
		fail "$1: the leader $leader is not in its scope: $(cat "/proc/$leader/cgroup")"
	systemctl is-active --quiet user@1001.service || fail "$1: user@1001.service has ended"
	manager=$(systemctl show -p MainPID --value user@1001.service)
	grep -q '/user-1001.slice/user@1001.service/init.scope$' "/proc/$manager/cgroup" ||
		fail "$1: the manager was moved: $(cat "/proc/$manager/cgroup")"
	! is_in "$manager" pids users/alice || fail "$1: the manager was moved"
	for line in $(pgrep -x '\(sd-pam\)' -P "$manager"); do
		! is_in "$line" pids users/alice || fail "$1: (sd-pam) was moved"
	done
	echo "ok: $1: session $session, its leader $leader and the manager $manager stay"
}

# Usage: check_logout WHAT PROGRAM
check_logout() {
	pkill -x "$2" || :
	wait_for 60 has_sessions alice 0 || fail "$1: the session stays: $(loginctl list-sessions)"
	echo "ok: $1: logged out"
}

su -l alice -c 'idle-su; true' >/dev/null &
check_login su idle-su
check_logout su idle-su

echo "exec idle-login" > /home/alice/.bash_profile
setsid agetty --autologin alice --noclear tty2 linux &
check_login login idle-login
check_logout login idle-login
rm /home/alice/.bash_profile

# What machinectl and PAMName= start leads the session itself, and stays: its children are placed.
machinectl -q shell alice@.host /bin/sh -c '/usr/local/bin/idle-machine; true' </dev/null >/dev/null &
check_login machinectl idle-machine
check_logout machinectl idle-machine

systemd-run --quiet --unit=session-service -p User=alice -p PAMName=login /usr/local/bin/idle-service
wait_for 30 has_sessions alice 1 || fail "a service with PAM makes no session"
await idle-service
settled idle-settled pids users/alice
wait_for 10 has_sessions alice 1 || fail "a service with PAM: the session is forgotten"
systemctl is-active --quiet session-service || fail "the service with PAM ended"
systemctl stop session-service
wait_for 30 is_gone "$pid" || fail "the service with PAM goes on after its stop"
wait_for 60 has_sessions alice 0 || fail "the session of the service stays"

# What comes after the last logout: the manager ends by itself, and well.
manager_ended() { ! systemctl is-active --quiet user@1001.service; }
wait_for 60 manager_ended || fail "user@1001.service stays for ever"
[ "$(systemctl show -p Result --value user@1001.service)" = success ] || fail "user@1001.service did not end well"
wait_for 20 no_processes || fail "left over: $(pgrep -lu alice)"
[ "$(systemctl --failed --no-legend | wc -l)" = 0 ] || fail "failed: $(systemctl --failed --no-legend)"
