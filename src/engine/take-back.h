/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_TAKE_BACK_H
#define CGRED_ENGINE_TAKE_BACK_H

#include <stdbool.h>

struct engine;
struct exec_gate_note;

/*
 * The process of these notes (a list, in order, with one at least) executed none of what it was
 * placed for by the exec gate: it is put back where it was before the first of them. Unless it has
 * become what the last one says, or something that its script's interpreter may be, or is gone:
 * then nothing is done. Of an exec that is still under way nothing can be told by this
 * (executing_may_be()). False: whether it has become that cannot be told yet (-EBUSY of
 * process_read()).
 */
bool take_back(struct engine *engine, const struct exec_gate_note *notes);

#endif
