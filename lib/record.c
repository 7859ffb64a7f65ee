// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
/* One record as JSON: see results/schema/record.schema.json. */
#define BRG_LOG_PREFIX "results"
#include "record.h"

#include <barrage/clock.h>
#include <barrage/log.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "utf8.h"

#define RECORD_VERSION 1

double brg_results_quantile(const double *sorted, size_t nr, double q)
{
	double at = q * (double)(nr - 1);
	size_t below = (size_t)at;

	if (below + 1 >= nr)
		return sorted[nr - 1];
	return sorted[below] +
	       (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static json_t *text(const char *string)
{
	char *clean = brg_utf8_clean(string);
	json_t *json = clean ? json_string(clean) : NULL;

	free(clean);
	return json;
}

static const char *const status_names[] = {
	[BRG_STATUS_PASS] = "pass",
	[BRG_STATUS_FAIL] = "fail",
	[BRG_STATUS_SKIP] = "skip",
};

static const char *const kernel_log_names[] = {
	[BRG_KERNEL_LOG_UNREAD] = "unread",
	[BRG_KERNEL_LOG_SILENT] = "silent",
	[BRG_KERNEL_LOG_NOISY] = "noisy",
};

int brg_record_check(const struct brg_record *record)
{
	const struct brg_param *param;
	size_t i;

	if (!record->name || !record->metric || !record->unit ||
	    !record->better || !record->mem)
		return brg_fail(-EINVAL, "a record needs name, metric, unit, "
					 "better and mem");
	if (record->status == BRG_STATUS_PASS && !record->nr_samples)
		return brg_fail(-EINVAL, "%s: a pass without a sample",
				record->name);
	if (record->status != BRG_STATUS_PASS && !record->reason)
		return brg_fail(-EINVAL, "%s: a %s without a reason",
				record->name, status_names[record->status]);
	if (record->seed > INT64_MAX)
		return brg_fail(-EINVAL, "%s: seeds have 63 bits",
				record->name);
	for (i = 0; i < record->nr_samples; i++)
		if (!isfinite(record->samples[i]))
			return brg_fail(-EINVAL, "%s: sample %zu is no number",
					record->name, i);
	for (param = record->params; param && param->name; param++)
		if (!param->text && !isfinite(param->number))
			return brg_fail(-EINVAL,
					"%s: parameter %s is no number",
					record->name, param->name);
	return 0;
}

/* Takes the median out with it: value and spread are of the same list. */
static json_t *spread_of(const struct brg_record *record, json_t **value)
{
	static const struct {
		const char *name;
		double q;
	} points[] = {
		{ "min", 0 },	    { "p25", 0.25 }, { "p50", 0.5 },
		{ "p75", 0.75 },    { "p90", 0.9 },  { "p99", 0.99 },
		{ "p99.9", 0.999 }, { "max", 1 },
	};
	const size_t nr = record->nr_samples;
	json_t *spread;
	double *sorted;
	size_t i;

	*value = json_null();
	sorted = nr ? malloc(nr * sizeof(*sorted)) : NULL;
	if (!sorted)
		return json_null();
	memcpy(sorted, record->samples, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), ascending);
	spread = json_object();
	for (i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		json_object_set_new(spread, points[i].name,
				    json_real(brg_results_quantile(
					    sorted, nr, points[i].q)));
	*value = json_real(brg_results_quantile(sorted, nr, 0.5));
	free(sorted);
	return spread;
}

static json_t *samples_of(const struct brg_record *record)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < record->nr_samples; i++)
		json_array_append_new(list, json_real(record->samples[i]));
	return list;
}

/* A block size is 65536, not 65536.0. */
static json_t *number(double value)
{
	if (fabs(value) < 1ll << 53 && value == (double)(json_int_t)value)
		return json_integer((json_int_t)value);
	return json_real(value);
}

static json_t *params_of(const struct brg_record *record)
{
	json_t *object = json_object();
	const struct brg_param *param;

	for (param = record->params; param && param->name; param++)
		json_object_set_new(object, param->name,
				    param->text ? text(param->text) :
						  number(param->number));
	return object;
}

static const char *proof_method(const struct brg_record *record)
{
	if (record->proof_by_rdma)
		return "rdma";
	return record->proof_by_engine ? "engine" : "pagemap";
}

