/*
 * Fuzz target: scope values and the canonical text.
 *
 * Whatever the values, they are accepted or refused with a reason.  The
 * canonical text can be taken apart into the values and the period again: so
 * no two scopes have the same.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "printable.h"

/*
 * Reads the next part of a canonical text, up to a separator that is not
 * escaped, without its escapes.  Returns its length.
 */
static size_t
next_part(const char **at, char *part, size_t size)
{
	size_t		bytes = 0;

	while (**at != '\0' && **at != '/')
	{
		if (**at == '\\')
			(*at)++;
		FUZZ_CHECK(**at != '\0' && bytes < size);
		part[bytes++] = *(*at)++;
	}
	if (**at == '/')
		(*at)++;
	return bytes;
}

/*
 * Takes a canonical text apart and compares.
 */
static void
check_parts(const ScopeSpec *spec, const ScopeValue *values, const char *period,
			const char *text)
{
	char		part[SCOPE_VALUE_BYTES];
	const char *at = text;
	size_t		bytes;
	int			i;

	for (i = 0; i <= spec->ndimensions; i++)
	{
		if (spec->period != PERIOD_NONE && i == spec->period_position)
		{
			bytes = next_part(&at, part, sizeof(part));
			FUZZ_CHECK(bytes == strlen(period) && memcmp(part, period, bytes) == 0);
		}
		if (i < spec->ndimensions)
		{
			bytes = next_part(&at, part, sizeof(part));
			FUZZ_CHECK(bytes == values[i].bytes && memcmp(part, values[i].text, bytes) == 0);
		}
	}
	FUZZ_CHECK(*at == '\0');
}

/*
 * Checks what an accepted value promises.
 */
static void
check_value(const ScopeValue *value, bool utf8)
{
	size_t		length = printable_length(value->text, value->bytes, utf8);

	FUZZ_CHECK(length >= 1 && length <= SCOPE_VALUE_LIMIT);
	FUZZ_CHECK(value->bytes <= SCOPE_VALUE_BYTES);
	FUZZ_CHECK(memchr(value->text, '\n', value->bytes) == NULL);
	FUZZ_CHECK(memchr(value->text, '\0', value->bytes) == NULL);
	FUZZ_CHECK(value->text[0] != ' ' && value->text[value->bytes - 1] != ' ');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput	input;
	char		scope_text[512];
	int64_t		numbers[5] = {2026, 11, 24, 1, 1};
	ScopeSpec	spec;
	ScopeValue	values[SCOPE_MAX_DIMENSIONS];
	PeriodFields fields;
	Problem		problem;
	char		period[PERIOD_TEXT_SIZE];
	char	   *text;
	int			start;
	size_t		bytes;
	int			i;

	fuzz_begin(&input, data, size);
	fuzz_line(&input, scope_text, sizeof(scope_text));
	fuzz_numbers(&input, numbers, 5);
	if (!scope_parse(scope_text, &spec, &problem) || numbers[0] > 9999 || numbers[1] > 12 ||
		numbers[2] > 31 ||
		!period_date_is_valid((int) numbers[0], (int) numbers[1], (int) numbers[2]))
		return 0;
	start = 1 + (int) ((numbers[3] + 11) % 12);

	/* the last value is all that is left, zero bytes and line ends too */
	for (i = 0; i < spec.ndimensions; i++)
	{
		const char *end = i + 1 < spec.ndimensions && input.bytes > 0 ?
		memchr(input.text, '\n', input.bytes) : NULL;

		values[i].text = input.text;
		values[i].bytes = end ? (size_t) (end - input.text) : input.bytes;
		input.bytes -= values[i].bytes + (end != NULL);
		input.text += values[i].bytes + (end != NULL);
		if (!scope_value_check(spec.name[i], &values[i], numbers[4] != 0, &problem))
		{
			fuzz_check_problem(&problem, true);
			return 0;
		}
		check_value(&values[i], numbers[4] != 0);
	}
	fuzz_reached();

	text = malloc(SCOPE_TEXT_SIZE);
	period_fields((int) numbers[0], (int) numbers[1], (int) numbers[2], start, &fields);
	FUZZ_CHECK(period_text(spec.period, &fields, start, period) == strlen(period));
	bytes = scope_canonical(&spec, values, &fields, start, text);
	FUZZ_CHECK(bytes == strlen(text) && bytes < SCOPE_TEXT_SIZE);
	check_parts(&spec, values, period, text);
	free(text);
	return 0;
}
