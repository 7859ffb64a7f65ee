// SPDX-License-Identifier: GPL-2.0-only
#include "topology.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPOLOGY_SUFFIX ".json"

/* A topology is a page of text; more than this is some other file. */
#define TOPOLOGY_MAX_BYTES (1u << 20)

static const char *folder(void)
{
	const char *dir = getenv("BARRAGE_TOPOLOGIES");

	return dir && *dir ? dir : VM_TOPOLOGY_DIR;
}

static int is_topology(const struct dirent *entry)
{
	const char *suffix = strrchr(entry->d_name, '.');

	return suffix && suffix != entry->d_name &&
	       !strcmp(suffix, TOPOLOGY_SUFFIX);
}

/* The names in the folder, sorted. */
static int list_names(struct vm_strv *names)
{
	struct dirent **entries;
	int n;

	n = scandir(folder(), &entries, is_topology, alphasort);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		int len = strlen(entries[i]->d_name) - strlen(TOPOLOGY_SUFFIX);

		vm_strv_add(names, "%.*s", len, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

static char *choices(void)
{
	struct vm_strv names = { 0 };
	char *joined;
	int ret;

	ret = list_names(&names);
	if (ret)
		return vm_strf("none could be listed in %s: %s", folder(),
			       strerror(-ret));
	joined = vm_strv_join(&names, ", ");
	vm_strv_free(&names);
	return joined;
}

static int unknown(const char *name, char **why)
{
	char *known = choices();

	*why = vm_strf(
		"unknown topology '%s'; choose one of: %s; or give the path of your own file",
		name, known);
	free(known);
	return -ENOENT;
}

int vm_topology_load(const char *name, struct vm_topology *topology, char **why)
{
	bool by_path = strpbrk(name, "/.") != NULL;
	struct vm_buf text = { 0 };
	char *path;
	int ret;

	*topology = (struct vm_topology){ 0 };
	path = by_path ? vm_strf("%s", name) :
			 vm_strf("%s/%s" TOPOLOGY_SUFFIX, folder(), name);
	ret = vm_read_file(path, TOPOLOGY_MAX_BYTES, &text);
	if (ret == -ENOENT && !by_path)
		ret = unknown(name, why);
	else if (ret)
		*why = vm_strf("%s: %s", path, strerror(-ret));
	else
		ret = vm_topology_parse(path, text.data, topology, why);
	vm_buf_free(&text);
	free(path);
	return ret;
}

void vm_topology_free(struct vm_topology *topology)
{
	json_decref(topology->root);
	free(topology->path);
	*topology = (struct vm_topology){ 0 };
}

int vm_topology_list(void)
{
	struct vm_strv names = { 0 };
	int ret, failed = 0;

	ret = list_names(&names);
	if (ret) {
		vm_say("%s: %s", folder(), strerror(-ret));
		return ret;
	}
	for (size_t i = 0; i < names.n; i++) {
		struct vm_topology topology;
		char *why;

		ret = vm_topology_load(names.v[i], &topology, &why);
		if (ret) {
			vm_say("%s", why);
			free(why);
			failed = ret;
		} else {
			printf("%-12s %s\n", names.v[i], topology.description);
		}
		vm_topology_free(&topology);
	}
	vm_strv_free(&names);
	return failed;
}

const struct vm_port *vm_topology_port(const struct vm_topology *topology,
				       const char *name)
{
	for (size_t i = 0; name && i < topology->nr_ports; i++) {
		if (!strcmp(topology->ports[i].name, name))
			return &topology->ports[i];
	}
	return NULL;
}

char *vm_topology_pci_path(const struct vm_topology *topology,
			   const struct vm_device *device)
{
	const struct vm_port *port = vm_topology_port(topology, device->port);
	char *path = vm_strf("%02x.0", device->slot);

	for (; port; port = vm_topology_port(topology, port->port)) {
		char *longer = vm_strf("%02x.0/%s", port->slot, path);

		free(path);
		path = longer;
	}
	return path;
}
