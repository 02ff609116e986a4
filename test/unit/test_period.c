/*
 * Unit tests of period.c.
 */
#include "period.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

/*
 * A day of the walk through the calendar.  Week and weekday are carried from
 * day to day, never computed from the date.
 */
typedef struct CalendarDay
{
	int			year;
	int			month;
	int			day;
	int			weekday;		/* 0 is Monday */
	int			iso_year;
	int			iso_week;
} CalendarDay;

/*
 * Goes to the next day.  A week that begins between 29 December and 4 January
 * holds 4 January, hence is the first of its year.
 */
static void
next_day(CalendarDay *at)
{
	int			length = 31;

	if (at->month == 4 || at->month == 6 || at->month == 9 || at->month == 11)
		length = 30;
	if (at->month == 2)
	{
		length = 28;
		if (at->year % 4 == 0)
			length = 29;
		if (at->year % 100 == 0)
			length = 28;
		if (at->year % 400 == 0)
			length = 29;
	}
	at->day++;
	if (at->day > length)
	{
		at->day = 1;
		at->month++;
	}
	if (at->month > 12)
	{
		at->month = 1;
		at->year++;
	}

	at->weekday = (at->weekday + 1) % 7;
	if (at->weekday != 0)
		return;
	at->iso_week++;
	if (at->month == 12 && at->day >= 29)
	{
		at->iso_week = 1;
		at->iso_year = at->year + 1;
	}
	if (at->month == 1 && at->day <= 4)
	{
		at->iso_week = 1;
		at->iso_year = at->year;
	}
}

static void
test_every_day(void)
{
	/* a Monday: the anchors below would tell otherwise */
	CalendarDay at = {1, 1, 1, 0, 1, 1};
	int			days = 0;
	bool		anchors[4] = {false, false, false, false};

	for (; at.year <= 9999; next_day(&at))
	{
		PeriodFields fields;
		char		note[40];
		int			start = days % 12 + 1;
		bool		good;

		days++;
		period_fields(at.year, at.month, at.day, start, &fields);
		good = period_date_is_valid(at.year, at.month, at.day) &&
			fields.year == at.year && fields.month == at.month && fields.day == at.day &&
			fields.iso_year == at.iso_year && fields.iso_week == at.iso_week &&
			fields.quarter == "\1\1\1\2\2\2\3\3\3\4\4\4"[at.month - 1] &&
			fields.fiscal_year == at.year - (at.month < start ? 1 : 0) &&
			fields.fiscal_year_end == fields.fiscal_year + (start == 1 ? 0 : 1);
		if (!good)
		{
			snprintf(note, sizeof(note), "%04d-%02d-%02d", at.year, at.month, at.day);
			CHECK_NOTE(good, note);
		}

		/* weekdays that are known otherwise */
		if (at.year == 1970 && at.month == 1 && at.day == 1)
			anchors[0] = at.weekday == 3;
		if (at.year == 2000 && at.month == 1 && at.day == 1)
			anchors[1] = at.weekday == 5;
		if (at.year == 1582 && at.month == 10 && at.day == 15)
			anchors[2] = at.weekday == 4;
		if (at.year == 9999 && at.month == 12 && at.day == 31)
			anchors[3] = at.weekday == 4 && at.iso_year == 9999 && at.iso_week == 52;
	}
	CHECK_INT(days, 3652059, NULL);
	CHECK(anchors[0] && anchors[1] && anchors[2] && anchors[3]);
}

static void
test_weeks(void)
{
	static const struct
	{
		int			year;
		int			month;
		int			day;
		const char *week;
	}			cases[] = {
		{1, 1, 1, "0001-W01"},
		{1, 1, 7, "0001-W01"},
		{1, 1, 8, "0001-W02"},
		{1976, 12, 31, "1976-W53"},
		{1977, 1, 1, "1976-W53"},
		{1977, 1, 2, "1976-W53"},
		{1977, 1, 3, "1977-W01"},
		{1978, 1, 1, "1977-W52"},
		{1978, 12, 31, "1978-W52"},
		{1979, 12, 31, "1980-W01"},
		{1980, 12, 28, "1980-W52"},
		{1980, 12, 29, "1981-W01"},
		{1981, 12, 31, "1981-W53"},
		{1982, 1, 3, "1981-W53"},
		{2004, 12, 31, "2004-W53"},
		{2005, 1, 2, "2004-W53"},
		{2020, 12, 31, "2020-W53"},
		{2021, 1, 3, "2020-W53"},
		{2021, 1, 4, "2021-W01"},
		{2026, 11, 24, "2026-W48"},
		{2026, 12, 31, "2026-W53"},
		{2027, 1, 3, "2026-W53"},
		{2100, 1, 1, "2099-W53"},
		{9999, 12, 31, "9999-W52"}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		PeriodFields fields;
		char		text[PERIOD_TEXT_SIZE];

		period_fields(cases[i].year, cases[i].month, cases[i].day, 1, &fields);
		period_text(PERIOD_WEEKLY, &fields, 1, text);
		CHECK_TEXT(text, cases[i].week, cases[i].week);
	}
}

