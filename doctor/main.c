// SPDX-License-Identifier: GPL-2.0-only
/*
 * barrage-doctor - what this machine can do with P2P memory
 */
#include "doctor.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <barrage/log.h>
#include <barrage/sysfs.h>

#define EXIT_SKIP 77
#define EXIT_HARNESS 99

enum { KEY_DEVICE = 'd', KEY_JSON = 'j', KEY_BAR = 0x100 };

static const struct argp_option argp_options[] = {
	{ "device", KEY_DEVICE, "BDF", 0,
	  "Open this device through VFIO, WHICH RESETS IT, to see what the kernel can do and which RDMA device takes its memory" },
	{ "bar", KEY_BAR, "N", 0, "Its BAR (default: 2)" },
	{ "json", KEY_JSON, NULL, 0, "For programs" },
	{},
};

struct options {
	struct doctor *doctor;
	bool json;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	unsigned long bar;
	char *end;

	switch (key) {
	case KEY_DEVICE:
		if (brg_pci_parse_bdf(arg, options->doctor->device))
			argp_error(state, "--device=%s: %s", arg,
				   brg_last_error());
		break;
	case KEY_BAR:
		bar = strtoul(arg, &end, 10);
		if (end == arg || *end || bar >= BRG_PCI_NR_BARS)
			argp_error(state, "--bar=%s: expected 0 to %d", arg,
				   BRG_PCI_NR_BARS - 1);
		options->doctor->bar = (unsigned int)bar;
		break;
	case KEY_JSON:
		options->json = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp parser = {
	.options = argp_options,
	.parser = parse_option,
	.doc = "Say what this machine can do with P2P memory, what it lacks, "
	       "and how to get that.\v"
	       "Exit status: 0 nothing is missing, 1 something is, 77 this is "
	       "no machine with PCI devices, 99 wrong use. What is not there "
	       "but may be left out is \"no\"; what takes more to find out is "
	       "\"unknown\".",
};

static bool has_pci(void)
{
	char path[BRG_SYSFS_PATH_BYTES];

	return !brg_sysfs_path(path, sizeof(path), "bus/pci/devices") &&
	       !access(path, R_OK);
}

static int complain(const char *what)
{
	fprintf(stderr, "barrage-doctor: %s\n", what);
	return EXIT_HARNESS;
}

/* What was found is told whatever else goes wrong. */
static int finish(struct doctor *doctor, bool json)
{
	int status = 0;

	if (doctor_vfio_end(doctor))
		status = complain(brg_last_error());
	if (!json)
		doctor_print(doctor);
	else if (doctor_print_json(doctor))
		status = complain(brg_last_error());
	if (doctor->incomplete)
		status = complain("out of memory: findings are missing");
	return status ? status : doctor_exit_status(doctor);
}

int main(int argc, char **argv)
{
	static struct doctor doctor = {
		.bar = 2,
		.dev = "/dev",
		.vfio = { .fd = -1, .iommufd.fd = -1 },
		.dmabuf = -1,
	};
	struct options options = { .doctor = &doctor };
	int status;

	argp_err_exit_status = EXIT_HARNESS;
	argp_parse(&parser, argc, argv, 0, NULL, &options);
	if (!has_pci()) {
		fprintf(stderr, "barrage-doctor: no PCI devices in %s\n",
			brg_sysfs_root());
		return EXIT_SKIP;
	}
	doctor_rights(&doctor);
	doctor_kernel(&doctor);
	doctor_iommu(&doctor);
	doctor_providers(&doctor);
	doctor_vfio(&doctor);
	doctor_rdma(&doctor);
	status = finish(&doctor, options.json);
	doctor_free(&doctor);
	return status;
}
