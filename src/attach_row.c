/*-------------------------------------------------------------------------
 *
 * attach_row.c
 *	  One row of an attached table: its columns, the number it is given, what
 *	  becomes of the number when the row is deleted.
 *
 * Memory: current context, which the executor empties after each row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

#include "attach.h"
#include "docnum.h"
#include "void.h"

/*
 * value_text returns a column as text; NULL for a null.
 */
static char *
value_text(const ColumnText *column, Relation rel, HeapTuple tuple)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, column->attribute, RelationGetDescr(rel), &isnull);

	if (isnull)
		return NULL;
	if (column->is_text)
		return TextDatumGetCString(value);
	return OutputFunctionCall(unconstify(FmgrInfo *, &column->output), value);
}

/*
 * date_of returns the row's document date; a timestamp with time zone is taken
 * in the zone of the document type.  Raises 22008 for an infinite one.
 */
static DateADT
date_of(const Attachment *attachment, Datum value)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	if (attachment->date_type == DATEOID && !DATE_NOT_FINITE(DatumGetDateADT(value)))
		return DatumGetDateADT(value);
	if (attachment->date_type == TIMESTAMPOID && !TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)))
		return DatumGetDateADT(DirectFunctionCall1(timestamp_date, value));
	if (attachment->date_type == TIMESTAMPTZOID &&
		!TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(value)) &&
		timestamp2tm(DatumGetTimestampTz(value), &offset, &tm, &fsec, NULL,
					 document_type_get(attachment->document_type)->time_zone) == 0)
		return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("document date is infinite or out of range"),
			 errdetail("Dates from 0001-01-01 to 9999-12-31 can be shown in a number. Document type: \"%s\".",
					   attachment->document_type),
			 errhint("Give the row the document's own date, or none.")));
	return 0;					/* keep the compiler quiet */
}

/*
 * attach_request says what a row asks for.
 */
void
attach_request(const Attachment *attachment, Relation rel, HeapTuple tuple,
			   TargetRequest *request)
{
	const char **values;
	bool		isnull;
	Datum		date;

	memset(request, 0, sizeof(*request));
	request->document_type = attachment->document_type;
	if (attachment->ndimensions > 0)
	{
		values = palloc(attachment->ndimensions * sizeof(char *));
		for (int i = 0; i < attachment->ndimensions; i++)
			values[i] = value_text(&attachment->values[i], rel, tuple);
		request->scope.nnamed = attachment->ndimensions;
		request->scope.names = attachment->names;
		request->scope.values = values;
	}
	if (attachment->date != 0)
	{
		date = heap_getattr(tuple, attachment->date, RelationGetDescr(rel), &isnull);
		request->has_date = !isnull;
		if (!isnull)
			request->date = date_of(attachment, date);
	}
}

/*
 * attach_is_issued: is it time for the row's number?
 */
bool
attach_is_issued(const Attachment *attachment, Relation rel, HeapTuple tuple)
{
	bool		isnull;
	Datum		issued;

	if (attachment->issue == 0)
		return true;
	issued = heap_getattr(tuple, attachment->issue, RelationGetDescr(rel), &isnull);
	return !isnull && DatumGetBool(issued);
}

/*
 * attach_number_of returns the row's number, or NULL.
 */
char *
attach_number_of(const Attachment *attachment, Relation rel, HeapTuple tuple)
{
	bool		isnull;
	Datum		number = heap_getattr(tuple, attachment->number, RelationGetDescr(rel), &isnull);

	return isnull ? NULL : TextDatumGetCString(number);
}

/*
 * attach_number_datum makes the column's value of a number.  Raises what the
 * column's type raises: 22001 if it is too short, 23514 for a domain.
 */
Datum
attach_number_datum(const Attachment *attachment, const char *number)
{
	if (attachment->is_text)
		return CStringGetTextDatum(number);
	return InputFunctionCall(unconstify(FmgrInfo *, &attachment->input),
							 unconstify(char *, number), attachment->input_param,
							 attachment->typmod);
}

/*
 * attach_give gives the row its number.  Raises what allocate raises.
 */
