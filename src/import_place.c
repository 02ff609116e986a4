/*-------------------------------------------------------------------------
 *
 * import_place.c
 *	  Where a row of an import belongs: its counter and its value.
 *
 * The number says it, as in target.c; what it does not show comes from the
 * row's other columns, which must not contradict it.  Nothing is taken from
 * today: a number of a register has its own date, or none.
 *
 * Memory: texts in the row's context, scopes in the import's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/datetime.h"

#include "import.h"
#include "printable.h"

/*
 * sentence puts a problem's parts together.
 */
static const char *
sentence(const Problem *problem)
{
	return problem->detail[0] ? problem->detail : pstrdup(problem->message);
}

/*
 * refuse sets verdict and detail; returns false.
 */
static bool
refuse(ImportVerdict as, const char *why, ImportVerdict *verdict, const char **detail)
{
	*verdict = as;
	*detail = pstrdup(why);
	return false;
}

/*
 * matches_in_capitals: would the format give the number if all its letters
 * were capitals?
 */
static bool
matches_in_capitals(const Import *import, const char *number)
{
	FormatParsed parsed;
	Problem		problem;
	char	   *capitals = pstrdup(number);

	for (char *c = capitals; *c != '\0'; c++)
		*c = (char) pg_ascii_toupper((unsigned char) *c);
	return format_parse_any_padding(&import->type.format, capitals, strlen(capitals),
									&parsed, &problem);
}

/*
 * place_scope puts together the values of the dimensions, of the number and of
 * the columns, in values.
 */
static bool
place_scope(const Import *import, const ImportRow *row, const FormatParsed *parsed,
			ScopeValue *values, ImportVerdict *verdict, const char **detail)
{
	const ScopeSpec *spec = &import->type.scope;

	for (int i = 0; i < spec->ndimensions; i++)
	{
		const ScopeValue *shown = &parsed->dimension[i];
		const ScopeValue *given = &row->dimension[i];
		Problem		problem;

		values[i] = shown->bytes > 0 ? *shown : *given;
		if (values[i].bytes == 0)
			return refuse(IMPORT_BAD_SCOPE,
						  psprintf("Neither the number nor the row has a value of %s.", spec->name[i]),
						  verdict, detail);
		if (shown->bytes > 0 && given->bytes > 0 &&
			(shown->bytes != given->bytes || memcmp(shown->text, given->text, shown->bytes) != 0))
			return refuse(IMPORT_BAD_SCOPE,
						  psprintf("The number shows %.*s as %s, the row has %.*s.",
								   (int) shown->bytes, shown->text, spec->name[i],
								   (int) given->bytes, given->text),
						  verdict, detail);
		if (!scope_value_check(spec->name[i], &values[i], import->utf8, &problem))
			return refuse(IMPORT_BAD_SCOPE, psprintf("The %s.", problem.message), verdict, detail);
	}
	return true;
}

/*
 * place_date finds a date of the period that the row belongs to: its own, or
 * one that the number shows.  A date that the number shows whole becomes the
 * row's.
 */
static bool
place_date(const Import *import, ImportRow *row, const FormatParsed *parsed,
		   PeriodFields *fields, ImportVerdict *verdict, const char **detail)
{
	const DocumentType *type = &import->type;
	FormatDate	date;

	if (row->has_date)
	{
		j2date(row->date + POSTGRES_EPOCH_JDATE, &date.year, &date.month, &date.day);
		period_fields(date.year, date.month, date.day, type->fiscal_year_start, fields);
		if (format_date_fits(parsed, fields))
			return true;
		return refuse(IMPORT_BAD_DATE, "The number shows another date than the row has.",
					  verdict, detail);
	}
	if (!format_shows_period(&type->format, type->scope.period))
		return refuse(IMPORT_BAD_DATE, "The number does not show its period, and the row has no date.",
					  verdict, detail);
	if (!format_find_date(&type->format, parsed, import->year, &date))
	{
		memset(fields, 0, sizeof(*fields));
		return true;
	}
	period_fields(date.year, date.month, date.day, type->fiscal_year_start, fields);
	if (parsed->has_year && parsed->month != 0 && parsed->day != 0)
	{
		row->has_date = true;
		row->date = date2j(date.year, date.month, date.day) - POSTGRES_EPOCH_JDATE;
	}
	return true;
}

/*
 * find_counter finds the counter of these values, and remembers its scope.
 */
