// SPDX-License-Identifier: GPL-2.0-only
/* Topology files: the ones that ship are right, wrong ones are explained. */
#include "vm-test.h"

#include <errno.h>

#include "jsonline.h"
#include "topology.h"

#define TOP "{\"name\": \"t\", \"description\": \"d\", \"cpu\": \"EPYC\",\n"

struct bad {
	const char *text;
	const char *why;
};

static const struct bad bad_files[] = {
	{ "", "t.json:1: " },
	{ "{\n\"name\": ,\n}", "t.json:2: " },
	{ "[]", "t.json:1: has to be an object" },
	{ "{\n}", "t.json:1: 'name' is missing" },
	{ TOP "\"ports\": [],\n\"devices\": [], \"nmae\": 1}",
	  "t.json:3: nmae: no such field; there are: name, description" },
	{ TOP "\"ports\": [],\n\"devices\": {}}",
	  "t.json:3: devices: has to be an array" },
	{ TOP "\"ports\": [],\n\"devices\": [], \"cpus\": 0}",
	  "t.json:3: cpus: 0 is not between 1 and 16" },
	{ TOP "\"iommu\": {},\n\"ports\": [],\"devices\": []}",
	  "t.json:2: iommu: 'driver' is missing" },
	{ TOP "\"iommu_faults\": \"maybe\",\n\"ports\": [],\"devices\": []}",
	  "t.json:2: iommu_faults: 'maybe' is not one of: fail, expected" },
	{ TOP
	  "\"expect\":\n{\"map_type\": \"BUS\"},\"ports\": [],\"devices\": []}",
	  "t.json:3: expect.map_type: 'BUS' is not one of: BUS_ADDR" },
	{ TOP "\"name\": \"twice\",\n\"ports\": [],\"devices\": []}",
	  "t.json:2: duplicate object key" },
	{ TOP "\"ports\": [{\"name\": \"a\",\n\"driver\": 7}],\"devices\": []}",
	  "t.json:3: ports[0].driver: has to be a string" },
	{ TOP
	  "\"ports\": [{\"name\": \"a\", \"driver\": \"pcie-root-port\"},\n"
	  "{\"name\": \"a\", \"driver\": \"pcie-root-port\"}],\"devices\": []}",
	  "t.json:3: ports[1]: a second port named 'a'" },
	{ TOP "\"ports\": [{\"name\": \"a\", \"driver\": \"x\",\n"
	      "\"port\": \"a\"}],\"devices\": []}",
	  "t.json:2: ports[0]: no port 'a' stands above it in the file; there are: none" },
	{ TOP "\"ports\": [{\"name\": \"a\", \"driver\": \"x\",\n"
	      "\"slot\": 2}],\"devices\": []}",
	  "t.json:2: ports[0]: slot 2: the root bus has slots 16 to 30" },
	{ TOP "\"ports\": [],\n\"devices\": [{\"role\": \"Disk\","
	      "\"driver\": \"nvme\"}]}",
	  "t.json:3: devices[0]: role 'Disk': use small letters" },
	{ TOP
	  "\"ports\": [],\n\"devices\": [{\"role\": \"a\",\"driver\": \"x\",\n"
	  "\"capability\": \"flr\"}]}",
	  "t.json:4: devices[0].capability: 'flr' is not one of: af" },
	{ TOP
	  "\"ports\": [],\n\"devices\": [{\"role\": \"a\",\"driver\": \"x\",\n"
	  "\"capability\": \"af\"},\n"
	  "{\"role\": \"b\",\"driver\": \"x\", \"capability\": \"af\"}]}",
	  "t.json:5: devices[1]: a second device with the capability 'af'" },
	{ TOP
	  "\"ports\": [],\n\"devices\": [{\"role\": \"a\",\"driver\": \"x\"},\n"
	  "{\"role\": \"a\",\"driver\": \"x\"}]}",
	  "t.json:4: devices[1]: a second device with the role 'a'" },
	{ TOP
	  "\"ports\": [{\"name\": \"p\", \"driver\": \"pcie-root-port\"}],\n"
	  "\"devices\": [{\"role\": \"a\",\"driver\": \"x\",\"port\": \"p\"},\n"
	  "{\"role\": \"b\",\"driver\": \"x\",\"port\": \"p\"}]}",
	  "t.json:4: devices[1]: slot 0 of p is taken" },
	{ TOP
	  "\"ports\": [{\"name\": \"p\", \"driver\": \"pcie-pci-bridge\"}],\n"
	  "\"devices\": [{\"role\": \"a\",\"driver\": \"x\",\"port\": \"p\"},\n"
	  "{\"role\": \"b\",\"driver\": \"x\",\"port\": \"p\",\n"
	  "\"slot\": 0}]}",
	  "t.json:4: devices[1]: slot 0: p has slots 1 to 31" },
	{ TOP
	  "\"ports\": [],\n\"devices\": [{\"role\": \"a\",\"driver\": \"x\",\n"
	  "\"memory\": {\"property\": \"memdev\",\n\"mb\": 48}}]}",
	  "t.json:4: devices[0].memory: a BAR of 48 MiB cannot be" },
	{ TOP
	  "\"ports\": [],\n\"devices\": [{\"role\": \"a\",\"driver\": \"x\",\n"
	  "\"disk\": {\"throttle\": {}}}]}",
	  "t.json:4: devices[0].disk: 'mb' is missing" },
};

