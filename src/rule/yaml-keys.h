/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_YAML_KEYS_H
#define CGRED_RULE_YAML_KEYS_H

#include "rule/yaml-reader.h"

/* What yaml.c needs of the tables of keys. */

/* Into a struct yaml_rule, yaml_group, yaml_trigger. */
extern const struct yaml_key yaml_rule_keys[], yaml_group_keys[], yaml_trigger_keys[];

/* Something, without control characters; one component of a path; several, without slashes at the
 * ends afterwards; the absolute path of a file, or "-". */
yaml_text_fn yaml_check_plain, yaml_check_name, yaml_check_top, yaml_check_log_file;

/* The bit of a reserved name; 0: it is none. */
unsigned yaml_find_action(const char *name);

void yaml_value_done(struct yaml_value *value);

#endif
