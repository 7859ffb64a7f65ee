// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/clock.h>
#include <barrage/log.h>

#include "stats.h"

int output_open(struct output *output, const struct bench_options *options)
{
	int ret;

	*output = (struct output){
		.options = options,
		.kmsg = { .fd = -1 },
	};
	if (*options->device)
		brg_pci_read(options->device, &output->provider);
	if (options->peer)
		brg_disk_read(options->peer, &output->disk);
	ret = brg_kmsg_open(&output->kmsg, "barrage-bench");
	if (ret)
		brg_warn("kernel log: %s: it stays unread", brg_last_error());
	if (!options->output)
		return 0;
	return brg_results_open(options->output, &output->results);
}

void output_close(struct output *output)
{
	brg_results_close(output->results);
	brg_kmsg_close(&output->kmsg);
}

void output_mark(struct output *output)
{
	output_kernel_log(output);
	output->kernel_log = BRG_KERNEL_LOG_SILENT;
	*output->splat = '\0';
}

enum brg_kernel_log output_kernel_log(struct output *output)
{
	char splat[sizeof(output->splat)];
	int ret;

	if (output->kmsg.fd < 0) {
		output->kernel_log = BRG_KERNEL_LOG_UNREAD;
		return output->kernel_log;
	}
	ret = brg_kmsg_check(&output->kmsg, splat, sizeof(splat));
	if (ret == -EUCLEAN && output->kernel_log != BRG_KERNEL_LOG_NOISY) {
		output->kernel_log = BRG_KERNEL_LOG_NOISY;
		memcpy(output->splat, splat, sizeof(splat));
	} else if (ret && output->kernel_log == BRG_KERNEL_LOG_SILENT) {
		output->kernel_log = BRG_KERNEL_LOG_UNREAD;
	}
	return output->kernel_log;
}

static const struct unit {
	const char *name;
	double scale;
	const char *shown;
} units[] = {
	{ "B/s", 1e6, "MB/s" },
	{ "ns", 1e3, "us" },
};

static struct unit shown_unit(const struct brg_record *record)
{
	struct unit as_is = { .scale = 1, .shown = record->unit };

	if (brg_clock_kind() == BRG_CLOCK_ICOUNT && !strcmp(record->unit, "ns"))
		as_is.shown = "instructions";
	else
		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
			if (!strcmp(record->unit, units[i].name))
				return units[i];
		}
	if (!strcmp(record->unit, "1"))
		as_is.shown = "";
	return as_is;
}

static void print_number(double value)
{
	printf(value < 1e4 ? "%.4g" : "%.0f", value);
}

static void print(const struct brg_record *record)
{
	struct unit unit = shown_unit(record);
	char mem[64];
	double median;

	if (stats_quantile(record->samples, record->nr_samples, 0.5, &median))
		return;
	snprintf(mem, sizeof(mem), "%s%s%s", record->mem->name,
		 record->baseline ? "/" : "",
		 record->baseline ? record->baseline->name : "");
	printf("%-20s %-20s %-18s ", record->name, mem, record->metric);
	print_number(median / unit.scale);
	printf(" %s", unit.shown);
	if (record->status != BRG_STATUS_PASS)
		printf(" (%s)", record->reason);
	else if (record->untrusted_reason)
		printf(" (untrusted: %s)", record->untrusted_reason);
	putchar('\n');
	fflush(stdout);
}

/* on failure, or where the kernel was in trouble, the record says so */
static void judge(struct output *output, struct brg_record *record,
		  char *reason, size_t size)
{
	if (record->kernel_log != BRG_KERNEL_LOG_NOISY)
		return;
	if (record->status == BRG_STATUS_PASS) {
		snprintf(reason, size, "the kernel log shows: %s",
			 output->splat);
		record->status = BRG_STATUS_FAIL;
		record->reason = reason;
	}
	if (!record->untrusted_reason)
		record->untrusted_reason =
			"the kernel was in trouble while this was measured";
}

bool output_prints(const struct output *output)
{
	const struct bench_options *options = output->options;

	return !options->tap &&
	       !(options->output && !strcmp(options->output, "-"));
}

int output_write(struct output *output, const struct brg_record *given,
		 bool exact)
{
	struct brg_record record = *given;
	char reason[sizeof(output->splat) + 32];
	int ret;

	record.seed = output->options->seed;
	record.bar = output->options->bar;
	record.kernel_log = output_kernel_log(output);
	if (*output->provider.bdf)
		record.provider = &output->provider;
	if (*output->disk.path)
		record.disk = &output->disk;
	judge(output, &record, reason, sizeof(reason));
	if (!record.untrusted_reason && !exact && record.nr_samples)
		record.untrusted_reason =
			stats_doubt(record.samples, record.nr_samples);
	if (output_prints(output) && !exact)
		print(&record);
	if (output->results) {
		ret = brg_results_write(output->results, &record);
		if (ret)
			return ret;
	}
	if (record.kernel_log == BRG_KERNEL_LOG_NOISY)
		return brg_fail(-EUCLEAN, "the kernel log shows: %s",
				output->splat);
	return 0;
}
