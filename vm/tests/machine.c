// SPDX-License-Identifier: GPL-2.0-only
/* What QEMU would be started with. */
#include "vm-test.h"

#include "machine-devices.h"
#include "machine.h"

static const char disk_text[] =
	"{\"name\": \"t\", \"description\": \"d\", \"cpu\": \"EPYC\","
	" \"cpus\": 4, \"memory_mb\": 512, \"append\": \"iommu=pt\","
	" \"iommu\": {\"driver\": \"intel-iommu\", \"intremap\": \"on\"},"
	" \"ports\": [{\"name\": \"r\", \"driver\": \"pcie-root-port\"},"
	"  {\"name\": \"u\", \"driver\": \"x3130-upstream\", \"port\": \"r\"},"
	"  {\"name\": \"d\", \"driver\": \"xio3130-downstream\","
	"   \"port\": \"u\"}],"
	" \"devices\": [{\"role\": \"provider\", \"driver\": \"ivshmem-plain\","
	"   \"bar\": 2, \"memory\": {\"property\": \"memdev\", \"mb\": 64}},"
	"  {\"role\": \"disk\", \"driver\": \"nvme\", \"port\": \"d\","
	"   \"properties\": {\"serial\": \"X\", \"driver\": \"wrong\"},"
	"   \"disk\": {\"mb\": 8, \"throttle\": {\"iops-total\": 5},"
	"    \"blkdebug\": {\"inject-error\": []}}}]}";

struct fixture {
	struct vm_topology topology;
	struct vm_kernel kernel;
	struct vm_machine machine;
};

static int set_up(void **state)
{
	struct fixture *f = vm_alloc(sizeof(*f));
	char *why;

	if (vm_topology_parse("t.json", disk_text, &f->topology, &why))
		fail_msg("%s", why);
	f->kernel.image = vm_strf("/k/bzImage");
	f->machine = (struct vm_machine){
		.topology = &f->topology,
		.kernel = &f->kernel,
		.init = "/build dir/barrage-init",
		.out_dir = "/out,dir",
		.run_dir = "/run/dir",
	};
	for (int i = 0; i < VM_NR_CHANNELS; i++)
		f->machine.fds[i] = 10 + i;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	vm_topology_free(&f->topology);
	vm_kernel_close(&f->kernel);
	free(f);
	return 0;
}

static char *command_line(const struct vm_machine *machine)
{
	struct vm_strv argv = { 0 };
	char *line;

	vm_machine_argv(machine, &argv);
	line = vm_strv_join(&argv, "\n");
	vm_strv_free(&argv);
	return line;
}

static void devices_are_placed(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_contains(line, "-smp\n4\n-m\n512\n");
	assert_contains(line, "-kernel\n/k/bzImage\n");
	assert_contains(
		line,
		"\"bus\":\"pcie.0\",\"addr\":\"10.0\",\"id\":\"port-r\",\"chassis\":1}");
	assert_contains(
		line,
		"{\"driver\":\"x3130-upstream\",\"bus\":\"port-r\",\"addr\":\"0.0\",\"id\":\"port-u\"}");
	assert_contains(
		line,
		"{\"driver\":\"xio3130-downstream\",\"bus\":\"port-u\",\"addr\":\"0.0\",\"id\":\"port-d\",\"chassis\":3}");
	assert_contains(
		line,
		"\"mem-path\":\"/run/dir/provider.bar\",\"size\":67108864,\"share\":true}");
	assert_contains(line, "\"memdev\":\"memory-provider-0\"");
	assert_true(strstr(line, "intel-iommu") < strstr(line, "port-r"));
	free(line);
}

static void interrupts_are_registers_where_they_can_be(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_null(strstr(line, "x2apic"));
	assert_null(strstr(line, "eim"));
	free(line);
	f->machine.x2apic = true;
	line = command_line(&f->machine);
	assert_contains(line, ",+x2apic");
	assert_contains(line, "\"intremap\":\"on\",\"eim\":\"on\"");
	free(line);
}

static void leaks_are_kept_track_of_for_who_asks(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_null(strstr(line, "kmemleak"));
	free(line);
	f->machine.no_kmemleak = true;
	line = command_line(&f->machine);
	assert_contains(line, " kmemleak=off");
	free(line);
}

static void the_files_driver_is_ours_to_set(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_null(strstr(line, "wrong"));
	assert_contains(
		line,
		"{\"serial\":\"X\",\"driver\":\"nvme\",\"bus\":\"port-d\"");
	free(line);
}

