/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup/dynmods.h. Setting it is for the whole machine: tests/vm/cases. */
#include "config.h"

#include "cgroup/dynmods.h"

#include "helpers.h"

#define V1    "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
#define V1_ON "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,favordynmods\n"
#define V2    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"
#define V2_ON \
	"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,favordynmods,nsdelegate\n"
#define OTHER_ON "22 1 0:5 / /mnt rw - ext4 /dev/vda rw,favordynmods\n"

static const struct {
	const char *features, *mountinfo;
	enum dynmods want;
} rows[] = {
	{ "", V2, DYNMODS_NOT_NEEDED },
	{ "nsdelegate\nmemory_localevents\n", V2, DYNMODS_NOT_NEEDED },
	{ "nofavordynmods\nfavordynmods2\n", V2, DYNMODS_NOT_NEEDED },
	{ "nsdelegate\nfavordynmods\nmemory_localevents\n", V2, DYNMODS_OFF },
	{ "favordynmods", V1 V2, DYNMODS_OFF },
	{ "favordynmods", V1 V2_ON, DYNMODS_ON },
	{ "favordynmods\n", V1_ON, DYNMODS_ON },
	{ "favordynmods\n", OTHER_ON V2, DYNMODS_OFF },
	{ "favordynmods\n", "", DYNMODS_OFF },
};

START_TEST(tells_what_a_move_costs)
{
	ck_assert_int_eq(dynmods_parse(rows[_i].features, rows[_i].mountinfo), rows[_i].want);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("dynmods");

	tcase_add_loop_test(tcase, tells_what_a_move_costs, 0, ARRAY_SIZE(rows));
	return run_tests(tcase);
}
