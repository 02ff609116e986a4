/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  The audit trigger: guard of docnum's tables, and the one way into the log.
 *
 * One C function, docnum.audit(), is the BEFORE trigger of each table of
 * docnum, for rows and for TRUNCATE, enabled ALWAYS.  Fired by the executor it
 * refuses every change but three: a restore (INSERT while the installation is
 * virgin), an UPDATE of a definition by its owner (checked and logged), and
 * what a logical replication worker applies.
 *
 * The engine writes its rows without the executor (catalog.c) and then fires
 * the same function itself, with a TriggerData of its own: so there is no
 * second path into the log.  The two callers cannot be confused: the executor
 * always passes an FmgrInfo, the engine never does.  Nothing needs resetting
 * after an error.
 *
 * Invariant: one row of the log for each change of a number, a type or a
 * grant, in the same transaction.
 *
 * Locks: RowExclusiveLock on the log, taken before any scope's lock by whoever
 * allocates (an administrator who locks the log must not stop a scope).
 *
 * Memory: what the log's row needs is allocated in the current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/xid8.h"

#include "audit.h"
#include "catalog.h"
#include "debug_point.h"
#include "definition.h"
#include "docnum.h"
#include "installation.h"
#include "settings.h"

/* The engine's call: a TriggerData, and what the engine says of the row. */
typedef struct AuditCall
{
	TriggerData trigger;		/* must be first */
	const AuditIntent *intent;
	AuditBatch *batch;			/* where a number's row is put, or NULL */
} AuditCall;

/* Rows of the log in the making, written together. */
struct AuditBatch
{
	Relation	log;
	BulkInsertState bulk;
	TupleTableSlot **slots;
	int			size;
	int			count;			/* slots in use */
};

/* A row of the log in the making. */
typedef struct LogRow
{
	Datum		values[Natts_audit_log];
	bool		isnull[Natts_audit_log];
} LogRow;

const char	audit_true[] = "true";

PG_FUNCTION_INFO_V1(docnum_audit);

static void
log_set(LogRow *row, AttrNumber attribute, Datum value)
{
	row->values[attribute - 1] = value;
	row->isnull[attribute - 1] = false;
}

static void
log_set_text(LogRow *row, AttrNumber attribute, const char *text)
{
	log_set(row, attribute, CStringGetTextDatum(text));
}

/*
 * log_set_claim sets what the application says of its user: cut at a number
 * of characters, an empty text is NULL.
 */
static void
log_set_claim(LogRow *row, AttrNumber attribute, const char *claim, int limit)
{
	if (claim != NULL && claim[0] != '\0')
		log_set(row, attribute,
				PointerGetDatum(cstring_to_text_with_len(claim,
														 pg_mbcharcliplen(claim, strlen(claim), limit))));
}

/*
 * log_copy copies a column of the row that changed, if it is not null.
 */
static void
log_copy(LogRow *row, AttrNumber attribute, TupleTableSlot *source, AttrNumber from)
{
	bool		isnull;
	Datum		value = slot_getattr(source, from, &isnull);

	if (!isnull)
		log_set(row, attribute, value);
}

/*
 * log_set_client sets the client's address, if it has one.
 */
static void
log_set_client(LogRow *row)
{
	LOCAL_FCINFO(fcinfo, 0);
	Datum		address;

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(fcinfo);
	if (!fcinfo->isnull)
		log_set(row, Anum_audit_log_client_address, address);
}

/*
 * log_begin fills what every row of the log has: who, when, in which
 * transaction.
 */
