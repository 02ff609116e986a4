/*-------------------------------------------------------------------------
 *
 * reservation.c
 *	  Numbers in two phases: reserve, then confirm in the document's
 *	  transaction, or cancel; what is neither expires.
 *
 * A reservation is a number in the ledger in state reserved, and a row of
 * docnum.reservation with its token, role and time limit.  That row stays when
 * the reservation is finished, so that a token still says what became of it.
 *
 * Invariants: a reservation is open (finished_at null) exactly while its number
 * is reserved.  Number and reservation change together, under the row lock of
 * the reservation; who has waited for it looks again at state and wall clock.
 * Overdue is not expired: only docnum_expire changes the row.
 *
 * Locks: the ledger and the log are open before the row is locked.  The row
 * lock is waited for at most docnum.lock_timeout; docnum_expire passes over
 * locked rows, which some transaction is about to finish.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"

#include "allocate.h"
#include "audit.h"
#include "debug_point.h"
#include "docnum.h"
#include "face.h"
#include "idempotency.h"
#include "lock_wait.h"
#include "privilege.h"
#include "settings.h"
#include "transaction.h"

#define TOKEN_DIGITS 8			/* of a token, at most so many enter the log */

/* A reservation under the caller's row lock. */
typedef struct Reservation
{
	Relation	table;
	Ledger		ledger;
	TupleTableSlot *row;
	TupleTableSlot *number;		/* its row of the ledger */
	pg_uuid_t	token;
	char	   *document_type;
	int64		counter_id;
	int64		value;
	Oid			role;
	TimestampTz expires_at;
	bool		finished;
} Reservation;

/* What docnum_reserve tells its caller. */
typedef struct Reserved
{
	pg_uuid_t	token;
	char	   *document_number;
	char	   *scope;			/* canonical, NULL for GLOBAL */
	TimestampTz expires_at;
	Jsonb	   *metadata;		/* of the number, or NULL */
	NumberState state;
	bool		replayed;
} Reserved;

/*
 * make_token fills a random UUID, version 4.
 */
static void
make_token(pg_uuid_t *token)
{
	if (!pg_strong_random(token->data, UUID_LEN))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	token->data[6] = (token->data[6] & 0x0f) | 0x40;
	token->data[8] = (token->data[8] & 0x3f) | 0x80;
}

/*
 * token_digits returns what the log may hold of a token.
 */
static char *
token_digits(const pg_uuid_t *token)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(token)));

	text[TOKEN_DIGITS] = '\0';
	return text;
}

/*
 * check_ttl refuses a time limit that is not positive or absurdly long.
 */
static void
check_ttl(const Interval *ttl)
{
	if (!document_type_ttl_is_valid(ttl))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ttl is out of range"),
				 errdetail("The time limit of a reservation is longer than zero and at most ten years."),
				 errhint("Leave it out for the type's own limit, or give one such as '10 minutes'.")));
}

/*
 * expiry computes when a reservation made or extended at that instant ends:
 * the call's limit, or the type's, or the setting's.
 */
static TimestampTz
expiry(TimestampTz at, const Interval *ttl, bool type_has_ttl, const Interval *type_ttl)
{
	const Interval *limit = ttl ? ttl : type_has_ttl ? type_ttl : NULL;

	if (limit == NULL)
		return at + (int64) settings_reservation_ttl * USECS_PER_SEC;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												   TimestampTzGetDatum(at),
												   IntervalPGetDatum(limit)));
}

static void
lock_reservations(void *arg)
{
	table_close(catalog_open(CATALOG_NUMBER, RowExclusiveLock), NoLock);
	table_close(catalog_open(CATALOG_RESERVATION, RowExclusiveLock), NoLock);
}

/*
 * insert_reservation writes the row that goes with a reserved number.
 */
