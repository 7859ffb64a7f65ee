// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include <barrage/log.h>

#include "environment.h"
#include "ledger.h"

static const char *status_text(enum stress_status status)
{
	switch (status) {
	case STRESS_PASS:
		return "pass";
	case STRESS_FAIL:
		return "fail";
	case STRESS_SKIP:
		return "skip";
	default:
		return "error";
	}
}

static bool says_points(const struct report *report)
{
	return report->options->tap && !report->options->minimise;
}

int report_open(struct report *report, const struct stress_options *options,
		size_t nr)
{
	*report = (struct report){
		.options = options,
		.nr_planned = 1 + (options->replay ? 1 : nr),
	};
	if (options->output) {
		report->records = fopen(options->output, "ae");
		if (!report->records) {
			fprintf(stderr, "barrage-stress: %s: %s\n",
				options->output, strerror(errno));
			return -errno;
		}
	}
	if (says_points(report)) {
		printf("KTAP version 1\n1..%zu\n", report->nr_planned);
		fflush(stdout);
	}
	return 0;
}

void report_begin(struct report *report, const struct stress_scenario *scenario)
{
	if (isatty(STDERR_FILENO) && !report->options->tap)
		fprintf(stderr, "%s ...\r", scenario->name);
}

static void print_point(struct report *report, const char *name,
			const struct outcome *outcome)
{
	bool good = outcome->status == STRESS_PASS ||
		    outcome->status == STRESS_SKIP;

	printf("%sok %zu %s", good ? "" : "not ", ++report->nr_points, name);
	if (outcome->status == STRESS_SKIP)
		printf(" # SKIP %s", outcome->text);
	putchar('\n');
	if (!good)
		printf("# %s: %s\n", oracle_name(outcome->oracle),
		       outcome->text);
}

/* a race of another scenario */
static bool is_mixed_in(const struct stress_scenario *scenario,
			const struct outcome *outcome)
{
	return outcome->of && strcmp(outcome->of, scenario->name);
}

static void print_failure(const struct stress_scenario *scenario,
			  const struct outcome *outcome)
{
	printf("    ");
	if (outcome->rounds)
		printf("race %llu%s%s on %s, seed %llu, ",
		       (unsigned long long)outcome->round,
		       is_mixed_in(scenario, outcome) ? " of " : "",
		       is_mixed_in(scenario, outcome) ? outcome->of : "",
		       outcome->provider, (unsigned long long)outcome->seed);
	printf("noticed by %s: %s\n", oracle_name(outcome->oracle),
	       outcome->text);
}

static void print_line(const struct stress_scenario *scenario,
		       const struct outcome *outcome)
{
	printf("%-32s %s", scenario->name, status_text(outcome->status));
	if (outcome->status == STRESS_PASS || outcome->status == STRESS_FAIL)
		printf(", %llu races, %llu operations, %.1f s",
		       (unsigned long long)outcome->rounds,
		       (unsigned long long)outcome->nr_calls, outcome->seconds);
	putchar('\n');
	if (outcome->status == STRESS_FAIL)
		print_failure(scenario, outcome);
	else if (outcome->status != STRESS_PASS)
		printf("    %s\n", outcome->text);
	if (outcome->unkillable)
		printf("    processes are left that nothing ends: reboot this machine\n");
}

static json_t *hazards_of(const struct stress_scenario *scenario)
{
	json_t *list = json_array();

	for (int i = 0; i < STRESS_MAX_HAZARDS && scenario->hazards[i]; i++)
		json_array_append_new(list, json_integer(scenario->hazards[i]));
	return list;
}

/* who has looked whether memory changes, and how often */
static json_t *observer_of(const struct outcome *outcome)
{
	return json_pack("{s:I, s:I}", "host",
			 (json_int_t)outcome->nr_seen_by_host, "device",
			 (json_int_t)outcome->nr_seen_by_device);
}

