/*-------------------------------------------------------------------------
 *
 * format_date.c
 *	  Number formats: the tokens of the document date.
 *
 * Each shows one field of a date in a fixed width, so that the table here
 * serves compiling, rendering and parsing alike.  A field with more digits
 * than its token is wide shows its last ones: {YY} of 2026 is 26, and {FYE}
 * of a fiscal year that ends in 10000 is 0000 (no fiscal year ends in 0).
 *
 * Memory: none but the stack.
 *
 *-------------------------------------------------------------------------
 */
#include "format.h"

#include "format_internal.h"

/* indexed by kind, from FORMAT_FIRST_DATE */
static const FormatDateToken date_tokens[] = {
	{"YYYY", 4, 1, 9999, offsetof(PeriodFields, year)},
	{"YY", 2, 0, 99, offsetof(PeriodFields, year)},
	{"MM", 2, 1, 12, offsetof(PeriodFields, month)},
	{"DD", 2, 1, 31, offsetof(PeriodFields, day)},
	{"Q", 1, 1, 4, offsetof(PeriodFields, quarter)},
	{"IYYY", 4, 1, 9999, offsetof(PeriodFields, iso_year)},
	{"IW", 2, 1, 53, offsetof(PeriodFields, iso_week)},
	{"FY", 4, 0, 9999, offsetof(PeriodFields, fiscal_year)},
	{"FY:2", 2, 0, 99, offsetof(PeriodFields, fiscal_year)},
	{"FYE", 4, 0, 9999, offsetof(PeriodFields, fiscal_year_end)},
	{"FYE:2", 2, 0, 99, offsetof(PeriodFields, fiscal_year_end)}
};

static int	candidate_years(const int *shown, int later, int *first, int *last);
static int	nearest_century(int year, int near_year);
static bool year_holds_date(const int *shown, int fiscal_year_start, int year,
							FormatDate *found);
static bool date_is_shown(const int *shown, const PeriodFields *date);

/*
 * Returns the token of a date kind.
 */
const FormatDateToken *
format_date_token(FormatPieceKind kind)
{
	return &date_tokens[kind - FORMAT_FIRST_DATE];
}

/*
 * Returns what the token of a date kind shows of a date: the last digits, as
 * many as the token is wide, of the field.
 */
int
format_date_value(FormatPieceKind kind, const PeriodFields *date)
{
	static const int modulus[] = {1, 10, 100, 1000, 10000};
	const FormatDateToken *token = format_date_token(kind);
	const int  *field = (const int *) ((const char *) date + token->field);

	return *field % modulus[token->width];
}

/*
 * Finds a date that shows exactly this: the first one of the year nearest to
 * near_year that holds one.  Returns false if there is none (or, where the
 * century is not shown, if near_year is so early or late that the only dates
 * lie before 0001 or after 9999).
 *
 * shown has, by kind of token, what its digits say, or FORMAT_NOT_SHOWN.
 */
bool
format_date_find(const int shown[FORMAT_KINDS], int fiscal_year_start, int near_year,
				 FormatDate *date)
{
	static const int nearest[] = {0, 1, -1, 2};
	int			first;
	int			last;
	int			centuries = candidate_years(shown, fiscal_year_start != 1, &first, &last);
	int			century = centuries == 1 ? 0 : nearest_century(first, near_year);
	int			side = first + 100 * century > near_year ? -1 : 1;
	int			i;

	for (i = 0; i < centuries; i++)
	{
		int			shift = 100 * (century + side * nearest[i]);
		int			year;

		for (year = first + shift; year <= last + shift; year++)
		{
			if (year_holds_date(shown, fiscal_year_start, year, date))
				return true;
		}
	}
	return false;
}

/*
 * Finds a date that a parsed number can be of.  Where the number shows only
 * two digits of the year, it is of the century that brings it nearest to
 * near_year; what it does not show of the date is as early as can be.
 *
 * Returns false if the number shows nothing of a date.
 */
bool
format_find_date(const Format *format, const FormatParsed *parsed, int near_year,
				 FormatDate *date)
{
	if (!format->shows_date)
		return false;
	return format_date_find(parsed->shown, format->fiscal_year_start, near_year, date);
}

/*
 * Tells whether a date shows just what a parsed number shows of its date.
 */
