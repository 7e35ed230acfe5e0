/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/listings.h */
#include "config.h"

#include "rule/listings.h"

#include <dirent.h>
#include <unistd.h>

#include "helpers.h"

START_TEST(knows_the_names_in_a_directory)
{
	cleanup_free char *path = dir_join("d");
	struct listings listings = { 0 };
	const struct listing *listing;

	dir_write("d/one", "");
	dir_write("d/two", "");
	dir_add("d/three");
	listing = listings_find(&listings, path);
	ck_assert_ptr_nonnull(listing);
	ck_assert(listing->readable);
	ck_assert_str_eq(listing->directory, path);
	ck_assert(listing_has(listing, "one") && listing_has(listing, "two"));
	ck_assert(!listing_has(listing, "on") && !listing_has(listing, "one ") &&
		  !listing_has(listing, "zzz") && !listing_has(listing, ""));
	ck_assert_str_eq(listing->names[listing_find(listing, "t")].name, "three");
	ck_assert_uint_eq(listing->names[listing_find(listing, "three")].type, DT_DIR);
	ck_assert_uint_eq(listing_find(listing, "zzz"), listing->n);
	listings_done(&listings);
}
END_TEST

START_TEST(reads_a_directory_once)
{
	cleanup_free char *first = dir_join("d");
	cleanup_free char *second = dir_join("e");
	struct listings listings = { 0 };

	dir_write("d/one", "");
	dir_write("e/two", "");
	ck_assert(listing_has(listings_find(&listings, first), "one"));
	dir_write("d/later", "");
	ck_assert(listing_has(listings_find(&listings, second), "two"));
	ck_assert(!listing_has(listings_find(&listings, first), "later"));
	ck_assert_uint_eq(listings.n, 2);
	listings_done(&listings);
}
END_TEST

START_TEST(what_is_no_directory_has_no_names)
{
	cleanup_free char *none = dir_join("none");
	cleanup_free char *file = dir_join("file");
	struct listings listings = { 0 };

	dir_write("file", "");
	ck_assert(!listings_find(&listings, none)->readable);
	ck_assert(!listings_find(&listings, file)->readable);
	ck_assert_uint_eq(listings_find(&listings, none)->n, 0);
	ck_assert(!listing_has(listings_find(&listings, none), "x"));
	listings_done(&listings);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("listings");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, knows_the_names_in_a_directory);
	tcase_add_test(tcase, reads_a_directory_once);
	tcase_add_test(tcase, what_is_no_directory_has_no_names);
	return run_tests(tcase);
}
