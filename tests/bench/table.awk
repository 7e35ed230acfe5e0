# SPDX-License-Identifier: LGPL-2.1-or-later
# The tables of tests/bench/report, from lines of JSON with flat objects. Of rounds, the median. With
# plot=1: the columns of the plot of cost by number of rules.

function get(key,    at, rest) {
	at = index($0, "\"" key "\":")
	if (!at)
		return ""
	rest = substr($0, at + length(key) + 3)
	sub(/^ /, "", rest)
	if (substr(rest, 1, 1) == "\"") {
		rest = substr(rest, 2)
		return substr(rest, 1, index(rest, "\"") - 1)
	}
	sub(/[,}].*/, "", rest)
	return rest
}

function note(row, daemon, value) {
	if (!(row in rows)) {
		rows[row] = ++n_rows
		order[n_rows] = row
		section[n_rows] = get("part")
	}
	all[row, daemon, ++count[row, daemon]] = value + 0
}

function median(row, daemon,    n, i, j, value, sorted) {
	n = count[row, daemon]
	for (i = 1; i <= n; i++) {
		value = all[row, daemon, i]
		for (j = i - 1; j > 0 && sorted[j] > value; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = value
	}
	if (!n)
		return ""
	return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

function show(value) {
	if (value == "")
		return ""
	return value >= 100 || value == int(value) ? sprintf("%.0f", value) : sprintf("%.1f", value)
}

function ratio(row, a, b) {
	if (median(row, a) == "" || !(median(row, b) > 0))
		return ""
	return sprintf("%.2f", median(row, a) / median(row, b))
}

function latency_row() {
	return (get("load") == "busy" ? "both CPUs busy" : "idle") ", " get("rate") "/s: "
}

function head(title) {
	print "\n" title "\n"
	print "| | cgred | cgrulesengd | ratio | bare loop |"
	print "|---|---|---|---|---|"
}

function rate_name() {
	return get("rate") > 0 ? get("rate") "/s" : "as fast as the daemon follows"
}

get("part") == "cpu" {
	kind = get("kind")
	what = kind == "none" ? "no rule can match (" get("rules") " rules)" : kind == "groups" ? \
		get("rules") " `@group:program`" : get("rules") " `user:program`"
	note("CPU, " what ", " rate_name(), get("daemon"), get("cpu_us"))
	if (kind == "programs" && get("rate") == 0)
		sizes[get("rules")]
	others += get("others")
	n_cpu++
	if (kind != "none" && get("placed") != get("execs"))
		lost[get("daemon")] += get("execs") - get("placed")
}
get("part") == "calls" {
	what = get("kind") == "none" ? "no rule can match" : get("kind") == "groups" ? "100 `@group:program`" : "100 `user:program`"
	note("calls, " what ", " rate_name(), get("daemon"), get("calls"))
}
get("part") == "latency" {
	for (i = split("median p90 p99 max", part, " "); i > 0; i--)
		value[i] = get(part[i])
	for (i = 1; i <= 4; i++)
		note(latency_row() part[i], get("daemon"), value[i])
	note(latency_row() "median until the daemon asks for the move", get("daemon"), get("asked"))
	note(latency_row() "ended unplaced (after 128 more)", get("daemon"), get("unplaced"))
}
get("part") == "burst" {
	note(get("execs") " programs: never classified", get("daemon"), get("lost"))
	note(get("execs") " programs: wrongly classified", get("daemon"), get("wrong"))
}
get("part") == "memory" {
	note(get("rules") " rules: resident memory, MB", get("daemon"), get("rss_kb") / 1024)
	note(get("rules") " rules: load, ms", get("daemon"), get("load_ms"))
	note(get("rules") " rules: load anew, ms", get("daemon"), get("busy_ms"))
}
get("part") == "reload" {
	if (get("n") > 0) {
		note("median " get("when") " a reload that waits 10 s", get("daemon"), get("median"))
		note("p99 " get("when") " it", get("daemon"), get("p99"))
	}
	note("not placed " get("when") " it", get("daemon"), get("unplaced"))
}
get("part") == "gate" && get("held") == "" {
	what = get("what") (get("favordynmods") == "on" ? "; favordynmods" : "")
	pause = get("pause_us") > 0 ? "with pauses" : "one after the other"
	key = pause SUBSEP what
	if (!(key in gate_median))
		gate_rows[++n_gate] = key
	gate_median[key]
	note(key, "gate median", get("median"))
	note(key, "gate p99", get("p99"))
}
get("part") == "gate" && get("held") != "" {
	held = get("held")
	held_of = get("of")
}
get("part") == "match" {
	if (!((kind = get("kind")) in match_kinds)) {
		match_kinds[kind]
		match_order[++n_match] = kind
	}
	match_ns[kind, get("rules")] = get("match_ns")
}

function print_section(name, title,    i) {
	head(title)
	for (i = 1; i <= n_rows; i++)
		if (section[i] == name)
			printf "| %s | %s | %s | %s | %s |\n", order[i], show(median(order[i], "cgred")), \
				show(median(order[i], "cgrulesengd")), ratio(order[i], "cgred", "cgrulesengd"), \
				show(median(order[i], "loop"))
}

function has(name,    i) {
	for (i = 1; i <= n_rows; i++)
		if (section[i] == name)
			return 1
	return 0
}

function at(size, daemon,    value) {
	value = median("CPU, " size " `user:program`, as fast as the daemon follows", daemon)
	return value == "" ? "?" : value
}

function print_gate(    i, part, base, key, program) {
	print "\nThe exec gate: fork, exec, end and wait of a static program, µs\n"
	print "| | | median | p99 | added: median | p99 |"
	print "|---|---|---|---|---|---|"
	for (i = 1; i <= n_gate; i++) {
		key = gate_rows[i]
		split(key, part, SUBSEP)
		program = part[2]
		sub(/^[^,;]*/, "", program)
		base = part[1] SUBSEP "no daemon" program
		printf "| %s | %s | %.0f | %.0f | %.0f | %.0f |\n", part[2], part[1], median(key, "gate median"), \
			median(key, "gate p99"), median(key, "gate median") - median(base, "gate median"), \
			median(key, "gate p99") - median(base, "gate p99")
	}
	print "\nExecs that the gate held, of " held_of " of a program that no rule names: " held
}

END {
	if (plot) {
		for (size in sizes)
			printf "%s %s %s\n", size, at(size, "cgred"), at(size, "cgrulesengd") | "sort -n"
		exit
	}
	if (has("cpu"))
		print_section("cpu", "Processor time of the daemon per fork+exec, µs")
	for (daemon in lost)
		printf "\n%s: %d of these programs were not placed in time.\n", daemon, lost[daemon]
	if (n_cpu)
		printf "\nProcesses that others started meanwhile, for each of these: %.1f. Their cost is taken off.\n", others / n_cpu
	if (at(10, "cgred") > 0 && at(100000, "cgred") != "?")
		printf "\ncgred, 100,000 rules against 10: %.2f\n", at(100000, "cgred") / at(10, "cgred")
	if (has("calls"))
		print_section("calls", "System calls of the daemon per fork+exec")
	if (has("latency"))
		print_section("latency", "From exec to placed, µs")
	if (has("burst"))
		print_section("burst", "A burst of programs that stay")
	if (has("memory"))
		print_section("memory", "Memory and load")
	if (has("reload"))
		print_section("reload", "From exec to placed around a reload that waits for a name service, µs")
	if (n_gate)
		print_gate()
	if (n_match) {
		print "\nThe matcher alone, ns per match by the number of rules\n"
		print "| | 10 | 100 | 1000 | 10,000 | 100,000 |\n|---|---|---|---|---|---|"
		for (i = 1; i <= n_match; i++) {
			kind = match_order[i]
			printf "| %s | %s | %s | %s | %s | %s |\n", kind, match_ns[kind, 10], match_ns[kind, 100], \
				match_ns[kind, 1000], match_ns[kind, 10000], match_ns[kind, 100000]
		}
	}
}
