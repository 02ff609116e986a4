/*-------------------------------------------------------------------------
 *
 * ledger.c
 *	  The ledger: one row for every number that was ever given.
 *
 * The ledger is the counter: the last value of a counter is read backwards
 * from the unique index on (counter_id, value) with a dirty snapshot, so that
 * open and prepared transactions count and rolled-back ones do not.  There is
 * no counter row to lock, to bloat or to lose.
 *
 * Invariants: rows are inserted under the scope's lock and never deleted; a
 * row's counter, value and text never change.  What lies below a value that
 * was seen committed stays committed.
 *
 * Locks: the caller holds the table open, and the scope's lock where it is
 * going to act on what it reads; without it the answers are hints.
 *
 * Memory: scans and slots live for one call, rows in the caller's slots.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "docnum.h"
#include "ledger.h"
#include "lock_wait.h"
#include "settings.h"

/*
 * ledger_open opens the ledger and the index that serves as the counter.
 */
void
ledger_open(Ledger *ledger, LOCKMODE mode)
{
	ledger->table = catalog_open(CATALOG_NUMBER, mode);
	ledger->value_index = catalog_open_index(ledger->table, Anum_number_counter_id, false, mode);
	ledger->mode = mode;
}

/*
 * ledger_close closes both; the table's lock stays to the end of the
 * transaction.
 */
void
ledger_close(Ledger *ledger)
{
	index_close(ledger->value_index, ledger->mode);
	table_close(ledger->table, NoLock);
}

static int64
slot_value(TupleTableSlot *slot)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(slot, Anum_number_value, &isnull));
}

/*
 * probe_value starts a point probe for one value, see probe_find.
 */
static bool
probe_value(Probe *probe, const Ledger *ledger, int64 counter_id, int64 value)
{
	ScanKeyData keys[2];

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(value));
	return probe_find(probe, ledger->table, ledger->value_index, keys, 2);
}

/*
 * ledger_has_value: does a live row, of an open transaction too, have the
 * value?
 */
bool
ledger_has_value(const Ledger *ledger, int64 counter_id, int64 value)
{
	Probe		probe;

	if (!probe_value(&probe, ledger, counter_id, value))
		return false;
	probe_end(&probe);
	return true;
}

/*
 * scan_last_value reads the last live value at or above bound; 0 if there is
 * none.  Sets whether dead entries were passed.
 */
static int64
scan_last_value(const Ledger *ledger, int64 counter_id, int64 bound, int *passed)
{
	ScanKeyData keys[2];
	Probe		probe;
	int64		last = 0;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(bound));
	probe_begin(&probe, ledger->table, ledger->value_index, keys, 2);
	if (probe_next(&probe, BackwardScanDirection))
		last = slot_value(probe.slot);
	*passed = probe.dead;
	probe_end(&probe);
	return last;
}

/*
 * ledger_last_value returns the last live value of a counter, 0 if it has
 * none.  bound is a value that the last one is probably not below, or 0; it
 * spares reading a whole page of the index.
 */
int64
ledger_last_value(const Ledger *ledger, int64 counter_id, int64 bound)
{
	int64		last;
	int			passed_before;
	int			passed = 0;

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		last = scan_last_value(ledger, counter_id, Max(bound, 1), &passed);
		if (last == 0 && bound > 1)
		{
			bound = 0;
			last = scan_last_value(ledger, counter_id, 1, &passed);
		}
	} while (passed != passed_before);
	return last;
}

/*
 * scan_last_dated copies the last live row at or above bound that has a date;
 * false if there is none.  Adds to passed how many dead entries it passed.
 */
static bool
scan_last_dated(const Ledger *ledger, int64 counter_id, int64 bound, TupleTableSlot *slot,
				int *passed)
{
	ScanKeyData keys[2];
	Probe		probe;
	bool		found = false;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(bound));
	probe_begin(&probe, ledger->table, ledger->value_index, keys, 2);
	while (!found && probe_next(&probe, BackwardScanDirection))
		found = !slot_attisnull(probe.slot, Anum_number_document_date);
	if (found)
		ExecCopySlot(slot, probe.slot);
	*passed += probe.dead;
	probe_end(&probe);
	return found;
}

