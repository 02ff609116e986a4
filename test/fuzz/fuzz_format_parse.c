/*
 * Fuzz target: parsing a number.
 *
 * Whatever the text, it is accepted or refused with a reason, and nothing is
 * read beyond its end.  What was accepted renders to the same text again, and
 * its values are ones that a caller may give.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/*
 * Checks the values that were parsed.
 */
static void
check_values(const FuzzFormat *sample, const FormatParsed *parsed)
{
	ScopeValue	values[SCOPE_MAX_DIMENSIONS];
	Problem		problem;
	int			i;

	for (i = 0; i < sample->scope.ndimensions; i++)
	{
		values[i] = parsed->dimension[i];
		if (values[i].bytes > 0)
			FUZZ_CHECK(scope_value_check(sample->scope.name[i], &values[i], sample->context.utf8,
										 &problem));
		else
		{
			/* what is not shown can be anything */
			values[i].text = "hidden";
			values[i].bytes = 6;
		}
	}
	FUZZ_CHECK(format_check_values(&sample->format, &sample->scope, values, &problem));
	FUZZ_CHECK(parsed->sequence >= 1 && parsed->sequence <= FORMAT_VALUE_MAX);
}

/*
 * Renders what was parsed, as it stands, and compares.
 */
static void
check_text(const FuzzFormat *sample, const FormatParsed *parsed, const char *text, size_t bytes)
{
	char	   *again = malloc(FORMAT_TEXT_SIZE);
	FormatValues values;

	memcpy(values.dimension, parsed->dimension, sizeof(values.dimension));
	values.date.year = parsed->year;
	values.date.month = parsed->month;
	values.date.day = parsed->day;
	values.date.quarter = parsed->quarter;
	values.date.iso_year = parsed->iso_year;
	values.date.iso_week = parsed->iso_week;
	values.date.fiscal_year = parsed->fiscal_year;
	values.date.fiscal_year_end = parsed->fiscal_year_end;
	values.sequence = parsed->sequence;
	FUZZ_CHECK(format_render(&sample->format, &values, again, FORMAT_TEXT_SIZE) == bytes);
	FUZZ_CHECK(memcmp(again, text, bytes) == 0);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput	input;
	FuzzFormat	sample;
	FormatParsed parsed;
	Problem		problem;
	char	   *text;

	fuzz_begin(&input, data, size);
	if (!fuzz_format(&input, &sample))
		return 0;
	text = fuzz_exact_copy(input.text, input.bytes);
	if (format_parse(&sample.format, text, input.bytes, &parsed, &problem))
	{
		fuzz_reached();
		check_values(&sample, &parsed);
		check_text(&sample, &parsed, text, input.bytes);
	}
	else
		fuzz_check_problem(&problem, sample.context.utf8);
	free(text);
	return 0;
}

/*
 * Changes the format, or else the number: into one that the format renders,
 * which libFuzzer may change again.
 */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	static const char *const texts[] = {"-", "1", "a", "P1-STR", "x/y", "--", "ab", "1-1"};
	FuzzInput	input;
	FuzzFormat	sample;
	FormatValues values;
	char	   *text;
	size_t		start;
	size_t		bytes;
	int			i;

	fuzz_begin(&input, data, size);
	if (seed % 4 == 0 || !fuzz_format(&input, &sample))
		return fuzz_mutate(data, size, most, seed / 4);

	for (i = 0; i < sample.scope.ndimensions; i++)
	{
		values.dimension[i].text = texts[(seed >> 2 * i) % 8];
		values.dimension[i].bytes = strlen(values.dimension[i].text);
	}
	period_fields(1 + (int) (seed % 9999), 1 + (int) (seed / 8 % 12), 1 + (int) (seed / 64 % 28),
				  sample.context.fiscal_year_start, &values.date);
	values.sequence = 1 + seed / 4 % (seed % 8 == 1 ? 1000000 : 10);
	text = malloc(FORMAT_TEXT_SIZE);
	bytes = format_render(&sample.format, &values, text, FORMAT_TEXT_SIZE);

	/* The line of the format may end the input. */
	start = size - input.bytes;
	if (data[start - 1] != '\n' && start < most)
		data[start++] = '\n';
	if (bytes > most - start)
		bytes = most - start;
	memcpy(data + start, text, bytes);
	free(text);
	if (seed % 4 == 1 && bytes > 0)
		bytes = LLVMFuzzerMutate(data + start, bytes, most - start);
	return start + bytes;
}