static void
insert_reservation(const pg_uuid_t *token, const AllocationRequest *request,
				   const Allocation *allocation, TimestampTz expires_at, const char *key)
{
	Relation	rel = catalog_open(CATALOG_RESERVATION, RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AuditIntent intent = {NULL, 0, NULL, NULL};
	Datum	   *values = slot->tts_values;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, false, Natts_reservation * sizeof(bool));
	values[Anum_reservation_token - 1] = UUIDPGetDatum(token);
	values[Anum_reservation_counter_id - 1] = Int64GetDatum(allocation->counter_id);
	values[Anum_reservation_value - 1] = Int64GetDatum(allocation->value);
	values[Anum_reservation_document_type - 1] = CStringGetTextDatum(request->target.document_type);
	values[Anum_reservation_role_name - 1] =
		CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
	values[Anum_reservation_role_oid - 1] = ObjectIdGetDatum(GetUserId());
	values[Anum_reservation_reserved_at - 1] = TimestampTzGetDatum(allocation->at);
	values[Anum_reservation_expires_at - 1] = TimestampTzGetDatum(expires_at);
	slot->tts_isnull[Anum_reservation_finished_at - 1] = true;
	slot->tts_isnull[Anum_reservation_idempotency_key - 1] = key == NULL;
	if (key != NULL)
		values[Anum_reservation_idempotency_key - 1] = CStringGetTextDatum(key);
	slot->tts_isnull[Anum_reservation_document_date - 1] = !request->target.has_date;
	values[Anum_reservation_document_date - 1] = DateADTGetDatum(request->target.date);
	ExecStoreVirtualTuple(slot);
	catalog_insert(rel, slot);
	audit_inserted(rel, slot, &intent);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/*
 * reservation_make reserves a number, under an idempotency key or none.
 */
static void
reservation_make(AllocationRequest *request, const Interval *ttl, const char *key,
				 Reserved *reserved)
{
	const DocumentType *type = document_type_get(request->target.document_type);
	Allocation	allocation;

	document_type_check_reservations(type);

	/*
	 * Before the scope is locked: the row's table must not be waited for
	 * then; and after the ledger, see the order of locks.
	 */
	lock_wait_for_tables(lock_reservations, NULL);
	make_token(&reserved->token);
	request->token_digits = token_digits(&reserved->token);
	request->state = STATE_RESERVED;
	request->operation = "RESERVE";
	allocate(request, &allocation);
	reserved->document_number = allocation.document_number;
	reserved->scope = allocation.scope;
	reserved->expires_at = expiry(allocation.at, ttl, allocation.has_ttl, &allocation.ttl);
	reserved->metadata = request->metadata;
	reserved->state = STATE_RESERVED;
	reserved->replayed = false;
	insert_reservation(&reserved->token, request, &allocation, reserved->expires_at, key);
}

/*
 * read_row takes over what the locked row says.
 */
static void
read_row(Reservation *reservation)
{
	TupleTableSlot *row = reservation->row;

	slot_getallattrs(row);
	reservation->document_type = TextDatumGetCString(row->tts_values[Anum_reservation_document_type - 1]);
	reservation->counter_id = DatumGetInt64(row->tts_values[Anum_reservation_counter_id - 1]);
	reservation->value = DatumGetInt64(row->tts_values[Anum_reservation_value - 1]);
	reservation->role = DatumGetObjectId(row->tts_values[Anum_reservation_role_oid - 1]);
	reservation->expires_at = DatumGetTimestampTz(row->tts_values[Anum_reservation_expires_at - 1]);
	reservation->finished = !row->tts_isnull[Anum_reservation_finished_at - 1];
}

/*
 * open_tables opens all that a change of a reservation touches.
 */
static void
open_tables(void *arg)
{
	Reservation *reservation = arg;

	ledger_open(&reservation->ledger, RowExclusiveLock);
	table_close(catalog_open(CATALOG_AUDIT_LOG, RowExclusiveLock), NoLock);
	reservation->table = catalog_open(CATALOG_RESERVATION, RowExclusiveLock);
}

/*
 * open_reservation gets ready for a change.  Raises NB003.
 */
static void
open_reservation(Reservation *reservation)
{
	/* What the current command wrote so far must be open to change. */
	CommandCounterIncrement();
	lock_wait_for_tables(open_tables, reservation);
	reservation->row = table_slot_create(reservation->table, NULL);
	reservation->number = table_slot_create(reservation->ledger.table, NULL);
}

static void
close_reservation(Reservation *reservation)
{
	ExecDropSingleTupleTableSlot(reservation->number);
	ExecDropSingleTupleTableSlot(reservation->row);
	table_close(reservation->table, NoLock);
	ledger_close(&reservation->ledger);
}

typedef struct RowLock
{
	Reservation *reservation;
	ItemPointerData tid;
	LockWaitPolicy policy;
	TM_Result	result;
} RowLock;

static void
lock_row(void *arg)
{
	RowLock    *lock = arg;
	TM_FailureData failure;

	lock->result = table_tuple_lock(lock->reservation->table, &lock->tid, SnapshotAny,
									lock->reservation->row, GetCurrentCommandId(false),
									LockTupleNoKeyExclusive, lock->policy,
									TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);
}

/*
 * find_token looks for the reservation's row, and copies it.  Of one that another transaction
 * is changing there are two live versions, and the scan can meet the new one
 * first; the old one is what can be locked.  A row that only another open
 * transaction has does not count: its token was told to nobody.
 */
static bool
find_token(const Reservation *reservation, ItemPointer tid)
{
	Relation	index = catalog_open_index(reservation->table, Anum_reservation_token, false,
										   RowExclusiveLock);
	ScanKeyData key;
	Probe		probe;
	bool		found = false;
	int			passed_before;
	int			passed = 0;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(&reservation->token));

	/* A version that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		probe_begin(&probe, reservation->table, index, &key, 1);
		while (!found && probe_next(&probe, ForwardScanDirection))
		{
			found = !TransactionIdIsValid(probe_inserter(&probe));
			*tid = probe.slot->tts_tid;
		}
		if (found)
			ExecCopySlot(reservation->row, probe.slot);
		passed = probe.dead;
		probe_end(&probe);
	} while (!found && passed != passed_before);
	index_close(index, RowExclusiveLock);
	return found;
}

/*
 * lock_token locks the reservation of a token and reads it.  False: there is
 * none, or it is locked and the policy was to skip.  Raises NB003.
 */
static bool
lock_token(Reservation *reservation, LockWaitPolicy policy)
{
	RowLock		lock = {.reservation = reservation,.policy = policy};

	if (!find_token(reservation, &lock.tid))
		return false;
	if (!lock_wait_bounded(lock_row, &lock))
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
				 errmsg("reservation is busy: waited %d ms for it", settings_lock_timeout),
				 errdetail("Another transaction confirms, cancels or extends token %s....",
						   token_digits(&reservation->token)),
				 errhint("Try again; docnum.lock_timeout sets how long to wait.")));
	if (lock.result == TM_WouldBlock || lock.result == TM_Deleted)
		return false;
	if (lock.result != TM_Ok)
		elog(ERROR, "could not lock the reservation: result %d", (int) lock.result);
	read_row(reservation);
	DEBUG_POINT("reservation_locked");
	return true;
}

