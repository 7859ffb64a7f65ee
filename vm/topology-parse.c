// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "topology-fields.h"
#include "topology-place.h"
#include "topology.h"

#define ROLE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

#define FIELD(kind, type_, name_, ...)                                         \
	{                                                                      \
		.name = #name_, .type = VM_FIELD_##type_,                      \
		.offset = offsetof(struct kind, name_), __VA_ARGS__            \
	}

struct top {
	const char *name, *description, *cpu, *append, *iommu_faults, *hotplug;
	int cpus, memory_mb;
	json_t *iommu, *expect, *ports, *devices;
};

static const char *const faults_choices[] = { "fail", "expected", NULL };

static const char *const hotplug_choices[] = { "acpi", "native", NULL };

static const struct vm_field top_fields[] = {
	FIELD(top, STRING, name, .required = true),
	FIELD(top, STRING, description, .required = true),
	FIELD(top, STRING, cpu, .required = true),
	FIELD(top, INT, cpus, .min = 1, .max = VM_MAX_CPUS),
	FIELD(top, INT, memory_mb, .min = 256, .max = 65536),
	FIELD(top, STRING, append),
	FIELD(top, OBJECT, iommu),
	FIELD(top, STRING, iommu_faults, .choices = faults_choices),
	FIELD(top, STRING, hotplug, .choices = hotplug_choices),
	FIELD(top, OBJECT, expect),
	FIELD(top, ARRAY, ports, .required = true),
	FIELD(top, ARRAY, devices, .required = true),
};

struct expect {
	const char *map_type, *data;
};

static const char *const map_type_choices[] = { "BUS_ADDR", "THRU_HOST_BRIDGE",
						"NOT_SUPPORTED", NULL };

static const char *const data_choices[] = { "correct", "wrong", NULL };

static const struct vm_field expect_fields[] = {
	FIELD(expect, STRING, map_type, .choices = map_type_choices),
	FIELD(expect, STRING, data, .choices = data_choices),
};

static const struct vm_field port_fields[] = {
	FIELD(vm_port, STRING, name, .required = true),
	FIELD(vm_port, STRING, driver, .required = true),
	FIELD(vm_port, STRING, port),
	FIELD(vm_port, INT, slot, .max = 0x1f),
	FIELD(vm_port, OBJECT, properties),
};

struct device {
	const char *role, *driver, *port, *capability;
	int slot, bar;
	json_t *memory, *disk, *properties;
};

static const char *const capability_choices[] = { "af", "sriov", NULL };

static const struct vm_field device_fields[] = {
	FIELD(device, STRING, role, .required = true),
	FIELD(device, STRING, driver, .required = true),
	FIELD(device, STRING, port),
	FIELD(device, INT, slot, .max = 0x1f),
	FIELD(device, INT, bar, .max = 5),
	FIELD(device, STRING, capability, .choices = capability_choices),
	FIELD(device, OBJECT, memory),
	FIELD(device, OBJECT, disk),
	FIELD(device, OBJECT, properties),
};

struct memory {
	const char *property;
	int mb;
};

static const struct vm_field memory_fields[] = {
	FIELD(memory, STRING, property, .required = true),
	FIELD(memory, INT, mb, .required = true, .min = 1, .max = 65536),
};

struct disk {
	int mb;
	json_t *throttle, *blkdebug;
};

static const struct vm_field disk_fields[] = {
	FIELD(disk, INT, mb, .required = true, .min = 1, .max = 1 << 20),
	FIELD(disk, OBJECT, throttle),
	FIELD(disk, OBJECT, blkdebug),
};

#define PARSE_FIELDS(parse, where, object, fields, base)                       \
	vm_parse_fields(parse, where, object, fields, VM_ARRAY_SIZE(fields),   \
			base)

static int parse_port(struct vm_parse *parse, const char *where, json_t *object,
		      struct vm_topology *t)
{
	struct vm_port *port = &t->ports[t->nr_ports];
	int ret;

	port->slot = VM_SLOT_AUTO;
	ret = PARSE_FIELDS(parse, where, object, port_fields, port);
	if (ret)
		return ret;
	if (vm_topology_port(t, port->name))
		return vm_parse_fail(parse, where, "a second port named '%s'",
				     port->name);
	ret = vm_parse_place(parse, where, t, port->port, &port->slot);
	if (!ret)
		t->nr_ports++;
	return ret;
}

static int parse_memory(struct vm_parse *parse, const char *where,
			json_t *object, struct vm_device *dev)
{
	char *here = vm_strf("%s.memory", where);
	struct memory memory = { 0 };
	int ret;

	ret = PARSE_FIELDS(parse, here, object, memory_fields, &memory);
	if (!ret && (memory.mb & (memory.mb - 1)))
		ret = vm_parse_fail(
			parse, here,
			"a BAR of %d MiB cannot be: use a power of two",
			memory.mb);
	free(here);
	dev->memory_property = memory.property;
	dev->memory_mb = memory.mb;
	return ret;
}

