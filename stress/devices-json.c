// SPDX-License-Identifier: GPL-2.0-only
#include "devices-json.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>
#include <barrage/sysfs.h>

/* "pci0000:00/0000:00:01.0/0000:01:00.0": root bus, ports, device */
static json_t *way_to(const char *bdf)
{
	char path[BRG_SYSFS_PATH_BYTES], real[PATH_MAX];
	const char *begin;

	if (brg_sysfs_path(path, sizeof(path), "bus/pci/devices/%s", bdf) ||
	    !realpath(path, real))
		return json_null();
	begin = strstr(real, "/devices/");
	return json_string(begin ? begin + strlen("/devices/") : real);
}

static json_t *bars_of(const struct brg_pci *pci)
{
	json_t *list = json_array();

	for (int i = 0; i < BRG_PCI_NR_BARS; i++) {
		const struct brg_pci_bar *bar = &pci->bars[i];

		if (bar->size_bytes)
			json_array_append_new(
				list,
				json_pack("{s:i, s:I, s:b, s:b, s:b}", "number",
					  i, "size_bytes",
					  (json_int_t)bar->size_bytes, "memory",
					  (int)bar->memory, "prefetchable",
					  (int)bar->prefetchable, "64bit",
					  (int)bar->is_64bit));
	}
	return list;
}

/* null where there is no such device */
static json_t *device_to_json(const char *role, const char *bdf)
{
	json_t *json = json_pack("{s:s, s:s}", "role", role, "bdf", bdf);
	struct brg_pci pci;
	char text[40];

	if (brg_pci_read(bdf, &pci)) {
		json_object_set_new(json, "error",
				    json_string(brg_last_error()));
		return json;
	}
	snprintf(text, sizeof(text), "%04x:%04x", pci.vendor, pci.device);
	json_object_set_new(json, "id", json_string(text));
	snprintf(text, sizeof(text), "%06x", pci.class_code);
	json_object_set_new(json, "class", json_string(text));
	json_object_set_new(json, "driver", json_string(pci.driver));
	json_object_set_new(json, "iommu_group", json_integer(pci.iommu_group));
	json_object_set_new(json, "way", way_to(bdf));
	json_object_set_new(json, "bars", bars_of(&pci));
	return json;
}

static json_t *provider_to_json(const struct stress_provider *provider)
{
	json_t *json = device_to_json(provider->cmb ? "cmb" : "provider",
				      provider->bdf);

	if (!provider->cmb)
		json_object_set_new(json, "bar",
				    json_integer((int)provider->bar));
	return json;
}

json_t *devices_to_json(const struct machine *machine)
{
	const struct stress_options *options = machine->options;
	json_t *list = json_array();

	for (unsigned int i = 0; i < options->nr_providers; i++) {
		const struct stress_provider *provider = &options->providers[i];

		json_array_append_new(list, provider_to_json(provider));
		if (*provider->twin)
			json_array_append_new(
				list, device_to_json("twin", provider->twin));
		if (*provider->pf)
			json_array_append_new(
				list, device_to_json("pf", provider->pf));
	}
	if (*options->importer)
		json_array_append_new(
			list, device_to_json("importer", options->importer));
	return list;
}

static void add_disk(json_t *list, const char *role,
		     const struct brg_disk *disk)
{
	json_t *json;

	if (!*disk->name)
		return;
	json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:i}", "role", role,
			 "path", disk->path, "name", disk->name, "model",
			 disk->model, "bdf", disk->bdf, "size_bytes",
			 (json_int_t)disk->size_bytes, "logical_bytes",
			 (int)disk->logical_bytes);
	json_object_set_new(json, "way",
			    *disk->bdf ? way_to(disk->bdf) : json_null());
	json_array_append_new(list, json);
}

json_t *disks_to_json(const struct machine *machine)
{
	json_t *list = json_array();

	add_disk(list, "disk", &machine->disk);
	add_disk(list, "slow disk", &machine->slow);
	return list;
}
