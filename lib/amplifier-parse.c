// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-only
#define BRG_LOG_PREFIX "amplifier"
#include <barrage/amplifier.h>
#include <barrage/log.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int number(const char *text, const char **rest, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	*rest = end;
	return errno ? -ERANGE : 0;
}

static int whole_number(const char *text, uint64_t max, uint64_t *value)
{
	const char *rest;
	int ret = number(text, &rest, value);

	if (!ret && *rest)
		ret = -EINVAL;
	return ret || *value <= max ? ret : -ERANGE;
}

/* "2ms"; the unit may be left out where one follows ("1..2ms": @unit) */
static int duration(const char *text, const char **rest, uint32_t max,
		    uint64_t unit, uint64_t *us)
{
	static const struct {
		const char *name;
		uint64_t us;
	} units[] = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 } };
	uint64_t value;
	int ret = number(text, rest, &value);
	size_t i;

	if (ret)
		return ret;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strncmp(*rest, units[i].name, strlen(units[i].name))) {
			*rest += strlen(units[i].name);
			unit = units[i].us;
			break;
		}
	}
	if (!unit)
		return -EINVAL;
	if (value > max / unit)
		return -ERANGE;
	*us = value * unit;
	return 0;
}

static int whole_duration(const char *text, uint32_t max, uint32_t *us)
{
	const char *rest;
	uint64_t value;
	int ret = duration(text, &rest, max, 0, &value);

	if (!ret && *rest)
		ret = -EINVAL;
	if (!ret)
		*us = (uint32_t)value;
	return ret;
}

static int probability(const char *text, uint32_t *value)
{
	double part;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	part = strtod(text, &end);
	if (*end)
		return -EINVAL;
	if (part < 0 || part > 1)
		return -ERANGE;
	*value = (uint32_t)(part * BRG_AMPLIFIER_ALWAYS + 0.5);
	return 0;
}

/* The unit of "1..2ms" is that of its end. */
static uint64_t last_unit(const char *text)
{
	const char *end = text + strcspn(text, "/");

	if (end - text < 2 || end[-1] != 's')
		return 0;
	return end[-2] == 'u' ? 1 : end[-2] == 'm' ? 1000 : 1000000;
}

static int parse_delay(const char *text, struct brg_amplifier_point *point)
{
	uint64_t least, most;
	const char *rest;
	int ret;

	ret = duration(text, &rest, BRG_AMPLIFIER_MAX_US,
		       strstr(text, "..") ? last_unit(text) : 0, &least);
	most = least;
	if (!ret && !strncmp(rest, "..", 2))
		ret = duration(rest + 2, &rest, BRG_AMPLIFIER_MAX_US, 0, &most);
	if (!ret && *rest == '/')
		ret = probability(rest + 1, &point->probability);
	else if (!ret && *rest)
		ret = -EINVAL;
	if (!ret && least > most)
		ret = -ERANGE;
	if (ret)
		return ret;
	point->least_us = (uint32_t)least;
	point->most_us = (uint32_t)most;
	return 0;
}

static int parse_meeting(const char *text, struct brg_amplifier_point *point)
{
	const char *rest;
	uint64_t value;
	int ret = number(text, &rest, &value);

	if (ret)
		return ret;
	if ((*rest != 'a' && *rest != 'b') || rest[1])
		return -EINVAL;
	if (value >= BRG_AMPLIFIER_MEETINGS)
		return -ERANGE;
	point->kind = BRG_AMPLIFIER_MEET;
	point->meeting = (uint32_t)value;
	point->side = *rest == 'b';
	return 0;
}

static int parse_id(const char *text, enum brg_amplifier_whom whom,
		    struct brg_amplifier_point *point)
{
	uint64_t value;
	int ret = whole_number(text, INT32_MAX, &value);

	if (ret || point->whom != BRG_AMPLIFIER_RUN)
		return ret ? ret : -EINVAL;
	if (!value)
		return -ERANGE;
	point->whom = whom;
	point->id = (int32_t)value;
	return 0;
}

