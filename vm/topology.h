/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A topology is a data file: the processor model, the IOMMU, PCI ports and the
 * devices below them. Those in topologies/ show the fields, topology-parse.c has
 * all of them.
 */
#ifndef VM_TOPOLOGY_H
#define VM_TOPOLOGY_H

#include <jansson.h>
#include <stdbool.h>

#include "text.h"

#define VM_TOPOLOGY_MAX 64
#define VM_MAX_CPUS 16

/**
 * struct vm_port - a PCI bridge that devices or other ports stand below
 * @name: how the rest of the file calls it
 * @driver: QEMU's name of it
 * @port: the port above it, NULL for the root bus
 * @slot: device number on the bus above
 * @properties: passed to QEMU as they are, may be NULL
 */
struct vm_port {
	const char *name;
	const char *driver;
	const char *port;
	int slot;
	json_t *properties;
};

/**
 * struct vm_device - a device under test
 * @role: what programs know it by: the BARRAGE_<ROLE> variables
 * @driver: QEMU's name of it
 * @port: the port above it, NULL for the root bus
 * @slot: device number on the bus above
 * @bar: the BAR that is memory under test, -1 if none
 * @capability: what a driver for tests adds to those that QEMU gives it: "af" or
 *	"sriov", see kernel/modules; NULL for none
 * @memory_property: QEMU's property that takes the memory behind that BAR,
 *	NULL where the device has none that can be seen from outside
 * @memory_mb: its size
 * @disk_mb: size of the scratch disk, 0 where the device is no disk
 * @throttle: limits for QEMU's throttle-group, may be NULL
 * @blkdebug: properties of QEMU's blkdebug driver, may be NULL
 * @properties: passed to QEMU as they are, may be NULL
 */
struct vm_device {
	const char *role;
	const char *driver;
	const char *port;
	int slot;
	int bar;
	const char *capability;
	const char *memory_property;
	int memory_mb;
	int disk_mb;
	json_t *throttle;
	json_t *blkdebug;
	json_t *properties;
};

/**
 * struct vm_topology - one emulated machine
 * @root: owns everything that the other members point at
 * @path: the file
 * @name: short name, as in --topology
 * @description: one line for people
 * @cpu: QEMU's processor model
 * @cpus: how many
 * @memory_mb: of the machine
 * @append: kernel parameters
 * @iommu: QEMU's IOMMU device with properties, may be NULL
 * @native_hotplug: slots are those of the ports, not of the firmware
 * @iommu_faults_expected: faults do not fail a run
 * @expect_map_type: what the kernel should say about P2P here, may be NULL
 * @expect_data: "correct" or "wrong": what P2P transfers do here, may be NULL
 */
struct vm_topology {
	json_t *root;
	char *path;
	const char *name;
	const char *description;
	const char *cpu;
	int cpus;
	int memory_mb;
	const char *append;
	json_t *iommu;
	bool native_hotplug;
	bool iommu_faults_expected;
	const char *expect_map_type;
	const char *expect_data;
	struct vm_port ports[VM_TOPOLOGY_MAX];
	size_t nr_ports;
	struct vm_device devices[VM_TOPOLOGY_MAX];
	size_t nr_devices;
};

/**
 * vm_topology_load() - read a topology
 * @name: a name from the topology folder, or the path of a file
 * @topology: filled in; to be passed to vm_topology_free() in any case
 * @why: on failure, the message for the user; to be freed
 *
 * A @name with a slash or a dot in it is a path.
 *
 * Return: 0, -ENOENT for an unknown name, -EINVAL for a wrong file, or what
 * reading it gave.
 */
int vm_topology_load(const char *name, struct vm_topology *topology,
		     char **why);

/* The same, from a text; @path is for messages. */
int vm_topology_parse(const char *path, const char *text,
		      struct vm_topology *topology, char **why);

void vm_topology_free(struct vm_topology *topology);

/* One line for each topology in the folder; 0 or -errno. */
int vm_topology_list(void);

const struct vm_port *vm_topology_port(const struct vm_topology *topology,
				       const char *name);

/*
 * The way to a device from the root bus as "10.0/00.0": device and function on
 * each bus. Bus numbers are given out at boot, this is known before.
 */
char *vm_topology_pci_path(const struct vm_topology *topology,
			   const struct vm_device *device);

#endif
