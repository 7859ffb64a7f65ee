/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor - what this machine can do with P2P memory, and what it lacks
 *
 * Each part looks at one subject and adds findings. It changes nothing, except
 * that a provider which the user names is opened through VFIO, which resets it.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include <barrage/pci.h>
#include <barrage/vfio.h>

#define DOCTOR_TEXT_BYTES 640

enum doctor_status {
	DOCTOR_OK, /* it is there and works */
	DOCTOR_NO, /* it is not, which may be all right */
	DOCTOR_MISSING, /* it is not, and P2P memory needs it */
	DOCTOR_UNKNOWN, /* it takes more to find out: see the advice */
};

/**
 * struct doctor_finding - one thing that was looked at
 * @subject: "kernel", "iommu", "vfio", "provider", "rdma", "rights"
 * @name: within the subject
 * @status: of it
 * @known_by: how: "trial", "table", "sysfs", "kernel"
 * @text: what was found; one line
 * @advice: what to do about it; "" for nothing
 */
struct doctor_finding {
	const char *subject;
	char name[64];
	enum doctor_status status;
	const char *known_by;
	char text[DOCTOR_TEXT_BYTES];
	char advice[DOCTOR_TEXT_BYTES];
};

/**
 * struct doctor - one examination
 * @device: provider that may be opened; "" for none
 * @bar: of it
 * @dev: "/dev", or a test's
 * @vfio: of the device; fd -1 where it is not open
 * @dmabuf: of a page of the BAR; -1 for none
 * @findings: so far, @nr, with room for @max
 * @incomplete: one had no room in memory
 */
struct doctor {
	char device[BRG_PCI_BDF_BYTES];
	unsigned int bar;
	const char *dev;
	struct brg_vfio vfio;
	struct brg_pci_binding binding;
	int dmabuf;
	struct doctor_finding *findings;
	unsigned int nr;
	unsigned int max;
	bool incomplete;
};

/**
 * doctor_add - add a finding
 * @doctor: where memory is short it is marked incomplete
 * @known_by: how it is known
 * @advice: or NULL
 * @fmt: the text
 */
__attribute__((format(printf, 7, 8))) void
doctor_add(struct doctor *doctor, const char *subject, const char *name,
	   enum doctor_status status, const char *known_by, const char *advice,
	   const char *fmt, ...);

/* The parts, in the order in which they build on each other. */
void doctor_rights(struct doctor *doctor);
void doctor_kernel(struct doctor *doctor);
void doctor_iommu(struct doctor *doctor);
void doctor_providers(struct doctor *doctor);
void doctor_vfio(struct doctor *doctor);
void doctor_rdma(struct doctor *doctor);

/** doctor_vfio_end - close the provider and give it back; 0 or -errno */
int doctor_vfio_end(struct doctor *doctor);

/** doctor_print - for people, on stdout */
void doctor_print(const struct doctor *doctor);

/**
 * doctor_print_json - for programs, on stdout; 0 or -errno, with brg_last_error()
 *
 * All findings, or, where one cannot be told, nothing.
 */
int doctor_print_json(const struct doctor *doctor);

/** doctor_free - forget the findings */
void doctor_free(struct doctor *doctor);

/** doctor_exit_status - 1 where something is missing, else 0 */
int doctor_exit_status(const struct doctor *doctor);

#endif
