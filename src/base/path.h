/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_PATH_H
#define CGRED_BASE_PATH_H

#include <string.h>

/* What is behind the last slash: all of it where there is none, "" where it is the last. */
static inline const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

#endif