static int parse_what(const char *what, struct brg_amplifier_point *point,
		      bool *has_wait)
{
	const char *equals = strchr(what, '=');
	size_t len = equals ? (size_t)(equals - what) : strlen(what);
	const char *value = equals ? equals + 1 : "";
#define IS(name) (equals && len == strlen(name) && !strncmp(what, name, len))

	if (IS("hold")) {
		if (point->kind != BRG_AMPLIFIER_DELAY)
			return -EINVAL;
		point->kind = BRG_AMPLIFIER_HOLD;
		return whole_duration(value, BRG_AMPLIFIER_MAX_WAIT_US,
				      &point->wait_us);
	}
	if (IS("wait")) {
		*has_wait = true;
		return whole_duration(value, BRG_AMPLIFIER_MAX_WAIT_US,
				      &point->wait_us);
	}
	if (IS("meet"))
		return point->kind == BRG_AMPLIFIER_DELAY ?
			       parse_meeting(value, point) :
			       -EINVAL;
	if (IS("after"))
		return whole_number(value, UINT64_MAX, &point->after);
	if (IS("most"))
		return whole_number(value, UINT64_MAX, &point->most);
	if (IS("seed"))
		return whole_number(value, UINT64_MAX, &point->seed);
	if (IS("tid"))
		return parse_id(value, BRG_AMPLIFIER_THREAD, point);
	if (IS("pid"))
		return parse_id(value, BRG_AMPLIFIER_PROCESS, point);
#undef IS
	if (!strcmp(what, "any")) {
		if (point->whom != BRG_AMPLIFIER_RUN)
			return -EINVAL;
		point->whom = BRG_AMPLIFIER_ANY;
		return 0;
	}
	return parse_delay(what, point);
}

static bool is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_.:-$");

	return len && !name[len] && name[0] != ':' && name[len - 1] != ':' &&
	       strchr(name, ':') == strrchr(name, ':');
}

static int copy_name(const char *name, char to[BRG_AMPLIFIER_NAME_BYTES])
{
	if (!is_name(name))
		return -EINVAL;
	if (strlen(name) >= BRG_AMPLIFIER_NAME_BYTES)
		return -ERANGE;
	memcpy(to, name, strlen(name) + 1);
	return 0;
}

/* Cuts it at its separators */
static int parse_place(char *text, struct brg_amplifier_point *point)
{
	char *caller = strchr(text, '<'), *where;
	uint64_t offset;
	int ret = 0;

	if (caller)
		*caller++ = '\0';
	where = strchr(text, '+');
	if (where)
		*where++ = '\0';
	ret = copy_name(text, point->symbol);
	if (!ret && caller)
		ret = copy_name(caller, point->caller);
	if (ret || !where)
		return ret;
	if (!strcmp(where, "return")) {
		point->where = BRG_AMPLIFIER_RETURN;
		return 0;
	}
	if (!strcmp(where, "any")) {
		point->where = BRG_AMPLIFIER_SOMEWHERE;
		return caller ? -EINVAL : 0;
	}
	point->where = BRG_AMPLIFIER_OFFSET;
	ret = caller ? -EINVAL : whole_number(where, UINT32_MAX, &offset);
	if (!ret && !offset)
		ret = -ERANGE;
	if (!ret)
		point->offset_bytes = (uint32_t)offset;
	return ret;
}

static int refuse(int err, const char *text, const char *part)
{
	return brg_fail(err, "\"%s\": %s \"%s\"", text,
			err == -ERANGE ? "out of range:" :
					 "cannot be understood:",
			part);
}

static int parse(const char *text, char *copy,
		 struct brg_amplifier_point *point)
{
	char *what = strrchr(copy, ':'), *rest, *part;
	bool has_wait = false;
	int ret;

	if (!what)
		return brg_fail(-EINVAL,
				"\"%s\": what happens there? FUNCTION:TIME",
				text);
	*what++ = '\0';
	rest = what;
	while ((part = strsep(&rest, ","))) {
		ret = parse_what(part, point, &has_wait);
		if (ret)
			return refuse(ret, text, part);
	}
	if (has_wait != (point->kind == BRG_AMPLIFIER_MEET && point->wait_us))
		return brg_fail(-EINVAL,
				"\"%s\": wait= is for meet=, and is not 0",
				text);
	if (point->kind == BRG_AMPLIFIER_HOLD && !point->wait_us)
		return refuse(-ERANGE, text, "hold=");
	ret = parse_place(copy, point);
	return ret ? refuse(ret, text, copy) : 0;
}

int brg_amplifier_parse(const char *text, struct brg_amplifier_point *point)
{
	struct brg_amplifier_point parsed = {
		.probability = BRG_AMPLIFIER_ALWAYS,
	};
	char *copy = strdup(text);
	int ret;

	if (!copy)
		return brg_fail(-ENOMEM, "no memory");
	ret = parse(text, copy, &parsed);
	free(copy);
	if (!ret)
		*point = parsed;
	return ret;
}