static void disks_have_filters(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_contains(
		line,
		"\"qom-type\":\"throttle-group\",\"id\":\"throttle-disk\",\"limits\":{\"iops-total\":5}");
	assert_contains(
		line,
		"{\"driver\":\"throttle\",\"file\":{\"driver\":\"raw\",\"file\":{\"inject-error\":[],\"driver\":\"blkdebug\",\"image\":{\"driver\":\"file\"");
	assert_contains(line, "\"filename\":\"/run/dir/disk.disk\"");
	assert_contains(line, "\"node-name\":\"disk-disk\"");
	assert_contains(line, "\"drive\":\"disk-disk\"");
	free(line);
}

static void clocks_and_accelerators(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_contains(line, "-accel\ntcg,thread=multi\n");
	assert_null(strstr(line, "icount"));
	free(line);

	f->machine.icount = true;
	line = command_line(&f->machine);
	assert_contains(
		line,
		"-accel\ntcg,thread=single\n-icount\nshift=0,sleep=off,align=off\n");
	assert_contains(line, "-smp\n1\n");
	free(line);

	f->machine.icount = false;
	f->machine.kvm = true;
	line = command_line(&f->machine);
	assert_contains(line, "-accel\nkvm\n");
	free(line);
}

/* It is the host's counter in one of three cases, where the rate is known. */
static void an_emulated_processor_has_the_hosts_counter(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_null(strstr(line, "tsc_early_khz"));
	free(line);

	f->machine.tsc_khz = 2596120;
	line = command_line(&f->machine);
	assert_contains(line,
			"/barrage-init\" tsc_early_khz=2596120 iommu=pt\n");
	free(line);

	f->machine.icount = true;
	line = command_line(&f->machine);
	assert_null(strstr(line, "tsc_early_khz"));
	free(line);

	f->machine.icount = false;
	f->machine.kvm = true;
	line = command_line(&f->machine);
	assert_null(strstr(line, "tsc_early_khz"));
	free(line);
}

static void paths_are_quoted(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_contains(line, " \"init=/build dir/barrage-init\" iommu=pt\n");
	assert_contains(line, "local,id=out,path=/out,,dir,security_model");
	assert_contains(line, "path=/,security_model=none,readonly=on");
	free(line);
}

static void the_user_has_the_last_word(void **state)
{
	struct fixture *f = *state;
	char *line;

	f->machine.append = "loglevel=8";
	f->machine.memory_mb = 2048;
	f->machine.observe_file = "/elsewhere";
	line = command_line(&f->machine);
	assert_contains(line, " iommu=pt loglevel=8\n");
	assert_contains(line, "-m\n2048\n");
	assert_contains(line, "\"mem-path\":\"/elsewhere\"");
	free(line);
}

static void slots_are_the_firmwares_if_not_said(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_null(strstr(line, "acpi-pci-hotplug"));
	free(line);
	f->topology.native_hotplug = true;
	line = command_line(&f->machine);
	assert_contains(
		line,
		"-global\nICH9-LPC.acpi-pci-hotplug-with-bridge-support=off\n");
	free(line);
}

/* Of a device that is put in again, neither is the one of before. */
static void what_is_plugged_has_memory_of_its_own(void **state)
{
	struct fixture *f = *state;
	const struct vm_device *provider = &f->topology.devices[0];
	char *line = command_line(&f->machine);
	json_t *memory = vm_machine_memory(&f->machine, provider, 3);
	json_t *device = vm_machine_device(provider, 3);

	assert_contains(line, "\"id\":\"memory-provider-0\"");
	assert_contains(line, "\"memdev\":\"memory-provider-0\"");
	assert_string_equal(json_string_value(json_object_get(memory, "id")),
			    "memory-provider-3");
	assert_string_equal(
		json_string_value(json_object_get(device, "memdev")),
		"memory-provider-3");
	json_decref(memory);
	json_decref(device);
	free(line);
}

static void a_shell_has_a_terminal(void **state)
{
	struct fixture *f = *state;
	char *line = command_line(&f->machine);

	assert_null(strstr(line, "virtconsole"));
	free(line);
	f->machine.tty = true;
	line = command_line(&f->machine);
	assert_contains(line, "virtconsole,chardev=tty");
	free(line);
}

#define MACHINE_TEST(test)                                                     \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(devices_are_placed),
		MACHINE_TEST(interrupts_are_registers_where_they_can_be),
		MACHINE_TEST(leaks_are_kept_track_of_for_who_asks),
		MACHINE_TEST(the_files_driver_is_ours_to_set),
		MACHINE_TEST(disks_have_filters),
		MACHINE_TEST(clocks_and_accelerators),
		MACHINE_TEST(an_emulated_processor_has_the_hosts_counter),
		MACHINE_TEST(paths_are_quoted),
		MACHINE_TEST(the_user_has_the_last_word),
		MACHINE_TEST(a_shell_has_a_terminal),
		MACHINE_TEST(slots_are_the_firmwares_if_not_said),
		MACHINE_TEST(what_is_plugged_has_memory_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
