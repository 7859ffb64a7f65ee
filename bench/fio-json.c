// SPDX-License-Identifier: GPL-2.0-only
#include "fio-json.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* one latency value and how many I/Os had it */
struct bin {
	uint64_t ns;
	uint64_t nr;
};

struct bins {
	struct bin *bin;
	size_t nr;
	uint64_t nr_ios;
};

struct why {
	char *text;
	size_t size;
};

__attribute__((format(printf, 3, 4))) static int bad(struct why *why, int err,
						     const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, why->size, fmt, args);
	va_end(args);
	return err;
}

static json_t *find_bins(const json_t *direction, const char *latency)
{
	char name[16];

	snprintf(name, sizeof(name), "%s_ns", latency);
	return json_object_get(json_object_get(direction, name), "bins");
}

static int add_bins(struct bins *all, const json_t *direction,
		    const char *latency)
{
	json_t *bins = find_bins(direction, latency);
	struct bin *grown;
	const char *key;
	json_t *value;

	if (!json_object_size(bins))
		return -ENODATA;
	grown = realloc(all->bin,
			(all->nr + json_object_size(bins)) * sizeof(*all->bin));
	if (!grown)
		return -ENOMEM;
	all->bin = grown;
	json_object_foreach(bins, key, value) {
		struct bin bin = { .ns = strtoull(key, NULL, 10),
				   .nr = (uint64_t)json_integer_value(value) };

		all->bin[all->nr++] = bin;
		all->nr_ios += bin.nr;
	}
	return 0;
}

static int compare_bins(const void *a, const void *b)
{
	uint64_t x = ((const struct bin *)a)->ns;
	uint64_t y = ((const struct bin *)b)->ns;

	return (x > y) - (x < y);
}

/* the smallest latency that at least this share of the I/Os kept within */
static double bins_percentile(const struct bins *bins, double percent)
{
	double wanted = (double)bins->nr_ios * percent / 100;
	uint64_t seen = 0;

	for (size_t i = 0; i < bins->nr; i++) {
		seen += bins->bin[i].nr;
		if ((double)seen >= wanted)
			return (double)bins->bin[i].ns;
	}
	return (double)bins->bin[bins->nr - 1].ns;
}

/* fio repeats options as they were written: "4k", "1M", "4096", "4k,8k" */
static uint64_t parse_size(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	switch (*end) {
	case 'k':
	case 'K':
		return value << 10;
	case 'm':
	case 'M':
		return value << 20;
	case 'g':
	case 'G':
		return value << 30;
	default:
		return value;
	}
}

/* an option of the job's own section, else of [global] */
static const char *option(const json_t *root, const json_t *job,
			  const char *name)
{
	const json_t *value =
		json_object_get(json_object_get(job, "job options"), name);

	if (!value)
		value = json_object_get(json_object_get(root, "global options"),
					name);
	return json_string_value(value);
}

static const char *either(const json_t *root, const json_t *job,
			  const char *name, const char *alias, const char *def)
{
	const char *text = option(root, job, name);

	if (!text)
		text = option(root, job, alias);
	return text ? text : def;
}

static void take_options(const json_t *root, const json_t *job,
			 struct fio_result *result)
{
	snprintf(result->rw, sizeof(result->rw), "%s",
		 either(root, job, "rw", "readwrite", "read"));
	result->bs_bytes =
		parse_size(either(root, job, "bs", "blocksize", "4k"));
	result->iodepth =
		(unsigned int)parse_size(either(root, job, "iodepth", "", "1"));
	result->numjobs =
		(unsigned int)parse_size(either(root, job, "numjobs", "", "1"));
	snprintf(result->version, sizeof(result->version), "%s",
		 json_string_value(json_object_get(root, "fio version")));
}

