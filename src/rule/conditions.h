/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_CONDITIONS_H
#define CGRED_RULE_CONDITIONS_H

#include <stdbool.h>

struct process;
struct rule_details;
struct yaml_list;

/* The conditions of YAML rules. Pure. */

/* Do those hold that are told by the facts (details->facts)? comm and parent are not among them. */
bool conditions_hold(const struct rule_details *details, const struct process *process);

/* Does the rule mean what calls itself so? */
bool conditions_name_comm(const struct rule_details *details, const char *comm);

/* Does an item of a list of programs (a path, a base name, or a glob over one of them) name this
 * executable? An item that begins with "!" is looked at without it. */
bool conditions_name_program(const char *item, const char *path);

/* One list, as all conditions are: met by any of its items, and by none of those with "!". An empty
 * one is met. */
typedef bool conditions_item_fn(const char *item, const void *arg);
bool conditions_list(const struct yaml_list *list, conditions_item_fn *matches, const void *arg);

#endif