static void
log_begin(LogRow *row, const char *operation, TimestampTz at, Jsonb *metadata)
{
	Oid			session_role = GetSessionUserId();
	Oid			acting_role = GetUserId();

	memset(row->isnull, true, sizeof(row->isnull));
	log_set_text(row, Anum_audit_log_operation, operation);
	log_set(row, Anum_audit_log_timestamp, TimestampTzGetDatum(at));
	if (metadata)
		log_set(row, Anum_audit_log_metadata, JsonbPGetDatum(metadata));
	log_set_claim(row, Anum_audit_log_user_id, settings_user_id, DOCNUM_USER_ID_LIMIT);
	log_set_claim(row, Anum_audit_log_ip_address, settings_ip_address, DOCNUM_IP_ADDRESS_LIMIT);
	log_set_claim(row, Anum_audit_log_user_agent, settings_user_agent, DOCNUM_USER_AGENT_LIMIT);
	log_set_text(row, Anum_audit_log_session_role, GetUserNameFromId(session_role, false));
	if (acting_role != session_role)
		log_set_text(row, Anum_audit_log_acting_role, GetUserNameFromId(acting_role, false));
	if (application_name != NULL && application_name[0] != '\0')
		log_set_text(row, Anum_audit_log_application_name, application_name);
	log_set_client(row);
	log_set(row, Anum_audit_log_xid, FullTransactionIdGetDatum(GetTopFullTransactionId()));
}

/*
 * log_write appends the row to the log.
 */