/*
 * fetch_number reads the reserved number's row of the ledger.
 */
static void
fetch_number(Reservation *reservation)
{
	if (!ledger_fetch(&reservation->ledger, reservation->counter_id, reservation->value,
					  reservation->number))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("reserved number is missing from the ledger"),
				 errdetail("Document type: \"%s\", value: " INT64_FORMAT ".",
						   reservation->document_type, reservation->value),
				 errhint("docnum_validate() tells what else is wrong.")));
}

static NumberState
number_state(Reservation *reservation)
{
	bool		isnull;

	return catalog_state_from_oid(DatumGetObjectId(slot_getattr(reservation->number,
																Anum_number_state, &isnull)));
}

static char *
number_text(Reservation *reservation)
{
	bool		isnull;

	return TextDatumGetCString(slot_getattr(reservation->number,
											Anum_number_document_number, &isnull));
}

/*
 * not_open raises NB004 and tells what became of the reservation.
 */
static void
not_open(Reservation *reservation)
{
	char	   *number = number_text(reservation);
	char	   *detail;

	if (!reservation->finished || number_state(reservation) == STATE_EXPIRED)
		detail = psprintf("It expired at %s.", timestamptz_to_str(reservation->expires_at));
	else if (number_state(reservation) == STATE_CANCELLED)
		detail = pstrdup("It was cancelled.");
	else
		detail = psprintf("It was confirmed already, as %s.", number);
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_RESERVATION),
			 errmsg("reservation of number %s is not open", number),
			 errdetail("%s Document type: \"%s\", scope: %s.", detail,
					   reservation->document_type,
					   counter_quote_scope(counter_scope_of(reservation->counter_id))),
			 errhint("Reserve a new number.")));
}

