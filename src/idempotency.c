/*-------------------------------------------------------------------------
 *
 * idempotency.c
 *	  Idempotency keys of reservations: who has one, and one caller at a time.
 *
 * A key belongs to a document type and the role that reserves; by the role's
 * oid, so that a renamed role keeps its keys and a new role of an old name has
 * none.  It stands in the row of the reservation, found through a partial
 * index.  The index cannot be unique: after a cancellation a key is used again,
 * and the old row keeps it.
 *
 * Locks: what a key means is looked up under an advisory lock on a hash of
 * type, role and key, held to the end of the transaction (or of the savepoint
 * that rolls back), so of two callers the second sees what the first made of
 * it.  It is taken before any scope's lock.  Two keys of one hash wait for each
 * other, and nothing worse.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "audit.h"
#include "catalog.h"
#include "docnum.h"
#include "document_type.h"
#include "face.h"
#include "idempotency.h"
#include "lock_wait.h"
#include "privilege.h"
#include "probe.h"
#include "settings.h"
#include "transaction.h"

#define KEY_LIMIT 255			/* characters */

/*
 * idempotency_check_key refuses a key that cannot be kept, and an empty one:
 * that is a caller who has none, and all such would share one number.
 */
void
idempotency_check_key(const char *document_type, const char *key)
{
	int			length = pg_mbstrlen(key);

	if (length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("idempotency_key is empty"),
				 errdetail("All calls with one key get one number. Document type: \"%s\".",
						   document_type),
				 errhint("Give a key of the document's own, or leave it out.")));
	if (length > KEY_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("idempotency_key is too long: %d characters, %d allowed", length, KEY_LIMIT),
				 errdetail("Document type: \"%s\".", document_type),
				 errhint("Use a shorter key, such as a UUID.")));
}

static void
queue_for_key(void *arg)
{
	(void) transaction_lock(arg, true, false);
}

/*
 * idempotency_lock keeps other callers with this type, role and key waiting
 * until this transaction ends.  Raises NB003.
 */
void
idempotency_lock(const char *document_type, const char *key)
{
	StringInfoData text;
	LOCKTAG		tag;
	uint64		hash;

	initStringInfo(&text);
	appendStringInfo(&text, "%s%c%u%c%s", document_type, '\0', GetUserId(), '\0', key);
	hash = hash_bytes_extended((unsigned char *) text.data, text.len, 0);
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash,
						 IDEMPOTENCY_LOCK_CLASS);
	if (!lock_wait_bounded(queue_for_key, &tag))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("idempotency key is busy: waited %d ms for it", settings_lock_timeout),
				 errdetail("In the way: %s. Document type: \"%s\", key: \"%s\".",
						   lock_wait_holders(&tag), document_type, key),
				 errhint("Try again; docnum.lock_timeout sets how long to wait.")));
}

/*
 * scan_tokens adds the tokens of one scan; returns how many dead entries it
 * passed.
 */
static int
scan_tokens(Relation reservations, Relation index, ScanKey keys, List **tokens)
{
	Probe		probe;
	int			passed;

	probe_begin(&probe, reservations, index, keys, 3);
	while (probe_next(&probe, ForwardScanDirection))
	{
		bool		isnull;
		pg_uuid_t  *token = palloc(sizeof(pg_uuid_t));

		*token = *DatumGetUUIDP(slot_getattr(probe.slot, Anum_reservation_token, &isnull));
		*tokens = lappend(*tokens, token);
	}
	passed = probe.dead;
	probe_end(&probe);
	return passed;
}

/*
 * idempotency_tokens returns the tokens of all reservations that the current
 * role made with a key, finished ones too.  The caller has locked the key.
 */
List *
idempotency_tokens(Relation reservations, const char *document_type, const char *key)
{
	Relation	index = catalog_open_index(reservations, Anum_reservation_idempotency_key, true,
										   RowExclusiveLock);
	List	   *tokens;
	ScanKeyData keys[3];
	int			passed_before;
	int			passed = 0;

	ScanKeyEntryInitialize(&keys[0], 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(key));
	ScanKeyEntryInitialize(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(document_type));
	ScanKeyInit(&keys[2], 3, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(GetUserId()));

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		tokens = NIL;
		passed = scan_tokens(reservations, index, keys, &tokens);
	} while (passed != passed_before);
	index_close(index, RowExclusiveLock);
	return tokens;
}

