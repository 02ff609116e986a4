/*-------------------------------------------------------------------------
 *
 * definition.c
 *	  Which definitions of document types are refused, and which changes.
 *
 * Both ways of changing a definition come here: docnum_define, and an UPDATE
 * of docnum.document_type by its owner (through the audit trigger).  What could
 * not work later is refused now, not when the first number breaks.
 *
 * Locks: a change that matters to numbers given already takes
 * ShareRowExclusiveLock on the ledger, which waits for every open transaction
 * that took a number and lets nobody in until this one ends; a change to STRICT
 * needs it, or a number could be given above one that rolls back.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/skey.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "allocate.h"
#include "catalog.h"
#include "debug_point.h"
#include "definition.h"
#include "docnum.h"
#include "document_type.h"
#include "ledger.h"
#include "lock_wait.h"
#include "printable.h"
#include "settings.h"

static char *
text_column(TupleTableSlot *row, AttrNumber attribute)
{
	bool		isnull;
	Datum		value = slot_getattr(row, attribute, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static int64
bigint_column(TupleTableSlot *row, AttrNumber attribute)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(row, attribute, &isnull));
}

static int32
int_column(TupleTableSlot *row, AttrNumber attribute)
{
	bool		isnull;

	return DatumGetInt32(slot_getattr(row, attribute, &isnull));
}

static bool
bool_column(TupleTableSlot *row, AttrNumber attribute)
{
	bool		isnull;

	return DatumGetBool(slot_getattr(row, attribute, &isnull));
}

/*
 * refuse_value raises 22023 for a setting of the definition.
 */
static void
refuse_value(const char *name, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("Document type: \"%s\".", name),
			 errhint("%s", hint)));
}

/*
 * check_name refuses a name, of a type or (what) of something else that it
 * names, which could not be written or read.
 */
static void
check_name(const char *name, const char *what, const char *document_type)
{
	Problem		problem = {0};
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;
	size_t		length = printable_length(name, strlen(name), utf8);

	if (length == 0)
		refuse_value(document_type, psprintf("%s must have a name", what),
					 "A name has 1 to 50 characters, such as COR.");
	if (length > DOCNUM_TYPE_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("name of the %s is too long: %zu characters", what, length),
				 errdetail("Document type: \"%s\".", document_type),
				 errhint("A name has 1 to %d characters.", DOCNUM_TYPE_LIMIT)));
	if (!printable_check(name, strlen(name), utf8, psprintf("name of the %s", what), &problem))
		problem_raise(ERRCODE_INVALID_PARAMETER_VALUE, &problem, document_type);
	if (printable_has_outer_space(name, strlen(name), utf8))
		refuse_value(document_type,
					 psprintf("name of the %s begins or ends with white space", what),
					 "Remove the white space.");
}

/*
 * check_choice refuses a value that is none of the listed ones.
 */
static void
check_choice(TupleTableSlot *row, AttrNumber attribute, const char *what, const char *const *choices)
{
	char	   *value = text_column(row, attribute);
	char	   *name = text_column(row, Anum_document_type_document_type);
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; choices[i] != NULL; i++)
	{
		if (strcmp(value, choices[i]) == 0)
			return;
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", choices[i]);
	}
	refuse_value(name, psprintf("\"%s\" is no %s", value, what),
				 psprintf("Choose one of: %s.", list.data));
}

static void
check_choices(TupleTableSlot *row)
{
	static const char *const allocations[] = {"CONCURRENT", "STRICT", NULL};
	static const char *const uniquenesses[] = {"GLOBAL", "SCOPE", NULL};
	static const char *const chronologies[] = {"none", "warn", "strict", "period", NULL};

	check_choice(row, Anum_document_type_allocation, "allocation", allocations);
	check_choice(row, Anum_document_type_uniqueness, "uniqueness", uniquenesses);
	check_choice(row, Anum_document_type_chronology, "chronology", chronologies);
}

/*
 * check_limits refuses numbers out of range.
 */
