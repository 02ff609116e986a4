/*-------------------------------------------------------------------------
 *
 * import.c
 *	  Numbers that others gave, taken over as a whole: docnum_import.
 *
 * First the source is read, with the caller's rights and without any lock of
 * docnum's; what can be said of a row by itself is said, the others are sorted
 * (import_source.c, import_place.c).  Then every scope concerned is locked, and
 * the rows meet what is there (import_write.c).  A definition that changed
 * meanwhile means other scopes, perhaps: then everything starts over.
 *
 * Nothing is rewritten and nothing guessed: a row is taken over as it stands,
 * or told of with the reason.
 *
 * A dry run says the same and writes nothing; it locks no scope and waits for
 * no transaction.
 *
 * When the value was taken, issued_at, is when it was imported; when the source
 * says that it was, created_at, is in the log as the source has it.
 *
 * Locks: the scopes', all of them to the end of the transaction, taken in the
 * order of their counters' ids, so that imports cannot deadlock each other.
 *
 * Memory: rows wait in sorts of SORT_MEMORY each, that spill to disk; scopes in
 * memory, as many as there can be locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/inval.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "audit.h"
#include "debug_point.h"
#include "docnum.h"
#include "face.h"
#include "import.h"
#include "installation.h"
#include "lock_wait.h"
#include "privilege.h"
#include "transaction.h"

#define SORT_MEMORY 8192		/* kB at most, less if work_mem is */

static const char *const verdict_names[IMPORT_VERDICTS] = {
	[IMPORT_IMPORTED] = "imported",
	[IMPORT_EXTERNAL] = "external",
	[IMPORT_DUPLICATE] = "duplicate",
	[IMPORT_TAKEN] = "taken",
	[IMPORT_MISMATCH] = "mismatch",
	[IMPORT_OUT_OF_RANGE] = "out_of_range",
	[IMPORT_BAD_DATE] = "bad_date",
	[IMPORT_BAD_SCOPE] = "bad_scope",
};

/* The columns of the tuples that are reported. */
enum
{
	Anum_report_row_number = 1,
	Anum_report_ordinal,
	Anum_report_document_number,
	Anum_report_verdict,
	Anum_report_detail,
	Natts_report = Anum_report_detail
};

/* What an import has open. */
typedef struct ImportRelations
{
	Ledger		ledger;
	Relation	log;
	Relation	counters;
	Relation	ranges;
} ImportRelations;

/*
 * import_verdict counts a verdict, and keeps it for the report if it is asked
 * for.
 */
void
import_verdict(Import *import, int64 row_number, int64 ordinal, const char *number,
			   ImportVerdict verdict, const char *detail)
{
	TupleTableSlot *slot = import->report_slot;

	import->counts[verdict]++;
	if (import->report == REPORT_SUMMARY ||
		(import->report == REPORT_PROBLEMS && verdict <= IMPORT_EXTERNAL))
		return;
	ExecClearTuple(slot);
	memset(slot->tts_isnull, false, Natts_report * sizeof(bool));
	slot->tts_values[Anum_report_row_number - 1] = Int64GetDatum(row_number);
	slot->tts_values[Anum_report_ordinal - 1] = Int64GetDatum(ordinal);
	slot->tts_isnull[Anum_report_document_number - 1] = number == NULL;
	if (number != NULL)
		slot->tts_values[Anum_report_document_number - 1] = CStringGetTextDatum(number);
	slot->tts_values[Anum_report_verdict - 1] = Int32GetDatum(verdict);
	slot->tts_isnull[Anum_report_detail - 1] = detail == NULL;
	if (detail != NULL)
		slot->tts_values[Anum_report_detail - 1] = CStringGetTextDatum(detail);
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(import->reported, slot);
	ExecClearTuple(slot);
}

/*
 * import_progress shows in pg_stat_activity how far we are.
 */
void
import_progress(const Import *import, const char *doing, int64 rows)
{
	char		text[128];

	snprintf(text, sizeof(text), "docnum_import: %s, " INT64_FORMAT " rows", doing, rows);
	pgstat_report_activity(STATE_RUNNING, text);
}

/*
 * sort_by begins a sort by columns of 64 bits, save for one of text.
 */
