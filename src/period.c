/*-------------------------------------------------------------------------
 *
 * period.c
 *	  From a calendar date to the period that a counter belongs to.
 *
 * Days are counted from 0001-01-01, a Monday of the proleptic Gregorian
 * calendar.  Weeks are those of ISO 8601: they begin on Monday and belong to
 * the year that holds their Thursday.  Therefore 0001-01-01 opens week 1 of
 * year 1, and 9999-12-31, a Friday, lies in week 52 of 9999: every ISO year
 * is within 1 to 9999, as every calendar year is.  A fiscal year bears the
 * calendar years in which it starts and ends, which can be 0 and 10000.
 *
 * Invariant: two dates of one period have the same canonical text, two
 * periods of one kind never.
 *
 * Memory: none but the stack.
 *
 *-------------------------------------------------------------------------
 */
#include "period.h"

#include <stdio.h>
#include <string.h>

#define YEAR_MIN 1
#define YEAR_MAX 9999

/* indexed by PeriodKind */
static const char *const period_names[] = {
	NULL, "YEARLY", "QUARTERLY", "MONTHLY", "WEEKLY", "DAILY"
};

static bool is_leap(int year);
static int	days_in_month(int year, int month);
static int	day_of_year(int year, int month, int day);
static void set_iso_week(int year, int month, int day, PeriodFields *fields);

/*
 * Returns the name of a period in a type's scope; NULL for PERIOD_NONE.
 */
const char *
period_name(PeriodKind kind)
{
	return period_names[kind];
}

/*
 * Returns the period of that name (bytes long), PERIOD_NONE if there is none.
 */
PeriodKind
period_from_name(const char *name, size_t bytes)
{
	int			kind;

	for (kind = PERIOD_YEARLY; kind <= PERIOD_DAILY; kind++)
	{
		if (strlen(period_names[kind]) == bytes &&
			memcmp(period_names[kind], name, bytes) == 0)
			return (PeriodKind) kind;
	}
	return PERIOD_NONE;
}

/*
 * Is it a real date, 0001-01-01 to 9999-12-31?
 */
bool
period_date_is_valid(int year, int month, int day)
{
	return year >= YEAR_MIN && year <= YEAR_MAX &&
		month >= 1 && month <= 12 &&
		day >= 1 && day <= days_in_month(year, month);
}

/*
 * Fills the fields of a valid date.
 *
 * fiscal_year_start is the month, 1 to 12, in which fiscal years start; with
 * 1 the fiscal year is the calendar year.
 */
void
period_fields(int year, int month, int day, int fiscal_year_start,
			  PeriodFields *fields)
{
	fields->year = year;
	fields->month = month;
	fields->day = day;
	fields->quarter = (month + 2) / 3;
	set_iso_week(year, month, day, fields);
	fields->fiscal_year = month >= fiscal_year_start ? year : year - 1;
	fields->fiscal_year_end = fields->fiscal_year + (fiscal_year_start != 1);
}

/*
 * Writes the canonical text of the period that the fields lie in, and
 * returns its length; PERIOD_NONE gives the empty text.
 */
size_t
period_text(PeriodKind kind, const PeriodFields *fields, int fiscal_year_start,
			char text[PERIOD_TEXT_SIZE])
{
	int			bytes = 0;

	text[0] = '\0';
	switch (kind)
	{
		case PERIOD_YEARLY:
			if (fiscal_year_start == 1)
				bytes = snprintf(text, PERIOD_TEXT_SIZE, "%04d", fields->year);
			else
				bytes = snprintf(text, PERIOD_TEXT_SIZE, "FY%04d", fields->fiscal_year);
			break;
		case PERIOD_QUARTERLY:
			bytes = snprintf(text, PERIOD_TEXT_SIZE, "%04d-Q%d", fields->year, fields->quarter);
			break;
		case PERIOD_MONTHLY:
			bytes = snprintf(text, PERIOD_TEXT_SIZE, "%04d-%02d", fields->year, fields->month);
			break;
		case PERIOD_WEEKLY:
			bytes = snprintf(text, PERIOD_TEXT_SIZE, "%04d-W%02d", fields->iso_year,
							 fields->iso_week);
			break;
		case PERIOD_DAILY:
			bytes = snprintf(text, PERIOD_TEXT_SIZE, "%04d-%02d-%02d", fields->year,
							 fields->month, fields->day);
			break;
		default:
			break;
	}
	return (size_t) bytes;
}

/*
 * Has the year a 29 February?
 */
static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/*
 * Returns the number of days of a month, 1 to 12.
 */
static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/*
 * Returns the place of a valid date in its year, 1 to 366.
 */
static int
day_of_year(int year, int month, int day)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

	return before[month - 1] + (month > 2 && is_leap(year)) + day;
}

/*
 * Sets year and number of the ISO week of a valid date: those of the Thursday
 * of that week.
 */
static void
set_iso_week(int year, int month, int day, PeriodFields *fields)
{
	int			ordinal = day_of_year(year, month, day);
	int			years = year - 1;
	int			days = 365 * years + years / 4 - years / 100 + years / 400 + ordinal - 1;
	int			thursday = ordinal + 3 - days % 7;
	int			length = is_leap(year) ? 366 : 365;

	if (thursday < 1)
	{
		year--;
		thursday += is_leap(year) ? 366 : 365;
	}
	else if (thursday > length)
	{
		year++;
		thursday -= length;
	}
	fields->iso_year = year;
	fields->iso_week = (thursday + 6) / 7;
}
