/* SPDX-License-Identifier: GPL-2.0-only */
/* build-id - which build of the suite this is, wherever it was built */
#ifndef STRESS_BUILD_ID_H
#define STRESS_BUILD_ID_H

#define BUILD_ID_BYTES 17

/** build_id - the begin of what the linker made of all of it; "" where it did not */
void build_id(char text[BUILD_ID_BYTES]);

#endif
