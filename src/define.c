/*-------------------------------------------------------------------------
 *
 * define.c
 *	  docnum_define and docnum_drop: document types come, change and go.
 *
 * docnum_define creates a type or changes what is given and keeps the rest; a
 * call that changes nothing writes nothing.  What is allowed is decided in
 * definition.c, for this function and for the owner's UPDATE alike.
 *
 * Locks: ShareRowExclusiveLock on docnum.document_type, so that changes of
 * definitions come one after another; see definition.c for the ledger's.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "executor/executor.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"

#include "attach.h"
#include "audit.h"
#include "catalog.h"
#include "counter.h"
#include "definition.h"
#include "docnum.h"
#include "document_type.h"
#include "face.h"
#include "lock_wait.h"
#include "privilege.h"
#include "range.h"
#include "settings.h"

/* Arguments of docnum_define, in order, and the columns that they set. */
static const AttrNumber argument_columns[] = {
	Anum_document_type_document_type,
	Anum_document_type_format,
	Anum_document_type_scope,
	Anum_document_type_allocation,
	Anum_document_type_max_value,
	Anum_document_type_allow_manual_override,
	Anum_document_type_metadata,
	Anum_document_type_time_zone,
	Anum_document_type_fiscal_year_start,
	Anum_document_type_reservation_ttl,
	Anum_document_type_chronology,
	Anum_document_type_uniqueness,
	Anum_document_type_early_release,
	Anum_document_type_start_value,
	Anum_document_type_max_length,
	Anum_document_type_allow_reservations,
	Anum_document_type_series,
	Anum_document_type_rate_limit,
	Anum_document_type_rate_interval,
};

#define ARGUMENT_SCOPE			2
#define ARGUMENT_SERIES			16
#define ARGUMENT_FORMAT_CHANGE	((int) lengthof(argument_columns))

static void
lock_definitions(void *arg)
{
	*(Relation *) arg = catalog_open(CATALOG_DOCUMENT_TYPE, ShareRowExclusiveLock);
}

/*
 * open_definitions opens the table so that nobody else changes it.
 */
static Relation
open_definitions(const char *name)
{
	Relation	rel;

	if (!lock_wait_bounded(lock_definitions, &rel))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("definition of document type \"%s\" cannot be changed now", name),
				 errdetail("Waited %d ms for a transaction that changes definitions.",
						   settings_lock_timeout),
				 errhint("Try again when it has ended; docnum.lock_timeout sets how long to wait.")));
	return rel;
}

/*
 * fetch_definition copies the row of a type into slot; false if there is none.
 */
static bool
fetch_definition(Relation rel, const char *name, TupleTableSlot *slot)
{
	Relation	index = catalog_open_index(rel, Anum_document_type_document_type, false,
										   AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;

	ScanKeyEntryInitialize(&key, 0, Anum_document_type_document_type,
						   BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(name));
	scan = systable_beginscan_ordered(rel, index, NULL, 1, &key);
	tuple = systable_getnext_ordered(scan, ForwardScanDirection);
	if (HeapTupleIsValid(tuple))
		ExecForceStoreHeapTuple(heap_copytuple(tuple), slot, false);
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	return HeapTupleIsValid(tuple);
}

static void
set_column(TupleTableSlot *row, AttrNumber attribute, Datum value)
{
	row->tts_values[attribute - 1] = value;
	row->tts_isnull[attribute - 1] = false;
}

/*
 * set_defaults fills a new definition.
 */
static void
set_defaults(TupleTableSlot *row)
{
	memset(row->tts_isnull, true, Natts_document_type * sizeof(bool));
	set_column(row, Anum_document_type_scope, CStringGetTextDatum("GLOBAL"));
	set_column(row, Anum_document_type_allocation, CStringGetTextDatum("CONCURRENT"));
	set_column(row, Anum_document_type_allow_manual_override, BoolGetDatum(false));
	set_column(row, Anum_document_type_max_value, Int64GetDatum(999999));
	set_column(row, Anum_document_type_time_zone,
			   CStringGetTextDatum(pg_get_timezone_name(session_timezone)));
	set_column(row, Anum_document_type_fiscal_year_start, Int32GetDatum(1));
	set_column(row, Anum_document_type_chronology, CStringGetTextDatum("none"));
	set_column(row, Anum_document_type_uniqueness, CStringGetTextDatum("GLOBAL"));
	set_column(row, Anum_document_type_early_release, BoolGetDatum(false));
	set_column(row, Anum_document_type_start_value, Int64GetDatum(1));
	set_column(row, Anum_document_type_max_length, Int32GetDatum(100));
	set_column(row, Anum_document_type_allow_reservations, BoolGetDatum(true));
	set_column(row, Anum_document_type_generation, Int32GetDatum(1));
	set_column(row, Anum_document_type_version, Int32GetDatum(1));
}

/*
 * brings_other_uniqueness: do the types that are there all have the other
 * uniqueness?
 */
static bool
brings_other_uniqueness(Relation rel, Datum uniqueness)
{
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	bool		other = false;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;

		if (DatumGetBool(DirectFunctionCall2Coll(texteq, C_COLLATION_OID, uniqueness,
												 heap_getattr(tuple, Anum_document_type_uniqueness,
															  RelationGetDescr(rel), &isnull))))
		{
			other = false;
			break;
		}
		other = true;
	}
	systable_endscan(scan);
	return other;
}

