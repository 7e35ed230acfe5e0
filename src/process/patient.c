/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads that may wait read for one that may not. One is enough as long as none has to wait. */
#include "config.h"

#include "process/patient.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/thread.h"
#include "process/proc-file.h"
#include "process/proc-parse.h"

#define END_WAIT_S 1

#define LINK_MAX_LEN 15

/* A thread that waits for nothing but a processor is given so long. */
#define STARVED_MS 2000

enum state {
	IDLE,
	ASKED,
	ANSWERED,
	LATE, /* nobody waits for the answer any more */
	ENDING,
};

struct patient {
	int proc_fd;
	struct process_reader *reader; /* the thread's */
	pthread_t thread;
	pid_t tid; /* 0: it has not begun */
	pthread_mutex_t lock;
	pthread_cond_t wake, answered;
	enum state state;
	/* The question, and then the answer: facts of the process, or what a link of it says. */
	struct process process;
	unsigned facts;
	char link[LINK_MAX_LEN + 1]; /* "": facts */
	char path[PATH_MAX];
	ssize_t result;
	uid_t uid; /* LATE: whose process is waited for; the caller's */
};

struct patients {
	int proc_fd;
	struct proc_text text;
	struct patient *members[PATIENTS_MAX];
	unsigned n;
};

/* ---- the thread ------------------------------------------------------------------------------ */

/* The lock is the thread's, but not while it reads. */
static void answer(struct patient *patient)
{
	struct process process = patient->process;
	unsigned facts = patient->facts;
	char link[sizeof(patient->link)];
	char path[PATH_MAX];
	ssize_t r;

	memcpy(link, patient->link, sizeof(link));
	(void)pthread_mutex_unlock(&patient->lock);
	if (link[0])
		r = proc_file_link(patient->proc_fd, &process, link, path);
	else
		r = process_read(patient->reader, &process, facts);
	(void)pthread_mutex_lock(&patient->lock);
	if (patient->state == LATE)
		patient->state = IDLE;
	if (patient->state != ASKED)
		return;
	patient->process = process;
	patient->result = r;
	if (link[0] && r >= 0)
		memcpy(patient->path, path, (size_t)r + 1);
	patient->state = ANSWERED;
	(void)pthread_cond_signal(&patient->answered);
}

static void *run(void *arg)
{
	struct patient *patient = arg;

	(void)pthread_mutex_lock(&patient->lock);
	patient->tid = gettid();
	while (patient->state != ENDING) {
		if (patient->state == ASKED || patient->state == LATE)
			answer(patient);
		else
			(void)pthread_cond_wait(&patient->wake, &patient->lock);
	}
	(void)pthread_mutex_unlock(&patient->lock);
	return NULL;
}

static int start_thread(struct patient *patient)
{
	if (thread_start(&patient->thread, run, patient) < 0)
		return -ENOMEM;
	(void)pthread_setname_np(patient->thread, PATIENT_NAME);
	return 0;
}

