// SPDX-License-Identifier: GPL-2.0-only
#include "doctor.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <barrage/log.h>

#define JSON_VERSION 1
#define STEP 64

static const char *const status_names[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_NO] = "no",
	[DOCTOR_MISSING] = "missing",
	[DOCTOR_UNKNOWN] = "unknown",
};

static struct doctor_finding *add(struct doctor *doctor)
{
	struct doctor_finding *findings = doctor->findings;

	if (doctor->nr == doctor->max) {
		findings = reallocarray(findings, doctor->max + STEP,
					sizeof(*findings));
		if (!findings) {
			doctor->incomplete = true;
			return NULL;
		}
		doctor->findings = findings;
		doctor->max += STEP;
	}
	return &findings[doctor->nr++];
}

void doctor_add(struct doctor *doctor, const char *subject, const char *name,
		enum doctor_status status, const char *known_by,
		const char *advice, const char *fmt, ...)
{
	struct doctor_finding *finding = add(doctor);
	va_list args;

	if (!finding)
		return;
	*finding = (struct doctor_finding){
		.subject = subject,
		.status = status,
		.known_by = known_by,
	};
	snprintf(finding->name, sizeof(finding->name), "%s", name);
	snprintf(finding->advice, sizeof(finding->advice), "%s",
		 advice ? advice : "");
	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
}

void doctor_print(const struct doctor *doctor)
{
	const char *subject = "";

	for (unsigned int i = 0; i < doctor->nr; i++) {
		const struct doctor_finding *f = &doctor->findings[i];

		if (strcmp(subject, f->subject))
			printf("%s%s\n", i ? "\n" : "", f->subject);
		subject = f->subject;
		printf("  %-8s %-22s %s\n", status_names[f->status], f->name,
		       f->text);
		if (*f->advice)
			printf("  %-8s %-22s -> %s\n", "", "", f->advice);
	}
}

static json_t *finding_json(const struct doctor_finding *finding)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "subject",
			 finding->subject, "name", finding->name, "status",
			 status_names[finding->status], "known_by",
			 finding->known_by, "text", finding->text, "advice",
			 finding->advice);
}

int doctor_print_json(const struct doctor *doctor)
{
	json_t *list = json_array(), *whole;
	int ret;

	for (unsigned int i = 0; i < doctor->nr; i++) {
		const struct doctor_finding *f = &doctor->findings[i];

		if (!json_array_append_new(list, finding_json(f)))
			continue;
		json_decref(list);
		return brg_fail(-EILSEQ,
				"a finding about %s is not UTF-8: leave out "
				"--json to see it",
				f->subject);
	}
	whole = json_pack("{s:i, s:b, s:o}", "version", JSON_VERSION, "healthy",
			  !doctor_exit_status(doctor), "findings", list);
	if (!whole)
		return brg_fail(-ENOMEM, "out of memory");
	ret = json_dumpf(whole, stdout, JSON_INDENT(2)) || putchar('\n') < 0 ?
		      brg_fail(-EIO, "cannot write the findings") :
		      0;
	json_decref(whole);
	return ret;
}

void doctor_free(struct doctor *doctor)
{
	free(doctor->findings);
	doctor->findings = NULL;
	doctor->nr = 0;
	doctor->max = 0;
}

int doctor_exit_status(const struct doctor *doctor)
{
	for (unsigned int i = 0; i < doctor->nr; i++) {
		if (doctor->findings[i].status == DOCTOR_MISSING)
			return 1;
	}
	return 0;
}
