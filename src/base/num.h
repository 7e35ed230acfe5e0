/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_NUM_H
#define CGRED_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only, the whole of text[0..len): no sign, no blanks, at least one digit. Returns
 * false, and leaves *ret alone, when it is anything else or does not fit. */
bool num_parse_u32(const char *text, size_t len, uint32_t *ret);
bool num_parse_u64(const char *text, size_t len, uint64_t *ret);

/* Decimal digits at *cursor, which is moved behind them; false when there are none. */
bool num_scan_u64(const char **cursor, uint64_t *ret);

/* Room for the digits of any uint32_t. No zero byte is written. */
#define NUM_U32_DIGITS 10

/* Writes the digits, and returns where they end. For the event path: printf() costs ten times that.
 */
char *num_put_u32(char *at, uint32_t value);

#endif
