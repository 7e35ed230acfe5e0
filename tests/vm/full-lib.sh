# shellcheck shell=dash disable=SC2154  # the environment of full-runner and full-init
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the cases of tests/vm/full-cases share. Sourced in the setup, where nothing runs yet, and in the booted
# system. Programs are copies of helpers/idle with names of their own, so that pidof finds them.

# ---- setting up --------------------------------------------------------------------------------

# install_cgred PROGRAM...: the daemon from boot with the rules of standard input, and the programs.
install_cgred() {
	local name
	cp "$CGRED" /usr/sbin/cgred
	cat > /etc/cgrules.conf
	for name; do
		cp "$TESTS/helpers/idle" "/usr/local/bin/$name"
	done
	if [ "$INIT" = systemd ]; then
		cp "$TESTS/../scripts/cgred.service" /etc/systemd/system/
		wanted_by cgred.service multi-user.target
	else
		install -m 755 "$TESTS/../scripts/init.d/cgred" /etc/init.d/cgred
		update-rc.d cgred defaults
	fi
}

# wanted_by UNIT TARGET
wanted_by() {
	mkdir -p "/etc/systemd/system/$2.wants"
	ln -s "../$1" "/etc/systemd/system/$2.wants/$1"
}

# ---- results -----------------------------------------------------------------------------------

fail() {
	echo "fail: $*"
	[ ! -e /var/log/cgred.log ] || tail -n 30 /var/log/cgred.log
	[ "$INIT" != systemd ] || systemctl status cgred --no-pager --full --lines 20 || :
	[ "$INIT" != systemd ] || journalctl -b --no-pager -q -o short-monotonic | tail -n 60
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

# ---- waiting -----------------------------------------------------------------------------------

# wait_for SECONDS COMMAND...: longer on a slower machine, as CGRED_SCALE says (5: an idle one, emulated).
wait_for() {
	local end now
	read -r now _ < /proc/uptime
	end=$((${now%.*} + $1 * ${CGRED_SCALE:-5} / 5))
	shift
	until "$@"; do
		read -r now _ < /proc/uptime
		[ "${now%.*}" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# ---- processes ---------------------------------------------------------------------------------

# where PID CONTROLLER: its group, without the leading slash.
where() {
	awk -v name="$2" '{
		at = index($0, ":"); rest = substr($0, at + 1)
		at = index(rest, ":"); list = substr(rest, 1, at - 1); path = substr(rest, at + 1)
		if (list == "")
			unified = path
		count = split(list, item, ",")
		for (i = 1; i <= count; i++)
			if (item[i] == name) { print substr(path, 2); found = 1 }
	} END { if (!found) print substr(unified, 2) }' "/proc/$1/cgroup"
}

is_in() { [ "$(where "$1" "$2" 2>/dev/null)" = "$3" ]; }

is_gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

# await NAME: sets pid to the process of that name, once there is one.
await() {
	wait_for 30 pidof "$1" >/dev/null || fail "$1 does not run"
	pid=$(pidof "$1")
}

# placed NAME CONTROLLER GROUP: a process of that name gets there.
placed() {
	await "$1"
	wait_for 20 is_in "$pid" "$2" "$3" || fail "$1 ($pid) is not in $3: $(cat "/proc/$pid/cgroup")"
	echo "ok: $1 is in $3 ($2)"
}

# Until the daemon has decided about all that it has been told: a program of its own is placed.
settled() {
	setpriv --reuid=1001 --regid=1001 --init-groups "/usr/local/bin/$1" >/dev/null &
	wait_for 20 is_in $! "$2" "$3" || fail "the program that shows that all is settled is not in $3"
	kill $!
}

# The group's directory. Usage: group_dir CONTROLLER GROUP
group_dir() {
	if [ "$MODE" = v2 ]; then
		echo "/sys/fs/cgroup/$2"
	else
		echo "/sys/fs/cgroup/$1/$2"
	fi
}

# ---- sessions ----------------------------------------------------------------------------------

# Of a user, without those that systemd 256 and later make for the manager itself.
sessions_of() {
	local session
	for session in $(loginctl list-sessions --no-legend | awk -v user="$1" '$3 == user { print $1 }'); do
		case $(loginctl show-session -p Class --value "$session") in
		manager*) ;;
		*) echo "$session" ;;
		esac
	done
}

has_sessions() { [ "$(sessions_of "$1" | wc -l)" = "$2" ]; }

# The scope of the session that the process leads, or nothing.
scope_led_by() {
	local session
	for session in $(loginctl list-sessions --no-legend | awk '{ print $1 }'); do
		[ "$(loginctl show-session -p Leader --value "$session")" != "$1" ] ||
			loginctl show-session -p Scope --value "$session"
	done
}
