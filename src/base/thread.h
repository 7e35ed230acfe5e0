/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_THREAD_H
#define CGRED_BASE_THREAD_H

#include <pthread.h>

/* Start a thread that gets no signals: these are the main thread's. To be joined by the caller. 0,
 * or -errno of pthread_create(3). */
int thread_start(pthread_t *ret, void *(*run)(void *arg), void *arg);

#endif
