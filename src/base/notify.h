/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_NOTIFY_H
#define CGRED_BASE_NOTIFY_H

/* Send state ("READY=1", "STOPPING=1", …) to the socket that the variable NOTIFY_SOCKET names, by
 * the protocol of sd_notify(3). 1 sent, 0 nobody asked, or -errno. Does not wait. */
int notify_send(const char *state);

/* "RELOADING=1" with the time stamp that Type=notify-reload wants. */
int notify_reloading(void);

#endif
