/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread that may wait reads for one that may not. */
#include "config.h"

#include "process/patient.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define END_WAIT_S 1

enum state {
	IDLE,
	ASKED,
	ANSWERED,
	LATE, /* nobody waits for the answer any more */
	ENDING,
};

struct patient {
	struct process_reader *reader; /* the thread's */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, answered;
	enum state state;
	pid_t tgid; /* who is asked about */
	unsigned facts;
	struct process process; /* the answer */
	int error;
};

/* The lock is the thread's, but not while it reads. */
static void answer(struct patient *patient)
{
	unsigned facts = patient->facts;
	struct process process;
	int r;

	process_init(&process, patient->tgid);
	(void)pthread_mutex_unlock(&patient->lock);
	r = process_read(patient->reader, &process, facts);
	(void)pthread_mutex_lock(&patient->lock);
	if (patient->state == LATE)
		patient->state = IDLE;
	if (patient->state != ASKED)
		return;
	patient->process = process;
	patient->error = r;
	patient->state = ANSWERED;
	(void)pthread_cond_signal(&patient->answered);
}

static void *run(void *arg)
{
	struct patient *patient = arg;

	(void)pthread_mutex_lock(&patient->lock);
	while (patient->state != ENDING) {
		if (patient->state == ASKED || patient->state == LATE)
			answer(patient);
		else
			(void)pthread_cond_wait(&patient->wake, &patient->lock);
	}
	(void)pthread_mutex_unlock(&patient->lock);
	return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct patient *patient)
{
	sigset_t all, old;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&patient->thread, NULL, run, patient);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

int patient_new(int proc_fd, struct patient **ret)
{
	struct patient *patient = calloc(1, sizeof(*patient));
	int r = -ENOMEM;

	if (!patient)
		return -ENOMEM;
	(void)pthread_mutex_init(&patient->lock, NULL);
	(void)pthread_cond_init(&patient->wake, NULL);
	(void)pthread_cond_init(&patient->answered, NULL);
	patient->reader = process_reader_new(proc_fd);
	if (patient->reader)
		r = start_thread(patient);
	if (r < 0) {
		process_reader_free(patient->reader);
		free(patient);
		return r;
	}
	*ret = patient;
	return 0;
}

void patient_free(struct patient *patient)
{
	struct timespec until;

	if (!patient)
		return;
	(void)pthread_mutex_lock(&patient->lock);
	patient->state = ENDING;
	(void)pthread_cond_signal(&patient->wake);
	(void)pthread_mutex_unlock(&patient->lock);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += END_WAIT_S;
	if (pthread_clockjoin_np(patient->thread, NULL, CLOCK_MONOTONIC, &until) != 0)
		return; /* it still uses all this, until the process ends */
	process_reader_free(patient->reader);
	(void)pthread_cond_destroy(&patient->wake);
	(void)pthread_cond_destroy(&patient->answered);
	(void)pthread_mutex_destroy(&patient->lock);
	free(patient);
}

/* The lock is the caller's. */
static void wait_for_answer(struct patient *patient)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PATIENT_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	while (patient->state == ASKED) {
		if (pthread_cond_clockwait(&patient->answered, &patient->lock, CLOCK_MONOTONIC,
					   &until) != 0)
			break;
	}
}

int patient_read(struct patient *patient, pid_t tgid, unsigned facts, struct process *ret)
{
	int r = -EBUSY;

	(void)pthread_mutex_lock(&patient->lock);
	if (patient->state == IDLE) {
		patient->tgid = tgid;
		patient->facts = facts;
		patient->state = ASKED;
		(void)pthread_cond_signal(&patient->wake);
		wait_for_answer(patient);
		if (patient->state == ANSWERED) {
			*ret = patient->process;
			r = patient->error;
			patient->state = IDLE;
		} else {
			patient->state = LATE;
		}
	}
	(void)pthread_mutex_unlock(&patient->lock);
	return r;
}
