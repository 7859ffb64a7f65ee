/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VM_JSONLINE_H
#define VM_JSONLINE_H

/**
 * vm_json_line() - the line on which a member of a JSON text stands
 * @text: a JSON text that a parser accepted
 * @path: members and indexes, such as "devices[1].port"; "" is the whole
 *
 * JSON libraries forget where a value stood once the syntax was right, but a
 * message about a wrong value should name its line.
 *
 * Return: the line, from 1, of the deepest part of @path that is there.
 */
int vm_json_line(const char *text, const char *path);

#endif
