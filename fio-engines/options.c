// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine's options. All start with "barrage_", so that no later fio has
 * one of the same name.
 */
#include "engine.h"

/* Called by the parser, so that a typing error is found before any set-up. */
static int parse_mem(void *data, const char *name)
{
	if (brg_mem_find(name))
		return 0;
	log_err("barrage: barrage_mem=%s: unknown kind of memory: choose %s\n",
		name, brg_mem_names());
	return 1;
}

struct fio_option engine_options[] = {
	{
		.name = "barrage_mem",
		.lname = "Kind of memory",
		.type = FIO_OPT_STR_STORE,
		.off1 = offsetof(struct engine_options, mem),
		.cb = parse_mem,
		.help = "host, bounce, p2p-register, dmabuf-pages, udmabuf or cmb; fio's own mem= gives host",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "barrage_provider",
		.lname = "Provider",
		.type = FIO_OPT_STR_STORE,
		.off1 = offsetof(struct engine_options, provider),
		.help = "PCI address of the device whose BAR it is (0000:01:00.0), or none",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "barrage_bar",
		.lname = "BAR",
		.type = FIO_OPT_INT,
		.off1 = offsetof(struct engine_options, bar),
		.maxval = 5,
		.def = "2",
		.help = "Number of the provider's BAR",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "barrage_bar_offset",
		.lname = "Offset into the BAR",
		.type = FIO_OPT_ULL,
		.off1 = offsetof(struct engine_options, bar_offset_bytes),
		.def = "0",
		.help = "Where the memory to register starts (multiple of 2m)",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "barrage_verify_from",
		.lname = "Whose bytes fio fills and verifies",
		.type = FIO_OPT_STR,
		.off1 = offsetof(struct engine_options, verify_from),
		.def = "device",
		.help = "Where fio's CPU accesses go",
		.posval = {
			{
				.ival = "device",
				.oval = VERIFY_FROM_DEVICE,
				.help = "The memory under test itself",
			},
			{
				.ival = "shadow",
				.oval = VERIFY_FROM_SHADOW,
				.help = "Host memory, copied where data must be real",
			},
		},
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = "barrage_proof_file",
		.lname = "Proof file",
		.type = FIO_OPT_STR_STORE,
		.off1 = offsetof(struct engine_options, proof_file),
		.help = "Append each job's verdict to this file as a line of JSON",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = NULL,
	},
};
