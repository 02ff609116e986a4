/*-------------------------------------------------------------------------
 *
 * counter.c
 *	  From document type and scope to a counter, and the counter's lock.
 *
 * A counter has no value of its own, the ledger is the counter.  It has an
 * identity, a 64-bit hash of type, generation and scope that anyone can
 * compute; so two transactions that use a scope first need not meet.  The row
 * in docnum.counter says what an identity stands for, and is written late:
 *
 *	 - The first call that finds no live row writes one.
 *	 - A call that finds the row of another open transaction uses it, and looks
 *	   again before it commits: if that row is not committed by then, it writes
 *	   one of its own, so that no ledger row outlives its counter's.
 *	 - The index is not unique, so nobody waits for anybody; a surplus copy is
 *	   removed by the next backend that finds two.
 *
 * Locks.  A scope is locked by an advisory lock of a class of docnum's own, so
 * that it shows in pg_locks, honours deadlock detection, cancel and timeouts,
 * and never meets the application's advisory locks.  CONCURRENT types hold it
 * from reading the last value to the ledger's index entry, STRICT ones to the
 * end of the transaction.  Every relation is open before a scope is locked.
 * The lock manager hands a released lock to the first sleeper, which costs a
 * context switch for each number; so whoever waits for a short while only
 * (CONCURRENT, early release) first tries again a few times after short sleeps,
 * and only then queues.
 *
 * Memory: the cache lives in a context below CacheMemoryContext and is thrown
 * away as a whole at CACHE_LIMIT counters; pointers are good until the next
 * counter_get.  The list of rows to look at before commit lives in
 * TopTransactionContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "audit.h"
#include "catalog.h"
#include "compat.h"
#include "counter.h"
#include "debug_point.h"
#include "docnum.h"
#include "lock_wait.h"
#include "probe.h"
#include "settings.h"
#include "transaction.h"

#define CACHE_LIMIT 1000

/* Tries before queueing: sleeps of 20, 40, .. 1280 microseconds, 9 ms in all. */
#define TRY_COUNT			12
#define TRY_FIRST_SLEEP		20
#define TRY_LONGEST_SLEEP	1280

static HTAB *counters = NULL;
static MemoryContext counters_context = NULL;
static Oid	counters_of = InvalidOid;	/* ledger that the cache is of */

/* Counters whose row was another open transaction's when we used it. */
static List *unsure_rows = NIL;

/*
 * counter_id_of computes the id of a counter, there or not: of the type, or of the series
 * that it belongs to.  No name of a type begins with a control character.
 */
int64
counter_id_of(const DocumentType *type, const char *scope, size_t bytes)
{
	char		key[FORMAT_TYPE_BYTES + SCOPE_TEXT_SIZE + 16];
	bool		series = type->series[0] != '\0';
	int			generation = series ? 0 : type->generation;
	int			length = snprintf(key, sizeof(key), "%s%s", series ? "\1" : "",
								  series ? type->series : type->name) + 1;
	uint64		hash;

	key[length++] = (char) (generation >> 24);
	key[length++] = (char) (generation >> 16);
	key[length++] = (char) (generation >> 8);
	key[length++] = (char) generation;
	memcpy(key + length, scope, bytes);
	hash = hash_bytes_extended((const unsigned char *) key, (int) (length + bytes), 0);
	return (int64) (hash & PG_INT64_MAX);
}

/*
 * forget_all empties the cache.
 */
static void
forget_all(void)
{
	HASHCTL		control = {0};

	if (counters_context == NULL)
		counters_context = AllocSetContextCreate(CacheMemoryContext, "docnum counters",
												 ALLOCSET_DEFAULT_SIZES);
	else
		MemoryContextReset(counters_context);
	counters = NULL;			/* in case the next line fails */
	control.keysize = sizeof(int64);
	control.entrysize = sizeof(Counter);
	control.hcxt = counters_context;
	counters = hash_create("docnum counters", 64, &control,
						   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	counters_of = catalog_table_oid(CATALOG_NUMBER);
}

/*
 * collision raises the error for two scopes of one identity: one chance in
 * 2^63 for each pair.
 */
static void
collision(const char *document_type, const char *scope, const char *other)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_INVALID_SCOPE),
			 errmsg("scope %s of document type \"%s\" cannot be used",
					counter_quote_scope(scope), document_type),
			 errdetail("Its identity is that of another counter: %s.", other),
			 errhint("Choose another spelling of the scope value.")));
}