/*
 * create writes a new definition.
 */
static void
create(Relation rel, const char *name, TupleTableSlot *row)
{
	AuditIntent intent = {"DEFINE", GetCurrentTimestamp(), NULL, NULL};

	if (row->tts_isnull[Anum_document_type_format - 1])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a new document type needs a format"),
				 errdetail("Document type \"%s\" does not exist yet.", name),
				 errhint("docnum_define(%s, format => '{TYPE}-{SEQ:5}').", quote_literal_cstr(name))));
	set_column(row, Anum_document_type_created_at, TimestampTzGetDatum(intent.at));
	set_column(row, Anum_document_type_updated_at, TimestampTzGetDatum(intent.at));
	ExecStoreVirtualTuple(row);
	definition_check(row);

	/* The first type of the other uniqueness concerns all that write now. */
	if (brings_other_uniqueness(rel, row->tts_values[Anum_document_type_uniqueness - 1]))
		definition_exclude_writers(name);
	catalog_insert(rel, row);
	audit_inserted(rel, row, &intent);
}

/*
 * same_row: do two versions of a definition say the same?
 */
static bool
same_row(TupleTableSlot *old_row, TupleTableSlot *new_row)
{
	HeapTuple	old_tuple = heap_form_tuple(old_row->tts_tupleDescriptor, old_row->tts_values,
											old_row->tts_isnull);
	HeapTuple	new_tuple = heap_form_tuple(new_row->tts_tupleDescriptor, new_row->tts_values,
											new_row->tts_isnull);

	return old_tuple->t_len == new_tuple->t_len &&
		memcmp((char *) old_tuple->t_data + old_tuple->t_data->t_hoff,
			   (char *) new_tuple->t_data + new_tuple->t_data->t_hoff,
			   old_tuple->t_len - old_tuple->t_data->t_hoff) == 0 &&
		memcmp(old_row->tts_isnull, new_row->tts_isnull,
			   Natts_document_type * sizeof(bool)) == 0;
}

/*
 * change writes a changed definition, if anything changed.
 */
static void
change(Relation rel, TupleTableSlot *old_row, TupleTableSlot *new_row, const char *format_change)
{
	AuditIntent intent = {"DEFINE", 0, NULL, NULL};

	if (same_row(old_row, new_row))
	{
		ExecStoreVirtualTuple(new_row);
		return;
	}
	set_column(new_row, Anum_document_type_version,
			   Int32GetDatum(DatumGetInt32(old_row->tts_values[Anum_document_type_version - 1]) + 1));
	ExecStoreVirtualTuple(new_row);
	if (format_change != NULL && strcmp(format_change, "restart") == 0 &&
		definition_changes_numbers(old_row, new_row))
		set_column(new_row, Anum_document_type_generation,
				   Int32GetDatum(DatumGetInt32(old_row->tts_values[Anum_document_type_generation - 1]) + 1));
	definition_check_change(old_row, new_row, format_change);

	/*
	 * Numbers made by the old definition are older: their writers were waited
	 * for.
	 */
	intent.at = GetCurrentTimestamp();
	set_column(new_row, Anum_document_type_updated_at, TimestampTzGetDatum(intent.at));
	intent.metadata = audit_metadata(NULL, "format_change", format_change, NULL);
	catalog_update(rel, old_row, new_row);
	audit_updated(rel, old_row, new_row, &intent);
}

static void
open_grants(void *arg)
{
	table_close(catalog_open(CATALOG_PRIVILEGE, ShareRowExclusiveLock), NoLock);
}

/*
 * lock_grants keeps others from granting; before the ledger, see the order of
 * locks.
 */
static void
lock_grants(const char *name)
{
	if (!lock_wait_bounded(open_grants, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("document type \"%s\" cannot be dropped now", name),
				 errdetail("Waited %d ms for a transaction that changes grants.",
						   settings_lock_timeout),
				 errhint("Try again when it has ended; docnum.lock_timeout sets how long to wait.")));
}

/*
 * drop_grants takes away the grants on a type that goes, so that another type
 * of its name does not inherit them.
 */
