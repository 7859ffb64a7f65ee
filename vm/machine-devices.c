// SPDX-License-Identifier: GPL-2.0-only
#include "machine-devices.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vm_machine_json(struct vm_strv *argv, const char *option, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	if (!text)
		abort();
	vm_strv_add(argv, "%s", option);
	vm_strv_add(argv, "%s", text);
	free(text);
	json_decref(object);
}

static void VM_PRINTF(3, 4)
	set_string(json_t *object, const char *name, const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	json_object_set_new(object, name, json_string(s));
	free(s);
}

/* A -device with the file's properties; ours win. */
static json_t *device(json_t *properties, const char *driver, const char *port,
		      int slot)
{
	json_t *object = properties ? json_deep_copy(properties) :
				      json_object();

	set_string(object, "driver", "%s", driver);
	if (port)
		set_string(object, "bus", "port-%s", port);
	else
		set_string(object, "bus", "%s", "pcie.0");
	set_string(object, "addr", "%x.0", slot);
	return object;
}

/* Linux takes x2APIC only where the IOMMU remaps interrupts for it ("eim"). */
static void add_iommu(const struct vm_machine *machine, struct vm_strv *argv)
{
	json_t *object = json_deep_copy(machine->topology->iommu);
	const char *driver =
		json_string_value(json_object_get(object, "driver"));

	if (machine->x2apic && driver && !strcmp(driver, "intel-iommu") &&
	    !json_object_get(object, "eim"))
		set_string(object, "eim", "%s", "on");
	vm_machine_json(argv, "-device", object);
}

/* Ports tell themselves apart by their chassis; other bridges have none. */
static bool has_chassis(const char *driver)
{
	return !strstr(driver, "upstream") && strcmp(driver, "pcie-pci-bridge");
}

static void add_port(const struct vm_port *port, int number,
		     struct vm_strv *argv)
{
	json_t *object =
		device(port->properties, port->driver, port->port, port->slot);

	set_string(object, "id", "port-%s", port->name);
	if (has_chassis(port->driver) && !json_object_get(object, "chassis"))
		json_object_set_new(object, "chassis", json_integer(number));
	vm_machine_json(argv, "-device", object);
}

json_t *vm_machine_memory(const struct vm_machine *machine,
			  const struct vm_device *dev, unsigned int nr)
{
	char *path = vm_machine_memory_path(machine, dev);
	json_t *object = json_object();

	set_string(object, "qom-type", "%s", "memory-backend-file");
	set_string(object, "id", "memory-%s-%u", dev->role, nr);
	set_string(object, "mem-path", "%s", path);
	json_object_set_new(object, "size",
			    json_integer((json_int_t)dev->memory_mb << 20));
	json_object_set_new(object, "share", json_true());
	free(path);
	return object;
}

/* Put a block driver on top of @file. */
static json_t *filter(json_t *properties, const char *driver, const char *child,
		      json_t *file)
{
	json_t *object = properties ? json_deep_copy(properties) :
				      json_object();

	set_string(object, "driver", "%s", driver);
	json_object_set_new(object, child, file);
	return object;
}

static void add_disk(const struct vm_machine *machine,
		     const struct vm_device *dev, struct vm_strv *argv)
{
	char *path = vm_machine_disk_path(machine, dev);
	json_t *node = json_object();

	set_string(node, "driver", "%s", "file");
	set_string(node, "filename", "%s", path);
	/* Below raw, whose events it is told of. */
	if (dev->blkdebug)
		node = filter(dev->blkdebug, "blkdebug", "image", node);
	node = filter(NULL, "raw", "file", node);
	if (dev->throttle) {
		json_t *group = json_object();

		set_string(group, "qom-type", "%s", "throttle-group");
		set_string(group, "id", "throttle-%s", dev->role);
		json_object_set(group, "limits", dev->throttle);
		vm_machine_json(argv, "-object", group);
		node = filter(NULL, "throttle", "file", node);
		set_string(node, "throttle-group", "throttle-%s", dev->role);
	}
	set_string(node, "node-name", "disk-%s", dev->role);
	vm_machine_json(argv, "-blockdev", node);
	free(path);
}

json_t *vm_machine_device(const struct vm_device *dev, unsigned int nr)
{
	json_t *object =
		device(dev->properties, dev->driver, dev->port, dev->slot);

	set_string(object, "id", "device-%s", dev->role);
	if (dev->memory_property)
		set_string(object, dev->memory_property, "memory-%s-%u",
			   dev->role, nr);
	if (dev->disk_mb)
		set_string(object, "drive", "disk-%s", dev->role);
	return object;
}

static void add_device(const struct vm_machine *machine,
		       const struct vm_device *dev, struct vm_strv *argv)
{
	if (dev->memory_property)
		vm_machine_json(argv, "-object",
				vm_machine_memory(machine, dev, 0));
	if (dev->disk_mb)
		add_disk(machine, dev, argv);
	vm_machine_json(argv, "-device", vm_machine_device(dev, 0));
}

void vm_machine_devices(const struct vm_machine *machine, struct vm_strv *argv)
{
	const struct vm_topology *t = machine->topology;

	/* QEMU wants the IOMMU before whatever stands behind it. */
	if (t->iommu)
		add_iommu(machine, argv);
	for (size_t i = 0; i < t->nr_ports; i++)
		add_port(&t->ports[i], i + 1, argv);
	for (size_t i = 0; i < t->nr_devices; i++)
		add_device(machine, &t->devices[i], argv);
}