static int parse_disk(struct vm_parse *parse, const char *where, json_t *object,
		      struct vm_device *dev)
{
	char *here = vm_strf("%s.disk", where);
	struct disk disk = { 0 };
	int ret;

	ret = PARSE_FIELDS(parse, here, object, disk_fields, &disk);
	free(here);
	dev->disk_mb = disk.mb;
	dev->throttle = disk.throttle;
	dev->blkdebug = disk.blkdebug;
	return ret;
}

static int check_role(struct vm_parse *parse, const char *where,
		      const struct vm_topology *t, const char *role)
{
	if (!*role || role[strspn(role, ROLE_LETTERS)])
		return vm_parse_fail(
			parse, where,
			"role '%s': use small letters, digits and -", role);
	for (size_t i = 0; i < t->nr_devices; i++) {
		if (!strcmp(t->devices[i].role, role))
			return vm_parse_fail(
				parse, where,
				"a second device with the role '%s'", role);
	}
	return 0;
}

/* Its driver has room for one. */
static int check_capability(struct vm_parse *parse, const char *where,
			    const struct vm_topology *t, const char *capability)
{
	for (size_t i = 0; capability && i < t->nr_devices; i++) {
		const char *other = t->devices[i].capability;

		if (other && !strcmp(other, capability))
			return vm_parse_fail(
				parse, where,
				"a second device with the capability '%s'",
				capability);
	}
	return 0;
}

static int parse_device(struct vm_parse *parse, const char *where,
			json_t *object, struct vm_topology *t)
{
	struct vm_device *dev = &t->devices[t->nr_devices];
	struct device raw = { .slot = VM_SLOT_AUTO, .bar = -1 };
	int ret;

	ret = PARSE_FIELDS(parse, where, object, device_fields, &raw);
	if (!ret)
		ret = check_role(parse, where, t, raw.role);
	if (!ret)
		ret = check_capability(parse, where, t, raw.capability);
	if (ret)
		return ret;
	*dev = (struct vm_device){
		.role = raw.role,
		.driver = raw.driver,
		.port = raw.port,
		.slot = raw.slot,
		.bar = raw.bar,
		.capability = raw.capability,
		.properties = raw.properties,
	};
	ret = vm_parse_place(parse, where, t, dev->port, &dev->slot);
	if (!ret && raw.memory)
		ret = parse_memory(parse, where, raw.memory, dev);
	if (!ret && raw.disk)
		ret = parse_disk(parse, where, raw.disk, dev);
	if (!ret)
		t->nr_devices++;
	return ret;
}

static int parse_list(struct vm_parse *parse, const char *name, json_t *array,
		      struct vm_topology *t,
		      int (*one)(struct vm_parse *, const char *, json_t *,
				 struct vm_topology *))
{
	json_t *object;
	size_t i;
	int ret = 0;

	if (json_array_size(array) > VM_TOPOLOGY_MAX)
		return vm_parse_fail(parse, name, "more than %d",
				     VM_TOPOLOGY_MAX);
	json_array_foreach(array, i, object) {
		char *where = vm_strf("%s[%zu]", name, i);

		ret = one(parse, where, object, t);
		free(where);
		if (ret)
			break;
	}
	return ret;
}

static int parse_top(struct vm_parse *parse, struct vm_topology *t)
{
	struct top top = { .cpus = 2, .memory_mb = 1024, .append = "" };
	struct expect expect = { 0 };
	int ret;

	ret = PARSE_FIELDS(parse, "", t->root, top_fields, &top);
	if (!ret && top.expect)
		ret = PARSE_FIELDS(parse, "expect", top.expect, expect_fields,
				   &expect);
	if (!ret && top.iommu &&
	    !json_is_string(json_object_get(top.iommu, "driver")))
		ret = vm_parse_fail(
			parse, "iommu",
			"'driver' is missing: intel-iommu or amd-iommu");
	if (ret)
		return ret;
	t->name = top.name;
	t->description = top.description;
	t->cpu = top.cpu;
	t->cpus = top.cpus;
	t->memory_mb = top.memory_mb;
	t->append = top.append;
	t->iommu = top.iommu;
	t->iommu_faults_expected = top.iommu_faults &&
				   !strcmp(top.iommu_faults, "expected");
	t->native_hotplug = top.hotplug && !strcmp(top.hotplug, "native");
	t->expect_map_type = expect.map_type;
	t->expect_data = expect.data;
	ret = parse_list(parse, "ports", top.ports, t, parse_port);
	if (!ret)
		ret = parse_list(parse, "devices", top.devices, t,
				 parse_device);
	return ret;
}

int vm_topology_parse(const char *path, const char *text,
		      struct vm_topology *topology, char **why)
{
	struct vm_parse parse = { .path = path, .text = text };
	json_error_t error;
	int ret;

	*topology = (struct vm_topology){ .path = vm_strf("%s", path) };
	topology->root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!topology->root) {
		*why = vm_strf("%s:%d: %s", path, error.line, error.text);
		return -EINVAL;
	}
	ret = parse_top(&parse, topology);
	if (ret)
		*why = parse.why;
	return ret;
}