static void bad_files_are_explained(void **state)
{
	for (size_t i = 0; i < VM_ARRAY_SIZE(bad_files); i++) {
		struct vm_topology topology;
		char *why = NULL;
		int ret;

		ret = vm_topology_parse("t.json", bad_files[i].text, &topology,
					&why);
		assert_int_equal(ret, -EINVAL);
		assert_non_null(why);
		assert_contains(why, bad_files[i].why);
		vm_topology_free(&topology);
		free(why);
	}
}

static char *pci_path(const struct vm_topology *topology, const char *role)
{
	for (size_t i = 0; i < topology->nr_devices; i++) {
		if (!strcmp(topology->devices[i].role, role))
			return vm_topology_pci_path(topology,
						    &topology->devices[i]);
	}
	return vm_strf("none");
}

static void shipped_files_are_right(void **state)
{
	static const struct {
		const char *name, *provider, *disk;
		bool faults;
	} expected[] = {
		{ "bridge", "10.0/00.0", "11.0/00.0", false },
		{ "switch", "10.0/00.0/00.0/00.0", "10.0/00.0/01.0/00.0",
		  false },
		{ "negative", "10.0/00.0/00.0/00.0", "10.0/00.0/01.0/00.0",
		  true },
		{ "no-p2p", "10.0/00.0", "11.0/00.0", false },
		{ "reset", "10.0/00.0", "11.0/00.0", false },
		{ "large-bar", "10.0/00.0", "11.0/00.0", false },
		{ "held", "10.0/00.0", "11.0/00.0", false },
		{ "held-flr", "10.0/00.0", "11.0/00.0", false },
		{ "dmabufs", "10.0/00.0", "11.0/00.0", true },
		{ "stress", "10.0/00.0", "11.0/00.0", true },
	};

	for (size_t i = 0; i < VM_ARRAY_SIZE(expected); i++) {
		struct vm_topology topology;
		char *why = NULL, *path;

		if (vm_topology_load(expected[i].name, &topology, &why))
			fail_msg("%s", why);
		assert_string_equal(topology.name, expected[i].name);
		path = pci_path(&topology, "provider");
		assert_string_equal(path, expected[i].provider);
		free(path);
		path = pci_path(&topology, "disk");
		assert_string_equal(path, expected[i].disk);
		free(path);
		assert_int_equal(topology.iommu_faults_expected,
				 expected[i].faults);
		vm_topology_free(&topology);
	}
}

static void unknown_name_lists_choices(void **state)
{
	struct vm_topology topology;
	char *why = NULL;

	assert_int_equal(vm_topology_load("bridgee", &topology, &why), -ENOENT);
	assert_contains(why, "'bridgee'");
	assert_contains(why, "bridge, ");
	assert_contains(why, "negative, no-p2p, ");
	vm_topology_free(&topology);
	free(why);
}

static void missing_file_is_named(void **state)
{
	struct vm_topology topology;
	char *why = NULL;

	assert_int_equal(vm_topology_load("./gone.json", &topology, &why),
			 -ENOENT);
	assert_string_equal(why, "./gone.json: No such file or directory");
	vm_topology_free(&topology);
	free(why);
}

static void lines_are_found(void **state)
{
	static const char text[] = "{\n"
				   "  \"a\": [1, {\"x\": \"}]\\\"\"},\n"
				   "    {\n"
				   "      \"b\": {\"c\": [],\n"
				   "             \"d\": null}\n"
				   "    }]\n"
				   "}\n";

	assert_int_equal(vm_json_line(text, ""), 1);
	assert_int_equal(vm_json_line(text, "a"), 2);
	assert_int_equal(vm_json_line(text, "a[1].x"), 2);
	assert_int_equal(vm_json_line(text, "a[2]"), 3);
	assert_int_equal(vm_json_line(text, "a[2].b.c"), 4);
	assert_int_equal(vm_json_line(text, "a[2].b.d"), 5);
	/* The deepest part that is there. */
	assert_int_equal(vm_json_line(text, "a[2].b.e"), 4);
	assert_int_equal(vm_json_line(text, "a[7]"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files_are_explained),
		cmocka_unit_test(shipped_files_are_right),
		cmocka_unit_test(unknown_name_lists_choices),
		cmocka_unit_test(missing_file_is_named),
		cmocka_unit_test(lines_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
