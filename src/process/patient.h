/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_PATIENT_H
#define CGRED_PROCESS_PATIENT_H

#include "process/process.h"

/*
 * Reads /proc for who must not wait. An exec holds a lock while it closes files, and a user's file
 * system may make that last (fs/exec.c, begin_new_exec()); who opens PID/auxv waits for it, and
 * since the middle of 2026 (procfs-lockfix, in stable kernels, too) also who follows PID/exe and
 * other links, or reads PID/stat. So a thread of our own waits, and not the caller.
 */
struct patient;

/* proc_fd: a directory like /proc; stays the caller's, and open. 0, -ENOMEM or -EAGAIN
 * (pthread_create(3)). */
int patient_new(int proc_fd, struct patient **ret);

/* Does not wait for a thread that waits. */
void patient_free(struct patient *patient);

/*
 * process_init() and process_read(), by one caller at a time; of what the pointers in *ret lead to,
 * nothing is valid. -EBUSY: it cannot be told yet, as the process executes something, or the thread
 * still waits for one that was asked about before. Returns within PATIENT_MS.
 */
#define PATIENT_MS 50
int patient_read(struct patient *patient, pid_t tgid, unsigned facts, struct process *ret);

#endif
