#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Slashes, dots, control characters and long names of a user's making cannot choose the place.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

private_mounts

n=$BASE_UID
id=0
for name in .. . a/b 'a/../../b' '/' "$(printf 'a\tb')"; do
	echo "$name:x:$((n + id)):1:$name:/:/bin/sh" >>/etc/passwd
	id=$((id + 1))
done
rules <<E
$n            $C1  $CG/user/%u
$((n + 1))    $C1  $CG/user/%u
$((n + 2))    $C1  $CG/user/%u
$((n + 3))    $C1  $CG/user/%u
$((n + 4))    $C1  $CG/user/%u
$((n + 5))    $C1  $CG/user/%u
$((n + 9))    $C1  $CG/prog/x-%p
$((n + 10))   $C1  $CG/two/%p/%p
E
start_daemon
prog=$(program prog)

# one_below GROUP: the process is in a group right below it, whose name is harmless.
is_placed() {
	case $(where "$PID" "$C1") in "$1"/?*) ;; *) return 1 ;; esac
}
one_below() {
	wait_for 5 is_placed "$1" || fail "$PID is in '$(where "$PID" "$C1")', not below $1"
	name=$(where "$PID" "$C1")
	name=${name#"$1"/}
	case $name in
	. | .. | */*) fail "not one safe component: '$name'" ;;
	esac
	[ ${#name} -le 255 ] || fail "too long: '$name'"
	! printf '%s' "$name" | grep -q '[[:cntrl:]]' || fail "control characters: '$name'"
}
for id in 0 1 2 3 4 5; do
	as $((n + id)) 1 "$prog"
	one_below "$CG/user"
done

long=$(printf '%0255d' 0)
for name in "$(printf 'tab\there')" "$(printf 'new\nline')" "$long" ... ' ' 'a b'; do
	as $((n + 9)) 1 "$(program "$name")"
	one_below "$CG/prog"
done
as $((n + 10)) 1 "$T/bin/..."
assert_in "$PID" "$C1" "$CG/two/.../..."
stop_daemon
