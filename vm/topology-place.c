// SPDX-License-Identifier: GPL-2.0-only
#include "topology-place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The root bus: slots below this are for the runner's own devices. */
#define ROOT_FIRST_SLOT 0x10
#define ROOT_LAST_SLOT 0x1e

/* The bridges that have a bus with many slots. */
#define SWITCH_DRIVER "x3130-upstream"
/* its own hotplug controller takes the first */
#define PCI_DRIVER "pcie-pci-bridge"

static bool same_bus(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool slot_taken(const struct vm_topology *t, const char *mine,
		       const int *me, int slot)
{
	for (size_t i = 0; i < t->nr_ports; i++) {
		const struct vm_port *port = &t->ports[i];

		if (&port->slot != me && port->slot == slot &&
		    same_bus(port->port, mine))
			return true;
	}
	for (size_t i = 0; i < t->nr_devices; i++) {
		const struct vm_device *dev = &t->devices[i];

		if (&dev->slot != me && dev->slot == slot &&
		    same_bus(dev->port, mine))
			return true;
	}
	return false;
}

static int unknown_port(struct vm_parse *parse, const char *where,
			const struct vm_topology *t, const char *name)
{
	struct vm_strv names = { 0 };
	char *joined;

	for (size_t i = 0; i < t->nr_ports; i++)
		vm_strv_add(&names, "%s", t->ports[i].name);
	joined = vm_strv_join(&names, ", ");
	vm_parse_fail(parse, where,
		      "no port '%s' stands above it in the file; there are: %s",
		      name, *joined ? joined : "none");
	free(joined);
	vm_strv_free(&names);
	return -EINVAL;
}

int vm_parse_place(struct vm_parse *parse, const char *where,
		   const struct vm_topology *t, const char *port, int *slot)
{
	const struct vm_port *above = vm_topology_port(t, port);
	const char *bus = above ? above->name : "the root bus";
	int first = 0, last = 0;

	if (port && !above)
		return unknown_port(parse, where, t, port);
	if (!above) {
		first = ROOT_FIRST_SLOT;
		last = ROOT_LAST_SLOT;
	} else if (!strcmp(above->driver, SWITCH_DRIVER)) {
		last = 0x1f;
	} else if (!strcmp(above->driver, PCI_DRIVER)) {
		first = 1;
		last = 0x1f;
	}
	if (*slot == VM_SLOT_AUTO) {
		for (*slot = first; *slot < last; ++*slot) {
			if (!slot_taken(t, port, slot, *slot))
				break;
		}
	}
	if (*slot < first || *slot > last)
		return vm_parse_fail(parse, where,
				     "slot %d: %s has slots %d to %d", *slot,
				     bus, first, last);
	if (slot_taken(t, port, slot, *slot))
		return vm_parse_fail(
			parse, where,
			"slot %d of %s is taken: give it a port of its own",
			*slot, bus);
	return 0;
}
