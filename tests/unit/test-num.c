/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/num.h */
#include "config.h"

#include "base/num.h"

#include <string.h>

#include "helpers.h"

static const struct {
	const char *text;
	bool is_u32, is_u64;
	uint64_t value;
} rows[] = {
	{ "0", true, true, 0 },
	{ "7", true, true, 7 },
	{ "007", true, true, 7 },
	{ "4294967295", true, true, UINT32_MAX },
	{ "4294967296", false, true, UINT64_C(4294967296) },
	{ "18446744073709551615", false, true, UINT64_MAX },
	{ "18446744073709551616", false, false, 0 },
	{ "99999999999999999999999", false, false, 0 },
	{ "00000000000000000000000000001", true, true, 1 },
	{ "", false, false, 0 },
	{ "-1", false, false, 0 },
	{ "+1", false, false, 0 },
	{ " 1", false, false, 0 },
	{ "1 ", false, false, 0 },
	{ "1\n", false, false, 0 },
	{ "0x10", false, false, 0 },
	{ "1.0", false, false, 0 },
	{ "1e3", false, false, 0 },
	{ "1:", false, false, 0 },
	{ "/1", false, false, 0 },
	{ "\xb1", false, false, 0 },
};

START_TEST(takes_digits_only)
{
	const char *text = rows[_i].text;
	uint32_t u32 = 12345;
	uint64_t u64 = 12345;

	ck_assert_int_eq(num_parse_u32(text, strlen(text), &u32), rows[_i].is_u32);
	ck_assert_uint_eq(u32, rows[_i].is_u32 ? rows[_i].value : 12345);
	ck_assert_int_eq(num_parse_u64(text, strlen(text), &u64), rows[_i].is_u64);
	ck_assert_uint_eq(u64, rows[_i].is_u64 ? rows[_i].value : 12345);
}
END_TEST

START_TEST(reads_no_byte_behind_the_length)
{
	uint32_t value;

	ck_assert(num_parse_u32("12345", 2, &value));
	ck_assert_uint_eq(value, 12);
}
END_TEST

static const struct {
	const char *text;
	bool found;
	uint64_t value;
	const char *rest;
} scan_rows[] = {
	{ "12 34", true, 12, " 34" },
	{ "12", true, 12, "" },
	{ "0x1", true, 0, "x1" },
	{ "18446744073709551615,", true, UINT64_MAX, "," },
	{ "18446744073709551616,", false, 99, "18446744073709551616," },
	{ "", false, 99, "" },
	{ " 1", false, 99, " 1" },
	{ "-1", false, 99, "-1" },
};

START_TEST(scans_digits_and_stops_behind_them)
{
	const char *cursor = scan_rows[_i].text;
	uint64_t value = 99;

	ck_assert_int_eq(num_scan_u64(&cursor, &value), scan_rows[_i].found);
	ck_assert_uint_eq(value, scan_rows[_i].value);
	ck_assert_str_eq(cursor, scan_rows[_i].rest);
}
END_TEST

START_TEST(puts_what_it_takes)
{
	static const uint32_t values[] = { 0, 1, 9, 10, 32768, 4194304, 1000000000, UINT32_MAX };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char digits[NUM_U32_DIGITS];
		const char *end = num_put_u32(digits, values[i]);
		uint32_t value;

		ck_assert(num_parse_u32(digits, (size_t)(end - digits), &value));
		ck_assert_uint_eq(value, values[i]);
		ck_assert(digits[0] != '0' || end == digits + 1);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("num");

	tcase_add_loop_test(tcase, takes_digits_only, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, reads_no_byte_behind_the_length);
	tcase_add_test(tcase, puts_what_it_takes);
	tcase_add_loop_test(tcase, scans_digits_and_stops_behind_them, 0, ARRAY_SIZE(scan_rows));
	return run_tests(tcase);
}