/*
 * ledger_last_dated copies the last live row of a counter, or where that has no
 * document date the last before it that has one; false if there is none.  bound
 * is as in ledger_last_value.
 */
bool
ledger_last_dated(const Ledger *ledger, int64 counter_id, int64 bound, TupleTableSlot *slot)
{
	bool		found;
	int			passed_before;
	int			passed = 0;

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		passed = 0;
		found = scan_last_dated(ledger, counter_id, Max(bound, 1), slot, &passed) ||
			(bound > 1 && scan_last_dated(ledger, counter_id, 1, slot, &passed));
	} while (passed != passed_before);
	return found;
}

/*
 * ledger_first_value returns the lowest live value from .. to, 0 if there is
 * none.
 */
int64
ledger_first_value(const Ledger *ledger, int64 counter_id, int64 from, int64 to)
{
	ScanKeyData keys[3];
	Probe		probe;
	int64		first = 0;
	int			passed_before;
	int			passed = 0;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	ScanKeyInit(&keys[2], 2, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(to));

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		probe_begin(&probe, ledger->table, ledger->value_index, keys, 3);
		if (probe_next(&probe, ForwardScanDirection))
			first = slot_value(probe.slot);
		passed = probe.dead;
		probe_end(&probe);
	} while (first == 0 && passed != passed_before);
	return first;
}

/*
 * ledger_open_writer returns another transaction that has given a number of
 * the counter, or changed one, and is still open; InvalidTransactionId if there
 * is none.  Reads the whole counter.
 */
TransactionId
ledger_open_writer(const Ledger *ledger, int64 counter_id)
{
	ScanKeyData key;
	Probe		probe;
	TransactionId xid = InvalidTransactionId;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	probe_begin(&probe, ledger->table, ledger->value_index, &key, 1);
	while (!TransactionIdIsValid(xid) && probe_next(&probe, BackwardScanDirection))
	{
		xid = probe_inserter(&probe);
		if (!TransactionIdIsValid(xid))
			xid = probe.snapshot.xmax;
	}
	probe_end(&probe);
	return xid;
}

/*
 * settle remembers that all values from .. to are committed, if that joins on
 * what the backend knows already or is more than that.
 */
static void
settle(Counter *counter, int64 from, int64 to)
{
	if (to < from)
		return;
	if (counter->settled_to >= counter->settled_from &&
		from <= counter->settled_to + 1 && to + 1 >= counter->settled_from)
	{
		counter->settled_from = Min(counter->settled_from, from);
		counter->settled_to = Max(counter->settled_to, to);
	}
	else if (to - from >= counter->settled_to - counter->settled_from)
	{
		counter->settled_from = from;
		counter->settled_to = to;
	}
}

/*
 * highest_hole_in looks for the highest value in from .. below - 1 without a
 * live row; 0 if each has one.  Remembers what it saw committed.
 */
static int64
highest_hole_in(const Ledger *ledger, Counter *counter, int64 from, int64 below)
{
	ScanKeyData keys[3];
	Probe		probe;
	int64		expected = below - 1;
	int64		lowest_open = below;
	bool		more;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter->id));
	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	ScanKeyInit(&keys[2], 2, BTLessStrategyNumber, F_INT8LT, Int64GetDatum(below));
	probe_begin(&probe, ledger->table, ledger->value_index, keys, 3);
	do
	{
		int64		value = from - 1;

		more = probe_next(&probe, BackwardScanDirection);
		if (more)
		{
			value = slot_value(probe.slot);
			if (TransactionIdIsValid(probe_inserter(&probe)) || probe_is_own(&probe))
				lowest_open = value;
		}
		while (expected > value)
		{
			/* Passed over in the scan: look again before believing it. */
			if (!ledger_has_value(ledger, counter->id, expected))
			{
				probe_end(&probe);
				return expected;
			}
			lowest_open = expected--;
		}
		expected = value - 1;
	} while (more);
	probe_end(&probe);

	settle(counter, from, lowest_open - 1);
	return 0;
}