static void
log_write(LogRow *row)
{
	Relation	log = catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(log, NULL);

	log_set(row, Anum_audit_log_id, Int64GetDatum(catalog_next_audit_id()));
	memcpy(slot->tts_values, row->values, sizeof(row->values));
	memcpy(slot->tts_isnull, row->isnull, sizeof(row->isnull));
	ExecStoreVirtualTuple(slot);
	catalog_insert(log, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(log, NoLock);
}

/*
 * log_put keeps the row for later in a batch.
 */
static void
log_put(LogRow *row, AuditBatch *batch)
{
	TupleTableSlot *slot;

	Assert(batch->count < batch->size);
	slot = batch->slots[batch->count++];
	log_set(row, Anum_audit_log_id, Int64GetDatum(catalog_next_audit_id()));
	ExecClearTuple(slot);
	memcpy(slot->tts_values, row->values, sizeof(row->values));
	memcpy(slot->tts_isnull, row->isnull, sizeof(row->isnull));
	ExecStoreVirtualTuple(slot);
}

/*
 * row_as_json returns a row as the text of a JSON object.
 */
static char *
row_as_json(TupleTableSlot *slot)
{
	return TextDatumGetCString(DirectFunctionCall1(row_to_json,
												   ExecFetchSlotHeapTupleDatum(slot)));
}

/*
 * log_scope_of_external: an external number has no counter, but one that is
 * unique in a scope is known by that.
 */
static void
log_scope_of_external(LogRow *row, TupleTableSlot *number)
{
	bool		isnull;
	Datum		uniqueness_id = slot_getattr(number, Anum_number_uniqueness_id, &isnull);

	if (DatumGetInt64(uniqueness_id) != 0)
		log_set(row, Anum_audit_log_counter_id, uniqueness_id);
}

/*
 * log_number logs a change of the ledger.
 */
static void
log_number(TupleTableSlot *old_row, TupleTableSlot *new_row, const AuditIntent *intent,
		   AuditBatch *batch)
{
	LogRow		row;
	bool		isnull;
	Datum		state;

	log_begin(&row, intent->operation, intent->at, intent->metadata);
	log_copy(&row, Anum_audit_log_document_type, new_row, Anum_number_document_type);
	log_copy(&row, Anum_audit_log_document_number, new_row, Anum_number_document_number);
	log_copy(&row, Anum_audit_log_value, new_row, Anum_number_value);
	log_copy(&row, Anum_audit_log_counter_id, new_row, Anum_number_counter_id);
	if (row.isnull[Anum_audit_log_counter_id - 1])
		log_scope_of_external(&row, new_row);
	if (old_row != NULL)
	{
		state = slot_getattr(old_row, Anum_number_state, &isnull);
		log_set_text(&row, Anum_audit_log_old_value,
					 catalog_state_names[catalog_state_from_oid(DatumGetObjectId(state))]);
	}
	state = slot_getattr(new_row, Anum_number_state, &isnull);
	log_set_text(&row, Anum_audit_log_new_value,
				 catalog_state_names[catalog_state_from_oid(DatumGetObjectId(state))]);
	if (batch != NULL)
		log_put(&row, batch);
	else
		log_write(&row);
}

/*
 * log_document_type logs a definition's change with the whole row before and
 * after it.  Counter 0, which no scope has, leads the index to these rows.
 */
static void
log_document_type(TupleTableSlot *old_row, TupleTableSlot *new_row, const AuditIntent *intent)
{
	LogRow		row;

	log_begin(&row, intent->operation, intent->at, intent->metadata);
	log_copy(&row, Anum_audit_log_document_type, new_row ? new_row : old_row,
			 Anum_document_type_document_type);
	if (old_row)
		log_set_text(&row, Anum_audit_log_old_value, row_as_json(old_row));
	if (new_row)
		log_set_text(&row, Anum_audit_log_new_value, row_as_json(new_row));
	log_set(&row, Anum_audit_log_counter_id, Int64GetDatum(0));
	log_write(&row);
}

/*
 * log_privilege logs a grant or what was revoked.
 */
static void
log_privilege(TupleTableSlot *old_row, TupleTableSlot *new_row, const AuditIntent *intent)
{
	TupleTableSlot *granted = new_row ? new_row : old_row;
	LogRow		row;
	bool		isnull;
	char	   *words;

	words = psprintf("%s to %s",
					 TextDatumGetCString(slot_getattr(granted, Anum_privilege_privilege, &isnull)),
					 TextDatumGetCString(slot_getattr(granted, Anum_privilege_role_name, &isnull)));
	log_begin(&row, intent->operation, intent->at, intent->metadata);
	log_copy(&row, Anum_audit_log_document_type, granted, Anum_privilege_document_type);
	log_set_text(&row, new_row ? Anum_audit_log_new_value : Anum_audit_log_old_value, words);
	log_write(&row);
}

/*
 * log_range logs values that nobody will get, or that can be had again.
 */
static void
log_range(TupleTableSlot *old_row, TupleTableSlot *new_row, const AuditIntent *intent)
{
	LogRow		row;
	TupleTableSlot *range = new_row ? new_row : old_row;
	const AuditRange *more = intent->range;
	bool		isnull;
	int64		first = DatumGetInt64(slot_getattr(range, Anum_range_first_value, &isnull));
	int64		last = DatumGetInt64(slot_getattr(range, Anum_range_last_value, &isnull));
	char	   *bounds = psprintf(INT64_FORMAT ".." INT64_FORMAT, first, last);

	log_begin(&row, intent->operation, intent->at, intent->metadata);
	log_set_text(&row, Anum_audit_log_document_type, more->document_type);
	log_copy(&row, Anum_audit_log_counter_id, range, Anum_range_counter_id);
	if (more->old_value)
		log_set_text(&row, Anum_audit_log_old_value, more->old_value);
	else if (new_row == NULL)
		log_set_text(&row, Anum_audit_log_old_value, bounds);
	if (more->new_value)
		log_set_text(&row, Anum_audit_log_new_value, more->new_value);
	else if (new_row != NULL)
		log_set_text(&row, Anum_audit_log_new_value, bounds);
	log_write(&row);
}

/*
 * log_reservation logs what the ledger does not show: a changed expiry.
 */
static void
log_reservation(TupleTableSlot *old_row, TupleTableSlot *new_row, const AuditIntent *intent)
{
	LogRow		row;
	bool		isnull;

	log_begin(&row, intent->operation, intent->at, intent->metadata);
	log_copy(&row, Anum_audit_log_document_type, new_row, Anum_reservation_document_type);
	log_copy(&row, Anum_audit_log_counter_id, new_row, Anum_reservation_counter_id);
	log_copy(&row, Anum_audit_log_value, new_row, Anum_reservation_value);
	log_set_text(&row, Anum_audit_log_old_value,
				 timestamptz_to_str(DatumGetTimestampTz(slot_getattr(old_row, Anum_reservation_expires_at, &isnull))));
	log_set_text(&row, Anum_audit_log_new_value,
				 timestamptz_to_str(DatumGetTimestampTz(slot_getattr(new_row, Anum_reservation_expires_at, &isnull))));
	log_write(&row);
}

/*
 * log_attachment logs that a table was attached to a document type, or
 * detached, with the whole row.
 */
static void
log_attachment(TupleTableSlot *old_row, TupleTableSlot *new_row, const AuditIntent *intent)
{
	TupleTableSlot *attachment = new_row ? new_row : old_row;
	LogRow		row;

	log_begin(&row, intent->operation, intent->at, intent->metadata);
	log_copy(&row, Anum_audit_log_document_type, attachment, Anum_attachment_document_type);
	log_set_text(&row, new_row ? Anum_audit_log_new_value : Anum_audit_log_old_value,
				 row_as_json(attachment));
	log_write(&row);
}

/*
 * log_change writes the log's row for a change of a table.
 */
static void
log_change(CatalogTable table, TupleTableSlot *old_row, TupleTableSlot *new_row,
		   const AuditIntent *intent, AuditBatch *batch)
{
	installation_note_write();
	if (table == CATALOG_DOCUMENT_TYPE)
		catalog_definitions_changed();
	else if (table == CATALOG_PRIVILEGE)
		catalog_privileges_changed();
	else if (table == CATALOG_RANGE)
		catalog_ranges_changed();
	else if (table == CATALOG_ATTACHMENT)
		catalog_attachments_changed();

	if (intent->operation == NULL)
		return;
	switch (table)
	{
		case CATALOG_NUMBER:
			log_number(old_row, new_row, intent, batch);
			break;
		case CATALOG_DOCUMENT_TYPE:
			log_document_type(old_row, new_row, intent);
			break;
		case CATALOG_PRIVILEGE:
			log_privilege(old_row, new_row, intent);
			break;
		case CATALOG_RANGE:
			log_range(old_row, new_row, intent);
			break;
		case CATALOG_RESERVATION:
			log_reservation(old_row, new_row, intent);
			break;
		case CATALOG_ATTACHMENT:
			log_attachment(old_row, new_row, intent);
			break;
		default:
			elog(ERROR, "no log rows for this table");
	}
}

/*
 * refuse raises NB014 for a change that is not docnum's own.
 */
static void
refuse(Relation table, CatalogTable which)
{
	const char *hint = which == CATALOG_DOCUMENT_TYPE
	? "Use docnum_define and docnum_drop; a definition can be changed by UPDATE."
	: "Use docnum's functions; they keep ledger and log in step.";

	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_IMMUTABLE),
			 errmsg("table \"%s.%s\" is written by docnum alone",
					DOCNUM_SCHEMA, RelationGetRelationName(table)),
			 errdetail("A direct INSERT is accepted only while a dump is restored into a new installation; UPDATE, DELETE and TRUNCATE never are."),
			 errhint("%s", hint)));
}