/* what was compared with what there was before; "slab caches" is the last */
static json_t *ledger_of(const struct outcome *outcome)
{
	json_t *list = json_array();

	for (int i = 0; i <= LEDGER_NR; i++)
		if (outcome->ledger & 1u << i)
			json_array_append_new(
				list,
				json_string(ledger_name((enum ledger_entry)i)));
	return list;
}

static json_t *record_of(const struct report *report,
			 const struct stress_scenario *scenario,
			 const struct outcome *outcome)
{
	json_t *record;

	record = json_pack(
		"{s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:b}",
		"schema", "barrage-stress-1", "name", scenario->name, "status",
		status_text(outcome->status), "hazards", hazards_of(scenario),
		"oracle", oracle_name(outcome->oracle), "reason", outcome->text,
		"seed", (json_int_t)report->options->seed, "races",
		(json_int_t)outcome->rounds, "operations",
		(json_int_t)outcome->nr_calls, "failed_seed",
		(json_int_t)(outcome->status == STRESS_FAIL ? outcome->seed :
							      0),
		"failed_race", (json_int_t)outcome->round, "seconds",
		outcome->seconds, "unkillable", (int)outcome->unkillable);
	json_object_set_new(record, "provider", json_string(outcome->provider));
	json_object_set_new(record, "drawn_from",
			    json_string(outcome->of ?: ""));
	json_object_set_new(record, "delays",
			    json_pack("{s:b, s:I, s:I}", "wanted",
				      (int)report->options->delays, "passed",
				      (json_int_t)outcome->nr_passed, "delayed",
				      (json_int_t)outcome->nr_delayed));
	json_object_set_new(record, "failed_allocations",
			    json_integer((json_int_t)outcome->nr_failed));
	json_object_set_new(record, "observer", observer_of(outcome));
	json_object_set_new(record, "ledger", ledger_of(outcome));
	json_object_set_new(record, "planted_bug", environment_planted_bug());
	json_object_set_new(record, "environment", environment_json());
	return record;
}

static void write_record(struct report *report,
			 const struct stress_scenario *scenario,
			 const struct outcome *outcome)
{
	json_t *record = record_of(report, scenario, outcome);

	if (!record || json_dumpf(record, report->records, JSON_COMPACT) ||
	    fputc('\n', report->records) == EOF || fflush(report->records)) {
		fprintf(stderr,
			"barrage-stress: %s: cannot write a record of %s: %s\n",
			report->options->output, scenario->name,
			record ? strerror(errno) : "out of memory");
		report->lost = true;
	}
	json_decref(record);
}

void report_end(struct report *report, const struct stress_scenario *scenario,
		const struct outcome *outcome)
{
	if (report->options->tap)
		print_point(report, scenario->name, outcome);
	else
		print_line(scenario, outcome);
	fflush(stdout);
	if (report->records)
		write_record(report, scenario, outcome);
}

void report_bail(struct report *report, const char *why)
{
	if (!*report->why)
		snprintf(report->why, sizeof(report->why), "%s", why);
}

void report_late(struct report *report, const struct stress_scenario *scenario,
		 const struct outcome *outcome)
{
	if (report->options->tap)
		printf("# not ok after all: %s\n", scenario->name);
	else
		print_line(scenario, outcome);
	fflush(stdout);
	if (report->records)
		write_record(report, scenario, outcome);
}

void report_given_back(struct report *report, const struct outcome *outcome)
{
	/* a point that comes out of its turn would be taken for another one */
	if (!says_points(report) || report->nr_points + 1 < report->nr_planned)
		return;
	print_point(report, "devices-given-back", outcome);
	fflush(stdout);
}

bool report_close(struct report *report)
{
	if (says_points(report) && report->nr_points < report->nr_planned) {
		printf("Bail out! %s\n",
		       *report->why ? report->why : "it has ended early");
		fflush(stdout);
	}
	if (report->records && fclose(report->records))
		report->lost = true;
	return !report->lost;
}