static void
test_validity(void)
{
	static const struct
	{
		int			year;
		int			month;
		int			day;
		bool		valid;
	}			cases[] = {
		{1, 1, 1, true},
		{9999, 12, 31, true},
		{0, 12, 31, false},
		{-1, 1, 1, false},
		{10000, 1, 1, false},
		{2026, 0, 1, false},
		{2026, 13, 1, false},
		{2026, -1, 1, false},
		{2026, 1, 0, false},
		{2026, 1, -1, false},
		{2026, 1, 32, false},
		{2026, 4, 31, false},
		{2026, 4, 30, true},
		{2026, 2, 29, false},
		{2024, 2, 29, true},
		{2024, 2, 30, false},
		{1900, 2, 29, false},
		{2000, 2, 29, true},
		{2100, 2, 29, false},
		{INT32_MAX, INT32_MAX, INT32_MAX, false},
		{INT32_MIN, INT32_MIN, INT32_MIN, false}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char		note[64];

		snprintf(note, sizeof(note), "%d-%d-%d", cases[i].year, cases[i].month, cases[i].day);
		CHECK_NOTE(period_date_is_valid(cases[i].year, cases[i].month, cases[i].day) ==
				   cases[i].valid, note);
	}
}

static void
test_texts(void)
{
	static const struct
	{
		PeriodKind	kind;
		int			start;
		int			year;
		int			month;
		int			day;
		const char *text;
	}			cases[] = {
		{PERIOD_NONE, 1, 2026, 11, 24, ""},
		{PERIOD_YEARLY, 1, 2026, 11, 24, "2026"},
		{PERIOD_YEARLY, 4, 2026, 11, 24, "FY2026"},
		{PERIOD_YEARLY, 4, 2026, 3, 31, "FY2025"},
		{PERIOD_YEARLY, 4, 2026, 4, 1, "FY2026"},
		{PERIOD_YEARLY, 12, 2026, 11, 24, "FY2025"},
		{PERIOD_YEARLY, 12, 2026, 12, 1, "FY2026"},
		{PERIOD_YEARLY, 2, 1, 1, 31, "FY0000"},
		{PERIOD_YEARLY, 2, 9999, 12, 31, "FY9999"},
		{PERIOD_YEARLY, 1, 1, 1, 1, "0001"},
		{PERIOD_QUARTERLY, 1, 2026, 11, 24, "2026-Q4"},
		{PERIOD_QUARTERLY, 4, 2026, 3, 31, "2026-Q1"},
		{PERIOD_MONTHLY, 1, 2026, 11, 24, "2026-11"},
		{PERIOD_MONTHLY, 4, 2026, 1, 24, "2026-01"},
		{PERIOD_WEEKLY, 1, 2026, 11, 24, "2026-W48"},
		{PERIOD_DAILY, 1, 2026, 11, 24, "2026-11-24"},
		{PERIOD_DAILY, 7, 987, 6, 5, "0987-06-05"}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		PeriodFields fields;
		char		text[PERIOD_TEXT_SIZE];
		size_t		bytes;

		period_fields(cases[i].year, cases[i].month, cases[i].day, cases[i].start, &fields);
		bytes = period_text(cases[i].kind, &fields, cases[i].start, text);
		CHECK_TEXT(text, cases[i].text, cases[i].text);
		CHECK_INT((int64_t) bytes, (int64_t) strlen(cases[i].text), cases[i].text);
	}
}

static void
test_names(void)
{
	static const char *const names[] = {"YEARLY", "QUARTERLY", "MONTHLY", "WEEKLY", "DAILY"};
	static const char *const others[] = {"", "yearly", "YEARL", "YEARLYX", "NONE", "GLOBAL", "X"};
	size_t		i;

	CHECK(period_name(PERIOD_NONE) == NULL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		PeriodKind	kind = period_from_name(names[i], strlen(names[i]));

		CHECK_INT(kind, (int64_t) i + 1, names[i]);
		CHECK_TEXT(period_name(kind), names[i], names[i]);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK_NOTE(period_from_name(others[i], strlen(others[i])) == PERIOD_NONE, others[i]);
	CHECK(period_from_name("DAILY, PROJECT", 5) == PERIOD_DAILY);
}

const UnitTest period_tests[] = {
	{"period: every day against a walk through the calendar", test_every_day},
	{"period: weeks of ISO 8601", test_weeks},
	{"period: which dates are real", test_validity},
	{"period: canonical texts", test_texts},
	{"period: names", test_names},
	{NULL, NULL}
};
