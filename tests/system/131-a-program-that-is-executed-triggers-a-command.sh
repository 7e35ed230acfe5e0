#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetter's second example: a command is run for every execution, as nobody, with what is known of it in its
# environment. No program is too short-lived for that.
#
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

mkdir "$T/out"
chmod 777 "$T/out"
cat >"$T/bin/send-mail" <<'X'
#!/bin/sh
out=$1
shift
{
	echo "args:$*"
	echo "uid:$(id -u)"
	env | sort
} >"$out/new.$$"
mv "$out/new.$$" "$out/mail.$$"
X
chmod 755 "$T/bin/send-mail"
yaml <<Y
name: $CG
rules:
  audit:
    paths: [$T/bin/sudo]
    action: execute
    trigger: send-mail
triggers:
  send-mail:
    run: $T/bin/send-mail
    args: [$T/out, 'audit@mycompany.org', 'two words; \$(id)']
    user: nobody
Y
cp "$HELPERS/steps" "$T/bin/sudo"
start_daemon
mails() {
	[ "$(find "$T/out" -name 'mail.*' | wc -l)" -eq "$1" ]
}
as "$BASE_UID" "$BASE_UID" "$T/bin/sudo" say "done"
wait "$PID"
wait_for 10 mails 1 || fail "$(find "$T/out" -name 'mail.*' | wc -l) commands ran for one execution"
mail=$(find "$T/out" -name 'mail.*')
has() {
	grep -qx -- "$1" "$mail" || fail "the command was not told $1 -- but: $(cat "$mail")"
}
has "args:audit@mycompany.org two words; $(printf '%s' '$(id)')"
has "uid:$(id -u nobody)"
has "FETTER_PID=$PID"
has "FETTER_PPID=$$"
has "FETTER_UID=$BASE_UID"
has "FETTER_EUID=$BASE_UID"
has "FETTER_EXE=$T/bin/sudo"
has "FETTER_COMM=sudo"
has "FETTER_SYSCALL=execve"
has "FETTER_RESULT=success"
has "CGRED_PID=$PID"
has "CGRED_RULE=audit"
has "CGRED_PATH=$T/bin/sudo"
has "CGRED_ARGV=$T/bin/sudo say done"
rm "$T/out"/mail.*
# Many that are over at once.
n=20
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	"$T/bin/sudo" say x >/dev/null
done
wait_for 20 mails $n || fail "$(find "$T/out" -name 'mail.*' | wc -l) commands ran for $n executions"
told=$(cat "$T/out"/mail.* | grep -cx "CGRED_ARGV=$T/bin/sudo say x") || :
[ "$told" = $n ] || fail "the arguments of $told of $n programs were told, which are gone"
# The command itself is nothing that rules are for.
rm "$T/out"/mail.*
sed -i -e "s|paths: .*|paths: [$T/bin/sudo, $T/bin/send-mail]|" "$YAML"
kill -USR2 "$DAEMON"
assert_logged reloaded
settle
"$T/bin/sudo" say x >/dev/null
wait_for 10 mails 1 || fail "no command ran after the reload"
settle
assert mails 1
stop_daemon
as_found
