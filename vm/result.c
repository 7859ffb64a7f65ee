// SPDX-License-Identifier: GPL-2.0-only
#include "result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

static const char *const ends[] = {
	[VM_END_NONE] = "not started",
	[VM_END_EXIT] = "exit",
	[VM_END_TIMEOUT] = "timeout",
	[VM_END_BOOT_TIMEOUT] = "boot timeout",
	[VM_END_DIED] = "machine died",
	[VM_END_ERROR] = "error",
	[VM_END_LOST] = "interrupt lost",
	[VM_END_LOST_TAIL] = "write to the IOMMU lost",
	[VM_END_SIGNAL] = "stopped",
	[VM_END_OUTPUT] = "output closed",
};

static int save(const char *dir, const char *name, json_t *object)
{
	char *path = vm_strf("%s/%s", dir, name);
	int ret = 0;

	if (json_dump_file(object, path, JSON_INDENT(2))) {
		ret = errno ? -errno : -EIO;
		vm_say("%s: %s", path, strerror(-ret));
	}
	json_decref(object);
	free(path);
	return ret;
}

int vm_result_observer(const struct vm_machine *machine)
{
	const struct vm_topology *t = machine->topology;
	json_t *object = json_object();

	for (size_t i = 0; i < t->nr_devices; i++) {
		const struct vm_device *dev = &t->devices[i];
		json_int_t bytes = (json_int_t)dev->memory_mb << 20;
		char *path;

		if (!dev->memory_property)
			continue;
		path = vm_machine_memory_path(machine, dev);
		json_object_set_new(object, dev->role,
				    json_pack("{s:s, s:I, s:i}", "path", path,
					      "bytes", bytes, "bar", dev->bar));
		free(path);
	}
	return save(machine->out_dir, "observer.json", object);
}

static json_t *phases(const struct vm_session *s)
{
	json_t *object = json_object();
	int64_t end = vm_now_ms();

	if (s->hello_ms)
		json_object_set_new(object, "boot_ms",
				    json_integer(s->hello_ms - s->start_ms));
	if (s->command_ms)
		json_object_set_new(object, "devices_ms",
				    json_integer(s->command_ms - s->hello_ms));
	if (s->exit_ms)
		json_object_set_new(object, "command_ms",
				    json_integer(s->exit_ms - s->command_ms));
	json_object_set_new(object, "total_ms",
			    json_integer(end - s->start_ms));
	return object;
}

static json_t *kernel(const struct vm_session *s)
{
	const struct vm_kernel *k = s->machine->kernel;

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?}", "flavour",
			 k->flavour, "version", k->version, "series_hash",
			 k->series_hash, "test_only_hash", k->test_only_hash,
			 "mutants_hash", k->mutants_hash, "config_hash",
			 k->config_hash, "hash", k->hash, "booted", s->kernel);
}

static json_t *splats(const struct vm_session *s, const struct vm_dmesg *dmesg)
{
	json_t *array = json_array();

	for (size_t i = 0; i < dmesg->nr_splats && i < VM_MAX_SPLATS; i++) {
		const struct vm_splat *splat = &dmesg->splats[i];
		const char *line = s->log.data + splat->line;

		json_array_append_new(
			array, json_pack("{s:s, s:s%}", "kind", splat->kind,
					 "line", line, vm_line_length(line)));
	}
	return array;
}

int vm_result_run(const struct vm_session *s, const struct vm_dmesg *dmesg,
		  int exit_status)
{
	const struct vm_machine *machine = s->machine;
	json_t *object;

	object = json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:s, s:i, s:i, s:i, s:o, s:I, s:I, s:o}",
		"topology", machine->topology->name, "accel",
		machine->kvm ? "kvm" : "tcg", "clock",
		machine->icount ? "icount" : "wall", "qemu", machine->qemu,
		"kernel", kernel(s), "end", ends[s->end], "exit_status",
		exit_status, "command_status", s->status, "command_signal",
		s->killed_by, "phases", phases(s), "iommu_faults",
		(json_int_t)dmesg->nr_iommu_faults, "nr_splats",
		(json_int_t)dmesg->nr_splats, "splats", splats(s, dmesg));
	if (!object)
		abort();
	return save(machine->out_dir, "run.json", object);
}

int vm_result_checksums(const struct vm_machine *machine)
{
	const struct vm_topology *t = machine->topology;
	int ret = 0;

	for (size_t i = 0; !ret && i < t->nr_devices; i++) {
		const struct vm_device *dev = &t->devices[i];
		char *path, *to;

		if (!dev->memory_property)
			continue;
		path = vm_machine_memory_path(machine, dev);
		to = vm_strf("%s/%s-bar.sha256", machine->out_dir, dev->role);
		ret = vm_image_save_blocks(path, to);
		free(path);
		free(to);
	}
	return ret;
}