static void
check_limits(TupleTableSlot *row)
{
	char	   *name = text_column(row, Anum_document_type_document_type);
	int64		max_value = bigint_column(row, Anum_document_type_max_value);
	int64		start_value = bigint_column(row, Anum_document_type_start_value);
	int32		max_length = int_column(row, Anum_document_type_max_length);
	int32		fiscal = int_column(row, Anum_document_type_fiscal_year_start);

	if (max_value < 1 || max_value > FORMAT_VALUE_MAX)
		refuse_value(name, psprintf("max_value " INT64_FORMAT " is out of range", max_value),
					 "It is at least 1 and has at most 18 digits.");
	if (start_value < 1 || start_value > max_value)
		refuse_value(name, psprintf("start_value " INT64_FORMAT " is out of range", start_value),
					 "It is at least 1 and not above max_value.");
	if (max_length < 1 || max_length > 1000)
		refuse_value(name, psprintf("max_length %d is out of range", max_length),
					 "It is 1 to 1000 characters.");
	if (fiscal < 1 || fiscal > 12)
		refuse_value(name, psprintf("fiscal_year_start %d is no month", fiscal),
					 "It is the month in which the fiscal year starts, 1 to 12.");
}

/*
 * check_ttl refuses a time limit that is not positive or absurdly long.
 */
static void
check_ttl(TupleTableSlot *row)
{
	bool		isnull;
	Datum		value = slot_getattr(row, Anum_document_type_reservation_ttl, &isnull);

	if (!isnull && !document_type_ttl_is_valid(DatumGetIntervalP(value)))
		refuse_value(text_column(row, Anum_document_type_document_type),
					 "reservation_ttl is out of range",
					 "It is longer than zero and at most ten years.");
}

/*
 * check_metadata: an object, so that what is added later can be merged.
 */
static void
check_metadata(TupleTableSlot *row)
{
	bool		isnull;
	Datum		value = slot_getattr(row, Anum_document_type_metadata, &isnull);

	if (!isnull && !JB_ROOT_IS_OBJECT(DatumGetJsonbP(value)))
		refuse_value(text_column(row, Anum_document_type_document_type),
					 "metadata is not a JSON object", "Give an object, such as '{\"owner\": \"QA\"}'.");
}

/*
 * check_combinations refuses settings that contradict each other, and those
 * that this release does not carry out.
 */
static void
check_combinations(TupleTableSlot *row)
{
	char	   *name = text_column(row, Anum_document_type_document_type);
	bool		strict = strcmp(text_column(row, Anum_document_type_allocation), "STRICT") == 0;
	bool		chronology = strcmp(text_column(row, Anum_document_type_chronology), "none") != 0;
	bool		early = bool_column(row, Anum_document_type_early_release);
	const char *unsupported = NULL;

	if (early && !strict)
		refuse_value(name, "early_release needs STRICT allocation", "Define the type with allocation => 'STRICT'.");
	if (chronology && !strict)
		refuse_value(name, "chronology needs STRICT allocation", "Define the type with allocation => 'STRICT'.");

	if (!slot_attisnull(row, Anum_document_type_rate_limit) ||
		!slot_attisnull(row, Anum_document_type_rate_interval))
		unsupported = "rate_limit";
	if (unsupported)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s is not supported by this release", unsupported),
				 errdetail("Document type: \"%s\".", name),
				 errhint("Leave it out.")));
}

/*
 * zone_is_of_machine: is it a name that pg_timezone_names lists, but means what
 * some machine is set to, or is a spelling of the zone files (with leap
 * seconds)?  Another server may have it otherwise, or not at all.
 */
static bool
zone_is_of_machine(const char *zone)
{
	return strcmp(zone, "localtime") == 0 || strcmp(zone, "posixrules") == 0 ||
		strcmp(zone, "Factory") == 0 ||
		strncmp(zone, "posix/", 6) == 0 || strncmp(zone, "right/", 6) == 0;
}

static bool
column_changed(TupleTableSlot *old_row, TupleTableSlot *new_row, AttrNumber attribute)
{
	Form_pg_attribute form = TupleDescAttr(new_row->tts_tupleDescriptor, attribute - 1);
	bool		old_null,
				new_null;
	Datum		old_value = slot_getattr(old_row, attribute, &old_null);
	Datum		new_value = slot_getattr(new_row, attribute, &new_null);

	if (old_null || new_null)
		return old_null != new_null;
	if (form->attlen == -1)
		return !datum_image_eq(PointerGetDatum(PG_DETOAST_DATUM_PACKED(old_value)),
							   PointerGetDatum(PG_DETOAST_DATUM_PACKED(new_value)),
							   false, -1);
	return !datumIsEqual(old_value, new_value, form->attbyval, form->attlen);
}