static Tuplesortstate *
sort_by(TupleDesc desc, int ncolumns, AttrNumber *columns)
{
	Oid			operators[4];
	Oid			collations[4];
	bool		nulls_first[4] = {false};

	for (int i = 0; i < ncolumns; i++)
	{
		bool		is_text = TupleDescAttr(desc, columns[i] - 1)->atttypid == TEXTOID;

		operators[i] = is_text ? TextLessOperator : Int8LessOperator;
		collations[i] = is_text ? C_COLLATION_OID : InvalidOid;
	}
	return tuplesort_begin_heap(desc, ncolumns, columns, operators, collations, nulls_first,
								Min(work_mem, SORT_MEMORY), NULL, TUPLESORT_NONE);
}

/*
 * make_descriptors describes the tuples that are sorted.
 */
static void
make_descriptors(Import *import)
{
	static const Oid types[Natts_import] = {
		INT8OID, TEXTOID, INT8OID, INT8OID, INT8OID, INT8OID, INT4OID, DATEOID, TEXTOID, JSONBOID
	};
	static const Oid report_types[Natts_report] = {INT8OID, INT8OID, TEXTOID, INT4OID, TEXTOID};

	import->desc = CreateTemplateTupleDesc(Natts_import);
	for (int i = 0; i < Natts_import; i++)
		TupleDescInitEntry(import->desc, (AttrNumber) (i + 1), NULL, types[i], -1, 0);
	import->into = MakeSingleTupleTableSlot(import->desc, &TTSOpsVirtual);
	import->from = MakeSingleTupleTableSlot(import->desc, &TTSOpsMinimalTuple);
	import->report_desc = CreateTemplateTupleDesc(Natts_report);
	for (int i = 0; i < Natts_report; i++)
		TupleDescInitEntry(import->report_desc, (AttrNumber) (i + 1), NULL, report_types[i], -1, 0);
	import->report_slot = MakeSingleTupleTableSlot(import->report_desc, &TTSOpsVirtual);
}

/*
 * set_year sets the year of today, which tells the century of a number that
 * shows two digits of its year.
 */