/*
 * cache_key: an entry of the cache is of one type, also where several draw
 * from the counter.
 */
static int64
cache_key(const DocumentType *type, int64 id)
{
	if (type->series[0] == '\0')
		return id;
	return id ^ (int64) hash_bytes_extended((const unsigned char *) type->name,
											(int) strlen(type->name), 0);
}

/*
 * counter_get returns the counter of a type and a canonical scope.
 */
Counter *
counter_get(const DocumentType *type, const char *scope, size_t bytes)
{
	int64		id = counter_id_of(type, scope, bytes);
	int64		key = cache_key(type, id);
	Counter    *counter;
	bool		found;

	if (counters == NULL || counters_of != catalog_table_oid(CATALOG_NUMBER) ||
		hash_get_num_entries(counters) >= CACHE_LIMIT)
		forget_all();

	counter = hash_search(counters, &key, HASH_FIND, NULL);
	if (counter != NULL)
	{
		if (strlen(counter->scope) != bytes || memcmp(counter->scope, scope, bytes) != 0 ||
			strcmp(counter->series, type->series) != 0 ||
			strcmp(counter->document_type, type->name) != 0)
			collision(type->name, scope, counter->scope);

		/* Without a row yet, the definition of now decides where it starts. */
		if (counter->row_version != catalog_definitions_version())
			counter->first_value = type->start_value;
		return counter;
	}

	{
		char	   *name = MemoryContextStrdup(counters_context, type->name);
		char	   *series = MemoryContextStrdup(counters_context, type->series);
		char	   *text = MemoryContextAllocZero(counters_context, bytes + 1);

		memcpy(text, scope, bytes);
		counter = hash_search(counters, &key, HASH_ENTER, &found);
		memset((char *) counter + sizeof(int64), 0, sizeof(Counter) - sizeof(int64));
		counter->id = id;
		counter->document_type = name;
		counter->series = series;
		counter->scope = text;
		counter->generation = type->generation;
		counter->first_value = type->start_value;
		counter->settled_to = -1;
		counter->row_seen = InvalidTransactionId;
	}
	return counter;
}

/*
 * insert_row writes the row of a counter.
 */
static void
insert_row(Relation rel, const Counter *counter)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AuditIntent intent = {NULL, 0, NULL, NULL};

	ExecClearTuple(slot);
	memset(slot->tts_isnull, false, Natts_counter * sizeof(bool));
	slot->tts_values[Anum_counter_counter_id - 1] = Int64GetDatum(counter->id);
	slot->tts_values[Anum_counter_document_type - 1] = CStringGetTextDatum(counter->document_type);
	if (counter->scope[0] != '\0')
		slot->tts_values[Anum_counter_scope - 1] = CStringGetTextDatum(counter->scope);
	else
		slot->tts_isnull[Anum_counter_scope - 1] = true;
	slot->tts_values[Anum_counter_generation - 1] = Int32GetDatum(counter->generation);
	slot->tts_values[Anum_counter_first_value - 1] = Int64GetDatum(counter->first_value);
	slot->tts_values[Anum_counter_created_at - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	if (counter->series[0] != '\0')
		slot->tts_values[Anum_counter_series - 1] = CStringGetTextDatum(counter->series);
	else
		slot->tts_isnull[Anum_counter_series - 1] = true;
	ExecStoreVirtualTuple(slot);
	catalog_insert(rel, slot);
	audit_inserted(rel, slot, &intent);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * row_text returns a text of a counter's row, "" where it has none.
 */
static char *
row_text(TupleTableSlot *slot, AttrNumber attribute)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attribute, &isnull);

	return isnull ? "" : TextDatumGetCString(value);
}