/*
 * unknown_token raises NB004.
 */
static void
unknown_token(const pg_uuid_t *token)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_RESERVATION),
			 errmsg("reservation is unknown"),
			 errdetail("No committed reservation has the token %s....", token_digits(token)),
			 errhint("Commit the transaction that reserves before another one confirms; reserve a new number.")));
}

/*
 * check_role: a reservation is its role's, its members' and an
 * administrator's.
 */
static void
check_role(const Reservation *reservation)
{
	if (privilege_has(GetUserId(), PRIVILEGE_ADMIN, reservation->document_type))
		return;
	privilege_check(PRIVILEGE_USE, reservation->document_type);
	if (OidIsValid(reservation->role) && has_privs_of_role(GetUserId(), reservation->role))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied: the reservation is another role's"),
			 errdetail("Document type: \"%s\".", reservation->document_type),
			 errhint("Only the role that reserved, its members and administrators of the type can finish it.")));
}

static bool
is_open(const Reservation *reservation)
{
	return !reservation->finished && reservation->expires_at > GetCurrentTimestamp();
}

/*
 * update_row writes one changed column of the reservation; the ledger's row
 * tells the log, unless the intent says otherwise.
 */
static void
update_row(Reservation *reservation, AttrNumber attribute, TimestampTz value,
		   const AuditIntent *intent)
{
	TupleTableSlot *slot = table_slot_create(reservation->table, NULL);

	ExecClearTuple(slot);
	memcpy(slot->tts_values, reservation->row->tts_values, Natts_reservation * sizeof(Datum));
	memcpy(slot->tts_isnull, reservation->row->tts_isnull, Natts_reservation * sizeof(bool));
	slot->tts_values[attribute - 1] = TimestampTzGetDatum(value);
	slot->tts_isnull[attribute - 1] = false;
	ExecStoreVirtualTuple(slot);
	catalog_update(reservation->table, reservation->row, slot);
	audit_updated(reservation->table, reservation->row, slot, intent);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * finish gives the number its final state, closes the reservation, and logs.
 */
static void
finish(Reservation *reservation, NumberState state, const char *operation,
	   Jsonb *metadata, const char *reason)
{
	AuditIntent intent = {operation, GetCurrentTimestamp(), NULL, NULL};
	AuditIntent silent = {NULL, 0, NULL, NULL};
	TupleTableSlot *changed = table_slot_create(reservation->ledger.table, NULL);

	intent.metadata = audit_metadata(metadata, "token", token_digits(&reservation->token),
									 "reason", reason, NULL);
	ledger_change_state(&reservation->ledger, reservation->number, state, metadata,
						intent.at, changed);
	audit_updated(reservation->ledger.table, reservation->number, changed, &intent);
	ExecDropSingleTupleTableSlot(changed);
	DEBUG_POINT("before_reservation_row");
	update_row(reservation, Anum_reservation_finished_at, intent.at, &silent);
}

/*
 * reservation_confirm confirms and returns the number.  Raises NB003, NB004,
 * 42501.
 */
static char *
reservation_confirm(const pg_uuid_t *token, Jsonb *metadata)
{
	Reservation reservation = {.token = *token};
	char	   *number;

	transaction_took_number();
	open_reservation(&reservation);
	if (!lock_token(&reservation, LockWaitBlock))
		unknown_token(token);
	check_role(&reservation);
	fetch_number(&reservation);
	if (!is_open(&reservation))
		not_open(&reservation);
	number = number_text(&reservation);
	finish(&reservation, STATE_CONFIRMED, "CONFIRM", metadata, NULL);
	close_reservation(&reservation);
	return number;
}

/*
 * reservation_cancel cancels; false where there is nothing to cancel: unknown,
 * finished or overdue.  Raises NB003, 42501.
 */
static bool
reservation_cancel(const pg_uuid_t *token, const char *reason)
{
	Reservation reservation = {.token = *token};
	bool		cancelled = false;

	open_reservation(&reservation);
	if (lock_token(&reservation, LockWaitBlock))
	{
		check_role(&reservation);
		cancelled = is_open(&reservation);
		if (cancelled)
		{
			fetch_number(&reservation);
			finish(&reservation, STATE_CANCELLED, "CANCEL", NULL, reason);
		}
	}
	close_reservation(&reservation);
	return cancelled;
}

/*
 * reservation_extend gives a reservation more time, never less; returns when
 * it expires now.  Raises NB003, NB004, 42501.
 */
static TimestampTz
reservation_extend(const pg_uuid_t *token, const Interval *ttl)
{
	Reservation reservation = {.token = *token};
	AuditIntent intent = {"EXTEND", 0, NULL, NULL};
	const DocumentType *type;
	TimestampTz until;

	open_reservation(&reservation);
	if (!lock_token(&reservation, LockWaitBlock))
		unknown_token(token);
	check_role(&reservation);
	fetch_number(&reservation);
	if (!is_open(&reservation))
		not_open(&reservation);

	type = document_type_get(reservation.document_type);
	intent.at = GetCurrentTimestamp();
	until = Max(reservation.expires_at, expiry(intent.at, ttl, type->has_ttl, &type->ttl));
	if (until > reservation.expires_at)
	{
		intent.metadata = audit_metadata(NULL, "token", token_digits(token), NULL);
		update_row(&reservation, Anum_reservation_expires_at, until, &intent);
	}
	close_reservation(&reservation);
	return until;
}

/*
 * stands: does the reservation still answer for its idempotency key?  Not once
 * it is cancelled, expired or overdue.  What another open transaction makes of
 * it does not count yet, but an overdue one is locked and looked at again: who
 * is confirming it may have been in time.
 */
static bool
stands(Reservation *reservation)
{
	ItemPointerData tid;
	NumberState state;

	if (!find_token(reservation, &tid))
		return false;
	read_row(reservation);
	if (!reservation->finished && !is_open(reservation))
	{
		if (!lock_token(reservation, LockWaitBlock) ||
			(!reservation->finished && !is_open(reservation)))
			return false;
	}
	if (!ledger_fetch_settled(&reservation->ledger, reservation->counter_id, reservation->value,
							  reservation->number))
		return false;
	state = number_state(reservation);
	return state != STATE_CANCELLED && state != STATE_EXPIRED;
}

/*
 * check_same_request raises NB010 where the key was used for another scope or
 * date.  Not giving a date is one thing on every day: the number's own date
 * decides then, so that a call can be repeated after midnight.
 */
static void
check_same_request(Reservation *reservation, const AllocationRequest *request, const char *key)
{
	TargetRequest then = request->target;
	Target		target;
	const char *scope = counter_scope_of(reservation->counter_id);
	const char *other = NULL;
	bool		given = !slot_attisnull(reservation->row, Anum_reservation_document_date);
	bool		undated;
	DateADT		date = DatumGetDateADT(slot_getattr(reservation->number,
													Anum_number_document_date, &undated));

	if (then.has_date ? undated || date != then.date : given)
		other = "date";
	else
	{
		if (!undated)
		{
			then.has_date = true;
			then.date = date;
		}
		target_resolve(&then, &target);
		if (strlen(scope) != target.scope_bytes ||
			memcmp(scope, target.scope, target.scope_bytes) != 0)
			other = "scope";
	}
	if (other != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("idempotency key was used for another %s", other),
				 errdetail("Key \"%s\" reserved %s, scope %s, date %s. Document type: \"%s\".",
						   key, number_text(reservation), counter_quote_scope(scope),
						   given ? ledger_date_text(date) : "not given",
						   reservation->document_type),
				 errhint("Use a new key for each document; repeat a call with the same arguments.")));
}