/* What types that draw from one series must agree on. */
static const AttrNumber series_columns[] = {
	Anum_document_type_scope,
	Anum_document_type_allocation,
	Anum_document_type_fiscal_year_start,
	Anum_document_type_uniqueness,
	Anum_document_type_early_release,
	Anum_document_type_start_value,
};

/*
 * check_agreement raises 22023 where another type of the series, in the row
 * other, has another value of what they share.
 */
static void
check_agreement(TupleTableSlot *row, TupleTableSlot *other)
{
	for (int i = 0; i < (int) lengthof(series_columns); i++)
	{
		const char *column;

		if (!column_changed(other, row, series_columns[i]))
			continue;
		column = NameStr(TupleDescAttr(row->tts_tupleDescriptor, series_columns[i] - 1)->attname);
		refuse_value(text_column(row, Anum_document_type_document_type),
					 psprintf("%s differs within series \"%s\"", column,
							  text_column(row, Anum_document_type_series)),
					 psprintf("Document type \"%s\" draws from it too; give both the same %s.",
							  text_column(other, Anum_document_type_document_type), column));
	}
}

/*
 * check_series refuses a series whose name cannot be read, or whose other
 * types count otherwise.
 */
static void
check_series(TupleTableSlot *row)
{
	char	   *series = text_column(row, Anum_document_type_series);
	char	   *name = text_column(row, Anum_document_type_document_type);
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	TupleTableSlot *other;

	if (series == NULL)
		return;
	check_name(series, "series", name);
	rel = catalog_open(CATALOG_DOCUMENT_TYPE, AccessShareLock);
	other = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		char	   *others;

		ExecStoreHeapTuple(tuple, other, false);
		others = text_column(other, Anum_document_type_series);
		if (others != NULL && strcmp(others, series) == 0 &&
			strcmp(text_column(other, Anum_document_type_document_type), name) != 0)
			check_agreement(row, other);
	}
	systable_endscan(scan);
	ExecDropSingleTupleTableSlot(other);
	table_close(rel, NoLock);
}

/*
 * check_time_zone refuses what is no name of a time zone: an abbreviation or
 * an offset says nothing of daylight saving time.
 */
static void
check_time_zone(TupleTableSlot *row)
{
	char	   *zone = text_column(row, Anum_document_type_time_zone);
	Oid			type = TEXTOID;
	Datum		value = CStringGetTextDatum(zone);
	bool		known;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	known = SPI_execute_with_args("SELECT FROM pg_catalog.pg_timezone_names"
								  " WHERE name OPERATOR(pg_catalog.=) $1",
								  1, &type, &value, NULL, false, 1) == SPI_OK_SELECT &&
		SPI_processed == 1;
	SPI_finish();
	if (!known || zone_is_of_machine(zone))
		refuse_value(text_column(row, Anum_document_type_document_type),
					 psprintf("time zone \"%s\" is not the name of a time zone", zone),
					 "Give a name of pg_timezone_names, such as time_zone => 'Europe/Berlin'; case matters.");
}

/*
 * definition_require_columns refuses a row (of the owner's UPDATE) without a
 * value that a definition must have; the table's constraints are checked only
 * after us.  Raises 22004.
 */
void
definition_require_columns(TupleTableSlot *row)
{
	for (int i = 0; i < row->tts_tupleDescriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(row->tts_tupleDescriptor, i);

		if (column->attnotnull && slot_attisnull(row, i + 1))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s of a document type must not be null", NameStr(column->attname)),
					 errdetail("Every definition has a value for it."),
					 errhint("Give a value for %s.", NameStr(column->attname))));
	}
}

/*
 * definition_spell_scope writes a scope the one way that docnum spells it.
 * Raises NB009.
 */
char *
definition_spell_scope(const char *document_type, const char *scope)
{
	ScopeSpec	spec;
	Problem		problem = {0};
	char	   *spelt = palloc(SCOPE_SPEC_TEXT_SIZE);

	if (!scope_parse(scope, &spec, &problem))
		problem_raise(ERRCODE_DOCNUM_INVALID_SCOPE, &problem, document_type);
	scope_spec_text(&spec, spelt, SCOPE_SPEC_TEXT_SIZE);
	return spelt;
}