/*
 * is_types_row: is the row that of this type?  A counter of a series has one
 * for each type that has used it.
 */
static bool
is_types_row(TupleTableSlot *slot, const char *document_type)
{
	return strcmp(row_text(slot, Anum_counter_document_type), document_type) == 0;
}

/*
 * read_row takes from a counter's row what the definition may say otherwise by
 * now, and raises the collision error if the row is another counter's.
 */
static void
read_row(Counter *counter, TupleTableSlot *slot)
{
	bool		isnull;
	char	   *series = row_text(slot, Anum_counter_series);
	char	   *scope = row_text(slot, Anum_counter_scope);

	if (strcmp(series, counter->series) != 0 || strcmp(scope, counter->scope) != 0 ||
		(series[0] == '\0' && !is_types_row(slot, counter->document_type)))
		collision(counter->document_type, counter->scope,
				  psprintf("%s %s", row_text(slot, Anum_counter_document_type), scope));
	counter->first_value = DatumGetInt64(slot_getattr(slot, Anum_counter_first_value, &isnull));
}

/*
 * remove_copies deletes surplus committed copies of a type's row of a counter,
 * all but the first; where somebody else is at it, nothing happens.
 */
static void
remove_copies(Relation rel, Relation index, ScanKey key, const char *document_type)
{
	Probe		probe;
	bool		first = true;

	probe_begin(&probe, rel, index, key, 1);
	while (probe_next(&probe, ForwardScanDirection))
	{
		if (TransactionIdIsValid(probe_inserter(&probe)) ||
			TransactionIdIsValid(probe.snapshot.xmax) || probe_is_own(&probe) ||
			!is_types_row(probe.slot, document_type))
			continue;
		if (!first)
			(void) compat_try_delete(rel, &probe.slot->tts_tid);
		first = false;
	}
	probe_end(&probe);
}

typedef enum RowState
{
	ROW_ABSENT,
	ROW_OPEN,					/* of another open transaction */
	ROW_OWN,					/* of this one */
	ROW_COMMITTED
} RowState;

/*
 * look_for_row finds out whether the counter's row for its type is there, and
 * fills in what it says.
 */
static RowState
look_for_row(Relation rel, LOCKMODE mode, Counter *counter)
{
	Relation	index = catalog_open_index(rel, Anum_counter_counter_id, false, mode);
	ScanKeyData key;
	Probe		probe;
	RowState	best = ROW_ABSENT;
	int			committed = 0;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter->id));
	probe_begin(&probe, rel, index, &key, 1);
	while (probe_next(&probe, ForwardScanDirection))
	{
		RowState	state = TransactionIdIsValid(probe_inserter(&probe)) ? ROW_OPEN :
		probe_is_own(&probe) ? ROW_OWN : ROW_COMMITTED;

		read_row(counter, probe.slot);
		if (counter->series[0] != '\0' && !is_types_row(probe.slot, counter->document_type))
			continue;
		committed += (state == ROW_COMMITTED);
		best = Max(best, state);
	}
	probe_end(&probe);

	if (committed > 1 && mode == RowExclusiveLock)
		remove_copies(rel, index, &key, counter->document_type);
	index_close(index, mode);
	return best;
}

/*
 * counter_ensure_row sees to it that the counter's row will be there when this
 * transaction commits.  rel is docnum.counter, open for writing.
 *
 * counter->row_seen remembers: FrozenTransactionId where the row was seen
 * committed (only a dropped type's rows vanish), else our own (sub)transaction that wrote it
 * or used another's; once that is over, for good or ill, we look again.
 */
