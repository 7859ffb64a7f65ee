// SPDX-License-Identifier: GPL-2.0-only
#include "options-devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"

/* the emulated machine says what it has; a name that is empty is none */
static const char *role(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

struct stress_provider *options_add_device(struct argp_state *state,
					   struct stress_options *options,
					   const char *option, const char *bdf)
{
	struct stress_provider *provider;

	if (options->nr_providers == STRESS_MAX_PROVIDERS)
		argp_error(state, "--%s: at most %d devices", option,
			   STRESS_MAX_PROVIDERS);
	provider = &options->providers[options->nr_providers++];
	args_device(state, option, bdf, provider->bdf);
	provider->bar = 2;
	return provider;
}

void options_add_cmb(struct argp_state *state, struct stress_options *options,
		     const char *bdf)
{
	options_add_device(state, options, "cmb", bdf)->cmb = true;
}

struct stress_provider *options_last_device(struct argp_state *state,
					    struct stress_options *options,
					    const char *option)
{
	unsigned int nr = options->nr_providers;

	if (!nr || options->providers[nr - 1].cmb)
		argp_error(state, "--%s: --device has to come before it",
			   option);
	return &options->providers[nr - 1];
}

void options_check_devices(struct argp_state *state,
			   const struct stress_options *options)
{
	for (unsigned int i = 0; i < options->nr_providers; i++)
		if (*options->providers[i].pf && *options->providers[i].twin)
			argp_error(
				state,
				"--pf, --twin: %s: a VF is reset alone, or with its PF",
				options->providers[i].bdf);
}

/*
 * The functions that barrage-sriov puts beside a device, where the kernel has that module;
 * the first VF is attacked.
 */
static void add_vf(struct argp_state *state, struct stress_options *options)
{
	const char *lender = role("BARRAGE_LENDER");
	struct stress_provider *provider;
	char bdf[BRG_PCI_BDF_BYTES];
	struct brg_pci pci;
	size_t last;

	if (!lender)
		return;
	snprintf(bdf, sizeof(bdf), "%s", lender);
	last = strlen(bdf) - 1;
	bdf[last] = '1';
	if (brg_pci_read(bdf, &pci))
		return;
	bdf[last] = '2';
	provider = options_add_device(state, options, "device", bdf);
	provider->bar = 0;
	strcpy(provider->pf, pci.bdf);
}

void options_add_roles(struct argp_state *state, struct stress_options *options)
{
	const char *cmb = role("BARRAGE_CMB");

	static const char *const roles[][3] = {
		{ "BARRAGE_PROVIDER", "BARRAGE_PROVIDER_BAR", "" },
		{ "BARRAGE_PMR", "BARRAGE_PMR_BAR", "" },
		{ "BARRAGE_TWIN", "BARRAGE_TWIN_BAR", "BARRAGE_OTHER_TWIN" },
		{ "BARRAGE_HOT", "BARRAGE_HOT_BAR", "" },
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		const char *bdf = role(roles[i][0]), *bar = role(roles[i][1]);
		const char *twin = role(roles[i][2]);
		struct stress_provider *provider;

		if (!bdf)
			continue;
		/* all that the machine has is there to be attacked */
		options->take = true;
		provider = options_add_device(state, options, "device", bdf);
		if (bar)
			provider->bar = (unsigned int)args_number(
				state, "bar", bar, 0, BRG_PCI_NR_BARS - 1);
		if (twin)
			args_device(state, "twin", twin, provider->twin);
	}
	add_vf(state, options);
	if (cmb)
		options_add_cmb(state, options, cmb);
}

void options_add_peers(struct argp_state *state, struct stress_options *options)
{
	const char *importer = role("BARRAGE_EDU");

	if (importer)
		args_device(state, "importer", importer, options->importer);
	options->disk = role("BARRAGE_DISK");
	options->slow = role("BARRAGE_SLOW");
}