static void
set_year(Import *import)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	if (timestamp2tm(GetCurrentTransactionStartTimestamp(), &offset, &tm, &fsec, NULL,
					 import->type.time_zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	import->year = tm.tm_year;
}

/*
 * prepare makes ready for reading under the definition of now.
 */
static void
prepare(Import *import)
{
	AttrNumber	text_columns[] = {
		Anum_import_uniqueness_id, Anum_import_document_number,
		Anum_import_row_number, Anum_import_ordinal
	};
	AttrNumber	value_columns[] = {
		Anum_import_counter_id, Anum_import_value,
		Anum_import_row_number, Anum_import_ordinal
	};
	AttrNumber	report_columns[] = {Anum_report_row_number, Anum_report_ordinal};
	HASHCTL		control = {0};

	import->type = *document_type_get(import->document_type);
	import->utf8 = GetDatabaseEncoding() == PG_UTF8;
	set_year(import);
	make_descriptors(import);
	import->row_context = AllocSetContextCreate(import->context, "docnum import row",
												ALLOCSET_DEFAULT_SIZES);
	control.keysize = sizeof(int64);
	control.entrysize = sizeof(ImportScope);
	control.hcxt = import->context;
	import->scopes = hash_create("docnum import scopes", 64, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	import->by_text = sort_by(import->desc, lengthof(text_columns), text_columns);
	import->by_value = sort_by(import->desc, lengthof(value_columns), value_columns);
	import->reported = sort_by(import->report_desc, lengthof(report_columns), report_columns);
	import->rows = 0;
	memset(import->counts, 0, sizeof(import->counts));
}

/*
 * forget throws away what was read.
 */
static void
forget(Import *import)
{
	tuplesort_end(import->by_text);
	tuplesort_end(import->by_value);
	tuplesort_end(import->reported);
	MemoryContextReset(import->context);
}

static int
compare_ids(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/*
 * sorted_scopes returns the ids of the scopes concerned, in the order in which
 * they are locked.
 */
static int64 *
sorted_scopes(const Import *import, int *count)
{
	int64	   *ids = palloc(sizeof(int64) * (hash_get_num_entries(import->scopes) + 1));
	HASH_SEQ_STATUS sequence;
	ImportScope *scope;

	*count = 0;
	hash_seq_init(&sequence, import->scopes);
	while ((scope = hash_seq_search(&sequence)) != NULL)
		ids[(*count)++] = scope->counter_id;
	qsort(ids, *count, sizeof(int64), compare_ids);
	return ids;
}

static void
open_for_writing(void *arg)
{
	ImportRelations *relations = arg;

	installation_note_write();
	ledger_open(&relations->ledger, RowExclusiveLock);
	relations->log = catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock);
	relations->counters = catalog_open(CATALOG_COUNTER, RowExclusiveLock);
	relations->ranges = catalog_open(CATALOG_RANGE, RowExclusiveLock);
}

static void
open_for_reading(void *arg)
{
	ImportRelations *relations = arg;

	ledger_open(&relations->ledger, AccessShareLock);
	relations->log = catalog_open(CATALOG_AUDIT_LOG, AccessShareLock);
	relations->counters = catalog_open(CATALOG_COUNTER, AccessShareLock);
	relations->ranges = catalog_open(CATALOG_RANGE, AccessShareLock);
}

static void
close_relations(ImportRelations *relations)
{
	table_close(relations->ranges, NoLock);
	table_close(relations->counters, NoLock);
	table_close(relations->log, NoLock);
	ledger_close(&relations->ledger);
}

/*
 * settle_scopes locks all scopes, unless this is a dry run, and finds out where
 * their counters start.  Raises NB003.
 */
static void
settle_scopes(Import *import, Relation counters)
{
	int			count;
	int64	   *ids = sorted_scopes(import, &count);

	(void) document_types_are_mixed();	/* read now, remembered then */
	for (int i = 0; i < count; i++)
	{
		ImportScope *scope = hash_search(import->scopes, &ids[i], HASH_FIND, NULL);
		Counter    *counter = counter_get(&import->type, scope->scope, strlen(scope->scope));

		CHECK_FOR_INTERRUPTS();
		if (import->dry_run)
			counter_read_row(counter);
		else
		{
			counter_ensure_row(counter, counters);
			counter_lock(counter, HOLD_TO_END);
		}
		scope->first_value = counter->first_value;
	}
	pfree(ids);
	DEBUG_POINT("import_locked");
}

/*
 * is_current: is the definition still the one that rows were read under?
 */
static bool
is_current(const Import *import)
{
	const DocumentType *type = &import->type;

	AcceptInvalidationMessages();
	return document_type_refresh(&type);
}

/*
 * log_import appends the row of the log for the whole.
 */
static void
log_import(const Import *import)
{
	AuditIntent intent = {"IMPORT", GetCurrentTimestamp(), NULL, NULL};
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoString(&json, "{\"source\": ");
	escape_json(&json, import->source_name);
	appendStringInfo(&json, ", \"rows\": " INT64_FORMAT, import->rows);
	for (int i = 0; i < IMPORT_VERDICTS; i++)
		appendStringInfo(&json, ", \"%s\": " INT64_FORMAT, verdict_names[i], import->counts[i]);
	appendStringInfoChar(&json, '}');
	intent.metadata = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
	audit_event(import->document_type, &intent);
}

/*
 * attempt imports; false if the definition changed while it waited, with
 * nothing done.
 */
static bool
attempt(Import *import)
{
	ImportRelations relations;
	int			held = transaction_scopes_held();

	prepare(import);
	import_read(import);
	lock_wait_for_tables(import->dry_run ? open_for_reading : open_for_writing, &relations);
	settle_scopes(import, relations.counters);
	if (!is_current(import))
	{
		if (!import->dry_run)
			transaction_unlock_since(held);
		close_relations(&relations);
		return false;
	}
	tuplesort_performsort(import->by_text);
	import_judge_texts(import, &relations.ledger);
	DEBUG_POINT("import_judged");
	tuplesort_performsort(import->by_value);
	import_write(import, &relations.ledger, relations.ranges);
	if (!import->dry_run)
		log_import(import);
	close_relations(&relations);
	return true;
}

/*
 * run_import imports, or only says what would become of the rows.
 */
static void
run_import(Import *import)
{
	import->query_id = pgstat_get_my_query_id();
	if (!import->dry_run)
	{
		transaction_took_number();
		CommandCounterIncrement();
	}
	while (!attempt(import))
		forget(import);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	pgstat_report_query_id(import->query_id, true);
}

/*
 * say_counts raises the notice.
 */
static void
say_counts(const Import *import)
{
	StringInfoData counts;

	initStringInfo(&counts);
	for (int i = 0; i < IMPORT_VERDICTS; i++)
	{
		if (import->counts[i] > 0)
			appendStringInfo(&counts, "%s" INT64_FORMAT " %s", counts.len ? ", " : "",
							 import->counts[i], verdict_names[i]);
	}
	ereport(NOTICE,
			(errmsg("%s" INT64_FORMAT " rows of %s read%s%s", import->dry_run ? "dry run: " : "",
					import->rows, import->source_name, counts.len ? ": " : "", counts.data)));
}

/*
 * return_report writes the result, in the order of the source.
 */
static void
return_report(Import *import, ReturnSetInfo *result)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(import->report_desc, &TTSOpsMinimalTuple);
	Datum		values[4];
	bool		isnull[4] = {false};

	if (import->report == REPORT_SUMMARY)
	{
		isnull[0] = isnull[1] = true;
		for (int i = 0; i < IMPORT_VERDICTS; i++)
		{
			values[2] = CStringGetTextDatum(verdict_names[i]);
			values[3] = CStringGetTextDatum(psprintf(INT64_FORMAT, import->counts[i]));
			if (import->counts[i] > 0)
				tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
		}
		return;
	}
	tuplesort_performsort(import->reported);
	while (tuplesort_gettupleslot(import->reported, true, false, slot, NULL))
	{
		MemoryContext old_context = MemoryContextSwitchTo(import->row_context);
		bool		null;
		int			verdict = DatumGetInt32(slot_getattr(slot, Anum_report_verdict, &null));

		CHECK_FOR_INTERRUPTS();
		values[0] = slot_getattr(slot, Anum_report_row_number, &isnull[0]);
		values[1] = slot_getattr(slot, Anum_report_document_number, &isnull[1]);
		values[2] = CStringGetTextDatum(verdict_names[verdict]);
		values[3] = slot_getattr(slot, Anum_report_detail, &isnull[3]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(import->row_context);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_import);

/*
 * read_report reads which rows are wanted in the result.
 */
static ImportReport
read_report(FunctionCallInfo fcinfo, int argument)
{
	static const char *const names[] = {"all", "problems", "summary"};
	char	   *name = face_optional_text(fcinfo, argument);

	if (name == NULL)
		return REPORT_PROBLEMS;
	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(names[i], name) == 0)
			return (ImportReport) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown report \"%s\"", name),
			 errdetail("Rows are reported as they are asked for."),
			 errhint("Ask for 'all', 'problems' or 'summary'.")));
	return REPORT_ALL;			/* keep the compiler quiet */
}