void
counter_ensure_row(Counter *counter, Relation rel)
{
	MemoryContext context;

	/* A definition that changed may have been dropped, its counters with it. */
	if (counter->row_version != catalog_definitions_version())
		counter->row_seen = InvalidTransactionId;
	counter->row_version = catalog_definitions_version();
	if (likely(counter->row_seen == FrozenTransactionId))
		return;
	if (TransactionIdIsValid(counter->row_seen) &&
		TransactionIdIsCurrentTransactionId(counter->row_seen))
		return;

	switch (look_for_row(rel, RowExclusiveLock, counter))
	{
		case ROW_COMMITTED:
			counter->row_seen = FrozenTransactionId;
			break;
		case ROW_OWN:
			/* Of which level is unknown: ask again next time. */
			break;
		case ROW_ABSENT:
			insert_row(rel, counter);
			counter->row_seen = GetCurrentTransactionId();
			break;
		case ROW_OPEN:
			context = MemoryContextSwitchTo(TopTransactionContext);
			{
				Counter    *copy = palloc(sizeof(Counter));

				*copy = *counter;
				copy->document_type = pstrdup(counter->document_type);
				copy->series = pstrdup(counter->series);
				copy->scope = pstrdup(counter->scope);
				copy->row_seen = GetCurrentTransactionId();
				unsure_rows = lappend(unsure_rows, copy);
			}
			MemoryContextSwitchTo(context);
			counter->row_seen = GetCurrentTransactionId();
			break;
	}
}

/*
 * write_unsure_rows runs before commit and PREPARE: writes the rows that
 * others had written when we used them, and have not committed yet.
 */
static void
write_unsure_rows(void)
{
	ListCell   *cell;
	Relation	rel;

	if (unsure_rows == NIL)
		return;
	DEBUG_POINT("unsure_rows");
	rel = catalog_open(CATALOG_COUNTER, RowExclusiveLock);
	foreach(cell, unsure_rows)
	{
		Counter    *counter = lfirst(cell);
		RowState	state;

		/* Used by a savepoint that was rolled back? */
		if (!TransactionIdIsCurrentTransactionId(counter->row_seen))
			continue;
		state = look_for_row(rel, RowExclusiveLock, counter);
		if (state == ROW_ABSENT || state == ROW_OPEN)
			insert_row(rel, counter);
		CommandCounterIncrement();
	}
	table_close(rel, NoLock);
	unsure_rows = NIL;
}

static void
forget_unsure_rows(bool aborted)
{
	unsure_rows = NIL;			/* memory goes with the transaction */
}

void
counter_init(void)
{
	static const TransactionHooks hooks = {
		.before_commit = write_unsure_rows,.at_end = forget_unsure_rows
	};

	transaction_add_hooks(&hooks);
}

static void
set_tag(LOCKTAG *tag, const Counter *counter)
{
	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, (uint32) (counter->id >> 32),
						 (uint32) counter->id, COUNTER_LOCK_CLASS);
}

/*
 * counter_quote_scope writes a canonical scope for an error's DETAIL.
 */
const char *
counter_quote_scope(const char *scope)
{
	return scope[0] ? psprintf("\"%s\"", scope) : "GLOBAL";
}

static const char *
scope_words(const Counter *counter)
{
	return counter->scope[0] ? psprintf("scope \"%s\"", counter->scope) : "its only scope";
}

/*
 * counter_timed_out raises NB003; who names the holder.
 */
void
counter_timed_out(const Counter *counter, const char *who)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
			 errmsg("document type \"%s\" is busy: waited %d ms for %s",
					counter->document_type, settings_lock_timeout, scope_words(counter)),
			 errdetail("In the way: %s. Document type: \"%s\", scope: %s.", who,
					   counter->document_type, counter_quote_scope(counter->scope)),
			 errhint("Try again; end the transaction in the way if it was forgotten; docnum.lock_timeout sets how long to wait.")));
}

typedef struct LockCall
{
	LOCKTAG		tag;
	ScopeHold	hold;
} LockCall;

static void
queue_for_lock(void *arg)
{
	LockCall   *call = arg;

	if (call->hold != HOLD_BRIEFLY)
		(void) transaction_lock(&call->tag, true, call->hold == HOLD_TO_COMMIT);
	else
		(void) LockAcquire(&call->tag, ExclusiveLock, false, false);
}

