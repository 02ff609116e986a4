/*-------------------------------------------------------------------------
 *
 * import_source.c
 *	  The source of an import, read row by row.
 *
 * A table or view is read by a query, with the rights of the caller: what he
 * may not see is not imported, and what the source runs, it runs as him.
 * Columns may have any type that can be written as text; only dates and JSON
 * are taken as what they are where the type says so.
 *
 * A date in a text must be written YYYY-MM-DD.  Nothing is guessed: 03/04/2024
 * is a day in March or in April, 45355 what a spreadsheet makes of a date.
 *
 * Memory: a bounded number of rows at a time, each in the row's context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "debug_point.h"
#include "import.h"
#include "printable.h"
#include "scope_value.h"

#define ROWS_AT_ONCE	1000
#define PROGRESS_STEP	10000

/* Columns of the query, those of the dimensions after them. */
enum
{
	SOURCE_NUMBER = 1,
	SOURCE_DATE,
	SOURCE_CREATED_AT,
	SOURCE_METADATA,
	SOURCE_ROW_NUMBER,
	SOURCE_DIMENSIONS
};

/*
 * column_type returns the base type of a column of the source; InvalidOid if
 * there is no such column.
 */
static Oid
column_type(const Import *import, const char *name)
{
	AttrNumber	attribute = get_attnum(import->source, name);

	return attribute > 0 ? getBaseType(get_atttype(import->source, attribute)) : InvalidOid;
}

/*
 * add_column adds a column of the source to the query, as text; NULL where
 * there is none.
 */
static void
add_column(const Import *import, StringInfo query, const char *name, const char *as)
{
	if (OidIsValid(column_type(import, name)))
		appendStringInfo(query, "s.%s::pg_catalog.%s, ", quote_identifier(name), as);
	else
		appendStringInfo(query, "NULL::pg_catalog.%s, ", as);
}

/*
 * add_date adds the column of the document's date: text stays text, the day of
 * an instant is that in the type's time zone.
 */
static void
add_date(const Import *import, StringInfo query)
{
	Oid			type = column_type(import, "document_date");

	if (type == TIMESTAMPTZOID)
		appendStringInfo(query, "pg_catalog.timezone(%s, s.document_date)::pg_catalog.date, ",
						 quote_literal_cstr(pg_get_timezone_name(import->type.time_zone)));
	else
		add_column(import, query, "document_date",
				   type == DATEOID || type == TIMESTAMPOID ? "date" : "text");
}

/*
 * add_created_at adds the column that says when the number was given: as text,
 * which for a date or time must not depend on the session's DateStyle.
 */
static void
add_created_at(const Import *import, StringInfo query)
{
	Oid			type = column_type(import, "created_at");

	if (type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID)
		appendStringInfoString(query, "pg_catalog.jsonb_build_array(s.created_at) OPERATOR(pg_catalog.->>) 0, ");
	else
		add_column(import, query, "created_at", "text");
}

/*
 * make_query builds the query that reads the source.
 */
static char *
make_query(const Import *import)
{
	const ScopeSpec *spec = &import->type.scope;
	Oid			metadata = column_type(import, "metadata");
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT ");
	add_column(import, &query, "document_number", "text");
	add_date(import, &query);
	add_created_at(import, &query);
	add_column(import, &query, "metadata",
			   metadata == JSONOID || metadata == JSONBOID ? "jsonb" : "text");
	add_column(import, &query, "row_number", "int8");
	for (int i = 0; i < spec->ndimensions; i++)
	{
		char	   *column = asc_tolower(spec->name[i], strlen(spec->name[i]));

		add_column(import, &query, column, "text");
	}
	query.len -= 2;				/* the last comma */
	query.data[query.len] = '\0';
	appendStringInfo(&query, " FROM %s s",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(import->source)),
												get_rel_name(import->source)));
	return query.data;
}

/*
 * check_source refuses a relation that is not there or has no numbers.
 */
static void
check_source(const Import *import)
{
	if (get_rel_name(import->source) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("source of the import does not exist"),
				 errdetail("There is no relation with OID %u.", import->source),
				 errhint("Name a table or view.")));
	if (!OidIsValid(column_type(import, "document_number")))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("source \"%s\" has no column \"document_number\"",
						get_rel_name(import->source)),
				 errdetail("Columns are found by their names: document_number, document_date, created_at, metadata, row_number, and those of the dimensions."),
				 errhint("Rename the column, or import from a view that does.")));
}