/*
 * reservation_replay looks for the reservation that stands for a key; false if
 * there is none, and then nobody else can make one until this transaction
 * ends.  Raises NB003, NB010.
 */
static bool
reservation_replay(const AllocationRequest *request, const char *key, Reserved *reserved)
{
	Reservation reservation = {0};
	bool		found = false;
	ListCell   *cell;

	open_reservation(&reservation);
	idempotency_lock(request->target.document_type, key);
	DEBUG_POINT("key_locked");
	foreach(cell, idempotency_tokens(reservation.table, request->target.document_type, key))
	{
		reservation.token = *(pg_uuid_t *) lfirst(cell);
		found = stands(&reservation);
		if (found)
			break;
	}
	if (found)
	{
		char	   *scope = counter_scope_of(reservation.counter_id);
		bool		isnull;
		Datum		metadata = slot_getattr(reservation.number, Anum_number_metadata, &isnull);

		check_same_request(&reservation, request, key);
		reserved->token = reservation.token;
		reserved->document_number = number_text(&reservation);
		reserved->scope = scope[0] ? scope : NULL;
		reserved->expires_at = reservation.expires_at;
		reserved->metadata = isnull ? NULL : DatumGetJsonbPCopy(metadata);
		reserved->state = number_state(&reservation);
		reserved->replayed = true;
	}
	close_reservation(&reservation);
	return found;
}