/*
 * try_lock takes the lock if nobody has it or waits for it.
 */
static bool
try_lock(const LockCall *call)
{
	if (call->hold != HOLD_BRIEFLY)
		return transaction_lock(&call->tag, false, call->hold == HOLD_TO_COMMIT);
	return compat_lock_try(&call->tag, ExclusiveLock) != LOCKACQUIRE_NOT_AVAIL;
}

/*
 * counter_lock locks a scope for as long as that.  Raises NB003 after docnum.lock_timeout, 55P03 after
 * the caller's own lock_timeout, 40P01 in a deadlock.
 */
void
counter_lock(const Counter *counter, ScopeHold hold)
{
	LockCall	call;
	long		sleep = TRY_FIRST_SLEEP;

	call.hold = hold;
	set_tag(&call.tag, counter);
	if (try_lock(&call))
		return;

	/* Who waits for the end of a transaction waits long: he queues at once. */
	for (int i = 0; hold != HOLD_TO_END && i < TRY_COUNT; i++)
	{
		pg_usleep(sleep);
		CHECK_FOR_INTERRUPTS();
		if (try_lock(&call))
			return;
		sleep = Min(2 * sleep, TRY_LONGEST_SLEEP);
	}
	if (!lock_wait_bounded(queue_for_lock, &call))
		counter_timed_out(counter, lock_wait_holders(&call.tag));
}

/*
 * counter_unlock ends a lock that was not strict.
 */
void
counter_unlock(const Counter *counter)
{
	LOCKTAG		tag;

	set_tag(&tag, counter);
	LockRelease(&tag, ExclusiveLock, false);
}

/*
 * counter_hold makes a lock that was not strict one that lasts to the end of
 * the transaction.
 */
void
counter_hold(const Counter *counter)
{
	LOCKTAG		tag;

	set_tag(&tag, counter);
	transaction_hold(&tag);
}

/*
 * counter_list returns the ids (as int64 pointers) of all counters of a type,
 * of every generation, open transactions' included.
 */
List *
counter_list(const char *document_type)
{
	Relation	rel = catalog_open(CATALOG_COUNTER, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_counter_document_type, false, AccessShareLock);
	List	   *ids = NIL;
	ScanKeyData key;
	Probe		probe;
	bool		isnull;

	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(document_type));
	probe_begin(&probe, rel, index, &key, 1);
	while (probe_next(&probe, ForwardScanDirection))
	{
		int64	   *id = palloc(sizeof(int64));

		*id = DatumGetInt64(slot_getattr(probe.slot, Anum_counter_counter_id, &isnull));
		ids = lappend(ids, id);
	}
	probe_end(&probe);
	index_close(index, AccessShareLock);
	table_close(rel, NoLock);
	return ids;
}

/*
 * counter_next_scope returns the first scope, in C collation, at or after from
 * that a counter of the type has, of any generation and open transactions'
 * included; NULL if there is none.
 */
char *
counter_next_scope(const char *document_type, const char *from)
{
	Relation	rel = catalog_open(CATALOG_COUNTER, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_counter_document_type, false, AccessShareLock);
	char	   *scope = NULL;
	ScanKeyData keys[2];
	Probe		probe;
	bool		isnull;

	ScanKeyEntryInitialize(&keys[0], 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(document_type));
	ScanKeyEntryInitialize(&keys[1], 0, 2, BTGreaterEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXT_GE, CStringGetTextDatum(from));
	probe_begin(&probe, rel, index, keys, 2);
	if (probe_next(&probe, ForwardScanDirection))
		scope = TextDatumGetCString(slot_getattr(probe.slot, Anum_counter_scope, &isnull));
	probe_end(&probe);
	index_close(index, AccessShareLock);
	table_close(rel, NoLock);
	return scope;
}

/*
 * counter_read_row fills in what the counter's row says, where there is one;
 * for callers that write nothing.
 */