static int64
find_counter(Import *import, const ScopeValue *values, const PeriodFields *fields)
{
	char		scope[SCOPE_TEXT_SIZE];
	size_t		bytes = scope_canonical(&import->type.scope, values, fields,
										import->type.fiscal_year_start, scope);
	int64		id = counter_get(&import->type, scope, bytes)->id;
	bool		found;
	ImportScope *entry = hash_search(import->scopes, &id, HASH_ENTER, &found);

	if (!found)
	{
		entry->first_value = 1;
		entry->scope = MemoryContextStrdup(import->context, scope);
	}
	return id;
}

/*
 * check_text refuses what no document can bear.
 */
static bool
check_text(const Import *import, const ImportRow *row, ImportVerdict *verdict,
		   const char **detail)
{
	size_t		bytes = row->number ? strlen(row->number) : 0;
	size_t		length;
	Problem		problem;

	if (bytes == 0)
		return refuse(IMPORT_MISMATCH, "There is no number.", verdict, detail);
	if (!printable_check(row->number, bytes, import->utf8, "document number", &problem))
		return refuse(IMPORT_MISMATCH,
					  psprintf("It has a character that is not printable. %s", problem.detail),
					  verdict, detail);
	length = printable_length(row->number, bytes, import->utf8);
	if (length > (size_t) import->type.max_length)
		return refuse(IMPORT_MISMATCH,
					  psprintf("It has %zu characters, %d are allowed.", length,
							   import->type.max_length),
					  verdict, detail);
	return true;
}

/*
 * place_external finds where the text of a number without value is unique: in
 * the scope that the row's columns name, if the type's numbers are unique in
 * their scopes; else everywhere.
 */
static bool
place_external(Import *import, ImportRow *row, ImportVerdict *verdict, const char **detail)
{
	FormatParsed nothing = {0};
	ScopeValue	values[SCOPE_MAX_DIMENSIONS];
	PeriodFields fields = {0};

	row->external = true;
	row->uniqueness_id = 0;
	if (!import->type.unique_per_scope)
		return true;
	if (!place_scope(import, row, &nothing, values, verdict, detail))
		return false;
	if (row->has_date)
	{
		int			year,
					month,
					day;

		j2date(row->date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		period_fields(year, month, day, import->type.fiscal_year_start, &fields);
	}
	else if (import->type.scope.period != PERIOD_NONE)
		return refuse(IMPORT_BAD_DATE, "The row has no date that tells its period.", verdict, detail);
	row->uniqueness_id = find_counter(import, values, &fields);
	return true;
}

/*
 * import_place finds counter and value of a row.  False: verdict and detail say
 * why there are none.
 */
bool
import_place(Import *import, ImportRow *row, ImportVerdict *verdict, const char **detail)
{
	const DocumentType *type = &import->type;
	FormatParsed parsed;
	Problem		problem;
	ScopeValue	values[SCOPE_MAX_DIMENSIONS];
	PeriodFields fields;

	if (!check_text(import, row, verdict, detail))
		return false;
	if (row->flaw != NULL)
		return refuse(row->flaw_verdict, row->flaw, verdict, detail);
	if (!format_parse_any_padding(&type->format, row->number, strlen(row->number),
								  &parsed, &problem))
	{
		if (import->accept_external)
			return place_external(import, row, verdict, detail);
		return refuse(IMPORT_MISMATCH,
					  psprintf("%s%s", sentence(&problem),
							   matches_in_capitals(import, row->number)
							   ? " In capitals it would match." : ""),
					  verdict, detail);
	}
	if (parsed.sequence == 0)
		return refuse(IMPORT_MISMATCH, "Its value is 0; values begin at 1.", verdict, detail);
	if (!place_scope(import, row, &parsed, values, verdict, detail) ||
		!place_date(import, row, &parsed, &fields, verdict, detail))
		return false;
	if (parsed.sequence > type->max_value)
		return refuse(IMPORT_OUT_OF_RANGE,
					  psprintf("Its value is " INT64_FORMAT ", max_value " INT64_FORMAT ".",
							   parsed.sequence, type->max_value),
					  verdict, detail);
	if (parsed.padded_otherwise)
		row->flags |= IMPORT_PADDED;
	row->external = false;
	row->value = parsed.sequence;
	row->counter_id = find_counter(import, values, &fields);
	row->uniqueness_id = type->unique_per_scope ? row->counter_id : 0;
	return true;
}
