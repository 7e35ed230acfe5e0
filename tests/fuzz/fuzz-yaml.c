/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as YAML configuration: no crash, no leak, an error exactly when one is said, at a place
 * that the text has, and fields that keep what their header promises. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "rule/destination.h"
#include "rule/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_path(const char *path)
{
	require(path[0] == '/' && !strstr(path, "//") && !destination_find_dots(path));
}

static void check_config(const struct yaml_config *config)
{
	if (config->name.text)
		require(config->name.text[0] && !destination_find_dots(config->name.text));
	for (size_t i = 0; i < config->n_rules; i++) {
		require(config->rules[i].access <= YAML_WRITE && config->rules[i].name.text[0]);
		for (size_t j = 0; j < config->rules[i].paths.n; j++)
			check_path(config->rules[i].paths.items[j].text);
	}
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct yaml_group *group = &config->groups[i];

		require(!strchr(group->name.text, '/') && !destination_find_dots(group->name.text));
		require(group->name.text[0] && group->cpu_hundredths <= 10000);
		for (size_t j = 0; j < group->n_set; j++)
			require(!strchr(group->set[j].file.text, '/') && group->set[j].value.text);
	}
	for (size_t i = 0; i < config->n_triggers; i++) {
		check_path(config->triggers[i].run.text);
		require(config->triggers[i].timeout_ms > 0 && config->triggers[i].max_running > 0);
		require(!config->triggers[i].rate == !config->triggers[i].rate_ms);
	}
}

/* The places of the messages. */
static void check_diags(const struct diag_list *diags, const uint8_t *data, size_t size)
{
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r';
	for (const struct diag *diag = diags->head; diag; diag = diag->next)
		require(diag->line > 0 && diag->line <= lines && diag->column > 0 &&
			diag->column <= size + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_list diags = { 0 };
	struct yaml_config config = { 0 };
	int ret = yaml_parse(&config, (const char *)data, size, "fuzz", &diags);

	require(ret == (diags.errors ? -EINVAL : 0));
	if (ret == 0)
		check_config(&config);
	check_diags(&diags, data, size);
	(void)yaml_check(&config, &diags);
	/* As the next file: names are there already. */
	ret = yaml_parse(&config, (const char *)data, size, "again", &diags);
	require(ret == 0 || ret == -EINVAL);
	require(yaml_check(&config, &diags) <= 0);
	yaml_done(&config);
	diag_list_done(&diags);
	return 0;
}
