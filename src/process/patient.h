/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_PATIENT_H
#define CGRED_PROCESS_PATIENT_H

#include <limits.h>
#include <sys/types.h>

#include "process/process.h"

/*
 * Threads that read /proc for one that must not wait. An exec holds a lock while it closes files,
 * and a user's file system may make that last (fs/exec.c, begin_new_exec()). Who opens PID/auxv
 * waits for it; since the middle of 2026 (procfs-lockfix, in stable kernels, too) also who reads
 * PID/stat or follows PID/exe or another link.
 */
struct patients;

/* The facts that may have to be waited for. */
#define PATIENT_FACTS \
	(FACT_EXE | FACT_EXE_FILE | FACT_INVOKED | FACT_START | FACT_USER_NAMESPACE | FACT_EXEC_IDS)

/*
 * So many processes can be waited for at a time; but the last PATIENTS_SPARE only for users of
 * whose processes fewer than PATIENTS_OF_ONE are: nobody can use up all threads by himself (users
 * go by the real user id, which set-user-id programs leave alone; who has several can). So long
 * does the caller wait for one, or for one more; longer where the thread only lacks a processor.
 */
#define PATIENTS_MAX	 64
#define PATIENTS_SPARE	 16
#define PATIENTS_OF_ONE	 8
#define PATIENT_MS	 50
#define PATIENT_AGAIN_MS 5

#define PATIENT_NAME "cgred-patient" /* of the threads (PID/task/TID/comm) */

/* proc_fd: a directory like /proc; stays the caller's, and open. NULL: no memory. */
struct patients *patients_new(int proc_fd);

/* Waits for a second at most for threads that wait; they keep their memory. */
void patients_free(struct patients *patients);

/*
 * process_read() by one of the threads, for one caller at a time. What the pointers in *process
 * lead to is valid until another process is asked for. -EBUSY: it cannot be told yet, the process
 * may be executing something, or too many others are, of all or of its user.
 */
int patients_read(struct patients *patients, struct process *process, unsigned facts);

/* In the same way, what a link of a process says, as proc_file_link(). name: at most 15 characters.
 */
ssize_t patients_link(struct patients *patients, pid_t pid, const char *name, char buf[PATH_MAX]);

#endif