/*
 * check_row does the work of definition_check; the name of the time zone is
 * looked up only where it is new, since that takes a while.
 */
static void
check_row(TupleTableSlot *row, bool zone_is_new)
{
	DocumentType compiled;

	slot_getallattrs(row);
	check_name(text_column(row, Anum_document_type_document_type), "document type",
			   text_column(row, Anum_document_type_document_type));
	check_choices(row);
	check_limits(row);
	check_ttl(row);
	check_metadata(row);
	check_combinations(row);
	check_series(row);
	if (zone_is_new)
		check_time_zone(row);
	document_type_compile(&compiled, row->tts_values, row->tts_isnull);
	if (compiled.chronology == CHRONOLOGY_PERIOD && compiled.scope.period == PERIOD_NONE)
		refuse_value(compiled.name, "chronology \"period\" needs a period in the scope",
					 "Add one, such as YEARLY, or choose chronology => 'strict'.");
}

/*
 * definition_check raises an error unless the row is a definition that can
 * work: NB006, NB009, 22001, 22023, 0A000.
 */
void
definition_check(TupleTableSlot *row)
{
	check_row(row, true);
}

static void
lock_ledger(void *arg)
{
	table_close(catalog_open(CATALOG_NUMBER, ShareRowExclusiveLock), NoLock);
}

/*
 * definition_exclude_writers waits for every open transaction that took a
 * number, and keeps others from taking one until this transaction ends.
 */
void
definition_exclude_writers(const char *document_type)
{
	if (!lock_wait_bounded(lock_ledger, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("definition of document type \"%s\" cannot be changed now", document_type),
				 errdetail("Waited %d ms for open transactions that have taken numbers.",
						   settings_lock_timeout),
				 errhint("Try again when they have ended; docnum.lock_timeout sets how long to wait.")));
}

/*
 * has_external_numbers: has the type numbers without counter and value?
 */
static bool
has_external_numbers(const Ledger *ledger, const char *document_type)
{
	ScanKeyData key;
	Probe		probe;
	bool		found = false;

	ScanKeyEntryInitialize(&key, SK_ISNULL | SK_SEARCHNULL, 1, InvalidStrategy,
						   InvalidOid, InvalidOid, InvalidOid, (Datum) 0);
	probe_begin(&probe, ledger->table, ledger->value_index, &key, 1);
	while (!found && probe_next(&probe, ForwardScanDirection))
	{
		bool		isnull;
		Datum		type = slot_getattr(probe.slot, Anum_number_document_type, &isnull);
		char	   *name = TextDatumGetCString(type);

		found = strcmp(name, document_type) == 0;
		pfree(name);
	}
	probe_end(&probe);
	return found;
}

/*
 * definition_has_numbers: has any number of the type been given, by an open
 * transaction too?  highest is the highest value then, 0 if all are external.
 */
bool
definition_has_numbers(const char *document_type, int64 *highest)
{
	Ledger		ledger;
	ListCell   *cell;
	bool		found;

	*highest = 0;
	ledger_open(&ledger, AccessShareLock);
	foreach(cell, counter_list(document_type))
	{
		int64	   *id = lfirst(cell);

		*highest = Max(*highest, ledger_last_value(&ledger, *id, 0));
	}
	found = *highest > 0 || has_external_numbers(&ledger, document_type);
	ledger_close(&ledger);
	return found;
}

/*
 * check_in_use refuses a change that would make numbers already given
 * something else.
 */
static void
check_in_use(const char *name, const char *what, const char *format_change)
{
	if (format_change == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("%s of document type \"%s\" cannot be changed silently: it has numbers", what, name),
				 errdetail("Numbers already given keep their text; the change concerns those to come. Document type: \"%s\".", name),
				 errhint("docnum_define(%s, ..., format_change => 'continue') goes on with the counters, 'restart' begins new ones.",
						 quote_literal_cstr(name))));
}

/*
 * settle_holes makes every free value of the type explained: where it becomes
 * STRICT, since STRICT scopes have no gap, and where counters may be left
 * behind, since their free values would never be given.
 */
static void
settle_holes(const char *name, const char *reason)
{
	ListCell   *cell;

	foreach(cell, counter_list(name))
		allocate_record_holes(*(int64 *) lfirst(cell), name, reason);
}

