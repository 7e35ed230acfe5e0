# shellcheck shell=bash disable=SC2154  # the other files and the script that sources them set the rest
# SPDX-License-Identifier: LGPL-2.1-or-later
# One VM: boot it, wait for what it says on its second serial port (see init), end it when it says nothing for too
# long, and turn what it said into verdicts. Sourced by run and full.

boot_timeout=$(scaled 60)	# until the first case begins; 3 s on an idle machine
grace=${CGRED_VM_GRACE:-$(scaled 30)}	# how long after a case's own limit the VM is given up

# "yes": a CPU's time is the number of its instructions, so that verdicts do not depend on what else runs on the host.
by_instructions=${CGRED_VM_INSTRUCTIONS-}

qemu=
at_exit() { [ -z "$qemu" ] || { kill -KILL "$qemu"; wait "$qemu"; } 2>/dev/null || true; }

# Seconds that the VM may take before it says its next mark.
patience() {
	local now
	now=$(sed -n "s/^@@$token begin \([0-9]*\).*/\1/p" "$work/marks" | tail -n 1)
	if [ -z "$now" ]; then
		echo $((boot_timeout * (${by_instructions:+9} + 1)))
	else
		echo $((($(limit_of "$now") + grace) * (${by_instructions:+9} + 1)))
	fi
}

# Boots, and waits until it ends or takes too long; sets gave_up. Usage: boot KERNEL-ARGUMENTS [QEMU-OPTION...]
boot() {
	local marks seen=-1 deadline=0 append=$1 viewer='' cpus
	shift
	gave_up=
	# Of two CPUs that count their instructions one starves (QEMU before 8.1).
	cpus=(-smp 2)
	[ -z "$by_instructions" ] || cpus=(-smp 1 -icount "shift=3,sleep=$([ "${init-}" ] && echo on || echo off)")
	: > "$work/console"
	: > "$work/marks"
	# tcg with one thread: kvm hangs on the development machines, and a thread per CPU makes 7.x kernels oops.
	# It goes with this script however that ends.
	setpriv --pdeathsig KILL qemu-system-x86_64 -accel tcg,thread=single "${cpus[@]}" -m 1G -nodefaults -nographic -no-reboot \
		-serial "file:$work/console" -serial "file:$work/marks" \
		-kernel "$kernel_dir/vmlinuz" -initrd "$work/initrd" \
		-append "console=ttyS0 panic=-1 oops=panic loglevel=4 mitigations=off $append ${CGRED_VM_APPEND:-}" \
		"$@" </dev/null >"$work/qemu" 2>&1 &
	qemu=$!
	if [ "$console" ]; then
		tail -q -n +1 -f --pid="$qemu" "$work/console" "$work/marks" >&2 &
		viewer=$!
	fi
	while kill -0 "$qemu" 2>/dev/null; do
		sleep 0.2
		marks=$(grep -c "^@@$token" "$work/marks") || true
		if [ "$marks" != "$seen" ]; then
			seen=$marks
			deadline=$((SECONDS + $(patience)))
		elif [ "$SECONDS" -gt "$deadline" ]; then
			gave_up=yes
			kill -KILL "$qemu"
			break
		fi
	done
	wait "$qemu" 2>/dev/null || true
	[ -z "$viewer" ] || wait "$viewer" || true
	qemu=
	tr -d '\r' < "$work/marks" > "$work/said"
}

# What the kernel itself said about its end.
last_words() {
	local words
	words=$(tr -d '\r' < "$work/console" | grep -m 1 -o -E 'Kernel panic.*|Oops.*|BUG:.*|kernel BUG.*' || true)
	[ -n "$words" ] || words=$(head -n 1 "$work/qemu")
	echo "${words:-the VM ended without a word}"
}

# Output of case number $1, as far as it came.
output_of() {
	awk -v token="@@$token" -v n="$1" '
		$1 == token { on = ($2 == "begin" && $3 == n); next }
		on { print }' "$work/said" | sed -e '1{/^$/d}' -e '${/^$/d}' > "$work/output"
}

# The verdict of a case that the VM began, or never began, and did not end. Usage: judge_unended NUMBER
judge_unended() {
	local word reason
	read -r _ word reason < <(grep -m 1 -E "^@@$token (skip-all|broken) " "$work/said" || true) || true
	if grep -q "^@@$token begin $1\$" "$work/said"; then
		if [ "$gave_up" ]; then
			verdict "$1" HANG - "the VM hung and was ended" "$work/output"
		else
			verdict "$1" FAIL - "the VM ended: ${reason:-$(last_words)}" "$work/output"
		fi
	elif [ "$word" = skip-all ]; then
		verdict "$1" skip - "$reason"
	elif [ "$gave_up" ]; then
		verdict "$1" HANG - "the VM did not come up in $boot_timeout s"
	else
		verdict "$1" FAIL - "the VM did not come to it: ${reason:-$(last_words)}"
	fi
}

# Usage: judge NUMBER...: say the verdicts of the VM that has just run. Sets todo to the cases that it did
# not come to because it ended in or behind an earlier one.
judge() {
	local i what took reason ran=
	todo=()
	! grep -q "^@@$token begin " "$work/said" || ran=yes
	for i; do
		output_of "$i"
		read -r _ _ _ what took reason < <(grep -m 1 "^@@$token end $i " "$work/said" || true) || true
		if [ "$what" = skip ] && [ -z "$reason" ]; then
			reason=$(grep . "$work/output" | tail -n 1)
			[ -n "$reason" ] || what=FAIL reason="skips and does not say why"
		fi
		if [ -n "$what" ]; then
			verdict "$i" "$what" "$took" "$reason" "$work/output"
		elif [ -n "$ran" ] && ! grep -q "^@@$token begin $i\$" "$work/said"; then
			todo+=("$i")
		else
			judge_unended "$i"
		fi
	done
}