/*
 * read_source_name reads what the source is called in log and ranges.
 */
static char *
read_source_name(FunctionCallInfo fcinfo, int argument)
{
	char	   *name = face_text(fcinfo, argument, "source_name");

	if (name[strspn(name, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("source_name is empty"),
				 errdetail("Whoever reads the log later must see where the numbers came from."),
				 errhint("Give a name that says it, such as 'register of the old system, 2019'.")));
	return name;
}

/*
 * docnum_import(document_type, source, source_name, dry_run, accept_external,
 *				 report) -> (row_number, document_number, verdict, detail)
 * Raises NB001, NB003, NB005, 42501, 42703, 42P01, 22004, 22023, and what
 * reading the source raises.
 */
Datum
docnum_import(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Import	   *import = palloc0(sizeof(Import));
	MemoryContext old_context;

	import->document_type = face_document_type(fcinfo, 0);
	import->dry_run = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
	if (!import->dry_run)
		face_begin_write("docnum_import()");
	privilege_check(PRIVILEGE_ADMIN, document_type_get(import->document_type)->name);
	import->source = DatumGetObjectId(face_required(fcinfo, 1, "source"));
	import->source_name = read_source_name(fcinfo, 2);
	import->accept_external = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	import->report = read_report(fcinfo, 5);

	InitMaterializedSRF(fcinfo, 0);
	import->context = AllocSetContextCreate(CurrentMemoryContext, "docnum import",
											ALLOCSET_DEFAULT_SIZES);
	old_context = MemoryContextSwitchTo(import->context);
	run_import(import);
	return_report(import, result);
	say_counts(import);
	tuplesort_end(import->by_text);
	tuplesort_end(import->by_value);
	tuplesort_end(import->reported);
	MemoryContextSwitchTo(old_context);
	MemoryContextDelete(import->context);
	return (Datum) 0;
}
