/*
 * Fuzz target: a number that is rendered is parsed back to what made it.
 *
 * Whatever the format, and whatever values a caller may give.  A buffer that
 * is too small holds the beginning of the text and no byte more.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/*
 * Reads a date, the sequence and a size in one line, and then a value for each
 * dimension.  False if a caller must not give them.
 */
static bool
read_values(FuzzInput *input, const FuzzFormat *sample, FormatValues *values,
			char buffers[][SCOPE_VALUE_BYTES + 64], size_t *small)
{
	int64_t		numbers[5] = {2026, 11, 24, 1, 1};
	Problem		problem;
	int			i;

	fuzz_numbers(input, numbers, 5);
	for (i = 0; i < 3; i++)
	{
		if (numbers[i] > 100000)
			return false;
	}
	if (!period_date_is_valid((int) numbers[0], (int) numbers[1], (int) numbers[2]) ||
		numbers[3] < 1)
		return false;
	period_fields((int) numbers[0], (int) numbers[1], (int) numbers[2],
				  sample->context.fiscal_year_start, &values->date);
	values->sequence = numbers[3];
	*small = 1 + (size_t) (numbers[4] % FORMAT_TEXT_SIZE);

	for (i = 0; i < sample->scope.ndimensions; i++)
	{
		values->dimension[i].bytes = fuzz_line(input, buffers[i], sizeof(buffers[i]));
		values->dimension[i].text = buffers[i];
		if (!scope_value_check(sample->scope.name[i], &values->dimension[i],
							   sample->context.utf8, &problem))
		{
			fuzz_check_problem(&problem, sample->context.utf8);
			return false;
		}
	}
	if (!format_check_values(&sample->format, &sample->scope, values->dimension, &problem))
	{
		fuzz_check_problem(&problem, sample->context.utf8);
		return false;
	}
	return true;
}

/*
 * Is a year, if it is shown, that of the values?
 */
static bool
year_agrees(bool shown, bool two_digits, int parsed, int year)
{
	return !shown || parsed == (two_digits ? year % 100 : year);
}

/*
 * Checks that what was parsed is what was rendered.
 */
static void
check_parsed(const FuzzFormat *sample, const FormatParsed *parsed, const FormatValues *values)
{
	const PeriodFields *date = &values->date;
	int			shown = 0;
	int			i;

	for (i = 0; i < sample->scope.ndimensions; i++)
	{
		const ScopeValue *part = &parsed->dimension[i];

		if (part->bytes == 0)
			continue;
		shown++;
		FUZZ_CHECK(part->bytes == values->dimension[i].bytes &&
				   memcmp(part->text, values->dimension[i].text, part->bytes) == 0);
	}
	FUZZ_CHECK(shown == sample->format.ntext);
	FUZZ_CHECK(parsed->sequence == values->sequence);
	FUZZ_CHECK(year_agrees(parsed->has_year, parsed->year_two_digits, parsed->year, date->year));
	FUZZ_CHECK(year_agrees(parsed->has_iso_year, false, parsed->iso_year, date->iso_year));
	FUZZ_CHECK(year_agrees(parsed->has_fiscal_year, parsed->fiscal_two_digits,
						   parsed->fiscal_year, date->fiscal_year));
	FUZZ_CHECK(year_agrees(parsed->has_fiscal_year_end, parsed->fiscal_end_two_digits,
						   parsed->fiscal_year_end, date->fiscal_year_end));
	FUZZ_CHECK(parsed->month == 0 || parsed->month == date->month);
	FUZZ_CHECK(parsed->day == 0 || parsed->day == date->day);
	FUZZ_CHECK(parsed->quarter == 0 || parsed->quarter == date->quarter);
	FUZZ_CHECK(parsed->iso_week == 0 || parsed->iso_week == date->iso_week);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput	input;
	FuzzFormat	sample;
	FormatValues values;
	FormatParsed parsed;
	Problem		problem;
	char		buffers[SCOPE_MAX_DIMENSIONS][SCOPE_VALUE_BYTES + 64];
	char	   *text;
	char	   *exact;
	size_t		small;
	size_t		bytes;

	fuzz_begin(&input, data, size);
	if (!fuzz_format(&input, &sample) ||
		!read_values(&input, &sample, &values, buffers, &small))
		return 0;
	fuzz_reached();

	text = malloc(FORMAT_TEXT_SIZE);
	bytes = format_render(&sample.format, &values, text, FORMAT_TEXT_SIZE);
	exact = fuzz_exact_copy(text, bytes);
	FUZZ_CHECK(format_parse(&sample.format, exact, bytes, &parsed, &problem));
	check_parsed(&sample, &parsed, &values);
	free(exact);

	exact = malloc(small);
	FUZZ_CHECK(format_render(&sample.format, &values, exact, small) ==
			   (bytes < small ? bytes : small - 1));
	free(exact);
	free(text);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	return fuzz_mutate(data, size, most, seed);
}