/*
 * list_overdue returns the tokens of reservations that are open and overdue,
 * of the types that the role may use: what it may not expire it locks not.
 */
static List *
list_overdue(void)
{
	Relation	rel = catalog_open(CATALOG_RESERVATION, RowExclusiveLock);
	Relation	index = catalog_open_index(rel, Anum_reservation_expires_at, true, RowExclusiveLock);
	List	   *tokens = NIL;
	ScanKeyData key;
	Probe		probe;

	ScanKeyInit(&key, 1, BTLessEqualStrategyNumber, F_TIMESTAMP_LE,
				TimestampTzGetDatum(GetCurrentTimestamp()));
	probe_begin(&probe, rel, index, &key, 1);
	while (probe_next(&probe, ForwardScanDirection))
	{
		bool		isnull;
		char		type[FORMAT_TYPE_BYTES + 1];
		pg_uuid_t  *token;

		text_to_cstring_buffer(DatumGetTextPP(slot_getattr(probe.slot, Anum_reservation_document_type,
														   &isnull)), type, sizeof(type));
		if (TransactionIdIsValid(probe_inserter(&probe)) ||
			!privilege_has(GetUserId(), PRIVILEGE_USE, type))
			continue;
		token = palloc(sizeof(pg_uuid_t));
		*token = *DatumGetUUIDP(slot_getattr(probe.slot, Anum_reservation_token, &isnull));
		tokens = lappend(tokens, token);
	}
	probe_end(&probe);
	index_close(index, RowExclusiveLock);
	table_close(rel, NoLock);
	return tokens;
}

/*
 * reservation_expire expires what is overdue, of the types that the role may
 * use; returns how many.  Rows that another transaction has locked are left.
 */
static int64
reservation_expire(void)
{
	Reservation reservation = {0};
	int64		expired = 0;
	ListCell   *cell;
	List	   *overdue;
	MemoryContext old_context;
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "docnum expire",
													  ALLOCSET_DEFAULT_SIZES);

	open_reservation(&reservation);
	overdue = list_overdue();
	old_context = MemoryContextSwitchTo(row_context);
	foreach(cell, overdue)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(row_context);
		reservation.token = *(pg_uuid_t *) lfirst(cell);
		if (!lock_token(&reservation, LockWaitSkip))
			continue;
		if (reservation.finished || is_open(&reservation) ||
			!privilege_has(GetUserId(), PRIVILEGE_USE, reservation.document_type))
			continue;
		fetch_number(&reservation);
		finish(&reservation, STATE_EXPIRED, "EXPIRE", NULL, NULL);
		expired++;
	}
	MemoryContextSwitchTo(old_context);
	MemoryContextDelete(row_context);
	close_reservation(&reservation);
	return expired;
}

/*
 * reservation_look reads a reservation as the newest snapshot shows it; false
 * if it shows none.
 */