bool
format_date_fits(const FormatParsed *parsed, const PeriodFields *date)
{
	int			kind;

	for (kind = FORMAT_FIRST_DATE; kind <= FORMAT_LAST_DATE; kind++)
	{
		if (parsed->shown[kind] != FORMAT_NOT_SHOWN &&
			parsed->shown[kind] != format_date_value((FormatPieceKind) kind, date))
			return false;
	}
	return true;
}

/*
 * Returns by how many centuries a year must be moved to come nearest to
 * another.
 */
static int
nearest_century(int year, int near_year)
{
	int			distance = near_year - year;

	return (distance + (distance < 0 ? -50 : 50)) / 100;
}

/*
 * Finds years, first to last and the same in some centuries after, such that
 * if a date shows exactly this then one of them holds such a date.
 *
 * later is 1 if a fiscal year ends in the year after its first, else 0.  Dates
 * and their weekdays repeat every 400 years, and so does all that two digits
 * of a year can show: then any four centuries in a row stand for all.  If no year is
 * shown, 28 years hold every kind of year after every kind.
 *
 * Returns the number of centuries.  Years may lie outside 1 to 9999.
 */
static int
candidate_years(const int *shown, int later, int *first, int *last)
{
	if (shown[FORMAT_YYYY] != FORMAT_NOT_SHOWN)
	{
		*first = *last = shown[FORMAT_YYYY];
		return 1;
	}
	if (shown[FORMAT_FY] != FORMAT_NOT_SHOWN)
	{
		*first = shown[FORMAT_FY];
		*last = *first + later;
		return 1;
	}
	if (shown[FORMAT_FYE] != FORMAT_NOT_SHOWN)
	{
		*last = shown[FORMAT_FYE] > 0 ? shown[FORMAT_FYE] : 10000;
		*first = *last - later;
		return 1;
	}
	if (shown[FORMAT_IYYY] != FORMAT_NOT_SHOWN)
	{
		*first = shown[FORMAT_IYYY] - 1;
		*last = *first + 2;
		return 1;
	}
	if (shown[FORMAT_YY] != FORMAT_NOT_SHOWN)
	{
		*first = *last = 2000 + shown[FORMAT_YY];
		return 4;
	}
	if (shown[FORMAT_FY2] != FORMAT_NOT_SHOWN)
	{
		*first = 2000 + shown[FORMAT_FY2];
		*last = *first + later;
		return 4;
	}
	if (shown[FORMAT_FYE2] != FORMAT_NOT_SHOWN)
	{
		*last = 2000 + shown[FORMAT_FYE2];
		*first = *last - later;
		return 4;
	}
	*first = 2000;
	*last = 2027;
	return 1;
}

/*
 * Does the year hold a date that shows exactly this?  found is the first such.
 *
 * Where the day is not shown, some days stand for their month: the first one,
 * and if weeks are shown some more, such that every week that has a day in
 * the month has one of these.
 */
static bool
year_holds_date(const int *shown, int fiscal_year_start, int year, FormatDate *found)
{
	static const int days[] = {1, 8, 15, 22, 28, 29, 30, 31};
	bool		weeks = shown[FORMAT_IW] != FORMAT_NOT_SHOWN ||
	shown[FORMAT_IYYY] != FORMAT_NOT_SHOWN;
	const int  *day = days;
	int			ndays = weeks ? (int) (sizeof(days) / sizeof(days[0])) : 1;
	int			month = 1;
	int			last_month = 12;

	if (shown[FORMAT_DD] != FORMAT_NOT_SHOWN)
	{
		day = &shown[FORMAT_DD];
		ndays = 1;
	}
	if (shown[FORMAT_MM] != FORMAT_NOT_SHOWN)
		month = last_month = shown[FORMAT_MM];

	for (; month <= last_month; month++)
	{
		int			i;

		for (i = 0; i < ndays; i++)
		{
			PeriodFields date;

			if (!period_date_is_valid(year, month, day[i]))
				continue;
			period_fields(year, month, day[i], fiscal_year_start, &date);
			if (date_is_shown(shown, &date))
			{
				found->year = year;
				found->month = month;
				found->day = day[i];
				return true;
			}
		}
	}
	return false;
}

/*
 * Does the date show exactly this?
 */
static bool
date_is_shown(const int *shown, const PeriodFields *date)
{
	int			kind;

	for (kind = FORMAT_FIRST_DATE; kind <= FORMAT_LAST_DATE; kind++)
	{
		if (shown[kind] != FORMAT_NOT_SHOWN &&
			shown[kind] != format_date_value((FormatPieceKind) kind, date))
			return false;
	}
	return true;
}
