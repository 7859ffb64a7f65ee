/* SPDX-License-Identifier: GPL-2.0-only */
/* report - what people and programs are told of the scenarios */
#ifndef STRESS_REPORT_H
#define STRESS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "options.h"
#include "watch.h"

struct report {
	const struct stress_options *options;
	FILE *records;
	bool lost; /* a record could not be written */
	size_t nr_planned;
	size_t nr_points;
	char why[256]; /* there are less than were planned */
};

/**
 * report_open - with so many scenarios to come
 * @nr: of them; of a replay there is one, and with --minimise there is nothing to report
 *
 * KTAP has one more point, of when the devices are given back.
 *
 * Return: 0 or -errno, said already.
 */
int report_open(struct report *report, const struct stress_options *options,
		size_t nr);

/** report_begin - a scenario begins */
void report_begin(struct report *report,
		  const struct stress_scenario *scenario);

/** report_end - it ended, or was skipped */
void report_end(struct report *report, const struct stress_scenario *scenario,
		const struct outcome *outcome);

/** report_bail - those that are left do not come; the first reason counts */
void report_bail(struct report *report, const char *why);

/**
 * report_late - it had ended, and fails after all
 *
 * One more record; its place among the points of KTAP is taken.
 */
void report_late(struct report *report, const struct stress_scenario *scenario,
		 const struct outcome *outcome);

/** report_given_back - how that ended, which is the last point of KTAP */
void report_given_back(struct report *report, const struct outcome *outcome);

/**
 * report_close - the opposite of report_open()
 *
 * Says in the words of KTAP where points are missing.
 *
 * Return: false where a record is lost.
 */
bool report_close(struct report *report);

#endif