/*
 * set_role_oid finds the role of a restored row anew by its name: the oid of
 * another cluster means another role here.  A role that is missing gets none.
 */
static HeapTuple
set_role_oid(Relation table, HeapTuple tuple, AttrNumber name_column, AttrNumber oid_column)
{
	TupleDesc	desc = RelationGetDescr(table);
	bool		null;
	Datum		name = heap_getattr(tuple, name_column, desc, &null);
	Datum		value;
	int			column = oid_column;

	if (null)
		return tuple;			/* the table's constraint refuses it */
	value = ObjectIdGetDatum(get_role_oid(TextDatumGetCString(name), true));
	return heap_modify_tuple_by_cols(tuple, desc, 1, &column, &value, &null);
}

/*
 * restore_row lets a row of a dump, or of a publisher, in: not logged, since
 * the log comes with it.
 */
static HeapTuple
restore_row(TriggerData *trigger, CatalogTable which)
{
	HeapTuple	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)
	? trigger->tg_newtuple : trigger->tg_trigtuple;

	DEBUG_POINT("row_restored");
	if (which == CATALOG_DOCUMENT_TYPE)
		catalog_definitions_changed();
	if (which == CATALOG_PRIVILEGE)
		catalog_privileges_changed();
	if (which == CATALOG_RANGE)
		catalog_ranges_changed();
	if (which == CATALOG_ATTACHMENT)
		catalog_attachments_changed();
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		return tuple;
	if (which == CATALOG_PRIVILEGE)
		return set_role_oid(trigger->tg_relation, tuple,
							Anum_privilege_role_name, Anum_privilege_role_oid);
	if (which == CATALOG_RESERVATION)
		return set_role_oid(trigger->tg_relation, tuple,
							Anum_reservation_role_name, Anum_reservation_role_oid);
	return tuple;
}

