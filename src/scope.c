/*-------------------------------------------------------------------------
 *
 * scope.c
 *	  A type's scope (its dimensions), and the canonical text of one scope.
 *
 * Invariant: two different tuples of values and periods never have the same
 * canonical text, since a value's own separators are escaped.
 *
 * Memory: writes into the caller's buffers, nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "scope.h"

#include <stdio.h>
#include <string.h>

#include "printable.h"

#define SEPARATOR	'/'
#define ESCAPE		'\\'

/* names of tokens in formats, without their arguments */
static const char *const reserved_names[] = {
	"TYPE", "SCOPE", "SEQ", "CHECK", "YYYY", "YY", "MM", "DD", "Q", "IYYY",
	"IW", "FY", "FYE"
};

/* columns that docnum_import reads beside those of the dimensions */
static const char *const column_names[] = {
	"DOCUMENT_NUMBER", "DOCUMENT_DATE", "CREATED_AT", "METADATA", "ROW_NUMBER"
};

static bool is_column(const char *name, size_t bytes);
static bool add_name(ScopeSpec *spec, const char *name, size_t bytes, Problem *problem);
static bool add_period(ScopeSpec *spec, PeriodKind period, Problem *problem);
static bool add_dimension(ScopeSpec *spec, const char *name, size_t bytes, Problem *problem);
static bool name_is_sound(const char *name, size_t bytes);
static bool is_word(const char *name, size_t bytes, const char *word);
static bool is_blank(char c);
static size_t append(char *text, size_t size, size_t at, const char *more);
static size_t put_separator(char *text, size_t at);
static size_t put_escaped(char *text, size_t at, const ScopeValue *value);

/*
 * Reads a type's scope from a terminated text.
 *
 * Returns false, with the problem filled, if it is no scope; the spec's
 * content is then of no use.
 */
bool
scope_parse(const char *text, ScopeSpec *spec, Problem *problem)
{
	const char *name = text;
	bool		is_global = false;
	int			names = 0;

	memset(spec, 0, sizeof(*spec));
	for (;;)
	{
		const char *next = name + strcspn(name, ",");
		const char *end = next;

		while (name < end && is_blank(name[0]))
			name++;
		while (name < end && is_blank(end[-1]))
			end--;
		if (is_word(name, (size_t) (end - name), "GLOBAL"))
			is_global = true;
		else if (!add_name(spec, name, (size_t) (end - name), problem))
			return false;
		names++;
		if (next[0] == '\0')
			break;
		name = next + 1;
	}
	if (is_global && names > 1)
	{
		problem_set(problem, "scope GLOBAL stands alone");
		problem_detail(problem, "GLOBAL means one counter for the whole type.");
		return problem_hint(problem, "Remove GLOBAL, or the other names.");
	}
	return true;
}

/*
 * Is it a name that format tokens use, so that no dimension may bear it?
 */
bool
scope_name_is_reserved(const char *name, size_t bytes)
{
	size_t		i;

	for (i = 0; i < sizeof(reserved_names) / sizeof(reserved_names[0]); i++)
	{
		if (is_word(name, bytes, reserved_names[i]))
			return true;
	}
	return false;
}

/*
 * Is it a column of an import, which reads a dimension's values from the
 * column of its name?
 */
static bool
is_column(const char *name, size_t bytes)
{
	size_t		i;

	for (i = 0; i < sizeof(column_names) / sizeof(column_names[0]); i++)
	{
		if (is_word(name, bytes, column_names[i]))
			return true;
	}
	return false;
}

/*
 * Writes the scope as it is stored, "PROJECT, DISCIPLINE, YEARLY", terminated.
 *
 * SCOPE_SPEC_TEXT_SIZE bytes are enough for every scope; a smaller size cuts
 * the text.  Returns the length written.
 */
size_t
scope_spec_text(const ScopeSpec *spec, char *text, size_t size)
{
	size_t		at = 0;
	int			i;

	text[0] = '\0';
	for (i = 0; i <= spec->ndimensions; i++)
	{
		if (spec->period != PERIOD_NONE && i == spec->period_position)
		{
			at = append(text, size, at, at > 0 ? ", " : "");
			at = append(text, size, at, period_name(spec->period));
		}
		if (i < spec->ndimensions)
		{
			at = append(text, size, at, at > 0 ? ", " : "");
			at = append(text, size, at, spec->name[i]);
		}
	}
	if (at == 0)
		at = append(text, size, at, "GLOBAL");
	return at;
}

