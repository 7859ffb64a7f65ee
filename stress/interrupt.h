/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupt - SIGINT and SIGTERM end a run as its time would
 *
 * A race that is cut off leaves a device without its driver, or out of its slot. So
 * the one under way is waited for, and all is given back. A second signal ends the
 * program at once.
 */
#ifndef STRESS_INTERRUPT_H
#define STRESS_INTERRUPT_H

#include <stdbool.h>

/** interrupt_catch - from now on */
void interrupt_catch(void);

/** interrupt_ignore - in a child: this process is who sees to it */
void interrupt_ignore(void);

/** interrupt_note - somebody who was waited for has ended by a signal for all */
void interrupt_note(int sig);

/** interrupt_came - has there been one? */
bool interrupt_came(void);

/** interrupt_obey - end this process by the signal that came, if one did */
void interrupt_obey(void);

#endif
