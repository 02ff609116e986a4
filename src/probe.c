/*-------------------------------------------------------------------------
 *
 * probe.c
 *	  Reading docnum's tables with a dirty snapshot.
 *
 * A dirty snapshot sees what is committed and what any open or prepared
 * transaction has written, and nothing that was rolled back.  It does not
 * depend on the isolation level and leaves no predicate locks, hence no 40001.
 *
 * Trap: a scan that has copied a page of the index can miss a row that another
 * backend updates meanwhile: it finds the old version dead, and the new one is
 * not in its copy.  So whoever concludes that a row is absent must use
 * probe_find, which looks again until two scans passed equally many dead
 * entries; a scan that passed none has missed nothing.
 *
 * Locks: the caller has the table and the index open.
 * Memory: the slot and the scan live from begin to end, in the caller's
 * context; the scan pins one page of the index, so end it before slow work.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "debug_point.h"
#include "probe.h"

/*
 * probe_begin starts a scan; the caller ends it with probe_end.
 */
void
probe_begin(Probe *probe, Relation table, Relation index, ScanKey keys, int nkeys)
{
	probe_begin_as_of(probe, table, index, keys, nkeys, &probe->snapshot);
}

/*
 * probe_begin_as_of starts a scan with another snapshot: for what is told to a
 * person, who must not see what may yet be rolled back.
 */
void
probe_begin_as_of(Probe *probe, Relation table, Relation index, ScanKey keys, int nkeys,
				  Snapshot snapshot)
{
	InitDirtySnapshot(probe->snapshot);
	probe->slot = table_slot_create(table, NULL);
	probe->dead = 0;
	probe->scan = compat_index_beginscan(table, index, snapshot, nkeys);
	index_rescan(probe->scan, keys, nkeys, NULL, 0);
}

/*
 * probe_next moves to the next live row in that direction, and counts the
 * index entries on the way that led to none.
 */
bool
probe_next(Probe *probe, ScanDirection direction)
{
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (index_getnext_tid(probe->scan, direction) == NULL)
			return false;
		DEBUG_POINT("entry_read");
		if (index_fetch_heap(probe->scan, probe->slot))
			return true;
		probe->dead++;
	}
}

void
probe_end(Probe *probe)
{
	index_endscan(probe->scan);
	ExecDropSingleTupleTableSlot(probe->slot);
}

/*
 * probe_find looks for one live row with these keys.  True: the probe stands
 * on it and the caller ends it.  False: there is none, the probe is ended.
 */
bool
probe_find(Probe *probe, Relation table, Relation index, ScanKey keys, int nkeys)
{
	int			passed_before = 0;

	for (;;)
	{
		int			passed;

		probe_begin(probe, table, index, keys, nkeys);
		if (probe_next(probe, ForwardScanDirection))
			return true;
		passed = probe->dead;
		probe_end(probe);
		if (passed == passed_before)
			return false;
		passed_before = passed;
	}
}

/*
 * probe_inserter returns the other open transaction that wrote the row found,
 * or InvalidTransactionId.
 */
TransactionId
probe_inserter(const Probe *probe)
{
	return probe->snapshot.xmin;
}

/*
 * probe_is_own: was the row found written by the current transaction?
 */
bool
probe_is_own(const Probe *probe)
{
	HeapTuple	tuple = ExecFetchSlotHeapTuple(probe->slot, false, NULL);

	return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
}