static int start_patient(int proc_fd, struct patient **ret)
{
	struct patient *patient = calloc(1, sizeof(*patient));
	int r = -ENOMEM;

	if (!patient)
		return -ENOMEM;
	(void)pthread_mutex_init(&patient->lock, NULL);
	(void)pthread_cond_init(&patient->wake, NULL);
	(void)pthread_cond_init(&patient->answered, NULL);
	patient->proc_fd = proc_fd;
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

static void end_patient(struct patient *patient)
{
	(void)pthread_mutex_lock(&patient->lock);
	patient->state = ENDING;
	(void)pthread_cond_signal(&patient->wake);
	(void)pthread_mutex_unlock(&patient->lock);
}

static void free_patient(struct patient *patient, const struct timespec *until)
{
	if (pthread_clockjoin_np(patient->thread, NULL, CLOCK_MONOTONIC, until) != 0)
		return; /* it still uses all this, until the process ends */
	process_reader_free(patient->reader);
	(void)pthread_cond_destroy(&patient->wake);
	(void)pthread_cond_destroy(&patient->answered);
	(void)pthread_mutex_destroy(&patient->lock);
	free(patient);
}

/* ---- who asks -------------------------------------------------------------------------------- */

struct patients *patients_new(int proc_fd)
{
	struct patients *patients = calloc(1, sizeof(*patients));

	if (patients)
		patients->proc_fd = proc_fd;
	return patients;
}

void patients_free(struct patients *patients)
{
	struct timespec until;

	if (!patients)
		return;
	for (unsigned i = 0; i < patients->n; i++)
		end_patient(patients->members[i]);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += END_WAIT_S;
	for (unsigned i = 0; i < patients->n; i++)
		free_patient(patients->members[i], &until);
	free(patients->text.data);
	free(patients);
}

/* The lock is the caller's. */
static void wait_a_while(struct patient *patient, unsigned ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000L;
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

static bool is_starved(pid_t tid)
{
	char path[64], text[1024];
	struct proc_stat stat;
	ssize_t len;

	if (!tid)
		return true;
	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	len = file_read_buf(AT_FDCWD, path, text, sizeof(text));
	return len > 0 && proc_parse_stat(text, (size_t)len, &stat) == 0 && stat.state == 'R';
}

/* On a busy machine the thread comes late; what waits for an exec sleeps. */
static void wait_for_answer(struct patient *patient, unsigned ms)
{
	for (unsigned waited = 0; waited < STARVED_MS && patient->state == ASKED; waited += ms) {
		pid_t tid = patient->tid;
		bool starved;

		wait_a_while(patient, ms);
		if (patient->state != ASKED)
			break;
		(void)pthread_mutex_unlock(&patient->lock);
		starved = is_starved(tid);
		(void)pthread_mutex_lock(&patient->lock);
		if (!starved)
			break;
	}
}

/* The answer is in the patient then. False: it waits yet. */
static bool ask(struct patient *patient, const struct process *process, unsigned facts,
		const char *link, unsigned ms)
{
	bool is_answered;

	(void)pthread_mutex_lock(&patient->lock);
	patient->process = *process;
	patient->process.executed = NULL; /* it may be another's by the time it is read */
	patient->facts = facts;
	(void)snprintf(patient->link, sizeof(patient->link), "%s", link);
	patient->state = ASKED;
	(void)pthread_cond_signal(&patient->wake);
	wait_for_answer(patient, ms);
	is_answered = patient->state == ANSWERED;
	patient->state = is_answered ? IDLE : LATE;
	(void)pthread_mutex_unlock(&patient->lock);
	return is_answered;
}

/* Nobody waits for PID/status. 0, -ESRCH or another -errno. */
static int read_user(struct patients *patients, const struct process *process, uid_t *ret)
{
	ssize_t len = proc_file_read(patients->proc_fd, process, "status", &patients->text);
	struct proc_status status;
	int r = len < 0 ? (int)len : proc_parse_status(patients->text.data, (size_t)len, &status);

	if (r == 0)
		*ret = status.uid;
	return r;
}

/* Of those that wait. */
struct late {
	unsigned n;
	uid_t uids[PATIENTS_MAX];
};

/* One that is idle, or NULL: if it can be, the one that has read of this process before, as that is
 * whose memory *process may point into. -EBUSY: one waits for this process. */
static int find_idle(struct patients *patients, pid_t tgid, struct patient **ret, struct late *late)
{
	int r = 0;

	*ret = NULL;
	late->n = 0;
	for (unsigned i = 0; i < patients->n && r == 0; i++) {
		struct patient *patient = patients->members[i];

		(void)pthread_mutex_lock(&patient->lock);
		if (patient->state == LATE)
			late->uids[late->n++] = patient->uid;
		if (patient->state == LATE && patient->process.tgid == tgid)
			r = -EBUSY;
		else if (patient->state == IDLE && (!*ret || patient->process.tgid == tgid))
			*ret = patient;
		(void)pthread_mutex_unlock(&patient->lock);
	}
	return r;
}

static bool has_too_many(const struct late *late, uid_t uid)
{
	unsigned n = 0;

	for (unsigned i = 0; i < late->n; i++)
		n += late->uids[i] == uid;
	return n >= PATIENTS_OF_ONE;
}

static int find_patient(struct patients *patients, const struct process *process,
			struct patient **ret, struct late *late)
{
	int r = find_idle(patients, process->tgid, ret, late);
	uid_t uid;

	if (r == 0 && late->n >= PATIENTS_MAX - PATIENTS_SPARE) {
		r = read_user(patients, process, &uid);
		if (r == 0 && has_too_many(late, uid))
			r = -EBUSY;
	}
	if (r < 0 || *ret)
		return r;
	if (patients->n == PATIENTS_MAX)
		return -EBUSY;
	r = start_patient(patients->proc_fd, ret);
	if (r == 0)
		patients->members[patients->n++] = *ret;
	return r;
}

/* Ask one of the threads. 0, with its answer; or -errno. */
static int consult(struct patients *patients, const struct process *process, unsigned facts,
		   const char *link, struct patient **ret)
{
	struct late late;
	int r = find_patient(patients, process, ret, &late);

	if (r < 0 || ask(*ret, process, facts, link, late.n ? PATIENT_AGAIN_MS : PATIENT_MS))
		return r;
	/* One that has ended meanwhile is not waited for much longer. */
	if (read_user(patients, process, &(*ret)->uid) < 0)
		(*ret)->uid = (uid_t)-1;
	return -EBUSY;
}

int patients_read(struct patients *patients, struct process *process, unsigned facts)
{
	const struct executed *executed = process->executed;
	struct patient *patient;
	int r = consult(patients, process, facts, "", &patient);

	if (r < 0)
		return r;
	*process = patient->process;
	process->executed = executed;
	return (int)patient->result;
}

ssize_t patients_link(struct patients *patients, pid_t pid, const char *name, char buf[PATH_MAX])
{
	const struct process process = { .tgid = pid };
	struct patient *patient;
	int r = strlen(name) <= LINK_MAX_LEN ? consult(patients, &process, 0, name, &patient)
					     : -ENAMETOOLONG;

	if (r < 0)
		return r;
	if (patient->result >= 0)
		memcpy(buf, patient->path, (size_t)patient->result + 1);
	return patient->result;
}
