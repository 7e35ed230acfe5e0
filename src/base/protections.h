/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_PROTECTIONS_H
#define CGRED_BASE_PROTECTIONS_H

/*
 * What the daemon does so that nothing is lost and nobody is moved wrongly (doc/reliability.md).
 * Each can be built off, with CPPFLAGS=-DPROTECT_…=0, for one purpose: tests/reliability shows with
 * such a build that the test of that protection can fail.
 */

#ifndef PROTECT_OVERFLOW /* a scan after events were dropped */
#define PROTECT_OVERFLOW 1
#endif
#ifndef PROTECT_SILENCE /* the canary, and a new subscription when it is not heard */
#define PROTECT_SILENCE 1
#endif
#ifndef PROTECT_START /* subscribed first, scanned second */
#define PROTECT_START 1
#endif
#ifndef PROTECT_FAMILY /* children born between the event and the move of their parent follow it \
			*/
#define PROTECT_FAMILY 1
#endif
#ifndef PROTECT_SETTLE /* setgid, setuid and exec are one decision */
#define PROTECT_SETTLE 1
#endif
#ifndef PROTECT_THREADS /* a process lives on when its first thread has ended */
#define PROTECT_THREADS 1
#endif
#ifndef PROTECT_REUSE /* a number that changed hands during a move is put right */
#define PROTECT_REUSE 1
#endif
#ifndef PROTECT_YIELD /* who was moved by somebody else is left there */
#define PROTECT_YIELD 1
#endif
#ifndef PROTECT_STATE /* a restart knows what the daemon before it knew */
#define PROTECT_STATE 1
#endif
#ifndef PROTECT_ALL_OR_NONE /* a move that fails takes back those before it */
#define PROTECT_ALL_OR_NONE 1
#endif
#ifndef PROTECT_REMOVED_GROUP /* a group that was removed under its descriptor is opened anew */
#define PROTECT_REMOVED_GROUP 1
#endif
#ifndef PROTECT_NEWBORN /* who is still being forked is not moved (tests/vm/cases/67) */
#define PROTECT_NEWBORN 1
#endif
#ifndef PROTECT_RETRY /* a process that cannot be read now is tried again */
#define PROTECT_RETRY 1
#endif

#endif
