/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds each file on the command line to a fuzz target: what a fuzzer once found stays a test under
 * any compiler. */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		cleanup_free char *data = NULL;
		size_t size;

		if (file_read_all(AT_FDCWD, argv[i], (size_t)1 << 28, &data, &size) < 0) {
			(void)fprintf(stderr, "%s: cannot be read\n", argv[i]);
			return EXIT_FAILURE;
		}
		(void)LLVMFuzzerTestOneInput((const uint8_t *)data, size);
	}
	return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