/*
 * read_digits reads count digits; -1 if there are other characters.
 */
static int
read_digits(const char *text, int count)
{
	int			number = 0;

	for (int i = 0; i < count; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

/*
 * is_time: an empty text, or a time of day, which says nothing of the date?
 */
static bool
is_time(const char *text)
{
	if (text[0] == '\0')
		return true;
	return (text[0] == ' ' || text[0] == 'T') && read_digits(text + 1, 2) >= 0 &&
		text[3] == ':' && text[strspn(text + 1, "0123456789:.") + 1] == '\0';
}

/*
 * why_no_date says what is wrong with a text that is not YYYY-MM-DD.
 */
static char *
why_no_date(const char *text)
{
	size_t		digits = strspn(text, "0123456789");

	if (digits > 0 && digits < 8 &&
		text[digits + strspn(text + digits, ".,0123456789")] == '\0' &&
		strchr(text, '.') == strrchr(text, '.'))
		return psprintf("\"%.40s\" looks like the serial number that a spreadsheet keeps for a date; write it as YYYY-MM-DD.",
						text);
	if (digits > 0 && digits <= 2 && text[digits] != '\0' && strchr("./-", text[digits]) != NULL)
		return psprintf("\"%.40s\" can be read in several ways; write it as YYYY-MM-DD.", text);
	return psprintf("\"%.40s\" is not a date written as YYYY-MM-DD.", text);
}

/*
 * parse_date reads the text of a date; sets the row's flaw if it is none.
 */
static void
parse_date(ImportRow *row, const char *text)
{
	int			year = read_digits(text, 4);
	int			month = year >= 0 && text[4] == '-' ? read_digits(text + 5, 2) : -1;
	int			day = month >= 0 && text[7] == '-' ? read_digits(text + 8, 2) : -1;

	row->flaw_verdict = IMPORT_BAD_DATE;
	if (day < 0 || !is_time(text + 10))
		row->flaw = why_no_date(text);
	else if (!period_date_is_valid(year, month, day))
		row->flaw = psprintf("There is no day %.10s.", text);
	else
	{
		row->has_date = true;
		row->date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	}
}

/*
 * take_date takes over a date as it is.
 */
static void
take_date(ImportRow *row, DateADT date)
{
	int			year,
				month,
				day;

	row->flaw_verdict = IMPORT_BAD_DATE;
	if (DATE_NOT_FINITE(date))
	{
		row->flaw = "The date is infinite.";
		return;
	}
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	if (!period_date_is_valid(year, month, day))
		row->flaw = "The date is not between 0001-01-01 and 9999-12-31.";
	row->has_date = row->flaw == NULL;
	row->date = date;
}

/*
 * trimmed_text returns a column's text without white space around it, NULL if
 * nothing remains; trimmed tells whether something was removed.
 */
static const char *
trimmed_text(const Import *import, Datum value, bool *trimmed)
{
	char	   *whole = TextDatumGetCString(value);
	const char *text = whole;
	size_t		whole_bytes = strlen(whole);
	size_t		bytes = whole_bytes;

	printable_trim(&text, &bytes, import->utf8);
	*trimmed = bytes < whole_bytes;
	whole[text - whole + bytes] = '\0';
	return bytes > 0 ? text : NULL;
}

/*
 * take_metadata reads the row's metadata, which must be an object.
 */
static void
take_metadata(const Import *import, ImportRow *row, Datum value, Oid type)
{
	bool		trimmed;
	const char *text;

	if (type == JSONBOID)
		row->metadata = DatumGetJsonbP(value);
	else if ((text = trimmed_text(import, value, &trimmed)) == NULL)
		return;
	else
		row->metadata = scope_value_read_json(text);
	if (row->metadata == NULL || !JB_ROOT_IS_OBJECT(row->metadata))
	{
		row->flaw = "Its metadata is not a JSON object.";
		row->flaw_verdict = IMPORT_MISMATCH;
		row->metadata = NULL;
	}
}

/*
 * take_row fills a row from what the query gave.
 */
static void
take_row(const Import *import, ImportRow *row, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	bool		trimmed;
	Datum		value;

	row->number = NULL;
	value = SPI_getbinval(tuple, desc, SOURCE_NUMBER, &isnull);
	if (!isnull)
	{
		row->number = trimmed_text(import, value, &trimmed);
		row->flags |= trimmed ? IMPORT_TRIMMED : 0;
	}
	value = SPI_getbinval(tuple, desc, SOURCE_METADATA, &isnull);
	if (!isnull)
		take_metadata(import, row, value, SPI_gettypeid(desc, SOURCE_METADATA));
	value = SPI_getbinval(tuple, desc, SOURCE_DATE, &isnull);
	if (!isnull && SPI_gettypeid(desc, SOURCE_DATE) == DATEOID)
		take_date(row, DatumGetDateADT(value));
	else if (!isnull)
	{
		const char *text = trimmed_text(import, value, &trimmed);

		if (text != NULL)
			parse_date(row, text);
	}
	value = SPI_getbinval(tuple, desc, SOURCE_CREATED_AT, &isnull);
	if (!isnull)
		row->created_at = trimmed_text(import, value, &trimmed);
	value = SPI_getbinval(tuple, desc, SOURCE_ROW_NUMBER, &isnull);
	row->row_number = isnull ? row->ordinal : DatumGetInt64(value);
	for (int i = 0; i < import->type.scope.ndimensions; i++)
	{
		value = SPI_getbinval(tuple, desc, SOURCE_DIMENSIONS + i, &isnull);
		if (isnull)
			continue;
		row->dimension[i].text = trimmed_text(import, value, &trimmed);
		row->dimension[i].bytes = row->dimension[i].text ? strlen(row->dimension[i].text) : 0;
	}
}

/*
 * sort_row puts a row that has its place into the first sort.
 */
static void
sort_row(Import *import, const ImportRow *row)
{
	TupleTableSlot *slot = import->into;
	Datum	   *values = slot->tts_values;
	bool	   *isnull = slot->tts_isnull;

	ExecClearTuple(slot);
	memset(isnull, false, Natts_import * sizeof(bool));
	values[Anum_import_uniqueness_id - 1] = Int64GetDatum(row->uniqueness_id);
	values[Anum_import_document_number - 1] = CStringGetTextDatum(row->number);
	values[Anum_import_row_number - 1] = Int64GetDatum(row->row_number);
	values[Anum_import_ordinal - 1] = Int64GetDatum(row->ordinal);
	values[Anum_import_counter_id - 1] = Int64GetDatum(row->counter_id);
	values[Anum_import_value - 1] = Int64GetDatum(row->value);
	isnull[Anum_import_counter_id - 1] = isnull[Anum_import_value - 1] = row->external;
	values[Anum_import_flags - 1] = Int32GetDatum(row->flags);
	values[Anum_import_document_date - 1] = DateADTGetDatum(row->date);
	isnull[Anum_import_document_date - 1] = !row->has_date;
	isnull[Anum_import_created_at - 1] = row->created_at == NULL;
	if (row->created_at != NULL)
		values[Anum_import_created_at - 1] = CStringGetTextDatum(row->created_at);
	isnull[Anum_import_metadata - 1] = row->metadata == NULL;
	if (row->metadata != NULL)
		values[Anum_import_metadata - 1] = JsonbPGetDatum(row->metadata);
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(import->by_text, slot);
	ExecClearTuple(slot);
}

/*
 * read_one judges one row by itself, and passes it on if it has a place.
 */
static void
read_one(Import *import, HeapTuple tuple, TupleDesc desc)
{
	MemoryContext old_context = MemoryContextSwitchTo(import->row_context);
	ImportRow	row = {0};
	ImportVerdict verdict;
	const char *detail;

	row.ordinal = ++import->rows;
	take_row(import, &row, tuple, desc);
	if (import_place(import, &row, &verdict, &detail))
		sort_row(import, &row);
	else
		import_verdict(import, row.row_number, row.ordinal, row.number, verdict, detail);
	MemoryContextSwitchTo(old_context);
	MemoryContextReset(import->row_context);
}

/*
 * import_read reads the whole source.
 */
void
import_read(Import *import)
{
	Portal		portal;

	check_source(import);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	portal = SPI_cursor_open_with_args(NULL, make_query(import), 0, NULL, NULL, NULL,
									   import->dry_run, 0);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, ROWS_AT_ONCE);
		DEBUG_POINT("import_read");
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			CHECK_FOR_INTERRUPTS();
			read_one(import, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			if (import->rows % PROGRESS_STEP == 0)
				import_progress(import, "reading", import->rows);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
}