/*
 * is_forgettable: is it the row of a reservation that was finished at that time
 * or before, with a key, and of a type that the role administers?
 */
static bool
is_forgettable(TupleTableSlot *row, TimestampTz limit)
{
	bool		isnull;
	TimestampTz finished = DatumGetTimestampTz(slot_getattr(row, Anum_reservation_finished_at,
															&isnull));

	if (isnull || finished > limit || slot_attisnull(row, Anum_reservation_idempotency_key))
		return false;
	return privilege_has(GetUserId(), PRIVILEGE_ADMIN,
						 TextDatumGetCString(slot_getattr(row, Anum_reservation_document_type,
														  &isnull)));
}

/*
 * forget_row clears the key of a locked row.
 */
static void
forget_row(Relation rel, TupleTableSlot *row, TupleTableSlot *changed)
{
	AuditIntent silent = {NULL, 0, NULL, NULL};

	slot_getallattrs(row);
	ExecClearTuple(changed);
	memcpy(changed->tts_values, row->tts_values, Natts_reservation * sizeof(Datum));
	memcpy(changed->tts_isnull, row->tts_isnull, Natts_reservation * sizeof(bool));
	changed->tts_isnull[Anum_reservation_idempotency_key - 1] = true;
	ExecStoreVirtualTuple(changed);
	catalog_update(rel, row, changed);
	audit_updated(rel, row, changed, &silent);
}

/*
 * idempotency_forget clears the keys of reservations that were finished at
 * that time or before; returns how many.  Rows that another transaction has
 * locked are left for the next call.
 */
static int64
idempotency_forget(TimestampTz limit)
{
	Relation	rel = catalog_open(CATALOG_RESERVATION, RowExclusiveLock);
	Relation	index = catalog_open_index(rel, Anum_reservation_idempotency_key, true,
										   RowExclusiveLock);
	TupleTableSlot *row = table_slot_create(rel, NULL);
	TupleTableSlot *changed = table_slot_create(rel, NULL);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "docnum forget keys",
													  ALLOCSET_DEFAULT_SIZES);
	int64		forgotten = 0;
	Probe		probe;

	CommandCounterIncrement();
	probe_begin(&probe, rel, index, NULL, 0);
	while (probe_next(&probe, ForwardScanDirection))
	{
		MemoryContext old_context = MemoryContextSwitchTo(row_context);
		TM_FailureData failure;

		if (!TransactionIdIsValid(probe_inserter(&probe)) &&
			is_forgettable(probe.slot, limit) &&
			table_tuple_lock(rel, &probe.slot->tts_tid, SnapshotAny, row,
							 GetCurrentCommandId(false), LockTupleNoKeyExclusive, LockWaitSkip,
							 TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure) == TM_Ok &&
			is_forgettable(row, limit))
		{
			forget_row(rel, row, changed);
			forgotten++;
		}
		MemoryContextSwitchTo(old_context);
		MemoryContextReset(row_context);
	}
	probe_end(&probe);
	MemoryContextDelete(row_context);
	ExecDropSingleTupleTableSlot(changed);
	ExecDropSingleTupleTableSlot(row);
	index_close(index, RowExclusiveLock);
	table_close(rel, NoLock);
	return forgotten;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_forget_keys);

/*
 * docnum_forget_keys(older_than) -> bigint
 */
Datum
docnum_forget_keys(PG_FUNCTION_ARGS)
{
	static const Interval none = {0, 0, 0};
	Interval   *older_than;

	face_begin_write("docnum_forget_keys()");
	if (!privilege_has_any(GetUserId(), PRIVILEGE_ADMIN))
		privilege_check(PRIVILEGE_ADMIN, NULL);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("older_than must not be null"),
				 errdetail("older_than is a required argument of the function."),
				 errhint("Give how long keys are kept, such as '30 days'.")));
	older_than = PG_GETARG_INTERVAL_P(0);
	if (DatumGetBool(DirectFunctionCall2(interval_lt, IntervalPGetDatum(older_than),
										 IntervalPGetDatum(&none))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("older_than is negative"),
				 errdetail("It is how long the keys of finished reservations are kept."),
				 errhint("Give an interval such as '30 days'.")));
	PG_RETURN_INT64(idempotency_forget(DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval,
																			   TimestampTzGetDatum(GetCurrentTimestamp()),
																			   IntervalPGetDatum(older_than)))));
}
