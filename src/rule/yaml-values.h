/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_YAML_VALUES_H
#define CGRED_RULE_YAML_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/* The values that are not just text. Each takes the whole text, and returns false, and leaves *ret
 * alone, when it is anything else or out of its range. Numbers are decimal, with no sign and no
 * zeros in front (010 is eight to some readers of YAML, and ten to others). */

/* true, false, yes, no, on, off; also in capitals. */
bool yaml_value_bool(const char *text, bool *ret);

bool yaml_value_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* MiB, or with K, M or G behind it; fractions with up to three digits. At least a page (4K). */
bool yaml_value_bytes(const char *text, uint64_t *ret_bytes);

/* Over 0, up to 100, with two decimals at most; "%" behind it may be. In hundredths. */
bool yaml_value_percent(const char *text, unsigned *ret);

/* Seconds, or with ms, s, m or h behind it; up to 576h, which fit an int. */
bool yaml_value_duration(const char *text, unsigned *ret_ms);

/* 10/s, 100/m, 5/10s: so many (up to 1000000) in such a time. */
bool yaml_value_rate(const char *text, unsigned *ret_n, unsigned *ret_ms);

#endif