/*
 * change_definition checks and logs an UPDATE of a definition by its owner.
 */
static HeapTuple
change_definition(TriggerData *trigger)
{
	AuditIntent intent = {"DEFINE", 0, NULL, NULL};
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	TupleTableSlot *new_row = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
	int			columns[2] = {Anum_document_type_version, Anum_document_type_scope};
	int			time_column = Anum_document_type_updated_at;
	Datum		values[2];
	bool		isnull[2] = {false, false};
	HeapTuple	tuple;
	char	   *name;
	char	   *scope;

	ExecStoreHeapTuple(trigger->tg_newtuple, new_row, false);
	definition_require_columns(new_row);
	name = TextDatumGetCString(slot_getattr(new_row, Anum_document_type_document_type, &isnull[0]));
	scope = TextDatumGetCString(slot_getattr(new_row, Anum_document_type_scope, &isnull[1]));
	values[0] = Int32GetDatum(1 + DatumGetInt32(slot_getattr(trigger->tg_trigslot, Anum_document_type_version, &isnull[0])));
	values[1] = CStringGetTextDatum(definition_spell_scope(name, scope));
	tuple = heap_modify_tuple_by_cols(trigger->tg_newtuple, desc, 2, columns, values, isnull);
	ExecStoreHeapTuple(tuple, new_row, false);
	definition_check_change(trigger->tg_trigslot, new_row, NULL);

	/* Only now: who was waited for wrote numbers of the old definition. */
	intent.at = GetCurrentTimestamp();
	values[0] = TimestampTzGetDatum(intent.at);
	tuple = heap_modify_tuple_by_cols(tuple, desc, 1, &time_column, values, isnull);
	ExecStoreHeapTuple(tuple, new_row, false);
	log_change(CATALOG_DOCUMENT_TYPE, trigger->tg_trigslot, new_row, &intent, NULL);
	ExecDropSingleTupleTableSlot(new_row);
	return tuple;
}

/*
 * docnum.audit() -> trigger.
 */
Datum
docnum_audit(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	CatalogTable which;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("docnum.audit() is a trigger function")));

	which = catalog_identify(trigger->tg_relation);
	if (which == CATALOG_TABLES)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("docnum.audit() serves docnum's own tables only")));

	if (fcinfo->flinfo == NULL)
	{
		/* fired by the engine */
		bool		inserted = TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
		bool		deleted = TRIGGER_FIRED_BY_DELETE(trigger->tg_event);

		log_change(which,
				   inserted ? NULL : trigger->tg_trigslot,
				   inserted ? trigger->tg_trigslot : deleted ? NULL : trigger->tg_newslot,
				   ((AuditCall *) trigger)->intent, ((AuditCall *) trigger)->batch);
		return PointerGetDatum(NULL);
	}

	if (IsLogicalWorker())
		return PointerGetDatum(TRIGGER_FIRED_FOR_ROW(trigger->tg_event)
							   ? restore_row(trigger, which) : NULL);
	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
	{
		if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event) && installation_is_virgin())
			return PointerGetDatum(restore_row(trigger, which));
		if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && which == CATALOG_DOCUMENT_TYPE)
			return PointerGetDatum(change_definition(trigger));
	}
	refuse(trigger->tg_relation, which);
	return PointerGetDatum(NULL);
}

/*
 * fire calls the trigger function for a row that the engine has written.
 */