/*
 * ledger_highest_hole returns the highest value in from .. below - 1 that has
 * no live row, or 0; it passes over what this backend knows to be committed.
 */
int64
ledger_highest_hole(const Ledger *ledger, Counter *counter, int64 from, int64 below)
{
	int64		known_from = counter->settled_from;
	int64		known_to = counter->settled_to;
	int64		hole;

	if (known_to < known_from || known_to < from || known_from >= below)
		return highest_hole_in(ledger, counter, from, below);

	if (known_to + 1 < below)
	{
		hole = highest_hole_in(ledger, counter, Max(from, known_to + 1), below);
		if (hole > 0)
			return hole;
	}
	if (from < known_from)
		return highest_hole_in(ledger, counter, from, known_from);
	return 0;
}

/*
 * scan_text looks through the live rows with a text for one that excludes
 * another of that uniqueness: any, if it is to be unique in the whole ledger;
 * else one of its counter, or one that is unique in the whole ledger.  own is
 * a row that does not count, or NULL.  Sets how many dead entries were passed.
 */
static TextHolder
scan_text(const Ledger *ledger, Relation index, ScanKey key, int64 uniqueness_id,
		  ItemPointer own, TransactionId *xid, int *passed)
{
	TextHolder	holder = TEXT_FREE;
	Probe		probe;

	probe_begin(&probe, ledger->table, index, key, 1);
	while (holder != TEXT_TAKEN && probe_next(&probe, ForwardScanDirection))
	{
		bool		isnull;
		int64		other = DatumGetInt64(slot_getattr(probe.slot, Anum_number_uniqueness_id,
													   &isnull));

		if (other != 0 && uniqueness_id != 0 && other != uniqueness_id)
			continue;
		if (own != NULL && ItemPointerEquals(own, &probe.slot->tts_tid))
			continue;
		*xid = probe_inserter(&probe);
		holder = TransactionIdIsValid(*xid) ? TEXT_OPEN : TEXT_TAKEN;
	}
	*passed = probe.dead;
	probe_end(&probe);
	return holder;
}

/*
 * ledger_text_holder tells who has the text, besides own (or NULL); for
 * TEXT_OPEN, xid is the transaction.
 */
TextHolder
ledger_text_holder(const Ledger *ledger, const char *document_number,
				   int64 uniqueness_id, ItemPointer own, TransactionId *xid)
{
	Relation	index = catalog_open_index(ledger->table, Anum_number_document_number,
										   false, ledger->mode);
	TextHolder	holder;
	ScanKeyData key;
	int			passed_before = 0;
	int			passed = 0;

	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(document_number));

	/* A row that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		holder = scan_text(ledger, index, &key, uniqueness_id, own, xid, &passed);
	} while (holder == TEXT_FREE && passed != passed_before);
	index_close(index, ledger->mode);
	return holder;
}

typedef struct Insertion
{
	const Ledger *ledger;
	const LedgerRow *row;
} Insertion;

/*
 * text_is_free: has nobody else the text of a row that is being written?
 */
static bool
text_is_free(TupleTableSlot *slot, void *arg)
{
	Insertion  *insertion = arg;
	TransactionId xid;

	return ledger_text_holder(insertion->ledger, insertion->row->document_number,
							  insertion->row->uniqueness_id, &slot->tts_tid,
							  &xid) == TEXT_FREE;
}

/*
 * ledger_fill_slot describes a number in a slot of the table; it points to the
 * row's texts and metadata.
 */