static void
drop_grants(const char *name)
{
	Relation	rel = catalog_open(CATALOG_PRIVILEGE, ShareRowExclusiveLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	AuditIntent intent = {"REVOKE", GetCurrentTimestamp(), NULL, NULL};
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		type = heap_getattr(tuple, Anum_privilege_document_type,
										RelationGetDescr(rel), &isnull);

		if (isnull || strcmp(TextDatumGetCString(type), name) != 0)
			continue;
		ExecForceStoreHeapTuple(heap_copytuple(tuple), slot, false);
		catalog_delete(rel, &tuple->t_self);
		audit_deleted(rel, slot, &intent);
	}
	systable_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/*
 * drop_ranges forgets what was skipped or closed of a type that goes: another
 * type of its name begins with nothing.  Those of a series are its other
 * types'.
 */
static void
drop_ranges(const char *name)
{
	ListCell   *cell;

	foreach(cell, counter_list(name))
		range_drop(*(int64 *) lfirst(cell));
}

/*
 * drop_type removes a type that has no number.
 */
static void
drop_type(const char *name)
{
	Relation	rel = open_definitions(name);
	TupleTableSlot *row = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	AuditIntent intent = {"DROP", GetCurrentTimestamp(), NULL, NULL};
	int64		highest;

	if (!fetch_definition(rel, name, row))
		document_type_not_found(name);
	lock_grants(name);
	definition_exclude_writers(name);
	if (definition_has_numbers(name, &highest))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("document type \"%s\" has numbers and cannot be dropped", name),
				 highest > 0 ? errdetail("Its highest value is " INT64_FORMAT ".", highest)
				 : errdetail("All of them are external."),
				 errhint("Numbers are kept for ever; revoke the privilege to use the type instead.")));
	if (attach_rows(name) != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("document type \"%s\" has an attached table and cannot be dropped", name),
				 errdetail("docnum.attachment names it."),
				 errhint("docnum_detach ends that.")));
	if (slot_attisnull(row, Anum_document_type_series))
		drop_ranges(name);
	counter_drop_rows(name);
	drop_grants(name);
	catalog_delete(rel, &row->tts_tid);
	audit_deleted(rel, row, &intent);
	CommandCounterIncrement();
	ExecDropSingleTupleTableSlot(row);
	table_close(rel, NoLock);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_define);
PG_FUNCTION_INFO_V1(docnum_drop);

/*
 * format_change_argument reads the last argument of docnum_define.
 */
static char *
format_change_argument(FunctionCallInfo fcinfo, const char *name)
{
	char	   *value = face_optional_text(fcinfo, ARGUMENT_FORMAT_CHANGE);

	if (value != NULL && strcmp(value, "continue") != 0 && strcmp(value, "restart") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no format_change", value),
				 errdetail("Document type: \"%s\".", name),
				 errhint("Say 'continue' or 'restart'.")));
	return value;
}

/*
 * docnum_define(document_type, ...) -> docnum.document_type
 */
Datum
docnum_define(PG_FUNCTION_ARGS)
{
	char	   *name = face_document_type(fcinfo, 0);
	char	   *format_change = format_change_argument(fcinfo, name);
	Relation	rel;
	TupleTableSlot *old_row;
	TupleTableSlot *new_row;
	bool		exists;
	Datum		result;

	face_begin_write("docnum_define()");
	privilege_check(PRIVILEGE_ADMIN, name);
	rel = open_definitions(name);
	old_row = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	new_row = table_slot_create(rel, NULL);

	exists = fetch_definition(rel, name, old_row);
	ExecClearTuple(new_row);
	if (exists)
	{
		slot_getallattrs(old_row);
		memcpy(new_row->tts_values, old_row->tts_values, Natts_document_type * sizeof(Datum));
		memcpy(new_row->tts_isnull, old_row->tts_isnull, Natts_document_type * sizeof(bool));
	}
	else
		set_defaults(new_row);
	for (int i = 0; i < (int) lengthof(argument_columns); i++)
	{
		if (!PG_ARGISNULL(i))
			set_column(new_row, argument_columns[i], PG_GETARG_DATUM(i));
	}
	if (!PG_ARGISNULL(ARGUMENT_SCOPE))
		set_column(new_row, Anum_document_type_scope,
				   CStringGetTextDatum(definition_spell_scope(name,
															  face_optional_text(fcinfo, ARGUMENT_SCOPE))));

	if (!PG_ARGISNULL(ARGUMENT_SERIES) && face_optional_text(fcinfo, ARGUMENT_SERIES)[0] == '\0')
		new_row->tts_isnull[Anum_document_type_series - 1] = true;	/* out of it */

	if (exists)
		change(rel, old_row, new_row, format_change);
	else
		create(rel, name, new_row);
	CommandCounterIncrement();

	result = ExecFetchSlotHeapTupleDatum(new_row);
	ExecDropSingleTupleTableSlot(new_row);
	ExecDropSingleTupleTableSlot(old_row);
	table_close(rel, NoLock);
	PG_RETURN_DATUM(result);
}

/*
 * docnum_drop(document_type) -> boolean
 */
Datum
docnum_drop(PG_FUNCTION_ARGS)
{
	char	   *name = face_document_type(fcinfo, 0);

	face_begin_write("docnum_drop()");
	(void) document_type_get(name);
	privilege_check(PRIVILEGE_ADMIN, name);
	drop_type(name);
	PG_RETURN_BOOL(true);
}