/*
 * leaves_counters: may the change leave counters behind?
 */
static bool
leaves_counters(TupleTableSlot *old_row, TupleTableSlot *new_row)
{
	return column_changed(old_row, new_row, Anum_document_type_generation) ||
		column_changed(old_row, new_row, Anum_document_type_scope) ||
		column_changed(old_row, new_row, Anum_document_type_fiscal_year_start);
}

/*
 * check_overlap refuses a change after which the type could give a number that
 * it has given.
 */
static void
check_overlap(const char *name, TupleTableSlot *old_row, TupleTableSlot *new_row)
{
	DocumentType compiled;
	ScopeSpec	old_scope;
	Problem		problem = {0};

	document_type_compile(&compiled, new_row->tts_values, new_row->tts_isnull);
	if (!scope_parse(text_column(old_row, Anum_document_type_scope), &old_scope, &problem))
		problem_raise(ERRCODE_DOCNUM_INVALID_SCOPE, &problem, name);
	definition_check_overlap(&compiled, &old_scope);
}

/*
 * changed_column names what changed of that which makes numbers what they are;
 * NULL if nothing did.
 */
static const char *
changed_column(TupleTableSlot *old_row, TupleTableSlot *new_row)
{
	static const struct
	{
		AttrNumber	attribute;
		const char *what;
	}			fixed[] =
	{
		{Anum_document_type_scope, "scope"},
		{Anum_document_type_fiscal_year_start, "fiscal_year_start"},
		{Anum_document_type_uniqueness, "uniqueness"},
		{Anum_document_type_series, "series"},
		{Anum_document_type_format, "format"},
		{Anum_document_type_generation, "generation"},
	};

	for (int i = 0; i < (int) lengthof(fixed); i++)
	{
		if (column_changed(old_row, new_row, fixed[i].attribute))
			return fixed[i].what;
	}
	return NULL;
}

/*
 * definition_changes_numbers: will numbers to come be made another way?
 */
bool
definition_changes_numbers(TupleTableSlot *old_row, TupleTableSlot *new_row)
{
	return changed_column(old_row, new_row) != NULL;
}

/*
 * definition_check_change raises an error unless the new row may follow the
 * old one.  format_change is what docnum_define was told: continue, restart
 * (NULL: nothing).
 */
void
definition_check_change(TupleTableSlot *old_row, TupleTableSlot *new_row,
						const char *format_change)
{
	char	   *name = text_column(old_row, Anum_document_type_document_type);
	bool		becomes_strict;
	const char *what = NULL;
	int64		highest;

	if (column_changed(old_row, new_row, Anum_document_type_document_type))
		refuse_value(name, "a document type cannot be renamed",
					 "Define another one, and drop this one if it has no number.");
	check_row(new_row, column_changed(old_row, new_row, Anum_document_type_time_zone));
	if (format_change != NULL && strcmp(format_change, "restart") == 0 &&
		!slot_attisnull(new_row, Anum_document_type_series))
		refuse_value(name, "a series is not begun anew by one of its types",
					 "Go on with format_change => 'continue', or name another series.");

	becomes_strict = column_changed(old_row, new_row, Anum_document_type_allocation) &&
		strcmp(text_column(new_row, Anum_document_type_allocation), "STRICT") == 0;
	what = changed_column(old_row, new_row);
	/* Raising max_value, at 3 in the morning, must not wait for anybody. */
	if (!becomes_strict && what == NULL &&
		bigint_column(new_row, Anum_document_type_max_value) >=
		bigint_column(old_row, Anum_document_type_max_value))
		return;

	definition_exclude_writers(name);
	DEBUG_POINT("writers_excluded");
	if (!definition_has_numbers(name, &highest))
		return;
	if (what != NULL)
	{
		check_in_use(name, what, format_change);
		check_overlap(name, old_row, new_row);
	}
	if (bigint_column(new_row, Anum_document_type_max_value) < highest)
		refuse_value(name,
					 psprintf("max_value is below a value already given, " INT64_FORMAT, highest),
					 "Choose that value or a higher one.");
	if (becomes_strict)
		settle_holes(name, "free when the allocation became STRICT");
	else if (leaves_counters(old_row, new_row))
		settle_holes(name, "free when other counters took over");
}