char *
attach_give(const Attachment *attachment, Relation rel, HeapTuple tuple)
{
	AllocationRequest request = {0};
	Allocation	allocation;
	AttachGiven given;
	char	   *number;

	attach_request(attachment, rel, tuple, &request.target);
	number = attach_reuse_given(attachment, &request.target);
	if (number != NULL)
		return number;
	request.state = STATE_CONFIRMED;
	request.operation = "ISSUE";
	allocate(&request, &allocation);
	given.counter_id = allocation.counter_id;
	given.value = allocation.value;
	given.has_date = request.target.has_date;
	given.date = request.target.date;
	given.per_scope = document_type_get(attachment->document_type)->unique_per_scope;
	given.document_number = allocation.document_number;
	attach_note_given(attachment, &given);
	return allocation.document_number;
}

/*
 * append_key appends a column of the row's key to a JSON object.
 */
static void
append_key(StringInfo json, Relation rel, HeapTuple tuple, AttrNumber attribute)
{
	Form_pg_attribute form = TupleDescAttr(RelationGetDescr(rel), attribute - 1);
	bool		isnull;
	Datum		value = heap_getattr(tuple, attribute, RelationGetDescr(rel), &isnull);
	Oid			output;
	bool		is_varlena;

	if (json->data[json->len - 1] != '{')
		appendStringInfoChar(json, ',');
	escape_json(json, NameStr(form->attname));
	appendStringInfoChar(json, ':');
	getTypeOutputInfo(form->atttypid, &output, &is_varlena);
	if (isnull)
		appendStringInfoString(json, "null");
	else if (form->atttypid == INT2OID || form->atttypid == INT4OID || form->atttypid == INT8OID)
		appendStringInfoString(json, OidOutputFunctionCall(output, value));
	else
		escape_json(json, OidOutputFunctionCall(output, value));
}

/*
 * row_identity names a row for the log: its table, and its primary key or
 * replica identity.
 */
static Jsonb *
row_identity(Relation rel, HeapTuple tuple)
{
	Bitmapset  *key = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	StringInfoData json;
	int			column = -1;

	if (bms_is_empty(key))
		key = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_IDENTITY_KEY);
	initStringInfo(&json);
	appendStringInfoString(&json, "{\"table\":");
	escape_json(&json, quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
												  RelationGetRelationName(rel)));
	appendStringInfoString(&json, ",\"row\":{");
	while ((column = bms_next_member(key, column)) >= 0)
		append_key(&json, rel, tuple,
				   (AttrNumber) (column + FirstLowInvalidHeapAttributeNumber));
	appendStringInfoString(&json, "}}");
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

/*
 * attach_row_deleted voids the number of a row that was deleted, or refuses
 * that.  A row that moved to another partition was not deleted.
 */
void
attach_row_deleted(const Attachment *attachment, Relation rel, HeapTuple tuple,
				   const char *number)
{
	TargetRequest request;
	TupleTableSlot *row;
	Ledger		ledger;
	NumberState state;

	attach_request(attachment, rel, tuple, &request);
	ledger_open(&ledger, RowExclusiveLock);
	row = table_slot_create(ledger.table, NULL);
	if (!attach_identify(&ledger, &request, number, row) ||
		(rel->rd_rel->relispartition &&
		 attach_is_borne(attachment->target, attachment->id, number, attach_scope_of(row))))
	{
		ExecDropSingleTupleTableSlot(row);
		ledger_close(&ledger);
		return;
	}
	if (attachment->refuse_delete)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_IMMUTABLE),
				 errmsg("row with number %s cannot be deleted", number),
				 errdetail("Table \"%s\" is attached to document type \"%s\" with on_delete refuse.",
						   get_rel_name(attachment->target), attachment->document_type),
				 errhint("Void the number and keep the row: docnum_void('%s', 'reason').", number)));

	table_close(catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock), NoLock);
	if (attach_lock_number(&ledger, row))
	{
		state = attach_state_of(row);
		if (state == STATE_CONFIRMED || state == STATE_IMPORTED || state == STATE_EXTERNAL)
			void_row(&ledger, row, "its row was deleted", NULL, row_identity(rel, tuple));
	}
	ExecDropSingleTupleTableSlot(row);
	ledger_close(&ledger);
}