static json_t *proof_of(const struct brg_record *record)
{
	const struct brg_proof *proof = record->proof;

	if (!proof)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:s}", "method", proof_method(record),
			 "frames", (json_int_t)proof->nr_pages, "frames_in_bar",
			 (json_int_t)proof->nr_in_bar, "kernel_log",
			 kernel_log_names[record->kernel_log]);
}

static json_t *devices_of(const struct brg_record *record)
{
	const struct brg_pci *pci = record->provider;
	json_t *provider = json_null(), *peer = json_null(), *json;
	uint64_t bar_bytes = 0;
	char id[16];

	if (pci) {
		if (record->bar < BRG_PCI_NR_BARS)
			bar_bytes = pci->bars[record->bar].size_bytes;
		snprintf(id, sizeof(id), "%04x:%04x", pci->vendor, pci->device);
		provider = json_pack("{s:s, s:s, s:i, s:I}", "bdf", pci->bdf,
				     "id", id, "bar", (int)record->bar,
				     "bar_bytes", (json_int_t)bar_bytes);
	}
	if (record->disk)
		peer = json_pack("{s:o, s:o, s:I}", "path",
				 text(record->disk->path), "model",
				 text(record->disk->model), "bytes",
				 (json_int_t)record->disk->size_bytes);
	json = json_pack("{s:o, s:o}", "provider", provider, "peer", peer);
	if (record->rdma)
		json_object_set_new(json, "rdma",
				    json_pack("{s:o, s:s, s:s}", "name",
					      text(record->rdma->name),
					      "driver", record->rdma->driver,
					      "bdf", record->rdma->bdf));
	return json;
}

static void add_environment(json_t *line, const struct brg_env *env)
{
	char stamp[32] = "";
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_object_set_new(line, "version", json_integer(RECORD_VERSION));
	json_object_set_new(line, "run", text(env->run));
	json_object_set_new(line, "time", json_string(stamp));
	json_object_set_new(line, "clock",
			    json_string(brg_clock_kind_name(brg_clock_kind())));
	json_object_set_new(line, "accel", text(env->accel));
	json_object_set_new(line, "qemu", text(env->qemu));
	json_object_set_new(line, "topology", text(env->topology));
	json_object_set_new(line, "kernel",
			    json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
				      "release", text(env->release), "build_id",
				      text(env->build_id), "flavour",
				      text(env->flavour), "series_hash",
				      text(env->series_hash), "test_only_hash",
				      text(env->test_only_hash), "mutants_hash",
				      text(env->mutants_hash), "config_hash",
				      text(env->config_hash)));
	json_object_set_new(line, "cpu",
			    json_pack("{s:o, s:i}", "model",
				      text(env->cpu_model), "count",
				      (int)env->nr_cpus));
	json_object_set_new(line, "git", text(env->git));
}

json_t *brg_record_build(const struct brg_record *record,
			 const struct brg_env *env)
{
	enum brg_verdict verdict = BRG_VERDICT_NONE;
	json_t *line = json_object(), *value;

	if (record->proof)
		verdict = record->proof->verdict;
	add_environment(line, env);
	json_object_set_new(line, "name", text(record->name));
	json_object_set_new(line, "metric", text(record->metric));
	json_object_set_new(line, "unit", text(record->unit));
	json_object_set_new(line, "better", text(record->better));
	json_object_set_new(line, "n",
			    json_integer((json_int_t)record->nr_samples));
	json_object_set_new(line, "spread", spread_of(record, &value));
	json_object_set_new(line, "value", value);
	json_object_set_new(line, "samples", samples_of(record));
	json_object_set_new(line, "params", params_of(record));
	json_object_set_new(line, "mem", text(record->mem->name));
	if (record->baseline)
		json_object_set_new(line, "baseline",
				    text(record->baseline->name));
	json_object_set_new(line, "verdict",
			    json_string(brg_verdict_name(verdict)));
	if (record->copied_by)
		json_object_set_new(line, "copied_by", text(record->copied_by));
	json_object_set_new(line, "status",
			    json_string(status_names[record->status]));
	if (record->reason)
		json_object_set_new(line, "reason", text(record->reason));
	json_object_set_new(line, "proof", proof_of(record));
	json_object_set_new(line, "seed",
			    json_integer((json_int_t)record->seed));
	json_object_set_new(line, "devices", devices_of(record));
	json_object_set_new(line, "trusted",
			    json_boolean(!record->untrusted_reason));
	if (record->untrusted_reason)
		json_object_set_new(line, "untrusted_reason",
				    text(record->untrusted_reason));
	return line;
}