void
ledger_fill_slot(const LedgerRow *row, TupleTableSlot *slot)
{
	Datum	   *values = slot->tts_values;
	bool	   *isnull = slot->tts_isnull;

	ExecClearTuple(slot);
	memset(isnull, false, Natts_number * sizeof(bool));
	values[Anum_number_counter_id - 1] = Int64GetDatum(row->counter_id);
	values[Anum_number_value - 1] = Int64GetDatum(row->value);
	isnull[Anum_number_counter_id - 1] = isnull[Anum_number_value - 1] =
		row->state == STATE_EXTERNAL;
	values[Anum_number_uniqueness_id - 1] = Int64GetDatum(row->uniqueness_id);
	values[Anum_number_issued_at - 1] = TimestampTzGetDatum(row->issued_at);
	isnull[Anum_number_changed_at - 1] = true;
	values[Anum_number_document_date - 1] = DateADTGetDatum(row->document_date);
	isnull[Anum_number_document_date - 1] = !row->has_date;
	values[Anum_number_state - 1] = ObjectIdGetDatum(catalog_state_oid(row->state));
	values[Anum_number_document_type - 1] = CStringGetTextDatum(row->document_type);
	values[Anum_number_document_number - 1] = CStringGetTextDatum(row->document_number);
	values[Anum_number_metadata - 1] = PointerGetDatum(row->metadata);
	isnull[Anum_number_metadata - 1] = row->metadata == NULL;
	ExecStoreVirtualTuple(slot);
}

/*
 * ledger_insert writes a number; false, with nothing written that stays, if
 * its text is taken or an open transaction has it (it waits for nobody).  The
 * slot holds the row afterwards, for the audit trigger.
 *
 * mixed: there are types of both kinds of uniqueness, which no unique index
 * keeps apart.  Then the text is looked up again after the row is in: of two
 * that write at once, at least one sees the other.
 */
bool
ledger_insert(const Ledger *ledger, const LedgerRow *row, bool mixed, TupleTableSlot *slot)
{
	Insertion	insertion = {ledger, row};

	ledger_fill_slot(row, slot);
	return catalog_insert_unless_taken(ledger->table, slot, Anum_number_document_number,
									   mixed ? text_is_free : NULL, &insertion);
}

/*
 * ledger_fetch copies the live row of a value into slot; false if there is
 * none.
 */
bool
ledger_fetch(const Ledger *ledger, int64 counter_id, int64 value, TupleTableSlot *slot)
{
	Probe		probe;

	if (!probe_value(&probe, ledger, counter_id, value))
		return false;
	ExecCopySlot(slot, probe.slot);
	slot->tts_tid = probe.slot->tts_tid;
	probe_end(&probe);
	return true;
}

typedef struct RowLock
{
	const Ledger *ledger;
	TupleTableSlot *row;
	ItemPointerData tid;		/* of the version to begin with */
	TM_Result	result;
} RowLock;

static void
lock_row(void *arg)
{
	RowLock    *lock = arg;
	TM_FailureData failure;

	lock->result = table_tuple_lock(lock->ledger->table, &lock->tid, SnapshotAny, lock->row,
									GetCurrentCommandId(false), LockTupleNoKeyExclusive,
									LockWaitBlock, TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);
}

/*
 * row_is_busy raises NB003 for a number that another transaction is changing.
 */
static _Noreturn void
row_is_busy(const Ledger *ledger, ItemPointer tid)
{
	TupleTableSlot *row = table_slot_create(ledger->table, NULL);
	bool		isnull;

	if (!table_tuple_fetch_row_version(ledger->table, tid, SnapshotAny, row))
		elog(ERROR, "number has vanished from the ledger");
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_LOCK_TIMEOUT),
			 errmsg("document number is busy: waited %d ms for it", settings_lock_timeout),
			 errdetail("Another transaction ends or confirms it. Document number: \"%s\", document type: \"%s\".",
					   TextDatumGetCString(slot_getattr(row, Anum_number_document_number, &isnull)),
					   TextDatumGetCString(slot_getattr(row, Anum_number_document_type, &isnull))),
			 errhint("Try again; docnum.lock_timeout sets how long to wait.")));
}

