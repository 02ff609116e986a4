/*-------------------------------------------------------------------------
 *
 * definition_overlap.c
 *	  Could a changed definition give a number that exists?
 *
 * Every number of the type is read as one of the new format.  Most are none;
 * of the rest it is known which counter would give them, and as which value.
 * If that value is given, recorded as never given, below the counter's start
 * or above max_value, it cannot come again.  Otherwise the change is refused:
 * allocation would skip the text, or, where texts are unique per scope and the
 * counters are new, give it twice.
 *
 * What the number does not show of its scope is taken from the scope that it
 * was given in.  A two-digit year is the one nearest to the number's own.
 *
 * Locks: the caller excludes writers of the ledger.  The ledger is read as a
 * whole, since no index leads to the numbers of a type.
 *
 * Memory: that of one number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "definition.h"
#include "docnum.h"
#include "document_type.h"
#include "ledger.h"
#include "range.h"

/* A number of the type, read as one of the new definition. */
typedef struct Candidate
{
	TupleTableSlot *row;
	char	   *text;
	FormatParsed parsed;
	FormatValues values;
	char		buffer[SCOPE_TEXT_SIZE];
} Candidate;

static Datum
column(const Candidate *candidate, AttrNumber attribute, bool *isnull)
{
	return slot_getattr(candidate->row, attribute, isnull);
}

/*
 * scope_of returns the scope that the number was given in: of its counter, or
 * of an external one the scope that it is unique in.
 */
static char *
scope_of(const Candidate *candidate)
{
	bool		isnull;
	Datum		id = column(candidate, Anum_number_counter_id, &isnull);

	if (isnull)
		id = column(candidate, Anum_number_uniqueness_id, &isnull);
	return DatumGetInt64(id) == 0 ? "" : counter_scope_of(DatumGetInt64(id));
}

/*
 * find_dimensions fills in the values of the dimensions; false if one is not
 * known.
 */
static bool
find_dimensions(const DocumentType *type, const ScopeSpec *old_scope, Candidate *candidate)
{
	ScopeValue	old_values[SCOPE_MAX_DIMENSIONS];
	bool		looked = false;

	for (int i = 0; i < type->scope.ndimensions; i++)
	{
		bool		known = candidate->parsed.dimension[i].bytes > 0;

		candidate->values.dimension[i] = candidate->parsed.dimension[i];
		if (!known && !looked &&
			!scope_values_of(old_scope, scope_of(candidate), old_values, candidate->buffer))
			return false;
		looked = looked || !known;
		for (int j = 0; !known && j < old_scope->ndimensions; j++)
		{
			known = strcmp(old_scope->name[j], type->scope.name[i]) == 0;
			if (known)
				candidate->values.dimension[i] = old_values[j];
		}
		if (!known)
			return false;
	}
	return true;
}

/*
 * set_date sets the date to a day; does the number render as it is with it?
 */
static bool
set_date(const DocumentType *type, Candidate *candidate, int year, int month, int day)
{
	char		text[FORMAT_TEXT_SIZE];

	period_fields(year, month, day, type->fiscal_year_start, &candidate->values.date);
	format_render(&type->format, &candidate->values, text, sizeof(text));
	return strcmp(text, candidate->text) == 0;
}

/*
 * find_date fills in a date that the number would be of; false if it does not
 * tell and has none.  First the document's own, then one that the number shows.
 */
