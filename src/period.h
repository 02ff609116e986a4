/*-------------------------------------------------------------------------
 *
 * period.h
 *	  From a calendar date to the period that a counter belongs to.
 *
 * Proleptic Gregorian calendar, years 1 to 9999; ISO 8601 weeks.
 * Pure: no server, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_PERIOD_H
#define DOCNUM_PERIOD_H

#include "problem.h"

typedef enum PeriodKind
{
	PERIOD_NONE,
	PERIOD_YEARLY,
	PERIOD_QUARTERLY,
	PERIOD_MONTHLY,
	PERIOD_WEEKLY,
	PERIOD_DAILY
} PeriodKind;

/* Everything that a format or a canonical scope can show of one date. */
typedef struct PeriodFields
{
	int			year;			/* 1 to 9999 */
	int			month;			/* 1 to 12 */
	int			day;			/* 1 to 31 */
	int			quarter;		/* 1 to 4, of the calendar year */
	int			iso_year;		/* 1 to 9999: the year of the ISO week */
	int			iso_week;		/* 1 to 53 */
	int			fiscal_year;	/* calendar year in which the fiscal year
								 * starts, 0 to 9999 */
	int			fiscal_year_end;	/* calendar year in which it ends, 1 to
									 * 10000 */
} PeriodFields;

#define PERIOD_TEXT_SIZE 16		/* longest canonical text and its terminator */

/* Name of a period in a type's scope (YEARLY, ...), or NULL for PERIOD_NONE. */
extern const char *period_name(PeriodKind kind);

/* The period of that name, or PERIOD_NONE if the name is none. */
extern PeriodKind period_from_name(const char *name, size_t bytes);

/* Is it a date that docnum accepts: real, 0001-01-01 to 9999-12-31? */
extern bool period_date_is_valid(int year, int month, int day);

/* Fills the fields of a valid date; fiscal_year_start is a month, 1 to 12. */
extern void period_fields(int year, int month, int day, int fiscal_year_start,
						  PeriodFields *fields);

/*
 * Writes the canonical text of the period: 2026, FY2026 (when YEARLY has a
 * fiscal_year_start other than 1), 2026-Q4, 2026-11, 2026-W48, 2026-11-24.
 * Returns its length; PERIOD_NONE gives the empty text.
 */
extern size_t period_text(PeriodKind kind, const PeriodFields *fields,
						  int fiscal_year_start, char text[PERIOD_TEXT_SIZE]);

#endif							/* DOCNUM_PERIOD_H */