static bool
reservation_look(Reservation *reservation)
{
	Relation	index;
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	ScanKeyData keys[2];
	Probe		probe;
	bool		found;

	index = catalog_open_index(reservation->table, Anum_reservation_token, false, AccessShareLock);
	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(&reservation->token));
	probe_begin_as_of(&probe, reservation->table, index, keys, 1, snapshot);
	found = probe_next(&probe, ForwardScanDirection);
	if (found)
		ExecCopySlot(reservation->row, probe.slot);
	probe_end(&probe);
	index_close(index, AccessShareLock);

	if (found)
	{
		read_row(reservation);
		ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ,
					Int64GetDatum(reservation->counter_id));
		ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT8EQ,
					Int64GetDatum(reservation->value));
		probe_begin_as_of(&probe, reservation->ledger.table, reservation->ledger.value_index,
						  keys, 2, snapshot);
		found = probe_next(&probe, ForwardScanDirection);
		if (found)
			ExecCopySlot(reservation->number, probe.slot);
		probe_end(&probe);
	}
	UnregisterSnapshot(snapshot);
	return found;
}

/*
 * put_open_reservations adds the open reservations of the types that the role
 * may use or audit, as the query's snapshot shows them.
 */
static void
put_open_reservations(ReturnSetInfo *result)
{
	Relation	rel = catalog_open(CATALOG_RESERVATION, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_reservation_expires_at, true, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetActiveSnapshot());
	Reservation reservation = {0};
	Probe		probe;

	probe_begin_as_of(&probe, rel, index, NULL, 0, snapshot);
	reservation.row = probe.slot;
	while (probe_next(&probe, ForwardScanDirection))
	{
		Datum		values[5];
		bool		isnull[5] = {false};

		read_row(&reservation);
		if (!privilege_has(GetUserId(), PRIVILEGE_USE, reservation.document_type) &&
			!privilege_has(GetUserId(), PRIVILEGE_AUDIT, reservation.document_type))
			continue;
		values[0] = Int64GetDatum(reservation.counter_id);
		values[1] = Int64GetDatum(reservation.value);
		values[2] = CStringGetTextDatum(reservation.document_type);
		values[3] = probe.slot->tts_values[Anum_reservation_reserved_at - 1];
		values[4] = TimestampTzGetDatum(reservation.expires_at);
		tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
	}
	probe_end(&probe);
	UnregisterSnapshot(snapshot);
	index_close(index, AccessShareLock);
	table_close(rel, NoLock);
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_reserve);
PG_FUNCTION_INFO_V1(docnum_confirm);
PG_FUNCTION_INFO_V1(docnum_cancel);
PG_FUNCTION_INFO_V1(docnum_extend);
PG_FUNCTION_INFO_V1(docnum_reservation);
PG_FUNCTION_INFO_V1(docnum_expire);
PG_FUNCTION_INFO_V1(docnum_open_reservations);

/*
 * required_token reads the argument token; NULL is 22004.
 */
static pg_uuid_t *
required_token(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("token must not be null"),
				 errdetail("The token is what docnum_reserve returned."),
				 errhint("Give the token of the reservation.")));
	return PG_GETARG_UUID_P(0);
}

static Interval *
optional_ttl(FunctionCallInfo fcinfo, int argument)
{
	Interval   *ttl = PG_ARGISNULL(argument) ? NULL : PG_GETARG_INTERVAL_P(argument);

	if (ttl != NULL)
		check_ttl(ttl);
	return ttl;
}

/*
 * scope_as_text returns the scope value as it was given.
 */
static char *
scope_as_text(const ScopeInput *scope)
{
	if (scope->object != NULL)
		return JsonbToCString(NULL, &scope->object->root, VARSIZE(scope->object));
	return unconstify(char *, scope->text);
}

/*
 * docnum_reserve(document_type, scope_value, metadata, ttl, document_date,
 * idempotency_key) -> one row
 */