/*
 * ledger_lock_row locks the newest version of a number's row against changes,
 * and copies it into slot, whose tts_tid says where it is.  Waits for
 * transactions that are changing it, at most docnum.lock_timeout: NB003.
 * False: the row is gone.
 */
bool
ledger_lock_row(const Ledger *ledger, TupleTableSlot *slot)
{
	RowLock		lock = {ledger, slot, slot->tts_tid, TM_Ok};
	ItemPointerData tid = slot->tts_tid;

	if (!lock_wait_bounded(lock_row, &lock))
		row_is_busy(ledger, &tid);
	if (lock.result != TM_Ok && lock.result != TM_Deleted)
		elog(ERROR, "could not lock a row of the ledger: result %d", (int) lock.result);
	return lock.result == TM_Ok;
}

/*
 * ledger_fetch_settled fetches as ledger_fetch does, but leaves out what another open
 * transaction makes of the number.
 */
bool
ledger_fetch_settled(const Ledger *ledger, int64 counter_id, int64 value, TupleTableSlot *slot)
{
	ScanKeyData keys[2];
	Probe		probe;
	bool		found = false;
	int			passed_before;
	int			passed = 0;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(value));

	/* A version that was being updated may have been missed, see probe.c. */
	do
	{
		passed_before = passed;
		probe_begin(&probe, ledger->table, ledger->value_index, keys, 2);
		while (!found && probe_next(&probe, ForwardScanDirection))
			found = !TransactionIdIsValid(probe_inserter(&probe));
		if (found)
			ExecCopySlot(slot, probe.slot);
		passed = probe.dead;
		probe_end(&probe);
	} while (!found && passed != passed_before);
	return found;
}

/*
 * ledger_change_state gives a number another state, and metadata where given
 * (merged into what is there).  row is the live row, whose changes the caller
 * excludes (it holds its row lock, or the reservation's); slot holds the new
 * version afterwards.
 */
void
ledger_change_state(const Ledger *ledger, TupleTableSlot *row, NumberState state,
					Jsonb *metadata, TimestampTz at, TupleTableSlot *slot)
{
	slot_getallattrs(row);
	ExecClearTuple(slot);
	memcpy(slot->tts_values, row->tts_values, Natts_number * sizeof(Datum));
	memcpy(slot->tts_isnull, row->tts_isnull, Natts_number * sizeof(bool));
	slot->tts_values[Anum_number_state - 1] = ObjectIdGetDatum(catalog_state_oid(state));
	slot->tts_values[Anum_number_changed_at - 1] = TimestampTzGetDatum(at);
	slot->tts_isnull[Anum_number_changed_at - 1] = false;
	if (metadata != NULL)
	{
		Datum		merged = JsonbPGetDatum(metadata);

		if (!row->tts_isnull[Anum_number_metadata - 1])
			merged = DirectFunctionCall2(jsonb_concat,
										 row->tts_values[Anum_number_metadata - 1], merged);
		slot->tts_values[Anum_number_metadata - 1] = merged;
		slot->tts_isnull[Anum_number_metadata - 1] = false;
	}
	ExecStoreVirtualTuple(slot);
	catalog_update(ledger->table, row, slot);
}

/*
 * ledger_date_text writes a document date for a message, whatever DateStyle.
 */
char *
ledger_date_text(DateADT date)
{
	int			year,
				month,
				day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/*
 * ledger_log_knows: has the log a row, not rolled back, of that value?  Then
 * the value was given once, whatever the ledger says.
 */
bool
ledger_log_knows(int64 counter_id, int64 value)
{
	Relation	log = catalog_open(CATALOG_AUDIT_LOG, AccessShareLock);
	Relation	index = catalog_open_index(log, Anum_audit_log_counter_id, false, AccessShareLock);
	ScanKeyData keys[2];
	Probe		probe;
	bool		known;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(counter_id));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(value));
	known = probe_find(&probe, log, index, keys, 2);
	if (known)
		probe_end(&probe);
	index_close(index, AccessShareLock);
	table_close(log, NoLock);
	return known;
}