static bool
find_date(const DocumentType *type, Candidate *candidate)
{
	FormatDate	date;
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	bool		isnull;
	Datum		value = column(candidate, Anum_number_document_date, &isnull);

	if (!isnull)
	{
		int			year,
					month,
					day;

		j2date(DatumGetDateADT(value) + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		if (set_date(type, candidate, year, month, day))
			return true;
	}
	value = column(candidate, Anum_number_issued_at, &isnull);
	if (timestamp2tm(DatumGetTimestampTz(value), &offset, &tm, &fsec, NULL, type->time_zone) != 0)
		tm.tm_year = 2000;
	return format_find_date(&type->format, &candidate->parsed, tm.tm_year, &date) &&
		set_date(type, candidate, date.year, date.month, date.day);
}

/*
 * is_open: could that value of the counter still be given?
 */
static bool
is_open(const Ledger *ledger, const DocumentType *type, int64 id, int64 value)
{
	Counter		counter = {.first_value = type->start_value};
	int64		first,
				last;

	(void) counter_find(id, NULL, &counter);
	return value >= counter.first_value &&
		!ledger_has_value(ledger, id, value) &&
		!range_covers(id, value, &first, &last) &&
		!ledger_log_knows(id, value);
}

/*
 * refuse raises NB010.  scope: where the number would come again, NULL if that
 * cannot be told.
 */
static void
refuse(const DocumentType *type, const Candidate *candidate, const char *scope)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_WRONG_STATE),
			 errmsg("document type \"%s\" cannot be changed like this: it could give a number that exists",
					type->name),
			 scope != NULL
			 ? errdetail("\"%s\" would be value " INT64_FORMAT " of scope %s, which has not been given there.",
						 candidate->text, (int64) candidate->parsed.sequence, counter_quote_scope(scope))
			 : errdetail("\"%s\" would be value " INT64_FORMAT " of a scope that it does not tell.",
						 candidate->text, (int64) candidate->parsed.sequence),
			 errhint("Choose a format that gives other texts, or with format_change => 'restart' a start_value above those that exist; single values can be marked by docnum_skip first.")));
}

/*
 * check_number refuses the new definition if it could give the number.
 */
static void
check_number(const Ledger *ledger, const DocumentType *type, const ScopeSpec *old_scope,
			 Candidate *candidate)
{
	Problem		problem;
	char		scope[SCOPE_TEXT_SIZE];
	size_t		bytes;
	int64		id;
	int64		value;
	bool		external;
	bool		isnull;

	if (!format_parse(&type->format, candidate->text, strlen(candidate->text),
					  &candidate->parsed, &problem) ||
		candidate->parsed.sequence > type->max_value)
		return;
	value = candidate->parsed.sequence;
	candidate->values.sequence = value;
	if (!find_dimensions(type, old_scope, candidate) ||
		(type->scope.period != PERIOD_NONE && !find_date(type, candidate)))
	{
		if (value >= type->start_value)
			refuse(type, candidate, NULL);
		return;
	}
	bytes = scope_canonical(&type->scope, candidate->values.dimension, &candidate->values.date,
							type->fiscal_year_start, scope);
	scope[bytes] = '\0';
	id = counter_id_of(type, scope, bytes);

	/* Most often it is the number itself. */
	if (id == DatumGetInt64(column(candidate, Anum_number_counter_id, &external)) && !external &&
		value == DatumGetInt64(column(candidate, Anum_number_value, &isnull)))
		return;
	if (is_open(ledger, type, id, value))
		refuse(type, candidate, scope);
}

/*
 * definition_check_overlap raises NB010 if the type, as it is to be, could give
 * a number that the type has given.
 */
void
definition_check_overlap(const DocumentType *type, const ScopeSpec *old_scope)
{
	Ledger		ledger;
	SnapshotData dirty;
	TableScanDesc scan;
	Candidate	candidate;
	size_t		name_bytes = strlen(type->name);
	MemoryContext old_context;
	MemoryContext number_context = AllocSetContextCreate(CurrentMemoryContext, "docnum overlap",
														 ALLOCSET_DEFAULT_SIZES);

	InitDirtySnapshot(dirty);
	memset(&candidate, 0, sizeof(candidate));
	ledger_open(&ledger, AccessShareLock);
	candidate.row = table_slot_create(ledger.table, NULL);
	scan = compat_table_beginscan(ledger.table, &dirty);
	old_context = MemoryContextSwitchTo(number_context);
	while (table_scan_getnextslot(scan, ForwardScanDirection, candidate.row))
	{
		bool		isnull;
		text	   *name = DatumGetTextPP(column(&candidate, Anum_number_document_type, &isnull));

		CHECK_FOR_INTERRUPTS();
		if (VARSIZE_ANY_EXHDR(name) == name_bytes &&
			memcmp(VARDATA_ANY(name), type->name, name_bytes) == 0)
		{
			candidate.text =
				TextDatumGetCString(column(&candidate, Anum_number_document_number, &isnull));
			check_number(&ledger, type, old_scope, &candidate);
		}
		MemoryContextReset(number_context);
	}
	MemoryContextSwitchTo(old_context);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(candidate.row);
	ledger_close(&ledger);
	MemoryContextDelete(number_context);
}
