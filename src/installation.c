/*-------------------------------------------------------------------------
 *
 * installation.c
 *	  Whether docnum has written anything itself yet.
 *
 * A direct INSERT into docnum's tables is a restore as long as the
 * installation is virgin: one row says so, and docnum's own first write ends
 * it.  Right after a restore the first callers come at once, so that ending is
 * an attempt: it waits for nobody and never fails the caller; where another
 * transaction is at it, that one's commit counts, and a later call tries again.
 *
 * Only dirty reads: a predicate lock on the row would bring 40001 to callers
 * under SERIALIZABLE.
 *
 * Memory: one static answer per process, for one installation (the table's oid).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "catalog.h"
#include "compat.h"
#include "installation.h"

static Oid	ended_in = InvalidOid;	/* installation known to be in use */
static TransactionId ended_by = InvalidTransactionId;	/* our own open attempt */

/*
 * read_row fetches the one live row; returns whether it says virgin.  settled
 * tells whether that is committed and nobody is changing it.
 */
static bool
read_row(Relation rel, TupleTableSlot *slot, bool *settled)
{
	SnapshotData snapshot;
	TableScanDesc scan;
	bool		virgin = false;
	bool		isnull;

	InitDirtySnapshot(snapshot);
	*settled = false;
	scan = compat_table_beginscan(rel, &snapshot);
	if (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, NULL);

		virgin = DatumGetBool(slot_getattr(slot, Anum_installation_virgin, &isnull));
		/* Somebody is ending it just now: that is his first write. */
		if (TransactionIdIsValid(snapshot.xmax))
			virgin = false;
		*settled = !TransactionIdIsValid(snapshot.xmin) &&
			!TransactionIdIsValid(snapshot.xmax) &&
			!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
		ExecMaterializeSlot(slot);
	}
	table_endscan(scan);
	return virgin;
}

/*
 * installation_is_virgin: may a direct INSERT be a restore?
 */
bool
installation_is_virgin(void)
{
	Relation	rel = catalog_open(CATALOG_INSTALLATION, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	bool		settled;
	bool		virgin = read_row(rel, slot, &settled);

	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	return virgin;
}

/*
 * try_to_end sets virgin to false unless somebody else is changing the row.
 */
static void
try_to_end(Relation rel, TupleTableSlot *row)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	CompatUpdateIndexes update;

	ExecClearTuple(slot);
	slot->tts_values[Anum_installation_virgin - 1] = BoolGetDatum(false);
	slot->tts_isnull[Anum_installation_virgin - 1] = false;
	ExecStoreVirtualTuple(slot);
	if (compat_try_update(rel, &row->tts_tid, slot, &update) == TM_Ok)
		ended_by = GetCurrentTransactionId();
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * installation_note_write is called by each write of docnum's own.
 */
void
installation_note_write(void)
{
	Relation	rel;
	TupleTableSlot *slot;
	bool		settled;

	if (likely(OidIsValid(ended_in)) && ended_in == catalog_table_oid(CATALOG_INSTALLATION))
		return;
	if (TransactionIdIsValid(ended_by) && TransactionIdIsCurrentTransactionId(ended_by))
		return;

	rel = catalog_open(CATALOG_INSTALLATION, RowExclusiveLock);
	slot = table_slot_create(rel, NULL);
	if (!read_row(rel, slot, &settled) && settled)
		ended_in = RelationGetRelid(rel);
	else if (settled)
		try_to_end(rel, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}
