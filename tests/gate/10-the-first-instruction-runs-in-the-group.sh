#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that a rule names runs its first instruction in its group: however it is started, by whatever name
# of the file, as a script or a script's interpreter; on an idle machine and on a busy one.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

OUTSIDE=$(where $$ "$C1")
for group in a script interpreter link starter other; do
	make_group "$CG/$group"
done
make_group "$CG/made" # what is below comes on demand
first=$(first first)
interpreter=$(first interpreter)
ln -s first "$T/bin/link"
ln "$first" "$T/bin/hard"
ln -s "$(first linked)" "$T/bin/named-link"
cp "$T/bin/starter" "$T/bin/named-starter"
mkdir "$T/dir"
first dir >/dev/null
mv "$T/bin/dir" "$T/dir/first"
first pre-one >/dev/null
ln "$T/bin/pre-one" "$T/bin/z-other" # in the same directory, and no rule means this name
printf '#!%s\n' "$(first unnamed)" >"$T/bin/script"
printf '#!%s\n' "$interpreter" >"$T/bin/unnamed-script"
printf '#!%s -x\n' "$interpreter" >"$T/bin/both"
chmod 755 "$T/bin/script" "$T/bin/unnamed-script" "$T/bin/both"
rules <<E
$n:$first                    $C1  $CG/a
$n:$T/bin/script             $C1  $CG/script
$n:$interpreter              $C1  $CG/interpreter
$n:$T/bin/both               $C1  $CG/other
$n:$T/bin/named-link         $C1  $CG/link
$n:$T/bin/named-starter      $C1  $CG/starter
$n:$T/dir/*                  $C1  $CG/other
$n:$T/bin/pre*               $C1  $CG/other
$((n + 1)):$T/bin/pre*       $C1  $CG/made/%U
$((n + 2)):$T/bin/pre*       $C1  $CG/made/%U
E
start_gate

by_named() {
	by_user "$T/bin/named-starter" "$TIMES" fork "$first"
}

by_root() {
	exec "$T/bin/starter" "$TIMES" "$n" "$1"
}

ways() {
	all_first plainly "$CG/a" many fork "$first"
	all_first "by posix_spawn" "$CG/a" many vfork "$first"
	all_first "by a thread" "$CG/a" many thread "$first"
	all_first "from a program with a group of its own" "$CG/a" by_named
	all_first "from a program that was executed just before" "$CG/a" \
		many fork "$T/bin/steps" exec "$first"
	all_first "a script from such a program" "$CG/other" many fork "$T/bin/steps" exec "$T/bin/both"
	all_first "right after a change of its user" "$CG/a" by_root "$first"
	all_first "through a symbolic link" "$CG/a" many fork "$T/bin/link"
	all_first "through the symbolic link that the rule names" "$CG/link" many fork "$T/bin/named-link"
	all_first "the file that this link leads to" "$CG/link" many fork "$T/bin/linked"
	all_first "through a hard link" "$CG/a" many fork "$T/bin/hard"
	all_first "a script" "$CG/script" many fork "$T/bin/script"
	all_first "an interpreter" "$CG/interpreter" many fork "$T/bin/unnamed-script"
	all_first "a script, its interpreter being named, too" "$CG/other" many fork "$T/bin/both"
	all_first "a directory of programs" "$CG/other" many fork "$T/dir/first"
	all_first "by the beginning of its name" "$CG/other" many fork "$T/bin/pre-one"
	all_first "another name of it does not count" "$OUTSIDE" many fork "$T/bin/z-other"
	all_first "and by its own again" "$CG/other" many fork "$T/bin/pre-one"
}
idle_and_busy ways

n=$((n + 2))
all_first "right after a change of its user, into a group made on demand" "$CG/made/$n" by_root "$T/bin/pre-one"
n=$((n - 1))
all_first "into a group made on demand" "$CG/made/$n" many fork "$T/bin/pre-one"
daemon_lives
stop_daemon