static double number(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

static int add_direction(const json_t *direction, struct fio_result *result,
			 struct bins *bins)
{
	uint64_t nr_ios = (uint64_t)number(direction, "total_ios");

	if (!nr_ios)
		return 0;
	result->nr_ios += nr_ios;
	result->nr_bytes += (uint64_t)number(direction, "io_bytes");
	result->bytes_per_s += number(direction, "bw_bytes");
	result->ios_per_s += number(direction, "iops");
	if (number(direction, "runtime") / 1e3 > result->runtime_s)
		result->runtime_s = number(direction, "runtime") / 1e3;
	return add_bins(bins, direction, result->latency);
}

static int add_job(const json_t *job, struct fio_result *result,
		   struct bins *bins, struct why *why)
{
	const char *name = json_string_value(json_object_get(job, "jobname"));
	double job_start_s = number(job, "job_start") / 1e3;
	double job_runtime_s = number(job, "job_runtime") / 1e3;
	int err = (int)number(job, "error");
	int ret;

	if (!name || !json_is_object(json_object_get(job, "read")))
		return bad(why, -EBADMSG, "fio: a job without name or figures");
	if (err)
		return bad(why, -EIO, "fio: job %s: %s", name, strerror(err));
	ret = add_direction(json_object_get(job, "read"), result, bins);
	if (!ret)
		ret = add_direction(json_object_get(job, "write"), result,
				    bins);
	if (ret == -ENODATA)
		return bad(why, -EBADMSG,
			   "fio: job %s: no latency bins: is it json+ output?",
			   name);
	if (ret)
		return bad(why, ret, "fio: job %s: %s", name, strerror(-ret));
	/* job_runtime is the sum over a group; usr_cpu is in per cent of it */
	result->job_cpu_s += job_runtime_s *
			     (number(job, "usr_cpu") + number(job, "sys_cpu")) /
			     100;
	if (!result->start_s || job_start_s < result->start_s)
		result->start_s = job_start_s;
	return 0;
}

static void choose_latency(const json_t *jobs, struct fio_result *result)
{
	const json_t *job = json_array_get(jobs, 0);
	bool total = find_bins(json_object_get(job, "read"), "lat") ||
		     find_bins(json_object_get(job, "write"), "lat");

	snprintf(result->latency, sizeof(result->latency), "%s",
		 total ? "lat" : "clat");
}

static int read_root(const json_t *root, struct fio_result *result,
		     struct bins *bins, struct why *why)
{
	const json_t *jobs = json_object_get(root, "jobs");
	size_t i;
	json_t *job;
	int ret;

	if (!json_array_size(jobs) ||
	    !json_is_string(json_object_get(root, "fio version")))
		return bad(why, -EBADMSG, "fio: its output lists no job");
	choose_latency(jobs, result);
	json_array_foreach(jobs, i, job) {
		ret = add_job(job, result, bins, why);
		if (ret)
			return ret;
	}
	if (!bins->nr_ios)
		return bad(why, -EBADMSG, "fio: no job did any I/O");
	take_options(root, json_array_get(jobs, 0), result);
	qsort(bins->bin, bins->nr, sizeof(*bins->bin), compare_bins);
	result->latency_p50_ns = bins_percentile(bins, 50);
	result->latency_p90_ns = bins_percentile(bins, 90);
	result->latency_p99_ns = bins_percentile(bins, 99);
	result->latency_p999_ns = bins_percentile(bins, 99.9);
	return 0;
}

/* fio says what went wrong in front of its JSON, in the same file */
static const char *find_object(const char *text)
{
	while (text && *text != '{') {
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return text;
}

int fio_json_parse(const char *text, struct fio_result *result, char *why_text,
		   size_t size)
{
	struct why why = { .text = why_text, .size = size };
	struct fio_result found = {};
	struct bins bins = {};
	json_error_t error;
	json_t *root;
	int ret;

	text = find_object(text);
	if (!text)
		return bad(&why, -EBADMSG, "fio: wrote no JSON object");
	root = json_loads(text, JSON_DISABLE_EOF_CHECK, &error);
	if (!root)
		return bad(&why, -EBADMSG, "fio: broken JSON, line %d: %s",
			   error.line, error.text);
	ret = read_root(root, &found, &bins, &why);
	if (!ret)
		*result = found;
	free(bins.bin);
	json_decref(root);
	return ret;
}