Datum
docnum_reserve(PG_FUNCTION_ARGS)
{
	AllocationRequest request = {0};
	Reserved	reserved;
	Interval   *ttl;
	Datum		values[9];
	bool		isnull[9] = {false};
	char	   *scope;
	char	   *key;

	face_begin_write("docnum_reserve()");
	request.target.document_type = face_document_type(fcinfo, 0);
	(void) document_type_get(request.target.document_type);
	privilege_check(PRIVILEGE_USE, request.target.document_type);
	face_scope(fcinfo, 1, &request.target.scope);
	request.metadata = face_metadata(fcinfo, 2);
	ttl = optional_ttl(fcinfo, 3);
	request.target.has_date = face_date(fcinfo, 4, &request.target.date);
	key = face_optional_text(fcinfo, 5);
	if (key != NULL)
		idempotency_check_key(request.target.document_type, key);

	if (key == NULL || !reservation_replay(&request, key, &reserved))
		reservation_make(&request, ttl, key, &reserved);

	scope = scope_as_text(&request.target.scope);
	values[0] = UUIDPGetDatum(&reserved.token);
	values[1] = CStringGetTextDatum(reserved.document_number);
	values[2] = CStringGetTextDatum(request.target.document_type);
	isnull[3] = scope == NULL;
	values[3] = scope ? CStringGetTextDatum(scope) : (Datum) 0;
	values[4] = TimestampTzGetDatum(reserved.expires_at);
	isnull[5] = reserved.metadata == NULL;
	values[5] = PointerGetDatum(reserved.metadata);
	values[6] = BoolGetDatum(reserved.replayed);
	values[7] = CStringGetTextDatum(catalog_state_names[reserved.state]);
	isnull[8] = reserved.scope == NULL;
	values[8] = reserved.scope ? CStringGetTextDatum(reserved.scope) : (Datum) 0;
	PG_RETURN_DATUM(face_row(fcinfo, values, isnull));
}

/*
 * docnum_confirm(token, metadata) -> text
 */
Datum
docnum_confirm(PG_FUNCTION_ARGS)
{
	face_begin_write("docnum_confirm()");
	PG_RETURN_TEXT_P(cstring_to_text(reservation_confirm(required_token(fcinfo),
														 face_metadata(fcinfo, 1))));
}

/*
 * docnum_cancel(token, reason) -> boolean
 */
Datum
docnum_cancel(PG_FUNCTION_ARGS)
{
	face_begin_write("docnum_cancel()");
	PG_RETURN_BOOL(reservation_cancel(required_token(fcinfo), face_optional_text(fcinfo, 1)));
}

/*
 * docnum_extend(token, ttl) -> timestamptz
 */
Datum
docnum_extend(PG_FUNCTION_ARGS)
{
	face_begin_write("docnum_extend()");
	PG_RETURN_TIMESTAMPTZ(reservation_extend(required_token(fcinfo), optional_ttl(fcinfo, 1)));
}

/*
 * docnum_reservation(token) -> one row, or none
 */
Datum
docnum_reservation(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Reservation reservation = {.token = *required_token(fcinfo)};

	InitMaterializedSRF(fcinfo, 0);
	ledger_open(&reservation.ledger, AccessShareLock);
	reservation.table = catalog_open(CATALOG_RESERVATION, AccessShareLock);
	reservation.row = table_slot_create(reservation.table, NULL);
	reservation.number = table_slot_create(reservation.ledger.table, NULL);

	if (reservation_look(&reservation))
	{
		Datum		values[6];
		bool		isnull[6] = {false};
		char	   *scope = counter_scope_of(reservation.counter_id);
		TimestampTz now = GetCurrentTimestamp();

		privilege_check(PRIVILEGE_USE, reservation.document_type);
		values[0] = CStringGetTextDatum(number_text(&reservation));
		values[1] = CStringGetTextDatum(reservation.document_type);
		isnull[2] = scope[0] == '\0';
		values[2] = CStringGetTextDatum(scope);
		values[3] = CStringGetTextDatum(catalog_state_names[number_state(&reservation)]);
		values[4] = TimestampTzGetDatum(reservation.expires_at);
		isnull[5] = reservation.finished;
		values[5] = DirectFunctionCall2(timestamp_mi,
										TimestampGetDatum(Max(reservation.expires_at, now)),
										TimestampGetDatum(now));
		tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
	}
	close_reservation(&reservation);
	return (Datum) 0;
}

/*
 * docnum_expire() -> bigint
 */
Datum
docnum_expire(PG_FUNCTION_ARGS)
{
	face_begin_write("docnum_expire()");
	PG_RETURN_INT64(reservation_expire());
}

/*
 * docnum.open_reservations() -> rows without token and role, for status and
 * validate, which count reservations of all roles.
 */
Datum
docnum_open_reservations(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	put_open_reservations((ReturnSetInfo *) fcinfo->resultinfo);
	return (Datum) 0;
}
