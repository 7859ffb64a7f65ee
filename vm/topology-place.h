/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_TOPOLOGY_PLACE_H
#define VM_TOPOLOGY_PLACE_H

#include "topology-fields.h"
#include "topology.h"

#define VM_SLOT_AUTO -1

/**
 * vm_parse_place() - check where a port or device stands
 * @parse: the file
 * @where: path of the port or device in it
 * @topology: what was read so far
 * @port: the port above, NULL for the root bus
 * @slot: the slot below it; VM_SLOT_AUTO becomes the first free one
 *
 * Return: 0, or -EINVAL with the message in @parse.
 */
int vm_parse_place(struct vm_parse *parse, const char *where,
		   const struct vm_topology *topology, const char *port,
		   int *slot);

#endif