/*
 * Checks one value of a dimension: 1 to SCOPE_VALUE_LIMIT characters,
 * printable, no outer white space.
 *
 * name is the dimension's name.  Returns false with the problem filled if the
 * value may not be used.
 */
bool
scope_value_check(const char *name, const ScopeValue *value, bool utf8,
				  Problem *problem)
{
	char		what[SCOPE_NAME_LIMIT + 16];
	size_t		length;

	snprintf(what, sizeof(what), "value of %.*s", SCOPE_NAME_LIMIT, name);
	if (value->bytes == 0)
	{
		problem_set(problem, "%s is empty", what);
		return problem_hint(problem, "A scope value has 1 to %d characters.",
							SCOPE_VALUE_LIMIT);
	}
	length = printable_length(value->text, value->bytes, utf8);
	if (length > SCOPE_VALUE_LIMIT)
	{
		problem_set(problem, "%s is too long", what);
		problem_detail(problem, "It has %zu characters.", length);
		return problem_hint(problem, "A scope value has 1 to %d characters.",
							SCOPE_VALUE_LIMIT);
	}
	if (!printable_check(value->text, value->bytes, utf8, what, problem))
		return false;
	if (printable_has_outer_space(value->text, value->bytes, utf8))
	{
		problem_set(problem, "%s begins or ends with white space", what);
		return problem_hint(problem, "Trim the value.");
	}
	return true;
}

/*
 * Writes the canonical text of the scope with these values and this period,
 * terminated.
 *
 * The values must have passed scope_value_check; there is one for each
 * dimension, in the order of spec->name.  Returns the length, 0 for GLOBAL.
 */
size_t
scope_canonical(const ScopeSpec *spec, const ScopeValue *values,
				const PeriodFields *fields, int fiscal_year_start,
				char text[SCOPE_TEXT_SIZE])
{
	size_t		at = 0;
	int			i;

	for (i = 0; i <= spec->ndimensions; i++)
	{
		if (spec->period != PERIOD_NONE && i == spec->period_position)
		{
			at = put_separator(text, at);
			at += period_text(spec->period, fields, fiscal_year_start, text + at);
		}
		if (i < spec->ndimensions)
		{
			at = put_separator(text, at);
			at = put_escaped(text, at, &values[i]);
		}
	}
	text[at] = '\0';
	return at;
}

/*
 * Reads the values of the dimensions back from a canonical text; they are
 * written into buffer, unescaped, and point there.
 *
 * Returns false if the text has not as many parts as the spec, none empty.
 */
bool
scope_values_of(const ScopeSpec *spec, const char *text, ScopeValue *values,
				char buffer[SCOPE_TEXT_SIZE])
{
	int			parts = spec->ndimensions + (spec->period != PERIOD_NONE);
	int			dimension = 0;
	int			part;
	char	   *to = buffer;

	for (part = 0; part < parts; part++)
	{
		char	   *start = to;

		while (*text != '\0' && *text != SEPARATOR)
		{
			if (*text == ESCAPE && text[1] != '\0')
				text++;
			*to++ = *text++;
		}
		if (to == start)
			return false;
		if (*text == SEPARATOR && part < parts - 1)
			text++;
		if (spec->period != PERIOD_NONE && part == spec->period_position)
			continue;
		values[dimension].text = start;
		values[dimension].bytes = (size_t) (to - start);
		dimension++;
	}
	return *text == '\0';
}

/*
 * Adds one name, trimmed, to the spec: a period or a dimension.
 */
static bool
add_name(ScopeSpec *spec, const char *name, size_t bytes, Problem *problem)
{
	PeriodKind	period = period_from_name(name, bytes);

	if (bytes == 0)
	{
		problem_set(problem, "scope has an empty name");
		return problem_hint(problem, "A scope is GLOBAL, or names separated by commas, "
							"such as PROJECT, YEARLY.");
	}
	if (period != PERIOD_NONE)
		return add_period(spec, period, problem);
	return add_dimension(spec, name, bytes, problem);
}

