/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_PLACES_H
#define CGRED_RULE_PLACES_H

#include <stdbool.h>

struct yaml_config;
struct yaml_group;

/* Where the groups of YAML files are in the cgroup tree. */

/* Groups with a meaning of their own, below the top group or a group of the configuration. */
#define PLACES_FROZEN	"frozen"   /* of rules with FREEZE */
#define PLACES_TRIGGERS "triggers" /* of commands that run */

/* A group is one in this hierarchy of v1, so that it can be frozen as a whole. */
#define PLACES_FREEZER "freezer"

#define PLACES_CONTROLLERS_MAX 512

/* The top group of the configuration. */
const char *places_top(const struct yaml_config *config);

/* The controllers that a group needs, as a rule of cgrules.conf names them. More than fit are left
 * out. */
void places_controllers(const struct yaml_group *group, char ret[PLACES_CONTROLLERS_MAX]);

/* The path of a group (NULL: of the top group), or of the frozen group below it, to be freed. NULL:
 * no memory. */
char *places_path(const struct yaml_config *config, const struct yaml_group *group, bool frozen);

/* The same as a rule's destination, in which some characters mean something. */
char *places_destination(const struct yaml_config *config, const struct yaml_group *group,
			 bool frozen);

#endif
