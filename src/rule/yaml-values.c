/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers with units. Pure. */
#include "config.h"

#include "rule/yaml-values.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"

#define SECOND_MS	((uint64_t)1000)
#define MINUTE_MS	(60 * SECOND_MS)
#define HOUR_MS		(60 * MINUTE_MS)
#define DURATION_MAX_MS (576 * HOUR_MS)
#define PERCENT_MAX	((uint64_t)100 * 1000) /* in thousandths */
#define RATE_MAX	1000000U
#define PAGE_BYTES	4096U

struct unit {
	const char *name;
	uint64_t size;
};

/* Digits with no zero in front. */
static bool scan_digits(const char **at, uint64_t *ret)
{
	return ((*at)[0] != '0' || (*at)[1] < '0' || (*at)[1] > '9') && num_scan_u64(at, ret);
}

/* A number with up to three decimals, in thousandths. */
static bool scan_thousandths(const char **at, uint64_t *ret)
{
	uint64_t value, scale = 1000;

	if (!scan_digits(at, &value) || __builtin_mul_overflow(value, scale, &value))
		return false;
	if (**at == '.') {
		const char *digit = *at + 1;

		for (; *digit >= '0' && *digit <= '9' && scale > 1; digit++) {
			scale /= 10;
			if (__builtin_add_overflow(value, (uint64_t)(*digit - '0') * scale, &value))
				return false;
		}
		if (scale == 1000)
			return false;
		*at = digit;
	}
	*ret = value;
	return true;
}

static const struct unit *find_unit(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (strcmp(units->name, name) == 0)
			return units;
	return NULL;
}

/* A number, its unit, and nothing else; rounded down. */
static bool scan_with_unit(const char *text, const struct unit *units, uint64_t *ret)
{
	const struct unit *unit;
	uint64_t value;

	if (!scan_thousandths(&text, &value))
		return false;
	unit = find_unit(units, text);
	if (!unit || __builtin_mul_overflow(value, unit->size, &value))
		return false;
	*ret = value / 1000;
	return true;
}

bool yaml_value_bool(const char *text, bool *ret)
{
	static const char *const names[][2] = {
		{ "false", "true" },
		{ "no", "yes" },
		{ "off", "on" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t j = 0; j < 2; j++) {
			if (strcasecmp(text, names[i][j]) != 0)
				continue;
			*ret = j == 1;
			return true;
		}
	}
	return false;
}

bool yaml_value_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;

	if (!scan_digits(&text, &value) || *text || value < min || value > max)
		return false;
	*ret = value;
	return true;
}

bool yaml_value_bytes(const char *text, uint64_t *ret_bytes)
{
	static const struct unit units[] = {
		{ "", 1 << 20 },  { "k", 1 << 10 }, { "K", 1 << 10 }, { "m", 1 << 20 },
		{ "M", 1 << 20 }, { "g", 1 << 30 }, { "G", 1 << 30 }, { NULL, 0 },
	};
	uint64_t bytes;

	if (!scan_with_unit(text, units, &bytes) || bytes < PAGE_BYTES)
		return false;
	*ret_bytes = bytes;
	return true;
}

bool yaml_value_percent(const char *text, unsigned *ret)
{
	uint64_t value;

	if (!scan_thousandths(&text, &value) || (*text && strcmp(text, "%") != 0))
		return false;
	if (value == 0 || value > PERCENT_MAX || value % 10 != 0)
		return false;
	*ret = (unsigned)(value / 10);
	return true;
}

static const struct unit times[] = {
	{ "ms", 1 }, { "s", SECOND_MS }, { "m", MINUTE_MS }, { "h", HOUR_MS }, { NULL, 0 },
};

bool yaml_value_duration(const char *text, unsigned *ret_ms)
{
	static const struct unit units[] = {
		{ "", SECOND_MS },  { "ms", 1 },      { "s", SECOND_MS },
		{ "m", MINUTE_MS }, { "h", HOUR_MS }, { NULL, 0 },
	};
	uint64_t ms;

	if (!scan_with_unit(text, units, &ms) || ms > DURATION_MAX_MS)
		return false;
	*ret_ms = (unsigned)ms;
	return true;
}

bool yaml_value_rate(const char *text, unsigned *ret_n, unsigned *ret_ms)
{
	const struct unit *unit;
	uint64_t n, time = 1;

	if (!scan_digits(&text, &n) || n == 0 || n > RATE_MAX || *text++ != '/')
		return false;
	if (*text >= '0' && *text <= '9' && !scan_digits(&text, &time))
		return false;
	unit = find_unit(times, text);
	if (!unit || time == 0 || time > DURATION_MAX_MS || time * unit->size > DURATION_MAX_MS)
		return false;
	*ret_n = (unsigned)n;
	*ret_ms = (unsigned)(time * unit->size);
	return true;
}