/*
 * Makes the spec's period the given one; refuses a second period.
 */
static bool
add_period(ScopeSpec *spec, PeriodKind period, Problem *problem)
{
	if (spec->period != PERIOD_NONE)
	{
		problem_set(problem, "scope has two periods");
		problem_detail(problem, "They are %s and %s.", period_name(spec->period),
					   period_name(period));
		return problem_hint(problem, "Keep the one after which numbers begin anew.");
	}
	spec->period = period;
	spec->period_position = spec->ndimensions;
	return true;
}

/*
 * Adds a dimension to the spec; refuses a name that is unsound, reserved or
 * there already, and one too many.
 */
static bool
add_dimension(ScopeSpec *spec, const char *name, size_t bytes, Problem *problem)
{
	int			i;

	if (!name_is_sound(name, bytes))
	{
		problem_set(problem, "invalid dimension name \"%.*s\"", (int) bytes, name);
		return problem_hint(problem, "A name has up to %d upper-case letters, digits and "
							"underscores, and begins with a letter.", SCOPE_NAME_LIMIT);
	}
	if (scope_name_is_reserved(name, bytes))
	{
		problem_set(problem, "dimension name \"%.*s\" is reserved", (int) bytes, name);
		problem_detail(problem, "It is the name of a format token.");
		return problem_hint(problem, "Choose another name; a date is a dimension as YEARLY, "
							"QUARTERLY, MONTHLY, WEEKLY or DAILY.");
	}
	if (is_column(name, bytes))
	{
		problem_set(problem, "dimension name \"%.*s\" is reserved", (int) bytes, name);
		problem_detail(problem, "It is the name of a column that docnum_import reads.");
		return problem_hint(problem, "Choose another name.");
	}
	for (i = 0; i < spec->ndimensions; i++)
	{
		if (is_word(name, bytes, spec->name[i]))
			return problem_set(problem, "scope has dimension \"%.*s\" twice", (int) bytes, name);
	}
	if (spec->ndimensions == SCOPE_MAX_DIMENSIONS)
		return problem_set(problem, "scope has more than %d dimensions besides the period",
						   SCOPE_MAX_DIMENSIONS);
	memcpy(spec->name[spec->ndimensions], name, bytes);
	spec->name[spec->ndimensions][bytes] = '\0';
	spec->ndimensions++;
	return true;
}

/*
 * Has a name, which is not empty, the shape of a dimension's name?
 */
static bool
name_is_sound(const char *name, size_t bytes)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t		i;

	if (bytes > SCOPE_NAME_LIMIT || memchr(letters, name[0], 26) == NULL)
		return false;
	for (i = 1; i < bytes; i++)
	{
		if (memchr(letters, name[i], 26) == NULL && name[i] != '_' &&
			(name[i] < '0' || name[i] > '9'))
			return false;
	}
	return true;
}

/*
 * Is the name, of that many bytes, this word?
 */
static bool
is_word(const char *name, size_t bytes, const char *word)
{
	return strlen(word) == bytes && memcmp(word, name, bytes) == 0;
}

/*
 * May the character stand around a comma?
 */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Appends a terminated text at an offset, cut to the buffer's size; returns
 * the offset after it.
 */
static size_t
append(char *text, size_t size, size_t at, const char *more)
{
	while (at + 1 < size && *more != '\0')
		text[at++] = *more++;
	text[at] = '\0';
	return at;
}

/*
 * Puts a separator at an offset unless it is the text's beginning; returns
 * the offset after it.
 */
static size_t
put_separator(char *text, size_t at)
{
	if (at > 0)
		text[at++] = SEPARATOR;
	return at;
}

/*
 * Puts a value at an offset, its separators and escapes escaped; returns the
 * offset after it.
 */
static size_t
put_escaped(char *text, size_t at, const ScopeValue *value)
{
	size_t		i;

	for (i = 0; i < value->bytes; i++)
	{
		if (value->text[i] == SEPARATOR || value->text[i] == ESCAPE)
			text[at++] = ESCAPE;
		text[at++] = value->text[i];
	}
	return at;
}