void
counter_read_row(Counter *counter)
{
	Relation	rel = catalog_open(CATALOG_COUNTER, AccessShareLock);

	(void) look_for_row(rel, AccessShareLock, counter);
	table_close(rel, NoLock);
}

/*
 * counter_find fills in a counter from its row, in the current context; false
 * if there is none.  document_type: whose row, where a series has one for each
 * of its types; NULL: any.
 */
bool
counter_find(int64 counter_id, const char *document_type, Counter *counter)
{
	Relation	rel = catalog_open(CATALOG_COUNTER, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_counter_counter_id, false, AccessShareLock);
	ScanKeyData key;
	Probe		probe;
	bool		found;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	probe_begin(&probe, rel, index, &key, 1);
	do
		found = probe_next(&probe, ForwardScanDirection);
	while (found && document_type != NULL && !is_types_row(probe.slot, document_type));
	if (found)
	{
		bool		isnull;
		Datum		scope = slot_getattr(probe.slot, Anum_counter_scope, &isnull);

		counter->id = counter_id;
		counter->scope = isnull ? "" : TextDatumGetCString(scope);
		counter->document_type =
			TextDatumGetCString(slot_getattr(probe.slot, Anum_counter_document_type, &isnull));
		counter->generation =
			DatumGetInt32(slot_getattr(probe.slot, Anum_counter_generation, &isnull));
		counter->first_value =
			DatumGetInt64(slot_getattr(probe.slot, Anum_counter_first_value, &isnull));
	}
	probe_end(&probe);
	index_close(index, AccessShareLock);
	table_close(rel, NoLock);
	return found;
}

/*
 * fetch_column returns a column of a counter's row; isnull where there is none.
 */
static Datum
fetch_column(int64 counter_id, AttrNumber attribute, bool *isnull)
{
	Relation	rel = catalog_open(CATALOG_COUNTER, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_counter_counter_id, false, AccessShareLock);
	Datum		value = (Datum) 0;
	ScanKeyData key;
	Probe		probe;

	*isnull = true;
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	if (probe_find(&probe, rel, index, &key, 1))
	{
		Form_pg_attribute form = TupleDescAttr(RelationGetDescr(rel), attribute - 1);

		value = slot_getattr(probe.slot, attribute, isnull);
		if (!*isnull)
			value = datumCopy(value, form->attbyval, form->attlen);
		probe_end(&probe);
	}
	index_close(index, AccessShareLock);
	table_close(rel, NoLock);
	return value;
}

/*
 * counter_scope_of returns the canonical scope of a counter, "" for GLOBAL and
 * for one whose row is missing.
 */
char *
counter_scope_of(int64 counter_id)
{
	bool		isnull;
	Datum		scope = fetch_column(counter_id, Anum_counter_scope, &isnull);

	return isnull ? "" : TextDatumGetCString(scope);
}

/*
 * counter_first_value_of returns where a counter starts.
 */
int64
counter_first_value_of(int64 counter_id)
{
	bool		isnull;
	Datum		value = fetch_column(counter_id, Anum_counter_first_value, &isnull);

	return isnull ? 1 : DatumGetInt64(value);
}

/*
 * counter_drop_rows deletes the counters of a type that has no number and is
 * being dropped; the caller excludes writers.
 */
void
counter_drop_rows(const char *document_type)
{
	Relation	rel = catalog_open(CATALOG_COUNTER, RowExclusiveLock);
	Relation	index = catalog_open_index(rel, Anum_counter_document_type, false, RowExclusiveLock);
	AuditIntent intent = {NULL, 0, NULL, NULL};
	ScanKeyData key;
	Probe		probe;

	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(document_type));
	probe_begin(&probe, rel, index, &key, 1);
	while (probe_next(&probe, ForwardScanDirection))
	{
		catalog_delete(rel, &probe.slot->tts_tid);
		audit_deleted(rel, probe.slot, &intent);
	}
	probe_end(&probe);
	index_close(index, RowExclusiveLock);
	table_close(rel, NoLock);
}
