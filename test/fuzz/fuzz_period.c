/*
 * Fuzz target: from a date to its periods.
 *
 * Compared with the calendar of the C library (timegm, strftime), over dates
 * of years 0 to 10000; fiscal years by shifting the date back by months.
 */
#define _DEFAULT_SOURCE

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"

/*
 * The date as the C library has it; what is no date becomes another one.
 */
static struct tm
library_date(int year, int month, int day)
{
	struct tm	date;
	time_t		seconds;

	memset(&date, 0, sizeof(date));
	date.tm_year = year - 1900;
	date.tm_mon = month - 1;
	date.tm_mday = day;
	seconds = timegm(&date);
	gmtime_r(&seconds, &date);
	return date;
}

/*
 * Compares a canonical text with what it should be.
 */
static void
check_text(PeriodKind kind, const PeriodFields *fields, int start, const char *expected)
{
	char		text[PERIOD_TEXT_SIZE];

	FUZZ_CHECK(period_text(kind, fields, start, text) == strlen(text));
	FUZZ_CHECK(strcmp(text, expected) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput	input;
	int64_t		numbers[4] = {0, 0, 0, 1};
	int			year,
				month,
				day,
				start,
				i;
	struct tm	date;
	PeriodFields fields;
	char		expected[64];
	bool		real;

	fuzz_begin(&input, data, size);
	fuzz_numbers(&input, numbers, 4);
	for (i = 0; i < 3; i++)
	{
		if (numbers[i] > INT_MAX)
			return 0;
	}
	year = (int) numbers[0];
	month = (int) numbers[1];
	day = (int) numbers[2];
	start = 1 + (int) ((numbers[3] + 11) % 12);

	if (year > 10000 || month > 1000 || day > 1000)
	{
		FUZZ_CHECK(!period_date_is_valid(year, month, day));
		FUZZ_CHECK(!period_date_is_valid(-year, -month, -day));
		return 0;
	}
	date = library_date(year, month, day);
	real = date.tm_year + 1900 == year && date.tm_mon + 1 == month && date.tm_mday == day;
	FUZZ_CHECK(period_date_is_valid(year, month, day) == (real && year >= 1 && year <= 9999));
	if (!period_date_is_valid(year, month, day))
		return 0;
	fuzz_reached();

	period_fields(year, month, day, start, &fields);
	FUZZ_CHECK(fields.year == year && fields.month == month && fields.day == day);
	FUZZ_CHECK(fields.quarter == date.tm_mon / 3 + 1);

	snprintf(expected, sizeof(expected), "%04d", year);
	check_text(PERIOD_YEARLY, &fields, 1, expected);
	snprintf(expected, sizeof(expected), "%04d-Q%d", year, date.tm_mon / 3 + 1);
	check_text(PERIOD_QUARTERLY, &fields, start, expected);
	snprintf(expected, sizeof(expected), "%04d-%02d", year, month);
	check_text(PERIOD_MONTHLY, &fields, start, expected);
	snprintf(expected, sizeof(expected), "%04d-%02d-%02d", year, month, day);
	check_text(PERIOD_DAILY, &fields, start, expected);
	check_text(PERIOD_NONE, &fields, start, "");

	/* %G is as wide as the year is: four digits are made of it here */
	strftime(expected, sizeof(expected), "%G", &date);
	sscanf(expected, "%d", &i);
	FUZZ_CHECK(fields.iso_year == i);
	snprintf(expected, sizeof(expected), "%04d", i);
	strftime(expected + 4, sizeof(expected) - 4, "-W%V", &date);
	check_text(PERIOD_WEEKLY, &fields, start, expected);
	FUZZ_CHECK(fields.iso_week >= 1 && fields.iso_week <= 53);

	/* the first day of the month, moved back to where the fiscal year is one */
	date = library_date(year, month - (start - 1), 1);
	FUZZ_CHECK(fields.fiscal_year == date.tm_year + 1900);
	date = library_date(year, month - (start - 1) + (start == 1 ? 0 : 12), 1);
	FUZZ_CHECK(fields.fiscal_year_end == date.tm_year + 1900);
	snprintf(expected, sizeof(expected), start == 1 ? "%04d" : "FY%04d", fields.fiscal_year);
	check_text(PERIOD_YEARLY, &fields, start, expected);
	return 0;
}