static void
fire(Relation table, TriggerEvent event, TupleTableSlot *row, TupleTableSlot *new_row,
	 const AuditIntent *intent, AuditBatch *batch)
{
	LOCAL_FCINFO(fcinfo, 0);
	AuditCall	call = {0};

	call.trigger.type = T_TriggerData;
	call.trigger.tg_event = event | TRIGGER_EVENT_ROW;
	call.trigger.tg_relation = table;
	call.trigger.tg_trigslot = row;
	call.trigger.tg_newslot = new_row;
	call.intent = intent;
	call.batch = batch;
	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, (Node *) &call, NULL);
	docnum_audit(fcinfo);
}

void
audit_inserted(Relation table, TupleTableSlot *new_row, const AuditIntent *intent)
{
	fire(table, TRIGGER_EVENT_INSERT, new_row, NULL, intent, NULL);
}

void
audit_updated(Relation table, TupleTableSlot *old_row, TupleTableSlot *new_row,
			  const AuditIntent *intent)
{
	fire(table, TRIGGER_EVENT_UPDATE, old_row, new_row, intent, NULL);
}

void
audit_deleted(Relation table, TupleTableSlot *old_row, const AuditIntent *intent)
{
	fire(table, TRIGGER_EVENT_DELETE, old_row, NULL, intent, NULL);
}

/*
 * audit_event logs an act that is more than the rows it changed; they are
 * logged besides.
 */
void
audit_event(const char *document_type, const AuditIntent *intent)
{
	LogRow		row;

	log_begin(&row, intent->operation, intent->at, intent->metadata);
	log_set_text(&row, Anum_audit_log_document_type, document_type);
	log_write(&row);
}

/*
 * audit_batch_begin opens the log for rows that are written together, at most
 * size of them at a time: audit_batch_inserted fires the trigger for a row of
 * the ledger and keeps what it has to say, in the current context, until
 * audit_batch_write.
 */
AuditBatch *
audit_batch_begin(int size)
{
	AuditBatch *batch = palloc0(sizeof(AuditBatch));

	batch->log = catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock);
	batch->bulk = GetBulkInsertState();
	batch->slots = palloc(size * sizeof(TupleTableSlot *));
	for (int i = 0; i < size; i++)
		batch->slots[i] = table_slot_create(batch->log, NULL);
	batch->size = size;
	return batch;
}

void
audit_batch_inserted(AuditBatch *batch, Relation table, TupleTableSlot *new_row,
					 const AuditIntent *intent)
{
	fire(table, TRIGGER_EVENT_INSERT, new_row, NULL, intent, batch);
}

void
audit_batch_write(AuditBatch *batch)
{
	if (batch->count > 0)
		(void) catalog_insert_many(batch->log, batch->slots, batch->count, 0, batch->bulk);
	batch->count = 0;
}

void
audit_batch_end(AuditBatch *batch)
{
	audit_batch_write(batch);
	for (int i = 0; i < batch->size; i++)
		ExecDropSingleTupleTableSlot(batch->slots[i]);
	FreeBulkInsertState(batch->bulk);
	table_close(batch->log, NoLock);
}

/*
 * audit_metadata builds the log's metadata: pairs of key and text (a pair
 * whose text is NULL is left out), ended by a NULL key, and what the caller
 * gave for the document, under "document".  NULL if nothing remains.
 */
Jsonb *
audit_metadata(Jsonb *document, const char *key, const char *value,...)
{
	StringInfoData json;
	va_list		pairs;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	va_start(pairs, value);
	while (key != NULL)
	{
		if (value != NULL)
		{
			if (json.len > 1)
				appendStringInfoChar(&json, ',');
			escape_json(&json, key);
			appendStringInfoChar(&json, ':');
			if (value == audit_true)
				appendStringInfoString(&json, audit_true);
			else
				escape_json(&json, value);
		}
		key = va_arg(pairs, const char *);
		if (key != NULL)
			value = va_arg(pairs, const char *);
	}
	va_end(pairs);
	if (document != NULL)
	{
		appendStringInfoString(&json, json.len > 1 ? ",\"document\":" : "\"document\":");
		JsonbToCString(&json, &document->root, VARSIZE(document));
	}
	if (json.len == 1)
		return NULL;
	appendStringInfoChar(&json, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}
